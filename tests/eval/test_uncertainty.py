import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import metrics, uncertainty
from eval.uncertainty import SEED, bootstrap, codes_of, holm, means, sign_flip_p

CLUSTERS = ["a", "a", "b", "c", "c", "c", "d", "e"]
VALUES = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]
CONFIDENCE = [0.9, 0.4, 0.9, 0.8, 0.4, 0.7, 0.1, 0.3]
LABELS = [True, False, True, True, False, True, False, True]


def draws_one_by_one(clusters, draws):
    """The cases of each draw as lists of indices: whole clusters, with replacement."""
    rng = np.random.default_rng(SEED)
    count = len(set(clusters))
    members = [[i for i, c in enumerate(codes_of(clusters)) if c == k] for k in range(count)]
    for chosen in rng.integers(0, count, (draws, count)):
        yield [i for k in chosen for i in members[k]]


def bounds_one_by_one(statistic, clusters, draws=2000):
    found = [statistic(drawn) for drawn in draws_one_by_one(clusters, draws)]
    return np.percentile([f for f in found if f is not None], [2.5, 97.5])


def check(statistic, slow):
    bounds = bootstrap(codes_of(CLUSTERS), statistic)
    low, high = bounds_one_by_one(slow, CLUSTERS)
    assert bounds.low[0] == pytest.approx(low, abs=1e-9)
    assert bounds.high[0] == pytest.approx(high, abs=1e-9)


def test_interval_of_an_average_agrees_with_drawing_one_by_one():
    check(means(np.array(VALUES)[:, None]), lambda drawn: np.mean([VALUES[i] for i in drawn]))


def test_what_does_not_apply_is_left_out_of_each_draw():
    values = [np.nan, 0.0, 1.0, np.nan, 0.0, 1.0, 0.0, 1.0]
    check(
        means(np.array(values)[:, None]),
        lambda drawn: metrics.mean(None if np.isnan(v) else v for v in (values[i] for i in drawn))[
            0
        ],
    )


def test_interval_of_auroc_agrees_with_drawing_one_by_one():
    check(
        uncertainty.auroc(np.array(CONFIDENCE), np.array(LABELS)),
        lambda drawn: metrics.auroc(
            [CONFIDENCE[i] for i in drawn if LABELS[i]],
            [CONFIDENCE[i] for i in drawn if not LABELS[i]],
        ),
    )


def test_interval_of_the_risk_coverage_area_agrees_with_drawing_one_by_one():
    check(
        uncertainty.aurc(np.array(CONFIDENCE), np.array(VALUES) > 0),
        lambda drawn: metrics.aurc([CONFIDENCE[i] for i in drawn], [VALUES[i] for i in drawn]),
    )


def test_interval_of_the_calibration_error_agrees_with_drawing_one_by_one():
    bins = np.array([metrics.bin_of(c) for c in CONFIDENCE])
    check(
        uncertainty.ece(np.array(CONFIDENCE), np.array(LABELS), bins, metrics.BINS),
        lambda drawn: metrics.ece([CONFIDENCE[i] for i in drawn], [LABELS[i] for i in drawn]),
    )


def test_draws_do_not_depend_on_the_size_of_the_blocks(monkeypatch):
    codes, statistic = codes_of(CLUSTERS), means(np.array(VALUES)[:, None])
    whole = bootstrap(codes, statistic)
    monkeypatch.setattr(uncertainty, "_CELLS", 50)
    assert bootstrap(codes, statistic).low == whole.low
    assert bootstrap(codes, statistic, seed=1).error != whole.error


def test_large_sets_are_drawn_less_often():
    assert [uncertainty.draws_of(n) for n in (1, 10_000, 20_000, 50_000, 1_000_000)] == [
        2000,
        2000,
        1000,
        400,
        400,
    ]


def test_cases_of_one_cluster_make_the_interval_wider():
    values = np.array([0.0, 1.0] * 20).reshape(2, -1).T.reshape(-1, 1)
    values = np.sort(values, axis=0)
    alone = bootstrap(codes_of([str(i) for i in range(40)]), means(values))
    together = bootstrap(codes_of([str(i // 5) for i in range(40)]), means(values))
    assert together.high[0] - together.low[0] > 1.5 * (alone.high[0] - alone.low[0])


def test_one_cluster_gives_no_interval():
    bounds = bootstrap(codes_of(["a", "a"]), means(np.array([[0.0], [1.0]])))
    assert np.isnan([bounds.low[0], bounds.high[0], bounds.error[0]]).all()


# -- sign flips -----------------------------------------------------------------------------------


def p_by_all_signs(differences, clusters):
    codes = codes_of(clusters)
    seen = abs(sum(differences))
    signs = list(itertools.product([1, -1], repeat=len(set(clusters))))
    extreme = [
        abs(sum(s[c] * d for c, d in zip(codes, differences, strict=True))) >= seen - 1e-9
        for s in signs
    ]
    return sum(extreme) / len(signs)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), st.sampled_from("abcdefg")),
        min_size=1,
        max_size=14,
    )
)
def test_exact_p_agrees_with_trying_all_signs(pairs):
    differences, clusters = [d for d, _ in pairs], [c for _, c in pairs]
    found = sign_flip_p(np.array(differences), codes_of(clusters))
    assert found == pytest.approx(p_by_all_signs(differences, clusters), abs=1e-9)


def test_random_p_is_near_the_exact_one():
    rng = np.random.default_rng(3)
    differences = rng.normal(0.25, 1, 17)
    codes = np.arange(17)
    patterns = 1.0 - 2 * (np.arange(2**17)[:, None] >> np.arange(17) & 1)
    exact = (np.abs(patterns @ differences) >= abs(differences.sum()) - 1e-9).mean()
    found = sign_flip_p(differences, codes)
    assert found == pytest.approx(exact, abs=0.01)
    assert found == sign_flip_p(differences, codes)
    assert 0 < sign_flip_p(np.ones(400), np.arange(400)) < 0.001


def test_without_a_difference_p_is_one():
    assert sign_flip_p(np.zeros(5), np.arange(5)) == 1


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
