"""Is a statement borne out by the sentences it cites? Checked without another language model.

Checks of words come first and have a veto: figures, dates, units, names, links, denials and
comparisons of the statement must be those of the evidence (``qa.facts``). Whether the meaning is
near enough is then a calibrated probability over features of the bundled encoder; the coefficients
and the threshold are in ``models/support.json``, fitted by ``python -m eval.fit.support``.

What this cannot see: who did what to whom, where all names occur; causes and intentions; anything
that must be reckoned or known. See ``docs/statement-check.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from index.embedding import Encoder
from index.searchtext import search_text
from index.values import Vectors
from qa.comparing import Claim, Compared, Comparer
from qa.facts import (
    Word,
    foreign_links,
    mentions,
    missing_figures,
    reversed_comparisons,
    unknown_names,
    wrong_dates,
    wrong_units,
)
from qa.instructions import is_instruction
from qa.logistic import load_logistic, load_threshold
from qa.roles import changed_places

Doubt = Literal[
    "no_evidence",  # nothing is cited
    "instruction",  # what is cited tells a language model what to say
    "figure",  # a figure that the evidence lacks
    "date",  # a date with which none of the evidence agrees
    "unit",  # a figure with another unit
    "name",  # a name that is neither in the evidence nor around it
    "order",  # two names in each other's place
    "link",  # an address or mark-up that the evidence lacks
    "negation",  # denied in one, stated in the other
    "comparison",  # more for less, before for after
    "meaning",  # a word that finds nothing, or a probability below the threshold
]

FEATURES = (
    "late",
    "late_weaker",
    "clause_weakest",
    "same",
    "same_late",
    "same_clause_weakest",
)
"""``late``: the mean of what each content word finds at best; ``weaker``: of the two that find
least; ``clause_weakest``: of the clause that finds least; ``same``: in one language. Few, and all
of them say that something is missing: what is likest to its evidence must never score worse."""

COVERED = 0.5
"""Clauses are held against each other if words find at least this much on average."""

FEWEST = 2
"""Words of a clause that can be held against another."""

NOTABLY = 0.1
"""A clause that fits better by less than this is not the better one."""

FOUND = 0.45
"""In one language, a content word that finds less than this in the evidence says something else."""

ALONE = 0.62
"""In the other language, the one word of a statement that the evidence does not have as it is: all
else being the same, this word is what is said, and an average of all would hide it."""

TRANSLATED = 0.5
"""A name that is found only with less than this is none of the evidence in another language."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``probability`` is that the evidence says what the statement says, 0 if a check of words
    failed; ``reasons`` are the ``Doubt`` of each check that failed."""

    supported: bool
    probability: float
    reasons: tuple[Doubt, ...]


class SupportChecker:
    """Checks statements; safe to use from several threads. ``encoder`` must be that of the index."""

    def __init__(self, encoder: Encoder) -> None:
        self._comparer = Comparer(encoder)
        self._model = load_logistic("support", FEATURES)
        self._threshold = load_threshold("support")

    def check(self, claims: Sequence[Claim]) -> list[Verdict]:
        """A verdict for each claim, in order."""
        stated = [replace(claim, evidence=_statements(claim)) for claim in claims]
        compared = iter(self._comparer.compare([claim for claim in stated if claim.evidence]))
        return [
            self._verdict(claim, next(compared)) if claim.evidence else _without(asked)
            for asked, claim in zip(claims, stated, strict=True)
        ]

    def _verdict(self, claim: Claim, compared: Compared) -> Verdict:
        doubts = word_doubts(claim, compared)
        if doubts:
            return Verdict(False, 0.0, doubts)
        row = feature_row(compared)[None]
        probability = float(self._model.probabilities(row)[0])
        if probability < self._threshold:
            return Verdict(False, probability, ("meaning",))
        return Verdict(True, probability, ())


def _statements(claim: Claim) -> tuple[str, ...]:
    """What is cited, less what is empty or no statement."""
    return tuple(s for s in claim.evidence if search_text(s) and not is_instruction(s))


def _without(claim: Claim) -> Verdict:
    """The verdict on a claim of whose evidence nothing is left."""
    cited = any(map(search_text, claim.evidence))
    return Verdict(False, 0.0, ("instruction" if cited else "no_evidence",))


# -- checks of words ------------------------------------------------------------------------------


def word_doubts(claim: Claim, compared: Compared) -> tuple[Doubt, ...]:
    """The checks of words that a statement fails."""
    ours, theirs = compared.claim, compared.evidence
    failed: dict[Doubt, bool] = {
        "figure": bool(missing_figures(ours, theirs)),
        "date": bool(wrong_dates(ours, theirs)),
        "unit": bool(wrong_units(ours, theirs)),
        "name": _names_strangers(claim, compared) or _replaces_name(compared) or _renames(compared),
        "order": changed_places(compared),
        "link": bool(foreign_links(claim.text, " ".join(claim.evidence))),
        "negation": denied(compared),
        "comparison": bool(reversed_comparisons(ours, theirs)),
        "meaning": _says_more(compared),
    }
    return tuple(doubt for doubt, is_so in failed.items() if is_so)


def _names_strangers(claim: Claim, compared: Compared) -> bool:
    """Whether a name is unknown; across languages it may be a translated word that looks like one,
    so there it must also mean nothing that the evidence has."""
    ours, theirs = compared.claim, compared.evidence
    rows = {word.start: i for i, word in enumerate(ours.words)}
    return any(
        compared.in_one_language or _means_little(compared, rows[word.start], TRANSLATED)
        for word in unknown_names(ours, theirs, claim.context)
    )


def _means_little(compared: Compared, word: int, least: float) -> bool:
    return not compared.found.size or float(compared.found[word].max()) < least


def _renames(compared: Compared) -> bool:
    """Whether, across languages, a word with a capital stands for a name of the evidence: each is
    nearest to the other, and yet neither spelt nor called alike, nor near. A German noun has a
    capital as a name does, but is nearest to the word that translates it."""
    ours, theirs, found = compared.claim.words, compared.evidence, compared.found
    if compared.in_one_language or not found.size:
        return False
    nearest = [(i, int(row.argmax())) for i, row in enumerate(found)]
    return any(
        ours[i].text[0].isupper()
        and theirs.words[j].name
        and int(found[:, j].argmax()) == i
        and found[i, j] < TRANSLATED
        and not mentions(ours[i].text, theirs.text, same=False)
        for i, j in nearest
    )


def denied(compared: Compared) -> bool:
    """Whether a clause of the statement denies what the evidence states, or the reverse.

    Each clause is held against the clause of the evidence that has most of its words. A denial
    that fits no clause needs one anywhere in the evidence.
    """
    theirs = compared.evidence.clauses
    for i, clause in enumerate(compared.claim.clauses):
        covers = _coverage(compared, i)
        if clause.open or covers is None:
            continue
        best = max(covers)
        if best < COVERED:
            if clause.denies and not any(other.denies or other.open for other in theirs):
                return True
            continue
        fitting = [other for other, c in zip(theirs, covers, strict=True) if c > best - NOTABLY]
        if not any(other.denies == clause.denies or other.open for other in fitting):
            return True
    return False


def _coverage(compared: Compared, clause: int) -> list[float] | None:
    """How much the words of a clause find in each clause of the evidence; None for too few words."""
    own = [i for i, word in enumerate(compared.claim.words) if word.clause == clause]
    if len(own) < FEWEST or not compared.found.shape[1]:
        return None
    clauses = np.array([word.clause for word in compared.evidence.words])
    found = compared.found[own]
    return [
        float(found[:, clauses == j].max(axis=1).mean()) if (clauses == j).any() else 0.0
        for j in range(len(compared.evidence.clauses))
    ]


def _replaces_name(compared: Compared) -> bool:
    """Whether, in one language, a word with a capital stands where the evidence has another word
    that the statement lacks, between the same words."""
    words = compared.claim.words
    return compared.in_one_language and any(
        words[i].text[0].isupper() for i in _replaced(compared.exact)
    )


def _says_more(compared: Compared) -> bool:
    """Whether, in one language, a content word finds nothing like it: "the society is criminal" has
    its subject in every sentence about the society, which an average does not tell apart. Across
    languages, whether the only word that is not the same does not mean the same."""
    if not compared.claim.words:
        return False
    if not compared.found.size:
        return compared.in_one_language
    best = compared.found.max(axis=1)
    if compared.in_one_language:
        return float(best.min()) < FOUND
    others = best[~compared.exact.any(axis=1)]
    return len(others) == 1 and float(others[0]) < ALONE


def _replaced(exact: Vectors) -> list[int]:
    """Words of the statement, not in the evidence, that stand between two which frame another word
    there."""
    if not exact.size:
        return []
    at = [int(row.argmax()) if row.any() else None for row in exact]
    return [
        i
        for i in range(1, len(at) - 1)
        if (before := at[i - 1]) is not None
        and at[i] is None
        and (after := at[i + 1]) is not None
        and 1 < after - before <= 3
        and not exact[:, before + 1 : after].any()
    ]


# -- meaning --------------------------------------------------------------------------------------


def feature_row(compared: Compared) -> Vectors:
    """The features of one pair, in the order of ``FEATURES``."""
    words = compared.claim.words
    best = np.zeros(max(1, len(words)), np.float32)
    if compared.found.size:
        best = compared.found.max(axis=1)
    clauses = [best[[i for i, w in enumerate(words) if w.clause == c]] for c in _clauses(words)]
    weakest = min((float(clause.mean()) for clause in clauses), default=0.0)
    late, same = float(best.mean()), float(compared.in_one_language)
    weaker = float(np.sort(best)[:2].mean())
    return np.array([late, weaker, weakest, same, same * late, same * weakest], np.float32)


def _clauses(words: Sequence[Word]) -> list[int]:
    return sorted({word.clause for word in words})
