"""A summary as tables: plain text for the terminal, Markdown for documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_NONE = Figure(None, 0)
_LABEL, _COLUMN = 16, 10


@dataclass(frozen=True, slots=True)
class _Table:
    """A titled table; the first column holds labels, the others figures."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def table(summary: Summary, part: str | None = None) -> str:
    """The figures for a terminal, at most 100 columns; ``part`` limits them to dev or test."""
    lines: list[str] = []
    for one in _tables(summary, part):
        lines += [one.title, _line(one.header), *(_line(row) for row in one.rows), ""]
    return "\n".join([*lines, *_notes(summary)]) + "\n"


def markdown(summary: Summary, part: str | None = None) -> str:
    """The same figures as Markdown, and those by kind of question."""
    blocks: list[str] = []
    for one in (*_tables(summary, part), *_tag_tables(summary, part)):
        rule = ["---", *["---:"] * (len(one.header) - 1)]
        rows = [f"| {' | '.join(cells)} |" for cells in (one.header, rule, *one.rows)]
        blocks.append("\n".join([f"**{one.title}**", "", *rows]))
    return "\n\n".join([*blocks, "\n".join(f"- {note}" for note in _notes(summary))]) + "\n"


def _tables(summary: Summary, part: str | None) -> Iterator[_Table]:
    names = [*(("direction", name) for name in DIRECTIONS), ("overall", "overall")]
    found = [summary.group(by, name, part) for by, name in names]
    found += [summary.group("overall", "overall", name) for name in PARTS if part is None]
    yield _retrieval("Retrieval, evidence and answers (answerable questions)", found)
    names += [*(("language", name) for name in LANGUAGES), *(("tier", name) for name in TIERS)]
    yield _refusal([summary.group(by, name, part) for by, name in names])


def _tag_tables(summary: Summary, part: str | None) -> Iterator[_Table]:
    if part is None:
        yield _retrieval("By kind of question", [g for g in summary.groups if g.by == "tag"])


def _retrieval(title: str, groups: Sequence[Group | None]) -> _Table:
    rows = [
        [_label(g), str(g.figures["hit_at_1"].n), *(_cell(g, key) for _, key in _RETRIEVAL)]
        for g in groups
        if g
    ]
    return _Table(title, ["", "n", *(name for name, _ in _RETRIEVAL)], rows)


def _refusal(groups: Sequence[Group | None]) -> _Table:
    """``n`` counts the questions decided: the group's own, and those they are set against."""
    rows = [
        [_label(g), str(_decided(g)), *(_cell(g, key) for _, key in _REFUSAL)] for g in groups if g
    ]
    title = "Refusal (unanswerable questions refused, answerable ones not)"
    return _Table(title, ["", "n", *(name for name, _ in _REFUSAL)], rows)


def _decided(group: Group) -> int:
    return max(group.figures[key].n for _, key in _REFUSAL)


def _label(group: Group) -> str:
    if group.by == "overall":
        return group.part or "overall"
    return group.name


def _cell(group: Group, key: str) -> str:
    value = group.figures.get(key, _NONE).value
    return "-" if value is None else f"{value:.3f}"


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
        f"{summary.n} cases, data {about.data_sha256[:12]}; {about.documents} documents, corpus"
        f" {about.corpus_sha256[:12]}.",
        f"belegt {about.versions.get('belegt') or 'not installed'}{commit}, {about.date}.",
        f"Python {about.python}, {about.machine}.",
    ]
    if summary.errors:
        notes.insert(0, f"{summary.errors} of {summary.n} cases failed and count as wrong.")
    return notes


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
