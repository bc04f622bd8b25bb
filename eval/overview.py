"""The figures of a run to look at: outcome in a line, headline figures, directions, curves, tables.

Built as a tree of elements (``eval.markup``) that the report writes into its file and the page
builds itself, from the summary alone: no figure is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from eval import charts
from eval.markup import Child, Node, foreign, node
from eval.values import (
    DIRECTIONS,
    LOWER_IS_BETTER,
    TIERS,
    Curve,
    CurvePoint,
    Figure,
    Group,
    Summary,
)
from index.values import Language

HEADLINE: Final = (
    "hit_at_1",
    "evidence_hit",
    "answer_match",
    "citation_validity",
    "refusal_error_rate",
    "refusal_hallucination_rate",
)
BY_DIRECTION: Final = ("hit_at_1", "evidence_hit", "refusal_error_rate")
RATIOS: Final = frozenset(
    "mrr_at_10 ndcg_at_10 document_mrr_at_10 document_ndcg_at_10 f1 refusal_f1"
    " refusal_balanced_accuracy refusal_auroc aurc ece".split()
)
"""Figures that are no share of anything, and are therefore not written as per cent."""

OUTCOMES: Final = (
    "failed",
    "hallucinated",
    "wrong_citation",
    "missed",
    "false_refusal",
    "right",
    "right_refusal",
    "not_read",
)
"""Worst first: to claim what is not there is worse than to say nothing."""

RIGHT: Final = frozenset({"right", "right_refusal"})

_PRIVATE: Final = frozenset({"index", "documents", "cache", "host", "port"})
"""Settings that say where things lie and not how well they work; a report is passed on."""

_BY_GROUP: Final = ("hit_at_1", "hit_at_5", "evidence_hit", "answer_match", "refusal_error_rate")
_NONE: Final = Figure(None)


class Words(Protocol):
    """What is needed of a catalogue in one language; ``ui.wording.Words`` is one."""

    @property
    def language(self) -> Language: ...

    def __call__(self, key: str, **values: object) -> str: ...

    def counted(self, key: str, count: int, **values: object) -> str: ...

    def number(self, value: float, decimals: int = 0) -> str: ...

    def percent(self, share: float, decimals: int = 0) -> str: ...

    def date(self, iso: str) -> str: ...


def overview(summary: Summary, outcomes: Mapping[str, int], w: Words) -> Node:
    """All figures of a run; ``outcomes`` counts its cases by outcome."""
    return node("div", headline(summary, outcomes, w), particulars(summary, w))


def headline(summary: Summary, outcomes: Mapping[str, int], w: Words) -> Node:
    """What became of the cases, and the figures most people ask for."""
    parts = _outcomes(outcomes, summary.provenance.oracle, w), _headline(summary, w)
    return node("div", *parts, class_="eval", lang=w.language)


def particulars(summary: Summary, w: Words) -> Node:
    """Directions, tiers, curves, all figures, and what was measured with."""
    return node(
        "div",
        _directions(summary, w),
        *_tiers(summary, w),
        *_curves(summary, w),
        _tables(summary, w),
        _about(summary, w),
        class_="eval",
        lang=w.language,
    )


def counted(outcomes: Iterable[str]) -> dict[str, int]:
    """Cases by outcome, worst first, those that occur."""
    counts = Counter(outcomes)
    return {name: counts[name] for name in OUTCOMES if counts[name]}


def figure_text(name: str, value: float, w: Words) -> str:
    """A figure as people write it: shares as per cent to a tenth, the others to a thousandth."""
    return w.number(value, 3) if name in RATIOS else w.percent(value, 1)


# -- the outcome in a line ----------------------------------------------------------------------


def _outcomes(outcomes: Mapping[str, int], oracle: str | None, w: Words) -> Node:
    total = sum(outcomes.values())
    items = [
        node(
            "li",
            node("span", class_=f"chip o-{name}", aria_hidden="true"),
            node("strong", w.number(count)),
            f" {w(f'outcome_{name}')}",
        )
        for name, count in outcomes.items()
    ]
    shares = [(name, count / total) for name, count in reversed(list(outcomes.items()))]
    lead = [w.counted("eval_asked", total)]
    if not oracle:
        lead.append(_right(sum(outcomes.get(name, 0) for name in RIGHT), total, w))
    else:
        lead.append(w(f"oracle_{oracle}"))
    return node(
        "section",
        node("p", " ".join(lead), class_="lead"),
        charts.stack(shares),
        node("ul", *reversed(items), class_="legend"),
        class_="outcomes",
    )


def _right(right: int, total: int, w: Words) -> str:
    if total == 1:
        return w("eval_only_right" if right else "eval_only_wrong")
    return w.counted("eval_right", right, share=w.percent(right / total))


# -- headline -----------------------------------------------------------------------------------


def _headline(summary: Summary, w: Words) -> Node:
    group = summary.group("overall", "overall")
    tiles = [_tile(name, group, w) for name in HEADLINE if group and name in group.figures]
    return node(
        "section",
        node("h2", w("eval_headline")),
        node("div", *tiles, class_="tiles"),
        node("p", w("eval_interval_note"), class_="note"),
    )


def _tile(name: str, group: Group, w: Words) -> Node:
    less: list[Child] = [" · ", w("eval_less")] if name in LOWER_IS_BETTER else []
    return node(
        "div",
        node("p", w(f"measure_{name}"), class_="tile-name"),
        node("p", _value(name, group.figures[name], w), class_="tile-value"),
        node("p", _basis(name, group, w), *less, class_="tile-basis"),
        class_="tile",
    )


def _value(name: str, figure: Figure, w: Words) -> str:
    return "–" if figure.value is None else figure_text(name, figure.value, w)


def _basis(name: str, group: Group, w: Words) -> str:
    """Interval and number of cases."""
    interval = _interval(name, group.figures[name], w)
    n = w.counted("eval_n", cases_of(name, group))
    return f"{interval} · {n}" if interval else n


def cases_of(name: str, group: Group) -> int:
    """The cases that a figure is a share of.

    Of the two rates of refusal that is one kind of cases, though both kinds make up the group.
    """
    n = group.figures[name].n
    answerable = group.figures["hit_at_1"].n
    match name:
        case "refusal_error_rate" if group.by != "tier":
            return min(n, answerable)
        case "refusal_hallucination_rate":
            return max(0, min(n, group.n if group.by == "tier" else n - answerable))
        case _:
            return n


def _interval(name: str, figure: Figure, w: Words) -> str:
    if figure.low is None or figure.high is None:
        return ""
    low, high = (figure_text(name, value, w) for value in (figure.low, figure.high))
    return w("eval_interval", low=low.rstrip("%\u00a0"), high=high)


# -- bars ---------------------------------------------------------------------------------------


def _directions(summary: Summary, w: Words) -> Node:
    found = [summary.group("direction", name) for name in DIRECTIONS]
    groups = [group for group in found if group and group.figures["hit_at_1"].n]
    blocks = [_bars(name, groups, w) for name in BY_DIRECTION]
    return node(
        "section",
        node("h2", w("eval_directions")),
        node("p", w("eval_directions_note"), class_="note"),
        node("div", *blocks, class_="panels"),
    )


def _tiers(summary: Summary, w: Words) -> list[Node]:
    found = [summary.group("tier", name) for name in TIERS]
    groups = [group for group in found if group]
    if not groups:
        return []
    bars = _bars("refusal_hallucination_rate", groups, w)
    note = node("p", w("eval_tiers_note"), class_="note")
    return [node("section", node("h2", w("eval_tiers")), note, node("div", bars, class_="panels"))]


def _bars(name: str, groups: Sequence[Group], w: Words) -> Node:
    rows = [_bar_row(name, group, w) for group in groups if name in group.figures]
    less: list[Child] = [" ", node("small", w("eval_less"))] if name in LOWER_IS_BETTER else []
    return node("div", node("h3", w(f"measure_{name}"), *less), *rows, class_="panel")


def _bar_row(name: str, group: Group, w: Words) -> Node:
    figure = group.figures[name]
    kind = "less" if name in LOWER_IS_BETTER else ""
    known = figure.value is not None
    drawn = [charts.bar(figure.value or 0.0, figure.low, figure.high, kind)] if known else []
    return node(
        "div",
        node("span", group_name(group, w), class_="bar-name"),
        node("strong", _value(name, figure, w), class_="bar-value"),
        *drawn,
        node("span", _basis(name, group, w), class_="bar-basis"),
        class_="bar-row",
    )


def group_name(group: Group, w: Words) -> str:
    """A group as its readers call it; tags are the user's own words."""
    match group.by:
        case "direction":
            asked, found = group.name.split("->")
            return w("eval_direction", asked=w(f"answer_{asked}"), found=w(f"answer_{found}"))
        case "language":
            return w(f"answer_{group.name}")
        case "tier":
            return w(f"tier_{group.name}")
        case "overall":
            return w(f"part_{group.part}") if group.part else w("eval_overall")
        case _:
            return group.name


