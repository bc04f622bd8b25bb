"""Conversations on the page: follow-ups, scope, stored chats, answers given anew, signing in."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from index.embedding import Encoder
from index.store import Store
from index.sync import sync
from tests.ui.conftest import QUOTES, TICKETS, CannedAssistant
from tests.ui.pressing import buttons, press, tell
from tests.ui.test_pages import ask, shown
from ui import serving
from ui.web import opening
from ui.wording import words

DE = words("de")
ANNA = {"is_logged_in": True, "iss": "https://id.example", "sub": "anna", "name": "Anna Amsel"}
BERT = ANNA | {"sub": "bert", "name": "Bert Buche"}

Start = Callable[..., AppTest]


@pytest.fixture
def start(
    monkeypatch: pytest.MonkeyPatch,
    index: Path,
    encoder: Encoder,
    canned: CannedAssistant,
    tmp_path: Path,
) -> Start:
    """The page in a new session, of ``user`` where one is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELEGT_INDEX", str(index))
    monkeypatch.setenv("BELEGT_DOCUMENTS", str(tmp_path / "documents"))
    monkeypatch.setattr(opening, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr(opening, "assemble", lambda *_: canned)

    def begin(user: dict[str, Any] | None = None, **params: str) -> AppTest:
        page = AppTest.from_file(str(serving.PAGE), default_timeout=60)
        page.context["locale"] = "de-DE"
        page.query_params.update(params)
        if user is not None:
            page.user = user
        return page.run()

    return begin


def chats(page: AppTest) -> Any:
    """The part that lists the conversations."""
    return next((e for e in page.get("bidi_component") if e.key == "chats"), None)


def listed(page: AppTest) -> list[tuple[str, bool]]:
    """The conversations in the sidebar, top to bottom, and whether each is kept already."""
    found = json.loads(chats(page).proto.json)["chats"] if chats(page) else []
    return [(chat["title"], chat["kept"]) for chat in found]


def titles(page: AppTest) -> list[str]:
    return [title for title, _ in listed(page)]


def test_places_of_every_turn_open_without_the_server(start: Start) -> None:
    page = start()
    for _ in range(9):
        ask(page, "Wie viele Partner gibt es?")
    reader = next(e for e in page.get("bidi_component") if e.key == "reader_part")
    ready = json.loads(reader.proto.json)["ready"]
    assert list(ready) == [f"{turn}-{number}" for turn in range(1, 10) for number in (1, 2)]


def test_a_judgement_is_there_after_a_reload_and_can_be_undone_then(start: Start) -> None:
    page = ask(start(), "Wie viele Partner gibt es?")
    press(page, "judge 1 good")
    again = start(chat=page.query_params["chat"])
    assert DE("judged", verdict=DE("judge_good")) in shown(again)
    press(again, "undo 1")
    once_more = start(chat=page.query_params["chat"])
    assert "judge 1 good" in buttons(once_more)


def test_the_language_of_answers_stays_when_the_pages_change_theirs(
    start: Start, canned: CannedAssistant
) -> None:
    page = start()
    assert page.radio(key="answer_language").value == "auto"
    page.radio(key="answer_language").set_value("en").run()
    page.radio(key="language").set_value("en").run()
    assert page.radio(key="answer_language").value == "en"
    page.radio(key="language").set_value("de").run()
    ask(page, "Wie viele Partner gibt es?")
    assert page.radio(key="answer_language").value == "en"
    assert canned.asked[-1]["language"] == "en"


# -- follow-ups ---------------------------------------------------------------------------------


def test_a_follow_up_shows_what_it_was_taken_for_and_can_be_put_right(
    start: Start, canned: CannedAssistant
) -> None:
    page = ask(start(), "Wann findet das Expertentreffen statt?")
    assert DE("understood") not in shown(page)
    body = shown(ask(page, "Und was kostet es?"))
    assert DE("understood") in body
    assert "Was kostet das Expertentreffen?" in body
    told = canned.asked[-1]["history"]
    assert [one.question for one in told] == ["Wann findet das Expertentreffen statt?"]
    press(page, "fold 2 change")
    box = page.text_input(key=f"meant-{page.query_params['chat']}-2")
    assert box.value == "Was kostet das Expertentreffen?"
    box.set_value("Was kostet der Parkplatz?").run()
    page.button(key="ask-meant-2").click().run()
    assert canned.asked[-1]["question"] == "Was kostet der Parkplatz?"


def test_what_was_understood_outlives_a_reload(start: Start) -> None:
    page = ask(ask(start(), "Wann findet das Expertentreffen statt?"), "Und was kostet es?")
    again = start(chat=page.query_params["chat"])
    assert "Was kostet das Expertentreffen?" in shown(again)


# -- where to search ----------------------------------------------------------------------------


def test_the_scope_is_searched_shown_and_cleared(start: Start, canned: CannedAssistant) -> None:
    page = start()
    assert DE("scope_active") not in shown(page)
    page.session_state["scope-open"] = True
    chosen = next(m for m in page.run().multiselect if m.key.endswith("-documents"))
    chosen.set_value([TICKETS]).run()
    body = shown(page)
    assert DE("scope_active") in body
    assert "„Die Region will digitaler werden“" in body
    ask(page, "Wie heißt der König von Mond?")
    assert canned.asked[-1]["within"] == [TICKETS]
    assert "Gesucht wurde nur hier: „Die Region will digitaler werden“." in shown(page)
    assert json.loads(page.query_params["scope"]) == {"documents": [TICKETS]}
    page.button(key="scope-clear").click().run()
    assert "scope" not in page.query_params
    assert DE("scope_active") not in shown(page)
    ask(page, "Was kostet der Mond?")
    assert canned.asked[-1]["within"] is None


def test_a_scope_in_the_address_counts_and_an_odd_one_does_not(
    start: Start, canned: CannedAssistant
) -> None:
    ask(start(scope='{"languages": ["en", "fr"]}'), "Wer?")
    assert canned.asked[-1]["within"] == ["000_2b3fd0b5260f5fa1.txt"]
    for odd in ("{", "[]", '{"since": "gestern"}', '{"documents": 1}'):
        ask(start(scope=odd), "Wer?")
        assert canned.asked[-1]["within"] is None


def test_a_date_that_cannot_be_read_is_said_and_changes_nothing(
    start: Start, canned: CannedAssistant
) -> None:
    page = start()
    page.session_state["scope-open"] = True
    since = next(t for t in page.run().text_input if t.key.endswith("-since"))
    assert DE("scope_date") in shown(since.set_value("gestern").run())
    ask(page, "Wer?")
    assert canned.asked[-1]["within"] is None
    page.session_state["scope-open"] = True
    since = next(t for t in page.run().text_input if t.key.endswith("-since"))
    since.set_value("2018-10").run()
    ask(page, "Wer?")
    assert canned.asked[-1]["within"] == [TICKETS]


# -- stored conversations -----------------------------------------------------------------------


def test_conversations_are_listed_found_named_and_deleted(start: Start, index: Path) -> None:
    first = ask(start(), "Wie viele Partner gibt es?").query_params["chat"]
    page = ask(start(), "Was kostet das Treffen?")
    second = page.query_params["chat"]
    assert titles(page) == ["Was kostet das Treffen?", "Wie viele Partner gibt es?"]

    tell(page, "chats", "renamed", {"id": first, "title": " Netzwerk  *neu* "})
    assert titles(page)[1] == "Netzwerk *neu*"
    assert titles(start()) == ["Was kostet das Treffen?", "Netzwerk *neu*"]

    tell(page, "chats", "opened", first)
    assert "Wie viele Partner gibt es?" in shown(page)
    assert page.query_params["chat"] == first

    tell(page, "chats", "deleted", first)
    assert titles(page) == ["Was kostet das Treffen?"]
    assert DE("ask_heading") in shown(page)
    assert DE("unknown_chat") in shown(start(chat=first))
    with closing(Store(index)) as store:
        assert [chat.id for chat in store.chats()] == [second]


def test_a_new_conversation_is_listed_while_its_first_answer_is_on_the_way(
    start: Start, canned: CannedAssistant
) -> None:
    canned.delay = 0.3
    page = ask(start(), "Wie viele Partner gibt es?")
    assert listed(page) == [("Wie viele Partner gibt es?", True)]
    ask(start(), "Wer?")
    ask(page, "Und was kostet es?")
    assert titles(page) == ["Wie viele Partner gibt es?", "Wer?"]


def test_a_search_is_offered_from_a_few_on_and_reads_questions_and_answers(start: Start) -> None:
    for question in ("Wie viele Partner?", "Was kostet das?", "Wer?"):
        page = ask(start(), question)
    assert "chat_search" not in [box.key for box in page.text_input]
    page = ask(start(), "Was kostet der Mond?")
    box = page.text_input(key="chat_search")
    assert titles(box.set_value("über 500 partner").run()) == ["Wie viele Partner?"]
    page.text_input(key="chat_search").set_value("Gibtesnicht").run()
    assert titles(page) == []
    assert DE("chats_none") in shown(page)


def test_an_answer_given_anew_stands_beside_the_first(
    start: Start, canned: CannedAssistant
) -> None:
    page = ask(start(), "Was kostet das Treffen?")
    page.radio(key="answer_language").set_value("en").run()
    press(page, "again 1")
    assert DE("version", number=2, count=2) in shown(page)
    assert canned.asked[-1]["question"] == "Was kostet das Treffen?"
    assert canned.asked[-1]["history"] == []
    for where in (page, start(chat=page.query_params["chat"])):
        assert DE("version", number=2, count=2) in shown(where)
        assert "version 1 2" not in buttons(where)
        press(where, "version 1 0")
        assert DE("version", number=1, count=2) in shown(where)
        assert "version 1 -1" not in buttons(where)
        assert "version 1 1" in buttons(where)


def test_an_old_citation_opens_its_revision_and_says_it_has_changed(
    start: Start, index: Path, tmp_path: Path, encoder: Encoder
) -> None:
    chat = ask(start(), "Was kostet das Treffen?").query_params["chat"]
    file = tmp_path / "documents" / TICKETS
    file.write_text(file.read_text("utf-8").replace("90 EUR", "95 EUR"), encoding="utf-8")
    sync([tmp_path / "documents"], index, encoder)
    page = start(chat=chat, answer="1", cite="1")
    assert QUOTES["kostet"][0][1] in shown(page)
    with closing(Store(index)) as store:
        (turn,) = store.turns(chat)
        cited = json.loads(turn.reply)["citations"][0]
        text = store.text(cited["revision"]) or ""
        assert text[cited["start"] : cited["end"]] == QUOTES["kostet"][0][1]
        assert cited["revision"] not in {d.revision for d in store.documents()}


# -- signing in ---------------------------------------------------------------------------------


def test_nobody_asks_before_signing_in(start: Start) -> None:
    page = start({"is_logged_in": False})
    assert DE("sign_in_heading") in shown(page)
    assert [button.key for button in page.button] == ["sign-in"]
    assert not page.chat_input


def test_conversations_are_of_the_one_who_signed_in(start: Start) -> None:
    page = ask(start(ANNA), "Was kostet das Treffen?")
    chat = page.query_params["chat"]
    assert "Anna Amsel" in shown(page)
    assert titles(start(ANNA)) == ["Was kostet das Treffen?"]
    for other in (BERT, None, ANNA | {"iss": "https://other.example"}):
        stranger = start(other, chat=chat)
        assert titles(stranger) == []
        assert DE("unknown_chat") in shown(stranger)
    assert "Was kostet das Treffen?" in shown(start(ANNA, chat=chat))


def test_whoever_signs_in_next_in_the_same_tab_sees_nothing_of_it(start: Start) -> None:
    page = ask(start(ANNA), "Was kostet das Treffen?")
    page.user = BERT
    body = shown(page.run())
    assert "Was kostet das Treffen?" not in body
    assert titles(page) == []
