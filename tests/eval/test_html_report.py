"""The report is one inert file with the run's own figures, worst cases first, in both languages."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import charts
from eval.case_list import case_list, worst, worst_first
from eval.cases import Case, Evidence
from eval.html_report import embedded, html_report, write_report
from eval.markup import node, to_data, to_html
from eval.overview import cases_of, counted, figure_text, headline, overview, particulars
from eval.run import run as run_cases
from eval.runs import RunError, load_run
from eval.values import CurvePoint
from ui.wording import words

DE, EN = words("de"), words("en")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> $5 \u202eumgekehrt 😀"


SMALL = runpy.run_path(str(Path(__file__).with_name("conftest.py")))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of the six cases, one hostile and one that crashes beside them."""
    texts = SMALL["TEXTS"]
    corpus = SMALL["Corpus"]({path: SMALL["document"](path) for path in texts}, texts)
    more = [
        Case("q7", HOSTILE, "de", False, tags=(HOSTILE,)),
        Case("q8", "crash", "en", True, (("x",),), (Evidence("en.txt", "Potsdam"),)),
    ]
    out = tmp_path_factory.mktemp("report") / "run"
    run_cases(SMALL["WordAssistant"](), [*SMALL["CASES"], *more], corpus, out)
    return load_run(out)


class Elements(HTMLParser):
    """Collects tags, attributes and the text outside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.scripts if self._inside == "script" else self.texts).append(data)


def data_of(text: str) -> dict:
    return json.loads(Elements(text).scripts[0])


# -- inert ------------------------------------------------------------------------------------


def test_the_report_needs_nothing_from_elsewhere_and_allows_one_script(finished):
    text = html_report(finished, DE)
    tags = Elements(text).tags
    names = [name for name, _ in tags]
    assert names.count("script") == 2
    assert not {"link", "img", "iframe", "object", "base"} & set(names)
    assert not [a for _, a in tags if set(a) & {"src", "href", "style"}]
    policy = next(a["content"] for n, a in tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    assert re.search(r"script-src 'sha256-[\w+/=]+';", policy)
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_hostile_text_stays_text(finished):
    text = html_report(finished, EN)
    assert "<script>alert" not in text
    assert "<img" not in text
    shown = {one["id"]: one["question"] for one in data_of(text)["cases"]}
    assert shown["q7"] == HOSTILE


NASTY = ["</script>", "<!--", "<script>", "]]>", "{title}", "\ud800", "&lt;", "\u2028", "\u202e"]


@given(st.lists(st.text(max_size=30) | st.sampled_from(NASTY), max_size=6).map("".join))
def test_data_within_the_script_element_neither_end_it_nor_change(text):
    made = Elements(f'<script type="application/json">{embedded({"q": text})}</script><p>x</p>')
    assert [name for name, _ in made.tags] == ["script", "p"]
    assert json.loads("".join(made.scripts)) == {"q": text.encode("utf-8", "replace").decode()}


def test_whatever_is_asked_the_page_has_the_same_elements(finished):
    asked = "".join(NASTY)
    rows = tuple(replace(r, case=replace(r.case, question=asked)) for r in finished.rows)
    changed = Elements(html_report(replace(finished, rows=rows), DE))
    assert [n for n, _ in changed.tags] == [n for n, _ in Elements(html_report(finished, DE)).tags]
    assert data_of(html_report(replace(finished, rows=rows), DE))["cases"][0]["question"] == (
        asked.encode("utf-8", "replace").decode()
    )


@given(st.text(max_size=80))
def test_elements_escape_text_and_attributes_in_one_place(text):
    made = Elements(to_html(node("p", text, node("strong", text), aria_label=text, class_="x")))
    clean = text.encode("utf-8", "replace").decode()
    assert [n for n, _ in made.tags] == ["p", "strong"]
    # A parser reads the ends of lines as one kind, and null as something that can be shown.
    assert made.tags[0][1]["aria-label"] == clean
    assert "".join(made.texts) == clean * 2


@pytest.mark.parametrize("wrong", [("script", {}), ("p", {"onclick": "x"}), ("a", {"href": "x"})])
def test_no_element_can_do_anything(wrong):
    tag, attributes = wrong
    with pytest.raises(ValueError, match="neither a known tag"):
        node(tag, **attributes)


def test_elements_as_data_are_the_same_tree():
    assert to_data(node("p", "a", node("bdi", "b"), class_="note")) == [
        "p",
        {"class": "note"},
        ["a", ["bdi", {}, ["b"]]],
    ]


# -- figures ----------------------------------------------------------------------------------


def test_figures_are_those_of_the_summary(finished):
    text = " ".join(Elements(html_report(finished, EN)).texts)
    overall = finished.summary.group("overall", "overall")
    for name in ("hit_at_1", "evidence_hit", "refusal_error_rate"):
        figure = overall.figures[name]
        assert EN(f"measure_{name}") in text
        assert f"{figure.value * 100:.1f}%" in text
        assert f"{figure.low * 100:.1f} to {figure.high * 100:.1f}%" in text


def test_rates_of_refusal_count_the_cases_they_are_a_share_of(finished):
    overall = finished.summary.group("overall", "overall")
    assert cases_of("refusal_error_rate", overall) == 5
    assert cases_of("refusal_hallucination_rate", overall) == 3
    tier = finished.summary.group("tier", "near-miss")
    assert cases_of("refusal_hallucination_rate", tier) == 1
    assert cases_of("hit_at_1", overall) == 5


def test_figures_are_written_as_the_language_does():
    assert figure_text("hit_at_1", 0.7153, DE) == "71,5\u00a0%"
    assert figure_text("hit_at_1", 0.7153, EN) == "71.5%"
    assert figure_text("refusal_auroc", 0.8481, DE) == "0,848"


def test_outcomes_add_up_and_come_worst_first(finished):
    counts = counted(row.outcome for row in finished.rows)
    assert sum(counts.values()) == 8
    assert next(iter(counts)) == "failed"
    drawn = to_html(overview(finished.summary, counts, EN))
    assert "8 questions asked." in drawn
    widths = re.findall(r'<rect x="[\d.]+" y="0" width="([\d.]+)" height="14" class="o-', drawn)
    assert sum(map(float, widths)) == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"right": 1}, "One question asked. The reply was fine."),
        ({"missed": 1}, "One question asked. The reply was not fine."),
        ({"missed": 1, "right": 1}, "2 questions asked. One of them was fine (50%)."),
        ({"missed": 2}, "2 questions asked. 0 of them were fine (0%)."),
    ],
)
def test_few_questions_are_told_in_good_english(finished, outcomes, said):
    assert said in to_html(headline(finished.summary, outcomes, EN))


def test_the_present_threshold_is_marked_on_the_curve(finished):
    points = (CurvePoint(0.9, 0.25, 0.0), CurvePoint(0.4, 0.5, 0.5), CurvePoint(0.1, 1.0, 0.6))
    curve = replace(finished.summary.curve("overall", "overall"), points=points, answered=0.5)
    drawn = to_html(particulars(replace(finished.summary, curves=(curve,)), EN))
    axes = charts.Axes("x", "y", ["0"] * 5, ["0"] * 5)
    assert f'cx="{axes.x(0.5):g}" cy="{axes.y(0.5):g}" r="5"' in drawn
    assert "answered from a confidence of 40% on; 50% answered, of these 50% wrong" in drawn
    none = to_html(particulars(replace(finished.summary, curves=(replace(curve, answered=0),)), EN))
    assert "Present threshold" not in none


def test_a_bar_is_as_long_as_its_value_and_its_whisker_as_its_interval():
    drawn = to_html(charts.bar(0.25, 0.125, 0.5))
    assert 'width="25" height="14" class="fill"' in drawn
    assert re.findall(r'<line x1="([\d.]+)"[^>]* x2="([\d.]+)"', drawn) == [
        ("12.5", "50"),
        ("12.5", "12.5"),
        ("50", "50"),
    ]
    assert "whisker" not in to_html(charts.bar(0.25, None, None))


def test_a_curve_goes_from_corner_to_corner():
    axes = charts.Axes("x", "y", ["0"] * 5, ["0"] * 5)
    drawn = to_html(charts.curve("t", [(0, 0), (1, 1)], axes))
    assert f'd="M{axes.x(0):.1f} {axes.y(0):.1f} L{axes.x(1):.1f} {axes.y(1):.1f}"' in drawn
    assert axes.x(0) < axes.x(1) <= charts.WIDTH
    assert axes.y(1) < axes.y(0) <= charts.HEIGHT


# -- cases ------------------------------------------------------------------------------------


def test_cases_come_worst_first_and_the_surer_of_two_wrong_answers_first(finished):
    order = [row.outcome for row in worst_first(finished.rows)]
    assert order[0] == "failed"
    assert order.index("right") > order.index("false_refusal")
    made = [
        replace(row, measures=replace(row.measures, confidence=sure, refused=False))
        for row, sure in zip(
            (r for r in finished.rows if not r.case.answerable), (0.2, 0.9, 0.5), strict=True
        )
    ]
    assert [row.measures.confidence for row in worst_first(made)] == [0.9, 0.5, 0.2]
    assert [row.measures.confidence for row in worst(made, 2)] == [0.9, 0.5]
    assert worst([r for r in finished.rows if r.outcome == "right"]) == []


def test_a_case_opens_to_reply_evidence_and_passages_with_the_gold_marked(finished):
    data = case_list(finished, EN)
    at = next(i for i, one in enumerate(data["cases"]) if one["id"] == "q4")
    detail = data["details"][at]
    assert detail["evidence"] == [
        {"document": "en.txt", "place": "31:47", "quote": "in November 2016"}
    ]
    assert [c["on"] for c in detail["citations"]] == [True]
    assert detail["rank"] == 1
    first = detail["passages"][0]
    text = data["passages"][first["passage"]]["text"]
    assert [text[a:b] for a, b in first["marks"]] == ["in November 2016"]
    assert first["cited"]


def test_marks_count_as_scripts_count(finished):
    from eval.case_list import _marks
    from eval.cases import Span

    text = "😀😀 über 500 Partner"
    ((start, end),) = _marks(text, Span("a", 10, 10 + len(text)), [Span("a", 13, 21)])
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "über 500"


def test_details_stop_where_they_would_take_too_much_and_it_is_said(finished):
    data = case_list(finished, EN, lines=6, detail_bytes=1500)
    assert len(data["cases"]) == 6
    assert 0 < len(data["details"]) < 6
    assert data["note"] == EN("case_limits", total=8, shown=6, detailed=len(data["details"]))
    assert case_list(finished, EN)["note"] == ""


def test_a_passage_found_often_is_carried_once(finished):
    data = case_list(finished, EN)
    found = [(p["document"], p["text"]) for p in data["passages"]]
    assert len(found) == len(set(found)) <= 6
    assert sum(len(d["passages"]) for d in data["details"]) > 6


# -- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [DE, EN], ids=["de", "en"])
def test_the_report_speaks_one_language(finished, w):
    text = html_report(finished, w)
    assert f'<html lang="{w.language}">' in text
    assert w("report_title") in text
    assert data_of(text)["labels"]["case_search"] == w("case_search")


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing(finished, tmp_path):
    with pytest.raises(RunError, match="choose another place"):
        write_report(finished, tmp_path / "missing" / "report.html", DE)
    write_report(finished, tmp_path / "report.html", DE)
    assert [p.name for p in tmp_path.glob("report*")] == ["report.html"]
