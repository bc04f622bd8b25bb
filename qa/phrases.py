"""The noun phrases of a question, by small grammars: what a later question may be about.

No tagger: German nouns are capitalised, English ones end where a verb or a grammar word begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.values import Language
from index.wordforms import STOPWORDS

_TOKEN = re.compile(r"[^\s?!,;:()„“”\"»«…]+")
_DETERMINERS: dict[Language, frozenset[str]] = {
    "de": frozenset(
        "der die das den dem des ein eine einen einem einer eines im am zum zur vom beim ins jede jeder"
        " jedes jeden jedem dieser diese dieses diesen diesem kein keine keinen".split()
    ),
    "en": frozenset("the a an this that these those every each any some".split()),
}
MERGED = {
    "im": "in",
    "am": "an",
    "zum": "zu",
    "zur": "zu",
    "vom": "von",
    "beim": "bei",
    "ins": "in",
}
"""German prepositions that hold an article."""

PREPOSITIONS = frozenset(
    "in im ins an am auf bei beim aus von vom zu zum zur nach mit für gegen über unter vor seit bis um"
    " durch ohne während zwischen of at on for from to with by about near under between during since"
    " until within into per pro ab laut".split()
)
QUANTIFIERS = frozenset("viele vielen wenige many much few all alle mehr more".split())
_ASKING = frozenset("welche welcher welches welchen welchem which what whose".split())
_VERBS = frozenset(
    "take takes took cost costs have has had do does did is are was were be been lie lies get gets got"
    " give gives gave work works want wants need needs offer offers offered focus focuses lead leads"
    " led run runs ran sell sells sold build builds built produce produces make makes made employ"
    " employs receive receives support supports open opens close closes start starts begin begins end"
    " ends hold holds held own owns belong belongs contain contains cover covers apply applies say says"
    " said mean means meant pay pays paid come comes came go goes went live lives use uses provide"
    " provides plan plans promote promotes serve serves grow grows grew win wins won lose loses lost"
    " become becomes became bring brings brought include includes last lasts allow allows happen"
    " happens exist exists stand stands stood sit sits emit emits weigh weighs measure measures reach"
    " reaches join joins pursue pursues expire expires aim aims develop develops look looks think"
    " write writes wrote teach teaches found finds find meet meets connect connects save saves eat"
    " eats play plays carry carries mentor mentors help helps charge charges decide decides"
    " discuss discusses".split()
)
_ATTACHING = frozenset("of on for about von für über der des".split())
_ADJECTIVE = re.compile(r"[a-zäöüß-]+(?:e|en|er|es|em)")
_PAST = re.compile(r"\w{2,}(?<!e)ed|\w+ly")
_CALLED = re.compile(r"\w[A-ZÄÖÜ]|[A-ZÄÖÜ]{2}|\w\.\w")
"""Capitals or a dot inside a word: a name."""
_LIKE_A_NAME = re.compile(r"\d|\w\.\w")
_NEVER = frozenset("wann seit wieviel wie sie ihnen".split())
_GENERIC = frozenset(
    "jahr jahre tag monat uhr ort stadt land name namen year years day month time place city".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: ``text[start:end]`` with its determiner, ``bare`` without. ``names`` is how much
    it looks like a name, 0 to 2; ``asked``: it belongs to the question word ("which city");
    ``preposition`` is the word before it, if it is one."""

    start: int
    end: int
    bare: str
    determiner: str
    names: int
    asked: bool
    preposition: str

    @property
    def plural(self) -> bool:
        """Whether it is rather many than one; a guess, which for a German noun needs "viele"."""
        last = self.bare.split()[-1]
        english = self.determiner in ("", "the", "which", "what") and last.endswith("s")
        german = not self.determiner and last[0].isupper() and last.endswith("en")
        return self.asked_for_many or (not self.names and len(last) > 3 and (english or german))

    @property
    def asked_for_many(self) -> bool:
        return self.asked and self.determiner in QUANTIFIERS

    def holds(self, other: Phrase, between: str) -> bool:
        """Whether ``other``, which follows after ``between``, says whose or of what this is."""
        word = (between.split() or [other.determiner])[0].lower()
        return not self.names and len(between.split()) <= 1 and word in _ATTACHING

    @property
    def generic(self) -> bool:
        """Whether it names nothing by itself, as the year of "in which year"."""
        return self.bare.lower() in _GENERIC


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or bool(_LIKE_A_NAME.search(self.text))


