"""Follow-up questions completed from what was asked before: "Und was kostet es?", "Who leads it?".

Built in and deterministic, no model. A question that leans on nothing stays as it is, so a change
of topic drags nothing along. What leans is completed in the gentlest way that fits: the pronoun
gives way to what it stands for, the parallel part of the last question is exchanged ("Und in
Berlin?"), the question word is ("Warum?"), or what the talk is about is added in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.language import question_language
from index.values import Language
from index.wordforms import STOPWORDS, content_words
from qa import leaning
from qa.leaning import Lean
from qa.phrases import MERGED, QUANTIFIERS, Phrase, phrases
from qa.values import Exchange

REMEMBERED = 6
"""Turns that are looked back at."""

_ARTICLES = {"er": "der", "ihn": "den", "ihm": "dem", "sie": "die", "es": "das", "ihnen": "den"}
_FITS = {
    "er": "der ein den dem einen im am zum vom beim",
    "ihn": "der ein den einen dem im am zum vom beim",
    "ihm": "der ein den dem das im am zum vom beim",
    "sie": "die eine der einer zur",
    "es": "das ein dem im am zum vom beim ins",
}
"""Determiners of what a German pronoun may stand for."""

_QUOTED: dict[Language, str] = {"de": "„{}“", "en": "“{}”"}
_TITLE = re.compile(r"(?:Laut „(.+?)“|According to “(.+?)”) \(")
_PERSON = re.compile(
    r"\b(?:Dr\.|Prof\.|Mr\.?|Mrs\.?|Ms\.?|Herr|Frau) (?:[A-ZÄÖÜ][\w-]+ ?){1,3}"
    r"|\b[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)? [A-ZÄÖÜ][a-zäöüß]+\b"
)
_PEOPLE = frozenset("he him his she her er ihn ihm".split())
_MANY = frozenset("they them their theirs ihnen those these".split())
_ONE = frozenset("it its es er ihn he she".split())
_SEVERAL = re.compile(r"\b\w+[e]n sie$|\bsind sie$")
_YEAR = re.compile(r"\b(?:1[5-9]|20|21)\d\d\b")
_MONTH = re.compile(
    r"\b(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|January|February|March|May|June|July|October|December)\b"
)


@dataclass(frozen=True, slots=True)
class _Before:
    """The last full question of a talk and the answer it got."""

    text: str
    language: Language
    phrases: Sequence[Phrase]
    answer: str


def understand(question: str, history: Sequence[Exchange]) -> str:
    """The question as it stands by itself; as it was asked where it leans on nothing before.

    ``history`` is oldest first. The language stays that of the question; words of the other
    language are quoted.
    """
    if not history:
        return question
    before = _last_full(history[-REMEMBERED:])
    asked = question.strip()
    language = question_language(asked, conversation=before.language)
    text = leaning.unlinked(asked)
    lean = leaning.lean(text, phrases(text, language), language, linked=text != asked)
    if not (before.phrases or _title(before.answer)):
        return question
    if lean is None:
        return _in_full(text, language, before) or question
    return _COMPLETE[lean.kind](lean, text, language, before)


def _last_full(history: Sequence[Exchange]) -> _Before:
    """The last turn, its question completed from those before it if that was not kept."""
    full: list[Exchange] = []
    for turn in history:
        asked = turn.understood or understand(turn.question, full)
        full.append(Exchange(turn.question, turn.answer, asked))
    language: Language = "de"
    for turn in history:
        language = question_language(turn.question, conversation=language)
    last = full[-1]
    return _Before(last.understood, language, phrases(last.understood, language), last.answer)


# -- the ways of completing ---------------------------------------------------------------------


def _pronoun(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """ "Who leads it?": the pronoun gives way to what it stands for."""
    word = lean.word.lower()
    person = _person(before) if word in _PEOPLE else ""
    many = word in _MANY or bool(_SEVERAL.search(text[: lean.end]))
    meant = None if person else _antecedent(word, before, many=many)
    if not person and meant is None:
        return _added(lean, text, language, before)
    if language == "de" and lean.possessive:
        return _with(text, person or _named(meant, before, language))
    name = person or _named(meant, before, language, _ARTICLES.get(word) if meant else None)
    if lean.possessive:
        name += "’" if name.endswith("s") else "’s"
    put = _capital(f"{text[: lean.start]}{name}{text[lean.end :]}")
    # "Which documents …?" says little of them; what was asked about them does.
    asked = meant is not None and meant.asked
    return _with(put, _topic(before, language, own=_words_of(put))) if asked else put


def _in_full(text: str, language: Language, before: _Before) -> str:
    """ "Who founded the initiative?": the short form of what was told more of before; else empty."""
    own = phrases(text, language)
    if language != before.language or any(phrase.names for phrase in own):
        return ""
    for phrase in own:
        for full in before.phrases:
            alone = len(own) == 1 and phrase.bare == full.bare
            if alone and phrase.determiner in leaning.DEFINITE:
                return _with(text, _topic(before, language, own=_words_of(text)))
            short = full.bare.lower().endswith(f" {phrase.bare.lower()}")
            if short and phrase.determiner in leaning.DEFINITE:
                return f"{text[: phrase.end - len(phrase.bare)]}{full.bare}{text[phrase.end :]}"
    return ""


def _place(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """ "Wer arbeitet dort?": the place that was asked about, or all that was."""
    places = [p for p in before.phrases if p.preposition in ("in", "im", "at", "bei", "near", "an")]
    if not places or language != before.language:
        return _added(lean, text, language, before)
    place = places[-1]
    named = before.text[_with_preposition(place, before) : place.end]
    return f"{text[: lean.start]}{named}{text[lean.end :]}"


def _parallel(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """ "Und in Berlin?": the part of the last question that it runs parallel to is exchanged."""
    new = lean.word
    if language != before.language:
        return _with(
            _question(new), _topic(before, language, less=_replaced(new, language, before))
        )
    span = _replaced(new, language, before)
    if span is None and new.split()[0].lower() in leaning.PREPOSITIONS:
        return _question(f"{before.text.rstrip('?!. ')} {new}")
    if span is None:
        return _with(_question(new), _topic(before, language))
    start, end = span
    return before.text[:start] + (new if start else _capital(new)) + before.text[end:]


def _asked(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """ "How many teachers?" after "How many students …?": what is asked for is exchanged."""
    first = next(iter(before.phrases), None)
    word = text.split()[0].lower()
    if first is None or not first.asked or not before.text.lower().startswith(word):
        return _added(lean, text, language, before)
    if language != before.language:
        return _added(lean, text, language, before)
    return before.text[: first.start] + lean.word + before.text[first.end :]


def _word(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """ "Warum?", "Since when?": the question word of the last question is exchanged."""
    opening = leaning.OPENING.match(before.text)
    if language != before.language or not opening or not leaning.ADVERBIAL.fullmatch(lean.word):
        return _with(_question(lean.word), _topic(before, language))
    return _capital(lean.word) + before.text[opening.end() :]


def _added(lean: Lean, text: str, language: Language, before: _Before) -> str:
    """What the talk is about, in brackets."""
    if lean.source and (title := _title(before.answer)):
        return _with(text, _QUOTED[language].format(title))
    text = _capital(text)
    return _with(text, _topic(before, language, own=_words_of(text)))


def _words_of(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in content_words(text))


_COMPLETE: dict[str, Callable[[Lean, str, Language, _Before], str]] = {
    "pronoun": _pronoun,
    "place": _place,
    "parallel": _parallel,
    "asked": _asked,
    "word": _word,
    "added": _added,
}


# -- what the talk is about ---------------------------------------------------------------------


def _antecedent(word: str, before: _Before, *, many: bool) -> Phrase | None:
    """The phrase of the last question that a pronoun most likely stands for; the last of equals."""
    fitting = [] if many else _FITS.get(word, "").split()

    first = before.phrases[0] if leaning.DEFINES.match(before.text) and before.phrases else None

    def score(phrase: Phrase) -> tuple[float, int]:
        points = float(phrase.names) + (phrase.determiner in ("the", "der", "die", "das"))
        points -= 1 + (phrase.determiner in QUANTIFIERS) if phrase.asked else 0
        points -= 2 * phrase.generic + 0.5 * bool(phrase.preposition)
        points -= 2 * (phrase.names < 2 and phrase.preposition in leaning.WHERE)
        points += leaning.ends_with_verb(before.text[: phrase.start])  # the subject
        if phrase is first:  # "What is the speed of the ferry?" is about the ferry.
            points += -1 if before.text[phrase.end :].startswith(" of ") else 2
        if fitting and phrase.determiner and not phrase.asked and before.language == "de":
            points += 2 if phrase.determiner in fitting else -2
        if many:
            points += 3.5 if phrase.asked_for_many else 1.5 if phrase.plural else -3
        elif word in _ONE:
            points += -1.5 if phrase.plural else 1.5
        return points, phrase.start

    usable = [phrase for phrase in before.phrases if not re.fullmatch(r"[\d.,]+", phrase.bare)]
    return max(usable, key=score, default=None)


def _named(
    phrase: Phrase | None, before: _Before, language: Language, article: str | None = None
) -> str:
    """A phrase as it is put into a question of ``language``; from the other it is quoted."""
    if phrase is None:
        return ""
    if language != before.language:
        article = article if language == "de" else "the"
        named = phrase.bare if phrase.names else _QUOTED[language].format(phrase.bare)
        return f"{article} {named}" if article and phrase.determiner and phrase.names else named
    bare = phrase.bare + before.text[phrase.end : _end_of(phrase, before)]
    if article and phrase.determiner and not phrase.asked_for_many:
        return f"{article} {bare}"
    if language == "en" and (phrase.asked or phrase.determiner):
        return f"{'the' if phrase.asked else phrase.determiner} {bare}"
    return bare


def _end_of(phrase: Phrase, before: _Before) -> int:
    """Where a phrase ends with what is attached to it: "the report on soil", "Leiterin des Zoos"."""
    following = before.phrases[list(before.phrases).index(phrase) + 1 :]
    for after in following[:1]:
        if phrase.holds(after, before.text[phrase.end : after.start]):
            return after.end
    return phrase.end


def _topic(
    before: _Before,
    language: Language,
    *,
    less: tuple[int, int] | None = None,
    own: frozenset[str] = frozenset(),
) -> str:
    """The phrases of the last question, or the title of what answered it where it has none.

    ``less`` is a span to leave out, ``own`` are words that the follow-up has itself.
    """
    named = [
        _named(phrase, before, language) if language != before.language else phrase.bare
        for phrase in before.phrases
        if not phrase.generic
        and not (less and less[0] < phrase.end and phrase.start < less[1])
        and not _words_of(phrase.bare) <= own
    ]
    title = _title(before.answer)
    if not named and title:
        named = [_QUOTED[language].format(title)]
    return ", ".join(named)


def _title(answer: str) -> str:
    found = _TITLE.search(answer)
    return next(filter(None, found.groups()), "") if found else ""


def _person(before: _Before) -> str:
    """Who the talk is about: named in the last question, or in the answer to "who"."""
    said = _TITLE.sub("", before.answer) if leaning.WHO.match(before.text) else ""
    for text in (before.text, said):
        asked = _words_of(before.text)
        for found in _PERSON.finditer(text):
            name = found.group().strip()
            titled = name.startswith(("Dr", "Prof", "Mr", "Ms", "Herr", "Frau"))
            new = not asked & {word.lower() for word in name.split()}
            plain = not STOPWORDS & {word.lower() for word in name.split()}
            if titled or (new and plain and text is said):
                return name
    people = [p.bare for p in before.phrases if p.names == 2 and not p.determiner]
    return people[-1] if people and len(people[-1].split()) in (2, 3) else ""


# -- exchanging ---------------------------------------------------------------------------------


def _replaced(new: str, language: Language, before: _Before) -> tuple[int, int] | None:
    """The span of the last question that ``new`` runs parallel to; None where there is none."""
    for kind in (_YEAR, _MONTH):
        if kind.fullmatch(new):
            found = kind.search(before.text)
            return found.span() if found else None
    bits = phrases(f"… {new}", language)
    preposition = new.split()[0].lower()
    if bits and preposition in leaning.PREPOSITIONS:
        preposition = MERGED.get(preposition, preposition)
        timed = bool(leaning.SEASON.search(bits[0].bare))
        alike = [
            p
            for p in before.phrases
            if MERGED.get(p.preposition, p.preposition) == preposition
            and bool(leaning.SEASON.search(p.bare)) == timed
        ]
        if not alike:
            return None
        return _with_preposition(alike[-1], before), alike[-1].end
    if preposition in leaning.PREPOSITIONS or not bits:
        return None
    chosen_phrase = _like(bits[0], before)
    return (chosen_phrase.start, chosen_phrase.end) if chosen_phrase else None


def _with_preposition(phrase: Phrase, before: _Before) -> int:
    """Where a phrase begins with the word before it, which is its preposition."""
    word = re.search(r"\w+\s+$", before.text[: phrase.start])
    return word.start() if word else phrase.start


def _like(new: Phrase, before: _Before) -> Phrase | None:
    """The phrase most like ``new``: shared words, then the same kind, then the last."""
    words = {word.lower() for word in content_words(new.bare)}

    def score(phrase: Phrase) -> tuple[float, int]:
        shared = len(words & {word.lower() for word in content_words(phrase.bare)})
        kind = (bool(phrase.names) == bool(new.names)) + (
            bool(phrase.determiner) == bool(new.determiner)
        )
        return 2 * shared + kind - 3 * phrase.asked - phrase.generic, phrase.start

    return max(before.phrases, key=score, default=None)


def _question(text: str) -> str:
    return _capital(text).rstrip("?!. ") + "?"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _with(text: str, topic: str) -> str:
    """The question with ``topic`` in brackets before its mark."""
    if not topic:
        return text
    bare = text.rstrip("?!. ")
    return f"{bare} ({topic}){text[len(bare) :].strip() or '?'}"
