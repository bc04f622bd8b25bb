"""What goes wrong around a sync: killed, failing, full, read-only, doubled, damaged.

Nothing here is simulated where it can be had for real: processes die by SIGKILL, disks are mounted
and full, files are damaged byte by byte. Only failing calls are put in place of the real ones.
"""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import BelegtError, IndexError_, LockedError, NoIndexError, StaleIndexError
from index.library import Library
from index.parsing import Direct
from index.store import Store, writer_lock
from index.sync import Progress
from index.sync import sync as sync_with
from index.values import SyncReport
from index.vectors import build_vectors, open_vectors, publish
from tests.fakes import WordEncoder

QUESTIONS = ["Wer leitet die Brücke?", "Where is the harbour?", "Wie viele Straßen?", "Wälder"]
OLD, NEW = "Brücke", "Hafen"

Texts = dict[str, str]


def sync(folders: list[Path], index: Path, encoder: WordEncoder, **options: Any) -> SyncReport:
    """A sync that starts no processes for parsing; those are the subject of ``test_parsing``."""
    return sync_with(folders, index, encoder, parser=Direct(), **options)


def texts(word: str, *, count: int = 8) -> Texts:
    """Documents of one state of a folder: some in both states, one in each alone."""
    shared = {
        f"{i:02d}.txt": f"Titel {i}\n\n"
        + " ".join(f"Der Text {i} sagt im Satz {j}, dass {word} {j} gut ist." for j in range(12))
        + f"\n\nThe text {i} says that the {word} is fine, and that it is well known for it."
        for i in range(count)
    }
    return shared | {f"only {word}.txt": f"Nur hier steht etwas über {word} und {word}."}


def lay(folder: Path, wanted: Texts) -> None:
    """Make the folder hold exactly ``wanted``."""
    folder.mkdir(exist_ok=True)
    for place in folder.iterdir():
        place.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def stored(index: Path) -> Texts:
    """What the index holds: canonical text by path, after every place in it was checked."""
    store = Store(index)
    try:
        found: Texts = {}
        for document in store.documents():
            text = found[document.path] = store.text(document.revision) or ""
            ids = store.passage_ids([document.path])
            passages = {p.id: p for p in store.passages(ids)}
            assert passages, f"{document.path} has no passages"
            assert all(text[p.start : p.end] == p.text for p in passages.values())
            assert len(store.word_forms(ids)) == len(ids)
            for i, own in store.sentences(ids).items():
                assert all(passages[i].start <= s.start < s.end <= passages[i].end for s in own)
        return found
    finally:
        store.close()


def sound(index: Path) -> None:
    """SQLite itself finds nothing wrong, and no word or vector is without its passage."""
    connection = sqlite3.connect(index / "store.sqlite")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        ids, words = (
            {row[0] for row in connection.execute(f"SELECT {column} FROM {table}")}
            for column, table in (("id", "passages"), ("rowid", "words"))
        )
        assert ids == words
    finally:
        connection.close()


def answers(index: Path, encoder: WordEncoder) -> list[list[tuple[str, int, float]]]:
    """What the index finds for ten questions, by place, for comparing."""
    library = Library(index, encoder)
    try:
        found = []
        for question in QUESTIONS:
            vector = encoder.encode_questions([question])[0].vector
            hits = library.search_vectors(vector, "de", 5, None)
            passages = library.store.passages([i for i, _ in hits])
            found.append(
                [
                    (p.document, p.start, round(score, 4))
                    for p, (_, score) in zip(passages, hits, strict=True)
                ]
            )
        return found
    finally:
        library.close()


# -- killed (R1) ------------------------------------------------------------------------------


