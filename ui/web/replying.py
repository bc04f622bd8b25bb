"""Around a reply: what a follow-up was taken for, a stop while it is written, and answers given anew."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from qa.values import Answer, Reply
from ui import render
from ui.web.desk import Desk, Turn
from ui.web.talk import Conversation
from ui.wording import Words

_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """A turn that is still being written, and as much of its reply as the page shows."""

    turn: Turn
    part: Answer


def model(talk: Conversation, desk: Desk, w: Words) -> None:
    """What goes to which language model, and the switch that leaves it out; nothing without one."""
    endpoint, key = desk.endpoint, f"quotes-{talk.id}"
    if endpoint is None:
        return

    def switched() -> None:
        talk.word_for_word = st.session_state[key]

    with st.container(horizontal=True, vertical_alignment="center", key="model"):
        st.toggle(
            w("quotes_only"), value=talk.word_for_word, key=key, on_change=switched, width="content"
        )
        where = "" if talk.word_for_word else f"{endpoint.model}, {endpoint.host}"
        st.html(render.sent_html(where, w), width="content")


def wait(turn: Turn, desk: Desk, number: int, count: int, w: Words) -> Answer | None:
    """Until the reply is there, or a part of it, which is returned.

    Each step gives Streamlit the chance to serve another click.
    """
    # Always there, or what follows would be built anew once it is gone.
    place = st.empty()
    time.sleep(0 if _has_begun(turn) else _POLL)
    if not _has_begun(turn):
        with place.container():
            line = st.empty()
            if desk.endpoint:
                _stop(turn, f"stop-early-{number}", w)
        while not _has_begun(turn):
            line.status(w.counted("searching", count))
            time.sleep(_POLL)
    place.empty()
    part = turn.partial
    return None if turn.reply.done() else part


def _has_begun(turn: Turn) -> bool:
    return turn.reply.done() or turn.partial is not None


def writing(turn: Turn, number: int, part: Answer, w: Words) -> None:
    """Below a part of an answer: who writes it, and a stop."""
    st.html(render.writing_html(part.model, w))
    _stop(turn, f"stop-{number}", w)


def _stop(turn: Turn, key: str, w: Words) -> None:
    st.button(w("stop"), key=key, icon=":material/stop_circle:", on_click=turn.stop.set)


def follow(written: Sequence[Written]) -> None:
    """Once more is written than is shown, let it be shown; each step gives way to another click."""
    if not written:
        return
    place = st.empty()
    while all(one.turn.partial is one.part for one in written):
        time.sleep(_POLL)
        place.empty()
    st.rerun()


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


def again(talk: Conversation, desk: Desk, turn: Turn, w: Words) -> None:
    talk.again(desk, turn, w.language, _override())