# -- curves -------------------------------------------------------------------------------------


def _curves(summary: Summary, w: Words) -> list[Node]:
    found = summary.curve("overall", "overall")
    if found is None or len(found.points) < 2:
        return []
    panels = [_risk(found, summary, w), _calibration(found, summary, w)]
    return [node("section", node("h2", w("eval_curves")), node("div", *panels, class_="panels"))]


def _risk(found: Curve, summary: Summary, w: Words) -> Node:
    highest = max(point.risk for point in found.points)
    top = next(limit for limit in (0.1, 0.2, 0.4, 1.0) if highest <= limit)
    axes = charts.Axes(
        w("curve_coverage"),
        w("curve_risk"),
        [w.percent(share) for share in (0, 0.25, 0.5, 0.75, 1)],
        [w.percent(top * share, 1 if top == 0.1 else 0) for share in (0, 0.25, 0.5, 0.75, 1)],
        y_max=top,
    )
    points = [(p.coverage, p.risk) for p in found.points]
    now = _present(found)
    return _curve_panel(
        w("curve_risk_title"),
        charts.curve(
            w("curve_risk_title"), points, axes, found.answered, now.risk if now else None
        ),
        w("curve_risk_note"),
        _now(now, w),
        _stated("aurc", summary, w),
    )


