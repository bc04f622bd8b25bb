"""A set looked at before it is asked: every fault at once, with its place."""

import json

from eval.cases import Case, to_jsonl
from eval.checking import check


def test_a_good_set_is_counted(cases, corpus, tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(to_jsonl(cases), encoding="utf-8")
    found = check([path], corpus.texts)
    assert (found.cases, found.answerable, found.faults) == (6, 4, ())
    assert found.languages == {"de": 4, "en": 2}
    assert list(found.tags.items())[:2] == [("test", 4), ("dev", 2)]
    assert found.notes == ("6 cases: intervals will be wide, or there will be none.",)


def test_all_faults_are_told_and_what_can_be_read_is_counted(cases, corpus, tmp_path):
    path = tmp_path / "set.jsonl"
    lines = to_jsonl(cases[:2]).splitlines()
    lines.append('{"id": "broken"')
    lines.append(lines[0])
    wrong = json.loads(lines[1]) | {"id": "w"}
    wrong["evidence"] = [
        {"document": "de.txt", "quote": "60 Euro für Mitglieder"},
        {"document": "fehlt.txt", "quote": "x"},
    ]
    lines.append(json.dumps(wrong))
    path.write_text("\n".join(lines), encoding="utf-8")
    found = check([path], corpus.texts)
    assert found.cases == 3
    broken, twice, quote, document = found.faults
    assert broken.startswith(f"{path}, line 3: broken JSON")
    assert f"which is in {path}, line 1 too" in twice
    assert quote.startswith(f'{path}, line 5, case "w", evidence 1: ')
    assert 'nearest is "60 EUR für Mitglieder" at' in quote
    assert '"fehlt.txt" is not indexed' in document


def test_what_a_set_cannot_show_is_noted(corpus, tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(to_jsonl([Case("a", "Und für Gäste?", "de", False)]))
    notes = check([path], corpus.texts).notes
    assert notes[0].startswith("No answerable case")
    assert any("without a tier tag" in note for note in notes)
