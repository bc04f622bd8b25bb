"""What a user thinks of a reply becomes a case in a set of the user's own, ``INDEX/sets/own.jsonl``.

What a user thinks of one citation is kept beside it, in ``INDEX/citations.jsonl``; a "good" answer
takes its place from there.

The set is a plain file that a person may open and change. It is written whole and at once under a
lock, so that two tabs lose nothing and a reader never sees half of it. A question has one case:
another judgement of it takes the place of the former.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock, Timeout

from eval.cases import Case, CaseError, Evidence, load_cases, to_jsonl
from eval.places import faults_of
from eval.question_sets import FOLDER, OWN
from index.language import question_language
from qa.values import Answer, Citation, Reply

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

CITATIONS: Final = "citations.jsonl"

_LOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Noted:
    """A judgement that is in the set; ``former`` is the case whose place it took."""

    verdict: Verdict
    case: Case
    former: Case | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a place answers a question, as a user judged it."""

    question: str
    document: str
    start: int
    end: int
    quote: str
    fits: bool

    @property
    def about(self) -> tuple[str, str, int, int, str]:
        """What was judged; a later judgement of the same takes its place."""
        return _folded(self.question), self.document, self.start, self.end, self.quote


def fits(index: Path) -> list[Fit]:
    """All judgements of citations, in the order they were made.

    Raises:
        CaseError: the file cannot be read, or a line of it is damaged.
    """
    path = index / CITATIONS
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [Fit(**json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise CaseError(f"{path}: {error}. Mend the line or remove the file.") from error


def fit_of(question: str, citation: Citation, fits: bool) -> Fit:
    """A judgement of a citation."""
    c = citation
    return Fit(question, c.document, c.start, c.end, c.quote, fits)


def note_fit(index: Path, fit: Fit, *, taken_back: bool = False) -> None:
    """Keep a judgement of a citation in the stead of a former one, or only remove that.

    Raises:
        CaseError: the file is damaged or cannot be written; it stays as it was.
    """
    path = index / CITATIONS
    with _locked(path):
        others = [one for one in fits(index) if one.about != fit.about]
        kept = others if taken_back else [*others, fit]
        rows = [json.dumps(asdict(one), ensure_ascii=False) for one in kept]
        _write(path, "".join(f"{row}\n" for row in rows))


def verdicts_on(reply: Reply) -> tuple[Verdict, ...]:
    """What can be said of a reply."""
    return OF_ANSWERS if isinstance(reply, Answer) else OF_REFUSALS


def case_of(
    reply: Reply,
    verdict: Verdict,
    place: Evidence | None,
    texts: Mapping[str, str],
    judged: Sequence[Fit] = (),
) -> Case:
    """The case that a judgement makes; ``place`` is the right one, where it was marked. Else a good
    answer's is the citation that was ``judged`` to fit, or the first that was not judged unfit.

    Its place is exact in the canonical ``texts`` (by document path) of today. Where a document has
    changed since the reply, the place is found anew by its words.

    Raises:
        CaseError: a place is needed and none was marked, or it is not in the document exactly once.
    """
    if place is None and verdict == "good" and isinstance(reply, Answer):
        cited = _best(reply, judged)
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


def _best(answer: Answer, judged: Sequence[Fit]) -> Citation:
    said = {one.about: one.fits for one in judged}
    opinions = {None: 1, True: 2, False: 0}
    return max(
        answer.citations,
        key=lambda c: opinions[said.get(fit_of(answer.question, c, True).about)],
    )


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
            _write(path, to_jsonl([*cases, case]))
        else:
            case = replace(case, id=former.id)
            _write(path, to_jsonl([case if one is former else one for one in cases]))
    return Noted(verdict, case, former)


def noted_on(index: Path, replies: Sequence[Reply]) -> list[Noted | None]:
    """How each of some replies was judged: what the set has on its question, if it can be said of it.

    Raises:
        CaseError: the set holds a faulty line or cannot be read.
    """
    path = index / FOLDER / OWN
    cases = load_cases(path) if path.exists() else []
    kept = {_folded(case.question): case for case in cases if not case.history and not case.within}
    return [
        _noted(kept.get(_folded(reply.understood or reply.question)), reply) for reply in replies
    ]


def _noted(case: Case | None, reply: Reply) -> Noted | None:
    said = [verdict for verdict in verdicts_on(reply) if case and verdict in case.tags]
    return Noted(said[0], case, None) if case and said else None


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
        _write(path, to_jsonl([*cases[:at], *instead, *cases[at + 1 :]]))


@contextmanager
def _opened(index: Path) -> Iterator[tuple[Path, list[Case]]]:
    """The file of the set and its cases, for one writer at a time."""
    path = index / FOLDER / OWN
    with _locked(path):
        yield path, load_cases(path) if path.exists() else []


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise CaseError(
            f"{error.lock_file} has been held for {_LOCK_SECONDS} s: end the other belegt process."
        ) from error
    except OSError as error:
        raise CaseError(
            f"{path}: {error.strerror or error}. Make room or rights for the folder of the index."
        ) from error


def _write(path: Path, text: str) -> None:
    """All at once; nothing in it, no file, for an empty set is none."""
    if not text:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_name(f".{path.stem}-{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
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
