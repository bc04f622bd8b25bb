"""Scores fall apart exactly into what each signal added."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.library import Library
from index.settings import Settings
from qa import answerability, evidence, retrieval
from qa.explaining import explain, group_of, rank_by
from qa.logistic import Logistic
from qa.values import Answer
from qa.wiring import assemble
from tests.fakes import WordEncoder

QUESTION = "Wann findet das Expertentreffen statt?"
NAMES = ("centred", "late", "same_late", "words", "length")


@given(st.lists(st.floats(-3, 3), min_size=5, max_size=5), st.floats(-2, 2))
def test_the_parts_sum_to_the_score(row: list[float], intercept: float) -> None:
    ones = np.ones(5, np.float32)
    model = Logistic(NAMES, 0 * ones, ones, np.array([1, -2, 0.5, 1, 3], np.float32), intercept)
    found = explain(model, np.array(row, np.float32))
    logit = found.base + sum(found.adds.values())
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(found.score, abs=2e-4)


def test_what_is_not_known_adds_nothing() -> None:
    ones = np.ones(5, np.float32)
    row = np.array([np.nan, np.nan, np.nan, 1, 1], np.float32)
    found = explain(Logistic(NAMES, ones, ones, ones, 0.0), row)
    assert found.adds["matches"] == 0.0
    assert found.features["late"] is None


def test_every_feature_has_its_group() -> None:
    groups = {
        name: group_of(name)
        for module in (retrieval, evidence, answerability)
        for name in module.FEATURES
    }
    assert groups["late_weakest"] == groups["words_late_gap"] == groups["same_late"] == "matches"
    assert groups["same"] == "language"
    assert groups["same_coverage"] == groups["names_sentence"] == "words"
    assert groups["evidence_margin"] == groups["passage"] == "ranking"
    assert set(groups.values()) == {"matches", "ranking", "meaning", "words", "language", "form"}


def test_ranks_leave_out_what_a_signal_did_not_find() -> None:
    assert rank_by([0.2, 0.0, 0.9], found_above=0.0) == [2, None, 1]


def test_an_answer_is_explained_from_passages_to_decision(
    seeds_library: Library, encoder: WordEncoder, settings: Settings
) -> None:
    eager = settings.model_copy(update={"answer_threshold": 0.0})
    assistant = assemble(seeds_library, encoder, eager)
    reply, why = assistant.ask(QUESTION), assistant.explain(QUESTION)
    assert isinstance(reply, Answer)
    assert why.decision is not None
    assert why.decision.score == pytest.approx(reply.confidence, abs=1e-4)
    first = reply.passages[0]
    assert (why.passages[0].document, why.passages[0].start) == (
        first.passage.document,
        first.passage.start,
    )
    assert why.passages[0].score == pytest.approx(first.score, abs=1e-4)
    assert why.sentences[0].score >= why.sentences[-1].score
    assert json.loads(json.dumps(why.to_json()))["threshold"] == 0.0
    assert "answered" in why.to_text()


def test_nothing_asked_is_nothing_to_explain(
    seeds_library: Library, encoder: WordEncoder, settings: Settings
) -> None:
    why = assemble(seeds_library, encoder, settings).explain("?!")
    assert (why.passages, why.sentences, why.decision) == ((), (), None)
