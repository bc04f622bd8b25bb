"""Files to text and blocks."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from index.files import Wanted, find
from index.readers import read_file
from index.readers.blocks import parse_blocks

GERMAN = "Die Größe der Straße beträgt 5 m.\nÜber 500 Partner „vereint“ – so heißt es.\n"


def kinds(text: str, *, markdown: bool = False) -> list[tuple[str, str]]:
    return [(b.kind, text[b.start : b.end]) for b in parse_blocks(text, markdown=markdown)]


def test_utf8_text_is_the_file() -> None:
    assert read_file("a.txt", GERMAN.encode()).text == GERMAN


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
    ],
)
def test_encodings_give_the_same_text(encoding: str, mark: bytes) -> None:
    assert read_file("a.txt", mark + (GERMAN * 5).encode(encoding)).text == GERMAN * 5


def test_a_guessed_encoding_is_stated() -> None:
    note = read_file("a.txt", (GERMAN * 5).encode("cp1252")).notes[0]
    assert (note.code, note.values) == ("encoding_guessed", {"encoding": "cp1252"})


def test_line_ends_become_newlines() -> None:
    assert read_file("a.txt", b"eins\r\nzwei\rdrei").text == "eins\nzwei\ndrei"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf\n", "white space"),
        (b"text\x00with NUL", "NUL"),
        (bytes(range(256)) * 20, "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG images are not read"),
        (("\x01\x02" * 50 + "text").encode(), "binary"),
        (codecs.BOM_UTF8 + b"\xff\xfe\xfd", "damaged"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_file("a.txt", data)


@pytest.mark.parametrize(
    ("suffix", "said"),
    [
        (".xyz", "no reader for .xyz; save it as PDF, DOCX or text"),
        (".doc", "DOC is not read; save it as DOCX"),
        (".ods", "ODS is not read; save it as XLSX, CSV"),
        (".jpg", "JPG images are not read; make a PDF with a text layer of it (OCR)"),
        (".zip", "ZIP archives are not read; unpack it, then sync again"),
    ],
)
def test_an_ending_that_is_not_read_has_its_own_remedy(
    folder: Path, suffix: str, said: str
) -> None:
    with pytest.raises(ReadError, match=f"^{re.escape(said)}$"):
        read_file(f"a{suffix}", b"text")
    for name in ("a.txt", f"b{suffix}"):
        (folder / name).write_bytes(b"text")
    assert [(path, note.text) for path, note in find([folder], wanted=Wanted()).failed] == [
        (f"b{suffix}", said)
    ]


def test_a_short_line_above_a_paragraph_is_its_heading() -> None:
    text = "Digitale Infrastruktur\n\nDer Ausbau ist wichtig. Er kostet Geld.\n"
    assert kinds(text) == [
        ("heading", "Digitale Infrastruktur"),
        ("prose", "Der Ausbau ist wichtig. Er kostet Geld."),
    ]


def test_an_address_is_fact_lines_under_its_heading() -> None:
    text = "Prognos AG\n\nGoethestraße 85\n\n10623 Berlin\n\ninfo@prognos.com\n"
    assert [kind for kind, _ in kinds(text)] == ["heading", "line", "line", "line"]


def test_a_date_is_no_heading() -> None:
    text = "Der Anfang ist gemacht.\n\nJune, 2018\n\nThe initiative was launched in November.\n"
    assert kinds(text)[1] == ("line", "June, 2018")


def test_list_items_and_their_continuation() -> None:
    text = "Folgende Punkte gelten:\n\n- erstens\n- zweitens, und zwar\n  auf zwei Zeilen\n"
    assert [kind for kind, _ in kinds(text)] == ["line", "item", "item"]


def test_a_paragraph_broken_by_a_page_is_joined() -> None:
    text = (
        "Die Region bietet ebenfalls Potenzial für den Aufbau weiterer Rechenzentren\n\n\n"
        "für die regionale Versorgung mit Speicher.\n"
    )
    assert len(kinds(text)) == 1


def test_markdown_marks() -> None:
    text = "# Titel\n\nText hier.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n"
    assert [kind for kind, _ in kinds(text, markdown=True)] == [
        "heading",
        "prose",
        "row",
        "row",
        "row",
    ]


def test_markdown_title_is_the_first_heading() -> None:
    assert read_file("a.md", b"# Mein Titel\n\nText.").title == "Mein Titel"


def test_pages_are_counted_from_form_feeds() -> None:
    text = "Erste Seite, ein Satz.\n\fZweite Seite, ein Satz.\n"
    assert [b.page for b in parse_blocks(text, markdown=False)] == [1, 2]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400), st.booleans())
def test_blocks_are_ordered_disjoint_and_stripped(text: str, markdown: bool) -> None:
    end = 0
    for block in parse_blocks(text, markdown=markdown):
        assert end <= block.start < block.end <= len(text)
        piece = text[block.start : block.end]
        assert piece == piece.strip()
        end = block.end


@given(st.lists(st.sampled_from(["wort", "Satz.", "- Punkt", "# Kopf", "a\tb", "", "Über uns"])))
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    covered = "".join(text[b.start : b.end] for b in parse_blocks(text, markdown=False))
    assert sorted("".join(covered.split())) == sorted("".join(text.split()))
