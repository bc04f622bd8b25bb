"""An encoder that remembers: what was embedded once, by any run, costs a look-up.

Fits and benchmarks index the same paragraphs in many folders and ask the same questions of them.
What the model made of a text is kept in one SQLite file by model, role and text, so a change of
model or text is never mistaken; word states are kept as float16.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from index.embedding import Embedded, Encoder, Progress

_AT_ONCE = 512


class RememberingEncoder:
    """Stands in for ``encoder``; the model itself loads only when something new is asked for."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # what is lost is embedded again
        self._db.execute("CREATE TABLE IF NOT EXISTS embedded (key BLOB PRIMARY KEY, value BLOB)")

    @property
    def identity(self) -> str:
        return self._encoder.identity

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def close(self) -> None:
        self._db.close()

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        return self._remembered(passages, "passage", self._encoder.encode_passages)

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        def encode(parts: list[Sequence[str]]) -> list[Embedded]:
            return self._encoder.encode_questions([text for (text,) in parts])

        return self._remembered([(text,) for text in texts], "question", encode)

    def _remembered(
        self,
        texts: Sequence[Sequence[str]],
        role: str,
        encode: Callable[[list[Sequence[str]]], list[Embedded]],
    ) -> list[Embedded]:
        keys = [self._key(parts, role) for parts in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if not self._known(k)}
        rows = list(missing.items())
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            new = encode([parts for _, parts in some])
            values = [(k, _pack(e)) for (k, _), e in zip(some, new, strict=True)]
            self._db.executemany("INSERT OR REPLACE INTO embedded VALUES (?, ?)", values)
        return [self._look_up(key) for key in keys]

    def _key(self, parts: Sequence[str], role: str) -> bytes:
        return hashlib.sha256("\0".join([self.identity, role, *parts]).encode()).digest()

    def _known(self, key: bytes) -> bool:
        return bool(self._db.execute("SELECT 1 FROM embedded WHERE key = ?", (key,)).fetchone())

    def _look_up(self, key: bytes) -> Embedded:
        (value,) = self._db.execute("SELECT value FROM embedded WHERE key = ?", (key,)).fetchone()
        return _unpack(value)


def _pack(made: Embedded) -> bytes:
    arrays = {
        "vector": made.vector,
        "parts": made.parts,
        "words": made.words.astype(np.float16),
        "word_parts": made.word_parts,
        "spans": made.spans,
    }
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def _unpack(value: bytes) -> Embedded:
    found = load(value)
    return Embedded(
        found["vector"],
        found["parts"],
        found["words"].astype(np.float32),
        found["word_parts"],
        found["spans"],
    )
