"""The conversation of one browser tab: kept in the session, named in the address, stored by desk.

The address carries ``chat`` (its id), ``answer``, ``cite`` and ``also`` (what is open), ``scope`` (what
the search is narrowed to), ``quotes`` (a language model is left out) and ``lang`` (where it was chosen
by hand), so that a reload or a link shows the same.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import streamlit as st

from eval.feedback import Verdict
from index.errors import BelegtError
from index.values import Language
from qa.scope import EVERYWHERE, Scope
from qa.values import Exchange
from ui.render_turn import Fold
from ui.web import signing
from ui.web.desk import Desk, How, Turn
from ui.wording import LANGUAGES

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass
class Conversation:
    """Turns, oldest first; ``opened`` is a turn (from 1) and the number of a place in its reply.

    ``other`` counts the places that say the same, 0 for the place itself; ``document`` is one that
    is looked at in its stead while the right place is sought. ``marking`` is what waits for that:
    a turn and the judgement of its reply.

    ``pictured``: with the image of its page, where it has one; ``page`` is another page than the
    quote's, from 1. ``handed`` counts the originals that were asked for, ``handing``: one is now.
    ``linked`` is the turn that the address named. ``unfolded``: by turn, what was asked to be seen.
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
    owner: str = field(default_factory=signing.owner)
    scope: Scope = EVERYWHERE
    linked: int | None = None
    word_for_word: bool = False
    unfolded: set[tuple[int, Fold]] = field(default_factory=set)

    def ask(self, desk: Desk, question: str, interface: Language, override: str) -> None:
        """Add a question; its language settles replies to follow-ups too short to tell."""
        how = self._how(self.turns, interface, override)
        self.turns.append(desk.begin(self.id, question, how))
        self.opened, self.marking = None, None
        self.unknown = False

    def again(self, desk: Desk, turn: Turn, interface: Language, override: str) -> None:
        """Answer a question anew, as it is asked today; what was answered stays beside it."""
        before = self.turns[: self.turns.index(turn)]
        desk.again(self.id, turn, self._how(before, interface, override))
        self.opened, self.marking = None, None

    def _how(self, before: Sequence[Turn], interface: Language, override: str) -> How:
        chosen: dict[str, Language | None] = {"de": "de", "en": "en"}
        return How(
            chosen.get(override),
            self.language(),
            interface,
            _told(before),
            self.scope,
            self.owner,
            self.word_for_word,
        )

    def language(self) -> Language | None:
        """Of the last reply that is there."""
        for turn in reversed(self.turns):
            if turn.reply.done() and turn.reply.exception() is None:
                return turn.reply.result().language
        return None

    def fold(self, turn: int, fold: Fold) -> None:
        """Unfold something of a turn, or fold it again."""
        self.unfolded ^= {(turn, fold)}

    def folds(self, turn: int) -> set[Fold]:
        """What of a turn is unfolded."""
        return {fold for number, fold in self.unfolded if number == turn}

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


def _told(turns: Sequence[Turn]) -> list[Exchange]:
    """What was said before; of a turn still on its way, or one that failed, only the question."""
    return [_exchange(turn) for turn in turns]


def _exchange(turn: Turn) -> Exchange:
    if not turn.reply.done() or turn.reply.exception() is not None:
        return Exchange(turn.question, "")
    reply = turn.reply.result()
    return Exchange(turn.question, reply.text, reply.understood)


def conversation(desk: Desk) -> Conversation:
    """The one of this session; at its start the one that the address names, if it is stored."""
    held = st.session_state.get("conversation")
    if held is None or held.owner != signing.owner():
        st.session_state["conversation"] = _from_address(desk)
    return st.session_state["conversation"]


def start_anew() -> None:
    """A new conversation; the former stays under its address."""
    st.session_state["conversation"] = Conversation(word_for_word=_word_for_word())


def go_to(desk: Desk, chat: str) -> None:
    """Another stored conversation, from now on the one of this session."""
    st.session_state["conversation"] = Conversation(
        id=chat, turns=desk.reopen(chat, signing.owner()), word_for_word=_word_for_word()
    )


def _word_for_word() -> bool:
    """As the conversation before had it, lest a model is asked that was left out a moment ago."""
    held = st.session_state.get("conversation")
    return held is not None and held.word_for_word


def _from_address(desk: Desk) -> Conversation:
    chat, scope = st.query_params.get("chat", ""), _scope_in_address()
    quotes = "quotes" in st.query_params
    turns = desk.reopen(chat, signing.owner()) if _ID.fullmatch(chat) else []
    if not turns:
        return Conversation(unknown=bool(chat), scope=scope, word_for_word=quotes)
    talk = Conversation(id=chat, turns=turns, scope=scope, word_for_word=quotes)
    answer, cite = st.query_params.get("answer", ""), st.query_params.get("cite", "")
    talk.linked = int(answer) if answer.isdecimal() else None
    if answer.isdecimal() and cite.isdecimal():
        talk.opened = (int(answer), int(cite))
        also = st.query_params.get("also", "")
        talk.other = int(also) if also.isdecimal() else 0
    return talk


def _scope_in_address() -> Scope:
    """What the search is narrowed to, by the address; anything odd there narrows nothing."""
    try:
        given = json.loads(st.query_params.get("scope", "{}"))
        return Scope(
            tuple(map(str, given.get("documents", ()))),
            tuple(code for code in LANGUAGES if code in given.get("languages", ())),
            str(given.get("since", "")),
            str(given.get("until", "")),
        )
    except (ValueError, AttributeError, TypeError, BelegtError):
        return Scope()


def keep_address(talk: Conversation) -> None:
    """Write into the address what a reload needs; unchanged values are left alone."""
    wanted: dict[str, str] = {}
    if talk.turns:
        wanted["chat"] = talk.id
    if talk.opened:
        wanted["answer"], wanted["cite"] = map(str, talk.opened)
        if talk.other:
            wanted["also"] = str(talk.other)
    if talk.scope:
        given = {name: value for name, value in asdict(talk.scope).items() if value}
        wanted["scope"] = json.dumps(given, ensure_ascii=False)
    if talk.word_for_word:
        wanted["quotes"] = "only"
    if st.session_state.get("language_chosen"):
        wanted["lang"] = st.session_state["language"]
    for name in ("chat", "answer", "cite", "also", "scope", "quotes", "lang"):
        now = st.query_params.get(name)
        if name in wanted and now != wanted[name]:
            st.query_params[name] = wanted[name]
        elif name not in wanted and now is not None:
            del st.query_params[name]
