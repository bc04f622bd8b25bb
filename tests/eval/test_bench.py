"""The benchmarks from end to end on made-up articles, and baselines that are what they are called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.bench import sources
from eval.bench.baselines import Baselines, fused
from eval.bench.harness import Bench
from eval.bench.measuring import about, measure
from eval.bench.page import Goal, Measured, goals, page
from eval.bench.ranking import BELEGT, measured
from eval.importers.nomiracl import may_be_fitted
from eval.importers.squad import mixed, read_squad, single
from eval.remembering import RememberingEncoder
from eval.runs import load_run
from eval.values import Figure
from index.settings import Settings
from tests.fakes import WordEncoder

ROOT = Path(__file__).parents[2]
THINGS = (
    ("Leuchtturm", "lighthouse", "Bremen", 1871),
    ("Sternwarte", "observatory", "Potsdam", 1874),
    ("Brauerei", "brewery", "Bamberg", 1405),
    ("Druckerei", "printing house", "Leipzig", 1519),
    ("Orgel", "organ", "Passau", 1733),
    ("Schleuse", "lock", "Kiel", 1895),
    ("Seilbahn", "cable car", "Freiburg", 1930),
    ("Windmühle", "windmill", "Greetsiel", 1856),
    ("Bibliothek", "library", "Weimar", 1691),
    ("Werft", "shipyard", "Rostock", 1850),
)


def side(language: str) -> dict:
    """Two articles of five paragraphs, each about one thing."""
    articles = []
    for half in (THINGS[:5], THINGS[5:]):
        paragraphs = []
        for german, english, place, year in half:
            text = {
                "de": f"Die {german} in {place} wurde im Jahr {year} eröffnet und ist sehr bekannt.",
                "en": f"The {english} in {place} was opened in the year {year} and is well known.",
            }[language]
            question = {
                "de": f"In welchem Jahr wurde die {german} in {place} eröffnet?",
                "en": f"In which year was the {english} in {place} opened?",
            }[language]
            answer = {"text": str(year), "answer_start": text.index(str(year))}
            qas = [{"id": place, "question": question, "answers": [answer]}]
            paragraphs.append({"context": text, "qas": qas})
        articles.append({"title": half[0][1], "paragraphs": paragraphs})
    return {"data": articles}


def near_miss(i: int) -> dict[str, str]:
    _, english, place, _ = THINGS[i]
    begins = f"The {english} in {place}"
    return {"id": f"n{i}", "question_en": f"Who owns the {english}?", "context_prefix": begins}


def query(number: int, language: str) -> dict:
    german, english, place, year = THINGS[number % len(THINGS)]
    text = {"de": f"Die {german} stammt von {year}.", "en": f"The {english} dates from {year}."}
    question = {"de": f"Wann entstand die {german}?", "en": f"When was the {english} built?"}
    passages = [{"docid": f"{number}#{i}", "text": f"{place}: {text[language]}"} for i in range(2)]
    return {
        "id": f"{number}#0",
        "lang": language,
        "question": question[language],
        "answerable": number % 4 < 2,
        "passages": passages,
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """All files of the outside data, small."""
    folder = tmp_path / "data"
    for name, content in (
        (sources.XQUAD_DE, [side("de")]),
        (sources.XQUAD_EN, [side("en")]),
        (sources.NEAR_MISSES, [near_miss(i) for i in range(len(THINGS))]),
        (sources.NOMIRACL[0], [query(i, "de") for i in range(20)]),
        (sources.NOMIRACL[1], [query(i, "en") for i in range(20)]),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(json.dumps(one) + "\n" for one in content))
    return folder


@pytest.fixture
def bench(data: Path, tmp_path: Path, settings: Settings):
    remembering = RememberingEncoder(WordEncoder(), tmp_path / "work" / "vectors.sqlite")
    yield Bench(data, tmp_path / "work", remembering, settings, say=lambda line: None)
    remembering.close()


def test_everything_is_measured_and_written(bench: Bench, data: Path) -> None:
    found = measure(bench, None)
    text = page(found, about(bench, 0.0))
    assert [tier.name for tier in found.tiers].count("NoMIRACL, ten passages") == 2
    assert {(t.name, t.where): (t.answerable, t.unanswerable) for t in found.tiers} == {
        ("off topic", "de"): (10, 10),
        ("right paragraph removed", "de"): (10, 10),
        ("off topic", "en"): (10, 10),
        ("right paragraph removed", "en"): (10, 10),
        ("adversarial", "en->en"): (10, 10),
        ("adversarial", "en->de"): (10, 10),
        **{("NoMIRACL, ten passages", language): reported() for language in ("de", "en")},
    }
    for title in ("Goals", "What is weak", "Two languages mixed, by paragraph", "Refusing"):
        assert f"\n## {title}\n" in text
    assert "| hit@1 same language / across, by paragraph | " in text
    assert " | 20 / 20 | " in text
    assert f"SHA-256 over all of them: `{sources.digest(data)[:16]}" in text
    assert "| None" not in text


def reported() -> tuple[int, int]:
    """Queries of the half that is reported on: answerable, and not."""
    kept = [i for i in range(20) if not may_be_fitted(f"{i}#0")]
    answerable = sum(i % 4 < 2 for i in kept)
    return answerable, len(kept) - answerable


def test_figures_are_those_of_the_runs(bench: Bench, data: Path) -> None:
    german, english = (read_squad(data / f) for f in (sources.XQUAD_DE, sources.XQUAD_EN))
    imported = mixed(german, english, "paragraphs")
    found = measured(bench, "mix", imported, ("plain",))
    rows = {row.id: row for row in load_run(bench.work / "mix" / "run").rows}
    ours = [f for f in found if f.system == BELEGT]
    assert len(ours) == len(rows) == 20
    for one, row in zip(ours, rows.values(), strict=True):
        assert one.direction == row.direction
        assert one.measures["document_hit_at_1"] == row.measures.document_hit_at_1
    assert {f.system for f in found} == {BELEGT, "plain"}
    assert {f.way for f in found} == {"same", "across"}


def test_a_repeat_embeds_nothing(bench: Bench, data: Path, tmp_path: Path) -> None:
    german = read_squad(data / sources.XQUAD_DE)
    first = measured(bench, "once", single(german, [german]), ("plain", "centred"))
    fresh = WordEncoder()
    again = RememberingEncoder(fresh, tmp_path / "work" / "vectors.sqlite")
    other = Bench(data, tmp_path / "work", again, bench.settings, say=lambda line: None)
    second = measured(other, "twice", single(german, [german]), ("plain", "centred"))
    again.close()
    assert fresh.encoded == 0
    assert [f.measures for f in first] == [f.measures for f in second]


# -- baselines ------------------------------------------------------------------------------------


@pytest.fixture
def baselines(bench: Bench, data: Path):
    english = read_squad(data / sources.XQUAD_EN)
    assistant = bench.index("baselines", single(english))
    yield Baselines(assistant.library)
    assistant.close()


def test_plain_is_the_order_of_the_cosines(baselines: Baselines, bench: Bench) -> None:
    assistant = bench.index("again", single(read_squad(bench.data / sources.XQUAD_EN)))
    ids, _, vectors = assistant.library.store.passage_vectors()
    asked = bench.encoder.encode_questions(["When did the library open?"])[0].vector
    cosines = {
        (p.document, p.start, p.end): float(vector @ asked)
        for p, vector in zip(assistant.library.store.passages(ids), vectors, strict=True)
    }
    assistant.close()
    found = baselines.rank("plain", "When did the library open?", "en", asked)
    ranked = [cosines[s.document, s.start, s.end] for s in found]
    assert ranked == pytest.approx(sorted(cosines.values(), reverse=True))
    assert baselines.best_cosine(asked) == pytest.approx(ranked[0])


def test_words_rank_only_what_shares_a_word(baselines: Baselines, bench: Bench) -> None:
    zeros = np.zeros(64, np.float32)
    assert [s.document for s in baselines.rank("words", "Potsdam", "en", zeros)] == [
        "lighthouse/1.txt"
    ]
    assert baselines.rank("words", "and the", "en", zeros) == []
    assert baselines.rank("words", "Nowhere", "en", zeros) == []
    first = baselines.rank("words", "Which shipyard is in Rostock?", "en", zeros)[0]
    assert first.document == "lock/4.txt"


def test_ranks_are_fused_by_their_reciprocals() -> None:
    assert fused([[1, 2, 3], [3, 2]]) == [3, 2, 1]  # 1/63 + 1/61 > 2/62 > 1/61
    assert fused([[2, 1], [1, 2]]) == [1, 2]  # equal sums go by id
    assert fused([[5], []]) == [5]


def test_only_named_documents_count_for_the_best_cosine(baselines: Baselines, bench) -> None:
    asked = bench.encoder.encode_questions(["the brewery in Bamberg"])[0].vector
    inside = baselines.best_cosine(asked, ("lighthouse/2.txt",))
    assert inside == baselines.best_cosine(asked)
    assert baselines.best_cosine(asked, ("lock/0.txt",)) < inside


def test_an_unknown_baseline_is_refused(baselines: Baselines) -> None:
    with pytest.raises(ValueError, match="'magic' is no baseline"):
        baselines.rank("magic", "?", "en", np.zeros(64, np.float32))


# -- the page -------------------------------------------------------------------------------------


def test_what_stays_below_its_goal_is_called_weak(bench: Bench) -> None:
    goal = Goal("x", [Figure(0.5)], (0.8, 0.7), (Figure(0.81, 0.7, 0.9, 10, 5), Figure(0.69)))
    assert goal.missed == [(0.7, Figure(0.69))]
    assert goals(Measured()) == []
    assert "No figure measured here stays below" in page(Measured(), about(bench, 0.0))


def test_without_data_it_says_so_and_ends_well(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BELEGT_")}
    done = subprocess.run(
        [sys.executable, "-m", "eval.bench", "--out", str(tmp_path / "page.md")],
        cwd=ROOT,
        env=environment | {sources.VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no benchmark data here, so nothing was measured" in done.stdout
    assert done.stderr == ""
    assert not (tmp_path / "page.md").exists()


def test_a_damaged_source_is_one_line(data: Path, tmp_path: Path) -> None:
    (data / sources.XQUAD_DE).write_text("{")
    for name in sources.NOMIRACL:
        (data / name).unlink()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BELEGT_")}
    environment["BELEGT_CACHE"] = os.environ.get("BELEGT_CACHE", str(tmp_path / "cache"))
    done = subprocess.run(
        [sys.executable, "-m", "eval.bench", "--work", str(tmp_path / "work")],
        cwd=ROOT,
        env=environment | {sources.VARIABLE: str(data), "BELEGT_MODEL": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
