"""The truth: one SQLite file with documents, passages, sentences, vectors, word forms and chats.

WAL, foreign keys, full synchronisation. One writer behind a file lock (the kernel frees it when
the process dies), any number of readers; a sync writes one transaction per document and raises
``state`` by one with each. Passage ids are never used twice, so an older vector file can name a
passage that is gone but never a wrong one.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from index.errors import BelegtError, IndexError_, LockedError, NoIndexError, StaleIndexError
from index.readers.extracted import Page
from index.values import (
    Chunk,
    Document,
    Fingerprint,
    Language,
    Note,
    Passage,
    PassageId,
    Sentence,
    Vectors,
)

SCHEMA_VERSION = 5
GRAM_WEIGHT = 0.3
"""What a 4-gram counts of a word form in the word search."""
MOST_PIECES = 8
"""FTS5 writes word forms in pieces and looks into each of them. A first sync left 13, and a search in them
took half as long again as in one; merging costs 0.1 ms a passage."""
FILE = "store.sqlite"
LOCK = "write.lock"

_PATIENCE_MS = 30_000
_CACHE_KB = 65_536
"""Of the file, kept in memory by every connection: word vectors are most of what a question reads."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE revisions (hash TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL,
    revision TEXT NOT NULL REFERENCES revisions (hash),
    title TEXT NOT NULL, publisher TEXT NOT NULL, date TEXT NOT NULL,
    language TEXT NOT NULL, kind TEXT NOT NULL, described TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
    heading TEXT NOT NULL, page INTEGER, embedded INTEGER NOT NULL REFERENCES embedded (id)
);
CREATE INDEX passages_document ON passages (document_id);
CREATE INDEX passages_embedded ON passages (embedded);
CREATE TABLE sentences (
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (passage_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE embedded (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL,
    vector BLOB NOT NULL, sentences BLOB NOT NULL, words BLOB NOT NULL, parts BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (forms, grams, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
CREATE TABLE failures (
    path TEXT PRIMARY KEY, reason TEXT NOT NULL, code TEXT NOT NULL, details TEXT NOT NULL,
    stamp TEXT NOT NULL
);
CREATE TABLE sources (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    format TEXT NOT NULL, author TEXT NOT NULL, share REAL NOT NULL, remarks TEXT NOT NULL,
    reader TEXT NOT NULL, stamp TEXT NOT NULL
);
CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, start INTEGER NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (document_id, number)
) WITHOUT ROWID;
CREATE TABLE chats (
    id TEXT PRIMARY KEY, created TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT ''
);
CREATE TABLE turns (
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    created TEXT NOT NULL, reply TEXT NOT NULL, again INTEGER, PRIMARY KEY (chat_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX turns_created ON turns (chat_id, created);
CREATE TABLE cited (
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    revision TEXT NOT NULL REFERENCES revisions (hash), PRIMARY KEY (chat_id, revision)
) WITHOUT ROWID;
"""

_KEPT = ("revisions", "chats", "turns", "cited")
"""Tables that an index of another format hands on: a person's own, which no sync can make anew."""

_ADDED = (
    ("chats", "owner", "TEXT NOT NULL DEFAULT ''"),
    ("chats", "title", "TEXT NOT NULL DEFAULT ''"),
    ("turns", "again", "INTEGER"),
)
"""Columns that chats of earlier versions lack; they are added where they are missing."""

_PASSAGE = """
SELECT p.id, d.path, d.revision, p.start, p."end", p.text, p.language, p.heading, p.page,
    coalesce(g.label, '')
FROM passages p JOIN documents d ON d.id = p.document_id
    LEFT JOIN pages g ON g.document_id = d.id AND g.number = p.page
"""


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A chunk with what was computed for it: ``forms`` and ``grams`` are word forms
    (``index.wordforms``), apart by spaces, ``embedded`` is the key of its vectors."""

    chunk: Chunk
    language: Language
    forms: str
    grams: str
    embedded: str


@dataclass(frozen=True, slots=True)
class PassageWords:
    """Word vectors of a passage, shape ``(m, dim)``, and the part that each stands in: 0 for what is
    above the passage, then its sentences from 1; in the order of the text."""

    vectors: npt.NDArray[np.int8]
    parts: npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """What a model made of a passage: its ``vector`` (dim,) and those of its ``sentences`` (n, dim), of
    unit length and not centred; None for ``words`` where the model tells none."""

    vector: Vectors
    sentences: Vectors
    words: PassageWords | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """How a document was read: ``share`` is that of its visible characters which is searched, 0 to
    1; ``reader`` the version of what read it, ``stamp`` the state of its file (``files.stamp``)."""

    format: str
    author: str
    share: float
    notes: tuple[Note, ...]
    reader: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A stored conversation: ``title`` as its owner named it, empty until then; ``first`` is its first
    question, ``updated`` the time of its last turn, ISO 8601 in UTC."""

    id: str
    title: str
    first: str
    updated: str


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A reply as JSON; ``again`` is the ordinal of the turn, from 0, whose question it answers anew."""

    reply: str
    again: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why; ``stamp`` is the state it was tried in, or empty."""

    path: str
    note: Note
    stamp: str = ""


class Store:
    """An open store; one connection per thread, closed with the store."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open the store in ``folder``; ``write`` creates it where there is none.

        Raises:
            NoIndexError: there is no index and ``write`` is false.
            IndexError_: the file is damaged or the folder cannot be written.
        """
        self.folder = folder
        self._path = folder / FILE
        self._write = write
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        try:
            if write:
                self._create()
            self._check()
        except BelegtError:
            self.close()
            raise

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    @property
    def _db(self) -> sqlite3.Connection:
        local = self._local
        if not hasattr(local, "connection") or (
            local.frozen is not None and local.frozen != self._stamp()
        ):
            local.connection, local.frozen = self._connect()
        connection: sqlite3.Connection = local.connection
        return connection

    def _connect(self) -> tuple[sqlite3.Connection, object]:
        """A connection, and the stamp of the file where only its present content can be read.

        A reader needs room for a small file beside the store. Where the disk is full or may not
        be written, the file is read as it is until it changes.
        """
        if self._write:
            return self._open("?mode=rwc"), None
        try:
            return self._open("?mode=rw"), None
        except sqlite3.OperationalError:
            log = self._path.with_name(FILE + "-wal")
            if log.is_file() and log.stat().st_size:
                return self._open("?mode=ro"), None
            stamp = self._stamp()
            return self._open("?mode=ro&immutable=1"), stamp

    def _stamp(self) -> object:
        """Changes with the file or the log beside it."""
        places = (self._path, self._path.with_name(FILE + "-wal"))
        stats = (place.stat() for place in places if place.is_file())
        return [(s.st_mtime_ns, s.st_size) for s in stats]

    def _open(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path.resolve().as_uri() + mode,
            uri=True,
            timeout=_PATIENCE_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        self._connections.append(connection)
        return connection

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of a query; a fault is one line that says what to do."""
        with explained(self.folder):
            return self._db.execute(query, values).fetchall()

    def _create(self) -> None:
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._db.execute("PRAGMA journal_mode = WAL")
            with self.transaction():
                if not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                    self._make_tables()
                    self.set_meta("state", "0")
            if self._is_older():
                self._renew()

    def _make_tables(self) -> None:
        """The tables that are missing; in a transaction."""
        there = self._tables()
        for statement in filter(str.strip, _SCHEMA.split(";")):
            if (
                re.split(r"\W+", statement.strip())[2:][statement.count("VIRTUAL TABLE")]
                not in there
            ):
                self._db.execute(statement)
        self.set_meta("schema", str(SCHEMA_VERSION))

    def _tables(self) -> set[str]:
        return {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}

    def _is_older(self) -> bool:
        found = self.meta("schema") or ""
        return found.isdecimal() and int(found) < SCHEMA_VERSION

    def _renew(self) -> None:
        """Empty an index of an earlier format but for chats and the revisions they cite; documents
        are read anew by the sync that follows. Passage ids go on where they were."""
        db = self._db
        with self.transaction():
            db.execute("PRAGMA defer_foreign_keys = ON")
            state = self.state()
            last = db.execute("SELECT max(seq) FROM sqlite_sequence").fetchone()[0] or 0
            for name in _tables_to_drop(db):
                db.execute(f"DROP TABLE {name}")
            db.execute("DELETE FROM revisions WHERE hash NOT IN (SELECT revision FROM cited)")
            self._make_tables()
            db.execute("INSERT INTO sqlite_sequence VALUES ('passages', ?)", (last,))
            self.set_meta("state", str(state + 1))

    def _complete_chats(self) -> None:
        """Give chats of an earlier version the columns they lack, where the file can be written."""
        missing = [
            (table, column, kind)
            for table, column, kind in _ADDED
            if column not in {row[1] for row in self._rows(f"PRAGMA table_info({table})")}
        ]
        if missing:
            with suppress(IndexError_), self.transaction():
                for table, column, kind in missing:
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    def _check(self) -> None:
        with explained(self.folder):
            there = self._path.is_file()
        if not there or not self._rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            raise NoIndexError(f"{self.folder}: no index here. Run `belegt sync FOLDER` first.")
        found = self.meta("schema")
        if found != str(SCHEMA_VERSION):
            mend = (
                "Run `belegt sync`: documents are read anew, conversations are kept."
                if self._is_older()
                else "Remove the folder and run `belegt sync`, or take a newer belegt."
            )
            raise StaleIndexError(
                f"{self.folder}: index of format {found}, this belegt needs {SCHEMA_VERSION}. {mend}"
            )
        self._complete_chats()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an error rolls back."""
        with explained(self.folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # -- meta ---------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def state(self) -> int:
        """Raised by one with every document written or removed."""
        return int(self.meta("state") or 0)

    def fingerprint(self) -> Fingerprint | None:
        """What the index was made with; None before the first sync."""
        value = self.meta("fingerprint")
        return Fingerprint(**json.loads(value)) if value else None

    def set_fingerprint(self, fingerprint: Fingerprint) -> None:
        self.set_meta("fingerprint", json.dumps(asdict(fingerprint), sort_keys=True))

    # -- writing ------------------------------------------------------------------------------

    def put_document(
        self,
        document: Document,
        text: str,
        passages: Sequence[NewPassage],
        described: str = "",
    ) -> None:
        """Write a document in place of what its path held; call within a transaction.

        What ``passages`` name as embedded must be there already (``put_embedded``). ``described`` is what
        the user said of the file, to notice changes by.
        """
        db = self._db
        self._delete(document.path)
        db.execute("INSERT OR IGNORE INTO revisions VALUES (?, ?)", (document.revision, text))
        row = db.execute(
            "INSERT INTO documents (path, revision, title, publisher, date, language, kind,"
            " described) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (*astuple(document), described),
        ).fetchone()
        for passage in passages:
            self._put_passage(row[0], text, passage)
        self._after_change(document.path)

    def _put_passage(self, document_id: int, text: str, new: NewPassage) -> None:
        chunk = new.chunk
        (passage_id,) = self._db.execute(
            'INSERT INTO passages (document_id, start, "end", text, language, heading,'
            " page, embedded) VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM embedded WHERE key = ?))"
            " RETURNING id",
            (
                document_id,
                chunk.start,
                chunk.end,
                text[chunk.start : chunk.end],
                new.language,
                json.dumps(chunk.heading, ensure_ascii=False),
                chunk.page,
                new.embedded,
            ),
        ).fetchone()
        self._db.execute(
            "INSERT INTO words (rowid, forms, grams) VALUES (?, ?, ?)",
            (passage_id, new.forms, new.grams),
        )
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?)",
            [(passage_id, i, *astuple(sentence)) for i, sentence in enumerate(chunk.sentences)],
        )

    def remove_document(self, path: str) -> None:
        """Remove a document; its text stays while a stored chat cites it. In a transaction."""
        self._delete(path)
        self._after_change(path)

    def remove_all(self) -> None:
        """Remove every document; vectors and texts go with the next ``prune``. In a transaction."""
        for path in self.revisions():
            self.remove_document(path)

    def _delete(self, path: str) -> None:
        deleted = self._db.execute(
            "DELETE FROM words WHERE rowid IN (SELECT p.id FROM passages p JOIN documents d"
            " ON d.id = p.document_id WHERE d.path = ?)",
            (path,),
        )
        if deleted.rowcount:
            self.set_meta("deleted", "1")
        self._db.execute("DELETE FROM documents WHERE path = ?", (path,))

    def _after_change(self, path: str) -> None:
        self._db.execute("DELETE FROM failures WHERE path = ?", (path,))
        self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'state'")

    def put_embedded(self, key: str, made: EmbeddedPassage) -> None:
        """Store what was made of a passage under its content key, vectors as float16; in a
        transaction."""
        words = made.words
        self._db.execute(
            "INSERT OR IGNORE INTO embedded (key, vector, sentences, words, parts)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                key,
                made.vector.astype(np.float16).tobytes(),
                made.sentences.astype(np.float16).tobytes(),
                words.vectors.tobytes() if words else b"",
                words.parts.tobytes() if words else b"",
            ),
        )

    def set_failures(self, failures: Iterable[Failure]) -> None:
        """Replace the list of files that could not be read; in a transaction."""
        self._db.execute("DELETE FROM failures")
        self._db.executemany(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
            [
                (f.path, f.note.text, f.note.code, json.dumps(dict(f.note.values)), f.stamp)
                for f in failures
            ],
        )

    def prune(self, kept: str) -> None:
        """Drop vectors and revisions that nothing names any more; in a transaction.

        Vectors whose keys begin with ``kept`` stay.
        """
        self._db.execute(
            "DELETE FROM embedded WHERE id NOT IN (SELECT embedded FROM passages)"
            " AND substr(key, 1, ?) <> ?",
            (len(kept), kept),
        )
        self._db.execute(
            "DELETE FROM revisions WHERE hash NOT IN (SELECT revision FROM documents UNION ALL"
            " SELECT revision FROM cited)"
        )
        ((pieces,),) = self._rows("SELECT count(DISTINCT segid) FROM words_idx")
        if self.meta("deleted") or pieces > MOST_PIECES:
            self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
            self.set_meta("deleted", "")  # FTS5 keeps the words of deleted rows until it merges

    def check_file(self) -> None:
        """Let SQLite look at every page; takes a second per 100 MB.

        Raises:
            IndexError_: the file is damaged.
        """
        ((found,),) = self._rows("PRAGMA integrity_check(1)")
        if found != "ok":
            with explained(self.folder):
                raise sqlite3.DatabaseError(f"malformed: {' '.join(found.split())}")

    def hurry(self) -> None:
        """Let commits wait for no disk until ``settle``: a power cut may lose the last of them, which
        the next sync writes again, but never harms the file. Measured at 1 to 45 ms a commit."""
        with explained(self.folder):
            self._db.execute("PRAGMA synchronous = NORMAL")

    def settle(self) -> None:
        """Move the log into the file and onto the disk, so that what was deleted is in neither.

        A reader at work for more than a second puts it off until the next time.
        """
        with explained(self.folder):
            self._db.execute("PRAGMA busy_timeout = 1000")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._db.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            self._db.execute("PRAGMA synchronous = FULL")

    # -- reading ------------------------------------------------------------------------------

    def documents(self) -> list[Document]:
        """All documents, by path."""
        rows = self._rows(
            "SELECT path, revision, title, publisher, date, language, kind FROM documents"
            " ORDER BY path"
        )
        return [Document(*row) for row in rows]

    def revisions(self) -> dict[str, tuple[str, str]]:
        """Per path the revision, and what the user said of the file when it was written."""
        rows = self._rows("SELECT path, revision, described FROM documents ORDER BY path")
        return {row[0]: (row[1], row[2]) for row in rows}

    def failures(self) -> list[tuple[str, str]]:
        return self._rows("SELECT path, reason FROM failures ORDER BY path")

    def passage_counts(self) -> dict[str, int]:
        """Passages per document path."""
        return dict(
            self._rows(
                "SELECT d.path, count(p.id) FROM documents d LEFT JOIN passages p"
                " ON p.document_id = d.id GROUP BY d.path"
            )
        )

    def text(self, revision: str) -> str | None:
        """Canonical text of a revision, also of an old one that a chat cites; None if gone."""
        rows = self._rows("SELECT text FROM revisions WHERE hash = ?", (revision,))
        return str(rows[0][0]) if rows else None

    def not_embedded(self, keys: Iterable[str]) -> list[str]:
        """Those of ``keys`` that are not stored, each once, in order."""
        query = "SELECT 1 FROM embedded WHERE key = ?"
        return [key for key in dict.fromkeys(keys) if not self._rows(query, (key,))]

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """Stored vectors in the order of ``keys``, shape ``(len(keys), dim)``."""
        query = "SELECT vector FROM embedded WHERE key = ?"
        return _matrix([value for key in keys for (value,) in self._rows(query, (key,))])

    def passages(self, ids: Sequence[PassageId]) -> list[Passage]:
        """Passages in the order of ``ids``; ids that are gone are left out."""
        found = {
            row[0]: _passage(row)
            for row in self._rows(_PASSAGE + f"WHERE p.id IN ({_marks(ids)})", list(ids))
        }
        return [found[i] for i in ids if i in found]

    def passage_ids(self, paths: Sequence[str] | None = None) -> list[PassageId]:
        """Ids of all passages, or of those of some documents, ascending."""
        if paths is None:
            rows = self._rows("SELECT id FROM passages ORDER BY id")
        else:
            rows = self._rows(
                "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id"
                f" WHERE d.path IN ({_marks(paths)}) ORDER BY p.id",
                list(paths),
            )
        return [PassageId(row[0]) for row in rows]

    def passage_vectors(self) -> tuple[list[PassageId], list[Language], Vectors]:
        """Ids, languages and vectors of all passages, ascending by id."""
        rows = self._rows(
            "SELECT p.id, p.language, e.vector FROM passages p"
            " JOIN embedded e ON e.id = p.embedded ORDER BY p.id"
        )
        return [r[0] for r in rows], [r[1] for r in rows], _matrix([r[2] for r in rows])

    def embedded(self, ids: Sequence[PassageId]) -> dict[PassageId, EmbeddedPassage]:
        """What the model made of some passages."""
        rows = self._rows(
            "SELECT p.id, e.vector, e.sentences, e.words, e.parts FROM passages p"
            f" JOIN embedded e ON e.id = p.embedded WHERE p.id IN ({_marks(ids)})",
            list(ids),
        )
        if not rows:
            return {}
        vectors = _matrix([row[1] for row in rows])
        sentences = _split([row[2] for row in rows], vectors.shape[1])
        return {
            row[0]: EmbeddedPassage(vector, own, _passage_words(row[3], row[4]))
            for row, vector, own in zip(rows, vectors, sentences, strict=True)
        }

    def sentences(self, ids: Sequence[PassageId]) -> dict[PassageId, list[Sentence]]:
        """Sentences of some passages, in order."""
        found: dict[PassageId, list[Sentence]] = {i: [] for i in ids}
        for passage, *place in self._rows(
            'SELECT passage_id, start, "end", kind FROM sentences'
            f" WHERE passage_id IN ({_marks(ids)}) ORDER BY passage_id, ordinal",
            list(ids),
        ):
            found[passage].append(Sentence(*place))
        return found

    def sentence_vectors(self, language: Language) -> Vectors:
        """Vectors of all sentences in passages of one language, shape ``(n, dim)``."""
        rows = self._rows(
            "SELECT e.sentences, length(e.vector) FROM passages p"
            " JOIN embedded e ON e.id = p.embedded WHERE p.language = ? ORDER BY p.id",
            (language,),
        )
        width = rows[0][1] // 2 if rows else 0
        return _floats(b"".join(row[0] for row in rows), width)

    def search_words(
        self, forms: Sequence[str], k: int, within: Sequence[PassageId] | None = None
    ) -> list[tuple[PassageId, float]]:
        """BM25 over word forms: id and score, higher is better, best first; ties by id."""
        if not forms:
            return []
        query = " OR ".join(f'"{form}"' for form in forms)
        # the + keeps SQLite from running the whole match once for every id
        limit = "" if within is None else f" AND +rowid IN ({_marks(within)})"
        rows = self._rows(
            f"SELECT rowid, -bm25(words, 1.0, {GRAM_WEIGHT}) AS score FROM words WHERE words MATCH ?{limit}"
            " ORDER BY score DESC, rowid LIMIT ?",
            [query, *([] if within is None else within), k],
        )
        return [(PassageId(row[0]), float(row[1])) for row in rows]

    def word_forms(self, ids: Sequence[PassageId]) -> dict[PassageId, frozenset[str]]:
        """The forms under which some passages are found, without 4-grams."""
        rows = self._rows(
            f"SELECT rowid, forms FROM words WHERE rowid IN ({_marks(ids)})",
            list(ids),
        )
        return {PassageId(row[0]): frozenset(row[1].split()) for row in rows}

    def document_frequency(self, forms: Sequence[str]) -> dict[str, int]:
        """In how many passages each form occurs; 0 for one that does not."""
        if not forms:
            return {}
        rows = dict(
            self._rows(
                f"SELECT term, doc FROM vocabulary WHERE term IN ({_marks(forms)})",
                list(forms),
            )
        )
        return {form: int(rows.get(form, 0)) for form in forms}

    # -- how files were read ------------------------------------------------------------------

    def put_source(self, path: str, source: Source, pages: Sequence[Page]) -> None:
        """Say how the document at ``path`` was read; after ``put_document``, in its transaction."""
        (document_id,) = self._db.execute(
            "SELECT id FROM documents WHERE path = ?", (path,)
        ).fetchone()
        notes = [[note.text, note.code, dict(note.values)] for note in source.notes]
        remarks = json.dumps(notes, ensure_ascii=False)
        self._db.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document_id,
                source.format,
                source.author,
                source.share,
                remarks,
                source.reader,
                source.stamp,
            ),
        )
        self._db.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?)",
            [(document_id, page.number, page.start, page.label) for page in pages],
        )

    def sources(self) -> dict[str, Source]:
        """How each document was read, by path."""
        rows = self._rows(
            "SELECT d.path, s.format, s.author, s.share, s.remarks, s.reader, s.stamp"
            " FROM sources s JOIN documents d ON d.id = s.document_id"
        )
        return {
            path: Source(
                format_, author, share, tuple(Note(*note) for note in _json(remarks)), reader, stamp
            )
            for path, format_, author, share, remarks, reader, stamp in rows
        }

    def format_of(self, path: str) -> str:
        """Which reader read a document; empty where there is none of this path."""
        rows = self._rows(
            "SELECT s.format FROM sources s JOIN documents d ON d.id = s.document_id"
            " WHERE d.path = ?",
            (path,),
        )
        return str(rows[0][0]) if rows else ""

    def pages(self, path: str) -> list[Page]:
        """The pages of a document, in order; none where its format has none."""
        rows = self._rows(
            "SELECT g.number, g.start, g.label FROM pages g JOIN documents d"
            " ON d.id = g.document_id WHERE d.path = ? ORDER BY g.number",
            (path,),
        )
        return [Page(*row) for row in rows]

    def page_at(self, path: str, offset: int) -> Page | None:
        """The page of a document on which the character at ``offset`` stands; None without pages."""
        rows = self._rows(
            "SELECT g.number, g.start, g.label FROM pages g JOIN documents d"
            " ON d.id = g.document_id WHERE d.path = ? AND (g.start <= ? OR g.number = 1)"
            " ORDER BY g.number DESC LIMIT 1",
            (path, offset),
        )
        return Page(*rows[0]) if rows else None

    def page_counts(self) -> dict[str, int]:
        """Pages per document path, where there are any."""
        return dict(
            self._rows(
                "SELECT d.path, count(*) FROM pages g JOIN documents d ON d.id = g.document_id"
                " GROUP BY d.path"
            )
        )

    def set_stamps(self, stamps: Iterable[tuple[str, str]]) -> None:
        """Note the state of files, by path, whose content is what was read; in a transaction."""
        self._db.executemany(
            "UPDATE sources SET stamp = ? WHERE document_id ="
            " (SELECT id FROM documents WHERE path = ?)",
            [(stamp, path) for path, stamp in stamps],
        )

    def move_document(self, old: str, new: str, title: str) -> None:
        """Give a document the path and title of its renamed file; passages stay. In a transaction."""
        self._db.execute(
            "UPDATE documents SET path = ?, title = ? WHERE path = ?", (new, title, old)
        )
        self._after_change(new)

    def failed_files(self) -> list[Failure]:
        """Files that could not be read, by path."""
        rows = self._rows("SELECT path, reason, code, details, stamp FROM failures ORDER BY path")
        return [
            Failure(path, Note(reason, code, _json(details)), stamp)
            for path, reason, code, details, stamp in rows
        ]

    # -- chats --------------------------------------------------------------------------------

    def add_turn(
        self,
        chat: str,
        created: str,
        reply: str,
        revisions: Iterable[str],
        *,
        owner: str = "",
        again: int | None = None,
    ) -> int:
        """Append a reply (JSON) to a chat, which is made if new; keeps the revisions it cites.

        Returns the turn's ordinal, from 0.

        Raises:
            IndexError_: the chat is another owner's.
        """
        with self.transaction():
            new = "INSERT OR IGNORE INTO chats (id, created, owner) VALUES (?, ?, ?)"
            self._db.execute(new, (chat, created, owner))
            if not self._owns(chat, owner):
                raise IndexError_("This conversation belongs to someone else. Begin a new one.")
            count = "SELECT count(*) FROM turns WHERE chat_id = ?"
            ordinal = int(self._db.execute(count, (chat,)).fetchone()[0])
            self._db.execute(
                "INSERT INTO turns (chat_id, ordinal, created, reply, again) VALUES (?, ?, ?, ?, ?)",
                (chat, ordinal, created, reply, again),
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO cited SELECT ?, hash FROM revisions WHERE hash = ?",
                [(chat, revision) for revision in revisions],
            )
        return ordinal

    def _owns(self, chat: str, owner: str) -> bool:
        return bool(self._rows("SELECT 1 FROM chats WHERE id = ? AND owner = ?", (chat, owner)))

    def turns(self, chat: str, owner: str = "") -> list[StoredTurn]:
        """Replies of a chat, oldest first; empty for one that is unknown or another owner's."""
        rows = self._rows(
            "SELECT t.reply, t.again FROM turns t JOIN chats c ON c.id = t.chat_id"
            " WHERE c.id = ? AND c.owner = ? ORDER BY t.ordinal",
            (chat, owner),
        )
        return [StoredTurn(*row) for row in rows]

    def chats(self, owner: str = "", words: str = "", limit: int = 50) -> list[Chat]:
        """Chats of an owner, newest turn first; with ``words``, those whose title, questions or
        answers hold each of them, whatever the case."""
        wanted = words.casefold().split()
        # Replies are long: only those are looked into that are shown or sought.
        rows = self._rows(
            "SELECT id, title, (SELECT reply ->> '$.question' FROM turns"
            " WHERE chat_id = id AND ordinal = 0), latest FROM"
            " (SELECT c.id, c.title, c.rowid AS age, max(t.created) AS latest"
            " FROM chats c JOIN turns t ON t.chat_id = c.id WHERE c.owner = ?"
            " GROUP BY c.id ORDER BY latest DESC, age DESC LIMIT ?) ORDER BY latest DESC, age DESC",
            (owner, -1 if wanted else limit),
        )
        found = (Chat(*row) for row in rows)
        return list(islice((c for c in found if not wanted or self._says(c, wanted)), limit))

    def _says(self, chat: Chat, words: Sequence[str]) -> bool:
        rows = self._rows(
            "SELECT reply ->> '$.question', reply ->> '$.text' FROM turns WHERE chat_id = ?",
            (chat.id,),
        )
        said = " ".join([chat.title, *(str(part) for row in rows for part in row)]).casefold()
        return all(word in said for word in words)

    def title_of(self, chat: str, owner: str = "") -> str:
        """How its owner named a chat; empty if not at all."""
        rows = self._rows("SELECT title FROM chats WHERE id = ? AND owner = ?", (chat, owner))
        return str(rows[0][0]) if rows else ""

    def rename_chat(self, chat: str, title: str, owner: str = "") -> None:
        """Name a chat; an empty title gives it back its first question."""
        with self.transaction():
            self._db.execute(
                "UPDATE chats SET title = ? WHERE id = ? AND owner = ?", (title, chat, owner)
            )

    def delete_chat(self, chat: str, owner: str = "") -> None:
        """Delete a chat; the revisions it alone cites go with the next sync."""
        with self.transaction():
            self._db.execute("DELETE FROM chats WHERE id = ? AND owner = ?", (chat, owner))


