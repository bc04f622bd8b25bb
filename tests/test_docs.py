"""The documents say what the code does: settings, commands, dependencies, links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from index.settings import PREFIX, Settings, load_settings
from ui.cli import app

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def section(page: str, title: str) -> str:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Cells of the table rows that start with code."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def default_of(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "user cache folder"
    return "unset" if field.default is None else f"`{field.default}`"


def test_settings_table_lists_fields_and_defaults() -> None:
    stated = [row[:3] for row in rows(section("configuration.md", "Settings"))]
    assert stated == [
        [f"`{name}`", f"`{PREFIX}{name.upper()}`", default_of(name)]
        for name in Settings.model_fields
    ]


def test_example_configuration_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = section("configuration.md", "Settings").split("```toml\n")[1].split("```")[0]
    (tmp_path / "belegt.toml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    assert load_settings().model_dump(include=set(tomllib.loads(example)), mode="json") == (
        tomllib.loads(example)
    )


def flat(commands: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Commands by their words; a group's own `run` goes by the words of the group."""
    found = {}
    for name, command in commands.items():
        words = before.strip() if name == "run" else f"{before}{name}"
        inner = getattr(command, "commands", None)
        found |= flat(inner, f"{words} ") if inner else {words: command}
    return found


def test_commands_table_lists_options_and_help() -> None:
    commands = flat(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    stated = {
        re.match(r"`belegt ([a-z]+( [a-z]+)*)", row[0])[1]: (  # type: ignore[index]
            sorted(re.findall(r"--[a-z-]+", row[1])),
            row[2],
        )
        for row in rows(section("configuration.md", "Commands"))
    }
    assert stated == {
        name: (
            sorted(o for p in command.params for o in p.opts if o.startswith("--")),
            command.help.split("\n\n")[0],
        )
        for name, command in commands.items()
    }


@pytest.mark.parametrize("title", ["To run", "To sign in", "To test"])
def test_dependencies_are_those_of_pyproject(title: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "To run": project["dependencies"],
        "To sign in": project["optional-dependencies"]["signin"],
        "To test": project["optional-dependencies"]["test"],
    }
    names = [re.match(r"[\w.-]+", line)[0] for line in wanted[title]]  # type: ignore[index]
    assert [row[0] for row in rows(section("dependencies.md", title))] == [f"`{n}`" for n in names]


def test_decisions_are_numbered_without_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for number, name in enumerate(names, start=1):
        text = (ROOT / "docs" / "decisions" / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.M) == ["Context", "Decision", "Consequence"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_changelog_has_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{project['version']}] - " in changelog
