"""Folders into the index, and back to the place: ``belegt sync`` and ``belegt show``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from index.errors import BelegtError, LockedError
from index.files import visible
from index.settings import Settings, load_settings
from index.values import SyncReport
from ui.terminal import AsJson, Index, bytes_bar, log, print_json, print_text

# -- sync -------------------------------------------------------------------------------------


def sync(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files to mirror (default: seeds).")
    ] = None,
    index: Index = None,
    include: Annotated[
        list[str] | None,
        typer.Option(help="Take only files that fit, such as '*.pdf'; repeatable."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Leave out what fits, such as 'drafts/*'; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--watch", help="Go on, and sync whenever something changes.")
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Write every document anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read folders and files into the index; only what has changed costs time."""
    from index.options import default_places, options_of
    from index.sync import preview

    settings = load_settings(index=index, include=include or None, exclude=exclude or None)
    places = folders or default_places(settings)
    if dry_run:
        report = preview(places, settings.index, options_of(settings))
        _print_report(report, as_json=as_json, dry=True)
        return
    run = _syncing(settings, places, rebuild=rebuild)
    if follow:
        _follow(settings, places, lambda: _print_report(run(), as_json=as_json))
    else:
        _print_report(run(), as_json=as_json)


def _syncing(settings: Settings, places: list[Path], *, rebuild: bool) -> Callable[[], SyncReport]:
    """A sync that can be repeated; only the first one rebuilds."""
    from index.embedding import load_encoder
    from index.options import options_of
    from index.sync import sync as run_sync

    with bytes_bar("unpacking the model") as unpacked:
        encoder = load_encoder(settings.model, settings.cache, settings.threads, unpacked)
    first = [rebuild]

    def run() -> SyncReport:
        anew = bool(first and first.pop())
        with _sync_bar() as watch:
            return run_sync(
                places, settings.index, encoder, options_of(settings), rebuild=anew, watch=watch
            )

    return run


def _follow(settings: Settings, places: list[Path], sync_once: Callable[[], None]) -> None:
    """Sync now and after every change, until Ctrl-C; a fault is said, and the next change tried."""
    from index.watching import follow

    due = True
    watched = [*places, *([settings.library] if settings.library.is_dir() else [])]
    try:
        for changed in follow(watched, leave_out=settings.index):
            if not (due or changed):
                continue
            try:
                sync_once()
                due = False
            except BelegtError as error:
                if not due or changed:
                    log.print(" ".join(str(error).split()), markup=False)
                due = isinstance(error, LockedError)  # else nothing helps but another change
            sys.stdout.flush()
    except KeyboardInterrupt:
        log.print("Stopped watching; what was finished is kept.", markup=False)


def _print_report(report: SyncReport, *, as_json: bool, dry: bool = False) -> None:
    if as_json:
        print_json({name: getattr(report, name) for name in SyncReport.__slots__})
        return
    kinds = ("added", "changed", "moved", "removed", "unchanged", "failed")
    counts = ", ".join(f"{len(getattr(report, kind))} {kind}" for kind in kinds)
    print(f"would be: {counts}" if dry else counts)
    for kind in ("added", "changed", "removed"):
        for path in getattr(report, kind):
            print(f"  {kind:8} {visible(path)}")
    for old, new in report.moved:
        print(f"  moved    {visible(old)} -> {visible(new)}")
    for kind, pairs in (("warning", report.warnings), ("failed", report.failed)):
        for path, text in pairs:
            print(f"  {kind:8} {visible(path)}: {visible(text)}")
    if not dry:
        print(
            f"{report.passages} passages written, {report.embedded} texts embedded"
            f" in {report.seconds:.1f} s"
        )


@contextmanager
def _sync_bar() -> Iterator[Any]:
    columns = (
        TextColumn("{task.fields[where]}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=log, transient=True, disable=not log.is_terminal) as bar:
        task = bar.add_task("", total=1.0, where="", rate="")
        started = datetime.now(UTC)

        def watch(progress: Any) -> None:
            seconds = (datetime.now(UTC) - started).total_seconds()
            rate = f"{progress.passages / seconds:.0f} passages/s" if seconds > 1 else ""
            where = f"{progress.done}/{progress.documents} {visible(progress.document)[-40:]}"
            bar.update(task, completed=progress.share, where=where, rate=rate)

        yield watch


# -- show -------------------------------------------------------------------------------------


def show(
    document: str,
    at: Annotated[
        str | None, typer.Option(help="START:END in code points: print this place, marked ⟦so⟧.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(help="Paint the place on its page, into this file (PDF only).")
    ] = None,
    index: Index = None,
    as_json: AsJson = False,
) -> None:
    """Print the text of an indexed document, or one place in it with its surroundings."""
    from ui.showing import Painter, look_up

    if png and not at:
        raise typer.BadParameter("needs --at START:END", param_hint="--png")
    settings = load_settings(index=index)
    shown = look_up(settings, document, _span(at) if at else None)
    if png:
        with closing(Painter(settings)) as painter:
            _write_file(png, painter.paint(shown.document, [(shown.start, shown.end)]).png)
    if as_json:
        print_json(shown.to_json())
    elif at:
        log.print(shown.where(), markup=False)
        print_text(shown.in_place())
    else:
        sys.stdout.write(shown.text)


def _span(at: str) -> tuple[int, int]:
    try:
        start, end = (int(part) for part in at.split(":"))
    except ValueError:
        raise typer.BadParameter(
            f"{at!r}; wanted START:END, such as 120:241", param_hint="--at"
        ) from None
    return start, end


def _write_file(place: Path, data: bytes) -> None:
    try:
        place.write_bytes(data)
    except OSError as error:
        raise BelegtError(f"{place}: {error.strerror}. Name another file.") from None
