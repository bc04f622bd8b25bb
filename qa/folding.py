"""Passages that say the same, word for word or nearly, count once: "also in …".

Two passages of one language are near-duplicates when their sets of word forms overlap almost
wholly (Jaccard); copies of a press release or a boilerplate section would else fill the ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.values import PassageId
from qa.values import Hit

ALIKE = 0.9
LOOKED_AT = 20
"""Only the best so many hits are compared."""


def fold(hits: Sequence[Hit], forms: Mapping[PassageId, frozenset[str]]) -> tuple[Hit, ...]:
    """Hits in order, each near-duplicate moved into ``also`` of the best of its kind."""
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits[:LOOKED_AT]:
        own = forms.get(hit.passage.id, frozenset())
        for i, (other, words) in enumerate(kept):
            if hit.passage.language == other.passage.language and _alike(own, words):
                kept[i] = (replace(other, also=(*other.also, hit.passage)), words)
                break
        else:
            kept.append((hit, own))
    return (*(hit for hit, _ in kept), *hits[LOOKED_AT:])


def _alike(one: frozenset[str], two: frozenset[str]) -> bool:
    small, large = sorted((len(one), len(two)))
    if not small or small < ALIKE * large:  # cheap, and enough for nearly all pairs
        return False
    shared = len(one & two)
    return shared >= ALIKE * (small + large - shared)
