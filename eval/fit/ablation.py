"""What each part earns: ranker, evidence and answerability are fitted again without it.

Fitted on the training corpora, reported on XQuAD by paragraph, on which nothing is fitted. ``python
-m eval.fit --ablation`` writes ``eval/fit/ablation.json``, from which docs/benchmarks.md is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from eval.fit.bench import Bench
from eval.fit.corpora import Asked
from eval.fit.fitting import (
    Models,
    Rows,
    answerability_rows,
    evidence_rows,
    fit,
    fit_choice,
    questions,
    ranker_rows,
)
from eval.fit.places import overlaps
from index.values import Vectors
from index.wordforms import is_gram, question_forms
from qa import answerability, evidence, retrieval
from qa.answerability import answerability_row
from qa.evidence import EvidenceFinder, sentence_rows
from qa.question import analyse

Figures = dict[str, float]

DEPTH = 40

_MEANING = ("centred", "plain", "sentence", "same_centred", "rank")
RANKER_PARTS: dict[str, Callable[[str], bool]] = {
    "vectors of passage and sentences": lambda f: f in _MEANING,
    "words one by one": lambda f: "late" in f,
    "words and names shared": lambda f: f in ("coverage", "shared", "names", "same_coverage"),
    "terms for the own language": lambda f: f.startswith("same"),
}
EVIDENCE_PARTS: dict[str, Callable[[str], bool]] = {
    "vectors of sentences": lambda f: "cosine" in f,
    "words one by one": lambda f: f.startswith("words_"),
    "the passage's score": lambda f: f == "passage_gap",
    "type of thing asked for": lambda f: f == "wanted",
    "length and layout": lambda f: f in ("length", "heading", "listed"),
    "terms for the own language": lambda f: "same" in f,
}
ANSWER_PARTS: dict[str, Callable[[str], bool]] = {
    "scores of passage and sentence": lambda f: f.startswith(("passage", "evidence")),
    "vectors": lambda f: "cosine" in f or f.startswith(("centred", "plain")),
    "words one by one": lambda f: "late" in f,
    "words and names shared": lambda f: "coverage" in f or "names" in f,
    "type of thing asked for": lambda f: f.startswith(("want", "fact", "who")),
}


@dataclass(frozen=True, slots=True)
class _Tried:
    """One question that is reported on: its rows, which of them are right, and the way."""

    rows: Vectors
    gold: np.ndarray[Any, np.dtype[np.bool_]]
    same: bool


def ablation(benches: Sequence[Bench], reported: Sequence[Bench], models: Models) -> Any:
    """Figures with everything and without each part, by model."""
    return {
        "ranker": _choices(
            retrieval.FEATURES,
            RANKER_PARTS,
            ranker_rows(benches),
            list(_passages(reported, models)),
        ),
        "evidence": _choices(
            evidence.FEATURES,
            EVIDENCE_PARTS,
            evidence_rows(benches, models.ranker),
            list(_sentences(reported, models)),
        ),
        "answerability": _decisions(
            answerability_rows(benches, models.ranker, models.evidence, held_out=False),
            {lang: _answers(reported, models, lang) for lang in ("de", "en")}
            | {"near": _near_misses(benches, models)},
        ),
        "words": words(reported),
    }


def words(reported: Sequence[Bench]) -> dict[str, Figures]:
    """nDCG@10 of the word search alone, for questions in the language of their paragraph."""
    kinds: dict[str, Callable[[Sequence[str]], Sequence[str]]] = {
        "everything": lambda forms: forms,
        "4-grams": lambda forms: [f for f in forms if not is_gram(f)],
        "stems": lambda forms: [f for f in forms if f[0] not in "de"],
    }
    figures = {n: _worded(reported, kept, parts=True) for n, kept in kinds.items()}
    return figures | {"parts of compounds": _worded(reported, list, parts=False)}


def _worded(
    reported: Sequence[Bench], kept: Callable[[Sequence[str]], Sequence[str]], *, parts: bool
) -> Figures:
    reached: dict[str, list[float]] = {"de": [], "en": []}
    for bench, asked, same in _asked(reported):
        if same:
            library = bench.library
            asked_for = analyse(asked.question, asked.language).words
            frequency = library.document_frequency if parts else None
            forms = question_forms(asked_for, asked.language, frequency)
            ids = [i for i, _ in library.store.search_words(kept(forms), DEPTH)]
            ranked = dict.fromkeys(p.document for p in library.store.passages(ids))
            places = [i for i, path in enumerate(list(ranked)[:10]) if path == asked.home]
            reached[asked.language].append(1.0 / np.log2(2 + places[0]) if places else 0.0)
    return {language: round(float(np.mean(found)), 4) for language, found in reached.items()}


def _choices(
    features: tuple[str, ...],
    parts: dict[str, Callable[[str], bool]],
    rows: Rows,
    tried: Sequence[_Tried],
) -> dict[str, Figures]:
    """How often the best by score is right, in the same language and across."""

    def measure(kept: list[int]) -> Figures:
        model = fit_choice(tuple(features[i] for i in kept), rows.columns(kept))
        right = [bool(t.gold[np.argmax(model.logits(t.rows[:, kept]))]) for t in tried]
        by_way = {"same": True, "across": False}
        return {
            way: _mean([r for r, t in zip(right, tried, strict=True) if t.same == same])
            for way, same in by_way.items()
        }

    return {name: measure(kept) for name, kept in _without(features, parts)}


def _decisions(rows: Rows, tried: Mapping[str, tuple[Vectors, list[bool]]]) -> dict[str, Figures]:
    """AUROC for each kind of question that is tried."""

    def measure(kept: list[int]) -> Figures:
        names = tuple(answerability.FEATURES[i] for i in kept)
        model = fit(names, rows.columns(kept), c=0.1, balanced=True)
        return {
            kind: round(float(roc_auc_score(labels, model.probabilities(found[:, kept]))), 4)
            for kind, (found, labels) in tried.items()
        }

    return {n: measure(kept) for n, kept in _without(answerability.FEATURES, ANSWER_PARTS)}


def _without(
    features: tuple[str, ...], parts: dict[str, Callable[[str], bool]]
) -> Iterator[tuple[str, list[int]]]:
    """The columns that stay, first all of them, then without each part."""
    yield "everything", list(range(len(features)))
    for name, belongs in parts.items():
        kept = [i for i, feature in enumerate(features) if not belongs(feature)]
        if len(kept) < len(features):
            yield name, kept


def _mean(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 4)


# -- what is reported on --------------------------------------------------------------------------


def _passages(reported: Sequence[Bench], models: Models) -> Iterator[_Tried]:
    for bench, asked, same in _asked(reported):
        candidates = bench.search(models.ranker, asked).candidates
        gold = [p.document == asked.home for p in candidates.passages]
        yield _Tried(candidates.rows, np.array(gold), same)


def _sentences(reported: Sequence[Bench], models: Models) -> Iterator[_Tried]:
    for bench, asked, same in _asked(reported):
        places, block = sentence_rows(bench.search(models.ranker, asked))
        gold = [overlaps(h.passage.document, s.start, s.end, asked.gold) for h, s, _ in places]
        yield _Tried(block, np.array(gold), same)


def _answers(
    reported: Sequence[Bench], models: Models, language: str
) -> tuple[Vectors, list[bool]]:
    """Questions in the language of their paragraph, with it and without."""
    finder = EvidenceFinder(models.evidence)
    rows: list[Vectors] = []
    labels: list[bool] = []
    for bench, asked, same in _asked(reported):
        if same and asked.language == language:
            found = [bench.search(models.ranker, asked, w) for w in ("anywhere", "elsewhere")]
            rows += [answerability_row(one, finder.find(one)) for one in found]
            labels += [True, False]
    return np.array(rows), labels


def _near_misses(benches: Sequence[Bench], models: Models) -> tuple[Vectors, list[bool]]:
    """Answerable questions and near misses of the documents that were kept out of the fit."""
    rows = answerability_rows(benches, models.ranker, models.evidence, held_out=True)
    kept = [i for i, tier in enumerate(rows.tiers) if tier in ("answerable", "near-miss")]
    return np.array([rows.rows[i] for i in kept]), [rows.labels[i] for i in kept]


def _asked(reported: Sequence[Bench]) -> Iterator[tuple[Bench, Asked, bool]]:
    for bench in reported:
        languages = {path: d.language for path, d in bench.library.documents().items()}
        for _, asked in questions([bench], held_out=True, answerable=True, most=2000):
            yield bench, asked, asked.language == languages[asked.home]
