"""Dates, numbers and units in one notation for both languages: text in, text out.

For searching only, before a text is cut into words. A date becomes ``26 November 2018``, a number
with a scale is written out (``1500000 Mio``; the word stays, as it may be asked for), a unit that is
a sign or several words becomes the one word that ``UNITS`` knows. What can be read in two ways, as
``03/04/2018``, stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from importlib.resources import files

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan jänner",
            "februar february feb",
            "märz maerz march mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""Names of months in lower case."""

_NAMES = (
    "January February March April May June July August September October November December".split()
)
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        "zwei two,drei three,vier four,fünf fuenf five,sechs six,sieben seven,acht eight,neun nine"
        ",zehn ten,elf eleven,zwölf zwoelf twelve".split(","),
        start=2,
    )
    for word in words.split()
}

THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$")
"""A whole number with marks between its thousands."""

_DAY, _MONTH = r"(?P<d>0?[1-9]|[12]\d|3[01])", r"(?P<m>0?[1-9]|1[0-2])"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d.,]){_DAY}\.\s?{_MONTH}\.\s?(?P<y>[12]\d{{3}})(?!\d)",
        r"(?<![\d.,])(?P<d>0[1-9]|[12]\d|3[01])\.(?P<m>0[1-9]|1[0-2])\.(?P<y>\d\d)(?![\d.])",
        r"(?<![\d-])(?P<y>[12]\d{3})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])",
        rf"(?<![\d/])(?P<d>1[3-9]|2\d|3[01])/{_MONTH}/(?P<y>[12]\d{{3}})(?![\d/])",
        rf"(?<![\d/]){_MONTH}/(?P<d>1[3-9]|2\d|3[01])/(?P<y>[12]\d{{3}})(?![\d/])",
        r"(?<![\d/])(?P<m>0[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?![\d/])",
        rf"(?P<lead>\b(?:am|vom|bis|zum|ab|den|seit|dem)\s){_DAY}\.{_MONTH}\.(?!\d)",
    )
)
_SMALL_MONTH = re.compile(
    r"(?P<before>\d(?:\.|st|nd|rd|th)?\s(?:of\s)?)?\b(?P<month>may|mai|march|mar)\b"
    r"(?P<after>,?\s\d)?"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_SPACED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[ '’]\d{3})+(?![\d.,]\d|\d)")
_AFTERNOON = re.compile(r"(?<![\d.,])(1[0-2]|0?[1-9])(?:[:.](\d\d))?\s?(?:pm|p\.\s?m\.)(?!\w)")
_FULL_HOUR = re.compile(r"(?<![\d.,:])0?(\d{1,2})(?::00(?![\d:])|\.00(?=\s?(?:Uhr|h)\b))")
_POWERS = {
    3: r"Tsd|tsd|[Tt]ausend|thousand",
    6: r"Mio|mio|[Mm]illion(?:en|s)?|mn",
    9: r"Mrd|mrd|[Mm]illiarden?|[Bb]illions?|bn",
    12: r"Billionen|billionen|[Tt]rillions?",
}
_SCALED = re.compile(
    r"(?P<digits>\d+(?:[.,]\d+)*)[\s-]?(?:"
    + "|".join(f"(?P<p{power}>{words})" for power, words in _POWERS.items())
    + r")\b\.?"
)
_PRICE = re.compile(r"(?P<sign>[€$£])\s?(?P<digits>\d+(?:[.,]\d+)*)(?P<scale>k|m|bn)?\b")
_SCALES = {"k": " thousand", "m": " million", "bn": " billion", None: ""}
_READ = re.compile(r"[\d%‰€$£/]|\bper\b|\bpro\b|\bGrad\b|\bsquare\b|\bcubic\b|hours?\b|\bdegree")


def _units() -> tuple[dict[str, str], re.Pattern[str], dict[str, str], re.Pattern[str]]:
    """Unit by name and by sign, each with the pattern that finds what has to be rewritten."""
    lists = tomllib.loads(files("index").joinpath("data/units.toml").read_text("utf-8"))
    names, signs = (
        {spelling: unit for unit, text in lists[kind].items() for spelling in text.split(" | ")}
        for kind in ("names", "signs")
    )
    names = {spelling.lower(): unit for spelling, unit in names.items()}
    several = [re.escape(name) for name in names if not name.isalpha()]
    named = rf"(?<![\w-])(?:{'|'.join(sorted(several, key=len, reverse=True))})(?!\w)"
    behind = "|".join(sorted(map(re.escape, signs), key=len, reverse=True))
    return (
        names | {unit: unit for unit in names.values()},
        re.compile(named, re.IGNORECASE),
        signs,
        re.compile(rf"(?<=\d)\s?-?(?P<sign>{behind})(?![\w/])"),
    )


UNITS, _NAMED, _SIGNS, _SIGNED = _units()
"""The unit that a word, in lower case, is a name of."""


def plain_figures(text: str) -> str:
    """Return ``text`` with its dates, numbers and units in one notation."""
    if not _READ.search(text):
        return text
    for pattern in _DATES:
        text = pattern.sub(_date, text)
    text = _SMALL_MONTH.sub(_month, text)
    text = _ORDINAL.sub("", text)
    text = _SPACED.sub(lambda m: re.sub(r"\D", "", m.group()), text)
    text = _AFTERNOON.sub(_afternoon, text)
    text = _FULL_HOUR.sub(r"\1", text)
    text = _PRICE.sub(_price, text)
    text = _SCALED.sub(_scaled, text)
    text = _NAMED.sub(lambda m: f" {UNITS[m.group().lower()]} ", text)
    return _SIGNED.sub(lambda m: f" {_SIGNS[m['sign']]} ", text)


def _date(match: re.Match[str]) -> str:
    found = match.groupdict()
    year = found.get("y") or ""
    if len(year) == 2:
        year = ("20" if int(year) < 70 else "19") + year
    day = f"{int(found['d'])} " if found.get("d") else ""
    return f"{found.get('lead') or ''}{day}{_NAMES[int(found['m']) - 1]} {year}".rstrip()


def _month(match: re.Match[str]) -> str:
    """A month typed small is one if a figure stands beside it."""
    if match["before"] or match["after"]:
        return f"{match['before'] or ''}{match['month'].title()}{match['after'] or ''}"
    return match.group()


def _afternoon(match: re.Match[str]) -> str:
    hour = int(match[1]) % 12 + 12
    return f"{hour}:{match[2]}" if match[2] else str(hour)


def _price(match: re.Match[str]) -> str:
    return f"{match['digits']}{_SCALES[match['scale']]} {_SIGNS[match['sign']]}"


def _scaled(match: re.Match[str]) -> str:
    """The number written out, if that leaves no fraction, and the word for its scale."""
    power = next(power for power in _POWERS if match[f"p{power}"])
    written = Decimal(_decimal(match["digits"])).scaleb(power)
    word = {3: "thousand", 6: "million", 9: "milliard", 12: "trillion"}[power]
    return f"{int(written) if written == int(written) else match['digits']} {word} "


def _decimal(digits: str) -> str:
    """A figure as ``Decimal`` reads it."""
    if THOUSANDS.match(digits):
        return re.sub(r"\D", "", digits)
    whole, mark, rest = digits.replace(",", ".").rpartition(".")
    return f"{whole.replace('.', '')}.{rest}" if mark else digits


def number_form(digits: str) -> str:
    """Bring a figure into one notation: thousands unmarked, decimals behind ``p``."""
    if THOUSANDS.match(digits):
        return "n" + re.sub(r"\D", "", digits)
    whole, mark, rest = digits.replace(":", ".").replace(",", ".").rpartition(".")
    if not mark:
        return "n" + (digits.lstrip("0") or "0")
    return "n" + re.sub(r"\D", "", whole) + "p" + rest
