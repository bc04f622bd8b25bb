"""The parts of the pages that Streamlit lacks, and the pages' one style sheet.

Their scripts are constants beside this file and put text into the page as text nodes only; words
and document text reach them as data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from eval.html_report import asset as shared_asset
from eval.markup import Node, to_data
from ui import render
from ui.wording import Words

_HERE = Path(__file__).parent
_SVG = "http://www.w3.org/2000/svg"
"""The name of a language, not an address: nothing is fetched from there."""

_READER_LABELS = (
    "reader",
    "previous",
    "next",
    "close",
    "page_image",
    "page_back",
    "page_forth",
    "page_number",
    "zoom_in",
    "zoom_out",
    "fit",
    "fit_yes",
    "fit_no",
    "copy",
    "copy_done",
    "copy_failed",
    "original",
    "mark_hint",
    "mark_document",
    "mark_take",
    "mark_take_highlighted",
)


_STREAMLIT = (
    "stream_send",
    "stream_shut",
    "stream_open",
    "stream_skip",
    "stream_upload",
    "stream_add",
    "stream_remove",
)
"""What Streamlit says in English only (``frame.js``)."""


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(
        f"belegt_{name}", js=_asset(f"{name}.js"), css=_asset(f"{name}.css")
    )


@cache
def _figures() -> Any:
    css = shared_asset("figures.css")
    return st.components.v2.component("belegt_figures", js=_asset("figures.js"), css=css)


@cache
def _cases() -> Any:
    css = shared_asset("figures.css") + shared_asset("cases.css")
    return st.components.v2.component("belegt_cases", js=shared_asset("cases.js"), css=css)


@cache
def _style() -> str:
    """On one line, for Streamlit looks at each line of it after every click."""
    return " ".join(f"{_asset('page.css')}{_asset('talk.css')}{_asset('why.css')}".split())


def style() -> None:
    """The style sheet of everything shown with ``st.html``."""
    st.html(f"<style>{_style()}</style>")


def page_language(w: Words) -> None:
    """Say to the browser in which language the page is, and name Streamlit's own buttons in it;
    Streamlit always claims English, and speaks it."""
    labels = {name: w(name) for name in _STREAMLIT}
    _component("frame")(key="page_language", data={"language": w.language, "labels": labels})


def say(text: str, turn: int | None = None) -> None:
    """Let screen readers hear one line, and bring a turn to the top of the window; the same line is
    not said twice, nor the same turn brought."""
    _component("frame")(key="said", data={"said": text, "turn": turn})


def bring(turn: int | None) -> None:
    """Bring a turn to the top of the window, once it is there; the same one is not brought twice."""
    _component("frame")(key="brought", data={"turn": turn})


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a document as an image: ``source`` is a ``data:`` address, empty while it is not
    ``wanted`` or still ``waiting``; ``of`` says how many pages there are, ``top`` where on the page
    the quote begins: 0 to 1 from its top, None where it stands on another one."""

    document: str
    page: int
    pages: int
    of: str
    wanted: bool
    waiting: bool = False
    source: str = ""
    alt: str = ""
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """The right place is sought: ``documents`` are paths with the words for them, ``document`` the
    open one; ``highlighted`` says whether the highlighted place may be it."""

    documents: Sequence[tuple[str, str]]
    document: str
    highlighted: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a citation was said to fit; None where nothing was said."""

    fits: bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document opened at a place of a reply: ``turn`` and ``number`` count from 1, ``place`` names
    it among all others.

    ``judged`` is there for what can be judged, ``picture`` for what can be seen as a page,
    ``marking`` while the right place is sought. ``original``: the file can be had; ``handed`` is
    another number each time it lies ready."""

    place: str
    turn: int
    number: int
    reading: render.Reading
    judged: Judged | None = None
    picture: Picture | None = None
    marking: Marking | None = None
    original: bool = False
    handed: int = 0

    def data(self) -> dict[str, Any]:
        """For the page; the reading's fields beside the others."""
        fields = asdict(self)
        return {**fields.pop("reading"), **fields}


