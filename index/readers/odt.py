"""ODT: headings, lists with their numbers, tables, notes, indexes.

Read from ``content.xml``: odfpy has had no release since 2020. What is deleted in tracked changes,
hidden, or a comment is left out and counted. Pages are those that the word processor has noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.readers.extracted import Extracted, solid
from index.readers.numbering import whole
from index.readers.office import (
    Paragraph,
    TableWriter,
    as_read,
    remarks,
    settle_pages,
    write,
)
from index.readers.package import Package, attribute, local, protected
from index.readers.writing import TextWriter, numeral, superscript
from index.values import SentenceKind

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_INDEXES = frozenset(
    "table-of-content illustration-index table-index object-index alphabetical-index".split()
)
_CONTAINERS = frozenset(
    "text section index-body index-title list-item list-header text-box frame g page".split()
)
_SKIPPED = frozenset("tracked-changes sequence-decls forms variable-decls user-field-decls".split())
_MAX_BLANKS = 100
_MAX_REPEATED = 50
"""A cell or row that is given once and repeated; more is filling."""


@dataclass(slots=True)
class _List:
    """A list under way: its style, whose levels tell number from bullet, and its counts."""

    style: str
    depth: int
    count: int = 0
    mark: str = ""


@dataclass
class _Walker:
    """Goes through the document and writes what is to be seen."""

    styles: dict[str, dict[int, tuple[str, str, str]]]
    hidden_styles: frozenset[str]
    breaking: frozenset[str]
    titles: frozenset[str]
    writer: TextWriter = field(default_factory=TextWriter)
    lists: list[_List] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    by_hand: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    contents: bool = False
    counted: int = 0
    hidden: int = 0
    comments: int = 0

    def body(self, element: etree._Element) -> None:
        for child in element:
            for paragraph in self.blocks(child):
                self._write(paragraph)

    def blocks(self, element: etree._Element) -> Iterator[Paragraph]:
        """Paragraphs of an element; tables are written as they come."""
        name = local(element)
        if name == "h":
            level = max(1, min(whole(attribute(element, "outline-level")), 9))
            yield from self._paragraph(element, "heading", level)
        elif name == "p":
            titled = attribute(element, "style-name") in self.titles
            yield from self._paragraph(element, "heading" if titled else "prose", int(titled))
        elif name == "table":
            self._table(element)
        elif name == "list":
            yield from self._list(element)
        elif name in _INDEXES:
            outer, self.contents = self.contents, True
            yield from self._inside(element)
            self.contents = outer
        elif name == "soft-page-break":
            self.noted.append(self.writer.length)
        elif name in _CONTAINERS:
            yield from self._inside(element)

    def _inside(self, element: etree._Element) -> Iterator[Paragraph]:
        for child in element:
            yield from self.blocks(child)

    def _list(self, element: etree._Element) -> Iterator[Paragraph]:
        style = attribute(element, "style-name") or (self.lists[-1].style if self.lists else "")
        depth = len(self.lists) + 1
        kept = (
            self.counts.get(style, 0) if attribute(element, "continue-numbering") == "true" else 0
        )
        self.lists.append(_List(style, depth, kept))
        for item in element:
            current = self.lists[-1]
            form, prefix, suffix = self.styles.get(style, {}).get(depth, ("", "", ""))
            current.count += 1
            numbered = f"{prefix}{numeral(current.count, form)}{suffix}" if form else "•"
            current.mark = f"{numbered} "
            yield from self._inside(item)
        self.counts[style] = self.lists.pop().count

    def _paragraph(
        self, element: etree._Element, kind: SentenceKind, level: int
    ) -> Iterator[Paragraph]:
        if attribute(element, "style-name") in self.breaking:
            self.by_hand.append(self.writer.length)
        text = "".join(self._content(element, [0]))
        mark = ""
        if self.lists and text.strip() and kind == "prose":
            mark, self.lists[-1].mark = self.lists[-1].mark, ""
            kind = "item" if mark else kind
        yield Paragraph(mark + text.strip() if mark else text, kind, level, self.contents)

    def _write(self, paragraph: Paragraph) -> None:
        before = len(self.writer.blocks)
        write(self.writer, paragraph)
        written = self.writer.blocks[before:]
        start = written[0].start if written else self.writer.length
        self.noted += [min(start + at, self.writer.length) for at in self.turns]
        self.turns.clear()
        self._write_notes()

    def _write_notes(self) -> None:
        """Notes follow the paragraph or row that cites them."""
        for note in self.cited:
            self.writer.block(note)
        self.cited.clear()

    def _table(self, element: etree._Element) -> None:
        table = TableWriter(self.writer)
        for row in element.iter("{*}table-row"):
            cells = []
            for cell in row:
                if local(cell) in ("table-cell", "covered-table-cell"):
                    parts = [p for child in cell for p in self.blocks(child)]
                    repeated = whole(attribute(cell, "number-columns-repeated")) or 1
                    filled = any(part.text.strip() for part in parts)
                    cells += [parts] * (min(repeated, _MAX_REPEATED) if filled else 1)
            table.row(cells)
            self._write_notes()

    def _content(self, element: etree._Element, count: list[int]) -> Iterator[str]:
        """The text of a paragraph and its spans."""
        if element.text:
            count[0] += len(element.text)
            yield element.text
        for child in element:
            piece = self._piece(child, count[0])
            if piece is None:
                yield from self._content(child, count)
            else:
                count[0] += len(piece)
                yield piece
            if child.tail:
                count[0] += len(child.tail)
                yield child.tail

    def _piece(self, child: etree._Element, at: int) -> str | None:
        """What one element shows; None where its content says."""
        name = local(child)
        if name == "s":
            return " " * max(1, min(whole(attribute(child, "c")), _MAX_BLANKS))
        if name == "tab":
            return " "
        if name == "line-break":
            return "\n"
        if name == "soft-page-break":
            self.turns.append(at)
            return ""
        if name == "note":
            return self._cite(child)
        if name == "annotation":
            self.comments += 1
            return ""
        if name == "frame":
            return " ".join(p.text for box in child for p in self.blocks(box))
        if name == "span" and attribute(child, "style-name") in self.hidden_styles:
            self.hidden += solid("".join(child.itertext()))
            return ""
        return "" if name in _SKIPPED or name == "annotation-end" else None

    def _cite(self, note: etree._Element) -> str:
        body = next((part for part in note if local(part) == "note-body"), None)
        if body is None:
            return ""
        self.counted += 1
        mark = superscript(str(self.counted))
        text = " ".join(" ".join(p.text.split()) for part in body for p in self.blocks(part))
        self.cited.append(f"{mark} {text}")
        return mark


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: damaged, protected, or beyond the limits.
    """
    package = Package(data, "ODT")
    _check_password(package)
    root = package.xml(_CONTENT)
    text_body = root.find("{*}body/{*}text")
    if text_body is None:
        raise package.damaged("it has no body")
    walker = _Walker(_list_styles(root), _hidden_styles(root), _breaking(root), _titles(root))
    walker.body(text_body)
    writer = walker.writer
    if not writer.blocks:
        raise package.empty()
    text = writer.text
    noted = [*walker.noted, *walker.by_hand] if walker.noted else []
    pages, blocks = settle_pages(text, writer.blocks, noted, walker.by_hand)
    deleted = sum(1 for _ in root.iter("{*}deletion"))
    notes = remarks(walker.hidden, deleted, walker.comments)
    return as_read(package, text, blocks, pages, notes)


