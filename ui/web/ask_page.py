"""Ask and check: the conversation, and beside it the document that a click has opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.errors import NoIndexError
from index.values import Document
from qa.values import Answer, NotInDocuments, Reply
from ui import render, render_turn
from ui.web import chats, documents_page, judging, parts, reading, replying, scoping, sharing, why
from ui.web.desk import Desk
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
        is_new = chats.show(talk, desk, w)
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
    parts.say(_news(talk, w), _newest(talk) or talk.linked)
    replying.follow(written)
    reading.follow(drawn)
    if is_new:
        st.rerun()


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

Piece = str | Callable[[], None]
"""Of a turn: HTML, or what draws the rest with Streamlit."""


def _talk(
    talk: Conversation, desk: Desk, documents: Mapping[str, Document], w: Words
) -> list[replying.Written]:
    """All turns; returns those that are still being written, as they are shown."""
    written = []
    parts.bring(_newest(talk))
    if not talk.turns:
        # In one container, whose place the first turn takes at once.
        with st.container(key="welcome"):
            _welcome(talk, desk, w)
    for number, turn in enumerate(talk.turns, start=1):
        part = _turn(talk, desk, number, documents, w)
        if part is not None:
            written.append(replying.Written(turn, part))
    unkept = [turn.unkept for turn in talk.turns if turn.unkept]
    if unkept:
        st.html(render.note_html(w("not_kept"), unkept[-1]))
    return written


def _newest(talk: Conversation) -> int | None:
    """The turn, from 1, that was asked last in this session."""
    return len(talk.turns) if talk.turns and talk.turns[-1].fresh else None


def _turn(
    talk: Conversation, desk: Desk, number: int, documents: Mapping[str, Document], w: Words
) -> Answer | None:
    """A turn, once there is something of its reply; returns that if it is still being written."""
    turn = talk.turns[number - 1]
    asked = render.question_html(turn.question, w)
    waited = replying.wait(turn, asked, number, desk, len(documents), w)
    part = replying.part(turn)
    if part is None and (fault := turn.reply.exception()):
        _draw(waited, number, [asked, partial(show_fault, fault, w)], "")
        return None
    reply = part or turn.reply.result()
    places = render.places(reply, documents, w)
    pieces = [asked, *_understood(talk, desk, number, reply, w), _said(reply, number, w)]
    if part:
        pieces.append(render_turn.part_html(number, part.model, w))
    else:
        pieces += _doings(talk, desk, number, documents, w)
    _draw(waited, number, pieces, render_turn.cards_html(places, number, reply, w))
    return part


def _draw(waited: DeltaGenerator | None, number: int, pieces: Sequence[Piece], places: str) -> None:
    """One element as long as all is HTML, for each takes time; see ``render_turn``."""
    if all(isinstance(piece, str) for piece in pieces):
        said = "".join(map(str, pieces))
        (waited or st).html(render_turn.turn_html(said, number, places))
        return
    if waited:
        waited.empty()
    with st.container(key=f"unfolded-{number}"):
        for at, piece in enumerate(pieces):
            if callable(piece):
                piece()
            else:
                st.html(render_turn.turn_html(piece, None if at else number))
        if places:
            st.html(places)


def _understood(talk: Conversation, desk: Desk, number: int, reply: Reply, w: Words) -> list[Piece]:
    """Of a follow-up, what it was taken for."""
    if not reply.understood:
        return []
    folds = talk.folds(number)
    shown: list[Piece] = [render_turn.understood_html(reply.understood, number, folds, w)]
    if "change" in folds:
        shown.append(partial(replying.change, talk, desk, number, reply.understood, w))
    return shown


def _said(reply: Reply, number: int, w: Words) -> str:
    match reply:
        case Answer():
            return render_turn.answer_html(reply, number, w)
        case NotInDocuments():
            return render.refusal_html(reply)


def _doings(
    talk: Conversation, desk: Desk, number: int, documents: Mapping[str, Document], w: Words
) -> list[Piece]:
    """How sure a reply is that is there, and what can be done with it."""
    turn, folds = talk.turns[number - 1], talk.folds(number)
    reply = turn.reply.result()
    rows = [render.label_html(reply, w)] if isinstance(reply, Answer) else []
    if isinstance(reply, Answer) or reply.passages:
        rows.append(judging.row(talk, number, turn, w))
        rows.append(render_turn.versions_html(turn.shown, len(turn.replies), number, w))
    rows.append(render_turn.ways_html(reply, number, folds, w))
    shown: list[Piece] = [f'<div class="b-doings">{"".join(rows)}</div>']
    if turn.fault:
        shown.append(partial(show_fault, turn.fault, w))
    if "why" in folds:
        shown.append(partial(why.show, desk, number, turn, documents, w))
    if "share" in folds:
        shown.append(partial(sharing.show, talk, number, documents, w))
    return shown


def _pressed(talk: Conversation, desk: Desk, w: Words, act: str, number: int, value: str) -> None:
    """A button of ``render_turn`` was pressed in turn ``number``, from 1."""
    turn = talk.turns[number - 1]
    match act, value:
        case "fold", "change" | "why" | "share":
            talk.fold(number, value)
        case "stop", _:
            turn.stop.set()
        case "judge", _:
            judging.judge(talk, desk, number, value)
        case "cancel", _:
            talk.close()
        case "undo", _:
            desk.take_back(turn)
        case "evaluate", _:
            judging.evaluate()
        case "again", _:
            replying.again(talk, desk, turn, w)
        case "version", _:
            turn.show(int(value))


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
