"""Folders to an index, incrementally: what has not changed costs a look, nothing more.

The index mirrors what it is given: new files are added, changed ones replaced, moved ones renamed,
vanished ones removed. Files are parsed in processes of their own, ahead of the one at work. Each
document is one transaction; vectors are kept by content, so a run that was killed goes on where it
was, and a changed chunker embeds only what is new.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import accumulate
from pathlib import Path, PurePosixPath

import numpy as np

from index.changes import Changes, Known, compare, described_as, known_files
from index.chunking import CHUNKER_VERSION, chunk, heading_text, passage_parts
from index.embedding import Embedded, Encoder
from index.errors import NoIndexError, ReadError, StaleIndexError
from index.files import File, Found, Wanted, find, read, visible
from index.language import detect_language
from index.options import Options
from index.parsing import Parser, Workers
from index.readers.extracted import Extracted
from index.reference import ensure_reference, reference_prefix
from index.store import (
    SCHEMA_VERSION,
    EmbeddedPassage,
    Failure,
    NewPassage,
    PassageWords,
    Source,
    Store,
    writer_lock,
)
from index.values import Chunk, Document, Fingerprint, Language, Note, SyncReport
from index.vectors import build_vectors, open_vectors, publish
from index.wordforms import ANALYSER_VERSION, is_gram, passage_forms
from index.wordspace import WordSpace, load_word_space, model_identity

_EMBED_AT_ONCE = 256
_READERS = 2
_AHEAD = 12
_LOOK = 0.2
"""Seconds between looks at whether to stop, while a file is being parsed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sync stands: ``document`` is the one at work, ``share`` runs from 0 to 1."""

    document: str
    done: int
    documents: int
    passages: int
    share: float


Watcher = Callable[[Progress], None]


class _StopError(Exception):
    """The sync was told to end."""


@dataclass
class _Run:
    """What one sync has done so far."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    embedded: int = 0
    stopped: bool = False

    def report(self, started: float) -> SyncReport:
        done = {name: value for name, value in vars(self).items() if name != "failures"}
        failed = sorted((failure.path, failure.note.text) for failure in self.failures)
        return SyncReport(**done, failed=failed, seconds=time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Text:
    """A passage as the model is given it: what stands above, then its sentences."""

    parts: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document that only its vectors keep from being written."""

    file: File
    document: Document
    extracted: Extracted
    source: Source
    passages: list[NewPassage]
    texts: dict[str, _Text]


def fingerprint(encoder: Encoder) -> Fingerprint:
    """What an index made now, with this model, would carry."""
    return Fingerprint(model_identity(encoder), CHUNKER_VERSION, ANALYSER_VERSION, SCHEMA_VERSION)


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
    places: Sequence[Path],
    index: Path,
    encoder: Encoder,
    options: Options = Options(),  # noqa: B008 - frozen
    *,
    rebuild: bool = False,
    watch: Watcher | None = None,
    stop: Callable[[], bool] = lambda: False,
    parser: Parser | None = None,
) -> SyncReport:
    """Make the index mirror folders and files; what cannot be read is reported, the rest go on.

    ``rebuild`` writes every document anew, for an index of another model or chunker. Once ``stop``
    says so, the sync ends with the document at work; what was written by then stays.

    Raises:
        IndexError_: a folder is missing or holds nothing to read (the index is left as it was),
            the disk is full, or another sync is running (``LockedError``).
        StaleIndexError: the index was made with another model and ``rebuild`` is not set.
        ModelError: the model cannot be loaded.
    """
    started = time.monotonic()
    found = _find(places, index, options)
    with writer_lock(index):
        store = Store(index, write=True)
        try:
            if not rebuild:
                check_fingerprint(store, encoder)
            store.hurry()
            writing = _Writing(store, encoder, options, rebuild, watch, stop)
            writing.all(found, parser or Workers(options.limits))
            with store.transaction():
                store.set_meta("folders", json.dumps([str(p.resolve()) for p in places]))
                store.set_meta("wanted", json.dumps(asdict(options.wanted)))
            if not open_vectors(store).origin.startswith("gen-"):
                publish(store, build_vectors(store, "built by sync"))
        finally:
            store.close()
    return writing.run.report(started)


def preview(
    places: Sequence[Path],
    index: Path,
    options: Options = Options(),  # noqa: B008 - frozen
) -> SyncReport:
    """What a sync would do, as far as that can be told without parsing; nothing is written.

    Raises:
        IndexError_: as ``sync``.
    """
    started = time.monotonic()
    found = _find(places, index, options)
    try:
        store = Store(index)
    except NoIndexError:
        changes, known = compare(found, {}, [], options.reading), {}
    else:
        try:
            known = known_files(store)
            changes = compare(found, known, store.failed_files(), options.reading)
        finally:
            store.close()
    run = _Run(
        added=[f.path for f in changes.read if f.path not in known],
        changed=[f.path for f in changes.read if f.path in known],
        moved=[(old, file.path) for old, file in changes.moved],
        unchanged=changes.unchanged,
        removed=changes.removed,
        failures=changes.failed,
    )
    return run.report(started)


def synced_folders(store: Store) -> list[Path]:
    """The folders and files that the last sync mirrored; empty before the first."""
    return [Path(p) for p in json.loads(store.meta("folders") or "[]")]


def synced_patterns(store: Store) -> Wanted:
    """Which of their files the last sync wanted."""
    return Wanted(**{k: tuple(v) for k, v in json.loads(store.meta("wanted") or "{}").items()})


def _find(places: Sequence[Path], index: Path, options: Options) -> Found:
    return find(places, wanted=options.wanted, library=options.library, leave_out=index)


# -- reading ----------------------------------------------------------------------------------


def _read_document(file: File, parser: Parser, options: Options, model: str) -> _Ready:
    """Everything about a document that needs neither store nor model; in a thread of its own.

    Raises:
        ReadError: it cannot be read; ``stamp`` among its values is the state it was tried in.
    """
    data, stamp = read(file.place, options.limits.file_mb)
    try:
        extracted = parser.parse(file.path, data)
    except ReadError as error:
        raise _RefusedError(error, options.reading.attempt(stamp)) from None
    if options.asides:
        searched = tuple(replace(block, aside="") for block in extracted.blocks)
        extracted = replace(extracted, blocks=searched)
    document = _document(file, hashlib.sha256(data).hexdigest(), extracted)
    chunks = chunk(extracted, document.language)
    passages, texts = _prepare(document, extracted.text, chunks, model)
    source = Source(
        extracted.format,
        extracted.author,
        extracted.share,
        extracted.notes,
        options.reading.version,
        stamp,
    )
    return _Ready(file, document, extracted, source, passages, texts)


class _RefusedError(ReadError):
    """A file that its reader refused, with the state it was tried in."""

    def __init__(self, error: ReadError, stamp: str) -> None:
        super().__init__(str(error), error.code, **error.values)
        self.stamp = stamp


def _document(file: File, revision: str, extracted: Extracted) -> Document:
    first = next((b for b in extracted.blocks if b.kind == "heading" and not b.aside), None)
    heading = heading_text(extracted.text, first) if first else ""
    document = Document(
        path=file.path,
        revision=revision,
        title=extracted.title or heading or visible(PurePosixPath(file.path).stem),
        publisher="",
        date=_known_date(extracted.date),
        language=detect_language(extracted.text[:20_000]),
        kind="",
    )
    return replace(document, **file.described)  # type: ignore[arg-type]


def _known_date(said: str) -> str:
    """The date that a file gives itself, if it is one."""
    try:
        date.fromisoformat(said + "-01-01"[len(said) - 4 :] if len(said) in (4, 7) else said)
    except ValueError:
        return ""
    return said if re.fullmatch(r"\d{4}(-\d\d){0,2}", said) else ""


# -- writing ----------------------------------------------------------------------------------


class _Writing:
    """One sync at work on an open store."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        options: Options,
        rebuild: bool,
        watch: Watcher | None,
        stop: Callable[[], bool],
    ) -> None:
        self.run = _Run()
        self._store = store
        self._encoder = encoder
        self._options = options
        self._rebuild = rebuild
        self._watch = watch
        self._stop = stop
        self._known: set[str] = set()
        self._pending: list[_Ready] = []
        self._documents = self._done = self._bytes = self._bytes_done = 0
        self._share = 0.0

    def all(self, found: Found, parser: Parser) -> None:
        """Bring the store up to date; ``parser`` is closed at the end."""
        try:
            changes = self._begin(found)
            self._report("", 0.0)
            self._documents_of(changes, parser)
        except _StopError:
            self.run.stopped = True
        else:
            self._end(changes)
        finally:
            parser.close()
        self._store.settle()

    def _begin(self, found: Found) -> Changes:
        store, encoder = self._store, self._encoder
        # first, so that no killed run goes without
        self.run.embedded += ensure_reference(store, encoder)
        with store.transaction():
            if self._rebuild and store.fingerprint() != fingerprint(encoder):
                store.remove_all()
            store.set_fingerprint(fingerprint(encoder))
            store.set_meta("unfinished", "1")
        known = known_files(store)
        self._known = set(known)
        failures = store.failed_files()
        if self._rebuild:
            known, failures = {path: Known("", "", "", "") for path in known}, []
        changes = compare(found, known, failures, self._options.reading)
        self.run.unchanged = changes.unchanged
        self.run.failures = changes.failed
        self._documents = len(found.files)
        self._done = len(changes.unchanged)
        self._bytes = sum(max(1, file.size) for file in changes.read)
        return changes

    def _end(self, changes: Changes) -> None:
        """Remove what is gone, and what nothing names any more."""
        store = self._store
        for path in changes.removed:
            with store.transaction():
                store.remove_document(path)
            self.run.removed.append(path)
        with store.transaction():
            store.prune(reference_prefix(model_identity(self._encoder)))
            store.set_stamps(changes.stamps)
            store.set_failures(self.run.failures)
            store.set_meta("unfinished", "")
        self._done = self._documents
        if self._watch:
            self._watch(Progress("", self._done, self._documents, self.run.passages, 1.0))

    def _documents_of(self, changes: Changes, parser: Parser) -> None:
        self._move(changes.moved)
        threads = ThreadPoolExecutor(_READERS, "read")
        try:
            for file, reading in self._ahead(threads, changes.read, parser):
                try:
                    self._pending.append(self._wait_for(reading, file))
                except ReadError as error:
                    note = Note(str(error), error.code, error.values)
                    self.run.failures.append(Failure(file.path, note, getattr(error, "stamp", "")))
                    self._count(file)
                if sum(len(ready.texts) for ready in self._pending) >= _EMBED_AT_ONCE:
                    self._write()
            self._write()
        finally:
            parser.close()  # so that no thread waits for a process any longer
            threads.shutdown(cancel_futures=True)

    def _ahead(
        self, threads: ThreadPoolExecutor, files: Sequence[File], parser: Parser
    ) -> Iterator[tuple[File, Future[_Ready]]]:
        """Files in order, each with its reading; a few more are being read meanwhile."""
        model = model_identity(self._encoder)
        waiting: deque[tuple[File, Future[_Ready]]] = deque()
        for file in files:
            reading = threads.submit(_read_document, file, parser, self._options, model)
            waiting.append((file, reading))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _wait_for(self, reading: Future[_Ready], file: File) -> _Ready:
        while not wait([reading], _LOOK).done:
            self._report(file.path, 0.0)
        return reading.result()

    def _move(self, moved: Sequence[tuple[str, File]]) -> None:
        """Rename documents; one that was titled by its file's name is titled by the new one."""
        titles = {d.path: d.title for d in self._store.documents()} if moved else {}
        for old, file in moved:
            title = titles[old]
            if title == visible(PurePosixPath(old).stem):
                title = visible(PurePosixPath(file.path).stem)
            with self._store.transaction():
                self._store.move_document(old, file.path, title)
            self.run.moved.append((old, file.path))
            self._done += 1

    def _write(self) -> None:
        """Embed what is pending, together; then each document in a transaction of its own."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        size = sum(max(1, ready.file.size) for ready in pending)
        texts = {key: text for ready in pending for key, text in ready.texts.items()}
        last = pending[-1].file.path
        self.run.embedded += _embed(
            self._store, self._encoder, texts, lambda share: self._report(last, share * size)
        )
        for ready in pending:
            self._put(ready)

    def _put(self, ready: _Ready) -> None:
        path = ready.file.path
        with self._store.transaction():
            self._store.put_document(
                ready.document, ready.extracted.text, ready.passages, described_as(ready.file)
            )
            self._store.put_source(path, ready.source, ready.extracted.pages)
        self.run.passages += len(ready.passages)
        self.run.warnings += [(path, note.text) for note in ready.source.notes]
        (self.run.changed if path in self._known else self.run.added).append(path)
        self._count(ready.file)

    def _count(self, file: File) -> None:
        self._done += 1
        self._bytes_done += max(1, file.size)
        self._report(file.path, 0.0)

    def _report(self, document: str, ahead: float) -> None:
        """Tell the watcher, unless it is time to stop; ``ahead``: bytes of work half done."""
        if self._stop():
            raise _StopError
        if self._watch:
            share = (self._bytes_done + ahead) / max(self._bytes, 1)
            self._share = max(self._share, min(share, 1.0))
            self._watch(
                Progress(document, self._done, self._documents, self.run.passages, self._share)
            )


def _prepare(
    document: Document, text: str, chunks: Sequence[Chunk], model: str
) -> tuple[list[NewPassage], dict[str, _Text]]:
    """Passages as the store takes them, and what to embed for each by its content key."""
    passages: list[NewPassage] = []
    texts: dict[str, _Text] = {}
    for new in chunks:
        body = text[new.start : new.end]
        language: Language = detect_language(body, default=document.language)
        words = "\n".join([*new.heading, new.lead, body]) if _headless(new) else body
        forms = passage_forms(words, language)
        parts = passage_parts(text, new, spoken_title(document))
        key = hashlib.sha256("\0".join([model, language, *parts]).encode()).hexdigest()
        texts[key] = _Text(parts, language)
        passages.append(
            NewPassage(
                chunk=new,
                language=language,
                forms=" ".join(form for form in forms if not is_gram(form)),
                grams=" ".join(filter(is_gram, forms)),
                embedded=key,
            )
        )
    return passages, texts


def spoken_title(document: Document) -> str:
    """The title as far as it says something: a file name such as ``004_5dc8`` does not."""
    named = document.title == PurePosixPath(document.path).stem
    return "" if named and any(c.isdigit() for c in document.title) else document.title


def _headless(new: Chunk) -> bool:
    return new.sentences[0].kind != "heading"


def _embed(
    store: Store, encoder: Encoder, texts: dict[str, _Text], report: Callable[[float], None]
) -> int:
    """Embed what the store lacks, a few hundred a transaction, so that a killed run resumes."""
    missing = store.not_embedded(texts)
    space = load_word_space(encoder.identity)
    for start in range(0, len(missing), _EMBED_AT_ONCE):
        keys = missing[start : start + _EMBED_AT_ONCE]

        def within(done: int, _total: int, start: int = start) -> None:
            report((start + done) / len(missing))

        embedded = encoder.encode_passages([texts[k].parts for k in keys], within)
        languages = [texts[key].language for key in keys]
        words = place_words(embedded, languages, space) if space else [None] * len(keys)
        with store.transaction():
            for key, found, own in zip(keys, embedded, words, strict=True):
                # what stands above a passage has no vector of its own
                store.put_embedded(key, EmbeddedPassage(found.vector, found.parts[1:], own))
    return len(missing)


def place_words(
    embedded: Sequence[Embedded], languages: Sequence[Language], space: WordSpace
) -> list[PassageWords | None]:
    """The words of each passage in the space; None where a passage has none.

    All of one language are placed at once: threads of the linear algebra wait for each other at
    every product, and hundreds of small ones on a busy machine took a quarter of a sync.
    """
    rows: dict[Language, list[int]] = {}
    for i, (found, language) in enumerate(zip(embedded, languages, strict=True)):
        if len(found.words):
            rows.setdefault(language, []).append(i)
    placed: list[PassageWords | None] = [None] * len(embedded)
    for language, own in rows.items():
        vectors = space.passage(np.concatenate([embedded[i].words for i in own]), language)
        ends = list(accumulate(len(embedded[i].words) for i in own))
        for i, words in zip(own, np.split(vectors, ends[:-1]), strict=True):
            placed[i] = PassageWords(words, embedded[i].word_parts.astype(np.uint16))
    return placed
