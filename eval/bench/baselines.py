"""What other tools do, on the same passages and the same vectors, so that only the ranking differs.

- ``plain``: cosine of the embeddings as they come, which vector stores do.
- ``words``: BM25 by bm25s with its own defaults (Lucene's form, k1 1.5, b 0.75; lower-cased words of
  two characters and more, English stop words, no stems), which is what frameworks install.
- ``hybrid``: both by reciprocal rank, 1 / (60 + rank) each (Cormack, Clarke & Büttcher 2009), over
  the first hundred of either; a passage without a word of the question has no rank by words.
- ``centred``: cosine after subtracting the mean of each language, belegt's first step alone.
- ``forms``: BM25 over belegt's own word forms alone.

Equal scores are ordered by passage id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import bm25s
import numpy as np

from eval.cases import Span
from index.library import Library
from index.values import Language, PassageId, Vectors
from qa.question import analyse

SYSTEMS = ("plain", "words", "hybrid", "centred", "forms")
DEPTH = 100
SMOOTHING = 60
SHOWN = 20


class Baselines:
    """Rankings of the passages of one library by simpler means."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._ids, self._languages, self._vectors = library.store.passage_vectors()
        passages = library.store.passages(self._ids)
        self._spans = {p.id: Span(p.document, p.start, p.end) for p in passages}
        self._centred = self._centre()
        self._bm25 = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
        words = bm25s.tokenize([p.text for p in passages], show_progress=False)
        self._bm25.index(words, show_progress=False)

    def rank(self, system: str, question: str, language: Language, vector: Vectors) -> list[Span]:
        """The first twenty passages by one system, best first; ``vector`` is the question's."""
        match system:
            case "plain":
                order = self._plain(vector)
            case "words":
                order = self._words(question)
            case "hybrid":
                order = fused([self._plain(vector), self._words(question)])
            case "centred":
                order = self._ordered(self._centred @ self._asked(vector, language))
            case "forms":
                order = self._forms(question, language)
            case _:
                raise ValueError(f"{system!r} is no baseline; wanted one of {SYSTEMS}")
        return [self._spans[i] for i in order[:SHOWN]]

    def best_cosine(self, vector: Vectors, within: Collection[str] = ()) -> float:
        """The highest plain cosine of any passage, or of those in some documents."""
        cosines = self._vectors @ vector
        if within:
            cosines = cosines[[self._spans[i].document in within for i in self._ids]]
        return float(cosines.max())

    def _plain(self, vector: Vectors) -> list[PassageId]:
        return self._ordered(self._vectors @ vector)

    def _words(self, question: str) -> list[PassageId]:
        (tokens,) = bm25s.tokenize([question], return_ids=False, show_progress=False)
        if not tokens:
            return []
        scores = self._bm25.get_scores(tokens)
        return self._ordered(scores)[: int((scores > 0).sum())]

    def _forms(self, question: str, language: Language) -> list[PassageId]:
        words = analyse(question, language).words
        return [i for i, _ in self._library.search_words(words, language, DEPTH, None)]

    def _asked(self, vector: Vectors, language: Language) -> Vectors:
        return self._library.vectors.centres.centre(vector, "question", language)

    def _centre(self) -> Vectors:
        centred = np.empty_like(self._vectors)
        for language in set(self._languages):
            at = [i for i, found in enumerate(self._languages) if found == language]
            centres = self._library.vectors.centres
            centred[at] = centres.centre(self._vectors[at], "passage", language)
        return centred

    def _ordered(self, scores: Vectors) -> list[PassageId]:
        """The first hundred passages by score."""
        order = np.lexsort((np.array(self._ids), -scores))[:DEPTH]
        return [self._ids[i] for i in order]


def fused(rankings: Sequence[Sequence[PassageId]]) -> list[PassageId]:
    """One ranking of several, by the sum of reciprocal ranks."""
    scores: dict[PassageId, float] = {}
    for ranking in rankings:
        for rank, passage in enumerate(ranking, start=1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (SMOOTHING + rank)
    return sorted(scores, key=lambda i: (-scores[i], i))
