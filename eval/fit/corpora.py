"""Training corpora: folders of documents with questions about them, gold by place.

The own one (``data/``, Apache-2.0) tells invented facts in German and English alike; each of its
paragraphs enters a corpus in one language only, its questions in both, so that half of them must
find their answer across. SQuAD 2.0 (CC BY-SA 4.0, not in this repository) adds English questions
that a paragraph seems to answer and does not. The sample documents in ``seeds/`` bring layout that
neither has: headings, lists, addresses; the part of their set that is reported on stays out.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.cases import load_sets
from eval.importers.imported import Page, write_documents
from eval.importers.nomiracl import may_be_fitted, nomiracl
from eval.places import resolve
from index.readers.text import decode
from index.values import Language

OWN = ("administration", "encyclopedia", "innovation", "reports", "everyday", "science")
HELD_OUT = 4
"""Every fourth document of each source is kept out of the fit and reported on."""


Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a training corpus; ``gold`` are the places (path, start, end) any of which
    answers, none if it is unanswerable.

    ``home`` is the file of the paragraph that the question is about, empty where hiding one file
    would not hide the answer; ``held_out`` keeps a whole document out of the fit. Only documents
    ``within`` are searched, if any are named; an answer lies ``somewhere`` where no place is known.
    """

    id: str
    question: str
    language: Language
    gold: tuple[Span, ...]
    home: str
    held_out: bool
    within: tuple[str, ...] = ()
    somewhere: bool = False

    @property
    def answerable(self) -> bool:
        return bool(self.gold) or self.somewhere


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a question of a corpus counts in each fit; ``words``: the corpus as a whole;
    ``near``: its near misses when all documents are searched; ``narrow``: when one paragraph is."""

    words: float
    ranker: float = 0.0
    evidence: float = 0.0
    answerability: float = 0.0
    near: float = 0.0
    narrow: float = 0.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder for syncing and the questions about it."""

    name: str
    folder: Path
    asked: tuple[Asked, ...]
    weights: Weights


def own_corpus(folder: Path, assignment: int) -> Corpus:
    """Write the own corpus with every paragraph in one language; assignments 0 and 1 differ in
    which, so that both together show each paragraph in both."""
    asked: list[Asked] = []
    described: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        raw = files("eval.fit").joinpath(f"data/{name}.jsonl").read_text(encoding="utf-8")
        for paragraph in map(json.loads, raw.splitlines()):
            number = int(paragraph["document"][1:])
            language: Language = ("de", "en")[(_parity(paragraph["paragraph"]) + assignment) % 2]
            path = f"{paragraph['paragraph']}.txt"
            (folder / path).write_text(paragraph["text"][language], encoding="utf-8")
            title = json.dumps(paragraph["title"][language], ensure_ascii=False)
            described.append(f'["{path}"]\ntitle = {title}\n')
            asked += _own_questions(paragraph, path, language, number % HELD_OUT == 0)
    (folder / "corpus.toml").write_text("\n".join(described), encoding="utf-8")
    return Corpus(f"own-{assignment}", folder, tuple(asked), Weights(3.0, 1.0, 1.0, 0.5, 0.5, 0.1))


