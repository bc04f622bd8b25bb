"""How far figures can be trusted: resampling by cluster, sign flips, Holm. Arrays in, arrays out.

Questions about one paragraph are not independent, so whole clusters are drawn, with replacement, as
many as there are; a statistic then sees how often each case was drawn. Everything is seeded: the
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
Weights = Floats
"""How often each case was drawn, shape ``(draws, cases)``; whole numbers."""
Statistic = Callable[[Weights], Floats]
"""Weights to values, shape ``(draws, values)``; nan where a draw leaves a value undefined."""

DRAWS = 2000
FEWEST_DRAWS = 400
"""Of sets above 10,000 cases, so that the largest take seconds; bounds are steady enough there."""
SEED = 20161101
LEVEL = 0.95
EXACT_BELOW = 17
"""Up to 2 ** 16 sign patterns are all tried."""
FLIPS = (2_000, 20_000)
"""Fewest and most random sign patterns; in between, as many as ``_FLIPPED`` signs allow."""
_CELLS = 2_000_000
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
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = [statistic(weights) for weights in _draws(codes, clusters, draws, seed)]
    values = np.concatenate(drawn)
    bounds = np.full((3, values.shape[1]), np.nan)
    for i, column in enumerate(values.T):
        defined = column[~np.isnan(column)]
        if clusters > 1 and len(defined) > 1:
            tail = (1 - LEVEL) / 2
            bounds[:2, i] = np.quantile(defined, [tail, 1 - tail])
            bounds[2, i] = defined.std(ddof=1)
    return Bounds(*bounds)


def _draws(codes: Ints, clusters: int, draws: int, seed: int) -> Iterator[Weights]:
    """Weights of all draws, in blocks that fit into memory."""
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS // len(codes))
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        chosen = rng.integers(0, clusters, (rows, clusters))
        chosen += np.arange(rows)[:, None] * clusters
        counts = np.bincount(chosen.ravel(), minlength=rows * clusters).reshape(rows, clusters)
        yield counts[:, codes].astype(np.float64)


# -- statistics ---------------------------------------------------------------------------------


def means(values: Floats) -> Statistic:
    """Average of each column of ``values``, shape ``(cases, measures)``; nan does not apply."""
    applies = ~np.isnan(values)
    both = np.hstack([np.where(applies, values, 0.0), applies])
    width = values.shape[1]

    def statistic(weights: Weights) -> Floats:
        sums = weights @ both
        averages: Floats = sums[:, :width] / sums[:, width:]
        return averages

    return statistic


def totals(values: Floats, combine: Callable[[Floats], Floats]) -> Statistic:
    """``combine`` of the weighted sums of the columns of ``values``: shape ``(draws, columns)``
    to ``(draws, values)``."""
    return lambda weights: combine(weights @ values)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Cases by ascending confidence, and where each distinct confidence starts."""

    order: Ints
    starts: Ints

    def sums(self, weights: Weights) -> Floats:
        """Weights added up per level, shape ``(draws, levels)``."""
        ordered: Floats = weights[:, self.order]
        if len(self.starts) == len(self.order):  # all differ: nothing to add up, and that is slow
            return ordered.astype(np.float64, copy=False)
        added: Floats = np.add.reduceat(ordered, self.starts, axis=1)
        return added


def _levels(confidence: Floats) -> _Levels:
    order = np.argsort(confidence, kind="stable")
    ordered = confidence[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return _Levels(order.astype(np.int64), starts.astype(np.int64))


def auroc(confidence: Floats, positive: npt.NDArray[np.bool_]) -> Statistic:
    """Chance that a positive scores above a negative, ties half; one value."""
    levels = _levels(confidence)

    def statistic(weights: Weights) -> Floats:
        above, below = levels.sums(weights * positive), levels.sums(weights * ~positive)
        wins = (above * (np.cumsum(below, axis=1) - below / 2)).sum(axis=1)
        share: Floats = wins / (above.sum(axis=1) * below.sum(axis=1))
        return share[:, None]

    return statistic


def aurc(confidence: Floats, wrong: Floats) -> Statistic:
    """Area under the risk-coverage curve: the mean, over every number of cases answered first by
    confidence, of the share of them that is wrong; within ties, errors come evenly. One value."""
    levels = _levels(-confidence)

    def statistic(weights: Weights) -> Floats:
        size, errors = levels.sums(weights), levels.sums(weights * wrong)
        before = np.cumsum(size, axis=1) - size
        errors_before = np.cumsum(errors, axis=1) - errors
        harmonic = _harmonic(int(size.sum(axis=1).max()))
        slope = np.divide(errors, size, out=np.zeros_like(errors), where=size > 0)
        spread = harmonic[(before + size).astype(int)] - harmonic[before.astype(int)]
        area = errors + (errors_before - slope * before) * spread
        mean: Floats = area.sum(axis=1) / size.sum(axis=1)
        return mean[:, None]

    return statistic


def _harmonic(n: int) -> Floats:
    """Harmonic numbers 0 to ``n``."""
    return np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n + 1))])


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
