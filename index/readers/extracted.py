"""What every reader returns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.values import Note, SentenceKind

Aside = Literal["", "repeated", "navigation", "contents"]
"""Why a block is kept in the text but not searched: a running header or footer, a page's menus,
forms and imprint, or a table of contents. Empty for what is searched."""


@dataclass(frozen=True, slots=True)
class Block:
    """A span of canonical text with one function. ``level`` counts headings from 1, else 0.

    Blocks are in order and do not overlap; what lies between them is white space or marks. ``lead``
    is text from elsewhere that a reader needs, such as the header of the table that a row stands
    in; ``alone`` asks for a passage of its own.
    """

    start: int
    end: int
    kind: SentenceKind
    level: int = 0
    page: int | None = None
    aside: Aside = ""
    lead: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page, slide or sheet: counted from 1, its first offset, and its label as printed or ''."""

    number: int
    start: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Canonical text, its blocks and pages, and what the file says of itself.

    ``title``, ``author`` and ``date`` (ISO 8601, to the precision known) may be empty. ``visible``
    counts the characters, white space aside, that a person sees in the file.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    author: str = ""
    date: str = ""
    format: str = "text"
    pages: tuple[Page, ...] = ()
    notes: tuple[Note, ...] = ()
    visible: int = 0

    @property
    def share(self) -> float:
        """Share of the visible characters that is searched, 0 to 1."""
        spans = (self.text[b.start : b.end] for b in self.blocks if not b.aside)
        searched = sum(solid(span) for span in spans)
        return searched / max(self.visible, searched, 1)


@dataclass(frozen=True, slots=True)
class Painted:
    """The image of a page (PNG), and where on it the first quote begins: 0 to 1 from its top, None
    where that stands on another page."""

    png: bytes
    top: float | None


def solid(text: str) -> int:
    """Count the characters that are not white space."""
    return sum(map(len, text.split()))


def page_at(pages: Sequence[Page], offset: int) -> Page | None:
    """The page on which the character at ``offset`` stands; None without pages."""
    at = bisect_right(pages, offset, key=lambda page: page.start)
    return pages[max(at - 1, 0)] if pages else None
