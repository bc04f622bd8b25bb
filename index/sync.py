"""Folders to an index, incrementally: what has not changed costs a hash, nothing more.

The index mirrors the folders given: new files are added, changed ones replaced, vanished ones
removed. Each document is one transaction; vectors are kept by content, so a run that was killed
goes on where it was, and a renamed file or a changed chunker embeds only what is new.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from index.chunking import CHUNKER_VERSION, chunk, passage_text, sentence_text
from index.embedding import Encoder
from index.errors import IndexError_, ReadError, StaleIndexError
from index.language import detect_language
from index.readers import read_file, suffixes
from index.readers.extracted import Extracted
from index.reference import ensure_reference, reference_prefix
from index.searchtext import search_text
from index.store import SCHEMA_VERSION, NewPassage, Store, writer_lock
from index.values import Chunk, Document, Fingerprint, Language, SyncReport
from index.vectors import build_vectors, open_vectors, publish
from index.wordforms import ANALYSER_VERSION, passage_forms

DESCRIPTION = "corpus.toml"
_DESCRIBED = ("title", "publisher", "date", "language", "kind")
_EMBED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sync stands: ``document`` is the one at work, ``share`` runs from 0 to 1."""

    document: str
    done: int
    documents: int
    passages: int
    share: float


Watcher = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _File:
    """A file as found on disk: its name in the index, its place, what ``corpus.toml`` says."""

    path: str
    place: Path
    described: dict[str, str]


@dataclass
class _Run:
    """What one sync has done so far."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    embedded: int = 0


def fingerprint(encoder: Encoder) -> Fingerprint:
    """What an index made now, with this model, would carry."""
    return Fingerprint(encoder.identity, CHUNKER_VERSION, ANALYSER_VERSION, SCHEMA_VERSION)


def check_fingerprint(store: Store, encoder: Encoder) -> None:
    """Refuse an index that was made differently.

    Raises:
        StaleIndexError: names what differs and the command that repairs it.
    """
    found, wanted = store.fingerprint(), fingerprint(encoder)
    if found is None or found == wanted:
        return
    names = {"model": "embedding model", "chunker": "chunker", "analyser": "word analyser"}
    differing = [
        text for name, text in names.items() if getattr(found, name) != getattr(wanted, name)
    ]
    raise StaleIndexError(
        f"{store.folder}: made with another {' and '.join(differing)} than the one in use now."
        " Run `belegt sync --rebuild`, or set `model` back."
    )


def sync(
    folders: Sequence[Path],
    index: Path,
    encoder: Encoder,
    *,
    max_file_mb: float = 10.0,
    rebuild: bool = False,
    watch: Watcher | None = None,
) -> SyncReport:
    """Make the index mirror the folders; files that cannot be read are reported, the rest go on.

    ``rebuild`` writes every document anew, for an index of another model or chunker.

    Raises:
        IndexError_: a folder is missing or holds nothing to read (the index is left as it was),
            the disk is full, or another sync is running (``LockedError``).
        StaleIndexError: the index was made with another model and ``rebuild`` is not set.
        ModelError: the model cannot be loaded.
    """
    started = time.monotonic()
    run = _Run()
    found = _find(folders, run)
    with writer_lock(index):
        store = Store(index, write=True)
        try:
            if not rebuild:
                check_fingerprint(store, encoder)
            _write_documents(store, encoder, found, run, max_file_mb, rebuild=rebuild, watch=watch)
            with store.transaction():
                store.set_failures(run.failed)
                store.set_meta("unfinished", "")
                store.set_meta("folders", json.dumps([str(f.resolve()) for f in folders]))
            if not open_vectors(store).origin.startswith("gen-"):
                publish(store, build_vectors(store, "built by sync"))
        finally:
            store.close()
    return SyncReport(**vars(run), seconds=time.monotonic() - started)


def synced_folders(store: Store) -> list[Path]:
    """The folders that the last sync mirrored; empty before the first."""
    return [Path(p) for p in json.loads(store.meta("folders") or "[]")]


# -- finding files ----------------------------------------------------------------------------


def _find(folders: Sequence[Path], run: _Run) -> list[_File]:
    """Files to read, by path; what cannot be taken goes to ``run.failed``."""
    found: dict[str, _File] = {}
    names = [folder.resolve().name for folder in folders]
    for folder, own in zip(folders, names, strict=True):
        if names.count(own) > 1:
            raise IndexError_(f"{own}: several folders of this name. Rename one, then sync again.")
        if not os.path.isdir(folder):
            what = "not a folder" if os.path.exists(folder) else "no such folder"
            raise IndexError_(f"{folder}: {what}. Name a folder: `belegt sync FOLDER`.")
        prefix = f"{own}/" if len(folders) > 1 else ""
        descriptions = _descriptions(folder, run)
        for path, place in _walk(folder, folder, prefix, run):
            said = descriptions.get(path.removeprefix(prefix), {})
            found[path] = _File(path, place, said)
    if not found:
        named = ", ".join(str(folder) for folder in folders)
        reasons = "; ".join(f"{path}: {reason}" for path, reason in run.failed[:3])
        raise IndexError_(
            f"{named}: no file to read here ({' '.join(suffixes())} are read)"
            f"{': ' + reasons if reasons else ''}. The index was left as it was."
        )
    return [found[path] for path in sorted(found)]


def _walk(folder: Path, base: Path, prefix: str, run: _Run) -> Iterator[tuple[str, Path]]:
    """Regular files with a reader below ``folder``; links to folders are never followed."""
    for entry in _entries(folder, base, prefix, run):
        path = Path(entry.path)
        if entry.name.startswith(".") or entry.name == DESCRIPTION:
            continue
        name = prefix + path.relative_to(base).as_posix()
        reason = _refusal(entry, path, base.resolve())
        if reason:
            run.failed.append((name.encode("utf-8", "backslashreplace").decode(), reason))
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, base, prefix, run)
        else:
            yield name, path


def _entries(folder: Path, base: Path, prefix: str, run: _Run) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; one below ``base`` that cannot be read is reported."""
    try:
        return sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        if folder == base:
            raise IndexError_(f"{folder}: {reason}. Mend its rights or name another.") from None
        run.failed.append((prefix + folder.relative_to(base).as_posix(), reason))
        return []


