"""Hostile words anywhere are words: they show as they stand, nothing runs, nothing is fetched."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from index.sync import sync
from tests.browser.conftest import CHROMIUM, PATIENCE, Serve
from tests.fakes import WordEncoder
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE = words("de")
BOX = "stChatInputTextArea"
FIXED = (
    "<script>hit()</script>",
    "<img src=http://evil.example/a.png onerror=hit()>",
    "</bdi></div></style></script><svg onload=hit()>",
    '"><iframe srcdoc="<script>parent.hit()</script>"></iframe>',
    "![x](http://evil.example/b.png) [x](javascript:hit()) <javascript:hit()>",
    "https://evil.example www.evil.example me@evil.example",
    "$5 und $7, $$\\frac{1}{2}$$, \\(x\\), 3*4*5, __init__, ~~weg~~, `code`",
    ":red[rot] :blue-background[x] :material/home: :smile: :streamlit:",
    "-> <- -- ... 1. eins # Titel > Zitat | a | b |",
    "\u202eumgekehrt\u202c \u2066innen\u2069 \u200b\u200f\ufeff\u00ad",
    "&lt;b&gt; &amp;amp; &#60;script&#62;hit()&#60;/script&#62;",
    "{{7*7}} ${hit()} #{hit()} %s %(x)s {0} {title}",
    "<style>body{display:none}</style><link rel=stylesheet href=//evil.example/c.css>",
    "<form action=//evil.example><input autofocus onfocus=hit()></form><base href=//evil.example/>",
    "data:text/html,<script>hit()</script> \\x3cscript\\x3e \\u003cscript\\u003e",
)
PIECES = (
    *"<>\"'&$*_`~[](){}|\\/#!:;=-+.\u202e\u2067 \t",
    *("<script>", "</script>", "hit()", "onerror=", "<img src=x ", "<svg/onload=", "javascript:"),
    *("<a href=", "style=", "<!--", "-->", "]]>", "<![CDATA[", ":red[", "$$", "](", "![", "ß", "x"),
)
HOOK = "window.hits = 0; window.hit = () => { window.hits += 1; return 0 }"


def strings(count: int) -> list[str]:
    """The fixed ones, then random ones out of dangerous pieces; the same every time."""
    chance = random.Random(6)
    more = ["".join(chance.choices(PIECES, k=25)) for _ in range(count - len(FIXED))]
    return [*FIXED, *(" ".join(f"x{text}x".split()) for text in more)]


COUNT = 24
STRINGS = strings(COUNT)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents whose texts, names, titles, publishers, dates and kinds are hostile."""
    root = tmp_path_factory.mktemp("hostile")
    documents = root / "documents"
    documents.mkdir()
    tables = []
    for number, text in enumerate(STRINGS):
        name = f"{number:02} {text.replace('/', '')[:60]}.txt"
        (documents / name).write_text(f"{text} Ende.", encoding="utf-8")
        told = {"title": text, "publisher": text, "kind": text, "language": "de"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
        tables.append("\n".join([f"[{json.dumps(name)}]", *lines]))
    (documents / "corpus.toml").write_text("\n".join(tables), encoding="utf-8")
    lines = [json.dumps(text) for text in STRINGS]
    (root / "hostile.txt").write_text("\n".join(lines), encoding="utf-8")
    report = sync([documents], root / "index", WordEncoder())
    assert not report.failed
    return root


@pytest.fixture
def tab(browser, serve: Serve, place: Path):
    """A tab in which a script that runs would be noticed, and so would a request elsewhere."""
    address = serve(place, "hostile_app.py")
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    context.add_init_script(HOOK)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    asked, dialogs = set(), []
    tab.on("request", lambda request: asked.add(request.url))
    tab.on("websocket", lambda socket: asked.add(socket.url))
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.goto(address)
    tab.get_by_role("heading", name=DE("ask_heading")).wait_for()
    yield tab
    assert dialogs == []
    allowed = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in sorted(asked) if not url.startswith(allowed)] == []
    context.close()


def inert(tab) -> None:
    """Nothing has run, and in the main part there is no element that foreign text could have made."""
    assert tab.evaluate("window.hits") == 0
    main = tab.get_by_test_id("stMain")
    made = (
        "img, iframe, object, embed, form, base, link, script, a[href], .katex, b, em, strike, code"
    )
    known = ".b-table code, [data-testid=stFileUploader] *, .st-key-own *"
    for found in main.locator(made).all():
        assert found.evaluate("(node, known) => node.matches(known)", known), found.inner_html()
    assert main.is_visible()