def _tables_to_drop(db: sqlite3.Connection) -> list[str]:
    """All tables but those that are kept; what belongs to a virtual table goes with it, and goes
    first, so that nothing of it is dropped twice."""
    rows = db.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name = 'words', type = 'table', name"
    )
    return [row[0] for row in rows if row[0] not in _KEPT]


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the one writer's lock of an index.

    Raises:
        LockedError: another process holds it; the message names host and process.
        IndexError_: the folder cannot be written.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        holder = folder / "write.holder"
        lock = FileLock(folder / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            named = holder.read_text().strip() if holder.is_file() else ""
            who = named or "another process"
            raise LockedError(
                f"{folder}: {who} is syncing this index. Wait until it has ended, then try again."
            ) from None
    try:
        with explained(folder):
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        lock.release()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn faults of the disk and of SQLite into one line that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = " ".join(str(error).split())[:200]  # it may quote what is stored
        if "full" in text:
            mend = "The disk is full: make room, then run the command again; nothing was lost."
        elif "readonly" in text or "unable to open" in text:
            mend = "The folder cannot be written: choose another with --index or BELEGT_INDEX."
        elif any(
            sign in text for sign in ("malformed", "not a database", "no such table", "decode")
        ):
            mend = "Remove the folder and run `belegt sync`; the sources are untouched."
        elif "locked" in text:
            mend = "Another process is writing: wait until it has ended."
        else:
            mend = "Run `belegt doctor`."
        raise IndexError_(f"{folder / FILE}: {text}. {mend}") from error
    except OSError as error:
        raise IndexError_(
            f"{folder}: {error.strerror or error}. Make room or rights, or choose another folder"
            " with --index or BELEGT_INDEX."
        ) from error


def _passage(row: Sequence[Any]) -> Passage:
    fields = [*row]
    fields[7] = tuple(json.loads(row[7]))
    return Passage(*fields)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        raise IndexError_(
            "Stored remarks are damaged. Remove the index, run `belegt sync`."
        ) from None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


DAMAGED = "Stored vectors are damaged. Remove the index, run `belegt sync`."


def _passage_words(value: bytes, parts: bytes) -> PassageWords | None:
    if not value and not parts:
        return None
    at = np.frombuffer(parts, np.uint16) if len(parts) % 2 == 0 else np.zeros(0, np.uint16)
    if not len(at) or len(value) % len(at):
        raise IndexError_(DAMAGED)
    return PassageWords(np.frombuffer(value, np.int8).reshape(len(at), -1), at)


def _matrix(rows: Sequence[bytes]) -> Vectors:
    """Rows of float16 bytes, all of one length, to a matrix of float32; ``(0, 0)`` for none."""
    lengths = {len(row) for row in rows}
    if len(lengths) > 1 or any(length % 2 for length in lengths):
        raise IndexError_(DAMAGED)
    return _floats(b"".join(rows), len(rows[0]) // 2 if rows else 0)


def _split(blocks: Sequence[bytes], width: int) -> list[Vectors]:
    """Blocks of float16 bytes, each to a matrix of float32 with rows of ``width``."""
    if not width or any(len(block) % (2 * width) for block in blocks):
        raise IndexError_(DAMAGED)
    ends = list(accumulate(len(block) // (2 * width) for block in blocks))
    return np.split(_floats(b"".join(blocks), width), ends[:-1])


def _floats(raw: bytes, width: int) -> Vectors:
    if not raw or not width:
        return np.zeros((0, width), np.float32)
    if len(raw) % (2 * width):
        raise IndexError_(DAMAGED)
    matrix = np.frombuffer(raw, np.float16).reshape(-1, width).astype(np.float32)
    if not np.isfinite(matrix).all():
        raise IndexError_(DAMAGED)
    return matrix
