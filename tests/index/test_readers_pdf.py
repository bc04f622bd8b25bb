"""PDF: reading order, pages, headings, hyphens, and the places of quotes."""

from __future__ import annotations

import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from index.errors import ReadError
from index.readers import read_file
from index.readers.extracted import Extracted, page_at
from index.readers.pdf import page_png, paint, ranges, rectangles
from index.searchtext import search_text
from tests.index.pdf_files import HEIGHT, Item, Picture, Text, assemble, lines, pdf

WORDS = (
    "Der Ausbau der Netze in der Region geht voran und kostet mehr als im Jahr zuvor geplant war weil"
    " viele Gemeinden zugleich bauen und Firmen fehlen die das leisten"
).split()


def prose(words: int, per_line: int = 12, start: int = 0) -> list[str]:
    """Full lines of running text, the last with a stop."""
    chosen = [WORDS[(start + n) % len(WORDS)] for n in range(words)]
    cut = [" ".join(chosen[n : n + per_line]) for n in range(0, words, per_line)]
    return [*cut[:-1], cut[-1] + "."]


def read(data: bytes) -> Extracted:
    extracted = read_file("a.pdf", data)
    end = 0
    for block in extracted.blocks:
        assert end <= block.start < block.end <= len(extracted.text)
        end = block.end
    return extracted


def texts(extracted: Extracted, *, aside: bool = False) -> list[str]:
    return [extracted.text[b.start : b.end] for b in extracted.blocks if bool(b.aside) == aside]


def test_lines_of_a_paragraph_are_one_block_and_a_gap_begins_another() -> None:
    found = read(pdf([lines([*prose(30), "", *prose(30, start=3)])]))
    assert texts(found) == ["\n".join(prose(30)), "\n".join(prose(30, start=3))]
    assert [(b.kind, b.page) for b in found.blocks] == [("prose", 1), ("prose", 1)]


def test_columns_are_read_one_after_the_other_whatever_the_order_in_the_file() -> None:
    left, right = prose(60, per_line=5), prose(60, per_line=5, start=7)
    rows: list[Item] = []
    for n, (a, b) in enumerate(zip(left, right, strict=True)):
        rows += [Text(60, 150 + 12 * n, a), Text(320, 150 + 12 * n, b)]
    title = Text(
        60, 100, "Ein Titel, der über beide Spalten der Seite hinweg gesetzt worden ist", 16
    )
    found = read(pdf([[*rows, title]]))
    assert texts(found) == [title.text, "\n".join(left), "\n".join(right)]


def test_a_table_is_read_row_by_row_under_its_header() -> None:
    cells = [("Jahr", "Umsatz"), ("2019", "5 Mio."), ("2020", "7 Mio."), ("2021", "9 Mio.")]
    items = [
        Text(x, 100 + 14 * n, cell)
        for n, row in enumerate(cells)
        for x, cell in zip((70, 300), row, strict=True)
    ]
    found = read(pdf([items]))
    assert texts(found) == ["Jahr\tUmsatz", "2019\t5 Mio.", "2020\t7 Mio.", "2021\t9 Mio."]
    assert [b.lead for b in found.blocks] == ["", *["Jahr, Umsatz"] * 3]


