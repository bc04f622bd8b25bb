"""Was this right? One click makes a reply a case of the user's own set; a place may be marked."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from eval.cases import Evidence
from eval.feedback import NEEDS_PLACE, verdicts_on
from eval.question_sets import FOLDER, OWN
from index.values import Document
from ui import render, render_turn
from ui.web.desk import Desk, Turn
from ui.web.opening import settings
from ui.web.parts import Marking
from ui.web.talk import Conversation
from ui.wording import Words


def row(talk: Conversation, number: int, turn: Turn, w: Words) -> str:
    """Below a reply, as HTML: what can be said of it, what is waited for, or what was kept."""
    if talk.marking and talk.marking[0] == number:
        return render_turn.waiting_html(number, w)
    if turn.noted:
        key = "judged_again" if turn.noted.former else "judged"
        line = w(key, verdict=w(f"judge_{turn.noted.verdict}"))
        return render_turn.kept_html(line, number, w)
    return render_turn.choices_html(verdicts_on(turn.reply.result()), number, w)


def judge(talk: Conversation, desk: Desk, number: int, verdict: str) -> None:
    """Keep a verdict; one that needs a place waits for it, from the first of the reply on."""
    turn = talk.turns[number - 1]
    chosen = next(one for one in verdicts_on(turn.reply.result()) if one == verdict)
    if chosen in NEEDS_PLACE:
        turn.fault = None
        talk.mark(number, 1, chosen)
    else:
        desk.judge(turn, chosen)


def evaluate() -> None:
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
