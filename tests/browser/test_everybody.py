"""For everybody: nothing that axe finds, narrow, enlarged, by keyboard alone, without motion."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import PATIENCE
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE, EN = words("de"), words("en")
BOX = "stChatInputTextArea"
QUESTION = "Wie viele Partner gibt es?"

FOCUSED = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  const copy = node?.cloneNode(true)
  copy?.querySelectorAll("[aria-hidden=true]").forEach((sign) => sign.remove())
  return node?.getAttribute("aria-label") || (node?.closest("[data-press]") ? copy : node)?.innerText || ""
}"""

WIDE = """() => [...document.querySelectorAll("*")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
  .filter((node) => /auto|scroll/.test(getComputedStyle(node).overflowX))
  .filter((node) => !node.closest(".b-table, [role=tablist], textarea"))
  .map((node) => `${node.className} ${node.scrollWidth} > ${node.clientWidth}`)"""


COLOURS = {"light": (), "dark": ("color-contrast", "link-in-text-block")}
"""All rules once; in the dark, the same page has other colours and nothing else."""

SCHEME = """scheme => getComputedStyle(document.querySelector(".stApp")).colorScheme === scheme"""


def sideways(tab) -> list[str]:
    """What is wider than its box, once the page has come to rest."""
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    tab.wait_for_timeout(500)
    return tab.evaluate(WIDE)


def ask(tab, question: str) -> None:
    tab.get_by_test_id(BOX).fill(question)
    tab.get_by_test_id(BOX).press("Enter")


def start(tab) -> None:
    tab.get_by_role("heading", name=DE("ask_heading")).wait_for()


def sidebar(tab, shown: bool = True) -> None:
    """Open or shut it where the window is narrow; in a wide one it is there."""
    if tab.viewport_size["width"] > 768:
        return
    name = "stExpandSidebarButton" if shown else "stSidebarCollapseButton"
    there = tab.get_by_test_id("stSidebar").get_attribute("data-collapsed") == "false"
    if there != shown:
        tab.get_by_test_id(name).locator("button").or_(tab.get_by_test_id(name)).first.click()


def go_to(tab, name: str) -> None:
    sidebar(tab)
    tab.get_by_role("link", name=DE(f"page_{name}")).click()
    sidebar(tab, shown=False)


def scope(tab) -> None:
    """The filter, opened and in force."""
    tab.get_by_role("button", name=DE("scope")).click()
    tab.get_by_label(DE("scope_since")).fill("2018-10")
    tab.get_by_label(DE("scope_since")).press("Enter")
    tab.locator(".b-scope").wait_for()


def checking(tab) -> None:
    """An answer with its document open."""
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name=DE("scope_clear")).click()
    opened(tab)


def folds(tab) -> None:
    """All that stands below an answer, unfolded."""
    tab.get_by_role("button", name=DE("close")).click()
    unfolded(tab)


def opened(tab) -> None:
    ask(tab, QUESTION)
    tab.get_by_role("button", name="Beleg 2: Smart Thinking").click()
    tab.locator(".reader mark.quote").wait_for()


def unfolded(tab) -> None:
    tab.get_by_text(DE("share")).click()
    tab.get_by_text(DE("share_answer")).wait_for()
    tab.get_by_text(DE("why_answer")).click()
    tab.locator(".b-meter").wait_for()


def versions(tab) -> None:
    """Two answers to a question, and a follow-up whose completion is being changed."""
    tab.get_by_role("button", name=DE("again")).click()
    tab.get_by_text(DE("version", number=2, count=2)).wait_for()
    ask(tab, "Wann findet das Expertentreffen statt?")
    tab.locator("#turn-2 .b-card").first.wait_for()
    ask(tab, "Und was kostet es?")
    tab.get_by_role("button", name=DE("understood_edit")).click()
    tab.get_by_label(DE("understood_box")).wait_for()


def chats(tab) -> None:
    """The list of conversations, with the menu of the open one."""
    tab.keyboard.press("Escape")
    sidebar(tab)
    tab.locator(".st-key-chats .here .more").click()
    tab.get_by_label(DE("chat_title")).wait_for()


