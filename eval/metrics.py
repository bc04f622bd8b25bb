"""Measures of one reply and figures of many: pure functions, no files and no model.

A measure that does not apply to a case is None, never 0, and is left out of averages. Measures of
retrieval are binary: a passage is relevant when it overlaps a gold span of the same document.
Sources: hit, MRR, recall and nDCG as in TREC and MTEB (Järvelin & Kekäläinen 2002 for nDCG, with
gain 1 and discount ``log2(1 + rank)``); hallucination and error rate as in NoMIRACL (Thakur et al.
2024); AUROC as the Mann-Whitney statistic; risk-coverage area as in Geifman et al. 2019; expected
calibration error as in Guo et al. 2017; exact match and token F1 with the normaliser of MLQA
(Lewis et al. 2020). ``docs/evaluation.md`` explains them to users.
"""

from __future__ import annotations

import math
import re
import string
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from eval.cases import Span
from index.values import Language
from qa.values import Citation

BINS = 10
"""Calibration is looked at in this many bins of equal width."""

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARKUP = re.compile(r"\*{2,}")
_LINE_HYPHEN = re.compile(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[^\W\d_])")
_SPACES = re.compile(r"\s+")


# -- ranking ------------------------------------------------------------------------------------


def overlap(a: Span, b: Span) -> bool:
    """Whether two places share at least one code point."""
    return a.document == b.document and a.start < b.end and b.start < a.end


def relevance(ranked: Sequence[Span], gold: Sequence[Span]) -> list[bool]:
    """For each ranked passage, best first, whether it overlaps any gold span."""
    return [any(overlap(span, g) for g in gold) for span in ranked]


