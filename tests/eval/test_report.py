import re

from eval.report import markdown, table
from eval.run import run


def lines(text, label):
    return [line.split() for line in text.splitlines() if line.split()[:1] == [label]]


def test_the_table_shows_directions_refusal_and_latency(assistant, cases, corpus):
    text = table(run(assistant, cases, corpus))
    assert max(map(len, text.splitlines())) <= 100
    retrieval, further, stated, refusal = lines(text, "de->de")
    assert retrieval == ["de->de", "2", *["1.000"] * 7]
    assert further[:2] == ["de->de", "2"]
    assert stated == ["de->de", "2", "1.000", "1.000", "1.000", "0.000"]
    assert refusal[:2] == ["de->de", "3"]
    assert lines(text, "de->en")[0][-3:] == ["0.000", "0.000", "-"]
    assert not lines(text, "en->de")
    assert [row[1] for row in lines(text, "overall")] == ["4", "4", "4", "6"]
    assert lines(text, "near-miss")[0][1] == "5"
    assert lines(text, "test")[0][1] == "3"
    below = text.splitlines()[
        1 + [line.split()[:1] for line in text.splitlines()].index(["overall"])
    ]
    assert re.fullmatch(r" +(\d\.\d\d-1\.00 *){7}", below)
    assert "p50 3.0, p95 3.0 (retrieve and answer)" in text
    assert "failed" not in text


def test_one_part_alone(assistant, cases, corpus):
    text = table(run(assistant, cases, corpus), "test")
    assert lines(text, "de->de")[0][1] == "1"
    assert not lines(text, "overall")
    assert [row[1] for row in lines(text, "test")] == ["3", "3", "3", "4"]


def test_failed_cases_are_told(assistant, cases, corpus):
    summary = run(assistant, [type(cases[4])("q", "crash", "de", False), *cases], corpus)
    assert "1 of 7 cases failed and count as wrong." in table(summary)


def test_markdown_holds_the_same_figures(assistant, cases, corpus):
    text = markdown(run(assistant, cases, corpus))
    assert "| overall | 4 | " in text
    assert re.search(r"\| overall \| 4 \| \d\.\d{3} \(\d\.\d\d-1\.00\) \|", text)
    assert "| --- | ---: | ---: |" in text
    assert "| figure | 1 | 1.000 |" in text
    assert "- Latency in ms over 5 questions" in text
