"""PDF: text in reading order with pages and headings, and the places of a quote on its page.

Text comes from pdfium: glyphs (``pdf_glyphs``), lines and paragraphs (``pdf_layout``), one text
(``pdf_book``). What nobody sees (text without ink, white on white, off the page, under two points)
is left out and counted, except over a scan, where text without ink is what OCR has read.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops, ImageDraw

from index.errors import ReadError
from index.readers.extracted import Extracted, Painted, solid
from index.readers.package import too_large
from index.readers.pdf_book import Book, Entry, bind
from index.readers.pdf_glyphs import LOCK, Edges, Placing, Sheet, Upright, read_sheet
from index.readers.pdf_layout import body_size, lay_out
from index.values import Note

MAX_PAGES = 20_000
_MAX_PIXELS = 20_000_000
_PAINT = (255, 235, 100)
_JUNK_TITLE = re.compile(r"(?:Microsoft \w+ - |untitled|unbenannt|.*\.\w{2,4}$)", re.IGNORECASE)
_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A place on a page as it is shown: points from its top left corner; ``page`` from 1."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Reading:
    book: Book
    sheets: tuple[Sheet, ...]
    damaged: tuple[int, ...]
    meta: dict[str, str]


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: protected by a password, damaged, or without any text (a scan).
    """
    reading = _read(data)
    book = reading.book
    textless = [sheet.number for sheet in reading.sheets if sheet.textless]
    if not book.text:
        raise _no_text(reading, textless)
    title = reading.meta.get("Title", "").strip()
    date = _DATE.match(reading.meta.get("CreationDate", ""))
    return Extracted(
        book.text,
        tuple(book.blocks),
        title="" if _JUNK_TITLE.match(title) else title,
        author=reading.meta.get("Author", "").strip(),
        date="-".join(date.groups()) if date else "",
        format="pdf",
        pages=tuple(book.pages),
        notes=tuple(_notes(reading, textless)),
        visible=solid(book.text),
    )


def rectangles(data: bytes, start: int, end: int) -> tuple[Rectangle, ...]:
    """Where ``text[start:end]`` stands, line by line, in order.

    Raises:
        ReadError: the file cannot be read.
    """
    book = _read(data).book
    glyphs: dict[int, list[int]] = {}
    for page, following in pairwise([*book.pages, None]):
        stop = following.start if following else len(book.text)
        span = book.glyphs[max(start, page.start) : min(end, stop)] if page else ()
        if page and len(span):
            glyphs[page.number] = [glyph for glyph in span if glyph >= 0]
    with LOCK, pdfium.PdfDocument(data) as document:
        return tuple(box for number in glyphs for box in _boxes(document, number, glyphs[number]))


