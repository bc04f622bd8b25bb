"""The stored conversations in the sidebar: found, opened, renamed, deleted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from index.errors import BelegtError
from index.store import Chat
from ui import render
from ui.web import parts
from ui.web import talk as talks
from ui.web.desk import Desk
from ui.web.faults import show_fault
from ui.web.talk import Conversation
from ui.wording import Words

_SHOWN = 30
_FEW = 3
_TITLE, _NAME = 60, 200


def show(talk: Conversation, desk: Desk, w: Words) -> bool:
    """Newest first; a search from a few on. Whether the open one is listed but not kept yet, so that
    the list has to be drawn anew once it is."""
    searched = str(st.session_state.get("chat_search", ""))
    on_the_way = not searched and not all(turn.reply.done() for turn in talk.turns)
    try:
        found = desk.chats(talk.owner, searched)
    except BelegtError as fault:
        show_fault(fault, w)
        return False
    if on_the_way:
        found = _with_open(found, talk)
    if not found and not searched:
        return False
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
    listed = [
        parts.Line(chat.id, title_of(chat), (chat.title or chat.first)[:_NAME], bool(chat.updated))
        for chat in found
    ]
    parts.chats(
        listed[:_SHOWN],
        talk.id,
        w,
        opened=lambda chat: talks.go_to(desk, chat),
        renamed=lambda chat, title: desk.rename(chat, " ".join(title.split())[:_NAME], talk.owner),
        deleted=lambda chat: _delete(chat, talk, desk),
    )
    return any(not line.kept for line in listed)


def _with_open(found: Sequence[Chat], talk: Conversation) -> list[Chat]:
    """The conversation with a question on the way comes first; a new one is not stored yet."""
    asked = Chat(talk.id, "", talk.turns[0].question, "")
    own = next((chat for chat in found if chat.id == talk.id), asked)
    return [own, *(chat for chat in found if chat.id != talk.id)]


def title_of(chat: Chat) -> str:
    """As it was named, or its first question; cut to a line."""
    title = " ".join((chat.title or chat.first).split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"


def _delete(chat: str, talk: Conversation, desk: Desk) -> None:
    desk.delete(chat, talk.owner)
    if chat == talk.id:
        talks.start_anew()
