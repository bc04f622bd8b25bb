"""The values of a run: measures of one case, figures of many, and what they were made with.

A run is a row per case and a summary that follows from the rows. A measure that does not apply to
a case is None, never 0; a figure without cases has no value, one of a single cluster no interval.
``docs/evaluation.md`` explains every name to users.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from eval.cases import Case, Span

DIRECTIONS = ("de->de", "en->en", "de->en", "en->de")
LANGUAGES = ("de", "en")
PARTS = ("dev", "test")
TIERS = ("near-miss", "off-topic")

Oracle = Literal["given", "removed", "retrieval"]
"""A run that splits the blame: only the gold passages are searched, all but them, or nothing is
read and only the ranking counts."""

ORACLES: tuple[Oracle, ...] = get_args(Oracle)

Outcome = Literal[
    "right",  # answered, and a citation stands on the gold, where the case names any
    "wrong_citation",  # answered from another place, though the gold was among the first ten
    "missed",  # answered from another place, the gold was not among the first ten
    "false_refusal",  # refused, though the documents answer
    "hallucinated",  # answered, though the documents do not
    "right_refusal",  # refused, and the documents do not answer
    "failed",  # the assistant failed
    "not_read",  # only the ranking was asked for
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one case; None where one does not apply.

    ``ms`` is retrieving and answering as the reply states it, ``wall_ms`` the whole call;
    ``tokens`` are what a language model read and wrote, None where its server does not tell.
    """

    hit_at_1: float | None
    hit_at_3: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    recall_at_5: float | None
    recall_at_10: float | None
    document_hit_at_1: float | None
    document_hit_at_3: float | None
    document_hit_at_5: float | None
    document_hit_at_10: float | None
    document_mrr_at_10: float | None
    document_ndcg_at_10: float | None
    document_recall_at_10: float | None
    evidence_hit: float | None
    evidence_recall: float | None
    evidence_coverage: float | None
    quote_hit_at_1: float | None
    quote_hit_at_3: float | None
    citation_precision: float | None
    citation_validity: float | None
    alce_recall: float | None
    alce_precision: float | None
    alce_recall_gold: float | None
    unsupported: float | None
    answer_match: float | None
    exact_match: float | None
    f1: float | None
    language_match: float | None
    refused: bool | None
    confidence: float | None
    ms: float | None
    wall_ms: float | None
    tokens: float | None


AVERAGED: tuple[str, ...] = Measures.__slots__[: Measures.__slots__.index("refused")]
"""Measures whose average is a figure; the others feed figures of refusal and latency."""

REFUSAL = (
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "refusal_balanced_accuracy",
    "refusal_hallucination_rate",
    "refusal_error_rate",
)
"""Figures of deciding between answer and refusal; they need many cases."""

CONFIDENCE = ("refusal_auroc", "aurc", "ece")
"""Figures of what ``confidence`` is worth; they need many cases too."""

DECIDED = (*REFUSAL, *CONFIDENCE)

LOWER_IS_BETTER = frozenset(
    {"unsupported", "refusal_hallucination_rate", "refusal_error_rate", "aurc", "ece"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a run with its measures.

    ``gold`` are the places that answer it, ``direction`` is ``de->en`` and the like, None without
    gold; ``error`` is what the assistant failed with.
    """

    case: Case
    gold: tuple[Span, ...]
    direction: str | None
    measures: Measures
    error: str | None = None

    @property
    def id(self) -> str:
        return self.case.id

    @property
    def cluster(self) -> str:
        """Cases of one cluster are not independent and are drawn together."""
        return self.case.cluster

    @property
    def outcome(self) -> Outcome:
        """What became of the case, in one word; the filters of report and page."""
        if self.error is not None:
            return "failed"
        if self.measures.refused is None:
            return "not_read"
        if not self.case.answerable:
            return "right_refusal" if self.measures.refused else "hallucinated"
        if self.measures.refused:
            return "false_refusal"
        if self.measures.evidence_hit or not self.gold:
            return "right"
        return "wrong_citation" if self.measures.hit_at_10 else "missed"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with the bounds of its 95 % interval, the cases and the clusters it rests on."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    clusters: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Figures by name of the ``n`` cases that share something.

    ``by`` says what: overall, direction, language, tier or tag. ``part`` is dev or test, None for
    the whole set. Figures of refusal need both kinds of cases: a tier is set against all answerable
    cases, a direction against the unanswerable ones in the language of its questions.
    """

    by: str
    name: str
    part: str | None
    n: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Were all answered whose confidence is at least ``threshold``: the share that is answered,
    and the share of those that is wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases with a confidence from ``low`` to below ``high``: how many, their mean confidence, and
    the share of them that the documents answer."""

    low: float
    high: float
    n: int
    confidence: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What ``confidence`` is worth over the ``n`` cases that have one; empty bins are left out.

    ``points`` go from the highest threshold down; ``answered`` is the coverage of the run itself.
    """

    by: str
    name: str
    part: str | None
    n: int
    points: tuple[CurvePoint, ...]
    answered: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds per question, without the first of the run, which may load the model; ``tokens``
    of a language model per question for which its server told them, and of how many it did."""

    n: int
    p50: float | None
    p95: float | None
    wall_p50: float | None
    wall_p95: float | None
    first_wall: float | None
    counted: int = 0
    tokens: float | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was measured, on what, with what: two runs compare only over the same data.

    ``data_sha256`` is of the cases, so the same set as JSON Lines and as CSV has the same;
    ``corpus_sha256`` of all paths and revisions; ``files`` pairs each set's name with the SHA-256
    of its bytes.
    """

    data_sha256: str
    files: Sequence[tuple[str, str]]
    corpus_sha256: str
    corpus_state: int
    documents: int
    oracle: Oracle | None
    fingerprint: Mapping[str, Any] | None
    settings: Mapping[str, Any]
    versions: Mapping[str, str | None]
    commit: str | None
    python: str
    machine: str
    date: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a run; ``errors`` counts cases on which the assistant failed."""

    n: int
    errors: int
    groups: tuple[Group, ...]
    curves: tuple[Curve, ...]
    latency: Latency
    provenance: Provenance
    rows_sha256: str | None = None

    def group(self, by: str, name: str, part: str | None = None) -> Group | None:
        """The figures of one group; None where no case is in it."""
        wanted = (by, name, part)
        return next((g for g in self.groups if (g.by, g.name, g.part) == wanted), None)

    def curve(self, by: str, name: str, part: str | None = None) -> Curve | None:
        """The curves of one group (overall or a language); None where no case is in it."""
        wanted = (by, name, part)
        return next((c for c in self.curves if (c.by, c.name, c.part) == wanted), None)
