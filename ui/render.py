"""Replies and documents to HTML fragments, to data for the page's parts, and to plain text.

No Streamlit here. Whatever stems from a document, a file name, a question or an error is escaped
and kept apart from its surroundings (``bdi``), so that it shows as it is and does nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.searchtext import flowing
from index.values import Document, Language
from qa.values import Answer, Citation, Hit, NotInDocuments, Reply
from qa.values import Place as Spot
from qa.wording import not_answered, quoted, remark
from ui.wording import Words, words

NEAREST = 3
"""How many passages a refusal shows."""

WINDOW = 200_000
"""Characters shown on either side of a place; longer documents are cut, and the page says so."""

EXCERPT = 320
"""Characters of a passage that a refusal shows before it is opened."""

SURROUNDINGS = 1200
"""Characters on either side of a place that the page holds, to show them at once."""

_MARKER = re.compile(r"\[(\d{1,3})\]")

PartKind = Literal["text", "quote", "other", "marker", "unsupported", "remark", "missing"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of shown text: of an answer (text, quote, marker, unsupported, remark on the sentence
    before it, and missing: what the documents do not answer) or of a document (text, quote: the place
    that was opened, other: another place that the answer cites)."""

    kind: PartKind
    text: str
    language: Language | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Something of a reply that can be opened in its document; ``number`` counts from 1, ``also``
    are other places that say the same. ``text`` is empty where a whole document is meant;
    ``reference`` names the source as a footnote does; ``nearest`` is where in the text what comes
    nearest to an answer begins."""

    number: int
    document: str
    title: str
    facts: str
    revision: str
    start: int
    end: int
    text: str
    language: Language
    is_citation: bool
    reference: str = ""
    also: tuple[Place, ...] = ()
    nearest: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A document opened at a place: what the reader shows. The parts begin at code point ``start``
    of its canonical text; None where that is gone. ``copied`` is the quote with its reference."""

    heading: str
    facts: str
    notes: tuple[str, ...]
    parts: tuple[Part, ...]
    start: int | None
    language: Language
    copied: str
    position: str
    previous: int | None
    next: int | None


def escape(text: str) -> str:
    """For HTML; what UTF-8 cannot carry becomes a question mark, so that no page breaks on it."""
    return html.escape(text.encode("utf-8", "replace").decode())


def foreign(text: str, language: Language | None = None) -> str:
    """Text that is not ours, inline: inert, and its writing direction stays inside."""
    lang = f' lang="{language}"' if language else ""
    return f"<bdi{lang}>{escape(text)}</bdi>"


# -- questions and answers --------------------------------------------------------------------


def question_html(question: str, w: Words) -> str:
    """What was asked, word for word."""
    label = escape(w("you_asked"))
    return f'<div class="b-question" role="group" aria-label="{label}">{foreign(question)}</div>'


