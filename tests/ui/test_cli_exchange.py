"""``belegt eval import`` and ``export``: what they write, and one line for whatever goes wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.run import evaluate
from eval.runs import RUNS
from index.library import Library
from index.settings import Settings
from index.sync import sync
from qa.wiring import assemble
from tests.fakes import WordEncoder
from ui import cli

Belegt = Callable[..., tuple[int, str, str]]

GERMAN = "Der Hub in Leipzig hat über 500 Partner und wächst jedes Jahr weiter."
ENGLISH = "The hub in Leipzig has more than 500 partners and grows every year."


@pytest.fixture
def belegt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Belegt:
    """Run the command in this process; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["belegt", "eval", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def squad(path: Path, context: str, question: str, answer: str, count: int = 2) -> Path:
    """A file with ``count`` paragraphs; ids are the same in every file."""
    qas = [
        [
            {
                "id": f"q{i}",
                "question": f"{question} {i}",
                "answers": [{"text": answer, "answer_start": context.index(answer)}],
            }
        ]
        for i in range(count)
    ]
    paragraphs = [{"context": f"{context} {i}", "qas": qas[i]} for i in range(count)]
    path.write_text(json.dumps({"data": [{"title": "Hub", "paragraphs": paragraphs}]}))
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    german = squad(tmp_path / "x.de.json", GERMAN, "Wie viele Partner hat der Hub?", "über 500")
    english = squad(
        tmp_path / "x.en.json", ENGLISH, "How many partners are there in the hub?", "500"
    )
    return str(german), str(english)


def test_a_set_comes_in_and_its_run_goes_out(belegt: Belegt, files, settings: Settings) -> None:
    code, out, err = belegt("import", *files, "--out", "mixed", "--mix", "paragraphs")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "2 documents, 4 questions",
        "next: belegt sync mixed/documents",
        "      belegt eval mixed/questions.jsonl",
    ]
    encoder = WordEncoder()
    sync([Path("mixed/documents")], settings.index, encoder)
    library = Library(settings.index, encoder)
    assistant = assemble(library, encoder, settings)
    evaluate(assistant, library, [Path("mixed/questions.jsonl")], Path("kept"))
    assistant.close()
    code, out, err = belegt("export", "kept", "--format", "trec-run")
    assert (code, err) == (0, "")
    assert {line.split()[0] for line in out.splitlines()} == {"q0-de", "q0-en", "q1-de", "q1-en"}
    code, out, err = belegt("export", "kept", "--format", "csv", "--out", "cases.csv")
    assert (code, out, err.strip()) == (0, "", "cases.csv is written")
    assert Path("cases.csv").read_bytes().startswith(b"\xef\xbb\xbfid;")
    (settings.index / RUNS).mkdir()
    Path("kept").rename(settings.index / RUNS / "second")
    code, out, _ = belegt("export", "second", "--format", "trec-run")
    assert (code, len(out.splitlines()) >= 4) == (0, True)


def test_near_misses_come_with_their_file(belegt: Belegt, files, tmp_path: Path) -> None:
    line = {"id": "n", "question_en": "Who owns the hub?", "context_prefix": f"{ENGLISH} 1"}
    (tmp_path / "near.jsonl").write_text(json.dumps(line))
    code, out, _ = belegt("import", files[1], "near.jsonl", "--out", "one", "--closed")
    assert (code, out.splitlines()[0]) == (0, "2 documents, 3 questions")
    cases = load_cases(Path("one/questions.jsonl"))
    assert [case.within for case in cases] == [("hub/0.txt",), ("hub/1.txt",), ("hub/1.txt",)]
    assert [case.answerable for case in cases] == [True, True, False]


def test_nomiracl_and_trec_come_in(belegt: Belegt, tmp_path: Path) -> None:
    passages = [{"docid": "1#0", "text": f"Hub: {GERMAN}"}]
    line = {"id": "1", "lang": "de", "question": "Wo?", "answerable": True, "passages": passages}
    (tmp_path / "n.jsonl").write_text(json.dumps(line))
    code, out, _ = belegt("import", "n.jsonl", "--format", "nomiracl", "--out", "ten")
    assert (code, out.splitlines()[0]) == (0, "1 documents, 1 questions")
    (tmp_path / "qrels").write_text("7 0 0 1\n")
    (tmp_path / "topics").write_text("7\tWie viele Partner hat der Hub?\n8\tWo?\n")
    where = "ten/documents"
    words = ("import", "qrels", "topics", "--format", "trec", "--documents", where)
    code, out, err = belegt(*words, "--out", "set")
    assert (code, err.strip()) == (0, "topics: 1 topics without judgements left out.")
    assert out.splitlines()[1] == "next: belegt sync ten/documents"
    (case,) = load_cases(Path("set/questions.jsonl"))
    assert case.evidence[0].document == "1/0.txt"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("import", "no.json", "--out", "o"), 1, "no.json: No such file or directory"),
        (("import", "DE", "DE", "--out", "o", "--mix", "articles"), 1, "both de; a mix wants"),
        (("import", "DE", "--out", "o", "--mix", "articles"), 2, "wants two files"),
        (("import", "DE", "EN", "--out", "o", "--mix", "rows"), 2, "'rows'; wanted one of"),
        (("import", "DE", "--out", "o", "--format", "xml"), 2, "wanted one of squad, nomiracl"),
        (("import", "n.jsonl", "--out", "o"), 2, "wants a SQuAD-shaped .json file"),
        (("import", "q", "--out", "o", "--format", "trec"), 2, "wants qrels, topics and"),
        (("import", "a", "b", "--out", "o", "--format", "nomiracl"), 2, "wants one file"),
        (("import", "a", "--out", "o", "--format", "nomiracl", "--closed"), 2, "goes with"),
        (("import", "DE", "--out", "DE"), 1, "is there already. Choose another folder"),
        (("export", "none", "--format", "csv"), 1, "none: no summary.json here"),
        (("export", "none", "--format", "xlsx"), 2, "'xlsx'; wanted one of csv, junit"),
    ],
)
def test_faults_are_told(belegt: Belegt, files, words, code: int, message: str) -> None:
    named = {"DE": files[0], "EN": files[1]}
    ended, out, err = belegt(*[named.get(word, word) for word in words])
    assert (ended, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())
    assert code == 2 or len(err.splitlines()) == 1
