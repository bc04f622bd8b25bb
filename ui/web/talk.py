"""The conversation of one browser tab: kept in the session, named in the address, stored by desk.

The address carries ``chat`` (its id), ``answer``, ``cite`` and ``also`` (what is open), and ``lang``
(where it was chosen by hand), so that a reload or a link shows the same.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

import streamlit as st

from eval.feedback import Verdict
from index.values import Language
from ui.web.desk import Desk, Turn

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass
class Conversation:
    """Turns, oldest first; ``opened`` is a turn (from 1) and the number of a place in its reply.

    ``other`` counts the places that say the same, 0 for the place itself; ``document`` is one that
    is looked at in its stead while the right place is sought. ``marking`` is what waits for that:
    a turn and the judgement of its reply.

    ``pictured``: with the image of its page, where it has one; ``page`` is another page than the
    quote's, from 1. ``handed`` counts the originals that were asked for, ``handing``: one is now.
    ``linked`` is the turn that the address named.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    turns: list[Turn] = field(default_factory=list)
    opened: tuple[int, int] | None = None
    other: int = 0
    document: str = ""
    marking: tuple[int, Verdict] | None = None
    pictured: bool = True
    page: int = 0
    handed: int = 0
    handing: bool = False
    unknown: bool = False
    linked: int | None = None

    def ask(self, desk: Desk, question: str, interface: Language, override: str) -> None:
        """Add a question; its language settles replies to follow-ups too short to tell."""
        chosen: dict[str, Language | None] = {"de": "de", "en": "en"}
        language = chosen.get(override)
        self.turns.append(desk.begin(self.id, question, language, self.language(), interface))
        self.opened, self.marking = None, None
        self.unknown = False

    def language(self) -> Language | None:
        """Of the last reply that is there."""
        for turn in reversed(self.turns):
            if turn.reply.done() and turn.reply.exception() is None:
                return turn.reply.result().language
        return None

    def open(self, turn: int, number: int, other: int = 0) -> None:
        self.opened, self.other, self.document, self.page = (turn, number), other, "", 0
        if self.marking and self.marking[0] != turn:
            self.marking = None

    def mark(self, turn: int, number: int, verdict: Verdict) -> None:
        """Open a place and let the right one be marked from there on."""
        self.open(turn, number)
        self.marking = (turn, verdict)

    def look_into(self, document: str) -> None:
        """Another document, while the right place is sought."""
        self.document = document

    def picture(self) -> None:
        """Show the image of the page, or do without."""
        self.pictured = not self.pictured

    def turn_to(self, page: int) -> None:
        """Another page of the open document."""
        self.page = page

    def hand_over(self) -> None:
        """The file of the open document is asked for."""
        self.handed, self.handing = self.handed + 1, True

    def close(self) -> None:
        self.opened, self.marking = None, None


def conversation(desk: Desk) -> Conversation:
    """The one of this session; at its start the one that the address names, if it is stored."""
    if "conversation" not in st.session_state:
        st.session_state["conversation"] = _from_address(desk)
    return st.session_state["conversation"]


def start_anew() -> None:
    """A new conversation; the former stays under its address."""
    st.session_state["conversation"] = Conversation()


def _from_address(desk: Desk) -> Conversation:
    chat = st.query_params.get("chat", "")
    turns = desk.reopen(chat) if _ID.fullmatch(chat) else []
    if not turns:
        return Conversation(unknown=bool(chat))
    talk = Conversation(id=chat, turns=turns)
    answer, cite = st.query_params.get("answer", ""), st.query_params.get("cite", "")
    talk.linked = int(answer) if answer.isdecimal() else None
    if answer.isdecimal() and cite.isdecimal():
        talk.opened = (int(answer), int(cite))
        also = st.query_params.get("also", "")
        talk.other = int(also) if also.isdecimal() else 0
    return talk


def keep_address(talk: Conversation) -> None:
    """Write into the address what a reload needs; unchanged values are left alone."""
    wanted: dict[str, str] = {}
    if talk.turns:
        wanted["chat"] = talk.id
    if talk.opened:
        wanted["answer"], wanted["cite"] = map(str, talk.opened)
        if talk.other:
            wanted["also"] = str(talk.other)
    if st.session_state.get("language_chosen"):
        wanted["lang"] = st.session_state["language"]
    for name in ("chat", "answer", "cite", "also", "lang"):
        now = st.query_params.get(name)
        if name in wanted and now != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and now is not None:
            del st.query_params[name]
