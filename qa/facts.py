"""What a text states that can be compared word for word: figures, dates, units, names, denials.

Both languages come in one notation (``index.figures``, ``index.wordforms``); names and words that
differ are paired in ``data/support_words.toml``, and a name that is not in it is taken to be spelt
alike, or nearly so across languages. Nothing here understands a sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files

from index.embedding import WORD
from index.figures import NUMBER_WORDS
from index.searchtext import search_text
from index.values import Language
from index.wordforms import STOPWORDS, fold, stem, tokens, word_keys

_SCALES = frozenset({"uthousand", "umillion", "umilliard", "utrillion"})
_TIMES = frozenset(
    {"usecs", "uminute", "uhour", "uday", "uweek", "umonth", "uyear", "uclock", "umetre"}
)
"""Units that also stand in longer words ("17-jährig"); they need not occur, but may not differ."""

_SCALE = (
    r"[Tt]ausend|[Tt]housand|[Mm]illion(?:en|s)?|[Mm]illiarden?|[Bb]illions?|[Tt]rillions?|Mio|Mrd"
)
_MEANT = {
    "n1": re.compile(r"\b(?:eine?[nmrs]?|an?|one|single|einzige\w?)\b", re.IGNORECASE),
    "n2": re.compile(r"\b(?:beide[nrsm]?|both|double|doppelt\w*|twice|pair|paar)\b", re.IGNORECASE),
}
_RANGE = re.compile(rf"(\d)(\s?(?:to|bis|und|and|or|oder|-|–)\s?\d+(?:[.,]\d+)*[\s-]({_SCALE}))\b")
_PRICE = re.compile(rf"([€$£])\s?(\d+(?:[.,]\d+)*[\s-](?:{_SCALE}))\b")
_LINK = re.compile(
    r"(?:https?|ftp|file|data|javascript|mailto):\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.\w+"
    r"|!?\[[^\]\n]*\]\([^)\n]*\)|<[a-z/!][^>\n]*>|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|de|io|eu)\b\S*",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:…]\s+|[\"„“»«(\[]\s*)$")
LEANING = 30
"""A pronoun among so many first code points stands for something named before."""

_PRONOUN = re.compile(
    r"\b(?:he|she|(?!(?-i:IT))it|they|him|them|this|these|er|sie|es|ihn|ihm|ihnen|diese[rsnm]?|dabei|dort|there)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[,;:()\[\]–—]|\s-\s|[.!?]\s|\b(?:und|oder|aber|sondern|während|obwohl|weil|dass|wobei|and|or|but"
    r"|while|although|because|which|that|who)\b",
    re.IGNORECASE,
)

Date = tuple[str, str, str]
"""Day, month and year as shared forms; "" for what is not told."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries content, where it stands, and the clause it belongs to."""

    text: str
    start: int
    clause: int
    name: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence: ``denies`` it with an odd number of words of negation; ``open`` where
    a word such as "hardly" leaves that to be argued about."""

    denies: bool
    open: bool


@dataclass(frozen=True)
class Facts:
    """A text, read: ``text`` is cleaned as for searching, all places count in it; ``groups`` are
    the names of several words that the table knows; ``sides`` how often
    either word of a pair of opposites occurs."""

    text: str
    language: Language
    figures: frozenset[str]
    units: frozenset[tuple[str, str]]
    dates: frozenset[Date]
    groups: frozenset[int]
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]
    sides: Mapping[tuple[str, int], int]


@lru_cache(maxsize=2_000)
def read_facts(text: str, language: Language) -> Facts:
    """Read a statement, or the evidence for one as a single text."""
    plain = search_text(text)
    forms = _forms(plain)
    words, clauses = _words(plain, language)
    return Facts(
        plain,
        language,
        frozenset(form for form in forms if form[0] == "n"),
        frozenset(_units(forms)),
        frozenset(_dates(forms)),
        frozenset(group for group, _, _ in _long_names(plain)),
        words,
        clauses,
        Counter(_sides(plain)),
    )


# -- figures ------------------------------------------------------------------------------------


def missing_figures(claim: Facts, evidence: Facts) -> list[str]:
    """Forms of figures that the evidence lacks; an article there may stand for 1, "both" for 2."""
    meant = {form for form, words in _MEANT.items() if words.search(evidence.text)}
    return sorted(claim.figures - evidence.figures - meant)


def wrong_units(claim: Facts, evidence: Facts) -> list[tuple[str, str]]:
    """Figures that have another unit in the evidence, or a unit that it lacks."""
    there = {unit for _, unit in evidence.units}
    wrong = []
    for figure, unit in sorted(claim.units - evidence.units):
        others = {u for f, u in evidence.units if f == figure}
        mentioned = unit in there or unit in _forms(evidence.text)
        if others or not (mentioned or unit in _TIMES):
            wrong.append((figure, unit))
    return wrong


def wrong_dates(claim: Facts, evidence: Facts) -> list[Date]:
    """Dates with which no date of the evidence agrees; a part that one leaves open agrees."""
    return [
        date
        for date in sorted(claim.dates)
        if not any(_agree(date, other) for other in evidence.dates)
    ]


def _agree(one: Date, other: Date) -> bool:
    return one[1] == other[1] and all(
        not a or not b or a == b for a, b in zip(one, other, strict=True)
    )


def _forms(text: str) -> list[str]:
    """Shared forms of all words and figures, number words as numbers."""
    tables = _tables()
    text = _spelled_numbers().sub(_digits, text)
    text = _PRICE.sub(r"\2 \1", _RANGE.sub(r"\1 \3\2", text))
    forms = []
    for token in tokens(text):
        form = word_keys(token, "en")[0]
        if form[0] == "w" and form[1:] in tables.numbers:
            form = f"n{tables.numbers[form[1:]]}"
        forms.append(form)
    return forms


@cache
def _spelled_numbers() -> re.Pattern[str]:
    """Number words that digits must replace before figures are read: parts of larger numbers."""
    words = "|".join(sorted(_tables().spelled, key=len, reverse=True))
    tens = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    digits = "two|three|four|five|six|seven|eight|nine"
    return re.compile(
        rf"\b(?:(?P<one>ein|{words})und(?P<tens>{words})|(?P<ten>{tens})-?(?P<digit>one|{digits})"
        rf"|(?P<hundreds>\d|ein|a|one|{words})[ -]?(?:hundert|hundred)"
        rf"|(?P<count>an?|one|eine[rm]?|{words})(?=[\s-](?:{_SCALE})))\b",
        re.IGNORECASE,
    )


def _digits(match: re.Match[str]) -> str:
    value = _value
    if match["one"]:
        return str(value(match["one"]) + value(match["tens"]))
    if match["ten"]:
        return str(value(match["ten"]) + value(match["digit"]))
    if match["hundreds"]:
        return str(value(match["hundreds"]) * 100)
    return str(value(match["count"]))


def _value(word: str) -> int:
    """The number that a word names; articles are 1."""
    return int(word) if word.isdigit() else int(_tables().numbers.get(fold(word), 1))


def _units(forms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each figure with the unit behind it, scales between them passed over."""
    for i, form in enumerate(forms):
        if form[0] != "n":
            continue
        behind = next((f for f in forms[i + 1 : i + 4] if f not in _SCALES), "")
        if behind.startswith("u"):
            yield form, behind


