"""The cases of a run as data for the browser of cases (``assets/cases.js``), worst first.

Every case has a line; what it opens to (reply, expected evidence, found passages) is carried for
the worst ones, as much as fits, and the data say for how many. Places are counted in UTF-16 units,
as scripts count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eval.cases import Span
from eval.overview import OUTCOMES, RIGHT, Words, group_name
from eval.runs import Run
from eval.values import Group, Row

PASSAGES: Final = 5
"""Found passages that an opened case shows."""

LINES: Final = 60_000
DETAIL_BYTES: Final = 24_000_000
"""Enough for some thousand cases, and a file that every browser opens in a second or two."""

_LABELS: Final = (
    "case_worst",
    "case_every",
    "case_all",
    "case_search",
    "case_language",
    "case_direction",
    "case_tag",
    "case_any",
    "case_shown",
    "case_none",
    "case_more",
    "case_before",
    "case_reply",
    "case_failed",
    "case_expected",
    "case_expected_refusal",
    "case_expected_words",
    "case_found",
    "case_gold",
    "case_cited",
    "case_on_gold",
    "case_off_gold",
    "case_rank",
    "case_not_found",
    "case_no_detail",
    "case_words_missing",
)


@dataclass
class _Texts:
    """Passages by their place, each carried once however many cases found it."""

    known: dict[tuple[str, int, int], int] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def number(self, hit: Mapping[str, Any]) -> tuple[int, int]:
        """Index of the passage, and the bytes that it has added."""
        key = (hit["document"], hit["start"], hit["end"])
        if key in self.known:
            return self.known[key], 0
        self.known[key] = len(self.entries)
        entry = {
            "document": hit["document"],
            "heading": " › ".join(hit.get("heading") or ()),
            "language": hit["language"],
            "text": hit.get("text") or "",
        }
        self.entries.append(entry)
        return self.known[key], len(entry["text"])


def case_list(
    run: Run, w: Words, *, lines: int = LINES, detail_bytes: int = DETAIL_BYTES
) -> dict[str, Any]:
    """Data of the browser of cases; at most ``lines`` cases and ``detail_bytes`` of details."""
    order = worst_first(run.rows)[:lines]
    details, texts = _details(run, order, detail_bytes)
    return {
        "version": f"{run.folder.name} {run.summary.rows_sha256} {w.language}",
        "language": w.language,
        "labels": {name: w(name) for name in _LABELS},
        "outcomes": _outcomes(run.rows, w),
        "directions": _directions(run.rows, w),
        "languages": {name: w(f"answer_{name}") for name in ("de", "en")},
        "cases": [_line(row, w) for row in order],
        "worst": len(worst(run.rows)),
        "details": details,
        "passages": texts.entries,
        "note": _limits(len(run.rows), len(order), len(details), w),
    }


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Rows by outcome, then the surer a wrong answer was; equal ones in the order of the set."""
    return sorted(rows, key=_badness)


def worst(rows: Iterable[Row], count: int = 3) -> list[Row]:
    """The ``count`` worst of the cases that went wrong."""
    wrong = [row for row in rows if row.outcome not in (*RIGHT, "not_read")]
    return worst_first(wrong)[:count]


def _badness(row: Row) -> tuple[int, int, float]:
    """A refusal is worse the surer the machine was to refuse: there, low confidence comes first."""
    sure = 0.5 if row.measures.confidence is None else row.measures.confidence
    reverse = row.outcome in ("false_refusal", "right")
    lacking = 0 if _lacks_words(row) else 1
    return OUTCOMES.index(row.outcome), lacking, sure if reverse else -sure


def _lacks_words(row: Row) -> bool:
    return row.outcome == "right" and row.measures.answer_match == 0


# -- lines --------------------------------------------------------------------------------------


def _outcomes(rows: Iterable[Row], w: Words) -> list[list[Any]]:
    """Name, label and number of cases of each outcome that occurs, worst first."""
    found = [row.outcome for row in rows]
    counts = [(name, found.count(name)) for name in OUTCOMES]
    return [[name, w(f"outcome_{name}"), n] for name, n in counts if n]


def _directions(rows: Iterable[Row], w: Words) -> dict[str, str]:
    names = sorted({row.direction for row in rows if row.direction})
    return {name: group_name(Group("direction", name, None, 0, {}), w) for name in names}


def _line(row: Row, w: Words) -> dict[str, Any]:
    sure = row.measures.confidence
    return {
        "id": row.id,
        "question": _clean(row.case.question),
        "language": row.case.language,
        "outcome": row.outcome,
        "direction": row.direction,
        "tags": [_clean(tag) for tag in row.case.tags],
        "confidence": "" if sure is None else w("case_confidence", share=w.percent(sure)),
        "flag": _lacks_words(row),
    }