def test_replies_of_hostile_words_show_them(tab):
    for number in range(COUNT):
        tab.get_by_test_id(BOX).fill(f"{number} Frage {STRINGS[number]}")
        tab.get_by_test_id(BOX).press("Enter")
        tab.locator(f"#turn-{number + 1} .b-quote").wait_for()
    asked = tab.locator(".b-question").all_text_contents()
    assert asked == [f"{n} Frage {text}".strip() for n, text in enumerate(STRINGS)]
    assert tab.locator(".b-quote").all_text_contents() == [f"{text} Ende." for text in STRINGS]
    titles = tab.locator(".b-card-title bdi").all_text_contents()
    assert titles == STRINGS
    for number, text in enumerate(STRINGS):
        shown = tab.locator(f"#turn-{number + 1} .b-answer").text_content()
        assert f"{text} Ende." in shown
    inert(tab)


def test_a_document_of_hostile_words_opens_and_is_exported(tab):
    expect = playwright_api.expect
    tab.get_by_test_id(BOX).fill(f"1 Frage {STRINGS[1]}")
    tab.get_by_test_id(BOX).press("Enter")
    tab.locator(".b-answer button").first.click()
    text = tab.locator(".reader .text")
    expect(text).to_have_text(f"{STRINGS[1]} Ende.")
    expect(tab.locator(".reader .heading")).to_have_text(STRINGS[1])
    assert text.locator("img, script, a").count() == 0
    tab.get_by_text(DE("share")).click()
    with tab.expect_download() as download:
        tab.locator(".st-key-answer-1-html button").click()
    page = tab.context.new_page()
    page.goto(f"file://{download.value.path()}")
    page.set_content(download.value.path().read_text("utf-8"))
    assert page.locator("img, script, iframe").count() == 0
    assert page.evaluate("window.hits") == 0
    assert STRINGS[1] in page.locator("blockquote").first.text_content()
    inert(tab)


def test_a_refusal_and_the_examples_are_inert_too(tab):
    found = tab.locator("[class*=st-key-example-] button")
    playwright_api.expect(found).to_have_count(3)
    examples = found.all_inner_texts()
    assert [text.replace("\u2060", "") for text in examples] == STRINGS[:3]
    tab.get_by_test_id(BOX).fill("3 was?")
    tab.get_by_test_id(BOX).press("Enter")
    tab.get_by_text(DE("no_answer"), exact=True).first.wait_for()
    tab.get_by_text(DE("why_refusal")).click()
    tab.locator(".b-meter").wait_for()
    inert(tab)


def test_the_other_pages_show_hostile_names(tab):
    expect = playwright_api.expect
    tab.get_by_role("link", name=DE("page_documents")).click()
    table = tab.locator(".b-table").first
    expect(table).to_contain_text(STRINGS[0])
    assert table.locator("strong bdi").all_text_contents() == STRINGS
    inert(tab)
    tab.get_by_role("link", name=DE("page_evaluation")).click()
    tab.get_by_role("heading", name=DE("page_evaluation")).wait_for()
    inert(tab)


def test_the_browsers_own_log_names_no_other_host(
    serve: Serve, browser, place: Path, tmp_path: Path
):
    """The log of the network stack, below anything that a page or a test driver could leave out."""
    address, log = serve(place, "hostile_app.py"), tmp_path / "net.json"
    arguments = ["--no-sandbox", f"--log-net-log={log}"]
    logged = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    tab = logged.new_page(locale="de-DE")
    tab.set_default_timeout(PATIENCE)
    for name, heading in (("ask", "ask_heading"), ("documents", "page_documents")):
        tab.goto(f"{address}/{name}")
        tab.get_by_role("heading", name=DE(heading)).wait_for()
    tab.goto(f"{address}/evaluation")
    tab.get_by_role("heading", name=DE("page_evaluation")).wait_for()
    logged.close()
    # what a page asks for has the page as its initiator; Chromium's own errands have none
    asked = [line for line in log.read_text("utf-8").splitlines() if '"initiator":"http' in line]
    hosts = set(re.findall(r'"url":"(?:https?|wss?)://([^/"]+)', "".join(asked)))
    assert hosts == {address.removeprefix("http://")}
