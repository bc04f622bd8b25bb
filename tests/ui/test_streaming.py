"""Answers that a language model writes, on the page and in the store, against a scripted endpoint."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from index.embedding import Encoder
from index.library import Library
from index.store import Store
from qa.answerability import Answerability
from qa.assistant import Assistant
from qa.endpoint import Endpoint
from qa.evidence import EvidenceFinder
from qa.generative import Limits, Writer
from qa.retrieval import Retriever
from qa.serial import reply_from_json
from qa.values import Answer
from tests.fakes import WordChecker
from tests.scripted_endpoint import Endpoint as Scripted
from tests.scripted_endpoint import Request, event, states
from tests.ui.pressing import buttons
from tests.ui.test_pages import ask, shown
from ui import serving
from ui.web import opening
from ui.web.desk import Desk, How, Turn
from ui.wording import words

DE = words("de")
QUESTION = "Wann findet das Expertentreffen statt?"


@pytest.fixture
def assistant(index: Path, encoder: Encoder, scripted: Scripted) -> Iterator[Assistant]:
    """The real one; what it is asked is answered, by the scripted model."""
    library = Library(index, encoder)
    limits = Limits(4096, 200, 20.0, 30.0, "drop", beside=0.0)
    writer = Writer(Endpoint(scripted.url, "schreiber"), WordChecker(), library, limits)
    parts = Retriever(library), EvidenceFinder(), Answerability(threshold=0.0)
    yield Assistant(library, encoder, *parts, writer)
    library.close()


@pytest.fixture
def start(
    monkeypatch: pytest.MonkeyPatch,
    index: Path,
    encoder: Encoder,
    assistant: Assistant,
    tmp_path: Path,
) -> Callable[..., AppTest]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELEGT_INDEX", str(index))
    monkeypatch.setattr(opening, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr(opening, "assemble", lambda *_: assistant)

    def begin(**params: str) -> AppTest:
        page = AppTest.from_file(str(serving.PAGE), default_timeout=60)
        page.context["locale"] = "de-DE"
        page.query_params.update(params)
        return page.run()

    return begin


def said(request: Request, number: int) -> str:
    """A sentence of the prompt, by its number."""
    lines = request.prompt.split("<sentences>")[1].splitlines()
    return next(line.split("] ", 1)[1] for line in lines if line.startswith(f"[{number}] "))


def one_by_one(gate: threading.Event) -> Callable[[Request], None]:
    """Says the first sentence, and after the gate is open the second."""

    def step(request: Request) -> None:
        request.head()
        first, second = (
            json.dumps({"sources": [n], "text": said(request, n)}, ensure_ascii=False)
            for n in (1, 2)
        )
        request.write(event('{"statements": [' + first + ", "))
        gate.wait(20)
        request.write(event(second + "]}") + event(end="stop") + b"data: [DONE]\n\n")

    return step


def repeats(request: Request) -> None:
    states((said(request, 1), [1]), (said(request, 2), [2]))(request)


def until(met: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def sentences(reply: object) -> list[str]:
    assert isinstance(reply, Answer)
    return [sentence.text for sentence in reply.sentences]


def stored(index: Path, chat: str) -> list[object]:
    store = Store(index)
    try:
        return [reply_from_json(json.loads(turn.reply)) for turn in store.turns(chat)]
    finally:
        store.close()


def as_shown(replies: Sequence[object]) -> list[object]:
    """What a page shows of replies."""
    return [(r.text, r.sentences, r.citations, r.model) for r in replies if isinstance(r, Answer)]


def begun(desk: Desk, scripted: Scripted, gate: threading.Event) -> Turn:
    """A turn of which one statement has arrived."""
    scripted.play(one_by_one(gate))
    turn = desk.begin("a" * 16, QUESTION, How())
    until(lambda: turn.partial)
    return turn


def test_statements_arrive_one_by_one_with_their_citations(
    assistant: Assistant, scripted: Scripted, index: Path
) -> None:
    gate = threading.Event()
    turn = begun(Desk(assistant), scripted, gate)
    first = turn.so_far
    assert len(sentences(first)) == 1
    assert first.sentences[0].citations == (1,)
    assert first.citations[0].number == 1
    gate.set()
    reply = turn.reply.result(20)
    assert sentences(reply)[0] == sentences(first)[0]
    assert len(sentences(reply)) == 2
    assert turn.so_far == reply
    assert as_shown(stored(index, "a" * 16)) == as_shown([reply])


def test_a_stop_keeps_and_stores_what_was_shown(
    assistant: Assistant, scripted: Scripted, index: Path
) -> None:
    gate = threading.Event()
    turn = begun(Desk(assistant), scripted, gate)
    first = turn.so_far
    turn.stop.set()
    reply = turn.reply.result(10)
    gate.set()
    assert sentences(reply) == sentences(first)
    assert reply.model == "schreiber"
    assert as_shown(stored(index, "a" * 16)) == as_shown([reply])


def test_whoever_comes_back_finds_what_is_written_anew(
    assistant: Assistant, scripted: Scripted
) -> None:
    desk, gates = Desk(assistant), (threading.Event(), threading.Event())
    turn = begun(desk, scripted, gates[0])
    gates[0].set()
    turn.reply.result(10)
    scripted.play(one_by_one(gates[1]))
    desk.again("a" * 16, turn, How())
    until(lambda: turn.partial)
    assert desk.reopen("a" * 16) == [turn]
    gates[1].set()
    turn.reply.result(10)
    (kept,) = desk.reopen("a" * 16)
    assert kept is not turn
    assert [r.result().text for r in kept.replies] == [r.result().text for r in turn.replies]


def test_the_page_ends_with_all_that_was_written(
    start: Callable[..., AppTest], scripted: Scripted
) -> None:
    scripted.play(repeats)
    page = ask(start(), QUESTION)
    body = shown(page)
    assert "schreiber" in body
    assert DE("writing") not in body
    assert "stop 1" not in buttons(page)
    # two statements, and beneath them two quotes that they pass over
    assert len([name for name in buttons(page) if name.startswith("open 1")]) == 4
    assert "schreiber" in shown(start(chat=page.query_params["chat"]))


def test_the_page_says_where_a_question_goes_and_a_switch_keeps_it_here(
    start: Callable[..., AppTest], scripted: Scripted
) -> None:
    scripted.play(repeats)
    host = scripted.url.split("/")[2]
    page = start()
    assert DE("sent_to") in shown(page)
    assert f"schreiber, {host}" in shown(page)
    page.toggle[0].set_value(True).run()
    assert DE("sent_nowhere") in shown(page)
    assert host not in shown(page)
    body = shown(ask(page, QUESTION))
    assert DE("mode_extractive") in body
    assert scripted.requests == []
    # It outlives a reload and holds for the next conversation too.
    assert start(**dict(page.query_params)).toggle[0].value
    page.button(key="new").click().run()
    assert page.toggle[0].value
    page.toggle[0].set_value(False).run()
    ask(page, QUESTION)
    assert len(scripted.requests) == 1
