"""Many people at once on one server, with the real model: how long they wait, and what it needs.

``python -m tests.browser.load`` syncs the sample documents, serves the pages, lets ten people ask
twenty questions each at the same time, looks whether each sees their own conversation and nothing
else, and prints the figures. ``--people``, ``--questions`` and ``--pause`` change what is done.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from eval.cases import load_cases
from index.settings import load_settings
from tests.browser.visitor import Visitor
from tests.fakes import SEEDS
from ui.serving import command, environment, find_port

ROOT = Path(__file__).parents[2]
SET = ROOT / "eval" / "sets" / "seeds.jsonl"
MB = 2**20


@dataclass(frozen=True, slots=True)
class Stay:
    """What one person did and saw: seconds waited for each reply, and what the page showed."""

    asked: list[str]
    seconds: list[float]
    seen: list[str]
    reopened: list[str]
    faults: list[str]

    @property
    def own(self) -> bool:
        """Nothing but one's own questions, at the end and after opening the address again."""
        return self.seen == self.asked == self.reopened


def visit(address: str, questions: Sequence[str], pause: float, start: threading.Barrier) -> Stay:
    """Open the page, wait for the others, ask one question after the other, open it again."""
    visitor = Visitor(address)
    start.wait()
    seconds = []
    for question in questions:
        seconds.append(visitor.ask(question))
        time.sleep(pause)
    seen, faults = visitor.questions(), visitor.faults
    visitor.close()
    again = Visitor(address, visitor.query)
    again.close()
    return Stay(list(questions), seconds, seen, again.questions(), faults + again.faults)


def visit_at_once(address: str, questions: Sequence[Sequence[str]], pause: float) -> list[Stay]:
    """As many people as there are lists of questions."""
    start = threading.Barrier(len(questions))
    with ThreadPoolExecutor(len(questions)) as people:
        stays = [people.submit(visit, address, asked, pause, start) for asked in questions]
        return [stay.result() for stay in stays]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two questions")
    parser.add_argument("--rounds", type=int, default=3, help="to see whether memory grows")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        sync = [sys.executable, "-m", "ui.cli", "sync", str(SEEDS), "--index", str(index)]
        subprocess.run(sync, check=True, cwd=ROOT)
        settings = load_settings(index=index)
        port = find_port("127.0.0.1", settings.port, fixed=False)
        serve, variables = command("127.0.0.1", port), environment(settings)
        server = subprocess.Popen(serve, env=variables, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            return measure(f"http://127.0.0.1:{port}", server.pid, given)
        finally:
            server.terminate()
            server.wait(20)


def measure(address: str, pid: int, given: argparse.Namespace) -> int:
    """Print the figures; 1 if a fault was seen or conversations were mixed up."""
    process, good = psutil.Process(pid), True
    for attempt in range(100):
        try:
            Visitor(address).close()
            break
        except OSError:
            time.sleep(0.2 * (attempt < 99))
    print(f"before: {process.memory_info().rss / MB:.0f} MB", flush=True)
    for number in range(1, given.rounds + 1):
        began, worked = time.monotonic(), process.cpu_times().user
        stays = visit_at_once(address, questions_for(given.people, given.questions), given.pause)
        took, waited = time.monotonic() - began, [s for stay in stays for s in stay.seconds]
        faults, own = sum(len(stay.faults) for stay in stays), all(stay.own for stay in stays)
        good = good and own and not faults
        print(
            f"round {number}: {len(waited)} questions in {took:.0f} s; waited p50"
            f" {statistics.median(waited):.2f} s, p95 {quantile(waited, 0.95):.2f} s, most"
            f" {max(waited):.2f} s; {faults} faults; conversations {'own' if own else 'MIXED UP'};"
            f" processor {process.cpu_times().user - worked:.0f} s,"
            f" memory {process.memory_info().rss / MB:.0f} MB",
            flush=True,
        )
    return 0 if good else 1


def questions_for(people: int, count: int) -> list[list[str]]:
    """Questions of the sample set, other ones for each person as far as they go."""
    known = list(dict.fromkeys(case.question for case in load_cases(SET)))
    return [
        [known[(person * count + at) % len(known)] for at in range(count)]
        for person in range(people)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
