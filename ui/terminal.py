"""What all commands share: where they print, how they show progress, the options they have in common."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from index.settings import Settings
from index.values import Language

log = Console(stderr=True, highlight=False, soft_wrap=True)

Index = Annotated[
    Path | None, typer.Option("--index", help="Folder of the index (default: .belegt).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def print_text(text: str) -> None:
    """Print document text; a terminal gets no control characters of it, which could steer it."""
    print(text.translate(_CONTROLS) if sys.stdout.isatty() else text)


def print_json(value: Any) -> None:
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    print(json.dumps(value, ensure_ascii=plain, indent=1, default=str))


@contextmanager
def bytes_bar(label: str) -> Iterator[Any]:
    """A bar that is told bytes done and in all."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=log, transient=True, disable=not log.is_terminal) as bar:
        task: list[Any] = []

        def advance(done: int, total: int) -> None:
            if not task:
                task.append(bar.add_task(label, total=total))
            bar.update(task[0], completed=done, total=total)

        yield advance


@contextmanager
def count_bar(label: str) -> Iterator[Any]:
    """A bar that is told things done and in all."""
    with Progress(console=log, transient=True, disable=not log.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def spoken(settings: Settings) -> Language:
    """Language to speak to the user: the setting, else the language of the shell."""
    if settings.interface_language != "auto":
        return settings.interface_language
    shell = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "de" if shell.lower().startswith("de") else "en"


def assistant_of(settings: Settings) -> Any:
    """The assistant of the settings, with a bar while the model is unpacked."""
    from qa.wiring import open_assistant

    with bytes_bar("unpacking the model") as unpacked:
        return open_assistant(settings, unpacked)
