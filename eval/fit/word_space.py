"""Fits the space in which words of questions and passages meet (``index/models/words.safetensors``).

Two projections and a weight for every word of a question, so that the passage, and in it the
sentence, that holds the answer scores above the others found: a softmax over the candidates of a
search (passage) and over the sentences of a passage, as ColBERT is trained, on frozen states of the
bundled model. Both projections start from the principal directions of the passages' words, and
few steps keep them near: more fit the training corpora better and others worse.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from eval.fit.bench import Bench
from eval.fit.corpora import Asked, Span
from eval.fit.places import PassageTexts, overlaps
from index.embedding import Encoder
from index.reference import reference_texts
from index.values import Language, PassageId, Vectors
from qa.logistic import Logistic
from qa.matching import rarities
from qa.retrieval import FEATURES

DIM = 128
CANDIDATES = 20
BATCH = 32
LEARNING_RATE = 1e-3
_LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True)
class Example:
    """One question: centred word states, rarities, and per candidate what else is known of it."""

    words: Any
    rarity: Any
    passages: tuple[PassageId, ...]
    gold: Any
    centred: Any
    sentence: Any
    cosines: tuple[Any, ...]
    gold_sentences: tuple[Any, ...]
    answerable: bool


@dataclass
class Material:
    """One corpus to learn from: words of its passages by id (states, part of each)."""

    words: dict[PassageId, tuple[Any, Any]]
    examples: list[Example]
    weight: float


class Space(torch.nn.Module):
    """Projections, word weights, and the scales by which scores enter the losses."""

    def __init__(self, start: Vectors) -> None:
        super().__init__()
        self.question = torch.nn.Parameter(torch.tensor(start[:, :DIM]))
        self.passage = torch.nn.Parameter(torch.tensor(start[:, :DIM]))
        self.weight = torch.nn.Parameter(torch.zeros(len(start)))
        self.rarity = torch.nn.Parameter(torch.tensor([0.3, -1.0]))
        self.scales = torch.nn.Parameter(torch.tensor([20.0, 20.0, 10.0, 20.0, 10.0]))
        self.answer = torch.nn.Parameter(torch.tensor([10.0, -6.0]))

    def forward(self, example: Example, words: Sequence[tuple[Any, Any]]) -> list[Any]:
        """Per candidate, what each word of the question finds at best in each part, weighed."""
        unit = torch.nn.functional.normalize
        weights = torch.nn.functional.softplus(
            example.words @ self.weight + self.rarity[0] * example.rarity + self.rarity[1]
        )
        weights = weights / weights.sum()
        asked = unit(example.words @ self.question, dim=-1)
        lengths = [len(states) for states, _ in words]
        placed = unit(torch.cat([states for states, _ in words]).float() @ self.passage, dim=-1)
        cosines = torch.split(placed @ asked.T, lengths)
        return [_scores(c, part, weights) for c, (_, part) in zip(cosines, words, strict=True)]


def _scores(cosines: Any, part: Any, weights: Any) -> tuple[Any, Any]:
    """The score of a passage and those of its parts (-1 for parts without words)."""
    count = int(part.max()) + 1
    index = part[:, None].expand_as(cosines)
    best = torch.full((count, cosines.shape[1]), -1.0)
    best = best.scatter_reduce(0, index, cosines, "amax", include_self=True)
    return best.amax(0) @ weights, best @ weights


def fit_word_space(
    benches: Sequence[Bench], encoder: Encoder, *, steps: int, seed: int = 1
) -> bytes:
    """Learn from the questions of the corpora that are not held out; the content of the file."""
    centres = word_centres(encoder)
    learned = [bench for bench in benches if bench.corpus.weights.words]
    materials = [_material(bench, encoder, centres) for bench in learned]
    torch.manual_seed(seed)
    space = Space(_principal_directions(materials))
    choose = random.Random(seed)  # noqa: S311
    optimiser = torch.optim.Adam(
        [
            {"params": [space.question, space.passage, space.weight], "lr": LEARNING_RATE},
            {"params": [space.rarity, space.scales, space.answer], "lr": 0.02},
        ]
    )
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for step in range(1, steps + 1):
        optimiser.zero_grad()
        total = 0.0
        for _ in range(BATCH):
            (material,) = choose.choices(materials, [m.weight for m in materials])
            loss = _loss(space, material, choose.choice(material.examples)) / BATCH
            loss.backward()
            total += float(loss)
        optimiser.step()
        falling.step()
        if step % 20 == 0:
            print(f"word space: step {step} of {steps}, loss {total:.3f}", flush=True)
    return _file(space, centres, encoder.identity)


def _loss(space: Space, material: Material, example: Example) -> Any:
    found = space(example, [material.words[i] for i in example.passages])
    late = torch.stack([passage for passage, _ in found])
    scales = space.scales
    scores = scales[0] * late + scales[1] * example.centred + scales[2] * example.sentence
    loss = torch.tensor(0.0)
    at = int(example.gold.nonzero()[0]) if example.answerable else int(scores.argmax())
    cosines = example.cosines[at]
    sentences = torch.full((len(cosines),), -1.0)
    own = found[at][1][1:]
    sentences[: len(own)] = own
    if example.answerable:
        loss = loss + _softmax_loss(scores, example.gold)
        wanted = example.gold_sentences[at]
        if wanted.any():
            of_sentences = scales[3] * sentences + scales[4] * cosines
            loss = loss + 0.7 * _softmax_loss(of_sentences, wanted)
    logit = space.answer[0] * (0.5 * late[at] + 0.5 * sentences.max()) + space.answer[1]
    answerable = torch.tensor(float(example.answerable))
    binary = torch.nn.functional.binary_cross_entropy_with_logits
    return loss + 0.3 * binary(logit, answerable)


def _softmax_loss(scores: Any, wanted: Any) -> Any:
    return torch.logsumexp(scores, 0) - torch.logsumexp(scores[wanted], 0)


# -- what it learns from ----------------------------------------------------------------------


def word_centres(encoder: Encoder) -> dict[tuple[str, Language], Vectors]:
    """Mean word states of the reference texts, by role and language."""
    centres: dict[tuple[str, Language], Vectors] = {}
    for language in _LANGUAGES:
        texts = reference_texts()[language]
        asked = encoder.encode_questions(texts["question"])
        told = encoder.encode_passages([("", text) for text in texts["passage"]])
        centres["question", language] = np.concatenate([e.words for e in asked]).mean(axis=0)
        centres["passage", language] = np.concatenate([e.words for e in told]).mean(axis=0)
    return centres


def _material(
    bench: Bench, encoder: Encoder, centres: dict[tuple[str, Language], Vectors]
) -> Material:
    texts = PassageTexts(bench.library)
    ids = list(texts.parts)
    words: dict[PassageId, tuple[Any, Any]] = {}
    for i, made in zip(ids, encoder.encode_passages([texts.parts[i] for i in ids]), strict=True):
        centred = made.words - centres["passage", texts.passages[i].language]
        words[i] = (torch.tensor(centred.astype(np.float16)), torch.tensor(made.word_parts))
    blank = np.zeros(len(FEATURES), np.float32)
    blank[0] = 1.0
    ranker = Logistic(FEATURES, blank * 0, blank * 0 + 1, blank, 0.0)
    examples = []
    for asked in bench.corpus.asked:
        if not asked.held_out:
            example = _example(bench, ranker, asked, centres)
            if example is not None:
                examples.append(example)
    return Material(words, examples, bench.corpus.weights.words)


def _example(
    bench: Bench,
    ranker: Logistic,
    asked: Asked,
    centres: dict[tuple[str, Language], Vectors],
) -> Example | None:
    """A question with its best candidates by centred cosine and those that answer it."""
    found = bench.search(ranker, asked)
    made, candidates = bench.asked[asked.id], found.candidates
    holds = {h.passage.id: _holds(h.passage, asked.gold) for h in found.hits}
    kept = [h.passage.id for h in found.hits[:CANDIDATES]]
    kept += [i for i, gold in holds.items() if gold and i not in kept]
    if not len(made.words) or (asked.gold and not any(holds.values())):
        return None
    centred = {h.passage.id: h.features["centred"] for h in found.hits}
    documents = {h.passage.id: h.passage.document for h in found.hits}
    sentences = [
        [overlaps(documents[i], s.start, s.end, asked.gold) for s in candidates.sentences[i]]
        for i in kept
    ]
    return Example(
        torch.tensor(made.words - centres["question", asked.language]),
        torch.tensor(rarities(made, asked.question, candidates.rarity)),
        tuple(kept),
        torch.tensor([holds[i] for i in kept]),
        torch.tensor([centred[i] for i in kept]),
        torch.tensor([float(candidates.cosines[i].max()) for i in kept]),
        tuple(torch.tensor(candidates.cosines[i]) for i in kept),
        tuple(torch.tensor(wanted) for wanted in sentences),
        bool(asked.gold),
    )


def _holds(passage: Any, gold: Sequence[Span]) -> bool:
    return overlaps(passage.document, passage.start, passage.end, gold)


def _principal_directions(materials: Sequence[Material]) -> Vectors:
    """Directions of the passages' centred words, most variance first, shape ``(dim, dim)``."""
    total: Any = 0.0
    for material in materials:
        states = torch.cat([s[::3].float() for s, _ in material.words.values()])
        total = total + states.T @ states
    directions = torch.linalg.eigh(total)[1].flip(1)
    return np.asarray(directions.numpy(), np.float32)


def _file(space: Space, centres: dict[tuple[str, Language], Vectors], model: str) -> bytes:
    arrays = {
        "question": space.question.detach().numpy().astype(np.float16),
        "passage": space.passage.detach().numpy().astype(np.float16),
        "weight": space.weight.detach().numpy(),
        "rarity": space.rarity.detach().numpy(),
        "model": np.frombuffer(model.encode(), np.uint8).copy(),
    }
    arrays |= {f"{role}.{language}": mean for (role, language), mean in centres.items()}
    return bytes(save(arrays))