def page_png(
    data: bytes, page: int, spans: Iterable[tuple[int, int]] = (), *, scale: float = 2.0
) -> bytes:
    """The image of a page, from 1, with the places of ``spans`` painted; PNG.

    ``scale`` is in pixels a point, less for a page that would become too large.

    Raises:
        ReadError: the file cannot be read.
        ValueError: there is no such page.
    """
    boxes = [box for span in spans for box in rectangles(data, *span) if box.page == page]
    with LOCK, _opened(data) as document:
        if not 1 <= page <= len(document):
            raise ValueError(f"page {page} of {len(document)}")
        sheet = document[page - 1]
        width, height = sheet.get_size()
        scale = min(scale, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        image = sheet.render(scale=scale).to_pil().convert("RGB")
    paint = Image.new("RGB", image.size, "white")
    drawing = ImageDraw.Draw(paint)
    for box in boxes:
        edges = [box.left - 1, box.top - 1, box.right + 1, box.bottom + 1]
        drawing.rectangle([edge * scale for edge in edges], fill=_PAINT)
    out = io.BytesIO()
    ImageChops.multiply(image, paint).save(out, "PNG")
    return out.getvalue()


def paint(data: bytes, quotes: Sequence[tuple[int, int]], page: int = 0) -> Painted:
    """The image of a page, from 1, with all quotes on it painted; 0 is the page on which the first
    quote begins.

    Raises:
        ReadError: the file cannot be read.
        ValueError: there is no such page, or the quote stands nowhere on one.
    """
    boxes = rectangles(data, *quotes[0])
    if not boxes and not page:
        raise ValueError(f"nothing stands at {quotes[0]}")
    page = page or boxes[0].page
    here = [box.top for box in boxes if box.page == page]
    png = page_png(data, page, quotes)
    top = min(max(here[0] / _read(data).sheets[page - 1].height, 0.0), 1.0) if here else None
    return Painted(png, top)


# -- reading ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _read(data: bytes) -> _Reading:
    """All of a file; kept for the last two, since a page shows several quotes of one."""
    with LOCK, _opened(data) as document:
        if len(document) > MAX_PAGES:
            raise too_large("pages", len(document), MAX_PAGES)
        sheets, damaged = [], []
        for index in range(len(document)):
            try:
                sheets.append(read_sheet(document, index))
            except pdfium.PdfiumError:
                sheets.append(Sheet(index + 1, 0.0, 0.0))
                damaged.append(index + 1)
        outline = list(_outline(document))
        meta = document.get_metadata_dict(skip_empty=True)
    book = bind(lay_out(sheets), outline, body_size(sheets))
    return _Reading(book, tuple(sheets), tuple(damaged), meta)


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
        if not len(document):
            raise ReadError("damaged: the PDF has no page; export it anew", "damaged", format="PDF")
        return document
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise ReadError(
                "protected by a password; save it without one", "password", format="PDF"
            ) from None
        raise ReadError(
            "damaged: not a complete PDF; export it anew", "damaged", format="PDF"
        ) from None


def _outline(document: pdfium.PdfDocument) -> Iterator[Entry]:
    for bookmark in document.get_toc(max_depth=6):
        place = bookmark.get_dest()
        index = place.get_index() if place else None
        title = bookmark.get_title().strip()
        if title and index is not None:
            yield Entry(bookmark.level + 1, title, index + 1)


def _boxes(document: pdfium.PdfDocument, number: int, glyphs: Sequence[int]) -> list[Rectangle]:
    """Boxes of glyphs of one page, one for each line."""
    page = document[number - 1]
    text = page.get_textpage()
    upright = Upright(page, text.raw)
    edges = [ctypes.c_double() for _ in range(4)]
    lines: list[raw.FS_RECTF] = []
    for glyph in glyphs:
        if not raw.FPDFText_GetCharBox(text, glyph, *edges):
            continue
        left, right, bottom, top = (edge.value for edge in edges)
        box = raw.FS_RECTF(left, top, right, bottom)
        if lines and _on_one_line(upright.box(lines[-1]), upright.box(box)):
            lines[-1] = _around(lines[-1], box)
        else:
            lines.append(box)
    text.close()
    place = Placing(page, *page.get_size())
    return [Rectangle(number, *place.box(line)) for line in lines]


def _on_one_line(line: Edges, box: Edges) -> bool:
    """Both left, top, right, bottom on the page as it is read."""
    height = max(line[3] - line[1], box[3] - box[1], 1.0)
    level = min(line[3], box[3]) - max(line[1], box[1]) > -0.3 * height
    return level and box[0] > line[2] - height


def _around(a: raw.FS_RECTF, b: raw.FS_RECTF) -> raw.FS_RECTF:
    return raw.FS_RECTF(
        min(a.left, b.left), max(a.top, b.top), max(a.right, b.right), min(a.bottom, b.bottom)
    )


# -- remarks ------------------------------------------------------------------------------------


def _no_text(reading: _Reading, textless: Sequence[int]) -> ReadError:
    if textless:
        return ReadError(
            f"a scan: {len(textless)} of {len(reading.sheets)} pages are images without text;"
            " run `ocrmypdf IN.pdf OUT.pdf`, then sync again",
            "scanned",
            pages=len(textless),
        )
    if reading.damaged:
        return ReadError("damaged: no page can be read; export it anew", "damaged", format="PDF")
    return ReadError("the PDF holds no text", "no_text", format="PDF")


def _notes(reading: _Reading, textless: Sequence[int]) -> Iterator[Note]:
    if textless:
        pages = ranges(textless)
        yield Note(
            f"no text on page {pages}; run `ocrmypdf IN.pdf OUT.pdf` to have scans read",
            "scanned_pages",
            {"pages": pages, "count": len(textless)},
        )
    if reading.damaged:
        pages = ranges(reading.damaged)
        yield Note(
            f"page {pages} cannot be read",
            "damaged_pages",
            {"pages": pages, "count": len(reading.damaged)},
        )
    hidden = sum(sheet.hidden for sheet in reading.sheets)
    if hidden:
        yield Note(
            f"{hidden} characters that nobody sees were left out",
            "hidden_text",
            {"characters": hidden},
        )
    text = reading.book.text
    unknown = text.count("\ufffd") + sum(1 for c in text if "\ue000" <= c <= "\uf8ff")
    if unknown > 0.05 * solid(text):
        percent = round(100 * unknown / solid(text))
        yield Note(
            f"{percent} % of the characters cannot be told; print the file to a new PDF or run OCR",
            "garbled",
            {"percent": percent},
        )


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as a reader writes them: ``4-9, 12``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
