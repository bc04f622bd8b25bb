"""Word forms: what must be found by what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.figures import number_form
from index.wordforms import (
    content_words,
    fold,
    passage_forms,
    question_forms,
    stem,
    word_keys,
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("München", "Muenchen", "MÜNCHEN", "Mu\u0308nchen"),
        ("Straße", "Strasse", "STRASSE"),
        ("Förderung", "Foerderung"),
        ("Café", "Cafe"),
    ],
)
def test_spellings_fold_to_one(spellings: tuple[str, ...]) -> None:
    assert len({fold(s) for s in spellings}) == 1


@pytest.mark.parametrize("word", ["neue", "Quelle", "aktuell", "Feuer", "zuerst"])
def test_digraphs_that_are_none_still_meet_themselves(word: str) -> None:
    assert fold(word) == fold(word.upper())


@pytest.mark.parametrize(
    ("one", "other"),
    [("Förderungen", "Foerderung"), ("Häuser", "Haus"), ("Maßnahmen", "Massnahme")],
)
def test_german_stems_meet(one: str, other: str) -> None:
    assert stem(one, "de") == stem(other, "de")


@pytest.mark.parametrize(
    ("digits", "form"),
    [
        ("1.234,5", "n1234p5"),
        ("1,234.5", "n1234p5"),
        ("1.234", "n1234"),
        ("500", "n500"),
        ("007", "n7"),
        ("1,5", "n1p5"),
        ("1.5", "n1p5"),
        ("1.234.567", "n1234567"),
    ],
)
def test_numbers_have_one_notation(digits: str, form: str) -> None:
    assert number_form(digits) == form


@pytest.mark.parametrize("date", ["26. November 2018", "November 26, 2018", "26 November 2018"])
def test_a_date_is_found_in_the_other_language(date: str) -> None:
    assert {"n26", "m11", "n2018"} <= set(passage_forms(date, "de"))
    assert {"n26", "m11", "n2018"} <= set(question_forms(content_words(date)))


def test_may_and_march_are_months_only_with_a_capital() -> None:
    assert "m5" in passage_forms("in May 2018", "en")
    assert "m5" not in passage_forms("it may be", "en")


def test_compounds_meet_their_parts_by_grams() -> None:
    passage = set(passage_forms("Mangel an Fachkräften", "de"))
    question = {f for f in question_forms(["Fachkräftemangel"]) if f[0] == "g"}
    assert len(question & passage) / len(question) > 0.5


def test_a_question_is_read_in_both_languages() -> None:
    forms = question_forms(["partners"])
    assert {"wpartners", "dpartn", "epartner"} <= set(forms)


def test_stop_words_go_unless_nothing_is_left() -> None:
    assert content_words("Was ist die Frist?") == ["Frist"]
    assert content_words("Was ist das?") == ["Was", "ist", "das"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_forms_are_safe_for_the_full_text_index(text: str) -> None:
    for form in [*passage_forms(text, "de"), *question_forms(content_words(text))]:
        assert form
        assert '"' not in form
        assert not any(c.isspace() for c in form)


@given(st.from_regex(r"[A-Za-zÄÖÜäöüß]{2,12}", fullmatch=True))
def test_a_word_finds_itself(word: str) -> None:
    for language in ("de", "en"):
        shared, stemmed = word_keys(word, language)  # type: ignore[arg-type]
        forms = passage_forms(word, language)  # type: ignore[arg-type]
        assert shared in forms
        assert stemmed in forms