def answer_parts(answer: Answer) -> list[Part]:
    """The text of an answer, cut at quotes and markers; joined again it is the text.

    A ``[2]`` inside a quote is the document's own and stays text; so does a number without a
    citation.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    spans = _quote_spans(answer) + _remarked_spans(answer) + _missing_span(answer)
    for match in _MARKER.finditer(answer.text):
        inside = any(start <= match.start() < end for start, end, _ in spans)
        number = int(match.group(1))
        if number in by_number and not inside:
            part = Part("marker", match.group(), number=number)
            spans.append((match.start(), match.end(), part))
    return _cut(answer.text, spans)


def _quote_spans(answer: Answer) -> list[tuple[int, int, Part]]:
    parts = (Part("quote", c.quote, c.language) for c in answer.citations)
    return _in_order(answer.text, parts)


def _remarked_spans(answer: Answer) -> list[tuple[int, int, Part]]:
    """What stands nowhere, and the remarks behind sentences; all sentences in order, so that one that
    occurs twice is not taken for another."""
    parts: list[Part] = []
    for sentence in answer.sentences:
        if answer.mode == "generated" or not sentence.supported:
            parts.append(Part("text" if sentence.stands else "unsupported", sentence.text))
        if said := remark(sentence, answer.language):
            parts.append(Part("remark", said))
    return [span for span in _in_order(answer.text, parts) if span[2].kind != "text"]


def _in_order(text: str, parts: Iterable[Part]) -> list[tuple[int, int, Part]]:
    """Where the parts stand, each after the former; what is not there is left out."""
    spans: list[tuple[int, int, Part]] = []
    at = 0
    for part in parts:
        start = text.find(part.text, at)
        if start >= 0:
            at = start + len(part.text)
            spans.append((start, at, part))
    return spans


def _missing_span(answer: Answer) -> list[tuple[int, int, Part]]:
    """The remark that ends an answer to a part of the question only."""
    note = not_answered(answer.language, answer.missing)
    if not answer.missing or not answer.text.endswith(note):
        return []
    end = len(answer.text)
    return [(end - len(note), end, Part("missing", note))]


def _cut(text: str, spans: Iterable[tuple[int, int, Part]]) -> list[Part]:
    """The spans in order with the text between them; one that overlaps a former is left out."""
    parts: list[Part] = []
    at = 0
    for start, end, part in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        if start > at:
            parts.append(Part("text", text[at:start]))
        parts.append(part)
        at = end
    return [*parts, Part("text", text[at:])] if at < len(text) else parts


def confidence_text(confidence: float, w: Words) -> str:
    """The probability in words, with its figure."""
    level = 1 + sum(confidence >= bound for bound in (0.1, 0.4, 0.7, 0.9))
    words_for_it = w(f"confidence_{level}")
    return w("confidence", words=words_for_it, share=w.percent(confidence))


def marker_name(citation: Citation, w: Words) -> str:
    """What a screen reader says for a marker."""
    values = {"number": citation.number, "title": citation.title}
    page = page_text(citation.page, citation.page_label, w)
    return w("marker_page", page=page, **values) if page else w("marker", **values)


def label_html(answer: Answer, w: Words) -> str:
    """Where the words of an answer come from, how sure it is, and what was left out or went wrong."""
    sure = confidence_text(answer.confidence, w)
    lines = [
        f'<p class="b-label"><strong>{_mode(answer, w)}</strong>'
        f'<span class="b-dot" aria-hidden="true"> · </span>{escape(sure)}</p>'
    ]
    if any(sentence.reworded for sentence in answer.sentences):
        lines.append(note_html(w("reworded_note")))
    if answer.dropped:
        lines.append(note_html(w.counted("dropped", answer.dropped)))
    if answer.notice:
        notice = foreign(answer.notice, answer.language)
        lines.append(f'<p class="b-note">{notice}</p>')
    return "".join(lines)


def _mode(answer: Answer, w: Words) -> str:
    if answer.mode == "generated" and answer.model:
        before, after = w("mode_model", model="\0").split("\0")
        return f"{escape(before)}{foreign(answer.model)}{escape(after)}"
    return escape(w(f"mode_{answer.mode}"))


def refusal_html(reply: NotInDocuments) -> str:
    """A refusal, recognisable as one, in the language of the question."""
    w = words(reply.language)
    searched = reply.reason == "not_covered"
    heading = w("no_answer" if searched else "no_search")
    said = "".join(f"<p>{escape(line)}</p>" for line in reply.text.splitlines())
    sure = f'<p class="b-label">{escape(confidence_text(reply.confidence, w))}</p>'
    return (
        f'<div class="b-refusal" lang="{reply.language}">'
        f'<p class="b-refusal-head">{escape(heading)}</p>{said}{sure if searched else ""}</div>'
    )


def places_heading_html(reply: Reply, w: Words) -> str:
    """What the cards are: evidence; or the nearest passages, as the refusal's language says it."""
    if isinstance(reply, Answer):
        return heading_html(w("evidence"))
    own = words(reply.language)("nearest")
    return f'<p class="b-heading" lang="{reply.language}">{escape(own)}</p>'


def heading_html(text: str) -> str:
    return f'<p class="b-heading">{escape(text)}</p>'


# -- places -----------------------------------------------------------------------------------


def places(reply: Reply, documents: Mapping[str, Document], w: Words) -> list[Place]:
    """What can be opened of a reply: its citations, or the nearest passages of a refusal."""
    match reply:
        case Answer():
            return [_cited(citation, documents, w) for citation in reply.citations]
        case NotInDocuments():
            nearest = enumerate(reply.passages[:NEAREST], start=1)
            return [_near(number, hit, documents, w) for number, hit in nearest]


