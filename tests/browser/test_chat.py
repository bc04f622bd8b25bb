"""What a person sees and presses, in a real browser against the real server; canned answers."""

from __future__ import annotations

import pytest

from eval.cases import load_cases
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE, EN = words("de"), words("en")
BOX = "stChatInputTextArea"

SELECT = """(box, words) => {
  for (const node of box.childNodes) {
    const at = node.textContent.indexOf(words)
    if (at < 0) continue
    const text = node.firstChild ?? node
    getSelection().setBaseAndExtent(text, at, text, at + words.length)
    return
  }
}"""


OPENING = """button => new Promise(opened => {
  const began = performance.now()
  const seen = new MutationObserver(() => requestAnimationFrame(() => opened(performance.now() - began)))
  seen.observe(document.documentElement, { attributeFilter: ["data-reading"] })
  button.click()
})"""
"""Milliseconds from a click until the document is painted."""


def ask(tab, question: str) -> None:
    tab.get_by_test_id(BOX).fill(question)
    tab.get_by_test_id(BOX).press("Enter")


def wholly_seen(quote) -> None:
    """It lies within the window and within the box that scrolls it."""
    playwright_api.expect(quote).to_be_in_viewport(ratio=0.99)


def test_ask_check_switch_language_and_reload(page):
    expect = playwright_api.expect
    ask(page, "Wie viele Partner gibt es?")
    marker = page.get_by_role("button", name="Beleg 2: Smart Thinking")
    marker.wait_for()
    expect(page.locator("[role=status]")).to_have_text(DE.counted("said_answer", 2))
    page.wait_for_timeout(600)

    before = marker.bounding_box()
    assert marker.evaluate(OPENING) < 300
    quote = page.locator(".reader mark.quote")
    expect(quote).to_contain_text("was launched in November 2016")
    expect(marker).to_have_attribute("aria-current", "true")
    wholly_seen(quote)
    # The page holds the surroundings; the whole document follows.
    expect(page.locator(".reader .words")).to_contain_text("Foreign investors welcome")
    wholly_seen(quote)
    assert marker.bounding_box() == before

    page.get_by_role("button", name=DE("previous")).click()
    expect(quote).to_contain_text("über 500 Partner")
    expect(page.locator("html")).to_have_attribute("lang", "de")

    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("button", name=EN("new_conversation"))).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(quote).to_contain_text("über 500 Partner")

    page.reload()
    expect(page.locator(".b-question")).to_have_text("Wie viele Partner gibt es?")
    expect(quote).to_contain_text("über 500 Partner")
    expect(page.get_by_role("button", name=EN("close"))).to_be_visible()


def test_keyboard_alone_opens_a_document_and_comes_back(page):
    expect = playwright_api.expect
    ask(page, "Wie viele Partner gibt es?")
    marker = page.get_by_role("button", name="Beleg 1:")
    marker.wait_for()
    marker.focus()
    page.keyboard.press("Enter")
    text = page.get_by_role("region", name=DE("reader_text"))
    expect(text).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".reader")).to_be_hidden()
    expect(marker).to_be_focused()


def test_a_refusal_is_shown_as_one_and_its_passages_open(page):
    expect = playwright_api.expect
    ask(page, "<b>Mond</b> $5 und $7 :red[rot]?")
    page.get_by_text(DE("no_answer"), exact=True).first.wait_for()
    expect(page.locator(".b-question")).to_have_text("<b>Mond</b> $5 und $7 :red[rot]?")
    page.get_by_role("button", name=DE("show_passage", number=3)).click()
    expect(page.locator(".reader .position")).to_have_text(DE("position", number=3, count=3))
    expect(page.locator(".reader mark.quote")).to_be_visible()


def test_hostile_document_text_is_shown_and_does_nothing(page):
    expect = playwright_api.expect
    ask(page, "Was kostet es?")
    page.get_by_role("button", name="Beleg 1:").click()
    text = page.locator(".reader .text")
    expect(text).to_contain_text("<script>alert(1)</script> <img src=http://evil.example/a.png")
    expect(text).to_contain_text("$5 und $7 :red[rot]")
    assert text.locator("img, script, a").count() == 0


def test_an_example_is_shown_as_it_stands_and_asked(page):
    expect = playwright_api.expect
    example = page.locator(".st-key-example-2 button")
    shown = example.inner_text().replace("\u2060", "")
    assert shown == "Wer leitet das Amt für $5 :red[Zauberei] -- www.example.org?"
    assert example.locator("a, .katex").count() == 0
    page.locator(".st-key-example-0 button").click()
    expect(page.locator(".b-question")).to_have_text(
        "Wie viele Partner hat die Digital Hub Initiative?"
    )


def test_clicks_while_searching_lose_nothing(page):
    expect = playwright_api.expect
    ask(page, "Wie viele Partner gibt es?")
    page.get_by_text("English", exact=True).click()
    page.get_by_role("button", name="Evidence 2: Smart Thinking").wait_for()
    page.get_by_role("link", name=EN("page_documents")).click()
    page.get_by_role("heading", name=EN("page_documents")).wait_for()
    page.get_by_role("link", name=EN("page_ask")).click()
    expect(page.locator(".b-question")).to_have_text("Wie viele Partner gibt es?")


def test_the_sync_button_brings_in_a_new_document(page, place):
    new = "Neue Brücken\n\nEine Brücke führt über die Elbe.\n"
    (place / "documents" / "neu ä.txt").write_text(new, encoding="utf-8")
    page.get_by_role("link", name=DE("page_documents")).click()
    page.get_by_role("button", name=DE("sync")).click()
    page.locator(".b-note", has_text="1 neu, 0 geändert").wait_for()
    playwright_api.expect(page.locator("[role=status]")).to_contain_text("1 neu, 0 geändert")
    playwright_api.expect(page.locator(".b-table").first).to_contain_text("neu ä.txt")


