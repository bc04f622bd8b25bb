"""Who finds the passage: belegt and simpler rankings on the same passages, by language and way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval import metrics
from eval.bench.baselines import Baselines
from eval.bench.harness import Bench
from eval.cases import Span
from eval.importers.imported import Imported
from eval.importers.squad import Mix, Squad, mixed, single
from eval.summary import mean_figure
from eval.values import DIRECTIONS, Figure, Row
from qa.assistant import Assistant

BELEGT = "belegt"
WAYS = ("same", "across")
MIXES: tuple[Mix, ...] = ("paragraphs", "articles")
MEASURES = (
    "document_hit_at_1",
    "document_hit_at_5",
    "document_ndcg_at_10",
    "hit_at_1",
    "hit_at_5",
    "quote_hit_at_1",
)
"""A document is a paragraph here: the first three are about paragraphs, the next two about the
passages they are cut into, the last about what is quoted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one system made of one question; ``direction`` is ``de->en`` and the like."""

    system: str
    direction: str
    cluster: str
    measures: dict[str, float | None]

    @property
    def way(self) -> str:
        """Whether question and passage share a language."""
        return "same" if self.direction[:2] == self.direction[-2:] else "across"


@dataclass(frozen=True, slots=True)
class Table:
    """Everything found on some corpora, to be put into figures by system and direction or way."""

    found: tuple[Found, ...]

    def figure(self, measure: str, system: str, where: str) -> Figure:
        """The average of a measure; ``where`` is a direction or a way."""
        chosen = [f for f in self.found if f.system == system and where in (f.direction, f.way)]
        return mean_figure([f.measures[measure] for f in chosen], [f.cluster for f in chosen])


def mixes(bench: Bench, german: Squad, english: Squad) -> dict[Mix, Table]:
    """Each paragraph, and each article, in one language only; both assignments together."""
    systems = ("plain", "words", "hybrid", "centred")
    tables: dict[Mix, Table] = {}
    for mix in MIXES:
        found: list[Found] = []
        for assignment in (0, 1):
            imported = mixed(german, english, mix, assignment)
            found += measured(bench, f"mixed-{mix}-{assignment}", imported, systems)
        tables[mix] = Table(tuple(found))
    return tables


def directions(bench: Bench, german: Squad, english: Squad) -> Table:
    """All documents in one language, questions in both."""
    systems = ("plain", "words", "hybrid", "forms")
    found = [
        *measured(bench, "german", single(german, [english]), systems),
        *measured(bench, "english", single(english, [german]), systems),
    ]
    return Table(tuple(found))


def measured(bench: Bench, name: str, imported: Imported, systems: Iterable[str]) -> list[Found]:
    """Index an import, ask its cases of belegt, and rank for them by each other system."""
    assistant = bench.index(name, imported)
    try:
        rows = bench.ask(name, assistant, imported.cases).rows
        ours = [_found(BELEGT, row, _ours(row)) for row in rows]
        return ours + others(assistant, rows, systems)
    finally:
        assistant.close()


def others(assistant: Assistant, rows: Sequence[Row], systems: Iterable[str]) -> list[Found]:
    """The same questions ranked by simpler means, with the same vectors."""
    baselines = Baselines(assistant.library)
    made = assistant.encoder.encode_questions([row.case.question for row in rows])
    return [
        _found(system, row, _theirs(ranked, row.gold))
        for system in systems
        for row, asked in zip(rows, made, strict=True)
        for ranked in [baselines.rank(system, row.case.question, row.case.language, asked.vector)]
    ]


def _found(system: str, row: Row, measures: dict[str, float | None]) -> Found:
    if row.direction not in DIRECTIONS:
        raise ValueError(f"case {row.id} has direction {row.direction}; wanted one of {DIRECTIONS}")
    return Found(system, row.direction, row.cluster, measures)


def _ours(row: Row) -> dict[str, float | None]:
    return {name: getattr(row.measures, name) for name in MEASURES}


def _theirs(ranked: Sequence[Span], gold: Sequence[Span]) -> dict[str, float | None]:
    documents, wanted = metrics.documents_of(ranked), metrics.documents_of(gold)
    return {
        "document_hit_at_1": metrics.hit_at(1, documents, wanted),
        "document_hit_at_5": metrics.hit_at(5, documents, wanted),
        "document_ndcg_at_10": metrics.ndcg_at(10, documents, wanted),
        "hit_at_1": metrics.hit_at(1, ranked, gold),
        "hit_at_5": metrics.hit_at(5, ranked, gold),
        "quote_hit_at_1": None,
    }
