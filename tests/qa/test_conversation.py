"""Follow-ups are completed from what was asked before; what stands by itself stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language import question_language
from qa.conversation import understand
from qa.values import Exchange
from tests.qa.follow_ups import TALKS, rightly, untouched

ANSWER = (
    "Laut „Die Region will digitaler werden“ (26. Oktober 2018): „Dr. Eric Weber führt ihn.“ [1]"
)


def after(*questions: str, answer: str = "") -> list[Exchange]:
    return [Exchange(question, answer) for question in questions]


@pytest.mark.parametrize(("part", "share"), [("dev", 0.95), ("test", 0.85)])
def test_follow_ups_are_understood(part: str, share: float) -> None:
    found = rightly(part)
    assert sum(found) / len(found) >= share


@pytest.mark.parametrize("part", ["dev", "test"])
def test_what_stands_by_itself_stays(part: str) -> None:
    found = untouched(part)
    assert sum(found) / len(found) >= 0.97


@pytest.mark.parametrize(
    ("last", "ask", "understood"),
    [
        (
            "Wann findet das Expertentreffen statt?",
            "Und was kostet es?",
            "Was kostet das Expertentreffen?",
        ),
        (
            "When was the Digital Hub Initiative launched?",
            "Who leads it?",
            "Who leads the Digital Hub Initiative?",
        ),
        (
            "When was the Digital Hub Initiative launched?",
            "Und wer leitet sie?",
            "Wer leitet die Digital Hub Initiative?",
        ),
        (
            "Wann findet das Expertentreffen statt?",
            "How much does it cost?",
            "How much does “Expertentreffen” cost?",
        ),
        (
            "Wie viele Partner hat der Hub in Leipzig?",
            "Und in Berlin?",
            "Wie viele Partner hat der Hub in Berlin?",
        ),
        (
            "How many visitors came to the fair in 2018?",
            "What about 2019?",
            "How many visitors came to the fair in 2019?",
        ),
        ("When was the hub launched?", "Why?", "Why was the hub launched?"),
        ("Wer leitet das Institut?", "Seit wann?", "Seit wann (Institut)?"),
        (
            "Wie viele Partner hat der Hub?",
            "Wie viele davon sind aus Sachsen?",
            "Wie viele davon sind aus Sachsen (Partner, Hub)?",
        ),
        ("What are the aims of SpinLab?", "And its partners?", "SpinLab’s partners?"),
    ],
)
def test_the_gentlest_completion_that_fits(last: str, ask: str, understood: str) -> None:
    assert understand(ask, after(last)) == understood


def test_the_thread_goes_on_over_several_turns() -> None:
    talk = after("Wann findet das Expertentreffen statt?", "Wo ist das?", "Und was kostet es?")
    assert understand("Und für Studierende?", talk) == (
        "Was kostet das Expertentreffen für Studierende?"
    )


def test_a_new_topic_is_the_topic_from_then_on() -> None:
    talk = after("Wann findet das Expertentreffen statt?", "Was macht das SpinLab?")
    assert understand("Wer hat es gegründet?", talk) == "Wer hat das SpinLab gegründet?"


def test_what_was_understood_is_not_worked_out_again() -> None:
    talk = [Exchange("Und er?", "", "Wo arbeitet der Minister?")]
    assert understand("Wie alt ist er?", talk) == "Wie alt ist der Minister?"


def test_a_person_is_taken_from_the_answer_to_who() -> None:
    talk = after("Wer leitet den Hub in Leipzig?", answer=ANSWER)
    assert understand("Wie erreiche ich ihn?", talk) == "Wie erreiche ich Dr. Eric Weber?"


def test_a_document_is_named_by_its_title() -> None:
    talk = after("Wer leitet den Hub in Leipzig?", answer=ANSWER)
    assert "Die Region will digitaler werden" in understand("Von wann ist dieser Artikel?", talk)
    assert "Die Region will digitaler werden" in understand(
        "Und warum?", after("Und sonst?", answer=ANSWER)
    )


def test_the_first_question_of_a_talk_stays() -> None:
    assert understand("Und was kostet es?", []) == "Und was kostet es?"


@given(
    st.text("abc ÄÖÜßerites,?.-§'„“12\n", max_size=40),
    st.lists(st.text("Wer itsesthe HubLeipzg?,.12", max_size=40), max_size=4),
)
def test_any_text_is_understood_as_some_text(question: str, before: list[str]) -> None:
    talk = after(*before)
    understood = understand(question, talk)
    assert understood == understand(question, talk)
    assert understood or not question


@given(st.sampled_from([*TALKS["dev"]["leaning"], *TALKS["test"]["leaning"]]))
def test_the_language_stays_that_of_the_question(talk: list[str]) -> None:
    last, ask = talk[:2]
    spoken = question_language(ask, conversation=question_language(last))
    assert question_language(understand(ask, after(last)), conversation=spoken) == spoken
