"""The evaluation page and the report as a person uses them, in a real browser; canned answers."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.cases import Case, Evidence, to_jsonl
from eval.exporters import FORMATS, export
from eval.html_report import write_report
from eval.overview import HEADLINE, figure_text
from eval.run import evaluate
from eval.runs import PART, ROWS, RUNS, Listed, list_runs, load_run
from index.library import Library
from index.settings import Settings
from index.sync import sync
from tests.fakes import SEEDS, WordEncoder
from tests.ui.conftest import LAUNCH, PARTNERS, QUOTES, TICKETS, CannedAssistant
from ui import cli, cli_eval
from ui.wording import words

pytestmark = pytest.mark.browser
playwright_api = pytest.importorskip("playwright.sync_api")

DE = words("de")
LONG = 90
(_, QUOTE), *_ = QUOTES["partner"]
START = (SEEDS / PARTNERS).read_text(encoding="utf-8").index(QUOTE)  # it stands there twice
HERE = (Evidence(PARTNERS, QUOTE, START, START + len(QUOTE)),)
ELSEWHERE = (Evidence(LAUNCH, "The Digital Hub Initiative was launched in November 2016"),)
CASES = [
    Case("q1", "Wie viele Partner hat die Initiative?", "de", True, (("500",),), HERE),
    Case("q2", "Nennen Sie die Zahl der Partner.", "de", True, (("500",),), HERE, ("Zahl",)),
    Case("q3", "Wann wurde sie begonnen?", "de", True, (("2016",),), ELSEWHERE),
    Case("q4", "Wie viele Partner hat der Mond?", "de", False, tags=("near-miss",)),
    Case("q5", "When does the moon rise?", "en", False, tags=("off-topic",)),
    Case("q6", "Who reads <b>this</b> & that?", "en", False, tags=("off-topic",)),
]
"""Two are answered rightly, q3 is refused wrongly, q4 is answered without basis, two are refused."""


class Refusing(CannedAssistant):
    """The canned assistant before it knew anything."""

    def ask(self, question, **given):
        return replace(super().ask("?", **given), question=question)


class Closing(CannedAssistant):
    """The canned assistant as the command line opens and closes one."""

    def __init__(self, chosen: Settings) -> None:
        super().__init__(Library(chosen.index, WordEncoder()))

    def close(self) -> None:
        self.library.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample documents, their index, a short and a long set, and a run of the short one from
    before the assistant knew anything."""
    root = tmp_path_factory.mktemp("evaluation")
    shutil.copytree(SEEDS, root / "documents")
    sync([root / "documents"], root / "index", WordEncoder())
    sets = root / "index" / "sets"
    sets.mkdir()
    for name in ("first", "earlier"):
        (sets / f"{name}.jsonl").write_text(to_jsonl(CASES), encoding="utf-8")
    many = [replace(case, id=f"{n}-{case.id}") for n in range(LONG // 6) for case in CASES]
    (sets / "long.jsonl").write_text(to_jsonl(many), encoding="utf-8")
    asked(Refusing, root, "earlier.jsonl", root / "index" / RUNS / "earlier")
    return root


@pytest.fixture
def address(serve, place: Path) -> str:
    return serve(place, CANNED_DELAY="0.15")


AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.fixture
def evaluation(page):
    page.get_by_role("link", name=DE("page_evaluation")).click()
    page.get_by_role("button", name=DE("run_start")).wait_for()
    return page


def asked(kind: type[CannedAssistant], root: Path, name: str, out: Path) -> None:
    """Run a set without the page."""
    library = Library(root / "index", WordEncoder())
    evaluate(kind(library), library, [root / "index" / "sets" / name], out)
    library.close()


def choose(page, name: str) -> None:
    page.locator(AT_REST).wait_for()  # a run of the script under way would close the list again
    page.get_by_label(DE("set_choose")).click()
    page.get_by_role("option", name=name).click()


def ended(page) -> None:
    """Wait until the run under way has ended; until then, the page shows the one before it."""
    stop = page.get_by_role("button", name=DE("run_stop"))
    stop.wait_for()
    stop.wait_for(state="detached", timeout=90_000)
    settled(page)


def settled(page) -> None:
    """Wait for a result, and until what it takes the place of is gone."""
    lead = page.locator(".eval .lead")
    playwright_api.expect(lead).to_have_count(1, timeout=60_000)
    page.locator(AT_REST).wait_for()
    playwright_api.expect(lead).to_have_count(1)


def run(page, name: str = "first.jsonl") -> None:
    """Start, and wait for the cases of the result."""
    choose(page, name)
    page.get_by_role("button", name=DE("run_start")).click()
    ended(page)


def newest(place: Path) -> Listed:
    return list_runs(place / "index")[0]


def upload(page, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)


def test_a_set_is_run_filtered_and_a_case_opened_in_the_chat(evaluation):
    expect = playwright_api.expect
    run(evaluation)
    expect(evaluation.locator(".eval .lead").first).to_contain_text(DE.counted("eval_asked", 6))
    worst = evaluation.locator("ol.list > li")
    expect(worst).to_have_count(2)
    expect(worst.first).to_contain_text("Wie viele Partner hat der Mond?")

    every = evaluation.locator("ul.list > li")
    evaluation.get_by_role("button", name=f"{DE('outcome_false_refusal')} 1").click()
    expect(every).to_have_count(1)
    expect(every).to_contain_text("Wann wurde sie begonnen?")
    evaluation.get_by_role("button", name=f"{DE('case_all')} 6").click()
    expect(every).to_have_count(6)
    tag = evaluation.get_by_role("combobox", name=DE("case_tag"))
    tag.select_option("Zahl")
    expect(every).to_contain_text("Nennen Sie die Zahl der Partner.")
    tag.select_option(label=DE("case_any"))
    evaluation.get_by_role("searchbox").fill("<b>")
    expect(every).to_contain_text("Who reads <b>this</b> & that?")
    evaluation.get_by_role("searchbox").fill("")

    worst.first.locator("summary").click()
    inside = worst.first.locator(".inside")
    expect(inside).to_contain_text(DE("case_expected_refusal"))
    expect(inside.locator("blockquote").first).to_contain_text("über 500 Partner")
    inside.get_by_role("button", name=DE("case_open")).click()
    expect(evaluation.locator(".b-question")).to_have_text("Wie viele Partner hat der Mond?")
    evaluation.get_by_role("button", name="Beleg 1:").click()
    expect(evaluation.locator(".reader mark.quote")).to_contain_text("über 500 Partner")


def test_a_run_is_stopped_gone_on_with_and_survives_reloading(evaluation, place):
    expect = playwright_api.expect
    choose(evaluation, "long.jsonl")
    evaluation.get_by_role("button", name=DE("run_start")).click()
    evaluation.get_by_text(re.compile(rf"^[1-9]\d* von {LONG} Fragen")).wait_for()
    evaluation.reload()
    evaluation.get_by_role("button", name=DE("run_stop")).click()
    resume = evaluation.get_by_role("button", name=DE("run_resume"))
    resume.wait_for()
    (halted,) = [one for one in list_runs(place / "index") if not one.complete]
    assert 1 <= halted.n < LONG
    done = (halted.folder / PART).read_bytes()

    resume.click()
    ended(evaluation)
    assert load_run(halted.folder).summary.n == LONG
    assert (halted.folder / ROWS).read_bytes().startswith(done)  # none was asked again

    evaluation.reload()
    settled(evaluation)
    assert f"run={halted.name}" in evaluation.url
    lead = evaluation.locator(".eval .lead").first
    expect(lead).to_contain_text(DE.counted("eval_asked", LONG))


def test_the_figures_are_those_of_the_command_line(evaluation, place, monkeypatch, capsys):
    run(evaluation)
    monkeypatch.setattr(cli_eval, "assistant_of", Closing)
    out, questions = place / "told", place / "index" / "sets" / "first.jsonl"
    words = ["eval", str(questions), "--index", str(place / "index"), "--out", str(out), "--json"]
    monkeypatch.setattr(sys, "argv", ["belegt", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    told = json.loads(capsys.readouterr().out)

    shown = load_run(newest(place).folder).summary
    same = json.loads(json.dumps(asdict(shown)))
    assert [same[name] for name in ("n", "groups", "curves")] == [
        told[name] for name in ("n", "groups", "curves")
    ]
    (overall, *_) = told["groups"]
    tiles = evaluation.locator(".tile")
    for name in HEADLINE:
        value = overall["figures"][name]["value"]
        tile = tiles.filter(has_text=DE(f"measure_{name}"))
        playwright_api.expect(tile).to_contain_text(figure_text(name, value, DE))


def test_two_runs_are_compared_with_what_was_gained_and_lost(evaluation):
    run(evaluation)
    evaluation.get_by_role("tab", name=DE("tab_compare")).click()
    evaluation.get_by_label(DE("compare_choose")).click()
    evaluation.get_by_role("option", name="earlier.jsonl").click()
    evaluation.get_by_text(DE("compare_counts", n=6, gained=2, lost=1)).wait_for()
    lost = evaluation.locator("details").filter(has_text="Wie viele Partner hat der Mond?").last
    lost.locator("summary").last.click()
    playwright_api.expect(lost).to_contain_text("über 500 Partner")  # what it says now


def valid(name: str, data: bytes) -> bool:
    """Whether a file is what its format promises, with a case of the set in it."""
    text = data.decode("utf-8-sig")
    match name:
        case "csv":
            return len(list(csv.DictReader(io.StringIO(text), delimiter=";"))) == len(CASES)
        case "junit":
            return len(ElementTree.fromstring(text).findall(".//testcase")) == len(CASES)
        case "trec-run":
            return all(len(line.split()) == 6 for line in text.splitlines()) and "q3" in text
        case "trec-qrels":
            return all(len(line.split()) == 4 for line in text.splitlines()) and "q3" in text
        case "mteb":
            return bool(json.loads(text))
        case _:
            return any("Partner" in str(json.loads(line)) for line in text.splitlines())


def test_every_format_is_downloaded_and_holds_what_it_should(evaluation, place):
    run(evaluation)
    folder = newest(place).folder
    evaluation.get_by_role("tab", name=DE("tab_files")).click()
    for name, kind in FORMATS.items():
        with evaluation.expect_download() as given:
            evaluation.get_by_role("button", name=DE(f"file_{name}")).click()
        assert given.value.suggested_filename == kind.file
        data = given.value.path().read_bytes()
        assert data == export(folder, name)
        assert valid(name, data), name
    with evaluation.expect_download() as given:
        evaluation.get_by_role("button", name=DE("file_report")).click()
    assert "Content-Security-Policy" in given.value.path().read_text("utf-8")


def test_a_table_of_a_spreadsheet_is_checked_taken_and_run(evaluation, place):
    expect = playwright_api.expect
    evaluation.get_by_text(DE("own_heading")).click()
    with evaluation.expect_download() as given:
        evaluation.get_by_role("button", name=DE("own_template")).click()
    header, *_ = given.value.path().read_text("utf-8-sig").splitlines()
    filled = (
        f"{header}\r\n1;Was kostet das Ticket für Gäste?;De;Ja;90 EUR;{TICKETS};"
        "Der übliche Ticketpreis beträgt 90 EUR.;\r\n2;Wer wohnt auf dem Mond?;de;NEIN;;;;\r\n;;;;;;;\r\n"
    )
    upload(evaluation, "Meine Fragen.csv", filled.encode("cp1252"))
    fault = evaluation.get_by_role("alert").filter(has_text=DE.counted("own_faults", 1))
    expect(fault).to_contain_text("Meine Fragen.csv, row 2, case")
    expect(fault).to_contain_text("evidence 1")
    expect(fault).to_contain_text("Der reguläre Ticketpreis beträgt 90 EUR")  # the nearest
    assert not (place / "index" / "sets" / "Meine-Fragen.csv").exists()

    mended = filled.replace("übliche", "reguläre")
    upload(evaluation, "Meine Fragen.csv", mended.encode("cp1252"))
    expect(evaluation.get_by_text(DE.counted("own_taken", 2))).to_be_visible()
    evaluation.locator(AT_REST).wait_for()
    evaluation.get_by_role("button", name=DE("run_start")).click()  # what was taken is chosen
    ended(evaluation)
    assert newest(place).files == ("Meine-Fragen.csv",)
    assert {row.outcome for row in load_run(newest(place).folder).rows} == {
        "right",
        "right_refusal",
    }


def test_a_set_in_json_lines_is_taken_too(evaluation, place):
    evaluation.get_by_text(DE("own_heading")).click()
    upload(evaluation, "other.jsonl", to_jsonl(CASES[:2]).encode() + b'{"id": "q1"\n')
    fault = evaluation.get_by_role("alert")
    playwright_api.expect(fault).to_contain_text("other.jsonl, line 3: broken JSON")
    upload(evaluation, "other.jsonl", to_jsonl(CASES[:2]).encode())
    evaluation.get_by_text(DE.counted("own_taken", 2)).wait_for()
    assert (place / "index" / "sets" / "other.jsonl").read_text("utf-8") == to_jsonl(CASES[:2])


def test_the_report_opens_without_a_server_and_breaks_no_rule_of_its_own(german, place, tmp_path):
    asked(CannedAssistant, place, "first.jsonl", tmp_path / "run")
    write_report(load_run(tmp_path / "run"), tmp_path / "report.html", DE)
    tab = german.new_page()
    complaints, requests = [], []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda fault: complaints.append(str(fault)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((tmp_path / "report.html").as_uri())
    tab.locator("ol.list summary").first.click()
    playwright_api.expect(tab.locator(".inside").first).to_be_visible()
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("file:")] == []