def _dates(forms: Sequence[str]) -> Iterator[Date]:
    for i, form in enumerate(forms):
        if form[0] != "m":
            continue
        before = forms[i - 1] if i else ""
        day = before if _is_day(before) else ""
        rest = list(forms[i + 1 : i + 3])
        if not day and rest and _is_day(rest[0]):
            day = rest.pop(0)
        year = rest[0] if rest and _is_year(rest[0]) else ""
        yield day, form, year


def _is_day(form: str) -> bool:
    return form[:1] == "n" and form[1:].isdigit() and 1 <= int(form[1:]) <= 31


def _is_year(form: str) -> bool:
    return form[:1] == "n" and form[1:].isdigit() and 1000 <= int(form[1:]) <= 2999


# -- links ----------------------------------------------------------------------------------------


def foreign_links(claim: str, evidence: str) -> list[str]:
    """Addresses and mark-up of a statement that its evidence does not have letter for letter."""
    found = (
        m.group().rstrip(".,;:!?")
        for text in (claim, search_text(claim))
        for m in _LINK.finditer(text)
    )
    there = evidence + search_text(evidence)
    return [link for link in found if link not in there]


# -- words, names and clauses ---------------------------------------------------------------------


def _words(text: str, language: Language) -> tuple[tuple[Word, ...], tuple[Clause, ...]]:
    """Content words with their clauses; words of negation belong to the clause, not to these."""
    tables = _tables()
    starts = [m.start() for m in _BREAK.finditer(text)]
    found = list(WORD.finditer(text))
    long = [(at, at + len(name)) for _, name, at in _long_names(text)]
    words: list[Word] = []
    denials: dict[int, int] = {}
    unsure: set[int] = set()
    for i, match in enumerate(found):
        word = match.group()
        clause = sum(start <= match.start() for start in starts)
        if fold(word) in tables.denials or word.lower().endswith(("n't", "n’t")):
            denials[clause] = denials.get(clause, 0) + 1
        elif _in(fold(word), tables.half):
            unsure.add(clause)
        if fold(word) in tables.denials or (word.lower() in STOPWORDS and not word.isupper()):
            continue
        if len(word) > 1:
            inside = any(a <= match.start() < b for a, b in long)
            name = not inside and _is_name(text, found, i, language)
            words.append(Word(word, match.start(), clause, name))
    if re.search(r"\b(?:nicht nur|not only|not just)\b", text, re.IGNORECASE):
        unsure.update(denials)
    clauses = [
        Clause(denials.get(i, 0) % 2 == 1, i in unsure or denials.get(i, 0) > 1)
        for i in range(len(starts) + 1)
    ]
    return tuple(words), tuple(clauses)


