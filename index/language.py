"""Which of our two languages a text or a question is in, and whether a question is in neither.

Words decide first: ``data/language_words.toml`` lists grammar words, common words and endings of
both languages. Only where they leave the matter open, and only from four words on, the letter
statistics of langdetect are asked, with the German and English profiles alone and a fixed seed: its
probabilities mean little on short strings. Nothing is read before the first call.

Evidence is a number: above 0 speaks for German, below 0 for English.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from threading import Lock
from typing import Any

LANGUAGES = ("de", "en")

_WEIGHTS = {"function": 3.0, "content": 2.0, "endings": 1.5, "weak": 1.0}
_UMLAUT, _UMLAUT_IN_NAME = 2.5, 1.5  # many names in English questions have one
_ODDS, _UNSEEN = 8.0, 2e-5  # log odds that make one point; share of a triple no profile has
_LETTER_LIMIT = 1.3
_DECIDED = 1.2  # less evidence than this is none
_DECIDED_IN_TEXT = 9.0  # evidence of three grammar words more than the other language has
_SHORTEST_GUESS = 4  # letters
_SHORTEST_STEM, _LONGEST_ENDING = 3, 14  # letters
_SHORTEST_HEAD = 5  # letters; German words as long as that are found at the end of compounds
_FEW_WORDS = 4  # below that, letter statistics guess
_SLICE = 4000  # code points; of a longer text, three slices are looked at
_SURE = 0.95  # probability from which a third language is believed

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_GERMAN_LETTER = re.compile("[äöüß]")
_TYPED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BARE = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Evidence of whole words and of endings; 0 for words that both languages share."""

    words: dict[str, float]
    endings: dict[str, float]
    foreign: dict[str, frozenset[str]]  # grammar words of third languages, by ISO code


def detect_language(text: str, *, default: str = "de") -> str:
    """Return "de" or "en", the language of a document, a passage or a heading.

    Of a long text its beginning, middle and end are looked at. ``default`` comes back for a text
    without letters, and for one to three words that either language might use.
    """
    sample = unicodedata.normalize("NFC", _sample(text))
    tokens = _TOKEN.findall(sample)
    lexicon = _lexicon()
    listed = sum(lexicon.words.get(token.lower(), 0.0) for token in tokens)
    if abs(listed) >= _DECIDED_IN_TEXT:
        return "de" if listed > 0 else "en"
    return _by_words(tokens) or _by_letters(sample, tokens) or default


def question_language(
    question: str,
    *,
    override: str | None = None,
    conversation: str | None = None,
    interface: str = "de",
) -> str:
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
    tokens = _TOKEN.findall(question)
    return _by_words(tokens) or _by_letters(question, tokens) or conversation or interface


def unsupported_language(question: str) -> str | None:
    """Return the ISO 639-1 code of a question that is clearly neither German nor English.

    None for a German or English question, whatever foreign names it holds, and in any case of
    doubt: under four words, no grammar word of the other language, letter statistics not sure.
    A question in another script needs no four words.
    """
    question = unicodedata.normalize("NFC", question)
    if _is_other_script(question):
        return _guess(question, 0.0)
    tokens = [token.lower() for token in re.findall(r"[^\W\d_]+", question)]
    if len(tokens) < _FEW_WORDS or not _foreign_candidates(tokens):
        return None
    code = _guess(question, _SURE)
    return code if code in _foreign_candidates(tokens) else None


def _foreign_candidates(tokens: Iterable[str]) -> set[str]:
    """Return the languages with more grammar words among ``tokens`` than ours have words."""
    lexicon = _lexicon()
    candidates = set()
    for code, grammar in lexicon.foreign.items():
        theirs = sum(token in grammar for token in tokens)
        ours = sum(bool(lexicon.words.get(token)) for token in tokens if token not in grammar)
        if theirs > ours:
            candidates.add(code)
    return candidates


def _is_other_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum(unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return len(letters) >= _FEW_WORDS and latin * 2 < len(letters)


def _sample(text: str) -> str:
    if len(text) <= 3 * _SLICE:
        return text
    middle = (len(text) - _SLICE) // 2
    return " ".join((text[:_SLICE], text[middle : middle + _SLICE], text[-_SLICE:]))


def _by_words(tokens: list[str]) -> str | None:
    """Return the language the words speak for, or None if they do not settle it.

    What the lists know goes first: an unknown word is often a name.
    """
    known = [_known_evidence(token) for token in tokens]
    evidence = sum(weight or 0.0 for weight in known)
    if tokens and tokens[0].lower() == "was":
        evidence += 1.0
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
    lexicon = _lexicon()
    word = token.lower().replace("’", "'")
    head = word.rpartition("-")[2]
    if word in lexicon.words or (head in lexicon.words and len(head) >= _FEW_WORDS):
        return lexicon.words.get(word, lexicon.words.get(head))
    if _GERMAN_LETTER.search(word):
        return _UMLAUT if token[0].islower() else _UMLAUT_IN_NAME
    longest = min(len(head) - _SHORTEST_STEM, _LONGEST_ENDING)
    ends = (lexicon.endings.get(head[-length:]) for length in range(longest, 1, -1))
    return next((weight for weight in ends if weight is not None), None)


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


def _by_letters(text: str, tokens: list[str]) -> str | None:
    """Return what langdetect says of German or English; None under four words."""
    if len(tokens) < _FEW_WORDS:
        return None
    probabilities = _probabilities(_factory(LANGUAGES), text)
    return max(probabilities, key=lambda code: probabilities[code], default=None)


def _guess(text: str, least: float) -> str | None:
    """Return langdetect's first choice among all its languages, if it is as probable as that."""
    probabilities = _probabilities(_factory(()), text)
    for code, probability in probabilities.items():
        if probability >= least and code not in LANGUAGES:
            return code.partition("-")[0]
        break
    return None


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
