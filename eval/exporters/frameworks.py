"""JSON Lines as ragas and deepeval read them, for those who want their judges beside our figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from eval.cases import Span
from eval.exporters.trec import passages, place
from eval.runs import Run
from eval.values import Row


def ragas(run: Run) -> str:
    """One ``SingleTurnSample`` per case."""
    return _lines(run, _ragas)


def deepeval(run: Run) -> str:
    """One test case per case."""
    return _lines(run, _deepeval)


def _lines(run: Run, shape: Callable[[Row, Mapping[str, Any]], dict[str, Any]]) -> str:
    samples = (shape(row, reply or {}) for row, reply in run.replies())
    return "".join(json.dumps(sample, ensure_ascii=False) + "\n" for sample in samples)


def _ragas(row: Row, reply: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user_input": row.case.question,
        "retrieved_contexts": _contexts(reply),
        "reference_contexts": expected(row, reply),
        "retrieved_context_ids": [place(span) for span in passages(dict(reply))],
        "reference_context_ids": [place(span) for span in row.gold],
        "response": reply.get("text", ""),
        "reference": reference(row),
    }


def _deepeval(row: Row, reply: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": row.id,
        "input": row.case.question,
        "actual_output": reply.get("text", ""),
        "expected_output": reference(row),
        "context": expected(row, reply),
        "retrieval_context": _contexts(reply),
    }


def _contexts(reply: Mapping[str, Any]) -> list[str]:
    return [hit["text"] for hit in reply.get("passages", [])]


def reference(row: Row) -> str | None:
    """The first answer that the set accepts, all its parts; None where it names none."""
    return ", ".join(row.case.answers[0]) if row.case.answers else None


def expected(row: Row, reply: Mapping[str, Any]) -> list[str]:
    """The gold text, as far as the run knows it: from the set's quotes or the passages found."""
    quotes = [e.quote for e in row.case.evidence] if row.case.answerable else []
    texts = [quote or _text_at(span, reply) for span, quote in zip(row.gold, quotes, strict=False)]
    return [text for text in texts if text]


def _text_at(span: Span, reply: Mapping[str, Any]) -> str:
    for hit in reply.get("passages", []):
        if (
            hit["document"] == span.document
            and hit["start"] <= span.start <= span.end <= hit["end"]
        ):
            return str(hit["text"][span.start - hit["start"] : span.end - hit["start"]])
    return ""