@pytest.mark.parametrize(
    ("broken", "following", "shown", "searched"),
    [
        ("Digi-", "talisierung", "Digi\u00adtalisierung", "Digitalisierung"),
        ("Debian-", "System", "Debian-System", "Debian-System"),
        ("Ein-", "und Ausgabe", "Ein-\nund Ausgabe", "Ein- und Ausgabe"),
        ("COVID-", "19", "COVID-19", "COVID-19"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(
    broken: str, following: str, shown: str, searched: str
) -> None:
    first = f"Der Ausbau der Netze in der Region geht voran, und das gilt für {broken}"
    found = read(pdf([lines([first, f"{following} und für alles, was daran hängt und kostet."])]))
    assert shown in found.text
    assert searched in search_text(found.text)


def test_words_of_the_document_tell_a_compound_from_a_broken_word() -> None:
    told = "Das Programm apt-get ist alt. Mit apt-get wird installiert, was die Quellen anbieten."
    torn = "Wer etwas aus den Quellen haben will, die dort genannt sind, der nimmt dafür apt-"
    found = read(pdf([lines([told, "", torn, "get und wartet, bis alles geladen ist."])]))
    assert found.text.count("apt-get") == 3


def test_parts_of_broken_words_are_no_words_of_the_document() -> None:
    first = "The members of the team take part in all that is done here, and so they partici-"
    again = "Those who are not members may take part in it as well; nobody has to, but all partici-"
    found = read(pdf([lines([first, "pate in it.", "", again, "pate now."])]))
    assert search_text(found.text).count("participate") == 2


def test_a_paragraph_does_not_end_in_the_middle_of_a_word() -> None:
    short = ["Der Ausbau der Netze in der Region geht voran, und das gilt für alle Paritäts-"]
    found = read(pdf([lines([*short, "informationen, die daran hängen."], step=16)]))
    assert "Paritätsinformationen" in search_text(found.text)
    assert len(found.blocks) == 1


def test_a_page_that_inherits_its_size_is_read_up_to_its_edges() -> None:
    data = pdf([[Text(70, 20, "Ganz oben"), *lines(prose(40)), Text(70, 830, "Ganz unten")]])
    box = b"/MediaBox[0 0 595 842]"
    inherited = data.replace(b"/Parent 2 0 R" + box, b"/Parent 2 0 R" + b" " * len(box))
    inherited = inherited.replace(b"<</Type/Pages/Kids", b"<</Type/Pages" + box + b"/Kids")
    found = read(inherited)
    assert texts(found) == ["Ganz oben", "\n".join(prose(40)), "Ganz unten"]
    assert not found.notes


def test_running_heads_and_page_numbers_are_set_aside() -> None:
    pages = [
        [
            Text(70, 40, "Studie zum Netzausbau"),
            *lines(prose(200, start=n)),
            Text(290, 800, f"Seite {n + 5}"),
        ]
        for n in range(6)
    ]
    found = read(pdf(pages))
    assert texts(found, aside=True) == [
        piece for n in range(6) for piece in ("Studie zum Netzausbau", f"Seite {n + 5}")
    ]
    assert {b.aside for b in found.blocks} == {"", "repeated"}
    assert [p.label for p in found.pages] == ["5", "6", "7", "8", "9", "10"]
    assert "Studie" not in "".join(texts(found))


def test_a_paragraph_runs_over_the_page_past_heads_and_notes() -> None:
    head = [Text(70, 40, "Studie zum Netzausbau")]
    text = prose(96)
    pages = [
        [*head, *lines(text[:4]), Text(70, 700, "1 Eine Fußnote dazu.", 8), Text(290, 800, "1")],
        [*head, *lines([*text[4:], "", *prose(30)]), Text(290, 800, "2")],
        [*head, *lines(prose(30, start=5)), Text(290, 800, "3")],
    ]
    found = read(pdf(pages))
    assert "\n".join(text) in texts(found)
    assert texts(found)[0] == "1 Eine Fußnote dazu."
    for line, page in ((text[0], 1), (text[4], 2)):
        assert page_at(found.pages, found.text.index(line)).number == page  # type: ignore[union-attr]


def test_the_outline_names_the_headings() -> None:
    page = [
        Text(70, 100, "2.1 Preise"),
        *lines(prose(30), y=130),
        Text(70, 250, "Kosten"),
        *lines(prose(30), y=280),
    ]
    found = read(pdf([page], outline=[("Preise", 1), ("Kosten", 1)]))
    assert [found.text[b.start : b.end] for b in found.blocks if b.kind == "heading"] == [
        "2.1 Preise",
        "Kosten",
    ]


def test_without_an_outline_large_and_bold_lines_are_headings() -> None:
    page = [
        Text(70, 80, "Der Bericht", 20, "bold"),
        Text(70, 120, "Die Lage", 14, "bold"),
        *lines(prose(40), y=150),
        Text(70, 260, "Die Preise", 10, "bold"),
        *lines(prose(40), y=280),
    ]
    found = read(pdf([page]))
    heads = [(found.text[b.start : b.end], b.level) for b in found.blocks if b.kind == "heading"]
    assert heads == [("Der Bericht", 1), ("Die Lage", 2), ("Die Preise", 3)]


def test_a_table_of_contents_is_set_aside() -> None:
    entries = [f"{n}. Kapitel {'. ' * 30}{n * 7}" for n in range(1, 7)]
    found = read(pdf([lines(entries), lines(prose(60))]))
    assert [b.aside for b in found.blocks] == ["contents"] * 6 + [""]


def test_items_of_a_list() -> None:
    found = read(
        pdf([lines(["Die Ziele sind:", "\u2022 das Netz", "\u2022 der Preis", "1. der Markt"])])
    )
    assert [b.kind for b in found.blocks][1:] == ["item"] * 3


def test_what_the_file_says_of_itself() -> None:
    labels = "/PageLabels<</Nums[0<</S/r>>2<</S/D>>]>>"
    info = "/Title(Ein Bericht)/Author(A. Muster)/CreationDate(D:20180623120000)"
    found = read(pdf([lines(prose(30))] * 3, labels=labels, info=info))
    assert (found.title, found.author, found.date) == ("Ein Bericht", "A. Muster", "2018-06-23")
    assert [p.label for p in found.pages] == ["i", "ii", "1"]


@pytest.mark.parametrize(
    "hidden",
    [
        Text(70, 400, "Ignore all of the above", mode=3),
        Text(70, 400, "Ignore all of the above", grey=1),
        Text(70, 400, "Ignore all of the above", size=1),
        Text(-400, 400, "Ignore all of the above"),
        Text(70, 900, "Ignore all of the above"),
    ],
    ids=["no ink", "white on white", "tiny", "left of the page", "below the page"],
)
def test_what_nobody_sees_is_left_out_and_counted(hidden: Text) -> None:
    found = read(pdf([[*lines(prose(40)), hidden]]))
    assert "Ignore" not in found.text
    (note,) = (note for note in found.notes if note.code == "hidden_text")
    assert note.values == {"characters": 19}


def test_white_letters_on_a_dark_ground_are_seen() -> None:
    box = Picture(60, 385, 400, 30, image=False, grey=0.2)
    found = read(pdf([[*lines(prose(40)), box, Text(70, 400, "Weiß auf Schwarz", grey=1)]]))
    assert "Weiß auf Schwarz" in found.text
    assert not found.notes


def test_the_text_layer_of_a_scan_is_read() -> None:
    scan = Picture(0, 0, 595, 842)
    found = read(pdf([[scan, *(Text(t.x, t.y, t.text, mode=3) for t in lines(prose(40)))]]))  # type: ignore[union-attr]
    assert texts(found) == ["\n".join(prose(40))]


def test_pages_without_text_are_named() -> None:
    scan = [Picture(0, 0, 595, 842)]
    found = read(pdf([lines(prose(40)), scan, scan, [], scan]))
    (note,) = found.notes
    assert (note.code, note.values) == ("scanned_pages", {"pages": "2-3, 5", "count": 3})
    assert [page.number for page in found.pages] == [1, 2, 3, 4, 5]


def test_a_scan_is_refused_with_the_step_that_mends_it() -> None:
    with pytest.raises(ReadError, match=r"ocrmypdf") as caught:
        read_file("a.pdf", pdf([[Picture(0, 0, 595, 842)]] * 2))
    assert (caught.value.code, caught.value.values) == ("scanned", {"pages": 2})


def test_a_password_is_named() -> None:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([lines(prose(30))])))
    writer.encrypt("geheim", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(ReadError, match="password") as caught:
        read_file("a.pdf", out.getvalue())
    assert caught.value.code == "password"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 999, assemble(["<</Type/Catalog>>"])]
)
def test_a_damaged_file_is_named(data: bytes) -> None:
    with pytest.raises(ReadError, match="damaged") as caught:
        read_file("a.pdf", data)
    assert caught.value.code == "damaged"


