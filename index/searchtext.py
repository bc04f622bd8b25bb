"""What is searched instead of what is quoted: the same words without the marks of layout.

Never shown and never cited; a passage or sentence is cleaned as a whole and keeps its canonical
offsets, so no map between the two texts is needed.
"""

from __future__ import annotations

import re
import unicodedata

_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")
_BULLET = re.compile(r"^\s*(?:[-*+•▪▶►◦‣●■#>]+\s+)+", re.MULTILINE)
_CELLS = re.compile(r"\s*[|\t]+\s*")
_SPACES = re.compile(r"\s+")
_BROKEN = re.compile(r"(?<=[a-zäöüß]{2})-\s?\n?(?=[a-zäöüß]{2})")
_KEPT_TAILS = re.compile(
    r"(?:ups?|to|the|and|und|oder|sowie|bzw|or|in|of|on|off|out|job|how|art|end|based|related|wide|term|mail"
    r"|of|how|know|made|time|edge|making|coaching)\b"
)
_INVISIBLE = dict.fromkeys(
    [
        *map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        *map(ord, "\u200e\u200f\u061c"),  # marks of writing direction
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xE0000, 0xE0080),  # tags: letters that nobody sees
    ]
)
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_NOTE_MARK = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?)»“”\"]))[¹²³⁰⁴-⁹]+")
"""The mark of a footnote behind a word; a unit such as m² is shorter than a word."""


_ITEM = re.compile(r"^\s*(?:[-*+•▪▶►◦‣●■][ \t]+)+", re.MULTILINE)
_STRESSED = re.compile(r"(?<!\w)(\*{1,3})(?=\w)([^*]+)(?<=[\w.!?)])\1(?!\w)")
_TORN = re.compile(r"(?<=[^\s.!?:;])[ \t]*\n\s*(?=[^\W\d_A-ZÄÖÜ][\w-]*[\s,;])")
_WRAPPED = re.compile(r"(?<=\S)[ \t]*\n[ \t]*(?=\S)")
_WIDE = 60


def flowing(text: str) -> str:
    """A quote as it is read: without pairs of emphasis marks, items behind one dot, and a sentence that
    is torn by the end of a line in one piece. Lines of an address or a table stay lines."""
    text = _TORN.sub(" ", _STRESSED.sub(r"\2", _ITEM.sub("• ", text)))
    pieces, at = [], 0
    for match in _WRAPPED.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if len(line) >= _WIDE and text[match.end()] != "•":
            pieces += [text[at : match.start()], " "]
            at = match.end()
    return "".join([*pieces, text[at:]])


def search_text(text: str) -> str:
    """Return ``text`` as an encoder or analyser should see it: composed, unbroken, on one line."""
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    text = _NOTE_MARK.sub("", text.translate(_LIGATURES))
    text = _BULLET.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = _BROKEN.sub(lambda m: m.group() if _KEPT_TAILS.match(text, m.end()) else "", text)
    return _SPACES.sub(" ", _CELLS.sub(", ", text)).strip(" ,")
