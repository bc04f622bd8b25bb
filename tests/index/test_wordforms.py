"""Word forms: what must be found by what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.figures import number_form, plain_figures
from index.values import Language
from index.wordforms import (
    content_words,
    fold,
    is_gram,
    passage_forms,
    question_forms,
    sentence_forms,
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
    assert {"n26", "m11", "n2018"} <= set(question_forms(content_words(date), "de"))


def test_may_and_march_are_months_only_with_a_capital() -> None:
    assert "m5" in passage_forms("in May 2018", "en")
    assert "m5" not in passage_forms("it may be", "en")


def test_compounds_meet_their_parts_by_grams() -> None:
    passage = set(passage_forms("Mangel an Fachkräften", "de"))
    question = {f for f in question_forms(["Fachkräftemangel"], "de") if f[0] == "g"}
    assert len(question & passage) / len(question) > 0.5


def test_a_question_is_read_in_both_languages() -> None:
    for language in get_args(Language):
        forms = question_forms(["partners"], language)
        assert {"wpartners", "dpartn", "epartner"} <= set(forms)
        assert any(map(is_gram, forms)) == (language == "de")


def test_stop_words_go_unless_nothing_is_left() -> None:
    assert content_words("Was ist die Frist?") == ["Frist"]
    assert content_words("Was ist das?") == ["Was", "ist", "das"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_forms_are_safe_for_the_full_text_index(text: str) -> None:
    for form in [*passage_forms(text, "de"), *question_forms(content_words(text), "de")]:
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


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "26. November 2018",
            "November 26, 2018",
            "26.11.2018",
            "2018-11-26",
            "26th November 2018",
        ),
        ("5. Mai 1998", "may 5, 1998", "5.5.1998", "05.05.98"),
        ("1,5 Mio.", "1.5 million", "1,5 Millionen"),
        ("1.500.000", "1,500,000", "1 500 000", "1'500'000"),
        ("200 Mbit/s", "200 Mbps", "200 megabits per second", "200 Megabit pro Sekunde"),
        ("5 %", "5%", "5 Prozent", "5 percent", "5 per cent"),
        ("850 m²", "850 qm", "850 Quadratmeter", "850 square metres"),
        ("14:30", "2:30 pm", "14.30"),
        ("zwölf", "twelve", "12"),
    ],
)
def test_figures_have_one_shape_in_both_languages(spellings: tuple[str, ...]) -> None:
    shapes = {
        frozenset(f for f in sentence_forms(s, "de") if f[0] in "nmu" and f != "uclock")
        for s in spellings
    }
    assert len(shapes) == 1
    assert shapes != {frozenset()}


def test_a_scaled_number_equals_the_number_written_out() -> None:
    assert "n1500000" in passage_forms("1,5 Mio. Euro", "de")
    assert "n1500000" in question_forms(content_words("€1,500,000"), "de")


@pytest.mark.parametrize(
    "text",
    ["03/04/2018", "Abschnitt 3.2.", "Version 3.14.1", "Tel. 0341-123", "it may rain", "2018/19"],
)
def test_what_can_be_read_in_two_ways_is_no_date(text: str) -> None:
    assert not [f for f in passage_forms(text, "de") if f[0] == "m"]


@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        ("Ein- und Ausfuhr", {"weinfuhr", "wausfuhr"}),
        ("Haupt- und Nebenstandort", {"whauptstandort", "wnebenstandort"}),
        ("Im- bzw. Export", {"wimport", "wexport"}),
        ("Obst- und Gemüseanbau", {"wobstanbau", "wgemuseanbau"}),
        ("Land-, Forst- und Fischereiwirtschaft", {"wlandwirtschaft", "wforstwirtschaft"}),
    ],
)
def test_pairs_with_a_hyphen_hold_both_words(text: str, wholes: set[str]) -> None:
    assert wholes <= set(passage_forms(text, "de"))


def test_compounds_are_cut_and_joined_where_the_corpus_knows_the_parts() -> None:
    def frequency(forms: Sequence[str]) -> dict[str, int]:
        return {form: int(form in {"dfachkraft", "dmangel", "dlandesamt"}) for form in forms}

    assert {"dfachkraft", "dmangel"} <= set(question_forms(["Fachkräftemangel"], "de", frequency))
    assert "dlandesamt" in question_forms(["Amt", "Land"], "de", frequency)
    assert "dmangel" not in question_forms(["Fachkräftemangel"], "de")


@pytest.mark.parametrize("word", ["Start-up", "E-Mail", "Online-Shop"])
def test_a_hyphen_makes_no_other_word(word: str) -> None:
    assert "w" + fold(word.replace("-", "")) in passage_forms(word, "en")


def test_acronyms_and_months_that_look_like_stop_words_stay() -> None:
    assert content_words("Wer macht die IT im Mai?") == ["macht", "IT", "Mai"]
    assert content_words("What did the WHO say in May 2020?") == ["WHO", "say", "May", "2020"]
    assert content_words("WER LEITET DEN HUB") == ["LEITET", "HUB"]


@given(st.text(alphabet="0123456789.,:/- '%€$mkMio.pmayh²", max_size=40))
def test_no_figures_are_lost(text: str) -> None:
    """Every text can be read, and where there were digits there still are."""
    assert any(map(str.isdigit, plain_figures(text))) == any(map(str.isdigit, text))
