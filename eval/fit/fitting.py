"""The three fits and what they reach. Each is a logistic regression; rows come from ``qa`` itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from eval.fit.bench import Bench
from eval.fit.corpora import Asked
from eval.fit.places import overlaps
from index.values import Vectors
from qa import answerability, evidence, retrieval
from qa.answerability import answerability_row
from qa.evidence import EvidenceFinder, select_quotes, sentence_rows
from qa.logistic import Logistic
from qa.retrieval import Found

QUOTES = 3
NEARLY = 0.02
MOST = 900
"""Of each corpus so many questions are drawn: more change nothing and take long."""

MOST_NARROW = 2400
ASTRAY = 0.3
"""What a question asked of a wrong paragraph counts: such are easy, and without them forgotten."""


@dataclass(frozen=True)
class Models:
    """The models, and the cut of the last two; ``narrow`` decides where little was searched."""

    ranker: Logistic
    evidence: Logistic
    answerability: Logistic
    narrow: Logistic
    threshold: float


@dataclass
class Rows:
    """Training rows with labels and weights; ``tiers`` names the kind of each, ``sizes`` tells how many
    were added together: the candidates of one question."""

    rows: list[Vectors]
    labels: list[bool]
    weights: list[float]
    tiers: list[str]
    sizes: list[int] = field(default_factory=list)

    def add(
        self, rows: Sequence[Vectors], labels: Sequence[bool], weight: float, tier: str
    ) -> None:
        self.rows += list(rows)
        self.labels += labels
        self.weights += [weight] * len(labels)
        self.tiers += [tier] * len(labels)
        self.sizes.append(len(labels))

    def columns(self, kept: Sequence[int]) -> Rows:
        """The same with some of the columns."""
        return replace(self, rows=[row[list(kept)] for row in self.rows])


def fit_models(benches: Sequence[Bench], judging: Bench) -> Models:
    """Fit ranker, evidence and answerability, each on what the former makes of the questions; the
    threshold is chosen on ``judging``, on which nothing else is fitted."""
    ranker = fit_ranker(benches)
    sentence = fit_evidence(benches, ranker)
    rows = answerability_rows(benches, ranker, sentence, held_out=False)
    model = fit(answerability.FEATURES, rows, c=0.1, balanced=True)
    narrow = narrow_rows(benches, ranker, sentence, held_out=False)
    return Models(
        ranker,
        sentence,
        model,
        fit(answerability.FEATURES, narrow, c=0.1, balanced=True),
        chosen_threshold(judging, ranker, sentence, model),
    )


def chosen_threshold(
    judging: Bench, ranker: Logistic, sentence: Logistic, model: Logistic
) -> float:
    """The threshold that the questions of ``judging`` ask for."""
    rows = answerability_rows([judging], ranker, sentence, held_out=False)
    return best_threshold(model.probabilities(np.array(rows.rows)), rows)


def fit_ranker(benches: Sequence[Bench]) -> Logistic:
    """Passages that hold the answer against all other candidates of the same question."""
    return fit_choice(retrieval.FEATURES, ranker_rows(benches))


def ranker_rows(benches: Sequence[Bench]) -> Rows:
    """Candidates of the answerable questions, those that hold the answer labelled."""
    blank = first_feature(retrieval.FEATURES)
    rows = Rows([], [], [], [])
    for bench, asked in questions(benches, held_out=False, answerable=True):
        candidates = bench.search(blank, asked).candidates
        gold = [overlaps(p.document, p.start, p.end, asked.gold) for p in candidates.passages]
        if any(gold):
            rows.add(list(candidates.rows), gold, bench.corpus.weights.ranker, "")
    return rows


def fit_evidence(benches: Sequence[Bench], ranker: Logistic) -> Logistic:
    """Sentences that hold the answer against all others of the best passages."""
    return fit_choice(evidence.FEATURES, evidence_rows(benches, ranker))


def evidence_rows(benches: Sequence[Bench], ranker: Logistic) -> Rows:
    """Sentences found for the answerable questions, those that hold the answer labelled."""
    rows = Rows([], [], [], [])
    for bench, asked in questions(benches, held_out=False, answerable=True):
        places, block = sentence_rows(bench.search(ranker, asked))
        gold = [overlaps(h.passage.document, s.start, s.end, asked.gold) for h, s, _ in places]
        if any(gold):
            rows.add(list(block), gold, bench.corpus.weights.evidence, "")
    return rows


def answerability_rows(
    benches: Sequence[Bench], ranker: Logistic, sentence: Logistic, *, held_out: bool
) -> Rows:
    """Answerable questions, near misses, strangers, and answerable ones with the answer hidden."""
    finder = EvidenceFinder(sentence)
    rows = Rows([], [], [], [])
    for bench, asked in questions(benches, held_out=held_out, answerable=None):
        weights = bench.corpus.weights
        tier = _tier(asked)
        weight = weights.near if tier == "near-miss" else weights.answerability
        _add(rows, finder, bench.search(ranker, asked), weight, tier)
        if asked.gold and asked.home:
            hidden = bench.search(ranker, asked, "elsewhere")
            _add(rows, finder, hidden, weights.answerability, "removed")
    return rows


def narrow_rows(
    benches: Sequence[Bench], ranker: Logistic, sentence: Logistic, *, held_out: bool
) -> Rows:
    """The same where one paragraph is searched: the question's own, or another one."""
    finder = EvidenceFinder(sentence)
    rows = Rows([], [], [], [])
    for bench, asked in questions(benches, held_out=held_out, answerable=None, most=MOST_NARROW):
        weight = bench.corpus.weights.narrow
        if weight and asked.home and _tier(asked) != "off-topic":
            _add(rows, finder, bench.search(ranker, asked, "home"), weight, _tier(asked))
            astray = bench.search(ranker, asked, "astray")
            _add(rows, finder, astray, weight * ASTRAY, "off-topic")
    return rows


