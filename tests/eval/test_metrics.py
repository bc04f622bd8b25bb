import itertools
import math
import re
import string
import unicodedata
from collections import Counter

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    balanced_accuracy_score,
    ndcg_score,
    precision_recall_fscore_support,
    roc_auc_score,
)

from eval.cases import Span
from eval.metrics import (
    BINS,
    Decision,
    answer_match,
    answer_tokens,
    aurc,
    auroc,
    bin_of,
    citation_precision,
    citation_validity,
    comparable,
    contains,
    documents_of,
    ece,
    evidence_coverage,
    evidence_hit,
    evidence_recall,
    exact_match,
    f1,
    hit_at,
    mean,
    mrr_at,
    ndcg_at,
    overlap,
    percentile,
    quote_hit_at,
    recall_at,
    refusal,
)
from qa.values import Citation


def span(start, end, document="a.txt"):
    return Span(document, start, end)


TILES = [span(i, i + 10) for i in range(0, 300, 10)]
"""A document cut into thirty passages that do not overlap."""


def test_places_that_touch_do_not_overlap():
    assert overlap(span(0, 10), span(9, 12))
    assert not overlap(span(0, 10), span(10, 12))
    assert not overlap(span(0, 10), span(0, 10, "b.txt"))


def test_measures_of_a_ranking_by_hand():
    ranked = [TILES[4], TILES[0], TILES[7], TILES[1]]
    gold = [span(2, 5), span(75, 78), span(200, 201)]
    assert hit_at(1, ranked, gold) == 0
    assert hit_at(3, ranked, gold) == 1
    assert mrr_at(10, ranked, gold) == 1 / 2
    assert recall_at(1, ranked, gold) == 0
    assert recall_at(3, ranked, gold) == 2 / 3
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert ndcg_at(10, ranked, gold) == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)


def test_ndcg_of_one_gold_span_that_two_passages_share():
    gold = [span(5, 15)]
    assert ndcg_at(10, [TILES[0], TILES[1]], gold) == 1
    assert ndcg_at(10, [TILES[0], TILES[5], TILES[1]], gold) == pytest.approx(
        (1 + 1 / 2) / (1 + 1 / math.log2(3))
    )


def test_a_measure_that_does_not_apply_is_none():
    for measure in (hit_at, mrr_at, recall_at, ndcg_at):
        assert measure(10, TILES, []) is None
    assert evidence_hit(TILES, []) is evidence_coverage(TILES, []) is None
    assert citation_precision([], [span(0, 1)]) is citation_precision(TILES, []) is None
    assert citation_validity([], {}.get) is None
    assert answer_match("x", ()) is None
    assert auroc([], [0.5]) is percentile([], 50) is None


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from(range(30)), unique=True, max_size=30),
    st.lists(st.sampled_from(range(30)), unique=True, min_size=1, max_size=5),
)
def test_ranking_agrees_with_ir_measures(order, relevant):
    ranked = [TILES[i] for i in order]
    gold = [span(10 * i + 3, 10 * i + 6) for i in relevant]
    qrels = [ir_measures.Qrel("q", str(i), 1) for i in relevant]
    scored = [ir_measures.ScoredDoc("q", str(i), -float(at)) for at, i in enumerate(order)]
    expected = {
        ir_measures.Success @ 1: hit_at(1, ranked, gold),
        ir_measures.Success @ 5: hit_at(5, ranked, gold),
        ir_measures.RR @ 10: mrr_at(10, ranked, gold),
        ir_measures.R @ 5: recall_at(5, ranked, gold),
        ir_measures.R @ 10: recall_at(10, ranked, gold),
        ir_measures.nDCG @ 10: ndcg_at(10, ranked, gold),
    }
    found = ir_measures.calc_aggregate(list(expected), qrels, scored) if scored else {}
    for measure, value in expected.items():
        assert value == pytest.approx(found.get(measure, 0.0), abs=1e-9)


