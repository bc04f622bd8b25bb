"""One sync at a time in the background of the server, for every page to watch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from index.errors import BelegtError
from index.options import Options
from index.sync import Progress, sync
from index.values import SyncReport
from ui.web.opening import Model

_LOG = logging.getLogger(__name__)


@dataclass
class Syncing:
    """The last sync of this server and how it stands or ended."""

    running: bool = False
    stopping: bool = False
    started: float = 0.0
    progress: Progress | None = None
    report: SyncReport | None = None
    fault: Exception | None = None

    def start(self, places: Sequence[Path], index: Path, loading: Model, options: Options) -> None:
        """Begin, unless one is running here already; one elsewhere is the index's to refuse."""
        if self.running:
            return
        self.running, self.started = True, time.monotonic()
        self.stopping = False
        self.progress = self.report = self.fault = None

        def work() -> None:
            try:
                self.report = sync(
                    places,
                    index,
                    loading.encoder(),
                    options,
                    watch=self._watch,
                    stop=lambda: self.stopping,
                )
            except BelegtError as error:
                self.fault = error
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame: recorded
                _LOG.exception("sync failed")
                self.fault = error
            self.running = False

        threading.Thread(target=work, name="sync", daemon=True).start()

    def cancel(self) -> None:
        """End with the document at work; what was written by then stays."""
        self.stopping = True

    def _watch(self, progress: Progress) -> None:
        self.progress = progress

    def rate(self) -> float:
        """Passages per second so far."""
        passages = self.progress.passages if self.progress else 0
        return passages / max(time.monotonic() - self.started, 1e-3)

    def left(self) -> float:
        """Seconds that remain at the pace so far; 0 before anything is done."""
        share = self.progress.share if self.progress else 0.0
        return (time.monotonic() - self.started) * (1 - share) / share if share else 0.0


@st.cache_resource(show_spinner=False)
def syncing(index: str) -> Syncing:
    """The sync of one index, shared by all sessions."""
    return Syncing()
