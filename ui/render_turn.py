"""A turn of the conversation with its buttons, as HTML: no Streamlit here.

A conversation is drawn anew after every click, and twenty turns of Streamlit's own elements take it
longer than an answer does. So a turn is one element, and its buttons are plain ones; the reader's
script tells the server which was pressed (``reader.js``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from index.searchtext import flowing
from qa.values import Answer, Reply
from ui.render import (
    Part,
    Place,
    also_name,
    answer_parts,
    escape,
    foreign,
    marker_name,
    note_html,
    place_html,
    places_heading_html,
    writing_html,
)
from ui.wording import Words

_ALSO = 5
"""So many other places of the same words have a button."""

_TAIL = re.compile(r"\S*\s?$")
"""The last word before a marker: no line may begin with a lone marker."""

Fold = Literal["change", "why", "share"]
"""What a press unfolds: the question as it was understood, why this reply, and ways to pass it on."""

Act = Literal[
    "open",  # a place: its number; behind a dash, which of those that say the same
    "fold",  # or unfold again: which ``Fold``
    "stop",  # the writing
    "judge",  # a reply: the verdict
    "cancel",  # no place is sought any more
    "undo",  # a judgement
    "evaluate",  # the judgements so far
    "again",  # answer anew
    "version",  # another answer: its number, from 0
]


def press_html(
    label: str,
    act: Act,
    turn: int,
    value: str = "",
    *,
    icon: str = "",
    title: str = "",
    enabled: bool = True,
    is_open: bool | None = None,
) -> str:
    """A button; ``label`` is HTML already, ``icon`` one of Streamlit's signs by its name; ``is_open``
    says whether what it unfolds is unfolded."""
    told = f' title="{escape(title)}"' if title else ""
    arrow, state = "", "" if enabled else " disabled"
    if is_open is not None:
        arrow = _sign("expand_less" if is_open else "expand_more")
        state = f' aria-expanded="{str(is_open).lower()}"'
    look = "b-press b-plain" if icon or act == "cancel" else "b-press"
    return (
        f'<button type="button" class="{look}" data-press="{act}" data-turn="{turn}"'
        f' data-value="{escape(value)}"{told}{state}>'
        f"{_sign(icon)}<span>{label}</span>{arrow}</button>"
    )


def fold_html(
    fold: Fold, label: str, turn: int, unfolded: Collection[Fold], *, icon: str = ""
) -> str:
    """A button that unfolds something, or folds it again."""
    return press_html(escape(label), "fold", turn, fold, icon=icon, is_open=fold in unfolded)


def _sign(icon: str) -> str:
    return f'<span class="b-icon" aria-hidden="true" translate="no">{icon}</span>' if icon else ""


def row_html(*parts: str) -> str:
    """Side by side, as far as there is room."""
    return f'<div class="b-row">{"".join(parts)}</div>'


def turn_html(said: str, number: int | None, places: str = "") -> str:
    """A turn, or a part of one: what was asked and said, and beside it what that rests on. ``number``
    is where it begins."""
    name = f' id="turn-{number}"' if number else ""
    return f'<div class="b-turn"{name}><div class="b-talk">{said}</div>{places}</div>'


# -- what was said ----------------------------------------------------------------------------


def answer_html(answer: Answer, turn: int, w: Words) -> str:
    """The text of an answer; each of its markers is a button that opens its place."""
    names = {citation.number: marker_name(citation, w) for citation in answer.citations}
    shown, tail = [], ""
    for part, after in pairwise([*answer_parts(answer), None]):
        if part is None:
            break
        if part.kind == "marker":
            marker = _marker(part, turn, names)
            shown.append(f'<span class="b-together">{escape(tail)}{marker}</span>')
            tail = ""
        elif part.kind == "text":
            found = _TAIL.search(part.text) if after and after.kind == "marker" else None
            tail = found.group() if found else ""
            shown.append(escape(part.text.removesuffix(tail)))
        else:
            shown.append(_said(part))
    return f'<div class="b-answer" lang="{answer.language}">{"".join(shown)}</div>'


def _marker(part: Part, turn: int, names: Mapping[int, str]) -> str:
    number = part.number or 0
    name = escape(names[number])
    return (
        f'<button type="button" class="b-marker" data-press="open" data-turn="{turn}"'
        f' data-value="{number}" aria-label="{name}" title="{name}">{number}</button>'
    )


def _said(part: Part) -> str:
    """What is not plain text: a quote, or what is missing or not supported, and remarks."""
    lang = f' lang="{part.language}"' if part.language else ""
    look = {"quote": "b-said"}.get(part.kind, f"b-{part.kind}")
    text = flowing(part.text) if part.kind == "quote" else part.text
    return f'<span class="{look}" dir="auto"{lang}>{escape(text)}</span>'


def understood_html(understood: str, turn: int, unfolded: Collection[Fold], w: Words) -> str:
    """What a follow-up was taken for, and the way to put it right."""
    said = f'<p class="b-understood">{escape(w("understood"))} {foreign(understood)}</p>'
    return row_html(said, fold_html("change", w("understood_edit"), turn, unfolded))


def searching_html(turn: int, count: int, w: Words, *, can_stop: bool) -> str:
    """That a reply is on the way."""
    said = f'<p class="b-searching">{escape(w.counted("searching", count))}</p>'
    return said + (_stop(turn, w) if can_stop else "")


def part_html(turn: int, model: str, w: Words) -> str:
    """Below a part of an answer: who writes it, and a stop."""
    return writing_html(model, w) + _stop(turn, w)


def _stop(turn: int, w: Words) -> str:
    return row_html(press_html(escape(w("stop")), "stop", turn, icon="stop_circle"))


# -- the places of a reply --------------------------------------------------------------------


def cards_html(places: Sequence[Place], turn: int, reply: Reply, w: Words) -> str:
    """What a reply rests on, each place with the ways to it; empty where it has none."""
    if not places:
        return ""
    cards = "".join(_card(place, turn, reply, w) for place in places)
    heading = places_heading_html(reply, w)
    return f'<div class="b-evidence">{heading}<div class="b-cards">{cards}</div></div>'


def _card(place: Place, turn: int, reply: Reply, w: Words) -> str:
    label = w("show_evidence" if place.is_citation else "show_passage", number=place.number)
    number = str(place.number)
    ways = [press_html(escape(label), "open", turn, number, icon="menu_book")]
    for other, also in enumerate(place.also[:_ALSO], start=1):
        before, after = w("also_in", title="\0").split("\0")
        named = f"{escape(before)}{foreign(also_name(also, place))}{escape(after)}"
        ways.append(press_html(named, "open", turn, f"{number}-{other}", icon="content_copy"))
    if len(place.also) > _ALSO:
        ways.append(note_html(w.counted("also_more", len(place.also) - _ALSO)))
    shown = place_html(place, reply.language, w)
    return f'<div class="b-place">{shown}<div class="b-ways">{"".join(ways)}</div></div>'


# -- what can be done with a reply ------------------------------------------------------------


def choices_html(verdicts: Sequence[str], turn: int, w: Words) -> str:
    """The judgements to choose from."""
    buttons = (
        press_html(escape(w(f"judge_{v}")), "judge", turn, v, title=w("judge_help"))
        for v in verdicts
    )
    return row_html(f'<span class="b-judge">{escape(w("judge"))}</span>', *buttons)


def waiting_html(turn: int, w: Words) -> str:
    """That the right place is sought."""
    cancel = press_html(escape(w("mark_cancel")), "cancel", turn)
    return note_html(w("mark_waiting")) + row_html(cancel)


def kept_html(line: str, turn: int, w: Words) -> str:
    """That a judgement was kept, and what can follow; screen readers hear it."""
    return (
        f'<p class="b-kept" role="status"><span aria-hidden="true">✓ </span>{escape(line)}</p>'
        + row_html(
            press_html(escape(w("judged_undo")), "undo", turn, icon="undo"),
            press_html(escape(w("judged_evaluate")), "evaluate", turn, icon="arrow_forward"),
        )
    )


def versions_html(shown: int, count: int, turn: int, w: Words) -> str:
    """The way between the ``count`` answers there are; ``shown`` from 0. Nothing where there is one."""
    if count == 1:
        return ""

    def step(name: str, icon: str, to: int) -> str:
        label = escape(w(f"version_{name}"))
        return press_html(label, "version", turn, str(to), icon=icon, enabled=0 <= to < count)

    return row_html(
        step("previous", "chevron_left", shown - 1),
        note_html(w("version", number=shown + 1, count=count)),
        step("next", "chevron_right", shown + 1),
    )


def ways_html(reply: Reply, turn: int, unfolded: Collection[Fold], w: Words) -> str:
    """What else there is to a reply: another one, why it is so, and passing it on."""
    share = fold_html("share", w("share"), turn, unfolded, icon="ios_share")
    if not (isinstance(reply, Answer) or reply.passages):
        return row_html(share)
    why = w("why_answer" if isinstance(reply, Answer) else "why_refusal")
    return row_html(
        press_html(escape(w("again")), "again", turn, icon="refresh"),
        fold_html("why", why, turn, unfolded, icon="help"),
        share,
    )
