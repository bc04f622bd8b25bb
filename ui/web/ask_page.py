"""Ask and check: the conversation, and beside it the document that a click has opened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from index.errors import NoIndexError
from index.values import Document
from qa.values import Answer, NotInDocuments
from ui import render, render_turn
from ui.web import chats, documents_page, judging, parts, reading, replying, scoping, sharing, why
from ui.web.desk import Desk, Turn
from ui.web.faults import show_fault
from ui.web.opening import open_desk
from ui.web.talk import Conversation, conversation, keep_address
from ui.wording import Words

_EXAMPLES = 3


def show(w: Words) -> None:
    """The page; with nothing indexed yet, the way to a first answer."""
    try:
        desk = open_desk(w)
    except NoIndexError:
        documents_page.first_use(w)
        return
    documents = desk.documents()
    if not documents:
        documents_page.first_use(w)
        return
    talk = conversation(desk)
    with st.sidebar:
        chats.show(talk, desk, w)
    with st.bottom:
        scoping.show(talk, documents, w)
        replying.model(talk, desk, w)
        st.chat_input(w("question_box"), key="question", on_submit=_submitted, args=(talk, desk, w))
    keep_address(talk)
    # The reader lies over the cards, so that nothing moves when it opens; it is always there, so
    # that it opens at once (page.css, reader.js).
    with st.container(key="desk"):
        with st.container(key="talk"):
            written = _talk(talk, desk, documents, w)
        with st.container(key="reader"):
            drawn = reading.show(talk, desk, documents, w, partial(_pressed, talk, desk, w))
    parts.say(_news(talk, w))
    replying.follow(written)
    reading.follow(drawn)


# -- asking -----------------------------------------------------------------------------------


def _submitted(talk: Conversation, desk: Desk, w: Words) -> None:
    replying.ask(talk, desk, w, st.session_state["question"])


def _welcome(talk: Conversation, desk: Desk, w: Words) -> None:
    st.html(render.welcome_html(w))
    if talk.unknown:
        st.html(render.note_html(w("unknown_chat")))
    examples = desk.examples(w.language)[:_EXAMPLES]
    if examples:
        st.html(render.heading_html(w("examples")))
    for number, question in enumerate(examples):
        st.button(
            render.plain_label(question),
            key=f"example-{number}",
            on_click=replying.ask,
            args=(talk, desk, w, question),
        )


# -- the conversation -------------------------------------------------------------------------


def _talk(
    talk: Conversation, desk: Desk, documents: Mapping[str, Document], w: Words
) -> list[replying.Written]:
    """All turns; returns those that are still being written, as they are shown."""
    written = []
    if not talk.turns:
        # In one container, whose place the first turn takes at once.
        with st.container(key="welcome"):
            _welcome(talk, desk, w)
    for number, turn in enumerate(talk.turns, start=1):
        newest = turn.fresh and turn is talk.turns[-1]
        with st.container(key=f"turn-{number}"):
            st.html(render.question_html(turn.question, w))
            if newest:
                parts.scroll_to(f"turn-{number}", "asked")
            part = _reply(talk, desk, number, turn, documents, w)
            if part is not None:
                written.append(replying.Written(turn, part))
            if newest:
                parts.scroll_to(f"turn-{number}", "answered")
            if number == talk.linked:
                parts.scroll_to(f"turn-{number}", "linked")
    unkept = [turn.unkept for turn in talk.turns if turn.unkept]
    if unkept:
        st.html(render.note_html(w("not_kept"), unkept[-1]))
    return written


def _reply(
    talk: Conversation,
    desk: Desk,
    number: int,
    turn: Turn,
    documents: Mapping[str, Document],
    w: Words,
) -> Answer | None:
    """The reply, once there is something of it; returns it if it is still being written."""
    part = replying.wait(turn, desk, number, len(documents), w)
    if part is None and (fault := turn.reply.exception()):
        show_fault(fault, w)
        return None
    reply = part or turn.reply.result()
    replying.understood(talk, desk, number, reply, w)
    places = render.places(reply, documents, w)
    said, shown = st.columns(2, gap="medium")
    with said:
        match reply:
            case Answer():
                _answer(talk, number, turn, reply, w)
            case NotInDocuments():
                st.html(render.refusal_html(reply))
        if part:
            replying.writing(turn, number, part, w)
        else:
            _doings(talk, desk, number, turn, bool(places), documents, w)
    if places:
        shown.html(render_turn.cards_html(places, number, reply, w))
    return part


def _doings(
    talk: Conversation,
    desk: Desk,
    number: int,
    turn: Turn,
    has_places: bool,
    documents: Mapping[str, Document],
    w: Words,
) -> None:
    """How sure a reply is that is there, and what can be done with it."""
    reply = turn.reply.result()
    rows = [render.label_html(reply, w)] if isinstance(reply, Answer) else []
    if has_places:
        rows.append(judging.row(talk, number, turn, w))
        rows.append(render_turn.versions_html(turn.shown, len(turn.replies), number, w))
    if rows:
        st.html(f'<div class="b-doings">{"".join(rows)}</div>')
    if turn.fault:
        show_fault(turn.fault, w)
    if has_places:
        why.show(desk, number, turn, documents, w)
    sharing.show(talk, number, documents, w)


def _pressed(talk: Conversation, desk: Desk, w: Words, act: str, number: int, value: str) -> None:
    """A button of ``render_turn`` was pressed in turn ``number``, from 1."""
    turn = talk.turns[number - 1]
    match act:
        case "judge":
            judging.judge(talk, desk, number, value)
        case "cancel":
            talk.close()
        case "undo":
            desk.take_back(turn)
        case "evaluate":
            judging.evaluate()
        case "again":
            replying.again(talk, desk, turn, w)
        case "version":
            turn.show(int(value))


def _answer(talk: Conversation, number: int, turn: Turn, reply: Answer, w: Words) -> None:
    key = f"answer-{talk.id}-{number}"
    parts.answer(reply, w, key=key, turn=number, current=_current(talk, number))


def _current(talk: Conversation, number: int) -> int | None:
    return talk.opened[1] if talk.opened and talk.opened[0] == number else None


def _news(talk: Conversation, w: Words) -> str:
    """What a screen reader hears: how the last question of this session ended."""
    last = talk.turns[-1] if talk.turns else None
    if last is None or not last.fresh or not last.reply.done():
        return ""
    if last.reply.exception() is not None:
        return w("said_error")
    match last.reply.result():
        case Answer(citations=citations):
            return w.counted("said_answer", len(citations))
        case NotInDocuments():
            return w("said_refusal")
