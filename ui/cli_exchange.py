"""``belegt eval import`` and ``belegt eval export``: outside sets come in, runs go out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import BelegtError
from index.settings import load_settings
from ui.terminal import Index, log

if TYPE_CHECKING:
    from eval.importers.imported import Imported

SOURCES = ("squad", "nomiracl", "trec")
MIXES = ("articles", "paragraphs")


def import_set(
    files: Annotated[list[Path], typer.Argument(help="The files of the outside set.")],
    out: Annotated[Path, typer.Option(help="New folder for documents and questions.")],
    source: Annotated[
        str, typer.Option("--format", help=f"Shape of the files: {', '.join(SOURCES)}.")
    ] = "squad",
    mix: Annotated[
        str | None,
        typer.Option(help="Take each of the articles, or paragraphs, in one of two languages."),
    ] = None,
    assignment: Annotated[
        int, typer.Option(min=0, max=1, help="With --mix: which file comes first.")
    ] = 0,
    closed: Annotated[
        bool, typer.Option("--closed", help="Ask each question of its own paragraph only.")
    ] = False,
    documents: Annotated[
        Path | None, typer.Option(help="With trec: the folder of the judged documents.")
    ] = None,
) -> None:
    """Turn an outside question set into documents to sync and a set to ask."""
    from eval.importers.imported import DOCUMENTS, QUESTIONS, write

    _one_of(source, SOURCES, "--format")
    _one_of(mix, (*MIXES, None), "--mix")
    _belongs(mix, "--mix", source, "squad")
    _belongs(closed, "--closed", source, "squad")
    _belongs(documents, "--documents", source, "trec")
    if source == "squad":
        imported = _squad(files, mix, assignment, closed)
    elif source == "nomiracl":
        imported = _nomiracl(files)
    else:
        imported = _trec(files, documents)
    write(imported, out)
    for note in imported.notes:
        log.print(note, markup=False)
    place = documents or out / DOCUMENTS
    print(f"{len(imported.pages)} documents, {len(imported.cases)} questions")
    print(f"next: belegt sync {place}")
    print(f"      belegt eval {out / QUESTIONS}")


def export_run(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or its name in INDEX/runs.")],
    target: Annotated[
        str,
        typer.Option("--format", help="csv, junit, trec-run, trec-qrels, ragas, deepeval or mteb."),
    ],
    index: Index = None,
    out: Annotated[Path | None, typer.Option(help="File to write (default: stdout).")] = None,
) -> None:
    """Write a kept run in the format of another tool."""
    from eval.exporters import FORMATS, export
    from eval.runs import run_folder

    _one_of(target, tuple(FORMATS), "--format")
    content = export(run_folder(load_settings(index=index).index, run), target)
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BelegtError(f"{out}: {error.strerror or error}. Choose another place.") from error
    log.print(f"{out} is written", markup=False)


def _one_of(value: str | None, wanted: tuple[str | None, ...], option: str) -> None:
    if value not in wanted:
        known = ", ".join(name for name in wanted if name)
        raise typer.BadParameter(f"{value!r}; wanted one of {known}", param_hint=option)


def _belongs(value: object, option: str, source: str, to: str) -> None:
    if value and source != to:
        raise typer.BadParameter(f"goes with --format {to} only", param_hint=option)


def _squad(files: list[Path], mix: str | None, assignment: int, closed: bool) -> Imported:
    """Files of SQuAD's shape; a ``.jsonl`` among them lists near misses about the others."""
    from dataclasses import replace

    from eval.importers.squad import mixed, near_misses, read_squad, single

    squads = [read_squad(path) for path in files if path.suffix.lower() != ".jsonl"]
    if mix and (len(squads) != 2 or closed):
        raise typer.BadParameter("wants two files, and no --closed", param_hint="--mix")
    if not squads:
        raise typer.BadParameter("wants a SQuAD-shaped .json file", param_hint="FILES")
    if mix:
        imported = mixed(*squads, "articles" if mix == "articles" else "paragraphs", assignment)
    else:
        imported = single(squads[0], squads[1:], closed=closed)
    near = [
        case
        for path in files
        if path.suffix.lower() == ".jsonl"
        for case in near_misses(path, squads, closed=closed)
    ]
    return replace(imported, cases=(*imported.cases, *near))


def _nomiracl(files: list[Path]) -> Imported:
    from eval.importers.nomiracl import nomiracl

    if len(files) != 1:
        raise typer.BadParameter("nomiracl wants one file", param_hint="FILES")
    return nomiracl(files[0])


def _trec(files: list[Path], documents: Path | None) -> Imported:
    from eval.importers.trec import trec

    if len(files) != 2 or documents is None:
        raise typer.BadParameter("trec wants qrels, topics and --documents", param_hint="FILES")
    return trec(files[0], files[1], documents)
