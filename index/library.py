"""An open index to read from: the store and its vectors, as one.

Vectors are an immutable snapshot that is replaced as a whole when a sync has published a newer
one; passages that the snapshot names and the store has lost since are left out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from index.embedding import Encoder
from index.errors import NoIndexError
from index.store import Store
from index.sync import check_fingerprint
from index.values import Document, Language, PassageId, Vectors
from index.vectors import VectorIndex, open_vectors
from index.wordspace import load_word_space


class Library:
    """Documents, passages and the two searches; safe to use from several threads."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open the index in ``folder``.

        Raises:
            NoIndexError: nothing has been synced here.
            StaleIndexError: it was made with another model, chunker or analyser.
        """
        self.store = Store(folder)
        check_fingerprint(self.store, encoder)
        if self.store.fingerprint() is None:
            raise NoIndexError(f"{folder}: nothing is indexed yet. Run `belegt sync FOLDER`.")
        self.word_space = load_word_space(encoder.identity)
        self._lock = threading.Lock()
        self._vectors = open_vectors(self.store)
        self._published = self._current()
        self._text = lru_cache(maxsize=16)(self.store.text)

    def close(self) -> None:
        self.store.close()

    @property
    def vectors(self) -> VectorIndex:
        """The newest published vectors; a sync under way leaves the former ones in use."""
        published = self._current()
        if published != self._published:
            with self._lock:
                self._vectors = open_vectors(self.store)
                self._published = published
                self._text.cache_clear()
        return self._vectors

    def _current(self) -> str:
        current = self.store.folder / "CURRENT"
        return current.read_text() if current.is_file() else ""

    def documents(self) -> dict[str, Document]:
        """All documents by path."""
        return {document.path: document for document in self.store.documents()}

    def text(self, revision: str) -> str | None:
        """Canonical text of a revision; None where it is gone."""
        return self._text(revision)

    def search_vectors(
        self, question: Vectors, language: Language, k: int, within: Sequence[PassageId] | None
    ) -> list[tuple[PassageId, float]]:
        """Nearest passages to a question vector, by centred cosine; see ``VectorIndex.search``."""
        vectors = self.vectors
        centred = vectors.centres.centre(question, "question", language)
        return vectors.search(centred, k, within)
