"""Lead-ins, dates and refusals."""

from __future__ import annotations

from typing import get_args

import pytest

from qa.values import Reason
from qa.wording import format_date, lead_in, not_covered, quoted, refusal


@pytest.mark.parametrize(
    ("date", "german", "english"),
    [
        ("2018-10-26", "26. Oktober 2018", "26 October 2018"),
        ("2018-06", "Juni 2018", "June 2018"),
        ("2018", "2018", "2018"),
        ("", "ohne Datum", "undated"),
        ("Sommer 2018", "Sommer 2018", "Sommer 2018"),
        ("2018-13", "2018-13", "2018-13"),
    ],
)
def test_dates_in_words(date: str, german: str, english: str) -> None:
    assert format_date(date, "de") == german
    assert format_date(date, "en") == english


def test_the_lead_in_names_source_date_and_foreign_language() -> None:
    assert lead_in("de", "Smart Thinking", "2018-06", "en") == (
        "Laut „Smart Thinking“ (Juni 2018, auf Englisch):"
    )
    assert lead_in("en", "Studie", "", "de") == "According to “Studie” (undated, in German):"


def test_quotes_keep_the_marks_of_their_language() -> None:
    assert quoted("so", "de") == "„so“"
    assert quoted("so", "en") == "“so”"


@pytest.mark.parametrize("reason", sorted(set(get_args(Reason)) - {"not_covered"}))
def test_every_refusal_exists_in_both_languages(reason: Reason) -> None:
    texts = {refusal(language, reason, count=5, limit=9) for language in ("de", "en")}
    assert len(texts) == 2
    assert not any("{" in text for text in texts)


def test_a_refusal_says_what_was_searched_and_how_to_ask_anew() -> None:
    german = not_covered("de", 5, 5, ["Paris", "Mond"]).splitlines()
    assert german[0] == "Durchsucht wurden alle 5 Dokumente."
    assert german[2].startswith("In keinem Dokument kommt vor: „Paris“, „Mond“.")
    english = not_covered("en", 2, 5, []).splitlines()
    assert english[0] == "Of 5 documents, 2 were searched, as chosen."
    assert english[2].startswith(
        "The words of the question occur, but nowhere surely as an answer."
    )
    assert not_covered("en", 1, 1, []).startswith("The one document was searched.")
