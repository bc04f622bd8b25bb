"""Ask and check: the conversation, and beside it the document that a click has opened."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from index.errors import NoIndexError
from index.values import Document
from qa.values import Answer, NotInDocuments, Reply
from ui import render
from ui.web import chats, documents_page, judging, parts, replying, scoping, sharing, why
from ui.web.desk import Desk, Turn
from ui.web.faults import show_fault
from ui.web.opening import open_desk
from ui.web.parts import Picture
from ui.web.picturing import picture_of
from ui.web.talk import Conversation, conversation, keep_address
from ui.wording import Words

_EXAMPLES = 3
_ALSO = 5
_POLL = 0.05


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
        st.chat_input(w("question_box"), key="question", on_submit=_submitted, args=(talk, desk, w))
    keep_address(talk)
    opened = _opened_place(talk, documents, w)
    # Always two columns, the second empty and hidden while nothing is open: with another layout
    # the browser would build the conversation anew and lose its place.
    left, right = st.columns([1, 1], gap="medium")
    with left, st.container(key="talk"):
        _talk(talk, desk, documents, w)
    if opened:
        with right, st.container(key="reader"):
            _reader(talk, desk, documents, w, *opened)
    parts.say(_news(talk, w))


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


def _talk(talk: Conversation, desk: Desk, documents: Mapping[str, Document], w: Words) -> None:
    if not talk.turns:
        _welcome(talk, desk, w)
    for number, turn in enumerate(talk.turns, start=1):
        newest = turn.fresh and turn is talk.turns[-1]
        with st.container(key=f"turn-{number}"):
            st.html(render.question_html(turn.question, w))
            if newest:
                parts.scroll_to(f"turn-{number}", "asked")
            _reply(talk, desk, number, turn, documents, w)
            if newest:
                parts.scroll_to(f"turn-{number}", "answered")
            if number == talk.linked:
                parts.scroll_to(f"turn-{number}", "linked")
    unkept = [turn.unkept for turn in talk.turns if turn.unkept]
    if unkept:
        st.html(render.note_html(w("not_kept"), unkept[-1]))


def _reply(
    talk: Conversation,
    desk: Desk,
    number: int,
    turn: Turn,
    documents: Mapping[str, Document],
    w: Words,
) -> None:
    _wait(turn, len(documents), w)
    fault = turn.reply.exception()
    if fault is not None:
        show_fault(fault, w)
        return
    reply = turn.reply.result()
    replying.understood(talk, desk, number, reply, w)
    places = render.places(reply, documents, w)
    match reply:
        case Answer():
            _answer(talk, number, turn, reply, w)
        case NotInDocuments():
            st.html(render.refusal_html(reply, w))
    if places:
        st.html(render.heading_html(w("evidence" if isinstance(reply, Answer) else "nearest")))
    for place in places:
        _card(talk, number, place, reply, w)
    if places:
        judging.show(talk, desk, number, turn, places, w)
        replying.versions(talk, desk, number, turn, w)
        why.show(desk, number, turn, documents, w)
    sharing.show(talk, number, documents, w)


def _wait(turn: Turn, count: int, w: Words) -> None:
    """Until the reply is there; each step gives Streamlit the chance to serve another click."""
    time.sleep(0 if turn.reply.done() else _POLL)
    if turn.reply.done():
        return
    place = st.empty()
    while not turn.reply.done():
        place.status(w.counted("searching", count))
        time.sleep(_POLL)
    place.empty()


def _answer(talk: Conversation, number: int, turn: Turn, reply: Answer, w: Words) -> None:
    focus = None
    if talk.focus and talk.focus[0] == number:
        focus = {"number": talk.focus[1], "nonce": talk.steps}
        talk.focus = None
    parts.answer(
        reply,
        w,
        key=f"answer-{talk.id}-{number}-{turn.shown}",
        current=_current(talk, number),
        focus=focus,
        opened=partial(talk.open, number),
    )
    st.html(render.label_html(reply, w))


def _current(talk: Conversation, number: int) -> int | None:
    return talk.opened[1] if talk.opened and talk.opened[0] == number else None


def _card(talk: Conversation, number: int, place: render.Place, reply: Reply, w: Words) -> None:
    with st.container(border=True, key=f"card-{number}-{place.number}", gap="xsmall"):
        st.html(render.place_html(place, reply.language, w))
        st.button(
            w("show_evidence" if place.is_citation else "show_passage", number=place.number),
            key=f"open-{number}-{place.number}",
            type="tertiary",
            icon=":material/menu_book:",
            on_click=talk.open,
            args=(number, place.number),
        )
        _elsewhere(talk, number, place, w)


def _elsewhere(talk: Conversation, number: int, place: render.Place, w: Words) -> None:
    """Where else the same stands; each opens the document there."""
    for other, also in enumerate(place.also[:_ALSO], start=1):
        st.button(
            w("also_in", title=render.plain_label(render.also_name(also, place))),
            key=f"also-{number}-{place.number}-{other}",
            type="tertiary",
            icon=":material/content_copy:",
            on_click=talk.open,
            args=(number, place.number, other),
        )
    if len(place.also) > _ALSO:
        st.html(render.note_html(w.counted("also_more", len(place.also) - _ALSO)))


def _news(talk: Conversation, w: Words) -> str:
    """What a screen reader hears: how the last question of this session ended."""
    last = talk.turns[-1] if talk.turns else None
    if last is None or not last.fresh:
        return ""
    if last.reply.exception() is not None:
        return w("said_error")
    match last.reply.result():
        case Answer(citations=citations):
            return w.counted("said_answer", len(citations))
        case NotInDocuments():
            return w("said_refusal")


# -- the document -----------------------------------------------------------------------------


def _opened_place(
    talk: Conversation, documents: Mapping[str, Document], w: Words
) -> tuple[render.Place, list[render.Place]] | None:
    """What is open and its siblings; an address may name what there is not."""
    if not talk.opened:
        return None
    turn, number = talk.opened
    if not 1 <= turn <= len(talk.turns):
        talk.opened = None
        return None
    future = talk.turns[turn - 1].reply
    if not future.done() or future.exception() is not None:
        return None
    places = render.places(future.result(), documents, w)
    found = next((place for place in places if place.number == number), None)
    if found is None:
        talk.opened = None
        return None
    if talk.marking and talk.document in documents:
        return render.whole(documents[talk.document], number, w), places
    if 1 <= talk.other <= len(found.also):
        return found.also[talk.other - 1], places
    return found, places


def _reader(
    talk: Conversation,
    desk: Desk,
    documents: Mapping[str, Document],
    w: Words,
    opened: render.Place,
    siblings: list[render.Place],
) -> None:
    turn = talk.opened[0] if talk.opened else 0
    reading = render.reading(opened, siblings, desk.text(opened.revision), documents, w)
    document = documents.get(opened.document)
    picture = None
    marking = judging.marking(talk, opened, documents)
    if marking:
        fault = talk.turns[turn - 1].fault
        reading = replace(reading, notes=(*reading.notes, *([str(fault)] if fault else [])))
    elif (
        document and document.revision == opened.revision and desk.format_of(document.path) == "pdf"
    ):
        picture, fault = picture_of(document, opened, w) if talk.pictured else (Picture(), "")
        reading = replace(reading, notes=(*reading.notes, *filter(None, [fault])))
    parts.reader(
        reading,
        opened.language,
        w,
        place=(turn, opened.number, talk.other, opened.document),
        picture=picture,
        marking=marking,
        opened=partial(talk.open, turn),
        pictured=talk.picture,
        closed=talk.close,
        marked=partial(judging.marked, talk, desk, opened),
        chosen=talk.look_into,
    )
