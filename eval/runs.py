"""Runs on disk: a folder each, written as the run goes on, read back whole or row by row.

A run folder holds ``rows.jsonl`` (one row per case, in the order of the set), ``cases.jsonl`` (the
cases as asked, with places, direction and cluster) and ``summary.json`` (the figures, and all that
a later comparison must know), which is written last: a folder that has it is complete. While a run
goes on, its rows are in ``rows.jsonl.part`` and what it was begun with in ``started.json``; with
both, an interrupted run is taken up where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.cases import CaseError, Span, fields_of, read_case
from eval.summary import provenance_from_json, summary_from_json, summary_to_json
from eval.values import Measures, Provenance, Row, Summary
from index.errors import BelegtError

ROWS = "rows.jsonl"
PART = "rows.jsonl.part"
CASES = "cases.jsonl"
SUMMARY = "summary.json"
STARTED = "started.json"
RUNS = "runs"

_NOT_COMPARED = ("date", "machine", "files", "corpus_state")
"""What may differ between the two halves of an interrupted run."""


class RunError(BelegtError):
    """A run cannot be kept where it was asked to be, or what is there cannot be read."""


class RunStopped(RunError):  # noqa: N818 - nothing went wrong
    """A run was stopped on purpose; what it has found so far is kept."""


@dataclass(frozen=True, slots=True)
class Run:
    """A complete run. Replies stay on disk until asked for: those of a large set fill a memory."""

    folder: Path
    summary: Summary
    rows: tuple[Row, ...]
    _offsets: Mapping[str, int]

    def reply(self, row: Row) -> dict[str, Any] | None:
        """The reply to one case, as ``belegt ask --json`` prints it; None where it failed."""
        with _explained(self.folder), (self.folder / ROWS).open("rb") as file:
            file.seek(self._offsets[row.id])
            return _reply(file.readline())

    def replies(self) -> Iterator[tuple[Row, dict[str, Any] | None]]:
        """Every row with its reply, in the order of the set."""
        with _explained(self.folder), (self.folder / ROWS).open("rb") as file:
            for row, line in zip(self.rows, file, strict=True):
                yield row, _reply(line)


def _reply(line: bytes) -> dict[str, Any] | None:
    reply: dict[str, Any] | None = json.loads(line)["reply"]
    return reply


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in the folder of runs: ``n`` cases if it is complete, else those done so far."""

    name: str
    folder: Path
    complete: bool
    date: str
    n: int
    files: tuple[str, ...]


def list_runs(index: Path) -> list[Listed]:
    """The runs kept with an index, newest first, interrupted ones too; what is no run is left out."""
    folders = sorted(f for f in (index / RUNS).glob("*") if f.is_dir())
    listed = [one for folder in folders if (one := _listed(folder))]
    return sorted(listed, key=lambda one: (one.date, one.name), reverse=True)


