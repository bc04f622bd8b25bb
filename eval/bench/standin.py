"""An encoder that needs no model: every word has a vector drawn by its hash.

What a question costs besides the model's forward pass does not depend on what the vectors mean, so
this stands in for the model where many passages are wanted and only time is measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.embedding import WORD, Embedded, Progress
from index.values import Vectors


class StandIn:
    """``identity`` and ``dim`` of a real encoder, whose space of words is used with it."""

    def __init__(self, identity: str, dim: int) -> None:
        self.identity = identity
        self.dim = dim
        self._drawn = lru_cache(maxsize=200_000)(self._draw)

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        return [self._embedded(parts) for parts in passages]

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        return [self._embedded([text]) for text in texts]

    def _embedded(self, parts: Sequence[str]) -> Embedded:
        places = [
            (i, m.start(), m.end()) for i, part in enumerate(parts) for m in WORD.finditer(part)
        ]
        words = [self._drawn(parts[i][a:b].lower()) for i, a, b in places] or [self._drawn("")]
        spans = np.array(places or [(0, 0, 0)], np.int64)
        matrix = np.stack(words)
        in_part = [matrix[spans[:, 0] == i] for i in range(len(parts))]
        pooled = [_unit(own.mean(axis=0)) if len(own) else matrix[0] for own in in_part]
        whole = _unit(matrix.mean(axis=0))
        return Embedded(whole, np.stack(pooled), matrix, spans[:, 0], spans[:, 1:])

    def _draw(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
        return _unit(np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32))


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
