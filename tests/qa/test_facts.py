"""What can be compared word for word, across languages and notations."""

from __future__ import annotations

import pytest

from index.values import Language
from qa.facts import (
    Facts,
    foreign_links,
    missing_figures,
    read_facts,
    reversed_comparisons,
    unknown_names,
    wrong_dates,
    wrong_units,
)

Said = tuple[str, Language]


def strange(claim: Facts, evidence: Facts, context: str) -> list[str]:
    return [word.text for word in unknown_names(claim, evidence, context)]


def both(claim: Said, evidence: Said) -> tuple[Facts, Facts]:
    return read_facts(*claim), read_facts(*evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (("It ended on 26 November 2018.", "en"), ("Es endete am 26. November 2018.", "de")),
        (("Es endete am 26.11.2018.", "de"), ("It ended on November 26, 2018.", "en")),
        (("Im November 2018 war Schluss.", "de"), ("It ended on 26 November 2018.", "en")),
        (("It cost 90 million euros.", "en"), ("Es kostete 90 Millionen Euro.", "de")),
        (("Es kostete 90.000.000 €.", "de"), ("It cost EUR 90 million.", "en")),
        (("It cost $5 million.", "en"), ("Es kostete fünf Millionen Dollar.", "de")),
        (("The share is 12.5 per cent.", "en"), ("Der Anteil liegt bei 12,5 %.", "de")),
        (("Zwölf Häuser stehen leer.", "de"), ("12 houses are empty.", "en")),
        (("It has twenty-three rooms.", "en"), ("Es hat dreiundzwanzig Zimmer.", "de")),
        (("It took third place.", "en"), ("Es kam auf den 3. Platz.", "de")),
        (("30 to 50 thousand people", "en"), ("30.000 bis 50.000 Menschen", "de")),
        (("Two schools closed.", "en"), ("Beide Schulen schlossen.", "de")),
        (("1 house", "en"), ("ein Haus", "de")),
    ],
)
def test_figures_dates_and_units_meet_in_any_notation(claim: Said, evidence: Said) -> None:
    ours, theirs = both(claim, evidence)
    assert missing_figures(ours, theirs) == []
    assert wrong_dates(ours, theirs) == []
    assert wrong_units(ours, theirs) == []


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("It ended on 27 November 2018.", ["n27"]),
        ("It ended on 26 November 2019.", ["n2019"]),
        ("It ended on 26 November 2018 after three years.", ["n3"]),
    ],
)
def test_a_figure_that_the_evidence_lacks_is_missing(claim: str, missing: list[str]) -> None:
    ours, theirs = both((claim, "en"), ("Es endete am 26. November 2018.", "de"))
    assert missing_figures(ours, theirs) == missing


def test_a_date_must_agree_as_a_whole() -> None:
    evidence: Said = ("Es begann am 3. Mai 2017 und endete am 26. November 2018.", "de")
    ours, theirs = both(("It began on 26 May 2018.", "en"), evidence)
    assert missing_figures(ours, theirs) == []
    assert wrong_dates(ours, theirs) == [("n26", "m5", "n2018")]
    assert wrong_dates(*both(("It began in May.", "en"), evidence)) == []


def test_a_figure_keeps_its_unit() -> None:
    evidence: Said = ("Es kostete 90 Millionen Euro und wiegt 5 Tonnen.", "de")
    dollars = both(("It cost 90 million dollars.", "en"), evidence)
    assert wrong_units(*dollars) == [("n90000000", "udollar")]
    assert wrong_units(*both(("5 euros", "en"), evidence)) == [("n5", "ueuro")]
    assert wrong_units(*both(("It weighs 5 tonnes.", "en"), evidence)) == []


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (("He met Angela Merkels aides.", "en"), ("Angela Merkel kam.", "de")),
        (("They moved to Germany and Cologne.", "en"), ("Sie zogen nach Deutschland, Köln.", "de")),
        (("In the United Kingdom and the US.", "en"), ("Großbritannien, USA, UK", "de")),
        (("They left California.", "en"), ("Sie verließen Kalifornien.", "de")),
        (("Das Harvard-Institut zahlt.", "de"), ("Das Institut in Harvard zahlt.", "de")),
        (("Sie las NASA-Berichte.", "de"), ("She read reports of NASA.", "en")),
    ],
)
def test_names_are_found_inflected_and_in_the_other_language(claim: Said, evidence: Said) -> None:
    assert strange(*both(claim, evidence), context="") == []


