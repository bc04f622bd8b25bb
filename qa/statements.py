"""What a language model writes, taken apart into statements as it arrives.

A reply is either JSON, ``{"statements": [{"sources": [1], "text": "…"}]}``, or plain lines with
markers, ``Text [1][2]``; which of them, its first character tells. However the text is cut into
pieces, the statements are the same. They are made plain here: no mark-up, links or images of a
model get any further.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.sentences import split_sentences
from index.values import Language

LONGEST = 2000
"""A statement without end is given up; code points."""

_THOUGHTS = re.compile(r"\s*<think>.*?(?:</think>|\Z)\s*", re.DOTALL)
_FENCE = re.compile(r"```\w{0,20}")
_JSON_START = re.compile(r"\{|\[\s*[{\]]")
_MARKER = re.compile(r"\s?[\[【]{1,2}\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*[\]】]{1,2}")
_MARKERS = r"(?:\s?[\[【]{1,2}[\d,; ]{1,40}[\]】]{1,2})+"
_BOUNDARY = re.compile(rf"(?:[.!?]{_MARKERS}|{_MARKERS}\s?[.!?])(?=\s+[\"„“(]?[^\W\d_a-zäöüß])")
_BULLET = re.compile(r"\s*(?:[-*+•–]\s+|#{1,6}\s+|>\s*)+")
_NUMBERED = re.compile(r"\s*(\d{1,2})[.)]\s+(?=\D)")
_NOTHING = re.compile(r"\W*(?:none|keine|nichts)\W*", re.IGNORECASE)

_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\](?:\([^()\s]{0,2000}[^()]{0,200}\))?")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}[^()]{0,200}\)")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_EMPHASIS = re.compile(r"\*+|`+|~~|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")


_NO_MARKER = str.maketrans("[]【】<>", "()()‹›")
"""Markers are set by belegt alone."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement of the model, not yet checked, and the sentence numbers it points at."""

    text: str
    sources: tuple[int, ...]