def _limits(total: int, shown: int, detailed: int, w: Words) -> str:
    if detailed == total:
        return ""
    return w("case_limits", total=total, shown=shown, detailed=detailed)


# -- what a case opens to -----------------------------------------------------------------------


def _details(
    run: Run, order: Sequence[Row], detail_bytes: int
) -> tuple[list[dict[str, Any]], _Texts]:
    """Details, worst first, until they would take more than ``detail_bytes``."""
    details: list[dict[str, Any]] = []
    texts = _Texts()
    left = detail_bytes
    for row in order:
        detail, added = _detail(row, run.reply(row), texts)
        left -= added + len(json.dumps(detail))
        if left < 0:
            break
        details.append(detail)
    return details, texts


def _detail(row: Row, reply: Mapping[str, Any] | None, texts: _Texts) -> tuple[dict[str, Any], int]:
    passages, added = _passages(row, reply or {}, texts)
    detail = {
        "history": [[_clean(turn.question), _clean(turn.answer)] for turn in row.case.history],
        "answerable": row.case.answerable,
        "answers": [[_clean(part) for part in entry] for entry in row.case.answers],
        "evidence": [_expected(row, number, reply or {}) for number in range(len(row.gold))],
        "text": _clean(str(reply["text"])) if reply else "",
        "status": reply["status"] if reply else "failed",
        "spoken": reply["language"] if reply else row.case.language,
        "error": _clean(row.error or ""),
        "citations": [_citation(c, row.gold) for c in (reply or {}).get("citations", ())],
        "passages": passages,
        "more": max(0, len((reply or {}).get("passages", ())) - PASSAGES),
        "rank": _rank(row, reply or {}),
    }
    return detail, added


def _passages(
    row: Row, reply: Mapping[str, Any], texts: _Texts
) -> tuple[list[dict[str, Any]], int]:
    cited = [Span(c["document"], c["start"], c["end"]) for c in reply.get("citations", ())]
    shown, added = [], 0
    for hit in reply.get("passages", ())[:PASSAGES]:
        number, more = texts.number(hit)
        added += more
        place = Span(hit["document"], hit["start"], hit["end"])
        shown.append(
            {
                "passage": number,
                "score": hit["score"],
                "cited": any(_overlap(place, span) for span in cited),
                "marks": _marks(hit.get("text") or "", place, row.gold),
            }
        )
    return shown, added


def _rank(row: Row, reply: Mapping[str, Any]) -> int | None:
    """Place in the ranking of the first passage on the evidence, from 1; None if there is none."""
    for rank, hit in enumerate(reply.get("passages", ()), start=1):
        place = Span(hit["document"], hit["start"], hit["end"])
        if any(_overlap(place, gold) for gold in row.gold):
            return rank
    return None


def _expected(row: Row, number: int, reply: Mapping[str, Any]) -> dict[str, Any]:
    """A place of the evidence with its words, from the case or from a passage that holds it."""
    gold = row.gold[number]
    given = row.case.evidence[number].quote if number < len(row.case.evidence) else None
    return {
        "document": gold.document,
        "place": f"{gold.start}:{gold.end}",
        "quote": _clean(given or _words_at(gold, reply.get("passages", ()))),
    }


def _words_at(gold: Span, passages: Iterable[Mapping[str, Any]]) -> str:
    for hit in passages:
        if hit["document"] == gold.document and hit["start"] <= gold.start < hit["end"]:
            return str(hit.get("text") or "")[gold.start - hit["start"] : gold.end - hit["start"]]
    return ""


def _citation(citation: Mapping[str, Any], gold: Sequence[Span]) -> dict[str, Any]:
    place = Span(citation["document"], citation["start"], citation["end"])
    return {
        "number": citation["number"],
        "title": _clean(citation.get("title") or citation["document"]),
        "document": citation["document"],
        "language": citation["language"],
        "quote": _clean(citation["quote"]),
        "on": any(_overlap(place, span) for span in gold) if gold else None,
    }


def _marks(text: str, place: Span, gold: Sequence[Span]) -> list[list[int]]:
    """Where the evidence lies within the text of a passage, merged, in UTF-16 units."""
    found: list[list[int]] = []
    for span in sorted(gold, key=lambda span: span.start):
        if not _overlap(place, span):
            continue
        start, end = max(0, span.start - place.start), min(len(text), span.end - place.start)
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        elif start < end:
            found.append([start, end])
    return [[_units(text[:start]), _units(text[:end])] for start, end in found]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _overlap(a: Span, b: Span) -> bool:
    return a.document == b.document and a.start < b.end and b.start < a.end


def _clean(text: str) -> str:
    """What UTF-8 cannot carry becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