def sync_and_say(folder: Path, index: Path, ready: Connection) -> None:
    """In a process of its own: say that it begins, then sync."""
    ready.send("begins")
    sync([folder], index, WordEncoder())


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.ForkServerContext:
    """Processes that start in milliseconds, forked from one that has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.index.test_faults"])
    return context


def kill_after(
    processes: multiprocessing.context.ForkServerContext,
    folder: Path,
    index: Path,
    seconds: float,
) -> bool:
    """Start a sync, kill it after a while; whether it was still at work."""
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=sync_and_say, args=(folder, index, theirs))
    process.start()
    theirs.close()
    ours.recv()
    time.sleep(seconds)
    process.kill()
    process.join()
    ours.close()
    return process.exitcode != 0


def is_old_or_new(index: Path, old: Texts, new: Texts) -> None:
    found = stored(index)
    for name in old.keys() | new.keys() | found.keys():
        assert found.get(name) in (old.get(name), new.get(name)), f"{name} is neither"
    sound(index)
    store = Store(index)
    try:
        assert len(open_vectors(store)) == len(store.passage_ids())
    finally:
        store.close()


def kill_many_times(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path, kills: int
) -> None:
    dice = random.Random(7)
    folder, index, encoder = tmp_path / "documents", tmp_path / "index", WordEncoder()
    old, new = texts(OLD), texts(NEW)
    lay(folder, old)
    sync([folder], index, encoder)
    done = 0
    for _ in range(10 * kills):
        lay(folder, new)
        if kill_after(processes, folder, index, dice.uniform(0.005, 0.150)):
            done += 1
        is_old_or_new(index, old, new)
        assert all(answers(index, encoder))
        if dice.random() < 0.5:  # else the next run goes on over what the killed one left
            sync([folder], index, encoder)
            assert stored(index) == new
            assert open_vectors_origin(index).startswith("gen-")
            old, new = new, old
        if done >= kills:
            break
    assert done >= kills
    sync([folder], index, encoder)
    assert stored(index) == {p.name: p.read_text("utf-8") for p in folder.iterdir()}
    assert not list(index.glob("*.tmp"))


def open_vectors_origin(index: Path) -> str:
    store = Store(index)
    try:
        return open_vectors(store).origin
    finally:
        store.close()


def test_sixty_kills_leave_old_or_new(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path
) -> None:
    kill_many_times(processes, tmp_path, 60)


@pytest.mark.slow
def test_three_hundred_kills_leave_old_or_new(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path
) -> None:
    kill_many_times(processes, tmp_path, 300)


def test_a_first_sync_that_is_killed_leaves_no_index_or_a_part_of_it(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path
) -> None:
    folder, wanted = tmp_path / "documents", texts(NEW)
    lay(folder, wanted)
    for number, ms in enumerate((1, 3, 6, 10, 15, 25, 40, 60, 90, 130)):
        index = tmp_path / f"index {number}"
        kill_after(processes, folder, index, ms / 1000)
        try:
            Library(index, WordEncoder()).close()
            is_old_or_new(index, {}, wanted)
        except NoIndexError:
            pass
        sync([folder], index, WordEncoder())
        assert stored(index) == wanted


# -- a failing call (R2) ----------------------------------------------------------------------

CALLS = [
    (os, "open"),
    (os, "write"),
    (os, "fsync"),
    (os, "rename"),
    (os, "replace"),
    (os, "mkdir"),
    (io, "open"),
]
FAULTS = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE]


class Failing:
    """Counts calls and lets the ``k``-th fail, or all from it on."""

    def __init__(self, k: int, number: int, *, lasting: bool) -> None:
        self.k, self.number, self.lasting = k, number, lasting
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.k or (self.lasting and self.count > self.k):
            raise OSError(self.number, os.strerror(self.number))

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*args: Any, **options: Any) -> Any:
            self.step()
            made = call(*args, **options)
            return _File(made, self) if call is io.open or isinstance(made, io.IOBase) else made

        return failing


class _File:
    """An open file whose writes may fail."""

    def __init__(self, file: Any, failing: Failing) -> None:
        self._file, self._failing = file, failing

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: Any) -> int:
        self._failing.step()
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def failing_calls(k: int, number: int, *, lasting: bool) -> Iterator[Failing]:
    failing = Failing(k, number, lasting=lasting)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in CALLS:
            patch.setattr(module, name, failing.around(getattr(module, name)))
        yield failing


def one_line(error: BaseException) -> None:
    assert isinstance(error, BelegtError), f"{type(error).__name__} reached the caller: {error}"
    assert "\n" not in str(error)


@pytest.fixture
def index(tmp_path: Path, folder: Path, encoder: WordEncoder) -> Path:
    lay(folder, texts(OLD, count=4))
    sync([folder], tmp_path / "index", encoder)
    return tmp_path / "index"


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
def test_every_failing_call_while_publishing_leaves_the_same_answers(
    index: Path, encoder: WordEncoder, number: int, lasting: bool
) -> None:
    before = answers(index, encoder)
    store = Store(index, write=True)
    vectors = build_vectors(store, "test")
    failures = 0
    for k in range(1, 100):
        with failing_calls(k, number, lasting=lasting) as calls:
            try:
                publish(store, vectors)
            except IndexError_ as error:
                one_line(error)
                failures += 1
        assert open_vectors(store).origin.startswith("gen-")
        assert answers(index, encoder) == before
        if calls.count < k:
            break
    assert failures >= 10
    assert len(list(index.glob("gen-??????"))) <= 2
    assert not list(index.glob("*.tmp"))
    store.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_every_failing_call_of_a_sync_is_one_line_and_leaves_old_or_new(
    index: Path, folder: Path, encoder: WordEncoder, number: int
) -> None:
    old, new = texts(OLD, count=4), texts(NEW, count=4)
    failures = 0
    for k in range(1, 100):
        lay(folder, new)
        with failing_calls(k, number, lasting=k % 2 == 0) as calls:
            try:
                sync([folder], index, encoder)
            except Exception as error:
                one_line(error)
                failures += 1
        is_old_or_new(index, old, new)
        sync([folder], index, encoder)
        assert stored(index) == new
        assert open_vectors_origin(index).startswith("gen-")
        old, new = new, old
        if calls.count < k:
            break
    assert failures >= 10


# -- a full disk, a disk that cannot be written (R5) -------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount(["-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)])
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def mount(options: list[str]) -> None:
    try:
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")


def fill(disk: Path, leave: int) -> None:
    """Fill the disk, up to ``leave`` bytes, in whole blocks."""
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    size = (disk / "filler").stat().st_size
    os.truncate(disk / "filler", max(0, size - leave))


def test_a_full_disk_refuses_a_sync_and_still_answers(
    disk: Path, folder: Path, encoder: WordEncoder
) -> None:
    index, old, new = disk / "index", texts(OLD), texts(NEW)
    lay(folder, old)
    sync([folder], index, encoder)
    refused = 0
    for leave in (0, 4096, 16384, 40960, 65536, 98304, 131072, 196608, 262144, 524288):
        lay(folder, new)
        fill(disk, leave)
        try:
            sync([folder], index, encoder)
        except Exception as error:
            one_line(error)
            refused += 1
        assert all(answers(index, encoder)), f"no answers with {leave} bytes left"
        found = stored(index)
        for name in old.keys() | new.keys() | found.keys():
            assert found.get(name) in (old.get(name), new.get(name)), f"{name} is neither"
        (disk / "filler").unlink()
        is_old_or_new(index, old, new)
        sync([folder], index, encoder)
        assert stored(index) == new
        assert not list(index.glob("*.tmp"))
        old, new = new, old
    assert refused >= 3


def test_a_server_that_opened_on_a_full_disk_sees_what_is_synced_later(
    disk: Path, folder: Path, encoder: WordEncoder
) -> None:
    index = disk / "index"
    lay(folder, texts(OLD, count=3))
    sync([folder], index, encoder)
    fill(disk, 0)
    library = Library(index, encoder)
    assert len(library.documents()) == 4
    (disk / "filler").unlink()
    lay(folder, texts(NEW, count=5))
    sync([folder], index, encoder)
    assert sorted(library.documents()) == sorted(texts(NEW, count=5))
    library.close()


def test_a_read_only_disk_refuses_a_sync_and_still_answers(
    disk: Path, folder: Path, encoder: WordEncoder
) -> None:
    index, old = disk / "index", texts(OLD)
    lay(folder, old)
    sync([folder], index, encoder)
    before = answers(index, encoder)
    mount(["-o", "remount,ro", str(disk)])
    lay(folder, texts(NEW))
    started = time.monotonic()
    with pytest.raises(IndexError_, match=r"--index") as refusal:
        sync([folder], index, encoder)
    assert time.monotonic() - started < 2
    one_line(refusal.value)
    assert answers(index, encoder) == before
    assert stored(index) == old


def test_a_killed_sync_on_a_disk_that_became_read_only_still_answers(
    processes: multiprocessing.context.ForkServerContext,
    disk: Path,
    folder: Path,
    encoder: WordEncoder,
) -> None:
    index, old, new = disk / "index", texts(OLD), texts(NEW)
    lay(folder, old)
    sync([folder], index, encoder)
    lay(folder, new)
    for ms in (20, 40, 60, 80):
        kill_after(processes, folder, index, ms / 1000)
    kept = (index / "store.sqlite-wal").is_file()
    mount(["-o", "remount,ro", str(disk)])
    found = stored(index)
    for name in old.keys() | new.keys():
        assert found.get(name) in (old.get(name), new.get(name)), f"{name} is neither ({kept=})"
    assert all(answers(index, encoder))


def test_an_index_below_a_file_is_refused(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    lay(folder, texts(OLD, count=1))
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(IndexError_) as refusal:
        sync([folder], tmp_path / "taken", encoder)
    one_line(refusal.value)


# -- rights -----------------------------------------------------------------------------------


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of a user without special rights, who we are until the test ends."""
    if os.geteuid() != 0:
        with tempfile.TemporaryDirectory() as place:
            yield Path(place)
        return
    place = Path(tempfile.mkdtemp())
    os.chown(place, 65534, 65534)
    os.seteuid(65534)
    try:
        yield place
    finally:
        os.seteuid(0)
        subprocess.run(["rm", "-r", str(place)], check=True)