def _listed(folder: Path) -> Listed | None:
    complete = (folder / SUMMARY).is_file()
    try:
        data = json.loads((folder / (SUMMARY if complete else STARTED)).read_text("utf-8"))
        about = data["provenance"] if complete else data
        n = data["n"] if complete else (folder / PART).read_bytes().count(b"\n")
        files = tuple(name for name, _ in about["files"])
        return Listed(folder.name, folder, complete, about["date"], n, files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_run(index: Path, named: Path) -> Run:
    """The run in the folder ``named``, or of that name among those kept with an index.

    Raises:
        RunError: as ``load_run``.
    """
    return load_run(run_folder(index, named))


def run_folder(index: Path, named: Path) -> Path:
    """The folder ``named``, or the one of that name among the runs kept with an index."""
    kept = index / RUNS / named
    return kept if kept.is_dir() and not named.is_dir() else named


def new_folder(index: Path) -> Path:
    """A folder for a new run with an index, named by the time; not made yet."""
    stem = index / RUNS / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder, number = stem, 1
    while folder.exists():
        number += 1
        folder = stem.with_name(f"{stem.name}-{number}")
    return folder


# -- reading ------------------------------------------------------------------------------------


def load_run(folder: Path) -> Run:
    """Read a complete run.

    Raises:
        RunError: there is none, it is not complete, or it is damaged; one line says what to do.
    """
    if not (folder / SUMMARY).is_file():
        unfinished = (folder / PART).is_file()
        raise RunError(
            f"{folder}: an interrupted run. Take it up with `belegt eval FILE --out {folder}`."
            if unfinished
            else f"{folder}: no {SUMMARY} here; wanted the folder of a run of `belegt eval`."
        )
    try:
        with _explained(folder):
            summary = summary_from_json(json.loads((folder / SUMMARY).read_text("utf-8")))
            rows, offsets = _read_rows(folder)
    except (ValueError, KeyError, TypeError, CaseError) as error:
        raise RunError(
            f"{folder}: not a run of this version, or damaged ({type(error).__name__}: {error})."
            " Run `belegt eval` again."
        ) from error
    if len(rows) != summary.n:
        raise RunError(f"{folder}: {ROWS} has {len(rows)} rows, {SUMMARY} counts {summary.n}.")
    return Run(folder, summary, tuple(rows), offsets)


def _read_rows(folder: Path) -> tuple[list[Row], dict[str, int]]:
    """The rows without their replies, and where each row begins in the file, in bytes."""
    rows: list[Row] = []
    offsets: dict[str, int] = {}
    offset = 0
    with (folder / CASES).open("rb") as cases, (folder / ROWS).open("rb") as replies:
        for number, (case, line) in enumerate(zip(cases, replies, strict=True), start=1):
            row = _row(folder, number, json.loads(case), json.loads(line))
            rows.append(row)
            offsets[row.id] = offset
            offset += len(line)
    return rows, offsets


def _row(folder: Path, number: int, asked: dict[str, Any], found: dict[str, Any]) -> Row:
    gold = tuple(Span(**span) for span in asked.pop("gold"))
    direction = asked.pop("direction")
    case = read_case(str(folder / CASES), number, asked)
    if case.id != found["id"]:
        raise ValueError(f"row {number} is of {found['id']}, wanted {case.id}")
    return Row(case, gold, direction, _measures(found), found.get("error"))


def _measures(row: dict[str, Any]) -> Measures:
    """The measures of a row; those that an older run does not know do not apply."""
    return Measures(**dict.fromkeys(Measures.__slots__) | row["measures"])


# -- writing ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """A run folder that is being written; ``done`` are the measures and errors of rows there."""

    out: Path
    done: tuple[tuple[Measures, str | None], ...]


def begin(
    out: Path, provenance: Provenance, ids: Sequence[str], *, overwrite: bool = False
) -> Begun:
    """Make a run folder, or take up the interrupted run in it if it is the same run.

    Raises:
        RunError: the folder holds something else; with ``overwrite``, a run in it is replaced.
    """
    with _explained(out):
        out.mkdir(parents=True, exist_ok=True)
        held = sorted(path.name for path in out.iterdir())
        if overwrite or not held:
            (out / PART).unlink(missing_ok=True)
            _write(out / STARTED, json.dumps(asdict(provenance), ensure_ascii=False, default=str))
            return Begun(out, ())
        if SUMMARY in held or STARTED not in held:
            what = "a complete run" if SUMMARY in held else held[0]
            raise RunError(
                f"{out}: holds {what}. Choose another folder, or replace it with --overwrite."
            )
        _check_same(out, provenance)
        if PART not in held:  # stopped before the first row, or after the last
            (out / ROWS).replace(out / PART) if ROWS in held else (out / PART).touch()
        return Begun(out, tuple(_kept(out, ids)))


def _check_same(out: Path, provenance: Provenance) -> None:
    """Refuse to mix two runs.

    Raises:
        RunError: the interrupted run was begun with something else; says with what.
    """
    try:
        before = asdict(provenance_from_json(json.loads((out / STARTED).read_text("utf-8"))))
    except (ValueError, KeyError, TypeError):
        before = {}
    now = json.loads(json.dumps(asdict(provenance), default=str))
    for name in sorted(now.keys() - set(_NOT_COMPARED)):
        if before.get(name) != now[name]:
            raise RunError(
                f"{out}: holds an interrupted run whose {name} differs ({_short(before.get(name))},"
                f" now {_short(now[name])}). Choose another folder, or replace it with --overwrite."
            )


def _short(value: Any) -> str:
    text = value[:12] if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _kept(out: Path, ids: Sequence[str]) -> Iterator[tuple[Measures, str | None]]:
    """What the whole rows of an interrupted run say; a row cut off at the end is removed."""
    whole = 0
    with (out / PART).open("r+b") as file:
        for id_, line in zip(ids, file, strict=False):
            try:
                row = json.loads(line)
                kept = _measures(row), row.get("error")
            except (ValueError, KeyError, TypeError):
                break
            if row["id"] != id_ or not line.endswith(b"\n"):
                break
            whole += len(line)
            yield kept
        file.truncate(whole)


@contextmanager
def writer(begun: Begun | None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A writer of rows that flushes each; without a folder it writes nothing."""
    if begun is None:
        yield lambda row: None
        return
    out = begun.out
    with (
        _explained(out),
        (out / PART).open("a", encoding="utf-8", errors="backslashreplace") as file,
    ):

        def write(row: Mapping[str, Any]) -> None:
            with _explained(out):
                file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
                file.flush()

        try:
            yield write
        finally:
            os.fsync(file.fileno())


def publish(out: Path, summary: Summary, rows: Sequence[Row]) -> Summary:
    """Put rows, cases and summary in place, the summary last; returns it with the hash of rows."""
    with _explained(out):
        with (out / PART).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        complete = replace(summary, rows_sha256=digest)
        (out / SUMMARY).unlink(missing_ok=True)
        _write(out / CASES, "".join(_case_line(row) for row in rows))
        (out / PART).replace(out / ROWS)
        text = json.dumps(summary_to_json(complete), ensure_ascii=False, indent=1, default=str)
        _write(out / SUMMARY, text)
        (out / STARTED).unlink(missing_ok=True)
    return complete


def _case_line(row: Row) -> str:
    where = {"gold": [asdict(span) for span in row.gold], "direction": row.direction}
    return json.dumps(fields_of(row.case) | where, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    """A whole file or none."""
    temporary = path.with_name(f"{path.name}.tmp")
    with temporary.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text.rstrip("\n") + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Turn a fault of the disk into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"{out}: {error.strerror or error}. Make room or rights, or choose another folder;"
            f" rows written so far are in {PART}."
        ) from error
