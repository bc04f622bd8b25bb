"""Ask a set of questions, see what became of each, compare two runs, take them elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from eval.case_list import case_list
from eval.cases import load_cases
from eval.compare import compare
from eval.comparison_view import comparison_view
from eval.exporters import FORMATS, export
from eval.html_report import REPORT, html_report
from eval.markup import Node
from eval.overview import counted, headline, particulars
from eval.question_sets import ENDINGS, QuestionSet, available
from eval.runs import SUMMARY, Listed, Run, list_runs, load_run, new_folder
from eval.set_template import template
from index.errors import BelegtError, NoIndexError
from qa.serial import reply_from_json
from ui import render
from ui.web import documents_page, parts, signing, talk
from ui.web.desk import Desk
from ui.web.evaluating import Evaluating, evaluating
from ui.web.faults import show_fault
from ui.web.opening import open_desk, settings
from ui.wording import Words

_TICK = 0.5
_LINES = 2_000
_DETAIL_BYTES = 4_000_000
"""What the page carries of the cases; the report, which is a file, carries more."""

_FAULTS = 20
_MINUTE = 60


def show(w: Words) -> None:
    """The page; with nothing indexed yet, the way to a first answer."""
    try:
        desk = open_desk(w)
    except NoIndexError:
        documents_page.first_use(w)
        return
    if not desk.documents():
        documents_page.first_use(w)
        return
    index = settings().index
    job = evaluating(str(index.resolve()))
    st.html(render.heading1_html(w("page_evaluation")))
    st.html(render.intro_html(w("evaluation_intro")))
    _new_run(job, desk, index, w)
    _runs(job, desk, index, w)


# -- a new run --------------------------------------------------------------------------------


def _new_run(job: Evaluating, desk: Desk, index: Path, w: Words) -> None:
    sets = available(index)
    names = {str(one.path): one for one in sets}
    if st.session_state.get("set_wanted") in names:
        st.session_state["set"] = st.session_state.pop("set_wanted")
    with st.container(border=True, key="new_run"):
        chosen = st.selectbox(
            w("set_choose"),
            list(names),
            key="set",
            format_func=lambda path: _set_name(names[path], w),
        )
        st.button(
            w("run_start"),
            key="run",
            type="primary",
            disabled=job.running or not chosen,
            on_click=_start,
            args=(job, desk, [Path(chosen)] if chosen else [], index),
        )
        _own_questions(desk, w)
    if job.running:
        st.fragment(_progress, run_every=_TICK)(job, w)
    elif job.fault:
        show_fault(job.fault, w)


@st.cache_data(show_spinner=False, max_entries=64)
def _count(path: str, _stamp: tuple[int, int]) -> int | None:
    """Cases of a set; None where it cannot be read, which a run would say."""
    try:
        return len(load_cases(Path(path)))
    except BelegtError:
        return None


def _set_name(one: QuestionSet, w: Words) -> str:
    stat = one.path.stat()
    count = _count(str(one.path), (stat.st_mtime_ns, stat.st_size))
    name = w("set_own") if one.kind == "own" else one.name
    kind = w(f"set_{one.kind}_note")
    questions = w("set_faulty") if count is None else w.counted("eval_n", count)
    return " · ".join(part for part in (name, questions, kind) if part)


def _start(job: Evaluating, desk: Desk, files: Sequence[Path], index: Path) -> None:
    out = new_folder(index)
    job.start(desk, files, out, settings().model_dump(mode="json"))
    st.session_state["run_wanted"] = out.name


def _resume(job: Evaluating, desk: Desk, listed: Listed, files: Sequence[Path]) -> None:
    job.start(desk, files, listed.folder, settings().model_dump(mode="json"))
    st.session_state["run_wanted"] = listed.name


def _progress(job: Evaluating, w: Words) -> None:
    """Redrawn on its own while the rest of the page stays; when it ends, the page shows its run,
    also to those who came, or came back, while it was under way."""
    if not job.running:
        st.session_state["run_wanted"] = job.out.name if job.out else None
        st.rerun()
    if job.total:
        left = documents_page.span(job.left(), w)
        st.progress(job.share(), w("run_progress", done=job.done, total=job.total, left=left))
    else:
        st.progress(0.0, w("run_starting"))
    st.button(
        w("run_stopping" if job.stopping else "run_stop"),
        key="stop",
        disabled=job.stopping,
        on_click=job.stop,
    )


# -- questions of one's own -------------------------------------------------------------------


def _own_questions(desk: Desk, w: Words) -> None:
    with st.expander(w("own_heading"), key="own"):
        st.html(render.how_to_html(w))
        st.download_button(
            w("own_template"),
            template(w.language),
            file_name=w("own_template_file"),
            mime="text/csv",
            key="template",
            on_click="ignore",
            icon=":material/download:",
        )
        given = st.file_uploader(w("own_upload"), type=list(ENDINGS), key="upload")
        if given is not None:
            _take(desk, given.name, given.getvalue(), given.file_id, w)


def _take(desk: Desk, name: str, data: bytes, file_id: str, w: Words) -> None:
    """Check an upload; without a fault it is kept and chosen, once for each upload."""
    try:
        path, found = desk.keep_set(name, data)
    except BelegtError as fault:
        show_fault(fault, w)
        return
    if found.faults:
        lead = w.counted("own_faults", len(found.faults))
        st.html(render.faults_html(lead, found.faults[:_FAULTS]))
        if len(found.faults) > _FAULTS:
            st.html(render.note_html(w("shown_of", shown=_FAULTS, total=len(found.faults))))
        return
    if st.session_state.get("taken") != file_id:
        st.session_state["taken"] = file_id
        st.session_state["set_wanted"] = str(path)
        st.rerun()
    st.html(render.note_html(w.counted("own_taken", found.cases)))


# -- runs -------------------------------------------------------------------------------------


def _runs(job: Evaluating, desk: Desk, index: Path, w: Words) -> None:
    at_work = job.out.name if job.running and job.out else ""
    listed = {one.name: one for one in list_runs(index) if one.name != at_work}
    if not listed:
        return
    wanted = _wanted(listed)
    if wanted:
        st.session_state["shown_run"] = wanted
    chosen = st.selectbox(
        w("run_choose"),
        list(listed),
        key="shown_run",
        format_func=lambda name: _run_name(listed[name], w),
    )
    if chosen is None:
        return
    one = listed[chosen]
    if not one.complete:
        _interrupted(job, desk, one, index, w)
        return
    st.query_params["run"] = chosen
    _result(desk, one, [other for other in listed.values() if other.complete], w)


def _wanted(listed: Mapping[str, Listed]) -> str | None:
    """The run to show instead of the one that is chosen: one begun here, else the address's."""
    if st.session_state.get("run_wanted") in listed:
        return str(st.session_state.pop("run_wanted"))
    if st.session_state.get("shown_run") in listed:
        return None
    named = st.query_params.get("run")
    return named if named in listed else None


