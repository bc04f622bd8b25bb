"""What the check of statements reaches, as figures and as a section of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.fit.support_pairs import FALSE, TRUE, Pair
from eval.summary import mean_figure
from eval.values import Figure
from qa.support import Doubt

START, END = "<!-- checker figures -->", "<!-- /checker figures -->"
DIRECTIONS = ("de->de", "en->en", "de->en", "en->de")

Decided = Sequence[tuple[Pair, tuple[Doubt, ...]]]
"""Pairs with the checks that each failed; none means called supported."""


@dataclass(frozen=True)
class FiguresPage:
    """The same figures as JSON and as Markdown."""

    figures: dict[str, Any]
    markdown: str

    def put_into(self, page: Path) -> None:
        """Replace what stands between the marks of a page."""
        before, rest = page.read_text(encoding="utf-8").split(START)
        after = rest.split(END)[1]
        text = f"{before}{START}\n\n{self.markdown}\n{END}{after}"
        page.write_text(text, encoding="utf-8", newline="\n")


def figures_page(decided: Decided) -> FiguresPage:
    """Precision of "supported", recall of true statements, and what false ones get through."""
    ways = {
        "all": decided,
        "one language": [one for one in decided if not is_across(one[0])],
        "across": [one for one in decided if is_across(one[0])],
        **{d: [one for one in decided if one[0].direction == d] for d in DIRECTIONS},
    }
    overall = {name: (precision(some), recall(some)) for name, some in ways.items()}
    kinds = {
        kind: {name: accepted(of_kind(ways[name], kind)) for name in ("one language", "across")}
        for kind in (*TRUE, *FALSE)
    }
    figures = {
        "precision": {name: _json(p) for name, (p, _) in overall.items()},
        "recall": {name: _json(r) for name, (_, r) in overall.items()},
        "called_supported": {
            kind: {name: _json(figure) for name, figure in ways.items()}
            for kind, ways in kinds.items()
        },
    }
    lines = [
        "| statement -> evidence | precision of “supported” | recall of true statements |",
        "|---|---|---|",
        *(f"| {name} | {_cell(p)} | {_cell(r)} |" for name, (p, r) in overall.items()),
        "",
        "| called supported, by kind | in one language | across |",
        "|---|---|---|",
        *(
            f"| {kind} ({'true' if kind in TRUE else 'false'})"
            f" | {_cell(ways['one language'])} | {_cell(ways['across'])} |"
            for kind, ways in kinds.items()
        ),
        "",
    ]
    return FiguresPage(figures, "\n".join(lines))


def is_across(pair: Pair) -> bool:
    """Whether a statement and its evidence are in two languages."""
    ours, theirs = pair.direction.split("->")
    return ours != theirs


def of_kind(decided: Decided, kind: str) -> Decided:
    """Those of one kind."""
    return [one for one in decided if one[0].kind == kind]


def precision(decided: Decided) -> Figure:
    """Share of the pairs called supported that are true."""
    called = [pair for pair, doubts in decided if not doubts]
    return mean_figure([float(p.true) for p in called], [p.article for p in called])


def recall(decided: Decided) -> Figure:
    """Share of the true pairs that are called supported."""
    return accepted([one for one in decided if one[0].true])


def accepted(decided: Decided) -> Figure:
    """Share of pairs that are called supported."""
    values = [float(not doubts) for _, doubts in decided]
    return mean_figure(values, [pair.article for pair, _ in decided])


def _json(figure: Figure) -> list[float | int | None]:
    """Value, bounds of the interval, pairs."""
    bounds = [figure.value, figure.low, figure.high]
    return [*(None if b is None else round(b, 3) for b in bounds), figure.n]


def _cell(figure: Figure) -> str:
    value, low, high, n = _json(figure)
    if value is None:
        return "-"
    interval = "" if low is None else f" ({low:.3f}-{high:.3f})"
    return f"{value:.3f}{interval}, n = {n}"
