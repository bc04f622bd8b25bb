"""Which files a sync takes, and how one is read so that its bytes are of one moment.

Nothing is opened here that is not a regular file below what was named: links to folders, links
that lead out, devices and pipes are refused by name. Names are paths with ``/`` from the folder
down, kept as they are; ``visible`` shows one in which something tries to hide.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import time
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from index.errors import IndexError_, ReadError
from index.readers import suffixes
from index.readers.recognition import unread
from index.values import Note

DESCRIPTION = "corpus.toml"
_DESCRIBED = ("title", "publisher", "date", "language", "kind")
_SETTLED = 2.0
"""Seconds after which a file system surely gives a changed file another time (FAT: 2 s)."""

_NOT_REGULAR = "not a regular file, but a device, a pipe or the like"
_TRIES = 3
_PAUSE = 0.2
_CTIME_IS_CHANGE = os.name != "nt"
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_OPEN |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class File:
    """A file as found on disk: its name in the index, its place, what ``corpus.toml`` says.

    ``stamp`` is its state when it was listed, ``size`` in bytes.
    """

    path: str
    place: Path
    described: dict[str, str]
    stamp: str
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Patterns as a shell has them, for paths within the folder; ``*`` also crosses ``/``.

    One that fits a file's name, its path, or a folder above it, fits the file. Without
    ``include`` everything is wanted; ``exclude`` wins.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, path: str) -> bool:
        return not self.excludes(path) and (not self.include or _fits(path, self.include))

    def excludes(self, path: str) -> bool:
        return _fits(path, self.exclude)


def _fits(path: str, patterns: Sequence[str]) -> bool:
    pure = PurePosixPath(path)
    names = [pure.name, path, *map(str, pure.parents)]
    return any(fnmatch.fnmatchcase(n, p.rstrip("/")) for p in patterns for n in names)


@dataclass
class Found:
    """Files to read, by path, and those that cannot be, in the order met."""

    files: list[File] = field(default_factory=list)
    failed: list[tuple[str, Note]] = field(default_factory=list)

    def fail(self, path: str, text: str, code: str, **values: str | int | float) -> None:
        self.failed.append((path, Note(text, code, values)))


def find(
    places: Sequence[Path],
    *,
    wanted: Wanted,
    library: Path | None = None,
    leave_out: Path | None = None,
) -> Found:
    """Find the files of folders and single files; several folders are held under their names.

    ``library`` is a folder that is always held under its name, and need not exist;
    ``leave_out`` is one that is never looked into (the index itself).

    Raises:
        IndexError_: something named is missing or cannot be read, or there is nothing to read.
    """
    found = Found()
    seen: dict[str, File] = {}
    for place, prefix in _prefixed(places, library):
        walked = _walk(place, prefix, wanted, leave_out, found)
        for file in [_single(place)] if place.is_file() else walked:
            if file.path in seen and seen[file.path].place != file.place:
                raise IndexError_(
                    f"{file.path}: several files of this name ({seen[file.path].place} and"
                    f" {file.place}). Rename one, then sync again."
                )
            seen[file.path] = file
    if not seen:
        raise IndexError_(_nothing([*places], found))
    found.files = [seen[path] for path in sorted(seen)]
    return found


def _prefixed(places: Sequence[Path], library: Path | None) -> Iterator[tuple[Path, str]]:
    """The places with what their files' names begin with, each once."""
    for place in places:
        if not os.path.exists(place):
            raise IndexError_(f"{place}: no such folder or file. Name one: `belegt sync FOLDER`.")
        if not os.path.isdir(place) and not os.path.isfile(place):
            raise IndexError_(f"{place}: neither a folder nor a regular file. Name another.")
    shelf = library.resolve() if library and library.is_dir() else None
    folders = [p for p in places if os.path.isdir(p) and p.resolve() != shelf]
    names = [folder.resolve().name for folder in folders]
    for name in names:
        if names.count(name) > 1:
            raise IndexError_(f"{name}: several folders of this name. Rename one, then sync again.")
    for folder, name in zip(folders, names, strict=True):
        yield folder, f"{name}/" if len(folders) > 1 else ""
    for place in places:
        if os.path.isfile(place):
            yield place, ""
    if shelf and not any(shelf.is_relative_to(f.resolve()) for f in folders):
        yield shelf, f"{shelf.name}/"


def _nothing(places: Sequence[Path], found: Found) -> str:
    named = ", ".join(str(place) for place in places)
    reasons = "; ".join(f"{visible(path)}: {note.text}" for path, note in found.failed[:3])
    return (
        f"{named}: no file to read here ({' '.join(suffixes())} are read)"
        f"{': ' + reasons if reasons else ''}. The index was left as it was."
    )


def _single(place: Path) -> File:
    """A file that was named itself is tried whatever its name ends with."""
    real = place.resolve()
    try:
        place.name.encode("utf-8")
    except UnicodeEncodeError:
        raise IndexError_(f"{visible(str(place))}: the name is not valid UTF-8.") from None
    status = real.stat()
    return File(place.name, real, {}, stamp(status), status.st_size)


