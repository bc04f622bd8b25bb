"""Following folders: a change is told once, when it has come to rest; what must not count does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index import watching
from index.watching import follow


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_REST_MS", 100)
    monkeypatch.setattr(watching, "_TICK_MS", 500)


def first_change(places: list[Path], leave_out: Path, act: Callable[[], object]) -> bool:
    """Whether ``act`` is told of; it runs once the watching has begun."""
    looks = follow(places, leave_out=leave_out)
    assert next(looks) is False
    acting = threading.Thread(target=act)
    acting.start()
    deadline = time.monotonic() + 3
    told = any(changed or time.monotonic() > deadline for changed in looks) and (
        time.monotonic() < deadline
    )
    acting.join()
    return told


def test_a_new_file_in_a_folder_below_is_told(tmp_path: Path, folder: Path) -> None:
    (folder / "in").mkdir()
    place = folder / "in" / "a.txt"
    assert first_change([folder], tmp_path / "index", lambda: place.write_text("x"))


def test_a_change_of_a_single_file_is_told(tmp_path: Path, folder: Path) -> None:
    place = folder / "a.txt"
    place.write_text("x")
    assert first_change([place], tmp_path / "index", lambda: place.write_text("neu"))


@pytest.mark.parametrize("name", [".hidden", "index/store.sqlite"])
def test_hidden_files_and_the_index_itself_do_not_count(folder: Path, name: str) -> None:
    (folder / "index").mkdir()
    place = folder / name
    assert not first_change([folder], folder / "index", lambda: place.write_text("x"))
