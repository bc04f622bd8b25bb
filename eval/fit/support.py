"""``python -m eval.fit.support --xquad FOLDER``: fit the check of statements, report what it reaches.

Writes ``qa/models/support.json`` and the figures in ``docs/statement-check.md``. Fitted on the
own training texts and half of XQuAD's articles, reported on the other half of each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench import sources
from eval.fit.__main__ import ROOT, write
from eval.fit.fitting import Rows, fit
from eval.fit.support_page import as_markdown, held_out_figures, put_into
from eval.fit.support_pairs import Pair, make_pairs, own_articles, xquad_articles
from eval.remembering import RememberingEncoder
from index.embedding import load_encoder
from index.settings import load_settings
from index.values import Vectors
from qa.comparing import Comparer
from qa.logistic import Logistic
from qa.support import FEATURES, Doubt, feature_row, word_doubts

PAGE = ROOT / "docs" / "statement-check.md"
OWN = 1600
"""So many pairs of the own texts are drawn for the fit, and as many for the report."""

OF_MEANING = frozenset({"addition", "neighbour"})
"""Kinds of false pairs that only their meaning tells."""

WANTED = 0.98
"""The precision that the threshold must reach on true pairs and those of ``OF_MEANING``, were there
as many of either; what else is false, the checks of words must find."""


@dataclass(frozen=True)
class Checked:
    """A pair with the checks of words that it failed and its features."""

    pair: Pair
    doubts: tuple[Doubt, ...]
    row: Vectors


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit.support", description=__doc__)
    data = Path(os.environ.pop(sources.VARIABLE, "") or sources.DEFAULT)
    parser.add_argument("--xquad", type=Path, default=data / "xquad", help="folder of XQuAD")
    parser.add_argument("--work", type=Path, help="keep vectors here between runs")
    options = parser.parse_args()
    settings = load_settings()
    with tempfile.TemporaryDirectory() as temporary:
        file = (options.work or Path(temporary)) / "support.sqlite"
        encoder = RememberingEncoder(
            load_encoder(settings.model, settings.cache, settings.threads), file
        )
        checked = check_words(labelled_pairs(options.xquad), Comparer(encoder))
    fitted = [one for one in checked if not one.pair.held_out]
    held_out = [one for one in checked if one.pair.held_out]
    model = fit_meaning(fitted)
    threshold = lowest_threshold(fitted, model)
    figures = held_out_figures(decided(held_out, model, threshold))
    provenance: dict[str, Any] = {
        "command": "python -m eval.fit.support --xquad FOLDER",
        "fitted_on": f"{len(fitted)} pairs of the own texts and of every second XQuAD article",
        "model": encoder.identity,
        "held_out": figures,
    }
    write("support", model, provenance, threshold=threshold)
    put_into(PAGE, as_markdown(figures))
    print(json.dumps(figures, indent=1))


def labelled_pairs(xquad: Path) -> list[Pair]:
    """All pairs of XQuAD, which has quotes enough, and of the own texts ``OWN`` of each half."""
    own = make_pairs(own_articles())
    rng = random.Random(5)  # noqa: S311
    drawn = []
    for held_out in (False, True):
        half = [pair for pair in own if pair.held_out == held_out and pair.kind != "quoted"]
        drawn += rng.sample(half, min(OWN, len(half)))
    return [*make_pairs(xquad_articles(xquad)), *drawn]


def check_words(pairs: Sequence[Pair], comparer: Comparer, at_once: int = 256) -> list[Checked]:
    """What there is to know of each pair before anything is fitted."""
    checked: list[Checked] = []
    for start in range(0, len(pairs), at_once):
        some = pairs[start : start + at_once]
        for pair, compared in zip(some, comparer.compare([p.claim for p in some]), strict=True):
            checked.append(Checked(pair, word_doubts(pair.claim, compared), feature_row(compared)))
        print(f"{len(checked)} of {len(pairs)} pairs", flush=True)
    return checked


def fit_meaning(checked: Sequence[Checked]) -> Logistic:
    """Fit on what the checks of words let pass, of the false only what says something else: a name
    or a denial that slipped through must not teach that likeness is suspicious."""
    rows = Rows([], [], [], [])
    for one in checked:
        if not one.doubts and (one.pair.true or one.pair.kind in OF_MEANING):
            rows.add([one.row], [one.pair.true], 1.0, one.pair.kind)
    return fit(FEATURES, rows, c=0.3)


def lowest_threshold(checked: Sequence[Checked], model: Logistic) -> float:
    """The lowest cut at which ``WANTED`` is reached."""
    checked = [one for one in checked if one.pair.true or one.pair.kind in OF_MEANING]
    scores = model.probabilities(np.array([one.row for one in checked]))
    passing = np.array([not one.doubts for one in checked])
    labels = np.array([one.pair.true for one in checked])
    for cut in np.arange(0.3, 0.99, 0.01):
        called = passing & (scores >= cut)
        recall, let_through = called[labels].mean(), called[~labels].mean()
        if recall / (recall + let_through) >= WANTED:
            return round(float(cut), 2)
    raise SystemExit(f"no threshold reaches a precision of {WANTED}")


def decided(
    checked: Sequence[Checked], model: Logistic, threshold: float
) -> list[tuple[Pair, tuple[Doubt, ...]]]:
    """Each pair with the checks that it fails, as ``SupportChecker`` decides."""
    scores = model.probabilities(np.array([one.row for one in checked]))
    return [
        (one.pair, one.doubts or (() if score >= threshold else ("meaning",)))
        for one, score in zip(checked, scores, strict=True)
    ]


if __name__ == "__main__":
    main()
