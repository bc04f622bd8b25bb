"""EPUB: its chapters in reading order, each read as a web page; printed pages where it marks them."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from lxml import etree

from index.errors import ReadError
from index.readers.extracted import Aside, Extracted, solid
from index.readers.html import decoded, hidden_note, parsed
from index.readers.markup import pieces
from index.readers.package import Package, attribute, local
from index.readers.writing import TextWriter

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_MAX_CHAPTERS = 5000
_TEXTS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read(data: bytes) -> Extracted:
    """Extract the text.

    Raises:
        ReadError: damaged, copy-protected, or beyond the limits.
    """
    package = Package(data, "EPUB")
    _check_rights(package)
    book = _book_part(package)
    root = package.xml(book)
    writer, hidden = TextWriter(), 0
    for part, is_contents in _chapters(root, posixpath.dirname(book)):
        if part not in package:
            raise package.damaged(f"chapter {part[:80]} is missing")
        source, _ = decoded(package.part(part))
        found, unseen = pieces(parsed(source))
        hidden += unseen
        for piece in found:
            if piece.page is not None:
                writer.page(piece.page)
            aside: Aside = "contents" if is_contents or piece.flag == "contents" else ""
            writer.block(piece.text, piece.kind, piece.level, aside=aside, lead=piece.lead)
    writer.close()
    if not writer.blocks:
        raise package.empty()
    return Extracted(
        writer.text,
        tuple(writer.blocks),
        title=_said(root, "title"),
        author=_said(root, "creator"),
        date=_day(_said(root, "date")),
        format="epub",
        pages=tuple(writer.pages),
        notes=tuple(hidden_note(hidden)),
        visible=solid(writer.text),
    )


def _check_rights(package: Package) -> None:
    """Scrambled fonts do no harm; anything else that is encrypted cannot be read."""
    if _RIGHTS not in package:
        return
    for method in package.xml(_RIGHTS).iter("{*}EncryptionMethod"):
        if attribute(method, "Algorithm") not in _FONTS:
            raise ReadError(
                "copy-protected (DRM); only a copy without protection can be read",
                "password",
                format="EPUB",
            )


def _book_part(package: Package) -> str:
    for file in package.xml(_CONTAINER).iter("{*}rootfile"):
        path = posixpath.normpath(unquote(attribute(file, "full-path")))
        if path in package:
            return path
    raise package.damaged("it names no book")


def _chapters(root: etree._Element, folder: str) -> list[tuple[str, bool]]:
    """Parts in reading order, each with whether it is the table of contents."""
    items = {attribute(item, "id"): item for item in root.iterfind("{*}manifest/{*}item")}
    found: list[tuple[str, bool]] = []
    for reference in root.iterfind("{*}spine/{*}itemref"):
        item = items.get(attribute(reference, "idref"))
        if item is None or attribute(item, "media-type") not in _TEXTS:
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote(attribute(item, "href"))))
        entry = (path, "nav" in attribute(item, "properties").split())
        if entry not in found[-1:]:
            found.append(entry)
    return found[:_MAX_CHAPTERS]


def _said(root: etree._Element, name: str) -> str:
    for element in root.iterfind("{*}metadata/{*}*"):
        if local(element) == name and element.text:
            return str(element.text).strip()
    return ""


def _day(text: str) -> str:
    match = re.match(r"\d{4}(?:-\d\d(?:-\d\d)?)?(?!\d)", text)
    return match.group() if match else ""
