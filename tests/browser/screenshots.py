"""Pictures of every page, for the documentation: ``python -m tests.browser.screenshots``.

The sample documents, the real model, the real server: light, dark and narrow, German and English,
into ``docs/screenshots``, small enough to live in the repository. Look at each before it is kept.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from index.settings import load_settings
from index.store import Store
from tests.browser.conftest import CHROMIUM, wait_for
from tests.fakes import SEEDS
from ui.serving import command, environment, find_port
from ui.wording import LANGUAGES, Words, words

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "screenshots"
WIDE, NARROW = (1280, 800), (390, 780)
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "narrow": ("light", NARROW)}
COLOURS = 64
PATIENCE = 120_000
AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"]'
UNLOADED = '[data-testid="stSkeleton"]'
REST = 1800
"""Milliseconds until the layout has come to rest too."""

QUESTIONS = {
    "de": (
        "Welche ausländischen Firmen haben in Leipziger Start-ups investiert?",
        "Wie viele Einwohner hat Dresden?",
    ),
    "en": (
        "How many partners does the Digital Hub Initiative have?",
        "How many inhabitants does Dresden have?",
    ),
}

Tab = Any


def ask(tab: Tab, w: Words, at: int) -> None:
    tab.get_by_test_id("stChatInputTextArea").fill(QUESTIONS[w.language][at])
    tab.get_by_test_id("stChatInputTextArea").press("Enter")
    tab.locator(".b-label").first.wait_for()


def page(tab: Tab, w: Words, name: str) -> None:
    tab.goto(f"{tab.url.split('?')[0].rsplit('/', 1)[0]}/{name}?lang={w.language}")


def first(tab: Tab, w: Words) -> None:
    tab.locator(".b-steps").wait_for()


def start(tab: Tab, w: Words) -> None:
    tab.locator("[class*=st-key-example-]").first.wait_for()


def answer(tab: Tab, w: Words) -> None:
    ask(tab, w, 0)
    tab.locator(".b-answer button").first.wait_for()


def checking(tab: Tab, w: Words) -> None:
    tab.locator(".b-answer button").first.click()
    tab.locator(".reader mark.quote").wait_for()


def refusal(tab: Tab, w: Words) -> None:
    page(tab, w, "")
    start(tab, w)
    ask(tab, w, 1)
    tab.locator(".b-refusal").wait_for()


def documents(tab: Tab, w: Words) -> None:
    page(tab, w, "documents")
    tab.locator(".b-table").first.wait_for()


def evaluation(tab: Tab, w: Words) -> None:
    page(tab, w, "evaluation")
    tab.locator(".figures").first.wait_for()


def accessibility(tab: Tab, w: Words) -> None:
    page(tab, w, "accessibility")
    tab.get_by_role("heading", name=w("access_gaps")).wait_for()


Step = Callable[[Tab, Words], None]
BEFORE: tuple[Step, ...] = (first,)
AFTER: tuple[Step, ...] = (
    start,
    answer,
    checking,
    refusal,
    documents,
    evaluation,
    accessibility,
)
"""What is seen before the first sync, and after it; each goes on from the former."""


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    # By one name, as the pages show it.
    folder = Path(tempfile.gettempdir()) / "belegt-screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SEEDS, folder / "documents")
    try:
        settings = load_settings(index=folder / "index", documents=folder / "documents")
        port = find_port("127.0.0.1", settings.port, fixed=False)
        serve, variables = command("127.0.0.1", port), environment(settings)
        server = subprocess.Popen(serve, env=variables, cwd=folder, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/_stcore/health")
            take(address, BEFORE, lambda: None)
            belegt("sync", settings.documents, "--index", settings.index)
            questions = ROOT / "eval" / "sets" / "seeds.jsonl"
            belegt("eval", questions, "--part", "test", "--index", settings.index)
            take(address, AFTER, lambda: forget(settings.index))
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder)


def belegt(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "ui.cli", *map(str, words)], check=True, cwd=ROOT)


def forget(index: Path) -> None:
    """Delete the conversations of the looks before, which are in another language or the same again."""
    with closing(Store(index)) as store:
        for chat in store.chats():
            store.delete_chat(chat.id)


def take(address: str, steps: Sequence[Step], before_each: Callable[[], None]) -> None:
    """The steps in both languages and every look."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language, look in product(LANGUAGES, LOOKS):
            colours, (width, height) = LOOKS[look]
            context = browser.new_context(
                locale=language, color_scheme=colours, viewport={"width": width, "height": height}
            )
            before_each()
            tab = context.new_page()
            tab.set_default_timeout(PATIENCE)
            tab.goto(f"{address}/?lang={language}")
            for step in steps:
                step(tab, words(language))
                tab.locator(AT_REST).wait_for()
                tab.locator(UNLOADED).first.wait_for(state="hidden")
                tab.wait_for_timeout(REST)
                keep(tab.screenshot(), OUT / f"{step.__name__}-{language}-{look}.png")
            context.close()
        browser.close()


def keep(picture: bytes, target: Path) -> None:
    """With few colours: pages are flat, and a repository keeps every version."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
