"""What the check of statements reaches, as figures and as a section of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.fit.support_pairs import FALSE, TRUE, Pair
from eval.summary import mean_figure
from eval.uncertainty import bootstrap, codes_of, totals
from eval.values import Figure
from qa.support import Doubt

START, END = "<!-- checker figures -->", "<!-- /checker figures -->"
_APART = ("in one language", "across")
DIRECTIONS = ("de->de", "en->en", "de->en", "en->de")

Decided = Sequence[tuple[Pair, tuple[Doubt, ...]]]
"""Pairs with the checks that each failed; none means called supported."""


Told = list[float | int | None]
"""A figure: value, bounds of its interval, pairs."""


def held_out_figures(decided: Decided) -> dict[str, dict[str, Any]]:
    """Precision of "supported", recall of true statements, and the share called supported by kind."""
    ways = {
        "all": decided,
        "in one language": [one for one in decided if not is_across(one[0])],
        "across": [one for one in decided if is_across(one[0])],
        **{d: [one for one in decided if one[0].direction == d] for d in DIRECTIONS},
    }
    return {
        "precision": {name: _told(precision(some)) for name, some in ways.items()},
        "recall": {name: _told(recall(some)) for name, some in ways.items()},
        "called_supported": {
            kind: {name: _told(accepted(of_kind(ways[name], kind))) for name in _APART}
            for kind in (*TRUE, *FALSE)
        },
    }


def as_markdown(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures as two tables."""
    kinds = figures["called_supported"]
    return "\n".join(
        [
            "| statement -> evidence | precision of “supported” | recall of true statements |",
            "|---|---|---|",
            *(
                f"| {name} | {_cell(figures['precision'][name])} | {_cell(figures['recall'][name])} |"
                for name in figures["precision"]
            ),
            "",
            f"| called supported, by kind | {' | '.join(_APART)} |",
            "|---|---|---|",
            *(
                f"| {kind} ({'true' if kind in TRUE else 'false'}) | "
                f"{' | '.join(_cell(kinds[kind][name]) for name in _APART)} |"
                for kind in kinds
            ),
            "",
        ]
    )


def put_into(page: Path, markdown: str) -> None:
    """Replace what stands between the marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(START)
    after = rest.split(END)[1]
    text = f"{before}{START}\n\n{markdown}\n{END}{after}"
    page.write_text(text, encoding="utf-8", newline="\n")


def is_across(pair: Pair) -> bool:
    """Whether a statement and its evidence are in two languages."""
    ours, theirs = pair.direction.split("->")
    return ours != theirs


def of_kind(decided: Decided, kind: str) -> Decided:
    """Those of one kind."""
    return [one for one in decided if one[0].kind == kind]


def precision(decided: Decided) -> Figure:
    """Share of what is called supported that is true, were as many pairs true as false."""
    true = sum(pair.true for pair, _ in decided)
    each = {True: 1 / max(1, true), False: 1 / max(1, len(decided) - true)}
    called = [pair for pair, doubts in decided if not doubts]
    columns = np.array([[pair.true * each[True], each[pair.true]] for pair in called])
    codes = codes_of([pair.article for pair in called])
    bounds = bootstrap(codes, totals(columns, lambda sums: sums[:, :1] / sums[:, 1:]))
    value = float(columns[:, 0].sum() / columns[:, 1].sum())
    return Figure(value, float(bounds.low[0]), float(bounds.high[0]), len(called))


def recall(decided: Decided) -> Figure:
    """Share of the true pairs that are called supported."""
    return accepted([one for one in decided if one[0].true])


def accepted(decided: Decided) -> Figure:
    """Share of pairs that are called supported."""
    values = [float(not doubts) for _, doubts in decided]
    return mean_figure(values, [pair.article for pair, _ in decided])


def _told(figure: Figure) -> Told:
    bounds = [figure.value, figure.low, figure.high]
    return [*(None if b is None else round(b, 3) for b in bounds), figure.n]


def _cell(told: Told) -> str:
    value, low, high, n = told
    if value is None:
        return "-"
    interval = "" if low is None else f" ({low:.3f}-{high:.3f})"
    return f"{value:.3f}{interval}, n = {n}"
