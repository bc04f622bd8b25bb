"""The house: which way imports go, what no module may use, how long functions are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "qa", "eval", "ui")
MAY_IMPORT = {
    "index": {"index"},
    "qa": {"index", "qa"},
    "eval": {"index", "qa", "eval"},
    "ui": {"index", "qa", "eval", "ui"},
}
NEVER = {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
LONG = 35
BUILT = {".git", ".venv", ".belegt", "__pycache__", "node_modules", "build", "dist", "runs"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


ALL = [path for package in PACKAGES for path in modules(package)]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Full names of imported modules with their line, relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: -node.level] if node.level else ()
            yield ".".join([*above, *([node.module] if node.module else [])]), node.lineno
        elif isinstance(node, ast.Call) and name_of(node.func).endswith("import_module"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant):
                yield str(first.value), node.lineno


def name_of(node: ast.expr) -> str:
    """``torch.load`` for such an attribute, the bare name for a name."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    assert modules(package)
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for name, line in imported(path)
        if name.split(".")[0] in set(PACKAGES) - MAY_IMPORT[package]
    ]
    assert wrong == []


def test_nothing_runs_code_from_data() -> None:
    wrong = []
    for path in ALL:
        where = path.relative_to(ROOT)
        wrong += [
            f"{where}:{n} {name}" for name, n in imported(path) if name.split(".")[0] in NEVER
        ]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                name = name_of(node.func)
                if name in ("torch.load", "eval", "exec"):
                    wrong.append(f"{where}:{node.lineno} {name}")
                for keyword in node.keywords:
                    allowed = isinstance(keyword.value, ast.Constant) and not keyword.value.value
                    if (
                        keyword.arg in ("allow_pickle", "trust_remote_code", "shell")
                        and not allowed
                    ):
                        wrong.append(f"{where}:{node.lineno} {keyword.arg}")
    assert wrong == []


@pytest.mark.parametrize(
    "statement",
    [
        "import qa",
        "import qa.wiring",
        "import qa.assistant",
        "import ui.cli",
        "import index.library",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    program = (
        f"{statement}\nimport sys\n"
        "heavy = {'torch', 'streamlit', 'sentence_transformers', 'transformers', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_nine_functions_of_ten_are_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in ALL
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    long = sorted(name for name, length in lengths.items() if length >= LONG)
    assert len(long) <= len(lengths) / 10, f"{len(long)} of {len(lengths)}: {long}"


def test_streamlit_shadows_no_module() -> None:
    """``streamlit run`` puts the folder of its script first on the import path."""
    taken = set(sys.stdlib_module_names) | set(PACKAGES) | {"tests", "streamlit", "torch"}
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ui").rglob("*")
        if (path.suffix == ".py" and path.stem in taken)
        or (path.is_dir() and path.name in taken and any(path.glob("*.py")))
    ]
    assert wrong == []


def test_every_module_says_what_it_is() -> None:
    silent = [p.relative_to(ROOT).as_posix() for p in ALL if not ast.get_docstring(tree(p))]
    assert silent == []


def test_broad_excepts_are_few_and_outermost() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in [*modules("index"), *modules("qa")]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or name_of(node.type) == "Exception")
    }
    assert found == set()


def texts_of_the_repository() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(p in BUILT or p.endswith((".egg-info", "_cache")) for p in parts)
        if hidden or parts[0] == ".hypothesis" or not path.is_file() or path.is_symlink():
            continue
        try:
            yield "/".join(parts), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_machine_of_ours() -> None:
    """Paths of the workplace and package registries are no part of what is published."""
    slash = "/"
    places = [f"{slash}work{slash}", f"{slash}tmp{slash}w{slash}", f"{slash}root{slash}"]
    hosts = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "artifact" + "ory"]
    options = ["index" + "-url", "find" + "-links", "trusted" + "-host"]
    never = re.compile("|".join(map(re.escape, [*places, *hosts, *options])))
    wrong = [
        f"{name}: {match.group()}"
        for name, text in texts_of_the_repository()
        if (match := never.search(text))
    ]
    assert wrong == []
