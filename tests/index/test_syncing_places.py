"""What a sync takes: patterns, single files, the library, moved files; previews and stopping."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from index.errors import IndexError_, ReadError
from index.files import Wanted, find, lasting_stamp, read, visible
from index.options import Options
from index.parsing import Direct, Limits
from index.store import Store
from index.sync import Progress, preview, sync
from index.values import SyncReport
from tests.fakes import WordEncoder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def run(places: list[Path], index: Path, options: Options = Options()) -> SyncReport:  # noqa: B008
    return sync(places, index, WordEncoder(), options, parser=Direct())


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"Der Text von {name} handelt von Brücken.", encoding="utf-8")


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        ((), (), ["a.md", "b.txt", "in/c.txt", "in/deep/d.md"]),
        (("*.md",), (), ["a.md", "in/deep/d.md"]),
        (("in",), (), ["in/c.txt", "in/deep/d.md"]),
        (("in/*.txt",), (), ["in/c.txt"]),
        ((), ("in/",), ["a.md", "b.txt"]),
        ((), ("deep",), ["a.md", "b.txt", "in/c.txt"]),
        (("*.md",), ("in/*",), ["a.md"]),
    ],
)
def test_patterns_choose_files(
    folder: Path, include: tuple[str, ...], exclude: tuple[str, ...], taken: list[str]
) -> None:
    lay(folder, "a.md", "b.txt", "in/c.txt", "in/deep/d.md")
    found = find([folder], wanted=Wanted(include, exclude))
    assert [file.path for file in found.files] == taken


def test_what_is_excluded_is_not_even_looked_at(folder: Path) -> None:
    lay(folder, "a.md")
    (folder / "bild.png").write_bytes(b"x")
    assert find([folder], wanted=Wanted()).failed[0][0] == "bild.png"
    assert find([folder], wanted=Wanted(exclude=("*.png",))).failed == []


def test_what_is_no_longer_wanted_leaves_the_index(folder: Path, index: Path) -> None:
    lay(folder, "a.md", "b.txt")
    run([folder], index)
    assert run([folder], index, Options(Wanted(("*.md",)))).removed == ["b.txt"]


def test_single_files_and_folders_go_together(tmp_path: Path, folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    lay(tmp_path, "einzeln.md")
    assert run([folder, tmp_path / "einzeln.md"], index).added == ["a.txt", "einzeln.md"]


def test_two_files_of_one_name_are_refused(tmp_path: Path, folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    lay(tmp_path, "a.txt")
    with pytest.raises(IndexError_, match="several files of this name"):
        run([folder, tmp_path / "a.txt"], index)


def test_the_library_is_synced_under_its_name(tmp_path: Path, folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    options = Options(library=tmp_path / "library")
    assert run([folder], index, options).added == ["a.txt"]
    lay(tmp_path / "library", "neu.txt")
    assert run([folder], index, options).added == ["library/neu.txt"]
    (tmp_path / "library" / "neu.txt").unlink()
    assert run([folder], index, options).removed == ["library/neu.txt"]


def test_a_moved_file_keeps_its_passages(folder: Path, index: Path) -> None:
    lay(folder, "a.txt", "b.txt")
    run([folder], index)
    store = Store(index)
    before = store.passage_ids(["a.txt"])
    (folder / "in").mkdir()
    (folder / "a.txt").rename(folder / "in" / "neu.txt")
    report = run([folder], index)
    assert (report.moved, report.added, report.removed) == ([("a.txt", "in/neu.txt")], [], [])
    assert store.passage_ids(["in/neu.txt"]) == before
    assert [d.title for d in store.documents()] == ["b", "neu"]
    store.close()


def test_a_copy_is_added_and_an_edited_move_is_new(folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    run([folder], index)
    (folder / "copy.txt").write_bytes((folder / "a.txt").read_bytes())
    assert run([folder], index).added == ["copy.txt"]
    (folder / "a.txt").unlink()
    (folder / "new.txt").write_text("Etwas ganz anderes.", encoding="utf-8")
    report = run([folder], index)
    assert (report.moved, report.added, report.removed) == ([], ["new.txt"], ["a.txt"])


def test_a_preview_says_what_a_sync_does_and_writes_nothing(folder: Path, index: Path) -> None:
    lay(folder, "a.txt", "b.txt", "c.txt", "d.txt")
    assert preview([folder], index).added == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert not index.exists()
    run([folder], index)
    (folder / "a.txt").unlink()
    (folder / "b.txt").rename(folder / "z.txt")
    (folder / "c.txt").write_text("Neu.", encoding="utf-8")
    lay(folder, "e.txt")
    store = Store(index)
    state = store.state()
    told, done = preview([folder], index), None
    assert store.state() == state
    store.close()
    done = run([folder], index)
    for kind in ("added", "changed", "moved", "removed", "unchanged", "failed"):
        assert getattr(told, kind) == getattr(done, kind), kind
    assert told.moved == [("b.txt", "z.txt")]


def test_a_sync_that_is_stopped_keeps_what_is_finished(folder: Path, index: Path) -> None:
    lay(folder, *(f"{i:02}.txt" for i in range(40)))
    for place in folder.iterdir():
        place.write_text("\n\n".join(f"{place.name} hat Satz {i}." for i in range(60)), "utf-8")
    seen: list[Progress] = []
    report = sync(
        [folder],
        index,
        WordEncoder(),
        watch=seen.append,
        stop=lambda: bool(seen) and seen[-1].done >= 10,
        parser=Direct(),
    )
    assert report.stopped
    assert 10 <= len(report.added) < 40
    assert report.removed == []
    rest = run([folder], index)
    assert len(rest.unchanged) == len(report.added)
    assert len(rest.unchanged) + len(rest.added) == 40


# -- one file ---------------------------------------------------------------------------------


def test_what_is_no_regular_file_is_refused_without_waiting(folder: Path, index: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read(folder / "pipe.txt", 1)
    with pytest.raises(ReadError, match="not a regular file"):
        read(Path("/dev/zero"), 1)
    with pytest.raises(IndexError_, match="neither a folder nor a regular file"):
        run([folder / "pipe.txt"], index)


def test_300_mb_of_text_are_refused_unread(folder: Path) -> None:
    with (folder / "a.txt").open("wb") as file:
        file.truncate(300_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ReadError, match=r"^300.0 MB, the limit is 50; split the file"):
            read(folder / "a.txt", Limits().file_mb)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_keeps_changing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder / "a.txt"
    place.write_text("Ein Text.", encoding="utf-8")
    real, calls = os.fstat, []

    def fstat(handle: int) -> os.stat_result:
        calls.append(handle)
        with place.open("a") as file:  # someone else writes meanwhile
            file.write("mehr")
        return real(handle)

    monkeypatch.setattr(os, "fstat", fstat)
    monkeypatch.setattr("index.files._PAUSE", 0.0)
    with pytest.raises(ReadError, match="it changes while it is read"):
        read(place, 1)
    assert len(calls) == 6


def test_a_fresh_stamp_is_not_trusted(folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    status = (folder / "a.txt").stat()
    assert lasting_stamp(status, status.st_ctime + 1) == ""
    assert lasting_stamp(status, status.st_ctime + 3) != ""


def test_a_change_that_keeps_size_and_time_is_noticed(folder: Path, index: Path) -> None:
    place = folder / "a.txt"
    place.write_text("Die alte Brücke.", encoding="utf-8")
    run([folder], index)
    before = place.stat()
    place.write_text("Die neue Brücke.", encoding="utf-8")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run([folder], index).changed == ["a.txt"]


def test_a_failed_file_is_tried_again_when_a_limit_has_changed(folder: Path, index: Path) -> None:
    lay(folder, "a.txt")
    (folder / "groß.txt").write_text("Wort " * 300_000, encoding="utf-8")
    small = Options(limits=Limits(file_mb=1))
    assert [path for path, _ in run([folder], index, small).failed] == ["groß.txt"]
    assert run([folder], index).added == ["groß.txt"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b ä 日本.txt", "a b ä 日本.txt"),
        ("zeile\numbruch.txt", r"zeile\numbruch.txt"),
        ("\u202egpj.txt", r"\u202egpj.txt"),
        ("\x1b[31mrot.txt", r"\x1b[31mrot.txt"),
        ("\x7f\x9b\u2028.txt", r"\x7f\x9b\u2028.txt"),
    ],
)
def test_names_are_shown_with_nothing_hidden(
    folder: Path, index: Path, name: str, shown: str
) -> None:
    assert visible(name) == shown
    lay(folder, name)
    assert run([folder], index).added == [name]
