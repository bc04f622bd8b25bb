"""How long it takes: reading documents in, the first answer, every further one.

Measured with the model itself, never with remembered vectors, one question after the other. What
a question costs besides the model's pass is the time it takes among the passages of ``MANY``
documents, whose vectors are stand-ins, less the time of the same pass by itself.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.bench.harness import Bench
from eval.bench.standin import StandIn
from eval.importers.imported import Imported, Page, write_documents
from eval.metrics import percentile
from eval.values import Figure
from index.embedding import Encoder
from index.library import Library
from index.parsing import Direct
from index.sync import sync

QUESTIONS = 60
PAGES = 40
MANY = 8_400
"""Documents, of which 10,000 passages come."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Speed:
    """Passages a second while syncing; milliseconds of a question, half take less: of the whole, and
    ``added`` to the model's forward pass by all else, among ``many`` passages; seconds of a cold
    ``belegt ask``, by the clock and of the processor."""

    passages: int
    passages_per_second: float
    ask_p50: float
    ask_p95: float
    many: int
    added: Figure
    cold_seconds: float
    cold_cpu_seconds: float
    machine: str


def speed(bench: Bench, encoder: Encoder, imported: Imported, pages: Sequence[Page]) -> Speed:
    """Measure on some documents of an import; ``encoder`` is the model, not a remembering one.
    ``pages`` are what many passages are made of."""
    few = imported.pages[:: max(1, len(imported.pages) // PAGES)]
    paths = {page.path for page in few}
    questions = [case.question for case in imported.cases if case.cluster in paths][:QUESTIONS]
    encoder.encode_questions(questions[:1])  # loads the weights
    with tempfile.TemporaryDirectory(dir=bench.work) as folder:
        place = Path(folder)
        write_documents(few, place / "documents")
        report = sync([place / "documents"], place / "index", encoder)
        whole, _ = _asked(bench, encoder, place / "index", questions)
        many = _many(StandIn(encoder.identity, encoder.dim), place / "many", pages)
        _, added = _asked(bench, encoder, place / "many" / "index", questions)
        cold = [_cold(place / "index", questions[0]) for _ in range(2)][-1]
    return Speed(
        passages=report.passages,
        passages_per_second=report.passages / report.seconds,
        ask_p50=percentile(whole, 50) or 0.0,
        ask_p95=percentile(whole, 95) or 0.0,
        many=many,
        added=Figure(percentile(added, 50), n=len(added)),
        cold_seconds=cold[0],
        cold_cpu_seconds=cold[1],
        machine=machine(),
    )


def _many(encoder: Encoder, folder: Path, pages: Sequence[Page]) -> int:
    """Sync documents, and again with their halves exchanged, until there are ``MANY``."""
    turned = [replace(page, text=_turned(page.text)) for page in pages]
    named = [replace(p, path=f"{i:05}.txt", title="") for i, p in enumerate([*pages, *turned])]
    write_documents(named[:MANY], folder / "documents")
    return sync([folder / "documents"], folder / "index", encoder, parser=Direct()).passages


def _turned(text: str) -> str:
    return text[len(text) // 2 :] + " " + text[: len(text) // 2]


def _asked(
    bench: Bench, encoder: Encoder, index: Path, questions: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each question in all, and beyond those of the model's pass by itself."""
    assistant = bench.assemble(Library(index, encoder), encoder, bench.settings)
    whole, added = [], []
    try:
        for question in questions:
            started = time.perf_counter()
            encoder.encode_questions([question])
            embedded = time.perf_counter()
            assistant.ask(question)
            whole.append((time.perf_counter() - embedded) * 1e3)
            added.append(whole[-1] - (embedded - started) * 1e3)
    finally:
        assistant.close()
    return whole, added


def _cold(index: Path, question: str) -> tuple[float, float]:
    """Seconds of a new process that answers one question: by the clock, and of the processor."""
    command = [sys.executable, "-m", "ui.cli", "ask", question, "--index", str(index.resolve())]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    taken = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def machine() -> str:
    """Processor, its number of cores, and the system."""
    cores = f"{os.cpu_count()} processors"
    return f"{_processor()}, {cores}, {platform.system()} {platform.machine()}"


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "unknown processor"
