"""A question set looked at without asking: all its faults, and what it consists of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case, CaseError, located
from eval.places import faults_of
from eval.values import TIERS


@dataclass(frozen=True, slots=True)
class Check:
    """Faults, one line each with their place, and counts of the cases that can be read.

    ``notes`` say what a set without faults cannot show.
    """

    cases: int
    answerable: int
    languages: Mapping[str, int]
    tags: Mapping[str, int]
    conversations: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check(paths: Sequence[Path], texts: Mapping[str, str]) -> Check:
    """Read all sets and look up every place in the canonical ``texts``, by document path."""
    cases: list[Case] = []
    faults: list[str] = []
    for place, case in located(paths):
        if isinstance(case, CaseError):
            faults.append(str(case))
        else:
            cases.append(case)
            faults += [f"{place}, {fault}" for fault in faults_of(case, texts)]
    return Check(
        cases=len(cases),
        answerable=sum(case.answerable for case in cases),
        languages=_counted(case.language for case in cases),
        tags=_counted(tag for case in cases for tag in case.tags),
        conversations=sum(bool(case.history) for case in cases),
        faults=tuple(faults),
        notes=tuple(_notes(cases)),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    """Most frequent first, then by name."""
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


def _notes(cases: Sequence[Case]) -> list[str]:
    if not cases:
        return []
    notes = []
    answerable = [case for case in cases if case.answerable]
    unanswerable = [case for case in cases if not case.answerable]
    if not answerable:
        notes.append("No answerable case: search, evidence and answers cannot be measured.")
    if not unanswerable:
        notes.append("No unanswerable case: made-up answers and AUROC cannot be measured.")
    if any(not case.answers for case in answerable):
        count = sum(not case.answers for case in answerable)
        notes.append(f"{count} answerable cases without `answers`: what they say is not measured.")
    if any(not set(TIERS) & set(case.tags) for case in unanswerable):
        notes.append(f"Unanswerable cases without a tier tag ({' or '.join(TIERS)}).")
    if len(cases) < 30:
        notes.append(f"{len(cases)} cases: intervals will be wide, or there will be none.")
    return notes