def _zone() -> ZoneInfo | None:
    """Where the browser is; None for the server's own."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _run_name(one: Listed, w: Words) -> str:
    local = datetime.fromisoformat(one.date).astimezone(_zone()).isoformat()
    time = f"{w.date(local[:10])}, {local[11:19]}"
    count = w.counted("eval_n", one.n) if one.complete else w.counted("run_interrupted", one.n)
    return " · ".join(part for part in (time, ", ".join(one.files), count) if part)


def _interrupted(job: Evaluating, desk: Desk, one: Listed, index: Path, w: Words) -> None:
    known = {found.name: found.path for found in available(index)}
    files = [known[name] for name in one.files if name in known]
    complete = len(files) == len(one.files)
    st.html(render.note_html(w("run_interrupted_note" if complete else "run_set_gone")))
    st.button(
        w("run_resume"),
        key="resume",
        type="primary",
        disabled=job.running or not complete,
        on_click=_resume,
        args=(job, desk, one, files),
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _loaded(folder: str, _stamp: int) -> Run:
    return load_run(Path(folder))


def _run(one: Listed) -> Run:
    return _loaded(str(one.folder), (one.folder / SUMMARY).stat().st_mtime_ns)


def _result(desk: Desk, one: Listed, others: Sequence[Listed], w: Words) -> None:
    try:
        run = _run(one)
    except BelegtError as fault:
        show_fault(fault, w)
        return
    outcomes = counted(row.outcome for row in run.rows)
    parts.figures(headline(run.summary, outcomes, w), key="headline")
    cases, figures, compared, files = st.tabs(
        [w("tab_cases"), w("tab_figures"), w("tab_compare"), w("tab_files")]
    )
    with cases:
        data = _case_data(str(one.folder), run.summary.rows_sha256 or "", w.language, run, w)
        parts.cases(data, key="cases", opened=partial(_open, desk, run))
    with figures:
        parts.figures(particulars(run.summary, w), key="particulars")
    with compared:
        _compare(one, run, others, w)
    with files:
        _files(run, w)


@st.cache_resource(show_spinner=False, max_entries=8)
def _case_data(folder: str, _rows: str, language: str, _run: Run, _w: Words) -> dict[str, object]:
    data = case_list(_run, _w, lines=_LINES, detail_bytes=_DETAIL_BYTES)
    data["labels"]["case_open"] = _w("case_open")
    return data


def _open(desk: Desk, run: Run, case: str) -> None:
    """Show a case of the run in the chat, with the reply it got there."""
    row = next((row for row in run.rows if row.id == case), None)
    reply = run.reply(row) if row else None
    if reply is None:
        return
    chat = secrets.token_hex(8)
    turn = desk.adopt(chat, reply_from_json(reply), signing.owner())
    st.session_state["conversation"] = talk.Conversation(id=chat, turns=[turn])
    st.session_state["go"] = "ask"


def _compare(one: Listed, run: Run, others: Sequence[Listed], w: Words) -> None:
    """Set the run against another, which is taken for the earlier one."""
    names = {other.name: other for other in others if other.name != one.name}
    if not names:
        st.html(render.note_html(w("compare_needs_two")))
        return
    chosen = st.selectbox(
        w("compare_choose"),
        list(names),
        key="compared",
        index=None,
        placeholder=w("compare_placeholder"),
        format_func=lambda name: _run_name(names[name], w),
    )
    if chosen is None:
        return
    try:
        tree = _comparison(_run(names[chosen]), run, w.language, w)
    except BelegtError as fault:
        show_fault(fault, w)
        return
    parts.figures(tree, key="comparison")


def _content(run: Run) -> tuple[str, str | None, str]:
    """What a run is known by: its folder may be written over, with equal rows of other settings."""
    return str(run.folder), run.summary.rows_sha256, run.summary.provenance.date


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs={Run: _content})
def _comparison(before: Run, after: Run, language: str, _w: Words) -> Node:
    return comparison_view(compare(before, after), _w)


# -- files ------------------------------------------------------------------------------------


def _files(run: Run, w: Words) -> None:
    """Everything that can be taken elsewhere, made when it is asked for."""
    st.html(render.note_html(w("files_note", folder=str(run.folder))))
    st.download_button(
        w("file_report"),
        lambda: html_report(run, w).encode(),
        file_name=REPORT,
        mime="text/html",
        key="file_report",
        type="primary",
        on_click="ignore",
    )
    with st.container(gap=None):
        for name, one in FORMATS.items():
            st.download_button(
                w(f"file_{name}"),
                partial(export, run.folder, name),
                file_name=one.file,
                mime=one.mime,
                key=f"file_{name}",
                type="tertiary",
                on_click="ignore",
                icon=":material/download:",
            )