def test_what_may_not_be_read_is_named_and_what_was_known_of_it_is_kept(
    nobody: Path, encoder: WordEncoder
) -> None:
    folder, index = nobody / "documents", nobody / "index"
    lay(folder, {"a.txt": "Ein Text.", "b.txt": "Noch ein Text."})
    (folder / "tief").mkdir()
    (folder / "tief" / "c.txt").write_text("Ein dritter Text.")
    sync([folder], index, encoder)
    (folder / "a.txt").chmod(0)
    (folder / "tief").chmod(0)
    report = sync([folder], index, encoder)
    assert [path for path, _ in report.failed] == ["a.txt", "tief"]
    assert all("ermission denied" in reason for _, reason in report.failed)
    assert report.removed == []
    assert sorted(stored(index)) == ["a.txt", "b.txt", "tief/c.txt"]
    (folder / "tief").chmod(0o700)


def test_a_folder_that_may_not_be_read_is_one_line(nobody: Path, encoder: WordEncoder) -> None:
    lay(nobody / "documents", {"a.txt": "Ein Text."})
    (nobody / "documents").chmod(0)
    with pytest.raises(IndexError_, match="ermission denied") as refusal:
        sync([nobody / "documents"], nobody / "index", encoder)
    one_line(refusal.value)
    (nobody / "documents").chmod(0o700)


