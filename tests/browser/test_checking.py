"""Checking a citation: how fast it opens, what stays where it is, and what can be done with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.wording import quoted
from tests.ui.conftest import LAUNCH, QUOTES
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE, EN = words("de"), words("en")
BOX = "stChatInputTextArea"
WITHIN = 300
"""Milliseconds from the click to the highlighted quote."""

OPEN = """marker => new Promise((done) => {
  const panel = [...document.querySelectorAll("*")]
    .map((node) => node.shadowRoot?.querySelector(".reader")).find(Boolean)
  const before = marker.getBoundingClientRect()
  const clicked = performance.now()
  const look = () => {
    const quote = panel.querySelector("mark.quote")?.getBoundingClientRect()
    if (!quote?.height) return requestAnimationFrame(look)
    const now = marker.getBoundingClientRect()
    done({
      passed: performance.now() - clicked,
      moved: Math.hypot(now.x - before.x, now.y - before.y),
    })
  }
  marker.click()
  look()
})"""


@pytest.fixture
def asked(page):
    """An answer with two citations."""
    page.get_by_test_id(BOX).fill("Wie viele Partner gibt es?")
    page.get_by_test_id(BOX).press("Enter")
    marker(page, 2).wait_for()
    playwright_api.expect(page.locator(".reader")).to_be_attached()
    return page


def marker(page, number: int, w=DE):
    return page.locator(".b-answer").get_by_role(
        "button", name=f"{w('marker', number=number, title='')}"
    )


def test_every_sentence_ends_with_its_marker(asked):
    expect = playwright_api.expect
    markers = asked.locator(".b-answer .b-marker")
    expect(markers).to_have_text(["1", "2"])
    text = asked.locator(".b-answer").inner_text()
    for number, (_, quote) in enumerate(QUOTES["partner"], start=1):
        behind = text[text.rindex(quote) + len(quote) :]
        assert behind[1:].split()[0] == str(number)  # behind the closing quotation mark
    expect(asked.locator(".b-card .b-quote").first).to_have_text(QUOTES["partner"][0][1])

    asked.get_by_text("English", exact=True).click()
    expect(marker(asked, 2, EN)).to_have_accessible_name("Evidence 2: Smart Thinking")
    asked.reload()
    expect(markers).to_have_text(["1", "2"])
    expect(marker(asked, 2, EN)).to_be_visible()


def test_a_citation_opens_at_once_and_the_answer_stays(asked):
    marker(asked, 1).click()
    playwright_api.expect(asked.locator(".reader mark.quote")).to_be_visible()
    asked.keyboard.press("Escape")
    playwright_api.expect(asked.locator(".reader")).to_be_hidden()
    found = [marker(asked, number).evaluate(OPEN) for number in (2, 1, 2)]
    assert sorted(one["passed"] for one in found)[1] < WITHIN, found
    assert max(one["moved"] for one in found) < 1


def test_keys_lead_from_citation_to_citation(asked):
    expect = playwright_api.expect
    marker(asked, 1).click()
    position = asked.locator(".reader .position")
    expect(position).to_have_text(DE("position", number=1, count=2))
    asked.keyboard.press("ArrowRight")
    expect(position).to_have_text(DE("position", number=2, count=2))
    expect(asked.locator(".reader .heading")).to_have_text("Smart Thinking")
    expect(marker(asked, 2)).to_have_attribute("aria-current", "true")
    asked.keyboard.press("ArrowRight")  # there is none after the last
    asked.keyboard.press("ArrowLeft")
    expect(position).to_have_text(DE("position", number=1, count=2))
    asked.keyboard.press("Escape")
    expect(marker(asked, 1)).to_be_focused()


REDRAWN = """async (marker) => {
  const find = () => document.querySelector(".b-marker[data-value='1']")
  for (const pause of [50, 300, 600]) {
    await new Promise((done) => setTimeout(done, pause))
    const old = find()
    old.replaceWith(old.cloneNode(true))
  }
  await new Promise((done) => setTimeout(done, 100))
  return document.activeElement === find()
}"""


def test_the_keyboard_stays_at_a_marker_that_is_drawn_anew_again_and_again(asked):
    expect = playwright_api.expect
    marker(asked, 1).click()
    expect(asked.locator(".reader mark.quote")).to_be_visible()
    asked.keyboard.press("Escape")
    expect(marker(asked, 1)).to_be_focused()
    assert asked.evaluate(REDRAWN)
    # but it is not taken back from what was chosen since
    other = marker(asked, 2)
    other.focus()
    asked.evaluate(REDRAWN)
    expect(other).to_be_focused()


IN_VIEW = """() => {
  const all = (root) => [...root.querySelectorAll("*")]
    .flatMap((node) => node.shadowRoot ? all(node.shadowRoot) : [node])
  const find = (name) => all(document).find((node) => node.matches(name)).getBoundingClientRect()
  const quote = find(".reader mark.quote"), text = find(".reader .text")
  return quote.top >= text.top && quote.top < text.bottom
}"""


def test_a_quote_far_down_stays_in_view_when_the_window_gets_another_width(page):
    page.get_by_test_id(BOX).fill("Wo ist die Messe?")
    page.get_by_test_id(BOX).press("Enter")
    marker(page, 1).click()
    playwright_api.expect(page.locator(".reader mark.quote")).to_be_in_viewport()
    page.wait_for_function(IN_VIEW)
    for width in (900, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        page.wait_for_function(IN_VIEW, timeout=3000)


def test_a_quote_is_copied_with_its_reference(asked):
    asked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    marker(asked, 2).click()
    asked.get_by_role("button", name=DE("copy")).click()
    asked.get_by_role("button", name=DE("copy_done")).wait_for()
    quote = quoted(QUOTES["partner"][1][1], "en")
    copied = asked.evaluate("navigator.clipboard.readText()")
    assert copied == f"{quote} Smart Thinking, Juni 2018 ({LAUNCH})."


def test_the_original_is_handed_out(asked, place: Path):
    marker(asked, 2).click()
    with asked.expect_download() as download:
        asked.get_by_role("button", name=DE("original"), exact=True).click()
    assert download.value.suggested_filename == LAUNCH
    original = place / "documents" / LAUNCH
    assert Path(download.value.path()).read_bytes() == original.read_bytes()


def test_whether_a_citation_fits_is_kept(asked, place: Path):
    expect = playwright_api.expect
    marker(asked, 2).click()
    unfit = asked.get_by_role("button", name=DE("fit_no"))
    unfit.click()
    expect(unfit).to_have_attribute("aria-pressed", "true")
    expect(asked.locator(".reader .words")).to_contain_text("Foreign investors welcome")
    asked.reload()
    expect(unfit).to_have_attribute("aria-pressed", "true")
    kept = place / "index" / "citations.jsonl"
    (row,) = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    assert (row["document"], row["quote"], row["fits"]) == (LAUNCH, QUOTES["partner"][1][1], False)
    unfit.click()
    expect(unfit).to_have_attribute("aria-pressed", "false")
    asked.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    asked.reload()
    expect(unfit).to_have_attribute("aria-pressed", "false")


def test_a_refusal_says_what_was_searched_and_which_word_is_nowhere(page):
    expect = playwright_api.expect
    page.get_by_text("English", exact=True).click()
    page.get_by_test_id(BOX).fill("Was ist auf dem Mond?")
    page.get_by_label(EN("answer_de")).check(force=True)
    page.get_by_test_id(BOX).press("Enter")
    refusal = page.locator(".b-refusal")
    expect(refusal).to_have_attribute("lang", "de")
    expect(refusal).to_contain_text(DE("no_answer"))
    expect(refusal).to_contain_text("Durchsucht wurden alle ")
    expect(refusal).to_contain_text("In keinem Dokument kommt vor: „Mond“.")
    expect(page.get_by_text(DE("nearest"))).to_be_visible()
    expect(page.get_by_role("button", name=EN("judge_should_answer"))).to_be_visible()
