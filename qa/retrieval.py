"""A question to ranked passages, fair to both languages.

Candidates come from both signals: nearest vectors (centred, so that neither language is nearer by
its nature) and word forms in both languages. A small logistic ranker then weighs what is known of
each candidate; its coefficients are in ``models/ranker.json``, fitted by ``python -m eval.fit``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np

from index.embedding import Embedded
from index.errors import IndexError_
from index.library import Library
from index.store import DAMAGED, EmbeddedPassage
from index.values import Language, Passage, PassageId, Sentence, Vectors
from index.vectors import Centres
from qa.explaining import SHOWN, Explained, ExplainedPassage, explain, rank_by
from qa.folding import fold
from qa.logistic import Logistic, load_logistic
from qa.matching import PASSAGE_FEATURES, Matches, match_words, passage_features
from qa.question import Question, keys_by_language, names_found
from qa.values import Hit

NEAREST = 24
WORDED = 16

FEATURES = (
    "centred",
    "plain",
    "sentence",
    "coverage",
    "shared",
    "names",
    "same",
    "same_centred",
    "same_coverage",
    "rank",
    *PASSAGE_FEATURES,
)
_AT = {name: i for i, name in enumerate(FEATURES)}
_SIGNALS = (("meaning", "centred"), ("matches", "late"))


@dataclass(frozen=True)
class Candidates:
    """Passages that may answer and what is known of each: ``rows`` has shape
    ``(len(passages), len(FEATURES))``. ``sentences`` and their centred cosines to the question go
    by passage, ``worded`` are the scores of those that the word search found; ``rarity`` is the idf
    of each content word, ``matches`` is what word vectors tell, ``forms`` are the word forms of each
    passage."""

    question: Question
    passages: tuple[Passage, ...]
    rows: Vectors
    sentences: dict[PassageId, list[Sentence]]
    cosines: dict[PassageId, Vectors]
    worded: Mapping[PassageId, float]
    rarity: Mapping[str, float]
    matches: Matches | None
    forms: Mapping[PassageId, frozenset[str]]


@dataclass(frozen=True)
class Found:
    """The outcome of one search: candidates, and ``hits`` among them ranked best first."""

    candidates: Candidates
    hits: tuple[Hit, ...]

    @property
    def question(self) -> Question:
        return self.candidates.question


class Ranker(Protocol):
    """Anything that scores candidates: the small one here, or a larger model in its place."""

    def rank(self, question: Question, candidates: Candidates) -> Vectors:
        """Scores from 0 to 1, higher is better, shape ``(len(candidates.passages),)``."""

    def explain(self, candidates: Candidates, at: int) -> Explained:
        """What made the score of one candidate."""


class LinearRanker:
    """A logistic model over the features of each candidate, as a probability of an answer."""

    def __init__(self, model: Logistic | None = None) -> None:
        self._model = model or load_logistic("ranker", FEATURES)

    def rank(self, question: Question, candidates: Candidates) -> Vectors:
        return self._model.probabilities(candidates.rows)

    def explain(self, candidates: Candidates, at: int) -> Explained:
        return explain(self._model, candidates.rows[at])


class Retriever:
    """Searches one library; safe to use from several threads."""

    def __init__(self, library: Library, ranker: Ranker | None = None) -> None:
        self.library = library
        self._ranker = ranker or LinearRanker()

    def retrieve(
        self,
        question: Question,
        asked: Embedded,
        within: Sequence[str] | None = None,
        only: Sequence[PassageId] | None = None,
        without: Sequence[PassageId] = (),
    ) -> Found:
        """Rank the passages that may answer; ``asked`` is what the model makes of it.

        ``within`` limits the search to some document paths, ``only`` to some passages, and
        ``without`` leaves some out. Equal scores are ordered by id.
        """
        return self.rank(self.gather(question, asked, within, only, without))

    def gather(
        self,
        question: Question,
        asked: Embedded,
        within: Sequence[str] | None = None,
        only: Sequence[PassageId] | None = None,
        without: Sequence[PassageId] = (),
    ) -> Candidates:
        """Candidates from both signals with their features, in the order of their ids."""
        store = self.library.store
        limit = only if within is None or only is not None else store.passage_ids(within)
        spare = len(without)
        near = self.library.search_vectors(asked.vector, question.language, NEAREST + spare, limit)
        near = _less(near, without, NEAREST)
        by_words = self.library.search_words(
            question.words, question.language, WORDED + spare, limit
        )
        worded = dict(_less(by_words, without, WORDED))
        found = sorted({i for i, _ in near} | set(worded))
        passages, sentences, made = self._read(found)
        rows = np.zeros((len(passages), len(FEATURES)), np.float32)
        if not passages:
            return Candidates(question, (), rows, {}, {}, {}, {}, None, {})
        ids = [p.id for p in passages]
        centres = self.library.vectors.centres
        centred = centres.centre(asked.vector, "question", question.language)
        cosines = _sentence_cosines(centres, centred, passages, made)
        words = _WordStatistics(self.library, question, ids)
        matrix = np.stack([made[i].vector for i in ids])
        rows[:, _AT["plain"]] = matrix @ asked.vector
        _vector_features(rows, centres, centred, [p.language for p in passages], matrix)
        _sentence_features(rows, [cosines[i] for i in ids])
        _word_features(rows, passages, words)
        _product_features(rows, question, passages)
        matches = match_words(
            self.library,
            asked,
            question.text,
            question.language,
            words.rarity,
            {i: len(own) for i, own in sentences.items()},
            {i: made[i].words for i in ids},
        )
        rows[:, _AT["late"] :] = passage_features(matches, ids, rows[:, _AT["same"]])
        return Candidates(
            question,
            tuple(passages),
            rows,
            sentences,
            cosines,
            worded,
            words.rarity,
            matches,
            words.forms,
        )

    def _read(
        self, found: Sequence[PassageId]
    ) -> tuple[list[Passage], dict[PassageId, list[Sentence]], dict[PassageId, EmbeddedPassage]]:
        """Passages with their sentences and vectors; passages last, so that what a sync has taken
        away meanwhile is left out."""
        store = self.library.store
        sentences, made = store.sentences(found), store.embedded(found)
        passages = [p for p in store.passages(found) if p.id in made]
        kept = {p.id: sentences[p.id] for p in passages}
        if any(len(own) != len(made[i].sentences) for i, own in kept.items()):
            raise IndexError_(f"{store.folder}: {DAMAGED}")
        return passages, kept, made

    def rank(self, candidates: Candidates) -> Found:
        """Order candidates by the ranker's scores; near-duplicates become one hit."""
        if not candidates.passages:
            return Found(candidates, ())
        scores = self._ranker.rank(candidates.question, candidates)
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], candidates.passages[i].id))
        hits = tuple(
            Hit(
                candidates.passages[i],
                float(scores[i]),
                dict(zip(FEATURES, map(float, candidates.rows[i]), strict=True)),
            )
            for i in order
        )
        return Found(candidates, fold(hits, candidates.forms))

    def explain(self, found: Found) -> Iterator[ExplainedPassage]:
        """What made the scores of the best hits, and where single signals would rank them."""
        candidates = found.candidates
        at = {passage.id: i for i, passage in enumerate(candidates.passages)}
        worded = [candidates.worded.get(passage.id, 0.0) for passage in candidates.passages]
        signals = {name: candidates.rows[:, _AT[column]].tolist() for name, column in _SIGNALS}
        ranks = {name: rank_by(scores, found_above=-1.0) for name, scores in signals.items()}
        ranks["words"] = rank_by(worded, found_above=0.0)
        for hit in found.hits[:SHOWN]:
            i, passage = at[hit.passage.id], hit.passage
            yield ExplainedPassage(
                **asdict(self._ranker.explain(candidates, i)),
                document=passage.document,
                start=passage.start,
                end=passage.end,
                ranks={name: places[i] for name, places in ranks.items()},
            )


