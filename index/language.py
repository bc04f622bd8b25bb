"""Which of our two languages a text or a question is in, and whether a question is in neither.

Words decide first: ``data/language_words.toml`` lists grammar words, common words and endings of
both languages. Where they leave the matter open, the letters of the unknown words are weighed by the
German and English profiles of langdetect, with a threshold that a name or two does not reach. Only
from four words on langdetect itself is asked, with these two profiles and a fixed seed: its
probabilities mean little on short strings. Nothing is read before the first call.

Evidence is a number: above 0 speaks for German, below 0 for English.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from threading import Lock
from typing import Any

from index.values import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")

_WEIGHTS = {"function": 3.0, "content": 2.0, "endings": 1.5, "weak": 1.0}
_UMLAUT, _UMLAUT_IN_NAME = 2.5, 1.5  # many names in English questions have one
_ODDS, _UNSEEN = 7.0, 2e-5  # log odds that make one point; share of a triple no profile has
_LETTER_LIMIT = 1.3
_DECIDED = 1.2  # less evidence than this is none
_DECIDED_IN_TEXT = 9.0  # evidence of three grammar words more than the other language has
_SHOUTED = 3  # as many words all in capitals are no acronyms
_SHORTEST_GUESS = 4  # letters of a word
_SHORTEST_STEM, _LONGEST_ENDING = 3, 14  # letters
_SHORTEST_HEAD = 5  # letters; German words as long as that are found at the end of compounds
_FEW_WORDS = 4  # below that, letter statistics guess
_SLICE = 4000  # code points; of a longer text, three slices are looked at
_SURE = 0.95  # probability from which a third language is believed
_OTHER_SCRIPT = 0.4  # share of the letters; names often stay Latin
_CLEAR_SURPLUS = 3  # grammar words of a third language that need no probability
_CLEARLY = 1.5  # evidence of one word that belongs to one language

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"[„“\"»«][^„“”\"»«]{1,80}[“”\"»«]")
_WORDED = re.compile(rf"{_QUOTED.pattern}|(?<!\w)[‚‘'][^‚‘’']{{1,80}}[’‘'](?!\w)")
_CAPITAL = r"(?!(?:The|For|In|Of|An?|This|At|On|By|From|With|To)\s)[A-ZÄÖÜ\d][\w’'-]*"
_SMALL = {"de": "of|the|for|and|in|at|to|&", "en": "für|und|am|im|zu[mr]?|de[rsmn]|die|&"}
_NAMED = {
    code: re.compile(rf"\b{_CAPITAL}(?:(?:\s(?:{small}))*\s{_CAPITAL})+")
    for code, small in _SMALL.items()
}
"""Names of several words in a text of a language, with small words of the other between them."""

_GERMAN_LETTER = re.compile("[äöüß]")
_TYPED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BARE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Evidence of whole words and of endings; 0 for words that both languages share."""

    words: dict[str, float]
    endings: dict[str, float]
    foreign: dict[str, frozenset[str]]  # grammar words of third languages, by ISO code


def detect_language(text: str, *, default: Language = "de") -> Language:
    """Return "de" or "en", the language of a document, a passage or a heading.

    Of a long text its beginning, middle and end are looked at. ``default`` comes back for a text
    without letters, and for one to three words that either language might use.
    """
    sample = unicodedata.normalize("NFC", _sample(text))
    tokens = _TOKEN.findall(sample)
    lexicon = _lexicon()
    listed = sum(lexicon.words.get(token.lower(), 0.0) for token in tokens if not token.isupper())
    if abs(listed) >= _DECIDED_IN_TEXT:
        return "de" if listed > 0 else "en"
    return _by_words(tokens) or _by_letters(sample, tokens) or default


def question_language(
    question: str,
    *,
    override: Language | None = None,
    conversation: Language | None = None,
    interface: Language = "de",
) -> Language:
    """Return "de" or "en", the language to answer ``question`` in.

    ``override``, what the user has set, always wins. Then speak the words of the question, its
    letters if it has four words or more, the language of the conversation, that of the interface.

    Raises:
        ValueError: one of the three given languages is not in ``LANGUAGES``.
    """
    for language in (override, conversation, interface):
        if language is not None and language not in LANGUAGES:
            raise ValueError(f"language is {language!r}, answers come in {LANGUAGES}")
    if override:
        return override
    question = unicodedata.normalize("NFC", question)
    tokens = _TOKEN.findall(_QUOTED.sub(" ", question)) or _TOKEN.findall(question)
    if tokens and tokens[0].lower() == "was":
        tokens.append("was")  # an English question hardly starts with it
    return _by_words(tokens) or _by_letters(question, tokens) or conversation or interface


