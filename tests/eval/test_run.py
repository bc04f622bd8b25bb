import dataclasses
import hashlib
import json

import pytest

from eval.cases import Case, CaseError, Evidence, Span, to_csv, to_jsonl
from eval.report import table
from eval.run import direction, evaluate, run
from eval.runs import RunError
from eval.summary import summary_to_json
from index.errors import NoIndexError
from qa.values import Answer


def figure(summary, by, name, key, part=None):
    found = summary.group(by, name, part).figures[key]
    return found.value, found.n


def timeless(summary):
    """A summary as JSON without what may differ from run to run."""
    data = summary_to_json(summary)
    del data["latency"], data["rows_sha256"], data["provenance"]["date"]
    return data


def rows(out):
    return [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]


def test_direction_prefers_the_language_of_the_question(corpus):
    german, english = Span("de.txt", 0, 1), Span("en.txt", 0, 1)
    case = Case("q", "?", "de", True)
    assert direction(case, [german], corpus.documents) == "de->de"
    assert direction(case, [english], corpus.documents) == "de->en"
    assert direction(case, [english, german], corpus.documents) == "de->de"
    assert direction(case, [], corpus.documents) is None


def test_figures_follow_from_the_cases(assistant, cases, corpus):
    summary = run(assistant, cases, corpus)
    assert (summary.n, summary.errors) == (6, 0)
    assert figure(summary, "direction", "de->de", "hit_at_1") == (1, 2)
    assert figure(summary, "direction", "de->de", "answer_match") == (1, 2)
    assert figure(summary, "direction", "en->en", "hit_at_1") == (1, 1)
    assert figure(summary, "direction", "de->en", "answer_match") == (0, 1)
    assert summary.group("direction", "en->de") is None
    assert figure(summary, "overall", "overall", "answer_match") == (3 / 4, 4)
    assert figure(summary, "overall", "overall", "citation_validity") == (1, 4)
    assert figure(summary, "overall", "overall", "language_match") == (1, 6)
    assert figure(summary, "overall", "overall", "answer_match", "test") == (2 / 3, 3)
    assert figure(summary, "tag", "figure", "answer_match") == (1, 1)


def test_refusal_is_set_against_the_right_cases(assistant, cases, corpus):
    summary = run(assistant, cases, corpus)
    assert figure(summary, "overall", "overall", "refusal_hallucination_rate") == (1 / 2, 6)
    assert figure(summary, "overall", "overall", "refusal_error_rate") == (1 / 4, 6)
    assert figure(summary, "tier", "off-topic", "refusal_balanced_accuracy") == (7 / 8, 5)
    assert figure(summary, "tier", "near-miss", "refusal_balanced_accuracy") == (3 / 8, 5)
    assert figure(summary, "direction", "en->en", "refusal_balanced_accuracy") == (1, 2)
    assert figure(summary, "direction", "de->en", "refusal_balanced_accuracy") == (0, 2)
    assert figure(summary, "tag", "figure", "refusal_auroc") == (None, 0)


def test_a_lead_in_is_no_answer(assistant, corpus):
    evidence = (Evidence("de.txt", "Die Anmeldung kostet"),)
    case = Case("q", "Was kostet die Anmeldung?", "de", True, (("2018",),), evidence)
    assert "2018" in assistant.ask(case.question).text
    assert figure(run(assistant, [case], corpus), "overall", "overall", "answer_match") == (0, 1)