def _less(
    found: Sequence[tuple[PassageId, float]], without: Sequence[PassageId], k: int
) -> list[tuple[PassageId, float]]:
    """The first ``k`` of what was found, less some passages."""
    return [pair for pair in found if pair[0] not in without][:k]


def _vector_features(
    rows: Vectors,
    centres: Centres,
    asked: Vectors,
    languages: Sequence[Language],
    matrix: Vectors,
) -> None:
    centred = np.empty(len(languages), np.float32)
    for language in set(languages):
        at = [i for i, found in enumerate(languages) if found == language]
        centred[at] = centres.centre(matrix[at], "passage", language) @ asked
    rows[:, _AT["centred"]] = centred
    rows[:, _AT["rank"]] = 1.0 / (1.0 + _ranks(centred))


def _sentence_cosines(
    centres: Centres,
    asked: Vectors,
    passages: Sequence[Passage],
    made: Mapping[PassageId, EmbeddedPassage],
) -> dict[PassageId, Vectors]:
    """Centred cosines of the sentences of each passage to the centred question ``asked``."""
    cosines: dict[PassageId, Vectors] = {}
    for language in {p.language for p in passages}:
        own = [p.id for p in passages if p.language == language]
        matrix = np.concatenate([made[i].sentences for i in own])
        found = centres.centre(matrix, "sentence", language) @ asked
        ends = np.cumsum([len(made[i].sentences) for i in own])
        cosines |= dict(zip(own, np.split(found, ends[:-1]), strict=True))
    return cosines


