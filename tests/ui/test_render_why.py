"""The explanation in words: what speaks for and against, inert, and equal in both languages."""

import re

import pytest

from eval.threshold import Cost
from index.values import Passage, PassageId
from qa.explaining import Explained, ExplainedPassage, ExplainedSentence, Explanation
from qa.values import Hit, NotInDocuments, Timings
from tests.ui.test_render import HOSTILE, answer, citation, document, parsed
from ui import render_why
from ui.wording import words

DE, EN = words("de"), words("en")
ADDS = {"words": -1.6, "meaning": 0.04, "matches": 4.0, "form": 0.2}
WHERE = {"document": "a.txt", "start": 0, "end": 9}


def explanation(score: float = 0.93, text: str = "Ein Satz.") -> Explanation:
    ranks: dict[str, int | None] = {"meaning": 1, "words": None, "matches": 12}
    return Explanation(
        (ExplainedPassage(0.8, -3.0, ADDS, {}, **WHERE, ranks=ranks),),
        (ExplainedSentence(0.6, -2.0, ADDS, {}, **WHERE, text=text),),
        Explained(score, 0.1, ADDS, {}),
        0.44,
    )


def refused() -> NotInDocuments:
    passage = Passage(PassageId(1), "a.txt", "r1", 0, 9, HOSTILE, "de", (), None)
    hits = (Hit(passage, 0.8, {}),)
    return NotInDocuments("?", "de", 0.93, "not_covered", "…", hits, Timings(1.0, 1.0))


def test_each_sign_says_how_strongly_it_speaks():
    shown = render_why.decision_html(explanation(), DE)
    assert re.findall(r'class="b-says">([^<]+)', shown) == [
        "spricht stark dafür",
        "wie üblich",
        "spricht stark dagegen",
        "spricht etwas dafür",
    ]
    assert "Sicherheit 93\u00a0%; geantwortet wird ab 44\u00a0%." in shown


def test_the_largest_bar_fills_its_half_and_the_others_follow():
    shown = render_why.decision_html(explanation(), DE)
    found = re.findall(r'class="(b-for|b-against)" style="width:([\d.]+)%', shown)
    assert found == [("b-for", "50.0"), ("b-for", "0.5"), ("b-against", "20.0"), ("b-for", "2.5")]


@pytest.mark.parametrize(
    ("scores", "said"), [((0.93,), False), ((0.5,), True), ((0.99, 0.93, 0.2), False), ((), False)]
)
def test_another_figure_than_the_replys_is_explained(scores, said):
    shown = render_why.changed_html([explanation(score) for score in scores], refused(), EN)
    assert (EN("why_other", share="93%") in shown) is said


def test_a_part_of_a_question_is_named_and_inert():
    assert parsed(render_why.decision_html(explanation(), DE, HOSTILE)).text.startswith(HOSTILE)


def test_nothing_searched_is_said():
    shown = render_why.decision_html(Explanation((), (), None, 0.44), EN)
    assert EN("why_nothing") in shown
    assert render_why.passages_html(Explanation((), (), None, 0.44), refused(), {}, EN) == ""


def test_passages_tell_their_places_and_sentences_their_number():
    reply = answer("„Ein Satz.“ [1]", citation())
    shown = render_why.passages_html(explanation(), reply, {"a.txt": document()}, DE)
    text = parsed(shown).text
    assert "Platz allein nach Sinn 1 · Wörter nicht gefunden · Wort für Wort 12" in text
    assert '<span class="b-number">1</span>' in shown


def test_foreign_text_is_inert():
    shown = render_why.passages_html(explanation(text=HOSTILE), refused(), {}, DE)
    assert parsed(shown).names.isdisjoint({"script", "img"})
    assert HOSTILE in parsed(shown).text


def test_costs_are_counted_and_the_present_limit_is_named():
    costs = [Cost(0.34, 5, 40, 8, 110), Cost(0.44, 2, 40, 12, 110)]
    text = parsed(render_why.costs_html(costs, 150, 0.44, EN)).text
    assert "In your last evaluation (150 questions):" in text
    assert "34%5 of 408 of 110" in text
    assert "44% (now)2 of 4012 of 110" in text
    assert "<table" not in render_why.costs_html([], 0, 0.44, EN)
