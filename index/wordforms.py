"""Words as the index compares them, in German, in English, and where the two meet.

A form is an ASCII-safe token with a one-letter prefix that keeps the vocabularies apart in one
full-text column:

- ``w`` the folded word itself, the same in both languages: names, loan words (``wleipzig``)
- ``n`` a number in one notation (``n1234p5`` for 1.234,5 and 1,234.5), ``m`` a month (``m11``)
- ``u`` a unit of measure by whatever name (``upercent`` for %, Prozent, per cent)
- ``d`` / ``e`` the German or English Snowball stem
- ``g`` character 4-grams of German words, so that compounds meet their
  parts; measured to lift German BM25 and to leave or harm English (C. Paice's conflation problem,
  seen from the other side)
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import Stemmer

from index.compounds import best_cut, complete_pairs, cuts, joined, possible_wholes
from index.figures import MONTHS, NUMBER_WORDS, THOUSANDS, UNITS, number_form, plain_figures
from index.searchtext import search_text
from index.values import Language

ANALYSER_VERSION = 4
GRAM = 4

_PARTICLES = r"ups?|ins?|outs?|offs?|ons?|downs?|how"
_TOKEN = re.compile(
    rf"\d+(?:[.,:]\d+)*|[^\W\d_]-[^\W\d_]{{3,}}|[^\W\d_]{{2,}}-(?:{_PARTICLES})(?![\w-])"
    r"|[^\W\d_]+(?:\d+[^\W\d_]*)*",
    re.IGNORECASE,
)
"""A figure, a word such as E-Mail or Start-up, or any other word."""
_HYPHENED = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})+")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_DIGRAPHS = re.compile(r"(?<![aeq])(?:ae|oe|ue)(?!u)")
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
    """One spelling for a word: case, ß/ss, ä/ae/a, accents, hyphens."""
    folded = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    folded = _DIGRAPHS.sub(lambda m: m.group()[0], folded)
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(c for c in decomposed if c != "-" and not unicodedata.combining(c))


@lru_cache(maxsize=100_000)
def stem(word: str, language: Language) -> str:
    """Snowball stem of a word, folded; the German stemmer sees ß and umlauts as written."""
    plain = unicodedata.normalize("NFC", word).lower().replace("-", "")
    return fold(_stemmer(language).stemWord(plain))


def tokens(text: str) -> Iterator[str]:
    """Words and figures of ``text`` in order, as written but for dates, numbers and units, which
    come in one notation, and for "Ein- und Ausfuhr", which comes in whole words."""
    return _tokens(_plain(text))


@lru_cache(maxsize=2_000)
def _plain(text: str) -> str:
    return complete_pairs(plain_figures(search_text(text)))


def _tokens(plain: str) -> Iterator[str]:
    for match in _TOKEN.finditer(plain):
        token = match.group()
        if token[0].isdigit() and token.count(".") == 2 and not THOUSANDS.match(token):
            yield from token.split(".")
        else:
            yield token


def _shared(token: str) -> str:
    """The form that both languages share."""
    if token[0].isdigit():
        return number_form(token)
    if _is_month(token):
        return f"m{MONTHS[token.lower()]}"
    lowered = token.lower()
    if lowered in NUMBER_WORDS:
        return f"n{NUMBER_WORDS[lowered]}"
    return "u" + UNITS[lowered] if lowered in UNITS else "w" + fold(token)


def _is_month(token: str) -> bool:
    lowered = token.lower()
    return lowered in MONTHS and (token[0].isupper() or lowered not in _AMBIGUOUS_MONTHS)


def _word_forms(word: str, language: Language) -> tuple[str, str]:
    return "w" + fold(word), language[0] + stem(word, language)


def _grams(word: str) -> Iterator[str]:
    """Runs of ``GRAM`` letters of a word."""
    folded = fold(word)
    for i in range(len(folded) - GRAM + 1):
        yield "g" + folded[i : i + GRAM]


def is_gram(form: str) -> bool:
    """Whether a form is a 4-gram of a word, which tells less than a word."""
    return form[0] == "g"


def passage_forms(text: str, language: Language) -> list[str]:
    """Forms under which a passage is found, repeated as often as they occur."""
    forms = list(sentence_forms(text, language))
    plain = _plain(text)
    for match in _HYPHENED.finditer(plain):
        forms += _word_forms(match.group(), language)
    if language == "de":
        for whole in possible_wholes(plain):
            forms += _word_forms(whole, language)
        forms += [g for t in _tokens(plain) if _is_content(t) for g in _grams(t)]
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
    return not token[0].isdigit() and (token.lower() not in STOPWORDS or _is_month(token))


def content_words(question: str) -> list[str]:
    """The words and figures of a question that carry content, in order, each once, as written."""
    words = dict.fromkeys(tokens(question))
    shouted = question.isupper()
    kept = [w for w in words if w.isdigit() or (len(w) > 1 and _counts(w, shouted))]
    return kept or list(words)


def _counts(word: str, shouted: bool) -> bool:
    """Whether a word is no stop word, or an acronym or a month that looks like one."""
    return word[0].isdigit() or _is_content(word) or (word.isupper() and not shouted)


Frequency = Callable[[Sequence[str]], Mapping[str, int]]
"""In how many passages forms occur, as ``Store.document_frequency`` tells."""


def question_forms(
    words: Iterable[str], language: Language, frequency: Frequency | None = None
) -> list[str]:
    """Forms of a question's content words in both languages, each once, for the word search.

    4-grams only of a German question: those of English words meet German ones by chance. With
    ``frequency`` German compounds are taken apart and put together as far as their parts and wholes
    occur in the corpus.
    """
    words = list(words)
    spelled = [word for word in words if not word[0].isdigit()]
    forms = dict.fromkeys(map(_shared, words))
    for word in spelled:
        forms["d" + stem(word, "de")] = forms["e" + stem(word, "en")] = None
        if (
            language == "de" and _shared(word)[0] == "w"
        ):  # the others have one form for all their spellings
            forms.update(dict.fromkeys(_grams(word)))
    for pair in pairwise(spelled):
        forms.update(dict.fromkeys(f for code in _BOTH for f in _word_forms("".join(pair), code)))
    if frequency is not None:
        forms.update(dict.fromkeys(_compound_forms(spelled, frequency)))
    return list(forms)


_BOTH: tuple[Language, ...] = ("de", "en")


def _compound_forms(words: Sequence[str], frequency: Frequency) -> Iterator[str]:
    """German stems of the parts of words and of the wholes they form, as far as they occur."""
    pairs = {
        word: [
            ("d" + stem(first, "de"), "d" + stem(last, "de"))
            for first, last in cuts(unicodedata.normalize("NFC", word).lower())
        ]
        for word in words
    }
    wholes = ["d" + whole for whole in joined([stem(word, "de") for word in words])]
    wanted = {form for found in pairs.values() for pair in found for form in pair}
    known = frequency(sorted(wanted.union(wholes)))
    for found in pairs.values():
        yield from best_cut(found, known)
    yield from (whole for whole in wholes if known[whole])


def word_keys(word: str, language: Language) -> tuple[str, str]:
    """The shared form and the stem of one word, for looking it up in a passage of a language."""
    shared = _shared(word)
    return shared, shared if word[0].isdigit() else language[0] + stem(word, language)
