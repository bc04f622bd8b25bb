"""Who did what to whom: whether two names of a statement have each other's place.

Across languages too: the words around two names are where the names are in the evidence; if they lie
nearer once the names are exchanged, they were exchanged. In one language the order of the names tells
more, unless one text is passive and the other is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise

from qa.comparing import Compared
from qa.facts import Facts

WINDOW, FAR = 4, 8
"""So many content words to either side of a name are its surroundings; no word counts as further
from it than ``FAR``."""

FOUND = 0.5
"""A word around a name has its place in the evidence if it finds at least this there."""

MOVED = 0.05
"""Names are taken for exchanged if that brings the words around them nearer by this share."""

SAME_WORDS = 0.9
"""A statement of which at least this share stands in the evidence is compared in order."""

_AGENT = re.compile(r"by|von|vom|durch")


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that the statement and its evidence have once each: its words in both."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


def changed_places(compared: Compared) -> bool:
    """Whether two names stand where the other one does in the evidence."""
    if not compared.found.size:
        return False
    anchors = {i: int(row.argmax()) for i, row in enumerate(compared.found) if row.max() >= FOUND}
    turned = _has_agent(compared.claim) != _has_agent(compared.evidence)
    turned = turned and compared.in_one_language
    return _in_other_order(compared) or any(
        not turned and _are_apart(a, b) and _nearer_exchanged(anchors, a, b)
        for a, b in combinations(_names(compared), 2)
    )


def _are_apart(a: _Name, b: _Name) -> bool:
    """Whether words stand between two names, so that they are not one."""
    return b.ours[0] - a.ours[-1] > 1 and not (
        a.theirs[0] - 1 == b.theirs[-1] or b.theirs[0] - 1 == a.theirs[-1]
    )


def _in_other_order(compared: Compared) -> bool:
    """Whether the words are those of the evidence, in one language, and two names are not where
    they were; the active voice may become the passive."""
    exact, ours, theirs = compared.exact, compared.claim, compared.evidence
    if not compared.in_one_language:
        return False
    if exact.any(axis=1).mean() < SAME_WORDS or _has_agent(ours) != _has_agent(theirs):
        return False
    names = [i for i, word in enumerate(ours.words) if word.name and exact[i].sum() == 1]
    return any(a > b for a, b in pairwise(int(exact[i].argmax()) for i in names))


def _has_agent(facts: Facts) -> bool:
    return any(_AGENT.fullmatch(word) for word in re.findall(r"\w+", facts.text))


def _names(compared: Compared) -> list[_Name]:
    """What can be told apart: words with capitals that both have once, neighbours as one."""
    ours, theirs, exact = compared.claim.words, compared.evidence.words, compared.exact
    found: list[_Name] = []
    for i, word in enumerate(ours):
        if exact[i].sum() != 1 or exact[:, j := int(exact[i].argmax())].sum() != 1:
            continue
        other = theirs[j]
        kept = not compared.in_one_language and word.text == other.text
        if not (word.text[0].isupper() and other.text[0].isupper()):
            continue
        if not (word.name or other.name or kept):
            continue
        last = found[-1] if found else None
        if last and last.ours[-1] == i - 1 and last.theirs[-1] == j - 1:
            found[-1] = _Name((*last.ours, i), (*last.theirs, j))
        else:
            found.append(_Name((i,), (j,)))
    return found


def _nearer_exchanged(anchors: dict[int, int], a: _Name, b: _Name) -> bool:
    """Whether the words around two names lie nearer to them where these are exchanged."""
    rest = {i: j for i, j in anchors.items() if i not in (*a.ours, *b.ours)}

    def distance(name: _Name, place: int) -> int:
        around = range(name.ours[0] - WINDOW, name.ours[-1] + WINDOW + 1)
        return sum(min(abs(place - rest[i]), FAR) for i in around if i in rest)

    kept = distance(a, a.theirs[0]) + distance(b, b.theirs[0])
    exchanged = distance(a, b.theirs[0]) + distance(b, a.theirs[0])
    return kept - exchanged > MOVED * max(1, kept + exchanged)
