"""What is called supported, and why not."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from qa.comparing import Claim, Compared, Comparer
from qa.facts import read_facts
from qa.roles import changed_places
from qa.support import FEATURES, Doubt, SupportChecker, denied, feature_row
from qa.wording import doubts
from tests.fakes import WordEncoder

EVIDENCE = "The Elmau bridge was opened on 3 May 1998 and cost 12 million euros."


@pytest.fixture
def checker(encoder: WordEncoder) -> SupportChecker:
    return SupportChecker(encoder)


def reasons(checker: SupportChecker, text: str, *evidence: str) -> tuple[Doubt, ...]:
    (verdict,) = checker.check([Claim(text, evidence)])
    assert verdict.supported == (not verdict.reasons)
    assert 0 <= verdict.probability <= 1
    return verdict.reasons


def test_a_sentence_supports_itself(checker: SupportChecker) -> None:
    assert reasons(checker, EVIDENCE, EVIDENCE) == ()


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("The Elmau bridge cost 13 million euros.", "figure"),
        ("The Elmau bridge was opened on 12 May 1998.", "date"),
        ("The Elmau bridge cost 12 million dollars.", "unit"),
        ("The Elmau bridge of Weber cost 12 million euros.", "name"),
        ("The Elmau bridge was opened, see https://example.com/a.", "link"),
        ("The Elmau bridge was not opened on 3 May 1998.", "negation"),
        ("The Elmau bridge was closed on 3 May 1998.", "comparison"),
    ],
)
def test_each_check_of_words_has_a_veto(checker: SupportChecker, text: str, doubt: Doubt) -> None:
    assert doubt in reasons(checker, text, EVIDENCE)
    assert checker.check([Claim(text, (EVIDENCE,))])[0].probability == 0


@pytest.mark.parametrize("evidence", [(), ("",), ("\u200b", " ")])
def test_without_evidence_nothing_is_supported(
    checker: SupportChecker, evidence: tuple[str, ...]
) -> None:
    assert reasons(checker, "The bridge opened.", *evidence) == ("no_evidence",)


def test_verdicts_come_in_the_order_of_claims(checker: SupportChecker) -> None:
    claims = [
        Claim(EVIDENCE, (EVIDENCE,)),
        Claim("It rains.", ()),
        Claim("Frogs sing at night near warm ponds.", (EVIDENCE,)),
    ]
    assert [v.reasons for v in checker.check(claims)] == [(), ("no_evidence",), ("meaning",)]
    assert checker.check([]) == []


def test_where_nothing_is_cited_no_model_is_asked(
    encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "encode_passages", lambda _: [][0])
    assert SupportChecker(encoder).check([]) == []
    assert not SupportChecker(encoder).check([Claim("It rains.", ())])[0].supported


def test_what_is_denied_in_another_clause_does_not_matter(encoder: WordEncoder) -> None:
    evidence = ("The bridge was opened in 1998, but the tunnel was never finished.",)
    texts = (
        "The bridge was opened in 1998.",
        "The tunnel was finished.",
        "The tunnel was never finished.",
        "The bridge was not opened in 1998.",
    )
    compared = Comparer(encoder).compare([Claim(text, evidence) for text in texts])
    assert [denied(one) for one in compared] == [False, True, False, True]


def test_features_of_a_verbatim_quote_are_at_their_best(encoder: WordEncoder) -> None:
    (compared,) = Comparer(encoder).compare([Claim(EVIDENCE, (EVIDENCE,))])
    row = dict(zip(FEATURES, feature_row(compared), strict=True))
    assert list(row.values()) == pytest.approx([1] * len(FEATURES))


def test_names_that_change_places_are_noticed(checker: SupportChecker) -> None:
    evidence = "In 1998 Anna Berg followed Bert Tal as the head of the society."
    swapped = "In 1998 Bert Tal followed Anna Berg as the head of the society."
    assert "order" in reasons(checker, swapped, evidence)
    passive = "In 1998 Bert Tal was followed by Anna Berg as the head of the society."
    assert reasons(checker, passive, evidence) == ()


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("Die Physikerin Anna Berg leitete Elmau, der Maler Bert Tal die Stiftung.", False),
        ("Die Physikerin Bert Tal leitete Elmau, der Maler Anna Berg die Stiftung.", True),
    ],
)
def test_names_that_change_places_across_languages_are_noticed(text: str, changed: bool) -> None:
    evidence = "The physicist Anna Berg led Elmau, the painter Bert Tal led the foundation."
    (ours, theirs) = (read_facts(text, "de"), read_facts(evidence, "en"))
    meant = {
        "Physikerin": "physicist",
        "Maler": "painter",
        "leitete": "led",
        "Stiftung": "foundation",
    }
    found = np.array(
        [[meant.get(a.text, a.text) == b.text for b in theirs.words] for a in ours.words],
        np.float32,
    )
    assert changed_places(Compared(ours, theirs, found, found)) == changed


def test_evidence_without_a_word_is_none(checker: SupportChecker) -> None:
    assert "meaning" in reasons(checker, "Anna Berg followed Bert Tal.", "It is so.")


def test_a_word_in_the_place_of_another_is_noticed(checker: SupportChecker) -> None:
    evidence = "Der letzte Ausbruch traf London im Jahr 1654."
    assert "name" in reasons(checker, "Der letzte Ausbruch traf Oslo im Jahr 1654.", evidence)


def test_every_doubt_has_its_words() -> None:
    german, english = (doubts(language, get_args(Doubt)) for language in ("de", "en"))
    assert len(german.split("; ")) == len(english.split("; ")) == len(get_args(Doubt))
