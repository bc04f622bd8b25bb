"""What an export holds, whatever its format: questions, answers cut at their quotes, footnotes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from index.files import visible
from index.values import Document, Language
from qa.values import Answer, NotInDocuments, Reply
from ui import render
from ui.render import Part, Place
from ui.wording import Words

_REVISION = 12
"""Characters of a revision's hash: enough to tell versions of a document apart."""

Paragraph = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A quote and where it stands: ``lines`` name the source, then the exact place. ``number``
    counts through the whole paper."""

    number: int
    quote: str
    language: Language
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its reply; ``facts`` say where its words come from. Markers among the parts
    carry the numbers of ``notes``; ``nearest`` are passages that are no answer."""

    question: str
    language: Language
    paragraphs: tuple[Paragraph, ...]
    facts: tuple[str, ...]
    notes: tuple[Note, ...]
    nearest: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """All of an export; ``words`` are those of the reader's language."""

    title: str
    about: str
    entries: tuple[Entry, ...]
    words: Words


def paper_of(
    replies: Sequence[Reply],
    documents: Mapping[str, Document],
    w: Words,
    day: date,
    title: str = "",
) -> Paper:
    """Replies in their order; without a ``title``, under the first question."""
    entries: list[Entry] = []
    number = 1
    for reply in replies:
        entries.append(_entry(reply, number, documents, w))
        number += len(entries[-1].notes)
    return Paper(
        title=carried(title or replies[0].question),
        about=w("export_about", date=w.date(day.isoformat())),
        entries=tuple(entries),
        words=w,
    )


def carried(text: str) -> str:
    """The text as every format can carry it: control characters and broken code points show as
    ``\\ufffd``; all else is kept, line breaks and tabs too."""
    return "".join("\ufffd" if _is_lost(c) else c for c in text)


def _is_lost(c: str) -> bool:
    return (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or c in "\ufffe\uffff"


def isolated(text: str) -> str:
    """The text; where marks in it turn the writing direction, closed off from what follows."""
    turning = any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in text)
    return f"\u2068{text}\u2069" if turning else text


def _entry(reply: Reply, first: int, documents: Mapping[str, Document], w: Words) -> Entry:
    places = render.places(reply, documents, w)
    cited = [p for p in places if p.is_citation]
    numbers = {place.number: first + at for at, place in enumerate(cited)}
    notes = tuple(_note(place, numbers[place.number], w) for place in cited)
    nearest = tuple(_note(p, p.number, w) for p in places if not p.is_citation)
    question, language = carried(reply.question), reply.language
    match reply:
        case Answer():
            facts = _facts(reply, w)
            paragraphs = tuple(_paragraphs(_numbered(render.answer_parts(reply), numbers)))
        case NotInDocuments():
            facts = [w("no_answer" if reply.reason == "not_covered" else "no_search")]
            paragraphs = ((Part("text", carried(reply.text)),),)
    if reply.understood:
        facts.insert(0, w("export_understood", question=carried(reply.understood)))
    return Entry(question, language, paragraphs, tuple(facts), notes, nearest)


def _facts(reply: Answer, w: Words) -> list[str]:
    """Who wrote it, how sure it is, what was left out; ``notice`` says why no model wrote it."""
    written = [w(f"mode_{reply.mode}"), render.confidence_text(reply.confidence, w)]
    if reply.model:
        written.insert(1, w("export_model", model=carried(reply.model)))
    left_out = [w.counted("export_dropped", reply.dropped)] if reply.dropped else []
    return [" · ".join(written), *left_out, *([carried(reply.notice)] if reply.notice else [])]


def _numbered(parts: Sequence[Part], numbers: Mapping[int, int]) -> Iterator[Part]:
    """The parts with the paper's numbers, each close to its word; a citation without a marker gets
    one at the end."""
    unmarked = dict(numbers)
    for part, following in pairwise((*parts, None)):
        if part.number is None:
            marked = following is not None and following.kind == "marker"
            text = part.text.rstrip(" ") if marked and part.kind == "text" else part.text
            yield replace(part, text=carried(text))
            continue
        unmarked.pop(part.number, None)
        yield replace(part, number=numbers[part.number])
    yield from (Part("marker", "", number=number) for number in unmarked.values())


def _paragraphs(parts: Iterator[Part]) -> Iterator[Paragraph]:
    """Cut where our own words have an empty line; a quote's own lines stay together."""
    current: list[Part] = []
    for part in parts:
        first, *others = part.text.split("\n\n") if part.kind == "text" else [part.text]
        current.append(replace(part, text=first))
        for text in others:
            yield tuple(current)
            current = [replace(part, text=text)]
    yield tuple(current)


def _note(place: Place, number: int, w: Words) -> Note:
    source = " · ".join(filter(None, (place.title, place.facts)))
    where = w(
        "export_place",
        document=visible(place.document),
        start=str(place.start),
        end=str(place.end),
        revision=place.revision[:_REVISION],
    )
    also = dict.fromkeys(render.also_name(other, place) for other in place.also)
    lines = [source, where, *([w("also_in", title=", ".join(also))] if also else [])]
    shown = tuple(carried(" ".join(line.split())) for line in lines)
    return Note(number, carried(place.text), place.language, shown)
