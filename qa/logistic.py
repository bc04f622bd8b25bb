"""A logistic model over named features, as a readable file: coefficients with their provenance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from index.values import Vectors


@dataclass(frozen=True)
class Logistic:
    """``probability = sigmoid(weights . (x - mean) / scale + intercept)``, features in order."""

    features: tuple[str, ...]
    mean: Vectors
    scale: Vectors
    weights: Vectors
    intercept: float

    def logits(self, rows: Vectors) -> Vectors:
        """Log-odds, shape ``(n,)``, of rows of shape ``(n, len(features))``; a value that is not known
        (NaN) counts as the mean."""
        if rows.shape[1] != len(self.features):
            raise ValueError(f"{rows.shape[1]} features, this model takes {len(self.features)}")
        return np.asarray(self.contributions(rows).sum(axis=1) + self.intercept, np.float32)

    def contributions(self, rows: Vectors) -> Vectors:
        """What each feature adds to the log-odds, shape as given."""
        scaled = np.nan_to_num((rows - self.mean) / self.scale, nan=0.0)
        added: Vectors = (scaled * self.weights).astype(np.float32)
        return added

    def probabilities(self, rows: Vectors) -> Vectors:
        """Probabilities, shape ``(n,)``."""
        return sigmoid(self.logits(rows))


def sigmoid(x: Vectors) -> Vectors:
    """The logistic function, without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))), np.float32)


def load_logistic(name: str, features: tuple[str, ...]) -> Logistic:
    """Read ``qa/models/NAME.json``; the features it was fitted on must be those of the code.

    Raises:
        ValueError: the file was fitted on other features; ``python -m eval.fit`` refits it.
    """
    data = json.loads(files("qa").joinpath(f"models/{name}.json").read_text(encoding="utf-8"))
    if tuple(data["features"]) != features:
        raise ValueError(
            f"models/{name}.json was fitted on other features; run `python -m eval.fit`"
        )
    return Logistic(
        features,
        np.array(data["mean"], np.float32),
        np.array(data["scale"], np.float32),
        np.array(data["weights"], np.float32),
        float(data["intercept"]),
    )


def load_threshold(name: str) -> float:
    """The probability from which ``qa/models/NAME.json`` says yes."""
    data = json.loads(files("qa").joinpath(f"models/{name}.json").read_text(encoding="utf-8"))
    return float(data["threshold"])
