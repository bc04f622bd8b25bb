"""Files made to do harm: each ends as one named failure, or is read, within seconds."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
import zipfile

import pytest

from index.errors import ReadError
from index.readers import read_file
from tests.index.office_files import archive, docx, epub, odt, paragraph, relations, row, xlsx
from tests.index.pdf_files import assemble, lines, pdf

SECONDS = 20
"""Processor time that a file may take; a busy machine is no fault of the file."""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">'
    '<!ENTITY i SYSTEM "http://127.0.0.1:9/x">]>'
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def reason(name: str, data: bytes) -> str:
    """The code of the failure; '' for a file that is read."""
    start = time.process_time()
    failure = None
    try:
        read_file(name, data)
    except ReadError as error:
        failure = error
    assert time.process_time() - start < SECONDS
    assert "\n" not in str(failure)
    return failure.code if failure else ""


def bomb(name: str, other: dict[str, str | bytes]) -> bytes:
    """An archive of which one part is 100 MB of blanks."""
    out = io.BytesIO(archive(other))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed, packed.open(name, "w") as part:
        for _ in range(100):
            part.write(b" " * 1_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "part", "other"),
    [
        ("a.docx", "word/document.xml", {}),
        ("a.odt", "content.xml", {"mimetype": "application/vnd.oasis.opendocument.text"}),
        ("a.epub", "META-INF/container.xml", {"mimetype": "application/epub+zip"}),
        ("a.xlsx", "xl/workbook.xml", {}),
        ("a.pptx", "ppt/presentation.xml", {}),
        ("a.odt", "mimetype", {}),
    ],
)
def test_a_zip_bomb_is_not_unpacked(name: str, part: str, other: dict[str, str | bytes]) -> None:
    data = bomb(part, other)
    tracemalloc.start()
    try:
        code = reason(name, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert code == ("archive" if part == "mimetype" else "too_large")
    assert peak < 50_000_000


def test_a_directory_that_lies_about_the_size_is_not_believed() -> None:
    data = bytearray(bomb("word/document.xml", {}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert reason("a.docx", bytes(data)) in ("damaged", "too_large")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (100_000_000, "too large: 100 MB when unpacked, the limit is 64; split the file"),
        (50_000_000, "times its packed size, the limit is 100; split the file"),
    ],
)
def test_what_is_too_large_is_told_in_numbers_that_can_be_read(size: int, said: str) -> None:
    with pytest.raises(ReadError, match=f"{re.escape(said)}$"):
        read_file("a.docx", archive({"word/document.xml": b" " * size}))


def test_too_many_parts() -> None:
    parts = {f"word/{n}.xml": "" for n in range(10_001)}
    assert reason("a.docx", archive({"word/document.xml": "", **parts})) == "too_large"


@pytest.mark.parametrize("prolog", [LAUGHS, OUTSIDE], ids=["billion laughs", "external"])
@pytest.mark.parametrize("format", ["docx", "odt", "xlsx", "epub"])
def test_entities_are_refused(prolog: str, format: str) -> None:
    data = {
        "docx": archive(
            {
                "word/document.xml": f'{prolog}<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>'
                "&i;</w:t></w:r></w:p></w:body></w:document>"
            }
        ),
        "odt": odt("<text:p>&i;</text:p>", prolog=prolog),
        "xlsx": archive({"xl/workbook.xml": f"{prolog}<workbook>&i;</workbook>"}),
        "epub": archive(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": f"{prolog}<container>&i;</container>",
            }
        ),
    }[format]
    assert reason(f"a.{format}", data) == "damaged"


def test_entities_of_a_page_are_not_expanded() -> None:
    found = read_file(
        "a.html", (OUTSIDE + "<html><body><p>Wort &a; &i;</p></body></html>").encode()
    )
    assert "Wort" in found.text
    assert "root" not in found.text


def test_deep_nesting_of_elements() -> None:
    page = "<html><body>" + "<div>" * 100_000 + "Wort" + "</div>" * 100_000
    assert reason("a.html", page.encode()) in ("", "damaged")
    assert reason("a.epub", epub("<div>" * 100_000 + "Wort")) in ("", "damaged")
    assert reason("a.odt", odt("<text:section>" * 40_000)) == "damaged"
    tables = "<w:tbl><w:tr><w:tc>" * 20_000
    assert reason("a.docx", docx(tables)) == "damaged"


@pytest.mark.parametrize("depth", [60, 120, 200, 245])
def test_nesting_that_the_parser_still_allows(depth: int) -> None:
    lists = "<text:list><text:list-item>" * (depth // 2)
    ends = "</text:list-item></text:list>" * (depth // 2)
    allowed = ("",) if depth < 100 else ("", "damaged")
    for name, data in (
        ("a.html", b"<html><body>" + b"<table><tr><td><ul><li>" * (depth // 5) + b"Ein Wort"),
        ("a.html", b"<html><body>" + b"<div>" * depth + b"Ein Wort"),
        ("a.epub", epub("<div>" * depth + "Ein Wort")),
        ("a.odt", odt(f"{lists}<text:p>Ein Wort</text:p>{ends}")),
    ):
        assert reason(name, data) in allowed, name


@pytest.mark.parametrize(
    "href", ["../../../../etc/hostname", "/etc/hostname", "file:///etc/passwd"]
)
def test_links_that_lead_outside_lead_nowhere(href: str) -> None:
    assert reason("a.epub", epub("<p>Wort</p>", href=href)) == "damaged"
    data = archive(
        {
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{paragraph("Wort")}</w:body>'
            "</w:document>",
            "word/_rels/document.xml.rels": relations({"f": ("footnotes", href)}),
        }
    )
    assert read_file("a.docx", data).text.strip() == "Wort"


@pytest.mark.slow
def test_a_hundred_thousand_empty_pages() -> None:
    count = 100_000
    kids = " ".join(f"{n} 0 R" for n in range(3, count + 3))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>"]
    assert reason("a.pdf", assemble([*objects, *[page] * count])) == "too_large"


@pytest.mark.parametrize(
    "objects",
    [
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"],
        ["<</Type/Catalog/Pages 1 0 R>>"],
        [
            "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]/Resources 3 0 R/Contents 3 0 R>>",
            "<</First 5 0 R/Last 5 0 R>>",
            "<</Title(x)/Parent 5 0 R/First 5 0 R/Next 5 0 R/Dest[3 0 R/Fit]>>",
        ],
    ],
    ids=["pages of themselves", "the catalog as pages", "an outline without end"],
)
def test_objects_that_hold_themselves(objects: list[str]) -> None:
    assert reason("a.pdf", assemble(objects)) in ("damaged", "no_text")


def test_a_form_that_draws_itself() -> None:
    page = pdf([lines(["Ein Satz steht hier."])])
    looped = page.replace(b"/XObject<</I 4 0 R>>", b"/XObject<</I 8 0 R>>")
    assert reason("a.pdf", looped) in ("", "damaged", "no_text")


def test_a_table_of_a_million_columns() -> None:
    cell = '<c r="ZZZ1" t="inlineStr"><is><t>x</t></is></c>'
    assert reason("a.xlsx", xlsx(f'<row r="1">{cell * 20_000}</row>' + row("b", number=2))) in (
        "",
        "damaged",
        "too_large",
    )
    wide = '<table:table><table:table-row table:number-rows-repeated="1000000">' + (
        '<table:table-cell table:number-columns-repeated="1000000"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    assert reason("a.odt", odt(wide)) in ("", "damaged", "too_large")


@pytest.mark.parametrize(
    "name",
    ["a\n.txt", "\u202etxt.exe.md", "a\x00.txt", "\x1b[2J.txt", "..", "", "." * 300],
)
def test_strange_names(name: str) -> None:
    assert reason(name, b"Ein Satz steht hier.") in ("", "no_reader")


def test_one_line_without_end() -> None:
    for data in (b"wort " * 400_000, b"x" * 2_000_000, b"|" * 300_000, b"* " * 300_000):
        for name in ("a.txt", "a.md", "a.csv"):
            assert reason(name, data) == ""
