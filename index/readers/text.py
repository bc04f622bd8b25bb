"""Plain text: UTF-8 and UTF-16 as marked, otherwise a stated guess among the old German encodings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

from index.errors import ReadError
from index.readers.blocks import parse_blocks
from index.readers.extracted import Block, Extracted, Page, solid
from index.values import Note

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSES = ["cp1252", "iso8859_15", "mac_roman", "cp850"]
_CONTROL = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\v\x1b")


def read(data: bytes) -> Extracted:
    """Decode and find the blocks; see ``parse_blocks`` for what counts as heading, item, row."""
    text, notes = decode(data)
    blocks = parse_blocks(text, markdown=False)
    return Extracted(text, blocks, pages=pages(text), notes=notes, visible=searched(text, blocks))


def searched(text: str, blocks: Sequence[Block]) -> int:
    """Characters in blocks: in plain text all that is to be seen, rules aside."""
    return sum(solid(text[block.start : block.end]) for block in blocks)


def pages(text: str) -> tuple[Page, ...]:
    """Pages as form feeds part them; none without."""
    starts = [0, *(match.end() for match in re.finditer("\f", text))]
    found = tuple(Page(number, start) for number, start in enumerate(starts, 1))
    return found if len(found) > 1 else ()


def decode(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """Return the canonical text and remarks on the encoding; line ends become ``\\n``.

    Raises:
        ReadError: empty, binary, or in an encoding that cannot be told.
    """
    if not data.strip(b"\x00 \t\r\n\f"):
        raise ReadError("the file is empty", "empty")
    text, notes = _decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    controls = sum(text.count(c) for c in _CONTROL)
    if "\x00" in text:
        raise ReadError(f"{text.count(chr(0))} NUL bytes: binary, not text", "binary")
    if controls > len(text) // 100:
        raise ReadError(f"{controls} control characters in {len(text)}: binary, not text", "binary")
    if not text.strip():
        raise ReadError("the file holds white space only", "empty")
    return text, notes


def _guessed(encoding: str) -> tuple[Note, ...]:
    return (Note(f"encoding taken for {encoding}", "encoding_guessed", {"encoding": encoding}),)


def _decode(data: bytes) -> tuple[str, tuple[Note, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), ()
            except UnicodeDecodeError as error:
                raise ReadError(
                    f"marked as {encoding} but damaged: {error.reason}",
                    "damaged",
                    format=encoding,
                    detail=error.reason,
                ) from None
    wide = _unmarked_utf16(data)
    if wide:
        return data.decode(wide, errors="replace"), _guessed(wide)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        raise ReadError("NUL bytes and no UTF-8: binary, not text", "binary")
    best = from_bytes(data[:200_000], cp_isolation=_GUESSES).best()
    if best is None:
        raise ReadError("the encoding cannot be told; save the file as UTF-8", "encoding")
    return data.decode(best.encoding, errors="replace"), _guessed(best.encoding)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows as NULs on one side of most pairs."""
    sample = data[:4000]
    if len(data) % 2 or len(sample) < 4:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.05 * half else None
