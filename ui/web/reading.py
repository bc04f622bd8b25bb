"""The open document: where a citation is checked in its surroundings, as text and as a page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from eval.feedback import Fit, fit_of
from index.errors import BelegtError
from index.readers.extracted import Painted
from index.values import Document
from qa.values import Answer
from ui import render
from ui.showing import original
from ui.web import judging, parts, picturing
from ui.web.desk import Desk, Turn
from ui.web.opening import settings
from ui.web.parts import Judged, Picture, Sheet
from ui.web.talk import Conversation
from ui.web.yielding import give_way
from ui.wording import Words

_POLL = 0.05


@dataclass(frozen=True, slots=True)
class _Opened:
    """A place of a reply, or what stands in for it, among its siblings."""

    number: int
    turn: Turn
    place: render.Place
    siblings: Sequence[render.Place]


def show(
    talk: Conversation,
    desk: Desk,
    documents: Mapping[str, Document],
    w: Words,
    pressed: Callable[[str, int, str], None],
) -> Future[Painted] | None:
    """The panel, shut while nothing is open; what comes back is a page still being drawn. ``pressed``
    is called when a button below a reply was: which one, turn and value."""
    opened = _opened(talk, documents, w)
    fits = desk.fits()
    sheet, drawn, handed = None, None, None
    if opened:
        handed, faults = _asked_for(talk, documents, opened, w)
        sheet, drawn = _whole(talk, desk, documents, fits, opened, faults, w)
    ready = dict(_ready(talk, desk, documents, fits, w))
    doings = parts.Doings(
        opened=talk.open,
        judged=lambda turn, number, fits: desk.judge_citation(talk.turns[turn - 1], number, fits),
        pictured=talk.picture,
        turned=talk.turn_to,
        original=talk.hand_over,
        marked=lambda start, text: judging.marked(
            talk, desk, opened.place if opened else None, start, text
        ),
        chosen=talk.look_into,
        closed=talk.close,
        pressed=pressed,
    )
    parts.reader(sheet, ready, w, doings)
    if handed is not None:
        _hand_over(handed, opened, w)
    return drawn if drawn and not drawn.done() else None


def follow(drawn: Future[Painted] | None) -> None:
    """Once the page is drawn, let it be shown; each step gives way to another click."""
    if drawn is None:
        return
    while not drawn.done():
        time.sleep(_POLL)
        give_way()
    st.rerun()


def _opened(talk: Conversation, documents: Mapping[str, Document], w: Words) -> _Opened | None:
    """What is open; an address may name what there is not."""
    if not talk.opened:
        return None
    number, cited = talk.opened
    turn = talk.turns[number - 1] if 1 <= number <= len(talk.turns) else None
    reply = turn.so_far if turn else None
    if turn is None or reply is None:
        talk.opened = talk.opened if turn else None
        return None
    siblings = render.places(reply, documents, w)
    place = next((place for place in siblings if place.number == cited), None)
    if place is None:
        talk.opened = None
        return None
    if talk.marking and talk.document in documents:
        place = render.whole(documents[talk.document], cited, w)
    elif 1 <= talk.other <= len(place.also):
        place = place.also[talk.other - 1]
    return _Opened(number, turn, place, siblings)


def _ready(
    talk: Conversation,
    desk: Desk,
    documents: Mapping[str, Document],
    fits: Sequence[Fit],
    w: Words,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """All places with their surroundings, by turn and number, for the page: there they open before
    the server has answered.

    They are worked out once and kept with their turn, for this is done anew after every click.
    """
    for number, turn in enumerate(talk.turns, start=1):
        now = turn.so_far, documents, w.language, fits
        if turn.sheets is None or not _same(turn.sheets[0], now):
            turn.sheets = now, dict(_sheets(desk, documents, fits, number, turn, w))
        yield from turn.sheets[1].items()


def _same(kept: Sequence[Any], now: Sequence[Any]) -> bool:
    """Reply and documents are large, and the same objects as long as nothing has changed."""
    return kept[0] is now[0] and kept[1] is now[1] and kept[2:] == now[2:]


def _sheets(
    desk: Desk,
    documents: Mapping[str, Document],
    fits: Sequence[Fit],
    number: int,
    turn: Turn,
    w: Words,
) -> Iterator[tuple[str, dict[str, Any]]]:
    reply = turn.so_far
    siblings = render.places(reply, documents, w) if reply else ()
    for place in siblings:
        one = _Opened(number, turn, place, siblings)
        sheet = _sheet(desk, documents, fits, one, 0, w)
        near = replace(sheet, reading=render.nearby(sheet.reading))
        yield f"{number}-{place.number}", near.data()


def _sheet(
    desk: Desk,
    documents: Mapping[str, Document],
    fits: Sequence[Fit],
    opened: _Opened,
    other: int,
    w: Words,
) -> Sheet:
    """The text with all places of the reply; ``other`` as in ``Conversation``."""
    place = opened.place
    reading = render.reading(place, opened.siblings, desk.text(place.revision), documents, w)
    return Sheet(
        f"{opened.number}-{place.number}-{other}-{place.document}",
        opened.number,
        place.number,
        reading,
        judged=_judged(opened, fits) if place.is_citation and not other else None,
        original=render.is_current(place, documents),
    )


def _judged(opened: _Opened, fits: Sequence[Fit]) -> Judged | None:
    reply = opened.turn.so_far
    if not isinstance(reply, Answer):
        return None
    cited = next(c for c in reply.citations if c.number == opened.place.number)
    about = fit_of(reply.question, cited, True).about
    return Judged(next((one.fits for one in fits if one.about == about), None))


def _whole(
    talk: Conversation,
    desk: Desk,
    documents: Mapping[str, Document],
    fits: Sequence[Fit],
    opened: _Opened,
    faults: Sequence[str],
    w: Words,
) -> tuple[Sheet, Future[Painted] | None]:
    """What is open, in full, with its page if it has one, and what went wrong."""
    sheet = _sheet(desk, documents, fits, opened, talk.other, w)
    marking = judging.marking(talk, opened.place, documents)
    picture, drawn, fault = None, None, ""
    if sheet.original and not marking:
        document = documents[opened.place.document]
        picture, drawn, fault = _picture(talk, desk, document, opened, w)
    said = filter(None, [*faults, fault, str(opened.turn.fault or "")])
    reading = replace(sheet.reading, notes=(*sheet.reading.notes, *said))
    full = replace(sheet, reading=reading, picture=picture, marking=marking, handed=talk.handed)
    return full, drawn


def _picture(
    talk: Conversation, desk: Desk, document: Document, opened: _Opened, w: Words
) -> tuple[Picture | None, Future[Painted] | None, str]:
    if desk.format_of(document.path) != "pdf":
        return None, None, ""
    pages = desk.pages(document.path)
    page = talk.page or picturing.page_of(pages, opened.place.start)
    others = [p for p in opened.siblings if p.revision == document.revision]
    spans = tuple((p.start, p.end) for p in (opened.place, *others) if p.text)
    drawn = picturing.drawing(document, page, spans) if talk.pictured else None
    picture, fault = picturing.picture(document, pages, page, drawn, w)
    return picture, drawn, fault


def _asked_for(
    talk: Conversation, documents: Mapping[str, Document], opened: _Opened, w: Words
) -> tuple[bytes | None, list[str]]:
    """The file behind the open document, if it was just asked for; or why there is none."""
    document = documents.get(opened.place.document)
    if not talk.handing or document is None:
        return None, []
    talk.handing = False
    try:
        return original(settings(), document), []
    except BelegtError as fault:
        return None, [w("original_fault", line=str(fault))]


def _hand_over(data: bytes, opened: _Opened | None, w: Words) -> None:
    """Behind a button that nobody sees and the reader presses."""
    name = opened.place.document.rsplit("/", 1)[-1] if opened else ""
    # A file from anybody is saved, and never shown by the browser as a page of ours.
    kind = "application/octet-stream"
    st.download_button(
        w("original"), data, file_name=name, mime=kind, key="original", on_click="ignore"
    )
