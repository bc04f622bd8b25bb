"""Why this answer: what each signal added to the scores of passages, sentences and the decision.

All three models are sums, so a score falls apart exactly: the log-odds of an average candidate plus
what each feature adds. Features are told one by one and in the groups that a person understands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from index.values import Vectors
from qa.logistic import Logistic

SHOWN = 10

MEANING = ("centred", "plain", "sentence", "rank", "cosine")
MATCHES = ("late", "words_late")
WORDS = ("coverage", "shared", "names", "has_names", "asked")
RANKING = ("passage", "evidence")
LANGUAGE = ("same",)
_GROUPS = (
    ("matches", MATCHES),
    ("ranking", RANKING),
    ("meaning", MEANING),
    ("words", WORDS),
    ("language", LANGUAGE),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """One score: ``base`` is the log-odds of an average candidate, ``adds`` what each group of
    signals adds to it; the sum is the log-odds of ``score``. ``features`` are the raw values, None
    where one is not known."""

    score: float
    base: float
    adds: Mapping[str, float]
    features: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class ExplainedPassage(Explained):
    """A passage with its rank by single signals, from 1; None where a signal did not find it."""

    document: str
    start: int
    end: int
    ranks: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class ExplainedSentence(Explained):
    """A sentence as evidence."""

    document: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole way of one question: passages and sentences best first, then the decision."""

    passages: tuple[ExplainedPassage, ...]
    sentences: tuple[ExplainedSentence, ...]
    decision: Explained | None
    threshold: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def to_text(self) -> str:
        """A few lines for a terminal: the decision, then passages and sentences with their sums."""
        lines = []
        if self.decision:
            sign = ">=" if self.decision.score >= self.threshold else "<"
            lines.append(f"answered: {self.decision.score:.2f} {sign} {self.threshold:.2f}")
            lines.append(f"  {_sum(self.decision)}")
        for passage in self.passages[:3]:
            place = f"{passage.document} {passage.start}:{passage.end}"
            ranks = ", ".join(f"{name} {rank or '-'}" for name, rank in passage.ranks.items())
            lines.append(f"passage {passage.score:.2f}  {place}  (ranks: {ranks})")
            lines.append(f"  {_sum(passage)}")
        for sentence in self.sentences[:3]:
            place = f"{sentence.document} {sentence.start}:{sentence.end}"
            lines.append(f"sentence {sentence.score:.2f}  {place}")
            lines.append(f"  {_sum(sentence)}")
        return "\n".join(lines)


def _sum(explained: Explained) -> str:
    adds = sorted(explained.adds.items(), key=lambda item: -abs(item[1]))
    return " ".join([f"{explained.base:+.2f}", *(f"{name} {added:+.2f}" for name, added in adds)])


def explain(model: Logistic, row: Vectors) -> Explained:
    """Take the score of one row apart."""
    added = model.contributions(row)
    groups: dict[str, float] = {}
    for name, value in zip(model.features, added, strict=True):
        group = group_of(name)
        groups[group] = groups.get(group, 0.0) + float(value)
    raw = {
        name: None if np.isnan(value) else round(float(value), 4)
        for name, value in zip(model.features, row, strict=True)
    }
    rounded = {name: round(value, 4) for name, value in groups.items()}
    score = float(model.probabilities(row[None])[0])
    return Explained(round(score, 4), round(model.intercept, 4), rounded, raw)


def group_of(feature: str) -> str:
    """The signal that a feature belongs to; ``form`` is what is left: type, length, place."""
    name = feature.removeprefix("same_") if feature != "same" else feature
    for group, starts in _GROUPS:
        if name.startswith(starts):
            return group
    return "form"


def rank_by(values: Sequence[float], *, found_above: float = -2.0) -> list[int | None]:
    """Ranks from 1 of each value, the largest first; None for values that were not found."""
    order = sorted(range(len(values)), key=lambda i: (-values[i], i))
    places = {i: place for place, i in enumerate(order, start=1)}
    return [places[i] if values[i] > found_above else None for i in range(len(values))]
