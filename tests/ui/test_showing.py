"""A place of a document: its page and headings, in its text, and painted on its page."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.errors import BelegtError
from index.parsing import Direct
from index.settings import Settings
from index.sync import sync
from tests.fakes import WordEncoder
from tests.index.pdf_files import lines, pdf
from ui.showing import Painter, look_up

PAGES = [
    lines(["Preface", "", "This study describes the port of the city."]),
    lines(["The lighthouse", "", "The lighthouse was built in 1874 at the pier."]),
]


@pytest.fixture
def study(settings: Settings, folder: Path) -> Path:
    data = pdf(PAGES, outline=[("The lighthouse", 2)], labels="/PageLabels<</Nums[0<</S/r>>]>>")
    (folder / "study.pdf").write_bytes(data)
    (folder / "note.txt").write_text("Ein Text ohne Seiten.", encoding="utf-8")
    sync([folder], settings.index, WordEncoder(), parser=Direct())
    return folder / "study.pdf"


def place_of(settings: Settings, words: str) -> tuple[int, int]:
    start = look_up(settings, "study", None).text.index(words)
    return start, start + len(words)


def test_a_place_knows_its_page_as_counted_and_printed(settings: Settings, study: Path) -> None:
    shown = look_up(settings, "study.pdf", place_of(settings, "built in 1874"))
    assert shown.where().endswith(" · page 2 (“ii”) · The lighthouse")
    assert "⟦built in 1874⟧" in shown.in_place()
    told = shown.to_json()
    assert (told["page"], told["page_label"], told["text"]) == (2, "ii", "built in 1874")


def test_a_document_without_pages_has_none(settings: Settings, study: Path) -> None:
    assert look_up(settings, "note", (0, 3)).where() == "note"


def test_a_page_is_painted(settings: Settings, study: Path) -> None:
    shown = look_up(settings, "study.pdf", place_of(settings, "built in 1874"))
    with closing(Painter(settings)) as painter:
        assert painter.paint(shown.document, [(shown.start, shown.end)]).png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("note.txt", lambda place: None, "only pages of a PDF"),
        ("study.pdf", Path.unlink, "the file is gone"),
        ("study.pdf", lambda place: place.write_bytes(pdf(PAGES)), "the file has changed"),
    ],
)
def test_what_cannot_be_painted_says_why(
    settings: Settings, study: Path, name: str, change: object, said: str
) -> None:
    shown = look_up(settings, name, (0, 3))
    change(study)  # type: ignore[operator]
    with closing(Painter(settings)) as painter, pytest.raises(BelegtError, match=said):
        painter.paint(shown.document, [(0, 3)])


@pytest.mark.parametrize("at", [(0, 999_999), (7, 7), (-1, 3)])
def test_a_place_outside_is_refused(settings: Settings, study: Path, at: tuple[int, int]) -> None:
    with pytest.raises(BelegtError, match="outside the document"):
        look_up(settings, "note", at)
