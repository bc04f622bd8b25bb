"""A reply is passed on: the link opens it in another browser, the files hold what was cited."""

from __future__ import annotations

import io

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

from tests.browser.conftest import PATIENCE
from tests.ui.conftest import QUOTES
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE, EN = words("de"), words("en")
QUESTION = "Wie viele Partner gibt es?"


@pytest.fixture
def stranger(browser):
    """Another person's browser, in English."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    yield tab
    context.close()


def test_a_link_opens_this_answer_and_citation_elsewhere(page, german, stranger):
    expect = playwright_api.expect
    german.grant_permissions(["clipboard-read", "clipboard-write"])
    box = page.get_by_test_id("stChatInputTextArea")
    for question in ("Was ist auf dem Mond?", QUESTION):
        box.fill(question)
        box.press("Enter")
        page.locator(".b-question", has_text=question).wait_for()
    page.get_by_role("button", name="Beleg 2: Smart Thinking").click()
    page.locator("[data-turn='2'][data-value=share]").click()
    page.get_by_role("button", name=DE("share_link_cite", number=2)).click()
    expect(page.locator(".link p")).to_have_text(DE("share_copied"))
    expect(page.locator("[role=status]")).to_have_text(DE("share_copied"))
    address = page.evaluate("navigator.clipboard.readText()")

    stranger.goto(address)
    expect(stranger.locator(".reader mark.quote")).to_contain_text("launched in November 2016")
    expect(stranger.locator("html")).to_have_attribute("lang", "en")
    asked = stranger.locator(".b-question", has_text=QUESTION)
    expect(asked).to_be_in_viewport()
    stranger.goto(address.replace("chat=", "chat=0"))
    expect(stranger.get_by_text(EN("unknown_chat"))).to_be_visible()


def test_where_copying_is_forbidden_the_link_is_shown(stranger, address):
    expect = playwright_api.expect
    stranger.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    stranger.goto(address)
    stranger.get_by_test_id("stChatInputTextArea").fill(QUESTION)
    stranger.get_by_test_id("stChatInputTextArea").press("Enter")
    stranger.locator("[data-value=share]").click()
    stranger.get_by_role("button", name=EN("share_link")).click()
    expect(stranger.locator(".link p")).to_have_text(EN("share_by_hand"))
    field = stranger.get_by_label(EN("share_link_address"))
    expect(field).to_have_value(f"{stranger.url.split('&')[0]}&answer=1")
    selected = field.evaluate(
        "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    )
    assert selected == field.input_value()


def test_the_conversation_as_a_word_document(page):
    box = page.get_by_test_id("stChatInputTextArea")
    for question in (QUESTION, "Was kostet es?"):
        box.fill(question)
        box.press("Enter")
        page.locator(".b-question", has_text=question).wait_for()
    page.locator("[data-turn='2'][data-value=share]").click()
    whole = page.locator(".st-key-talk-2-docx button")
    with page.expect_download() as download:
        whole.click()
    assert download.value.suggested_filename.startswith("Gespräch-Wie-viele-Partner-gibt-es-")
    written = docx.Document(io.BytesIO(download.value.path().read_bytes()))
    notes = written.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES).blob.decode()
    assert all(quote in notes for key in ("partner", "kostet") for _, quote in QUOTES[key])
