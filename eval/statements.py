"""Statements of an answer against what they cite: ALCE's citation recall and precision.

Gao et al. 2023 (arXiv 2305.14627), section 4.3: a statement is recalled if its citations together
bear it out; a citation is imprecise if its statement is not recalled, or if it bears out nothing
alone and is not needed beside the others. A language model for entailment decides there; here it is
``qa.support``, and a statement that stands word for word in what it cites needs no check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval.cases import Span
from eval.metrics import comparable, relevance
from index.embedding import Encoder
from qa.comparing import Claim
from qa.support import SupportChecker
from qa.values import Answer, AnswerSentence

Bears = Callable[[str, Sequence[str]], bool]
"""Whether quotes together bear out a statement."""


class Judge:
    """Decides by the words, and where these differ by the check of statements, made on first use.

    Without an ``encoder`` only what is quoted word for word is borne out."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._checker: SupportChecker | None = None

    def __call__(self, statement: str, quotes: Sequence[str]) -> bool:
        said = comparable(statement)
        if said and said in comparable(" ".join(quotes)):
            return True
        if self._encoder is None:
            return False
        self._checker = self._checker or SupportChecker(self._encoder)
        return self._checker.check([Claim(statement, tuple(quotes))])[0].supported


def statement_measures(
    answer: Answer, gold: Sequence[Span], bears: Bears
) -> dict[str, float | None]:
    """``alce_recall``, ``alce_precision``, ``alce_recall_gold`` and ``unsupported`` of one answer."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    places = {c.number: Span(c.document, c.start, c.end) for c in answer.citations}
    statements = answer.sentences
    recalled = [_recalled(one, quotes, bears) for one in statements]
    needed = [
        ok and _is_needed(one, number, quotes, bears)
        for one, ok in zip(statements, recalled, strict=True)
        for number in one.citations
    ]
    unsupported = sum(not one.stands for one in statements) + answer.dropped
    on_gold = [any(relevance([places[n] for n in one.citations], gold)) for one in statements]
    return {
        "alce_recall": _share(recalled),
        "alce_precision": _share(needed),
        "alce_recall_gold": _share(on_gold) if gold else None,
        "unsupported": unsupported / (len(statements) + answer.dropped) if statements else None,
    }


def _recalled(one: AnswerSentence, quotes: Mapping[int, str], bears: Bears) -> bool:
    return bool(one.citations) and bears(one.text, [quotes[n] for n in one.citations])


def _is_needed(one: AnswerSentence, number: int, quotes: Mapping[int, str], bears: Bears) -> bool:
    """Whether a citation bears the statement out alone, or the others do not without it."""
    others = [quotes[n] for n in one.citations if n != number]
    return bears(one.text, [quotes[number]]) or not bears(one.text, others)


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
