"""TREC's two files: ``qid Q0 docid rank score tag`` and ``qid 0 docid relevance``.

A document there is a passage here, named ``path:start-end``. Tools order a run by its scores and
shuffle equal ones as they like, so the score written is the rank turned round. The judgements are
those that our own nDCG counts: every ranked passage that overlaps gold, and each gold span that the
ranking does not reach; so ir-measures and trec_eval find the same figures.
"""

from __future__ import annotations

import re
from typing import Any

from eval.cases import Span
from eval.metrics import overlap
from eval.runs import Run

_TAG = "belegt"
_UNSAFE = re.compile(r"[\s%]")


def ranking(run: Run) -> str:
    """The passages found for every case, best first."""
    lines = []
    for row, reply in run.replies():
        spans = passages(reply)
        lines += [
            f"{_word(row.id)} Q0 {place(span)} {rank} {len(spans) - rank + 1} {_TAG}\n"
            for rank, span in enumerate(spans, start=1)
        ]
    return "".join(lines)


def judgements(run: Run) -> str:
    """What is relevant to every case that has gold; binary."""
    lines = []
    for row, reply in run.replies():
        ranked = passages(reply)
        relevant = [span for span in ranked if any(overlap(span, g) for g in row.gold)]
        relevant += [g for g in row.gold if not any(overlap(g, span) for span in ranked)]
        lines += [f"{_word(row.id)} 0 {place(span)} 1\n" for span in dict.fromkeys(relevant)]
    return "".join(lines)


def passages(reply: dict[str, Any] | None) -> list[Span]:
    """The places of a reply's ranking; none where the assistant failed."""
    found = reply["passages"] if reply else []
    return [Span(hit["document"], hit["start"], hit["end"]) for hit in found]


def place(span: Span) -> str:
    """A place as one word: ``path:start-end``, with white space in the path as ``%20``."""
    return f"{_word(span.document)}:{span.start}-{span.end}"


def _word(text: str) -> str:
    return _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m.group().encode()), text)
