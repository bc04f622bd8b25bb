"""Searching some passages only, and all but some."""

from __future__ import annotations

import pytest

from index.library import Library
from index.settings import Settings
from qa.assistant import SHOWN, Assistant
from qa.wiring import assemble
from tests.fakes import WordEncoder

QUESTION = "Was kostet ein Ticket zum Frühbucherpreis?"


@pytest.fixture
def eager(seeds_library: Library, encoder: WordEncoder, settings: Settings) -> Assistant:
    """Answers everything."""
    return assemble(seeds_library, encoder, settings.model_copy(update={"answer_threshold": 0.0}))


def ids(reply_passages: tuple) -> list[int]:  # type: ignore[type-arg]
    return [hit.passage.id for hit in reply_passages]


def test_without_some_passages_the_next_ones_move_up(eager: Assistant) -> None:
    before = eager.ask(QUESTION)
    gone = ids(before.passages)[:3]
    after = eager.ask(QUESTION, without=gone)
    assert not set(gone) & set(ids(after.passages))
    assert len(after.passages) == len(before.passages) == SHOWN
    assert (
        not {c.start for c in after.citations}
        & {  # type: ignore[union-attr]
            hit.passage.start for hit in before.passages[:3]
        }
    )


def test_only_some_passages_are_searched(eager: Assistant) -> None:
    wanted = ids(eager.ask(QUESTION).passages)[5:7]
    assert sorted(ids(eager.ask(QUESTION, only=wanted).passages)) == sorted(wanted)
    nothing = eager.ask(QUESTION, only=[])
    assert nothing.passages == ()


def test_searching_gives_the_ranking_of_an_answer(eager: Assistant) -> None:
    assert ids(eager.search(QUESTION)) == ids(eager.ask(QUESTION).passages)
    assert eager.search("?") == ()
