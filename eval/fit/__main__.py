"""``python -m eval.fit [--squad FILE] [--xquad FOLDER]``: fit ranker, evidence, answerability.

Writes ``qa/models/*.json`` with coefficients, provenance and the figures reached on documents that
were kept out. ``--xquad`` only reports; nothing is fitted on it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from eval.fit.corpora import Asked, Corpus, own_corpus, squad_corpus, xquad_corpus
from index.embedding import Encoder, load_encoder
from index.library import Library
from index.settings import load_settings
from index.sync import sync
from index.values import Passage, Vectors
from qa import answerability, evidence, retrieval
from qa.answerability import answerability_row
from qa.evidence import EvidenceFinder, sentence_rows
from qa.logistic import Logistic
from qa.question import analyse
from qa.retrieval import Candidates, Found, Retriever

MODELS = Path(__file__).parents[2] / "qa" / "models"
DECIMALS = 4


@dataclass
class Bench:
    """A corpus that has been synced, with the vectors of its questions."""

    corpus: Corpus
    library: Library
    vectors: dict[str, Vectors]
    gathered: dict[tuple[str, bool], Candidates] = field(default_factory=dict)

    def search(self, ranker: Logistic, asked: Asked, *, without_home: bool = False) -> Found:
        """Search for one question; ``without_home`` as if its paragraph were not there."""
        retriever = Retriever(self.library, ranker)
        key = (asked.id, without_home)
        if key not in self.gathered:
            within = None
            if without_home:
                within = [path for path in self.library.documents() if path != asked.home]
            question = analyse(asked.question, asked.language)
            self.gathered[key] = retriever.gather(question, self.vectors[asked.id], within)
        return retriever.rank(self.gathered[key])


def open_bench(corpus: Corpus, work: Path, encoder: Encoder) -> Bench:
    """Sync a corpus and embed its questions."""
    index = work / f"index-{corpus.name}"
    report = sync([corpus.folder], index, encoder)
    print(f"{corpus.name}: {report.passages} passages, {len(corpus.asked)} questions", flush=True)
    texts = [asked.question for asked in corpus.asked]
    digest = hashlib.sha256("\0".join([encoder.identity, *texts]).encode()).hexdigest()
    cache = work / f"questions-{digest[:16]}.npy"
    if not cache.is_file():
        np.save(cache, encoder.encode_questions(texts))
    vectors = np.load(cache)
    ids = [asked.id for asked in corpus.asked]
    return Bench(corpus, Library(index, encoder), dict(zip(ids, vectors, strict=True)))


def is_gold(passage: Passage, asked: Asked) -> bool:
    """Whether a passage holds (part of) the answer."""
    if asked.gold is None or passage.document != asked.gold[0]:
        return False
    return passage.start < asked.gold[2] and asked.gold[1] < passage.end


# -- the three fits ---------------------------------------------------------------------------


def fit_ranker(benches: Sequence[Bench]) -> tuple[Logistic, dict[str, Any]]:
    """Passages that hold the answer against all other candidates of the same question."""
    blank = _blank(retrieval.FEATURES)
    rows, labels, weights = [], [], []
    for bench, asked in _questions(benches, held_out=False, answerable=True):
        found = bench.search(blank, asked)
        gold = [is_gold(hit.passage, asked) for hit in found.hits]
        if any(gold):
            rows += [[hit.features[f] for f in retrieval.FEATURES] for hit in found.hits]
            labels += gold
            weights += [1.0] * len(gold)
    model = _fit(retrieval.FEATURES, rows, labels, weights, c=1.0)
    return model, {}


def fit_evidence(benches: Sequence[Bench], ranker: Logistic) -> Logistic:
    """Sentences that hold the answer against all others of the best passages."""
    rows, labels = [], []
    for bench, asked in _questions(benches, held_out=False, answerable=True):
        found = bench.search(ranker, asked)
        places, block = sentence_rows(found)
        gold = [_holds(hit.passage, s.start, s.end, asked) for hit, s, _ in places]
        if any(gold):
            rows += list(block)
            labels += gold
    return _fit(evidence.FEATURES, rows, labels, None, c=1.0)


def _holds(passage: Passage, start: int, end: int, asked: Asked) -> bool:
    assert asked.gold is not None
    path, gold_start, gold_end = asked.gold
    return passage.document == path and start < gold_end and gold_start < end


def answerability_rows(
    benches: Sequence[Bench], ranker: Logistic, finder: EvidenceFinder, *, held_out: bool
) -> tuple[Vectors, list[bool], list[str]]:
    """Answerable questions, near misses, and answerable ones whose paragraph is hidden."""
    rows, labels, tiers = [], [], []
    for bench, asked in _questions(benches, held_out=held_out, answerable=None):
        searches = [(asked.gold is not None, "near-miss", bench.search(ranker, asked))]
        if asked.gold is not None and not bench.corpus.name.startswith("squad"):
            searches.append((False, "removed", bench.search(ranker, asked, without_home=True)))
        for label, tier, found in searches:
            ranked = finder.find(found)
            if ranked:
                rows.append(answerability_row(found, ranked))
                labels.append(label)
                way = f"{asked.language}->{ranked[0].hit.passage.language}"
                tiers.append(f"{'answerable' if label else tier} {way}")
    return np.array(rows), labels, tiers


def _questions(
    benches: Sequence[Bench], *, held_out: bool, answerable: bool | None
) -> Iterator[tuple[Bench, Asked]]:
    for bench in benches:
        for asked in bench.corpus.asked:
            fits = answerable is None or (asked.gold is not None) == answerable
            if fits and asked.held_out == held_out:
                yield bench, asked


def _blank(features: tuple[str, ...]) -> Logistic:
    zeros = np.zeros(len(features), np.float32)
    weights = zeros.copy()
    weights[0] = 1.0
    return Logistic(features, zeros, zeros + 1, weights, 0.0)


def _fit(
    features: tuple[str, ...],
    rows: Sequence[Any] | Vectors,
    labels: Sequence[bool],
    weights: Sequence[float] | None,
    c: float,
    balanced: bool = False,
) -> Logistic:
    matrix = np.array(rows, np.float64)
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale = np.where(scale < 1e-6, 1.0, scale)
    fitted = LogisticRegression(C=c, max_iter=3000, class_weight="balanced" if balanced else None)
    fitted.fit((matrix - mean) / scale, labels, sample_weight=weights)
    return Logistic(
        features,
        np.round(mean, DECIMALS).astype(np.float32),
        np.round(scale, DECIMALS + 2).astype(np.float32),
        np.round(fitted.coef_[0], DECIMALS).astype(np.float32),
        round(float(fitted.intercept_[0]), DECIMALS),
    )


# -- what they reach --------------------------------------------------------------------------


def report_retrieval(bench: Bench, ranker: Logistic, finder: EvidenceFinder) -> dict[str, Any]:
    """hit@1, hit@5 and first-sentence accuracy, same language and across, on held-out questions."""
    counts: dict[str, list[tuple[bool, bool, bool]]] = {"same": [], "across": []}
    for _, asked in _questions([bench], held_out=True, answerable=True):
        found = bench.search(ranker, asked)
        gold = [is_gold(hit.passage, asked) for hit in found.hits[:5]]
        best = finder.find(found)[0]
        sentence = _holds(best.hit.passage, best.sentence.start, best.sentence.end, asked)
        home = "de" if asked.id.endswith("-de") else "en"
        way = "same" if home == asked.language else "across"
        counts[way].append((gold[0], any(gold), sentence))
    return {
        way: {
            "n": len(rows),
            "hit@1": round(float(np.mean([r[0] for r in rows])), 4),
            "hit@5": round(float(np.mean([r[1] for r in rows])), 4),
            "sentence@1": round(float(np.mean([r[2] for r in rows])), 4),
        }
        for way, rows in counts.items()
        if rows
    }


def report_answerability(
    model: Logistic, rows: Vectors, labels: Sequence[bool], tiers: Sequence[str], threshold: float
) -> dict[str, Any]:
    """AUROC and balanced accuracy at the threshold, together and per tier of negatives."""
    scores = model.probabilities(rows)
    figures: dict[str, Any] = {
        "n": len(labels),
        "auroc": round(float(roc_auc_score(labels, scores)), 4),
        "balanced_accuracy": round(float(balanced_accuracy_score(labels, scores >= threshold)), 4),
    }
    positive = np.array(labels)
    for tier in ("near-miss", "removed"):
        chosen = positive | np.array([t.startswith(tier) for t in tiers])
        figures[f"auroc {tier}"] = round(float(roc_auc_score(positive[chosen], scores[chosen])), 4)
    return figures


def best_threshold(scores: Vectors, labels: Sequence[bool]) -> float:
    """The cut with the best balanced accuracy on the fitted questions, to two decimals."""
    cuts = np.arange(0.2, 0.81, 0.01)
    reached = [balanced_accuracy_score(labels, scores >= cut) for cut in cuts]
    return round(float(cuts[int(np.argmax(reached))]), 2)


def _write(name: str, model: Logistic, provenance: dict[str, Any], **more: Any) -> None:
    MODELS.mkdir(exist_ok=True)
    content = {
        "features": model.features,
        "mean": [round(float(x), DECIMALS) for x in model.mean],
        "scale": [round(float(x), DECIMALS + 2) for x in model.scale],
        "weights": [round(float(x), DECIMALS) for x in model.weights],
        "intercept": model.intercept,
        **more,
        "provenance": provenance,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (MODELS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit", description=__doc__)
    parser.add_argument("--squad", type=Path, help="a SQuAD 2.0 file, for near misses in English")
    parser.add_argument("--squad-questions", type=int, default=1500)
    parser.add_argument("--xquad", type=Path, help="folder with xquad.de.json, xquad.en.json")
    parser.add_argument("--work", type=Path, help="keep indexes here between runs")
    options = parser.parse_args()
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.cache, settings.threads)
    with tempfile.TemporaryDirectory() as temporary:
        fit_all(options, options.work or Path(temporary), encoder)


def fit_all(options: argparse.Namespace, work: Path, encoder: Encoder) -> None:
    """Fit the three models in turn, write them, print what they reach."""
    own = [open_bench(own_corpus(work / f"own-{i}", i), work, encoder) for i in (0, 1)]
    extra = []
    if options.squad:
        corpus = squad_corpus(work / "squad2", options.squad, options.squad_questions)
        extra = [open_bench(corpus, work, encoder)]
    ranker, _ = fit_ranker([*own, *extra])
    evidence_model = fit_evidence([*own, *extra], ranker)
    finder = EvidenceFinder(evidence_model)
    rows, labels, _ = answerability_rows([*own, *extra], ranker, finder, held_out=False)
    model = _fit(answerability.FEATURES, rows, labels, None, c=0.3, balanced=True)
    threshold = best_threshold(model.probabilities(rows), labels)
    provenance: dict[str, Any] = {
        "command": "python -m eval.fit" + (" --squad FILE" if options.squad else ""),
        "fitted_on": [bench.corpus.name for bench in (*own, *extra)],
        "model": encoder.identity,
        "held_out": {b.corpus.name: report_retrieval(b, ranker, finder) for b in own},
    }
    for bench in (*own, *extra):
        held = answerability_rows([bench], ranker, finder, held_out=True)
        figures = report_answerability(model, *held, threshold)
        provenance["held_out"].setdefault(bench.corpus.name, {})["answerability"] = figures
    if options.xquad:
        for i in (0, 1):
            bench = open_bench(xquad_corpus(work / f"xquad-{i}", options.xquad, i), work, encoder)
            figures = report_retrieval(bench, ranker, finder)
            provenance.setdefault("reported_on", {})[bench.corpus.name] = figures
    print(json.dumps(provenance, indent=1))
    _write("ranker", ranker, provenance)
    _write("evidence", evidence_model, provenance)
    _write("answerability", model, provenance, threshold=threshold)


if __name__ == "__main__":
    main()
