"""Who is asking: everyone the same local person, or whoever has signed in.

Signing in is OpenID Connect by Streamlit, on where the user's own ``.streamlit/secrets.toml`` has a
section ``[auth]`` (docs/security.md). Conversations then belong to whoever asked.
"""

from __future__ import annotations

import streamlit as st

from ui import render
from ui.wording import Words


def owner() -> str:
    """Whose conversations these are: issuer and subject of the one signed in, else empty."""
    user = st.user.to_dict()
    if not user.get("is_logged_in"):
        return ""
    return " ".join(str(user.get(name, "")) for name in ("iss", "sub")).strip() or str(
        user["email"]
    )


def is_missing() -> bool:
    """Whether somebody has to sign in first."""
    return st.user.to_dict().get("is_logged_in") is False


def ask_for(w: Words) -> None:
    """In place of the page: a button that leads to the provider and back."""
    st.html(render.sign_in_html(w))
    st.button(
        w("sign_in"), key="sign-in", type="primary", icon=":material/login:", on_click=st.login
    )


def show(w: Words) -> None:
    """Who is signed in, and the way out; nothing where nobody signs in."""
    if owner():
        user = st.user.to_dict()
        name = str(user.get("name") or user.get("email") or user.get("sub", ""))
        st.html(render.note_html(w("signed_in"), name))
        st.button(w("sign_out"), key="sign-out", type="tertiary", on_click=st.logout)