def phrases(text: str, language: Language) -> list[Phrase]:
    """The noun phrases of a question in order."""
    tokens = [_Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    found: list[Phrase] = []
    at = 0
    while at < len(tokens):
        stop = _end_of_german(tokens, at) if language == "de" else _end_of_english(tokens, at)
        if stop > at:
            found.append(_phrase(text, tokens, at, stop, language))
        at = max(stop, at + 1)
    return found


def _phrase(text: str, tokens: list[_Token], at: int, stop: int, language: Language) -> Phrase:
    first, last = at, tokens[stop - 1]
    before = tokens[at - 1].low if at else ""
    determiner = ""
    if tokens[at].low in _DETERMINERS[language]:
        determiner, first = tokens[at].low, at + 1
    elif before in QUANTIFIERS or before in _ASKING:
        determiner = before
    asked = before in _ASKING or (
        before in QUANTIFIERS and at >= 2 and tokens[at - 2].low in ("wie", "how")
    )
    preposition = before if before in PREPOSITIONS else MERGED.get(determiner, "")
    bare = text[tokens[first].start : last.end]
    start = tokens[first].start if determiner in MERGED else tokens[at].start
    return Phrase(
        start, last.end, bare, determiner, _names(tokens[first:stop], language), asked, preposition
    )


def _names(words: list[_Token], language: Language) -> int:
    capitals = sum(word.capital for word in words)
    if capitals >= 2 or any(_CALLED.search(word.text) for word in words):
        return 2
    return int(language == "en" and capitals > 0)


def _end_of_german(tokens: list[_Token], at: int) -> int:
    """Where the phrase that begins at ``at`` ends, or ``at`` where none begins."""
    end = at
    if tokens[at].low in _DETERMINERS["de"]:
        end += 1
        while end < len(tokens) and _is_adjective(tokens[end]):
            end += 1
    start = end
    while end < len(tokens) and _is_noun(tokens, end):
        end += 1
    return end if end > start else at


def _is_adjective(token: _Token) -> bool:
    return bool(_ADJECTIVE.fullmatch(token.text)) and token.low not in STOPWORDS


def _is_noun(tokens: list[_Token], at: int) -> bool:
    token = tokens[at]
    if token.text == "&":
        return True
    if not token.capital or token.low in STOPWORDS or token.low in _NEVER:
        return token.text.isupper() and len(token.text) > 1 and at > 0
    if at:
        return True
    # The first word is capitalised whatever it is: a verb where a subject follows.
    return len(tokens) < 2 or not (
        tokens[1].low in _DETERMINERS["de"] or tokens[1].capital or tokens[1].low == "sie"
    )


def _end_of_english(tokens: list[_Token], at: int) -> int:
    end = at
    if tokens[at].low in _DETERMINERS["en"]:
        end += 1
    start = end
    while end < len(tokens) and _goes_on(tokens, start, end, bare=start == at):
        end += 1
    return end if end > start else at


def _goes_on(tokens: list[_Token], start: int, at: int, *, bare: bool) -> bool:
    """Whether the word at ``at`` belongs to a phrase begun at ``start``; ``bare``: no determiner."""
    token = tokens[at]
    if token.text == "&":
        return True
    if token.capital and (at > 0 or len(tokens) == 1):
        return token.low not in STOPWORDS or (token.text.isupper() and len(token.text) > 1)
    if token.low in STOPWORDS or token.low in _VERBS or token.low in PREPOSITIONS or at == 0:
        return False
    if at == start:
        return not token.low.endswith(("ly", "ing")) and not (bare and _PAST.fullmatch(token.low))
    before = tokens[at - 1].text
    follows_name = bare and before[0].isupper() and not before.endswith(("'s", "’s"))
    return not follows_name and not (
        _PAST.fullmatch(token.low) or (bare and token.low.endswith("ing"))
    )