def _cited(citation: Citation, documents: Mapping[str, Document], w: Words) -> Place:
    c, page = citation, page_text(citation.page, citation.page_label, w)
    place = Place(
        c.number,
        c.document,
        c.title,
        facts(c.publisher, c.date, c.language, page, c.heading, w),
        c.revision,
        c.start,
        c.end,
        c.quote,
        c.language,
        is_citation=True,
        reference=reference(c.publisher, c.title, c.date, page, c.document, w),
    )
    return replace(place, also=tuple(_same(place, also, documents, w) for also in c.also))


def _same(place: Place, also: Spot, documents: Mapping[str, Document], w: Words) -> Place:
    """Where else a quote stands word for word; by its path where the document is gone."""
    there = replace(
        place, document=also.document, revision=also.revision, start=also.start, end=also.end
    )
    document = documents.get(also.document)
    if document is None:
        return replace(there, title=also.document, facts="", reference=also.document)
    return replace(
        there,
        title=document.title,
        facts=facts(document.publisher, document.date, document.language, "", (), w),
        reference=reference(
            document.publisher, document.title, document.date, "", document.path, w
        ),
    )


def _near(number: int, hit: Hit, documents: Mapping[str, Document], w: Words) -> Place:
    passage = hit.passage
    document = documents.get(passage.document)
    title, publisher, date = passage.document, "", ""
    if document:
        title, publisher, date = document.title, document.publisher, document.date
    page = page_text(passage.page, passage.page_label, w)
    return Place(
        number,
        passage.document,
        title,
        facts(publisher, date, passage.language, page, passage.heading, w),
        passage.revision,
        passage.start,
        passage.end,
        passage.text,
        passage.language,
        is_citation=False,
        reference=reference(publisher, title, date, page, passage.document, w),
        also=tuple(_near(number, Hit(p, hit.score, {}), documents, w) for p in hit.also),
        nearest=hit.nearest,
    )


def whole(document: Document, number: int, w: Words) -> Place:
    """A document from its beginning, opened in the stead of the place ``number`` of a reply."""
    d = document
    about = facts(d.publisher, d.date, d.language, "", (), w)
    return Place(
        number, d.path, d.title, about, d.revision, 0, 0, "", d.language, is_citation=False
    )


def facts(
    publisher: str, date: str, language: Language, page: str, heading: Sequence[str], w: Words
) -> str:
    """Publisher, date, language, page and heading path, as far as they are known, as plain text."""
    shown = [publisher, w.date(date), w(f"answer_{language}"), page, " › ".join(heading)]
    return " · ".join(fact for fact in shown if fact)


def reference(publisher: str, title: str, date: str, page: str, document: str, w: Words) -> str:
    """A source as a footnote names it, with its file: ``Publisher: Title, date, page 4 (file)``."""
    named = f"{publisher}: {title}" if publisher else title
    return f"{', '.join(filter(None, [named, w.date(date), page]))} ({document})"


def page_text(page: int | None, label: str, w: Words) -> str:
    """The page as counted, and as it is printed if that differs; empty where there are none."""
    if page is None:
        return ""
    return (
        w("page_labelled", page=page, label=label)
        if label not in ("", str(page))
        else w("page", page=page)
    )


def place_html(place: Place, answer_language: Language, w: Words) -> str:
    """The inside of a card: number, title, facts, quote; the source's language if it differs."""
    text = place.text if place.is_citation else excerpt(place.text, place.nearest)
    note = ""
    if place.language != answer_language:
        note = f'<p class="b-note">{escape(w(f"source_{place.language}"))}</p>'
    return (
        f'<div class="b-card"><p class="b-card-title"><span class="b-number">{place.number}</span>'
        f"{foreign(place.title, place.language)}</p>"
        f'<p class="b-facts">{foreign(place.facts)}</p>'
        f'<blockquote class="b-quote" lang="{place.language}" dir="auto">{escape(flowing(text))}'
        f"</blockquote>{note}</div>"
    )


def also_name(also: Place, place: Place) -> str:
    """What another place is called: its title, and its file where the title does not tell."""
    return also.title if also.title != place.title else f"{also.title} ({also.document})"


def excerpt(text: str, nearest: int = 0) -> str:
    """A passage from its beginning, or from ``nearest`` if what begins there would be cut; ends at a
    word. ``…`` says that there is more."""
    if len(text) <= EXCERPT:
        return text
    before = "… " if nearest > EXCERPT // 2 else ""
    rest = text[nearest:] if before else text
    return before + (rest if len(rest) <= EXCERPT else rest[:EXCERPT].rsplit(None, 1)[0] + " …")


