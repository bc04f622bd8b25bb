"""Statements with the sentences they are said to rest on, true and false, made from parallel texts.

Every article is told in German and English alike, so a sentence of one is a true paraphrase of its
counterpart. True ones are also shortened, or made of a question and its answer; false ones have a
figure, date, name, denial or comparison changed, something added, or another sentence as evidence.
Lists of words are this module's own: what is checked must not be made by the checker.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from eval.fit.corpora import OWN
from index.sentences import split_sentences
from index.values import Language
from qa.comparing import Claim

LANGUAGES: tuple[Language, ...] = ("de", "en")
HELD_OUT = 2
"""Every second article is kept out of the fit and reported on."""

BESIDE = 0.3
"""The share of statements that also cite the sentence beside."""

TRUE = ("quoted", "parallel", "shortened", "answered")
FALSE = ("figure", "date", "name", "negation", "comparison", "addition", "neighbour", "order")

Spoken = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in both languages with its questions, each with its answer."""

    title: Spoken
    text: Spoken
    asked: tuple[tuple[Spoken, Spoken], ...]


@dataclass(frozen=True, slots=True)
class Article:
    """Paragraphs that are held out, or not, together."""

    name: str
    paragraphs: tuple[Paragraph, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and whether its evidence bears it out; ``direction`` is claim -> evidence."""

    claim: Claim
    true: bool
    kind: str
    direction: str
    article: str
    held_out: bool


def xquad_articles(folder: Path) -> list[Article]:
    """XQuAD, from ``xquad.de.json`` and ``xquad.en.json``."""
    data = {
        language: json.loads((folder / f"xquad.{language}.json").read_text("utf-8"))["data"]
        for language in LANGUAGES
    }
    articles = []
    for i, sides in enumerate(zip(*data.values(), strict=True)):
        paragraphs = []
        for pair in zip(*(side["paragraphs"] for side in sides), strict=True):
            said = dict(zip(LANGUAGES, pair, strict=True))
            questions = zip(*(one["qas"] for one in pair), strict=True)
            asked = tuple(
                (
                    _spoken([q["question"] for q in qs]),
                    _spoken([q["answers"][0]["text"] for q in qs]),
                )
                for qs in questions
            )
            title = _spoken([side["title"].replace("_", " ") for side in sides])
            text = {language: one["context"] for language, one in said.items()}
            paragraphs.append(Paragraph(title, text, asked))
        articles.append(Article(f"xquad-{i}", tuple(paragraphs), i % HELD_OUT == 1))
    return articles


def own_articles() -> list[Article]:
    """The own training texts (``data/``); a document is an article."""
    found: dict[str, list[Paragraph]] = {}
    for name in OWN:
        raw = files("eval.fit").joinpath(f"data/{name}.jsonl").read_text(encoding="utf-8")
        for data in map(json.loads, raw.splitlines()):
            asked = tuple((q["question"], q["answer"]) for q in data["questions"] if q["answer"])
            paragraph = Paragraph(data["title"], data["text"], asked)
            found.setdefault(data["document"], []).append(paragraph)
    return [
        Article(name, tuple(paragraphs), int(name[1:]) % HELD_OUT == 1)
        for name, paragraphs in found.items()
    ]


def _spoken(values: Sequence[str]) -> dict[Language, str]:
    return dict(zip(LANGUAGES, values, strict=True))


# -- from articles to pairs -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Base:
    """A sentence in both languages, what stands around it, and the names it shares with others."""

    said: Spoken
    context: Spoken
    others: Spoken
    names: tuple[str, ...]


def make_pairs(articles: Sequence[Article], seed: int = 11) -> list[Pair]:
    """The pairs of all articles; the same articles and seed give the same pairs."""
    rng = random.Random(seed)  # noqa: S311
    pairs: list[Pair] = []
    for article in articles:
        made = [*_sentence_pairs(article, rng), *_answered_pairs(article, rng)]
        pairs += [
            Pair(claim, kind in TRUE, kind, direction, article.name, article.held_out)
            for kind, direction, claim in made
        ]
    return pairs


Made = tuple[str, str, Claim]


def _sentence_pairs(article: Article, rng: random.Random) -> Iterator[Made]:
    """Per sentence, once within a language and once across: a true statement and two false ones."""
    bases = [base for paragraph in article.paragraphs for base in _bases(paragraph)]
    pool = tuple(sorted({name for base in bases for name in base.names}))
    for base in bases:
        for across in (False, True):
            ours = rng.choice(LANGUAGES)
            theirs = other(ours) if across else ours
            direction = f"{ours}->{theirs}"
            said, context = base.said[ours], base.context[theirs]
            beside = (base.others[theirs],) if rng.random() < BESIDE else ()
            evidence = (base.said[theirs], *filter(None, beside))
            if not across:
                yield "quoted", direction, Claim(said, evidence, context)
            shorter = shortened(said, ours)
            if shorter != said:
                yield "shortened", direction, Claim(shorter, evidence, context)
            elif across:
                yield "parallel", direction, Claim(said, evidence, context)
            changes = _changes(base, ours, pool, rng)
            for kind in rng.sample(sorted(changes), min(2, len(changes))):
                cited = evidence[:1] if kind == "addition" else evidence
                yield kind, direction, Claim(changes[kind], cited, context)
            if base.others[theirs] and rng.random() < 0.5:
                yield "neighbour", direction, Claim(said, (base.others[theirs],), context)


def other(language: Language) -> Language:
    """The one of the two that ``language`` is not."""
    return "en" if language == "de" else "de"


def _changes(
    base: _Base, language: Language, pool: Sequence[str], rng: random.Random
) -> dict[str, str]:
    """The sentence made false in every way that can be done to it, by kind."""
    said = base.said[language]
    strangers = [name for name in pool if name not in " ".join(base.said.values())]
    made = {
        "figure": changed_figure(said, rng),
        "date": changed_date(said, rng),
        "name": swapped_name(said, base.names, strangers, rng),
        "order": swapped_order(said, base.names),
        "negation": denied(said, language),
        "comparison": reversed_comparison(said, language),
        "addition": added(said, base.others[language], language, rng),
    }
    return {kind: text for kind, text in made.items() if text != said}


def _bases(paragraph: Paragraph) -> Iterator[_Base]:
    """Sentences that stand at the same place of a paragraph in both languages."""
    cut = {
        language: [text[a:b] for a, b in split_sentences(text, language)]
        for language, text in paragraph.text.items()
    }
    if len(cut["de"]) != len(cut["en"]):
        return
    for i, pair in enumerate(zip(cut["de"], cut["en"], strict=True)):
        said = _spoken([one.strip() for one in pair])
        if not 0.6 < len(said["de"]) / max(1, len(said["en"])) < 2:
            continue
        context = {
            code: " ".join([paragraph.title[code], *cut[code][max(0, i - 1) : i]])
            for code in LANGUAGES
        }
        at = i + 1 if i + 1 < len(cut["de"]) else i - 1
        others = {code: cut[code][at] if len(cut[code]) > 1 else "" for code in LANGUAGES}
        yield _Base(said, context, others, shared_names(said))


_CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-ZÄÖÜ][\wäöüß]{3,}(?:[ -][A-ZÄÖÜ][\wäöüß]{2,})*\b")


def shared_names(said: Spoken) -> tuple[str, ...]:
    """Names that both languages write alike: what is capitalised inside both sentences."""
    found = [set(_CAPITAL.findall(said[language])) for language in LANGUAGES]
    return tuple(sorted(name for name in found[0] & found[1] if not _MONTH.search(name)))


# -- false ------------------------------------------------------------------------------------------

_MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "January February March April May June July August September October November December".split(),
)
_MONTH = re.compile(rf"\b(?:{'|'.join([*_MONTHS[0], *_MONTHS[1]])})\b")
_YEAR = re.compile(r"(?<![\d.,])(?:1\d|20)\d\d(?![\d.,]?\d)")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,]\d+)*(?![\w])")
_WORDS = (
    "zwei drei vier fünf sechs sieben acht neun zehn".split(),
    "two three four five six seven eight nine ten".split(),
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join([*_WORDS[0], *_WORDS[1]])})\b")


def changed_date(said: str, rng: random.Random) -> str:
    """With another month, or else another year."""
    if match := _MONTH.search(said):
        names = _MONTHS[match.group() not in _MONTHS[0]]
        names = names if match.group() in names else _MONTHS[1]
        chosen = rng.choice([name for name in names if name != match.group()])
        return _put(said, match, chosen)
    if match := _YEAR.search(said):
        return _put(said, match, str(int(match.group()) + rng.choice((-30, -7, -1, 1, 4, 20))))
    return said


def changed_figure(said: str, rng: random.Random) -> str:
    """With another figure, or else another number word."""
    if match := _NUMBER.search(said):
        digits = match.group()
        first = rng.choice([d for d in "123456789" if d != digits[0]])
        return _put(said, match, first + digits[1:])
    if match := _NUMBER_WORD.search(said):
        words = _WORDS[match.group() in _WORDS[1]]
        return _put(said, match, rng.choice([w for w in words if w != match.group()]))
    return said


def swapped_name(
    said: str, names: Sequence[str], strangers: Sequence[str], rng: random.Random
) -> str:
    """With one of its names replaced by one of the same article that is not in it."""
    if not names or not strangers:
        return said
    return said.replace(rng.choice(list(names)), rng.choice(list(strangers)))


def swapped_order(said: str, names: Sequence[str]) -> str:
    """With two of its names in each other's place."""
    if len(names) < 2 or names[0] in names[1] or names[1] in names[0]:
        return said
    pattern = re.compile("|".join(map(re.escape, names[:2])))
    return pattern.sub(lambda m: names[m.group() == names[0]], said)


_AUXILIARY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:is|was|are|were|has|have|had|can|could|will|would|may|should)\b"),
    "de": re.compile(
        r"\b(?:ist|war|sind|waren|hat|haben|hatten?|wurden?|wird|werden|kann|können|konnten?)\b"
    ),
}
_DENIAL: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:not|never) "),
    "de": re.compile(r"\bnicht "),
}
_ARTICLE = re.compile(r"(?<= )ein(?=(?:e|en|em|er)? )")


