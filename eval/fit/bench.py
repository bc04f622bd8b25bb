"""A training corpus that has been synced: searched once, ranked as often as a fit needs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from eval.fit.corpora import Asked, Corpus
from index.embedding import Embedded, Encoder
from index.errors import StaleIndexError
from index.library import Library
from index.parsing import Direct
from index.sync import sync
from qa.logistic import Logistic
from qa.question import analyse
from qa.retrieval import Candidates, Found, LinearRanker, Retriever

Where = Literal["anywhere", "elsewhere", "home", "astray"]
"""Which documents are searched: those of the question, all but its paragraph, that paragraph alone,
or another one alone."""


@dataclass
class Bench:
    """A corpus with its index and what the model makes of its questions, by their ids."""

    corpus: Corpus
    library: Library
    asked: dict[str, Embedded]
    gathered: dict[tuple[str, Where], Candidates] = field(default_factory=dict)

    def search(self, ranker: Logistic, asked: Asked, where: Where = "anywhere") -> Found:
        """Search for one question."""
        retriever = Retriever(self.library, LinearRanker(ranker))
        key = (asked.id, where)
        if key not in self.gathered:
            question = analyse(asked.question, asked.language)
            within = self._within(asked, where)
            found = retriever.gather(question, self.asked[asked.id], within)
            self.gathered[key] = replace(found, forms={})  # they are most of the memory
        return retriever.rank(self.gathered[key])

    def _within(self, asked: Asked, where: Where) -> Sequence[str] | None:
        if where == "anywhere":
            return asked.within or None
        if where == "home":
            return [asked.home]
        others = [path for path in self.library.documents() if path != asked.home]
        if where == "elsewhere":
            return others
        drawn = int.from_bytes(hashlib.sha256(asked.id.encode()).digest()[:4], "big")
        return [others[drawn % len(others)]]


def open_bench(corpus: Corpus, work: Path, encoder: Encoder) -> Bench:
    """Sync a corpus and embed its questions."""
    index = work / f"index-{corpus.name}"
    try:
        report = sync([corpus.folder], index, encoder, parser=Direct())
    except StaleIndexError:
        report = sync([corpus.folder], index, encoder, rebuild=True, parser=Direct())
    files = len(report.added) + len(report.changed) + len(report.unchanged)
    print(f"{corpus.name}: {files} files, {len(corpus.asked)} questions", flush=True)
    made = encoder.encode_questions([asked.question for asked in corpus.asked])
    ids = [asked.id for asked in corpus.asked]
    return Bench(corpus, Library(index, encoder), dict(zip(ids, made, strict=True)))
