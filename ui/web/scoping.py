"""Where to search: chosen above the question box, shown there while it narrows, cleared by a click."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from index.errors import BelegtError
from index.values import Document, Language
from qa.scope import Scope
from ui import render
from ui.web.talk import Conversation
from ui.wording import LANGUAGES, Words

_FIELDS = ("documents", "languages", "since", "until")


def show(talk: Conversation, documents: Mapping[str, Document], w: Words) -> None:
    """The way to narrow, and beside it to what the search is narrowed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scope"):
        way = st.popover(
            w("scope"),
            icon=":material/filter_alt:",
            type="tertiary",
            key="scope-open",
            on_change="rerun",
        )
        if way.open:
            with way:
                _choose(talk, documents, w)
        if talk.scope:
            st.html(render.scope_html(talk.scope.named(documents, w.language), w), width="content")
            st.button(
                w("scope_clear"),
                key="scope-clear",
                type="tertiary",
                icon=":material/close:",
                on_click=_clear,
                args=(talk,),
            )


def _choose(talk: Conversation, documents: Mapping[str, Document], w: Words) -> None:
    for name in _FIELDS:
        st.session_state.setdefault(_key(talk, name), _held(talk.scope, name))
    changed = {"on_change": _changed, "args": (talk,)}
    st.multiselect(
        w("scope_documents"),
        [*dict.fromkeys([*talk.scope.documents, *documents])],
        key=_key(talk, "documents"),
        format_func=lambda path: documents[path].title if path in documents else path,
        placeholder=w("scope_all"),
        select_all=False,
        **changed,
    )
    st.multiselect(
        w("scope_languages"),
        LANGUAGES,
        key=_key(talk, "languages"),
        format_func=lambda code: w(f"answer_{code}"),
        placeholder=w("scope_all"),
        select_all=False,
        **changed,
    )
    left, right = st.columns(2)
    for column, name in ((left, "since"), (right, "until")):
        column.text_input(
            w(f"scope_{name}"),
            key=_key(talk, name),
            placeholder="2018-06",
            max_chars=10,
            **changed,
        )
    if _fault(talk):
        st.html(render.note_html(w("scope_date")))


def _key(talk: Conversation, name: str) -> str:
    return f"scope-{talk.id}-{name}"


def _held(scope: Scope, name: str) -> list[str] | str:
    value = getattr(scope, name)
    return value if isinstance(value, str) else list(value)


def _chosen(talk: Conversation) -> Scope:
    state = st.session_state
    languages: list[Language] = state[_key(talk, "languages")]
    return Scope(
        tuple(state[_key(talk, "documents")]),
        tuple(languages),
        state[_key(talk, "since")].strip(),
        state[_key(talk, "until")].strip(),
    )


def _fault(talk: Conversation) -> bool:
    """Whether a date cannot be read; the scope then stays what it was."""
    try:
        _chosen(talk)
    except BelegtError:
        return True
    return False


def _changed(talk: Conversation) -> None:
    if not _fault(talk):
        talk.scope = _chosen(talk)


def _clear(talk: Conversation) -> None:
    talk.scope = Scope()
    for name in _FIELDS:
        st.session_state[_key(talk, name)] = _held(talk.scope, name)
