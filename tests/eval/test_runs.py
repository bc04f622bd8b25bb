"""Runs on disk: kept whole, taken up where they stopped, read back row by row."""

import dataclasses
import json
import shutil

import pytest

from eval.cases import Case, to_jsonl
from eval.run import evaluate, run
from eval.runs import RunError, RunStopped, find_run, list_runs, load_run, new_folder
from eval.summary import summary_from_json, summary_to_json
from qa.values import Exchange


class Counting:
    """An assistant that notes what it was asked, and how."""

    def __init__(self, inner):
        self.inner = inner
        self.asked = []

    def ask(self, question, **how):
        self.asked.append((question, how))
        return self.inner.ask(question)


def stop_after(count):
    def progress(done, total):
        if done == count:
            raise RunStopped(f"stopped after {done} of {total}")

    return progress


def timeless(folder):
    """Rows and figures of a run without what may differ from time to time."""
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    for row in rows:
        row["measures"]["wall_ms"] = None
    summary = json.loads((folder / "summary.json").read_text())
    del summary["latency"], summary["rows_sha256"], summary["provenance"]["date"]
    return rows, summary, (folder / "cases.jsonl").read_text()


@pytest.fixture
def interrupted(assistant, cases, corpus, tmp_path):
    with pytest.raises(RunStopped):
        run(assistant, cases, corpus, tmp_path / "out", stop_after(3))
    return tmp_path / "out"


def test_a_run_is_read_back_as_it_was(assistant, cases, corpus, tmp_path):
    summary = run(assistant, cases, corpus, tmp_path / "out")
    kept = load_run(tmp_path / "out")
    assert kept.summary == summary
    assert json.dumps(summary_to_json(kept.summary)) == json.dumps(summary_to_json(summary))
    assert [row.id for row in kept.rows] == [case.id for case in cases]
    first = kept.rows[0]
    assert dataclasses.replace(first.case, cluster="") == cases[0]
    assert (first.direction, first.cluster) == ("de->de", "de.txt 0")
    assert [corpus.texts[g.document][g.start : g.end] for g in first.gold] == [
        "über 500 Partner",
        "more than 500 partners",
    ]
    assert kept.reply(kept.rows[3])["question"] == cases[3].question
    assert [(r.id, reply["question"]) for r, reply in kept.replies()] == [
        (case.id, case.question) for case in cases
    ]


def test_outcomes_say_what_became_of_each_case(assistant, cases, corpus, tmp_path):
    bad = dataclasses.replace(cases[0], id="q0", question="crash")
    run(assistant, [bad, *cases], corpus, tmp_path / "out")
    found = {row.id: row.outcome for row in load_run(tmp_path / "out").rows}
    assert found == {
        "q0": "failed",
        "q1": "right",
        "q2": "right",
        "q3": "false_refusal",
        "q4": "right",
        "q5": "hallucinated",
        "q6": "right_refusal",
    }


def test_an_interrupted_run_is_taken_up_and_becomes_the_same(
    assistant, cases, corpus, tmp_path, interrupted
):
    counting, told = Counting(assistant), []
    run(counting, cases, corpus, interrupted, lambda done, total: told.append(done))
    assert [question for question, _ in counting.asked] == [c.question for c in cases[3:]]
    assert told == [3, 4, 5, 6]
    run(assistant, cases, corpus, tmp_path / "whole")
    assert timeless(interrupted) == timeless(tmp_path / "whole")
    assert not (interrupted / "started.json").exists()


def test_half_a_row_is_asked_again(assistant, cases, corpus, tmp_path, interrupted):
    part = interrupted / "rows.jsonl.part"
    part.write_text(part.read_text() + '{"id": "q4", "reply": {"ques')
    counting = Counting(assistant)
    run(counting, cases, corpus, interrupted)
    assert len(counting.asked) == 3
    run(assistant, cases, corpus, tmp_path / "whole")
    assert timeless(interrupted) == timeless(tmp_path / "whole")


def test_a_run_stopped_between_its_rows_and_its_summary_asks_nothing_again(
    assistant, cases, corpus, tmp_path
):
    out = tmp_path / "out"
    with pytest.raises(RunStopped):
        run(assistant, cases, corpus, out, stop_after(6))
    (out / "rows.jsonl.part").rename(out / "rows.jsonl")
    counting = Counting(assistant)
    assert run(counting, cases, corpus, out).n == 6
    assert counting.asked == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": {"threads": 2}}, "settings differs"),
        ({"oracle": "retrieval"}, "oracle differs"),
    ],
)
def test_another_run_is_not_mixed_with_an_interrupted_one(
    assistant, cases, corpus, interrupted, change, message
):
    before = (interrupted / "rows.jsonl.part").read_bytes()
    with pytest.raises(RunError, match=message):
        run(assistant, cases, corpus, interrupted, **change)
    with pytest.raises(RunError, match="data_sha256 differs"):
        run(assistant, cases[1:], corpus, interrupted)
    assert (interrupted / "rows.jsonl.part").read_bytes() == before
    assert run(assistant, cases[1:], corpus, interrupted, overwrite=True).n == 5


