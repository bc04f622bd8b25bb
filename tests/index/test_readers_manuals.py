"""Real manuals, hundreds of pages: HTML and PDF say what their text version says."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from index.chunking import chunk
from index.readers import read_file
from index.readers.extracted import page_at
from tests.index.manuals import (
    MANUALS,
    NOTE_MARK,
    Manual,
    bare,
    content,
    html,
    need,
    pdf,
    searched,
    sentences,
)

pytestmark = pytest.mark.slow
GERMAN = [manual for manual in MANUALS if manual.language == "de"]
_TITLED = re.compile(
    r"(?:Kapitel|Anhang|Abschnitt|Chapter|Appendix|Section|Tabelle|Table)\s[A-Z\d.]+, "
)
"""The PDF files name the number of a chapter or section, the text files its title as well."""
_MENU = {"Zurück", "Weiter", "Zum Anfang", "Nach oben", "Prev", "Next", "Home", "Up"}


def by_name(manual: Manual) -> str:
    return manual.name


def missing(wanted: Iterable[str], found: str) -> tuple[list[str], int]:
    """Sentences that do not stand in ``found``, and the number of all."""
    lost, count = [], 0
    for sentence in wanted:
        count += 1
        parts = [re.escape(bare(part)) for part in NOTE_MARK.split(sentence)]
        if bare(NOTE_MARK.sub("", sentence)) not in found and not re.search(
            r"[\da-z¹²³⁴-⁹]{0,2}".join(parts), found
        ):
            lost.append(sentence)
    return lost, count


@pytest.mark.parametrize("manual", MANUALS, ids=by_name)
def test_html_holds_the_sentences_of_the_text(manual: Manual) -> None:
    found = bare(NOTE_MARK.sub("", "\n".join(map(searched, html(manual)))))
    lost, count = missing(sentences(manual), found)
    assert count > 800
    assert len(lost) <= 0.01 * count, lost[:5]


@pytest.mark.parametrize("manual", MANUALS, ids=by_name)
def test_pdf_holds_the_sentences_of_the_text(manual: Manual) -> None:
    wanted = [sentence for sentence in sentences(manual) if not _TITLED.search(sentence)]
    lost, count = missing(wanted, bare(searched(pdf(manual))))
    assert count > 800
    assert len(lost) <= 0.02 * count, lost[:5]


@pytest.mark.parametrize("manual", MANUALS[-2:], ids=by_name)
def test_pages_of_a_hundred_quotes_are_those_of_another_extractor(
    manual: Manual, tmp_path: Path
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is missing (Debian: poppler-utils)")
    file = tmp_path / "guide.pdf"
    file.write_bytes(content(manual.pdf))
    ran = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
    told = [re.sub(r"[\W_]", "", page) for page in ran.stdout.decode("utf-8").split("\f")]
    extracted = pdf(manual)
    quotes = [
        s for c in chunk(extracted, manual.language) for s in c.sentences if s.kind == "prose"
    ]
    wrong = []
    for quote in random.Random(5).sample([q for q in quotes if q.end - q.start > 60], 100):
        page = page_at(extracted.pages, quote.start)
        start = re.sub(r"[\W_]", "", extracted.text[quote.start : quote.start + 40])
        if page is None or start not in told[page.number - 1]:
            wrong.append((page, start))
    assert not wrong


@pytest.mark.parametrize("manual", GERMAN, ids=by_name)
def test_german_words_are_whole(manual: Manual) -> None:
    known = set(re.findall(r"\w+", content(manual.text).decode("utf-8").casefold()))
    extracted = pdf(manual)
    prose = [b for b in extracted.blocks if not b.aside and b.kind in ("prose", "item")]
    words = [
        word
        for block in prose
        for word in re.findall(
            r"[^\W\d_]{5,}",
            extracted.text[block.start : block.end].replace("\u00ad", "").casefold(),
        )
    ]
    unknown = [word for word in words if word not in known]
    assert len(words) > 5000
    assert len(unknown) <= 0.005 * len(words), unknown[:40]


@pytest.mark.parametrize("manual", MANUALS, ids=by_name)
def test_passages_of_web_pages_hold_no_menu(manual: Manual) -> None:
    for extracted in html(manual):
        for passage in chunk(extracted, manual.language):
            lines = extracted.text[passage.start : passage.end].splitlines()
            assert not _MENU & {line.strip() for line in lines}, (extracted.title, lines)


@pytest.mark.parametrize("manual", MANUALS, ids=by_name)
def test_passages_of_pdf_files_hold_no_running_head(manual: Manual) -> None:
    extracted = pdf(manual)
    heads = {extracted.text[b.start : b.end] for b in extracted.blocks if b.aside == "repeated"}
    titles = {head for head in heads if len(head) > 20}
    assert titles
    found = searched(extracted).splitlines()
    assert not titles & {line for line in found if line.isupper()}


def test_a_hundred_and_fifty_pages_take_less_than_ten_seconds() -> None:
    manual = MANUALS[2]
    start = time.process_time()
    extracted = read_file("a.pdf", content(manual.pdf) + b"\n")
    spent = time.process_time() - start
    assert spent * 150 / len(extracted.pages) < 10


@pytest.mark.parametrize("made", ["docx", "odt", "epub", "pptx"])
def test_what_pandoc_makes_of_a_chapter_says_the_same(made: str, tmp_path: Path) -> None:
    if not shutil.which("pandoc"):
        pytest.skip("pandoc is missing (Debian: pandoc)")
    source = need("doc/debian/FAQ/de/choosing.de.html")
    page = read_file(source.name, source.read_bytes())
    target = tmp_path / f"chapter.{made}"
    subprocess.run(["pandoc", source, "-o", target], check=True)
    found = read_file(target.name, target.read_bytes())
    prose = [b for b in page.blocks if b.kind in ("prose", "item") and not b.aside]
    lost, count = missing((page.text[b.start : b.end] for b in prose), bare(searched(found)))
    assert found.format == made
    assert count > 60
    assert not lost
    assert made == "pptx" or sum(b.kind == "heading" for b in found.blocks) >= 15
