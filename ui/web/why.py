"""Why this reply: worked out when it is opened, with what another threshold would cost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from eval.runs import list_runs, load_run
from eval.threshold import Cost, costs
from index.errors import BelegtError
from index.values import Document
from ui import render_why
from ui.web.desk import Desk, Explained, Turn
from ui.web.faults import show_fault
from ui.web.opening import settings
from ui.web.yielding import give_way
from ui.wording import Words

_POLL = 0.05
_BESIDE = (-0.2, -0.1, 0.0, 0.1, 0.2)
"""Thresholds whose cost is shown, from the one in use."""


def show(desk: Desk, number: int, turn: Turn, documents: Mapping[str, Document], w: Words) -> None:
    """Under the reply; nothing is worked out while it is folded."""
    reply = turn.reply.result()
    with st.container(border=True, key=f"why-{number}"):
        try:
            why = _explanation(desk, turn, w)
        except Exception as fault:  # noqa: BLE001 - as a question's: a line, and logged
            show_fault(fault, w)
            return
        shown = [render_why.changed_html([one for _, one in why], reply, w)]
        for part, one in why:
            shown.append(render_why.decision_html(one, w, part if len(why) > 1 else ""))
            shown.append(render_why.passages_html(one, reply, documents, w))
        for fragment in filter(None, shown):  # Streamlit refuses an empty one
            st.html(fragment)
        if why[0][1].decision:
            _costs(number, why[0][1].threshold, w)


def _explanation(desk: Desk, turn: Turn, w: Words) -> list[Explained]:
    """Each step of the wait gives Streamlit the chance to serve another click."""
    future = desk.explain(turn)
    place = st.empty()
    if not future.done():
        place.status(w("why_working"))
    while not future.done():
        time.sleep(_POLL)
        give_way()
    place.empty()
    return future.result()


def _costs(number: int, threshold: float, w: Words) -> None:
    index = settings().index
    runs = (str(one.folder) for one in list_runs(index) if one.complete)
    measured = next(filter(None, (_measured(folder, threshold) for folder in runs)), [])
    count = measured[0].hopeless + measured[0].answerable if measured else 0
    st.html(render_why.costs_html(measured, count, threshold, w))
    st.button(w("why_cost_go"), key=f"cost-{number}", type="tertiary", on_click=_go)


@st.cache_data(show_spinner=False, max_entries=32)
def _measured(folder: str, threshold: float) -> list[Cost]:
    """What thresholds around the present one would have cost in a run; none if that run does not
    tell: an oracle's, or a damaged one."""
    around = sorted({round(threshold + step, 4) for step in _BESIDE})
    try:
        run = load_run(Path(folder))
    except BelegtError:
        return []
    found = costs(run.rows, [t for t in around if 0 < t < 1])
    return found if run.summary.provenance.oracle is None and any(map(_counted, found)) else []


def _counted(cost: Cost) -> bool:
    return cost.hopeless + cost.answerable > 0


def _go() -> None:
    st.session_state["go"] = "evaluation"
