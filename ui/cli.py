"""The ``belegt`` command. Results on stdout, everything else on stderr; 0 good, 1 failed, 2 misuse."""

from __future__ import annotations

import difflib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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

from index.errors import BelegtError
from index.settings import load_settings
from index.values import Document, SyncReport
from ui.cli_eval import compare, evaluation
from ui.terminal import AsJson, Index, assistant_of, bytes_bar, log, print_json, print_text, spoken

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers German and English questions from your own documents, with exact citations.",
)
app.add_typer(evaluation, name="eval")
app.command()(compare)
_AT_CONTEXT = 300
_INTERRUPTED = 130


def main() -> None:
    """Entry point: errors that a user can mend are one line, never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what the terminal cannot show is no fault
    try:
        app()
    except BelegtError as error:
        _say_and_exit(str(error), 1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:  # typer has caught the Ctrl-C
            _say_and_exit("Stopped; what was finished is kept.", _INTERRUPTED)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _say_and_exit(line: str, code: int) -> None:
    log.print(" ".join(line.split()), markup=False)
    sys.exit(code)


# -- sync -------------------------------------------------------------------------------------


@app.command()
def sync(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders to mirror (default: seeds).")
    ] = None,
    index: Index = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Write every document anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read folders into the index; only what has changed costs time."""
    from index.embedding import load_encoder
    from index.sync import sync as run_sync

    settings = load_settings(index=index)
    with bytes_bar("unpacking the model") as unpacked:
        encoder = load_encoder(settings.model, settings.cache, settings.threads, unpacked)
    with _sync_bar() as watch:
        report = run_sync(
            folders or [settings.documents],
            settings.index,
            encoder,
            max_file_mb=settings.max_file_mb,
            rebuild=rebuild,
            watch=watch,
        )
    if as_json:
        print_json(
            {name: getattr(report, name) for name in SyncReport.__slots__}  # frozen, so in order
        )
    else:
        _print_report(report)


def _print_report(report: SyncReport) -> None:
    counts = ", ".join(
        f"{len(getattr(report, kind))} {kind}"
        for kind in ("added", "changed", "removed", "unchanged", "failed")
    )
    print(counts)
    for kind in ("added", "changed", "removed"):
        for path in getattr(report, kind):
            print_text(f"  {kind:8} {path}")
    for path, reason in report.failed:
        print_text(f"  failed   {path}: {reason}")
    print(
        f"{report.passages} passages written, {report.embedded} texts embedded"
        f" in {report.seconds:.1f} s"
    )


@contextmanager
def _sync_bar() -> Iterator[Any]:
    columns = (
        TextColumn("{task.fields[where]}"),
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
            where = f"{progress.done}/{progress.documents} {progress.document[-40:]}"
            bar.update(task, completed=progress.share, where=where, rate=rate)

        yield watch


# -- ask --------------------------------------------------------------------------------------


@app.command()
def ask(
    question: str,
    index: Index = None,
    as_json: AsJson = False,
    language: Annotated[
        str | None, typer.Option(help="Language of the reply, de or en (default: the question's).")
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="Search only this document; may be repeated.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell what each signal added to the scores.")
    ] = False,
) -> None:
    """Answer a question from the indexed documents, or say that they do not."""
    from qa.serial import reply_to_json

    if language not in (None, "de", "en"):
        raise typer.BadParameter(f"{language!r}; wanted de or en", param_hint="--language")
    question = question.encode(
        "utf-8", "replace"
    ).decode()  # a shell may pass bytes that are no text
    settings = load_settings(index=index)
    assistant = assistant_of(settings)
    try:
        known = assistant.library.documents()
        within = None if not document else [_find(name, known).path for name in document]
        reply = assistant.ask(
            question, language=language, interface=spoken(settings), within=within
        )
        why = None
        if explain:
            why = assistant.explain(question, interface=spoken(settings), within=within)
    finally:
        assistant.close()
    if as_json:
        print_json(reply_to_json(reply) | ({"explanation": why.to_json()} if why else {}))
    else:
        _print_reply(reply)
        if why:
            print_text("")
            print_text(why.to_text())


