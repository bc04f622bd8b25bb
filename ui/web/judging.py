"""Was this right? One click makes a reply a case of the user's own set; a place may be marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from eval.cases import Evidence
from eval.feedback import NEEDS_PLACE, Verdict, verdicts_on
from eval.question_sets import FOLDER, OWN
from index.values import Document
from ui import render
from ui.web.desk import Desk, Turn
from ui.web.faults import show_fault
from ui.web.opening import settings
from ui.web.parts import Marking
from ui.web.talk import Conversation
from ui.wording import Words


def show(
    talk: Conversation,
    desk: Desk,
    number: int,
    turn: Turn,
    places: Sequence[render.Place],
    w: Words,
) -> None:
    """The row under a reply: what can be said of it, what is waited for, or what was kept."""
    if not places:
        return
    with st.container(key=f"judge-{number}", gap="xsmall"):
        if talk.marking and talk.marking[0] == number:
            st.html(render.note_html(w("mark_waiting")))
            st.button(
                w("mark_cancel"), key=f"cancel-{number}", type="tertiary", on_click=talk.close
            )
        elif turn.noted:
            _kept(desk, number, turn, w)
        else:
            _choices(talk, desk, number, turn, places[0].number, w)
        if turn.fault:
            show_fault(turn.fault, w)


def _choices(talk: Conversation, desk: Desk, number: int, turn: Turn, first: int, w: Words) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(render.judge_html(w), width="content")
        for verdict in verdicts_on(turn.reply.result()):
            st.button(
                w(f"judge_{verdict}"),
                key=f"judge-{number}-{verdict}",
                help=w("judge_help"),
                on_click=_judge,
                args=(talk, desk, number, turn, first, verdict),
            )


def _judge(
    talk: Conversation, desk: Desk, number: int, turn: Turn, first: int, verdict: Verdict
) -> None:
    if verdict in NEEDS_PLACE:
        turn.fault = None
        talk.mark(number, first, verdict)
    else:
        desk.judge(turn, verdict)


def _kept(desk: Desk, number: int, turn: Turn, w: Words) -> None:
    if turn.noted is None:
        return
    key = "judged_again" if turn.noted.former else "judged"
    st.html(render.kept_html(w(key, verdict=w(f"judge_{turn.noted.verdict}"))))
    with st.container(horizontal=True, gap="small"):
        st.button(
            w("judged_undo"),
            key=f"undo-{number}",
            type="tertiary",
            icon=":material/undo:",
            on_click=desk.take_back,
            args=(turn,),
        )
        st.button(
            w("judged_evaluate"),
            key=f"evaluate-{number}",
            type="tertiary",
            icon=":material/arrow_forward:",
            on_click=_evaluate,
        )


def _evaluate() -> None:
    """To the evaluation page, with the user's own set chosen there."""
    st.session_state["set_wanted"] = str(settings().index / FOLDER / OWN)
    st.session_state["go"] = "evaluation"


# -- in the open document ---------------------------------------------------------------------


def marking(
    talk: Conversation, opened: render.Place, documents: Mapping[str, Document]
) -> Marking | None:
    """What the reader needs while a place is waited for."""
    if not talk.marking or not talk.opened or talk.marking[0] != talk.opened[0]:
        return None
    choices = sorted(
        ((path, f"{document.title} ({path})") for path, document in documents.items()),
        key=lambda choice: choice[1].casefold(),
    )
    # The highlighted place of an answer is the one called wrong; a refusal's may be right.
    takes_highlighted = talk.marking[1] == "should_answer" and bool(opened.text)
    return Marking(choices, opened.document, takes_highlighted)


def marked(
    talk: Conversation, desk: Desk, opened: render.Place | None, start: int, text: str
) -> None:
    """Keep the place that was selected, or the highlighted one where ``text`` is empty."""
    if not talk.marking or not opened:
        return
    turn, verdict = talk.turns[talk.marking[0] - 1], talk.marking[1]
    if not text:
        start, text = opened.start, opened.text
    start += len(text) - len(text.lstrip())
    quote = text.strip()
    if not quote:
        return
    desk.judge(turn, verdict, Evidence(opened.document, quote, start, start + len(quote)))
    if turn.fault is None:
        talk.close()
