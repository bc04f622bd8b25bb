"""What came of answers written by a language model, as two pages. No figure there is typed by hand.

The verdicts on ``CHECKED`` are typed by whoever has read the statements: they are kept by statement
and quotes when the page is written anew, and what has none yet says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.listening import REPLIES, delay, drafts, read_lines
from eval.compare import compare
from eval.metrics import answer_match, percentile
from eval.report import comparison_table
from eval.runs import Run, load_run
from eval.summary import mean_figure
from eval.values import Figure

PAGE, CHECKED = "written-answers.md", "checked-statements.md"
UNCHECKED = "not checked yet"

_MEASURES = (
    ("answer match, as shown (statements and quotes)", "answer_match"),
    ("a citation on the gold", "evidence_hit"),
    ("language of the answer right", "language_match"),
    ("citations valid to the character", "citation_validity"),
    ("statements borne out (ALCE recall, by our check)", "alce_recall"),
    ("citations needed (ALCE precision, by our check)", "alce_precision"),
    ("statements with a citation on the gold", "alce_recall_gold"),
    ("citations on the gold", "citation_precision"),
    ("statements dropped as unsupported beside others", "unsupported"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was shown with evidence, and the quotes that it cites; ``reworded`` if it was
    marked as the model's own words."""

    case: str
    question: str
    text: str
    quotes: tuple[str, ...]
    reworded: bool = False

    @property
    def cells(self) -> tuple[str, str]:
        """Statement and quotes as cells of a table, by which a verdict is known."""
        return _cell(self.text), " ⏎ ".join(map(_cell, self.quotes))


def write_pages(quoted: Path, written: Path, more: Path, docs: Path) -> None:
    """Write both pages about two runs of the same questions, without and with a model, and one of
    ``more`` questions, which may be missing, for its statements alone."""
    before, after = load_run(quoted), load_run(written)
    lines = read_lines(written.parent / REPLIES)[: after.summary.n]
    found = statements(after) + (statements(load_run(more)) if more.exists() else [])
    _write(docs / PAGE, figures_page(before, after, lines))
    page = docs / CHECKED
    kept = verdicts(page.read_text(encoding="utf-8")) if page.exists() else {}
    _write(page, checked_page(found, kept, _model(after)))


def _write(page: Path, text: str) -> None:
    page.write_text(text, encoding="utf-8", newline="\n")


def _model(run: Run) -> str:
    return str(run.summary.provenance.settings.get("llm_model", ""))


# -- figures --------------------------------------------------------------------------------------


def figures_page(before: Run, after: Run, lines: Sequence[Mapping[str, Any]]) -> str:
    """Both runs side by side, what became of the answers, times, and the comparison."""
    blocks = [
        _HEAD.format(model=_model(after), n=after.summary.n, date=_day(after)),
        "\n".join(_table(before, after)),
        "## What became of the questions\n\n" + "\n".join(_fates(after, lines)),
        "## Time and tokens\n\nOn this machine, beside whatever else it did.\n\n"
        + "\n".join(_times(after, lines)),
        "## The comparison\n\n"
        "`belegt compare` of the two runs:\n\n```\n"
        f"{_compared(before, after)}\n```",
    ]
    return "\n\n".join(blocks) + "\n"


def _day(run: Run) -> str:
    return run.summary.provenance.date[:10]


def _compared(before: Run, after: Run) -> str:
    """The comparison without the folders of the runs, which are this machine's."""
    _, _, *lines = comparison_table(compare(before, after)).rstrip().splitlines()
    return "\n".join(lines)


def _table(before: Run, after: Run) -> Iterator[str]:
    figures = [run.summary.groups[0].figures for run in (before, after)]
    yield "| | quotes | written |"
    yield "|---|---|---|"
    for name, key in _MEASURES:
        yield f"| {name} | {' | '.join(_figure(one[key]) for one in figures)} |"
    yield f"| answer match of the statements alone | - | {_figure(_own_match(after))} |"


def _own_match(run: Run) -> Figure:
    """Whether what the model says holds the answer, without the quotes; quotes where it says none."""
    rows = [(row, reply) for row, reply in run.replies() if row.case.answers]
    values = [answer_match(_own(reply), row.case.answers) for row, reply in rows]
    return mean_figure(values, [row.cluster for row, _ in rows])


def _own(reply: Mapping[str, Any] | None) -> str:
    if reply is None:
        return ""
    parts = reply["sentences"] if reply["mode"] == "generated" else reply["citations"]
    return "\n".join(part.get("text") or part["quote"] for part in parts)


