"""``belegt eval`` and ``belegt compare``: question sets to figures, and two runs side by side.

The first word after ``eval`` is a file, unless it is one of the words below; a file of such a name is
written ``./check``. Other modules hang their words on ``evaluation``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import BelegtError
from index.settings import load_settings
from ui.cli_report import report
from ui.terminal import AsJson, Index, assistant_of, count_bar, log, print_json


class FilesOrWord(TyperGroup):
    """Takes ``eval FILE…`` for ``eval run FILE…``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


evaluation = typer.Typer(
    cls=FilesOrWord,
    no_args_is_help=True,
    help="Question sets to figures. `belegt eval FILE…` is `belegt eval run FILE…`.",
    subcommand_metavar="FILE… | WORD",
)

Files = Annotated[list[Path], typer.Argument(help="Question sets, .jsonl or .csv.")]


@evaluation.command()
def run(
    files: Files,
    index: Index = None,
    as_json: AsJson = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the run; an interrupted one is taken up."),
    ] = None,
    part: Annotated[
        str | None, typer.Option(help="Show the figures of one part only, such as dev or test.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the run in --out.")
    ] = False,
) -> None:
    """Ask every question of a set and print what was right, with figures per direction."""
    from eval.report import table
    from eval.run import evaluate
    from eval.runs import new_folder
    from eval.summary import summary_to_json

    settings = load_settings(index=index)
    out = out or new_folder(settings.index)
    assistant = assistant_of(settings)
    try:
        with count_bar("asking") as advance:
            summary = evaluate(
                assistant,
                assistant.library,
                files,
                out,
                advance,
                overwrite=overwrite,
                settings=settings.model_dump(mode="json"),
            )
    finally:
        assistant.close()
    if as_json:
        print_json(summary_to_json(summary))
    else:
        print(table(summary, part))
    log.print(f"rows.jsonl and summary.json are in {out}", markup=False)
    if summary.errors:
        raise BelegtError(f"{summary.errors} questions ended in an error; see {out}/rows.jsonl.")


# Words of other modules: evaluation.command("word")(function)
evaluation.command("report")(report)
