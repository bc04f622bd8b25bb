"""Blocks to passages: the unit that is embedded and found.

A passage never mixes two sections or pages and never cuts a sentence. Short paragraphs of one
section are put together up to ``TARGET`` code points (about 120-200 tokens), long ones are cut
into parts of about equal length; a list keeps the line that introduces it, and a table its header,
as text or, once it has grown too long, as ``lead``. What a reader has set aside is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from index.language import detect_language
from index.readers.extracted import Block, Extracted
from index.searchtext import search_text
from index.sentences import split_sentences
from index.values import Chunk, Language, Sentence

CHUNKER_VERSION = 4
TARGET = 700
LIMIT = 1000
MAX_ITEM = 400
MAX_HEADING_PATH = 3
MAX_SENTENCE = 2000
"""A unit of evidence longer than this is cut at white space: nobody checks a quote of pages."""


@dataclass
class _Open:
    """The passage being put together."""

    heading: tuple[str, ...]
    page: int | None
    lead: str = ""
    alone: bool = False
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def length(self) -> int:
        return self.sentences[-1].end - self.sentences[0].start if self.sentences else 0

    @property
    def has_body(self) -> bool:
        return any(s.kind != "heading" for s in self.sentences)


def chunk(extracted: Extracted, language: Language) -> list[Chunk]:
    """Cut a document into passages, in order; every block lies in exactly one.

    ``language`` is the document's; a block long enough to tell is split by its own language.
    """
    text = extracted.text
    chunks: list[Chunk] = []
    path: list[tuple[int, str]] = []
    current = _Open((), None)
    lead = ""
    for block in extracted.blocks:
        if block.aside:
            continue
        if block.kind == "heading":
            if current.has_body:
                chunks += _close(current)
                current = _Open((), block.page)
            title = heading_text(text, block)
            path = [h for h in path if h[0] < block.level] + [(block.level, title)]
            current.heading = tuple(h[1] for h in path)[-MAX_HEADING_PATH:]
            current.page = block.page
            current.sentences.append(Sentence(block.start, block.end, "heading"))
            continue
        listed = block.kind in ("item", "row", "line")
        for part in _parts(_sentences(text, block, language)):
            size = part[-1].end - part[0].start
            if _is_full(current, size, block, listed=listed):
                chunks += _close(current)
                current = _Open(current.heading, block.page, lead if listed else "")
            current.lead = block.lead or current.lead
            current.alone = block.alone
            current.page = current.page if current.sentences else block.page
            current.sentences += part
        if text[block.start : block.end].rstrip("*_").endswith(":"):
            lead = text[block.start : block.end]
        elif not listed:
            lead = ""
    return chunks + list(_close(current))


def _is_full(current: _Open, size: int, block: Block, *, listed: bool) -> bool:
    if not current.has_body:
        return False
    if block.page != current.page or block.alone or current.alone:
        return True
    limit = LIMIT if listed else TARGET
    return current.length + size > limit and not (current.length < 200 and size < LIMIT)


def heading_text(text: str, block: Block) -> str:
    """A heading on one line, without marks and the hyphens of broken words."""
    title = text[block.start : block.end].replace("\u00ad", "").strip("#*_ \t")
    return " ".join(title.split())


def _sentences(text: str, block: Block, language: Language) -> list[Sentence]:
    """Units of evidence of one block: sentences of prose and long items, else the block."""
    piece = text[block.start : block.end]
    if block.kind in ("row", "line", "heading") or (block.kind == "item" and len(piece) < MAX_ITEM):
        return list(_bounded(text, block.start, block.end, block))
    own = detect_language(piece, default=language) if len(piece) > 200 else language
    spans = split_sentences(piece.replace("\n", " ").replace("\f", " "), own)
    return [
        sentence
        for start, end in spans
        for sentence in _bounded(text, block.start + start, block.start + end, block)
    ]


def _bounded(text: str, start: int, end: int, block: Block) -> Iterator[Sentence]:
    """Cut a monstrous unit at white space, or hard where there is none."""
    while end - start > MAX_SENTENCE:
        cut = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = cut if cut > 0 else start + MAX_SENTENCE
        yield Sentence(start, cut, block.kind)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield Sentence(start, end, block.kind)


def _parts(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Cut a long block into runs of sentences of about equal length, each up to ``LIMIT``."""
    if not sentences:
        return
    total = sentences[-1].end - sentences[0].start
    if total <= LIMIT:
        yield list(sentences)
        return
    share = total / -(-total // TARGET)
    part: list[Sentence] = []
    for sentence in sentences:
        if part and sentence.end - part[0].start > share * 1.15:
            yield part
            part = []
        part.append(sentence)
    yield part


def _close(current: _Open) -> Iterable[Chunk]:
    if not current.sentences:
        return []
    start, end = current.sentences[0].start, current.sentences[-1].end
    return [
        Chunk(start, end, current.heading, current.lead, current.page, tuple(current.sentences))
    ]


def passage_parts(text: str, chunk: Chunk, title: str) -> tuple[str, ...]:
    """What is embedded: title, heading path and lead as one part, then every sentence."""
    head = [title, *chunk.heading[:-1]] if _opens_with_heading(chunk) else [title, *chunk.heading]
    body = search_text(text[chunk.start : chunk.end])
    lead = search_text(chunk.lead)
    above = [" – ".join(dict.fromkeys(h for h in head if h)), "" if lead in body else lead]
    sentences = (search_text(text[s.start : s.end]) for s in chunk.sentences)
    return (search_text(" ".join(part for part in above if part)), *sentences)


def _opens_with_heading(chunk: Chunk) -> bool:
    return chunk.sentences[0].kind == "heading"
