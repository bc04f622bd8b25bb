"""Parsing in processes of their own: each fault costs one file, is named, and the next is read."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ReadError
from index.parse_worker import to_json
from index.parsing import Limits, Workers, from_json
from index.readers import read_file
from tests.index.pdf_files import lines, pdf

EVIL = """
import os, sys, time
import index.readers

def read_file(name, data):
    match name:
        case "die": os.abort()
        case "exit": os._exit(3)
        case "hang": time.sleep(60)
        case "spin":
            while True: pass
        case "eat": return bytes(10_000_000_000)
        case "pid": return real("a.txt", str(os.getpid()).encode())
        case "grow": b"x" * 450_000_000; return real("a.txt", b"grown")
        case "raise": raise RuntimeError("not thought of")
        case "lie": sys.stdout.write("x" * 100); print("noise"); return real("a.txt", data)
        case "write": os.write(os.open("written", os.O_CREAT | os.O_WRONLY), b"x"); return real("a.txt", data)
    return real("a.txt", data)

real, index.readers.read_file = index.readers.read_file, read_file
from index.parse_worker import main
main()
"""
LIMITS = Limits(seconds=8, memory_mb=600)


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """Real workers, whose reader misbehaves for some names."""
    (tmp_path / "evil_worker.py").write_text(EVIL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made = Workers(LIMITS, "evil_worker")
    yield made
    made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and signals are Linux's")
@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("die", "memory", "memory"),
        ("exit", "crash", "exit 3"),
        ("eat", "memory", "more than 600 MB"),
        ("raise", "fault", "RuntimeError: not thought of"),
        ("write", "fault", "OSError"),
    ],
)
def test_a_fault_is_named_and_the_next_file_is_read(
    workers: Workers, name: str, code: str, said: str
) -> None:
    with pytest.raises(ReadError, match=said) as fault:
        workers.parse(name, b"Ein Text.")
    assert fault.value.code == code
    assert workers.parse("a.txt", b"Ein Text.").text == "Ein Text."


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and signals are Linux's")
def test_a_process_serves_on_until_it_has_grown_itself(workers: Workers) -> None:
    ballast = b"x" * 450_000_000  # Linux would count what we use as the peak of whom we start
    first = {workers.parse("pid", b"").text for _ in range(3)}
    assert len(first) == 1
    assert workers.parse("grow", b"").text == "grown"
    assert workers.parse("pid", b"").text not in first
    del ballast


@pytest.mark.parametrize("name", ["hang", "spin"])
def test_a_reader_that_does_not_end_is_ended(tmp_path: Path, workers: Workers, name: str) -> None:
    hurried = Workers(Limits(seconds=1.0), "evil_worker")
    began = time.monotonic()
    with pytest.raises(ReadError, match="not read within 1 s") as fault:
        hurried.parse(name, b"x")
    assert fault.value.code == "time"
    assert time.monotonic() - began < 20
    hurried.close()


def test_what_a_reader_prints_is_no_answer(workers: Workers) -> None:
    assert workers.parse("lie", b"Ein Text.").text == "Ein Text."


def test_closing_ends_what_is_at_work(workers: Workers) -> None:
    faults: list[ReadError] = []

    def wait() -> None:
        try:
            workers.parse("hang", b"x")
        except ReadError as fault:
            faults.append(fault)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(1)
    workers.close()
    thread.join(5)
    assert len(faults) == 1
    with pytest.raises(ReadError, match="stopped"):
        workers.parse("a.txt", b"Ein Text.")


def test_what_a_reader_returns_comes_through_whole() -> None:
    data = pdf(
        [lines(["Die Brücke ist lang."]), lines(["Der Hafen."])],
        labels="/PageLabels<</Nums[0<</S/r>>]>>",
    )
    extracted = read_file("a.pdf", data)
    assert from_json(to_json(extracted)) == extracted


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"{}",
        b'{"text": "ab", "blocks": [[0, 9, "prose"]], "pages": [], "notes": []}',
        b'{"text": "ab", "blocks": [[1, 2, "prose"], [0, 1, "prose"]], "pages": [], "notes": []}',
        b'{"text": "ab", "blocks": [], "pages": [[1, 7, ""]], "notes": []}',
        b'{"text": "\\ud800", "blocks": [], "pages": [], "notes": []}',
    ],
)
def test_what_no_reader_may_return_is_refused(wrong: bytes) -> None:
    with pytest.raises(ReadError, match="the reader failed"):
        from_json(wrong)


def test_a_page_is_painted_with_its_quote() -> None:
    data = pdf([lines(["First page."]), lines(["The harbour is deep."])])
    extracted = read_file("a.pdf", data)
    start = extracted.text.index("harbour")
    workers = Workers(LIMITS)
    try:
        painted, plain = (workers.paint(data, [(at, at + 7)]) for at in (start, start - 4))
    finally:
        workers.close()
    assert painted.png.startswith(b"\x89PNG")
    assert painted.png != plain.png
    assert painted.top == pytest.approx(plain.top)
    assert 0.1 < painted.top < 0.13
