import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.cases import (
    Case,
    CaseError,
    Evidence,
    Span,
    load_cases,
    load_sets,
    to_csv,
    to_jsonl,
)
from eval.places import cluster_of, resolve

SEEDS = Path(__file__).parents[2] / "eval" / "sets" / "seeds.jsonl"
GOOD = {
    "id": "q1",
    "question": "Wann?",
    "language": "de",
    "answerable": True,
    "evidence": [{"document": "a.txt", "quote": "im Mai"}],
}

letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1)
texts = letters.filter(str.strip)
places = st.builds(lambda start, size: (start, start + size), st.integers(0, 9), st.integers(1, 9))
evidence = st.one_of(
    st.builds(Evidence, texts, texts),
    st.builds(lambda d, p: Evidence(d, None, *p), texts, places),
    st.builds(lambda d, q, p: Evidence(d, q, *p), texts, texts, places),
)
lists_of = st.lists(texts, max_size=3).map(tuple)
answers = st.lists(st.lists(texts, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple)
any_case = st.builds(
    Case,
    id=texts,
    question=texts,
    language=st.sampled_from(["de", "en"]),
    answerable=st.booleans(),
    answers=answers,
    evidence=st.lists(evidence, min_size=1, max_size=2).map(tuple),
    tags=lists_of,
)
any_cases = st.lists(any_case, min_size=1, max_size=4, unique_by=lambda case: case.id)


def written(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def refusal(folder, text, name="set.jsonl", encoding="utf-8"):
    with pytest.raises(CaseError) as caught:
        load_cases(written(folder, name, text, encoding))
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(f"{folder}/", "")


@settings(deadline=None, max_examples=50)
@given(any_cases)
def test_a_set_comes_back_from_json_lines_and_from_csv(tmp_path_factory, cases):
    folder = tmp_path_factory.mktemp("sets")
    assert load_cases(written(folder, "set.jsonl", to_jsonl(cases))) == cases
    assert load_cases(written(folder, "set.csv", to_csv(cases))) == cases


def test_the_set_at_hand_loads():
    cases = load_cases(SEEDS)
    assert len(cases) >= 150
    assert sum(not case.answerable for case in cases) >= 45


def test_a_spreadsheet_with_semicolons_and_a_mark_is_read(tmp_path):
    rows = (
        "id;question;language;answerable;answers;document;quote;tags;\r\n"
        'q1;"Was kostet es, bitte?";de;WAHR;60 EUR | 90 EUR;a.txt;60 EUR | 90 EUR;figure | dev;\r\n'
        "q2;Who?;en;FALSCH;;;;near-miss;\r\n"
        ";;;;;;;;\r\n"
    )
    assert load_cases(written(tmp_path, "set.csv", rows, "utf-8-sig")) == [
        Case(
            "q1",
            "Was kostet es, bitte?",
            "de",
            True,
            (("60 EUR",), ("90 EUR",)),
            (Evidence("a.txt", "60 EUR"), Evidence("a.txt", "90 EUR")),
            ("figure", "dev"),
        ),
        Case("q2", "Who?", "en", False, tags=("near-miss",)),
    ]


def test_an_answer_of_several_parts_is_kept_together(tmp_path):
    record = {**GOOD, "answers": ["kurz", ["60 EUR", "90 EUR"]]}
    (case,) = load_cases(written(tmp_path, "set.jsonl", json.dumps(record)))
    assert case.answers == (("kurz",), ("60 EUR", "90 EUR"))


@pytest.mark.parametrize(
    ("change", "place", "wanted"),
    [
        ({"question": ""}, "question", "wanted a text"),
        ({"id": 7}, "id", "found 7; wanted a text"),
        ({"language": "fr"}, "language", 'found "fr"; wanted "de" or "en"'),
        ({"answerable": "ja"}, "answerable", "wanted true or false"),
        ({"evidence": []}, "evidence", "wanted at least one"),
        ({"evidence": "a.txt"}, "evidence", "wanted a list"),
        ({"evidence": [{"quote": "x"}]}, "evidence[0].document", "wanted a path"),
        ({"evidence": [{"document": "a.txt"}]}, "evidence[0].quote", "wanted a quote"),
        (
            {"evidence": [{"document": "a.txt", "start": 4, "end": 4}]},
            "evidence[0].start",
            "start < end",
        ),
        (
            {"evidence": [{"document": "a.txt", "quote": "x", "page": 1}]},
            "evidence[0]",
            'found "page", an unknown field',
        ),
        ({"answers": ["x", ["y", 3]]}, "answers[1]", "found 3"),
        ({"tags": [""]}, "tags", "wanted a text"),
        ({"lang": "de"}, "fields", 'found "lang", an unknown field; known are id, question'),
    ],
)
def test_a_fault_names_file_line_field_and_wish(tmp_path, change, place, wanted):
    line = refusal(tmp_path, json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, "id": "b", **change}))
    assert line.startswith(f"set.jsonl, line 3, {place}: ")
    assert wanted in line