class DraftParser:
    """Fed with pieces of a reply, returns the statements that are complete.

    ``said_none``: the model says that it finds nothing; ``is_json`` is None before its first
    character; ``pending`` counts the characters of the statement under way.
    """

    def __init__(self, language: Language) -> None:
        self.is_json: bool | None = None
        self.said_none = False
        self._language = language
        self._rest = ""
        self._inside = False  # the array of statements has begun …
        self._any = False  # … and holds something
        self._numbered = 0  # lines so far that began with "1.", "2.", …

    @property
    def pending(self) -> int:
        return len(self._rest)

    def feed(self, piece: str) -> list[Draft]:
        self._rest += piece
        if self.is_json is None and not self._begin():
            return []
        return list(self._objects() if self.is_json else self._lines())

    def finish(self) -> list[Draft]:
        """What is left when the reply has ended; of JSON, half a statement is none."""
        if self.is_json is None:
            self._rest = _FENCE.sub("", _THOUGHTS.sub("", self._rest, count=1))
        if self.is_json:
            return []
        rest, self._rest = self._rest, ""
        return [draft for line in rest.split("\n") for draft in self._line(line)]

    def _begin(self) -> bool:
        """Find out the format, once past thoughts, fences and blanks."""
        text = self._rest.lstrip()
        if text.startswith("<think>"):
            if "</think>" not in text:
                return False
            text = _THOUGHTS.sub("", text, count=1)
        if text.startswith("`"):
            if "\n" not in text:
                return False
            text = _FENCE.sub("", text, count=1).lstrip()
        if not text or "<think>".startswith(text) or re.fullmatch(r"\[\s*", text):
            return False
        self.is_json = bool(_JSON_START.match(text))
        self._rest = text
        return True

    # -- JSON

    def _objects(self) -> Iterator[Draft]:
        """Complete statements, each read as soon as its last brace is there."""
        if not self._inside:
            start = self._rest.find("[")
            if start < 0:
                return
            self._inside, self._rest = True, self._rest[start + 1 :]
        while True:
            brace = re.search(r"[{\]]", self._rest)
            if brace is None:
                return
            if brace.group() == "]":
                self.said_none = not self._any
                return
            found = _first_value(self._rest[brace.start() :])
            if found is None:
                return
            value, length = found
            self._rest = self._rest[brace.start() + length :]
            self._any = True
            yield from self._from_json(value)

    def _from_json(self, value: Any) -> Iterator[Draft]:
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            return
        text, cited = _without_markers(value["text"])
        given = value.get("sources")
        numbers = [_number(n) for n in given] if isinstance(given, list) else []
        sources = dict.fromkeys([n for n in numbers if n is not None] + cited)
        if made := plain(text):
            yield Draft(made, tuple(sources))

    # -- plain lines

    def _lines(self) -> Iterator[Draft]:
        while True:
            end = self._rest.find("\n")
            line = self._rest if end < 0 else self._rest[:end]
            within = None if _MARKER.match(line.lstrip()) else _BOUNDARY.search(line)
            if within:
                yield from self._line(line[: within.end()])
                self._rest = self._rest[within.end() :]
            elif end >= 0:
                yield from self._line(line)
                self._rest = self._rest[end + 1 :]
            else:
                return

    def _line(self, line: str) -> Iterator[Draft]:
        """The sentences of a line, each with the markers in it and behind it; where a line begins
        with a marker, with those before it."""
        line = self._unlisted(_BULLET.sub("", _FENCE.sub("", line), count=1)).strip()
        if _NOTHING.fullmatch(line):
            self.said_none = True
            return
        text, places = _take_markers(line)
        spans = split_sentences(text, self._language)
        ahead = bool(places) and places[0][0] == 0
        for i, (start, end) in enumerate(spans):
            before = spans[i - 1][1] if i else 0
            after = spans[i + 1][0] if i + 1 < len(spans) else len(text)
            first, last = (before, end - 1) if ahead else (start + 1, after)
            if ahead and i == len(spans) - 1:
                last = len(text)
            cited = [n for at, numbers in places if first <= at <= last for n in numbers]
            if made := plain(text[start:end]):
                yield Draft(made, tuple(dict.fromkeys(cited)))

    def _unlisted(self, line: str) -> str:
        """A line without its number in a list; "26. November" begins no list."""
        match = _NUMBERED.match(line)
        if match is None or int(match.group(1)) != self._numbered + 1:
            return line
        self._numbered += 1
        return line[match.end() :]


def _first_value(text: str) -> tuple[Any, int] | None:
    """The JSON value at the start and where it ends; None while it is not complete."""
    try:
        return json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None


def _number(value: Any) -> int | None:
    """``3``, ``"3"`` and ``"[3]"`` name sentence 3."""
    found = re.fullmatch(r"\W?(\d{1,4})\W?", str(value))
    return int(found.group(1)) if found and not isinstance(value, bool) else None


def _without_markers(text: str) -> tuple[str, list[int]]:
    bare, places = _take_markers(text)
    return bare, [n for _, numbers in places for n in numbers]


def _take_markers(line: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """A line without its markers, and where in it each of them was."""
    kept: list[str] = []
    places: list[tuple[int, list[int]]] = []
    at = length = 0
    for match in _MARKER.finditer(line):
        kept.append(line[at : match.start()])
        length += match.start() - at
        places.append((length, [int(n) for n in re.findall(r"\d+", match.group(1))]))
        at = match.end()
    return "".join([*kept, line[at:]]), places


def plain(text: str) -> str:
    """Text alone: links give way to their words, images, tags and emphasis go, and so do controls
    and characters that nobody sees."""
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _EMPHASIS.sub("", text)
    shown = (" " if c.isspace() else c for c in text)
    kept = "".join(c for c in shown if unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.translate(_NO_MARKER).split()).strip("|# ")
    return kept if any(c.isalnum() for c in kept) else ""
