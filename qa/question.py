"""What a question asks for: its content words, its language, and the type of thing wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.values import Language
from index.wordforms import STOPWORDS, content_words, word_keys

Wanted = Literal["date", "figure", "person", "place", "list", "reason", "contact", "other"]

_WANTED: tuple[tuple[Wanted, str], ...] = (
    (
        "contact",
        r"\b(?:telefon\w*|phone|telephone|e-?mail\w*|mailadresse|adresse|address|anschrift|kontakt\w*"
        r"|contact\w*|ansprechpartner\w*|website|webseite|internetadresse|erreiche\w*|reach|wende\w*"
        r"|hausnummer|straße|strasse|street|postleitzahl)\b",
    ),
    (
        "date",
        r"\b(?:wann|when|what (?:date|day|time|year|month)|which (?:year|month|day)|seit wann|bis wann"
        r"|(?:in )?welche[mns]? (?:jahr|monat|tag|datum|zeitraum)\w*|how long ago|uhrzeit|datum|termin"
        r"|um wie viel uhr|by when|since when)\b",
    ),
    (
        "figure",
        r"\b(?:wie ?viele?\w*|how (?:many|much|high|large|big|long|fast|old|far|often)|wie (?:hoch|groß"
        r"|gross|lange?|schnell|alt|weit|oft|teuer)|kostet|kosten|costs?|price|preis\w*|anzahl|number of"
        r"|what (?:percentage|share|speed|amount|proportion)|welche[rnms]? (?:anteil|betrag|summe|preis"
        r"|geschwindigkeit|prozentsatz)|prozent|percent\w*|höhe)\b",
    ),
    (
        "person",
        r"\b(?:wer|wem|wen|wessen|who|whom|whose|which (?:person|company|organi[sz]ation)"
        r"|welche (?:person|firma))\b",
    ),
    (
        "place",
        r"\b(?:wo|woher|wohin|where|which (?:city|cities|place|country|state|town|region)"
        r"|welche[rnms]? (?:stadt|städten?|ort|land|region|bundesl\w+)|standort\w*|location)\b",
    ),
    (
        "reason",
        r"\b(?:warum|wieso|weshalb|why|wozu|wofür|what for|zweck|ziel\w*|purpose|aims?|goals?)\b",
    ),
    (
        "list",
        r"\b(?:welche|nenne\w*|list|name the|which .{0,40}s\b|what are|was sind|wie heißen|worin bestehen"
        r"|aufzähl\w*|beispiele|examples)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WANTED)

_MONTH = (
    r"(?:jan(?:uar|uary)?|feb(?:ruar|ruary)?|märz|march|april|mai|may|jun[ie]|jul[iy]|august"
    r"|sept?(?:ember)?|o[ck]tober|november|de[cz]ember)"
)
_DATE = re.compile(
    rf"\b(?:1[0-9]|20)\d\d(?:er)?\b|\b\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTH})|\b{_MONTH}\b"
    r"|\b\d{1,2}[.:]\d{2}\s?(?:uhr|a\.?m|p\.?m)|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag"
    r"|sonntag|monday|tuesday|wednesday|thursday|friday|saturday|sunday|jahrhundert|century)\w*",
    re.IGNORECASE,
)
_NUMBER_WORDS = re.compile(
    r"\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend|million\w*"
    r"|milliarde\w*|billion\w*|hälfte|drittel|viertel|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|hundred|thousand|half|third|quarter|einjährig\w*|dozens?)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
_CONTACT = re.compile(
    r"@|www\.|https?:|\btel\b|telefon|phone|\b\d{5}\b|(?:straße|str\.|weg|platz|allee|street|road)\s*\d",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:Dr|Prof|Herr|Frau|Mr|Mrs|Ms)\b\.?|\b[A-ZÄÖÜ][a-zäöüß]+(?:-[A-Z][a-z]+)? (?:[A-Z]\. )?"
    r"[A-ZÄÖÜ][a-zäöüß]+|GmbH|AG\b|e\. ?V\.|Inc|Ltd|Initiative|Ministeri?um|Ministry|Universit"
)
_PLACE = re.compile(
    r"\b(?:in|im|aus|nach|from|at|near|bei|an der|am) (?:der |dem |the )?[A-ZÄÖÜ][\wäöüß-]+"
)
_REASON = re.compile(
    r"\b(?:um|weil|da|denn|damit|dadurch|daher|deshalb|ziel\w*|zweck|soll\w*|aufgrund|wegen|because"
    r"|since|to|aims?|aimed|goal|purpose|due|therefore|so that|in order)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"(?:,[^,]{2,60}){2,}|[:;]|\b(?:sowie|as well as|und|and)\b")


_GREETINGS = frozenset(
    (
        *("hallo", "hi", "hey", "moin", "servus", "grüß gott", "guten tag", "guten morgen"),
        *("guten abend", "tschüss", "danke", "danke schön", "vielen dank", "hello", "hello there"),
        *("good morning", "good afternoon", "good evening", "bye", "thanks", "thank you"),
    )
)


def is_greeting(text: str) -> bool:
    """Nothing but a greeting or thanks: a word that may resemble one in a document, yet asks nothing."""
    return " ".join(re.findall(r"\w+", text.casefold())) in _GREETINGS


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the rest of ``qa`` needs it. ``words`` are its content words as written;
    ``names`` those that a document would have to contain: figures and proper names."""

    text: str
    language: Language
    words: tuple[str, ...]
    names: tuple[str, ...]
    wanted: Wanted


def analyse(text: str, language: Language) -> Question:
    """Take a question apart; ``language`` is what it is written in."""
    words = tuple(content_words(text))
    names = tuple(w for w in words if _is_name(w, text, language))
    wanted: Wanted = next((kind for kind, found in _PATTERNS if found.search(text)), "other")
    return Question(text, language, words, names, wanted)


def _is_name(word: str, text: str, language: Language) -> bool:
    """Figures, words with inner capitals, and in English capitalised words inside the sentence."""
    if any(c.isdigit() for c in word):
        return True
    if len(word) > 1 and (word.isupper() or any(c.isupper() for c in word[1:])):
        return True
    if language == "de" or not word[0].isupper():
        return False
    return text.find(word) > 0 and word.lower() not in STOPWORDS


def matches_wanted(wanted: Wanted, sentence: str) -> float:
    """Whether a sentence holds the type of thing wanted: 1, 0, or 0.5 where that cannot be told."""
    if wanted == "date":
        return float(bool(_DATE.search(sentence)))
    if wanted == "figure":
        return float(bool(_FIGURE.search(sentence) or _NUMBER_WORDS.search(sentence)))
    patterns = {
        "person": _PERSON,
        "place": _PLACE,
        "contact": _CONTACT,
        "reason": _REASON,
        "list": _LIST,
    }
    pattern = patterns.get(wanted)
    return 0.5 if pattern is None else float(bool(pattern.search(sentence)))


@lru_cache(maxsize=64)
def keys_by_language(words: tuple[str, ...]) -> dict[Language, list[tuple[str, str]]]:
    """Per passage language, the shared form and the stem of each word."""
    languages: tuple[Language, ...] = ("de", "en")
    return {language: [word_keys(word, language) for word in words] for language in languages}


def names_found(question: Question, language: Language, forms: frozenset[str]) -> float:
    """Share of the question's names and figures that are among the forms of a text in a language; 0.5
    where it has none."""
    if not question.names:
        return 0.5
    pairs = zip(question.words, keys_by_language(question.words)[language], strict=True)
    found = [not forms.isdisjoint(pair) for word, pair in pairs if word in question.names]
    return sum(found) / len(found)