def page_image(tab) -> None:
    """A refusal with a page of a PDF, enlarged."""
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name=DE("new_conversation")).click()
    sidebar(tab, shown=False)
    ask(tab, "Was ist auf dem Mond?")
    tab.get_by_role("button", name=DE("show_passage", number=1)).click()
    tab.locator(".reader img.page").wait_for()
    tab.get_by_role("button", name=DE("zoom_in")).click()


def documents(tab) -> None:
    go_to(tab, "documents")
    tab.locator(".b-table").first.wait_for()


def evaluation(tab) -> None:
    go_to(tab, "evaluation")
    tab.get_by_role("heading", name=DE("page_evaluation")).wait_for()
    tab.get_by_text(DE("own_heading")).click()
    tab.get_by_role("button", name=DE("own_template")).wait_for()


def accessibility(tab) -> None:
    go_to(tab, "accessibility")
    tab.get_by_role("heading", name=DE("access_gaps")).wait_for()


STEPS = (
    start,
    scope,
    checking,
    folds,
    versions,
    chats,
    page_image,
    documents,
    evaluation,
    accessibility,
)
"""What a person comes to see; each goes on from the former."""


def found_by_axe(tab, *rules: str) -> list[str]:
    """What breaks the rules, or all there are."""
    if not tab.evaluate("Boolean(window.axe)"):
        tab.evaluate(AXE_SCRIPT)
    # Of what passes, one example each is kept: to describe them all takes longer than to look.
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = tab.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{v['id']}: {node['target']} {node['html'][:120]}" for v in found for node in v["nodes"]
    ]


