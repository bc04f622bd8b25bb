"""Ask and check: the conversation, and beside it the document that a click has opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from index.errors import NoIndexError
from index.values import Document
from qa.values import Answer, NotInDocuments, Reply
from ui import render
from ui.web import chats, documents_page, judging, parts, reading, replying, scoping, sharing, why
from ui.web.desk import Desk, Turn
from ui.web.faults import show_fault
from ui.web.opening import open_desk
from ui.web.talk import Conversation, conversation, keep_address
from ui.wording import Words

_EXAMPLES = 3
_ALSO = 5


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
            drawn = reading.show(talk, desk, documents, w)
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
                if part is None:
                    st.html(render.label_html(reply, w))
            case NotInDocuments():
                st.html(render.refusal_html(reply))
        if part:
            replying.writing(turn, number, part, w)
        else:
            _doings(talk, desk, number, turn, places, documents, w)
    with shown:
        if places:
            st.html(render.places_heading_html(reply, w))
        for place in places:
            _card(talk, number, place, reply, w)
    return part


def _doings(
    talk: Conversation,
    desk: Desk,
    number: int,
    turn: Turn,
    places: Sequence[render.Place],
    documents: Mapping[str, Document],
    w: Words,
) -> None:
    """What can be done with a reply that is there."""
    if places:
        judging.show(talk, desk, number, turn, places, w)
        replying.versions(talk, desk, number, turn, w)
        why.show(desk, number, turn, documents, w)
    sharing.show(talk, number, documents, w)


def _answer(talk: Conversation, number: int, turn: Turn, reply: Answer, w: Words) -> None:
    key = f"answer-{talk.id}-{number}"
    parts.answer(reply, w, key=key, turn=number, current=_current(talk, number))


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
    if last is None or not last.fresh or not last.reply.done():
        return ""
    if last.reply.exception() is not None:
        return w("said_error")
    match last.reply.result():
        case Answer(citations=citations):
            return w.counted("said_answer", len(citations))
        case NotInDocuments():
            return w("said_refusal")