def _check_password(package: Package) -> None:
    if _MANIFEST in package:
        manifest = package.xml(_MANIFEST)
        if next(manifest.iter("{*}encryption-data"), None) is not None:
            raise protected("ODT")


def _list_styles(root: etree._Element) -> dict[str, dict[int, tuple[str, str, str]]]:
    """Form, prefix and suffix of the numbers of each level of each list style."""
    found: dict[str, dict[int, tuple[str, str, str]]] = {}
    for style in root.iter("{*}list-style"):
        levels = found.setdefault(attribute(style, "name"), {})
        for level in style:
            if local(level) == "list-level-style-number":
                shape = [
                    attribute(level, name) for name in ("num-format", "num-prefix", "num-suffix")
                ]
                levels[whole(attribute(level, "level"))] = (shape[0], shape[1][:9], shape[2][:9])
    return found


def _hidden_styles(root: etree._Element) -> frozenset[str]:
    return frozenset(
        attribute(style, "name")
        for style in root.iter("{*}style")
        if any(
            attribute(own, "display") == "none" for own in style if local(own) == "text-properties"
        )
    )


def _titles(root: etree._Element) -> frozenset[str]:
    """The style of the title, and those based on it."""
    based = (
        attribute(style, "name")
        for style in root.iter("{*}style")
        if attribute(style, "parent-style-name") == "Title"
    )
    return frozenset(["Title", *based])


def _breaking(root: etree._Element) -> frozenset[str]:
    """Styles whose paragraphs begin a page."""
    return frozenset(
        attribute(style, "name")
        for style in root.iter("{*}style")
        if any(attribute(own, "break-before") == "page" for own in style)
    )
