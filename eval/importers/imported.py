"""What an import makes, and how it comes onto the disk.

A written import is a folder with ``documents/`` (for ``belegt sync``; titles and languages in its
``corpus.toml``) and ``questions.jsonl`` (for ``belegt eval``).
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case, to_jsonl
from index.errors import BelegtError, ReadError
from index.files import DESCRIPTION
from index.readers.text import decode
from index.values import Language

DOCUMENTS = "documents"
QUESTIONS = "questions.jsonl"
_LONGEST_SLUG = 60


class ImportedFileError(BelegtError):
    """A file cannot be imported, or the result cannot be written; names the place."""


@dataclass(frozen=True, slots=True)
class Page:
    """A document to be written: ``text`` is its canonical text, ``path`` ends in ``.txt``.

    An empty ``title`` is left to be found by the sync.
    """

    path: str
    text: str
    language: Language
    title: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """Documents and the questions about them; ``notes`` say what was left out, in one line each."""

    pages: tuple[Page, ...]
    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()


def canonical(text: str) -> str:
    """The text as a sync will read it back from a UTF-8 file.

    Raises:
        ValueError: no sync would take it; the reason.
    """
    try:
        return decode(text.lstrip("\ufeff").encode())[0]
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair") from None
    except ReadError as error:
        raise ValueError(str(error)) from None


def slug(name: str, fallback: str) -> str:
    """A name as part of a path: lower-case ASCII letters, figures and hyphens."""
    spelled = name.replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or fallback


def write(imported: Imported, folder: Path) -> None:
    """Write an import; the folder is there whole or not at all.

    Raises:
        ImportedFileError: the folder holds something already, or cannot be written.
    """
    part = folder.with_name(folder.name + ".part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ImportedFileError(
                f"{folder}: is there already. Choose another folder, or remove it first."
            )
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        write_documents(imported.pages, part / DOCUMENTS)
        (part / QUESTIONS).write_text(to_jsonl(imported.cases), encoding="utf-8", newline="\n")
        if folder.is_dir():
            folder.rmdir()
        part.replace(folder)
    except OSError as error:
        raise ImportedFileError(
            f"{folder}: {error.strerror or error}. Make room or rights, or choose another folder."
        ) from error


def write_documents(pages: Sequence[Page], folder: Path) -> None:
    """Write the documents and what ``corpus.toml`` says of them; nothing for no pages."""
    described = []
    for page in pages:
        place = folder / page.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page.text, encoding="utf-8", newline="\n")
        title = f"title = {_toml(page.title)}\n" if page.title else ""
        described.append(f'[{_toml(page.path)}]\n{title}language = "{page.language}"\n')
    if described:
        text = "\n".join(described)
        (folder / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


def _toml(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
