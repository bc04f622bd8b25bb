"""A question to ranked passages, fair to both languages.

Candidates come from both signals: nearest vectors (centred, so that neither language is nearer by
its nature) and word forms in both languages. A small logistic ranker then weighs what is known of
each candidate; its coefficients are in ``models/ranker.json``, fitted by ``python -m eval.fit``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.library import Library
from index.store import StoredSentence
from index.values import Passage, PassageId, Vectors
from index.wordforms import question_forms
from qa.logistic import Logistic, load_logistic
from qa.question import Question, keys_by_language
from qa.values import Hit

NEAREST = 40
WORDED = 30

FEATURES = (
    "centred",
    "plain",
    "gap",
    "sentence",
    "sentence3",
    "sentence_gap",
    "words",
    "words_share",
    "coverage",
    "shared",
    "names",
    "grams",
    "same",
    "same_centred",
    "same_words_share",
    "same_coverage",
    "rank",
    "words_rank",
)
_AT = {name: i for i, name in enumerate(FEATURES)}


@dataclass(frozen=True)
class Found:
    """All that one search brought to light, for evidence and answerability to go on from.

    ``hits`` are ranked; ``sentences`` and their centred cosines to the question follow the
    passages of ``hits``; ``weights`` are the idf weights of the question's words.
    """

    question: Question
    hits: tuple[Hit, ...]
    sentences: dict[PassageId, list[StoredSentence]]
    cosines: dict[PassageId, Vectors]
    weights: tuple[float, ...]
    unknown: float


class Retriever:
    """Searches one library; safe to use from several threads."""

    def __init__(self, library: Library, ranker: Logistic | None = None) -> None:
        self.library = library
        self._ranker = ranker or load_logistic("ranker", FEATURES)

    def retrieve(
        self, question: Question, vector: Vectors, within: Sequence[str] | None = None
    ) -> Found:
        """Rank the passages that may answer; ``vector`` is the question's, of shape ``(dim,)``.

        ``within`` limits the search to some document paths. Equal scores are ordered by id.
        """
        store = self.library.store
        limit = None if within is None else store.passage_ids(within)
        near = self.library.search_vectors(vector, question.language, NEAREST, limit)
        worded = store.search_words(question_forms(question.words), WORDED, limit)
        passages = store.passages(sorted({i for i, _ in near} | {i for i, _ in worded}))
        if not passages:
            return Found(question, (), {}, {}, (), 1.0)
        return self._rank(question, vector, passages, dict(worded))

    def _rank(
        self,
        question: Question,
        vector: Vectors,
        passages: list[Passage],
        worded: dict[PassageId, float],
    ) -> Found:
        ids = [p.id for p in passages]
        sentences: dict[PassageId, list[StoredSentence]] = {i: [] for i in ids}
        for sentence in self.library.store.sentences(ids):
            sentences[sentence.passage].append(sentence)
        cosines = self._sentence_cosines(question, vector, passages, sentences)
        words = _WordStatistics(self.library, question, ids)
        rows = np.zeros((len(passages), len(FEATURES)), np.float32)
        self._vector_features(rows, question, vector, passages)
        _sentence_features(rows, [cosines[i] for i in ids])
        _word_features(rows, passages, worded, words)
        _product_features(rows, question, passages)
        scores = self._ranker.probabilities(rows)
        order = sorted(range(len(ids)), key=lambda i: (-scores[i], ids[i]))
        hits = tuple(
            Hit(passages[i], float(scores[i]), dict(zip(FEATURES, map(float, rows[i]), strict=True)))
            for i in order
        )
        return Found(question, hits, sentences, cosines, words.weights, words.unknown)

    def _sentence_cosines(
        self,
        question: Question,
        vector: Vectors,
        passages: Sequence[Passage],
        sentences: dict[PassageId, list[StoredSentence]],
    ) -> dict[PassageId, Vectors]:
        centres = self.library.vectors.centres
        centred = centres.centre(vector, "question", question.language)
        cosines: dict[PassageId, Vectors] = {}
        for passage in passages:
            matrix = np.stack([s.vector for s in sentences[passage.id]])
            cosines[passage.id] = centres.centre(matrix, "sentence", passage.language) @ centred
        return cosines

    def _vector_features(
        self, rows: Vectors, question: Question, vector: Vectors, passages: Sequence[Passage]
    ) -> None:
        centres = self.library.vectors.centres
        _, languages, matrix = self.library.store.passage_vectors([p.id for p in passages])
        asked = centres.centre(vector, "question", question.language)
        centred = np.empty(len(passages), np.float32)
        for language in set(languages):
            at = [i for i, found in enumerate(languages) if found == language]
            centred[at] = centres.centre(matrix[at], "passage", language) @ asked
        rows[:, _AT["centred"]] = centred
        rows[:, _AT["plain"]] = matrix @ vector
        rows[:, _AT["gap"]] = centred - centred.max()
        rows[:, _AT["rank"]] = 1.0 / (1.0 + _ranks(centred))


def _ranks(scores: Vectors) -> Vectors:
    """Rank of each score among them, 0 for the best; shape as given."""
    ranks = np.empty(len(scores), np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _sentence_features(rows: Vectors, cosines: Sequence[Vectors]) -> None:
    best = np.array([c.max() for c in cosines], np.float32)
    rows[:, _AT["sentence"]] = best
    rows[:, _AT["sentence3"]] = [np.sort(c)[-3:].mean() for c in cosines]
    rows[:, _AT["sentence_gap"]] = best - best.max()


class _WordStatistics:
    """How much of a question's words each candidate holds, weighted by their rarity."""

    def __init__(self, library: Library, question: Question, ids: Sequence[PassageId]) -> None:
        store = library.store
        self.question = question
        self.forms = store.word_forms(ids)
        self.keys = keys_by_language(question.words)
        self.grams = [f for f in question_forms(question.words) if f.startswith("g")]
        wanted = {form for pairs in self.keys.values() for pair in pairs for form in pair}
        frequency = store.document_frequency(sorted(wanted) + self.grams)
        total = max(1, len(library.vectors))
        counts = [
            max(frequency[form] for pairs in self.keys.values() for form in pairs[i])
            for i in range(len(question.words))
        ]
        self.weights = tuple(_idf(count, total) for count in counts)
        self.gram_weights = [_idf(frequency[g], total) for g in self.grams]
        self.unknown = _share(self.weights, [count == 0 for count in counts])

    def coverage(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return _share(self.weights, [a in forms or b in forms for a, b in self.keys[passage.language]])

    def shared(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return _share(self.weights, [a in forms for a, _ in self.keys[passage.language]])

    def names(self, passage: Passage) -> float:
        """Share of the question's names and figures that occur; 0.5 where it has none."""
        if not self.question.names:
            return 0.5
        forms = self.forms.get(passage.id, frozenset())
        pairs = self.keys[passage.language]
        at = [i for i, word in enumerate(self.question.words) if word in self.question.names]
        return sum(pairs[i][0] in forms or pairs[i][1] in forms for i in at) / len(at)

    def gram_share(self, passage: Passage) -> float:
        forms = self.forms.get(passage.id, frozenset())
        return _share(self.gram_weights, [g in forms for g in self.grams])


def _idf(count: int, total: int) -> float:
    return math.log(1.0 + (total - count + 0.5) / (count + 0.5))


def _share(weights: Sequence[float], present: Sequence[bool]) -> float:
    total = sum(weights)
    if not total:
        return 0.0
    return sum(w for w, here in zip(weights, present, strict=True) if here) / total


def _word_features(
    rows: Vectors,
    passages: Sequence[Passage],
    worded: dict[PassageId, float],
    words: _WordStatistics,
) -> None:
    scores = np.array([worded.get(p.id, 0.0) for p in passages], np.float32)
    rows[:, _AT["words"]] = np.log1p(scores)
    rows[:, _AT["words_share"]] = scores / max(1e-6, float(scores.max()))
    rows[:, _AT["words_rank"]] = np.where(scores > 0, 1.0 / (1.0 + _ranks(scores)), 0.0)
    rows[:, _AT["coverage"]] = [words.coverage(p) for p in passages]
    rows[:, _AT["shared"]] = [words.shared(p) for p in passages]
    rows[:, _AT["names"]] = [words.names(p) for p in passages]
    rows[:, _AT["grams"]] = [words.gram_share(p) for p in passages]


def _product_features(rows: Vectors, question: Question, passages: Sequence[Passage]) -> None:
    same = np.array([p.language == question.language for p in passages], np.float32)
    rows[:, _AT["same"]] = same
    for product, factor in (
        ("same_centred", "centred"),
        ("same_words_share", "words_share"),
        ("same_coverage", "coverage"),
    ):
        rows[:, _AT[product]] = same * rows[:, _AT[factor]]
