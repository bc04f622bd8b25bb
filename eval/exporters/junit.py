"""JUnit XML, which every CI system shows: a case is a test, and fails when its outcome is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from eval.exporters.frameworks import reference
from eval.runs import Run
from eval.values import Outcome, Row

_RIGHT: frozenset[Outcome] = frozenset({"right", "right_refusal"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def suite(run: Run) -> str:
    """One suite with a test per case; a case that was not read is skipped."""
    rows = run.rows
    counts = {
        "tests": len(rows),
        "failures": sum(_kind(row) == "failure" for row in rows),
        "errors": sum(_kind(row) == "error" for row in rows),
        "skipped": sum(_kind(row) == "skipped" for row in rows),
        "time": f"{sum(row.measures.wall_ms or 0 for row in rows) / 1e3:.3f}",
    }
    about = run.summary.provenance
    attributes = {name: str(value) for name, value in counts.items()}
    root = ElementTree.Element("testsuites", {"name": "belegt eval", **attributes})
    names = ", ".join(name for name, _ in about.files) or "cases"
    one = ElementTree.SubElement(root, "testsuite", {"name": _safe(names), **attributes})
    one.set("timestamp", about.date.partition("+")[0])
    for row, reply in run.replies():
        one.append(_test(row, reply or {}))
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _kind(row: Row) -> str:
    """Which element a test holds: failure, error, skipped, or none."""
    match row.outcome:
        case "failed":
            return "error"
        case "not_read":
            return "skipped"
        case outcome:
            return "" if outcome in _RIGHT else "failure"


def _test(row: Row, reply: Mapping[str, Any]) -> ElementTree.Element:
    test = ElementTree.Element(
        "testcase",
        {
            "classname": _safe(row.direction or ("unanswerable." + row.case.language)),
            "name": _safe(row.id),
            "time": f"{(row.measures.wall_ms or 0) / 1e3:.3f}",
        },
    )
    kind = _kind(row)
    if kind:
        found = ElementTree.SubElement(test, kind, {"message": row.outcome})
        if kind != "skipped":
            found.set("type", row.outcome)
            found.text = _safe(_told(row, reply))
    return test


def _told(row: Row, reply: Mapping[str, Any]) -> str:
    """What a reader of a build log wants to know of a case that went wrong."""
    places = ", ".join(f"{g.document} {g.start}:{g.end}" for g in row.gold)
    lines = {
        "question": row.case.question,
        "expected": reference(row) or ("an answer" if row.case.answerable else "a refusal"),
        "expected at": places,
        "reply": reply.get("text", ""),
        "error": row.error or "",
    }
    return "\n".join(f"{name}: {text}" for name, text in lines.items() if text)


def _safe(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
