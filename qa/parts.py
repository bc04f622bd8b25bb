"""Questions that ask for two things: "When was it founded, and who leads it?".

Each part is searched and decided on by itself, so that one can be answered where the other cannot.
A part that leans on the first ("who leads *it*") is given the words that the first is about.
"""

from __future__ import annotations

import re

from index.wordforms import content_words

MOST = 3
SHORTEST = 3
"""A part of fewer words shares its verb with another ("which aims and which partners has …")."""

_ASKS = (
    r"(?:wann|wer|wem|wen|wo|woher|wohin|wie|was|welche[rsnm]?|warum|wieso|weshalb|wozu|wofür|womit"
    r"|(?:in|an|auf|aus|bis|für|mit|seit|von|zu) (?:wann|wem|wen|welche[rsnm]?)"
    r"|when|who|whom|whose|where|what|which|why|how"
    r"|(?:in|at|by|for|from|on|to|with|since) (?:whom|what|which))\b"
)
_JOINT = re.compile(
    rf"(?:\?\s+(?:und |and )?|,?\s+(?:und|and|sowie|as well as)\s+(?:auch\s+|also\s+)?)(?={_ASKS})",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"\b(?:er|sie|es|ihn|ihm|ihr|ihre[rnms]?|sein|seine[rnms]?|dort|da|dabei|dafür|davon|it|its|he|she"
    r"|they|them|their|there|this|that|diese[rnms]?|sonst|else)\b",
    re.IGNORECASE,
)


def split_question(text: str) -> list[str]:
    """The parts of a question, each to be searched alone; the whole question if it has but one."""
    starts = [0, *(m.end() for m in _JOINT.finditer(text))]
    ends = [*(m.start() for m in _JOINT.finditer(text)), len(text)]
    parts = [text[a:b].strip(" ,?") for a, b in zip(starts, ends, strict=True)]
    whole = all(re.match(_ASKS, p, re.IGNORECASE) and len(p.split()) >= SHORTEST for p in parts)
    if not 2 <= len(parts) <= MOST or not whole:
        return [text]
    return [f"{part}?" for part in parts]


def completed(parts: list[str]) -> list[str]:
    """The parts as they are searched: those that lean on the first carry its content words."""
    about = content_words(re.sub(_ASKS, "", parts[0], count=1, flags=re.IGNORECASE))
    return parts[:1] + [_complete(part, about) for part in parts[1:]]


def _complete(part: str, about: list[str]) -> str:
    own = content_words(part)
    if len(own) > 2 and not _LEANS.search(part):
        return part
    missing = [word for word in about if word not in own]
    return f"{part} ({' '.join(missing)})" if missing else part
