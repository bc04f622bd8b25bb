"""Signing in with a real OpenID Connect provider: each person sees their own conversations only."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.sync import sync
from tests.browser.conftest import PATIENCE
from tests.browser.test_chat import ask
from tests.fakes import SEEDS, WordEncoder
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")
identity = pytest.importorskip("tests.browser.identity", reason="needs the extra signin")

DE = words("de")
COST = "Was kostet das Expertentreffen?"
PARTNERS = "Wie viele Partner gibt es?"


@pytest.fixture
def guarded(serve, tmp_path_factory: pytest.TempPathFactory):
    """The address of pages that ask everybody to sign in."""
    root: Path = tmp_path_factory.mktemp("guarded")
    sync([SEEDS], root / "index", WordEncoder())
    with identity.provider() as provider:
        (root / ".streamlit").mkdir()
        secrets = root / ".streamlit" / "secrets.toml"
        secrets.write_text(provider.secrets_toml(), encoding="utf-8")
        yield serve(root)


def sign_in(tab, name: str) -> None:
    tab.get_by_role("button", name=DE("sign_in")).click()
    tab.get_by_role("link", name=name).click()
    tab.get_by_role("heading", name=DE("ask_heading")).wait_for()
    playwright_api.expect(tab.get_by_test_id("stSidebar")).to_contain_text(name)


def test_each_person_sees_their_own_conversations_and_signs_out(browser, guarded: str):
    expect = playwright_api.expect
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 800})
    anna, bert = context.new_page(), browser.new_page(locale="de-DE")
    for tab in (anna, bert):
        tab.set_default_timeout(PATIENCE)
        tab.goto(guarded)
    expect(anna.get_by_test_id("stChatInputTextArea")).to_have_count(0)
    sign_in(anna, "Anna Amsel")
    sign_in(bert, "Bert Buche")
    for tab, question in ((anna, COST), (bert, PARTNERS)):
        ask(tab, question)
        tab.locator(".b-label").wait_for()
    hers = anna.url
    for tab, own, other in ((anna, COST, PARTNERS), (bert, PARTNERS, COST)):
        tab.reload()
        expect(tab.locator(".b-question")).to_have_text(own)
        expect(tab.locator(".st-key-chats")).to_contain_text(own)
        expect(tab.locator(".st-key-chats")).not_to_contain_text(other)
    bert.goto(hers)
    expect(bert.get_by_text(DE("unknown_chat"))).to_be_visible()

    anna.get_by_role("button", name=DE("sign_out")).click()
    anna.get_by_role("heading", name=DE("sign_in_heading")).wait_for()
    anna.goto(hers)
    anna.get_by_role("heading", name=DE("sign_in_heading")).wait_for()
    expect(anna.get_by_text(COST)).to_have_count(0)
    sign_in(anna, "Bert Buche")
    expect(anna.locator(".st-key-chats")).to_contain_text(PARTNERS)
    expect(anna.locator(".st-key-chats")).not_to_contain_text(COST)
    context.close()
    bert.close()
