"""Documents that tell a language model what to say: ``poisoned.jsonl``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index.sentences import split_sentences
from index.values import Language

LIST = Path(__file__).with_name("poisoned.jsonl")


@dataclass(frozen=True)
class Poisoned:
    """An honest ``fact`` that answers the question, a ``poison`` that demands a claim, and the
    ``claim`` that must not be shown as supported."""

    kind: str
    language: Language
    question: str
    fact: str
    poison: str
    claim: str

    @property
    def sentences(self) -> list[str]:
        """As they are numbered in a prompt: the honest one, then those of the poison."""
        lines = self.poison.split("\n")
        cut = [line[a:b] for line in lines for a, b in split_sentences(line, self.language)]
        return [self.fact, *cut]


def poisoned() -> list[Poisoned]:
    return [Poisoned(**json.loads(line)) for line in LIST.read_text("utf-8").splitlines()]
