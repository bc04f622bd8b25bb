"""PPTX: a slide is a page; its title a heading, its points items, its tables rows, then its notes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from index.readers.extracted import Extracted
from index.readers.office import Paragraph, TableWriter, as_read, write
from index.readers.package import Package, attribute, local
from index.readers.writing import TextWriter

_MAIN = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")
_REPEATED = ("ftr", "sldNum", "dt", "hdr")
_BODY = ("body", "", "obj")
_MAX_SLIDES = 5000


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: damaged, protected, or beyond the limits.
    """
    package = Package(data, "PPTX")
    targets = package.relations(_MAIN)
    writer = TextWriter()
    for number, entry in enumerate(package.xml(_MAIN).iterfind("{*}sldIdLst/{*}sldId"), 1):
        relation = next(
            (str(value) for key, value in entry.attrib.items() if str(key).endswith("}id")), ""
        )
        _, part = targets.get(relation, ("", ""))
        if number > _MAX_SLIDES or part not in package:
            raise package.damaged(f"slide {number} is missing")
        writer.page(str(number))
        _slide(package, part, writer)
    writer.close()
    if not writer.blocks:
        raise package.empty()
    return as_read(package, writer.text, writer.blocks, writer.pages)


def _slide(package: Package, part: str, writer: TextWriter) -> None:
    shapes = list(_shapes(package.xml(part)))
    for shape in sorted(shapes, key=lambda shape: _role(shape) not in _TITLES):
        _shape(shape, writer)
    for kind, target in package.relations(part).values():
        if target not in package:
            continue
        if kind == "diagramData":
            for text in _texts(package.xml(target)):
                writer.block(text, "item")
        elif kind == "notesSlide":
            for shape in _shapes(package.xml(target)):
                if _role(shape) == "body":
                    for text in _texts(shape):
                        writer.block(text)


def _shapes(root: etree._Element) -> Iterator[etree._Element]:
    """Shapes with text and tables, in the order of the file, groups opened; each in one version."""
    for element in root.iter("{*}sp", "{*}graphicFrame"):
        if not any(local(parent) == "Fallback" for parent in element.iterancestors()):
            yield element


def _role(shape: etree._Element) -> str:
    """What a placeholder is for; '-' for a shape that is none."""
    place = next(shape.iter("{*}ph"), None)
    return "-" if place is None else attribute(place, "type")


def _shape(shape: etree._Element, writer: TextWriter) -> None:
    role = _role(shape)
    table = next(shape.iter("{*}tbl"), None)
    if table is not None:
        rows = TableWriter(writer)
        for row in table.iterfind("{*}tr"):
            cells = row.iterfind("{*}tc")
            rows.row([[Paragraph(text) for text in _texts(cell)] for cell in cells])
        return
    texts = list(_texts(shape))
    if role in _TITLES:
        write(writer, Paragraph(" ".join(texts), "heading", 1))
        return
    for text in texts:
        if role in _REPEATED:
            writer.block(text, "line", aside="repeated")
        else:
            writer.block(text, "item" if role in _BODY and len(texts) > 1 else "prose")


def _texts(root: etree._Element) -> Iterator[str]:
    """Paragraphs of a shape."""
    for paragraph in root.iter("{*}p"):
        pieces = []
        for element in paragraph.iter("{*}t", "{*}br", "{*}tab"):
            name = local(element)
            pieces.append((element.text or "") if name == "t" else "\n" if name == "br" else " ")
        text = "".join(pieces).strip()
        if text:
            yield text