def _refusal(entry: os.DirEntry[str], path: Path, root: Path) -> str | None:
    """Why an entry is not read, or None."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "the name is not valid UTF-8; rename the file"
    try:
        if entry.is_symlink():
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                return "a link that leads out of the folder is not followed"
            if target.is_dir():
                return "a link to a folder is not followed"
        mode = entry.stat().st_mode
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"cannot be followed: {reason}"
    if stat.S_ISDIR(mode):
        return None
    if not stat.S_ISREG(mode):
        return "not a regular file"
    if path.suffix.lower() not in suffixes():
        return f"no reader for {path.suffix or 'a name without ending'}"
    return None


def _descriptions(folder: Path, run: _Run) -> dict[str, dict[str, str]]:
    """What ``corpus.toml`` says of each file; faults are reported, not fatal."""
    place = folder / DESCRIPTION
    if not os.path.isfile(place):
        return {}
    try:
        table = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        run.failed.append((DESCRIPTION, f"not read: {error}"))
        return {}
    described: dict[str, dict[str, str]] = {}
    for path, values in table.items():
        unknown = sorted(set(values) - set(_DESCRIBED)) if isinstance(values, dict) else ["a table"]
        wrong = not unknown and values.get("language", "de") not in ("de", "en")
        if unknown or wrong:
            what = f"unknown {unknown[0]!r}" if unknown else "language must be de or en"
            run.failed.append((DESCRIPTION, f"[{path}]: {what}; known are {', '.join(_DESCRIBED)}"))
            continue
        described[path] = {key: str(value) for key, value in values.items()}
    return described


# -- writing ----------------------------------------------------------------------------------


def _write_documents(
    store: Store,
    encoder: Encoder,
    files: Sequence[_File],
    run: _Run,
    max_file_mb: float,
    *,
    rebuild: bool,
    watch: Watcher | None,
) -> None:
    known = store.revisions()
    sizes = [max(1, _size(file.place)) for file in files]
    done = 0
    run.embedded += ensure_reference(store, encoder)  # first, so that no killed run goes without
    with store.transaction():
        if rebuild and store.fingerprint() != fingerprint(encoder):
            store.remove_all()
        store.set_fingerprint(fingerprint(encoder))
        store.set_meta("unfinished", "1")
    for number, (file, size) in enumerate(zip(files, sizes, strict=True)):

        def report(
            share: float,
            number: int = number,
            path: str = file.path,
            done: int = done,
            size: int = size,
        ) -> None:
            if watch:
                at = (done + share * size) / sum(sizes)
                watch(Progress(path, number, len(files), run.passages, at))

        report(0.0)
        try:
            _write_document(
                store, encoder, file, known.get(file.path), run, max_file_mb, rebuild, report
            )
        except ReadError as error:
            run.failed.append((file.path, str(error)))
        done += size
    _remove_vanished(store, known, {file.path for file in files}, run)
    with store.transaction():
        store.prune(reference_prefix(encoder.identity))
    store.settle()
    if watch:
        watch(Progress("", len(files), len(files), run.passages, 1.0))


def _remove_vanished(
    store: Store, known: dict[str, tuple[str, str]], present: set[str], run: _Run
) -> None:
    """Remove documents whose file is gone; what only cannot be read today is kept."""
    failed = {PurePosixPath(path) for path, _ in run.failed}
    for path in sorted(set(known) - present):
        if failed.intersection([PurePosixPath(path), *PurePosixPath(path).parents]):
            continue
        with store.transaction():
            store.remove_document(path)
        run.removed.append(path)


def _size(place: Path) -> int:
    try:
        return place.stat().st_size
    except OSError:
        return 0


def _write_document(
    store: Store,
    encoder: Encoder,
    file: _File,
    known: tuple[str, str] | None,
    run: _Run,
    max_file_mb: float,
    rebuild: bool,
    report: Callable[[float], None],
) -> None:
    data = _read(file.place, max_file_mb)
    revision = hashlib.sha256(data).hexdigest()
    described = json.dumps(file.described, sort_keys=True, ensure_ascii=False)
    if known == (revision, described) and not rebuild:
        run.unchanged.append(file.path)
        return
    extracted = read_file(file.path, data)
    document = _document(file, revision, extracted)
    chunks = chunk(extracted, document.language)
    passages, texts = _prepare(document, extracted.text, chunks, encoder.identity)
    run.embedded += _embed(store, encoder, texts, report)
    with store.transaction():
        store.put_document(
            document, extracted.text, passages, "; ".join(extracted.notes), described
        )
    run.passages += len(passages)
    (run.changed if known else run.added).append(file.path)


def _read(place: Path, max_file_mb: float) -> bytes:
    size = _size(place) / 1e6
    if size > max_file_mb:
        raise ReadError(
            f"{size:.1f} MB, the limit is {max_file_mb:g}; split the file or raise `max_file_mb`"
        )
    try:
        return place.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror}") from None


def _document(file: _File, revision: str, extracted: Extracted) -> Document:
    first = next((b for b in extracted.blocks if b.kind == "heading"), None)
    heading = extracted.text[first.start : first.end].strip("#*_ \t") if first else ""
    document = Document(
        path=file.path,
        revision=revision,
        title=extracted.title or heading or Path(file.path).stem,
        publisher="",
        date="",
        language=detect_language(extracted.text[:20_000]),
        kind="",
    )
    return replace(document, **file.described)  # type: ignore[arg-type]


def _prepare(
    document: Document, text: str, chunks: Sequence[Chunk], model: str
) -> tuple[list[NewPassage], dict[str, str]]:
    """Passages as the store takes them, and every text to embed by its content key."""
    passages: list[NewPassage] = []
    texts: dict[str, str] = {}

    def key(raw: str) -> str:
        cleaned = search_text(raw)
        digest = hashlib.sha256(f"{model}\0{cleaned}".encode()).hexdigest()
        texts[digest] = cleaned
        return digest

    for new in chunks:
        body = text[new.start : new.end]
        language: Language = detect_language(body, default=document.language)
        words = "\n".join([*new.heading, new.lead, body]) if _headless(new) else body
        passages.append(
            NewPassage(
                chunk=new,
                language=language,
                forms=" ".join(passage_forms(words, language)),
                vector=key(passage_text(text, new, _spoken_title(document))),
                sentence_vectors=tuple(key(sentence_text(text, s, new)) for s in new.sentences),
            )
        )
    return passages, texts


def _spoken_title(document: Document) -> str:
    """The title as far as it says something: a file name such as ``004_5dc8`` does not."""
    named = document.title == PurePosixPath(document.path).stem
    return "" if named and any(c.isdigit() for c in document.title) else document.title


def _headless(new: Chunk) -> bool:
    return new.sentences[0].kind != "heading"


def _embed(
    store: Store, encoder: Encoder, texts: dict[str, str], report: Callable[[float], None]
) -> int:
    """Embed what the store lacks, a few hundred texts a transaction, so that a killed run resumes."""
    missing = store.missing_vectors(texts)
    for start in range(0, len(missing), _EMBED_AT_ONCE):
        keys = missing[start : start + _EMBED_AT_ONCE]

        def within(done: int, _total: int, start: int = start) -> None:
            report((start + done) / len(missing))

        vectors = encoder.encode_passages([texts[k] for k in keys], within)
        with store.transaction():
            store.put_vectors(keys, vectors)
    return len(missing)
