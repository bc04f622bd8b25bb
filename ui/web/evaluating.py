"""One evaluation at a time in the background of the server, for every page to watch."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from eval.runs import RunStopped
from index.errors import BelegtError
from ui.web.desk import Desk

_LOG = logging.getLogger(__name__)


@dataclass
class Evaluating:
    """The last evaluation of this server and how it stands or ended.

    ``kept`` are the cases of an interrupted run that need not be asked again; ``stopping`` is set
    by a click and obeyed after the question that is under way.
    """

    running: bool = False
    stopping: bool = False
    started: float = 0.0
    kept: int | None = None
    done: int = 0
    total: int = 0
    out: Path | None = None
    fault: Exception | None = None
    finished: bool = False

    def start(
        self, desk: Desk, files: Sequence[Path], out: Path, settings: Mapping[str, Any]
    ) -> None:
        """Begin a run in ``out``, or take up the one there, unless one is running already."""
        if self.running:
            return
        self.running, self.stopping, self.finished = True, False, False
        self.started, self.kept, self.done, self.total = time.monotonic(), None, 0, 0
        self.out, self.fault = out, None
        run = desk.evaluation(files, out, self._watch, settings)
        threading.Thread(target=self._work, args=(run,), name="evaluate", daemon=True).start()

    def _work(self, run: Callable[[], object]) -> None:
        try:
            run()
            self.finished = True
        except RunStopped:
            pass
        except BelegtError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame: recorded
            _LOG.exception("evaluation failed")
            self.fault = error
        self.running = False

    def stop(self) -> None:
        self.stopping = True

    def _watch(self, done: int, total: int) -> None:
        if self.kept is None:
            # Told first before the first question of a run that is taken up, else after it.
            self.kept = done if done != 1 else 0
            self.started = time.monotonic() if self.kept else self.started
        self.done, self.total = done, total
        if self.stopping and done < total:
            raise RunStopped(f"{self.out}: stopped after {done} of {total} questions.")

    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    def left(self) -> float:
        """Seconds that remain at the pace so far; 0 before anything is done."""
        asked = self.done - (self.kept or 0)
        return (
            (time.monotonic() - self.started) / asked * (self.total - self.done) if asked else 0.0
        )


@st.cache_resource(show_spinner=False)
def evaluating(index: str) -> Evaluating:
    """The evaluation of one index, shared by all sessions."""
    return Evaluating()
