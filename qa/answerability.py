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
from qa.evidence import Evidence
from qa.logistic import Logistic, load_logistic
from qa.retrieval import Found

FEATURES = (
    "passage",
    "passage_margin",
    "evidence",
    "evidence_margin",
    "cosine",
    "centred",
    "centred_margin",
    "plain",
    "words",
    "coverage",
    "coverage_sentence",
    "names",
    "names_sentence",
    "unknown",
    "wanted",
    "wanted_known",
    "asked_words",
    "grams",
    "same",
    "same_coverage",
    "same_cosine",
    "same_words",
)


class Answerability:
    """The probability that the documents answer; ``threshold`` is the calibrated cut."""

    def __init__(self, model: Logistic | None = None, threshold: float | None = None) -> None:
        self._model = model or load_logistic("answerability", FEATURES)
        self.threshold = calibrated_threshold() if threshold is None else threshold

    def probability(self, found: Found, evidence: Sequence[Evidence]) -> float:
        """0 to 1; 0 where nothing was found."""
        if not evidence:
            return 0.0
        return float(self._model.probabilities(answerability_row(found, evidence)[None])[0])


def calibrated_threshold() -> float:
    """The cut with the best balanced accuracy on the questions fitted on."""
    data = json.loads(files("qa").joinpath("models/answerability.json").read_text("utf-8"))
    return float(data["threshold"])


def answerability_row(found: Found, evidence: Sequence[Evidence]) -> Vectors:
    """Features of one question, shape ``(len(FEATURES),)``; needs at least one hit."""
    best, hit = evidence[0], evidence[0].hit
    others = [h for h in found.hits if h.passage.id != hit.passage.id]
    elsewhere = [e for e in evidence if e.hit.passage.id != hit.passage.id]
    centred = sorted((h.features["centred"] for h in found.hits), reverse=True)
    values = {
        "passage": _logit(hit.score),
        "passage_margin": _logit(hit.score) - _logit(others[0].score if others else 1e-3),
        "evidence": _logit(best.score),
        "evidence_margin": _logit(best.score) - _logit(elsewhere[0].score if elsewhere else 1e-3),
        "cosine": best.features["cosine"],
        "centred": hit.features["centred"],
        "centred_margin": centred[0] - float(np.mean(centred[1:10])) if centred[1:] else 0.0,
        "plain": hit.features["plain"],
        "words": hit.features["words"] / np.log1p(1.0 + len(found.question.words)),
        "coverage": hit.features["coverage"],
        "coverage_sentence": best.features["coverage"],
        "names": hit.features["names"],
        "names_sentence": best.features["names"],
        "unknown": found.candidates.unknown,
        "wanted": best.features["wanted"],
        "wanted_known": best.features["wanted_known"],
        "asked_words": min(1.0, len(found.question.words) / 10),
        "grams": hit.features["grams"],
        "same": hit.features["same"],
        "same_coverage": hit.features["same"] * hit.features["coverage"],
        "same_cosine": hit.features["same"] * best.features["cosine"],
        "same_words": hit.features["same"] * hit.features["words"],
    }
    return np.array([values[name] for name in FEATURES], np.float32)


def _logit(score: float) -> float:
    clipped = min(max(score, 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))
