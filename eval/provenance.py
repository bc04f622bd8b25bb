"""What a run says of itself: the data, the index, the settings, the code and the machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from eval.cases import Case, to_jsonl
from eval.values import Oracle, Provenance
from index.store import Store
from index.values import Document, Fingerprint

PACKAGES = ("belegt", "sentence-transformers", "torch", "faiss-cpu", "numpy")


class Source(Protocol):
    """Where the canonical texts come from; ``index.library.Library`` is one."""

    @property
    def store(self) -> Store: ...

    def documents(self) -> dict[str, Document]: ...

    def text(self, revision: str) -> str | None: ...


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


def corpus_of(library: Source) -> Corpus:
    """The documents of a library as they are indexed now."""
    return Corpus(library.documents(), _Texts(library), library.store)


class _Texts(Mapping[str, str]):
    """Canonical texts by path, fetched when asked for: a corpus may not fit into memory."""

    def __init__(self, library: Source) -> None:
        self._library = library
        self._revisions = {d.path: d.revision for d in library.documents().values()}

    def __getitem__(self, path: str) -> str:
        text = self._library.text(self._revisions[path])
        if text is None:
            raise KeyError(path)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._revisions)

    def __len__(self) -> int:
        return len(self._revisions)


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