def _is_name(text: str, found: Sequence[re.Match[str]], i: int, language: Language) -> bool:
    """Whether a word is surely a proper name: an acronym, a word with inner capitals, an English
    word with a capital inside its sentence, a German one beside another capital."""
    word = found[i].group()
    if any(c.isdigit() for c in word):
        return word[0].isupper()
    if word_keys(word, language)[0][0] in "mu":
        return False
    bare = word.replace("-", "")
    if len(word) > 1 and (word.isupper() or any(c.isupper() for c in bare[1:] if "-" not in word)):
        return True
    if not word[0].isupper() or word.lower() in STOPWORDS:
        return False
    beside = any(
        0 <= j < len(found)
        and found[j].group()[0].isupper()
        and (found[j].group().lower() not in STOPWORDS or found[j].group() == "IT")
        and text[found[min(i, j)].end() : found[max(i, j)].start()] == " "
        for j in (i - 1, i + 1)
    )
    at_start = bool(_SENTENCE_START.search(text[: found[i].start()]))
    if language == "en":
        return not at_start or beside
    return beside and not at_start


def unknown_names(claim: Facts, evidence: Facts, context: str) -> list[Word]:
    """Names of the statement that the evidence lacks; of a name of several words that the table
    knows, its first. What stands around counts too if the evidence leans on it: by a pronoun near
    its beginning, or by naming nothing itself."""
    leans = _PRONOUN.search(evidence.text[:LEANING]) or not any(
        word.name for word in evidence.words
    )
    there = f"{evidence.text}\n{search_text(context) if leans else ''}"
    same = evidence.language == claim.language
    strange = {at for line, _, at in _long_names(claim.text) if line not in _groups(there)}
    return [
        word
        for word in claim.words
        if word.start in strange or (word.name and not mentions(word.text, there, same=same))
    ]


def mentions(word: str, text: str, *, same: bool) -> bool:
    """Whether a text has a word: inflected, in a compound of hyphens, by its name in the other
    language, or, unless the languages are the ``same``, in nearly the same letters."""
    others = _vocabulary(text)
    return all(
        any(_alike(part, other, same) for other in others) or _group(part) & _groups(text)
        for part in _parts(word)
    )


def _parts(word: str) -> list[str]:
    pieces = re.split(r"[-/&.'’]", word)
    kept = [fold(piece) for piece in pieces if len(piece) > 1]
    return kept or [fold(word)]


@lru_cache(maxsize=2_000)
def _vocabulary(text: str) -> frozenset[str]:
    """All words of a text, folded, hyphenated ones also in parts."""
    words = [m.group() for m in WORD.finditer(text)]
    return frozenset(part for word in words for part in (fold(word), *_parts(word)) if part)


@lru_cache(maxsize=10_000)
def _group(word: str) -> frozenset[int]:
    """The lines of the table of names that a folded word belongs to."""
    names = _tables().names
    keys = (word, *(word[:i] + "*" for i in range(2, len(word) + 1)))
    return frozenset(line for key in keys for line in names.get(key, ()))


@lru_cache(maxsize=2_000)
def _groups(text: str) -> frozenset[int]:
    """The lines of the table of names that a text mentions."""
    single = (line for word in _vocabulary(text) for line in _group(word))
    return frozenset([*single, *(line for line, _, _ in _long_names(text))])


