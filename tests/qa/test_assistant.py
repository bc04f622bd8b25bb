"""From a question to a reply, on the five source documents with a word encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.library import Library
from index.settings import Settings
from index.sync import sync
from qa.assistant import Assistant
from qa.serial import reply_from_json, reply_to_json
from qa.values import Answer, Exchange, NotInDocuments
from qa.wiring import assemble
from tests.fakes import SEEDS, WordEncoder

QUESTIONS = (
    "Wann findet das Expertentreffen statt?",
    "Was kostet ein Ticket zum Frühbucherpreis?",
    "Which companies are partners of the Smart Systems Hub?",
    "Welche Zukunftsfelder wurden identifiziert?",
    "What is the DigiCredit.IRMD?",
    "Wie lautet die Adresse der Prognos AG?",
    "Who mentors startups in Leipzig?",
    "Welche Bandbreite sollen Unternehmen bekommen?",
)


def assistant(library: Library, encoder: WordEncoder, settings: Settings, cut: float) -> Assistant:
    return assemble(library, encoder, settings.model_copy(update={"answer_threshold": cut}))


@pytest.fixture
def eager(seeds_library: Library, encoder: WordEncoder, settings: Settings) -> Assistant:
    """Answers everything."""
    return assistant(seeds_library, encoder, settings, 0.0)


@pytest.fixture
def silent(seeds_library: Library, encoder: WordEncoder, settings: Settings) -> Assistant:
    """Answers nothing."""
    return assistant(seeds_library, encoder, settings, 1.0)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_is_what_stands_in_the_file(eager: Assistant, question: str) -> None:
    reply = eager.ask(question)
    assert isinstance(reply, Answer)
    assert reply.citations
    for citation in reply.citations:
        text = (SEEDS / citation.document).read_text(encoding="utf-8")
        assert text[citation.start : citation.end] == citation.quote


def test_citations_hold_after_a_restart(
    tmp_path: Path, encoder: WordEncoder, settings: Settings
) -> None:
    sync([SEEDS], tmp_path / "index", encoder)
    first = assistant(Library(tmp_path / "index", encoder), encoder, settings, 0.0)
    before = [first.ask(question) for question in QUESTIONS]
    first.close()
    second = assistant(Library(tmp_path / "index", encoder), encoder, settings, 0.0)
    for reply in before:
        again = second.ask(reply.question)
        assert isinstance(reply, Answer)
        assert isinstance(again, Answer)
        assert again.citations == reply.citations
        assert again.text == reply.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_numbered_quoted_and_led_in(eager: Assistant, question: str) -> None:
    reply = eager.ask(question)
    assert isinstance(reply, Answer)
    assert [c.number for c in reply.citations] == list(range(1, len(reply.citations) + 1))
    assert len(reply.citations) <= 3
    for citation in reply.citations:
        assert f"[{citation.number}]" in reply.text
        assert citation.quote in reply.text
        assert citation.title in reply.text
    assert all(sentence.supported and sentence.citations for sentence in reply.sentences)
    for sentence in reply.sentences:
        assert any(sentence.text in reply.citations[n - 1].quote for n in sentence.citations)


def test_the_reply_is_in_the_language_of_the_question(eager: Assistant) -> None:
    assert eager.ask("Wie viele Partner hat die Initiative?").text.startswith("Laut ")
    assert eager.ask("How many partners does it have?").text.startswith("According to ")


def test_the_override_wins(eager: Assistant) -> None:
    reply = eager.ask("Wie viele Partner hat die Initiative?", language="en")
    assert reply.language == "en"
    assert reply.text.startswith("According to ")


def test_a_source_in_the_other_language_is_named_as_such(eager: Assistant) -> None:
    reply = eager.ask("What is the DigiCredit.IRMD?", within=["003_f5ab0383f0a5c848.txt"])
    assert isinstance(reply, Answer)
    assert "in German" in reply.text
    assert reply.citations[0].language == "de"


def test_a_refusal_keeps_the_ranking(silent: Assistant) -> None:
    reply = silent.ask("Wann findet das Expertentreffen statt?")
    assert isinstance(reply, NotInDocuments)
    assert reply.reason == "not_covered"
    assert len(reply.passages) >= 10
    assert [h.score for h in reply.passages] == sorted(
        (h.score for h in reply.passages), reverse=True
    )


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "no_question"),
        ("   \n", "no_question"),
        ("?!… – „“", "no_question"),
        ("Hallo!", "no_question"),
        ("Thank you.", "no_question"),
        ("wort " * 10_000, "too_long"),
        ("Quand aura lieu la réunion des experts de l'énergie à Leipzig ?", "other_language"),
    ],
)
def test_what_is_no_question_gets_a_clear_reply(
    eager: Assistant, question: str, reason: str
) -> None:
    for interface in ("de", "en"):
        reply = eager.ask(question, interface=interface)  # type: ignore[arg-type]
        assert isinstance(reply, NotInDocuments)
        assert reply.reason == reason
        assert reply.text


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "'; DROP TABLE passages; --",
        "NEAR(a b) OR *",
        "\x00\x01 Wo?",
        "😀 wo?",
        "a" * 3999,
        "2018",
    ],
)
def test_no_question_breaks_it(eager: Assistant, question: str) -> None:
    assert eager.ask(question).text


def test_the_search_can_be_limited(eager: Assistant) -> None:
    path = "004_5dc85f08f181f95f.txt"
    reply = eager.ask("Wer ist Eric Weber?", within=[path])
    assert {hit.passage.document for hit in reply.passages} == {path}
    nothing = eager.ask("Wer ist Eric Weber?", within=[])
    assert isinstance(nothing, NotInDocuments)
    assert nothing.reason == "no_documents"


def test_a_follow_up_is_searched_as_understood(eager: Assistant) -> None:
    before = [Exchange("Wann findet das Expertentreffen statt?", "")]
    reply = eager.ask("Und was kostet es?", history=before)
    alone = eager.ask("Was kostet das Expertentreffen?")
    assert (reply.question, reply.understood) == (
        "Und was kostet es?",
        "Was kostet das Expertentreffen?",
    )
    searched = eager.search("Und was kostet es?", history=before)
    # features that are not known are NaN, which is never equal
    found = [[(h.passage, h.score) for h in hits] for hits in (reply.passages, searched)]
    assert found == 2 * [[(h.passage, h.score) for h in alone.passages]]
    assert eager.ask("Wer ist Eric Weber?", history=before).understood == ""


@pytest.mark.parametrize("question", [*QUESTIONS[:2], "", "wort " * 10_000])
def test_json_goes_there_and_back(eager: Assistant, silent: Assistant, question: str) -> None:
    for asked in (eager, silent):
        data = reply_to_json(asked.ask(question))
        assert reply_to_json(reply_from_json(data)) == data


def test_the_same_question_gives_the_same_reply(eager: Assistant) -> None:
    for question in QUESTIONS:
        first, second = (reply_to_json(eager.ask(question)) for _ in range(2))
        del first["timings_ms"], second["timings_ms"]
        assert first == second


def test_json_carries_what_a_model_wrote(eager: Assistant, silent: Assistant) -> None:
    answer = eager.ask(QUESTIONS[0])
    assert isinstance(answer, Answer)
    said = {"notice": "Anmerkung", "model": "qwen", "dropped": 2, "understood": "Wann genau?"}
    data = reply_to_json(replace(answer, mode="generated", **said))
    assert {name: data[name] for name in said} == said
    assert reply_to_json(reply_from_json(data)) == data
    refusal = replace(silent.ask(QUESTIONS[0]), understood="Wann genau?")
    assert reply_from_json(reply_to_json(refusal)).understood == "Wann genau?"


def test_json_of_older_versions_is_read(eager: Assistant, silent: Assistant) -> None:
    for asked in (eager, silent):
        data = reply_to_json(asked.ask(QUESTIONS[0]))
        old = {
            k: v for k, v in data.items() if k not in ("notice", "model", "dropped", "understood")
        }
        assert reply_to_json(reply_from_json(old)) == data