def _present(found: Curve) -> CurvePoint | None:
    """Where the run stands on its curve: the lowest confidence that was answered. Questions of
    several parts are decided by part, so this is near, not exact, where there are such."""
    answered = [p for p in found.points if p.coverage <= found.answered + 1e-9]
    return answered[-1] if answered else None


def _now(now: CurvePoint | None, w: Words) -> str:
    if now is None:
        return ""
    shares = {name: w.percent(getattr(now, name)) for name in ("threshold", "coverage", "risk")}
    return w("curve_now", **shares)


def _calibration(found: Curve, summary: Summary, w: Words) -> Node:
    ticks = [w.percent(share) for share in (0, 0.25, 0.5, 0.75, 1)]
    axes = charts.Axes(w("curve_stated"), w("curve_observed"), ticks, ticks)
    bins = [(b.confidence, b.answerable, b.n) for b in found.bins if b.n]
    labels = [w.counted("eval_n", n) for _, _, n in bins]
    return _curve_panel(
        w("curve_calibration_title"),
        charts.calibration(w("curve_calibration_title"), bins, axes, labels),
        w("curve_calibration_note"),
        _stated("ece", summary, w),
    )


def _curve_panel(title: str, chart: Node, note: str, *stated: str) -> Node:
    words = [node("p", note, class_="note"), *(node("p", line) for line in stated if line)]
    return node("figure", node("h3", title), chart, node("figcaption", *words), class_="panel")


def _stated(name: str, summary: Summary, w: Words) -> str:
    group = summary.group("overall", "overall")
    figure = group.figures.get(name, _NONE) if group else _NONE
    if group is None or figure.value is None:
        return ""
    return f"{w(f'measure_{name}')}: {_value(name, figure, w)} ({_basis(name, group, w)})"