@pytest.fixture
def tab(browser, address):
    """A tab of a profile of its own, for it changes how pages look."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(address)
    yield tab
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_any_page(tab, width):
    """In both colour schemes; below 56 rem the open document is a sheet over the lower part."""
    tab.set_viewport_size({"width": width, "height": 900})
    for step in STEPS:
        step(tab)
        for scheme, rules in COLOURS.items():
            tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            tab.wait_for_function(SCHEME, arg=scheme)
            tab.wait_for_timeout(300)
            assert found_by_axe(tab, *rules) == [], (step.__name__, scheme)


# 320 points are also what is left of 1280 at 400 %, which the rules for the web ask for; the third is
# half a small laptop's window at 200 %.
@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 360)])
def test_nothing_needs_sideways_scrolling(tab, width, height):
    tab.set_viewport_size({"width": width, "height": height})
    tab.reload()
    start(tab)
    assert sideways(tab) == []
    opened(tab)
    assert sideways(tab) == []
    tab.get_by_role("button", name=DE("close")).click()  # it lies over the lower half
    unfolded(tab)
    assert sideways(tab) == []
    for name, heading in (("documents", "page_documents"), ("evaluation", "page_evaluation")):
        tab.goto(f"{tab.url.split('/?')[0].rstrip('/')}/{name}".replace("/documents/eval", "/eval"))
        tab.get_by_role("heading", name=DE(heading)).wait_for()
        assert sideways(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def tab_to(tab, name: str, key: str = "Tab") -> None:
    """Go on with the keyboard until the element with this name has the focus; conversations of other
    tests lie on the way."""
    for _ in range(300):
        tab.keyboard.press(key)
        # a button's icon is a word before its name; the page itself takes the focus with all its text
        if tab.evaluate(FOCUSED).strip().splitlines()[-1:] == [name]:
            return
    raise AssertionError(f"{name!r} is not reached by {key}")


def test_ask_check_and_pass_on_by_keyboard_alone(tab):
    expect = playwright_api.expect
    start(tab)
    tab_to(tab, DE("question_box"))
    tab.keyboard.type(QUESTION)
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Beleg 2: Smart Thinking").wait_for()
    expect(tab.locator("[role=status]").last).to_have_text(DE.counted("said_answer", 2))
    tab_to(tab, "Beleg 2: Smart Thinking", "Shift+Tab")
    tab.keyboard.press("Enter")
    text = tab.get_by_role("region", name=DE("reader_text"))
    expect(text).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator(".reader")).to_be_hidden()
    assert "Beleg 2: Smart Thinking" in tab.evaluate(FOCUSED)
    tab_to(tab, DE("share"))
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name=DE("share_docx")).wait_for()
    tab_to(tab, DE("share_docx"))
    with tab.expect_download():
        tab.keyboard.press("Enter")
    tab_to(tab, DE("page_documents"), "Shift+Tab")
    tab.keyboard.press("Enter")
    tab.locator(".b-table").first.wait_for()


def test_a_choice_in_the_sidebar_of_a_narrow_window_is_seen_at_once(tab):
    expect = playwright_api.expect
    tab.set_viewport_size({"width": 390, "height": 800})
    bar = tab.get_by_test_id("stSidebar")
    tab.get_by_test_id(BOX).fill("Wie viele Partner gibt es?")
    tab.get_by_test_id(BOX).press("Enter")
    tab.locator(".b-answer").wait_for()
    for choice in (
        tab.locator(".st-key-chats").get_by_role("button", name="Wie viele Partner gibt es?"),
        tab.get_by_role("button", name=DE("new_conversation")),
        tab.get_by_role("link", name=DE("page_documents")),
    ):
        sidebar(tab)
        choice.first.click()
        expect(bar).to_have_attribute("data-collapsed", "true")


def test_language_is_told_for_page_and_quotes(tab):
    expect = playwright_api.expect
    ask(tab, QUESTION)
    tab.get_by_role("button", name="Beleg 2: Smart Thinking").wait_for()
    quotes = tab.locator(".b-quote")
    assert [quote.get_attribute("lang") for quote in quotes.all()] == ["de", "en"]
    assert tab.locator(".b-answer .b-said").last.get_attribute("lang") == "en"
    expect(tab.locator("html")).to_have_attribute("lang", "de")
    send = tab.get_by_test_id("stChatInputSubmitButton")
    expect(send).to_have_accessible_name(DE("stream_send"))
    expect(tab.get_by_test_id("stMainMenu")).to_have_count(0)  # it speaks English only
    tab.get_by_text("English", exact=True).click()
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    expect(send).to_have_accessible_name(EN("stream_send"))
    expect(tab.get_by_test_id("stSkipToContent")).to_have_text(EN("stream_skip"))
    assert [quote.get_attribute("lang") for quote in quotes.all()] == ["de", "en"]
    for name, heading in (("documents", "page_documents"), ("evaluation", "page_evaluation")):
        tab.get_by_role("link", name=EN(f"page_{name}")).click()
        tab.get_by_role("heading", name=EN(heading)).wait_for()
        expect(tab.locator("html")).to_have_attribute("lang", "en")


def test_whoever_wants_no_motion_gets_none(tab):
    tab.emulate_media(reduced_motion="reduce")
    start(tab)
    moving = """() => [...document.querySelectorAll(".stApp *")].filter((node) =>
      getComputedStyle(node).transitionDuration.split(",").some((t) => parseFloat(t) > 0.01)).length"""
    assert tab.evaluate(moving) == 0


def test_from_nothing_to_a_first_answer(browser, serve, tmp_path_factory, place: Path):
    expect = playwright_api.expect
    root = tmp_path_factory.mktemp("first")
    (root / "documents").symlink_to(place / "documents")
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(serve(root))
    tab.get_by_role("heading", name=EN("first_heading")).wait_for()
    expect(tab.locator(".b-steps li")).to_have_count(3)
    area = tab.locator('[data-testid="stFileUploaderDropzone"][role="group"]')
    expect(area.get_by_role("button", name=EN("stream_upload"))).to_be_visible()
    assert found_by_axe(tab) == []
    tab.get_by_role("button", name=EN("read_samples")).click()
    tab.get_by_role("heading", name=EN("ask_heading")).wait_for()
    tab.locator("[class*=st-key-example-] button").first.click()
    tab.get_by_role("button", name="Evidence 1:").wait_for()
    context.close()