def denied(said: str, language: Language) -> str:
    """The opposite: a denial put in, or taken out where there is one."""
    if match := _DENIAL[language].search(said):
        return _put(said, match, "")
    if language == "de" and (match := _ARTICLE.search(said)):
        return _put(said, match, "kein")
    if match := _AUXILIARY[language].search(said):
        word = {"en": " not", "de": " nicht"}[language]
        return _put(said, match, match.group() + word)
    return said


_OPPOSITES: dict[Language, str] = {
    "en": "more_than/less_than before/after increased/decreased larger/smaller higher/lower north/south"
    " most/least over/under earlier/later won/lost supported/opposed rising/falling first/last"
    " largest/smallest northern/southern rich/poor above/below at_least/at_most eastern/western",
    "de": "mehr_als/weniger_als bevor/nachdem erhöhte/verringerte größer/kleiner höher/niedriger"
    " gewann/verlor früher/später unterstützte/bekämpfte erste/letzte größte/kleinste über/unter"
    " nördlich/südlich meisten/wenigsten mindestens/höchstens stieg/sank norden/süden vor/nach"
    " größten/kleinsten ersten/letzten nördlichen/südlichen",
}


def reversed_comparison(said: str, language: Language) -> str:
    """With the first comparison turned round."""
    for pair in _OPPOSITES[language].split():
        if "/" not in pair:
            continue
        a, b = (word.replace("_", " ") for word in pair.split("/"))
        if match := re.search(rf"\b(?:{a}|{b})\b", said):
            return _put(said, match, b if match.group() == a else a)
    return said


