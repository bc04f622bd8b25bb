"""A kept run in the formats of other tools. Plain functions from a run to text; nothing is asked.

A new format is one function here or in a module beside, and one line in ``FORMATS``; the command
line and the page offer what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.exporters import frameworks, junit, mteb, sheet, trec
from eval.runs import Run, load_run
from index.errors import BelegtError


class ExportError(BelegtError):
    """A run cannot be exported so."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its ``name``; ``file`` is what a download is called, ``mime`` its type."""

    name: str
    file: str
    mime: str
    text: Callable[[Run], str]


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("csv", "cases.csv", "text/csv", sheet.cases),
        Format("junit", "junit.xml", "application/xml", junit.suite),
        Format("trec-run", "run.trec", "text/plain", trec.ranking),
        Format("trec-qrels", "qrels.trec", "text/plain", trec.judgements),
        Format("ragas", "ragas.jsonl", "application/jsonl", frameworks.ragas),
        Format("deepeval", "deepeval.jsonl", "application/jsonl", frameworks.deepeval),
        Format("mteb", "mteb.json", "application/json", mteb.result),
    )
}


def export(folder: Path, name: str) -> bytes:
    """A kept run in the format of this name, as the bytes of a file.

    Raises:
        ExportError: no such format.
        RunError: there is no complete run in ``folder``.
    """
    if name not in FORMATS:
        raise ExportError(f"{name}: no such format; known are {', '.join(FORMATS)}.")
    return FORMATS[name].text(load_run(folder)).encode("utf-8", "replace")
