"""CSV and TSV: the text as written, so that offsets are those of the file; a row is a passage."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from index.readers.extracted import Block, Extracted
from index.readers.office import is_header
from index.readers.text import decode, searched

_DELIMITERS = ";,\t|"
_SAMPLE = 20


def read(data: bytes) -> Extracted:
    """Decode and find the records; the first heads the others where it names columns.

    Raises:
        ReadError: empty, binary, or in an encoding that cannot be told.
    """
    text, notes = decode(data)
    delimiter = _delimiter(text)
    spans = list(_records(text))
    head = _cells(text[slice(*spans[0])], delimiter)
    lead = ", ".join(filter(None, head)) if is_header(head) else ""
    blocks = tuple(
        Block(start, end, "row", lead=lead if at else "", alone=at > 0 or not lead)
        for at, (start, end) in enumerate(spans)
    )
    return Extracted(text, blocks, format="csv", notes=notes, visible=searched(text, blocks))


def _delimiter(text: str) -> str:
    """The mark that parts the first lines into most cells, the same number in each."""
    lines = [line for line in text[:20_000].split("\n")[:_SAMPLE] if line.strip()]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def fit(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in bare]
        common = max(set(counts), key=counts.count)
        return (counts.count(common) if common else 0, common)

    return max(_DELIMITERS, key=fit)


def _records(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the records: lines, except within quotation marks."""
    start, quoted = 0, False
    for match in re.finditer(r'["\n]|\Z', text):
        if match.group() == '"':
            quoted = not quoted
            continue
        if quoted and match.group() == "\n":
            continue
        piece = text[start : match.start()]
        if piece.strip():
            left = start + len(piece) - len(piece.lstrip())
            yield left, start + len(piece.rstrip())
        start = match.end()


def _cells(record: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([record], delimiter=delimiter))
    except csv.Error:
        return [record]
    return [" ".join(cell.split()) for cell in rows[0]] if rows else []
