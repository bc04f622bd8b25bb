"""Two runs set against each other, checked with other ways of computing the same."""

import dataclasses
import itertools
import json

import numpy as np
import pytest

from eval.cases import Case, Evidence
from eval.compare import FAMILY, compare, comparison_to_json
from eval.report import comparison_table
from eval.run import run
from eval.runs import RunError, load_run
from eval.uncertainty import SEED
from qa.values import NotInDocuments


class Shy:
    """Refuses every second question that it is asked, whatever it would have said."""

    def __init__(self, inner):
        self.inner = inner
        self.count = 0

    def ask(self, question, **how):
        reply = self.inner.ask(question)
        self.count += 1
        if self.count % 2:
            return reply
        return NotInDocuments(
            question, reply.language, 0.01, "not_covered", "Nein.", reply.passages, reply.timings
        )


@pytest.fixture
def many():
    """Cases in seven clusters, some of which nobody answers."""
    questions = [
        ("Wie viele Partner hat das Netzwerk in Deutschland?", "über 500 Partner", "de"),
        ("Was kostet die Anmeldung für Mitglieder?", "60 EUR für Mitglieder", "de"),
        ("When was the hub in Dresden founded?", "in November 2016", "en"),
        ("Wer leitet das Netzwerk in Deutschland?", "", "de"),
        ("When does the moon rise?", "", "en"),
    ]
    cases = []
    for i in range(28):
        question, quote, language = questions[i % 5]
        evidence = (Evidence(f"{language}.txt", quote),) if quote else ()
        cluster = f"c{i % 7}"
        tags = ("near-miss",) if not quote else ("dev",)
        answers = ((quote,),) if quote else ()
        cases.append(
            Case(f"q{i}", question, language, bool(quote), answers, evidence, tags, cluster=cluster)
        )
    return cases


@pytest.fixture
def pair(assistant, many, corpus, tmp_path):
    run(assistant, many, corpus, tmp_path / "a")
    run(Shy(assistant), many, corpus, tmp_path / "b")
    return load_run(tmp_path / "a"), load_run(tmp_path / "b")


def by_name(comparison):
    return {d.measure: d for d in comparison.differences}


def test_the_same_run_twice_differs_in_nothing(pair):
    found = compare(pair[0], pair[0])
    assert {d.change.value for d in found.differences} == {0.0}
    assert {d.adjusted for d in found.differences if d.measure in FAMILY} == {1.0}
    assert found.gained == found.lost == ()
    assert found.worse(0.0) == []
    assert "Nothing differs" in comparison_table(found)


def refusals(rows):
    """Hallucinated and falsely refused, by class, one pair of numbers per case."""
    return [
        (
            not r.measures.refused if not r.case.answerable else None,
            r.measures.refused if r.case.answerable else None,
        )
        for r in rows
    ]


def balanced(pairs):
    wrong = [[p[k] for p in pairs if p[k] is not None] for k in (0, 1)]
    return 1 - (sum(wrong[0]) / len(wrong[0]) + sum(wrong[1]) / len(wrong[1])) / 2


def test_changes_are_those_of_the_two_summaries(pair):
    found = by_name(compare(*pair))
    for measure in ("hit_at_1", "evidence_hit", "refusal_error_rate", "refusal_auroc", "aurc"):
        before, after = (r.summary.group("overall", "overall").figures[measure].value for r in pair)
        difference = found[measure]
        assert (difference.before, difference.after) == pytest.approx((before, after), abs=1e-9)
        assert difference.change.value == pytest.approx(after - before, abs=1e-9)
    both = [balanced(refusals(r.rows)) for r in pair]
    assert found["refusal_balanced_accuracy"].before == pytest.approx(both[0], abs=1e-9)
    assert found["refusal_balanced_accuracy"].change.value == pytest.approx(
        both[1] - both[0], abs=1e-9
    )


