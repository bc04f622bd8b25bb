"""What a question asks for."""

from __future__ import annotations

import pytest

from qa.question import analyse, matches_wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Wann findet das Expertentreffen statt?", "date"),
        ("When was the hub launched?", "date"),
        ("Wie viele Partner hat das Netzwerk?", "figure"),
        ("How much is a ticket?", "figure"),
        ("Was kostet der Eintritt?", "figure"),
        ("Wer leitet das SpinLab?", "person"),
        ("Who coordinates the hub?", "person"),
        ("Wo findet das Treffen statt?", "place"),
        ("Where is the hub based?", "place"),
        ("Warum ist das wichtig?", "reason"),
        ("Welche Partner sind beteiligt?", "list"),
        ("Wie lautet die Telefonnummer?", "contact"),
        ("Erkläre bitte das Hub-and-Spoke-Netzwerk", "other"),
    ],
)
def test_the_type_of_thing_wanted(question: str, wanted: str) -> None:
    assert analyse(question, "de").wanted == wanted


def test_names_are_figures_and_words_with_inner_capitals() -> None:
    assert analyse("Was fördert DigiScheck.IRMD ab 2026?", "de").names == (
        "DigiScheck",
        "IRMD",
        "2026",
    )


def test_english_names_are_capitalised_words_inside_the_sentence() -> None:
    assert analyse("Which partner from France supports Leipzig?", "en").names == (
        "France",
        "Leipzig",
    )


@pytest.mark.parametrize(
    ("wanted", "sentence", "match"),
    [
        ("date", "Das Treffen findet am 26. November 2018 statt.", 1.0),
        ("date", "Das Treffen findet in Leipzig statt.", 0.0),
        ("figure", "Der Preis beträgt 90 EUR.", 1.0),
        ("figure", "Twelve hubs were founded.", 1.0),
        ("figure", "Der Eintritt ist frei.", 0.0),
        ("contact", "Tel.: +49 351 56", 1.0),
        ("other", "Irgendetwas.", 0.5),
    ],
)
def test_whether_a_sentence_holds_it(wanted: str, sentence: str, match: float) -> None:
    assert matches_wanted(wanted, sentence) == match  # type: ignore[arg-type]