def _long_names(text: str) -> Iterator[tuple[int, str, int]]:
    """Names of several words: line of the table, name, and place in the text."""
    for line, name, pattern in _tables().long_names:
        for match in pattern.finditer(text):
            yield line, name, match.start()


_ENDINGS = ("", "s", "es", "n", "en", "e", "er", "ern", "ers", "in", "innen", "an", "ian")


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str, same: bool) -> bool:
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and (len(short) >= 3 or long == short):
        return long[len(short) :] in _ENDINGS
    if stem(one, "de") == stem(other, "de") or stem(one, "en") == stem(other, "en"):
        return True
    if same or len(short) < 4:
        return False
    a, b = _sounds(one), _sounds(other)
    return a[0] == b[0] and SequenceMatcher(None, a, b).ratio() >= 0.8


def _sounds(word: str) -> str:
    """Letters as both languages would write the sound, roughly."""
    for written, sound in (("sch", "sh"), ("tsch", "ch"), ("ph", "f"), ("th", "t"), ("ck", "k")):
        word = word.replace(written, sound)
    return word.translate(str.maketrans("czyvw", "kkiff"))


def _in(word: str, patterns: Collection[str]) -> bool:
    """Whether a folded word is in a list, or begins as an entry with a star does."""
    if word in patterns:
        return True
    return any(word[:i] + "*" in patterns for i in range(2, len(word) + 1))


# -- comparisons ----------------------------------------------------------------------------------


def reversed_comparisons(claim: Facts, evidence: Facts) -> list[str]:
    """Pairs of opposites of which the statement has more of one, the evidence more of the other."""
    ours, theirs = claim.sides, evidence.sides
    return [
        pair
        for pair in _tables().opposites
        if any(
            ours.get((pair, side), 0) > theirs.get((pair, side), 0)
            and theirs.get((pair, 1 - side), 0) > ours.get((pair, 1 - side), 0)
            for side in (0, 1)
        )
    ]


def _sides(text: str) -> Iterator[tuple[str, int]]:
    for pair, patterns in _tables().opposites.items():
        for side, pattern in enumerate(patterns):
            yield from ((pair, side) for _ in pattern.finditer(text))


@dataclass(frozen=True)
class _Tables:
    """``data/support_words.toml``, folded; names by the lines that they stand in."""

    spelled: tuple[str, ...]
    numbers: dict[str, str]
    denials: frozenset[str]
    half: frozenset[str]
    opposites: dict[str, tuple[re.Pattern[str], re.Pattern[str]]]
    names: dict[str, frozenset[int]]
    long_names: tuple[tuple[int, str, re.Pattern[str]], ...]


@cache
def _tables() -> _Tables:
    lists = tomllib.loads(files("qa").joinpath("data/support_words.toml").read_text("utf-8"))
    spelled = {word: n for n, words in lists["numbers"].items() for word in words.split()}
    spelled |= {word: str(n) for word, n in NUMBER_WORDS.items()}
    names: dict[str, frozenset[int]] = {}
    long_names: list[tuple[int, str, re.Pattern[str]]] = []
    for i, line in enumerate(lists["names"]["list"].strip().splitlines()):
        for several, word in _NAME.findall(line):
            if several:
                long_names.append((i, several, re.compile(rf"\b{several}\b", re.IGNORECASE)))
            else:
                names[_folded(word)] = names.get(_folded(word), frozenset()) | {i}
    return _Tables(
        tuple(spelled),
        {fold(word): number for word, number in spelled.items()},
        frozenset(map(_folded, lists["negations"]["words"].split())),
        frozenset(map(_folded, lists["negations"]["half"].split())),
        {pair: (_pattern(a), _pattern(b)) for pair, (a, b) in lists["opposites"].items()},
        names,
        tuple(long_names),
    )


_NAME = re.compile(r'"([^"]+)"|(\S+)')


def _folded(word: str) -> str:
    return fold(word.rstrip("*")) + "*" * word.endswith("*")


def _pattern(side: str) -> re.Pattern[str]:
    """Words between bars; ``*`` stands for any ending, ``#`` for a figure behind."""
    words = [re.escape(word.strip()) for word in side.split("|")]
    ends = [w.replace(r"\*", r"\w*") + ("" if w.endswith("\\#") else r"\b") for w in words]
    joined = "|".join(w.replace(r"\#", r"(?=\d)").replace(r"\ ", r"\s") for w in ends)
    return re.compile(rf"\b(?:{joined})", re.IGNORECASE)