def unsupported_language(question: str) -> str | None:
    """Return the ISO 639-1 code of a question that is clearly neither German nor English.

    None for a German or English question, whatever foreign names it holds, and in any case of
    doubt: under four words, or no surplus of grammar words of the other language, or a small one
    and letter statistics that are not sure. A question in another script needs no four words.
    """
    question = unicodedata.normalize("NFC", question)
    tokens = [token.lower() for token in _LETTERS.findall(question)]
    other_script = _is_other_script(tokens)
    surplus = _foreign_surplus(tokens) if tokens else {}
    if not other_script and (len(tokens) < _FEW_WORDS or not surplus):
        return None
    likely = _probabilities(_factory(()), question)
    clear = [code for code in surplus if other_script or surplus[code] >= _CLEAR_SURPLUS]
    if clear:
        return max(clear, key=lambda code: (surplus[code], likely.get(code, 0.0)))
    first = next(iter(likely), "")
    most = max(surplus.values(), default=0)
    if other_script or (surplus.get(first) == most and likely[first] >= _SURE):
        code = first.partition("-")[0]
        return code if code and code not in LANGUAGES else None
    return None


def mixes_languages(text: str, language: Language) -> bool:
    """Tell whether words of the other of our two languages are mixed into a text of ``language``.

    One small word is enough in English, two are in German, which borrows; and two with a capital in
    English, as one may be a name. What stands between quotation marks does not count, nor do words
    with a capital in a row, with small ones between them ("Amt für Statistik").
    """
    text = _WORDED.sub(" ", unicodedata.normalize("NFC", text))
    names = [match.span() for match in _NAMED[language].finditer(text)]
    sign = 1.0 if language == "de" else -1.0
    others = [
        match.group()
        for match in _TOKEN.finditer(text)
        if not any(start <= match.start() < end for start, end in names)
        and _clear_evidence(match.group(), language) * sign <= -_CLEARLY
    ]
    return len(others) > 1 or (language == "en" and any(map(str.islower, others)))


def _clear_evidence(token: str, language: Language) -> float:
    """Return the evidence of a word that is hardly a name."""
    if token[0].islower():
        return _known_evidence(token) or 0.0
    word = token.lower()
    if language == "de":
        return 0.0
    return _lexicon().words.get(word, _ending_evidence(word.rpartition("-")[2]) or 0.0)


def _foreign_surplus(tokens: list[str]) -> dict[str, int]:
    """Return by how many its grammar words exceed our words, for each language where they do.

    A question that starts with a grammar word of ours is ours.
    """
    words = _lexicon().words
    ours = {token for token in tokens if _is_ours(token)}
    surplus = {}
    for code, grammar in _lexicon().foreign.items():
        if abs(words.get(tokens[0], 0.0)) == _WEIGHTS["function"] and tokens[0] not in grammar:
            continue
        theirs = sum(token in grammar for token in tokens)
        known = sum(token in ours and token not in grammar for token in tokens)
        if theirs > known:
            surplus[code] = theirs - known
    return surplus


def _is_ours(word: str) -> bool:
    """Tell whether a word is surely German or English; English endings have spread too far."""
    lexicon = _lexicon()
    if word in lexicon.words:
        return abs(lexicon.words[word]) > _WEIGHTS["weak"]
    return (_ending_evidence(word) or 0.0) > 0


def _is_other_script(tokens: list[str]) -> bool:
    """Tell whether much of a question is in no Latin letters, and none of it in our words."""
    letters = "".join(tokens)
    other = sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return (
        len(letters) >= _SHORTEST_GUESS
        and other >= _OTHER_SCRIPT * len(letters)
        and not any(map(_is_ours, tokens))
    )


def _sample(text: str) -> str:
    """Return a short text whole, of a long one its beginning, middle and end."""
    if len(text) <= 3 * _SLICE:
        return text
    middle = (len(text) - _SLICE) // 2
    return " ".join((text[:_SLICE], text[middle : middle + _SLICE], text[-_SLICE:]))


