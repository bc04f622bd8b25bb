"""Words of a question against words of the passages found: late interaction.

Every word of the question looks for the nearest word of each sentence, in a space where German and
English meet (``index.wordspace``); what each finds is weighed by how much the word matters. Sums
over these best matches tell passages and sentences apart that a single vector cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from index.embedding import WORD, Embedded
from index.library import Library
from index.store import PassageWords
from index.values import Language, PassageId, Vectors
from index.wordforms import content_words
from index.wordspace import SCALE

NOTHING = 0.0
"""What a word finds in a sentence that has no words."""

MATTERS = 0.5
"""Words that weigh at least this share of the weightiest are looked at one by one."""


@dataclass(frozen=True)
class Matches:
    """Best cosines, -1 to 1, by passage: ``parts`` of the question's words in each part of it, shape
    ``(words, 1 + sentences)``, what stands above the passage first; ``newest`` of the word of each part
    that finds least in the question, shape ``(1 + sentences,)``. ``weights`` (words,) sum to 1;
    ``matters`` marks the weightiest content words; ``written`` are the words."""

    weights: Vectors
    matters: Vectors
    parts: Mapping[PassageId, Vectors]
    newest: Mapping[PassageId, Vectors]
    written: tuple[str, ...]

    def passage(self, passage: PassageId) -> Vectors:
        """What each word finds at best anywhere in a passage, shape ``(words,)``."""
        best: Vectors = self.parts[passage].max(axis=1)
        return best


def match_words(
    library: Library,
    asked: Embedded,
    text: str,
    language: Language,
    rarity: Mapping[str, float],
    sentences: Mapping[PassageId, int],
    words: Mapping[PassageId, PassageWords | None],
) -> Matches | None:
    """Match a question with passages; None if the index or the question has no word vectors.

    ``rarity`` gives the idf of the question's content words as written, ``sentences`` how many
    each passage has, ``words`` its own words.
    """
    space = library.word_space
    if space is None or not len(asked.words):
        return None
    found = {i: own for i, own in words.items() if own is not None}
    rare = rarities(asked, text, rarity)
    weights = space.weights(asked.words, language, rare)
    parts, newest = _best_by_part(space.question(asked.words, language), found, sentences)
    content = np.where(rare > 0, weights, 0.0) if rare.any() else weights
    written = tuple(text[a:b] for a, b in asked.spans)
    return Matches(weights, content >= MATTERS * content.max(), parts, newest, written)


def _best_by_part(
    words: Vectors, found: Mapping[PassageId, PassageWords], sentences: Mapping[PassageId, int]
) -> tuple[dict[PassageId, Vectors], dict[PassageId, Vectors]]:
    """The best cosine of each word in each part, and what the newest word of each part finds; all
    passages in one product, which is fastest."""
    offsets = dict(
        zip(sentences, accumulate((1 + n for n in sentences.values()), initial=0), strict=False)
    )
    best = np.full((len(words), sum(sentences.values()) + len(sentences)), NOTHING, np.float32)
    newest = np.full(best.shape[1], NOTHING, np.float32)
    if found:
        kept = np.concatenate([own.vectors for own in found.values()]).astype(np.float32)
        places = np.concatenate([own.parts + np.int64(offsets[i]) for i, own in found.items()])
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        cosines = (words / np.float32(SCALE)) @ kept.T
        best[:, places[starts]] = np.maximum.reduceat(cosines, starts, axis=1)
        newest[places[starts]] = np.minimum.reduceat(cosines.max(axis=0), starts)
    spans = {i: slice(offsets[i], offsets[i] + 1 + n) for i, n in sentences.items()}
    return {i: best[:, at] for i, at in spans.items()}, {i: newest[at] for i, at in spans.items()}


def rarities(asked: Embedded, text: str, rarity: Mapping[str, float]) -> Vectors:
    """The idf of each word of a question, 0 for words without content, shape ``(words,)``."""
    return np.array([_rarity(text[a:b], rarity) for a, b in asked.spans], np.float32)


def _rarity(word: str, rarity: Mapping[str, float]) -> float:
    """The idf of a word, or of the rarest part of a hyphenated one or a date; 0 without content."""
    pieces = [word, *(m.group() for m in WORD.finditer(word.replace("-", " ")))]
    if any(c.isdigit() for c in word):
        pieces += content_words(word)  # figures come in one notation
    return max(rarity.get(piece.lower(), 0.0) for piece in pieces)


PASSAGE_FEATURES = (
    "late",
    "late_sentence",
    "late_each_gap",
    "late_rank",
    "same_late",
    "same_late_sentence",
)
"""``late``: what the words find at best, weighed; ``sentence``: all words in one sentence;
``each_gap``: to what each word finds at best in any candidate."""


def passage_features(
    matches: Matches | None, passages: Sequence[PassageId], same: Vectors
) -> Vectors:
    """Rows ``(len(passages), len(PASSAGE_FEATURES))``; NaN where there are no word vectors."""
    if matches is None or not passages:
        return np.full((len(passages), len(PASSAGE_FEATURES)), np.nan, np.float32)
    weights = matches.weights
    best = np.stack([matches.passage(i) for i in passages])
    late = best @ weights
    single = np.array([_best_sentence(matches, i) for i in passages], np.float32)
    columns = (
        late,
        single,
        (best - best.max(axis=0)) @ weights,
        1.0 / (1.0 + np.argsort(np.argsort(-late, kind="stable"), kind="stable")),
        same * late,
        same * single,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _best_sentence(matches: Matches, passage: PassageId) -> float:
    own = matches.parts[passage]
    sums = matches.weights @ (own[:, 1:] if own.shape[1] > 1 else own)
    return float(sums.max())


SENTENCE_FEATURES = ("late_gap", "late_gap_here", "late_context", "late_own", "same_late")
"""Of one sentence; ``gap`` to the best of all found, ``gap_here`` to the best of its passage;
``context``: with what stands above it and the sentence before; ``own``: what no other sentence of
the passage has."""


def sentence_features(
    matches: Matches | None, passage: PassageId, sentences: int, best: float, same: float
) -> Vectors:
    """Rows ``(sentences, len(SENTENCE_FEATURES))``; ``best`` is the best of all passages found."""
    if matches is None:
        return np.full((sentences, len(SENTENCE_FEATURES)), np.nan, np.float32)
    weights, parts = matches.weights, matches.parts[passage]
    own = parts[:, 1:]
    before = np.concatenate([parts[:, :1], own[:, :-1]], axis=1)
    context = np.maximum(own, np.maximum(before, parts[:, :1]) - 0.1)
    late = weights @ own
    columns = (
        late - best,
        late - late.max(),
        weights @ context,
        weights @ np.maximum(own - _best_of_others(own), 0.0),
        same * late,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _best_of_others(own: Vectors) -> Vectors:
    """For each word and sentence, what the word finds at best in the other sentences."""
    if own.shape[1] == 1:
        return np.zeros_like(own)
    ordered = np.sort(own, axis=1)
    best: Vectors = np.where(own == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    return best


def best_late(matches: Matches | None, passages: Sequence[PassageId]) -> float:
    """The best sum that one sentence of the passages reaches; 0 without word vectors."""
    if matches is None:
        return 0.0
    return max((_best_sentence(matches, i) for i in passages), default=0.0)


def match_features(matches: Matches | None, passage: PassageId, ordinal: int) -> dict[str, float]:
    """What the words find in a passage and in one sentence of it: ``late`` as above; ``weakest``:
    the weightiest word that finds least; ``near``: the share that finds almost itself; NaN without
    word vectors."""
    if matches is None:
        return dict.fromkeys(MATCH_FEATURES, float("nan"))
    columns = (matches.passage(passage), matches.parts[passage][:, 1 + ordinal])
    values = [
        float(value)
        for best in columns
        for value in (
            matches.weights @ best,
            best[matches.matters].min(),
            matches.weights @ near(best, 0.25),
        )
    ]
    return dict(zip(MATCH_FEATURES, values, strict=True))


MATCH_FEATURES = (
    "late",
    "late_weakest",
    "late_near",
    "late_sentence",
    "late_weakest_sentence",
    "late_near_sentence",
)


def found_at_best(matches: Matches | None, passages: Sequence[PassageId]) -> dict[str, float]:
    """What each word of the question, as written, finds at best in some passages."""
    if matches is None or not passages:
        return {}
    best = np.max([matches.passage(passage) for passage in passages], axis=0)
    return dict(zip(matches.written, best.tolist(), strict=True))


def near(cosines: Vectors, width: float) -> Vectors:
    """A soft count of matches close to 1 (a kernel of K-NRM, Xiong et al. 2017), shape as given."""
    counts: Vectors = np.exp(-((1.0 - cosines) ** 2) / (2.0 * width**2)).astype(np.float32)
    return counts
