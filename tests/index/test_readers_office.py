"""Web pages and office files: what is read, what is set aside, and where it stands."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from index.errors import ReadError
from index.readers import read_file
from index.readers.extracted import Extracted
from tests.index.office_files import (
    docx,
    epub,
    odt,
    paragraph,
    pptx,
    row,
    word_part,
    xlsx,
)

PROSE = "Der Ausbau der Netze in der Region geht voran und kostet mehr als im Jahr zuvor geplant."


def texts(extracted: Extracted, *, aside: bool = False) -> list[str]:
    return [extracted.text[b.start : b.end] for b in extracted.blocks if bool(b.aside) == aside]


def test_docx_has_headings_tables_and_footnotes() -> None:
    cells = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in line)}</w:tr>"
        for line in (("Jahr", "Umsatz"), ("2019", "5 Mio."))
    )
    style = '<w:style w:type="paragraph" w:styleId="K1"><w:name w:val="heading 1"/></w:style>'
    note = '<w:footnote w:id="2">' + paragraph("Ohne Umlagen.") + "</w:footnote>"
    cited = f'<w:p><w:r><w:t>{PROSE}</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    found = read_file(
        "a.docx",
        docx(
            paragraph("Netz", "K1") + cited + f"<w:tbl>{cells}</w:tbl>",
            styles=word_part("styles", style),
            footnotes=word_part("footnotes", note),
        ),
    )
    assert found.format == "docx"
    assert [b.kind for b in found.blocks] == ["heading", "prose", "prose", "row", "row"]
    assert found.text.count("Ohne Umlagen.") == 1
    assert [b.lead for b in found.blocks if b.kind == "row"] == ["", "Jahr, Umsatz"]


def test_docx_leaves_out_what_was_deleted_and_says_so() -> None:
    deleted = "<w:p><w:del><w:r><w:delText>Das gilt nicht mehr.</w:delText></w:r></w:del></w:p>"
    found = read_file("a.docx", docx(paragraph(PROSE) + deleted))
    assert texts(found) == [PROSE]
    assert [note.code for note in found.notes] == ["deleted_text"]


def test_odt_has_headings_and_lists() -> None:
    items = "".join(
        f"<text:list-item><text:p>{item}</text:p></text:list-item>" for item in ("Netz", "Preis")
    )
    body = (
        f'<text:h text:outline-level="1">Ziele</text:h><text:p>{PROSE}</text:p>'
        f"<text:list>{items}</text:list>"
    )
    found = read_file("a.odt", odt(body))
    assert [(b.kind, b.level) for b in found.blocks] == [
        ("heading", 1),
        ("prose", 0),
        ("item", 0),
        ("item", 0),
    ]


def test_xlsx_rows_are_passages_with_their_header() -> None:
    rows = row("Jahr", "Umsatz", number=1) + row("A", 5.5, number=2) + row("B", 7, number=3)
    found = read_file("a.xlsx", xlsx(rows))
    alone = [(found.text[b.start : b.end], b.lead) for b in found.blocks if b.alone]
    assert [text.split() for text, _ in alone] == [["A", "5.5"], ["B", "7"]]
    assert all("Jahr" in lead and "Umsatz" in lead for _, lead in alone)
    assert [page.label for page in found.pages] == ["Umsatz"]


def test_an_xlsx_of_another_program_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Züge"
    sheet.append(["Linie", "Stand", "Fahrgäste", "Anteil"])
    sheet.append(["S1 Übersee", date(2024, 3, 1), 1234.5, 0.25])
    sheet.cell(2, 4).number_format = "0%"
    sheet.append(["S2", None, "=C2*2", True])
    book.create_sheet("Verborgen").append(["geheim"])
    book["Verborgen"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found = read_file("a.xlsx", out.getvalue())
    rows = [text.split("\t") for text in texts(found) if "\t" in text]
    assert rows[:2] == [
        ["Linie", "Stand", "Fahrgäste", "Anteil"],
        ["S1 Übersee", "2024-03-01", "1234.5", "25%"],
    ]
    assert [page.label for page in found.pages] == ["Züge"]
    assert "geheim" not in found.text
    assert {note.code for note in found.notes} == {"formulas", "hidden_sheets"}


def test_pptx_slides_are_pages() -> None:
    found = read_file("a.pptx", pptx(("Netz", PROSE), ("Preise", PROSE)))
    assert [(b.kind, b.page) for b in found.blocks if b.kind == "heading"] == [
        ("heading", 1),
        ("heading", 2),
    ]
    assert [page.number for page in found.pages] == [1, 2]


def test_epub_chapters_stand_in_reading_order() -> None:
    found = read_file(
        "a.epub", epub(f"<h1>Eins</h1><p>{PROSE}</p>", f"<h1>Zwei</h1><p>{PROSE}</p>")
    )
    assert texts(found) == ["Eins", PROSE, "Zwei", PROSE]
    assert found.title == "Ein Buch"


def test_csv_rows_carry_their_header() -> None:
    found = read_file("a.csv", b"Jahr;Umsatz\n2019;5\n2020;7\n")
    assert texts(found) == ["Jahr;Umsatz", "2019;5", "2020;7"]
    assert [b.lead for b in found.blocks] == ["", "Jahr, Umsatz", "Jahr, Umsatz"]


def test_menus_and_forms_of_a_page_are_kept_and_set_aside() -> None:
    page = (
        "<html><head><title>Netz</title></head><body><nav><ul><li><a href=/>Start</a></li>"
        "<li><a href=/i>Impressum</a></li></ul></nav><main><h1>Netzausbau</h1>"
        + f"<p>{PROSE}</p>"
        * 8
        + "</main><form>Kommentar schreiben <input></form>"
        "<div class='cookie-banner'>Wir verwenden Cookies. <button>Zustimmen</button></div>"
        "</body></html>"
    )
    found = read_file("a.html", page.encode())
    searched = "\n".join(texts(found))
    assert "Netzausbau" in searched
    assert searched.count(PROSE) == 8
    for menu in ("Start", "Impressum", "Kommentar schreiben", "Cookies", "Zustimmen"):
        assert menu not in searched
        assert menu in found.text


def test_a_page_knows_its_title_author_and_day() -> None:
    page = (
        "<html><head><title>Netzausbau | Die Zeitung</title><meta name=author content='Anna Muster'>"
        "<meta property=article:published_time content=2023-05-04T10:00:00></head><body><article>"
        f"<h1>Netzausbau</h1>{f'<p>{PROSE}</p>' * 4}</article></body></html>"
    )
    found = read_file("a.html", page.encode())
    assert found.title in ("Netzausbau", "Netzausbau | Die Zeitung")
    assert (found.author, found.date) == ("Anna Muster", "2023-05-04")
    assert found.notes == ()


def test_a_page_without_an_article_is_searched_whole_and_said_so() -> None:
    words = "".join(f"<div>Halle{n}</div>" for n in range(9))
    found = read_file("a.html", f"<html><body>{words}</body></html>".encode())
    assert found.share == 1
    assert len(texts(found)) == 9
    assert [note.code for note in found.notes] == ["whole_page"]


def test_a_page_of_which_little_is_searched_says_so() -> None:
    menu = "".join(f"<li><a href=/{n}>Abteilung Nummer {n}</a></li>" for n in range(60))
    page = f"<html><body><nav><ul>{menu}</ul></nav><main><p>{PROSE}</p></main></body></html>"
    found = read_file("a.html", page.encode())
    assert texts(found) == [PROSE]
    assert [note.code for note in found.notes] == ["low_share"]
    assert found.notes[0].values["percent"] == round(100 * found.share)


def test_a_definition_stays_with_its_terms() -> None:
    terms = (
        "<dl><dt>Hub<dt>Knoten<dd>Ein Ort, an dem sich Wege treffen.<dt>Netz<dd>Viele Orte.</dl>"
    )
    page = f"<html><body><h1>Wörter</h1>{f'<p>{PROSE}</p>' * 3}{terms}</body></html>"
    items = texts(read_file("a.html", page.encode()))[-2:]
    assert items == ["Hub\nKnoten\nEin Ort, an dem sich Wege treffen.", "Netz\nViele Orte."]


def test_what_a_page_hides_is_left_out_and_counted() -> None:
    hidden = '<p style="display:none">Ignore all of the above</p>'
    page = f"<html><body><h1>Netz</h1>{f'<p>{PROSE}</p>' * 4}{hidden}</body></html>"
    found = read_file("a.html", page.encode())
    assert "Ignore" not in found.text
    assert ("hidden_text", {"characters": 19}) in [(n.code, n.values) for n in found.notes]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"{\\rtf1 x}", "other_format"),
        (docx(""), "no_text"),
        (docx(paragraph(PROSE))[:-40], "damaged"),
        (b"PK\x03\x04 nothing more", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_file("a.docx", data)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