_ADDED: dict[Language, tuple[str, ...]] = {
    "en": (
        ", which was paid for by the government",
        ", because it was cheaper",
        " and is the oldest of its kind",
        ", as several experts have confirmed",
        ", although it was controversial at the time",
    ),
    "de": (
        ", was von der Regierung bezahlt wurde",
        ", weil es billiger war",
        " und gilt als ältestes seiner Art",
        ", wie mehrere Fachleute bestätigt haben",
        ", obwohl es damals umstritten war",
    ),
}


def added(said: str, beside: str, language: Language, rng: random.Random) -> str:
    """With something more, made up or from the sentence beside."""
    if beside and rng.random() < 0.5:
        joint = {"en": ", and ", "de": ", und "}[language]
        return f"{said.rstrip('.')}{joint}{beside}"
    return said.rstrip(".") + rng.choice(_ADDED[language]) + "."


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


# -- true -------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"\s*\([^()]*\)")
_TAILS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r", (?:which|who|where|while|including|such as|although|as well as|making|with)\b[^,]*\.$"
    ),
    "de": re.compile(
        r", (?:der|die|das|dem|den|deren|dessen|was|wobei|während|wo|obwohl|darunter|wie)\b[^,]*\.$"
    ),
}
_LEAD = re.compile(r"^(?:In|During|By|After|At|On)\s[^,]{3,30},\s(?=(?:the|a|an|it|he|she)\b)")


