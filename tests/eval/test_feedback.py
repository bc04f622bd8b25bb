"""A judgement becomes one valid case with an exact place, and can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cases import Case, CaseError, Evidence, load_cases, to_jsonl
from eval.feedback import NEEDS_PLACE, case_of, note, noted_on, take_back, verdicts_on
from eval.places import resolve
from eval.question_sets import available
from qa.values import Answer, Citation, NotInDocuments, Reply, Timings

TEXT = "Der Fährhafen\n\nDie Fähre fährt täglich um 7:30 Uhr. Sie kostet 12 €."
TEXTS = {"hafen.txt": TEXT, "zweimal.txt": "Ja. Nein. Ja."}
QUOTE = "Sie kostet 12 €."
TIMES = Timings(1.0, 1.0)


def citation(number: int, quote: str) -> Citation:
    start = TEXT.index(quote)
    return Citation(
        number, "hafen.txt", "Hafen", "", "", "r1", start, start + len(quote), quote, "de", None, ()
    )


def answered(question: str = "Was kostet die Fähre?") -> Reply:
    cited = (citation(1, QUOTE), citation(2, "Der Fährhafen"))
    return Answer(question, "de", 0.9, "extractive", "…", (), cited, (), TIMES)


def refused(question: str = "Was kostet die Fähre?") -> Reply:
    return NotInDocuments(question, "de", 0.1, "not_covered", "…", (), TIMES)


def own(index: Path) -> Path:
    return index / "sets" / "own.jsonl"


def test_good_takes_the_first_citation(tmp_path):
    noted = note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))
    (case,) = load_cases(own(tmp_path))
    assert case == noted.case
    assert (case.language, case.answerable, case.tags) == ("de", True, ("good",))
    (span,) = resolve(case, TEXTS)
    assert TEXT[span.start : span.end] == QUOTE
    assert next((one.kind, one.name) for one in available(tmp_path)) == ("own", "own.jsonl")


def test_a_follow_up_is_kept_as_it_was_understood(tmp_path):
    reply = replace(answered("Und was kostet sie?"), understood="Was kostet die Fähre?")
    assert case_of(reply, "good", None, TEXTS).question == "Was kostet die Fähre?"


@pytest.mark.parametrize(
    ("reply", "verdict"), [(answered(), "should_refuse"), (refused(), "right_to_refuse")]
)
def test_unanswerable_cases_need_no_place(reply, verdict):
    case = case_of(reply, verdict, None, TEXTS)
    assert (case.answerable, case.evidence) == (False, ())


@pytest.mark.parametrize("reply", [answered(), refused()])
def test_a_marked_place_is_the_evidence_and_none_is_a_fault(reply):
    (verdict,) = NEEDS_PLACE & set(verdicts_on(reply))
    with pytest.raises(CaseError, match="no place is marked"):
        case_of(reply, verdict, None, TEXTS)
    place = Evidence("hafen.txt", "7:30 Uhr", TEXT.index("7:30"), TEXT.index("7:30") + 8)
    assert case_of(reply, verdict, place, TEXTS).evidence == (place,)


def test_a_place_moved_since_is_found_by_its_words_or_refused():
    moved = {"hafen.txt": "Neu!\n\n" + TEXT}
    case = case_of(answered(), "good", None, moved)
    (span,) = resolve(case, moved)
    assert moved["hafen.txt"][span.start : span.end] == QUOTE
    with pytest.raises(CaseError, match=r"is not in hafen\.txt"):
        case_of(answered(), "good", None, {"hafen.txt": "Alles anders."})
    with pytest.raises(CaseError, match="not indexed"):
        case_of(answered(), "good", None, {})
    with pytest.raises(CaseError, match="more than once"):
        case_of(refused(), "should_answer", Evidence("zweimal.txt", "Ja.", 4, 7), TEXTS)


def test_the_same_question_has_one_case_and_undo_brings_the_former_back(tmp_path):
    first = note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))
    again = answered("  was KOSTET die\nFähre? ")
    second = note(tmp_path, "should_refuse", case_of(again, "should_refuse", None, TEXTS))
    assert load_cases(own(tmp_path)) == [second.case]
    take_back(tmp_path, first)
    assert load_cases(own(tmp_path)) == [second.case]
    take_back(tmp_path, second)
    assert load_cases(own(tmp_path)) == [first.case]
    take_back(tmp_path, first)
    assert not own(tmp_path).exists()
    assert available(tmp_path)[0].kind != "own"


def test_how_a_reply_was_judged_is_found_again_and_can_be_taken_back(tmp_path):
    other = answered("Wo liegt sie?")
    assert noted_on(tmp_path, [answered(), other]) == [None, None]
    note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))
    follow_up = replace(answered("Und was kostet sie?"), understood="was kostet die fähre?")
    found = noted_on(tmp_path, [answered(), other, follow_up, refused()])
    assert [one and one.verdict for one in found] == ["good", None, "good", None]
    take_back(tmp_path, found[0])
    assert not own(tmp_path).exists()


def test_cases_written_by_hand_stay(tmp_path):
    by_hand = [
        Case("q1", "Wann?", "de", False, tags=("mine",), cluster="c"),
        Case("q2", "Was kostet die Fähre?", "de", False, within=("hafen.txt",)),
        Case("q3", "was kostet die fähre?", "de", False),
    ]
    own(tmp_path).parent.mkdir()
    own(tmp_path).write_text(to_jsonl(by_hand), encoding="utf-8")
    noted = note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))
    assert noted.case.id == "q3"
    assert load_cases(own(tmp_path)) == [*by_hand[:2], noted.case]


def test_a_faulty_set_is_named_and_left_as_it_is(tmp_path):
    own(tmp_path).parent.mkdir()
    own(tmp_path).write_text("{broken\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"own\.jsonl, line 1: broken JSON"):
        note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))
    assert own(tmp_path).read_text(encoding="utf-8") == "{broken\n"


def test_a_folder_that_cannot_be_made_is_a_line(tmp_path):
    (tmp_path / "sets").write_text("a file", encoding="utf-8")
    with pytest.raises(CaseError, match="folder of the index"):
        note(tmp_path, "good", case_of(answered(), "good", None, TEXTS))


def test_two_tabs_at_once_lose_nothing(tmp_path):
    def judge(number: int) -> None:
        reply = answered(f"Frage {number}?")
        note(tmp_path, "good", case_of(reply, "good", None, TEXTS))

    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(judge, range(12)))
    assert {case.question for case in load_cases(own(tmp_path))} == {
        f"Frage {number}?" for number in range(12)
    }
    leftover = {path.name for path in own(tmp_path).parent.iterdir()}
    assert leftover <= {"own.jsonl", "own.jsonl.lock"}