def _fates(run: Run, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How many questions the model answered, why it did not the others, and what share of its
    statements was shown."""
    fates: Counter[str] = Counter()
    beneath = 0
    for _, reply in run.replies():
        fates[_fate(reply)] += 1
        if reply and reply["mode"] == "generated":
            cited = {n for sentence in reply["sentences"] for n in sentence["citations"]}
            beneath += any(c["number"] not in cited for c in reply["citations"])
    yield "| | questions |"
    yield "|---|---|"
    yield from (f"| {fate} | {count} |" for fate, count in fates.most_common())
    yield ""
    found = statements(run)
    reworded = sum(one.reworded for one in found)
    yield (
        f"The model wrote {sum(map(drafts, lines))} statements, of which {len(found)} were shown:"
        f" {len(found) - reworded} stand in the documents word for word, {reworded} were marked as its"
        f" own words. Beneath {beneath} of its answers stand quotes that no statement cites."
    )


def _fate(reply: Mapping[str, Any] | None) -> str:
    match reply:
        case None:
            return "failed"
        case {"status": "not_in_documents"}:
            return "refused before any call"
        case {"mode": "generated"}:
            return "written by the model"
        case {"notice": notice}:
            return f"quotes: {_cell(notice)}"
        case _:
            return "quotes"


def _times(run: Run, lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    tokens = [row.measures.tokens for row in run.rows if row.measures.tokens is not None]
    yield "| | median | 95th percentile | n |"
    yield "|---|---|---|---|"
    took = [line["model_seconds"] for line in lines if line["model_seconds"]]
    for name, values in (
        ("tokens read and written per answer, as the server counts", tokens),
        ("seconds the model took per answer, where it was timed", took),
        (
            "seconds from its first complete statement to the first that is shown, checked",
            [late for line in lines if (late := delay(line)) is not None],
        ),
    ):
        cells = (_number(percentile(values, q)) for q in (50, 95))
        yield f"| {name} | {' | '.join(cells)} | {len(values)} |"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "-"
    interval = "" if figure.low is None else f" ({figure.low:.3f}-{figure.high:.3f})"
    return f"{figure.value:.3f}{interval}, n = {figure.n}"


_HEAD = """# Answers written by a language model

Written by `python -m eval.bench.written`; no figure is typed by hand. The model is `{model}`, a weak
one on purpose, asked {n} answerable questions of `eval/sets/seeds.jsonl` about the sample documents,
{date}. "Quotes" are the answers without a model. Intervals are 95 %, drawn by cluster;
[evaluation](evaluation.md) defines the measures, [the check of statements](statement-check.md) decides
what is borne out, and [every statement shown](checked-statements.md) was read one by one. Where no time of
the model is given, its replies were recorded elsewhere: the same weights, greedy, the same schema."""


# -- statements -----------------------------------------------------------------------------------


def statements(run: Run) -> list[Statement]:
    """All statements of a model that were shown with evidence, in the order of the set."""
    return [
        Statement(row.id, row.case.question, sentence["text"], _quotes(reply, sentence), reworded)
        for row, reply in run.replies()
        if reply and reply["mode"] == "generated"
        for sentence in reply["sentences"]
        for reworded in [sentence.get("reworded", False)]
        if sentence["supported"] or reworded
    ]


def _quotes(reply: Mapping[str, Any], sentence: Mapping[str, Any]) -> tuple[str, ...]:
    by_number = {citation["number"]: citation["quote"] for citation in reply["citations"]}
    return tuple(by_number[number] for number in sentence["citations"])


def verdicts(page: str) -> dict[tuple[str, str], str]:
    """The verdicts of a page, by statement and quotes."""
    rows = re.findall(r"^\| \d+ \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    return {(text, quotes): verdict for _, text, quotes, verdict in rows}


def checked_page(
    found: Sequence[Statement], kept: Mapping[tuple[str, str], str], model: str
) -> str:
    """The lists with their verdicts, and the counts of these: word for word, then reworded."""
    judged = [(one, kept.get(one.cells, UNCHECKED)) for one in found]
    blocks = [_CHECKED_HEAD.format(n=len(found), model=model)]
    for reworded, title in ((False, _QUOTED), (True, _REWORDED)):
        some = [(one, verdict) for one, verdict in judged if one.reworded == reworded]
        counts = Counter(verdict.partition(":")[0] for _, verdict in some)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        rows = (
            f"| {number} | {_cell(one.question)} ({one.case}) | {' | '.join(one.cells)} | {verdict} |"
            for number, (one, verdict) in enumerate(some, start=1)
        )
        head = ["| | question | statement | what it cites | verdict |", "|---|---|---|---|---|"]
        blocks += [f"## {title}", f"{len(some)} statements: {told}.", "\n".join([*head, *rows])]
    return "\n\n".join(blocks) + "\n"


def _cell(text: str) -> str:
    """Text as it may stand in a cell."""
    inert = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
    return " ".join(inert.replace("*", "\\*").split())


_CHECKED_HEAD = """# Statements checked by hand

All {n} statements of `{model}` that were shown with evidence, in the run behind
[written answers](written-answers.md) and for the questions about the same documents on which ranking was
fitted (`fa`, `fb` and `fm`, no figures are given for those), each with the quotes that it cites. Listed by
`python -m eval.bench.written`; the last column is by hand. It judges whether the quotes say what the
statement says, not whether that answers the question. [What the check cannot
see](statement-check.md#what-it-cannot-see) sorts the false ones."""

_QUOTED = "Word for word: shown like a quote"
_REWORDED = "Reworded: shown with “reworded, please compare”"
