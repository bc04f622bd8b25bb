"""Near-duplicates count once."""

from __future__ import annotations

from index.values import Passage, PassageId
from qa.folding import fold
from qa.values import Hit


def hit(number: int, score: float, language: str = "de") -> Hit:
    passage = Passage(PassageId(number), f"{number}.txt", "r", 0, 9, "Text", language, (), None)  # type: ignore[arg-type]
    return Hit(passage, score, {})


def of(*forms: set[str]) -> dict[PassageId, frozenset[str]]:
    return {PassageId(i): frozenset(own) for i, own in enumerate(forms, start=1)}


def test_a_copy_is_folded_into_the_better_hit() -> None:
    words = {f"w{i}" for i in range(40)}
    found = fold(
        [hit(1, 0.9), hit(2, 0.8), hit(3, 0.7)],
        of(words, words | {"wneu"}, {f"x{i}" for i in range(40)}),
    )
    assert [h.passage.id for h in found] == [1, 3]
    assert [p.id for p in found[0].also] == [2]


def test_half_the_words_in_common_is_no_copy() -> None:
    forms = of({f"w{i}" for i in range(40)}, {f"w{i}" for i in range(20, 60)})
    assert len(fold([hit(1, 0.9), hit(2, 0.8)], forms)) == 2


def test_the_same_words_in_another_language_are_no_copy() -> None:
    forms = of({"wa", "wb"}, {"wa", "wb"})
    assert len(fold([hit(1, 0.9), hit(2, 0.8, "en")], forms)) == 2
    assert len(fold([hit(1, 0.9), hit(2, 0.8)], {})) == 2
