"""Which sentences answer: scored with the question, their passage and their neighbours.

The coefficients are in ``models/evidence.json``, fitted by ``python -m eval.fit`` on sentences
that hold an answer against all others of the passages found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from index.values import Passage, Sentence, Vectors
from index.wordforms import sentence_forms
from qa.explaining import SHOWN, ExplainedSentence, explain
from qa.logistic import Logistic, load_logistic
from qa.matching import SENTENCE_FEATURES, best_late, sentence_features
from qa.question import matches_wanted
from qa.retrieval import Found
from qa.values import Hit

PASSAGES = 8
"""Sentences are looked for in this many of the best passages."""

FEATURES = (
    "cosine_gap",
    "passage_gap",
    "wanted",
    "length",
    "heading",
    "listed",
    "same_cosine",
    *(f"words_{name}" for name in SENTENCE_FEATURES),
)
_AT = {name: i for i, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence as evidence; ``score`` is the probability that it holds an answer, ``row`` are its
    features in order."""

    hit: Hit
    sentence: Sentence
    ordinal: int
    score: float
    row: Vectors

    @property
    def text(self) -> str:
        return _text(self.hit.passage, self.sentence)

    @property
    def wanted(self) -> float:
        """Whether it holds the type of thing that is asked for, 0 to 1."""
        return float(self.row[_AT["wanted"]])


class EvidenceFinder:
    """Ranks the sentences of the best passages."""

    def __init__(self, model: Logistic | None = None) -> None:
        self._model = model or load_logistic("evidence", FEATURES)

    def find(self, found: Found) -> list[Evidence]:
        """Sentences of the best passages, best first; ties by passage rank, then place."""
        places, rows = sentence_rows(found)
        if not places:
            return []
        scores = self._model.probabilities(rows)
        order = sorted(range(len(places)), key=lambda i: (-scores[i], i))
        ranked = (Evidence(*places[i], float(scores[i]), rows[i]) for i in order)
        return [one for one in ranked if not _only_asks(found, one)]

    def explain(self, evidence: Sequence[Evidence]) -> Iterator[ExplainedSentence]:
        """What made the scores of the best sentences."""
        for one in evidence[:SHOWN]:
            yield ExplainedSentence(
                **asdict(explain(self._model, one.row)),
                document=one.hit.passage.document,
                start=one.sentence.start,
                end=one.sentence.end,
                text=one.text,
            )


def sentence_rows(found: Found) -> tuple[list[tuple[Hit, Sentence, int]], Vectors]:
    """Places (hit, sentence, ordinal) in the best passages and their features, row by row."""
    places: list[tuple[Hit, Sentence, int]] = []
    blocks: list[Vectors] = []
    hits = found.hits[:PASSAGES]
    if not hits:
        return places, np.zeros((0, len(FEATURES)), np.float32)
    best = max(float(found.candidates.cosines[hit.passage.id].max()) for hit in hits)
    best_words = best_late(found.candidates.matches, [hit.passage.id for hit in hits])
    for hit in hits:
        sentences = found.candidates.sentences[hit.passage.id]
        places += [(hit, sentence, i) for i, sentence in enumerate(sentences)]
        blocks.append(_rows(found, hit, sentences, best, best_words))
    return places, np.concatenate(blocks)


def _rows(
    found: Found, hit: Hit, sentences: Sequence[Sentence], best: float, best_words: float
) -> Vectors:
    question, passage = found.question, hit.passage
    rows = np.zeros((len(sentences), len(FEATURES)), np.float32)
    cosines = found.candidates.cosines[passage.id]
    same = float(passage.language == question.language)
    texts = [_text(passage, sentence) for sentence in sentences]
    rows[:, _AT["cosine_gap"]] = cosines - best
    rows[:, _AT["passage_gap"]] = _logit(hit.score) - _logit(found.hits[0].score)
    rows[:, _AT["wanted"]] = [matches_wanted(question.wanted, text) for text in texts]
    rows[:, _AT["length"]] = np.log1p([len(text) for text in texts]) / 6.0
    rows[:, _AT["heading"]] = [sentence.kind == "heading" for sentence in sentences]
    rows[:, _AT["listed"]] = [sentence.kind in ("item", "row", "line") for sentence in sentences]
    rows[:, _AT["same_cosine"]] = same * cosines
    rows[:, _AT["words_late_gap"] :] = sentence_features(
        found.candidates.matches, passage.id, len(sentences), best_words, same
    )
    return rows


def _logit(score: float) -> float:
    clipped = min(max(score, 1e-6), 1 - 1e-6)
    return float(np.log(clipped / (1 - clipped)))


ASKED = 0.6
"""A word that finds this in the question is one of it, or its translation. Of the lines that stood
alone among the first three for 759 questions about the sample documents, no answer has all words so."""


def _only_asks(found: Found, one: Evidence) -> bool:
    """Whether a line or heading is all that would be quoted and has no word but those of the question:
    "Expertentreffen" does not tell who speaks at the expert meeting."""
    matches = found.candidates.matches
    if matches is None or one.sentence.kind not in ("line", "heading"):
        return False
    if matches.newest[one.hit.passage.id][1 + one.ordinal] < ASKED:
        return False
    return len(_quote(found, one).sentences) == 1


# -- from the best sentences to what is quoted ---------------------------------------------------

_LEANS_BACK = re.compile(
    r"[„“\"'‚(*]*(?:er|sie|es|dies\w*|das (?:ist|sind|war|wird|gilt|soll)|deren|dessen|dabei"
    r"|dadurch|damit|dafür|darin|darüber|darunter|daher|deshalb|hier|hierfür|hierzu|hiermit|hierbei|dort|zudem|außerdem|ebenso|ferner"
    r"|gleichzeitig|allerdings|jedoch|ziel ist es|it|he|she|they|this|these|those|that|there|here"
    r"|its|his|her|their|such|however|therefore|thus|moreover|furthermore|also|both|in addition)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*+•▪▶►◦‣●■–]\s+)+")
