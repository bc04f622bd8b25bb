"""Which quotes stand beneath a written answer."""

from __future__ import annotations

import pytest

from qa.beneath import Span, lies_in, passed_over
from qa.values import Citation

TEXT = "Eins steht da. Zwei auch.\n- Drei"


def quote(start: int, end: int, revision: str = "r") -> Citation:
    return Citation(1, "a.txt", "A", "", "", revision, start, end, TEXT[start:end], "de", None, ())


FIRST, LAST = quote(0, 25), quote(28, 32)
ONE: Span = ("r", 0, 14)
TWO: Span = ("r", 15, 25)
THREE: Span = ("r", 26, 32)  # a sentence begins at the mark of its item, a quote behind it


@pytest.mark.parametrize(
    ("best", "cited", "left"),
    [
        ([ONE], [], [FIRST, LAST]),  # nothing is told
        ([ONE], [ONE], [FIRST, LAST]),  # half of the best quote is not
        ([ONE], [ONE, TWO], []),  # the best is told whole, the other is not missed
        ([THREE], [ONE, TWO], [LAST]),  # what is told already stands there once
        ([THREE], [THREE], []),
        ([ONE, THREE], [ONE, TWO], [LAST]),  # two parts of a question, each with its best
        ([ONE], [("other", 0, 25)], [FIRST, LAST]),  # the same place of another text
    ],
)
def test_quotes_stand_beneath_unless_the_best_are_told(
    best: list[Span], cited: list[Span], left: list[Citation]
) -> None:
    assert passed_over([FIRST, LAST], best, cited) == left


def test_a_part_lies_in_its_quote_only() -> None:
    assert lies_in(ONE, FIRST)
    assert not lies_in(("r", 15, 30), FIRST)
    assert not lies_in(ONE, quote(0, 25, "other"))
