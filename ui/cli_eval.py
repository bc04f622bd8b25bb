"""``belegt eval`` and ``belegt compare``: question sets to figures, and two runs side by side.

The first word after ``eval`` is a file, unless it is one of the words below; a file of such a name is
written ``./check``. Other modules hang their words on ``evaluation``.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import BelegtError
from index.settings import load_settings
from ui.cli_exchange import export_run, import_set
from ui.cli_report import report
from ui.terminal import AsJson, Index, assistant_of, count_bar, log, print_json, print_text


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
    oracle: Annotated[
        str | None,
        typer.Option(
            help="Split the blame: given (search the gold passages only), removed (all but them)"
            " or retrieval (read nothing)."
        ),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEASURE=VALUE", help="Exit 1 if a figure is worse than this; may be repeated."
        ),
    ] = None,
) -> None:
    """Ask every question of a set and print what was right, with figures per direction."""
    from eval.report import table
    from eval.run import evaluate
    from eval.runs import new_folder
    from eval.summary import summary_to_json
    from eval.values import ORACLES

    if oracle not in (None, *ORACLES):
        wanted = ", ".join(ORACLES)
        raise typer.BadParameter(f"{oracle!r}; wanted one of {wanted}", param_hint="--oracle")
    limits = _limits(fail_under or [])
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
                oracle=oracle,
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
    _hold(summary.group("overall", "overall", part), limits)


def _limits(words: list[str]) -> dict[str, float]:
    """``MEASURE=VALUE`` taken apart; wrong use is said before anything is asked."""
    from eval.values import AVERAGED, DECIDED

    limits = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in (*AVERAGED, *DECIDED):
            near = ", ".join(difflib.get_close_matches(name, (*AVERAGED, *DECIDED), 3, 0.3))
            raise typer.BadParameter(
                f"{name!r} is no measure; perhaps {near or AVERAGED[0]}", param_hint="--fail-under"
            )
        try:
            limits[name] = float(value)
        except ValueError:
            raise typer.BadParameter(
                f"{word!r}; wanted MEASURE=VALUE, such as hit_at_5=0.9", param_hint="--fail-under"
            ) from None
    return limits


def _hold(group: Any, limits: dict[str, float]) -> None:
    """Compare figures with the limits set for them.

    Raises:
        BelegtError: one is worse, or has no value; all of them in one line.
    """
    from eval.values import LOWER_IS_BETTER

    faults = []
    for name, limit in limits.items():
        value = group.figures[name].value if group else None
        above = name in LOWER_IS_BETTER
        if value is None:
            faults.append(f"{name} has no value, so that {limit:g} cannot be held")
        elif value > limit if above else value < limit:
            faults.append(f"{name} is {value:.4f}, {'above' if above else 'under'} {limit:g}")
    if faults:
        raise BelegtError(f"Failed: {'; '.join(faults)}.")


@evaluation.command()
def check(files: Files, index: Index = None, as_json: AsJson = False) -> None:
    """Look at a set without asking: faults with their place, and what it consists of."""
    from dataclasses import asdict

    from eval.checking import check as look
    from eval.provenance import corpus_in
    from index.store import Store

    store = Store(load_settings(index=index).index)
    try:
        found = look(files, corpus_in(store).texts)
    finally:
        store.close()
    if as_json:
        print_json(asdict(found))
    else:
        _print_check(found)
    if found.faults:
        raise BelegtError(f"{_counted(len(found.faults), 'fault')}; nothing was asked.")


def _print_check(found: Any) -> None:
    for fault in found.faults:
        print_text(fault)
    refusable = found.cases - found.answerable
    languages = ", ".join(f"{n} {language}" for language, n in found.languages.items())
    print_text(f"{_counted(found.cases, 'case')}{languages and ': '}{languages}")
    print_text(
        f"{found.answerable} answerable, {refusable} not, {found.conversations} in conversations"
    )
    if found.tags:
        print_text(f"tags: {', '.join(f'{tag} {n}' for tag, n in found.tags.items())}")
    for note in found.notes:
        print_text(f"note: {note}")


def _counted(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"


def compare(
    before: Annotated[Path, typer.Argument(help="Folder of a run, or its name in INDEX/runs.")],
    after: Annotated[Path, typer.Argument(help="Folder of the run to set against it.")],
    index: Index = None,
    as_json: AsJson = False,
    part: Annotated[
        str | None, typer.Option(help="Compare one part only, such as dev or test.")
    ] = None,
    fail_if_worse: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="MARGIN",
            help="Exit 1 if a tested measure falls by more than this, or beyond chance.",
        ),
    ] = None,
) -> None:
    """Set two runs of the same questions against each other: what changed, and by chance or not."""
    from eval.compare import compare as set_against
    from eval.compare import comparison_to_json
    from eval.report import comparison_table
    from eval.runs import find_run

    folder = load_settings(index=index).index
    found = set_against(find_run(folder, before), find_run(folder, after), part)
    if as_json:
        print_json(comparison_to_json(found))
    else:
        print_text(comparison_table(found))
    worse = [] if fail_if_worse is None else found.worse(fail_if_worse)
    if worse:
        changes = "; ".join(f"{d.measure} {d.before:.4f} -> {d.after:.4f}" for d in worse)
        raise BelegtError(f"Worse: {changes}.")


# Words of other modules: evaluation.command("word")(function)
evaluation.command("report")(report)
evaluation.command("import")(import_set)
evaluation.command("export")(export_run)
