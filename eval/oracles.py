"""How a case is put to the assistant: with the conversation before it, and under an oracle.

Oracles split the blame. ``given``: only the gold passages are searched, so what still goes wrong is
reading. ``removed``: all but the gold passages are searched, so every answer is a mistake (where the
set names all places that answer). ``retrieval``: nothing is read, only the ranking counts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

from eval.cases import Case, CaseError, Span, Turn
from eval.values import Oracle
from index.language import question_language
from index.store import Store
from index.values import Language, PassageId
from qa.values import Exchange, Hit, NotInDocuments, Reply, Timings


class Asker(Protocol):
    """What is measured; ``qa.assistant.Assistant`` is one, and shows which keywords there are."""

    def ask(self, question: str, /, *args: Any, **how: Any) -> Reply: ...


class Searcher(Protocol):
    """An asker that can also search without reading; the oracle ``retrieval`` needs it."""

    def search(self, question: str, /, *args: Any, **how: Any) -> tuple[Hit, ...]: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with the places of its gold; ``only`` and ``without`` limit the passages searched."""

    case: Case
    gold: tuple[Span, ...]
    direction: str | None
    only: tuple[PassageId, ...] | None = None
    without: tuple[PassageId, ...] = ()


def under(oracle: Oracle | None, placed: Sequence[Placed], store: Store | None) -> list[Placed]:
    """The cases as they are asked under an oracle; ``given`` and ``removed`` keep the answerable.

    Raises:
        CaseError: none is left to ask.
    """
    if oracle is None or oracle == "retrieval" or store is None:
        return list(placed)
    finder = _PassageFinder(store)
    answerable = [one for one in placed if one.case.answerable]
    if not answerable:
        raise CaseError(f"oracle {oracle}: no answerable case in the set; wanted at least one.")
    change = _given if oracle == "given" else _removed
    return [change(one, finder.overlapping(one.gold)) for one in answerable]


def _given(placed: Placed, passages: tuple[PassageId, ...]) -> Placed:
    return replace(placed, only=passages)


def _removed(placed: Placed, passages: tuple[PassageId, ...]) -> Placed:
    case = replace(placed.case, answerable=False)
    return Placed(case, (), None, without=passages)


class _PassageFinder:
    """Passages by place; those of the last documents are kept at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of = lru_cache(maxsize=64)(self._read)

    def _read(self, document: str) -> list[tuple[int, int, PassageId]]:
        found = self._store.passages(self._store.passage_ids([document]))
        return [(p.start, p.end, p.id) for p in found]

    def overlapping(self, spans: Sequence[Span]) -> tuple[PassageId, ...]:
        """Ids of the passages that share a code point with any span, ascending."""
        found = {
            id_
            for span in spans
            for start, end, id_ in self._of(span.document)
            if start < span.end and span.start < end
        }
        return tuple(sorted(found))


# -- asking -------------------------------------------------------------------------------------


def put(assistant: Asker, placed: Placed, oracle: Oracle | None) -> Reply:
    """Ask one case; keywords that a case does not need are not passed on."""
    how: dict[str, Any] = _conversation(placed.case.history)
    if placed.case.within:
        how["within"] = placed.case.within
    if placed.only is not None:
        how["only"] = placed.only
    if placed.without:
        how["without"] = placed.without
    if oracle == "retrieval":
        return _ranking(assistant, placed.case, how)
    return assistant.ask(placed.case.question, **how)


def _conversation(history: Sequence[Turn]) -> dict[str, Any]:
    """What the assistant is told of the turns before, and the language they were asked in."""
    language: Language | None = None
    for turn in history:
        language = question_language(turn.question, conversation=language, interface="de")
    if not history:
        return {}
    return {
        "conversation": language,
        "history": [Exchange(turn.question, turn.answer) for turn in history],
    }


def _ranking(assistant: Any, case: Case, how: dict[str, Any]) -> Reply:
    """A reply that holds the ranking and says nothing."""
    searcher: Searcher = assistant
    started = time.perf_counter()
    hits = searcher.search(case.question, **how)
    timings = Timings((time.perf_counter() - started) * 1e3, 0.0)
    return NotInDocuments(case.question, case.language, 0.0, "not_covered", "", hits, timings)
