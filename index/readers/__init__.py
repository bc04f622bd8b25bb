"""From a file's bytes to canonical text and blocks.

A reader is a module with ``read(data: bytes) -> Extracted``, which raises ``ReadError`` with the
reason where it cannot. A new format is one file here, one line in ``_MODULES`` and its marks in
``recognition``. Readers load their libraries when they are first used.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Protocol, cast

from index.readers.extracted import Extracted
from index.readers.recognition import ENDINGS, format_of, suffix_of
from index.values import Note

VERSION = 3
"""Raised when readers return something else than before: files are then read anew."""

LOW_SHARE = 0.5
"""Below this share of searched text the user is told."""

_MODULES = {
    "text": "text",
    "markdown": "markdown",
    "csv": "table",
    "html": "html",
    "pdf": "pdf",
    "docx": "docx",
    "odt": "odt",
    "pptx": "pptx",
    "xlsx": "xlsx",
    "epub": "epub",
}


class Reader(Protocol):
    """What a reader module offers."""

    def read(self, data: bytes) -> Extracted: ...


def suffixes() -> tuple[str, ...]:
    """Endings of all files that a sync takes, lower case, with their dot."""
    return tuple(ending for endings in ENDINGS.values() for ending in endings)


def read_file(name: str, data: bytes) -> Extracted:
    """Extract the text of a file; its content decides what it is, not its name.

    Raises:
        ReadError: no reader takes it, or the reader refuses the content.
    """
    format = format_of(name, data)
    reader = cast(Reader, import_module(f"index.readers.{_MODULES[format]}"))
    extracted = reader.read(data)
    return replace(extracted, notes=(*_remarks(name, format, extracted), *extracted.notes))


def _remarks(name: str, format: str, extracted: Extracted) -> list[Note]:
    """What every reader's result may deserve."""
    notes = []
    suffix = suffix_of(name)
    if suffix not in ENDINGS[format]:
        text = f"named {suffix or 'without ending'}, read as {format.upper()}, which it is"
        notes.append(Note(text, "mislabelled", {"ending": suffix, "format": format.upper()}))
    if extracted.share < LOW_SHARE:
        percent = round(100 * extracted.share)
        text = f"only {percent} % of what is to be seen in the file is searched"
        notes.append(Note(text, "low_share", {"percent": percent}))
    return notes
