"""The catalogue is whole in both languages, and numbers and dates are written as each does."""

import ast
import string
from pathlib import Path

import pytest

from index.readers.package import _UNITS
from ui.wording import CATALOGUE, LANGUAGES, words

SAME_IN_BOTH = {"app_title", "language_de", "language_en", "left_seconds", "left_minutes"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_key_has_both_languages_with_the_same_placeholders(key):
    german, english = CATALOGUE[key]
    assert german.strip()
    assert english.strip()
    assert placeholders(german) == placeholders(english)
    assert (german == english) == (key in SAME_IN_BOTH)


def codes() -> set[str]:
    """Codes of all faults and remarks on files that our code can make."""
    found = set()
    for path in (Path(__file__).parents[2] / "index").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"ReadError": 1, "Note": 1, "fail": 2}.get(name, 99)
            if at < len(node.args) and isinstance(node.args[at], ast.Constant):
                found.add(node.args[at].value)
    return found


def test_every_fault_and_remark_on_a_file_has_words():
    assert len(codes()) > 30
    known = {key.partition("_")[2] for key in CATALOGUE if key.startswith(("failed_", "note_"))}
    assert codes() - known == set()
    assert {f"unit_{unit}" for unit in _UNITS} <= CATALOGUE.keys()


@pytest.mark.parametrize("key", [key for key in CATALOGUE if key.endswith("_one")])
def test_a_singular_has_a_plural(key):
    assert key.removesuffix("_one") in CATALOGUE


@pytest.mark.parametrize(
    ("iso", "german", "english"),
    [
        ("2018-10-26", "26. Oktober 2018", "26 October 2018"),
        ("2018-06", "Juni 2018", "June 2018"),
        ("2018", "2018", "2018"),
        ("", "ohne Datum", "undated"),
        ("im Mai", "im Mai", "im Mai"),
        ("2018-13-01", "2018-13-01", "2018-13-01"),
        ("2018-06-xx", "2018-06-xx", "2018-06-xx"),
    ],
)
def test_dates_are_as_precise_as_they_are_known(iso, german, english):
    assert words("de").date(iso) == german
    assert words("en").date(iso) == english


def test_numbers_follow_the_language():
    assert words("de").number(1250000.5, 2) == "1.250.000,50"
    assert words("en").number(1250000.5, 2) == "1,250,000.50"
    assert words("de").percent(0.934) == "93\u00a0%"
    assert words("en").percent(0.934) == "93%"


def test_one_is_singular():
    assert words("de").counted("searching", 1) == "Suche in einem Dokument …"
    assert words("de").counted("searching", 1200) == "Suche in 1.200 Dokumenten …"
    assert words("en").counted("searching", 5) == "Searching 5 documents …"


def test_braces_in_foreign_text_are_left_alone():
    for language in LANGUAGES:
        assert "{0} {title}" in words(language)("marker", number=2, title="{0} {title}")
