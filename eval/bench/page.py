"""What was measured, as docs/benchmarks.md. No figure on that page is typed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eval.bench.abstention import Tier, calibration
from eval.bench.ranking import BELEGT, WAYS, Table
from eval.bench.sources import SOURCES
from eval.bench.speed import Speed
from eval.importers.squad import Mix
from eval.values import DIRECTIONS, Figure

NONE = Figure(None)
NAMES = {
    "plain": "plain cosine (vector store)",
    "words": "BM25",
    "hybrid": "plain cosine + BM25 by reciprocal rank (typical hybrid)",
    "centred": "cosine centred per language",
    "forms": "belegt's word forms alone",
    BELEGT: "**belegt**",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything a run of the benchmarks found; what was not measured is empty or None."""

    mixes: dict[Mix, Table] = field(default_factory=dict)
    directions: Table | None = None
    tiers: tuple[Tier, ...] = ()
    speed: Speed | None = None
    ablation: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """When, with what and on what the figures were made."""

    date: str
    commit: str
    versions: str
    data: str
    missing: tuple[str, ...]
    wall_minutes: float
    cpu_minutes: float


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the first table: what tools reach today, what belegt must reach, and what it does.

    ``required`` and ``figures`` go together, one or two of each (same language / across).
    """

    name: str
    today: Sequence[Figure | str]
    required: Sequence[float]
    figures: Sequence[Figure]
    at_most: bool = False
    digits: int = 3

    @property
    def missed(self) -> list[tuple[float, Figure]]:
        """What is worse than required: below it, or above it where the least is wanted."""
        sign = -1 if self.at_most else 1
        pairs = zip(self.required, self.figures, strict=True)
        return [(r, f) for r, f in pairs if f.value is not None and sign * f.value < sign * r]


def page(measured: Measured, about: About) -> str:
    """The whole page."""
    rows = goals(measured)
    blocks = [
        _HEAD,
        _about(about),
        "## Goals\n\n" + _GOALS_NOTE + "\n\n" + _goals_table(rows),
        "## What is weak\n\n" + _weak(rows, measured.tiers),
        *_sections(measured),
        "## The data\n\n" + _data(about),
        _METHOD,
    ]
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


_HEAD = """
# Benchmarks

Written by `make bench`; every figure comes from a run, none is typed by hand. Figures are shares of 1
with a 95 % interval (percentile bootstrap, 2,000 draws of whole paragraphs) and the number of
questions.
"""

_GOALS_NOTE = """
"Today" is what usual means reach on the same passages with the same embedding model: for ranking the
typical hybrid (plain cosine and BM25 by reciprocal rank), for refusal a threshold on the best
cosine. Two figures are: question and passage in the same language / in different ones, or
German / English.
""".strip()

_METHOD = """
## How it is measured

- Everything goes through the real code: importer, sync, assistant, evaluation runner, with the bundled
  model and the settings that ship. The runs stay in the work folder (`--work`, default
  `runs/bench`); `belegt eval report` shows their cases.
- *By paragraph*: the paragraphs of XQuAD are German and English by turns, so every article is half in
  either language. *By article*: each article is in one language. Every question is asked in both
  languages; both assignments of languages are measured and counted together.
- Titles of articles are withheld: XQuAD's are English in both languages and would help across.
- Documents are paragraphs. hit@k and nDCG@10 ask for the right paragraph, as MTEB does, by its best
  passage; "the passage that answers" is stricter: long paragraphs are cut into several passages, and
  only one that overlaps the answer counts. The first quote counts when it holds the whole answer; a
  refused question has no quote and counts as missed.
- *Right paragraph removed*: five indexes, each without every fifth paragraph; asked are the questions on
  those and as many on paragraphs that are there. *Off topic*: half of the articles are indexed.
  *Adversarial*: each question is asked of its own paragraph only. *NoMIRACL*: of its own ten passages,
  on the half of the queries (by a hash of their ids, `may_be_fitted`) that nothing was fitted on.