def test_citations_against_gold_by_hand():
    gold = [span(0, 10), span(5, 20), span(100, 110)]
    cited = [span(15, 25), span(18, 30), span(200, 210)]
    assert evidence_hit(cited, gold) == 1
    assert evidence_hit([span(15, 25, "b.txt")], gold) == 0
    assert evidence_hit([], gold) == 0
    assert evidence_coverage(cited, gold) == 5 / 30
    assert citation_precision(cited, gold) == 2 / 3
    assert evidence_recall(cited, gold) == 1 / 3
    assert evidence_recall([], gold) == 0
    assert evidence_recall(cited, []) is None


def test_a_quote_hits_when_it_holds_the_gold_whole():
    gold = [span(5, 10), span(20, 30)]
    cited = [span(6, 30, "b.txt"), span(6, 29), span(0, 10), span(20, 30)]
    assert [quote_hit_at(k, cited, gold) for k in (1, 2, 3)] == [0, 0, 1]
    assert quote_hit_at(1, cited, []) is None


def test_documents_are_ranked_by_their_best_passage():
    ranked = [span(0, 5, "b"), span(9, 12, "a"), span(7, 9, "b"), span(0, 3, "c")]
    assert [d.document for d in documents_of(ranked)] == ["b", "a", "c"]
    gold = documents_of([span(50, 60, "c"), span(90, 95, "c"), span(0, 1, "x")])
    assert hit_at(1, documents_of(ranked), gold) == 0
    assert mrr_at(10, documents_of(ranked), gold) == 1 / 3
    assert recall_at(10, documents_of(ranked), gold) == 1 / 2
    found = ir_measures.calc_aggregate(
        [ir_measures.nDCG @ 10],
        [ir_measures.Qrel("q", d, 1) for d in "cx"],
        [ir_measures.ScoredDoc("q", d, -i) for i, d in enumerate("bac")],
    )
    ours = ndcg_at(10, documents_of(ranked), gold)
    assert ours == pytest.approx(found[ir_measures.nDCG @ 10], abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.booleans(), min_size=2, max_size=20).filter(any))
def test_ndcg_agrees_with_scikit_learn(flags):
    ranked = TILES[: len(flags)]
    gold = [t for t, flag in zip(ranked, flags, strict=True) if flag]
    expected = ndcg_score([flags], [[-i for i in range(len(flags))]], k=10)
    assert ndcg_at(10, ranked, gold) == pytest.approx(expected, abs=1e-9)


intervals = st.lists(
    st.builds(
        lambda start, size, document: Span(document, start, start + size),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from("ab"),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=50)
@given(intervals, intervals.filter(bool))
def test_coverage_agrees_with_counting_characters(cited, gold):
    wanted = {(s.document, i) for s in gold for i in range(s.start, s.end)}
    found = {(s.document, i) for s in cited for i in range(s.start, s.end)}
    assert evidence_coverage(cited, gold) == len(wanted & found) / len(wanted)


def citation(start, end, quote, revision="r1"):
    return Citation(1, "a.txt", "", "", "", revision, start, end, quote, "de", None, ())


def test_a_citation_is_valid_only_code_point_for_code_point():
    texts = {("a.txt", "r1"): "Größe über alles"}

    def text_of(document, revision):
        return texts.get((document, revision))

    good = citation(0, 5, "Größe")
    assert citation_validity([good], text_of) == 1
    bad = [
        citation(0, 5, "Gro\u0308ße"),
        citation(1, 6, "Größe"),
        citation(0, 5, "Größe", "r2"),
        citation(0, 0, ""),
        citation(-5, 16, "alles"),
        citation(11, 99, "alles"),
    ]
    assert [citation_validity([one], text_of) for one in bad] == [0] * 6
    assert citation_validity([good, *bad[:2]], text_of) == 1 / 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das Netz hat **über 500** Partner.", "Über 500 partner"),
        ("eine Digitalisie\u00adrung", "Digitalisierung"),
        ("eine Digitalisie-\n  rung", "Digitalisierung"),
        ("der Digital-\nHub", "Digital-Hub"),
        ("rund 1.500\u00a0EUR", "1.500 EUR"),
        ("in der GROSSEN Straße", "großen strasse"),
        ("ﬁnanziert", "finanziert"),
        ("Mu\u0308nchen", "München"),
        ("in Leipziger Werken", "Leipzig"),
        ("am 26.10.2018", "2018"),
        ("am 26.10.2018", "26.10"),
        ("kostet 60,50 Euro", "60"),
        ("es sind 500.", "500"),
        ("a.b*c", "b*c"),
    ],
)
def test_an_answer_is_found_however_it_is_set(text, wanted):
    assert contains(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Es sind 18 Orte.", "8 Orte"),
        ("Es sind 18 Orte.", "1"),
        ("Es sind 1.500 Partner.", "500 Partner"),
        ("Es sind 500.000 Partner.", "500"),
        ("irgendetwas", " "),
        ("aXc", "a.c"),
    ],
)
def test_a_part_of_a_figure_is_no_answer(text, wanted):
    assert not contains(text, wanted)


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_what_is_comparable_stays_as_it_is(text):
    assert comparable(comparable(text)) == comparable(text)


