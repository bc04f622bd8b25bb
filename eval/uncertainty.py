"""How far figures can be trusted: resampling by cluster, sign flips, Holm. Arrays in, arrays out.

Questions about one paragraph are not independent, so whole clusters are drawn, with replacement, as
many as there are; a statistic then sees how often each cluster was drawn. Everything is seeded: the
same cases in the same order give the same bounds. Sources: percentile bootstrap, Efron &
Tibshirani 1993, chapter 13; sign flips of clusters, as a paired permutation test; Holm 1979.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = Floats
"""How often each cluster was drawn, shape ``(draws, clusters)``; whole numbers."""
Bound = Callable[[Counts], Floats]
"""Counts to values, shape ``(draws, values)``; nan where a draw leaves a value undefined."""
Statistic = Callable[[Ints], Bound]
"""Knows its cases; told the cluster of each, it gives values for any draw of clusters."""

DRAWS = 2000
FEWEST_DRAWS = 400
"""Of sets above 10,000 cases, so that the largest take seconds; bounds are steady enough there."""
SEED = 20161101
LEVEL = 0.95
EXACT_BELOW = 17
"""Up to 2 ** 16 sign patterns are all tried."""
FLIPS = (2_000, 20_000)
"""Fewest and most random sign patterns; in between, as many as ``_FLIPPED`` signs allow."""
_CELLS = 130_000
"""Of a block of draws: a megabyte, which stays in a processor's cache."""
_DRAWN = 20_000_000
_FLIPPED = 200_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper bound of the interval of each value, and the standard error; nan where fewer
    than two clusters, or no draw, give one."""

    low: Floats
    high: Floats
    error: Floats


def codes_of(clusters: Sequence[str]) -> Ints:
    """Clusters as numbers from 0 in order of appearance, one per case."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(c, len(seen)) for c in clusters], np.int64)


