"""From the text of a model to statements, however it arrives."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.values import Language
from qa.statements import Draft, DraftParser, plain


def parsed(*pieces: str, language: Language = "de") -> list[Draft]:
    parser = DraftParser(language)
    return [d for piece in pieces for d in parser.feed(piece)] + parser.finish()


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        ("Der Hub hat zwölf Partner. [1]\n", [("Der Hub hat zwölf Partner.", (1,))]),
        ("Der Hub hat zwölf Partner [1].", [("Der Hub hat zwölf Partner.", (1,))]),
        ("Er kostet 90 EUR. [1][3]", [("Er kostet 90 EUR.", (1, 3))]),
        ("Er kostet 90 EUR. [1, 3]", [("Er kostet 90 EUR.", (1, 3))]),
        ("Er kostet 90 EUR.【4】", [("Er kostet 90 EUR.", (4,))]),
        ("Er kostet 90 EUR. [[2]]", [("Er kostet 90 EUR.", (2,))]),
        ("[2] Er kostet 90 EUR.", [("Er kostet 90 EUR.", (2,))]),
        ("- **Er** kostet 90 EUR. [2]", [("Er kostet 90 EUR.", (2,))]),
        ("Er kostet 90 EUR.", [("Er kostet 90 EUR.", ())]),
        ("26. November 2018 ist der Tag. [1]", [("26. November 2018 ist der Tag.", (1,))]),
        (
            "1. Es kostet viel. [1]\n2. Es dauert lang. [2]",
            [("Es kostet viel.", (1,)), ("Es dauert lang.", (2,))],
        ),
        (
            "Es kostet viel. [1] Es dauert lang, z. B. ein Jahr. [2]",
            [("Es kostet viel.", (1,)), ("Es dauert lang, z. B. ein Jahr.", (2,))],
        ),
        (
            "Es kostet viel [1]. Es dauert lang. [2]",
            [("Es kostet viel.", (1,)), ("Es dauert lang.", (2,))],
        ),
        (
            "[1] Es kostet viel. [2] Es dauert lang.",
            [("Es kostet viel.", (1,)), ("Es dauert lang.", (2,))],
        ),
        ("Der Hub [1] hat zwölf [2] Partner.", [("Der Hub hat zwölf Partner.", (1, 2))]),
        ("<think>Hm. [9]\n</think>\nEs kostet viel. [1]", [("Es kostet viel.", (1,))]),
        ("```\nEs kostet viel. [1]\n```", [("Es kostet viel.", (1,))]),
        ("", []),
        ("\n \n", []),
        ("[1][2]", []),
    ],
)
def test_plain_lines(text: str, drafts: list[tuple[str, tuple[int, ...]]]) -> None:
    assert parsed(text) == [Draft(*draft) for draft in drafts]


@pytest.mark.parametrize(
    ("text", "drafts"),
    [
        ('{"statements": [{"sources": [1], "text": "Ja."}]}', [("Ja.", (1,))]),
        ('{"statements": [{"text": "Ja.", "sources": ["2", "[3]"]}]}', [("Ja.", (2, 3))]),
        ('[{"text": "Ja. [4]", "sources": []}]', [("Ja.", (4,))]),
        ('```json\n{"statements": [{"sources": [1], "text": "Ja."}]}\n```', [("Ja.", (1,))]),
        ('{"statements": [{"sources": [1], "text": "Ja."}, {"sources": [2', [("Ja.", (1,))]),
        ('{"statements": [1, "x", {"sources": 7, "text": "Ja."}, null]}', [("Ja.", ())]),
        ('{"statements": [{"sources": [true, 1.5, -1, null], "text": "Ja."}]}', [("Ja.", (1,))]),
        ('{"answer": "Ja."}', []),
        ('{"statements": [{"text": 5}]}', []),
        ("{" * 5000, []),
        ('{"statements": ' + "[" * 100_000, []),
    ],
)
def test_json(text: str, drafts: list[tuple[str, tuple[int, ...]]]) -> None:
    assert parsed(text) == [Draft(*draft) for draft in drafts]


@pytest.mark.parametrize("text", ["KEINE", "None.", '{"statements": []}', "keine\n"])
def test_nothing_is_said(text: str) -> None:
    parser = DraftParser("de")
    assert parser.feed(text) + parser.finish() == []
    assert parser.said_none


def test_a_statement_is_there_with_its_last_character() -> None:
    parser = DraftParser("de")
    assert parser.feed('{"statements": [{"sources": [1], "text": "Ja."') == []
    assert parser.feed("}") == [Draft("Ja.", (1,))]
    lines = DraftParser("de")
    assert lines.feed("Es ist so. [1") == []
    assert lines.feed("]\n") == [Draft("Es ist so.", (1,))]
    assert lines.feed("Es ist gut. [2] Es") == [Draft("Es ist gut.", (2,))]


WORDS = st.sampled_from(
    ["Der Hub", "Größe", "z. B.", "90 EUR", "am 3. Oktober", "“quoted”", "–", "he said", "№"]
)
MARKS = st.sampled_from(["", " [1]", "[2][13]", " [1, 2]", "【3】", " [", "]", "[x]", "[[4]]"])
LINE = st.lists(st.tuples(WORDS, MARKS, st.sampled_from(["", ".", "!", ". ", ".\n"])), max_size=6)


@given(LINE, st.lists(st.integers(0, 120), max_size=8), st.sampled_from(["", "```\n", "- ", "1. "]))
def test_lines_do_not_depend_on_the_pieces(
    parts: list[tuple[str, str, str]], cuts: list[int], before: str
) -> None:
    text = before + " ".join(word + mark + end for word, mark, end in parts)
    assert parsed(*_cut(text, cuts)) == parsed(text)


STATEMENTS = st.lists(
    st.fixed_dictionaries({"sources": st.lists(st.integers(0, 40), max_size=3), "text": st.text()}),
    max_size=4,
)


@given(STATEMENTS, st.lists(st.integers(0, 400), max_size=8), st.booleans())
def test_json_does_not_depend_on_the_pieces(
    statements: list[dict[str, object]], cuts: list[int], escaped: bool
) -> None:
    text = json.dumps({"statements": statements}, ensure_ascii=escaped)
    drafts = parsed(text)
    assert parsed(*_cut(text, cuts)) == drafts
    assert len(drafts) <= len(statements)


@given(st.text(max_size=300))
def test_any_text_is_parsed_and_made_plain(text: str) -> None:
    for draft in parsed(text):
        assert not set("[]【】<>`*\n\x00\u202e\u200b") & set(draft.text)
        assert any(c.isalnum() for c in draft.text)


def _cut(text: str, cuts: list[int]) -> list[str]:
    edges = [0, *sorted(c for c in cuts if c < len(text)), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](https://evil.example/p.png?q=1) Alles gut.", "Alles gut."),
        ("Alles [gut](https://evil.example).", "Alles gut."),
        ("Alles <b>gut</b>.", "Alles gut ."),
        ('Alles <img src="https://evil.example"> gut.', "Alles gut."),
        ("# **Alles** `gut`", "Alles gut"),
        ("Alles\u202e gut\u200b.\x00", "Alles gut."),
        ("Alles gut [12345].", "Alles gut (12345)."),
        ("max_file_mb ist 5", "max_file_mb ist 5"),
        ("– …", ""),
    ],
)
def test_only_words_are_left(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_no_marker_can_be_hidden_in_another() -> None:
    (draft,) = parsed("Alles ist gut [[1]2] so.")
    assert "[" not in draft.text
