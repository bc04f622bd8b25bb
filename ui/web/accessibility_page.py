"""What is done so that everybody can use the pages, and what is known to be missing."""

from __future__ import annotations

import streamlit as st

from ui import render
from ui.wording import Words

_HOLDS, _GAPS = 5, 6


def show(w: Words) -> None:
    """The page; it needs no index and no model."""
    st.html(render.heading1_html(w("page_accessibility")))
    st.html(render.intro_html(w("access_intro")))
    for part, count in (("holds", _HOLDS), ("gaps", _GAPS)):
        lines = [w(f"access_{part}_{number}") for number in range(1, count + 1)]
        st.html(render.list_html(w(f"access_{part}"), lines))
    st.html(render.note_html(w("access_report")))
