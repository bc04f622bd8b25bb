"""Foreign files are parsed in processes of their own, with limits of memory and time.

A file that kills, hangs or bloats its parser costs only itself: the process is replaced and the
file named with the reason. What comes back is checked before it is believed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import index
from index.errors import IndexError_, ReadError
from index.parse_worker import receive, send
from index.readers import read_file
from index.readers.extracted import Block, Extracted, Page, Painted
from index.values import Note

_MOST = 300_000_000
"""Bytes of an answer; more is taken for a file that unpacks without end."""

_FILES_A_WORKER = 200
_ROOT = str(Path(index.__file__).resolve().parents[1])
_MODULE = "index.parse_worker"


class Parser(Protocol):
    """Makes text of a file's bytes."""

    def parse(self, name: str, data: bytes) -> Extracted:
        """As ``readers.read_file``; safe to call from several threads.

        Raises:
            ReadError: the file cannot be read, or not within the limits.
            IndexError_: no process can be started.
        """

    def close(self) -> None:
        """End what is at work."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: its size, and seconds and memory for parsing it."""

    file_mb: float = 50.0
    seconds: float = 60.0
    memory_mb: int = 1500


class Direct:
    """Parses here, without limits: for text that we wrote ourselves."""

    def parse(self, name: str, data: bytes) -> Extracted:
        return read_file(name, data)

    def close(self) -> None:
        pass


class Workers:
    """A parser in processes of its own, started when needed, one for each thread that calls."""

    def __init__(self, limits: Limits, module: str = _MODULE) -> None:
        self._limits = limits
        self._module = module
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    def parse(self, name: str, data: bytes) -> Extracted:
        return from_json(self._run({"task": "read", "name": name}, data)[1])

    def paint(self, data: bytes, quotes: Sequence[tuple[int, int]], page: int = 0) -> Painted:
        """A page of a PDF with quotes painted, as ``readers.pdf.paint``.

        Raises:
            ReadError: it cannot be painted, or not within the limits.
        """
        said, png = self._run({"task": "paint", "quotes": list(quotes), "page": page}, data)
        return Painted(png, said["top"])

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
        for worker in workers:
            worker.end()

    def _run(self, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        worker = self._take()
        try:
            return worker.run(head, data)
        finally:
            with self._lock:
                self._busy.discard(worker)
                kept = worker.is_fresh and not self._closed
                if kept:
                    self._idle.append(worker)
            if not kept:
                worker.end()

    def _take(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise ReadError("stopped before it was read", "stopped")
            worker = self._idle.pop() if self._idle else _Worker(self._limits, self._module)
            self._busy.add(worker)
        return worker


class _Worker:
    """One process; it serves one file at a time and is not used again after a fault."""

    def __init__(self, limits: Limits, module: str) -> None:
        self.is_fresh = True
        self._limits = limits
        self._served = 0
        self._timed_out = False
        path = os.pathsep.join([_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
        memory = str(int(limits.memory_mb * 1e6))
        self._process = _start(
            [sys.executable, "-P", "-X", "utf8", "-m", module, memory, str(limits.seconds)],
            # one thread: each thread of a library for arithmetic takes its share of the memory
            os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self, head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        self.is_fresh = False
        clock = threading.Timer(self._limits.seconds, self._time_is_up)
        clock.daemon = True
        clock.start()
        try:
            send(_pipe(self._process.stdin), head, data)
            answer = receive(_pipe(self._process.stdout), _MOST)
        except OSError:
            answer = None
        finally:
            clock.cancel()
        if answer is None:
            raise self._death()
        said, body = answer
        self._served += 1
        tired = said.get("tired") or said.get("code") in ("fault", "memory")
        self.is_fresh = not (tired or self._timed_out or self._served >= _FILES_A_WORKER)
        if not said.get("ok"):
            raise self._refusal(said)
        return said, body

    def _time_is_up(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _refusal(self, said: dict[str, Any]) -> ReadError:
        if said["code"] == "memory":
            return _too_much_memory(self._limits)
        if said["code"] == "fault":
            text = f"the reader failed ({said['text']}); please report it"
            return ReadError(text, "fault", detail=said["text"])
        return ReadError(said["text"], said["code"], **said["values"])

    def _death(self) -> ReadError:
        """Why there is no answer."""
        self._process.kill()
        code = self._process.wait()
        out_of_time = getattr(signal, "SIGXCPU", None)
        if self._timed_out or (out_of_time and code == -out_of_time):
            return ReadError(
                f"not read within {self._limits.seconds:g} s; split the file or raise"
                " `parse_seconds`",
                "time",
                seconds=self._limits.seconds,
            )
        if code in (-signal.SIGABRT, -getattr(signal, "SIGKILL", 9)) or code == 0:
            # how libraries in C end that get no memory, how the system ends who takes too much,
            # and how we end one whose answer has no end
            return _too_much_memory(self._limits)
        return ReadError(
            f"its content crashed the reader ({_named(code)}); it may be damaged or hostile",
            "crash",
            detail=_named(code),
        )

    def end(self) -> None:
        """Kill the process, without waiting for what it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not yet written goes nowhere
                _pipe(pipe).close()


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, env=environment)
    except OSError as error:
        raise IndexError_(
            f"No process for reading files can be started: {error.strerror or error}. Close other"
            " programs, then run the command again; nothing was lost."
        ) from error


def _pipe(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None
    return pipe


def _too_much_memory(limits: Limits) -> ReadError:
    return ReadError(
        f"reading it takes more than {limits.memory_mb} MB of memory; split the file or raise"
        " `parse_memory_mb`",
        "memory",
        limit=limits.memory_mb,
    )


def _named(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
    except ValueError:
        return f"signal {-code}"


def from_json(data: bytes) -> Extracted:
    """What a reader returned, checked: spans in order and within the text, text that can be stored.

    Raises:
        ReadError: it is not what a reader may return.
    """
    try:
        raw = json.loads(data)
        blocks = tuple(Block(*fields) for fields in raw.pop("blocks"))
        pages = tuple(Page(*fields) for fields in raw.pop("pages"))
        notes = tuple(Note(*fields) for fields in raw.pop("notes"))
        extracted = Extracted(**raw, blocks=blocks, pages=pages, notes=notes)
        for text in (extracted.text, extracted.title, extracted.author, extracted.date):
            text.encode("utf-8")
        _check_order([(b.start, b.end) for b in blocks], len(extracted.text))
        _check_order([(p.start, p.start) for p in pages], len(extracted.text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        raise ReadError(
            f"the reader failed ({detail}); please report it", "fault", detail=detail
        ) from None
    return extracted


def _check_order(spans: Sequence[tuple[int, int]], length: int) -> None:
    at = 0
    for start, end in spans:
        if not at <= start <= end <= length:
            raise ValueError(f"span {start}:{end} after {at} in {length} characters")
        at = end