def test_broken_json_names_its_line(tmp_path):
    line = refusal(tmp_path, json.dumps(GOOD) + '\n{"id": "q2", \n')
    assert line.startswith("set.jsonl, line 2: broken JSON (Expecting property name")


def test_json_that_is_no_text_is_refused(tmp_path):
    assert "half a surrogate pair" in refusal(tmp_path, '{"id": "\\ud800"}')
    assert "too deep" in refusal(tmp_path, "[" * 100_000)
    assert "wanted a JSON object" in refusal(tmp_path, "[1]")


def test_an_id_may_occur_once_even_over_two_sets(tmp_path):
    one = written(tmp_path, "a.jsonl", json.dumps(GOOD))
    other = written(tmp_path, "b.jsonl", json.dumps({**GOOD, "id": "q0"}) + "\n" + json.dumps(GOOD))
    with pytest.raises(
        CaseError, match=r'b\.jsonl, line 2, id: found "q1", which is in .*a\.jsonl'
    ):
        load_sets([one, other])


def test_a_file_without_cases_is_refused(tmp_path):
    assert "no case" in refusal(tmp_path, "")
    assert "no case" in refusal(tmp_path, "id,question\n", "set.csv")


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(CaseError, match="No such file"):
        load_cases(tmp_path / "none.jsonl")
    assert "not UTF-8" in refusal(tmp_path, '{"id": "Größe"}', "set.jsonl", "cp1252")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_read_as_spreadsheets_save_it(tmp_path, encoding):
    rows = "id;question;language;answerable\r\n1;Größe – in €?;De;Nein\r\n;;;\r\n"
    (tmp_path / "set.csv").write_bytes(rows.encode(encoding))
    (case,) = load_cases(tmp_path / "set.csv")
    assert (case.question, case.language, case.answerable) == ("Größe – in €?", "de", False)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("id,frage\nq1,x\n", 'row 1, columns: found "frage", an unknown field'),
        ("id,id\nq1,x\n", 'row 1, columns: found "id" twice'),
        ("id,question\nq1,x,y\n", "row 2, cells: found 3; wanted 2"),
        ('id,question\nq1,"x\n', "row 2: broken CSV"),
        ("id,answerable\nq1,vielleicht\n", 'row 2, answerable: found "vielleicht"'),
        ('id,tags\nq1,"[x"\n', 'row 2, tags: found "[x"; wanted a JSON list'),
        ("id,document,quote\nq1,a | b,x\n", "row 2, document: found 2 for 1 quotes"),
        ('id,question\n"q\n1",\nq2,x\n', "row 2, question: found null"),
    ],
)
def test_a_fault_in_a_table_names_its_row(tmp_path, rows, place):
    assert refusal(tmp_path, rows, "set.csv").startswith(f"set.csv, {place}")


TEXT = {"a.txt": "Über uns.\nDer Hub wurde im Mai 2016 gegründet.\nIm Mai öffnet der Hub."}


def gold(*evidence, answerable=True):
    return resolve(Case("q1", "Wann?", "de", answerable, evidence=evidence), TEXT)


def test_a_quote_becomes_a_span_and_offsets_stay():
    assert gold(Evidence("a.txt", "im Mai 2016"), Evidence("a.txt", None, 0, 4)) == [
        Span("a.txt", 24, 35),
        Span("a.txt", 0, 4),
    ]
    assert TEXT["a.txt"][24:35] == "im Mai 2016"
    assert gold(Evidence("a.txt", "Hub", 14, 17)) == [Span("a.txt", 14, 17)]


def test_white_space_may_differ_from_the_document():
    text = {"a.txt": "Der Hub\u00a0wurde\nim Mai gegründet. Der Hub wächst."}
    case = Case("q1", "Wann?", "de", True, evidence=(Evidence("a.txt", "Hub wurde  im Mai"),))
    assert resolve(case, text) == [Span("a.txt", 4, 20)]
    assert text["a.txt"][4:20] == "Hub\u00a0wurde\nim Mai"
    assert cluster_of(case, text) == "a.txt 0"


def test_evidence_of_an_unanswerable_case_is_no_gold():
    assert gold(Evidence("gone.txt", "x"), answerable=False) == []


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (Evidence("b.txt", "Hub"), '"b.txt" is not indexed'),
        (Evidence("a.tx", "Hub"), 'nearest is "a.txt"'),
        (Evidence("a.txt", "Hub"), "more than once, at 14 and 65"),
        (
            Evidence("a.txt", "Hub wurde in Mai 2016"),
            'nearest is "Hub wurde im Mai 2016" at 14:35',
        ),
        (Evidence("a.txt", "völlig anders"), "nothing there is like it"),
        (Evidence("a.txt", None, 60, 99), "end is 99, but a.txt has 69 code points"),
        (Evidence("a.txt", "Hub", 0, 3), 'at 0:3 has "Übe"; wanted the quote "Hub"'),
        (Evidence("a.txt"), "neither quote nor start"),
    ],
)
def test_a_place_that_is_not_there_once_is_named(evidence, message):
    with pytest.raises(CaseError) as caught:
        gold(evidence)
    assert str(caught.value).startswith('case "q1", evidence 1: ')
    assert message in str(caught.value)
