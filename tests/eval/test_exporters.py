"""A kept run in the formats of others: their tools read it, and find the same figures."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import random
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, Evidence
from eval.exporters import FORMATS, ExportError, export
from eval.exporters.sheet import COLUMNS, defused
from eval.importers.trec import read_qrels
from eval.run import run
from eval.runs import RunError, load_run


@pytest.fixture
def kept(assistant, cases, corpus, tmp_path: Path) -> Path:
    """A run of the six cases and of one on which the assistant fails."""
    crash = Case("q 7", "crash", "en", True, (), (Evidence("en.txt", "500 partners"),))
    run(assistant, [*cases, crash], corpus, tmp_path / "kept")
    return tmp_path / "kept"


def lines(kept: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in export(kept, name).decode().splitlines()]


def table(kept: Path) -> list[dict[str, str]]:
    text = export(kept, "csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


# -- TREC -----------------------------------------------------------------------------------------


def test_ir_measures_finds_our_figures(kept: Path) -> None:
    qrels = list(ir_measures.read_trec_qrels(export(kept, "trec-qrels").decode()))
    ranking = list(ir_measures.read_trec_run(export(kept, "trec-run").decode()))
    names = {
        ir_measures.nDCG @ 10: "ndcg_at_10",
        ir_measures.RR @ 10: "mrr_at_10",
        ir_measures.Success @ 1: "hit_at_1",
        ir_measures.Success @ 5: "hit_at_5",
    }
    found = defaultdict(dict)
    for one in ir_measures.iter_calc(list(names), qrels, ranking):
        found[one.query_id][names[one.measure]] = one.value
    rows = [row for row in load_run(kept).rows if row.gold]
    assert len(found) == len(rows) == 5
    for row in rows:
        ours = {name: getattr(row.measures, name) for name in names.values()}
        assert found[row.id.replace(" ", "%20")] == pytest.approx(ours, abs=1e-9)


def test_equal_scores_keep_our_order(kept: Path) -> None:
    """Tools sort by score and break ties as they like, so no two scores of a question are equal."""
    scores = defaultdict(list)
    for line in export(kept, "trec-run").decode().splitlines():
        topic, q0, _, rank, score, tag = line.split(" ")
        assert (q0, tag) == ("Q0", "belegt")
        scores[topic].append((int(rank), float(score)))
    assert len(scores) == 6
    for ranked in scores.values():
        assert [rank for rank, _ in ranked] == list(range(1, 7))
        assert [s for _, s in ranked] == sorted({s for _, s in ranked}, reverse=True)


def test_our_own_reader_takes_the_judgements(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "qrels"
    path.write_bytes(export(kept, "trec-qrels"))
    assert read_qrels(path) == {
        "q1": ["de.txt:0-54", "en.txt:49-103"],
        "q2": ["de.txt:55-119"],
        "q3": ["en.txt:104-152"],
        "q4": ["en.txt:0-48"],
        "q%207": ["en.txt:75-87"],
    }


# -- frameworks -----------------------------------------------------------------------------------


def test_ragas_gets_its_fields(kept: Path) -> None:
    samples = lines(kept, "ragas")
    assert set(samples[0]) == {
        "user_input",
        "retrieved_contexts",
        "reference_contexts",
        "retrieved_context_ids",
        "reference_context_ids",
        "response",
        "reference",
    }
    first, second, unanswerable = samples[0], samples[1], samples[4]
    assert first["user_input"] == "Wie viele Partner hat das Netzwerk in Deutschland?"
    assert first["reference"] == "über 500"
    assert first["reference_contexts"] == ["über 500 Partner", "more than 500 partners"]
    assert first["reference_context_ids"] == ["de.txt:17-33", "en.txt:65-87"]
    assert first["retrieved_context_ids"][0] == "de.txt:0-54"
    assert first["retrieved_contexts"][0].startswith("Das Netzwerk hat über 500")
    assert second["reference"] == "60 EUR, 90 EUR"
    assert unanswerable["reference"] is None
    assert unanswerable["reference_contexts"] == []


def test_deepeval_gets_its_fields(kept: Path) -> None:
    first, *_, failed = lines(kept, "deepeval")
    assert first["name"] == "q1"
    assert first["input"] == "Wie viele Partner hat das Netzwerk in Deutschland?"
    assert "über 500 Partner" in first["actual_output"]
    assert first["expected_output"] == "über 500"
    assert first["context"] == ["über 500 Partner", "more than 500 partners"]
    assert len(first["retrieval_context"]) == 6
    assert (failed["actual_output"], failed["retrieval_context"]) == ("", [])


def test_gold_given_as_offsets_is_read_from_the_passages(assistant, corpus, tmp_path) -> None:
    evidence = (Evidence("de.txt", None, 17, 33),)
    case = Case("q", "Wie viele Partner hat das Netzwerk?", "de", True, evidence=evidence)
    run(assistant, [case], corpus, tmp_path / "kept")
    (sample,) = lines(tmp_path / "kept", "ragas")
    assert sample["reference_contexts"] == ["über 500 Partner"]


# -- JUnit ----------------------------------------------------------------------------------------


def test_a_case_is_a_test(kept: Path) -> None:
    root = ElementTree.fromstring(export(kept, "junit"))
    (suite,) = root
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    outcomes = [row.outcome for row in load_run(kept).rows]
    assert outcomes.count("failed") == 1
    wrong = sum(o not in ("right", "right_refusal", "failed") for o in outcomes)
    assert wrong == 2
    assert counts == {"tests": "7", "failures": "2", "errors": "1", "skipped": "0"}
    assert [(t.get("name"), t.get("classname")) for t in suite][:1] == [("q1", "de->de")]
    kinds = {test.get("name"): [child.tag for child in test] for test in suite}
    assert kinds["q1"] == []
    assert kinds["q 7"] == ["error"]
    (failed,) = [test[0] for test in suite if test.get("name") == "q3"]
    assert failed.tag == "failure"
    assert failed.get("message") == "false_refusal"
    assert "expected at: en.txt" in (failed.text or "")


def test_an_unread_case_is_skipped(kept: Path) -> None:
    text = (kept / "rows.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    rows[0]["measures"]["refused"] = None
    (kept / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (suite,) = ElementTree.fromstring(export(kept, "junit"))
    assert suite.get("skipped") == "1"
    assert suite[0][0].tag == "skipped"


def test_what_xml_cannot_hold_is_replaced(assistant, corpus, tmp_path) -> None:
    bad = Case("a\u0001b\ufffe", "Who\u0000 <&> is \ud7ff?", "en", True, (), (CASE_EVIDENCE,))
    run(assistant, [bad], corpus, tmp_path / "kept")
    (suite,) = ElementTree.fromstring(export(tmp_path / "kept", "junit"))
    assert suite[0].get("name") == "a\ufffdb\ufffd"
    assert "<&>" in suite[0][0].text


CASE_EVIDENCE = Evidence("en.txt", "media technology")


# -- spreadsheet ----------------------------------------------------------------------------------


def test_a_spreadsheet_reads_the_table(kept: Path) -> None:
    assert export(kept, "csv").startswith(b"\xef\xbb\xbfid;outcome;question;")
    first, *_ = rows = table(kept)
    assert tuple(first) == COLUMNS
    assert [row["id"] for row in rows] == ["q1", "q2", "q3", "q4", "q5", "q6", "q 7"]
    assert first["outcome"] == "right"
    assert first["expected_answers"] == "über 500"
    assert first["expected_text"] == "über 500 Partner | more than 500 partners"
    assert (first["found_at_1"], first["citation_on_gold"]) == ("1", "1")
    assert first["confidence_percent"].isdigit()
    assert rows[4]["found_at_1"] == ""
    assert rows[6]["error"] == "ZeroDivisionError: one\nand two"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "－"])
def test_no_cell_is_a_formula(assistant, corpus, tmp_path: Path, start: str) -> None:
    case = Case("q", f'{start}HYPERLINK("http://x";"y")', "en", False)
    run(assistant, [case], corpus, tmp_path / "kept")
    (row,) = table(tmp_path / "kept")
    assert row["question"].startswith("'")
    assert row["question"].endswith('HYPERLINK("http://x";"y")')


@given(st.text())
def test_a_defused_cell_survives_its_way(cell: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(["a", defused(cell)])
    text.seek(0)
    ((_, read),) = list(csv.reader(text, delimiter=";"))
    assert read.removeprefix("'") == cell.replace("\0", "").removeprefix("'")
    assert not read.startswith(("=", "+", "-", "@", "\t", "\r"))


# -- MTEB -----------------------------------------------------------------------------------------


def test_mteb_names_what_we_measured(kept: Path) -> None:
    data = json.loads(export(kept, "mteb"))
    summary = load_run(kept).summary
    assert data["dataset_revision"] == summary.provenance.data_sha256
    assert set(data["scores"]) == {"dev", "test"}
    by_subset = {one["hf_subset"]: one for one in data["scores"]["test"]}
    assert set(by_subset) == {"de-de", "de-en", "en-en"}
    found = by_subset["de-en"]
    assert found["languages"] == ["deu-Latn", "eng-Latn"]
    figures = summary.group("direction", "de->en", "test").figures
    assert found["ndcg_at_10"] == found["main_score"] == figures["ndcg_at_10"].value
    assert found["hit_rate_at_5"] == figures["hit_at_5"].value


def test_a_set_without_parts_is_one_split(assistant, cases, corpus, tmp_path: Path) -> None:
    plain = [dataclasses.replace(case, tags=()) for case in cases]
    run(assistant, plain, corpus, tmp_path / "kept")
    assert set(json.loads(export(tmp_path / "kept", "mteb"))["scores"]) == {"test"}


# -- all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_repeatable_text(kept: Path, name: str) -> None:
    first = export(kept, name)
    assert first == export(kept, name)
    assert first.decode("utf-8")


def test_faults_are_one_line(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="xlsx: no such format; known are csv, junit"):
        export(kept, "xlsx")
    with pytest.raises(RunError, match=r"no summary\.json here"):
        export(tmp_path, "csv")


def test_a_random_run_agrees_with_ir_measures(assistant, corpus, tmp_path: Path) -> None:
    """Many places per case, some of them in no ranked passage."""
    draw = random.Random(3)
    cases = []
    for i in range(40):
        spans = []
        for _ in range(draw.randint(1, 4)):
            path = draw.choice(["de.txt", "en.txt"])
            start = draw.randrange(len(corpus.texts[path]) - 1)
            spans.append(Evidence(path, None, start, start + 1))
        question = draw.choice(["When was the hub founded?", "Was kostet die Anmeldung?"])
        cases.append(Case(f"q{i}", question, "de", True, evidence=tuple(spans)))
    run(assistant, cases, corpus, tmp_path / "kept")
    qrels = list(ir_measures.read_trec_qrels(export(tmp_path / "kept", "trec-qrels").decode()))
    ranking = list(ir_measures.read_trec_run(export(tmp_path / "kept", "trec-run").decode()))
    theirs = {
        one.query_id: one.value
        for one in ir_measures.iter_calc([ir_measures.nDCG @ 10], qrels, ranking)
    }
    ours = {row.id: row.measures.ndcg_at_10 for row in load_run(tmp_path / "kept").rows}
    assert theirs == pytest.approx(ours, abs=1e-9)