MAX_LIST = 800
"""A list or a merged quote longer than this is not quoted whole; in code points."""

ENOUGH = 0.9
"""Quotes are added until one of them holds the answer with this probability …"""

LEAST = 0.04
"""… or the next best sentence is less likely than this to hold it."""

SAME_WORDS = 0.8


@dataclass(frozen=True, slots=True)
class Quote:
    """A span to be quoted: whole sentences of one passage, in order; ``first`` is the ordinal of
    the first among those of the passage."""

    hit: Hit
    sentences: tuple[Sentence, ...]
    first: int
    score: float

    @property
    def last(self) -> int:
        return self.first + len(self.sentences) - 1

    @property
    def start(self) -> int:
        """Where the quote starts: at the first sentence, behind the mark of a list item."""
        first = self.sentences[0]
        passage = self.hit.passage
        mark = _BULLET.match(passage.text, first.start - passage.start, first.end - passage.start)
        return first.start + (len(mark.group()) if mark and first.kind == "item" else 0)

    @property
    def end(self) -> int:
        return self.sentences[-1].end

    @property
    def text(self) -> str:
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


def select_quotes(found: Found, evidence: Sequence[Evidence], most: int) -> list[Quote]:
    """The fewest spans that answer: the best sentence with what it needs to be understood, then
    the next best, until together they hold an answer with probability ``ENOUGH``.

    Neighbours become one quote. No more than ``most`` sentences are chosen in all.
    """
    quotes: list[Quote] = []
    sure = 0.0
    chosen = 0
    for candidate in evidence:
        if chosen == most or sure >= ENOUGH or (quotes and candidate.score < LEAST):
            break
        if any(_covers(quote, candidate) for quote in quotes):
            continue
        chosen += 1
        sure += candidate.score
        quote = _quote(found, candidate)
        quotes = _merged(found, quotes, quote)
    return quotes


def distinct(quotes: Sequence[Quote]) -> list[Quote]:
    """Quotes in order, less those that another says already or that lie in another."""
    kept: list[Quote] = []
    for quote in quotes:
        inside = (q.hit.passage.revision == quote.hit.passage.revision for q in kept)
        overlapping = (q.start < quote.end and quote.start < q.end for q in kept)
        if any(a and b for a, b in zip(inside, overlapping, strict=True)):
            continue
        if not any(_repeats(quote, other) for other in kept):
            kept.append(quote)
    return kept


def _merged(found: Found, quotes: list[Quote], new: Quote) -> list[Quote]:
    """Add a quote: as one with a quote that it touches, not at all if another says the same."""
    for i, old in enumerate(quotes):
        touching = new.first <= old.last + 1 and old.first <= new.last + 1
        fits = max(old.end, new.end) - min(old.start, new.start) <= MAX_LIST
        if old.hit.passage.id == new.hit.passage.id and touching and fits:
            first, last = min(old.first, new.first), max(old.last, new.last)
            sentences = found.candidates.sentences[old.hit.passage.id][first : last + 1]
            joined = Quote(old.hit, tuple(sentences), first, max(old.score, new.score))
            return [*quotes[:i], joined, *quotes[i + 1 :]]
    return quotes if any(_repeats(new, old) for old in quotes) else [*quotes, new]


def _repeats(quote: Quote, other: Quote) -> bool:
    """Whether a quote says nearly word for word what another says already."""
    words = [set(sentence_forms(q.text, q.hit.passage.language)) for q in (quote, other)]
    shared = len(words[0] & words[1])
    return shared > SAME_WORDS * min(map(len, words))


def _covers(quote: Quote, candidate: Evidence) -> bool:
    return (
        quote.hit.passage.revision == candidate.hit.passage.revision
        and quote.start < candidate.sentence.end
        and candidate.sentence.start < quote.end
    )


def _quote(found: Found, best: Evidence) -> Quote:
    """Widen a sentence to what a reader needs: the whole list, the whole address, the one before."""
    sentences = found.candidates.sentences[best.hit.passage.id]
    first = last = best.ordinal
    kind = best.sentence.kind
    text = best.text
    if kind in ("row", "line"):
        first, last = _run(sentences, best.ordinal)
    elif text.endswith(":") and last + 1 < len(sentences):
        last = _run(sentences, best.ordinal + 1)[1]
    elif kind == "item" and found.question.wanted == "list":
        first, last = _run(sentences, best.ordinal)
    elif kind == "heading" and last + 1 < len(sentences):
        last += 1
    elif _LEANS_BACK.match(text) and first > 0 and sentences[first - 1].kind in ("prose", "item"):
        first -= 1
    if first > 0 and sentences[first].kind in ("item", "row", "line"):
        lead = _text(best.hit.passage, sentences[first - 1])
        first -= lead.endswith(":")
    if sentences[last].end - sentences[first].start > MAX_LIST:
        first = last = best.ordinal
    return Quote(best.hit, tuple(sentences[first : last + 1]), first, best.score)


def _run(sentences: Sequence[Sentence], at: int) -> tuple[int, int]:
    """First and last of the neighbours of one kind around ``at``."""
    first = last = at
    while first > 0 and sentences[first - 1].kind == sentences[at].kind:
        first -= 1
    while last + 1 < len(sentences) and sentences[last + 1].kind == sentences[at].kind:
        last += 1
    return first, last


def _text(passage: Passage, sentence: Sentence) -> str:
    return passage.text[sentence.start - passage.start : sentence.end - passage.start]
