"""Small office files, written by hand: the parts that a reader looks at, and no more."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_O = "urn:oasis:names:tc:opendocument:xmlns"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these parts, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """``body`` is what stands in ``w:body``; ``styles`` and ``footnotes`` are whole parts."""
    targets = {name: (name, f"{name}.xml") for name in parts}
    return archive(
        {
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": relations(targets),
            **{f"word/{name}.xml": content for name, content in parts.items()},
        }
    )


def word_part(root: str, content: str) -> str:
    """A part of a DOCX file besides the document."""
    return f'<w:{root} xmlns:w="{_W}">{content}</w:{root}>'


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of a DOCX file."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def odt(body: str, *, prolog: str = "") -> bytes:
    """``body`` is what stands in ``office:text``."""
    spaces = " ".join(f'xmlns:{name}="{_O}:{name}:1.0"' for name in ("office", "text", "table"))
    content = (
        f"{prolog}<office:document-content {spaces}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def xlsx(rows: str, *, name: str = "Umsatz") -> bytes:
    """``rows`` is what stands in ``sheetData``; cells may be of type ``inlineStr``."""
    sheet = f'<sheets><sheet name="{name}" sheetId="1" xmlns:r="{_TYPES}" r:id="r1"/></sheets>'
    return archive(
        {
            "xl/workbook.xml": f'<workbook xmlns="{_S}">{sheet}</workbook>',
            "xl/_rels/workbook.xml.rels": relations({"r1": ("worksheet", "worksheets/sheet1.xml")}),
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{_S}"><sheetData>{rows}</sheetData></worksheet>'
            ),
        }
    )


def row(*cells: str | float, number: int) -> str:
    """A row of an XLSX sheet."""
    found = []
    for at, cell in enumerate(cells):
        place = f"{chr(65 + at)}{number}"
        if isinstance(cell, str):
            found.append(f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>')
        else:
            found.append(f'<c r="{place}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(found)}</row>'


def pptx(*slides: tuple[str, str]) -> bytes:
    """Slides of a title and one text."""
    numbers = range(1, len(slides) + 1)
    entries = "".join(f'<p:sldId id="{n}" r:id="r{n}"/>' for n in numbers)
    parts = {
        "ppt/presentation.xml": (
            f'<p:presentation xmlns:p="{_P}" xmlns:r="{_TYPES}"><p:sldIdLst>{entries}</p:sldIdLst>'
            "</p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            {f"r{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}
        ),
    }
    for n, (title, text) in zip(numbers, slides, strict=True):
        shapes = _shape("title", title) + _shape("body", text)
        parts[f"ppt/slides/slide{n}.xml"] = (
            f'<p:sld xmlns:p="{_P}" xmlns:a="{_A}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>'
            "</p:sld>"
        )
    return archive(parts)


def _shape(kind: str, text: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r>'
        f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def epub(*chapters: str, href: str = "c{}.xhtml") -> bytes:
    """Chapters given by what stands in their ``body``."""
    numbers = range(1, len(chapters) + 1)
    items = "".join(
        f'<item id="c{n}" href="{href.format(n)}" media-type="application/xhtml+xml"/>'
        for n in numbers
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
            ),
            "OPS/book.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf"><metadata'
                ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Ein Buch</dc:title>'
                f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
            ),
            **{
                f"OPS/c{n}.xhtml": f"<html><body>{body}</body></html>"
                for n, body in zip(numbers, chapters, strict=True)
            },
        }
    )


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """The relations part: id to kind and target."""
    entries = "".join(
        f'<Relationship Id="{key}" Type="{_TYPES}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{entries}</Relationships>'
