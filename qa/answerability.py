"""Do the documents answer this question? A calibrated probability, never a cosine threshold.

A logistic model over what retrieval and evidence found; ``models/answerability.json`` holds its
coefficients and the threshold; both are fitted on questions of which near misses are a part, and
the figures beside them are of documents that were kept out. Question types and missing names are
features, not rules.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from index.values import Vectors
from index.wordforms import sentence_forms
from qa.evidence import PASSAGES, Evidence
from qa.explaining import Explained, explain
from qa.logistic import Logistic, load_logistic
from qa.matching import match_features
from qa.question import Question, names_found
from qa.retrieval import Found

FEATURES = (
    "passage",
    "passage_margin",
    "evidence",
    "evidence_margin",
    "evidence_sum",
    "cosine",
    "cosine_best3",
    "cosine_peak",
    "cosine_gap",
    "cosine_gap5",
    "centred",
    "centred_margin",
    "plain",
    "coverage",
    "names",
    "names_sentence",
    "has_names",
    "asked_words",
    "wanted",
    "wants_fact",
    "fact_missing",
    "fact_missing3",
    "wants_list",
    "who_where_missing",
    "same",
    "same_coverage",
    "same_cosine",
    "late",
    "late_sentence",
    "late_weakest",
    "late_weakest_sentence",
    "late_near",
    "late_near_sentence",
    "same_late",
)

NARROW = 8
"""Among fewer passages, as in one short document, nothing can stand out from the others, and what
tells an answer is something else."""

_FACTS = frozenset({"date", "figure", "contact"})
"""What is wanted of these types shows in a sentence's digits and signs, so its lack is telling."""


class Answerability:
    """The probability that the documents answer; ``threshold`` is the calibrated cut.

    ``narrow`` decides where fewer than ``NARROW`` passages were there to be found.
    """

    def __init__(
        self,
        model: Logistic | None = None,
        threshold: float | None = None,
        narrow: Logistic | None = None,
    ) -> None:
        self._wide = model or load_logistic("answerability", FEATURES)
        self._narrow = narrow or load_logistic("answerability_narrow", FEATURES)
        self.threshold = calibrated_threshold() if threshold is None else threshold

    def probability(self, found: Found, evidence: Sequence[Evidence]) -> float:
        """0 to 1; 0 where nothing was found."""
        if not evidence:
            return 0.0
        return float(self._model(found).probabilities(answerability_row(found, evidence)[None])[0])

    def explain(self, found: Found, evidence: Sequence[Evidence]) -> Explained | None:
        """What made the probability; None where nothing was found."""
        if not evidence:
            return None
        return explain(self._model(found), answerability_row(found, evidence))

    def _model(self, found: Found) -> Logistic:
        return self._narrow if len(found.candidates.passages) < NARROW else self._wide


def calibrated_threshold() -> float:
    """The cut with the best balanced accuracy on the questions fitted on."""
    data = json.loads(files("qa").joinpath("models/answerability.json").read_text("utf-8"))
    return float(data["threshold"])


def answerability_row(found: Found, evidence: Sequence[Evidence]) -> Vectors:
    """Features of one question, shape ``(len(FEATURES),)``; needs at least one hit."""
    values = _ranking_features(found, evidence)
    values |= _sentence_features(found, evidence)
    values |= _type_features(found, evidence)
    hit = evidence[0].hit
    values |= match_features(found.candidates.matches, hit.passage.id, evidence[0].ordinal)
    same = hit.features["same"]
    values |= {
        "same": same,
        "same_coverage": same * hit.features["coverage"],
        "same_cosine": same * values["cosine"],
        "same_late": same * values["late"],
    }
    return np.array([values[name] for name in FEATURES], np.float32)


def _ranking_features(found: Found, evidence: Sequence[Evidence]) -> dict[str, float]:
    """How well, and how clearly best, the passage and the sentence were ranked."""
    best, hit = evidence[0], evidence[0].hit
    others = [h.score for h in found.hits if h.passage.id != hit.passage.id]
    elsewhere = [e.score for e in evidence if e.hit.passage.id != hit.passage.id]
    centred = sorted((h.features["centred"] for h in found.hits), reverse=True)
    return {
        "passage": _logit(hit.score),
        "passage_margin": _logit(hit.score) - _logit(max(others, default=1e-3)),
        "evidence": _logit(best.score),
        "evidence_margin": _logit(best.score) - _logit(max(elsewhere, default=1e-3)),
        "evidence_sum": float(np.log(1e-3 + sum(e.score for e in evidence[:5]))),
        "centred": hit.features["centred"],
        "centred_margin": centred[0] - float(np.mean(centred[1:10])) if centred[1:] else 0.0,
        "plain": hit.features["plain"],
    }


def _sentence_features(found: Found, evidence: Sequence[Evidence]) -> dict[str, float]:
    """How near the best sentences are, and how far they stand out from all others."""
    hit = evidence[0].hit
    cosines = found.candidates.cosines
    every = np.concatenate([*cosines.values()])
    near = np.concatenate([cosines[h.passage.id] for h in found.hits[:PASSAGES]])
    top = [float(cosines[e.hit.passage.id][e.ordinal]) for e in evidence[:3]]
    near = np.sort(near)[::-1]
    return {
        "cosine": top[0],
        "cosine_best3": max(top),
        "cosine_peak": float((near[0] - every.mean()) / (every.std() + 1e-6)),
        "cosine_gap": float(near[0] - near[1]) if len(near) > 1 else 0.0,
        "cosine_gap5": float(near[0] - near[:5].mean()),
        "coverage": hit.features["coverage"],
        "names": hit.features["names"],
        "names_sentence": _names(found.question, evidence[0]),
        "has_names": float(bool(found.question.names)),
    }


def _names(question: Question, best: Evidence) -> float:
    """Share of the question's names and figures that occur in a sentence; 0.5 where it has none."""
    language = best.hit.passage.language
    return names_found(question, language, frozenset(sentence_forms(best.text, language)))


def _type_features(found: Found, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Whether the type of thing asked for occurs where the answer should be."""
    wanted = found.question.wanted
    matches = [e.wanted for e in evidence[:3]]
    fact = float(wanted in _FACTS)
    return {
        "asked_words": min(1.0, len(found.question.words) / 10),
        "wanted": matches[0],
        "wants_fact": fact,
        "fact_missing": fact * (1.0 - matches[0]),
        "fact_missing3": fact * (1.0 - max(matches)),
        "wants_list": float(wanted in ("list", "reason")),
        "who_where_missing": float(wanted in ("person", "place")) * (1.0 - matches[0]),
    }


def _logit(score: float) -> float:
    clipped = min(max(score, 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))
