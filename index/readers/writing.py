"""Writes canonical text block by block, for formats whose files hold structure and no text."""

from __future__ import annotations

from index.readers.extracted import Aside, Block, Page
from index.values import SentenceKind

_LISTED = ("item", "row", "line")
_NUMERALS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class TextWriter:
    """Collects blocks; neighbours of one listed kind follow each other without a blank line."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pages: list[Page] = []
        self._parts: list[str] = []
        self._length = 0
        self._turned: list[str] = []

    @property
    def length(self) -> int:
        return self._length

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def block(
        self,
        text: str,
        kind: SentenceKind = "prose",
        level: int = 0,
        *,
        aside: Aside = "",
        lead: str = "",
        alone: bool = False,
    ) -> None:
        """Append a block; nothing where ``text`` is blank. A row keeps its indent, before it."""
        indent = text[: len(text) - len(text.lstrip(" \t"))] if kind == "row" else ""
        text = text.strip()
        if not text:
            return
        if self._length:
            close = kind in _LISTED and self.blocks[-1].kind == kind
            self._append("\n" if close else "\n\n")
        self._turn()
        self._append(indent)
        start = self._length
        self._append(text)
        page = self.pages[-1].number if self.pages else None
        self.blocks.append(Block(start, self._length, kind, level, page, aside, lead, alone))

    def page(self, label: str = "") -> None:
        """Begin a page at the next block."""
        self._turned.append(label)

    def close(self) -> None:
        """Count pages on which nothing follows."""
        self._turn()

    def _turn(self) -> None:
        for label in self._turned:
            self.pages.append(Page(len(self.pages) + 1, self._length, label))
        self._turned.clear()

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def numeral(number: int, form: str) -> str:
    """A list number as shown: ``form`` is 1, a, A, i or I."""
    if form in ("a", "A") and number > 0:
        letters = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return letters.upper() if form == "A" else letters
    if form in ("i", "I") and 0 < number < 40:
        roman = ""
        for value, sign in _NUMERALS:
            roman += sign * (number // value)
            number %= value
        return roman.upper() if form == "I" else roman
    return str(number)


def superscript(mark: str) -> str:
    """A note's mark as shown above the line, as far as it is a number."""
    return mark.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
