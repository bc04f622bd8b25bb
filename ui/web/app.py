"""The pages of belegt: ``belegt ui``, or ``streamlit run ui/web/app.py``.

Streamlit runs this file anew for every click; all that lasts lies in the modules beside it.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Streamlit puts this folder on the path, not the one that holds our packages.
_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)

import streamlit as st  # noqa: E402

from index.errors import SettingsError  # noqa: E402
from index.values import Language  # noqa: E402
from ui.web import (  # noqa: E402
    accessibility_page,
    ask_page,
    documents_page,
    evaluation_page,
    parts,
    signing,
    talk,
)
from ui.web.faults import show_fault  # noqa: E402
from ui.web.opening import settings  # noqa: E402
from ui.wording import LANGUAGES, Words, words  # noqa: E402

_PAGES = {
    "ask": ask_page.show,
    "documents": documents_page.show,
    "evaluation": evaluation_page.show,
    "accessibility": accessibility_page.show,
}
_ANSWER_LANGUAGES = ("auto", *LANGUAGES)
_ICON = str(Path(__file__).with_name("icon.svg"))
_SIDEBAR_WIDTH = 260


def main() -> None:
    """Frame, navigation, and the page that is chosen."""
    w = words(_language())
    pages = {
        name: st.Page(partial(show, w), title=w(f"page_{name}"), url_path=name, default=not at)
        for at, (name, show) in enumerate(_PAGES.items())
    }
    page = st.navigation(list(pages.values()))
    st.set_page_config(
        page_title=f"{page.title} · {w('app_title')}",
        # A file of ours: for an icon by name, the browser would ask a host on the internet.
        page_icon=_ICON,
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
    )
    st.logo(_ICON)
    parts.style()
    parts.page_language(w)
    if signing.is_missing():
        signing.ask_for(w)
        return
    _sidebar(w)
    if "go" in st.session_state:
        st.switch_page(pages[st.session_state.pop("go")])
    try:
        page.run()
    except Exception as fault:  # noqa: BLE001 - the outermost frame: logged, and said in a line
        show_fault(fault, w)


def _language() -> Language:
    """Chosen in the sidebar; at first from the address, the settings, then the browser."""
    if "language" not in st.session_state:
        wanted = st.query_params.get("lang")
        st.session_state["language_chosen"] = wanted in LANGUAGES
        st.session_state["language"] = wanted if wanted in LANGUAGES else _first_language()
    return st.session_state["language"]


def _first_language() -> Language:
    try:
        configured = settings().interface_language
    except SettingsError:
        configured = "auto"  # the page itself says what is wrong
    if configured != "auto":
        return configured
    return "de" if (st.context.locale or "").lower().startswith("de") else "en"


def _sidebar(w: Words) -> None:
    with st.sidebar:
        st.button(
            w("new_conversation"),
            key="new",
            icon=":material/add:",
            width="stretch",
            on_click=talk.start_anew,
        )
        st.radio(
            w("language_switch"),
            LANGUAGES,
            key="language",
            format_func=lambda language: w(f"language_{language}"),
            horizontal=True,
            on_change=_language_switched,
        )
        # Named in another language it is another radio to Streamlit, which would forget the choice.
        st.session_state["answer_language"] = st.session_state.setdefault(
            "answer_in", _ANSWER_LANGUAGES[0]
        )
        st.radio(
            w("answer_language"),
            _ANSWER_LANGUAGES,
            key="answer_language",
            format_func=lambda language: w(f"answer_{language}"),
            on_change=_answer_language_chosen,
        )
        signing.show(w)


def _answer_language_chosen() -> None:
    st.session_state["answer_in"] = st.session_state["answer_language"]


def _language_switched() -> None:
    st.session_state["language_chosen"] = True


main()
