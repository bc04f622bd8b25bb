"""NoMIRACL: questions with ten passages each, and a person's word on whether any of them answers.

Which passage answers is not in these files, so a case has no evidence: measures of ranking do not
apply, those of refusal do. A question is asked of its own ten passages only. Two questions may
share a passage, which is then one document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import Field

from eval.cases import Case
from eval.importers.imported import Imported, ImportedFileError, Page, canonical, slug
from eval.importers.reading import Shape, language_of, read_jsonl, shown
from eval.importers.squad import NEAR_MISS
from index.values import Language

_WANTED = "one {id, lang, question, answerable, passages[].{docid, text}} per line"
_LONGEST_TITLE = 100


class _Passage(Shape):
    docid: str = Field(min_length=1)
    text: str


class _Line(Shape):
    id: str
    lang: str = ""
    question: str = Field(min_length=1)
    answerable: bool
    passages: list[_Passage] = Field(min_length=1)


def may_be_fitted(query: str) -> bool:
    """Whether a query, by its id, is of the half that models may be fitted on; the other half is
    the one to report on. The same on every machine."""
    return hashlib.sha256(query.encode()).digest()[0] % 2 == 0


def nomiracl(path: Path, keep: Callable[[str], bool] = lambda query: True) -> Imported:
    """Read the questions whose ids ``keep`` takes.

    Raises:
        ImportedFileError: not of this shape, or in a third language.
    """
    pages: dict[str, Page] = {}
    cases = []
    for number, line in read_jsonl(path, _Line, _WANTED):
        if keep(line.id):
            where = f"{path}, line {number}"
            language = _language(line, where)
            own = [_place(pages, _page(p, language, where)) for p in line.passages]
            cases.append(_case(line, language, own))
    if not cases:
        raise ImportedFileError(f"{path}: no question here; wanted {_WANTED}.")
    placed = (replace(page, path=path) for path, page in pages.items())
    return Imported(tuple(placed), tuple(cases))


def _language(line: _Line, where: str) -> Language:
    match line.lang:
        case "de":
            return "de"
        case "en":
            return "en"
        case "":
            return language_of([line.question], where)
        case _:
            raise ImportedFileError(f"{where}: lang is {shown(line.lang)}; wanted de or en.")


def _page(passage: _Passage, language: Language, where: str) -> Page:
    """A passage as a document; its text begins with the title of its article and a colon."""
    title, colon, rest = passage.text.partition(": ")
    titled = colon and rest.strip() and len(title) <= _LONGEST_TITLE
    try:
        text = canonical(rest if titled else passage.text)
    except ValueError as error:
        raise ImportedFileError(f"{where}, passage {shown(passage.docid)}: {error}.") from None
    steps = [slug(step, "passage") for step in passage.docid.split("#")]
    return Page(f"{PurePosixPath(*steps)}.txt", text, language, title if titled else "")


def _place(pages: dict[str, Page], page: Page) -> str:
    """Add a page and return its path; a second text under one id gets a path of its own."""
    path, number = page.path, 1
    while pages.setdefault(path, page).text != page.text:
        number += 1
        path = f"{page.path.removesuffix('.txt')}-{number}.txt"
    return path


def _case(line: _Line, language: Language, paths: list[str]) -> Case:
    return Case(
        id=line.id,
        question=line.question,
        language=language,
        answerable=line.answerable,
        tags=() if line.answerable else (NEAR_MISS,),
        within=tuple(dict.fromkeys(paths)),
    )
