"""Around a reply: what a follow-up was taken for, a stop while it is written, and answers given anew."""

from __future__ import annotations

import streamlit as st

from qa.values import Reply
from ui import render
from ui.web.desk import Desk, Turn
from ui.web.talk import Conversation
from ui.wording import Words


def understood(talk: Conversation, desk: Desk, number: int, reply: Reply, w: Words) -> None:
    """The question as it was completed, to be changed and asked again; nothing if it was not."""
    if not reply.understood:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"understood-{number}"):
        st.html(render.understood_html(reply.understood, w), width="content")
        with st.popover(w("understood_edit"), type="tertiary", key=f"change-{number}"):
            key = f"meant-{talk.id}-{number}"
            st.text_input(w("understood_box"), value=reply.understood, key=key, max_chars=4000)
            st.button(
                w("understood_ask"),
                key=f"ask-meant-{number}",
                on_click=_ask_meant,
                args=(talk, desk, key, w),
            )


def _ask_meant(talk: Conversation, desk: Desk, key: str, w: Words) -> None:
    question = str(st.session_state[key]).strip()
    if question:
        ask(talk, desk, w, question)


def ask(talk: Conversation, desk: Desk, w: Words, question: str) -> None:
    talk.ask(desk, question, w.language, _override())


def _override() -> str:
    return str(st.session_state.get("answer_language", ""))


def versions(talk: Conversation, desk: Desk, number: int, turn: Turn, w: Words) -> None:
    """Answer again, and the way between the answers there are."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"versions-{number}"):
        if len(turn.replies) > 1:
            _step(number, turn, -1, "previous", "chevron_left", w)
            count = len(turn.replies)
            line = w("version", number=turn.shown + 1, count=count)
            st.html(render.note_html(line), width="content")
            _step(number, turn, 1, "next", "chevron_right", w)
        st.button(
            w("again"),
            key=f"again-{number}",
            type="tertiary",
            icon=":material/refresh:",
            on_click=_again,
            args=(talk, desk, turn, w),
        )


def _step(number: int, turn: Turn, by: int, name: str, icon: str, w: Words) -> None:
    to = turn.shown + by
    st.button(
        w(f"version_{name}"),
        key=f"version-{name}-{number}",
        type="tertiary",
        icon=f":material/{icon}:",
        disabled=not 0 <= to < len(turn.replies),
        on_click=turn.show,
        args=(to,),
    )


def _again(talk: Conversation, desk: Desk, turn: Turn, w: Words) -> None:
    talk.again(desk, turn, w.language, _override())
