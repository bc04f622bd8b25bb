"""An HTML or XHTML tree to pieces of text, in order, as a browser shows them.

What a browser does not show (scripts, comments, hidden elements) is left out; hidden text is
counted. What by its element or name is a menu, a form, a list of comments or a table of contents
is flagged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from index.errors import ReadError
from index.readers.extracted import solid
from index.readers.package import attribute, local
from index.readers.writing import numeral, superscript
from index.values import SentenceKind

_SPACES = re.compile(r"[ \t\r\n\f]+")
_LEFT_OUT = frozenset(
    "script style template head title meta link noscript iframe object embed svg math canvas audio"
    " video map datalist input img base param source track area".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form header hr html legend li main menu nav ol p section summary ul caption"
    " option select button textarea label td th tr tbody thead tfoot".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CONTROLS = frozenset("button select option textarea".split())
_WEAK = frozenset("aside header footer".split())
_ROLES = {
    "navigation": "strong",
    "search": "strong",
    "banner": "weak",
    "contentinfo": "weak",
    "complementary": "weak",
    "dialog": "weak",
    "doc-toc": "contents",
}
_NAMES = (
    ("contents", re.compile(r"\b(?:toc|table-of-contents|inhaltsverzeichnis)\b")),
    (
        "strong",
        re.compile(
            r"\b(?:nav|navbar|navheader|navfooter|navigation|menu|breadcrumbs?|cookies?|consent|cmp"
            r"|gdpr|comments?|kommentare?|commentlist|respond|skip-links?|pagination|pager)\b"
            r"|cookie-?(?:banner|notice|bar|hinweis)|comment-(?:form|list|respond)"
        ),
    ),
    (
        "weak",
        re.compile(
            r"\b(?:sidebar|share|sharing|social|newsletter|related|teasers?|footer|header|imprint"
            r"|impressum|login|search|suche|advert|ads?|banner|widget)\b"
        ),
    ),
)
_UNNAMED = frozenset("html body main article h1 h2 h3 h4 h5 h6 p span code a em strong b i".split())
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}"
)
_INTEGER = re.compile(r"-?\d{1,6}")
_LAYOUT_CELL = 500
_MAX_SPAN = 1000


@dataclass(slots=True)
class Piece:
    """A block of a page. ``flag`` is '', weak, strong or contents; ``linked`` counts characters in
    links; ``page`` is the label of a page that begins here, or None."""

    text: str
    kind: SentenceKind = "prose"
    level: int = 0
    flag: str = ""
    lead: str = ""
    linked: int = 0
    page: str | None = None
    is_term: bool = False


def too_deep() -> ReadError:
    """The error for elements within elements without end."""
    return ReadError(
        "damaged HTML: nested too deeply; save the page anew",
        "damaged",
        format="HTML",
        detail="nested too deeply",
    )


def pieces(root: Any) -> tuple[list[Piece], int]:
    """The pieces of a tree, and the number of hidden characters left out."""
    walker = _Walker()
    try:
        walker.visit(root)
    except RecursionError:
        raise too_deep() from None
    walker.flush()
    return walker.found, walker.hidden


class _Walker:
    """Goes through a tree, whose depth the parser has limited, and collects inline text."""

    def __init__(self) -> None:
        self.found: list[Piece] = []
        self.hidden = 0
        self.inline: list[str] = []
        self.linked = 0
        self.in_link = 0
        self.flag = ""
        self.kind: SentenceKind = "prose"
        self.level = 0
        self.mark: str | None = None
        self.counts: list[int | None] = []
        self.forms: list[str] = []
        self.lead = ""
        self.ways: dict[str, Callable[[Any], None]] = {
            "br": self._break,
            "a": self._link,
            "sup": self._raised,
            "ol": self._list,
            "ul": self._list,
            "menu": self._list,
            "li": self._item,
            "dt": self._term,
            "dd": self._definition,
            "pre": self._code,
            "table": self._table,
            "tr": self._row,
        }

    def visit(self, element: Any) -> None:
        name = local(element).lower()
        if name and name not in _LEFT_OUT:
            if _is_hidden(element):
                self.hidden += solid("".join(element.itertext()))
            else:
                self._show(element, name)
        if element.tail and element.getparent() is not None:
            self._text(element.tail)

    def _show(self, element: Any, name: str) -> None:
        if attribute(element, "type") == "pagebreak" or element.get("role") == "doc-pagebreak":
            self._page(element)
            return
        outer = self.flag
        own = _flag(element, name)
        if own and own != outer:
            self.flush()
            self.flag = own
        if name in _HEADINGS:
            self._block(element, "heading", _HEADINGS[name])
        elif name in self.ways:
            self.ways[name](element)
        elif name in _BLOCKS:
            self._block(element)
        else:
            self._inside(element)
        if self.flag != outer:
            self.flush()
            self.flag = outer

    def _page(self, element: Any) -> None:
        self.flush()
        label = element.get("title") or element.get("aria-label") or element.text or ""
        self.found.append(Piece("", page=label.strip()[:20]))

    def _inside(self, element: Any) -> None:
        if element.text:
            self._text(element.text)
        for child in element:
            self.visit(child)

    def _text(self, text: str) -> None:
        self.inline.append(_SPACES.sub(" ", text))
        if self.in_link:
            self.linked += solid(text)

    def _block(self, element: Any, kind: SentenceKind = "prose", level: int = 0) -> list[Piece]:
        """Take an element as a block of its own; returns the pieces that came of it."""
        self.flush()
        outer = self.kind, self.level
        self.kind, self.level = kind, level
        before = len(self.found)
        self._inside(element)
        self.flush()
        self.kind, self.level = outer
        return self.found[before:]

    def flush(self) -> None:
        """End the piece under way."""
        lines = "".join(self.inline).split("\n")
        text = "\n".join(filter(None, (_SPACES.sub(" ", line).strip() for line in lines)))
        linked, self.linked = self.linked, 0
        self.inline.clear()
        if not text:
            return
        kind = self.kind
        if self.mark is not None and kind == "prose":
            text, kind, self.mark = self.mark + text, "item", None
        self.found.append(Piece(text, kind, self.level, self.flag, linked=linked))

    # -- elements with a way of their own

    def _break(self, element: Any) -> None:
        self.inline.append("\n")

    def _link(self, element: Any) -> None:
        self.in_link += 1
        self._inside(element)
        self.in_link -= 1

    def _raised(self, element: Any) -> None:
        text = "".join(element.itertext()).strip()
        if text.isdigit():
            self.inline.append(superscript(text))
        else:
            self._inside(element)

    def _list(self, element: Any) -> None:
        numbered = local(element).lower() == "ol"
        start = element.get("start") or "1"
        first = int(start) if _INTEGER.fullmatch(start) else 1
        self.counts.append(first if numbered else None)
        self.forms.append(element.get("type") or "1")
        self._block(element)
        self.counts.pop()
        self.forms.pop()

    def _item(self, element: Any) -> None:
        self.flush()
        self.mark = ""
        if self.counts and self.counts[-1] is not None:
            own = element.get("value") or ""
            number = int(own) if _INTEGER.fullmatch(own) else self.counts[-1]
            self.counts[-1] = number + 1
            self.mark = f"{numeral(number, self.forms[-1])}. "
        self._block(element)
        self.mark = None

    def _term(self, element: Any) -> None:
        for piece in self._block(element):
            piece.kind, piece.is_term = "line", True

    def _definition(self, element: Any) -> None:
        """A definition stays with its terms, as one piece."""
        before = len(self.found)
        self._block(element)
        if len(self.found) == before or self.found[before].kind != "prose":
            return
        first = before
        while first > 0 and self.found[first - 1].is_term:
            first -= 1
        if first < before:
            terms, piece = self.found[first:before], self.found[before]
            piece.text = "\n".join([*(term.text for term in terms), piece.text])
            piece.kind = "item"
            del self.found[first:before]

    def _code(self, element: Any) -> None:
        self.flush()
        for line in "".join(element.itertext()).splitlines():
            if line.strip():
                self.found.append(Piece(line.rstrip(), "row", flag=self.flag))

    def _table(self, element: Any) -> None:
        outer, self.lead = self.lead, ""
        self._block(element)
        self.lead = outer

    def _row(self, element: Any) -> None:
        """Cells of a table become one row; those that hold whole texts stay as they are."""
        self.flush()
        first = len(self.found)
        cells = []
        for cell in element:
            if local(cell).lower() in ("td", "th"):
                before = len(self.found)
                self.visit(cell)
                self.flush()
                cells.append((cell, self.found[before:]))
        filled = [parts for _, parts in cells if parts]
        if len(filled) < 2 or any(_is_text(parts) for parts in filled):
            return
        texts = [" ".join(part.text.replace("\n", " ") for part in parts) for _, parts in cells]
        linked = sum(part.linked for part in self.found[first:])
        row = Piece("\t".join(texts), "row", flag=self.flag, lead=self.lead, linked=linked)
        self.found[first:] = [row]
        if all(local(cell).lower() == "th" for cell, _ in cells):
            self.lead = ", ".join(filter(None, texts))


def _is_text(parts: list[Piece]) -> bool:
    """True where a cell holds more than a value: headings, a table, or long paragraphs."""
    special = any(part.kind in ("heading", "row") or part.page is not None for part in parts)
    return special or sum(len(part.text) for part in parts) > _LAYOUT_CELL


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or (style is not None and bool(_HIDING.search(style.lower())))
    )


def _flag(element: Any, name: str) -> str:
    """Why an element is no part of the text proper, or ''."""
    if name == "nav" or name in _CONTROLS:
        return "contents" if "toc" in attribute(element, "type") else "strong"
    role = _ROLES.get(element.get("role") or "", "")
    if role:
        return role
    if name not in _UNNAMED:
        named = f"{element.get('class') or ''} {element.get('id') or ''}".lower().replace("_", "-")
        if named != " ":
            for flag, pattern in _NAMES:
                if pattern.search(named[:_MAX_SPAN]):
                    return flag
    return "weak" if name in _WEAK else ""