def _by_words(tokens: list[str]) -> Language | None:
    """Return the language the words speak for, or None if they do not settle it.

    What the lists know goes first: an unknown word is often a name.
    """
    if len(tokens) >= _SHOUTED and all(map(str.isupper, tokens)):
        tokens = [token.lower() for token in tokens]
    known = [_known_evidence(token) for token in tokens]
    evidence = sum(weight or 0.0 for weight in known)
    if abs(evidence) < _DECIDED:
        pairs = zip(tokens, known, strict=True)
        evidence += sum(_letter_evidence(token) for token, weight in pairs if weight is None)
    if abs(evidence) < _DECIDED:
        return None
    return "de" if evidence > 0 else "en"


def _known_evidence(token: str) -> float | None:
    """Return the evidence of a listed word, ending or umlaut, 0 for an acronym, else None."""
    if len(token) > 1 and token.isupper():
        return 0.0
    words = _lexicon().words
    word = token.lower().replace("’", "'")
    head = word.rpartition("-")[2]
    if word in words or (head in words and len(head) >= _SHORTEST_GUESS):
        return words.get(word, words.get(head))
    if _GERMAN_LETTER.search(word):
        return _UMLAUT if token[0].islower() else _UMLAUT_IN_NAME
    return _ending_evidence(head)


def _ending_evidence(word: str) -> float | None:
    """Return the evidence of the longest listed ending of a word, None without one."""
    endings = _lexicon().endings
    longest = min(len(word) - _SHORTEST_STEM, _LONGEST_ENDING)
    found = (endings.get(word[-length:]) for length in range(longest, 1, -1))
    return next((weight for weight in found if weight is not None), None)


def _letter_evidence(token: str) -> float:
    """Return what the triples of letters in a word say: the sum of their log odds, cut short."""
    word = token.lower().rpartition("-")[2]
    if len(word) < _SHORTEST_GUESS:
        return 0.0
    table = _factory(LANGUAGES).word_lang_prob_map
    padded = f" {word} "
    odds = 0.0
    for start in range(len(padded) - 2):
        german, english = table.get(padded[start : start + 3], (0.0, 0.0))
        odds += log((german + _UNSEEN) / (english + _UNSEEN))
    return max(-_LETTER_LIMIT, min(_LETTER_LIMIT, odds / _ODDS))


def _by_letters(text: str, tokens: list[str]) -> Language | None:
    """Return what langdetect says of German or English; None under four words."""
    if len(tokens) < _FEW_WORDS:
        return None
    probabilities = _probabilities(_factory(LANGUAGES), text)
    if not probabilities:
        return None
    return max(LANGUAGES, key=lambda code: probabilities.get(code, 0.0))


def _probabilities(factory: Any, text: str) -> dict[str, float]:
    """Return the probability of each likely language, best first; none without a known letter."""
    from langdetect.lang_detect_exception import LangDetectException

    detector = factory.create()
    detector.append(text)
    try:
        return {found.lang: found.prob for found in detector.get_probabilities()}
    except LangDetectException:
        return {}


_LOADING = Lock()


def _factory(codes: tuple[str, ...]) -> Any:
    """Return a langdetect factory for ``codes``, for all languages if there are none."""
    with _LOADING:
        return _load_factory(codes)


@cache
def _load_factory(codes: tuple[str, ...]) -> Any:
    """Read the profiles in a fixed order; seed 0 makes every later detection repeatable."""
    import langdetect
    from langdetect.detector_factory import DetectorFactory

    profiles = sorted((Path(langdetect.__file__).parent / "profiles").iterdir())
    factory = DetectorFactory()
    factory.load_json_profile(
        [path.read_text(encoding="utf-8") for path in profiles if not codes or path.name in codes]
    )
    factory.set_seed(0)
    return factory


@cache
def _lexicon() -> _Lexicon:
    """Read the word lists; German words also count as typed without umlauts."""
    path = Path(__file__).with_name("data") / "language_words.toml"
    lists = tomllib.loads(path.read_text(encoding="utf-8"))
    words: dict[str, float] = {}
    endings: dict[str, float] = {}
    for code, sign in (("de", 1.0), ("en", -1.0)):
        for kind, text in lists[code].items():
            target = endings if kind == "endings" else words
            for word in text.split():
                for spelling in (word.translate(_BARE), word.translate(_TYPED), word):
                    target.setdefault(spelling, sign * _WEIGHTS[kind])
    for word, weight in words.items():
        if weight > 0 and len(word) >= _SHORTEST_HEAD:
            endings.setdefault(word, _WEIGHTS["endings"])
    words |= dict.fromkeys(lists["both"]["words"].split(), 0.0)
    foreign = {code: frozenset(text.split()) for code, text in lists["foreign"].items()}
    return _Lexicon(words, endings, foreign)
