"""XLSX: a sheet is a page, a row a passage that carries its header; streamed, within limits.

Read from the XML itself, like the other Office formats, so that one set of limits holds for all.
Values are shown as saved: figures with a point and unrounded, percentages as such, days in
ISO 8601. A formula counts for the value that was saved with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from index.readers.extracted import Extracted
from index.readers.numbering import whole
from index.readers.office import as_read, is_header
from index.readers.package import Package, attribute, forget, local, too_large
from index.readers.writing import TextWriter
from index.values import Note

_MAIN = "xl/workbook.xml"
_DAYS = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])
_PERCENTS = {9: 0, 10: 2}
_MARKS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_COLUMN = re.compile(r"([A-Z]{1,3})\d")
_MAX_COLUMNS = 1000
_MAX_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Book:
    """What cells refer to."""

    strings: list[str]
    formats: list[str]
    since: datetime


@dataclass(slots=True)
class _Count:
    cells: int = 0
    open_formulas: int = 0


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: damaged, protected, or beyond the limits.
    """
    package = Package(data, "XLSX")
    targets = package.relations(_MAIN)
    parts = dict(targets.values())
    root = package.xml(_MAIN)
    old = next((attribute(e, "date1904") for e in root.iterfind("{*}workbookPr")), "")
    book = _Book(
        list(_strings(package, parts.get("sharedStrings", ""))),
        _formats(package, parts.get("styles", "")),
        datetime(1904, 1, 1) if old in ("1", "true") else datetime(1899, 12, 30),
    )
    writer, count, hidden = TextWriter(), _Count(), 0
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        _, part = targets.get(_relation(sheet), ("", ""))
        if attribute(sheet, "state") in ("hidden", "veryHidden"):
            hidden += 1
        elif part in package and part.startswith("xl/worksheets/"):
            writer.page(attribute(sheet, "name"))
            _sheet(package, part, attribute(sheet, "name"), book, writer, count)
    writer.close()
    if not any(block.kind != "heading" for block in writer.blocks):
        raise package.empty()
    return as_read(
        package, writer.text, writer.blocks, writer.pages, _remarks(count.open_formulas, hidden)
    )


def _remarks(formulas: int, hidden: int) -> Iterator[Note]:
    if formulas:
        text = f"{formulas} formulas without a saved value; open and save the file to have them"
        yield Note(text, "formulas", {"count": formulas})
    if hidden:
        yield Note(f"{hidden} hidden sheets were left out", "hidden_sheets", {"count": hidden})


def _relation(sheet: etree._Element) -> str:
    return next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")


def _sheet(
    package: Package, part: str, name: str, book: _Book, writer: TextWriter, count: _Count
) -> None:
    writer.block(name, "heading", 1)
    lead, fresh = "", True
    for cells in _rows(package, part, book, count):
        filled = [cell for cell in cells if cell]
        if not filled:
            lead, fresh = "", True  # a blank row ends a table
        elif len(filled) == 1 and not lead:
            writer.block(filled[0], "line")
        elif fresh and is_header(cells):
            lead, fresh = ", ".join(filled), False
            writer.block("\t".join(cells).strip(), "row")
        else:
            fresh = False
            writer.block("\t".join(cells).strip(), "row", lead=lead, alone=True)


def _rows(package: Package, part: str, book: _Book, count: _Count) -> Iterator[list[str]]:
    """Rows as shown, each cell in its column; a gap between rows is one empty row."""
    before = 0
    for event, element in package.stream(part):
        if event != "end" or local(element) != "row":
            continue
        number = whole(attribute(element, "r")) or before + 1
        cells: list[str] = []
        for cell in element:
            if local(cell) == "c":
                count.cells += 1
                at = _column(attribute(cell, "r"), len(cells))
                if count.cells > _MAX_CELLS:
                    raise too_large("cells", count.cells, _MAX_CELLS)
                if at >= _MAX_COLUMNS:
                    raise too_large("columns", at + 1, _MAX_COLUMNS)
                cells += [""] * (at - len(cells))
                cells.append(" ".join(_value(cell, book, count).split()))
        if number > before + 1:
            yield []
        yield cells
        before = number
        forget(element)


def _column(place: str, otherwise: int) -> int:
    match = _COLUMN.match(place)
    if not match:
        return otherwise
    at = 0
    for letter in match.group(1):
        at = at * 26 + ord(letter) - 64
    return max(at - 1, otherwise)


def _value(cell: etree._Element, book: _Book, count: _Count) -> str:
    """What a cell shows."""
    kind = attribute(cell, "t")
    if kind == "inlineStr":
        return "".join(element.text or "" for element in cell.iter("{*}t"))
    raw = next((element.text or "" for element in cell if local(element) == "v"), "")
    if not raw:
        count.open_formulas += any(local(element) == "f" for element in cell)
        return ""
    if kind == "s":
        at = whole(raw)
        return book.strings[at] if 0 <= at < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if raw == "1" else "FALSE"
    if kind in ("str", "e", "d"):
        return raw
    style = whole(attribute(cell, "s"))
    return _figure(raw, book.formats[style] if 0 <= style < len(book.formats) else "", book.since)


def _figure(raw: str, form: str, since: datetime) -> str:
    try:
        number = float(raw)
    except ValueError:
        return raw
    if form == "day" and 0 <= number < 3_000_000:
        moment = since + timedelta(seconds=round(number * 86400))
        if number < 1:
            return moment.strftime("%H:%M:%S").removesuffix(":00")
        return (
            moment.date().isoformat() if number == int(number) else moment.isoformat(" ", "minutes")
        )
    if form.startswith("percent"):
        digits = whole(form.removeprefix("percent"))
        return f"{number * 100:.{min(digits, 9)}f}%"
    return f"{number:.15g}"


def _strings(package: Package, part: str) -> Iterator[str]:
    """Shared strings in order; readings in kana are no part of them."""
    if part not in package:
        return
    for event, element in package.stream(part):
        if event == "end" and local(element) == "si":
            texts = (
                text.text or "" for text in element.iter("{*}t") if local(text.getparent()) != "rPh"
            )
            yield "".join(texts)
            forget(element)


def _formats(package: Package, part: str) -> list[str]:
    """For each cell style: '' as is, 'day', or 'percent' with its number of decimals."""
    if part not in package:
        return []
    root = package.xml(part)
    own = {
        whole(attribute(element, "numFmtId")): _form(attribute(element, "formatCode"))
        for element in root.iterfind("{*}numFmts/{*}numFmt")
    }
    found = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = whole(attribute(style, "numFmtId"))
        percent = f"percent{_PERCENTS[number]}" if number in _PERCENTS else ""
        found.append("day" if number in _DAYS else percent or own.get(number, ""))
    return found


def _form(code: str) -> str:
    bare = _MARKS.sub("", code[:200]).split(";")[0].lower()
    if "%" in bare:
        return f"percent{len(re.findall(r'[0#?]', bare.partition('.')[2]))}"
    return "day" if re.search(r"[ymdhs]", bare) and "general" not in bare else ""