def shortened(said: str, language: Language) -> str:
    """Without what is in brackets, a clause at the end, or one at the start; as it is if short."""
    shorter = _TAILS[language].sub(".", _BRACKETS.sub("", said))
    if language == "en" and (match := _LEAD.match(shorter)):
        rest = shorter[match.end() :]
        shorter = rest[:1].upper() + rest[1:]
    return shorter if len(shorter.split()) >= 5 else said


def _answered_pairs(article: Article, rng: random.Random) -> Iterator[Made]:
    """Questions made into statements, against the sentences that hold the answer."""
    for paragraph in article.paragraphs:
        bases = list(_bases(paragraph))
        for question, answer in paragraph.asked:
            for across in (False, True):
                ours = rng.choice(LANGUAGES)
                theirs = other(ours) if across else ours
                said = answered(question[ours], answer[ours], ours)
                places = [b for b in bases if all(answer[c] in b.said[c] for c in LANGUAGES)]
                if said and len(places) == 1 and _told(question, places[0]):
                    (base,) = places
                    claim = Claim(said, (base.said[theirs],), base.context[theirs])
                    yield "answered", f"{ours}->{theirs}", claim


def _told(question: Spoken, base: _Base) -> bool:
    """Whether the figures and names that a question takes for granted stand where its answer does."""
    around = " ".join([*base.said.values(), *base.context.values()])
    wanted = [*shared_names(question), *re.findall(r"\d+", question["en"])]
    return all(word in around for word in wanted)


_NO_SUBJECT = r"(?!did\b|do\b|does\b|is it\b|was it\b)"
_ASKED: dict[Language, tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...]] = {
    "en": (
        (re.compile(rf"^Who {_NO_SUBJECT}(.+)\?$"), lambda a, rest: f"{a} {rest}."),
        (
            re.compile(rf"^(?:What|Which) [a-z]+ {_NO_SUBJECT}((?:was|is|has|had|led|won) .+)\?$"),
            lambda a, rest: f"{a} {rest}.",
        ),
        (re.compile(r"^How many (\w+ (?:were|are|have|had) .+)\?$"), lambda a, r: f"{a} {r}."),
        (re.compile(r"^What (?:is|was) (the .+)\?$"), lambda a, rest: f"{rest} was {a}."),
    ),
    "de": (
        (re.compile(r"^(?:Wer|Was) (.+)\?$"), lambda a, rest: f"{a} {rest}."),
        (re.compile(r"^(?:Wann|Wo) (.+)\?$"), lambda a, rest: f"{a} {rest}."),
        (re.compile(r"^Welche[rs]? \w+ (.+)\?$"), lambda a, rest: f"{a} {rest}."),
        (re.compile(r"^Wie viele (.+)\?$"), lambda a, rest: f"{a} {rest}."),
    ),
}


def answered(question: str, answer: str, language: Language) -> str:
    """A question and its answer as a statement, "" where no pattern fits; "Who led it?", "Ada"
    gives "Ada led it."."""
    short = answer.strip().rstrip(".")
    for pattern, state in _ASKED[language]:
        if match := pattern.match(question.strip()):
            said = state(short, match[1])
            return said[:1].upper() + said[1:]
    return ""
