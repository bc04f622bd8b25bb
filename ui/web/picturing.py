"""The page of a PDF on which a quote stands, as an image for the reader."""

from __future__ import annotations

import base64
from dataclasses import replace

import streamlit as st

from index.errors import BelegtError
from index.settings import Settings
from index.values import Document
from ui.render import Place
from ui.showing import Painter
from ui.web.opening import settings
from ui.web.parts import Picture
from ui.wording import Words

_KEPT = 20


@st.cache_resource(show_spinner=False)
def _painter(index: str, _settings: Settings) -> Painter:
    return Painter(_settings)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _painted(index: str, _document: Document, revision: str, start: int, end: int) -> Picture:
    painted = _painter(index, settings()).paint(_document, start, end)
    source = "data:image/png;base64," + base64.b64encode(painted.png).decode()
    return Picture(source, top=painted.top)


def picture_of(document: Document, place: Place, w: Words) -> tuple[Picture, str]:
    """The image, and the line that says why there is none."""
    try:
        with st.spinner(w("page_image_drawing")):
            index = str(settings().index.resolve())
            picture = _painted(index, document, document.revision, place.start, place.end)
    except BelegtError as error:
        return Picture(), w("page_image_fault", line=str(error))
    return replace(picture, alt=w("page_image_alt", title=document.title)), ""
