"""What every reader returns."""

from __future__ import annotations

from dataclasses import dataclass

from index.values import SentenceKind


@dataclass(frozen=True, slots=True)
class Block:
    """A span of canonical text with one function. ``level`` counts headings from 1, else 0.

    Blocks are in order and do not overlap; what lies between them is white space or marks.
    """

    start: int
    end: int
    kind: SentenceKind
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """Canonical text and its blocks; ``title`` is the document's own, or empty.

    ``notes`` are remarks for the user, such as a guessed encoding.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
