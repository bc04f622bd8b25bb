"""Two runs of the same cases: what differs, by how much, and whether that is more than chance.

Differences are paired, case by case, and always the second run less the first. Intervals draw whole
clusters; p comes from flipping the signs of clusters and is adjusted by Holm over all measures of
``FAMILY``. Figures that many cases make together (AUROC and the like) have an interval and no p.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from eval import uncertainty
from eval.runs import Run, RunError
from eval.summary import confidence_statistic, matrix
from eval.uncertainty import Floats
from eval.values import (
    CONFIDENCE,
    DIRECTIONS,
    LANGUAGES,
    LOWER_IS_BETTER,
    TIERS,
    Figure,
    Outcome,
    Row,
)

FAMILY = (
    "hit_at_1",
    "hit_at_5",
    "mrr_at_10",
    "ndcg_at_10",
    "evidence_hit",
    "citation_precision",
    "citation_validity",
    "alce_recall",
    "alce_precision",
    "answer_match",
    "f1",
    "language_match",
    "refusal_hallucination_rate",
    "refusal_error_rate",
    "refusal_balanced_accuracy",
)
"""Measures that are tested, all of them at once; balanced accuracy is made of the two before it."""

ALPHA = 0.05
POWER = 2.8
"""Standard errors that a true difference must have to be found in four of five comparisons at 5 %:
1.96 + 0.84."""

GOOD: frozenset[Outcome] = frozenset({"right", "right_refusal"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs, over the cases where it applies to both.

    ``change`` is the second less the first. ``p`` is two-sided, ``adjusted`` by Holm; None where
    nothing was tested. A true change below ``detectable`` is found in fewer than four of five such
    comparisons; None without two clusters that can differ.
    """

    measure: str
    before: float
    after: float
    change: Figure
    p: float | None
    adjusted: float | None
    detectable: float | None

    @property
    def gain(self) -> float:
        """The change, so that more is better."""
        change = self.after - self.before
        return -change if self.measure in LOWER_IS_BETTER else change

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the whole family of tests leaves this one standing."""
        return self.adjusted is not None and self.adjusted < ALPHA


@dataclass(frozen=True, slots=True)
class Slice:
    """Differences within a direction, language, tier or part; none of them is tested."""

    by: str
    name: str
    n: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose outcome turned from good to bad or back, with the rows of both runs."""

    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the second of two runs does differently over ``n`` cases in ``clusters`` clusters.

    ``differing`` names what was not the same: settings, fingerprint, versions, commit.
    """

    before: Run
    after: Run
    n: int
    clusters: int
    differences: tuple[Difference, ...]
    slices: tuple[Slice, ...]
    gained: tuple[Changed, ...]
    lost: tuple[Changed, ...]
    differing: Mapping[str, tuple[Any, Any]]

    def worse(self, margin: float) -> list[Difference]:
        """Tested measures that fell by more than ``margin``, or fell beyond chance."""
        return [
            d
            for d in self.differences
            if d.measure in FAMILY and (d.gain < -margin or (d.gain < 0 and d.is_beyond_chance))
        ]


def compare(before: Run, after: Run, part: str | None = None) -> Comparison:
    """Set the second run against the first; ``part`` limits both to dev or test.

    Raises:
        RunError: the runs are not over the same cases and documents, or under different oracles.
    """
    _check_same_data(before, after)
    pairs = [
        (a, b)
        for a, b in zip(before.rows, after.rows, strict=True)
        if part is None or part in a.case.tags
    ]
    if not pairs:
        raise RunError(f"no case of these runs has the tag {part}; wanted at least one.")
    return Comparison(
        before=before,
        after=after,
        n=len(pairs),
        clusters=len({a.cluster for a, _ in pairs}),
        differences=tuple(_tested(pairs)),
        slices=tuple(_slices(pairs)),
        gained=tuple(Changed(a, b) for a, b in pairs if _is_good(b) and not _is_good(a)),
        lost=tuple(Changed(a, b) for a, b in pairs if _is_good(a) and not _is_good(b)),
        differing=_differing(before, after),
    )


Pairs = Sequence[tuple[Row, Row]]


def _check_same_data(before: Run, after: Run) -> None:
    a, b = before.summary.provenance, after.summary.provenance
    for name, what in (("data_sha256", "other cases"), ("corpus_sha256", "other documents")):
        one, other = getattr(a, name), getattr(b, name)
        if one != other:
            raise RunError(
                f"{before.folder} and {after.folder} are over {what}: {name} {one} and {other}."
                " Run both over the same, then compare."
            )
    if a.oracle != b.oracle:
        raise RunError(
            f"{before.folder} was run with oracle {a.oracle or 'none'}, {after.folder} with"
            f" {b.oracle or 'none'}; wanted the same."
        )


def _is_good(row: Row) -> bool:
    if row.outcome == "not_read":
        return row.measures.hit_at_1 != 0
    return row.outcome in GOOD


def _differing(before: Run, after: Run) -> dict[str, tuple[Any, Any]]:
    """What else differs: each setting and version by its own name."""
    found: dict[str, tuple[Any, Any]] = {}
    a, b = asdict(before.summary.provenance), asdict(after.summary.provenance)
    for name in ("settings", "fingerprint", "versions"):
        one, other = a[name] or {}, b[name] or {}
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                found[f"{name}.{key}"] = (one.get(key), other.get(key))
    for name in ("commit", "python", "machine"):
        if a[name] != b[name]:
            found[name] = (a[name], b[name])
    return found


# -- differences --------------------------------------------------------------------------------


def _tested(pairs: Pairs) -> list[Difference]:
    """All differences over ``pairs``: those of the family with their p, and those without."""
    found = _differences(pairs)
    codes, changes = _codes(pairs), _changes(pairs)
    ps = [_p(pairs, changes, codes, FAMILY.index(d.measure)) for d in found]
    tested = [
        replace(d, p=p, adjusted=q) for d, p, q in zip(found, ps, uncertainty.holm(ps), strict=True)
    ]
    return [*tested, *_together(pairs)]


def _slices(pairs: Pairs) -> Iterator[Slice]:
    for name in DIRECTIONS:
        yield from _slice("direction", name, [p for p in pairs if p[0].direction == name])
    for name in LANGUAGES:
        yield from _slice("language", name, [p for p in pairs if p[0].case.language == name])
    for name in TIERS:
        yield from _slice("tier", name, [p for p in pairs if name in p[0].case.tags])


def _slice(by: str, name: str, pairs: Pairs) -> Iterator[Slice]:
    if pairs:
        yield Slice(by, name, len(pairs), tuple(_differences(pairs)))


def _differences(pairs: Pairs) -> list[Difference]:
    """The measures of the family that apply in both runs, untested."""
    codes, changes = _codes(pairs), _changes(pairs)
    average = uncertainty.joined(_with_balance, uncertainty.means(changes))
    bounds = uncertainty.bootstrap(codes, average)
    applies = ~np.isnan(changes)
    before, after = (
        _with_balance(_means(np.where(applies, _columns(pairs, side), np.nan))[None], 1.0)[0]
        for side in (0, 1)
    )
    members = [applies[:, i] for i in range(applies.shape[1])]
    members.append(members[-1] | members[-2])
    found = []
    for i, measure in enumerate(FAMILY):
        if not math.isnan(before[i]):
            change = _figure(after[i] - before[i], bounds, i, codes[members[i]])
            found.append(_difference(measure, before[i], after[i], change, bounds.error[i]))
    return found


def _columns(pairs: Pairs, side: int) -> Floats:
    """The family of one run but for balanced accuracy, shape ``(pairs, measures)``; the two rates
    of refusal are averages too, each over its own kind of cases."""
    rows = [pair[side] for pair in pairs]
    answerable = np.array([r.case.answerable for r in rows])
    refused = matrix(rows, ("refused",))[:, 0]
    rates = [np.where(answerable, np.nan, 1 - refused), np.where(answerable, refused, np.nan)]
    return np.column_stack([matrix(rows, FAMILY[:-3]), *rates])


def _changes(pairs: Pairs) -> Floats:
    """Second run less first, case by case; nan where a measure does not apply to both."""
    return _columns(pairs, 1) - _columns(pairs, 0)


def _codes(pairs: Pairs) -> uncertainty.Ints:
    return uncertainty.codes_of([before.cluster for before, _ in pairs])


def _with_balance(averages: Floats, offset: float = 0.0) -> Floats:
    """Append balanced accuracy, or with ``offset`` 0 its change, to averages of the family."""
    return np.column_stack([averages, offset - (averages[:, -2] + averages[:, -1]) / 2])


def _means(values: Floats) -> Floats:
    """Average of each column over what is not nan; nan for a column without any."""
    return np.array([c[~np.isnan(c)].mean() if (~np.isnan(c)).any() else np.nan for c in values.T])


def _p(pairs: Pairs, changes: Floats, codes: uncertainty.Ints, i: int) -> float:
    """Sign-flip p of one measure of the family; balanced accuracy weighs both kinds alike."""
    if FAMILY[i] != "refusal_balanced_accuracy":
        applies = ~np.isnan(changes[:, i])
        return uncertainty.sign_flip_p(changes[applies, i], codes[applies])
    rates = changes[:, -2:]
    weighted = np.nan_to_num(rates) / np.maximum((~np.isnan(rates)).sum(axis=0), 1)
    return uncertainty.sign_flip_p(weighted.sum(axis=1), codes)


def _figure(change: float, bounds: uncertainty.Bounds, i: int, codes: uncertainty.Ints) -> Figure:
    clusters = len(np.unique(codes))
    if clusters < 2 or math.isnan(bounds.low[i]):
        return Figure(float(change), None, None, len(codes), clusters)
    low, high = float(bounds.low[i]), float(bounds.high[i])
    return Figure(float(change), low, high, len(codes), clusters)


def _difference(
    measure: str, before: float, after: float, change: Figure, error: float
) -> Difference:
    known = change.low is not None and error > 0
    detectable = POWER * float(error) if known else None
    return Difference(measure, float(before), float(after), change, None, None, detectable)


def _together(pairs: Pairs) -> list[Difference]:
    """AUROC, risk-coverage area and calibration error, where both runs have a confidence."""
    both = [(a, b) for a, b in pairs if None not in (a.measures.confidence, b.measures.confidence)]
    if not both:
        return []
    codes = _codes(both)
    one, other = (confidence_statistic([pair[side] for pair in both]) for side in (0, 1))
    bounds = uncertainty.bootstrap(codes, uncertainty.joined(np.subtract, other, one))
    whole = np.ones((1, int(codes.max()) + 1))
    with np.errstate(invalid="ignore"):
        before, after = one(codes)(whole)[0], other(codes)(whole)[0]
    return [
        _difference(
            measure,
            before[i],
            after[i],
            _figure(after[i] - before[i], bounds, i, codes),
            bounds.error[i],
        )
        for i, measure in enumerate(CONFIDENCE)
        if not math.isnan(before[i])
    ]


# -- as JSON ------------------------------------------------------------------------------------


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as ``belegt compare --json`` prints it, with both replies of changed cases."""
    return {
        "before": str(comparison.before.folder),
        "after": str(comparison.after.folder),
        "data_sha256": comparison.before.summary.provenance.data_sha256,
        "n": comparison.n,
        "clusters": comparison.clusters,
        "differences": [asdict(d) for d in comparison.differences],
        "slices": [
            asdict(s) | {"differences": [asdict(d) for d in s.differences]}
            for s in comparison.slices
        ],
        "gained": [_changed_to_json(comparison, c) for c in comparison.gained],
        "lost": [_changed_to_json(comparison, c) for c in comparison.lost],
        "differing": {name: list(pair) for name, pair in comparison.differing.items()},
    }


def _changed_to_json(comparison: Comparison, changed: Changed) -> dict[str, Any]:
    before, after = changed.before, changed.after
    return {
        "id": before.id,
        "question": before.case.question,
        "outcomes": [before.outcome, after.outcome],
        "replies": [comparison.before.reply(before), comparison.after.reply(after)],
    }
