"""``belegt sync --watch`` as a user starts it: follows what happens to a folder until Ctrl-C."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from index.store import Store, writer_lock
from tests.tiny_model import build_tiny_model

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds that a busy machine may take for a sync of a few lines."""


class Watching:
    """A running command whose lines come in as they are printed."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.index = folder.parent / "index"
        self.seen: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "sync", folder.name, "--watch", "--index", "index"],
            cwd=folder.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT), "BELEGT_MODEL": str(model)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            # a shell that runs this in the background hands on a SIGINT that is ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert self.process.stdout
        self._listening = threading.Thread(target=self._listen, args=[self.process.stdout])
        self._listening.start()

    def _listen(self, out: IO[str]) -> None:
        with out:
            for line in out:
                self._lines.put(line.rstrip("\n"))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listening.join()

    def wait_for(self, words: str) -> str:
        """The next line that holds ``words``."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.seen.append(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no line with {words!r} in {self.seen}") from None
            if words in self.seen[-1]:
                return self.seen[-1]

    def text_of(self, path: str) -> str:
        store = Store(self.index)
        try:
            found = [d for d in store.documents() if d.path == path]
            return store.text(found[0].revision) or ""
        finally:
            store.close()


@pytest.fixture
def watching(
    tmp_path: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watching]:
    (folder / "a.txt").write_text("Der Hub ist in Leipzig.", encoding="utf-8")
    started = Watching(folder, build_tiny_model(tmp_path_factory.mktemp("tiny")))
    yield started
    started.end()


def test_a_folder_is_followed_until_it_is_stopped(watching: Watching, folder: Path) -> None:
    watching.wait_for("1 added, 0 changed, 0 moved, 0 removed, 0 unchanged, 0 failed")
    watching.wait_for("passages written")

    (folder / "in").mkdir()
    (folder / "in" / "b.txt").write_text("Das Netzwerk ist in Dresden.", encoding="utf-8")
    watching.wait_for("  added    in/b.txt")
    (folder / "a.txt").write_text("Der Hub ist nun in Berlin.", encoding="utf-8")
    watching.wait_for("  changed  a.txt")
    (folder / "in" / "b.txt").rename(folder / "c.txt")
    watching.wait_for("  moved    in/b.txt -> c.txt")
    (folder / "c.txt").unlink()
    watching.wait_for("  removed  c.txt")
    (folder / "bild.png").write_bytes(b"\x89PNG")
    watching.wait_for("  failed   bild.png: PNG images are not read")
    (folder / "bild.png").unlink()
    watching.wait_for("0 added, 0 changed, 0 moved, 0 removed, 1 unchanged, 0 failed")

    watching.process.send_signal(signal.SIGINT)
    watching.wait_for("Stopped watching; what was finished is kept.")
    assert watching.process.wait(PATIENCE) == 0
    assert not any("Traceback" in line for line in watching.seen)
    assert watching.text_of("a.txt") == "Der Hub ist nun in Berlin."


def test_a_file_is_taken_whole_in_the_end_and_another_writer_waited_for(
    watching: Watching, folder: Path
) -> None:
    watching.wait_for("passages written")
    sentences = [f"Satz {n} über das Netzwerk in Leipzig.\n" for n in range(12)]
    with (folder / "halb.txt").open("w", encoding="utf-8") as file:
        for sentence in sentences:
            file.write(sentence)
            file.flush()
            time.sleep(0.2)
    watching.wait_for("  added    halb.txt")
    watching.wait_for("passages written")
    while watching.text_of("halb.txt") != "".join(sentences):
        # a writer that a busy machine has held up for more than a second is taken in two goes
        watching.wait_for("  changed  halb.txt")
        watching.wait_for("passages written")

    with writer_lock(watching.index):
        (folder / "neu.txt").write_text("Der Preis ist hoch.", encoding="utf-8")
        refusal = watching.wait_for("is syncing this index")
        assert f"process {os.getpid()} on" in refusal
    watching.wait_for("  added    neu.txt")
    assert sum("is syncing this index" in line for line in watching.seen) == 1