def test_a_strange_name_is_told_apart_and_may_stand_around_the_evidence() -> None:
    ours, theirs = both(("The plan was made by Ada Weber.", "en"), ("Er plante es.", "de"))
    assert strange(ours, theirs, context="Ada Müller") == ["Weber"]
    assert strange(ours, theirs, context="Plan (Ada Weber)") == []
    named = read_facts("The plan was made by Jo Müller.", "en")
    assert strange(ours, named, context="Plan (Ada Weber)") == ["Ada", "Weber"]
    firms = both(("Leipzig's IT firms work.", "en"), ("The Dresden IT hub works.", "en"))
    assert strange(*firms, context="Leipzig") == ["Leipzig's"]


def test_a_name_of_several_words_is_one() -> None:
    ours, theirs = both(("It came from the United Kingdom.", "en"), ("Es kam aus Polen.", "de"))
    assert strange(ours, theirs, context="") == ["United"]


def test_within_a_language_nearly_the_same_name_is_another() -> None:
    ours, theirs = both(("It is led by Jan Moeller.", "en"), ("It is led by Jan Mueller.", "en"))
    assert strange(ours, theirs, context="") == ["Moeller"]


def test_a_homoglyph_makes_another_name() -> None:
    ours, theirs = both(("It was led by NАSA.", "en"), ("It was led by NASA.", "en"))
    assert strange(ours, theirs, context="") == ["NАSA"]


@pytest.mark.parametrize(
    ("claim", "evidence", "pair"),
    [
        (("Fewer than 40 came.", "en"), ("Mehr als 40 kamen.", "de"), ["more"]),
        (("It opened after the war.", "en"), ("Es öffnete vor dem Krieg.", "de"), ["before"]),
        (("Die Zahl sank.", "de"), ("The number rose.", "en"), ["rise"]),
        (("At least 5 are needed.", "en"), ("Höchstens 5 sind nötig.", "de"), ["least"]),
        (("More than 40 came.", "en"), ("Mehr als 40 kamen.", "de"), []),
        (("Forty came.", "en"), ("Mehr als 40 kamen.", "de"), []),
    ],
)
def test_opposites_are_noticed(claim: Said, evidence: Said, pair: list[str]) -> None:
    assert reversed_comparisons(*both(claim, evidence)) == pair


@pytest.mark.parametrize(
    "claim",
    [
        "See [the plan](https://example.com/x?q=1).",
        "![done](https://example.com/i.png)",
        "Go to www.example.org today.",
        "<img src=x> It opened.",
        "Write to me@example.net.",
        "See https:\u200b//example.com/x.",
    ],
)
def test_links_and_markup_must_stand_in_the_evidence(claim: str) -> None:
    assert foreign_links(claim, "See the plan. It opened. Write to me today.")
    assert not foreign_links("Write to me@example.net.", "Mail: me@example.net")


def test_a_denial_belongs_to_its_clause() -> None:
    facts = read_facts("The project ended in 2018, and no result was published.", "en")
    denied = [word.text for word in facts.words if facts.clauses[word.clause].denies]
    assert denied == ["result", "published"]


def test_double_denials_and_not_only_are_left_open() -> None:
    assert read_facts("Nicht nur Berlin zahlt.", "de").clauses[0].open
    assert read_facts("It is not without risk.", "en").clauses[0].open
