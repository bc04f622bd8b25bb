"""The question sets that the page offers: those that ship, those kept beside the index, the user's own.

Kept sets are plain files in ``INDEX/sets``, which a person can open, change and copy; uploads land
there under their own name. ``own.jsonl`` is the set of the user's own, and no upload takes its place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from eval.cases import CaseError
from eval.checking import Check, check

FOLDER = "sets"
OWN = "own.jsonl"
ENDINGS = ("csv", "jsonl")

_EVERYTHING_ELSE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set by its file; ``kind`` is where it comes from."""

    name: str
    path: Path
    kind: Literal["own", "kept", "shipped"]


def available(index: Path) -> list[QuestionSet]:
    """The user's own set, then those kept beside the index, then those that ship."""
    kept = [
        QuestionSet(path.name, path, "own" if path.name == OWN else "kept")
        for path in _files(index / FOLDER)
    ]
    shipped = [QuestionSet(path.name, path, "shipped") for path in _files(_shipped())]
    return sorted(kept, key=lambda one: one.kind != "own") + shipped


def _files(folder: Path) -> list[Path]:
    endings = tuple(f".{ending}" for ending in ENDINGS)
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in endings)


def _shipped() -> Path:
    return Path(str(resources.files("eval"))) / "sets"


def keep(index: Path, name: str, data: bytes, texts: Mapping[str, str]) -> tuple[Path, Check]:
    """Check an uploaded set and keep it beside the index if it has no fault.

    The same bytes are kept once; another set of the same name gets a number. Returns where it
    lies, or where it would, with what was found.

    Raises:
        CaseError: it cannot be written or read at all.
    """
    target = _place(index / FOLDER, _safe(name), data)
    temporary = target.with_name(f".upload-{os.getpid()}") / target.name
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        found = check([temporary], texts)
        if not found.faults:
            temporary.replace(target)
    except OSError as error:
        raise CaseError(
            f"{target}: {error.strerror or error}. Make room or rights for the folder of the index."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
        if temporary.parent.is_dir():
            temporary.parent.rmdir()
    return target, _named(found, temporary, name)


def _named(found: Check, temporary: Path, name: str) -> Check:
    """Faults that name the file as the user does."""
    faults = tuple(fault.replace(str(temporary), name) for fault in found.faults)
    return Check(
        found.cases,
        found.answerable,
        found.languages,
        found.tags,
        found.conversations,
        faults,
        found.notes,
    )


def _safe(name: str) -> str:
    """A file name of plain characters that cannot leave the folder or take the place of ``own``."""
    path = Path(name.replace("\\", "/"))
    stem = _EVERYTHING_ELSE.sub("-", path.stem).strip(".-")[:80] or "set"
    ending = path.suffix.lower().lstrip(".")
    safe = f"{stem}.{ending if ending in ENDINGS else 'jsonl'}"
    return f"uploaded-{safe}" if safe.lower() == OWN else safe


def _place(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    number = 1
    while path.is_file() and path.read_bytes() != data:
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path