def _parity(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % 2


def _own_questions(
    paragraph: dict[str, Any], path: str, language: Language, held_out: bool
) -> list[Asked]:
    asked = []
    text = paragraph["text"][language]
    for question in paragraph["questions"]:
        gold: tuple[Span, ...] = ()
        if question["answer"] is not None:
            start = text.index(question["answer"][language])
            gold = ((path, start, start + len(question["answer"][language])),)
        for spoken in ("de", "en"):
            identity = f"{question['id']}-{spoken}-{language}"
            asked.append(
                Asked(identity, question["question"][spoken], spoken, gold, path, held_out)
            )
    return asked


def squad_corpus(folder: Path, source: Path, most: int, seed: int = 7) -> Corpus:
    """Write paragraphs of a SQuAD 2.0 file and draw at most ``most`` of their questions."""
    asked: list[Asked] = []
    folder.mkdir(parents=True, exist_ok=True)
    described: list[str] = []
    for number, article in enumerate(json.loads(source.read_text(encoding="utf-8"))["data"]):
        for i, paragraph in enumerate(article["paragraphs"]):
            path = f"{number:02d}-{i:03d}.txt"
            (folder / path).write_text(paragraph["context"], encoding="utf-8")
            title = json.dumps(article.get("title", "").replace("_", " "))
            described.append(f'["{path}"]\ntitle = {title}\nlanguage = "en"\n')
            for qa in paragraph["qas"]:
                gold: tuple[Span, ...] = ()
                if not qa["is_impossible"]:
                    start = qa["answers"][0]["answer_start"]
                    gold = ((path, start, start + len(qa["answers"][0]["text"])),)
                held_out = number % HELD_OUT == 0
                asked.append(Asked(qa["id"], qa["question"], "en", gold, path, held_out))
    (folder / "corpus.toml").write_text("\n".join(described), encoding="utf-8")
    drawn = random.Random(seed).sample(asked, min(most, len(asked)))  # noqa: S311
    return Corpus("squad2", folder, tuple(drawn), Weights(3.0, 1.0, 1.0, 1.0, 0.0, 1.0))


def xquad_corpus(folder: Path, source: Path, assignment: int) -> Corpus:
    """XQuAD by paragraph: each paragraph in one language, its questions in both. For reporting."""
    data: dict[Language, Any] = {
        language: json.loads((source / f"xquad.{language}.json").read_text(encoding="utf-8"))[
            "data"
        ]
        for language in ("de", "en")
    }
    folder.mkdir(parents=True, exist_ok=True)
    asked: list[Asked] = []
    for number, articles in enumerate(zip(data["de"], data["en"], strict=True)):
        paragraphs = zip(articles[0]["paragraphs"], articles[1]["paragraphs"], strict=True)
        for i, pair in enumerate(paragraphs):
            chosen: Language = ("de", "en")[(i + assignment) % 2]
            own = pair[("de", "en").index(chosen)]
            path = f"{number:02d}-{i}.txt"
            (folder / path).write_text(own["context"], encoding="utf-8")
            spans = {qa["id"]: qa["answers"][0] for qa in own["qas"]}
            for spoken, side in zip(("de", "en"), pair, strict=True):
                for qa in side["qas"]:
                    span = spans[qa["id"]]
                    start = span["answer_start"]
                    gold = ((path, start, start + len(span["text"])),)
                    identity = f"{qa['id']}-{spoken}-{chosen}"
                    asked.append(Asked(identity, qa["question"], spoken, gold, path, True))  # type: ignore[arg-type]
    return Corpus(f"xquad-{assignment}", folder, tuple(asked), Weights(0.0))


def nomiracl_corpus(folder: Path, sources: Sequence[Path]) -> Corpus:
    """Questions with ten passages each, of the half that may be fitted on; which passage answers
    is not known, so only answerability learns from them. Every fourth question is held out."""
    asked: list[Asked] = []
    pages: list[Page] = []
    for source in sources:
        imported = nomiracl(source, may_be_fitted)
        prefix = source.stem.rpartition(".")[2]
        pages += [replace(page, path=f"{prefix}/{page.path}") for page in imported.pages]
        asked += [
            Asked(
                id=f"{case.id}-{prefix}",
                question=case.question,
                language=case.language,
                gold=(),
                home="",
                held_out=hashlib.sha256(case.id.encode()).digest()[1] % HELD_OUT == 0,
                within=tuple(f"{prefix}/{path}" for path in case.within),
                somewhere=case.answerable,
            )
            for case in imported.cases
        ]
    write_documents(pages, folder)
    return Corpus("nomiracl", folder, tuple(asked), Weights(0.0, answerability=0.5, near=0.5))


def seeds_corpus(folder: Path, sets: Sequence[Path]) -> Corpus:
    """The sample documents and question sets about them; cases tagged ``test`` are kept out."""
    texts = {path.name: decode(path.read_bytes())[0] for path in folder.glob("*.txt")}
    asked = [
        Asked(
            id=case.id,
            question=case.question,
            language=case.language,
            gold=tuple((g.document, g.start, g.end) for g in resolve(case, texts)),
            home="",
            held_out="test" in case.tags,
        )
        for case in load_sets(sets)
    ]
    return Corpus("seeds", folder, tuple(asked), Weights(1.5, 2.0, 2.0, 3.0, 3.0))


def strangers(corpus: Corpus, others: Corpus, most: int, seed: int = 5) -> Corpus:
    """``corpus`` with questions of another corpus added, which it cannot answer: off topic."""
    kept = [asked for asked in others.asked if asked.gold and not asked.held_out]
    drawn = random.Random(seed).sample(kept, min(most, len(kept)))  # noqa: S311
    added = tuple(replace(a, id=f"off-{a.id}", gold=(), home="", held_out=False) for a in drawn)
    return replace(corpus, asked=corpus.asked + added)
