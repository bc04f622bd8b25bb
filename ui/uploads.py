"""Files that come by upload, put into the library folder: nothing there is ever overwritten.

Names come from other people's browsers: only their last part is used, without what cannot be seen
or has a meaning to a file system.
"""

from __future__ import annotations

import os
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexError_

_MEANINGFUL = '<>:"/\\|?*'
_LONGEST = 150
_LONGEST_ENDING = 20
_UNNAMED = "upload"
_MOST_ALIKE = 1000
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """An uploaded file: how it was called, how it is called now, whether it was there already."""

    asked: str
    name: str
    is_new: bool


def keep(library: Path, name: str, data: bytes) -> Kept:
    """Put a file into the library, whole or not at all; under another name if its own is taken.

    Raises:
        IndexError_: the folder cannot be written.
    """
    stem, ending = os.path.splitext(safe_name(name))
    try:
        library.mkdir(parents=True, exist_ok=True)
        with _ONE_AT_A_TIME:
            for number in range(1, _MOST_ALIKE):
                place = library / (f"{stem} ({number}){ending}" if number > 1 else stem + ending)
                if not os.path.lexists(place):
                    _put(place, data)
                    return Kept(name, place.name, is_new=True)
                if place.is_file() and place.read_bytes() == data:
                    return Kept(name, place.name, is_new=False)
    except OSError as error:
        raise IndexError_(
            f"{library}: {error.strerror or error}. Make room or rights, or set another `library`."
        ) from None
    raise IndexError_(f"{library}: too many files named like {stem + ending}. Rename yours.")


def safe_name(name: str) -> str:
    """The last part of a name, as a file may be called everywhere and shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = (c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    clean = "".join("_" if c in _MEANINGFUL else c for c in kept)
    stem, ending = os.path.splitext(" ".join(clean.split()).strip(" ."))
    ending = ending[:_LONGEST_ENDING]
    stem = stem.encode()[: _LONGEST - len(ending.encode())].decode(errors="ignore")
    return (stem.rstrip(" .") or _UNNAMED) + ending


def _put(place: Path, data: bytes) -> None:
    """Write beside, under a hidden name that no sync takes, then name it; both on one disk."""
    beside = place.with_name(f".upload-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(place)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