def _tier(asked: Asked) -> str:
    if asked.answerable:
        return "answerable"
    return "off-topic" if asked.id.startswith("off-") else "near-miss"


def _add(rows: Rows, finder: EvidenceFinder, found: Found, weight: float, tier: str) -> None:
    evidence = finder.find(found)
    if evidence and weight:
        rows.add([answerability_row(found, evidence)], [tier == "answerable"], weight, tier)


def questions(
    benches: Sequence[Bench], *, held_out: bool, answerable: bool | None, most: int = MOST
) -> Iterator[tuple[Bench, Asked]]:
    """Questions of all benches, of the fitted or the held-out part; ``most`` of each are drawn."""
    for bench in benches:
        fitting = [
            asked
            for asked in bench.corpus.asked
            if asked.held_out == held_out and (answerable is None or bool(asked.gold) == answerable)
        ]
        drawn = random.Random(3).sample(fitting, min(most, len(fitting)))  # noqa: S311
        yield from ((bench, asked) for asked in drawn)


def first_feature(features: tuple[str, ...]) -> Logistic:
    """A model that goes by the first feature alone, for use before there is a better one."""
    zeros = np.zeros(len(features), np.float32)
    weights = zeros.copy()
    weights[0] = 1.0
    return Logistic(features, zeros, zeros + 1, weights, 0.0)