def test_the_interval_of_balanced_accuracy_agrees_with_drawing_one_by_one(pair):
    before, after = (refusals(r.rows) for r in pair)
    clusters = [r.cluster for r in pair[0].rows]
    names = list(dict.fromkeys(clusters))
    rng = np.random.default_rng(SEED)
    changes = []
    for chosen in rng.integers(0, len(names), (2000, len(names))):
        drawn = [i for k in chosen for i, c in enumerate(clusters) if c == names[k]]
        changes.append(balanced([after[i] for i in drawn]) - balanced([before[i] for i in drawn]))
    change = by_name(compare(*pair))["refusal_balanced_accuracy"].change
    assert (change.low, change.high) == pytest.approx(np.percentile(changes, [2.5, 97.5]), abs=1e-9)
    assert (change.n, change.clusters) == (28, 7)


def test_p_agrees_with_swapping_the_runs_in_every_way(pair):
    """Under the null the two runs may be exchanged within each cluster."""
    before, after = (refusals(r.rows) for r in pair)
    clusters = [r.cluster for r in pair[0].rows]
    names = sorted(set(clusters))
    seen = abs(balanced(after) - balanced(before))
    extreme = total = 0
    for swapped in itertools.product([False, True], repeat=len(names)):
        turned = dict(zip(names, swapped, strict=True))
        one = [a if turned[c] else b for a, b, c in zip(after, before, clusters, strict=True)]
        two = [b if turned[c] else a for a, b, c in zip(after, before, clusters, strict=True)]
        total += 1
        extreme += abs(balanced(two) - balanced(one)) >= seen - 1e-9
    assert by_name(compare(*pair))["refusal_balanced_accuracy"].p == pytest.approx(
        extreme / total, abs=1e-9
    )


def test_gained_and_lost_cases_carry_both_replies(pair):
    data = comparison_to_json(compare(*pair))
    assert json.loads(json.dumps(data)) == data
    lost = data["lost"][0]
    assert lost["outcomes"] == ["right", "false_refusal"]
    assert [reply["status"] for reply in lost["replies"]] == ["answered", "not_in_documents"]
    gained = {tuple(c["outcomes"]) for c in data["gained"]}
    assert gained == {("hallucinated", "right_refusal")}
    text = comparison_table(compare(*pair))
    assert "(right -> false_refusal)" in text
    assert "    after:  Nein." in text


def test_a_drop_beyond_the_margin_is_worse(pair):
    found = compare(*pair)
    names = {d.measure for d in found.worse(0.01)}
    assert {"evidence_hit", "refusal_error_rate"} <= names
    assert "refusal_hallucination_rate" not in names
    assert {d.measure for d in found.worse(1.0)} == {
        d.measure for d in found.differences if d.is_beyond_chance and d.gain < 0
    }


def test_slices_hold_their_own_cases(pair):
    found = {(s.by, s.name): s for s in compare(*pair).slices}
    assert found["language", "en"].n == len([r for r in pair[0].rows if r.case.language == "en"])
    assert ("direction", "de->en") not in found
    tier = found["tier", "near-miss"].differences
    assert [d.measure for d in tier] == [
        "citation_validity",
        "alce_recall",
        "alce_precision",
        "language_match",
        "refusal_hallucination_rate",
    ]
    assert compare(*pair, part="dev").n == 18
    with pytest.raises(RunError, match="no case of these runs has the tag test"):
        compare(*pair, part="test")


def test_runs_over_other_data_are_refused_with_both_hashes(assistant, many, corpus, tmp_path, pair):
    run(assistant, many[1:], corpus, tmp_path / "c")
    fewer = load_run(tmp_path / "c")
    with pytest.raises(RunError) as caught:
        compare(pair[0], fewer)
    for one in (pair[0], fewer):
        assert one.summary.provenance.data_sha256 in str(caught.value)
    changed = dataclasses.replace(corpus.documents["en.txt"], revision="0" * 64)
    other = dataclasses.replace(corpus, documents={**corpus.documents, "en.txt": changed})
    run(assistant, many, other, tmp_path / "d")
    with pytest.raises(RunError, match="over other documents: corpus_sha256"):
        compare(pair[0], load_run(tmp_path / "d"))


def test_what_else_differs_is_named(assistant, many, corpus, tmp_path, pair):
    run(assistant, many, corpus, tmp_path / "c", settings={"threads": 3})
    found = compare(pair[0], load_run(tmp_path / "c"))
    assert found.differing == {"settings.threads": (None, 3)}
    assert "Differs: settings.threads: None -> 3" in comparison_table(found)
