"""Files of others, read and checked; a fault is one line with file and place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.importers.imported import ImportedFileError
from index.language import detect_language, unsupported_language
from index.values import Language

_SAMPLES = 40
_SHOWN = 60


class Shape(BaseModel):
    """A JSON object of which only the named fields matter; numbers are taken as ids."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


S = TypeVar("S", bound=Shape)


def read_text(path: Path) -> str:
    """The file as UTF-8 text, without a byte order mark.

    Raises:
        ImportedFileError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImportedFileError(f"{path}: not UTF-8. Save it as UTF-8, then import it.") from None
    except OSError as error:
        raise ImportedFileError(
            f"{path}: {error.strerror or error}. Name the file to import."
        ) from None


def read_json(path: Path, shape: type[S], wanted: str) -> S:
    """Read a file that is one JSON value; ``wanted`` says what it should have been.

    Raises:
        ImportedFileError: broken JSON, or not of this shape.
    """
    return _shaped(_parsed(read_text(path), str(path), wanted), shape, str(path), wanted)


def read_jsonl(path: Path, shape: type[S], wanted: str) -> Iterator[tuple[int, S]]:
    """Read JSON Lines; yields the number of the line with each value.

    Raises:
        ImportedFileError: as ``read_json``.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield number, _shaped(_parsed(line, where, wanted), shape, where, wanted)


def _parsed(text: str, where: str, wanted: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply or a number too long"
        if isinstance(error, json.JSONDecodeError):
            reason = f"{error.msg}, line {error.lineno}, column {error.colno}"
        raise ImportedFileError(f"{where}: broken JSON ({reason}); wanted {wanted}.") from None


def _shaped(value: Any, shape: type[S], where: str, wanted: str) -> S:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = place_of(first["loc"])
        found = "" if first["type"] == "missing" else f", found {shown(first['input'])}"
        raise ImportedFileError(
            f"{where}{': ' if place else ''}{place}: {first['msg'].lower()}{found};"
            f" wanted {wanted}."
        ) from None


def place_of(steps: Sequence[int | str]) -> str:
    """A place within JSON, such as ``data[3].paragraphs[0]``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.lstrip(".")


def shown(value: Any) -> str:
    """A value for a one-line message, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def language_of(texts: Sequence[str], where: str) -> Language:
    """The language of a file, by a sample of its texts.

    Raises:
        ImportedFileError: they are in a third language.
    """
    sample = " ".join(texts[:: max(1, len(texts) // _SAMPLES)])
    foreign = unsupported_language(sample)
    if foreign:
        raise ImportedFileError(
            f"{where}: in language {foreign!r}; belegt reads German (de) and English (en)."
        )
    return detect_language(sample)
