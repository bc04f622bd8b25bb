"""A small space in which the words of a question and of a passage are compared one by one.

The states of a model's last layer are centred per language and role, then projected; questions and
passages have a projection each, learned so that words that answer each other are near, in one
language or across (late interaction: Khattab & Zaharia 2020, arXiv 2004.12832). The numbers are in
``models/words.safetensors``, fitted by ``python -m eval.fit`` for one model; others have none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load

from index.embedding import Encoder
from index.values import Language, Vectors

SCALE = 127.0
"""Words of passages are kept as whole numbers: a component of 1 is this."""


@dataclass(frozen=True)
class WordSpace:
    """``identity`` tells one fit from another; ``arrays`` are those of the file."""

    identity: str
    arrays: dict[str, Vectors]

    def passage(self, states: Vectors, language: Language) -> npt.NDArray[np.int8]:
        """Words of a passage, from shape ``(m, model dim)`` to unit vectors ``(m, dim)``."""
        placed = _unit((states - self.arrays[f"passage.{language}"]) @ self.arrays["passage"])
        kept: npt.NDArray[np.int8] = np.rint(placed * SCALE).astype(np.int8)
        return kept

    def question(self, states: Vectors, language: Language) -> Vectors:
        """Words of a question, from shape ``(m, model dim)`` to unit vectors ``(m, dim)``."""
        return _unit((states - self.arrays[f"question.{language}"]) @ self.arrays["question"])

    def weights(self, states: Vectors, language: Language, rarity: Vectors) -> Vectors:
        """How much each word of a question counts, shape ``(m,)``, in all 1; ``rarity`` is the idf
        of content words, 0 for the others."""
        centred = states - self.arrays[f"question.{language}"]
        slope, offset = self.arrays["rarity"]
        weights = np.logaddexp(0.0, centred @ self.arrays["weight"] + slope * rarity + offset)
        result: Vectors = (weights / weights.sum()).astype(np.float32)
        return result


@cache
def load_word_space(model: str) -> WordSpace | None:
    """The space of a model, by the encoder's identity; None if none was fitted for it."""
    folder = files("index").joinpath("models")
    raw = folder.joinpath("words.safetensors").read_bytes()
    arrays = {name: array.astype(np.float32) for name, array in load(raw).items()}
    if bytes(arrays.pop("model").astype(np.uint8)).decode() != model:
        return None
    return WordSpace(hashlib.sha256(raw).hexdigest()[:12], arrays)


def model_identity(encoder: Encoder) -> str:
    """What decides the vectors of an index: the model, and the space of its words."""
    space = load_word_space(encoder.identity)
    return f"{encoder.identity}:{space.identity}" if space else encoder.identity


def _unit(vectors: npt.NDArray[np.floating]) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return unit