# -- tables -------------------------------------------------------------------------------------


def _tables(summary: Summary, w: Words) -> Node:
    columns = [summary.group("overall", "overall")]
    columns += [summary.group("direction", name) for name in DIRECTIONS]
    shown = [group for group in columns if group]
    names = [name for name in (shown[0].figures if shown else {}) if _is_known(name, shown)]
    head = [w("eval_measure"), *(group_name(group, w) for group in shown)]
    rows = [[w(f"measure_{name}"), *(_cell(name, group, w) for group in shown)] for name in names]
    return node(
        "details",
        node("summary", w("eval_all_figures")),
        _table(w("eval_all_figures"), head, rows),
        _by_group(summary, w),
        class_="more",
    )


def _is_known(name: str, groups: Iterable[Group]) -> bool:
    return any(group.figures.get(name, _NONE).value is not None for group in groups)


def _by_group(summary: Summary, w: Words) -> Node:
    """Parts, languages, tiers and tags, one a row, with the figures that most readers look at."""
    kinds = ("language", "tier", "tag")
    found = [g for g in summary.groups if g.by == "overall" and g.part]
    found += [g for kind in kinds for g in summary.groups if g.by == kind and g.part is None]
    head = [w("eval_group"), w("eval_cases_head"), *(w(f"measure_{name}") for name in _BY_GROUP)]
    rows = [
        [foreign(group_name(g, w)), w.number(g.n), *(_cell(name, g, w) for name in _BY_GROUP)]
        for g in found
    ]
    return _table(w("eval_by_group"), head, rows)


def _cell(name: str, group: Group, w: Words) -> Node:
    figure = group.figures.get(name, _NONE)
    interval = _interval(name, figure, w)
    small: list[Child] = [" ", node("small", interval)] if interval else []
    return node("span", _value(name, figure, w), *small)


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Node:
    heads = [node("th", cell, scope="col") for cell in head]
    body = [
        node("tr", node("th", row[0], scope="row"), *(node("td", cell) for cell in row[1:]))
        for row in rows
    ]
    table = node(
        "table",
        node("caption", caption),
        node("thead", node("tr", *heads)),
        node("tbody", *body),
    )
    return node("div", table, class_="table", role="region", tabindex="0", aria_label=caption)


# -- what was measured --------------------------------------------------------------------------


def _about(summary: Summary, w: Words) -> Node:
    about = summary.provenance
    pairs = [
        (w("about_sets"), ", ".join(name for name, _ in about.files) or "–"),
        (w("about_date"), _time(about.date, w)),
        (w("about_documents"), w.number(about.documents)),
        (w("about_data"), about.data_sha256[:12]),
        (w("about_corpus"), about.corpus_sha256[:12]),
        (w("about_model"), str((about.fingerprint or {}).get("model", "–"))),
        (w("about_versions"), ", ".join(f"{k} {v or '–'}" for k, v in about.versions.items())),
        (w("about_commit"), about.commit or "–"),
        (w("about_machine"), f"Python {about.python}, {about.machine}"),
        (w("about_latency"), _latency(summary, w)),
        (w("about_settings"), ", ".join(_settings(about.settings)) or "–"),
    ]
    items = [part for k, v in pairs for part in (node("dt", k), node("dd", foreign(v)))]
    return node("details", node("summary", w("eval_about")), node("dl", *items), class_="more")


def _time(iso: str, w: Words) -> str:
    """Day and time as the language writes them; runs are dated in UTC."""
    return f"{w.date(iso[:10])}, {iso[11:16]} UTC"


def _settings(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in settings.items() if name not in _PRIVATE]


def _latency(summary: Summary, w: Words) -> str:
    latency = summary.latency
    if latency.p50 is None or latency.p95 is None:
        return "–"
    time = w("eval_latency", p50=w.number(latency.p50), p95=w.number(latency.p95))
    if latency.tokens is None:
        return time
    return f"{time}; {w('eval_tokens', tokens=w.number(round(latency.tokens)))}"
