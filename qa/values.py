"""The values of one question: hits, citations, and the two outcomes.

``Reply = Answer | NotInDocuments``: take them apart with ``match``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.values import Language, Passage

Mode = Literal["extractive", "generated"]

Reason = Literal[
    "not_covered",  # the documents hold no answer, by the calibrated probability
    "no_documents",  # nothing is indexed, or nothing within the chosen documents
    "no_question",  # empty, or without a word or figure
    "too_long",  # longer than the setting `max_question_chars`
    "other_language",  # neither German nor English
]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for one question; ``score`` is 0 to 1, higher is better.

    ``features`` are the figures that the ranker weighed, by name, for "why this answer"; ``also``
    are passages that say the same (``qa.folding``); ``nearest`` is where in the text of a passage that
    does not answer the sentence begins that comes nearest to it.
    """

    passage: Passage
    score: float
    features: Mapping[str, float]
    also: tuple[Passage, ...] = ()
    nearest: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A span of the canonical text of a document's revision."""

    document: str
    revision: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that can be checked: the canonical text of ``revision`` between ``start`` and ``end``
    is ``quote``, code point for code point. ``number`` counts from 1 by first appearance;
    ``page`` counts from 1, None where the format has no pages; ``page_label`` is how it is
    printed, or a slide's or sheet's name, where that is known; ``also`` tells where else the quote
    stands, word for word."""

    number: int
    document: str
    title: str
    publisher: str
    date: str
    revision: str
    start: int
    end: int
    quote: str
    language: Language
    page: int | None
    heading: tuple[str, ...]
    also: tuple[Place, ...] = ()
    page_label: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations that it rests on.

    ``supported``: it stands in what it cites word for word. ``reworded``: it does not, but passed the
    check against it (``qa.support``), which can be wrong; it is shown with a remark. One that is
    neither is not borne out."""

    text: str
    citations: tuple[int, ...]
    supported: bool
    reworded: bool = False

    @property
    def stands(self) -> bool:
        """Whether it has evidence, in whatever words."""
        return self.supported or self.reworded


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall-clock milliseconds of the two halves of one answer."""

    retrieve: float
    answer: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The documents answer. ``text`` is what is shown, with lead-ins and ``[n]`` markers;
    ``confidence`` is the calibrated probability that they do; ``passages`` the ranking; ``missing``
    are parts of the question that they do not answer.

    ``model`` names the language model that wrote it, "" for quotes; ``dropped`` counts its
    statements that were left out for want of evidence; ``tokens`` are what the model read and wrote
    for this as its server counts, 0 if it does not tell; ``notice`` is one line that tells why no
    model wrote this though one is set; ``understood`` is the question as a follow-up was
    understood, "" if as asked."""

    question: str
    language: Language
    confidence: float
    mode: Mode
    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    timings: Timings
    missing: tuple[str, ...] = ()
    notice: str = ""
    model: str = ""
    dropped: int = 0
    understood: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class NotInDocuments:
    """The documents do not answer, and why; the first three ``passages`` are the nearest;
    ``understood`` as in ``Answer``."""

    question: str
    language: Language
    confidence: float
    reason: Reason
    text: str
    passages: tuple[Hit, ...]
    timings: Timings
    understood: str = ""


Reply = Answer | NotInDocuments


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier turn of a conversation; ``understood`` as in ``Answer``."""

    question: str
    answer: str
    understood: str = ""