def test_files_dropped_on_the_page_are_read_in(page, place):
    expect = playwright_api.expect
    page.get_by_role("link", name=DE("page_documents")).click()
    files = [
        {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": f"Fähre {name}.".encode()}
        for name in ("../eins", "zw\u202eei")
    ]
    page.locator("input[type=file]").set_input_files(files)
    for name in (DE("stream_add"), DE("stream_remove", file="eins.txt")):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    page.get_by_role("button", name=DE("upload_go"), exact=True).click()
    page.locator(".b-note", has_text="2 neu, 0 geändert").wait_for()
    expect(page.get_by_text(DE("upload_done", count=2))).to_be_visible()
    expect(page.locator(".b-table").first).to_contain_text("library/eins.txt")
    assert sorted(p.name for p in (place / "library").iterdir()) == ["eins.txt", "zwei.txt"]


def test_a_page_of_a_pdf_is_shown_with_its_quote(page):
    expect = playwright_api.expect
    ask(page, "Was ist auf dem Mond?")
    page.get_by_role("button", name=DE("show_passage", number=1)).click()
    expect(page.locator(".reader .facts")).to_contain_text(DE("page_labelled", page=1, label="i"))
    image = page.locator(".reader img.page")
    image.wait_for()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    expect(image).to_have_attribute("alt", DE("page_image_alt", page=1, title="000_0"))
    quote_in_view = """image => {
      const box = image.closest(".text").getBoundingClientRect()
      const page = image.getBoundingClientRect()
      const quote = page.top + page.height * 664 / 842
      return page.height > box.height && quote > box.top + 10 && quote < box.bottom - 10
    }"""
    page.wait_for_function(f"image => ({quote_in_view})(image)", arg=image.element_handle())
    expect(page.locator(".reader .words")).to_contain_text("The ferry runs daily.")
    for width, height in ((880, 700), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"image => ({quote_in_view})(image)", arg=image.element_handle())

    page.get_by_role("button", name=DE("page_forth")).click()
    expect(image).to_have_attribute("alt", DE("page_image_alt", page=2, title="000_0"))
    expect(page.get_by_label(DE("page_number"))).to_have_value("2")
    expect(page.get_by_role("button", name=DE("page_forth"))).to_be_disabled()

    narrow = image.bounding_box()["width"]
    page.get_by_role("button", name=DE("zoom_in")).click()
    assert image.bounding_box()["width"] > 1.4 * narrow
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280

    page.get_by_role("button", name=DE("page_image")).click()
    expect(image).to_be_hidden()
    expect(page.locator(".reader mark.quote")).to_be_visible()


def test_the_right_place_is_marked_in_the_document(page, place):
    expect = playwright_api.expect
    ask(page, "Wie viele Partner gibt es?")
    page.get_by_role("button", name=DE("judge_wrong_passage")).click()
    take = page.get_by_role("button", name=DE("mark_take"))
    expect(take).to_be_disabled()
    page.get_by_label(DE("mark_document"), exact=True).select_option("000_0.pdf")
    expect(page.locator(".reader .heading")).not_to_contain_text("RCKT")
    text = page.locator(".reader .words")
    expect(text).to_contain_text("The ferry runs daily.")
    text.evaluate(SELECT, "ferry runs daily")
    take.click()
    page.get_by_text(DE("judged", verdict=DE("judge_wrong_passage"))).wait_for()
    expect(page.locator(".reader")).to_be_hidden()
    cases = load_cases(place / "index" / "sets" / "own.jsonl")
    (evidence,) = next(c for c in cases if c.tags == ("wrong_passage",)).evidence
    assert (evidence.document, evidence.quote) == ("000_0.pdf", "ferry runs daily")
    assert evidence.start is not None  # kept only where these offsets hold the very words


def test_the_highlighted_place_of_a_refusal_may_be_the_right_one(page, place):
    ask(page, "Was ist auf dem Mond?")
    page.get_by_role("button", name=DE("judge_should_answer")).click()
    page.get_by_role("button", name=DE("mark_take_highlighted")).click()
    page.get_by_text(DE("judged", verdict=DE("judge_should_answer"))).wait_for()
    page.get_by_role("button", name=DE("judged_undo")).click()
    page.get_by_role("button", name=DE("judge_should_answer")).wait_for()
    own = place / "index" / "sets" / "own.jsonl"
    assert not own.exists() or "should_answer" not in own.read_text(encoding="utf-8")


def test_why_is_told_when_it_is_opened(page):
    expect = playwright_api.expect
    ask(page, "Was ist auf dem Mond?")
    fold = page.get_by_text(DE("why_refusal"))
    fold.wait_for()
    expect(page.locator(".b-meter")).to_have_count(0)
    fold.click()
    expect(
        page.get_by_text(DE("why_sure", share=DE.percent(0.12), threshold=DE.percent(0.44)))
    ).to_be_visible()
    assert page.locator(".b-for").first.bounding_box()["width"] > 20
    expect(page.get_by_text(DE("why_passages"))).to_be_visible()


def test_a_narrow_window_needs_no_sideways_scrolling(page):
    page.set_viewport_size({"width": 320, "height": 640})
    ask(page, "Wie viele Partner gibt es?")
    page.get_by_role("button", name="Beleg 2:").click()
    page.locator(".reader mark.quote").wait_for()
    page.wait_for_timeout(900)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    wholly_seen(page.locator(".reader mark.quote"))
    page.get_by_role("button", name=DE("close")).click()
    playwright_api.expect(page.get_by_test_id(BOX)).to_be_visible()
