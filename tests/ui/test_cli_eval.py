"""``belegt eval`` and ``belegt compare`` as gates: what passes, what fails, and how it is said."""

import sys

import pytest

from eval.cases import Case, Evidence, to_jsonl
from eval.run import evaluate
from index.library import Library
from index.settings import Settings
from index.sync import sync
from qa.wiring import assemble
from tests.fakes import WordEncoder
from ui import cli, cli_eval

TEXT = "Der Hub in Leipzig hat über 500 Partner und wächst jedes Jahr weiter.\n"
EVIDENCE = (Evidence("hub.txt", "über 500 Partner"),)
CASES = [
    Case("q1", "Wie viele Partner hat der Hub in Leipzig?", "de", True, (("500",),), EVIDENCE),
    Case("q2", "When does the moon rise?", "en", False),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with an index and a set; assistants of the command line are built without a model."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "hub.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "set.jsonl").write_text(to_jsonl(CASES), encoding="utf-8")
    sync([tmp_path / "texts"], tmp_path / ".belegt", WordEncoder())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELEGT_INDEX", str(tmp_path / ".belegt"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(
        cli_eval,
        "assistant_of",
        lambda s: assemble(Library(s.index, WordEncoder()), WordEncoder(), s),
    )
    return tmp_path


@pytest.fixture
def belegt(place, monkeypatch, capsys):
    """Run the command in this process; exit code, stdout, stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["belegt", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_a_figure_under_its_limit_fails_the_run_and_keeps_it(belegt, place):
    words = ("eval", "set.jsonl", "--out", "run")
    assert belegt(*words, "--fail-under", "hit_at_1=1")[0] == 0
    code, _, err = belegt(*words, "--overwrite", "--fail-under", "hit_at_1=1.01")
    assert (code, "hit_at_1 is 1.0000, under 1.01" in err) == (1, True)
    assert (place / "run" / "summary.json").is_file()


@pytest.mark.parametrize("limit", ["hit_at_2=1", "hit_at_1=much", "hit_at_1"])
def test_a_limit_that_means_nothing_is_wrong_use(belegt, place, limit):
    code, _, err = belegt("eval", "set.jsonl", "--out", "run", "--fail-under", limit)
    assert (code, "--fail-under" in err) == (2, True)
    assert not (place / "run").exists()


def test_runs_are_kept_with_the_index_and_found_by_name(belegt, place):
    assert belegt("eval", "set.jsonl")[0] == 0
    assert belegt("eval", "set.jsonl")[0] == 0
    one, two = sorted(f.name for f in (place / ".belegt" / "runs").iterdir())
    code, out, _ = belegt("compare", one, two, "--fail-if-worse", "0")
    assert (code, "hit_at_1" in out or "hit@1" in out) == (0, True)


def test_a_worse_run_fails_the_comparison(belegt, place):
    class Silent:
        """Refuses everything."""

        def __init__(self, inner):
            self.inner = inner

        def ask(self, question, **how):
            return self.inner.ask(
                question, without=self.inner.library.store.passage_ids(["hub.txt"])
            )

    library = Library(place / ".belegt", WordEncoder())
    assistant = assemble(library, WordEncoder(), Settings(index=place / ".belegt"))
    evaluate(assistant, library, [place / "set.jsonl"], place / "good")
    evaluate(Silent(assistant), library, [place / "set.jsonl"], place / "bad")
    assistant.close()
    code, _, err = belegt("compare", "good", "bad", "--fail-if-worse", "0.1")
    assert code == 1
    assert "Worse: hit_at_1 1.0000 -> 0.0000" in err


def test_a_check_names_the_line_and_exits_with_one(belegt, place):
    assert belegt("eval", "check", "set.jsonl")[0] == 0
    (place / "bad.csv").write_text(
        "id;question;language;answerable\n1;Was?;de;nein\n2;Wer?;de;vielleicht\n"
    )
    code, out, err = belegt("eval", "check", "bad.csv")
    assert (code, "bad.csv, row 3, answerable" in out) == (1, True)
    assert "1 fault; nothing was asked." in err
