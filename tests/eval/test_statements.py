"""ALCE's citation recall and precision, against cases counted by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.cases import Span
from eval.statements import Judge, statement_measures
from qa.values import Answer, AnswerSentence, Citation, Timings
from tests.fakes import WordEncoder


def citation(number: int, quote: str) -> Citation:
    return Citation(
        number, "a.txt", "A", "", "", "r", 100 * number, 100 * number + 9, quote, "en", None, ()
    )


def answer(sentences: Sequence[AnswerSentence], quotes: Sequence[str], dropped: int = 0) -> Answer:
    return Answer(
        "?",
        "en",
        0.9,
        "generated",
        " ".join(sentence.text for sentence in sentences),
        tuple(sentences),
        tuple(citation(i, quote) for i, quote in enumerate(quotes, 1)),
        (),
        Timings(1, 1),
        dropped=dropped,
    )


def all_words(statement: str, quotes: Sequence[str]) -> bool:
    """A statement is borne out if all its words stand in the quotes."""
    return set(statement.split()) <= set(" ".join(quotes).split())


QUOTES = ("red green", "blue", "grey")
SENTENCES = (
    AnswerSentence("red blue", (1, 2), True),  # recalled, both needed
    AnswerSentence("red green", (1, 3), True),  # recalled, the third is not needed
    AnswerSentence("pink", (2,), False),  # not recalled
    AnswerSentence("blue", (), False),  # cites nothing
)


def test_recall_and_precision_as_counted_by_hand() -> None:
    found = statement_measures(answer(SENTENCES, QUOTES), [Span("a.txt", 100, 105)], all_words)
    assert found == {
        "alce_recall": 2 / 4,
        "alce_precision": 3 / 5,
        "alce_recall_gold": 2 / 4,
        "unsupported": 2 / 4,
    }


def test_what_was_dropped_counts_as_unsupported() -> None:
    found = statement_measures(answer(SENTENCES[:1], QUOTES, dropped=3), [], all_words)
    assert found["unsupported"] == 3 / 4
    assert found["alce_recall_gold"] is None


def test_an_answer_without_statements_has_no_values() -> None:
    assert set(statement_measures(answer((), ()), [], all_words).values()) == {None}


@pytest.mark.parametrize("encoder", [None, WordEncoder()])
def test_words_of_the_quote_need_no_check(encoder: WordEncoder | None) -> None:
    judge = Judge(encoder)
    assert judge("The bridge  opened in 1998.", ["Before. The bridge opened\nin 1998. After."])
    assert not judge("The bridge opened in 1999.", ["The bridge opened in 1998."])
    assert not judge("", ["The bridge opened in 1998."])
    if encoder:
        assert encoder.encoded, "the second statement was looked at"
