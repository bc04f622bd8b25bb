"""Conversations in a real browser: follow-ups, scope, stored chats, and answers as they are written."""

from __future__ import annotations

import re
import threading
from contextlib import closing
from pathlib import Path

import pytest

from index.store import Store
from index.sync import sync
from tests.browser.conftest import PATIENCE
from tests.browser.test_chat import ask
from tests.fakes import SEEDS, WordEncoder
from tests.scripted_endpoint import Endpoint
from tests.ui.test_streaming import one_by_one, repeats
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE = words("de")
FIRST = "Wann findet das Expertentreffen statt?"
COST = "Was kostet das Expertentreffen?"
PARTNERS = "Wie viele Partner gibt es?"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source documents, and no chats but those of this module."""
    root = tmp_path_factory.mktemp("talk")
    sync([SEEDS], root / "index", WordEncoder())
    return root


def again(page, turn: int) -> None:
    page.locator(f"[data-press=again][data-turn='{turn}']").click()


def answered(page, count: int) -> None:
    playwright_api.expect(page.locator(".b-label")).to_have_count(count)


def test_a_follow_up_shows_what_it_was_taken_for_and_is_put_right(page):
    expect = playwright_api.expect
    ask(page, FIRST)
    expect(page.get_by_text(DE("no_answer"), exact=True).first).to_be_visible()
    ask(page, "Und was kostet es?")
    expect(page.locator(".b-understood")).to_contain_text(COST)
    page.get_by_role("button", name=DE("understood_edit")).click()
    page.get_by_label(DE("understood_box")).fill(PARTNERS)
    page.get_by_role("button", name=DE("understood_ask")).click()
    expect(page.locator(".b-question").nth(2)).to_have_text(PARTNERS)
    expect(page.locator(".b-answer").last).to_contain_text("über 500 Partner")


def test_a_scope_is_chosen_shown_kept_over_a_reload_and_cleared(page):
    expect = playwright_api.expect
    page.get_by_role("button", name=DE("scope")).click()
    box = page.get_by_test_id("stPopoverBody")
    expect(page.get_by_label(DE("scope_until"))).to_be_in_viewport(ratio=1)
    assert (
        box.evaluate("box => box.scrollHeight - box.clientHeight") < 4
    )  # whole, without scrolling
    page.get_by_label(DE("scope_since")).fill("2018-10")
    page.get_by_label(DE("scope_since")).press("Enter")
    expect(page.locator(".b-scope")).to_contain_text("Oktober 2018")
    page.keyboard.press("Escape")
    ask(page, "Wie heißt der König?")
    expect(page.locator("main, .stMain").first).to_contain_text("Gesucht wurde nur hier")
    page.reload()
    expect(page.locator(".b-scope")).to_contain_text("Oktober 2018")
    page.get_by_role("button", name=DE("scope_clear")).click()
    expect(page.locator(".b-scope")).to_have_count(0)


def test_chats_are_opened_named_and_deleted_and_answered_anew(page):
    expect = playwright_api.expect
    ask(page, COST)
    here = page.locator(".st-key-chats .here")
    expect(here).to_contain_text(COST)
    answered(page, 1)
    # without another click
    expect(here.get_by_role("button", name=DE("chat_more"))).to_be_visible()
    page.get_by_role("button", name=DE("again")).click()
    expect(page.get_by_text(DE("version", number=2, count=2))).to_be_visible()
    page.reload()
    expect(page.get_by_text(DE("version", number=2, count=2))).to_be_visible()
    page.get_by_role("button", name=DE("version_previous")).click()
    expect(page.get_by_text(DE("version", number=1, count=2))).to_be_visible()

    others = ("Wer war es?", PARTNERS, "Wo liegt der Mond?")
    for question in others:
        page.get_by_role("button", name=DE("new_conversation")).click()
        expect(page.locator(".b-question")).to_have_count(0)
        ask(page, question)
        expect(page.locator("#turn-1 .b-card").first).to_be_visible()
    chats = page.locator(".st-key-chats")
    search = page.get_by_test_id("stSidebar").get_by_label(DE("chat_search"))
    search.fill("expertentreffen")
    search.press("Enter")
    expect(chats).not_to_contain_text(PARTNERS)
    chats.get_by_role("button", name=COST).first.click()
    expect(page.locator(".b-question")).to_have_text(COST)
    search.fill("Zeppelin")
    search.press("Enter")
    expect(page.get_by_text(DE("chats_none"))).to_be_visible()
    search.fill("")
    search.press("Enter")
    expect(chats).to_contain_text(PARTNERS)

    here.get_by_role("button", name=DE("chat_more")).click()
    page.get_by_label(DE("chat_title")).fill("Preise von 2018")
    page.get_by_label(DE("chat_title")).press("Enter")
    expect(here).to_contain_text("Preise von 2018")
    page.keyboard.press("Escape")

    page.get_by_role("button", name=DE("new_conversation")).click()
    expect(page.locator(".b-question")).to_have_count(0)
    page.locator(".st-key-chats").get_by_role("button", name="Preise von 2018").click()
    expect(page.locator(".b-question")).to_have_text(COST)
    here.get_by_role("button", name=DE("chat_more")).click()
    page.get_by_role("button", name=DE("chat_delete")).dblclick()
    page.get_by_role("button", name=DE("chat_delete_sure")).click()
    expect(page.locator(".b-question")).to_have_count(0)
    expect(page.get_by_text("Preise von 2018")).to_have_count(0)


@pytest.fixture(scope="module")
def written_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source documents for pages where the scripted model writes."""
    root = tmp_path_factory.mktemp("written")
    sync([SEEDS], root / "index", WordEncoder())
    return root


