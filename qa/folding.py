"""Passages that say the same, word for word or nearly, count once: "also in …".

Two passages of one language are near-duplicates when their sets of word forms overlap almost
wholly (Jaccard); copies of a press release or a boilerplate section would else fill the ranking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from index.values import PassageId
from qa.values import Hit

ALIKE = 0.9
LOOKED_AT = 40
"""Only the best so many hits are compared."""


def fold(hits: Sequence[Hit], forms: Mapping[PassageId, Collection[str]]) -> tuple[Hit, ...]:
    """Hits in order, each near-duplicate moved into ``also`` of the best of its kind."""
    kept: list[Hit] = []
    for hit in hits[:LOOKED_AT]:
        twin = next((i for i, other in enumerate(kept) if _alike(hit, other, forms)), None)
        if twin is None:
            kept.append(hit)
        else:
            kept[twin] = replace(kept[twin], also=(*kept[twin].also, hit.passage))
    return (*kept, *hits[LOOKED_AT:])


def _alike(a: Hit, b: Hit, forms: Mapping[PassageId, Collection[str]]) -> bool:
    if a.passage.language != b.passage.language:
        return False
    one, two = (set(forms.get(hit.passage.id, ())) for hit in (a, b))
    small, large = sorted((len(one), len(two)))
    if not small or small < ALIKE * large:
        return False
    shared = len(one & two)
    return shared >= ALIKE * (small + large - shared)
