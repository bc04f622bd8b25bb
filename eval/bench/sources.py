"""The outside data: where they lie, where they can be had, and what each is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "BELEGT_DATA"
DEFAULT = Path("../shared/data")

XQUAD_DE = "xquad/xquad.de.json"
XQUAD_EN = "xquad/xquad.en.json"
NEAR_MISSES = "xquad/unanswerable.en.jsonl"
NOMIRACL = ("nomiracl/nomiracl.de.jsonl", "nomiracl/nomiracl.en.jsonl")


@dataclass(frozen=True, slots=True)
class Source:
    """A set of files, what is measured on them, their licence and who gives them away."""

    files: tuple[str, ...]
    what: str
    licence: str
    origin: str


SOURCES = (
    Source(
        (XQUAD_DE, XQUAD_EN),
        "XQuAD: the same questions and paragraphs in German and English",
        "CC BY-SA 4.0",
        "github.com/google-deepmind/xquad",
    ),
    Source(
        (NEAR_MISSES,),
        "the unanswerable questions of SQuAD 2.0 about XQuAD's paragraphs, one"
        " `{id, question_en, context_prefix}` per line",
        "CC BY-SA 4.0",
        "github.com/rajpurkar/SQuAD-explorer",
    ),
    Source(
        NOMIRACL,
        "NoMIRACL: questions with ten passages and a person's word on whether one answers, one"
        " `{id, lang, question, answerable, passages[].{docid, text}}` per line",
        "Apache-2.0, passages CC BY-SA",
        "github.com/project-miracl/nomiracl",
    ),
)


def missing(folder: Path) -> list[str]:
    """The files that are not there."""
    return [name for source in SOURCES for name in source.files if not (folder / name).is_file()]


def present(folder: Path) -> bool:
    """Whether any of the files is there."""
    return any((folder / name).is_file() for source in SOURCES for name in source.files)


def digest(folder: Path) -> str:
    """SHA-256 over all files that are there, in the order above."""
    found = hashlib.sha256()
    for source in SOURCES:
        for name in source.files:
            if (folder / name).is_file():
                found.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return found.hexdigest()