def reading(
    opened: Place,
    siblings: Sequence[Place],
    text: str | None,
    documents: Mapping[str, Document],
    w: Words,
) -> Reading:
    """A document opened at a place, with the other places of the same reply marked too; ``opened``
    may be another place or document that stands in for the sibling of its number."""
    notes, spans = [], []
    gone = text is None
    if text is None:
        notes.append(w("text_gone"))
        text, spans = opened.text, [(0, len(opened.text), _part(opened, opened))]
        notes += [] if is_current(opened, documents) else [w("original_gone")]
    else:
        notes += _revision_notes(opened, documents, w)
        same = [p for p in siblings if p.revision == opened.revision and p.number != opened.number]
        spans = [
            (p.start, p.end, _part(p, opened))
            for p in (*same, opened)
            if p.text and text[p.start : p.end] == p.text
        ]
        if text[opened.start : opened.end] != opened.text:
            notes.append(w("quote_differs"))
    low, parts = _around(text, spans, opened, notes, w)
    number = next(i for i, p in enumerate(siblings) if p.number == opened.number)
    return Reading(
        heading=opened.title,
        facts=opened.facts,
        notes=tuple(notes),
        parts=tuple(parts),
        start=None if gone else low,
        language=opened.language,
        copied=footnote(opened),
        position=w("position", number=number + 1, count=len(siblings)),
        previous=siblings[number - 1].number if number else None,
        next=siblings[number + 1].number if number + 1 < len(siblings) else None,
    )


def footnote(place: Place) -> str:
    """The quote with its reference, on one line; empty where no place is meant."""
    quote = " ".join(flowing(place.text).split())
    return f"{quoted(quote, place.language)} {place.reference}." if quote else ""


def nearby(reading: Reading) -> Reading:
    """The same with no more than the surroundings of the opened place."""
    at = next((i for i, part in enumerate(reading.parts) if part.kind == "quote"), None)
    if at is None:
        first = replace(reading.parts[0], text=reading.parts[0].text[:SURROUNDINGS])
        return replace(reading, parts=(first,), start=None)
    before, left = [], SURROUNDINGS
    for part in reversed(reading.parts[:at]):
        before.append(replace(part, text=part.text[-left:] if left else ""))
        left -= len(before[-1].text)
    after, left = [], SURROUNDINGS
    for part in reading.parts[at + 1 :]:
        after.append(replace(part, text=part.text[:left]))
        left -= len(after[-1].text)
    parts = (*reversed(before), reading.parts[at], *after)
    return replace(reading, parts=tuple(part for part in parts if part.text), start=None)


def _part(place: Place, opened: Place) -> Part:
    kind: PartKind = "quote" if place.number == opened.number else "other"
    return Part(kind, place.text, place.language, place.number)


def is_current(place: Place, documents: Mapping[str, Document]) -> bool:
    """Whether its document is indexed in the cited revision, so that its original can be had."""
    document = documents.get(place.document)
    return document is not None and document.revision == place.revision


def _revision_notes(opened: Place, documents: Mapping[str, Document], w: Words) -> list[str]:
    if is_current(opened, documents):
        return []
    return [w("changed" if opened.document in documents else "removed"), w("original_gone")]


def _around(
    text: str,
    spans: list[tuple[int, int, Part]],
    opened: Place,
    notes: list[str],
    w: Words,
) -> tuple[int, list[Part]]:
    """The parts of the text, or of the window around the place where the text is very long, and
    where they begin."""
    low, high = max(0, opened.start - WINDOW), min(len(text), opened.end + WINDOW)
    if len(text) <= 2 * WINDOW:
        low, high = 0, len(text)
    else:
        notes.append(w("window", shown=high - low, total=len(text)))
    # The opened place comes first where spans overlap, so that it is never the one left out.
    free = [s for s in spans if s[2].kind == "quote" or not _overlaps(s, spans)]
    inside = [(s - low, e - low, part) for s, e, part in free if low <= s and e <= high]
    return low, _cut(text[low:high], inside)


def _overlaps(span: tuple[int, int, Part], spans: Iterable[tuple[int, int, Part]]) -> bool:
    return any(s[2].kind == "quote" and s[0] < span[1] and span[0] < s[1] for s in spans)


# -- documents, faults, first use -------------------------------------------------------------


