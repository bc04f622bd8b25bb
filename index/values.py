"""The values of the corpus: documents, passages, sentences.

All offsets count code points of the canonical text of one revision, 0-based, end-exclusive, so
``text[x.start:x.end]`` is the passage or sentence, for every one ever built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NewType

import numpy as np
import numpy.typing as npt

Language = Literal["de", "en"]
Vectors = npt.NDArray[np.float32]
"""Rows are vectors of unit length unless said; shape ``(n, dim)``, or ``(dim,)`` for one."""

PassageId = NewType("PassageId", int)

SentenceKind = Literal["prose", "item", "row", "line", "heading"]
"""What a sentence stands in: running text, a list item, a table row, a line of a multi-line fact
(an address, a byline), or a heading."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a file: why it was not read, or what a reader of it should know.

    ``text`` is the English line; ``code`` and ``values`` let a screen say it in another language.
    """

    text: str
    code: str = ""
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as it is indexed now.

    ``path`` is relative to the synced folder, with ``/``; ``revision`` is the SHA-256 of the
    file's bytes; ``date`` is ISO 8601 to the precision known (``2018``, ``2018-06``, ``2018-10-26``)
    or empty; ``publisher`` and ``kind`` may be empty.
    """

    path: str
    revision: str
    title: str
    publisher: str
    date: str
    language: Language
    kind: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of evidence: a span that can be quoted, with its kind."""

    start: int
    end: int
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it has a place in the store: what the chunker makes of a document.

    ``lead`` is text from outside the span that a reader would need (the line that introduces a
    list); it is embedded with the passage and never quoted. ``page`` counts from 1.
    """

    start: int
    end: int
    heading: tuple[str, ...]
    lead: str
    page: int | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous span of one document: the unit that is embedded and retrieved.

    It begins on ``page``, counted from 1, which is printed as ``page_label`` where that is known.
    """

    id: PassageId
    document: str
    revision: str
    start: int
    end: int
    text: str
    language: Language
    heading: tuple[str, ...]
    page: int | None
    page_label: str = ""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must agree for vectors and words of an index to be usable.

    ``model`` identifies weights, tokenizer, pooling and prompts; the others are version numbers
    of our own code.
    """

    model: str
    chunker: int
    analyser: int
    schema: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did, or would do: paths in order.

    ``moved`` pairs the former path with the new one, ``failed`` a path with the reason, ``warnings``
    a path that was written with a remark on it. ``stopped``: it was told to end before its time.
    """

    added: Sequence[str]
    changed: Sequence[str]
    moved: Sequence[tuple[str, str]]
    removed: Sequence[str]
    unchanged: Sequence[str]
    failed: Sequence[tuple[str, str]]
    warnings: Sequence[tuple[str, str]]
    passages: int
    embedded: int
    stopped: bool
    seconds: float
