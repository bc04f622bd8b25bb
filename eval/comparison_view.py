"""Two runs side by side to look at: what changed, whether by chance, which cases were gained or lost.

A tree of elements (``eval.markup``) from a comparison; no figure is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eval import charts
from eval.compare import Changed, Comparison, Difference
from eval.markup import Child, Node, foreign, node
from eval.overview import Words, figure_text

CASES: Final = 100
"""Gained and lost cases that are shown, of each."""

_LEAST_SCALE: Final = 0.1


def comparison_view(found: Comparison, w: Words) -> Node:
    """The whole comparison: a line, the differences, the cases, what else was not the same."""
    return node(
        "div",
        _lead(found, w),
        _differences(found.differences, w),
        _cases(found, found.lost, "compare_lost", w),
        _cases(found, found.gained, "compare_gained", w),
        *_differing(found, w),
        class_="eval",
        lang=w.language,
    )


def _lead(found: Comparison, w: Words) -> Node:
    counts = w("compare_counts", n=found.n, gained=len(found.gained), lost=len(found.lost))
    beyond = [w(f"measure_{d.measure}") for d in found.differences if d.is_beyond_chance]
    verdict = w("compare_beyond", measures=", ".join(beyond)) if beyond else w("compare_none")
    return node("section", node("p", counts, class_="lead"), node("p", verdict))


# -- differences --------------------------------------------------------------------------------


def _differences(differences: Sequence[Difference], w: Words) -> Node:
    bounds = [b for d in differences for b in (d.change.low, d.change.high, d.change.value) if b]
    scale = max([_LEAST_SCALE, *(abs(b) for b in bounds)])
    rows = [_difference(d, scale, w) for d in differences]
    return node(
        "section",
        node("h2", w("compare_differences")),
        node("p", w("compare_note"), class_="note"),
        *rows,
    )


def _difference(found: Difference, scale: float, w: Words) -> Node:
    before, after = (figure_text(found.measure, v, w) for v in (found.before, found.after))
    change = found.change
    parts = [_signed(found.measure, found.after - found.before, w)]
    if change.low is not None and change.high is not None:
        low, high = (_signed(found.measure, v, w) for v in (change.low, change.high))
        parts.append(w("eval_interval", low=low, high=high))
    parts.append(w.counted("eval_n", change.n))
    if found.adjusted is not None:
        parts.append(w("compare_sure" if found.is_beyond_chance else "compare_chance"))
    kind = "gain" if found.gain > 0 else "loss"
    return node(
        "div",
        node("span", w(f"measure_{found.measure}"), class_="bar-name"),
        node("strong", f"{before} → {after}", class_="bar-value"),
        charts.change(found.after - found.before, change.low, change.high, scale, kind),
        node("span", " · ".join(parts), class_="bar-basis"),
        class_="bar-row wide",
    )


def _signed(measure: str, value: float, w: Words) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{figure_text(measure, abs(value), w)}"


# -- cases --------------------------------------------------------------------------------------


def _cases(found: Comparison, changed: Sequence[Changed], key: str, w: Words) -> Node:
    shown = [_case(found, one, w) for one in changed[:CASES]]
    if len(changed) > CASES:
        shown.append(node("p", w("shown_of", shown=CASES, total=len(changed)), class_="note"))
    if not shown:
        shown.append(node("p", w("compare_no_case"), class_="note"))
    return node("section", node("h2", w(key, count=len(changed))), *shown)


def _case(found: Comparison, changed: Changed, w: Words) -> Node:
    case = changed.before.case
    head = node(
        "summary",
        foreign(case.question, case.language),
        " ",
        node(
            "small",
            w(f"outcome_{changed.before.outcome}"),
            " → ",
            w(f"outcome_{changed.after.outcome}"),
        ),
    )
    sides = node(
        "div",
        _side("compare_before", found.before.reply(changed.before), w),
        _side("compare_after", found.after.reply(changed.after), w),
        class_="panels",
    )
    return node("details", head, sides, class_="more")


def _side(key: str, reply: dict[str, Any] | None, w: Words) -> Node:
    text = str(reply["text"]) if reply else w("case_failed")
    return node("div", node("h3", w(key)), node("p", text, class_="reply", dir="auto"))


def _differing(found: Comparison, w: Words) -> list[Node]:
    if not found.differing:
        return []
    pairs: list[Child] = []
    for name, (before, after) in found.differing.items():
        pairs += [node("dt", name), node("dd", foreign(f"{before} → {after}"))]
    return [node("section", node("h2", w("compare_differing")), node("dl", *pairs))]
