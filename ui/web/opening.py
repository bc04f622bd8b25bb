"""Settings, model and assistant: each opened once for the whole server.

The model is read in a thread, so that the page can say so meanwhile; whatever fails is not kept,
so that the next visit tries again.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from index.embedding import Encoder, load_encoder
from index.library import Library
from index.settings import Settings, load_settings
from index.store import Store
from qa.wiring import assemble
from ui.web.desk import Asking, Desk
from ui.wording import Words

_POLL = 0.1
_WARM_UP = "Wo?"


@dataclass
class Model:
    """The one encoder of the server, for questions and for syncing; read when first needed."""

    settings: Settings
    done: int = 0
    total: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _encoder: Encoder | None = None

    def encoder(self) -> Encoder:
        """The encoder, with its weights in memory.

        Raises:
            ModelError: it cannot be loaded.
        """
        with self._lock:
            if self._encoder is None:
                s = self.settings
                encoder = load_encoder(s.model, s.cache, s.threads, self._watch)
                encoder.encode_questions([_WARM_UP])
                self._encoder = encoder
            return self._encoder

    @property
    def ready(self) -> bool:
        return self._encoder is not None

    def _watch(self, done: int, total: int) -> None:
        self.done, self.total = done, total


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings, read once; the command line hands its options on as variables."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def model(name: str, _settings: Settings) -> Model:
    """The model that the settings name; not yet read."""
    return Model(_settings)


@st.cache_resource(show_spinner=False)
def _opening(index: str, name: str, _settings: Settings) -> Future[Desk]:
    return _in_background(_settings, model(name, _settings))


def open_assistant(chosen: Settings, opened: Model) -> Asking:
    """An assistant that shares the server's one encoder.

    Raises:
        BelegtError: no index, an index of another model, or no model.
    """
    # Without an index there is nothing to load the model for.
    Store(chosen.index).close()
    encoder = opened.encoder()
    return assemble(Library(chosen.index, encoder), encoder, chosen)


def _in_background(chosen: Settings, opened: Model) -> Future[Desk]:
    future: Future[Desk] = Future()

    def work() -> None:
        try:
            future.set_result(Desk(open_assistant(chosen, opened)))
        except BaseException as fault:  # noqa: BLE001 - whoever waits for the future gets it
            future.set_exception(fault)

    threading.Thread(target=work, name="opening", daemon=True).start()
    return future


def open_desk(w: Words) -> Desk:
    """The desk; while the model is being read, the page says so.

    Raises:
        BelegtError: settings, index or model cannot be used.
    """
    chosen = settings()
    key = (str(Path(chosen.index).resolve()), chosen.model)
    future = _opening(*key, chosen)
    _wait(future, model(chosen.model, chosen), w)
    if future.exception():
        _opening.clear(*key, chosen)
    return future.result()


def _wait(future: Future[Desk], loading: Model, w: Words) -> None:
    # Always there, or what follows would be built anew once it is gone.
    place = st.empty()
    if future.done():
        return
    time.sleep(_POLL)
    while not future.done():
        with place.container():
            show_loading(loading, w)
        time.sleep(_POLL)
    place.empty()


def show_loading(loading: Model, w: Words) -> None:
    """How far the model is; unpacking it, at the very first start, has figures."""
    if 0 < loading.done < loading.total:
        share = loading.done / loading.total
        st.progress(share, w("loading_model_share", share=w.percent(share)))
    else:
        st.status(w("loading_model"))
