"""The process that parses foreign files, under limits; its other end is ``index.parsing``.

It gets a file's bytes and answers with what the reader made of them, as JSON: nothing that could
run code travels either way. It may use so much memory and processor time a file, writes no file,
and whatever kills it costs one file.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from index.errors import ReadError
from index.readers.extracted import Extracted

try:
    import resource
except ImportError:  # Windows has no such limits; the time limit of the other end holds there too
    resource = None  # type: ignore[assignment]

_LENGTHS = struct.Struct("<QQ")
_TIRED_KB = 400_000
"""A worker that has grown this big is replaced after its file."""


def send(stream: BinaryIO, head: Mapping[str, object], body: bytes = b"") -> None:
    """Write one message: a small JSON object and bytes."""
    packed = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(packed), len(body)) + packed)
    stream.write(body)
    stream.flush()


def receive(stream: BinaryIO, limit: int | None = None) -> tuple[dict[str, Any], bytes] | None:
    """Read one message; None where the other end is gone or sends more than ``limit`` bytes."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    small, large = _LENGTHS.unpack(lengths)
    if limit is not None and small + large > limit:
        return None
    packed, body = stream.read(small), stream.read(large)
    if len(packed) < small or len(body) < large:
        return None
    head: dict[str, Any] = json.loads(packed)
    return head, body


def main() -> None:
    """Serve files until the other end closes; arguments: bytes of memory, seconds a file."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other end to act on
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # a parser that prints must not answer
    _limit(memory)

    def fail(kind: type[BaseException], fault: BaseException, _: TracebackType | None) -> None:
        send(answers, {"code": "fault", "text": f"{kind.__name__}: {fault}"[:300]})

    sys.excepthook = fail
    while message := receive(sys.stdin.buffer):
        _allow_processor_time(seconds)
        head, body = message
        send(answers, *_answer(head, body))


def _answer(head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from index.readers import read_file

    try:
        if head["task"] == "paint":
            from index.readers.pdf import paint

            painted = paint(data, head["quotes"], head["page"])
            return {"ok": True, "top": painted.top}, painted.png
        extracted = read_file(head["name"], data)
        return {"ok": True, "tired": _is_tired()}, to_json(extracted)
    except ReadError as error:
        return {"code": error.code, "text": str(error), "values": dict(error.values)}, b""
    except MemoryError:
        return {"code": "memory", "tired": True}, b""


def to_json(extracted: Extracted) -> bytes:
    """What a reader returned, with lists for tuples; ``parsing.from_json`` is the way back."""
    fields = {
        name: getattr(extracted, name)
        for name in ("text", "title", "author", "date", "format", "visible")
    }
    fields["blocks"] = [astuple(block) for block in extracted.blocks]
    fields["pages"] = [astuple(page) for page in extracted.pages]
    fields["notes"] = [[note.text, note.code, dict(note.values)] for note in extracted.notes]
    return json.dumps(fields).encode()


def _limit(memory: int) -> None:
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
            resource.setrlimit(what, (most, most))


def _allow_processor_time(seconds: float) -> None:
    """So much more from here on, even if the other end is dead and nobody watches the clock."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _is_tired() -> bool:
    return _peak_kb() > _TIRED_KB


def _peak_kb() -> int:
    """The most memory that was resident since the start; 0 where the system does not tell.

    Linux's ``ru_maxrss`` starts with that of the process that started this one, and a host with a
    model in memory would make every worker look tired after its first file.
    """
    with contextlib.suppress(OSError), Path("/proc/self/status").open() as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    if resource is None:
        return 0
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main()
