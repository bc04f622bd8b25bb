"""Whether a question leans on what was asked before, and by what: a pronoun, a missing part.

What a question leans on inside itself ("Which company sold *its* planes?") is nothing before it,
nor is an "it" that stands for nothing ("gibt es", "is it true that").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.values import Language
from index.wordforms import STOPWORDS, content_words
from qa.phrases import PREPOSITIONS as PREPOSITIONS
from qa.phrases import Phrase

Kind = Literal["pronoun", "place", "parallel", "asked", "word", "added"]


@dataclass(frozen=True, slots=True)
class Lean:
    """What a question leans by.

    ``pronoun`` and ``place``: by ``word``, from ``start`` to ``end``. ``parallel``, ``asked`` and
    ``word``: it is only a part, ``word``, to go into the last question. ``added``: in another way;
    with ``source`` it means the document that answered.
    """

    kind: Kind
    word: str = ""
    start: int = 0
    end: int = 0
    possessive: bool = False
    source: bool = False


_LINKS = re.compile(
    r"(?:(?:ok(?:ay)?|ja|nein|gut|danke|yes|no|thanks|hm+|well)[,.!]?\s+)?"
    r"(?:(?:und|and|aber|but|oder|or|also|so|dann|then|ja)\b[,]?\s+)+",
    re.I,
)
_ABOUT = re.compile(
    r"(?:was ist (?:denn )?mit|wie (?:sieht es|sieht's|steht es|ist es|ist das) (?:denn )?(?:mit|bei|in)"
    r"|was (?:gilt|ist) (?=(?:für|in|bei)\b)|(?:what|how) about|(?:what|how) is it (?=(?:for|in|at)\b))\s+",
    re.I,
)
_ASIDES = re.compile(r"(?:nur|auch|speziell|genauer|only|just|also|specifically|even)\s+", re.I)
_TRAILING = re.compile(r"\s+(?:aus|auch|denn|too|instead|then|as well)(?=[?.! ]*$)", re.I)

_WH = (
    r"wer|wem|wen|wessen|was|wann|wo|woher|wohin|warum|wieso|weshalb|wozu|wofür|womit|wodurch|wovon|woran"
    r"|worin|worauf|worüber"
    r"|wie(?: ?viele?n?| lange?| oft| hoch| groß| weit| teuer| alt| schnell| genau| sehr)?"
    r"|welche[rsnm]?|who|whom|whose|what|when|where|why|which"
    r"|how(?: (?:many|much|long|often|far|high|big|large|old|fast|expensive|exactly|so))?"
)
_LEAD = r"(?:in|an|auf|aus|ab|bis|für|mit|seit|von|zu|bei|at|by|for|from|on|to|with|since|until) "
ASKS = re.compile(rf"(?:{_LEAD})?(?:{_WH})\b", re.I)
WHO = re.compile(
    r"(?:von |by |mit |with )?(?:wer|wem|wen|who|whom|which person|welche person)\b", re.I
)
_FINITE = (
    r"(?:ist|sind|war|waren|hat|haben|hatte|hatten|wird|werden|wurde|wurden|kann|können|könnte|darf|dürfen"
    r"|muss|müssen|soll|sollen|gibt|gab|kostet|kosten|steht|liegt|findet|macht|geht|is|are|was|were|has|have"
    r"|had|do|does|did|can|could|will|would|should|must|may)\b"
)
DEFINES = re.compile(r"(?:what|who|was|wer|how \w+) (?:is|are|was|were|ist|sind|war)\b", re.I)
ADVERBIAL = re.compile(
    r"(?:(?:seit|bis|ab|von) wann|wann|wo|woher|wohin|warum|wieso|weshalb|wozu|wofür|womit|wie"
    r"|von wem|mit wem|für wen|durch wen|when|where|why|how|since when|until when|by whom|for whom"
    r"|with whom|from where)",
    re.I,
)
OPENING = re.compile(rf"{ADVERBIAL.pattern}(?=\s+(?:{_FINITE}))", re.I)
"""A question word that another can take the place of: its verb follows."""
_BARE_WORD = re.compile(
    rf"((?:{_LEAD})?(?:{_WH}))(?:\s+(?:denn|genau|nicht|not|noch|sonst|else|exactly|so|then|also|eigentlich"
    r"|davon|dafür|dazu|of them|of those|of these|ones?|then))*[?!. ]*",
    re.I,
)
_ASKED_PART = re.compile(
    r"(?:wie viele|how many|how much|wie viel|welche[rsnm]?|which) (?P<new>[^\W\d_][\w-]+)[?!. ]*",
    re.I,
)
_MORE = re.compile(
    r"(?:(?:bitte )?(?:erzähl\w*|sag\w*|erklär\w*|tell|explain|say|describe|give)?\s*(?:mir|me|us)?\s*"
    r"(?:noch |some )?(?:mehr|genauer\w*|weitere\w*|more|further|details?|einzelheiten|beispiele|examples?)"
    r"(?: (?:dazu|davon|darüber|details?|about (?:it|that|this)|einzelheiten|bitte|please|informationen"
    r"|information))*|noch (?:etwas|was|mehr|andere)|(?:sonst|sonst noch|noch) (?:etwas|was|jemand)"
    r"|anything else|who else|what else|wer noch|was noch|any others?|warum nicht|why not)[?!. ]*",
    re.I,
)
_VERB = re.compile(rf"\b{_FINITE}", re.I)

SEASON = re.compile(
    r"\b(?:winter|sommer|summer|frühjahr|frühling|spring|herbst|autumn|wochenende|weekend|nacht|night"
    r"|abend|evening|\w+tage?s?|\w+days?|\w*jahr\w*|years?|monat\w*|months?|woche\w*|weeks?|\d{4})\b",
    re.I,
)
"""A time, by a word for it."""
_TIME = (
    r"jahr\w*|woche\w*|monat\w*|tage?\w*|mal|stunde|saison|year|week|month|days?|time|morning|century"
    r"|season|quarter|decade"
)
_SOURCE = (
    r"dokument\w*|text\w*|artikel\w*|quelle|studie|bericht\w*|meldung|document|text|article|source|study"
    r"|report|paper"
)
_DEMONSTRATIVE = re.compile(
    rf"\b(?:diese[rsnm]?|jene[rsnm]?|this|that|these|those|besagte[rsnm]?|said)\s+(?!{_TIME})(?=[^\W\d_])"
    rf"(?P<source>(?:{_SOURCE})\b)?",
    re.I,
)
_EXPLETIVE = re.compile(
    r"\b(?:gibt|gab|gäbe|geben|gegeben|handelt|braucht|bedarf|lohnt|fehlt|mangelt|regnet|schneit|heißt"
    r"|hieß)\s+es\b|\b(?:geht|ging|kommt|kam)\s+es\b(?=.*\b(?:um|bei|zu|in|im|auf|darum|dazu|vor)\b)"
    r"|\bes\s+(?:gibt|gab|geben|handelt|sich)\b|\bes\b.*\bgeben\b"
    r"|\bwie spät ist es|\b(?:what time|what day) is it"
    r"|\b(?:es|it)\s+(?:\w+\s+)?(?:wahr|richtig|möglich|nötig|wichtig|erlaubt|sinnvoll|schwer|leicht|true|right"
    r"|possible|necessary|important|allowed|worth|hard|easy|difficult|legal|raining|snowing|called when"
    r"|take to|takes to|cost to|clear|known|safe|better|best|common|normal)\b(?!\s*\?)"
    r"|\bit (?:take|cost|mean)\b(?=[^?]* to\b)|\bes\b(?=[^?]*,\s)|\bes\b(?=[^?]* zu \w+en\b)",
    re.I,
)

_PERSONAL: dict[Language, str] = {
    "de": r"er|sie|es|ihn|ihm|ihnen",
    "en": r"it(?!['’]s)|he|she|they|them|him",
}
_POSSESSIVE: dict[Language, str] = {
    "de": r"(?:ihr|sein)(?=\s+(?:\w+e[rs]\s+)?[A-ZÄÖÜ])|(?:ihr|sein)e[rsnm]?",
    "en": r"its|his|her|their",
}
_OWNED = re.compile(rf"(?:{_POSSESSIVE['de']}|{_POSSESSIVE['en']})\b", re.I)
_OTHER: dict[Language, str] = {
    "de": r"davon|dafür|dazu|dabei|daran|darin|daraus|darüber|darunter|danach|davor|dadurch|dagegen|damit"
    r"|daneben|darum|dahinter|dasselbe|derselbe|dieselbe|letztere[rsnm]?|erstere[rsnm]?"
    r"|dies(?:e[rsnm]?)?(?=\s*[?!.]|\s+(?:noch|auch|genau|zu)\b)"
    rf"|(?:de[rmns]|die|das|dem) (?:andere[rnms]?|beiden|erste[nr]?|zweite[nr]?|letzte[nr]?)"
    rf"(?=\s*[?!.]*$|\s+{_FINITE})"
    r"|das(?=\s*[?!.]|\s+(?-i:[a-zäöüß]+)\s*[?!.]*$|\s+(?:genau|so|alles|eigentlich|denn|möglich|"
    r"entwickelt|gemacht|gesagt|passiert|geschehen|entschieden|bezahlt|finanziert|erklären|erläutern)\b)"
    rf"|beide[nr]?(?=\s*[?!.]*$|\s+{_FINITE})",
    "en": r"that(?=\s*[?!.])|(?<=\bis )that|(?<=\bwas )that|(?<=does )that|(?<=did )that|this(?=\s*[?!.])"
    r"|(?<=does )this|(?<=did )this|(?<=\bis )this(?= \w+ed\b)|those(?=\s*[?!.])"
    r"|(?<=of )(?:those|these)|(?<=are )(?:those|these)"
    r"|ones?(?=\s*[?!.])|(?:which|the other|the first|the second|the last|that|this) ones?\b"
    r"|the (?:former|latter|others?|same|two)(?=\s*[?!.]*$)|(?:both|others?)(?=\s*[?!.]*$)|hers|theirs"
    r"|(?<=of )both",
}
_PLACE: dict[Language, str] = {
    "de": r"dort(?:hin)?",
    "en": r"(?<!\bis )(?<!are )(?<!was )(?<!were )(?<!be )(?<!has )(?<!have )there"
    r"(?! (?:is|are|was|were|be)\b)",
}
_COMMAND = re.compile(
    r"\b(?:habt|seid|könnt|wollt|macht|bietet|werdet|sollt|müsst|dürft|wisst|kennt) ihr\b"
)
_BORDER = re.compile(
    r"[,.:;–—](?=\s)|\b(?:but|aber|when|als|wenn|because|weil|if|dass|that|while|während|so that|obwohl"
    r"|although|before|bevor|after|nachdem|where|wo|so|whose|bzw)\b"
    rf"|\b(?:und|and|oder|or)\s+(?:\w+\s+)?(?:{_WH}|{_FINITE}|{_PERSONAL['de']}|{_PERSONAL['en']})\b",
    re.I,
)
_TIED = re.compile(rf"\b{_FINITE}\s+(?:in|an|bei|mit|aus|auf|of|at|with|from)\s+$", re.I)
_AFTER_VERB = re.compile(rf"\b{_FINITE}\s+(?:es\s+)?$", re.I)
WHERE = frozenset("in im at near bei aus nach from".split())

_LEANING_HEADS = frozenset(
    # What something has: alone with "the", it is that of what was asked about.
    "preis eintritt eintrittspreis ticketpreis adresse anschrift gründer gründerin leiter leiterin leitung"
    " chef chefin geschäftsführer geschäftsführerin ziel ziele zweck termin ort standort höhe größe alter"
    " sitz ansprechpartner telefonnummer nummer dauer ergebnis ergebnisse grund gründe ursache ursachen frist"
    " anzahl bedingungen voraussetzungen kosten laufzeit beginn ende öffnungszeiten nachteil nachteile"
    " vorteil vorteile unterschied teilnehmer partner budget umsatz veranstalter verfasser autor autorin"
    " price fee cost costs address founder founders director head leader boss chief aim aims goal goals"
    " purpose date venue location height size age headquarters seat contact number phone duration result"
    " results reason reasons cause causes deadline conditions requirements turnover organiser"
    " organizer author authors difference advantages disadvantages participants partners capital ceo".split()
)
DEFINITE = frozenset("der die das den dem des the".split())


def unlinked(text: str) -> str:
    """A question without the words that tie it to the last one: "Und", "And then"."""
    linked = _LINKS.match(text)
    rest = text[linked.end() :] if linked else text
    return rest[:1].upper() + rest[1:] if linked and ASKS.match(rest) else rest


def lean(text: str, parts: Sequence[Phrase], language: Language, *, linked: bool) -> Lean | None:
    """What an unlinked question leans by, the surest sign first; None where it stands by itself.

    ``parts`` are its noun phrases.
    """
    return (
        _fragment(text, linked=linked)
        or _by_word(text, parts, language)
        or (Lean("added") if _is_thin(text, parts, linked=linked) else None)
    )


def _fragment(rest: str, *, linked: bool) -> Lean | None:
    """A question without a verb of its own: a bare question word, or a part to exchange."""
    if _MORE.fullmatch(rest):
        return Lean("added")
    about = _ABOUT.match(rest)
    new = rest[about.end() :] if about else rest
    if asked := _ASKED_PART.fullmatch(new):
        return Lean("asked", asked["new"])
    if not about and (bare := _BARE_WORD.fullmatch(new)):
        only = new.rstrip("?!. ").lower() == bare.group(1).lower()
        return Lean("word", bare.group(1)) if only else Lean("added")
    aside = _ASIDES.match(new)
    new = _TRAILING.sub("", new[aside.end() :] if aside else new).rstrip("?!. ")
    words = new.split()
    if not words or len(words) > 6 or ASKS.match(new) or _VERB.search(new) or _OWNED.match(new):
        return None
    starts = words[0].lower() in PREPOSITIONS or words[0][0].isdigit()
    if not (linked or about or ((aside or starts) and len(words) <= 4)):
        return None
    if any(re.fullmatch(_OTHER[code], new, re.I) for code in ("de", "en")):
        return Lean("added")
    return Lean("parallel", new)


def _by_word(text: str, parts: Sequence[Phrase], language: Language) -> Lean | None:
    """A word that stands for something outside the question."""
    for found in _DEMONSTRATIVE.finditer(text):
        if _is_outside(text, found.start(), parts, loose=False) and not _relative(text, found):
            return Lean("added", source=bool(found["source"]))
    for kind, start, end, possessive in _pronouns(text, language):
        if _is_outside(text, start, parts, loose=possessive):
            return Lean(kind, text[start:end], start, end, possessive)
    return None


def _relative(text: str, found: re.Match[str]) -> bool:
    """Whether "that" joins two clauses, or "those" is no part of a phrase: "those at other schools"."""
    if found.group().lower().startswith("that"):
        return not re.search(r"(?:^|\b(?:of|in|about|is|was|did)\s)$", text[: found.start()], re.I)
    following = text[found.end() :].split()[0].strip("?!.,").lower()
    return following in STOPWORDS or following in PREPOSITIONS


def _pronouns(text: str, language: Language) -> Iterator[tuple[Kind, int, int, bool]]:
    for kind, patterns, possessive in (
        ("pronoun", _PERSONAL, False),
        ("pronoun", _POSSESSIVE, True),
        ("place", _PLACE, False),
        ("added", _OTHER, False),
    ):
        for found in re.finditer(rf"\b(?:{patterns[language]})(?!\w)", text, re.I):
            if _stands_for_something(text, found, language):
                yield kind, found.start(), found.end(), possessive  # type: ignore[misc]


def _stands_for_something(text: str, found: re.Match[str], language: Language) -> bool:
    word, start = found.group(), found.start()
    if word.isupper():  # "the local IT firms"
        return False
    if any(e.start() <= start < e.end() or e.start() == start for e in _EXPLETIVE.finditer(text)):
        return False
    if language == "de":
        polite = word[0].isupper() and start > 0 and word.lower().startswith(("ihr", "ihn", "sie"))
        if polite or any(c.start() <= start < c.end() for c in _COMMAND.finditer(text)):
            return False
        ahead = re.search(
            r"^\s*,|,\s*(?:dass|wie|ob|wenn|was|um)\b|,[^,]* zu\b", text[found.end() :], re.I
        )
        if word.lower().startswith("da") and (ahead or text[:start].rstrip().endswith(",")):
            return False
        if re.match(rf"\s+(?:{_TIME})", text[found.end() :], re.I):
            return False
    return not (word.lower() in ("her", "his") and start == 0)


def _is_outside(text: str, start: int, parts: Sequence[Phrase], *, loose: bool) -> bool:
    """Whether nothing before ``start`` in the question can be meant.

    A possessive may mean a phrase of its own clause; any other word only one of a clause before.
    """
    before = [part for part in parts if part.end <= start]
    if loose and not _TIED.search(text[:start]):
        return not any(not (p.asked_for_many or p.generic) for p in before)
    borders = [border.start() for border in _BORDER.finditer(text, 0, start)]
    return not any(part.end <= border for part in before for border in borders)


def ends_with_verb(text: str) -> bool:
    """Whether the last word is an auxiliary or a common verb: a subject follows."""
    return bool(_AFTER_VERB.search(text))


def _is_thin(rest: str, parts: Sequence[Phrase], *, linked: bool) -> bool:
    """Whether the question has too little of its own: "Wer gewann?", "Wie hoch ist der Preis?"."""
    words = content_words(ASKS.sub("", rest, count=1))
    words = [word for word in words if not _VERB.fullmatch(word)]
    if linked and len(words) <= 2 and not any(part.names == 2 for part in parts):
        return True
    if len(words) > 1 or any(part.names == 2 for part in parts):
        return False
    if len(parts) == 1 and parts[0].determiner in DEFINITE:
        return parts[0].bare.lower() in _LEANING_HEADS
    if not ASKS.match(rest) or not words:
        return bool(ASKS.match(rest)) and not parts
    asked = bool(parts) and parts[0].asked
    return asked or not parts
