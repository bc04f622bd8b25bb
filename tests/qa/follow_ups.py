"""How many follow-ups of ``follow_ups.toml`` are understood: ``python -m tests.qa.follow_ups``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from qa.conversation import understand
from qa.values import Exchange

TALKS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def understood(last: str, ask: str) -> str:
    return understand(ask, [Exchange(last, "")])


def is_right(last: str, ask: str, holds: str) -> bool:
    """Whether what is understood holds every word of ``holds``, and none after a minus."""
    text = understood(last, ask).casefold()
    words = holds.casefold().split()
    return all((word[1:] not in text) if word[0] == "-" else (word in text) for word in words)


def rightly(part: str) -> list[bool]:
    """Of follow-ups: whether each is completed rightly."""
    return [is_right(*talk) for talk in TALKS[part]["leaning"]]


def untouched(part: str) -> list[bool]:
    """Of questions that stand by themselves: whether each stays as it was asked."""
    return [understood(last, ask) == ask for last, ask in TALKS[part]["alone"]]


if __name__ == "__main__":
    for part in TALKS:
        for name, found in (("understood", rightly(part)), ("untouched", untouched(part))):
            print(f"{part} {name}: {sum(found)} of {len(found)} ({sum(found) / len(found):.1%})")
