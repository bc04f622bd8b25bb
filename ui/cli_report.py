"""``belegt eval report``: a run as one HTML file to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.settings import load_settings
from ui.terminal import Index, log, spoken


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or its name in INDEX/runs.")],
    index: Index = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write (default: report.html in the run).")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the report, de or en (default: the shell's).")
    ] = None,
) -> None:
    """Write a run as one HTML file with figures, curves and every question, worst first."""
    from eval.html_report import REPORT, write_report
    from eval.runs import find_run
    from ui.wording import words

    if language not in (None, "de", "en"):
        raise typer.BadParameter(f"{language!r}; wanted de or en", param_hint="--language")
    settings = load_settings(index=index)
    w = words("de" if language == "de" else "en" if language else spoken(settings))
    found = find_run(settings.index, run)
    target = out or found.folder / REPORT
    write_report(found, target, w)
    log.print(f"The report is in {target}", markup=False)
