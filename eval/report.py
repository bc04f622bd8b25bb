"""Summaries and comparisons as text: tables for the terminal, Markdown for documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.compare import Changed, Comparison, Difference, Slice
from eval.values import DIRECTIONS, LANGUAGES, PARTS, TIERS, Figure, Group, Summary

_RETRIEVAL = (
    ("hit@1", "hit_at_1"),
    ("hit@3", "hit_at_3"),
    ("hit@5", "hit_at_5"),
    ("MRR@10", "mrr_at_10"),
    ("evidence", "evidence_hit"),
    ("answer", "answer_match"),
    ("validity", "citation_validity"),
)
_REFUSAL = (
    ("precision", "refusal_precision"),
    ("recall", "refusal_recall"),
    ("F1", "refusal_f1"),
    ("balanced", "refusal_balanced_accuracy"),
    ("AUROC", "refusal_auroc"),
    ("halluc.", "refusal_hallucination_rate"),
    ("error", "refusal_error_rate"),
)
_CITED = (
    ("doc hit@1", "document_hit_at_1"),
    ("nDCG@10", "ndcg_at_10"),
    ("recall@10", "recall_at_10"),
    ("cited", "evidence_recall"),
    ("precision", "citation_precision"),
    ("F1", "f1"),
    ("language", "language_match"),
)
_STATED = (
    ("borne out", "alce_recall"),
    ("needed", "alce_precision"),
    ("on gold", "alce_recall_gold"),
    ("unsupp.", "unsupported"),
)
_NAMES = {
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "evidence_hit": "evidence",
    "citation_precision": "citation precision",
    "citation_validity": "citation validity",
    "alce_recall": "statements borne out",
    "alce_precision": "citations needed",
    "answer_match": "answer",
    "f1": "answer F1",
    "language_match": "language match",
    "refusal_hallucination_rate": "hallucination rate",
    "refusal_error_rate": "error rate",
    "refusal_balanced_accuracy": "balanced accuracy",
    "refusal_auroc": "AUROC",
    "aurc": "risk-coverage area",
    "ece": "calibration error",
}
_NONE = Figure(None)
_LABEL, _COLUMN = 16, 10
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class _Table:
    """A titled table; the first column holds labels, the others figures."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[_Cell]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A label or a figure, and the interval that stands below or behind it."""

    value: str
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.value} ({self.interval})" if self.interval else self.value


def table(summary: Summary, part: str | None = None) -> str:
    """The figures for a terminal, at most 100 columns; ``part`` limits them to dev or test."""
    lines: list[str] = []
    for one in _tables(summary, part):
        lines += [one.title, _line(one.header)]
        for row in one.rows:
            lines += [_line([cell.value for cell in row]), _line([cell.interval for cell in row])]
        lines.append("")
    return "\n".join([*lines, *_notes(summary)]) + "\n"


def markdown(summary: Summary, part: str | None = None) -> str:
    """The same figures as Markdown, and those by kind of question."""
    blocks: list[str] = []
    for one in (*_tables(summary, part), *_tag_tables(summary, part)):
        rule = ["---", *["---:"] * (len(one.header) - 1)]
        rows = [f"| {' | '.join(map(str, cells))} |" for cells in (one.header, rule, *one.rows)]
        blocks.append("\n".join([f"**{one.title}**", "", *rows]))
    return "\n\n".join([*blocks, "\n".join(f"- {note}" for note in _notes(summary))]) + "\n"


def _tables(summary: Summary, part: str | None) -> Iterator[_Table]:
    names = [*(("direction", name) for name in DIRECTIONS), ("overall", "overall")]
    found = [summary.group(by, name, part) for by, name in names]
    found += [summary.group("overall", "overall", name) for name in PARTS if part is None]
    yield _averages("Retrieval, evidence and answers (answerable questions)", found, _RETRIEVAL)
    yield _averages("Further measures (the last over all questions)", found, _CITED)
    yield _averages("Statements and their citations (questions answered)", found, _STATED)
    names += [*(("language", name) for name in LANGUAGES), *(("tier", name) for name in TIERS)]
    yield _refusal([summary.group(by, name, part) for by, name in names])


def _tag_tables(summary: Summary, part: str | None) -> Iterator[_Table]:
    if part is None:
        tags = [g for g in summary.groups if g.by == "tag"]
        yield _averages("By kind of question", tags, _RETRIEVAL)


def _averages(
    title: str, groups: Sequence[Group | None], columns: Sequence[tuple[str, str]]
) -> _Table:
    """``n`` counts the answerable questions, or all where a run has no figure of retrieval."""
    rows = [
        [_label(g), _Cell(str(_answerable(g))), *(_cell(g, key) for _, key in columns)]
        for g in groups
        if g
    ]
    return _Table(title, ["", "n", *(name for name, _ in columns)], rows)


def _answerable(group: Group) -> int:
    return max(group.figures[key].n for key in ("hit_at_1", "evidence_hit"))


def _refusal(groups: Sequence[Group | None]) -> _Table:
    """``n`` counts the questions decided: the group's own, and those they are set against."""
    rows = [
        [_label(g), _Cell(str(_decided(g))), *(_cell(g, key) for _, key in _REFUSAL)]
        for g in groups
        if g
    ]
    title = "Refusal (unanswerable questions refused, answerable ones not)"
    return _Table(title, ["", "n", *(name for name, _ in _REFUSAL)], rows)


def _decided(group: Group) -> int:
    return max(group.figures[key].n for _, key in _REFUSAL)


