"""The stored conversations in the sidebar: found, opened, renamed, deleted."""

from __future__ import annotations

import streamlit as st

from index.errors import BelegtError
from index.store import Chat
from ui import render
from ui.web import talk as talks
from ui.web.desk import Desk
from ui.web.faults import show_fault
from ui.web.talk import Conversation
from ui.wording import Words

_SHOWN = 30
_FEW = 3
_TITLE = 60


def show(talk: Conversation, desk: Desk, w: Words) -> None:
    """Newest first; a search from a few on."""
    searched = str(st.session_state.get("chat_search", ""))
    try:
        found = desk.chats(talk.owner, searched)
    except BelegtError as fault:
        show_fault(fault, w)
        return
    if not found and not searched:
        return
    st.html(render.heading_html(w("chats")))
    if searched or len(found) > _FEW:
        st.text_input(
            w("chat_search"),
            key="chat_search",
            placeholder=w("chat_search"),
            label_visibility="collapsed",
            icon=":material/search:",
        )
    if not found:
        st.html(render.note_html(w("chats_none")))
    with st.container(key="chats", gap=None):
        for chat in found[:_SHOWN]:
            _row(chat, talk, desk, w)


def title_of(chat: Chat) -> str:
    """As it was named, or its first question; cut to a line."""
    title = " ".join((chat.title or chat.first).split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"


def _row(chat: Chat, talk: Conversation, desk: Desk, w: Words) -> None:
    here = chat.id == talk.id
    key = f"chat-here-{chat.id}" if here else f"chat-{chat.id}"
    with st.container(horizontal=True, gap=None, key=f"row-{key}", vertical_alignment="center"):
        st.button(
            render.plain_label(title_of(chat)),
            key=key,
            type="tertiary",
            width="stretch",
            help=w("chat_here") if here else None,
            on_click=talks.go_to,
            args=(desk, chat.id),
        )
        more = {"icon": ":material/more_vert:", "help": w("chat_more"), "type": "tertiary"}
        with st.popover(w("chat_more"), key=f"more-{chat.id}", **more):
            _manage(chat, talk, desk, w)


def _manage(chat: Chat, talk: Conversation, desk: Desk, w: Words) -> None:
    st.text_input(
        w("chat_title"),
        value=chat.title or chat.first,
        key=f"title-{chat.id}",
        max_chars=200,
        on_change=_rename,
        args=(chat, talk, desk),
    )
    st.html(render.note_html(w("chat_delete_note")))
    st.button(
        w("chat_delete"),
        key=f"delete-{chat.id}",
        icon=":material/delete:",
        on_click=_delete,
        args=(chat, talk, desk),
    )


def _rename(chat: Chat, talk: Conversation, desk: Desk) -> None:
    desk.rename(chat.id, " ".join(str(st.session_state[f"title-{chat.id}"]).split()), talk.owner)


def _delete(chat: Chat, talk: Conversation, desk: Desk) -> None:
    desk.delete(chat.id, talk.owner)
    if chat.id == talk.id:
        talks.start_anew()
