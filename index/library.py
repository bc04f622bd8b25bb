"""An open index to read from: the store and its vectors, as one.

Vectors are an immutable snapshot that is replaced as a whole when a sync has published a newer
one; passages that the snapshot names and the store has lost since are left out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from threadpoolctl import threadpool_limits

from index.embedding import Encoder
from index.errors import NoIndexError
from index.store import Store
from index.sync import check_fingerprint
from index.values import Document, Language, PassageId, Vectors
from index.vectors import VectorIndex, open_vectors
from index.wordforms import is_gram, question_forms
from index.wordspace import load_word_space

COMMON, COMMON_SHARE = 200, 0.1
COMMON_GRAM, COMMON_GRAM_SHARE = 25, 0.05
"""A word form, a 4-gram is looked for if it is in so many passages, or this share of them, at most:
among 9,000 passages the right one is found as often (0.907 among the best 16), in half of the time."""

REMEMBERED = 200_000
"""Counts of so many word forms are kept at most."""


@dataclass(frozen=True)
class _Memory:
    """What was read from the store in one of its states."""

    state: int
    documents: Mapping[str, Document]
    frequency: dict[str, int]


class Library:
    """Documents, passages and the two searches; safe to use from several threads."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open the index in ``folder``.

        Raises:
            NoIndexError: nothing has been synced here.
            StaleIndexError: it was made with another model, chunker or analyser.
        """
        # the products of one question are small: threads that wait for each other cost far more
        threadpool_limits(1, user_api="blas")
        self.store = Store(folder)
        check_fingerprint(self.store, encoder)
        if self.store.fingerprint() is None:
            raise NoIndexError(f"{folder}: nothing is indexed yet. Run `belegt sync FOLDER`.")
        self.word_space = load_word_space(encoder.identity)
        self._lock = threading.Lock()
        self._pointer = self.store.folder / "CURRENT"
        self._published = self._current()
        self._vectors = open_vectors(self.store)
        self._text = lru_cache(maxsize=16)(self.store.text)
        self._remembered: _Memory | None = None

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

    def _current(self) -> tuple[int, int] | None:
        """Changes when another generation is published, by a file that takes the place of this one."""
        try:
            current = os.stat(self._pointer)
        except OSError:
            return None
        return current.st_ino, current.st_mtime_ns

    def documents(self) -> Mapping[str, Document]:
        """All documents by path."""
        return self._memory().documents

    def document_frequency(self, forms: Sequence[str]) -> dict[str, int]:
        """In how many passages each form occurs; common forms, which take longest to count, come up
        again and again and are remembered."""
        known = self._memory().frequency
        found = {form: known[form] for form in forms if form in known}
        counted = self.store.document_frequency([form for form in forms if form not in found])
        if len(known) + len(counted) <= REMEMBERED:
            known.update(counted)
        return found | counted

    def search_words(
        self, words: Sequence[str], language: Language, k: int, within: Sequence[PassageId] | None
    ) -> list[tuple[PassageId, float]]:
        """Passages with a question's content words, in both languages; see ``Store.search_words``.

        What is everywhere tells little and takes most of the time, so it is left out, unless there is
        nothing else.
        """
        forms = question_forms(words, language, self.document_frequency)
        frequency = self.document_frequency(forms)
        passages = len(self.vectors)
        grams = max(COMMON_GRAM, COMMON_GRAM_SHARE * passages)
        most = max(COMMON, COMMON_SHARE * passages)
        kept = [form for form in forms if frequency[form] <= (grams if is_gram(form) else most)]
        return self.store.search_words(kept or forms, k, within)

    def _memory(self) -> _Memory:
        """What is remembered of the store as it is now."""
        state = self.store.state()
        remembered = self._remembered
        if remembered is None or remembered.state != state:
            documents = {document.path: document for document in self.store.documents()}
            remembered = self._remembered = _Memory(state, MappingProxyType(documents), {})
        return remembered

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