@settings(deadline=None, max_examples=50)
@given(st.text(), st.text(st.characters(categories=["L"])), st.text())
def test_a_word_is_found_between_spaces(before, word, after):
    assert contains(f"{before} {word} {after}", word) == bool(comparable(word))


def test_one_entry_suffices_and_a_list_must_occur_whole():
    answers = (("70 EUR",), ("60 EUR", "90 EUR"))
    assert answer_match("erst 60 EUR, dann 90 EUR", answers) == 1
    assert answer_match("nur 60 EUR", answers) == 0
    assert answer_match("nur 70 EUR", answers) == 1
    assert answer_match("", answers) == 0


GERMAN_ARTICLES = "ein eine einen einem eines einer der die das den dem des".split()


def as_mlqa_does(text, articles):
    """Lower case, punctuation of any script off, articles off, single spaces; one by one."""
    kept = [
        c
        for c in text.lower()
        if not (unicodedata.category(c).startswith("P") or c in string.punctuation)
    ]
    out = re.split(r"(\W+)", "".join(kept))
    return " ".join("".join(" " if w in articles else w for w in out).split())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from("Der die Das Hub, „Dresden“ 1.500 € eine-r in an THE the a".split()))
)
def test_answers_are_normalised_as_in_mlqa(words):
    text = " ".join(words)
    assert " ".join(answer_tokens(text, "de")) == as_mlqa_does(text, GERMAN_ARTICLES)
    assert " ".join(answer_tokens(text, "en")) == as_mlqa_does(text, ["a", "an", "the"])


def test_exact_match_and_f1_by_hand():
    answers = (("der Hub in Dresden",), ("60 EUR", "90 EUR"))
    assert exact_match("Den HUB in »Dresden«!", answers, "de") == 1
    assert exact_match("Den HUB in »Dresden«!", answers, "en") == 0
    assert exact_match("60 EUR 90 EUR", answers, "de") == 1
    assert f1("ein Hub in Leipzig", answers, "de") == 2 / 3
    assert f1("60 EUR", answers, "de") == 2 * 1 * 0.5 / 1.5
    assert f1("nichts davon", answers, "de") == 0
    assert exact_match("x", (), "de") is f1("x", (), "de") is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from("abcd"), min_size=1), st.lists(st.sampled_from("abcd"), min_size=1))
def test_f1_agrees_with_the_formula_of_squad(said, gold):
    same = sum((Counter(said) & Counter(gold)).values())
    precision, recall = same / len(said), same / len(gold)
    expected = 2 * precision * recall / (precision + recall) if same else 0
    found = f1(" ".join(said), ((" ".join(gold),),), "de")
    assert found == pytest.approx(expected, abs=1e-9)


