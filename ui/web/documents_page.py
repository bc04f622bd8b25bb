"""What is indexed, what could not be read, and the button that brings the index up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from index.errors import NoIndexError
from index.files import Wanted, visible
from index.options import Options, default_places, options_of
from index.values import Document, SyncReport
from ui import render
from ui.render_documents import documents_table, failures_table, notes_table
from ui.web import parts
from ui.web.desk import Shelf
from ui.web.faults import show_fault
from ui.web.opening import Model, model, open_desk, settings, show_loading
from ui.web.syncing import Syncing, syncing
from ui.web.upload import upload_area
from ui.wording import Words

_ROWS = 200
"""Rows of the table at once; the box above it narrows the rest down."""

_FILTER_FROM = 12
_TICK = 0.5
_MINUTE = 60


def show(w: Words) -> None:
    """The page; with nothing indexed yet, the way to a first answer."""
    try:
        shelf = open_desk(w).shelf()
    except NoIndexError:
        first_use(w)
        return
    if not shelf.documents:
        first_use(w)
        return
    count, passages = len(shelf.documents), sum(shelf.passages.values())
    st.html(render.heading1_html(w("page_documents")))
    st.html(render.note_html(w.counted("indexed", count, documents=count, passages=passages)))
    st.html(render.note_html(w("sync_intro")))
    _sync_area(w, lambda: shelf.folders or default_places(settings()), _options(shelf), w("sync"))
    _table(shelf, w)
    if shelf.failures:
        st.html(render.heading_html(w("failures")))
        st.html(failures_table(shelf.failures, w))
    if any(source.notes for source in shelf.sources.values()):
        st.html(render.heading_html(w("notes")))
        st.html(notes_table(shelf.sources, w))


def first_use(w: Words) -> None:
    """Three steps instead of an error, and the sample documents one click away."""
    st.html(render.first_use_html(w))
    chosen = settings()
    places = partial(default_places, chosen)
    _sync_area(w, places, options_of(chosen), w("read_samples"), primary=True)


def _options(shelf: Shelf) -> Options:
    """As the settings say; without patterns there, with those of the last sync."""
    options = options_of(settings())
    return options if options.wanted != Wanted() else replace(options, wanted=shelf.wanted)


# -- tables -----------------------------------------------------------------------------------


def _table(shelf: Shelf, w: Words) -> None:
    wanted = ""
    if len(shelf.documents) >= _FILTER_FROM:
        wanted = st.text_input(w("filter"), key="filter").strip().casefold()
    found = [d for d in shelf.documents if wanted in _searchable(d)]
    st.html(documents_table(found[:_ROWS], shelf.passages, shelf.sources, shelf.pages, w))
    st.html(render.note_html(w("share_help")))
    if len(found) > _ROWS or wanted:
        shown = min(len(found), _ROWS)
        st.html(render.note_html(w("shown_of", shown=shown, total=len(shelf.documents))))


def _searchable(document: Document) -> str:
    return "\n".join((document.title, document.path, document.publisher)).casefold()


# -- syncing ----------------------------------------------------------------------------------


def _sync_area(
    w: Words,
    places: Callable[[], list[Path]],
    options: Options,
    label: str,
    *,
    primary: bool = False,
) -> None:
    chosen = settings()
    job = syncing(str(chosen.index.resolve()))

    def begin() -> None:
        job.start(places(), chosen.index, model(chosen.model, chosen), options)

    shown = [*places(), *([chosen.library] if chosen.library.is_dir() else [])]
    st.html(render.note_html(w("folders", folders=", ".join(visible(str(p)) for p in shown))))
    st.button(
        label,
        key="sync",
        type="primary" if primary else "secondary",
        disabled=job.running,
        on_click=begin,
    )
    if job.running:
        st.fragment(_progress, run_every=_TICK)(job, model(chosen.model, chosen), w)
    elif job.fault:
        show_fault(job.fault, w)
    elif job.report:
        st.html(render.note_html(_outcome(job.report, w)))
    # A fault is an alert already.
    done = job.report if not job.running and not job.fault else None
    parts.say(_outcome(done, w) if done else "")
    upload_area(chosen.library, chosen.max_file_mb, begin, w)


def _progress(job: Syncing, loading: Model, w: Words) -> None:
    """Redrawn on its own while the rest of the page stays; when all is done, the page follows."""
    if not job.running:
        st.rerun()
    now = job.progress
    st.button(
        w("sync_cancelling" if job.stopping else "sync_cancel"),
        key="sync_cancel",
        disabled=job.stopping,
        on_click=job.cancel,
    )
    if not loading.ready:
        show_loading(loading, w)
        return
    if now is None:
        st.progress(0.0, w("sync_starting"))
        return
    figures = w(
        "sync_progress",
        done=now.done,
        documents=now.documents,
        rate=round(job.rate()),
        left=span(job.left(), w),
    )
    st.progress(min(now.share, 1.0), figures)
    if now.document:
        st.html(render.note_html(w("sync_at", document=visible(now.document))))


def span(seconds: float, w: Words) -> str:
    """Seconds as people count them."""
    if seconds < 2 * _MINUTE:
        return w("left_seconds", count=round(seconds))
    return w("left_minutes", count=round(seconds / _MINUTE))


def _outcome(report: SyncReport, w: Words) -> str:
    """How a sync has ended."""
    counts = {
        name: len(getattr(report, name))
        for name in ("added", "changed", "removed", "unchanged", "failed")
    }
    if report.stopped:
        return w("sync_stopped", added=counts["added"], changed=counts["changed"])
    took = w.counted("seconds", max(1, round(report.seconds)))
    moved = f" {w('sync_moved', count=len(report.moved))}" if report.moved else ""
    return w("sync_done", seconds=took, **counts) + moved