def _label(group: Group) -> _Cell:
    return _Cell((group.part or "overall") if group.by == "overall" else group.name)


def _cell(group: Group, key: str) -> _Cell:
    figure = group.figures.get(key, _NONE)
    if figure.value is None:
        return _Cell("-")
    if figure.low is None or figure.high is None:
        return _Cell(f"{figure.value:.3f}")
    return _Cell(f"{figure.value:.3f}", f"{figure.low:.2f}-{figure.high:.2f}")


def _line(cells: Sequence[str]) -> str:
    label, *figures = cells
    return (f"{label:<{_LABEL}}" + "".join(f"{cell:>{_COLUMN}}" for cell in figures)).rstrip()


def _notes(summary: Summary) -> list[str]:
    latency, about = summary.latency, summary.provenance
    hash_, _, dirty = (about.commit or "").partition("-")
    commit = f" ({hash_[:12]}{', changed' if dirty else ''})" if hash_ else ""
    notes = [
        f"Latency in ms over {latency.n} questions: p50 {_ms(latency.p50)}, p95"
        f" {_ms(latency.p95)} (retrieve and answer).",
        f"Whole call: p50 {_ms(latency.wall_p50)}, p95 {_ms(latency.wall_p95)}; the first, not"
        f" counted here, {_ms(latency.first_wall)}.",
        f"Below each figure its 95 % interval, resampled over {_clusters(summary)} clusters of cases.",
        f"{summary.n} cases, data {about.data_sha256[:12]}; {about.documents} documents, corpus"
        f" {about.corpus_sha256[:12]}.",
        f"belegt {about.versions.get('belegt') or 'not installed'}{commit}, {about.date}.",
        f"Python {about.python}, {about.machine}.",
    ]
    if latency.tokens is not None:
        notes.insert(
            2,
            f"Tokens read and written by the model: {latency.tokens:.0f} on average of {latency.counted}.",
        )
    if about.oracle:
        notes.insert(0, f"Oracle {about.oracle}: these are not figures of the assistant as it is.")
    if summary.errors:
        notes.insert(0, f"{summary.errors} of {summary.n} cases failed and count as wrong.")
    return notes


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _clusters(summary: Summary) -> int:
    group = summary.group("overall", "overall")
    return max((f.clusters for f in group.figures.values()), default=0) if group else 0


# -- comparisons --------------------------------------------------------------------------------


def comparison_table(comparison: Comparison) -> str:
    """What changed from one run to the other, for a terminal."""
    lines = [
        f"Before: {comparison.before.folder}",
        f"After:  {comparison.after.folder}",
        f"{comparison.n} cases in {comparison.clusters} clusters, paired.",
        "",
        _wide(("", "n", "before", "after", "change", "95 % interval", "p", "adjusted")),
        *(_difference_line(d) for d in comparison.differences),
        "",
        *_slice_lines(comparison.slices),
        *_power_lines(comparison),
        "",
        *_changed_lines("Gained", comparison, comparison.gained),
        *_changed_lines("Lost", comparison, comparison.lost),
        *(f"Differs: {name}: {a} -> {b}" for name, (a, b) in comparison.differing.items()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _wide(cells: Sequence[str]) -> str:
    widths = (20, 6, 9, 9, 9, 18, 9, 10)
    label, *rest = cells
    return f"{label:<{widths[0]}}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=False)
    )


def _difference_line(d: Difference) -> str:
    change = d.change
    interval = "-"
    if change.low is not None and change.high is not None:
        interval = f"{change.low:+.3f} to {change.high:+.3f}"
    cells = [
        _NAMES[d.measure],
        str(change.n),
        f"{d.before:.3f}",
        f"{d.after:.3f}",
        f"{change.value:+.3f}",
        interval,
        _chance(d.p),
        _chance(d.adjusted),
    ]
    verdict = "" if not d.is_beyond_chance else "  better" if d.gain > 0 else "  worse"
    return _wide(cells) + verdict


def _chance(p: float | None) -> str:
    if p is None:
        return "-"
    return f"{p:.4f}" if p >= 0.0001 else "<0.0001"


def _slice_lines(slices: Sequence[Slice]) -> Iterator[str]:
    for one in slices:
        moved = [d for d in one.differences if d.change.value]
        if moved:
            yield f"{one.name} ({one.n} cases, not tested)"
            yield from (_difference_line(d) for d in moved)
            yield ""


def _power_lines(comparison: Comparison) -> Iterator[str]:
    """What so many cases can show, in words."""
    known = [(d, d.detectable) for d in comparison.differences if d.p is not None and d.detectable]
    if not known:
        yield "Nothing differs, so nothing can be said of what would have been found."
        return
    yield "A true change would be found in four of five such comparisons from this size on:"
    yield "  " + ", ".join(f"{_NAMES[d.measure]} {size:.3f}" for d, size in known)


def _changed_lines(title: str, comparison: Comparison, changed: Sequence[Changed]) -> Iterator[str]:
    yield f"{title}: {len(changed)}"
    for one in changed:
        before, after = one.before, one.after
        yield f"  {before.id} ({before.outcome} -> {after.outcome}) {_short(before.case.question)}"
        yield f"    before: {_said(comparison.before.reply(before))}"
        yield f"    after:  {_said(comparison.after.reply(after))}"
    yield ""


def _said(reply: Mapping[str, Any] | None) -> str:
    return _short(reply["text"]) if reply else "(failed)"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
