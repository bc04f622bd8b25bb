"""Pages of a PDF as images for the reader, drawn in the background; the newest are kept."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import streamlit as st

from index.errors import BelegtError
from index.readers.extracted import Page, Painted
from index.settings import Settings
from index.values import Document
from ui.showing import Painter
from ui.web.opening import settings
from ui.web.parts import Picture
from ui.wording import Words

_KEPT = 20

Spans = tuple[tuple[int, int], ...]
"""Places in a document's text, the opened one first."""


class Easel:
    """Draws pages, each once, while they are among the newest asked for."""

    def __init__(self, chosen: Settings) -> None:
        self._painter = Painter(chosen)
        self._drawer = ThreadPoolExecutor(1, "draw")
        self._lock = threading.Lock()
        self._drawn: OrderedDict[tuple[str, str, int, Spans], Future[Painted]] = OrderedDict()

    def draw(self, document: Document, page: int, spans: Spans) -> Future[Painted]:
        """The image of a page with the places on it painted; it may still be on the way."""
        key = (document.path, document.revision, page, spans)
        with self._lock:
            if key not in self._drawn or _failed(self._drawn[key]):
                self._drawn[key] = self._drawer.submit(self._painter.paint, document, spans, page)
            self._drawn.move_to_end(key)
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)[1].cancel()
            return self._drawn[key]


def _failed(drawing: Future[Painted]) -> bool:
    return drawing.cancelled() or (drawing.done() and drawing.exception() is not None)


@st.cache_resource(show_spinner=False)
def _easel(index: str, _settings: Settings) -> Easel:
    return Easel(_settings)


def drawing(document: Document, page: int, spans: Spans) -> Future[Painted]:
    """The image of a page, drawn or on the way."""
    return _easel(str(settings().index.resolve()), settings()).draw(document, page, spans)


def picture(
    document: Document, pages: Sequence[Page], page: int, drawn: Future[Painted] | None, w: Words
) -> tuple[Picture, str]:
    """What the reader shows of a page, and the line that says why there is no image; ``drawn`` is
    None while none is wanted."""
    count = w("page_of", count=len(pages))
    shown = Picture(document.path, page, len(pages), count, wanted=drawn is not None)
    if drawn is None:
        return shown, ""
    if not drawn.done():
        return replace(shown, waiting=True, alt=w("page_image_drawing")), ""
    fault = drawn.exception()
    if isinstance(fault, BelegtError):
        return shown, w("page_image_fault", line=str(fault))
    painted = drawn.result()
    source = "data:image/png;base64," + base64.b64encode(painted.png).decode()
    alt = w("page_image_alt", page=page, title=document.title)
    return replace(shown, source=source, alt=alt, top=painted.top), ""


def page_of(pages: Sequence[Page], start: int) -> int:
    """The number of the page on which a character of the text stands."""
    return max((page.number for page in pages if page.start <= start), default=1)
