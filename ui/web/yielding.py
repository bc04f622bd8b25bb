"""Waiting without holding up other clicks."""

from __future__ import annotations

import streamlit as st


def give_way() -> None:
    """Let another click be served now: Streamlit looks for one whenever the state is read. Drawing
    something would do so too, but every message takes time of its own."""
    st.session_state.get("conversation")
