"""Files dropped on the documents page: into the library folder, then into the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from index.errors import IndexError_
from index.files import visible
from ui import render
from ui.uploads import Kept, keep
from ui.web.faults import show_fault
from ui.wording import Words


def upload_area(library: Path, max_file_mb: float, begin: Callable[[], None], w: Words) -> None:
    """A place to drop several files on; ``begin`` starts the sync once they lie in ``library``."""
    st.html(render.heading_html(w("upload")))
    st.html(render.note_html(w("upload_intro", library=library)))
    round_ = st.session_state.setdefault("upload_round", 0)
    limit = max(1, int(max_file_mb))
    files = st.file_uploader(
        w("upload_label", limit=limit),
        accept_multiple_files=True,
        max_upload_size=limit,
        key=f"upload-{round_}",
    )
    st.button(
        w("upload_go"),
        key="upload_go",
        disabled=not files,
        on_click=_take,
        args=(library, files, begin),
    )
    fault = st.session_state.get("upload_fault")
    if fault:
        show_fault(fault, w)
    kept: list[Kept] = st.session_state.get("uploaded", [])
    for line in _said(kept, w):
        st.html(render.note_html(line))


def _take(
    library: Path,
    files: Sequence[st.runtime.uploaded_file_manager.UploadedFile],
    begin: Callable[[], None],
) -> None:
    st.session_state["upload_fault"] = None
    try:
        kept = [keep(library, file.name, file.getvalue()) for file in files]
    except IndexError_ as fault:
        st.session_state["upload_fault"] = fault
        return
    st.session_state["uploaded"] = kept
    st.session_state["upload_round"] += 1  # a new, empty box
    begin()


def _said(kept: Sequence[Kept], w: Words) -> list[str]:
    """How many lie there now, and which are called otherwise than they were."""
    if not kept:
        return []
    lines = [w.counted("upload_done", sum(file.is_new for file in kept))]
    for file in kept:
        names = {"old": visible(file.asked), "new": visible(file.name)}
        if not file.is_new:
            lines.append(w("upload_same", old=names["old"]))
        elif file.name != file.asked:
            lines.append(w("upload_renamed", **names))
    return lines