def _walk(
    folder: Path, prefix: str, wanted: Wanted, leave_out: Path | None, found: Found
) -> Iterator[File]:
    """Regular files below ``folder`` that are wanted; links to folders are never followed."""
    root = folder.resolve()
    never = leave_out.resolve() if leave_out else None
    descriptions = _descriptions(folder, found)
    waiting = [folder]
    while waiting:
        for entry in _entries(waiting.pop(), folder, prefix, found):
            path = Path(entry.path)
            inner = path.relative_to(folder).as_posix()
            if _is_skipped(entry, inner, wanted):
                continue
            taken = _look(entry, path, root)
            if isinstance(taken, Note):
                shown = (prefix + inner).encode("utf-8", "backslashreplace").decode()
                found.failed.append((shown, taken))
            elif stat.S_ISDIR(taken[1].st_mode):
                if taken[0].resolve() != never:
                    waiting.append(path)
            elif wanted.takes(inner):
                real, status = taken
                said = descriptions.get(inner, {})
                yield File(prefix + inner, real, said, stamp(status), status.st_size)


def _is_skipped(entry: os.DirEntry[str], inner: str, wanted: Wanted) -> bool:
    return entry.name.startswith(".") or entry.name == DESCRIPTION or wanted.excludes(inner)


def _entries(folder: Path, base: Path, prefix: str, found: Found) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; one below ``base`` that cannot be read is reported."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda e: e.name)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        if folder == base:
            raise IndexError_(f"{folder}: {reason}. Mend its rights or name another.") from None
        inner = prefix + folder.relative_to(base).as_posix()
        found.fail(inner, reason, "unreadable", detail=error.strerror or "")
        return []


def _look(entry: os.DirEntry[str], path: Path, root: Path) -> Note | tuple[Path, os.stat_result]:
    """Where an entry really is, with its state, or why it is not taken."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return Note("the name is not valid UTF-8; rename the file", "name")
    try:
        if entry.is_symlink():
            path = path.resolve(strict=True)
            if not path.is_relative_to(root):
                return Note("a link that leads out of the folder is not followed", "link_out")
            if path.is_dir():
                return Note("a link to a folder is not followed", "link_folder")
        status = entry.stat()
    except (OSError, RuntimeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Note(f"a link that leads nowhere: {detail}", "link_broken", {"detail": detail})
    ending = PurePosixPath(entry.name).suffix.lower()
    if stat.S_ISDIR(status.st_mode):
        return path, status
    if not stat.S_ISREG(status.st_mode):
        return Note(_NOT_REGULAR, "not_regular")
    if ending and ending not in suffixes():
        refusal = unread(ending)
        return Note(str(refusal), refusal.code, refusal.values)
    return path, status


def _descriptions(folder: Path, found: Found) -> dict[str, dict[str, str]]:
    """What ``corpus.toml`` says of each file; faults are reported, not fatal."""
    place = folder / DESCRIPTION
    if not os.path.isfile(place):
        return {}
    try:
        table = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        detail = " ".join(str(error).split())
        found.fail(DESCRIPTION, f"not read: {detail}", "description", detail=detail)
        return {}
    described: dict[str, dict[str, str]] = {}
    for path, values in table.items():
        unknown = sorted(set(values) - set(_DESCRIBED)) if isinstance(values, dict) else ["a table"]
        wrong = not unknown and values.get("language", "de") not in ("de", "en")
        if unknown or wrong:
            what = f"unknown {unknown[0]!r}" if unknown else "language must be de or en"
            detail = f"[{path}]: {what}; known are {', '.join(_DESCRIBED)}"
            found.fail(DESCRIPTION, detail, "description", detail=detail)
            continue
        described[path] = {key: str(value) for key, value in values.items()}
    return described


# -- the state of a file ----------------------------------------------------------------------


def stamp(status: os.stat_result) -> str:
    """What changes whenever a file's bytes do: size, both times, and which file it is."""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def lasting_stamp(status: os.stat_result, now: float) -> str:
    """The stamp, if a later change is sure to give another one; else empty: look at the bytes.

    A file that changed within the last moments may change again without a newer time. The time of
    change (ctime) cannot be set back by copying or unpacking, as that of writing can; where the
    system has none, stamps are not trusted.
    """
    newest = max(status.st_mtime, status.st_ctime)
    return stamp(status) if _CTIME_IS_CHANGE and newest < now - _SETTLED else ""


def read(place: Path, max_file_mb: float) -> tuple[bytes, str]:
    """The bytes of a file, all of one moment, and its lasting stamp.

    Raises:
        ReadError: too large, gone, not regular, not readable, or it kept changing.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        try:
            with open(place, "rb", opener=_opener) as file:
                now, before = time.time(), os.fstat(file.fileno())
                _check(before, max_file_mb)
                data = file.read(int(max_file_mb * 1e6) + 1)
                after = os.fstat(file.fileno())
        except FileNotFoundError:
            raise ReadError("it vanished before it was read; sync again", "vanished") from None
        except OSError as error:
            detail = error.strerror or str(error)
            raise ReadError(f"cannot be read: {detail}", "unreadable", detail=detail) from None
        if stamp(before) == stamp(after) and len(data) == after.st_size:
            return data, lasting_stamp(after, now)
    raise ReadError("it changes while it is read; sync again when it is at rest", "changing")


def _opener(path: str, _flags: int) -> int:
    return os.open(path, _OPEN)


def _check(status: os.stat_result, max_file_mb: float) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(_NOT_REGULAR, "not_regular")
    size = status.st_size / 1e6
    if size > max_file_mb:
        raise ReadError(
            f"{size:.1f} MB, the limit is {max_file_mb:g}; split the file or raise `max_file_mb`",
            "too_big",
            size=round(size, 1),
            limit=max_file_mb,
        )


def visible(path: str) -> str:
    """A path to show: what has no shape of its own, or turns the others round, is written out."""
    return "".join(_seen(c) if ord(c) > 126 or ord(c) < 32 or ord(c) == 127 else c for c in path)


def _seen(char: str) -> str:
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return char.encode("unicode_escape").decode() if hidden else char