def _print_reply(reply: Any) -> None:
    from qa.values import Answer

    print_text(reply.text)
    print_text("")
    if isinstance(reply, Answer):
        for c in reply.citations:
            place = " › ".join((c.title, *c.heading))
            print_text(f"[{c.number}] {place}  ({c.document} {c.start}:{c.end})")
    else:
        for hit in reply.passages[:3]:
            p = hit.passage
            print_text(f"  ·  {p.document} {p.start}:{p.end}  {' '.join(p.text.split())[:100]} …")


# -- show -------------------------------------------------------------------------------------


@app.command()
def show(
    document: str,
    at: Annotated[
        str | None, typer.Option(help="START:END in code points: print this place, marked ⟦so⟧.")
    ] = None,
    index: Index = None,
    as_json: AsJson = False,
) -> None:
    """Print the text of an indexed document, or one place in it with its surroundings."""
    from index.store import Store

    settings = load_settings(index=index)
    store = Store(settings.index)
    try:
        found = _find(document, {d.path: d for d in store.documents()})
        text = store.text(found.revision) or ""
    finally:
        store.close()
    start, end = _span(at, len(text)) if at else (0, len(text))
    if as_json:
        names = ("path", "title", "publisher", "date", "language", "kind", "revision")
        described = {name: getattr(found, name) for name in names}
        print_json(described | {"start": start, "end": end, "text": text[start:end]})
    elif at:
        before = text[max(0, start - _AT_CONTEXT) : start]
        print_text(f"{before}⟦{text[start:end]}⟧{text[end : end + _AT_CONTEXT]}")
    else:
        sys.stdout.write(text)


def _find(name: str, documents: dict[str, Document]) -> Document:
    """The document of this path, or the only one whose path or title contains it."""
    if name in documents:
        return documents[name]
    lowered = name.lower()
    near = [
        d for d in documents.values() if lowered in d.path.lower() or lowered in d.title.lower()
    ]
    if len(near) == 1:
        return near[0]
    guesses = [d.path for d in near] or difflib.get_close_matches(name, documents, 3, 0.3)
    hint = f" Perhaps {', '.join(guesses[:3])}?" if guesses else " Run `belegt sync FOLDER` first."
    raise BelegtError(
        f"{name!r}: {'several documents' if near else 'no document'} of this name.{hint}"
    )


def _span(at: str, length: int) -> tuple[int, int]:
    try:
        start, end = (int(part) for part in at.split(":"))
    except ValueError:
        raise typer.BadParameter(
            f"{at!r}; wanted START:END, such as 120:241", param_hint="--at"
        ) from None
    if not 0 <= start < end <= length:
        raise BelegtError(f"--at {at}: outside the document, which has 0:{length}.")
    return start, end


# -- doctor, ui ---------------------------------------------------------------------------------


@app.command()
def doctor(index: Index = None, as_json: AsJson = False) -> None:
    """Check model, index and machine; says what to run where something is wrong."""
    from ui.doctor import Finding, examine

    findings: list[Finding] = []
    for finding in examine(load_settings(index=index)):
        findings.append(finding)
        if not as_json:
            print(
                f"{'ok   ' if finding.ok else 'WRONG'} {finding.check}: {finding.text}", flush=True
            )
    if as_json:
        print_json([{"check": f.check, "ok": f.ok, "text": f.text} for f in findings])
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def ui(
    index: Index = None,
    port: Annotated[
        int | None, typer.Option(help="Port (default: 8501, or the next free).")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to serve on (default: 127.0.0.1).")
    ] = None,
) -> None:
    """Serve the chat pages and print their address; Ctrl-C ends it."""
    from ui.serving import command, environment, find_port

    settings = load_settings(index=index, host=host, port=port)
    free = find_port(settings.host, settings.port, fixed=port is not None)
    url = f"http://{settings.host}:{free}"
    log.print(f"belegt is at {url}  (Ctrl-C ends it)", markup=False)
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        log.print(
            "Warning: everyone who reaches this address can read the documents.", markup=False
        )
    raise typer.Exit(
        subprocess.run(
            command(settings.host, free), env=environment(settings), check=False
        ).returncode
    )


if __name__ == "__main__":
    main()