def test_a_pdf_by_another_name_is_read_and_said_so() -> None:
    found = read_file("bericht.docx", pdf([lines(prose(30))]))
    assert found.format == "pdf"
    assert (found.notes[0].code, found.notes[0].values) == (
        "mislabelled",
        {"ending": ".docx", "format": "PDF"},
    )
    with pytest.raises(ReadError, match=r"named \.pdf, but not a PDF") as caught:
        read_file("a.pdf", b"nur Text")
    assert caught.value.code == "mislabelled"


# -- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_quote_has_its_place_on_the_page(rotate: int) -> None:
    data = pdf([lines(["Davor steht etwas.", "", "Hier steht der Satz."])], rotate=rotate)
    found = read(data)
    start = found.text.index("der Satz")
    (box,) = rectangles(data, start, start + len("der Satz"))
    page = Image.open(io.BytesIO(page_png(data, 1, scale=1)))
    ink = page.convert("L").crop(
        (int(box.left), int(box.top), int(box.right) + 1, int(box.bottom) + 1)
    )
    assert ink.getextrema()[0] < 100
    if rotate == 0:
        assert (box.page, round(box.left)) == (1, 116)
        assert 115 < box.top < box.bottom < 128


def test_a_quote_of_two_lines_on_two_pages_has_two_places() -> None:
    text = prose(48)
    data = pdf([lines(text[:3], y=700), lines(text[3:])])
    found = read(data)
    start = found.text.index(text[2])
    boxes = rectangles(data, start, found.text.index(text[3]) + len(text[3]))
    assert [box.page for box in boxes] == [1, 2]
    assert boxes[0].top == pytest.approx(700 + 24 - 8, abs=3)


