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
from index.values import Language
from qa.values import Answer
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
    "mark_hint",
    "mark_document",
    "mark_take",
    "mark_take_highlighted",
)


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


def style() -> None:
    """The style sheet of everything shown with ``st.html``."""
    st.html(f"<style>{_asset('page.css')}{_asset('talk.css')}{_asset('why.css')}</style>")


def page_language(language: Language) -> None:
    """Say to the browser in which language the page is; Streamlit always claims English."""
    _component("frame")(key="page_language", data={"language": language})


def say(text: str) -> None:
    """Let screen readers hear one line; the same line is not said twice."""
    _component("frame")(key="said", data={"said": text})


def scroll_to(turn: str, when: str) -> None:
    """Bring the container ``turn`` to the top of the window, once for each ``when``."""
    _component("frame")(key=f"scroll-{when}-{turn}", data={"turn": turn})


def answer(
    reply: Answer,
    w: Words,
    *,
    key: str,
    current: int | None,
    focus: dict[str, int] | None,
    opened: Callable[[int], None],
) -> None:
    """The text of an answer with its markers; ``opened`` is called with the number of one.

    ``focus`` is a marker for the keyboard to go back to.
    """

    def on_opened() -> None:
        opened(int(st.session_state[key]["opened"]))

    names = {c.number: render.marker_name(c, w) for c in reply.citations}
    data = {
        "language": reply.language,
        "parts": [asdict(part) for part in render.answer_parts(reply)],
        "names": names,
        "current": current,
        "focus": focus,
        "unsupported": w("unsupported"),
    }
    _component("answer")(key=key, data=data, on_opened_change=on_opened)


@dataclass(frozen=True, slots=True)
class Picture:
    """The image of a page as a ``data:`` address, empty while it is not asked for."""

    source: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Marking:
    """The right place is sought: ``documents`` are paths with the words for them, ``document`` the
    open one; ``highlighted`` says whether the highlighted place may be it."""

    documents: Sequence[tuple[str, str]]
    document: str
    highlighted: bool


def reader(
    shown: render.Reading,
    language: Language,
    w: Words,
    *,
    place: Sequence[object],
    picture: Picture | None,
    marking: Marking | None,
    opened: Callable[[int], None],
    pictured: Callable[[], None],
    closed: Callable[[], None],
    marked: Callable[[int, str], None],
    chosen: Callable[[str], None],
) -> None:
    """An open document; ``place`` names what was opened, so that the part knows a new one.

    ``picture`` is there for what can be seen as a page; ``pictured`` is called to turn it on or off.
    With ``marking``, ``marked`` is called with a selection: its first code point in the canonical
    text and its words, none for the highlighted place; and ``chosen`` with another document's path.
    """

    def on_opened() -> None:
        opened(int(st.session_state["reader_part"]["opened"]))

    def on_marked() -> None:
        given = st.session_state["reader_part"]["marked"]
        marked(int(given["start"]), str(given["text"]))

    def on_chosen() -> None:
        chosen(str(st.session_state["reader_part"]["chosen"]))

    labels = {name: w(name) for name in _READER_LABELS}
    data = {
        **asdict(shown),
        "language": language,
        "place": "-".join(map(str, place)),
        "labels": {**labels, "text": w("reader_text")},
        "picture": asdict(picture) if picture else None,
        "marking": asdict(marking) if marking else None,
    }
    _component("reader")(
        key="reader_part",
        data=data,
        on_opened_change=on_opened,
        on_pictured_change=pictured,
        on_closed_change=closed,
        on_marked_change=on_marked,
        on_chosen_change=on_chosen,
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
