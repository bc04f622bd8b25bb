"""Oracles on a real index: what is searched, what is asked, and what is left unmeasured."""

import pytest

from eval.cases import Case, CaseError, Evidence, Turn
from eval.oracles import Placed, put
from eval.provenance import corpus_of
from eval.run import run
from eval.runs import load_run
from index.library import Library
from index.settings import Settings
from index.sync import sync
from qa.values import Exchange, NotInDocuments, Timings
from qa.wiring import assemble
from tests.fakes import WordEncoder

TEXTS = {
    "leipzig.txt": "Der Hub in Leipzig hat über 500 Partner und wächst jedes Jahr weiter.\n",
    "dresden.txt": "Der Hub in Dresden hat über 90 Partner und schrumpft jedes Jahr weiter.\n",
}
CASES = [
    Case(
        "q1",
        "Wie viele Partner hat der Hub in Leipzig?",
        "de",
        True,
        (("500",),),
        (Evidence("leipzig.txt", "über 500 Partner"),),
    ),
    Case("q2", "Wer leitet den Hub in Leipzig?", "de", False, tags=("near-miss",)),
]


@pytest.fixture
def real(tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / "texts").mkdir(exist_ok=True)
        (tmp_path / "texts" / name).write_text(text, encoding="utf-8")
    sync([tmp_path / "texts"], tmp_path / "index", WordEncoder())
    library = Library(tmp_path / "index", WordEncoder())
    assistant = assemble(library, WordEncoder(), Settings(index=tmp_path / "index"))
    yield assistant
    assistant.close()


def asked(assistant, oracle, folder, cases=CASES):
    run(assistant, cases, corpus_of(assistant.library), folder, oracle=oracle)
    return load_run(folder)


def found(kept):
    reply = kept.reply(kept.rows[0])
    return {passage["document"] for passage in reply["passages"]}


def test_given_searches_the_gold_alone_and_measures_no_ranking(real, tmp_path):
    kept = asked(real, "given", tmp_path / "out")
    assert [row.id for row in kept.rows] == ["q1"]
    assert found(kept) == {"leipzig.txt"}
    assert kept.rows[0].measures.hit_at_1 is None
    assert kept.rows[0].measures.refused is not None


def test_removed_searches_the_rest_and_wants_a_refusal(real, tmp_path):
    kept = asked(real, "removed", tmp_path / "out")
    assert [row.id for row in kept.rows] == ["q1"]
    assert found(kept) == {"dresden.txt"}
    assert kept.rows[0].outcome in ("hallucinated", "right_refusal")
    assert kept.rows[0].gold == ()


def test_retrieval_reads_nothing(real, tmp_path):
    kept = asked(real, "retrieval", tmp_path / "out")
    plain = asked(real, None, tmp_path / "plain")
    assert [row.outcome for row in kept.rows] == ["not_read", "not_read"]
    assert kept.rows[0].measures.mrr_at_10 == plain.rows[0].measures.mrr_at_10 == 1.0
    assert kept.rows[0].measures.evidence_hit is None


@pytest.mark.parametrize("oracle", ["given", "removed"])
def test_without_an_answerable_case_there_is_nothing_to_ask(real, tmp_path, oracle):
    with pytest.raises(CaseError, match="no answerable case in the set"):
        asked(real, oracle, tmp_path / "out", CASES[1:])
    assert not (tmp_path / "out").exists()


def test_one_case_is_a_run_without_interval(real, tmp_path):
    kept = asked(real, None, tmp_path / "out", CASES[:1])
    figure = kept.summary.group("overall", "overall").figures["hit_at_1"]
    assert (figure.value, figure.low, figure.high, figure.n) == (1.0, None, None, 1)


def test_the_turns_before_are_handed_over_with_their_words_and_language():
    told = []

    class Listening:
        def ask(self, question, **how):
            told.append(how)
            return NotInDocuments(question, "de", 0.1, "not_covered", "", (), Timings(0.0, 0.0))

    turns = (Turn("Wann wurde der Hub gegründet?", "2016"), Turn("Und wo?", "In Dresden"))
    before = [Exchange(turn.question, turn.answer) for turn in turns]
    for history in (turns, ()):
        case = Case("q", "Und warum?", "de", False, history=history)
        put(Listening(), Placed(case, (), None), None)
    assert told == [{"conversation": "de", "history": before}, {}]
