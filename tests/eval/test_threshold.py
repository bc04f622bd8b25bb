"""Costs of thresholds, counted by hand; a failed case has no confidence and counts nowhere."""

from eval.cases import Case
from eval.threshold import Cost, costs
from eval.values import Measures, Row


def row(number: int, answerable: bool, confidence: float | None) -> Row:
    nothing = dict.fromkeys(Measures.__slots__)
    case = Case(f"c{number}", "?", "de", answerable)
    return Row(case, (), None, Measures(**{**nothing, "confidence": confidence}))


def test_a_higher_threshold_trades_wrong_answers_for_refusals():
    sure = [(True, 0.9), (True, 0.5), (True, 0.2), (False, 0.5), (False, 0.1), (False, None)]
    rows = [row(number, *pair) for number, pair in enumerate(sure)]
    assert costs(rows, [0.1, 0.5, 0.6]) == [
        Cost(0.1, 2, 2, 0, 3),
        Cost(0.5, 1, 2, 1, 3),
        Cost(0.6, 0, 2, 2, 3),
    ]
