"""Markdown: the text as written, marks included, so that offsets are those of the file."""

from __future__ import annotations

from index.readers.blocks import parse_blocks
from index.readers.extracted import Extracted
from index.readers.text import decode, pages, searched


def read(data: bytes) -> Extracted:
    """Decode; headings, items and table rows come from the marks, the title from a first ``#``."""
    text, notes = decode(data)
    blocks = parse_blocks(text, markdown=True)
    first = next((b for b in blocks if b.kind == "heading" and b.level == 1), None)
    title = text[first.start : first.end].strip("# \t") if first else ""
    return Extracted(
        text,
        blocks,
        title=title,
        format="markdown",
        pages=pages(text),
        notes=notes,
        visible=searched(text, blocks),
    )