def _ranks(scores: Vectors) -> Vectors:
    """Rank of each score among them, 0 for the best; shape as given."""
    ranks = np.empty(len(scores), np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _sentence_features(rows: Vectors, cosines: Sequence[Vectors]) -> None:
    rows[:, _AT["sentence"]] = [c.max() for c in cosines]


class _WordStatistics:
    """How much of a question's words each candidate holds, weighted by their rarity."""

    def __init__(self, library: Library, question: Question, ids: Sequence[PassageId]) -> None:
        store = library.store
        self.question = question
        self.forms = store.word_forms(ids)
        self.keys = keys_by_language(question.words)
        wanted = {form for pairs in self.keys.values() for pair in pairs for form in pair}
        frequency = library.document_frequency(sorted(wanted))
        total = max(1, len(library.vectors))
        counts = [
            max(frequency[form] for pairs in self.keys.values() for form in pairs[i])
            for i in range(len(question.words))
        ]
        self.weights = tuple(_idf(count, total) for count in counts)
        self.rarity = {
            word.lower(): weight for word, weight in zip(question.words, self.weights, strict=True)
        }

    def coverage(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return _weighted_share(
            self.weights, [a in forms or b in forms for a, b in self.keys[passage.language]]
        )

    def shared(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return _weighted_share(self.weights, [a in forms for a, _ in self.keys[passage.language]])

    def names(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return names_found(self.question, passage.language, forms)


def _idf(count: int, total: int) -> float:
    return math.log(1.0 + (total - count + 0.5) / (count + 0.5))


def _weighted_share(weights: Sequence[float], present: Sequence[bool]) -> float:
    """The share of ``weights`` whose word is ``present``; 0 where there are none."""
    total = sum(weights)
    if not total:
        return 0.0
    return sum(w for w, here in zip(weights, present, strict=True) if here) / total


def _word_features(
    rows: Vectors,
    passages: Sequence[Passage],
    words: _WordStatistics,
) -> None:
    rows[:, _AT["coverage"]] = [words.coverage(p) for p in passages]
    rows[:, _AT["shared"]] = [words.shared(p) for p in passages]
    rows[:, _AT["names"]] = [words.names(p) for p in passages]


def _product_features(rows: Vectors, question: Question, passages: Sequence[Passage]) -> None:
    same = np.array([p.language == question.language for p in passages], np.float32)
    rows[:, _AT["same"]] = same
    for factor in ("centred", "coverage"):
        rows[:, _AT[f"same_{factor}"]] = same * rows[:, _AT[factor]]
