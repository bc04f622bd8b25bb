"""What a higher or lower threshold costs, by the confidences that a run has measured.

A run records the confidence of every reply, answered or not, so other thresholds need no other run.
Questions of several parts, which are decided part by part, are counted by their one confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.values import Row


@dataclass(frozen=True, slots=True)
class Cost:
    """At ``threshold``: how many of the ``hopeless`` questions, which the documents do not answer,
    would be answered, and how many of the ``answerable`` ones refused."""

    threshold: float
    answered: int
    hopeless: int
    refused: int
    answerable: int


def costs(rows: Sequence[Row], thresholds: Sequence[float]) -> list[Cost]:
    """The cost of each threshold over the rows that have a confidence."""
    sure = [(r.measures.confidence, r.case.answerable) for r in rows]
    yes = [c for c, answerable in sure if c is not None and answerable]
    no = [c for c, answerable in sure if c is not None and not answerable]
    return [
        Cost(t, sum(c >= t for c in no), len(no), sum(c < t for c in yes), len(yes))
        for t in thresholds
    ]
