"""What a language model is told, from the files in ``prompts/``, one per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from index.values import Language
from qa.endpoint import Manner, Message
from qa.sources import estimate_tokens, inert
from qa.values import Exchange

TURNS = 3
"""Earlier turns that are told when a question is rewritten …"""

_TURN_CHARS = 300  # … and how much of each
_PER_MESSAGE = 16  # tokens that a chat template may add to each message


def answer_messages(
    question: str, sentences: str, language: Language, manner: Manner
) -> list[Message]:
    """Asks for statements over ``sentences`` (``sources.block``)."""
    prompts = _prompts(language)
    form = prompts["json" if manner == "schema" else "plain"].strip()
    asked = _filled(prompts["question"], sentences=sentences, question=inert(question), form=form)
    return [{"role": "system", "content": prompts["system"].strip()}, asked]


def rewrite_messages(
    question: str, history: Sequence[Exchange], language: Language
) -> list[Message]:
    """Asks for the last question as it would be put without the turns before it."""
    prompts = _prompts(language)
    turns = [
        f"– {inert(turn.understood or turn.question)[:_TURN_CHARS]}\n  {inert(turn.answer)[:_TURN_CHARS]}"
        for turn in history[-TURNS:]
    ]
    asked = _filled(prompts["turns"], turns="\n".join(turns), question=inert(question))
    return [{"role": "system", "content": prompts["rewrite"].strip()}, asked]


def message_tokens(messages: Sequence[Message]) -> int:
    """No fewer tokens than the messages take, with what a chat template adds."""
    return sum(estimate_tokens(m["content"]) + _PER_MESSAGE for m in messages)


def answer_schema(count: int) -> Mapping[str, Any]:
    """The JSON schema of an answer over sentences 1 to ``count``; sources first, so that a model
    chooses its evidence before it words the statement."""
    numbers = {"type": "integer", "enum": list(range(1, count + 1))}
    statement = {
        "type": "object",
        "properties": {
            "sources": {"type": "array", "items": numbers},
            "text": {"type": "string"},
        },
        "required": ["sources", "text"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"statements": {"type": "array", "items": statement}},
        "required": ["statements"],
        "additionalProperties": False,
    }


def _filled(template: str, **values: str) -> Message:
    return {"role": "user", "content": Template(template).substitute(values).strip()}


@cache
def _prompts(language: Language) -> dict[str, str]:
    raw = files("qa").joinpath(f"prompts/{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw)
