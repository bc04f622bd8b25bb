"""Passing a reply on: a link that opens it as it is here, and files of it or of the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import streamlit as st

from index.values import Document
from qa.values import Reply
from ui import render
from ui.exporting import FORMATS, file_name
from ui.exporting.paper import paper_of
from ui.web import parts
from ui.web.talk import Conversation
from ui.wording import Words


def show(talk: Conversation, number: int, documents: Mapping[str, Document], w: Words) -> None:
    """Under the reply; a file is made when it is asked for."""
    with st.container(border=True, key=f"share-{number}"):
        _link(talk, number, w)
        st.html(render.heading_html(w("share_answer")))
        reply = talk.turns[number - 1].reply.result()
        _files([reply], reply.question, f"answer-{number}", documents, w)
        replies = _ended(talk)
        if len(replies) > 1:
            st.html(render.heading_html(w("share_conversation", count=len(replies))))
            title = w("share_conversation_title", question=replies[0].question)
            _files(replies, title, f"talk-{number}", documents, w)


def _link(talk: Conversation, number: int, w: Words) -> None:
    address, label = {"chat": talk.id, "answer": str(number)}, w("share_link")
    if talk.opened and talk.opened[0] == number:
        address["cite"] = str(talk.opened[1])
        label = w("share_link_cite", number=talk.opened[1])
        if talk.other:
            address["also"] = str(talk.other)
    parts.link(address, label, w, key=f"link-{number}")
    st.html(render.note_html(w("share_link_note")))


def _files(
    replies: Sequence[Reply],
    title: str,
    key: str,
    documents: Mapping[str, Document],
    w: Words,
) -> None:
    today = date.today()
    with st.container(gap=None):
        for ending, one in FORMATS.items():
            st.download_button(
                w(f"share_{ending}"),
                partial(_made, ending, replies, documents, w, today, title),
                file_name=file_name(title, today, ending),
                mime=one.mime,
                key=f"{key}-{ending}",
                type="tertiary",
                on_click="ignore",
                icon=":material/download:",
            )


def _made(
    ending: str,
    replies: Sequence[Reply],
    documents: Mapping[str, Document],
    w: Words,
    today: date,
    title: str,
) -> bytes:
    return FORMATS[ending].write(paper_of(replies, documents, w, today, title))


def _ended(talk: Conversation) -> list[Reply]:
    """The replies that are there, in order."""
    futures = [turn.reply for turn in talk.turns]
    return [f.result() for f in futures if f.done() and f.exception() is None]
