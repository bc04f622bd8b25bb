"""Small real stand-ins that the tests share.

``WordEncoder`` ranks by shared words, as a bag of hashed stems; a real encoder in every respect
but its knowledge of the world.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import WORD, Embedded, Progress
from index.values import Vectors
from index.wordforms import fold, tokens
from index.wordspace import WordSpace
from qa.comparing import Claim
from qa.support import Verdict

SEEDS = Path(__file__).parents[1] / "seeds"


class WordEncoder:
    """Unit vectors of hashed folded words; ``encoded`` counts the passages that were embedded."""

    dim = 64

    def __init__(self, identity: str = "words") -> None:
        self.identity = identity
        self.encoded = 0

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        self.encoded += len(passages)
        if progress:
            progress(len(passages), len(passages))
        return [self._embedded(parts) for parts in passages]

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        return [self._embedded([text]) for text in texts]

    def _embedded(self, parts: Sequence[str]) -> Embedded:
        vectors = self._encode([" ".join(parts), *parts])
        places = [
            (i, m.start(), m.end()) for i, part in enumerate(parts) for m in WORD.finditer(part)
        ]
        words = self._encode([parts[i][a:b] for i, a, b in places])
        spans = np.array(places, np.int64).reshape(-1, 3)
        return Embedded(vectors[0], vectors[1:], words, spans[:, 0], spans[:, 1:])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dim), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text):
                digest = hashlib.sha256(fold(token).encode()).digest()
                row[digest[0] % self.dim] += 1 if digest[1] % 2 else -1
        normed: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normed


def letters(text: str) -> str:
    """What two texts have in common that differ in marks, spaces and hyphens at line ends alone."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


class WordChecker:
    """Bears a statement out if each of its figures and longer words stands in the evidence."""

    def check(self, claims: Sequence[Claim]) -> list[Verdict]:
        return [self._verdict(claim) for claim in claims]

    def _verdict(self, claim: Claim) -> Verdict:
        said, cited = (
            {t.lower() for t in tokens(text)} for text in (claim.text, " ".join(claim.evidence))
        )
        missing = {t for t in said - cited if len(t) > 3 or t.isdigit()}
        return Verdict(not missing, 0.0 if missing else 0.9, ("meaning",) if missing else ())


def plain_space(dim: int) -> WordSpace:
    """Leaves words as they are; rare words count more."""
    zeros = np.zeros(dim, np.float32)
    arrays = {f"{role}.{lang}": zeros for role in ("passage", "question") for lang in ("de", "en")}
    unchanged = {
        "passage": np.eye(dim, dtype=np.float32),
        "question": np.eye(dim, dtype=np.float32),
    }
    learned = {"weight": zeros, "rarity": np.array([1.0, 0.0], np.float32)}
    return WordSpace("plain", arrays | unchanged | learned)


def use_plain_space(monkeypatch: pytest.MonkeyPatch, dim: int) -> None:
    """Indexes that are made and opened from now on have the word vectors of ``plain_space``."""
    for name in ("index.sync", "index.library", "index.wordspace"):
        monkeypatch.setattr(f"{name}.load_word_space", lambda _: plain_space(dim))