def draws_of(cases: int) -> int:
    """How often ``cases`` are drawn."""
    return min(DRAWS, max(FEWEST_DRAWS, _DRAWN // cases))


def bootstrap(codes: Ints, statistic: Statistic, *, seed: int = SEED) -> Bounds:
    """95 % percentile interval of each value of ``statistic`` over cases of the clusters ``codes``."""
    clusters, draws = int(codes.max()) + 1, draws_of(len(codes))
    block = max(1, _CELLS // len(codes))
    values_of = statistic(codes)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = [values_of(counts) for counts in _draws(clusters, draws, block, seed)]
    values = np.concatenate(drawn)
    bounds = np.full((3, values.shape[1]), np.nan)
    for i, column in enumerate(values.T):
        defined = column[~np.isnan(column)]
        if clusters > 1 and len(defined) > 1:
            tail = (1 - LEVEL) / 2
            bounds[:2, i] = np.quantile(defined, [tail, 1 - tail])
            bounds[2, i] = defined.std(ddof=1)
    return Bounds(*bounds)


def _draws(clusters: int, draws: int, block: int, seed: int) -> Iterator[Counts]:
    """Counts of all draws, a ``block`` of them at a time; they do not depend on its size."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        chosen = rng.integers(0, clusters, (rows, clusters))
        chosen += np.arange(rows)[:, None] * clusters
        counts = np.bincount(chosen.ravel(), minlength=rows * clusters)
        yield counts.reshape(rows, clusters).astype(np.float64)


# -- statistics ---------------------------------------------------------------------------------


def totals(values: Floats, combine: Callable[[Floats], Floats]) -> Statistic:
    """``combine`` of the sums of the columns of ``values`` over the cases drawn: shape
    ``(draws, columns)`` to ``(draws, values)``."""

    def bound(codes: Ints) -> Bound:
        of_cluster = np.column_stack([np.bincount(codes, column) for column in values.T])
        return lambda counts: combine(counts @ of_cluster)

    return bound


def means(values: Floats) -> Statistic:
    """Average of each column of ``values``, shape ``(cases, measures)``; nan does not apply."""
    applies = ~np.isnan(values)
    both = np.hstack([np.where(applies, values, 0.0), applies])
    width = values.shape[1]
    return totals(both, lambda sums: sums[:, :width] / sums[:, width:])


def joined(how: Callable[..., Floats], *statistics: Statistic) -> Statistic:
    """One statistic of several; ``how`` makes its values of theirs."""

    def bound(codes: Ints) -> Bound:
        parts = [statistic(codes) for statistic in statistics]
        return lambda counts: how(*(part(counts) for part in parts))

    return bound


@dataclass(frozen=True, slots=True)
class _Levels:
    """Cases in an order, those of equal confidence on one level; ``starts`` has the first of each."""

    order: Ints
    starts: Ints

    def sizes(self, codes: Ints) -> Bound:
        """Cases drawn per level, shape ``(draws, levels)``."""
        clusters = codes[self.order]
        if len(self.starts) == len(clusters):  # nothing to add up, and that is slow
            return lambda counts: counts.take(clusters, axis=1)
        return lambda counts: np.add.reduceat(counts.take(clusters, axis=1), self.starts, axis=1)

    def marked(self, marks: npt.NDArray[np.bool_]) -> tuple[Ints, _Levels]:
        """The levels that hold a marked case, and the marked cases alone on levels of their own."""
        chosen = np.flatnonzero(marks[self.order])
        level = np.searchsorted(self.starts, chosen, side="right") - 1
        held, starts = np.unique(level, return_index=True)
        return held, _Levels(self.order[chosen], starts.astype(np.int64))


def _levels(confidence: Floats) -> _Levels:
    """Ascending."""
    order = np.argsort(confidence, kind="stable")
    ordered = confidence[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return _Levels(order.astype(np.int64), starts.astype(np.int64))


def auroc(confidence: Floats, positive: npt.NDArray[np.bool_]) -> Statistic:
    """Chance that a positive scores above a negative, ties half; one value.

    By the sum of the ranks of the positives (Mann & Whitney 1947); those of one level share theirs.
    """
    levels = _levels(confidence)
    held, of_positives = levels.marked(positive)

    def bound(codes: Ints) -> Bound:
        sizes_of, positives_of = levels.sizes(codes), of_positives.sizes(codes)

        def values(counts: Counts) -> Floats:
            sizes, positives = sizes_of(counts), positives_of(counts)
            upto = np.cumsum(sizes, axis=1)
            rank = upto.take(held, axis=1) - (sizes.take(held, axis=1) - 1) / 2
            n, above = upto[:, -1], positives.sum(axis=1)
            wins = (positives * rank).sum(axis=1) - above * (above + 1) / 2
            share: Floats = wins / (above * (n - above))
            return share[:, None]

        return values

    return bound


def aurc(confidence: Floats, wrong: npt.NDArray[np.bool_]) -> Statistic:
    """Area under the risk-coverage curve: the mean, over every number of cases answered first by
    confidence, of the share of them that is wrong; within ties, errors come evenly. One value.

    An error of rank r of n is in the shares from r on: it adds 1/r + … + 1/n, which is a difference
    of harmonic numbers; those of a level, of sums of them.
    """
    levels = _levels(-confidence)
    held, of_wrong = levels.marked(wrong)

    def bound(codes: Ints) -> Bound:
        sizes_of, errors_of = levels.sizes(codes), of_wrong.sizes(codes)
        largest = int(np.bincount(codes).max()) * (int(codes.max()) + 1)
        harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, largest + 1))])
        summed = np.concatenate([[0.0], np.cumsum(harmonic)])

        def values(counts: Counts) -> Floats:
            sizes, errors = sizes_of(counts), errors_of(counts)
            upto = np.cumsum(sizes, axis=1)
            size, end = sizes.take(held, axis=1), upto.take(held, axis=1)
            share = np.divide(errors, size, out=np.zeros_like(errors), where=size > 0)
            spread = summed.take(end.astype(np.int64)) - summed.take((end - size).astype(np.int64))
            n = upto[:, -1]
            area = errors.sum(axis=1) * harmonic[n.astype(np.int64)] - (share * spread).sum(axis=1)
            mean: Floats = area / n
            return mean[:, None]

        return values

    return bound


def ece(confidence: Floats, positive: npt.NDArray[np.bool_], bins: Ints, count: int) -> Statistic:
    """Expected calibration error over ``count`` bins; one value."""
    gaps = np.zeros((len(confidence), count + 1))
    gaps[np.arange(len(confidence)), bins] = confidence - positive
    gaps[:, count] = 1
    return totals(gaps, lambda sums: np.abs(sums[:, :-1]).sum(axis=1, keepdims=True) / sums[:, -1:])


# -- comparing ----------------------------------------------------------------------------------


def sign_flip_p(differences: Floats, codes: Ints, *, seed: int = SEED) -> float:
    """Two-sided p of the sum of paired ``differences`` being chance: whether a cluster's
    differences point this way or that is as good as tossed.

    Exact while at most 16 clusters differ at all; else by random flips, counting the one seen.
    """
    sums = np.bincount(codes, differences).astype(np.float64)
    sums = sums[np.abs(sums) > 1e-12]
    if not len(sums):
        return 1.0
    seen = abs(sums.sum()) - 1e-9 * np.abs(sums).sum()
    if len(sums) < EXACT_BELOW:
        patterns = np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1
        return float((np.abs((1 - 2 * patterns) @ sums) >= seen).mean())
    return _random_flips_p(sums, float(seen), seed)


def _random_flips_p(sums: Floats, seen: float, seed: int) -> float:
    rng = np.random.default_rng(seed)
    flips = min(max(FLIPS[0], _FLIPPED // len(sums)), FLIPS[1])
    step = max(1, _CELLS // len(sums))
    total, extreme = sums.sum(), 0
    for start in range(0, flips, step):
        turned = rng.integers(0, 2, (min(step, flips - start), len(sums)), np.int8)
        extreme += int((np.abs(total - 2 * (turned @ sums)) >= seen).sum())
    return (1 + extreme) / (1 + flips)


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's adjusted p of each, in the order given: any below 0.05 holds for the whole family."""
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[i]))
        adjusted[i] = highest
    return adjusted
