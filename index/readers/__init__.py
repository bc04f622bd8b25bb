"""From a file's bytes to canonical text and blocks. A new format is one file here and one line below.

A reader is a module with ``SUFFIXES``, the endings it takes, and
``read(data: bytes) -> Extracted``, which raises ``ReadError`` with the reason where it cannot.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol

from index.errors import ReadError
from index.readers import markdown, text
from index.readers.extracted import Extracted


class Reader(Protocol):
    """What a reader module offers."""

    SUFFIXES: tuple[str, ...]

    def read(self, data: bytes) -> Extracted: ...


READERS: tuple[Reader, ...] = (text, markdown)


def suffixes() -> tuple[str, ...]:
    """Endings of all files that a sync takes, lower case, with their dot."""
    return tuple(suffix for reader in READERS for suffix in reader.SUFFIXES)


def read_file(name: str, data: bytes) -> Extracted:
    """Extract the text of a file by the ending of its name.

    Raises:
        ReadError: no reader takes the ending, or the reader refuses the content.
    """
    suffix = PurePath(name).suffix.lower()
    for reader in READERS:
        if suffix in reader.SUFFIXES:
            return reader.read(data)
    raise ReadError(f"no reader for {suffix or 'a name without ending'}; read are {suffixes()}")
