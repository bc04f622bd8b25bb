"""Rows to figures: averages with intervals over all cases and by group, and what confidence is worth.

Pure: the same rows give the same summary, however they came about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np

from eval import metrics, uncertainty
from eval.metrics import Decision
from eval.uncertainty import Bounds, Floats
from eval.values import (
    AVERAGED,
    CONFIDENCE,
    DECIDED,
    DIRECTIONS,
    LANGUAGES,
    PARTS,
    REFUSAL,
    TIERS,
    Bin,
    Curve,
    CurvePoint,
    Figure,
    Group,
    Latency,
    Measures,
    Provenance,
    Row,
    Summary,
)

MOST_POINTS = 200
"""A curve of more points is thinned to this many."""


def summarise(rows: Sequence[Row], provenance: Provenance) -> Summary:
    """Put the cases of a run into figures, over all and by group."""
    groups: list[Group] = []
    curves: list[Curve] = []
    for part in (None, *PARTS):
        members = [r for r in rows if part is None or part in r.case.tags]
        if members:
            groups += _groups(members, part)
            curves += _curves(members, part)
    for tag in sorted({t for r in rows for t in r.case.tags} - {*PARTS, *TIERS}):
        members = [r for r in rows if tag in r.case.tags]
        groups.append(_group("tag", tag, None, members, members))
    return Summary(
        n=len(rows),
        errors=sum(r.error is not None for r in rows),
        groups=tuple(group for group in groups if group.n),
        curves=tuple(curve for curve in curves if curve.n),
        latency=_latency([r.measures for r in rows]),
        provenance=provenance,
    )


def _groups(rows: Sequence[Row], part: str | None) -> list[Group]:
    """All groups but the tags; those without a case have ``n`` 0."""
    unanswerable = [r for r in rows if not r.case.answerable]
    answerable = [r for r in rows if r.case.answerable]
    groups = [_group("overall", "overall", part, rows, rows)]
    for name in DIRECTIONS:
        members = [r for r in answerable if r.direction == name]
        others = [r for r in unanswerable if r.case.language == name[:2]]
        groups.append(_group("direction", name, part, members, members + others))
    for name in LANGUAGES:
        members = [r for r in rows if r.case.language == name]
        groups.append(_group("language", name, part, members, members))
    for name in TIERS:
        members = [r for r in unanswerable if name in r.case.tags]
        groups.append(_group("tier", name, part, members, answerable + members))
    return groups


def _group(
    by: str, name: str, part: str | None, members: Sequence[Row], decided: Sequence[Row]
) -> Group:
    """Averages over ``members``, figures of refusal over ``decided``."""
    if not members:
        return Group(by, name, part, 0, {})
    return Group(by, name, part, len(members), averages(members) | _decisions(decided))


def mean_figure(values: Sequence[float | None], clusters: Sequence[str]) -> Figure:
    """The average of the values that apply, with its interval; ``clusters`` has one per value."""
    pairs = [(v, c) for v, c in zip(values, clusters, strict=True) if v is not None]
    if not pairs:
        return Figure(None)
    column = np.array([[v] for v, _ in pairs], np.float64)
    codes = uncertainty.codes_of([c for _, c in pairs])
    bounds = uncertainty.bootstrap(codes, uncertainty.means(column))
    value, n = metrics.mean(v for v, _ in pairs)
    return _figure(value, bounds, 0, n, int(codes.max()) + 1)


def auroc_figure(
    confidence: Sequence[float], positive: Sequence[bool], clusters: Sequence[str]
) -> Figure:
    """AUROC with its interval; all three have one entry per case."""
    above = [c for c, p in zip(confidence, positive, strict=True) if p]
    value = metrics.auroc(above, [c for c, p in zip(confidence, positive, strict=True) if not p])
    if value is None:
        return Figure(None)
    codes = uncertainty.codes_of(clusters)
    statistic = uncertainty.auroc(np.array(confidence, np.float64), np.array(positive, bool))
    return _figure(
        value, uncertainty.bootstrap(codes, statistic), 0, len(codes), int(codes.max()) + 1
    )


def ece_figure(
    confidence: Sequence[float], positive: Sequence[bool], clusters: Sequence[str]
) -> Figure:
    """Expected calibration error with its interval; all three have one entry per case."""
    value = metrics.ece(confidence, positive)
    if value is None:
        return Figure(None)
    codes = uncertainty.codes_of(clusters)
    statistic = uncertainty.ece(
        np.array(confidence, np.float64),
        np.array(positive, bool),
        np.array([metrics.bin_of(c) for c in confidence]),
        metrics.BINS,
    )
    return _figure(
        value, uncertainty.bootstrap(codes, statistic), 0, len(codes), int(codes.max()) + 1
    )


def averages(rows: Sequence[Row]) -> dict[str, Figure]:
    """The average of each measure over the cases it applies to."""
    values = matrix(rows)
    bounds = uncertainty.bootstrap(_codes(rows), uncertainty.means(values))
    clusters = np.array([r.cluster for r in rows])
    figures = {}
    for i, (name, column) in enumerate(zip(AVERAGED, values.T, strict=True)):
        applies = ~np.isnan(column)
        value, n = metrics.mean(column[applies].tolist())
        figures[name] = _figure(value, bounds, i, n, len(set(clusters[applies])))
    return figures


def matrix(rows: Sequence[Row], names: Sequence[str] = AVERAGED) -> Floats:
    """Measures of rows as numbers, shape ``(rows, names)``; nan where one does not apply."""
    cells = [[getattr(r.measures, name) for name in names] for r in rows]
    return np.array(cells, np.float64).reshape(len(rows), len(names))


def _figure(value: float | None, bounds: Bounds, i: int, n: int, clusters: int) -> Figure:
    low, high = float(bounds.low[i]), float(bounds.high[i])
    if value is None or math.isnan(low) or clusters < 2:
        return Figure(value, None, None, n, clusters)
    return Figure(value, low, high, n, clusters)


def _codes(rows: Sequence[Row]) -> uncertainty.Ints:
    return uncertainty.codes_of([r.cluster for r in rows])


# -- decisions ----------------------------------------------------------------------------------


def decision(row: Row) -> Decision | None:
    """What was decided for a case; None where nothing was to be decided."""
    if row.measures.refused is None:
        return None
    return Decision(row.case.answerable, row.measures.refused, row.measures.confidence)


def is_wrong(row: Row) -> bool:
    """Whether answering this case is a mistake: the documents do not answer, or the answer stands
    on another place. Of a refused case the best passage counts, which an answer would quote; where
    the gold is not known, every answer to an answerable case is taken for right."""
    reached = row.measures.hit_at_1 if row.measures.refused else row.measures.evidence_hit
    return not row.case.answerable or reached == 0


def _decisions(rows: Sequence[Row]) -> dict[str, Figure]:
    """Figures of refusal and of confidence over the cases that were decided."""
    decided = [(r, d) for r in rows if (d := decision(r)) is not None]
    if not decided:
        return dict.fromkeys(DECIDED, Figure(None))
    members = [r for r, _ in decided]
    found = asdict(metrics.refusal([d for _, d in decided]))
    bounds = uncertainty.bootstrap(_codes(members), _refusal_statistic([d for _, d in decided]))
    clusters = len({r.cluster for r in members})
    figures = {}
    for i, name in enumerate(REFUSAL):
        value = found[name.removeprefix("refusal_")]
        n = len(members) if value is not None else 0
        figures[name] = _figure(value, bounds, i, n, clusters)
    return figures | _confidences([r for r in members if r.measures.confidence is not None])


def _refusal_statistic(decisions: Sequence[Decision]) -> uncertainty.Statistic:
    """The figures of ``REFUSAL``, in their order."""
    answerable = np.array([d.answerable for d in decisions])
    refused = np.array([d.refused for d in decisions])
    columns = [~answerable & refused, answerable & refused, ~answerable, answerable]

    def combine(sums: Floats) -> Floats:
        right, wrong, unanswerable, answerable = sums.T
        hallucination, error = 1 - right / unanswerable, wrong / answerable
        figures = [
            right / (right + wrong),
            right / unanswerable,
            2 * right / (right + wrong + unanswerable),
            1 - (hallucination + error) / 2,
            hallucination,
            error,
        ]
        return np.column_stack(figures)

    return uncertainty.totals(np.column_stack(columns).astype(np.float64), combine)


def confidence_statistic(rows: Sequence[Row]) -> uncertainty.Statistic:
    """The figures of ``CONFIDENCE``, in their order, of rows that all have a confidence."""
    confidence = np.array([r.measures.confidence for r in rows], np.float64)
    answerable = np.array([r.case.answerable for r in rows])
    bins = np.array([metrics.bin_of(c) for c in confidence])
    statistics = (
        uncertainty.auroc(confidence, answerable),
        uncertainty.aurc(confidence, np.array([is_wrong(r) for r in rows])),
        uncertainty.ece(confidence, answerable, bins, metrics.BINS),
    )
    return uncertainty.joined(lambda *values: np.hstack(values), *statistics)


def _confidences(rows: Sequence[Row]) -> dict[str, Figure]:
    if not rows:
        return dict.fromkeys(CONFIDENCE, Figure(None))
    pairs = [(r.measures.confidence or 0.0, r.case.answerable) for r in rows]
    confidence, answerable = [c for c, _ in pairs], [a for _, a in pairs]
    values = (
        metrics.auroc([c for c, a in pairs if a], [c for c, a in pairs if not a]),
        metrics.aurc(confidence, [float(is_wrong(r)) for r in rows]),
        metrics.ece(confidence, answerable),
    )
    bounds = uncertainty.bootstrap(_codes(rows), confidence_statistic(rows))
    clusters = len({r.cluster for r in rows})
    return {
        name: _figure(value, bounds, i, len(rows) if value is not None else 0, clusters)
        for i, (name, value) in enumerate(zip(CONFIDENCE, values, strict=True))
    }


# -- curves -------------------------------------------------------------------------------------


def _curves(rows: Sequence[Row], part: str | None) -> list[Curve]:
    curves = [_curve("overall", "overall", part, rows)]
    for name in LANGUAGES:
        members = [r for r in rows if r.case.language == name]
        curves.append(_curve("language", name, part, members))
    return curves


def _curve(by: str, name: str, part: str | None, rows: Sequence[Row]) -> Curve:
    scored = sorted(
        ((r.measures.confidence, r) for r in rows if r.measures.confidence is not None),
        key=lambda pair: -pair[0],
    )
    answered = sum(not r.measures.refused for _, r in scored) / max(1, len(scored))
    return Curve(by, name, part, len(scored), _points(scored), answered, _bins(scored))


def _points(scored: Sequence[tuple[float, Row]]) -> tuple[CurvePoint, ...]:
    """One point for each confidence that occurs, thinned to ``MOST_POINTS``."""
    points: list[CurvePoint] = []
    done = wrong = 0
    for threshold, tied in groupby(scored, key=lambda pair: pair[0]):
        for _, row in tied:
            done += 1
            wrong += is_wrong(row)
        points.append(CurvePoint(threshold, done / len(scored), wrong / done))
    if len(points) <= MOST_POINTS:
        return tuple(points)
    kept = np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int)
    return tuple(points[i] for i in kept)


def _bins(scored: Sequence[tuple[float, Row]]) -> tuple[Bin, ...]:
    members: dict[int, list[tuple[float, Row]]] = {}
    for pair in scored:
        members.setdefault(metrics.bin_of(pair[0]), []).append(pair)
    return tuple(
        Bin(
            low=i / metrics.BINS,
            high=(i + 1) / metrics.BINS,
            n=len(pairs),
            confidence=math.fsum(c for c, _ in pairs) / len(pairs),
            answerable=sum(r.case.answerable for _, r in pairs) / len(pairs),
        )
        for i, pairs in sorted(members.items())
    )


def _latency(measures: Sequence[Measures]) -> Latency:
    rest = measures[1:]
    inner = [m.ms for m in rest if m.ms is not None]
    wall = [m.wall_ms for m in rest if m.wall_ms is not None]
    tokens = [m.tokens for m in rest if m.tokens is not None]
    return Latency(
        n=len(wall),
        p50=metrics.percentile(inner, 50),
        p95=metrics.percentile(inner, 95),
        wall_p50=metrics.percentile(wall, 50),
        wall_p95=metrics.percentile(wall, 95),
        first_wall=measures[0].wall_ms,
        counted=len(tokens),
        tokens=math.fsum(tokens) / len(tokens) if tokens else None,
    )


# -- as JSON ------------------------------------------------------------------------------------


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """A summary as JSON: what ``summary.json`` holds and ``belegt eval --json`` prints."""
    return asdict(summary)


def summary_from_json(data: dict[str, Any]) -> Summary:
    """The inverse of ``summary_to_json``.

    Raises:
        KeyError, TypeError: ``data`` is not a summary.
    """
    return Summary(
        n=data["n"],
        errors=data["errors"],
        groups=tuple(_group_from_json(group) for group in data["groups"]),
        curves=tuple(_curve_from_json(curve) for curve in data["curves"]),
        latency=Latency(**data["latency"]),
        provenance=provenance_from_json(data["provenance"]),
        rows_sha256=data["rows_sha256"],
    )


def provenance_from_json(data: dict[str, Any]) -> Provenance:
    """The inverse of ``asdict`` of a provenance."""
    return Provenance(**{**data, "files": tuple((name, sha) for name, sha in data["files"])})


def _group_from_json(data: dict[str, Any]) -> Group:
    figures = {name: Figure(**figure) for name, figure in data["figures"].items()}
    return Group(**{**data, "figures": figures})


def _curve_from_json(data: dict[str, Any]) -> Curve:
    points = tuple(CurvePoint(**point) for point in data["points"])
    return Curve(**{**data, "points": points, "bins": tuple(Bin(**one) for one in data["bins"])})
