"""Statements set beside the sentences they cite, word by word, for the checks of ``qa.support``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import Embedded, Encoder
from index.language import detect_language
from index.searchtext import search_text
from index.values import Vectors
from index.wordforms import word_keys
from index.wordspace import SCALE, WordSpace, load_word_space
from qa.facts import Facts, mentions, read_facts


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and the sentences it cites, word for word. ``context``: what stands around
    these, as title, heading, the sentence before; names may come from there, nothing else may."""

    text: str
    evidence: tuple[str, ...]
    context: str = ""


@dataclass(frozen=True)
class Compared:
    """A statement beside its evidence: ``found`` has the cosine of each content word of one with
    each of the other, 1 where they are the same word, shape ``(claim, evidence)``."""

    claim: Facts
    evidence: Facts
    found: Vectors
    exact: Vectors

    @property
    def in_one_language(self) -> bool:
        return self.claim.language == self.evidence.language


class Comparer:
    """Sets statements beside their evidence with what the model makes of both."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._space = load_word_space(encoder.identity)

    def compare(self, claims: Sequence[Claim]) -> list[Compared]:
        """Set each claim, all of which cite something, beside its evidence; one batch of texts."""
        if not claims:
            return []  # a tokenizer takes no empty batch
        texts = [(search_text(c.text), *filter(None, map(search_text, c.evidence))) for c in claims]
        wanted = dict.fromkeys(("", *parts) for t in texts for parts in ((t[0],), t[1:]))
        made = dict(zip(wanted, self._encoder.encode_passages(list(wanted)), strict=True))
        return [self._compared(t[0], t[1:], made["", t[0]], made["", *t[1:]]) for t in texts]

    def _compared(
        self, claim: str, evidence: Sequence[str], said: Embedded, cited: Embedded
    ) -> Compared:
        ours = read_facts(claim, detect_language(claim))
        theirs = read_facts(" ".join(evidence), detect_language(" ".join(evidence)))
        exact = _same_words(ours, theirs)
        found = np.maximum(exact, self._cosines(ours, theirs, said, cited, evidence))
        return Compared(ours, theirs, found, exact)

    def _cosines(
        self, ours: Facts, theirs: Facts, said: Embedded, cited: Embedded, evidence: Sequence[str]
    ) -> Vectors:
        """Cosines of words; 0 for a model without word vectors."""
        if self._space is None or not len(said.words) or not len(cited.words):
            return np.zeros((len(ours.words), len(theirs.words)), np.float32)
        a = _placed(self._space, said, ours, [0, 0])
        starts = np.cumsum([0, 0, *(len(text) + 1 for text in evidence)])
        return a @ _placed(self._space, cited, theirs, list(starts)).T


def _placed(space: WordSpace, made: Embedded, facts: Facts, starts: Sequence[int]) -> Vectors:
    """Vectors of the content words, by where each starts; zeros for a word beyond the model's
    longest input. ``starts`` tells where each part of what was embedded starts in the text."""
    vectors = space.passage(made.words, facts.language).astype(np.float32) / SCALE
    pairs = zip(made.word_parts, made.spans[:, 0], strict=True)
    rows = {starts[part] + int(start): i for i, (part, start) in enumerate(pairs)}
    placed = np.zeros((len(facts.words), vectors.shape[1]), np.float32)
    for i, word in enumerate(facts.words):
        if word.start in rows:
            placed[i] = vectors[rows[word.start]]
    return placed


def _same_words(ours: Facts, theirs: Facts) -> Vectors:
    """1 where two content words are one: by form, by stem, or as a name in the other language. A word
    that stands in both letter for letter is no other word too: "Verein" is not "Vereinigung"."""
    same = ours.language == theirs.language
    forms = {word.text.lower() for word in ours.words}
    table = np.zeros((len(ours.words), len(theirs.words)), np.float32)
    keys = [set(word_keys(word.text, theirs.language)) for word in theirs.words]
    for i, word in enumerate(ours.words):
        own = set(word_keys(word.text, ours.language))
        for j, other in enumerate(theirs.words):
            form = other.text.lower()
            if form in forms and form != word.text.lower():
                continue
            if own & keys[j] or mentions(word.text, other.text, same=same):
                table[i, j] = 1.0
    return table
