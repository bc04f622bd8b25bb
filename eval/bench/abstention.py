"""When the documents do not answer: from questions about something else to adversarial ones.

Each tier asks answerable and unanswerable questions of the same indexes, so that nothing but the
answer's being there tells them apart. Figures are the AUROC of ``confidence`` and, at the threshold
that ships, the balanced accuracy; beside them the AUROC of the best plain cosine, which is what a
score threshold in other tools decides by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from eval.bench.baselines import Baselines
from eval.bench.harness import Bench
from eval.cases import Case
from eval.importers.imported import Imported
from eval.importers.nomiracl import may_be_fitted, nomiracl
from eval.importers.squad import Squad, near_misses, single
from eval.summary import auroc_figure, ece_figure, summarise
from eval.values import Figure, Provenance, Row

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of the table: ``name`` and the direction or language asked in; ``sure`` are confidence,
    whether it is answerable, and cluster of each question."""

    name: str
    where: str
    answerable: int
    unanswerable: int
    auroc: Figure
    balanced: Figure
    ece: Figure
    cosine: Figure
    sure: tuple[tuple[float, bool, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Decided:
    """A row, what its run says of itself, and the best plain cosine that was there to be found."""

    row: Row
    provenance: Provenance
    cosine: float


def off_topic(bench: Bench, squad: Squad) -> Tier:
    """Each half of the articles indexed alone; the questions on both halves are asked."""
    decided: list[_Decided] = []
    for half in (0, 1):
        there = {p.path for p in squad.paragraphs if p.article % 2 == half}
        asked = {p.path for p in squad.paragraphs}
        decided += _split(bench, f"{squad.language}-half-{half}", squad, there, asked)
    return _tier("off topic", squad.language, decided)


def removed(bench: Bench, squad: Squad) -> Tier:
    """Five indexes, each without every fifth paragraph; asked are the questions on those, and as
    many on paragraphs that are there."""
    decided: list[_Decided] = []
    for fold in range(FOLDS):
        gone = {p.path for p in squad.paragraphs[fold::FOLDS]}
        there = {p.path for p in squad.paragraphs} - gone
        asked = gone | {p.path for p in squad.paragraphs[(fold + 1) % FOLDS :: FOLDS]}
        decided += _split(bench, f"{squad.language}-without-{fold}", squad, there, asked)
    return _tier("right paragraph removed", squad.language, decided)


def adversarial(bench: Bench, documents: Squad, english: Squad, file: Path) -> Tier:
    """Questions that a paragraph seems to answer, and those that it answers; each is asked of that
    paragraph only. English questions, documents in either language."""
    others = [] if documents is english else [english]
    imported = single(documents, others, closed=True)
    answerable = [case for case in imported.cases if case.language == "en"]
    near = near_misses(file, [documents, *others])
    name = f"adversarial-{documents.language}"
    decided = _decided(bench, name, replace(imported, cases=(*answerable, *near)))
    return _tier("adversarial", f"en->{documents.language}", decided)


def ten_passages(bench: Bench, files: Iterable[Path]) -> list[Tier]:
    """NoMIRACL, each question asked of its ten passages; only queries that nothing was fitted on."""
    tiers = []
    for file in files:
        imported = nomiracl(file, lambda query: not may_be_fitted(query))
        language = imported.cases[0].language
        decided = _decided(bench, f"nomiracl-{language}", imported)
        tiers.append(_tier("NoMIRACL, ten passages", language, decided))
    return tiers


# -- asking -----------------------------------------------------------------------------------------


def _split(
    bench: Bench, name: str, squad: Squad, there: Set[str], asked: Set[str]
) -> list[_Decided]:
    """Index the paragraphs that are ``there``; of the ``asked`` ones the others have no answer."""
    imported = single(squad)
    pages = tuple(replace(page, title="") for page in imported.pages if page.path in there)
    cases = (case for case in imported.cases if case.cluster in asked)
    split = (case if case.cluster in there else _unanswerable(case) for case in cases)
    return _decided(bench, name, Imported(pages, tuple(split)))


def _unanswerable(case: Case) -> Case:
    return replace(case, answerable=False, answers=(), evidence=())


def _decided(bench: Bench, name: str, imported: Imported) -> list[_Decided]:
    assistant = bench.index(name, imported)
    try:
        run = bench.ask(name, assistant, imported.cases)
        baselines = Baselines(assistant.library)
        made = assistant.encoder.encode_questions([row.case.question for row in run.rows])
        return [
            _Decided(
                row, run.summary.provenance, baselines.best_cosine(asked.vector, row.case.within)
            )
            for row, asked in zip(run.rows, made, strict=True)
        ]
    finally:
        assistant.close()


def _tier(name: str, where: str, decided: Sequence[_Decided]) -> Tier:
    rows = [one.row for one in decided]
    labels = [row.case.answerable for row in rows]
    (overall, *_) = summarise(rows, decided[0].provenance).groups
    return Tier(
        name,
        where,
        sum(labels),
        len(labels) - sum(labels),
        overall.figures["refusal_auroc"],
        overall.figures["refusal_balanced_accuracy"],
        overall.figures["ece"],
        auroc_figure([one.cosine for one in decided], labels, [row.cluster for row in rows]),
        tuple((row.measures.confidence or 0.0, row.case.answerable, row.cluster) for row in rows),
    )


def calibration(tiers: Iterable[Tier], language: str) -> Figure:
    """Calibration error over the questions of all tiers asked in one language."""
    sure = [one for tier in tiers if tier.where[:2] == language for one in tier.sure]
    return ece_figure([c for c, _, _ in sure], [a for _, a, _ in sure], [k for _, _, k in sure])