@pytest.fixture
def written(serve, written_place: Path, german, scripted: Endpoint):
    """A tab of pages where the scripted model writes."""
    variables = {"BELEGT_LLM_BASE_URL": scripted.url, "BELEGT_LLM_MODEL": "schreiber"}
    tab = german.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(serve(written_place, "written_app.py", **variables))
    tab.get_by_role("heading", name=DE("ask_heading")).wait_for()
    yield tab
    tab.close()


def test_statements_appear_as_they_are_written_and_a_stop_keeps_them(written, scripted: Endpoint):
    expect = playwright_api.expect
    gate = threading.Event()
    scripted.play(one_by_one(gate))
    expect(written.locator(".b-sent")).to_contain_text(f"schreiber, {scripted.url.split('/')[2]}")
    ask(written, FIRST)
    marker = written.locator(".b-answer button")
    expect(marker).to_have_count(1)
    expect(written.get_by_text(DE("writing"))).to_be_visible()
    # It can be checked before the next one has come.
    marker.click()
    expect(written.locator(".reader mark.quote")).to_be_visible()
    written.get_by_role("button", name=DE("close")).click()
    said = written.locator(".b-answer").inner_text()
    written.get_by_role("button", name=DE("stop")).click()
    expect(written.locator(".b-label")).to_contain_text("schreiber")
    expect(written.get_by_text(DE("writing"))).to_have_count(0)
    gate.set()
    assert written.locator(".b-answer").inner_text() == said
    written.reload()
    expect(marker).to_have_count(1)
    assert written.locator(".b-answer").inner_text() == said

    scripted.play(one_by_one(gate))
    written.get_by_role("button", name=DE("again")).click()
    expect(marker).to_have_count(4)  # of two statements, and of two quotes beneath them
    expect(written.get_by_text(re.compile(DE("version", number=2, count=2)))).to_be_visible()
    assert len(scripted.requests) == 1

    # A reload while it is answered anew: what is there stays, and the rest comes.
    gate = threading.Event()
    scripted.play(one_by_one(gate))
    again(written, 1)
    expect(marker).to_have_count(1)
    said = written.locator(".b-answer").inner_text()
    written.reload()
    expect(marker).to_have_count(1)
    expect(written.get_by_text(DE("writing"))).to_be_visible()
    assert written.locator(".b-answer").inner_text() == said
    gate.set()
    expect(marker).to_have_count(4)
    expect(written.get_by_text(DE("writing"))).to_have_count(0)
    expect(written.get_by_text(DE("version", number=3, count=3))).to_be_visible()


def test_a_reload_while_the_second_answer_is_written_loses_and_doubles_nothing(
    written, written_place: Path, scripted: Endpoint
):
    expect = playwright_api.expect
    first, second = (written.locator(f"#turn-{number}") for number in (1, 2))
    scripted.play(repeats)
    ask(written, FIRST)
    expect(first.locator(".b-label")).to_contain_text("schreiber")
    whole = first.locator(".b-answer").inner_text()

    gate = threading.Event()
    scripted.play(one_by_one(gate))
    ask(written, PARTNERS)
    expect(second.locator(".b-answer button")).to_have_count(1)
    begun, asked = second.locator(".b-answer").inner_text(), len(scripted.requests)
    for _ in range(2):
        written.reload()
        expect(second.get_by_text(DE("writing"))).to_be_visible()
        assert first.locator(".b-answer").inner_text() == whole
        assert second.locator(".b-answer").inner_text() == begun
    gate.set()
    expect(second.locator(".b-label")).to_contain_text("schreiber")
    expect(written.get_by_text(DE("writing"))).to_have_count(0)
    markers = second.locator(".b-answer button").count()
    assert markers > 1
    done = second.locator(".b-answer").inner_text()
    assert done.startswith(begun[: begun.rindex("1")])
    written.reload()
    expect(second.locator(".b-answer button")).to_have_count(markers)
    assert [first.locator(".b-answer").inner_text(), second.locator(".b-answer").inner_text()] == [
        whole,
        done,
    ]
    assert written.locator(".b-question").all_inner_texts() == [FIRST, PARTNERS]
    expect(written.get_by_role("button", name=DE("version_previous"))).to_have_count(0)
    assert len(scripted.requests) == asked
    chat = re.search("chat=([0-9a-f]+)", written.url)
    with closing(Store(written_place / "index")) as store:
        assert len(store.turns(chat[1])) == 2
