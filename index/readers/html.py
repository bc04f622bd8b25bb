"""HTML: all text that a browser shows, and which of it is the text proper.

Text and offsets come from our own walk over the page (``markup``), so nothing that is to be seen
is lost; trafilatura says which of it belongs to the article, and finds title, author and date.
Where it finds nothing of use, names of elements alone decide, and a remark says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import lxml.html
import trafilatura
from lxml import etree

from index.errors import ReadError
from index.readers.extracted import Aside, Extracted, solid
from index.readers.markup import Piece, pieces, too_deep
from index.readers.text import decode
from index.readers.writing import TextWriter
from index.values import Note

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_WORD = re.compile(r"\w+")
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?(?!\d)")
_DATES = frozenset(
    "article:published_time date dc.date dcterms.date dcterms.created dc.date.issued datepublished"
    " og:published_time publishdate pubdate".split()
)
_RUN = 4
"""Words in a row that must occur in what trafilatura kept."""
_KEPT = 0.5
_USEFUL = 0.3
"""Below this share of the unflagged text, trafilatura has missed the point of the page."""
_LINKED = 0.6
_LONG = 80
_CONSENT = re.compile(r"\bcookies?\b|einwilligung|consent|©|all rights reserved", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Article:
    """What trafilatura says of a page."""

    text: str = ""
    title: str = ""
    author: str = ""
    date: str = ""


def read(data: bytes) -> Extracted:
    """Extract the text; what is no part of the text proper is set aside.

    Raises:
        ReadError: not text, nested too deeply, or without visible text.
    """
    source, notes = decoded(data)
    found, hidden = pieces(parsed(source))
    if not any(piece.text for piece in found):
        raise ReadError("the page shows no text", "no_text", format="HTML")
    article = _article(parsed(source))
    asides, whole = set_aside(found, article.text)
    writer = write(found, asides)
    if whole:
        text = "the main part of the page could not be told; all of it is searched"
        notes = (*notes, Note(text, "whole_page"))
    return Extracted(
        writer.text,
        tuple(writer.blocks),
        title=article.title,
        author=article.author,
        date=article.date,
        format="html",
        pages=tuple(writer.pages),
        notes=(*notes, *hidden_note(hidden)),
        visible=solid(writer.text),
    )


def parsed(source: str) -> etree._Element:
    """The tree of a page.

    Raises:
        ReadError: no elements at all, or nested more deeply than libxml2 allows.
    """
    parser = lxml.html.HTMLParser(
        remove_comments=True, remove_pis=True, huge_tree=False, no_network=True
    )
    try:
        root: etree._Element = lxml.html.document_fromstring(
            _XML_DECLARATION.sub("", source, count=1), parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(
            f"damaged HTML: {str(error)[:100]}; save the page anew",
            "damaged",
            format="HTML",
            detail=str(error)[:100],
        ) from None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise too_deep()
    return root


def set_aside(found: Sequence[Piece], article: str) -> tuple[list[Aside], bool]:
    """Why each piece is not searched, and True where ``article`` was of no use for that."""
    matched = _matched(found, article)
    plain = [at for at, piece in enumerate(found) if not piece.flag and piece.text]
    size = sum(len(found[at].text) for at in plain)
    useful = sum(len(found[at].text) for at in plain if matched[at]) >= _USEFUL * size
    if not useful:
        return [_by_flag(piece.flag) for piece in found], bool(size)
    hits = [at for at in plain if matched[at]]
    first, last = (hits[0], hits[-1]) if hits else (0, -1)
    while first > 0 and (found[first - 1].kind == "heading" or found[first - 1].flag):
        first -= 1
    asides: list[Aside] = []
    for at, piece in enumerate(found):
        if piece.flag in ("strong", "contents"):
            asides.append(_by_flag(piece.flag))
        elif matched[at] or (not piece.flag and (first <= at <= last or _is_prose(piece))):
            asides.append("")
        else:
            asides.append("navigation")
    return asides, False


def _by_flag(flag: str) -> Aside:
    if flag == "contents":
        return "contents"
    return "navigation" if flag else ""


def _is_prose(piece: Piece) -> bool:
    """Text outside the article that trafilatura has dropped and a reader would not."""
    if piece.kind == "heading" or piece.linked > _LINKED * solid(piece.text):
        return False
    sentence = len(piece.text) > _LONG and piece.text.endswith((".", "!", "?", ":"))
    return sentence and not _CONSENT.search(piece.text)


def _matched(found: Sequence[Piece], article: str) -> list[bool]:
    """Which pieces occur in ``article``: most of their runs of words do."""
    words = _WORD.findall(article)
    runs = set(zip(*(words[n:] for n in range(_RUN)), strict=False))
    pairs = set(pairwise(words))
    kept = set(words)
    matched = []
    for piece in found:
        own = _WORD.findall(piece.text)
        if len(own) >= _RUN:
            mine = list(zip(*(own[n:] for n in range(_RUN)), strict=False))
            hits = sum(1 for run in mine if run in runs)
        elif len(own) > 1:
            mine = list(pairwise(own))
            hits = sum(1 for pair in mine if pair in pairs)
        else:
            mine = own
            hits = sum(1 for word in own if word in kept and piece.kind != "prose")
        matched.append(bool(mine) and hits >= _KEPT * len(mine))
    return matched


def write(
    found: Sequence[Piece], asides: Sequence[Aside], writer: TextWriter | None = None
) -> TextWriter:
    """Write pieces as blocks."""
    writer = writer or TextWriter()
    for piece, aside in zip(found, asides, strict=True):
        if piece.page is not None:
            writer.page(piece.page)
        writer.block(piece.text, piece.kind, piece.level, aside=aside, lead=piece.lead)
    writer.close()
    return writer


def hidden_note(hidden: int) -> Iterator[Note]:
    """The remark on text that nobody sees, if there was any."""
    if hidden:
        text = f"{hidden} characters that nobody sees were left out"
        yield Note(text, "hidden_text", {"characters": hidden})


def decoded(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The page as text: a byte order mark, UTF-8, what it declares, a guess, in this order."""
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii")
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            try:
                return decode(data.decode(name).encode("utf-8"))
            except (LookupError, UnicodeError):
                pass
    return decode(data)


def _article(root: etree._Element) -> _Article:
    date = _date(root)
    document = trafilatura.bare_extraction(
        root,
        favor_recall=True,
        include_tables=True,
        include_comments=False,
        with_metadata=True,
    )
    if document is None:
        return _Article(date=date)
    return _Article(document.text or "", document.title or "", document.author or "", date)


def _date(root: etree._Element) -> str:
    """The day that the page names as its own; a date that stands somewhere in the text is none."""
    for element in root.iter("meta", "time"):
        key = (
            element.get("property") or element.get("name") or element.get("itemprop") or ""
        ).lower()
        published = element.tag == "time" and (element.get("pubdate") is not None or key in _DATES)
        value = element.get("datetime") if published else element.get("content")
        found = _DAY.match((value or "").strip())
        if found and (published or key in _DATES):
            return found.group()
    return ""