- Nothing was fitted or tuned on XQuAD or on that half of NoMIRACL.
- The baselines are in `eval/bench/baselines.py`, the split and the mixes in `eval/importers/`.
"""


# -- goals ----------------------------------------------------------------------------------------


def goals(measured: Measured) -> list[Goal]:
    """The rows of the first table, as far as they were measured."""
    rows: list[Goal] = []
    required: dict[tuple[Mix, str], Sequence[float]] = {
        ("paragraphs", "document_hit_at_1"): (0.955, 0.870),
        ("paragraphs", "document_hit_at_5"): (0.992, 0.980),
        ("articles", "document_hit_at_1"): (0.950, 0.895),
    }
    for (mix, measure), wanted in required.items():
        if mix in measured.mixes:
            table, name = measured.mixes[mix], measure[-len("hit_at_1") :].replace("_at_", "@")
            rows.append(
                Goal(
                    f"{name} same language / across, by {mix.removesuffix('s')}",
                    [table.figure(measure, "hybrid", way) for way in WAYS],
                    wanted,
                    [table.figure(measure, BELEGT, way) for way in WAYS],
                )
            )
    if "paragraphs" in measured.mixes:
        table = measured.mixes["paragraphs"]
        quotes = [table.figure("quote_hit_at_1", BELEGT, way) for way in WAYS]
        name = "first quote holds the answer, same language / across"
        rows.append(Goal(name, ["–", "–"], (0.80, 0.72), quotes))
    if measured.directions:
        found = [
            measured.directions.figure("document_ndcg_at_10", s, "de->de")
            for s in ("words", "forms")
        ]
        rows.append(Goal("XQuAD-de, word forms alone, nDCG@10", found[:1], (0.960,), found[1:]))
    rows += _tier_goals(measured.tiers)
    if measured.speed:
        name = f"added to a question by all but the model, {measured.speed.many} passages, p50, ms"
        rows.append(Goal(name, ["–"], (15.0,), [measured.speed.added], at_most=True, digits=1))
    return rows


def _tier_goals(tiers: Sequence[Tier]) -> list[Goal]:
    by_place = {(tier.name, tier.where): tier for tier in tiers}
    rows = []
    for name, key, places, wanted in (
        (
            "AUROC, right paragraph removed, German / English",
            "right paragraph removed",
            ("de", "en"),
            (0.96, 0.97),
        ),
        (
            "AUROC, adversarial, English to English / to German",
            "adversarial",
            ("en->en", "en->de"),
            (0.68, 0.66),
        ),
    ):
        found = [by_place[key, place] for place in places if (key, place) in by_place]
        if len(found) == len(places):
            rows.append(Goal(name, [t.cosine for t in found], wanted, [t.auroc for t in found]))
    found = [tier for tier in tiers if tier.name.startswith("NoMIRACL")]
    if len(found) == 2:
        name = "NoMIRACL, balanced accuracy, German / English"
        today = [f"AUROC {_short(tier.cosine)}" for tier in found]
        rows.append(Goal(name, today, (0.66, 0.66), [tier.balanced for tier in found]))
    if tiers:
        name = "calibration error of `confidence`, all kinds of questions, German / English"
        errors = [calibration(tiers, language) for language in ("de", "en")]
        rows.append(Goal(name, ["–", "–"], (0.05, 0.05), errors, at_most=True))
    return rows


def _goals_table(rows: Sequence[Goal]) -> str:
    cells = [
        [
            row.name,
            " / ".join(f if isinstance(f, str) else _short(f) for f in row.today),
            " / ".join(f"{value:.{row.digits}f}" for value in row.required),
            " / ".join(interval(figure, row.digits) for figure in row.figures),
            " / ".join(str(figure.n) for figure in row.figures),
            "no" if row.missed else "yes",
        ]
        for row in rows
    ]
    return table(["figure", "today", "required", "measured", "n", "reached"], cells)


def _weak(rows: Sequence[Goal], tiers: Sequence[Tier]) -> str:
    lines = [
        f"- {row.name}: "
        + ", ".join(
            f"{_short(f, row.digits)} where {r:.{row.digits}f} is required" for r, f in row.missed
        )
        for row in rows
        if row.missed
    ]
    lines += [
        f"- Unanswerable questions ({tier.name}, {tier.where.replace('->', ' → ')}): AUROC"
        f" {_short(tier.auroc)} where the best cosine alone reaches {_short(tier.cosine)}"
        for tier in tiers
        if (tier.auroc.value or 0) < (tier.cosine.value or 0)
    ]
    return "\n".join(lines) or "No figure measured here stays below what is required."


# -- tables ---------------------------------------------------------------------------------------


def _sections(measured: Measured) -> Iterable[str]:
    for mix, found in measured.mixes.items():
        yield f"## Two languages mixed, by {mix.removesuffix('s')}\n\n" + _mix_table(found)
    if measured.directions:
        yield "## One language of documents, four directions\n\n" + _directions(measured.directions)
    if measured.tiers:
        yield "## Refusing\n\n" + _tiers(measured.tiers)
    if measured.ablation:
        yield "## What each part earns\n\n" + _ablation(measured.ablation)
    if measured.speed:
        yield "## Speed\n\n" + _speed(measured.speed)


def _mix_table(found: Table) -> str:
    tables = [
        _ranked(found, [(f"{prefix}hit_at_{k}", way) for k in (1, 5) for way in WAYS], title)
        for prefix, title in (
            ("document_", "the right paragraph"),
            ("", "the passage that answers"),
        )
    ]
    n = " and ".join(f"{found.figure('hit_at_1', BELEGT, way).n} {way}" for way in WAYS)
    return "\n\n".join([*tables, f"n: {n}."])


def _ranked(found: Table, columns: Sequence[tuple[str, str]], title: str) -> str:
    header = [
        title,
        *(f"{m.removeprefix('document_').replace('_at_', '@')}, {way}" for m, way in columns),
    ]
    rows = [
        [NAMES[system], *(interval(found.figure(m, system, way)) for m, way in columns)]
        for system in ("plain", "words", "hybrid", "centred", BELEGT)
    ]
    return table(header, rows)


def _directions(found: Table) -> str:
    columns = {
        "document_hit_at_1": "hit@1",
        "document_hit_at_5": "hit@5",
        "document_ndcg_at_10": "nDCG@10",
        "hit_at_1": "passage hit@1",
        "quote_hit_at_1": "first quote",
    }
    rows = [
        [
            direction.replace("->", " → "),
            NAMES[system],
            *(interval(found.figure(measure, system, direction)) for measure in columns),
        ]
        for direction in DIRECTIONS
        for system in ("plain", "words", "hybrid", "forms", BELEGT)
    ]
    counts = (found.figure("hit_at_1", BELEGT, d).n for d in DIRECTIONS)
    note = f"\n\nn: {' / '.join(map(str, counts))}. `de → en` is a German question to English documents."
    return table(["direction", "ranking", *columns.values()], rows) + note


def _tiers(tiers: Sequence[Tier]) -> str:
    rows = [
        [
            tier.name,
            tier.where.replace("->", " → "),
            f"{tier.answerable} / {tier.unanswerable}",
            interval(tier.cosine),
            interval(tier.auroc),
            interval(tier.balanced),
            interval(tier.ece),
        ]
        for tier in tiers
    ]
    header = [
        "unanswerable questions",
        "language",
        "n answerable / not",
        "AUROC best cosine",
        "AUROC belegt",
        "balanced accuracy belegt",
        "calibration error belegt",
    ]
    return table(header, rows)


def _ablation(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """A table of each model: everything, then what is lost without each part."""
    return "\n\n".join([_ABLATION, *(_ablated(name, found[name]) for name in ABLATED)])


def _ablated(model: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    title, columns = ABLATED[model]
    whole = rows["everything"]
    cells = [["everything", *(f"{whole[key]:.3f}" for key in columns)]]
    cells += [
        [f"without {name}", *(f"{figures[key] - whole[key]:+.3f}" for key in columns)]
        for name, figures in rows.items()
        if name != "everything"
    ]
    return table([title, *columns.values()], cells)


ABLATED = {
    "ranker": ("right paragraph first", {"same": "same language", "across": "across"}),
    "evidence": ("first sentence holds the answer", {"same": "same language", "across": "across"}),
    "answerability": (
        "AUROC of the decision",
        {"de": "removed, German", "en": "removed, English", "near": "near misses"},
    ),
    "words": ("word forms alone, nDCG@10", {"de": "German", "en": "English"}),
}
_ABLATION = """
Each model fitted again without a part, reported on XQuAD by paragraph (`python -m eval.fit --ablation`),
near misses on the training corpora's documents that were kept out of the fit; what a part earns is what
is lost without it. The parts overlap, so each loss is small. What earned nothing on the kept out documents
has been removed: of 95 features of the three models, 62 are left.
""".strip()


def _speed(speed: Speed) -> str:
    rows = [
        ["passages read in per second, sentences embedded too", f"{speed.passages_per_second:.1f}"],
        ["a question, p50 / p95", f"{speed.ask_p50:.0f} ms / {speed.ask_p95:.0f} ms"],
        [
            f"all but the model's forward pass, among {speed.many} passages, p50",
            f"{speed.added.value:.1f} ms",
        ],
        ["`belegt ask` from a cold start", f"{speed.cold_seconds:.1f} s"],
        ["the same, time of the processor", f"{speed.cold_cpu_seconds:.1f} s"],
    ]
    return table(["what", "took"], rows) + (
        f"\n\n{speed.machine}; {speed.passages} passages. Other work on the machine makes it slower."
    )


def _about(about: About) -> str:
    cost = f"{about.wall_minutes:.0f} min by the clock, {about.cpu_minutes:.0f} min of processor"
    return f"{about.date}, commit {about.commit}, {about.versions}. The run took {cost}."


def _data(about: About) -> str:
    rows = [
        [", ".join(f"`{name}`" for name in s.files), s.what, s.licence, s.origin] for s in SOURCES
    ]
    note = (
        "None of it is in this repository. Put the files into one folder under these names and"
        " name the folder in `BELEGT_DATA`. SHA-256 over all of them: "
        f"`{about.data[:16]}…`."
    )
    if about.missing:
        note += f" Missing in this run: {', '.join(f'`{name}`' for name in about.missing)}."
    return note + "\n\n" + table(["file", "what", "licence", "from"], rows)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are figures."""
    rule = ["---"] * len(header)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def interval(figure: Figure, digits: int = 3) -> str:
    """``0.954 (0.940–0.967)``; a dash where there is no value."""
    if figure.low is None or figure.high is None:
        return _short(figure, digits)
    return f"{_short(figure)} ({figure.low:.3f}–{figure.high:.3f})"


def _short(figure: Figure, digits: int = 3) -> str:
    return "–" if figure.value is None else f"{figure.value:.{digits}f}"