def test_an_index_that_may_not_be_written_still_answers(nobody: Path, encoder: WordEncoder) -> None:
    folder, index = nobody / "documents", nobody / "index"
    lay(folder, {"a.txt": "Ein Text."})
    sync([folder], index, encoder)
    index.chmod(0o500)
    lay(folder, {"a.txt": "Ein neuer Text."})
    with pytest.raises(IndexError_) as refusal:
        sync([folder], index, encoder)
    one_line(refusal.value)
    assert stored(index) == {"a.txt": "Ein Text."}
    index.chmod(0o700)


# -- two at once (R6) -------------------------------------------------------------------------


def sync_and_report(folder: Path, index: Path, results: Connection) -> None:
    """In a process of its own: sync and send what came of it."""
    started = time.monotonic()
    try:
        outcome: SyncReport | str = sync([folder], index, WordEncoder())
    except LockedError as error:
        outcome = str(error)
    results.send((outcome, time.monotonic() - started))


def test_of_four_processes_one_syncs_and_the_others_name_it(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path
) -> None:
    folder, index = tmp_path / "documents", tmp_path / "index"
    for round_ in range(5):
        lay(folder, texts(NEW if round_ % 2 else OLD))
        pipes, running = [], []
        for _ in range(4):
            ours, theirs = processes.Pipe(duplex=False)
            running.append(processes.Process(target=sync_and_report, args=(folder, index, theirs)))
            running[-1].start()
            pipes.append(ours)
        outcomes = [pipe.recv() for pipe in pipes]
        for process in running:
            process.join()
        refusals = [outcome for outcome, _ in outcomes if isinstance(outcome, str)]
        assert len(refusals) < 4
        assert all("is syncing" in line and "\n" not in line for line in refusals)
        assert all(seconds < 2 for out, seconds in outcomes if isinstance(out, str))
        assert stored(index) == {p.name: p.read_text("utf-8") for p in folder.iterdir()}
        sound(index)


