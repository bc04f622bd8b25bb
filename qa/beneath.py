"""What stands beneath a written answer: the quotes that the model has passed over.

A language model may add to an answer, never take away from it. Whatever it makes of the sentences,
the quotes that would be the answer without it are shown too, unless its statements rest on the best
of them, word for word.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.values import Citation

Span = tuple[str, int, int]
"""Revision, start and end of a stretch of canonical text."""


def passed_over(
    quotes: Sequence[Citation], best: Sequence[Span], cited: Sequence[Span]
) -> list[Citation]:
    """The quotes of which something is not cited; none where those that hold a ``best`` sentence are
    cited whole."""
    left = [quote for quote in quotes if _is_left(quote, cited)]
    return left if any(_overlap(span, quote) for quote in left for span in best) else []


def lies_in(span: Span, quote: Citation) -> bool:
    """Whether a stretch of text is part of a quote."""
    revision, start, end = span
    return revision == quote.revision and quote.start <= start and end <= quote.end


def _overlap(span: Span, quote: Citation) -> bool:
    revision, start, end = span
    return revision == quote.revision and start < quote.end and quote.start < end


def _is_left(quote: Citation, cited: Sequence[Span]) -> bool:
    """Whether a letter or figure of a quote lies outside of all that is cited."""
    spans = [(start, end) for revision, start, end in cited if revision == quote.revision]
    return any(
        char.isalnum() and not any(start <= at < end for start, end in spans)
        for at, char in enumerate(quote.quote, quote.start)
    )
