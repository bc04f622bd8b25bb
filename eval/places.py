"""Where the gold of cases stands: quotes found in canonical texts, and what cases have in common.

A quote must stand in its document exactly once; what does not is told with the nearest match. White
space may differ, since browsers and spreadsheets change it in copying.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice

from eval.cases import Case, CaseError, Evidence, Span, show

_WORD = re.compile(r"\w+")
_BLANK_LINE = "\n\n"


def resolve(case: Case, texts: Mapping[str, str]) -> list[Span]:
    """Find the gold spans of a case in the canonical texts, by document path; none if unanswerable.

    Raises:
        CaseError: a document is not indexed, or a quote is not there exactly once.
    """
    for document in case.within:
        if document not in texts:
            raise CaseError(f"case {show(case.id)}, within: {_not_indexed(document, texts)}")
    if not case.answerable:
        return []
    return [_span(case, number, texts) for number in range(len(case.evidence))]


def faults_of(case: Case, texts: Mapping[str, str]) -> list[str]:
    """All that ``resolve`` would complain of, one line each."""
    faults = []
    for document in case.within:
        if document not in texts:
            faults.append(f"case {show(case.id)}, within: {_not_indexed(document, texts)}")
    for number in range(len(case.evidence) if case.answerable else 0):
        try:
            _span(case, number, texts)
        except CaseError as fault:
            faults.append(str(fault))
    return faults


def _span(case: Case, number: int, texts: Mapping[str, str]) -> Span:
    evidence = case.evidence[number]
    where = f"case {show(case.id)}, evidence {number + 1}"
    if evidence.document not in texts:
        raise CaseError(f"{where}: {_not_indexed(evidence.document, texts)}")
    return Span(evidence.document, *_place(evidence, texts[evidence.document], where))


def _not_indexed(document: str, texts: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(document, texts, 1)
    nearest = f"; nearest is {show(near[0])}" if near else ""
    return (
        f"{show(document)} is not indexed. Sync the folder that holds it, or mend the name"
        f" (the path within the synced folder{nearest})."
    )


def cluster_of(case: Case, texts: Mapping[str, str]) -> str:
    """What the case is drawn with: its own cluster, else the paragraph of its first evidence, else
    itself. Evidence of an unanswerable case, which is not scored, counts here if it is found."""
    if case.cluster:
        return case.cluster
    for evidence in case.evidence[:1]:
        text = texts.get(evidence.document, "")
        found = _found(evidence.quote or "", text) if evidence.start is None else []
        start = found[0][0] if found else evidence.start
        if text and start is not None:
            return f"{evidence.document} {text.rfind(_BLANK_LINE, 0, start) + 1}"
    return f"case {case.id}"


def _place(evidence: Evidence, text: str, where: str) -> tuple[int, int]:
    quote = evidence.quote
    if evidence.start is not None and evidence.end is not None:
        return _given_place(evidence, evidence.start, evidence.end, text, where)
    if quote is None:
        raise CaseError(f"{where}: neither quote nor start and end; wanted one of the two.")
    match _found(quote, text):
        case [place]:
            return place
        case [(first, _), (second, _), *_]:
            raise CaseError(
                f"{where}: {show(quote)} is in {evidence.document} more than once, at {first} and"
                f" {second}; wanted a longer quote, or start and end."
            )
        case _:
            near = _nearest(quote, text)
            raise CaseError(f"{where}: {show(quote)} is not in {evidence.document}; {near}.")


def _found(quote: str, text: str) -> list[tuple[int, int]]:
    """Where a quote stands as it is written, at most two places; if nowhere, where it stands with
    other white space."""
    first = text.find(quote)
    if first < 0:
        written = re.compile(r"\s+".join(map(re.escape, quote.split())) or r"(?!)")
        return [m.span() for m in islice(written.finditer(text), 2)]
    second = text.find(quote, first + 1)
    return [(at, at + len(quote)) for at in (first, second) if at >= 0]


def _given_place(
    evidence: Evidence, start: int, end: int, text: str, where: str
) -> tuple[int, int]:
    if end > len(text):
        raise CaseError(
            f"{where}: end is {end}, but {evidence.document} has {len(text)} code points."
        )
    if evidence.quote is not None and text[start:end] != evidence.quote:
        raise CaseError(
            f"{where}: {evidence.document} at {start}:{end} has {show(text[start:end])}; wanted"
            f" the quote {show(evidence.quote)}."
        )
    return start, end


def _nearest(quote: str, text: str) -> str:
    """Say where the text shares most words with the quote, over a window of equal length."""
    wanted = Counter(m.group().casefold() for m in _WORD.finditer(quote))
    words = list(_WORD.finditer(text))
    width = min(max(wanted.total(), 1), len(words))
    keys = [m.group().casefold() for m in words]
    have: Counter[str] = Counter()
    shared, best, best_at = 0, 0, 0
    for i, key in enumerate(keys):
        have[key] += 1
        shared += have[key] <= wanted[key]
        if i >= width:
            gone = keys[i - width]
            shared -= have[gone] <= wanted[gone]
            have[gone] -= 1
        if shared > best:
            best, best_at = shared, max(i - width + 1, 0)
    if not best:
        return "nothing there is like it"
    start, end = words[best_at].start(), words[best_at + width - 1].end()
    return f"nearest is {show(text[start:end])} at {start}:{end}"
