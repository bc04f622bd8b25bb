"""Does a statement stand in the documents word for word? Decided without any model and any threshold.

Only such a statement is shown like a quote. Whatever passes ``qa.support`` in other words may be
right, and often is, but looks no more proven than it is.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from index.searchtext import search_text

_JOINED = r"[^\W_]+(?:[-'@./:&+]+[^\W_]+)*"
"""Words with what joins their parts: addresses, figures and compounds stay whole."""

_TOKEN = re.compile(rf"{_JOINED}|[^\w\s]|_")
_QUOTES = dict.fromkeys(map(ord, "\"'„“”‚‘’«»‹›*`"))
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_INNER = str.maketrans("’‘‐‑", "''--")
_ENDS = ".!?…:;"
_BORDER = "¶"
"""Stands between two sentences of which the first has no mark at its end."""


def stands_in(statement: str, sentences: Sequence[str]) -> bool:
    """Whether a statement is one run of the words and marks of ``sentences``, in order.

    Quotation marks, emphasis, kinds of dashes, capitals, hyphens at line ends and the mark at the end
    do not count. A run may leave out the beginning or the end of a sentence only at a mark, and
    nothing that denies, conditions or reports what is kept: "Falls ...", "not", "according to".
    """
    ours = _tokens(statement)
    while ours and not _is_word(ours[-1]):
        ours.pop()
    row = _row(sentences)
    words = [token for token, _ in row]
    return bool(ours) and any(
        words[at : at + len(ours)] == ours and _is_whole(row, at, at + len(ours))
        for at in range(len(words) - len(ours) + 1)
    )


def _tokens(text: str) -> list[str]:
    """Words in lower case and marks, in order."""
    plain = unicodedata.normalize("NFKC", search_text(text).translate(_INNER)).casefold()
    marks = (match.group().translate(_DASHES) for match in _TOKEN.finditer(plain))
    return [mark for mark in marks if mark.translate(_QUOTES)]


def _row(sentences: Sequence[str]) -> list[tuple[str, int]]:
    """All words and marks, each with the number of its sentence."""
    row: list[tuple[str, int]] = []
    for number, sentence in enumerate(sentences):
        if row and row[-1][0] not in _ENDS:
            row.append((_BORDER, number))
        row += [(token, number) for token in _tokens(sentence)]
    return row


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def _is_whole(row: Sequence[tuple[str, int]], start: int, end: int) -> bool:
    """Whether a run is cut out at marks, and what is left of its sentences turns nothing in it."""
    before = [token for token, number in row[:start] if number == row[start][1]]
    behind = [token for token, number in row[end:] if number == row[end - 1][1]]
    at_marks = not any(map(_is_word, before[-1:] + behind[:1]))
    return at_marks and not _turning() & {*before, *behind}


@cache
def _turning() -> frozenset[str]:
    """Words that turn what stands beside them into something else."""
    lists = tomllib.loads(files("qa").joinpath("data/support_words.toml").read_text("utf-8"))
    return frozenset(lists["turning"]["words"].casefold().split())
