"""The command: what it prints where, how it ends, and one line for whatever goes wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from index.values import Passage, PassageId
from qa.values import Answer, Citation, Hit, NotInDocuments, Place, Timings
from tests.fakes import SEEDS
from tests.index.pdf_files import lines, pdf
from tests.scripted_endpoint import Endpoint, fails
from tests.tiny_model import build_tiny_model
from ui import cli

ROOT = Path(__file__).parents[2]
TICKETS = "004_5dc85f08f181f95f.txt"
GERMAN = "Was kostet das Ticket für das Expertentreffen?"
ENGLISH = "Who launched the Digital Hub Initiative?"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Belegt = Callable[..., Done]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def workplace(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where the tiny model is the one in use."""
    for name in list(os.environ):
        if name.startswith("BELEGT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BELEGT_MODEL", str(tiny_model))
    monkeypatch.setenv("BELEGT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def belegt(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Belegt:
    """Run the command in this process."""

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["belegt", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else int(bool(code)), out, err)

    return run


def process(*words: str | bytes, **variables: str) -> Done:
    """Run the command as a user does, in the present working folder."""
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def refused(done: Done, *words: str) -> None:
    """Ended with 1, nothing on stdout, one line on stderr that holds ``words``."""
    assert done.code == 1, done
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


def misused(done: Done, *words: str) -> None:
    assert done.code == 2, done
    assert done.out == ""
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@pytest.fixture(scope="session")
def synced(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the five source documents, made by the command itself."""
    index = tmp_path_factory.mktemp("synced") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELEGT_MODEL", str(tiny_model))
        patch.chdir(index.parent)
        done = process("sync", str(SEEDS), "--index", str(index))
    assert done.code == 0, done.err
    assert done.err.strip() == ""
    assert done.out.startswith("5 added, 0 changed, 0 moved, 0 removed, 0 unchanged, 0 failed\n")
    return index


@pytest.fixture
def index(workplace: Path, synced: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That index, as the one in use."""
    monkeypatch.setenv("BELEGT_INDEX", str(synced))
    return synced


# -- sync -------------------------------------------------------------------------------------


def test_sync_with_no_folder_takes_seeds_of_the_working_folder(
    belegt: Belegt, workplace: Path
) -> None:
    (workplace / "seeds").mkdir()
    (workplace / "seeds" / "a.txt").write_text("Der Hub ist in Leipzig.")
    done = belegt("sync")
    assert done.code == 0, done
    assert "1 added" in done.out
    assert "added    a.txt" in done.out
    assert (workplace / ".belegt" / "store.sqlite").is_file()
    again = belegt("sync", "--json").json
    assert again["unchanged"] == ["a.txt"]
    assert again["embedded"] == 0


def test_sync_reports_bad_files_and_ends_well(belegt: Belegt, workplace: Path) -> None:
    folder = workplace / "Meine Dokumente"
    folder.mkdir()
    (folder / "gut.txt").write_text("Der Hub ist in Leipzig.")
    (folder / "leer.txt").touch()
    (folder / "bild.png").write_bytes(b"\x89PNG")
    done = belegt("sync", str(folder))
    assert done.code == 0
    assert "1 added, 0 changed, 0 moved, 0 removed, 0 unchanged, 2 failed" in done.out
    assert "failed   leer.txt: the file is empty" in done.out
    assert belegt("sync", str(folder), "--json").json["failed"][0][0] == "bild.png"


def test_sync_of_what_is_no_folder_is_one_line(belegt: Belegt, workplace: Path) -> None:
    (workplace / "leer").mkdir()
    os.mkfifo(workplace / "pipe")
    refused(belegt("sync"), "seeds: no such folder", "belegt sync FOLDER")
    refused(belegt("sync", "fehlt"), "fehlt: no such folder")
    refused(belegt("sync", "pipe"), "pipe: neither a folder nor a regular file")
    refused(belegt("sync", "leer"), "leer: no file to read here")
    assert not (workplace / ".belegt").exists()


def test_a_refused_sync_leaves_the_index(belegt: Belegt, index: Path, workplace: Path) -> None:
    (workplace / "leer").mkdir()
    refused(belegt("sync", "leer"), "The index was left as it was")
    assert belegt("show", TICKETS).code == 0


def test_a_second_sync_at_once_is_one_line(belegt: Belegt, workplace: Path) -> None:
    from index.store import writer_lock

    (workplace / "seeds").mkdir()
    (workplace / "seeds" / "a.txt").write_text("Der Hub ist in Leipzig.")
    with writer_lock(workplace / ".belegt"):
        refused(process("sync"), f"process {os.getpid()} on", "is syncing this index")


def test_a_sync_that_is_interrupted_says_so(workplace: Path) -> None:
    folder = workplace / "seeds"
    folder.mkdir()
    for number in range(400):
        text = " ".join(f"Satz {number} {i} über das Netzwerk." for i in range(60))
        (folder / f"{number}.txt").write_text(text)
    running = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "sync"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that runs this in the background hands on a SIGINT that is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    store = workplace / ".belegt" / "store.sqlite-wal"
    while running.poll() is None and not (store.is_file() and store.stat().st_size > 200_000):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert out == ""
    assert err.strip() == "Stopped; what was finished is kept."


def test_another_model_is_one_line_and_rebuild_mends_it(
    belegt: Belegt,
    workplace: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (workplace / "seeds").mkdir()
    (workplace / "seeds" / "a.txt").write_text("Der Hub ist in Leipzig.")
    assert belegt("sync").code == 0
    other = build_tiny_model(tmp_path_factory.mktemp("other"), seed=4)
    monkeypatch.setenv("BELEGT_MODEL", str(other))
    refused(belegt("sync"), "another embedding model", "belegt sync --rebuild")
    refused(belegt("ask", GERMAN), "another embedding model", "belegt sync --rebuild")
    assert belegt("sync", "--rebuild").code == 0
    assert belegt("ask", GERMAN, "--json").code == 0


# -- show -------------------------------------------------------------------------------------


def test_show_prints_the_text_as_it_is(index: Path) -> None:
    done = process("show", TICKETS)
    assert (done.code, done.err) == (0, "")
    assert done.out == (SEEDS / TICKETS).read_text("utf-8")


def test_show_at_marks_the_place(belegt: Belegt, index: Path) -> None:
    text = (SEEDS / TICKETS).read_text("utf-8")
    start = text.index("90 EUR")
    at = f"{start}:{start + 6}"
    assert "⟦90 EUR⟧" in belegt("show", TICKETS, "--at", at).out
    found = belegt("show", TICKETS, "--at", at, "--json").json
    assert (found["text"], found["start"], found["path"]) == ("90 EUR", start, TICKETS)
    assert len(found["revision"]) == 64


@pytest.mark.parametrize("at", ["5", "a:b", "1:2:3", ":", "1-2", "1:"])
def test_a_malformed_place_is_misuse(belegt: Belegt, index: Path, at: str) -> None:
    misused(belegt("show", TICKETS, "--at", at), "START:END")


@pytest.mark.parametrize("at", ["0:999999", "7:7", "9:3", "-5:3"])
def test_a_place_outside_is_refused(belegt: Belegt, index: Path, at: str) -> None:
    refused(belegt("show", TICKETS, f"--at={at}"), "outside the document")


def test_show_paints_a_place_on_its_page(belegt: Belegt, workplace: Path) -> None:
    (workplace / "seeds").mkdir()
    data = pdf([lines(["The first page."]), lines(["The harbour is deep."])])
    (workplace / "seeds" / "a.pdf").write_bytes(data)
    assert belegt("sync").code == 0
    at = belegt("show", "a.pdf").out.index("harbour")
    done = belegt("show", "a.pdf", "--at", f"{at}:{at + 7}", "--png", "page.png")
    assert (done.code, "page 2" in done.err) == (0, True)
    assert "⟦harbour⟧" in done.out
    assert (workplace / "page.png").read_bytes().startswith(b"\x89PNG")
    misused(belegt("show", "a.pdf", "--png", "page.png"), "needs --at START:END")
    refused(belegt("show", "a.pdf", "--at", "0:3", "--png", "no/page.png"), "Name another file")


def test_show_finds_a_part_of_the_name_and_suggests(belegt: Belegt, index: Path) -> None:
    assert belegt("show", "004_").out == (SEEDS / TICKETS).read_text("utf-8")
    refused(belegt("show", "004_5dc85f08f181f95.txt"), "no document of this name", TICKETS)
    refused(belegt("show", ".txt"), "several documents", "Perhaps")
    refused(belegt("show", "qqqqqq"), "no document", "belegt sync")


# -- ask --------------------------------------------------------------------------------------

FIELDS = {
    "question": str,
    "language": str,
    "status": str,
    "confidence": float,
    "mode": str,
    "text": str,
    "sentences": list,
    "citations": list,
    "passages": list,
    "timings_ms": dict,
}


def follows_the_contract(reply: Any) -> None:
    """Field by field what other tools rely on; every place is checked against the file."""
    assert {name: type(reply[name]) for name in FIELDS} == FIELDS
    assert reply["language"] in ("de", "en")
    assert reply["status"] in ("answered", "not_in_documents")
    assert reply["mode"] in ("extractive", "generated")
    assert 0 <= reply["confidence"] <= 1
    assert {"retrieve", "answer"} <= reply["timings_ms"].keys()
    assert bool(reply["citations"]) == (reply["status"] == "answered")
    assert [c["number"] for c in reply["citations"]] == [*range(1, len(reply["citations"]) + 1)]
    numbers = {n for s in reply["sentences"] for n in s["citations"]}
    assert numbers == {c["number"] for c in reply["citations"]}
    assert all(isinstance(s["text"], str) and s["supported"] is True for s in reply["sentences"])
    for c in reply["citations"]:
        text = (SEEDS / c["document"]).read_text("utf-8")
        assert text[c["start"] : c["end"]] == c["quote"] != ""
        assert len(c["revision"]) == 64
        assert isinstance(c["title"], str)
        assert isinstance(c["heading"], list)
        assert c["page"] is None or c["page"] >= 1
        assert f"[{c['number']}]" in reply["text"]
    scores = [p["score"] for p in reply["passages"]]
    assert scores == sorted(scores, reverse=True)
    for p in reply["passages"]:
        assert 0 <= p["start"] < p["end"]
        assert p["language"] in ("de", "en")


@pytest.mark.parametrize("question", [GERMAN, ENGLISH])
@pytest.mark.parametrize("threshold", ["0", "1"], ids=["answered", "refused"])
def test_ask_json_keeps_its_contract(
    belegt: Belegt, index: Path, monkeypatch: pytest.MonkeyPatch, question: str, threshold: str
) -> None:
    monkeypatch.setenv("BELEGT_ANSWER_THRESHOLD", threshold)
    done = belegt("ask", question, "--json")
    assert (done.code, done.err) == (0, "")
    follows_the_contract(done.json)
    assert done.json["question"] == question
    assert done.json["status"] == ("answered" if threshold == "0" else "not_in_documents")
    assert done.json["language"] == ("de" if question == GERMAN else "en")
    assert len(done.json["passages"]) >= 10


def test_ask_prints_the_answer_and_its_places(
    belegt: Belegt, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELEGT_ANSWER_THRESHOLD", "0")
    done = belegt("ask", GERMAN)
    assert (done.code, done.err) == (0, "")
    answer, places = done.out.split("\n[1] ", maxsplit=1)
    assert "[1]" in answer
    assert ".txt " in places


def test_ask_exports_its_reply(belegt: Belegt, index: Path, workplace: Path) -> None:
    done = belegt("ask", GERMAN, "--export", "reply.md")
    assert done.code == 0, done.err
    assert "The reply is in reply.md" in done.err
    written = (workplace / "reply.md").read_text(encoding="utf-8")
    assert written.startswith(f"# {GERMAN}")
    refused = belegt("ask", GERMAN, "--export", "reply.pdf")
    assert (refused.code, refused.out) == (1, "")
    assert "ends in .docx, .html, .md" in refused.err
    unwritable = belegt("ask", GERMAN, "--export", "missing/reply.html")
    assert unwritable.code == 1
    assert unwritable.err.strip().endswith("choose another place.")


def test_ask_within_one_document(
    belegt: Belegt, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELEGT_ANSWER_THRESHOLD", "0")
    found = belegt("ask", GERMAN, "--json", "--document", "004_").json
    assert {p["document"] for p in found["passages"]} == {TICKETS}
    refused(belegt("ask", GERMAN, "--document", "qqqqqq"), "no document")


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "?!…",
        "x" * 50_000,
        "Où se trouve le siège de l'entreprise à Paris ?",
        "a\x00b",
        "-",
    ],
    ids=["empty", "blank", "marks", "long", "french", "nul", "dash"],
)
def test_any_question_gets_a_reply(belegt: Belegt, index: Path, question: str) -> None:
    done = belegt("ask", "--json", "--", question)
    assert (done.code, done.err) == (0, "")
    follows_the_contract(done.json)


def test_a_question_that_is_no_text_gets_a_reply_and_nothing_else_is_printed(index: Path) -> None:
    done = process("ask", "--json", b"Wer leitet den \xff\xfe Hub?")
    assert (done.code, done.err) == (0, "")
    follows_the_contract(done.json)


def test_a_terminal_that_cannot_show_umlauts_is_no_fault(index: Path) -> None:
    old = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = process("show", TICKETS, **old)
    assert (done.code, done.err) == (0, "")
    assert "Region will digitaler" in done.out
    done = process("show", TICKETS, "--json", **old)
    assert done.json["text"] == (SEEDS / TICKETS).read_text("utf-8")


def test_a_reader_that_goes_away_is_no_fault(index: Path) -> None:
    program = f"{sys.executable} -m ui.cli show {TICKETS} | head -c 5"
    done = subprocess.run(
        ["bash", "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(done.stdout) == 5
    assert done.stderr == ""


def test_a_language_that_is_not_spoken_is_misuse(belegt: Belegt, index: Path) -> None:
    misused(belegt("ask", GERMAN, "--language", "fr"), "'fr'", "de or en")
    assert belegt("ask", GERMAN, "--language", "en", "--json").json["language"] == "en"


# -- no index, no model, wrong settings ---------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("ask", GERMAN), ("show", TICKETS), ("eval", "set.jsonl")], ids=lambda w: w[0]
)
def test_without_an_index_it_is_one_line(
    belegt: Belegt, workplace: Path, words: tuple[str, ...]
) -> None:
    (workplace / "set.jsonl").write_text("{}")
    refused(belegt(*words), ".belegt: no index here", "belegt sync")


def test_without_an_index_a_process_is_one_line(workplace: Path) -> None:
    refused(process("ask", GERMAN), ".belegt: no index here", "belegt sync")


def test_a_model_that_is_not_there_is_one_line(belegt: Belegt, workplace: Path) -> None:
    (workplace / "seeds").mkdir()
    (workplace / "seeds" / "a.txt").write_text("Der Hub ist in Leipzig.")
    (workplace / "kein-modell").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELEGT_MODEL", "./fehlt")
        refused(belegt("sync"), "fehlt", "no such folder", "belegt.toml")
        patch.setenv("BELEGT_MODEL", str(workplace / "kein-modell"))
        refused(belegt("sync"), "kein-modell", "modules.json")


def test_wrong_settings_are_one_line(belegt: Belegt, workplace: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELEGT_MODELL", "x")
        refused(belegt("show", "x"), "BELEGT_MODELL: no such setting")
    (workplace / "belegt.toml").write_text('modell = "x"\n')
    refused(belegt("sync"), "modell", "no such setting", "belegt.toml")
    refused(process("doctor"), "modell", "no such setting", "belegt.toml")
    (workplace / "belegt.toml").write_text("port = \n")
    refused(belegt("ui"), "belegt.toml cannot be read")


def test_a_damaged_index_is_one_line(belegt: Belegt, workplace: Path) -> None:
    (workplace / ".belegt").mkdir()
    (workplace / ".belegt" / "store.sqlite").write_bytes(b"not a database\n" * 999)
    for words in (("ask", GERMAN), ("show", "x")):
        refused(belegt(*words), "not a database", "belegt sync")


def test_misuse_ends_with_two(workplace: Path) -> None:
    misused(process("frobnicate"), "frobnicate")
    misused(process("ask"), "question")
    misused(process("ask", "Wer?", "--frobnicate"), "--frobnicate")
    misused(process("ui", "--port", "x"), "--port")


def test_help_is_on_stdout_and_names_every_command(belegt: Belegt) -> None:
    done = belegt("--help")
    assert done.code == 0
    for command in ("sync", "ask", "show", "doctor", "eval", "ui"):
        assert command in done.out


def test_no_command_shows_the_help_and_is_misuse(belegt: Belegt) -> None:
    done = belegt()
    assert done.code == 2
    assert "sync" in done.out + done.err


# -- ui ---------------------------------------------------------------------------------------


def test_a_port_that_was_asked_for_and_is_taken_is_one_line(
    belegt: Belegt, workplace: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(belegt("ui", "--port", str(port)), f"127.0.0.1:{port} is taken", "--port")


def test_a_host_that_is_none_is_one_line(belegt: Belegt, workplace: Path) -> None:
    refused(belegt("ui", "--host", "no.such.host.invalid"), "no.such.host.invalid")
    misused_or_refused = belegt("ui", "--port", "99999")
    assert misused_or_refused.code in (1, 2)
    assert "99999" in misused_or_refused.err


# -- eval -------------------------------------------------------------------------------------


def write_set(place: Path) -> Path:
    cases = [
        {
            "id": "q1",
            "question": GERMAN,
            "language": "de",
            "answerable": True,
            "answers": ["90 EUR"],
            "evidence": [{"document": TICKETS, "quote": "90 EUR"}],
            "tags": ["figure", "dev"],
        },
        {
            "id": "q2",
            "question": "Who leads the hub on the moon?",
            "language": "en",
            "answerable": False,
            "answers": [],
            "evidence": [],
            "tags": ["test", "off-topic"],
        },
    ]
    place.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return place


def test_eval_prints_figures_and_writes_a_run(belegt: Belegt, index: Path, workplace: Path) -> None:
    questions = write_set(workplace / "set.jsonl")
    out = workplace / "run"
    done = belegt("eval", str(questions), "--out", str(out), "--json")
    assert done.code == 0, done.err
    assert isinstance(done.json, dict)
    assert len(done.err.strip().splitlines()) == 1
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["q1", "q2"]
    for row in rows:
        assert {"id", "reply", "measures"} <= row.keys()
        follows_the_contract(row["reply"])
    assert json.loads((out / "summary.json").read_text("utf-8"))
    refused_again = belegt("eval", str(questions), "--out", str(out))
    assert refused_again.code == 1
    assert len(refused_again.err.strip().splitlines()) == 1
    assert belegt("eval", str(questions), "--out", str(out), "--overwrite").code == 0


def test_eval_of_a_wrong_set_is_one_line(belegt: Belegt, index: Path, workplace: Path) -> None:
    refused(belegt("eval", "fehlt.jsonl"), "fehlt.jsonl")
    (workplace / "wrong.jsonl").write_text('{"id": 1}\n')
    refused(belegt("eval", "wrong.jsonl"), "wrong.jsonl")
    (workplace / "noise.jsonl").write_bytes(b"\xff\xfe\x00")
    refused(belegt("eval", "noise.jsonl"), "noise.jsonl")


def test_where_a_quote_stands_too_is_a_short_line(capsys):
    where = [Place(name, "r", 0, 9) for name in ("b.txt", "c\u202e.txt", "b.txt")]
    cited = Citation(1, "a.txt", "T", "", "", "r", 0, 9, "Ein Satz.", "de", None, (), tuple(where))
    times = Timings(1.0, 1.0)
    cli._print_reply(Answer("?", "de", 0.9, "extractive", "…", (), (cited,), (), times))
    assert "     Auch in: b.txt, c\\u202e.txt\n" in capsys.readouterr().out
    near = Passage(PassageId(1), "a.txt", "r", 0, 9, "Ein Satz.", "en", (), None)
    hits = (Hit(near, 0.2, {}, (replace(near, document="b.txt"),)), Hit(near, 0.1, {}))
    cli._print_reply(NotInDocuments("?", "en", 0.1, "not_covered", "…", hits, times))
    assert capsys.readouterr().out.count("Also in: b.txt\n") == 1


def test_it_tells_which_model_wrote_an_answer_or_why_none_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = Answer("?", "de", 0.9, "generated", "Ja. [1]", (), (), (), Timings(1.0, 1.0))
    cli._print_reply(replace(plain, model="klein", dropped=1))
    out = capsys.readouterr().out
    assert "Formuliert vom Sprachmodell klein, bitte prüfen.\n" in out
    assert "Eine Aussage weggelassen, die nicht belegt ist.\n" in out
    cli._print_reply(replace(plain, language="en", notice="Quoted, because …."))
    out = capsys.readouterr().out
    assert "Quoted, because ….\n" in out
    assert "language model" not in out


def test_the_model_writes_unless_told_not_to(
    belegt: Belegt, scripted: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert belegt("sync", str(SEEDS)).code == 0
    monkeypatch.setenv("BELEGT_ANSWER_THRESHOLD", "0")
    monkeypatch.setenv("BELEGT_LLM_BASE_URL", scripted.url)
    monkeypatch.setenv("BELEGT_LLM_MODEL", "klein")
    monkeypatch.setenv("BELEGT_LLM_KEY", "sk-canary-4711")
    scripted.play(fails(500))
    reply = belegt("ask", GERMAN, "--json").json
    assert scripted.requests
    assert (reply["mode"], reply["status"]) == ("extractive", "answered")
    assert "abgelehnt" in reply["notice"]
    assert "canary" not in json.dumps(reply)
    scripted.play(fails(500))
    assert belegt("ask", GERMAN, "--extractive", "--json").json["notice"] == ""
    assert scripted.requests == []
