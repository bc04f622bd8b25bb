"""Answers of a model that is listened to, and the pages about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.bench.listening import Listening, delay, read_lines
from eval.bench.written import SET, sample
from eval.bench.written_page import (
    UNCHECKED,
    Statement,
    checked_page,
    figures_page,
    statements,
    verdicts,
)
from eval.cases import load_cases
from eval.provenance import corpus_of
from eval.run import run
from eval.runs import load_run
from index.library import Library
from qa.answerability import Answerability
from qa.assistant import Assistant
from qa.endpoint import Endpoint
from qa.evidence import EvidenceFinder
from qa.generative import Limits, Writer
from qa.retrieval import Retriever
from qa.values import Answer
from tests.fakes import WordChecker, WordEncoder
from tests.scripted_endpoint import Endpoint as Scripted
from tests.scripted_endpoint import Request, fails, says

QUESTION = "Wann findet das Expertentreffen statt?"


@pytest.fixture
def assistant(seeds_library: Library, scripted: Scripted) -> Iterator[Assistant]:
    """Answers everything, with the scripted model."""
    yield Assistant(
        seeds_library,
        WordEncoder(),
        Retriever(seeds_library),
        EvidenceFinder(),
        Answerability(threshold=0.0),
        Writer(
            Endpoint(scripted.url, "scripted"),
            WordChecker(),
            seeds_library,
            Limits(4096, 200, 4.0, 8.0, "drop", beside=0.0),
        ),
    )
    seeds_library.close()


def quoting(request: Request) -> None:
    """Repeats the first sentence, in pieces, with the count of a server."""
    shown = request.prompt.split("\n[1] ")[1].split("\n")[0].replace('"', "'")
    said = f'{{"statements": [{{"sources": [1], "text": "{shown}"}}]}}'
    says(said[:20], said[20:], pause=0.05, tokens=700)(request)


def test_what_was_heard_once_is_said_again(
    assistant: Assistant, scripted: Scripted, tmp_path: Path
) -> None:
    scripted.play(quoting)
    listening = Listening(assistant, tmp_path)
    first = listening.ask(QUESTION)
    scripted.play(fails(500))
    again = listening.ask(QUESTION)
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert (again.text, again.tokens) == (first.text, first.tokens)
    assert (again.mode, again.tokens) == ("generated", 701)
    assert scripted.requests == []
    lines = read_lines(tmp_path / "replies.jsonl")
    assert lines[0]["model_seconds"] == lines[1]["model_seconds"] >= 0.1
    delays = [delay(line) for line in lines]
    assert all(late is not None and 0 <= late < 1.5 for late in delays)


def test_what_failed_is_not_kept(assistant: Assistant, scripted: Scripted, tmp_path: Path) -> None:
    scripted.play(fails(500))
    listening = Listening(assistant, tmp_path)
    listening.ask(QUESTION)
    assert delay(read_lines(tmp_path / "replies.jsonl")[0]) is None
    scripted.play(quoting)
    reply = listening.ask(QUESTION)
    assert isinstance(reply, Answer)
    assert reply.mode == "generated"


def test_a_smaller_sample_begins_a_larger_one_and_has_both_languages() -> None:
    cases = load_cases(SET)
    assert sample(cases, 20) == sample(cases, 60)[:20]
    assert Counter(case.language for case in sample(cases, 20)) == {"de": 10, "en": 10}
    assert all(case.answerable for case in sample(cases, 144))


ONE = Statement("q1", "Wer?", "Ada [led] it.", ("Ada\nled | it.", "Yes."))
TWO = Statement("q2", "Wo?", "Hier.", ("Hier.",))


def test_verdicts_outlive_a_new_page() -> None:
    page = checked_page([ONE, TWO], {}, "m")
    assert set(verdicts(page).values()) == {UNCHECKED}
    judged = page.replace(UNCHECKED, "false: another Ada", 2)
    kept = verdicts(judged)
    assert kept[ONE.cells] == "false: another Ada"
    again = checked_page([TWO, ONE], {ONE.cells: kept[ONE.cells]}, "m")
    assert f"1 {UNCHECKED}, 1 false" in again
    assert verdicts(again) == {TWO.cells: UNCHECKED, ONE.cells: "false: another Ada"}


def test_the_page_tells_what_the_runs_hold(
    assistant: Assistant, scripted: Scripted, tmp_path: Path
) -> None:
    scripted.play(quoting)
    cases = sample(load_cases(SET), 3)
    corpus = corpus_of(assistant.library)
    run(assistant, cases[:3], corpus, tmp_path / "quoted", settings={"llm_model": "scripted"})
    run(
        Listening(assistant, tmp_path),
        cases,
        corpus,
        tmp_path / "written",
        settings={"llm_model": "scripted"},
    )
    after = load_run(tmp_path / "written")
    page = figures_page(
        load_run(tmp_path / "quoted"), after, read_lines(tmp_path / "replies.jsonl")
    )
    shown = len(statements(after))
    assert shown == len(re.findall(r"^\| written by the model \| 3 \|$", page, re.MULTILINE)) * 3
    assert f"wrote 3 statements, of which {shown} were shown" in " ".join(page.split())
    assert "`scripted`" in page
    assert "| tokens read and written per answer, as the server counts | 701 | 701 | 3 |" in page


def test_a_recorded_fault_is_replayed(
    assistant: Assistant, scripted: Scripted, tmp_path: Path
) -> None:
    scripted.play(quoting)
    Listening(assistant, tmp_path).ask(QUESTION)
    heard = tmp_path / "heard.jsonl"
    heard.write_text(heard.read_text("utf-8").replace('"seconds"', '"fault": "long", "seconds"'))
    reply = Listening(assistant, tmp_path).ask(QUESTION)
    assert isinstance(reply, Answer)
    assert (reply.mode, reply.tokens) == ("generated", 0)
