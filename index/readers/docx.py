"""DOCX: headings, lists with their numbers, tables, notes, text boxes; streamed, within limits.

Read from the XML itself: python-docx knows no footnotes, list numbers or text boxes, and takes a
minute and 1.4 GB for a file of 0.2 MB that is made to do so. What is deleted in tracked changes,
hidden, or a comment is left out and counted. Pages are those that the word processor has noted
when it saved the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.readers.extracted import Extracted, solid
from index.readers.numbering import Numbering, whole
from index.readers.office import (
    Paragraph,
    TableWriter,
    as_read,
    remarks,
    settle_pages,
    write,
)
from index.readers.package import Package, attribute, forget, local
from index.readers.writing import TextWriter, superscript

_MAIN = "word/document.xml"
_HEADING = re.compile(r"(?:heading|überschrift)\s*(\d)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|verzeichnis|table of figures)\s*\d?$", re.IGNORECASE)
_SKIPPED = frozenset("instrText delText txbxContent Fallback rPr pPr moveFrom".split())
_SIGNS = {"tab": " ", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_TINY = 4
"""Half-points below which type is not meant to be read."""
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says: a heading level, a list, or an entry of the contents."""

    level: int = 0
    contents: bool = False
    number: str = ""
    depth: int | None = None


@dataclass(slots=True)
class _Table:
    writer: TableWriter
    cells: list[list[Paragraph]] = field(default_factory=list)
    cell: list[Paragraph] = field(default_factory=list)


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: damaged, protected, or beyond the limits.
    """
    package = Package(data, "DOCX")
    walker = _Walker(package)
    walker.walk()
    writer = walker.writer
    for kind, target in sorted(set(walker.relations)):
        if kind in ("header", "footer") and target in package:
            for text in _paragraph_texts(package.xml(target)):
                writer.block(text, "line", aside="repeated")
    if not writer.blocks:
        raise package.empty()
    text = writer.text
    pages, blocks = settle_pages(text, writer.blocks, walker.noted, walker.by_hand)
    notes = remarks(walker.hidden, walker.deleted, walker.comments)
    return as_read(package, text, blocks, pages, notes)


class _Walker:
    """Goes through the document and writes what is to be seen."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.relations = list(package.relations(_MAIN).values())
        parts = dict(self.relations)
        self.styles = _styles(package, parts.get("styles", ""))
        self.numbering = _numbering(package, parts.get("numbering", ""))
        self.notes = {
            **_notes(package, parts.get("footnotes", ""), "footnote"),
            **_notes(package, parts.get("endnotes", ""), "endnote"),
        }
        self.writer = TextWriter()
        self.tables: list[_Table] = []
        self.cited: list[str] = []
        self.noted: list[int] = []
        self.by_hand: list[int] = []
        self.turns: list[tuple[int, str]] = []
        self.hidden = self.deleted = self.comments = self.counted = 0

    def walk(self) -> None:
        fallbacks = 0
        for event, element in self.package.stream(_MAIN):
            name = local(element)
            if name == "Fallback":
                fallbacks += 1 if event == "start" else -1
            elif fallbacks:
                continue
            elif event == "start":
                if name == "tbl":
                    self.tables.append(_Table(TableWriter(self.writer)))
            elif name == "p":
                self._paragraph(element)
                forget(element)
            elif self.tables and name in ("tc", "tr", "tbl"):
                self._table(name)
                forget(element)

    def _table(self, name: str) -> None:
        table = self.tables[-1]
        if name == "tc":
            table.cells.append(table.cell)
            table.cell = []
            return
        if name == "tr":
            cells, table.cells = table.cells, []
            if len(self.tables) > 1:
                words = " ".join(part.text for cell in cells for part in cell)
                self.tables[-2].cell.append(Paragraph(words))
            else:
                table.writer.row(cells)
                self._write_notes()
            return
        self.tables.pop()

    def _paragraph(self, element: etree._Element) -> None:
        self.turns = []
        text = "".join(self._content(element, [0]))
        paragraph = self._shaped(element, text)
        if self.tables:
            self.tables[-1].cell.append(paragraph)
            return
        before = len(self.writer.blocks)
        write(self.writer, paragraph)
        written = self.writer.blocks[before:]
        start = written[0].start if written else self.writer.length
        blank = len(paragraph.text) - len(text) - (len(text) - len(text.lstrip()))
        for at, kind in self.turns:
            place = min(max(start + at + blank, start), self.writer.length)
            (self.noted if kind == "noted" else self.by_hand).append(place)
        self._write_notes()

    def _shaped(self, element: etree._Element, text: str) -> Paragraph:
        """The paragraph with its number, as its style and own properties have it."""
        name, number, depth, level = "", "", None, 0
        for own in element.iterfind("{*}pPr/*"):
            match local(own):
                case "pStyle":
                    name = attribute(own, "val")
                case "outlineLvl":
                    level = whole(attribute(own, "val")) + 1
                case "numPr":
                    for part in own:
                        if local(part) == "numId":
                            number = attribute(part, "val")
                        elif local(part) == "ilvl":
                            depth = whole(attribute(part, "val"))
        style = self.styles.get(name, _Style())
        level = level if 0 < level < 10 else style.level
        number = number or style.number
        if depth is None:
            depth = (
                style.depth if style.depth is not None else self.numbering.level_of(number, name)
            )
        label = self.numbering.label(number, depth) if text.strip() and number else ""
        shown = f"{label} {text.lstrip()}" if label else text
        if level:
            return Paragraph(shown, "heading", level, style.contents)
        return Paragraph(shown, "item" if label else "prose", 0, style.contents)

    def _content(self, element: etree._Element, count: list[int]) -> Iterator[str]:
        """The text of a paragraph; page breaks in it go to ``turns``."""
        for child in element:
            name = local(child)
            if name == "del":
                self.deleted += 1
            elif name == "r" and _is_hidden(child):
                self.hidden += solid("".join(child.itertext()))
            elif name not in _SKIPPED:
                piece = self._piece(child, name, count[0])
                if piece is None:
                    yield from self._content(child, count)
                else:
                    count[0] += len(piece)
                    yield piece

    def _piece(self, child: etree._Element, name: str, at: int) -> str | None:
        """What one element shows; None where its children say."""
        if name == "t":
            return child.text or ""
        if name == "lastRenderedPageBreak":
            self.turns.append((at, "noted"))
            return ""
        if name == "br":
            if attribute(child, "type") == "page":
                self.turns.append((at, "by hand"))
            return "\n"
        if name in ("footnoteReference", "endnoteReference"):
            return self._cite(name.removesuffix("Reference") + attribute(child, "id"))
        if name == "commentReference":
            self.comments += 1
            return ""
        if name == "sym":
            return _symbol(attribute(child, "char"))
        return _SIGNS.get(name)

    def _cite(self, key: str) -> str:
        if key not in self.notes:
            return ""
        self.counted += 1
        mark = superscript(str(self.counted))
        self.cited.append(f"{mark} {self.notes.pop(key)}")
        return mark

    def _write_notes(self) -> None:
        """Notes follow the paragraph that cites them."""
        for note in self.cited:
            self.writer.block(note)
        self.cited.clear()