def test_a_folder_of_something_else_is_left_alone(assistant, cases, corpus, tmp_path):
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(RunError, match=r"holds letter\.txt"):
        run(assistant, cases, corpus, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_what_is_no_run_is_one_line(assistant, cases, corpus, tmp_path, interrupted):
    with pytest.raises(RunError, match=r"an interrupted run\. Take it up"):
        load_run(interrupted)
    with pytest.raises(RunError, match=r"no summary\.json here"):
        load_run(tmp_path / "nowhere")
    run(assistant, cases, corpus, tmp_path / "good")
    (tmp_path / "good" / "summary.json").write_text('{"n": 6}')
    with pytest.raises(RunError, match="not a run of this version, or damaged"):
        load_run(tmp_path / "good")


@pytest.mark.parametrize("name", ["rows.jsonl", "cases.jsonl"])
def test_a_run_that_lost_a_row_is_refused(assistant, cases, corpus, tmp_path, name):
    out = tmp_path / "out"
    run(assistant, cases, corpus, out)
    lines = (out / name).read_text().splitlines(keepends=True)
    (out / name).write_text("".join(lines[:-1]))
    with pytest.raises(RunError, match="damaged"):
        load_run(out)
    (out / name).write_text("".join([lines[1], lines[0], *lines[2:]]))
    with pytest.raises(RunError, match="damaged"):
        load_run(out)


def test_runs_of_an_index_are_listed_newest_first(assistant, cases, corpus, tmp_path):
    runs = tmp_path / "runs"
    run(assistant, cases, corpus, runs / "b")
    with pytest.raises(RunStopped):
        run(assistant, cases, corpus, runs / "a", stop_after(2))
    (runs / "notes").mkdir()
    for name, file, date in (("a", "started.json", "2031"), ("b", "summary.json", "2030")):
        data = json.loads((runs / name / file).read_text())
        (data if name == "a" else data["provenance"])["date"] = date
        (runs / name / file).write_text(json.dumps(data))
    found = [(one.name, one.complete, one.n) for one in list_runs(tmp_path)]
    assert found == [("a", False, 2), ("b", True, 6)]
    assert find_run(tmp_path, (runs / "b").relative_to(runs)).summary.n == 6
    assert list_runs(tmp_path / "nowhere") == []


def test_new_folders_do_not_collide(tmp_path):
    first = new_folder(tmp_path)
    first.mkdir(parents=True)
    second = new_folder(tmp_path)
    assert first.parent == second.parent == tmp_path / "runs"
    assert not second.exists()


def test_a_case_of_a_conversation_is_asked_with_its_turns(assistant, corpus):
    from eval.cases import Turn

    history = (Turn("Was kostet die Anmeldung?", "60 EUR"), Turn("Und?", "Nichts weiter."))
    counting = Counting(assistant)
    asked = [
        Case("q1", "Und Leipzig?", "de", False, history=history),
        Case("q2", "And now?", "en", False, history=(Turn("What is the price?", "60 EUR"),)),
        Case("q3", "Wer?", "de", False, within=("de.txt",)),
        Case("q4", "Wer?", "de", False),
    ]
    run(counting, asked, corpus)
    assert [how for _, how in counting.asked] == [
        {
            "conversation": "de",
            "history": [
                Exchange("Was kostet die Anmeldung?", "60 EUR"),
                Exchange("Und?", "Nichts weiter."),
            ],
        },
        {"conversation": "en", "history": [Exchange("What is the price?", "60 EUR")]},
        {"within": ("de.txt",)},
        {},
    ]


def test_figures_are_the_same_however_the_set_is_asked(assistant, shelf, cases, tmp_path):
    (tmp_path / "set.jsonl").write_text(to_jsonl(cases))
    for name in "ab":
        evaluate(assistant, shelf, [tmp_path / "set.jsonl"], tmp_path / name)
    assert timeless(tmp_path / "a") == timeless(tmp_path / "b")
    shutil.move(tmp_path / "a", tmp_path / "moved")
    kept = load_run(tmp_path / "moved").summary
    assert summary_from_json(json.loads(json.dumps(summary_to_json(kept)))) == kept
