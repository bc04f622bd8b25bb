"""A training corpus that has been synced: searched once, ranked as often as a fit needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.fit.corpora import Asked, Corpus
from index.embedding import Encoder
from index.errors import StaleIndexError
from index.library import Library
from index.sync import sync
from index.values import Vectors
from qa.logistic import Logistic
from qa.question import analyse
from qa.retrieval import Candidates, Found, Retriever


@dataclass
class Bench:
    """A corpus with its index and the vectors of its questions, by their ids."""

    corpus: Corpus
    library: Library
    vectors: dict[str, Vectors]
    gathered: dict[tuple[str, bool], Candidates] = field(default_factory=dict)

    def search(self, ranker: Logistic, asked: Asked, *, without_home: bool = False) -> Found:
        """Search for one question; ``without_home`` as if its paragraph were not there."""
        retriever = Retriever(self.library, ranker)
        key = (asked.id, without_home)
        if key not in self.gathered:
            within = None
            if without_home:
                within = [path for path in self.library.documents() if path != asked.home]
            question = analyse(asked.question, asked.language)
            self.gathered[key] = retriever.gather(question, self.vectors[asked.id], within)
        return retriever.rank(self.gathered[key])


def open_bench(corpus: Corpus, work: Path, encoder: Encoder) -> Bench:
    """Sync a corpus and embed its questions; both are kept in ``work`` for the next run."""
    index = work / f"index-{corpus.name}"
    try:
        report = sync([corpus.folder], index, encoder)
    except StaleIndexError:
        report = sync([corpus.folder], index, encoder, rebuild=True)
    files = len(report.added) + len(report.changed) + len(report.unchanged)
    print(f"{corpus.name}: {files} files, {len(corpus.asked)} questions", flush=True)
    texts = [asked.question for asked in corpus.asked]
    digest = hashlib.sha256("\0".join([encoder.identity, *texts]).encode()).hexdigest()
    cache = work / f"questions-{digest[:16]}.npy"
    if not cache.is_file():
        np.save(cache, encoder.encode_questions(texts))
    vectors = np.load(cache)
    ids = [asked.id for asked in corpus.asked]
    return Bench(corpus, Library(index, encoder), dict(zip(ids, vectors, strict=True)))
