"""Several people ask at once; each sees their own conversation. ``load`` has the long version."""

from __future__ import annotations

import pytest

from tests.browser.load import visit_at_once
from tests.ui.conftest import QUOTES

pytestmark = pytest.mark.browser


def test_three_people_at_once_see_their_own_conversations(address):
    questions = [
        [f"{person}: {words}?" for words in ("Wie viele Partner", "Mond", "Was kostet es", "Sonne")]
        for person in ("Anna", "Ben", "Cem")
    ]
    stays = visit_at_once(address, questions, pause=0)
    assert [stay.faults for stay in stays] == [[], [], []]
    assert [stay.seen for stay in stays] == questions
    assert [stay.reopened for stay in stays] == questions
    assert all(min(stay.seconds) > 0.4 and max(stay.seconds) < 30 for stay in stays)
    assert QUOTES
