"""What stands below and beside a reply, with its buttons, as HTML: no Streamlit here.

A conversation is drawn anew after every click, and twenty turns of Streamlit's own buttons take it
longer than an answer does. These buttons are plain ones; the reader's script tells the server which
was pressed (``reader.js``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa.values import Reply
from ui.render import (
    Place,
    also_name,
    escape,
    foreign,
    note_html,
    place_html,
    places_heading_html,
)
from ui.wording import Words

_ALSO = 5
"""So many other places of the same words have a button."""

Act = Literal[
    "open",  # a place: its number; behind a dash, which of those that say the same
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
) -> str:
    """A button; ``label`` is HTML already, ``icon`` one of Streamlit's signs by its name."""
    shown = f'<span class="b-icon" aria-hidden="true" translate="no">{icon}</span>' if icon else ""
    told = f' title="{escape(title)}"' if title else ""
    state = "" if enabled else " disabled"
    look = "b-press b-plain" if icon or act == "cancel" else "b-press"
    return (
        f'<button type="button" class="{look}" data-press="{act}" data-turn="{turn}"'
        f' data-value="{escape(value)}"{told}{state}>{shown}<span>{label}</span></button>'
    )


def row_html(*parts: str) -> str:
    """Side by side, as far as there is room."""
    return f'<div class="b-row">{"".join(parts)}</div>'


# -- the places of a reply --------------------------------------------------------------------


def cards_html(places: Sequence[Place], turn: int, reply: Reply, w: Words) -> str:
    """What a reply rests on, each place with the ways to it."""
    cards = "".join(_card(place, turn, reply, w) for place in places)
    return f'{places_heading_html(reply, w)}<div class="b-cards">{cards}</div>'


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
    """Answer again, and the way between the ``count`` answers there are; ``shown`` from 0."""
    again = press_html(escape(w("again")), "again", turn, icon="refresh")
    if count == 1:
        return row_html(again)

    def step(name: str, icon: str, to: int) -> str:
        label = escape(w(f"version_{name}"))
        return press_html(label, "version", turn, str(to), icon=icon, enabled=0 <= to < count)

    return row_html(
        step("previous", "chevron_left", shown - 1),
        note_html(w("version", number=shown + 1, count=count)),
        step("next", "chevron_right", shown + 1),
        again,
    )
