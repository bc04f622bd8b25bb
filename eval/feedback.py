"""What a user thinks of a reply becomes a case in a set of the user's own, ``INDEX/sets/own.jsonl``.

The set is a plain file that a person may open and change. It is written whole and at once under a
lock, so that two tabs lose nothing and a reader never sees half of it. A question has one case:
another judgement of it takes the place of the former.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock, Timeout

from eval.cases import Case, CaseError, Evidence, load_cases, to_jsonl
from eval.places import faults_of
from eval.question_sets import FOLDER, OWN
from index.language import question_language
from qa.values import Answer, Reply

Verdict = Literal[
    "good",  # an answer, and its first citation is the right place
    "wrong_passage",  # an answer from the wrong place; the right one is marked
    "should_refuse",  # an answer, though the documents hold none
    "right_to_refuse",  # a refusal, and the documents hold no answer
    "should_answer",  # a refusal, though the documents answer; the place is marked
]
OF_ANSWERS: Final[tuple[Verdict, ...]] = ("good", "wrong_passage", "should_refuse")
OF_REFUSALS: Final[tuple[Verdict, ...]] = ("right_to_refuse", "should_answer")
NEEDS_PLACE: Final[frozenset[Verdict]] = frozenset({"wrong_passage", "should_answer"})
UNANSWERABLE: Final[frozenset[Verdict]] = frozenset({"should_refuse", "right_to_refuse"})

_LOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Noted:
    """A judgement that is in the set; ``former`` is the case whose place it took."""

    verdict: Verdict
    case: Case
    former: Case | None


def verdicts_on(reply: Reply) -> tuple[Verdict, ...]:
    """What can be said of a reply."""
    return OF_ANSWERS if isinstance(reply, Answer) else OF_REFUSALS


def case_of(
    reply: Reply, verdict: Verdict, place: Evidence | None, texts: Mapping[str, str]
) -> Case:
    """The case that a judgement makes; ``place`` is the right one, where it was marked.

    Its place is exact in the canonical ``texts`` (by document path) of today. Where a document has
    changed since the reply, the place is found anew by its words.

    Raises:
        CaseError: a place is needed and none was marked, or it is not in the document exactly once.
    """
    if place is None and verdict == "good" and isinstance(reply, Answer):
        cited = reply.citations[0]
        place = Evidence(cited.document, cited.quote, cited.start, cited.end)
    answerable = verdict not in UNANSWERABLE
    if answerable and place is None:
        raise CaseError(f"{verdict}: no place is marked; wanted the words that answer.")
    question = reply.understood or reply.question  # a case stands by itself
    case = Case(
        id="own-" + hashlib.sha256(_folded(question).encode()).hexdigest()[:12],
        question=question,
        language=question_language(question, conversation=reply.language, interface=reply.language),
        answerable=answerable,
        evidence=(_today(place, texts),) if place and answerable else (),
        tags=(verdict,),
    )
    for fault in faults_of(case, texts):
        raise CaseError(fault)
    return case


def _today(place: Evidence, texts: Mapping[str, str]) -> Evidence:
    """The place with its offsets, or by its words alone where these stand elsewhere by now."""
    if place.document not in texts:
        return place
    here = texts[place.document][place.start : place.end]
    return place if here == place.quote else Evidence(place.document, place.quote)


def note(index: Path, verdict: Verdict, case: Case) -> Noted:
    """Put a case into the set of the user's own.

    Raises:
        CaseError: the set holds a faulty line, or cannot be written; it stays as it was.
    """
    with _opened(index) as (path, cases):
        former = next((one for one in cases if _same(one, case)), None)
        if former is None:
            _write(path, [*cases, case])
        else:
            case = replace(case, id=former.id)
            _write(path, [case if one is former else one for one in cases])
    return Noted(verdict, case, former)


def take_back(index: Path, noted: Noted) -> None:
    """Undo ``note``: the former case comes back; a case changed or removed since is left alone.

    Raises:
        CaseError: as ``note``.
    """
    with _opened(index) as (path, cases):
        if noted.case not in cases:
            return
        instead = [noted.former] if noted.former else []
        at = cases.index(noted.case)
        _write(path, [*cases[:at], *instead, *cases[at + 1 :]])


@contextmanager
def _opened(index: Path) -> Iterator[tuple[Path, list[Case]]]:
    """The file of the set and its cases, for one writer at a time."""
    path = index / FOLDER / OWN
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
            yield path, load_cases(path) if path.exists() else []
    except Timeout as error:
        raise CaseError(
            f"{error.lock_file} has been held for {_LOCK_SECONDS} s: end the other belegt process."
        ) from error
    except OSError as error:
        raise CaseError(
            f"{path}: {error.strerror or error}. Make room or rights for the folder of the index."
        ) from error


def _write(path: Path, cases: Sequence[Case]) -> None:
    """All at once; no cases, no file, for an empty set is none."""
    if not cases:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_name(f".{path.stem}-{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(to_jsonl(cases))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _same(one: Case, other: Case) -> bool:
    """Whether both put the same question to the same documents, with nothing said before."""
    alone = not one.history and not one.within
    return alone and _folded(one.question) == _folded(other.question)


def _folded(question: str) -> str:
    return " ".join(question.split()).casefold()
