"""What a run says of itself: the data, the index, the settings, the code and the machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from eval.cases import Case, to_jsonl
from eval.values import Oracle, Provenance
from index.store import Store
from index.values import Document, Fingerprint

PACKAGES = ("belegt", "sentence-transformers", "torch", "faiss-cpu", "numpy")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is asked about: documents and canonical texts by path, and the index they are in."""

    documents: Mapping[str, Document]
    texts: Mapping[str, str]
    store: Store | None = None

    def text_of(self, document: str, revision: str) -> str | None:
        """Canonical text of a document if ``revision`` is the one indexed."""
        found = self.documents.get(document)
        return self.texts.get(document) if found and found.revision == revision else None

    def sha256(self) -> str:
        """Hash of all paths and revisions, in order of path."""
        lines = (f"{path} {self.documents[path].revision}\n" for path in sorted(self.documents))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


class Source(Protocol):
    """What has an index; ``index.library.Library`` is one."""

    @property
    def store(self) -> Store: ...


def corpus_of(library: Source) -> Corpus:
    """The documents of an open library as they are indexed now."""
    return corpus_in(library.store)


def corpus_in(store: Store) -> Corpus:
    """The documents of an index as they are now."""
    documents = {document.path: document for document in store.documents()}
    return Corpus(documents, _Texts(store, documents), store)


class _Texts(Mapping[str, str]):
    """Canonical texts by path, fetched when asked for: a corpus may not fit into memory."""

    def __init__(self, store: Store, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._text = lru_cache(maxsize=64)(store.text)

    def __getitem__(self, path: str) -> str:
        text = self._text(self._documents[path].revision)
        if text is None:
            raise KeyError(path)
        return text

    def __contains__(self, path: object) -> bool:
        return path in self._documents

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def describe(
    cases: Sequence[Case],
    corpus: Corpus,
    settings: Mapping[str, Any],
    files: Sequence[tuple[str, str]],
    oracle: Oracle | None,
) -> Provenance:
    """What is about to be measured, on what, with what."""
    fingerprint: Fingerprint | None = corpus.store.fingerprint() if corpus.store else None
    return Provenance(
        data_sha256=hashlib.sha256(to_jsonl(cases).encode()).hexdigest(),
        files=tuple(files),
        corpus_sha256=corpus.sha256(),
        corpus_state=corpus.store.state() if corpus.store else 0,
        documents=len(corpus.documents),
        oracle=oracle,
        fingerprint=asdict(fingerprint) if fingerprint else None,
        settings=dict(settings),
        versions={name: _version(name) for name in PACKAGES},
        commit=_commit(Path(__file__).resolve().parent.parent),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit(folder: Path) -> str | None:
    """Commit of the checkout in ``folder``, with ``-dirty`` where it was changed; None outside."""
    if not (folder / ".git").exists():
        return None
    describe_ = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    command = ["git", "--no-optional-locks", "-C", str(folder), *describe_]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