def table_html(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A plain table; cells are HTML already (``foreign`` or ``escape``)."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="b-table" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def fault_html(lead: str, line: str = "") -> str:
    """What went wrong in our words, and the error's own line, which names the command."""
    own = f'<p class="b-line" lang="en">{foreign(line)}</p>' if line else ""
    return f'<div class="b-fault" role="alert"><p>{escape(lead)}</p>{own}</div>'


def note_html(text: str, line: str = "") -> str:
    own = f" {foreign(line, 'en')}" if line else ""
    return f'<p class="b-note">{escape(text)}{own}</p>'


def sent_html(where: str, w: Words) -> str:
    """To which model and host a question goes; none: to nobody."""
    said = f"{escape(w('sent_to'))} <b>{foreign(where)}</b>" if where else escape(w("sent_nowhere"))
    return f'<p class="b-sent">{said}</p>'


def writing_html(model: str, w: Words) -> str:
    """That an answer is not complete yet."""
    return f'<p class="b-label">{escape(w("writing"))} <strong>{foreign(model)}</strong></p>'


def scope_html(named: str, w: Words) -> str:
    """What alone is searched."""
    return f'<p class="b-scope">{escape(w("scope_active"))} <b>{foreign(named)}</b></p>'


def sign_in_html(w: Words) -> str:
    """Says that somebody has to sign in."""
    note = note_html(w("sign_in_note"))
    return f'<h1 class="b-heading">{escape(w("sign_in_heading"))}</h1>{note}'


def first_use_html(w: Words) -> str:
    """Three steps from nothing to a first answer."""
    command = f"<code>{escape(w('first_2_command'))}</code>"
    steps = (escape(w("first_1")), f"{escape(w('first_2'))} {command}.", escape(w("first_3")))
    items = "".join(f"<li>{step}</li>" for step in steps)
    return f'{heading1_html(w("first_heading"))}<ol class="b-steps">{items}</ol>'


def welcome_html(w: Words) -> str:
    return heading1_html(w("ask_heading")) + intro_html(w("ask_intro"))


def heading1_html(text: str) -> str:
    return f'<h1 class="b-h">{escape(text)}</h1>'


def intro_html(text: str) -> str:
    return f'<p class="b-intro">{escape(text)}</p>'


def list_html(heading: str, lines: Iterable[str]) -> str:
    """A heading and what stands under it, one line each."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<h2 class="b-heading">{escape(heading)}</h2><ul class="b-steps">{items}</ul>'


def how_to_html(w: Words) -> str:
    """How to prepare questions in a spreadsheet: steps, then what goes into each column."""
    steps = "".join(f"<li>{escape(w(f'how_{number}'))}</li>" for number in range(1, 5))
    columns = ("question", "language", "answerable", "answers", "document", "quote", "id", "tags")
    rows = [(f"<code>{name}</code>", escape(w(f"column_{name}"))) for name in columns]
    table = table_html(w("how_columns"), (w("how_column"), w("how_content")), rows)
    return f'<ol class="b-steps">{steps}</ol>{table}'


def faults_html(lead: str, lines: Iterable[str]) -> str:
    """Several faults at once, each in its own words."""
    items = "".join(f'<li class="b-line">{foreign(line)}</li>' for line in lines)
    return (
        f'<div class="b-fault" role="alert"><p>{escape(lead)}</p>'
        f'<ul class="b-lines" lang="en">{items}</ul></div>'
    )


# -- plain text -------------------------------------------------------------------------------


def plain_label(text: str) -> str:
    """Foreign text for a button, whose label Streamlit reads as Markdown: shown as it stands.

    Punctuation is escaped, and an invisible joiner keeps ``->``, ``--`` and addresses from being
    turned into arrows, dashes and links.
    """
    line = " ".join(text.split())
    return re.sub(r"([!-/:-@\[-`{-~])", "\\\\\\1\u2060", line)


def reply_text(reply: Reply, documents: Mapping[str, Document], w: Words) -> str:
    """A reply for a terminal or a text file: the text, then each place with its quote."""
    lines = [reply.text, ""]
    shown = places(reply, documents, w)
    if isinstance(reply, NotInDocuments) and shown:
        lines += [w("nearest") + ":", ""]
    for place in shown:
        quote = place.text if place.is_citation else excerpt(place.text, place.nearest)
        lines += [f"[{place.number}] {place.title} · {place.facts}", f"    {place.document}"]
        lines += [f"    {line}" for line in quote.splitlines()] + [""]
    return "\n".join(lines).rstrip() + "\n"
