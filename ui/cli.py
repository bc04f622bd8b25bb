"""The ``belegt`` command. Results on stdout, everything else on stderr; 0 good, 1 failed, 2 misuse."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from index.errors import BelegtError
from index.files import visible
from index.settings import load_settings
from ui.cli_eval import compare, evaluation
from ui.cli_sync import show, sync
from ui.terminal import (
    AsJson,
    Index,
    assistant_of,
    log,
    print_json,
    print_text,
    spoken,
)
from ui.wording import Words, words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers German and English questions from your own documents, with exact citations.",
)
app.add_typer(evaluation, name="eval")
app.command()(compare)
app.command()(sync)
app.command()(show)
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
    extractive: Annotated[
        bool, typer.Option("--extractive", help="Quote only, whatever language model is set.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Also write the reply to this file: .docx, .html or .md."),
    ] = None,
) -> None:
    """Answer a question from the indexed documents, or say that they do not."""
    from qa.serial import reply_to_json
    from ui.showing import find_document

    if language not in (None, "de", "en"):
        raise typer.BadParameter(f"{language!r}; wanted de or en", param_hint="--language")
    if export:
        _check_ending(export)  # before anything is asked
    question = question.encode(
        "utf-8", "replace"
    ).decode()  # a shell may pass bytes that are no text
    settings = load_settings(index=index, llm_base_url="" if extractive else None)
    assistant = assistant_of(settings)
    try:
        known = assistant.library.documents()
        within = None if not document else [find_document(name, known).path for name in document]
        reply = assistant.ask(
            question, language=language, interface=spoken(settings), within=within
        )
        why = None
        if explain:
            why = assistant.explain(question, interface=spoken(settings), within=within)
        if export:
            _export(reply, known, export)
    finally:
        assistant.close()
    if as_json:
        print_json(reply_to_json(reply) | ({"explanation": why.to_json()} if why else {}))
    else:
        _print_reply(reply)
        if why:
            print_text("")
            print_text(why.to_text())


def _check_ending(target: Path) -> None:
    from ui.exporting import format_of

    format_of(target)


def _export(reply: Any, documents: Mapping[str, Any], target: Path) -> None:
    from ui.exporting import export_to
    from ui.exporting.paper import paper_of

    export_to(paper_of([reply], documents, words(reply.language), date.today()), target)
    log.print(f"The reply is in {target}", markup=False)


def _print_reply(reply: Any) -> None:
    from qa.values import Answer
    from ui.render import page_text

    w = words(reply.language)
    print_text(reply.text)
    print_text("")
    if isinstance(reply, Answer):
        _print_writer(reply, w)
        for c in reply.citations:
            facts = (c.title, page_text(c.page, c.page_label, w), *c.heading)
            place = " › ".join(filter(None, facts))
            print_text(f"[{c.number}] {place}  ({visible(c.document)} {c.start}:{c.end})")
            _print_also([also.document for also in c.also], w)
    else:
        for hit in reply.passages[:3]:
            p = hit.passage
            near = " ".join(p.text[hit.nearest :].split())[:100]
            print_text(f"  ·  {visible(p.document)} {p.start}:{p.end}  {near} …")
            _print_also([also.document for also in hit.also], w)


def _print_writer(answer: Any, w: Words) -> None:
    """Which model wrote an answer and what was left out of it, or why none did."""
    if answer.notice:
        print_text(answer.notice)
    if answer.model:
        print_text(w("written_by", model=visible(answer.model)))
    if answer.dropped:
        print_text(w.counted("left_out", answer.dropped))
    if answer.notice or answer.model:
        print_text("")


def _print_also(documents: Sequence[str], w: Words) -> None:
    """Where the same stands too, in a short line; nothing where it stands nowhere else."""
    if documents:
        named = ", ".join(visible(document) for document in dict.fromkeys(documents))
        print_text(f"     {w('also_in', title=named)}")


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
