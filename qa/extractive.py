"""Quotes to an answer, word for word: a lead-in that names the source, then the quotes.

Every citation is looked up in the canonical text of its revision before it leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.errors import IndexError_
from index.library import Library
from index.values import Document, Language
from qa.evidence import Quote
from qa.values import AnswerSentence, Citation, Place
from qa.wording import lead_in, quoted


class CitationError(IndexError_):
    """A quote is not what stands at its place: the index is damaged."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The three views of one answer: the whole text, its sentences, its citations."""

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]

    def with_note(self, note: str) -> Composed:
        """The same with a remark of our own below, which cites nothing."""
        return replace(self, text=f"{self.text}\n\n{note}")


def compose(
    quotes: Sequence[Quote],
    language: Language,
    documents: Mapping[str, Document],
    library: Library,
) -> Composed:
    """Write the answer; quotes of one document stand together, under one lead-in.

    Raises:
        CitationError: a quote does not stand at its place in the canonical text.
    """
    ordered = [quote for group in _by_document(quotes) for quote in group]
    citations = tuple(
        cite(quote, number, documents[quote.hit.passage.document], library)
        for number, quote in enumerate(ordered, start=1)
    )
    sentences = tuple(
        AnswerSentence(text, (citation.number,), True)
        for quote, citation in zip(ordered, citations, strict=True)
        for text in _sentences(quote)
    )
    return Composed(in_words(citations, language), sentences, citations)


def in_words(citations: Sequence[Citation], language: Language) -> str:
    """The quotes with their markers; those of one document in a row stand under one lead-in."""
    parts: list[str] = []
    for _, run in groupby(citations, key=lambda citation: citation.document):
        group = list(run)
        lead = lead_in(language, group[0].title, group[0].date, group[0].language)
        spoken = [f"{quoted(c.quote, c.language)} [{c.number}]" for c in group]
        parts.append(f"{lead} {' '.join(spoken)}")
    return "\n\n".join(parts)


def _by_document(quotes: Sequence[Quote]) -> list[list[Quote]]:
    """Quotes by document, in the order of their best; within one, by place in the text."""
    groups: dict[str, list[Quote]] = {}
    for quote in quotes:
        groups.setdefault(quote.hit.passage.document, []).append(quote)
    return [sorted(group, key=lambda q: q.start) for group in groups.values()]


def _sentences(quote: Quote) -> list[str]:
    passage = quote.hit.passage
    spans = [(max(s.start, quote.start), s.end) for s in quote.sentences]
    return [passage.text[start - passage.start : end - passage.start] for start, end in spans]


def cite(quote: Quote, number: int, document: Document, library: Library) -> Citation:
    """Make a citation and check it against the canonical text.

    Raises:
        CitationError: the text at ``start:end`` is not the quote.
    """
    passage = quote.hit.passage
    claimed = quote.text
    text = library.text(passage.revision)
    if text is None or text[quote.start : quote.end] != claimed or not claimed:
        raise CitationError(
            f"{passage.document} at {quote.start}:{quote.end}: the index does not agree with the"
            " text. Run `belegt doctor`, then `belegt sync --rebuild`."
        )
    page = library.store.page_at(passage.document, quote.start)  # its passage may begin on another
    return Citation(
        number=number,
        document=passage.document,
        title=document.title,
        publisher=document.publisher,
        date=document.date,
        revision=passage.revision,
        start=quote.start,
        end=quote.end,
        quote=claimed,
        language=passage.language,
        page=page.number if page else None,
        heading=passage.heading,
        also=tuple(_elsewhere(quote, library)),
        page_label=page.label if page else "",
    )


def _elsewhere(quote: Quote, library: Library) -> Iterator[Place]:
    """Where the quote stands word for word in passages that say the same."""
    for other in quote.hit.also:
        at = other.text.find(quote.text)
        start = other.start + at
        end = start + len(quote.text)
        text = library.text(other.revision) if at >= 0 else None
        if text is not None and text[start:end] == quote.text:
            yield Place(other.document, other.revision, start, end)