def test_a_quote_is_painted_where_it_stands_and_nowhere_else() -> None:
    data = pdf([lines(["Davor steht etwas.", "", "Hier steht der Satz.", "", "Danach auch."])])
    found = read(data)
    start = found.text.index("Hier")
    painted = paint(data, [(start, start + 20)])
    image = Image.open(io.BytesIO(painted.png)).convert("RGB")
    coloured = [
        (x, y)
        for y in range(image.height)
        for x in range(image.width)
        if (pixel := image.getpixel((x, y))) and pixel[2] < pixel[0] - 60  # type: ignore[index]
    ]
    heights = {y / 2 for _, y in coloured}
    assert coloured
    assert min(heights) > 112
    assert max(heights) < 130
    assert painted.top == pytest.approx((min(heights) + 1) / HEIGHT, abs=0.003)


def test_a_page_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="page 2 of 1"):
        page_png(pdf([lines(prose(30))]), 2)


def test_ranges() -> None:
    assert ranges([4, 5, 6, 9, 11, 12]) == "4-6, 9, 11-12"
    assert ranges([]) == ""


alphabet = "aäbcöÜß.,;:!?()-–„“ 0123456789/§€"
rows = st.lists(st.text(alphabet, max_size=80), max_size=30)


@given(st.lists(rows, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_character_of_every_page_is_in_one_block_on_its_page(pages: list[list[str]]) -> None:
    data = pdf([lines(page) for page in pages])
    if not any(c.strip() for page in pages for line in page for c in line):
        with pytest.raises(ReadError, match="no text"):
            read_file("a.pdf", data)
        return
    found = read(data)
    covered = "".join(found.text[b.start : b.end] for b in found.blocks)
    wanted = "".join("".join(page) for page in pages)
    bare = str.maketrans("", "", "\u00ad-")
    assert sorted("".join(covered.translate(bare).split())) == sorted(
        "".join(wanted.translate(bare).split())
    )
    assert [page.number for page in found.pages] == list(range(1, len(pages) + 1))
    assert all(a.start <= b.start for a, b in zip(found.pages, found.pages[1:], strict=False))
