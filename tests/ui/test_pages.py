"""The pages' wiring, over a canned assistant: what is asked, shown, kept and refused."""

import ast
import re
import threading
import time
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from eval.cases import Case, load_cases
from index.errors import IndexError_, ModelError, StaleIndexError
from index.store import Store, writer_lock
from index.sync import sync
from tests.fakes import WordEncoder
from tests.ui.conftest import QUOTES
from tests.ui.pressing import buttons, press
from ui import serving
from ui.web import opening
from ui.web.desk import Desk, Turn
from ui.web.syncing import Syncing
from ui.wording import words

WEB = serving.PAGE.parent
DE, EN = words("de"), words("en")


@pytest.fixture
def app(monkeypatch, index, encoder, canned, tmp_path):
    """Starts the page in a new session, as another browser tab would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELEGT_INDEX", str(index))
    monkeypatch.setenv("BELEGT_DOCUMENTS", str(tmp_path / "documents"))
    monkeypatch.setattr(opening, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr(opening, "assemble", lambda *_: canned)

    def start(locale: str = "de-DE", **params: str) -> AppTest:
        page = AppTest.from_file(str(serving.PAGE), default_timeout=60)
        page.context["locale"] = locale
        page.query_params.update(params)
        return page.run()

    return start


def shown(page: AppTest) -> str:
    """All text that went to the page as HTML."""
    assert not page.exception
    return "\n".join(element.body for element in page.get("html"))


def ask(page: AppTest, question: str) -> AppTest:
    return page.chat_input(key="question").set_value(question).run()


# -- asking -----------------------------------------------------------------------------------


def test_a_question_is_answered_with_a_card_for_each_citation(app):
    page = ask(app(), "Wie viele Partner gibt es?")
    body = shown(page)
    assert "Wie viele Partner gibt es?" in body
    assert DE("mode_extractive") in body
    assert "ARKM.marketing; RCKT GmbH &amp; Co. KG/Digital Hub Initiative · ohne Datum" in body
    assert DE("source_en") in body
    assert buttons(page)["open 1 2"] == "Beleg 2 im Dokument zeigen"


def test_an_example_asks_its_question(app, canned):
    page = app()
    assert [b.key for b in page.button if b.key.startswith("example")] == [
        "example-0",
        "example-1",
        "example-2",
    ]
    body = shown(page.button(key="example-1").click().run())
    assert canned.asked[-1]["question"] == "Was kostet das Expertentreffen?"
    assert "Der reguläre Ticketpreis beträgt 90 EUR." in body
    assert DE("examples") not in body


def test_a_refusal_shows_three_passages_that_are_no_answer(app):
    page = ask(app(), "Wie heißt der König von Mond?")
    body = shown(page)
    assert DE("no_answer") in body
    assert DE("nearest") in body
    assert DE("mode_extractive") not in body
    opening = {name: label for name, label in buttons(page).items() if name.startswith("open")}
    assert opening == {f"open 1 {n}": f"Stelle {n} im Dokument zeigen" for n in (1, 2, 3)}


def test_a_follow_up_tells_the_language_of_the_conversation(app, canned):
    page = app()
    page.radio(key="answer_language").set_value("en").run()
    ask(page, "Partner?")
    page.radio(key="answer_language").set_value("auto").run()
    ask(page, "Und sonst?")
    assert [(a["language"], a["conversation"], a["interface"]) for a in canned.asked] == [
        ("en", None, "de"),
        (None, "en", "de"),
    ]


def test_a_fault_while_asking_is_a_line_and_the_rest_goes_on(app, canned):
    page = ask(app(), "Wie viele Partner gibt es?")
    canned.fault = RuntimeError("geheim")
    body = shown(ask(page, "Und dann?"))
    assert DE("fault_other") in body
    assert "geheim" not in body
    canned.fault = None
    assert "90 EUR" in shown(ask(page, "Was kostet der Eintritt?"))


def test_a_slow_answer_is_waited_for_and_stored(app, canned):
    canned.delay = 0.3
    page = ask(app(), "Wie viele Partner gibt es?")
    assert DE("mode_extractive") in shown(page)
    assert len(canned.library.store.turns(page.query_params["chat"])) == 1


# -- judging and explaining --------------------------------------------------------------------


def own(index: Path) -> list[Case]:
    path = index / "sets" / "own.jsonl"
    return load_cases(path) if path.exists() else []


def test_one_click_keeps_a_case_and_another_takes_it_back(app, index):
    page = ask(app(), "Wie viele Partner gibt es?")
    press(page, "judge 1 good")
    (case,) = own(index)
    assert (case.question, case.tags) == ("Wie viele Partner gibt es?", ("good",))
    assert case.evidence[0].quote == QUOTES["partner"][0][1]
    assert DE("judged", verdict=DE("judge_good")) in shown(page)
    press(page, "undo 1")
    assert own(index) == []
    press(page, "judge 1 should_refuse")
    assert [(c.answerable, c.evidence) for c in own(index)] == [(False, ())]


def test_a_case_that_needs_a_place_waits_for_one(app, index):
    page = ask(app(), "Was ist auf dem Mond?")
    assert "judge 1 good" not in buttons(page)
    press(page, "judge 1 should_answer")
    assert DE("mark_waiting") in shown(page)
    assert page.query_params["cite"] == "1"
    assert own(index) == []
    press(page, "cancel 1")
    assert DE("mark_waiting") not in shown(page)
    assert own(index) == []


def test_the_evaluation_page_opens_with_the_own_set(app, index):
    page = ask(app(), "Was kostet es?")
    press(page, "judge 1 good")
    press(page, "evaluate 1")
    assert DE("evaluation_intro") in shown(page)
    assert page.selectbox(key="set").value == str(index / "sets" / "own.jsonl")


def test_a_faulty_set_is_named_under_the_reply(app, index):
    (index / "sets").mkdir()
    (index / "sets" / "own.jsonl").write_text("{", encoding="utf-8")
    page = ask(app(), "Was kostet es?")
    body = shown(press(page, "judge 1 good"))
    assert "own.jsonl, line 1: broken JSON" in body
    assert "judge 1 good" in buttons(page)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Was kostet der Eintritt?", 1),
        ("Was kostet der Eintritt, und wie viele Partner gibt es?", 2),
        ("Wer war Jupiter im Tempel, und wo wohnte Merkur damals?", 1),
    ],
)
def test_a_reply_is_explained_as_it_was_decided(canned, question, parts):
    turn = Turn(question)
    turn.reply.set_result(canned.ask(question))
    why = Desk(canned).explain(turn).result(10)
    assert len(why) == parts
    assert parts == 2 or why[0][0] == question


@pytest.mark.parametrize("question", ["Was kostet es?", "Was ist auf dem Mond?"])
def test_the_opened_fold_tells_why(app, question):
    page = ask(app(), question)
    assert DE("why_decision") not in shown(page)
    body = shown(press(page, "fold 1 why"))
    assert DE("why_decision") in body
    assert DE("why_passages") in body
    assert DE("why_threshold") in body


def test_the_same_elsewhere_is_opened_and_kept_in_the_address(app, tmp_path, index, encoder):
    copy = tmp_path / "documents" / "kopie.txt"
    copy.write_text("Die Kopie\n\n" + QUOTES["kostet"][0][1] + "\n", encoding="utf-8")
    sync([tmp_path / "documents"], index, encoder)
    page = ask(app(), "Was kostet es?")
    assert buttons(page)["open 1 1-1"] == "Auch in: Die Kopie"
    press(page, "open 1 1-1")
    assert page.query_params["also"] == "1"
    press(page, "open 1 1")
    assert "also" not in page.query_params


# -- nothing is lost --------------------------------------------------------------------------


def test_the_language_switch_changes_the_words_and_keeps_the_conversation(app):
    page = ask(app(), "Wie viele Partner gibt es?")
    page.radio(key="language").set_value("en").run()
    body = shown(page)
    assert "Wie viele Partner gibt es?" in body
    assert EN("mode_extractive") in body
    assert DE("mode_extractive") not in body
    assert page.chat_input(key="question").placeholder == EN("question_box")
    assert page.query_params["lang"] == "en"


@pytest.mark.parametrize(("locale", "w"), [("de-AT", DE), ("en-GB", EN), ("fr-FR", EN)])
def test_the_first_language_is_the_browsers(app, locale, w):
    assert w("ask_heading") in shown(app(locale))


def test_the_setting_wins_over_the_browser(app, monkeypatch):
    monkeypatch.setenv("BELEGT_INTERFACE_LANGUAGE", "en")
    assert EN("ask_heading") in shown(app("de-DE"))


def test_a_reload_shows_the_same_conversation_and_the_open_document(app):
    page = ask(app(), "Wie viele Partner gibt es?")
    press(page, "open 1 2")
    params = dict(page.query_params)
    assert params.keys() == {"chat", "answer", "cite"}
    again = app(**params)
    assert "Wie viele Partner gibt es?" in shown(again)
    assert again.session_state["conversation"].opened == (1, 2)


@pytest.mark.parametrize("chat", ["0123456789abcdef", "../../etc", "<b>"])
def test_an_unknown_conversation_is_said_to_be_unknown(app, chat):
    assert DE("unknown_chat") in shown(app(chat=chat))


def test_a_citation_that_is_not_there_opens_nothing(app):
    page = ask(app(), "Wie viele Partner gibt es?")
    chat = page.query_params["chat"]
    for answer, cite in (("9", "1"), ("1", "9"), ("0", "0")):
        again = app(chat=chat, answer=answer, cite=cite)
        assert "Wie viele Partner gibt es?" in shown(again)
        assert again.session_state["conversation"].opened is None


def test_a_new_conversation_is_empty_and_the_old_one_stays(app):
    page = ask(app(), "Wie viele Partner gibt es?")
    chat = page.query_params["chat"]
    page.button(key="new").click().run()
    assert DE("ask_heading") in shown(page)
    assert "chat" not in page.query_params
    assert "Wie viele Partner gibt es?" in shown(app(chat=chat))


def test_an_index_that_cannot_be_written_only_loses_the_storing(app, canned, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise IndexError_("store.sqlite: readonly")

    monkeypatch.setattr(canned.library.store, "add_turn", refuse)
    body = shown(ask(app(), "Wie viele Partner gibt es?"))
    assert DE("mode_extractive") in body
    assert DE("not_kept") in body
    assert "store.sqlite: readonly" in body


def test_connections_to_the_store_do_not_grow_with_every_click(app, canned):
    page = ask(app(), "Wie viele Partner gibt es?")
    for _ in range(3):
        page.run()
    before = len(canned.library.store._connections)
    for _ in range(8):
        page.run()
    assert len(canned.library.store._connections) <= max(before, 5)


# -- inert ------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script> $5 $7 :red[x] ![x](http://x.example/x.png) **fett**"


def test_foreign_text_goes_to_the_page_escaped_and_never_as_markdown(app):
    page = ask(app(), HOSTILE)
    body = shown(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $5 $7 :red[x]" in body
    assert "<script" not in body
    assert not any("fett" in element.value for element in page.markdown)


# -- documents and first use ------------------------------------------------------------------


@pytest.fixture
def documents_page(app, monkeypatch):
    """The documents page; AppTest cannot follow the navigation to a page that is a function."""
    from ui.web import ask_page, documents_page

    monkeypatch.setattr(ask_page, "show", documents_page.show)
    return app


def finished(page: AppTest) -> AppTest:
    deadline = time.monotonic() + 20
    while any(t.name == "sync" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return page.run()


def test_the_documents_page_lists_what_is_indexed(documents_page):
    body = shown(documents_page())
    assert DE.counted("indexed", 3, documents=3, passages=27) in body
    for expected in ("Smart Thinking", "26. Oktober 2018", "ohne Datum", "press notice"):
        assert expected in body


def test_a_file_that_cannot_be_read_is_listed_with_its_reason(documents_page, tmp_path):
    (tmp_path / "documents" / "<b>leer.txt").write_bytes(b"")
    page = documents_page()
    page.button(key="sync").click().run()
    body = shown(finished(page))
    assert DE("failures") in body
    assert "&lt;b&gt;leer.txt" in body
    assert "1 nicht eingelesen" in body


def test_a_sync_brings_in_what_is_new_and_questions_go_on(documents_page, tmp_path):
    new = "Das neue Dokument handelt von Brücken.\n\nEine Brücke führt über die Elbe.\n"
    (tmp_path / "documents" / "neu.txt").write_text(new, encoding="utf-8")
    page = documents_page()
    page.button(key="sync").click().run()
    body = shown(finished(page))
    assert "1 neu, 0 geändert, 0 entfernt, 3 unverändert" in body
    assert "neu.txt" in body


def test_a_sync_is_cancelled_and_the_page_says_what_is_kept(documents_page, tmp_path, monkeypatch):
    for number in range(20):
        text = "\n\n".join(f"# {i}\n\nIn {number} ist Satz {i} von Brücken." for i in range(20))
        (tmp_path / "documents" / f"neu {number}.md").write_text(text, encoding="utf-8")
    go_on = threading.Event()

    class Held(WordEncoder):
        def encode_passages(self, passages, progress=None):
            go_on.wait(20)
            return super().encode_passages(passages, progress)

    monkeypatch.setattr(opening, "load_encoder", lambda *_: Held())
    page = documents_page()
    page.button(key="sync").click().run()
    page.button(key="sync_cancel").click().run()
    assert page.button(key="sync_cancel").disabled
    go_on.set()
    body = shown(finished(page))
    assert DE("sync_stopped", added=0, changed=0) in body
    assert DE.counted("indexed", 3, documents=3, passages=27) in body


def test_a_second_sync_elsewhere_is_refused_in_a_line(documents_page, index):
    page = documents_page()
    with writer_lock(index):
        page.button(key="sync").click().run()
        body = shown(finished(page))
    assert DE("fault_LockedError") in body
    assert "is syncing this index" in body


def test_with_no_index_there_are_three_steps_and_the_samples(app, monkeypatch, tmp_path):
    monkeypatch.setenv("BELEGT_INDEX", str(tmp_path / "new"))
    page = app()
    body = shown(page)
    assert DE("first_heading") in body
    assert body.count("<li>") == 3
    assert 'class="b-fault"' not in body
    assert page.button(key="sync").label == DE("read_samples")
    page.button(key="sync").click().run()
    finished(page)
    assert len(Store(tmp_path / "new").documents()) == 3
    assert page.chat_input(key="question").placeholder == DE("question_box")


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (
            StaleIndexError("made with another model. Run `belegt sync --rebuild`."),
            "StaleIndexError",
        ),
        (ModelError("model 'x': no such folder. Mend `model`."), "ModelError"),
        (IndexError_("store.sqlite: damaged. Run `belegt doctor`."), "IndexError_"),
    ],
)
def test_a_fault_that_can_be_mended_is_its_line_with_the_command(app, monkeypatch, fault, key):
    def refuse(*_: object) -> None:
        raise fault

    monkeypatch.setattr(opening, "open_assistant", refuse)
    body = shown(app())
    assert DE(f"fault_{key}") in body
    assert str(fault).split(".")[0].replace("'", "&#x27;") in body


def test_a_fault_is_not_kept(app, monkeypatch):
    mended = opening.open_assistant
    monkeypatch.setattr(opening, "open_assistant", lambda *_: 1 / 0)
    page = app()
    assert DE("fault_other") in shown(page)
    monkeypatch.setattr(opening, "open_assistant", mended)
    assert DE("ask_heading") in shown(page.run())


def test_an_unknown_setting_is_a_line(app, monkeypatch):
    monkeypatch.setenv("BELEGT_MODEEL", "x")
    body = shown(app())
    assert DE("fault_SettingsError") in body
    assert "BELEGT_MODEEL" in body


def test_time_left_and_rate_of_a_sync(monkeypatch):
    from index.sync import Progress

    job = Syncing(started=100.0, progress=Progress("a.txt", 1, 4, 30, 0.25))
    monkeypatch.setattr(time, "monotonic", lambda: 110.0)
    assert job.rate() == pytest.approx(3.0)
    assert job.left() == pytest.approx(30.0)


# -- the code itself --------------------------------------------------------------------------

SHOWING = {"html", "button", "radio", "chat_input", "text_input", "progress", "status", "title"}
SHOWING |= {"write", "markdown", "text", "caption", "info", "warning", "error", "success", "header"}


def own_modules() -> list[Path]:
    beside = WEB.parent
    shown = [*sorted(beside.glob("render*.py")), *sorted((beside / "exporting").glob("[!_]*.py"))]
    return [*sorted(WEB.glob("*.py")), *shown]


@pytest.mark.parametrize("path", own_modules(), ids=lambda path: path.stem)
def test_pages_hold_no_words_of_their_own(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings or "<" in node.value:
                continue
            assert not re.search(r"[äöüÄÖÜß]|[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", node.value), (
                node.value
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            literal = isinstance(getattr(node.args[0], "value", None), str)
            ours = ast.unparse(node.func.value).startswith("st")
            assert not (ours and node.func.attr in SHOWING and literal), ast.unparse(node)


@pytest.mark.parametrize("path", own_modules(), ids=lambda path: path.stem)
def test_pages_never_hand_text_to_markdown(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"st\.(markdown|write|write_stream|caption|toast|title|header)\(", source)
    assert "unsafe_allow" not in source


@pytest.mark.parametrize("path", sorted(WEB.glob("*.js")), ids=lambda path: path.stem)
def test_scripts_put_in_text_as_text_only(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source)
    assert "http" not in source


def test_every_key_of_the_catalogue_is_used():
    from ui.wording import CATALOGUE

    speaking = [
        *own_modules(),
        WEB.parent / "cli.py",
        *sorted((WEB.parents[1] / "eval").glob("*.py")),
    ]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in speaking)
    sources = sources.replace("'", '"')
    families = ("failed_", "note_", "unit_")  # codes that the reading side gives
    families += tuple(re.findall(r'f"([a-z_0-9]+_)\{', sources))
    unused = [
        key
        for key in CATALOGUE
        if f'"{key.removesuffix("_one")}"' not in sources and not key.startswith(families)
    ]
    assert unused == []


def test_the_command_and_the_file_give_the_same_options():
    file = tomllib.loads((WEB.parents[1] / ".streamlit/config.toml").read_text())
    named = {
        f"--{section}.{name}={str(value).lower() if isinstance(value, bool) else value}"
        for section, values in file.items()
        for name, value in values.items()
    }
    command = serving.command("127.0.0.1", 8501)
    assert named | {"--server.port=8501"} == {o for o in command if o.startswith("--")}
