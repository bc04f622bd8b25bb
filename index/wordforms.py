"""Words as the index compares them, in German, in English, and where the two meet.

A form is an ASCII-safe token with a one-letter prefix that keeps the vocabularies apart in one
full-text column:

- ``w`` the folded word itself, the same in both languages: names, loan words (``wleipzig``)
- ``n`` a number in one notation (``n1234p5`` for 1.234,5 and 1,234.5), ``m`` a month (``m11``)
- ``d`` / ``e`` the German or English Snowball stem
- ``g`` character 4-grams of German words, so that compounds meet their parts; measured to lift
  German BM25 and to leave or harm English (C. Paice's conflation problem, seen from the other side)
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import Stemmer

from index.searchtext import search_text
from index.values import Language

ANALYSER_VERSION = 2
GRAM = 4

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:\d+[^\W\d_]*)*", re.UNICODE)
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_DIGRAPHS = re.compile(r"(?<![aeq])(?:ae|oe|ue)(?!u)")
_MONTHS = {
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
_AMBIGUOUS_MONTHS = frozenset({"may", "mar", "march", "mai"})


def _stopwords() -> frozenset[str]:
    lines = files("index").joinpath("data/stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOPWORDS = _stopwords()
"""German and English words that carry no content; they are dropped from questions."""

_local = threading.local()


def _stemmer(language: Language) -> Stemmer.Stemmer:
    """A stemmer of this thread: Snowball objects keep state and must not be shared."""
    name = {"de": "german", "en": "english"}[language]
    if not hasattr(_local, name):
        setattr(_local, name, Stemmer.Stemmer(name))
    stemmer: Stemmer.Stemmer = getattr(_local, name)
    return stemmer


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """One spelling for a word: case, ß/ss, ä/ae/a, accents."""
    folded = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    folded = _DIGRAPHS.sub(lambda m: m.group()[0], folded)
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=100_000)
def stem(word: str, language: Language) -> str:
    """Snowball stem of a word, folded; the German stemmer sees ß and umlauts as written."""
    plain = unicodedata.normalize("NFC", word).lower()
    return fold(_stemmer(language).stemWord(plain))


def number_form(digits: str) -> str:
    """Bring a figure into one notation: thousands unmarked, decimals behind ``p``."""
    if _THOUSANDS.match(digits):
        return "n" + re.sub(r"\D", "", digits)
    whole, mark, rest = digits.replace(":", ".").replace(",", ".").rpartition(".")
    if not mark:
        return "n" + (digits.lstrip("0") or "0")
    return "n" + re.sub(r"\D", "", whole) + "p" + rest


def tokens(text: str) -> Iterator[str]:
    """Words and figures of ``text`` in order, as written; dates with dots come as their parts."""
    for match in _TOKEN.finditer(search_text(text)):
        token = match.group()
        if token[0].isdigit() and token.count(".") == 2 and not _THOUSANDS.match(token):
            yield from token.split(".")
        else:
            yield token


def _shared(token: str) -> str:
    """The form that both languages share."""
    if token[0].isdigit():
        return number_form(token)
    lowered = token.lower()
    if lowered in _MONTHS and (token[0].isupper() or lowered not in _AMBIGUOUS_MONTHS):
        return f"m{_MONTHS[lowered]}"
    return "w" + fold(token)


def _grams(word: str) -> Iterator[str]:
    folded = fold(word)
    for i in range(len(folded) - GRAM + 1):
        yield "g" + folded[i : i + GRAM]


def passage_forms(text: str, language: Language) -> list[str]:
    """Forms under which a passage is found, repeated as often as they occur."""
    forms = list(sentence_forms(text, language))
    if language == "de":
        forms += [g for t in tokens(text) if _is_content(t) for g in _grams(t)]
    return forms


@lru_cache(maxsize=20_000)
def sentence_forms(text: str, language: Language) -> tuple[str, ...]:
    """The forms of each word without its 4-grams: shared form, then stem; figures have one form."""
    forms: list[str] = []
    for token in tokens(text):
        forms.append(_shared(token))
        if not token[0].isdigit():
            forms.append(language[0] + stem(token, language))
    return tuple(forms)


def _is_content(token: str) -> bool:
    return not token[0].isdigit() and token.lower() not in STOPWORDS


def content_words(question: str) -> list[str]:
    """The words and figures of a question that carry content, in order, each once, as written."""
    words = dict.fromkeys(tokens(question))
    kept = [w for w in words if w.lower() not in STOPWORDS and (len(w) > 1 or w.isdigit())]
    return kept or list(words)


def question_forms(words: Iterable[str]) -> list[str]:
    """Forms of a question's content words in both languages, each once, for the word search."""
    forms: dict[str, None] = {}
    for word in words:
        forms[_shared(word)] = None
        if not word[0].isdigit():
            forms["d" + stem(word, "de")] = forms["e" + stem(word, "en")] = None
            forms.update(dict.fromkeys(_grams(word)))
    return list(forms)


def word_keys(word: str, language: Language) -> tuple[str, str]:
    """The shared form and the stem of one word, for looking it up in a passage of a language."""
    shared = _shared(word)
    return shared, shared if word[0].isdigit() else language[0] + stem(word, language)
