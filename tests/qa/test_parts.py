"""Questions that ask for two things."""

from __future__ import annotations

import pytest

from qa.parts import completed, split_question


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Wann wurde der Hub gegründet und wer leitet ihn?",
            ["Wann wurde der Hub gegründet?", "wer leitet ihn?"],
        ),
        (
            "Wo liegt Zeitz, und wie viele Menschen leben dort?",
            ["Wo liegt Zeitz?", "wie viele Menschen leben dort?"],
        ),
        (
            "What does a ticket cost, and when does the meeting start?",
            ["What does a ticket cost?", "when does the meeting start?"],
        ),
        ("Wer leitet den Hub? Seit wann?", ["Wer leitet den Hub? Seit wann?"]),
        (
            "Welche Ziele und welche Partner hat der Hub?",
            ["Welche Ziele und welche Partner hat der Hub?"],
        ),
        ("Wie hängen Forschung und Lehre zusammen?", ["Wie hängen Forschung und Lehre zusammen?"]),
        ("Digital Hub Leipzig", ["Digital Hub Leipzig"]),
        (
            "Ich weiß, was ich will und wie ich es bekomme",
            ["Ich weiß, was ich will und wie ich es bekomme"],
        ),
    ],
)
def test_parts_of_a_question(question: str, parts: list[str]) -> None:
    assert split_question(question) == parts


def test_a_part_that_leans_on_the_first_carries_its_words() -> None:
    assert completed(["Wann wurde der Hub gegründet?", "wer leitet ihn?"]) == [
        "Wann wurde der Hub gegründet?",
        "wer leitet ihn? (Hub gegründet)",
    ]


def test_a_part_that_stands_alone_is_left_as_it_is() -> None:
    parts = ["Wo liegt Zeitz?", "welche Firmen sind Partner des Smart Systems Hub?"]
    assert completed(parts) == parts
