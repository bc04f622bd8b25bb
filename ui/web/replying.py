"""Around a reply: the wait for it, what a follow-up was taken for, and answers given anew."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent import futures
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qa.values import Answer
from ui import render, render_turn
from ui.web.desk import Desk, Turn
from ui.web.talk import Conversation
from ui.web.yielding import give_way
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


def wait(
    turn: Turn, asked: str, number: int, desk: Desk, count: int, w: Words
) -> DeltaGenerator | None:
    """Until the reply is there, or a part of it; meanwhile the page says so below ``asked``, in what
    comes back: the place for the reply. None where there was no waiting.

    Each step gives Streamlit the chance to serve another click.
    """
    _pause(turn)
    if _has_begun(turn):
        return None
    searching = render_turn.searching_html(number, count, w, can_stop=bool(desk.endpoint))
    place = st.html(render_turn.turn_html(asked + searching, number))
    while not _has_begun(turn):
        _pause(turn)
        give_way()
    return place


def part(turn: Turn) -> Answer | None:
    """What is written so far; None once the reply is there."""
    written = turn.partial
    return None if turn.reply.done() else written


def _pause(turn: Turn) -> None:
    """No longer than until the reply is there."""
    if not _has_begun(turn):
        futures.wait([turn.reply], _POLL)


def _has_begun(turn: Turn) -> bool:
    return turn.reply.done() or turn.partial is not None


def follow(written: Sequence[Written]) -> None:
    """Once more is written than is shown, let it be shown; each step gives way to another click."""
    if not written:
        return
    while all(one.turn.partial is one.part for one in written):
        time.sleep(_POLL)
        give_way()
    st.rerun()


def change(talk: Conversation, desk: Desk, number: int, understood: str, w: Words) -> None:
    """The question as it was completed, to be put right and asked again."""
    key = f"meant-{talk.id}-{number}"
    with st.container(border=True, key=f"change-{number}"):
        st.text_input(w("understood_box"), value=understood, key=key, max_chars=4000)
        st.button(
            w("understood_ask"),
            key=f"ask-meant-{number}",
            on_click=_ask_meant,
            args=(talk, desk, number, key, w),
        )


def _ask_meant(talk: Conversation, desk: Desk, number: int, key: str, w: Words) -> None:
    question = str(st.session_state[key]).strip()
    if question:
        talk.fold(number, "change")
        ask(talk, desk, w, question)


def ask(talk: Conversation, desk: Desk, w: Words, question: str) -> None:
    talk.ask(desk, question, w.language, _override())


def _override() -> str:
    return str(st.session_state.get("answer_in", ""))


def again(talk: Conversation, desk: Desk, turn: Turn, w: Words) -> None:
    talk.again(desk, turn, w.language, _override())
