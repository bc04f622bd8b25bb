"""An encoder that remembers: what was embedded once, by any run, costs a look-up.

The benchmarks index the same paragraphs in many folders and ask the same questions of them. Vectors
are kept in one SQLite file by model, role and text, so a change of model or text is never mistaken.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.embedding import Encoder, Progress
from index.values import Vectors


class RememberingEncoder:
    """Stands in for ``encoder``; the model itself loads only when something new is asked for."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB)")

    @property
    def identity(self) -> str:
        return self._encoder.identity

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def close(self) -> None:
        self._db.close()

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._remembered(texts, "passage", self._encoder.encode_passages)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._remembered(texts, "question", self._encoder.encode_questions)

    def _remembered(
        self, texts: Sequence[str], role: str, encode: Callable[[list[str]], Vectors]
    ) -> Vectors:
        keys = [self._key(text, role) for text in texts]
        found = self._look_up(keys)
        missing = dict(k for k in zip(keys, texts, strict=True) if k[0] not in found)
        if missing:
            new = encode(list(missing.values()))
            with self._db:
                self._db.execute("BEGIN")
                rows = [
                    (k, v.astype(np.float32).tobytes()) for k, v in zip(missing, new, strict=True)
                ]
                self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            found |= dict(zip(missing, new, strict=True))
        return np.stack([found[key] for key in keys])

    def _key(self, text: str, role: str) -> bytes:
        return hashlib.sha256(f"{self.identity}\0{role}\0{text}".encode()).digest()

    def _look_up(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for key in dict.fromkeys(keys):
            for (value,) in self._db.execute("SELECT value FROM vectors WHERE key = ?", (key,)):
                found[key] = np.frombuffer(value, np.float32)
        return found
