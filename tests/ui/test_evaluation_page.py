"""The evaluation page: a run begun there gives what the command line gives, uploads are checked."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from eval.cases import Case, Evidence, load_cases, to_jsonl
from eval.question_sets import FOLDER, available, keep
from eval.run import evaluate
from eval.runs import list_runs, load_run
from eval.set_template import template
from index.library import Library
from index.settings import load_settings
from index.sync import sync
from qa.wiring import assemble
from tests.fakes import WordEncoder
from ui import serving
from ui.web import ask_page, evaluation_page, opening

TEXT = "Der Hub in Leipzig hat über 500 Partner und wächst jedes Jahr weiter.\n"
EVIDENCE = (Evidence("hub.txt", "über 500 Partner"),)
CASES = [
    Case("q1", "Wie viele Partner hat der Hub in Leipzig?", "de", True, (("500",),), EVIDENCE),
    Case("q2", "When does the moon rise?", "en", False),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An index with one document and a kept set; the page's assistant is built without a model."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "hub.txt").write_text(TEXT, encoding="utf-8")
    sync([tmp_path / "texts"], tmp_path / ".belegt", WordEncoder())
    (tmp_path / ".belegt" / FOLDER).mkdir()
    (tmp_path / ".belegt" / FOLDER / "a.jsonl").write_text(to_jsonl(CASES), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BELEGT_INDEX", str(tmp_path / ".belegt"))
    monkeypatch.setattr(opening, "load_encoder", lambda *_: WordEncoder())
    monkeypatch.setattr(ask_page, "show", evaluation_page.show)  # AppTest opens the first page
    return tmp_path


def opened() -> AppTest:
    page = AppTest.from_file(str(serving.PAGE), default_timeout=60)
    page.context["locale"] = "de-DE"
    return page.run()


def test_a_run_on_the_page_gives_what_the_command_gives(place):
    page = opened()
    assert not page.exception
    page.button(key="run").click().run()
    deadline = time.monotonic() + 60
    while any(t.name == "evaluate" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.run()
    assert not page.exception
    (listed,) = list_runs(place / ".belegt")
    assert listed.complete
    settings = load_settings()
    library = Library(place / ".belegt", WordEncoder())
    evaluate(
        assemble(library, WordEncoder(), settings),
        library,
        [place / ".belegt" / FOLDER / "a.jsonl"],
        place / "run",
        settings=settings.model_dump(mode="json"),
    )
    library.close()
    shown, told = load_run(listed.folder).summary, load_run(place / "run").summary
    timed = {"ms", "wall_ms"}
    assert [
        replace(g, figures={k: v for k, v in g.figures.items() if k not in timed})
        for g in shown.groups
    ] == [
        replace(g, figures={k: v for k, v in g.figures.items() if k not in timed})
        for g in told.groups
    ]
    assert (shown.curves, shown.n, shown.errors) == (told.curves, told.n, told.errors)
    assert shown.provenance.data_sha256 == told.provenance.data_sha256
    assert shown.provenance.corpus_sha256 == told.provenance.corpus_sha256


def test_a_faulty_upload_is_not_kept_and_names_the_users_file(tmp_path):
    broken = to_jsonl(CASES) + '{"id": "q1"\n'
    _, found = keep(tmp_path, "mine.jsonl", broken.encode(), {"hub.txt": TEXT})
    (fault,) = found.faults
    assert fault.startswith("mine.jsonl, line 3: broken JSON")
    assert not list((tmp_path / FOLDER).iterdir())


def test_an_upload_is_kept_once_and_never_takes_the_place_of_another(tmp_path):
    texts = {"hub.txt": TEXT}
    first, again = (keep(tmp_path, "a.jsonl", to_jsonl(CASES).encode(), texts)[0] for _ in "12")
    other, _ = keep(tmp_path, "a.jsonl", to_jsonl(CASES[:1]).encode(), texts)
    own, _ = keep(tmp_path, "../own.jsonl", to_jsonl(CASES).encode(), texts)
    assert (first, other.name) == (again, "a-2.jsonl")
    assert own == tmp_path / FOLDER / "uploaded-own.jsonl"
    kinds = {one.name: one.kind for one in available(tmp_path)}
    assert kinds["a-2.jsonl"] == "kept"
    assert kinds["uploaded-own.jsonl"] == "kept"


def test_every_set_that_ships_can_be_asked(tmp_path):
    shipped = [one for one in available(tmp_path) if one.kind == "shipped"]
    assert shipped
    assert all(load_cases(one.path) for one in shipped)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_template_is_itself_a_set(tmp_path, language):
    path = tmp_path / "template.csv"
    path.write_bytes(template(language))
    assert [case.answerable for case in load_cases(path)] == [True, True, False]