def fit_choice(features: tuple[str, ...], rows: Rows, penalty: float = 1e-3) -> Logistic:
    """Fit a conditional logit: of the candidates of a question, which one answers (McFadden 1974).

    Every question counts alike, and only differences within it, which is what a ranking needs. Slope
    and intercept of a second, plain logistic fit then make probabilities of the scores.
    """
    matrix = np.array(rows.rows, np.float64)
    mean, scale = np.nanmean(matrix, axis=0), np.nanstd(matrix, axis=0)
    scale = np.where(scale < 1e-6, 1.0, scale)
    scaled = torch.tensor(np.nan_to_num((matrix - mean) / scale), dtype=torch.float32)
    labels = torch.tensor(rows.labels)
    question = torch.repeat_interleave(torch.tensor(rows.sizes))
    starts = np.cumsum([0, *rows.sizes[:-1]])
    share = torch.tensor(np.array(rows.weights, np.float32)[starts])
    share = share / share.sum()
    weights = torch.zeros(len(features), requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimiser.zero_grad()
        scores = scaled @ weights
        wanted = _log_sums(scores[labels], question[labels], len(rows.sizes))
        value = ((_log_sums(scores, question, len(rows.sizes)) - wanted) * share).sum()
        value = value + penalty * (weights**2).sum()
        value.backward()
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    scores = (scaled @ weights).detach().numpy()
    plain = LogisticRegression(C=1e6).fit(scores[:, None], rows.labels, sample_weight=rows.weights)
    slope = float(plain.coef_[0, 0])
    return Logistic(
        features,
        mean.astype(np.float32),
        scale.astype(np.float32),
        (weights.detach().numpy() * slope).astype(np.float32),
        float(plain.intercept_[0]),
    )


def _log_sums(scores: Any, question: Any, count: int) -> Any:
    """Logarithm of the sum of exponentials over the candidates of each question."""
    most = torch.full((count,), -torch.inf).scatter_reduce(0, question, scores.detach(), "amax")
    sums = torch.zeros(count).index_add(0, question, torch.exp(scores - most[question]))
    return torch.log(sums) + most


def fit(features: tuple[str, ...], rows: Rows, c: float, *, balanced: bool = False) -> Logistic:
    """Fit on standardised rows; ``balanced`` gives both labels the same weight in all."""
    matrix, labels = np.array(rows.rows, np.float64), np.array(rows.labels)
    weights = np.array(rows.weights)
    if balanced:
        weights[labels] *= weights[~labels].sum() / weights[labels].sum()
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale = np.where(scale < 1e-6, 1.0, scale)
    fitted = LogisticRegression(C=c, max_iter=3000)
    fitted.fit((matrix - mean) / scale, labels, sample_weight=weights)
    return Logistic(
        features,
        mean.astype(np.float32),
        scale.astype(np.float32),
        fitted.coef_[0].astype(np.float32),
        float(fitted.intercept_[0]),
    )


def best_threshold(scores: Vectors, rows: Rows) -> float:
    """The lowest cut whose weighted balanced accuracy is nearly the best, to
    0.01: a question that is refused wrongly cannot be checked, an answer can."""
    labels = np.array(rows.labels)
    weights = np.array(rows.weights)
    cuts = np.arange(0.3, 0.71, 0.01)
    reached = [
        balanced_accuracy_score(labels, scores >= cut, sample_weight=weights) for cut in cuts
    ]
    nearly = np.array(reached) >= max(reached) - NEARLY
    return round(float(cuts[nearly][0]), 2)


# -- what they reach --------------------------------------------------------------------------


def report_retrieval(bench: Bench, models: Models) -> dict[str, Any]:
    """Passages, first sentence and quotes that hold the answer, on held-out questions."""
    counts: dict[str, list[tuple[bool, ...]]] = {"same": [], "across": []}
    finder = EvidenceFinder(models.evidence)
    languages = {path: d.language for path, d in bench.library.documents().items()}
    for _, asked in questions([bench], held_out=True, answerable=True):
        found = bench.search(models.ranker, asked)
        hits = [h.passage for h in found.hits[:5]]
        gold = [overlaps(p.document, p.start, p.end, asked.gold) for p in hits]
        ranked = finder.find(found)
        first, best = ranked[0].hit.passage, ranked[0].sentence
        quotes = select_quotes(found, ranked, QUOTES)
        row = (
            gold[0],
            any(p.document == asked.gold[0][0] for p in hits[:1]),
            any(gold),
            overlaps(first.document, best.start, best.end, asked.gold),
            any(overlaps(q.hit.passage.document, q.start, q.end, asked.gold) for q in quotes),
        )
        same = asked.language in {languages[path] for path, _, _ in asked.gold}
        counts["same" if same else "across"].append(row)
    names = ("hit@1", "document@1", "hit@5", "sentence@1", "quotes")
    return {way: _means(names, rows) for way, rows in counts.items() if rows}


def _means(names: Sequence[str], rows: Sequence[tuple[bool, ...]]) -> dict[str, Any]:
    means = np.mean(np.array(rows, float), axis=0)
    return {"n": len(rows)} | {
        name: round(float(mean), 4) for name, mean in zip(names, means, strict=True)
    }


def report_answerability(model: Logistic, threshold: float, rows: Rows) -> dict[str, Any]:
    """AUROC and balanced accuracy at the threshold, together and per tier of negatives."""
    if not rows.rows:
        return {"n": 0}
    scores = model.probabilities(np.array(rows.rows))
    labels = np.array(rows.labels)
    figures: dict[str, Any] = {
        "n": len(labels),
        "auroc": round(float(roc_auc_score(labels, scores)), 4),
        "balanced_accuracy": round(float(balanced_accuracy_score(labels, scores >= threshold)), 4),
    }
    for tier in sorted(set(rows.tiers) - {"answerable"}):
        chosen = labels | np.array([found == tier for found in rows.tiers])
        figures[f"auroc {tier}"] = round(float(roc_auc_score(labels[chosen], scores[chosen])), 4)
    return figures
