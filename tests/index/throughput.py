"""How much of the encoder's own throughput a sync of many small files reaches.

::

    python -m tests.index.throughput [--files 1000] [--threads 1]

The files are pieces of Debian's manuals (``manuals`` says where they are looked for). After the
sync the same encoder gets the same passages in the same portions again, with nothing around it.
Processor time counts everything, the processes that parse too; the clock is only of use on a
machine that does nothing else.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from index.embedding import BUNDLED, Embedded, Encoder, Progress, load_encoder
from index.settings import Settings
from index.sync import sync
from index.values import SyncReport
from tests.index.manuals import MANUALS, content

T = TypeVar("T")
PIECE = 1000
"""Characters that a file has at least: a page, one to four passages."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of the processor in all processes."""

    clock: float
    processor: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A first sync, a second one of the same files, and the encoder alone on the same passages."""

    passages: int
    first: Spent
    second: Spent
    encoder: Spent

    @property
    def share(self) -> float:
        """Of the encoder's own throughput, by processor time; 1 is all of it."""
        return self.encoder.processor / self.first.processor

    @property
    def share_by_clock(self) -> float:
        return self.encoder.clock / self.first.clock


class Remembering:
    """An encoder that remembers the portions it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.portions: list[Sequence[Sequence[str]]] = []

    @property
    def identity(self) -> str:
        return self._encoder.identity

    @property
    def dim(self) -> int:
        return self._encoder.dim

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        self.portions.append(passages)
        return self._encoder.encode_passages(passages, progress)

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        return self._encoder.encode_questions(texts)


def pieces() -> Iterator[str]:
    """Texts of ``PIECE`` characters and more, whole paragraphs; German and English in turn."""
    for texts in zip(*(_cut(language) for language in ("de", "en")), strict=False):
        yield from texts


def _cut(language: str) -> Iterator[str]:
    piece = ""
    for manual in (manual for manual in MANUALS if manual.language == language):
        for paragraph in content(manual.text).decode("utf-8").split("\n\n"):
            piece += paragraph.strip("\n") + "\n\n"
            if len(piece) >= PIECE:
                yield piece
                piece = ""


def write_files(folder: Path, count: int) -> None:
    """Put ``count`` small files into a new folder."""
    folder.mkdir()
    for number, text in enumerate(islice(pieces(), count)):
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")


def measure(work: Path, encoder: Encoder, count: int) -> Measured:
    """Sync ``count`` files below ``work`` twice, then encode their passages alone."""
    encoder.encode_questions(["warm"])  # loads the weights
    write_files(work / "files", count)
    remembering = Remembering(encoder)

    def run() -> SyncReport:
        return sync([work / "files"], work / "index", remembering)

    first, report = spent(run)
    assert (len(report.added), report.failed) == (count, [])
    portions = list(remembering.portions)
    alone, _ = spent(lambda: [encoder.encode_passages(portion) for portion in portions])
    time.sleep(max(0.0, 3.0 - alone.clock))  # so that stamps are old enough to be trusted
    again, report = spent(run)
    assert len(report.unchanged) == count
    return Measured(sum(map(len, portions)), first, again, alone)


def spent(act: Callable[[], T]) -> tuple[Spent, T]:
    """What ``act`` cost, and what it returned; processes it started count once they have ended."""
    began, before = time.perf_counter(), _processor()
    result = act()
    return Spent(time.perf_counter() - began, _processor() - before), result


def _processor() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def main() -> None:
    """Run as a program, with the bundled model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    wanted = parser.parse_args()
    encoder = load_encoder(BUNDLED, Settings().cache, wanted.threads)
    with tempfile.TemporaryDirectory() as work:
        found = measure(Path(work), encoder, wanted.files)
    for name in ("first", "encoder", "second"):
        one = getattr(found, name)
        print(f"{name:8} {one.clock:7.2f} s by the clock, {one.processor:7.2f} s of processor")
    print(
        f"{wanted.files} files, {found.passages} passages: {found.share:.1%} of the encoder's own"
        f" throughput by processor time, {found.share_by_clock:.1%} by the clock"
    )


if __name__ == "__main__":
    main()
