"""Faults as lines that say what to do; tracebacks go to the server's log, never to the page."""

from __future__ import annotations

import logging

import streamlit as st

from index.errors import BelegtError
from ui import render
from ui.wording import CATALOGUE, Words

_LOG = logging.getLogger(__name__)


def show_fault(fault: BaseException, w: Words) -> None:
    """A fault that the user can mend with its own line, any other with a general one."""
    if not isinstance(fault, BelegtError):
        _LOG.error("unexpected fault", exc_info=fault)
        st.html(render.fault_html(w("fault_other")))
        return
    # The class or the nearest above it that the catalogue knows.
    names = [f"fault_{kind.__name__}" for kind in type(fault).__mro__]
    known = next((name for name in names if name in CATALOGUE), "fault_heading")
    st.html(render.fault_html(w(known), str(fault)))
