"""German compounds: completed where they share a part, cut and joined where the corpus knows how.

There is no dictionary: a compound is cut where both parts are stems that occur in the passages, and
two words are joined where their compound occurs. Both ask for vocabulary with one look-up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import permutations

SHORTEST = 4
"""Letters of a part; shorter ones are found in too many words."""

_JOINTS = ("", "s", "n", "en", "es", "e", "er")
_MOST_WORDS = 5  # the longest of a question are joined with each other
_PREFIXES = tuple(
    sorted(
        "ab an auf aus außen be bei binnen dar durch ein ent er ex fern fort frei früh gegen groß"
        " haupt her hin hoch im in inner innen klein lang mit mittel nach nah neben nieder ober ost"
        " rück selbst sommer sonder spät süd teil tief über um un unter ur ver voll vor weg weiter"
        " west winter zu zurück zusatz zwischen export import vorder hinter ohn nord kurz eigen fremd"
        " tages nacht monats jahres wochen online offline".split(),
        key=len,
        reverse=True,
    )
)
_PAIR = re.compile(
    r"(?P<first>(?:\b[^\W\d_]{2,}-(?:,\s|/|\s))+)(?P<and>(?:und|oder|sowie|bzw\.|and|or)\s)?"
    r"(?P<last>[^\W\d_]{5,})"
)
_FIRST = re.compile(r"([^\W\d_]{2,})-")


def complete_pairs(text: str) -> str:
    """Give the first words of "Ein- und Ausfuhr" the end of the last one, where it is plain."""
    if "-" not in text:
        return text
    return _PAIR.sub(_completed, text)


def _completed(match: re.Match[str]) -> str:
    last = match["last"]
    longest = len(last) - SHORTEST + 1
    starts = (p for p in _PREFIXES if last.lower().startswith(p) and len(p) <= longest)
    prefix = next(starts, None)
    if prefix is None:
        return match.group()
    end = last[len(prefix) :]
    return _FIRST.sub(rf"\g<1>{end}", match["first"]) + (match["and"] or "") + last


def possible_wholes(text: str) -> Iterator[str]:
    """What the first words of "Obst- und Gemüseanbau" may stand for; most of these are no words."""
    for match in _PAIR.finditer(text):
        last = match["last"]
        for first in _FIRST.findall(match["first"]):
            yield from (first + last[i:] for i in range(3, len(last) - SHORTEST + 1))


def cuts(word: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a word in two parts, with and without the s that joins them."""
    for i in range(SHORTEST, len(word) - SHORTEST + 1):
        yield word[:i], word[i:]
        if word[i - 1] == "s" and i > SHORTEST:
            yield word[: i - 1], word[i:]


def best_cut(pairs: Collection[tuple[str, str]], frequency: Mapping[str, int]) -> tuple[str, ...]:
    """The pair of stems that both occur, the rarer of them most often; empty if there is none."""
    known = [pair for pair in pairs if all(frequency.get(form, 0) for form in pair)]
    if not known:
        return ()
    return max(known, key=lambda pair: min(frequency[form] for form in pair))


def joined(stems: Collection[str]) -> list[str]:
    """The stems of the compounds that any two stems may form, in both orders."""
    long = sorted(dict.fromkeys(stems), key=len, reverse=True)[:_MOST_WORDS]
    long = [stem for stem in long if len(stem) >= SHORTEST - 1]
    return [a + joint + b for a, b in permutations(long, 2) for joint in _JOINTS]
