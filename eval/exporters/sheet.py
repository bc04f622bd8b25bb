"""A table for spreadsheets: semicolons, a byte order mark, one case per row.

Excel in German and English opens it by double click. Shares are whole per cent and times whole
milliseconds, so that no decimal point or comma can be misread; cells that would be taken for a
formula are defused by an apostrophe, as OWASP advises.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from eval.exporters.frameworks import expected
from eval.runs import Run
from eval.values import Row

COLUMNS = (
    "id",
    "outcome",
    "question",
    "language",
    "answerable",
    "expected_answers",
    "expected_place",
    "expected_text",
    "reply",
    "cited_place",
    "best_passage_place",
    "best_passage_text",
    "confidence_percent",
    "found_at_1",
    "found_in_5",
    "found_in_10",
    "citation_on_gold",
    "answer_matches",
    "milliseconds",
    "tokens",
    "tags",
    "error",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000
"""Excel takes 32,767 characters."""


def cases(run: Run) -> str:
    """The table; begins with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row, reply in run.replies():
        cells = _cells(row, reply or {})
        writer.writerow([defused(cells[column]) for column in COLUMNS])
    return "\ufeff" + text.getvalue()


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; NUL, which CSV cannot hold, is dropped."""
    kept = cell.replace("\0", "")[:_LONGEST_CELL]
    return f"'{kept}" if cell.startswith(_FORMULA) else kept


def _cells(row: Row, reply: Mapping[str, Any]) -> dict[str, str]:
    measures = row.measures
    first = next(iter(reply.get("passages", [])), None)
    return {
        "id": row.id,
        "outcome": row.outcome,
        "question": row.case.question,
        "language": row.case.language,
        "answerable": _yes(row.case.answerable),
        "expected_answers": " | ".join(", ".join(entry) for entry in row.case.answers),
        "expected_place": " | ".join(f"{g.document} {g.start}:{g.end}" for g in row.gold),
        "expected_text": " | ".join(expected(row, reply)),
        "reply": reply.get("text", ""),
        "cited_place": " | ".join(_place(c) for c in reply.get("citations", [])),
        "best_passage_place": _place(first) if first else "",
        "best_passage_text": first["text"] if first else "",
        "confidence_percent": _percent(measures.confidence),
        "found_at_1": _yes(measures.hit_at_1),
        "found_in_5": _yes(measures.hit_at_5),
        "found_in_10": _yes(measures.hit_at_10),
        "citation_on_gold": _yes(measures.evidence_hit),
        "answer_matches": _yes(measures.answer_match),
        "milliseconds": "" if measures.wall_ms is None else str(round(measures.wall_ms)),
        "tokens": "" if measures.tokens is None else str(round(measures.tokens)),
        "tags": " | ".join(row.case.tags),
        "error": row.error or "",
    }


def _place(found: Mapping[str, Any]) -> str:
    return f"{found['document']} {found['start']}:{found['end']}"


def _yes(value: float | bool | None) -> str:
    """1 or 0, empty where it does not apply."""
    return "" if value is None else str(int(value))


def _percent(value: float | None) -> str:
    return "" if value is None else str(round(value * 100))