def test_the_lock_of_a_killed_sync_is_free(
    processes: multiprocessing.context.ForkServerContext,
    index: Path,
    folder: Path,
    encoder: WordEncoder,
) -> None:
    lay(folder, texts(NEW))
    kill_after(processes, folder, index, 0.05)
    assert (index / "write.lock").exists()
    sync([folder], index, encoder)
    assert stored(index) == texts(NEW)


def test_a_lock_without_a_named_holder_is_still_a_full_sentence(index: Path) -> None:
    with writer_lock(index):
        (index / "write.holder").write_text("")
        with pytest.raises(LockedError, match=": another process is syncing"), writer_lock(index):
            pass


def test_readers_in_threads_see_whole_states_during_many_syncs(
    processes: multiprocessing.context.ForkServerContext,
    index: Path,
    folder: Path,
    encoder: WordEncoder,
) -> None:
    library = Library(index, encoder)
    vector = encoder.encode_questions(QUESTIONS[:1])[0].vector
    old, new = texts(OLD, count=4), texts(NEW, count=4)
    for _ in range(5):
        lay(folder, new)
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=sync_and_report, args=(folder, index, theirs))
        process.start()
        while process.is_alive():
            for document in library.documents().values():
                text = library.store.text(document.revision)
                # a document may be replaced between the two reads, then its old text is gone
                assert text in (None, old.get(document.path), new.get(document.path))
            hits = library.search_vectors(vector, "de", 5, None)
            assert all(p.text for p in library.store.passages([i for i, _ in hits]))
        process.join()
        assert process.exitcode == 0
        ours.close()
        theirs.close()
        old, new = new, old
    library.close()


# -- another or a damaged index (R4, R11) ------------------------------------------------------


def test_an_index_of_another_format_is_refused_by_readers_and_writers(
    index: Path, folder: Path, encoder: WordEncoder
) -> None:
    store = Store(index, write=True)
    with store.transaction():
        store.set_meta("schema", "999")
    store.close()
    for attempt in (
        lambda: Library(index, encoder),
        lambda: sync([folder], index, encoder),
        lambda: sync([folder], index, encoder, rebuild=True),
    ):
        with pytest.raises(StaleIndexError, match=r"format 999.*belegt sync") as refusal:
            attempt()
        one_line(refusal.value)


def checkpointed(index: Path) -> Path:
    """The store's one file, with all in it."""
    assert not (index / "store.sqlite-wal").exists()
    return index / "store.sqlite"


