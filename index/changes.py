"""What a sync has to do: the files that were found against what the index holds.

A file is unchanged when its stamp is that of the file that was read, or else when its bytes are;
a new file with the bytes of one that has vanished was moved. Nothing is written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from index.errors import ReadError
from index.files import File, Found, read
from index.parsing import Limits
from index.store import Failure, Store


@dataclass(frozen=True, slots=True)
class Known:
    """What the index holds of one file; ``reader`` and ``stamp`` as in ``store.Source``."""

    revision: str
    described: str
    reader: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How files would be read now: the version of the readers, and what one file may cost."""

    version: str
    limits: Limits

    def attempt(self, stamp: str) -> str:
        """The state in which trying a file again would fail again; empty where that is not sure."""
        limits = f"{self.limits.file_mb:g} {self.limits.seconds:g} {self.limits.memory_mb}"
        return f"{self.version} {limits} {stamp}" if stamp else ""


@dataclass
class Changes:
    """Files to read, and paths of the rest; ``moved`` pairs the former path with the file."""

    read: list[File] = field(default_factory=list)
    moved: list[tuple[str, File]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    stamps: list[tuple[str, str]] = field(default_factory=list)


def known_files(store: Store) -> dict[str, Known]:
    """What the index holds, by path."""
    sources = store.sources()
    return {
        path: Known(revision, described, sources[path].reader, sources[path].stamp)
        for path, (revision, described) in store.revisions().items()
    }


def compare(
    found: Found,
    known: dict[str, Known],
    failures: Sequence[Failure],
    reading: Reading,
) -> Changes:
    """Tell what is new, changed, moved, gone, or as it was; bytes are read only where stamps
    cannot tell. A file that failed is tried again only if it or ``reading`` has changed."""
    changes = Changes(failed=[Failure(path, note) for path, note in found.failed])
    gone = vanished(known, (file.path for file in found.files), changes.failed)
    by_revision = {known[path].revision: path for path in reversed(gone)}
    tried = {failure.path: failure for failure in failures if failure.stamp}
    for file in found.files:
        former = tried.get(file.path)
        if former and former.stamp == reading.attempt(file.stamp):
            changes.failed.append(former)
        elif file.path in known:
            _compare(file, known[file.path], reading, changes)
        elif by_revision:
            _place(file, by_revision, known, reading, changes)
        else:
            changes.read.append(file)
    moved = {old for old, _ in changes.moved}
    changes.removed = [path for path in gone if path not in moved]
    return changes


def described_as(file: File) -> str:
    """What the user says of a file, as the store keeps it."""
    return json.dumps(file.described, sort_keys=True, ensure_ascii=False)


def vanished(known: Iterable[str], present: Iterable[str], failed: Sequence[Failure]) -> list[str]:
    """Documents whose file is gone; what only cannot be read today is not."""
    unreadable = {PurePosixPath(failure.path) for failure in failed}
    return [
        path
        for path in sorted(set(known) - set(present))
        if not unreadable.intersection([PurePosixPath(path), *PurePosixPath(path).parents])
    ]


def _compare(file: File, was: Known, reading: Reading, changes: Changes) -> None:
    if (was.described, was.reader) != (described_as(file), reading.version):
        changes.read.append(file)
    elif file.stamp == was.stamp:
        changes.unchanged.append(file.path)
    else:
        revision, stamp = _revision(file, reading.limits.file_mb)
        if revision != was.revision:
            changes.read.append(file)
            return
        changes.unchanged.append(file.path)
        if stamp:
            changes.stamps.append((file.path, stamp))


def _place(
    file: File,
    by_revision: dict[str, str],
    known: dict[str, Known],
    reading: Reading,
    changes: Changes,
) -> None:
    """A file of an unknown name is new, or one of those that vanished."""
    revision, stamp = _revision(file, reading.limits.file_mb)
    old = by_revision.get(revision, "")
    if old and (known[old].described, known[old].reader) == (described_as(file), reading.version):
        del by_revision[revision]
        changes.moved.append((old, file))
        changes.stamps.append((file.path, stamp))
    else:
        changes.read.append(file)


def _revision(file: File, max_file_mb: float) -> tuple[str, str]:
    """Hash and lasting stamp; empty for what cannot be read, which reading it will report."""
    try:
        data, stamp = read(file.place, max_file_mb)
    except ReadError:
        return "", ""
    return hashlib.sha256(data).hexdigest(), stamp