@dataclass(frozen=True, slots=True)
class Doings:
    """What is called when something is pressed in the open document, or below or beside a reply."""

    opened: Callable[[int, int, int], None]
    judged: Callable[[int, int, bool | None], None]
    pictured: Callable[[], None]
    turned: Callable[[int], None]
    original: Callable[[], None]
    marked: Callable[[int, str], None]
    chosen: Callable[[str], None]
    closed: Callable[[], None]
    pressed: Callable[[str, int, str], None]


def reader(
    sheet: Sheet | None, ready: Mapping[str, Mapping[str, Any]], w: Words, doings: Doings
) -> None:
    """The open document, shut while there is none; what is ``ready`` opens without the server.

    ``ready`` is the data of sheets by turn and number, as in ``2-1``. ``doings.marked`` is called with
    a selection: its first code point in the canonical text and its words, none for the highlighted
    place.
    """

    def given(name: str) -> Any:
        return st.session_state["reader_part"][name]

    def on_opened() -> None:
        place = given("opened")
        doings.opened(int(place["turn"]), int(place["number"]), int(place.get("other", 0)))

    def on_judged() -> None:
        said = given("judged")
        doings.judged(int(said["turn"]), int(said["number"]), said["fits"])

    def on_marked() -> None:
        doings.marked(int(given("marked")["start"]), str(given("marked")["text"]))

    def on_pressed() -> None:
        said = given("pressed")
        doings.pressed(str(said["press"]), int(said["turn"]), str(said["value"]))

    labels = {name: w(name) for name in _READER_LABELS}
    _component("reader")(
        key="reader_part",
        data={
            "panel": sheet.data() if sheet else None,
            "ready": ready,
            "labels": {**labels, "text": w("reader_text")},
        },
        on_opened_change=on_opened,
        on_judged_change=on_judged,
        on_pictured_change=doings.pictured,
        on_turned_change=lambda: doings.turned(int(given("turned"))),
        on_original_change=doings.original,
        on_marked_change=on_marked,
        on_chosen_change=lambda: doings.chosen(str(given("chosen"))),
        on_closed_change=doings.closed,
        on_pressed_change=on_pressed,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in the list: ``title`` fits a line, ``name`` is the whole of it. One that is not
    ``kept`` yet can be neither named nor deleted."""

    id: str
    title: str
    name: str
    kept: bool


def chats(
    lines: Sequence[Line],
    here: str,
    w: Words,
    *,
    opened: Callable[[str], None],
    renamed: Callable[[str, str], None],
    deleted: Callable[[str], None],
) -> None:
    """Stored conversations, ``here`` the open one; each is opened by its line, and named or deleted
    in a menu. One part, for a list of Streamlit's own buttons is built anew with every click."""

    def given(name: str) -> Any:
        return st.session_state["chats"][name]

    labels = (
        "chat_here",
        "chat_more",
        "chat_title",
        "chat_delete",
        "chat_delete_sure",
        "chat_delete_note",
    )
    _component("chats")(
        key="chats",
        data={
            "chats": [asdict(line) for line in lines],
            "here": here,
            "labels": {name: w(name) for name in labels},
        },
        on_opened_change=lambda: opened(str(given("opened"))),
        on_renamed_change=lambda: renamed(given("renamed")["id"], str(given("renamed")["title"])),
        on_deleted_change=lambda: deleted(str(given("deleted"))),
    )


def figures(tree: Node, key: str) -> None:
    """Figures and curves, as the report shows them."""
    _figures()(key=key, data={"tree": to_data(tree), "drawing": _SVG})


def cases(data: Mapping[str, Any], key: str, opened: Callable[[str], None]) -> None:
    """The browser of cases (``eval.case_list``); ``opened`` is called with the id of one."""

    def on_opened() -> None:
        opened(str(st.session_state[key]["opened"]))

    _cases()(key=key, data=data, on_opened_change=on_opened)


def link(address: Mapping[str, str], label: str, w: Words, key: str) -> None:
    """A button that copies the address of this page with the parameters ``address``."""
    names = ("share_copied", "share_by_hand", "share_link_address")
    data = {"address": dict(address), "label": label, "labels": {name: w(name) for name in names}}
    _component("link")(key=key, data=data)