def use_all(index: Path, encoder: WordEncoder) -> None:
    library = Library(index, encoder)
    try:
        ids = library.store.passage_ids()
        library.store.passages(ids)
        library.store.sentences(ids)
        library.store.embedded(ids)
        library.store.word_forms(ids)
        library.store.search_words(["text", "hafen"], 10)
        library.store.document_frequency(["text"])
        library.store.sources()
        library.store.failed_files()
        library.store.passage_counts()
        library.store.turns("none")
        library.store.vectors([])
        for document in library.documents().values():
            library.text(document.revision)
        build_vectors(library.store, "test")
    finally:
        library.close()


@pytest.mark.parametrize("size", [100, 1000, 4096, 8192, 20000])
def test_a_truncated_store_is_one_line_that_names_the_command(
    index: Path, folder: Path, encoder: WordEncoder, size: int
) -> None:
    os.truncate(checkpointed(index), size)
    for attempt in (
        lambda: use_all(index, encoder),
        lambda: sync([folder], index, encoder),
    ):
        with pytest.raises(IndexError_, match=r"`belegt \w+") as refusal:
            attempt()
        one_line(refusal.value)


@pytest.mark.parametrize("data", [b"", b"x", b"no database\n" * 500, bytes(8192)])
def test_something_else_in_place_of_the_store_is_one_line(
    index: Path, encoder: WordEncoder, data: bytes
) -> None:
    checkpointed(index).write_bytes(data)
    with pytest.raises(IndexError_, match=r"`belegt sync") as refusal:
        use_all(index, encoder)
    one_line(refusal.value)


def test_a_store_of_another_program_is_one_line(
    index: Path, folder: Path, encoder: WordEncoder
) -> None:
    checkpointed(index).unlink()
    connection = sqlite3.connect(index / "store.sqlite")
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    for attempt in (lambda: use_all(index, encoder), lambda: sync([folder], index, encoder)):
        with pytest.raises(IndexError_, match=r"`belegt sync") as refusal:
            attempt()
        one_line(refusal.value)


def test_damage_anywhere_is_noticed_or_harmless_and_never_a_traceback(
    index: Path, encoder: WordEncoder
) -> None:
    whole = checkpointed(index).read_bytes()
    dice = np.random.default_rng(5)
    noticed = 0
    for _ in range(60):
        data = np.frombuffer(whole, np.uint8).copy()
        start = int(dice.integers(0, len(data) - 600))
        data[start : start + 500] = dice.integers(0, 256, 500)
        (index / "store.sqlite").write_bytes(data.tobytes())
        try:
            use_all(index, encoder)
        except Exception as error:
            one_line(error)
            noticed += 1
    assert noticed > 10


@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_a_damaged_generation_costs_no_embedding(
    index: Path, folder: Path, encoder: WordEncoder, damage: str
) -> None:
    before = answers(index, encoder)
    place = index / (index / "CURRENT").read_text().split()[0] / "passages.faiss"
    data = bytearray(place.read_bytes())
    data[len(data) // 3] ^= 1
    place.write_bytes(data if damage == "flip" else data[:50] if damage == "cut" else b"")
    if damage == "delete":
        place.unlink()
    assert answers(index, encoder) == before
    encoder.encoded = 0
    assert sync([folder], index, encoder).embedded == 0
    assert encoder.encoded == 0
    assert open_vectors_origin(index).startswith("gen-")


def test_two_folders_of_one_name_are_refused(tmp_path: Path, encoder: WordEncoder) -> None:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        lay(tmp_path / side / "texts", {"1.txt": f"Text von {side}."})
    with pytest.raises(IndexError_, match="texts") as refusal:
        sync([tmp_path / "a" / "texts", tmp_path / "b" / "texts"], tmp_path / "index", encoder)
    one_line(refusal.value)


def test_a_file_that_vanishes_while_syncing_is_named(
    index: Path, folder: Path, encoder: WordEncoder
) -> None:
    lay(folder, texts(NEW, count=4))

    def delete_the_last(progress: Progress) -> None:
        (folder / "03.txt").unlink(missing_ok=True)

    report = sync([folder], index, encoder, watch=delete_the_last)
    assert [path for path, _ in report.failed] == ["03.txt"]
    assert stored(index)["03.txt"] == texts(OLD, count=4)["03.txt"]
