"""Answers and conversations as files to keep and pass on: Markdown, HTML and DOCX.

``paper`` says what goes in; a format is one module beside it and one line in ``FORMATS``. Command
line and pages offer what stands there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.errors import BelegtError
from ui.exporting import as_docx, as_html, as_markdown
from ui.exporting.paper import Paper

_LONGEST = 60
_UNNAMED = "belegt"
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))]
)
"""Names that Windows keeps for devices, whatever the ending."""


class ExportError(BelegtError):
    """An answer cannot be exported so."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by the ``ending`` of its files; ``write`` makes the bytes of one."""

    ending: str
    mime: str
    write: Callable[[Paper], bytes]


FORMATS: dict[str, Format] = {
    one.ending: one
    for one in (
        Format(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            as_docx.write,
        ),
        Format("html", "text/html", as_html.write),
        Format("md", "text/markdown", as_markdown.write),
    )
}


def file_name(title: str, day: date, ending: str) -> str:
    """A name that every file system takes: words of the title, the day, the ending."""
    kept = (c if c.isalnum() else " " for c in unicodedata.normalize("NFC", title))
    stem = "-".join("".join(kept).split())
    stem = stem.encode()[:_LONGEST].decode(errors="ignore").strip("-")
    if not stem or stem.casefold() in _RESERVED:
        stem = _UNNAMED
    return f"{stem}-{day.isoformat()}.{ending}"


def format_of(target: Path) -> Format:
    """The format that the ending of a file names.

    Raises:
        ExportError: no such format.
    """
    chosen = FORMATS.get(target.suffix.removeprefix(".").lower())
    if chosen is None:
        known = ", ".join(f".{ending}" for ending in FORMATS)
        raise ExportError(f"{target}: no such format. Name a file that ends in {known}.")
    return chosen


def export_to(paper: Paper, target: Path) -> None:
    """Write ``paper`` to a file; its ending says in which format.

    Raises:
        ExportError: no such format, or the file cannot be written.
    """
    chosen = format_of(target)
    try:
        target.write_bytes(chosen.write(paper))
    except OSError as error:
        raise ExportError(
            f"{target}: {error.strerror or error}. Make room or rights, or choose another place."
        ) from error