def _is_hidden(run: etree._Element) -> bool:
    for own in run.iterfind("{*}rPr/*"):
        name, value = local(own), attribute(own, "val")
        if name == "vanish" and value not in _OFF:
            return True
        if name == "sz" and 0 < whole(value) < _TINY:
            return True
    return False


def _symbol(code: str) -> str:
    """A character of a symbol font: those of private use mean nothing outside of it."""
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
    private = 0xE000 <= number < 0xF900 or 0xD800 <= number < 0xE000 or number > 0x10FFFF
    return "" if private or number < 32 else chr(number)


def _styles(package: Package, part: str) -> dict[str, _Style]:
    """Paragraph styles by id, with what they take over from those they are based on."""
    if part not in package:
        return {}
    elements = {
        attribute(element, "styleId"): element
        for element in package.xml(part)
        if local(element) == "style" and attribute(element, "type") == "paragraph"
    }
    return {key: _style(elements, key) for key in elements}


def _style(elements: dict[str, etree._Element], key: str) -> _Style:
    level, number, depth, contents = 0, "", None, False
    seen: set[str] = set()
    while key in elements and key not in seen:
        seen.add(key)
        element, key = elements[key], ""
        for own in element.iter():
            value = attribute(own, "val")
            match local(own):
                case "name" if not level:
                    heading = _HEADING.match(value)
                    level = int(heading.group(1)) if heading else int(value.lower() == "title")
                    contents = contents or bool(_CONTENTS.match(value))
                case "outlineLvl" if not level and whole(value) < 9:
                    level = whole(value) + 1
                case "numId":
                    number = number or value
                case "ilvl" if depth is None:
                    depth = whole(value)
                case "basedOn":
                    key = value
    return _Style(level, contents, number, depth)


def _numbering(package: Package, part: str) -> Numbering:
    return Numbering.of(package.xml(part)) if part in package else Numbering()


def _notes(package: Package, part: str, kind: str) -> dict[str, str]:
    """Texts of notes by kind and id."""
    if part not in package:
        return {}
    found = {}
    for note in package.xml(part):
        if local(note) == kind and attribute(note, "type") in ("", "normal"):
            text = "\n".join(_paragraph_texts(note)).strip()
            if text:
                found[kind + attribute(note, "id")] = text
    return found


def _paragraph_texts(root: etree._Element) -> Iterator[str]:
    for paragraph in root.iter("{*}p"):
        text = "".join(
            (element.text or "") if local(element) == "t" else _SIGNS.get(local(element), "")
            for element in paragraph.iter("{*}t", "{*}tab", "{*}cr", "{*}noBreakHyphen")
        )
        if text.strip():
            yield text.strip()
