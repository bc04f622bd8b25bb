"""The sentences that a language model may point at, numbered, within its context.

Sentences are taken in the order in which they answer, until the next one would not fit: what is
left out is always the least likely, and nothing is ever cut. They are shown by passage and place.
Text of documents is data: it cannot open or close a line, a number or a tag of the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.searchtext import search_text
from index.values import Document, Language, PassageId, Sentence
from qa.evidence import Evidence
from qa.values import Hit

MOST = 16
"""No more sentences than this, whatever the context holds: on a laptop each costs a model about a
second, small models lose the thread, and the answer is among the first of them."""

_LANGUAGE: Mapping[Language, Mapping[Language, str]] = {
    "de": {"de": "Deutsch", "en": "Englisch"},
    "en": {"de": "German", "en": "English"},
}
_INERT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "【": "(", "】": ")", "|": "/"})
_PIECE = re.compile(r"[a-zA-Z]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered sentence; ``ordinal`` is its place among those of its passage."""

    number: int
    hit: Hit
    sentence: Sentence
    ordinal: int

    @property
    def text(self) -> str:
        return _text(self.hit, self.sentence)


def estimate_tokens(text: str) -> int:
    """No fewer tokens than any usual tokenizer makes of German or English text.

    A word of ASCII letters counts one per three letters begun, anything else one per byte.
    """
    return sum(_cost(match.group()) for match in _PIECE.finditer(text))


def _cost(piece: str) -> int:
    if piece.isascii() and piece.isalpha():
        return -(-len(piece) // 3)
    if piece.isspace():
        return piece.count("\n")
    return min(len(piece.encode("utf-8", "replace")), 3)


def choose_sources(
    ranked: Sequence[Sequence[Evidence]],
    documents: Mapping[str, Document],
    language: Language,
    tokens: int,
) -> list[Source]:
    """The best sentences that fit into ``tokens``, numbered from 1 in the order of the prompt.

    ``ranked`` has the sentences of each part of the question, best first; parts take turns.
    """
    chosen: dict[tuple[PassageId, int], Evidence] = {}
    headed: set[PassageId] = set()
    for one in _by_turns(ranked):
        passage = one.hit.passage.id
        if (passage, one.ordinal) in chosen:
            continue
        head = "" if passage in headed else _head(one.hit, documents, language) + "\n"
        tokens -= estimate_tokens(f"{head}[{MOST}] {inert(_text(one.hit, one.sentence))}\n")
        if tokens < 0 or len(chosen) == MOST:
            break
        headed.add(passage)
        chosen[passage, one.ordinal] = one
    return _numbered(list(chosen.values()))


def _by_turns(ranked: Sequence[Sequence[Evidence]]) -> Iterator[Evidence]:
    for rank in range(max(map(len, ranked), default=0)):
        yield from (part[rank] for part in ranked if rank < len(part))


def _numbered(chosen: Sequence[Evidence]) -> list[Source]:
    """Passages in the order of their best sentence, sentences in the order of the text."""
    passages = list(dict.fromkeys(one.hit.passage.id for one in chosen))
    order = sorted(chosen, key=lambda one: (passages.index(one.hit.passage.id), one.ordinal))
    return [Source(i, one.hit, one.sentence, one.ordinal) for i, one in enumerate(order, start=1)]


def block(sources: Sequence[Source], documents: Mapping[str, Document], language: Language) -> str:
    """The part of a prompt that shows the sentences; ``language`` is that of the prompt."""
    lines: list[str] = []
    passage: PassageId | None = None
    for source in sources:
        if source.hit.passage.id != passage:
            passage = source.hit.passage.id
            lines.append(_head(source.hit, documents, language))
        lines.append(f"[{source.number}] {inert(source.text)}")
    return "\n".join(lines)


def _head(hit: Hit, documents: Mapping[str, Document], language: Language) -> str:
    document = documents.get(hit.passage.document)
    named = [document.title, document.date] if document else []
    facts = [*named, *hit.passage.heading, _LANGUAGE[language][hit.passage.language]]
    return "# " + " · ".join(inert(fact) for fact in dict.fromkeys(facts) if fact)


def inert(text: str) -> str:
    """One line of text in which nothing looks like a marker, a tag or a role of the prompt."""
    return " ".join(search_text(text).translate(_INERT).split())


def surroundings(source: Source, sentences: Sequence[Sentence], document: Document | None) -> str:
    """What a reader of the sentence sees around it: title, headings, the sentence before.

    ``sentences`` are all of its passage.
    """
    before = sentences[source.ordinal - 1 : source.ordinal] if source.ordinal else []
    named = [document.title] if document else []
    return "\n".join([*named, *source.hit.passage.heading, *(_text(source.hit, s) for s in before)])


def _text(hit: Hit, sentence: Sentence) -> str:
    passage = hit.passage
    return passage.text[sentence.start - passage.start : sentence.end - passage.start]
