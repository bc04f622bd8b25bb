"""A document of the index by name, and one place in it: as text, or painted on its page."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import BelegtError, ReadError
from index.files import find, read, visible
from index.options import options_of
from index.parsing import Workers
from index.readers.extracted import Page, Painted
from index.settings import Settings
from index.store import Store
from index.sync import synced_folders, synced_patterns
from index.values import Document
from ui.render import page_text
from ui.wording import words

_CONTEXT = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """A place of a document: ``text`` is its own, ``start`` to ``end`` in code points of it."""

    document: Document
    format: str
    text: str
    start: int
    end: int
    page: Page | None
    heading: tuple[str, ...]

    def in_place(self) -> str:
        """The place with its surroundings, marked ``⟦so⟧``."""
        before = self.text[max(0, self.start - _CONTEXT) : self.start]
        after = self.text[self.end : self.end + _CONTEXT]
        return f"{before}⟦{self.text[self.start : self.end]}⟧{after}"

    def where(self) -> str:
        """Title, page and headings, as far as they are known."""
        number, label = (self.page.number, self.page.label) if self.page else (None, "")
        page = page_text(number, label, words("en"))
        shown = [self.document.title, page, " › ".join(self.heading)]
        return " · ".join(visible(part) for part in shown if part)

    def to_json(self) -> dict[str, Any]:
        """All of it, with the text of the place only."""
        return asdict(self.document) | {
            "format": self.format,
            "start": self.start,
            "end": self.end,
            "page": self.page.number if self.page else None,
            "page_label": self.page.label if self.page else "",
            "heading": list(self.heading),
            "text": self.text[self.start : self.end],
        }


def look_up(settings: Settings, name: str, at: tuple[int, int] | None) -> Shown:
    """A document, or the place ``at`` in it.

    Raises:
        BelegtError: no or several documents fit the name, or the place lies outside.
    """
    store = Store(settings.index)
    try:
        found = find_document(name, {d.path: d for d in store.documents()})
        text = store.text(found.revision) or ""
        start, end = at or (0, len(text))
        if at and not 0 <= start < end <= len(text):
            raise BelegtError(f"--at {start}:{end}: outside the document, which has 0:{len(text)}.")
        page = store.page_at(found.path, start) if at else None
        source = store.sources()[found.path]
        heading = _heading(store, found.path, start) if at else ()
        return Shown(found, source.format, text, start, end, page, heading)
    finally:
        store.close()


def _heading(store: Store, path: str, at: int) -> tuple[str, ...]:
    passages = store.passages(store.passage_ids([path]))
    return next((p.heading for p in passages if p.start <= at < p.end), ())


def find_document(name: str, documents: Mapping[str, Document]) -> Document:
    """The document of this path, or the only one whose path or title contains it.

    Raises:
        BelegtError: none or several; the line suggests others.
    """
    if name in documents:
        return documents[name]
    lowered = name.lower()
    near = [
        d for d in documents.values() if lowered in d.path.lower() or lowered in d.title.lower()
    ]
    if len(near) == 1:
        return near[0]
    guesses = [d.path for d in near] or difflib.get_close_matches(name, documents, 3, 0.3)
    shown = ", ".join(map(visible, guesses[:3]))
    hint = f" Perhaps {shown}?" if guesses else " Run `belegt sync FOLDER` first."
    raise BelegtError(
        f"{name!r}: {'several documents' if near else 'no document'} of this name.{hint}"
    )


class Painter:
    """Pages of PDFs as images, drawn in a process of their own; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers = Workers(options_of(settings).limits)

    def close(self) -> None:
        self._workers.close()

    def paint(
        self, document: Document, quotes: Sequence[tuple[int, int]], page: int = 0
    ) -> Painted:
        """A page, from 1, with the places painted; 0 is the one where the first place begins.

        Raises:
            BelegtError: the document is no PDF, or its file is gone or not what was read.
        """
        if self._format(document) != "pdf":
            raise BelegtError(
                f"{visible(document.path)}: only pages of a PDF can be painted; this is"
                f" {self._format(document)}."
            )
        try:
            return self._workers.paint(original(self._settings, document), quotes, page)
        except ReadError as error:
            raise BelegtError(f"{visible(document.path)}: {error}") from None

    def _format(self, document: Document) -> str:
        store = Store(self._settings.index)
        try:
            return store.format_of(document.path)
        finally:
            store.close()


def original(settings: Settings, document: Document) -> bytes:
    """The file of a document, as it was read.

    Raises:
        BelegtError: it is gone, cannot be read, or is not what was read.
    """
    shown = visible(document.path)
    try:
        data, _ = read(_place(settings, document.path), options_of(settings).limits.file_mb)
    except ReadError as error:
        raise BelegtError(f"{shown}: {error}") from None
    if hashlib.sha256(data).hexdigest() != document.revision:
        raise BelegtError(f"{shown}: the file has changed. Run `belegt sync` first.")
    return data


def _place(settings: Settings, path: str) -> Path:
    """Where the file of a document lies."""
    store = Store(settings.index)
    try:
        places, wanted = synced_folders(store), synced_patterns(store)
    finally:
        store.close()
    found = find(places, wanted=wanted, library=settings.library, leave_out=settings.index)
    for file in found.files:
        if file.path == path:
            return file.place
    raise BelegtError(f"{visible(path)}: the file is gone. Run `belegt sync` first.")
