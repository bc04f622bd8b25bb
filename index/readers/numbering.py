"""Numbers of lists and headings in DOCX, which stand nowhere in its text but are seen by all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from index.readers.package import attribute, local
from index.readers.writing import numeral

_FORMS = {
    "decimal": "1",
    "decimalZero": "1",
    "lowerLetter": "a",
    "upperLetter": "A",
    "lowerRoman": "i",
    "upperRoman": "I",
}
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = "%1."
    style: str = ""


@dataclass
class Numbering:
    """The lists of a document, and how far each has counted."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: etree._Element) -> Numbering:
        """Read ``numbering.xml``."""
        found = cls()
        for element in root:
            if local(element) == "abstractNum":
                levels = (child for child in element if local(child) == "lvl")
                found.lists[attribute(element, "abstractNumId")] = {
                    whole(attribute(level, "ilvl")): _level(level) for level in levels
                }
            elif local(element) == "num":
                found._number(element)
        return found

    def _number(self, element: etree._Element) -> None:
        own = attribute(element, "numId")
        for child in element:
            if local(child) == "abstractNumId":
                self.numbers[own] = attribute(child, "val")
            elif local(child) == "lvlOverride":
                for start in child:
                    if local(start) == "startOverride":
                        level = whole(attribute(child, "ilvl"))
                        self.restarts.setdefault(own, {})[level] = whole(attribute(start, "val"))

    def level_of(self, number: str, style: str) -> int:
        """The level that a style counts at in a list."""
        levels = self.lists.get(self.numbers.get(number, ""), {})
        return next((at for at, level in levels.items() if level.style == style), 0)

    def label(self, number: str, at: int) -> str:
        """The next label of a list, such as ``2.1`` or ``•``; '' for none."""
        own = self.numbers.get(number, "")
        levels = self.lists.get(own, {})
        level = levels.get(at)
        if level is None:
            return ""
        if level.form == "bullet":
            return "•"
        counts = self.counts.setdefault(own, {})
        self._restart(number, counts)
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [other for other in counts if other > at]:
            del counts[deeper]

        def shown(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            place = levels.get(other, level)
            return numeral(counts.get(other, place.start), _FORMS.get(place.form, "1"))

        return "" if level.form == "none" else _PLACE.sub(shown, level.text).strip()

    def _restart(self, number: str, counts: dict[int, int]) -> None:
        if number in self.begun:
            return
        self.begun.add(number)
        for level, start in self.restarts.get(number, {}).items():
            counts[level] = start - 1


def _level(element: etree._Element) -> _Level:
    level = _Level()
    for child in element:
        value = attribute(child, "val")
        match local(child):
            case "start":
                level.start = whole(value)
            case "numFmt":
                level.form = value
            case "lvlText":
                level.text = value[:40]
            case "pStyle":
                level.style = value
    return level


def whole(value: str) -> int:
    """A whole number of an attribute; 0 for what is none or unreasonably long."""
    return int(value) if re.fullmatch(r"-?\d{1,9}", value) else 0
