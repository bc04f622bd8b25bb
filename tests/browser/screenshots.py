"""Pictures of every page, for the documentation: ``python -m tests.browser.screenshots``.

The sample documents, the real model, the real server: light, dark and narrow, German and English,
into ``docs/screenshots``, small enough to live in the repository. Look at each before it is kept.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from index.settings import load_settings
from tests.browser.conftest import CHROMIUM, wait_for
from tests.fakes import SEEDS
from ui.serving import command, environment, find_port
from ui.wording import Words, words

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "screenshots"
SIZES = {"wide": (1280, 800), "narrow": (390, 780)}
COLOURS = 128
PATIENCE = 120_000
QUESTIONS = {
    "de": (
        "Welche ausländischen Investoren gibt es in Leipzig?",
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


def start(tab: Tab, w: Words) -> None:
    tab.locator("[class*=st-key-example-]").first.wait_for()


def answer(tab: Tab, w: Words) -> None:
    ask(tab, w, 0)
    tab.locator(".answer button").first.wait_for()


def checking(tab: Tab, w: Words) -> None:
    answer(tab, w)
    tab.locator(".answer button").first.click()
    tab.locator(".reader mark.quote").wait_for()


def refusal(tab: Tab, w: Words) -> None:
    ask(tab, w, 1)
    tab.locator(".b-refusal").wait_for()


def documents(tab: Tab, w: Words) -> None:
    tab.goto(f"{tab.url.split('?')[0].rstrip('/')}/documents?lang={w.language}")
    tab.locator(".b-table").first.wait_for()


def evaluation(tab: Tab, w: Words) -> None:
    tab.goto(f"{tab.url.split('?')[0].rstrip('/')}/evaluation?lang={w.language}")
    tab.locator(".figures").first.wait_for()


PAGES: dict[str, Callable[[Tab, Words], None]] = {
    "start": start,
    "answer": answer,
    "checking": checking,
    "refusal": refusal,
    "documents": documents,
    "evaluation": evaluation,
}
WANTED = [
    *((name, language, "light", "wide") for name in PAGES for language in ("de", "en")),
    *((name, "de", "dark", "wide") for name in ("checking", "documents", "evaluation")),
    *((name, "de", "light", "narrow") for name in ("start", "answer", "checking", "documents")),
    ("answer", "en", "dark", "narrow"),
]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        belegt = [sys.executable, "-m", "ui.cli"]
        at = ["--index", str(index)]
        subprocess.run([*belegt, "sync", str(SEEDS), *at], check=True, cwd=ROOT)
        questions = str(ROOT / "eval" / "sets" / "seeds.jsonl")
        subprocess.run([*belegt, "eval", questions, "--part", "test", *at], check=True, cwd=ROOT)
        settings = load_settings(index=index, documents=SEEDS)
        port = find_port("127.0.0.1", settings.port, fixed=False)
        serve, variables = command("127.0.0.1", port), environment(settings)
        server = subprocess.Popen(serve, env=variables, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(20)


def take(address: str) -> None:
    """All pictures of one server."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, language, colours, size in WANTED:
            width, height = SIZES[size]
            context = browser.new_context(
                locale=language, color_scheme=colours, viewport={"width": width, "height": height}
            )
            tab = context.new_page()
            tab.set_default_timeout(PATIENCE)
            tab.goto(f"{address}?lang={language}")
            start(tab, words(language))
            PAGES[name](tab, words(language))
            tab.wait_for_timeout(1500)  # the layout comes to rest
            keep(tab.screenshot(), OUT / f"{name}-{language}-{colours}-{size}.png")
            context.close()
        browser.close()


def keep(picture: bytes, target: Path) -> None:
    """With few colours: pages are flat, and a repository keeps every version."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
