"""What every benchmark does: documents to an index, cases to a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case
from eval.importers.imported import Imported, write_documents
from eval.provenance import corpus_of
from eval.run import run
from eval.runs import Run, load_run
from index.embedding import Encoder
from index.errors import StaleIndexError
from index.library import Library
from index.parsing import Direct
from index.settings import Settings
from index.sync import sync
from qa.assistant import Assistant
from qa.wiring import assemble

Assembler = Callable[[Library, Encoder, Settings], Assistant]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where data lie and work is kept, and how an assistant is built.

    ``assemble`` is the place to switch parts off: an assembler that leaves one out gives the same
    tables without it.
    """

    data: Path
    work: Path
    encoder: Encoder
    settings: Settings
    assemble: Assembler = assemble
    say: Callable[[str], None] = print

    def index(self, name: str, imported: Imported) -> Assistant:
        """Sync the documents of an import and open an assistant on them; close it after use."""
        folder = self.work / name
        shutil.rmtree(folder / "documents", ignore_errors=True)
        write_documents(imported.pages, folder / "documents")
        self._sync(folder)
        library = Library(folder / "index", self.encoder)
        return self.assemble(library, self.encoder, self.settings)

    def _sync(self, folder: Path) -> None:
        places, index = [folder / "documents"], folder / "index"
        try:
            report = sync(places, index, self.encoder, parser=Direct())
        except StaleIndexError:
            report = sync(places, index, self.encoder, rebuild=True, parser=Direct())
        files = len(report.added) + len(report.changed) + len(report.unchanged)
        self.say(f"{folder.name}: {files} documents, {report.seconds:.1f} s")

    def ask(self, name: str, assistant: Assistant, cases: Sequence[Case]) -> Run:
        """Ask cases and measure; the run is kept in the work folder, for ``belegt eval report``."""
        out = self.work / name / "run"
        shutil.rmtree(out, ignore_errors=True)
        run(assistant, cases, corpus_of(assistant.library), out)
        return load_run(out)
