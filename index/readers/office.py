"""What Office formats have in common: properties, tables, page breaks, remarks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.readers.extracted import Block, Extracted, Page, page_at, solid
from index.readers.package import Package, local
from index.readers.writing import TextWriter
from index.values import Note, SentenceKind

LONG_CELL = 500
"""A cell beyond this holds text, not a value: its paragraphs are kept apart."""
_PAGEFUL = 3500
"""More characters than a page holds: breaks set by hand then say nothing of page numbers."""
_NUMBER = re.compile(r"[\d\s.,:%€$£+\-–/()]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MAX_HEADER = 80


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself; each may be empty. ``date`` is ISO 8601."""

    title: str = ""
    author: str = ""
    date: str = ""


@dataclass(slots=True)
class Paragraph:
    """A paragraph before it is written."""

    text: str
    kind: SentenceKind = "prose"
    level: int = 0
    contents: bool = False


def as_read(
    package: Package,
    text: str,
    blocks: Sequence[Block],
    pages: Sequence[Page],
    notes: Iterable[Note] = (),
) -> Extracted:
    """What a reader returns, with title, author and day from the properties of the file."""
    about = _properties(package)
    return Extracted(
        text,
        tuple(blocks),
        title=about.title,
        author=about.author,
        date=about.date,
        format=package.format.lower(),
        pages=tuple(pages),
        notes=tuple(notes),
        visible=solid(text),
    )


def _properties(package: Package) -> About:
    """Title, author and day of the last change."""
    part = "meta.xml" if package.format == "ODT" else "docProps/core.xml"
    if part not in package:
        return About()
    values: dict[str, str] = {}
    for element in package.xml(part).iter():
        if element.text and element.text.strip():
            values.setdefault(local(element), element.text.strip())
    author = values.get("creator") or values.get("initial-creator", "")
    date = values.get("modified") or values.get("date") or values.get("created", "")
    day = re.match(r"\d{4}-\d\d-\d\d", date)
    return About(values.get("title", ""), author, day.group() if day else "")


class TableWriter:
    """Writes rows; the first that looks like one heads the others."""

    def __init__(self, writer: TextWriter) -> None:
        self.writer = writer
        self.lead = ""
        self.rows = 0

    def row(self, cells: Sequence[Sequence[Paragraph]]) -> None:
        """Write a row as one line, or its paragraphs where a cell holds a text of its own."""
        filled = [cell for cell in cells if any(part.text.strip() for part in cell)]
        if not filled:
            return
        self.rows += 1
        if len(filled) < 2 or any(_is_text(cell) for cell in filled):
            for part in (part for cell in filled for part in cell):
                write(self.writer, part)
            return
        texts = [" ".join(" ".join(part.text.split()) for part in cell) for cell in cells]
        self.writer.block("\t".join(texts).strip(), "row", lead=self.lead)
        if self.rows == 1 and is_header(texts):
            self.lead = ", ".join(filter(None, texts))


def is_header(cells: Sequence[str]) -> bool:
    """True where cells name columns: at least two, all short, figures only as years beside words."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    named = [cell for cell in filled if not _NUMBER.fullmatch(cell)]
    return (
        len(filled) > 1
        and bool(named)
        and all(len(cell) <= _MAX_HEADER for cell in filled)
        and all(_YEAR.fullmatch(cell) for cell in filled if cell not in named)
    )


def _is_text(cell: Sequence[Paragraph]) -> bool:
    special = any(part.kind == "heading" for part in cell)
    return special or sum(len(part.text) for part in cell) > LONG_CELL


def write(writer: TextWriter, paragraph: Paragraph) -> None:
    """Write a paragraph as a block."""
    aside = "contents" if paragraph.contents else ""
    kind = "line" if paragraph.contents else paragraph.kind
    writer.block(paragraph.text, kind, paragraph.level, aside=aside)  # type: ignore[arg-type]


def settle_pages(
    text: str, blocks: Sequence[Block], automatic: Sequence[int], by_hand: Sequence[int]
) -> tuple[tuple[Page, ...], tuple[Block, ...]]:
    """Pages from the breaks that the word processor has noted, and blocks with their page.

    Breaks set by hand alone are believed only where no stretch between them is longer than a page.
    """
    turns = sorted(set(automatic) or set(by_hand))
    if not automatic:
        stops = [0, *turns, len(text)]
        if any(b - a > _PAGEFUL for a, b in pairwise(stops)):
            turns = []
    if not turns:
        return (), tuple(blocks)
    pages = tuple(Page(number, start) for number, start in enumerate([0, *turns], 1))
    placed = []
    for block in blocks:
        page = page_at(pages, block.start)
        placed.append(replace(block, page=page.number if page else None))
    return pages, tuple(placed)


def remarks(hidden: int, deleted: int, comments: int) -> Iterator[Note]:
    """Remarks on what was left out."""
    if hidden:
        text = f"{hidden} characters that nobody sees were left out"
        yield Note(text, "hidden_text", {"characters": hidden})
    if deleted:
        text = f"{deleted} deletions of tracked changes were left out"
        yield Note(text, "deleted_text", {"count": deleted})
    if comments:
        yield Note(f"{comments} comments were left out", "comments", {"count": comments})
