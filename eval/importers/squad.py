"""SQuAD-shaped files: SQuAD 1 and 2, XQuAD, MLQA, GermanQuAD and whatever else has their form.

One file gives documents and questions. Further files of a parallel set (the same question ids in
another language) add their questions; with ``mixed`` each paragraph, or each article, comes from
one of two files only, so that a corpus in both languages arises with every question in both.

A document is a paragraph, at ``<article>/<number>.txt``: the file is the paragraph, the folder the
article. The titles of parallel files are left out: XQuAD's are English in every language, and
would be a bridge between the languages that real folders do not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from eval.cases import Case, Evidence
from eval.importers.imported import Imported, ImportedFileError, Page, canonical, slug
from eval.importers.reading import Shape, language_of, place_of, read_json, read_jsonl, shown
from index.values import Language

Mix = Literal["articles", "paragraphs"]
NEAR_MISS = "near-miss"
_WANTED = "SQuAD's shape, data[].paragraphs[].{context, qas[].{id, question, answers[]}}"
_WANTED_LINE = "one {id, question_en, context_prefix} per line"


class _Answer(Shape):
    text: str
    answer_start: int = Field(ge=0)


class _Qa(Shape):
    id: str
    question: str = Field(min_length=1)
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


class _Paragraph(Shape):
    context: str
    qas: list[_Qa]


class _Article(Shape):
    title: str = ""
    paragraphs: list[_Paragraph]


class _File(Shape):
    data: list[_Article] = Field(min_length=1)


class _NearMiss(Shape):
    id: str
    question_en: str = Field(min_length=1)
    context_prefix: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a paragraph; ``spans`` are the places of its answers, in order, each once;
    none if it has none."""

    id: str
    question: str
    spans: tuple[tuple[int, int], ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph at ``path``, which is of the article numbered ``article``, from 0."""

    article: int
    path: str
    title: str
    text: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Squad:
    """A file as read; ``spoken`` is the language of the questions, which may be another."""

    name: str
    language: Language
    spoken: Language
    paragraphs: tuple[Paragraph, ...]


def read_squad(path: Path) -> Squad:
    """Read and check a file; languages are detected.

    Raises:
        ImportedFileError: not of this shape, an answer is not at its place, an id occurs twice.
    """
    articles = read_json(path, _File, _WANTED).data
    folders = _folders(articles)
    paragraphs = [
        _paragraph(f"{path}, {place_of(('data', i, 'paragraphs', j))}", i, folders[i], j, article)
        for i, article in enumerate(articles)
        for j in range(len(article.paragraphs))
    ]
    asked = [a for p in paragraphs for a in p.asked]
    twice = [name for name, count in Counter(a.id for a in asked).items() if count > 1]
    if twice or not asked:
        found = f"id {shown(twice[0])} twice" if twice else "no question"
        raise ImportedFileError(f"{path}: found {found}; wanted {_WANTED}, each id once.")
    return Squad(
        path.name,
        language_of([p.text for p in paragraphs], str(path)),
        language_of([a.question for a in asked], f"{path}, questions"),
        tuple(paragraphs),
    )


def single(squad: Squad, others: Sequence[Squad] = (), *, closed: bool = False) -> Imported:
    """Documents of the first file; questions of all, by id. ``closed``: each is asked of its own
    paragraph only, as SQuAD means its unanswerable ones."""
    if others:
        pages = tuple(_page(p, squad.language) for p in squad.paragraphs)
        return Imported(pages, tuple(_worded(squad.paragraphs, (squad, *others), closed)))
    pages = tuple(replace(_page(p, squad.language), title=p.title) for p in squad.paragraphs)
    cases = (_case(p, a, a, squad.spoken, closed) for p in squad.paragraphs for a in p.asked)
    return Imported(pages, tuple(cases))


def mixed(first: Squad, second: Squad, mix: Mix, assignment: int = 0) -> Imported:
    """Each article, or each paragraph, in one language, by turns; each question in both.

    Assignments 0 and 1 are each other's reverse, so that both together show every paragraph in
    both languages. Paragraphs belong together by the ids of their questions; a paragraph, or a
    question, that only one file has is left out.

    Raises:
        ImportedFileError: the files are in one language, or have no question in common.
    """
    if first.language == second.language:
        raise ImportedFileError(
            f"{first.name} and {second.name}: both {first.language}; a mix wants one German file"
            " and one English."
        )
    pairs = _pairs(first, second)
    pages: list[Page] = []
    kept: list[Paragraph] = []
    for number, pair in enumerate(pairs):
        turn = (pair[0].article if mix == "articles" else number) + assignment
        chosen = pair[turn % 2]
        common = {a.id for a in pair[0].asked} & {a.id for a in pair[1].asked}
        asked = tuple(a for a in chosen.asked if a.id in common)
        kept.append(replace(pair[0], text=chosen.text, asked=asked))
        pages.append(_page(kept[-1], (first, second)[turn % 2].language))
    cases = _worded(kept, (first, second), closed=False)
    return Imported(tuple(pages), tuple(cases), _left_out(first, second, pairs))


def near_misses(path: Path, squads: Sequence[Squad], *, closed: bool = True) -> list[Case]:
    """Unanswerable questions that name their paragraph by its beginning, about documents of the
    first file; the beginnings may be those of any of the files.

    Raises:
        ImportedFileError: not of this shape, or no paragraph begins so.
    """
    partner = _partners(squads)
    cases = []
    for number, line in read_jsonl(path, _NearMiss, _WANTED_LINE):
        begins = [p for start, p in partner.items() if start.startswith(line.context_prefix)]
        if len({p.path for p in begins}) != 1:
            raise ImportedFileError(
                f"{path}, line {number}, context_prefix: {shown(line.context_prefix)} begins"
                f" {len(begins)} paragraphs of {', '.join(s.name for s in squads)}; wanted one."
            )
        asked = Asked(line.id, line.question_en, (), ())
        cases.append(_case(begins[0], asked, asked, "en", closed))
    return cases


# -- reading ------------------------------------------------------------------------------------


def _folders(articles: Sequence[_Article]) -> list[str]:
    """A folder for each article by its title, each once."""
    names = [slug(article.title, "article") for article in articles]
    often = Counter(names)
    return [f"{n}-{i}" if often[n] > 1 else n for i, n in enumerate(names)]


def _paragraph(where: str, i: int, folder: str, j: int, article: _Article) -> Paragraph:
    raw = article.paragraphs[j]
    try:
        text = canonical(raw.context)
    except ValueError as error:
        raise ImportedFileError(f"{where}.context: {error}.") from None
    asked = tuple(
        _asked(f"{where}.qas[{k}]", raw.context, text, qa) for k, qa in enumerate(raw.qas)
    )
    title = article.title.replace("_", " ").strip()
    return Paragraph(i, f"{folder}/{j}.txt", title, text, asked)


def _asked(where: str, context: str, text: str, qa: _Qa) -> Asked:
    spans = tuple(dict.fromkeys(_spans(where, context, text, qa)))
    answers = dict.fromkeys(text[start:end] for start, end in spans)
    return Asked(qa.id, qa.question, spans, tuple(answers))


def _spans(where: str, context: str, text: str, qa: _Qa) -> Iterator[tuple[int, int]]:
    """The places of a question's answers in the canonical text."""
    if qa.is_impossible:
        return
    if not qa.answers:
        raise ImportedFileError(f"{where}.answers: found none; wanted one, or is_impossible.")
    for n, answer in enumerate(qa.answers):
        start = len(_lines(context[: answer.answer_start]))
        wanted = _lines(answer.text)
        here = text[start : start + len(wanted)]
        if here != wanted or not wanted.strip():
            raise ImportedFileError(
                f"{where}.answers[{n}]: {shown(answer.text)} is not at {answer.answer_start} of its"
                f" paragraph, which has {shown(here)} there; offsets count code points from 0."
            )
        yield start, start + len(wanted)


def _lines(text: str) -> str:
    """A piece of a context as it stands in the canonical text."""
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


# -- joining ------------------------------------------------------------------------------------


def _pairs(first: Squad, second: Squad) -> list[tuple[Paragraph, Paragraph]]:
    """Paragraphs of two files that have questions in common, in the order of the first."""
    home = {a.id: p for p in second.paragraphs for a in p.asked}
    pairs = []
    for paragraph in first.paragraphs:
        others = {home[a.id].path: home[a.id] for a in paragraph.asked if a.id in home}
        if len(others) == 1:
            pairs.append((paragraph, next(iter(others.values()))))
    if not pairs:
        raise ImportedFileError(
            f"{first.name} and {second.name}: no question id in common; wanted two files of one"
            " parallel set."
        )
    return pairs


def _partners(squads: Sequence[Squad]) -> dict[str, Paragraph]:
    """Paragraphs of the first file by their own text and by that of their partners."""
    found = {p.text: p for p in squads[0].paragraphs}
    for other in squads[1:]:
        found |= {theirs.text: ours for ours, theirs in _pairs(squads[0], other)}
    return found


def _left_out(first: Squad, second: Squad, pairs: Sequence[object]) -> tuple[str, ...]:
    lost = [
        f"{squad.name}: {len(squad.paragraphs) - len(pairs)} of {len(squad.paragraphs)} paragraphs"
        " left out, which the other file has not."
        for squad in (first, second)
        if len(squad.paragraphs) > len(pairs)
    ]
    return tuple(lost)


def _worded(
    paragraphs: Iterable[Paragraph], squads: Sequence[Squad], closed: bool
) -> Iterator[Case]:
    """Each question about ``paragraphs`` in the words of every file that has it."""
    words = [
        (squad.spoken, {a.id: a for p in squad.paragraphs for a in p.asked}) for squad in squads
    ]
    for paragraph in paragraphs:
        for asked in paragraph.asked:
            for spoken, by_id in words:
                if asked.id in by_id:
                    worded = replace(by_id[asked.id], id=f"{asked.id}-{spoken}")
                    yield _case(paragraph, asked, worded, spoken, closed)


def _case(home: Paragraph, asked: Asked, worded: Asked, spoken: Language, closed: bool) -> Case:
    """A question with the places of ``asked`` in its paragraph and the words of ``worded``.

    A good answer is in the document's words or in the question's.
    """
    answers = dict.fromkeys((*asked.answers, *worded.answers))
    return Case(
        id=worded.id,
        question=worded.question,
        language=spoken,
        answerable=bool(asked.spans),
        answers=tuple((answer,) for answer in answers) if asked.spans else (),
        evidence=tuple(Evidence(home.path, None, *span) for span in asked.spans),
        tags=() if asked.spans else (NEAR_MISS,),
        cluster=home.path,
        within=(home.path,) if closed else (),
    )


def _page(paragraph: Paragraph, language: Language) -> Page:
    return Page(paragraph.path, paragraph.text, language)