def test_a_run_is_kept_whole(assistant, shelf, cases, tmp_path):
    data = tmp_path / "set.jsonl"
    data.write_text(to_jsonl(cases))
    out, done = tmp_path / "runs" / "first", []
    summary = evaluate(
        assistant, shelf, [data], out, lambda i, n: done.append((i, n)), settings={"threads": 2}
    )
    assert done == [(i, 6) for i in range(1, 7)]
    names = ["cases.jsonl", "rows.jsonl", "summary.json"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert [row["id"] for row in rows(out)] == [case.id for case in cases]
    assert set(rows(out)[0]) == {"id", "reply", "measures"}
    assert rows(out)[1]["reply"]["citations"][0]["document"] == "de.txt"
    assert rows(out)[4]["measures"]["hit_at_1"] is None
    assert json.loads((out / "summary.json").read_text()) == json.loads(
        json.dumps(summary_to_json(summary))
    )
    content = (out / "rows.jsonl").read_bytes()
    assert summary.rows_sha256 == hashlib.sha256(content).hexdigest()


def test_a_run_says_what_was_measured(assistant, shelf, cases, tmp_path):
    data = tmp_path / "set.jsonl"
    data.write_text(to_jsonl(cases))
    about = evaluate(assistant, shelf, [data], settings={"threads": 2}).provenance
    assert about.files == (("set.jsonl", hashlib.sha256(data.read_bytes()).hexdigest()),)
    assert about.fingerprint == {"model": "words", "chunker": 1, "analyser": 1, "schema": 1}
    assert (about.documents, about.corpus_state, about.settings) == (2, 2, {"threads": 2})
    assert about.versions["numpy"]


def test_the_same_inputs_give_the_same_figures(assistant, shelf, cases, tmp_path):
    lines, sheet = tmp_path / "set.jsonl", tmp_path / "set.csv"
    lines.write_text(to_jsonl(cases))
    sheet.write_text(to_csv(cases), newline="")
    first = evaluate(assistant, shelf, [lines], tmp_path / "a")
    assert timeless(evaluate(assistant, shelf, [lines], tmp_path / "b")) == timeless(first)
    assert evaluate(assistant, shelf, [sheet]).provenance.data_sha256 == (
        first.provenance.data_sha256
    )
    plain = [
        [{**r, "measures": {**r["measures"], "wall_ms": 0}} for r in rows(tmp_path / n)]
        for n in "ab"
    ]
    assert plain[0] == plain[1]


def test_a_case_that_fails_is_recorded_and_counts_as_wrong(assistant, cases, corpus, tmp_path):
    bad = dataclasses.replace(cases[0], question="crash")
    worse = dataclasses.replace(cases[5], question="crash")
    summary = run(assistant, [bad, *cases[1:5], worse], corpus, tmp_path / "out")
    assert summary.errors == 2
    row = rows(tmp_path / "out")[0]
    assert row["error"] == "ZeroDivisionError: one\nand two"
    assert row["reply"] is None
    assert row["measures"]["hit_at_1"] == 0
    assert row["measures"]["ms"] is None
    assert figure(summary, "overall", "overall", "answer_match") == (2 / 4, 4)
    assert figure(summary, "overall", "overall", "refusal_hallucination_rate") == (1, 6)
    assert figure(summary, "overall", "overall", "refusal_error_rate") == (2 / 4, 6)


def test_a_fault_of_the_whole_ends_the_run_and_keeps_its_rows(assistant, cases, corpus, tmp_path):
    stale = Case("q0", "stale", "de", False)
    with pytest.raises(NoIndexError):
        run(assistant, [*cases, stale], corpus, tmp_path / "out")
    held = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert held == ["rows.jsonl.part", "started.json"]
    assert len((tmp_path / "out" / "rows.jsonl.part").read_text().splitlines()) == 6
    with pytest.raises(RunError, match="interrupted run whose data_sha256 differs"):
        run(assistant, cases, corpus, tmp_path / "out")


def test_an_older_run_stays_until_the_newer_is_complete(assistant, cases, corpus, tmp_path):
    out = tmp_path / "out"
    run(assistant, cases[:2], corpus, out)
    with pytest.raises(RunError, match=r"holds a complete run\. Choose another folder"):
        run(assistant, cases, corpus, out)
    with pytest.raises(NoIndexError):
        run(assistant, [Case("q0", "stale", "de", False)], corpus, out, overwrite=True)
    assert len(rows(out)) == 2
    run(assistant, cases, corpus, out, overwrite=True)
    assert len(rows(out)) == 6
    assert json.loads((out / "summary.json").read_text())["n"] == 6


def test_nothing_is_written_for_a_set_that_does_not_fit(assistant, cases, corpus, tmp_path):
    lost = dataclasses.replace(cases[0], evidence=(Evidence("gone.txt", "x"),))
    with pytest.raises(CaseError, match=r'"gone\.txt" is not indexed'):
        run(assistant, [*cases[1:], lost], corpus, tmp_path / "out")
    with pytest.raises(CaseError, match="no case"):
        run(assistant, [], corpus, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_one_line(assistant, cases, corpus, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="Not a directory"):
        run(assistant, cases, corpus, tmp_path / "file" / "out")


def test_the_first_question_is_no_part_of_the_latency(assistant, cases, corpus):
    latency = run(assistant, cases, corpus).latency
    assert (latency.n, latency.p50, latency.p95) == (5, 3.0, 3.0)
    alone = run(assistant, cases[:1], corpus).latency
    assert (alone.n, alone.p50) == (0, None)
    assert alone.first_wall is not None


def test_tokens_are_averaged_over_the_answers_whose_server_told_them(
    assistant, cases, corpus, tmp_path
):
    class Counting:
        def ask(self, question):
            reply = assistant.ask(question)
            counted = isinstance(reply, Answer) and question == cases[1].question
            return dataclasses.replace(reply, tokens=120) if counted else reply

    summary = run(Counting(), cases, corpus, tmp_path / "out")
    assert (summary.latency.counted, summary.latency.tokens) == (1, 120)
    assert [row["measures"]["tokens"] for row in rows(tmp_path / "out")[:3]] == [None, 120, None]
    assert "by the model: 120 on average of 1." in table(summary)
    assert run(assistant, cases, corpus).latency.tokens is None
