"""Figures are written into pages between marks, from a run, and never by half."""

from pathlib import Path

import pytest

from eval.figures import few, write
from eval.run import run
from eval.values import Summary
from index.errors import BelegtError

SET = Path("sets/own.jsonl")


@pytest.fixture
def summary(assistant, cases, corpus) -> Summary:
    return run(assistant, cases, corpus)


def test_the_few_figures_are_those_of_the_run(summary: Summary) -> None:
    part = next(g.part for g in summary.groups if g.by == "overall" and g.part)
    overall = summary.group("overall", "overall", part)
    assert overall
    for language, comma, name in (("en", ".", "all"), ("de", ",", "alle")):
        *rows, empty, sentence = few(summary, part, language).splitlines()
        cells = [cell.strip() for cell in rows[-1].strip("|").split("|")]
        wanted = [overall.figures[k].value for k in ("hit_at_1", "hit_at_5", "evidence_hit")]
        assert cells[0] == name
        assert cells[2:5] == [f"{value:.2f}".replace(".", comma) for value in wanted]
        assert empty == ""
        refusals = overall.figures["refusal_error_rate"]
        answerable = overall.figures["hit_at_1"].n
        assert f" {refusals.n - answerable} " in sentence
        assert f" {round(refusals.value * answerable)} " in sentence


def test_pages_are_filled_between_their_marks_alone(summary: Summary, tmp_path: Path) -> None:
    page, other = tmp_path / "a.md", tmp_path / "b.md"
    page.write_text(
        "x\n<!-- figures -->\nthe former words\n<!-- /figures -->\ny\n", encoding="utf-8"
    )
    other.write_text("<!-- few figures de -->\n<!-- /few figures de -->\n", encoding="utf-8")
    write([page, other], summary, SET, "dev")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("x\n<!-- figures -->\nPart `dev`")
    assert text.endswith("<!-- /figures -->\ny\n")
    assert "former" not in text
    assert "| alle |" in other.read_text(encoding="utf-8")


def test_a_page_without_marks_stops_before_anything_is_written(
    summary: Summary, tmp_path: Path
) -> None:
    page, other = tmp_path / "a.md", tmp_path / "b.md"
    page.write_text("<!-- figures -->\nthe former words\n<!-- /figures -->\n", encoding="utf-8")
    other.write_text("no marks", encoding="utf-8")
    with pytest.raises(BelegtError, match=r"b\.md"):
        write([page, other], summary, SET, "dev")
    assert "former" in page.read_text(encoding="utf-8")