def hit_at(k: int, ranked: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """1 if any of the first ``k`` passages is relevant, else 0 (``Success@k``)."""
    return float(any(relevance(ranked[:k], gold))) if gold else None


def mrr_at(k: int, ranked: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """1 / rank of the first relevant passage, 0 if there is none among the first ``k``."""
    if not gold:
        return None
    relevant = relevance(ranked[:k], gold)
    return 1 / (relevant.index(True) + 1) if any(relevant) else 0.0


def recall_at(k: int, ranked: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Share of the gold spans that the first ``k`` passages overlap."""
    if not gold:
        return None
    return sum(any(overlap(g, span) for span in ranked[:k]) for g in gold) / len(gold)


def ndcg_at(k: int, ranked: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Discounted gain of the first ``k`` passages over the best possible, 0 to 1.

    The number of relevant passages, which the ideal needs, is counted without asking the chunker:
    those in the whole ranking, and one for each gold span that the ranking does not reach.
    """
    if not gold:
        return None
    relevant = relevance(ranked, gold)
    missed = sum(not any(overlap(g, span) for span in ranked) for g in gold)
    ideal = [True] * (sum(relevant) + missed)
    return _dcg(relevant[:k]) / _dcg(ideal[:k])


def _dcg(relevant: Sequence[bool]) -> float:
    return math.fsum(1 / math.log2(1 + rank) for rank, is_ in enumerate(relevant, 1) if is_)


def documents_of(spans: Sequence[Span]) -> list[Span]:
    """Each document once, as a place, in the order of its first span: ranks documents by their best
    passage when ``spans`` is a ranking."""
    return [Span(document, 0, 1) for document in dict.fromkeys(s.document for s in spans)]


# -- citations ----------------------------------------------------------------------------------


def evidence_hit(cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """1 if a citation overlaps a gold span, else 0."""
    return float(any(relevance(cited, gold))) if gold else None


def evidence_recall(cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Share of the gold spans that a citation overlaps."""
    return recall_at(len(cited), cited, gold)


def quote_hit_at(k: int, cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """1 if one of the first ``k`` citations holds a gold span whole, else 0."""
    if not gold:
        return None
    return float(
        any(
            overlap(c, g) and c.start <= g.start and g.end <= c.end for c in cited[:k] for g in gold
        )
    )


def evidence_coverage(cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Share of the gold characters that are cited, over all gold spans together.

    Strict: where the gold spans are alternatives, an answer that cites one of them stays below 1.
    """
    if not gold:
        return None
    wanted, found = _merged(gold), _merged(cited)
    covered = sum(
        max(0, min(g.end, c.end) - max(g.start, c.start))
        for g in wanted
        for c in found
        if g.document == c.document
    )
    return covered / sum(g.end - g.start for g in wanted)


def citation_precision(cited: Sequence[Span], gold: Sequence[Span]) -> float | None:
    """Share of the citations that overlap a gold span; None where nothing is cited."""
    if not gold or not cited:
        return None
    return sum(relevance(cited, gold)) / len(cited)


def citation_validity(
    citations: Sequence[Citation], text_of: Callable[[str, str], str | None]
) -> float | None:
    """Share of the citations whose quote stands at its place, code point for code point.

    ``text_of`` gives the canonical text of a document and revision, None for an unknown one.
    """
    if not citations:
        return None
    return sum(_stands(c, text_of(c.document, c.revision)) for c in citations) / len(citations)


def _stands(citation: Citation, text: str | None) -> bool:
    inside = text is not None and 0 <= citation.start < citation.end <= len(text)
    return inside and (text or "")[citation.start : citation.end] == citation.quote


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as disjoint spans."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.document, s.start, s.end)):
        last = merged[-1] if merged else None
        if last and last.document == span.document and span.start <= last.end:
            merged[-1] = Span(last.document, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


# -- answers ------------------------------------------------------------------------------------


def comparable(text: str) -> str:
    """Text as answers are compared; a second pass changes nothing.

    In this order: invisible characters (soft hyphen, zero-width) and ``**`` go; a hyphen at a line
    end goes with the line end, or stays where a capital follows (``Digital-\\nHub``); NFKC; case
    folding; every run of white space is one space, none at the ends.
    """
    text = _MARKUP.sub("", unicodedata.normalize("NFKC", text).translate(_INVISIBLE))
    text = _LINE_HYPHEN.sub(lambda m: "-" if text[m.end()].isupper() else "", text)
    while (folded := _folded(text)) != text:
        text = folded
    return _SPACES.sub(" ", text).strip()


def _folded(text: str) -> str:
    """One round of case folding and composing; each can make work for the other."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _MARKUP.sub("", folded.translate(_INVISIBLE))


def contains(text: str, wanted: str) -> bool:
    """Whether ``wanted`` occurs in ``text``, both made comparable.

    A figure at either end of ``wanted`` must be a whole one: 8 is not in 18, nor 500 in 1.500.
    """
    sought = comparable(wanted)
    if not sought:
        return False
    head, tail = re.match(r"\d*", sought), re.search(r"\d*$", sought)
    before = r"(?<!\d)" if head and head.group() else ""
    before += r"(?<!\d[.,])" if head and len(head.group()) == 3 else ""
    after = r"(?!\d|[.,]\d{3}(?!\d))" if tail and tail.group() else ""
    return re.search(before + re.escape(sought) + after, comparable(text)) is not None


def answer_match(said: str, answers: Sequence[Sequence[str]]) -> float | None:
    """1 if ``said`` contains every part of any one entry, else 0; None where none is given."""
    if not answers:
        return None
    return float(any(all(contains(said, part) for part in entry) for entry in answers))


_PUNCTUATION = dict.fromkeys(
    [i for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)).startswith("P")]
    + [ord(c) for c in string.punctuation]
)
_ARTICLES: dict[Language, re.Pattern[str]] = {
    "de": re.compile(r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b"),
    "en": re.compile(r"\b(a|an|the)\b"),
}


def answer_tokens(text: str, language: Language) -> list[str]:
    """Words as MLQA compares them: lower case, without punctuation and articles."""
    return _ARTICLES[language].sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(said: str, answers: Sequence[Sequence[str]], language: Language) -> float | None:
    """1 if ``said`` is one of the entries, word for word; None where none is given.

    The parts of an entry are compared as one text, with spaces between.
    """
    if not answers:
        return None
    tokens = answer_tokens(said, language)
    return float(any(tokens == answer_tokens(" ".join(entry), language) for entry in answers))


def f1(said: str, answers: Sequence[Sequence[str]], language: Language) -> float | None:
    """Harmonic mean of precision and recall of words, against the entry that fits best."""
    if not answers:
        return None
    tokens = Counter(answer_tokens(said, language))
    golds = [Counter(answer_tokens(" ".join(entry), language)) for entry in answers]
    return max(_overlap_f1(tokens, gold) for gold in golds)


def _overlap_f1(said: Counter[str], gold: Counter[str]) -> float:
    common = (said & gold).total()
    return 2 * common / (said.total() + gold.total()) if common else 0.0


# -- refusal ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one question; ``confidence`` is that the documents answer."""

    answerable: bool
    refused: bool
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Figures of refusal; refusing is the positive class. None where a class is missing.

    ``hallucination_rate`` is the share of unanswerable questions that were answered,
    ``error_rate`` that of answerable ones that were refused.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    balanced_accuracy: float | None
    hallucination_rate: float | None
    error_rate: float | None
    auroc: float | None


def refusal(decisions: Sequence[Decision]) -> Refusal:
    """Count decisions into figures.

    Precision, recall, F1, balanced accuracy and AUROC need both classes; precision needs a refusal.
    """
    unanswerable = [d for d in decisions if not d.answerable]
    answerable = [d for d in decisions if d.answerable]
    right = sum(d.refused for d in unanswerable)
    wrong = sum(d.refused for d in answerable)
    hallucination = 1 - right / len(unanswerable) if unanswerable else None
    error = wrong / len(answerable) if answerable else None
    if hallucination is None or error is None:
        return Refusal(None, None, None, None, hallucination, error, None)
    return Refusal(
        precision=right / (right + wrong) if right + wrong else None,
        recall=right / len(unanswerable),
        f1=2 * right / (right + wrong + len(unanswerable)),
        balanced_accuracy=1 - (hallucination + error) / 2,
        hallucination_rate=hallucination,
        error_rate=error,
        auroc=auroc(
            [d.confidence for d in answerable if d.confidence is not None],
            [d.confidence for d in unanswerable if d.confidence is not None],
        ),
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a random positive scores above a random negative, ties counting half."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    below = sum(bisect_left(ordered, p) + bisect_right(ordered, p) for p in positive)
    return below / 2 / len(positive) / len(negative)


# -- confidence ---------------------------------------------------------------------------------


def aurc(confidence: Sequence[float], wrong: Sequence[float]) -> float | None:
    """Area under the risk-coverage curve, 0 to 1, lower is better.

    The mean, over every number of cases that could be answered, the most confident first, of the
    share of them that is wrong. Within ties the order is open, and errors count evenly.
    """
    pairs = sorted(zip(confidence, wrong, strict=True), key=lambda pair: -pair[0])
    risks: list[float] = []
    errors = 0.0
    for _, tied in groupby(pairs, key=lambda pair: pair[0]):
        flags = [flag for _, flag in tied]
        step, before = math.fsum(flags) / len(flags), len(risks)
        risks += [(errors + step * i) / (before + i) for i in range(1, len(flags) + 1)]
        errors += math.fsum(flags)
    return math.fsum(risks) / len(risks) if risks else None


def ece(confidence: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Expected calibration error, 0 to 1: how far mean confidence and share of positives differ
    within a bin, averaged over the cases; ``BINS`` bins of equal width."""
    gaps: dict[int, list[float]] = {}
    for c, p in zip(confidence, positive, strict=True):
        gaps.setdefault(bin_of(c), []).append(c - p)
    if not gaps:
        return None
    return math.fsum(abs(math.fsum(gap)) for gap in gaps.values()) / len(confidence)


def bin_of(confidence: float) -> int:
    """Number of the bin that a confidence of 0 to 1 falls into; 1 is in the last."""
    return min(int(confidence * BINS), BINS - 1)


# -- many ---------------------------------------------------------------------------------------


def mean(values: Iterable[float | None]) -> tuple[float | None, int]:
    """Average of the values that apply, and how many do."""
    applying = [value for value in values if value is not None]
    return (math.fsum(applying) / len(applying) if applying else None), len(applying)


def percentile(values: Sequence[float], q: float) -> float | None:
    """The ``q``-th percentile, 0 to 100, interpolated linearly between ranks as NumPy does."""
    if not values:
        return None
    ordered = sorted(values)
    position = (len(ordered) - 1) * q / 100
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