def decisions(*triples):
    return [Decision(*triple) for triple in triples]


def test_refusal_by_hand():
    found = refusal(
        decisions(
            (True, False, 0.9),
            (True, False, 0.6),
            (True, True, 0.3),
            (False, True, 0.1),
            (False, False, 0.6),
        )
    )
    assert found.precision == 1 / 2
    assert found.recall == 1 / 2
    assert found.f1 == 1 / 2
    assert found.hallucination_rate == 1 / 2
    assert found.error_rate == 1 / 3
    assert found.balanced_accuracy == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found.auroc == (1 + 1 + 1 + 1 / 2 + 0 + 1) / 6


def test_refusal_without_one_class_or_without_a_refusal():
    only_good = refusal(decisions((True, True, 0.1), (True, False, 0.9)))
    assert only_good.error_rate == 1 / 2
    assert only_good.precision is only_good.balanced_accuracy is only_good.auroc is None
    never = refusal(decisions((True, False, 0.9), (False, False, 0.8)))
    assert (never.precision, never.recall, never.f1) == (None, 0, 0)
    assert refusal([]).error_rate is None


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.builds(
            Decision,
            st.booleans(),
            st.booleans(),
            st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]),
        ),
        min_size=2,
    ).filter(lambda ds: len({d.answerable for d in ds}) == 2 and any(d.refused for d in ds))
)
def test_refusal_agrees_with_scikit_learn(found):
    truth = [not d.answerable for d in found]
    guess = [d.refused for d in found]
    precision, recall, both, _ = precision_recall_fscore_support(truth, guess, average="binary")
    ours = refusal(found)
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx(
        (precision, recall, both), abs=1e-9
    )
    balanced = balanced_accuracy_score(truth, guess)
    assert ours.balanced_accuracy == pytest.approx(balanced, abs=1e-9)
    area = roc_auc_score([d.answerable for d in found], [d.confidence for d in found])
    assert ours.auroc == pytest.approx(area, abs=1e-9)


def risk_of_order(wrong):
    return sum(sum(wrong[:i]) / i for i in range(1, len(wrong) + 1)) / len(wrong)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6))
def test_risk_coverage_area_is_the_mean_over_all_orders_of_ties(pairs):
    orders = [
        order
        for order in itertools.permutations(pairs)
        if all(a[0] >= b[0] for a, b in itertools.pairwise(order))
    ]
    expected = sum(risk_of_order([w for _, w in order]) for order in orders) / len(orders)
    found = aurc([c for c, _ in pairs], [float(w) for _, w in pairs])
    assert found == pytest.approx(expected, abs=1e-9)


def test_calibration_error_by_hand():
    assert ece([0.95, 0.91, 0.15, 1.0], [True, False, False, True]) == pytest.approx(
        (abs(0.95 + 0.91 + 1.0 - 2) + 0.15) / 4
    )
    assert ece([], []) is aurc([], []) is None
    assert [bin_of(c) for c in (0, 0.09, 0.1, 0.99, 1)] == [0, 0, 1, 9, 9]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_calibration_error_agrees_with_binning_by_numpy(pairs):
    confidence = np.array([c for c, _ in pairs])
    label = np.array([p for _, p in pairs], float)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    expected = sum(
        np.mean(bins == b) * abs(confidence[bins == b].mean() - label[bins == b].mean())
        for b in set(bins.tolist())
    )
    assert ece(confidence.tolist(), label.tolist()) == pytest.approx(expected, abs=1e-9)


def test_averages_leave_out_what_does_not_apply():
    assert mean([1.0, None, 0.0, 0.0]) == (1 / 3, 3)
    assert mean([None]) == (None, 0)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0, 5, 50, 95, 100]))
def test_percentiles_agree_with_numpy(values, q):
    assert percentile(values, q) == pytest.approx(float(np.percentile(values, q)))
