"""The structure of plain text and Markdown: headings, prose, items, table rows, fact lines.

Three passes, each linear: lines, groups of lines that belong together, blocks. The rules are those
a reader of a page applies without thinking: a short line alone above a paragraph is its heading; a
run of short lines is a cover page, an address or a byline; a paragraph that breaks off without a
stop goes on after the page break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.readers.extracted import Block
from index.values import SentenceKind

_LINE = re.compile(r"[^\n\f]+|[\n\f]")
_ITEM = re.compile(r"(?:[-*+•▪▶►◦‣●■–]\s+)+|(?:\(?\d{1,2}[.)]|\(?[a-z]\))\s+(?=\S)")
_MD_HEADING = re.compile(r"(#{1,6})\s+\S")
_RULE_MARKS = frozenset("-*_= \t")
_TABLE_MARKS = frozenset("-:| \t")
_NUMBERED = re.compile(r"\d+(?:\.\d+)+\.?\s+\S|\d+\s+[A-ZÄÖÜ]")
_STOPPED = re.compile(r"[.!?…:;][\"'»«“”’)\]*_]*$")
_LABEL = re.compile(r"[^.!?]{1,60}:$")
_MONTH = (
    "jan(?:uar|uary)?|feb(?:ruar|ruary)?|märz|march|april?|mai|may|jun[ie]?|june|jul[iy]?|aug(?:ust)?"
    "|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_FACT = re.compile(
    rf"(?:[\d\s.,/:+()-]|\b(?:{_MONTH})\b)+$|(?:©|Quelle|Source|Foto|Photo|Tel|E-Mail|www\.|http)|.*@",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(
    r"\b(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|und|oder|in|im|mit|von|für|zu|zur|zum"
    r"|möglichst|the|a|an|of|and|or|to|for|with|in|on|by)$"
)
_GOES_ON = re.compile(r"[a-zäöüß(]")

MAX_HEADING = 160
MAX_FACT_LINE = 90


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    page: int | None


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring lines with one function; ``short`` is a line alone that may be a heading."""

    kind: str
    lines: tuple[_Line, ...]
    level: int = 0

    @property
    def text(self) -> str:
        return self.lines[-1].text

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.lines[-1].end


def parse_blocks(text: str, *, markdown: bool) -> tuple[Block, ...]:
    """Return the blocks of ``text`` in order; every character that is not white space or a rule
    lies in exactly one."""
    groups = _name_short_lines(list(_groups(text, markdown=markdown)))
    return tuple(block for group in _join_broken(groups) for block in _blocks(group))


def _lines(text: str) -> Iterator[_Line | None]:
    """Stripped lines; ``None`` for a blank one or a page break."""
    page = 1 if "\f" in text else None
    fresh = True
    for match in _LINE.finditer(text):
        piece = match.group()
        if piece in "\n\f":
            if fresh:
                yield None
            if piece == "\f":
                page = (page or 1) + 1
            fresh = True
            continue
        stripped = piece.strip()
        if not stripped:
            continue
        start = match.start() + len(piece) - len(piece.lstrip())
        yield _Line(start, start + len(stripped), stripped, page)
        fresh = False


def _groups(text: str, *, markdown: bool) -> Iterator[_Group]:
    pending: list[_Line] = []
    kind = "prose"
    fenced = False
    for line in _lines(text):
        mark = _mark(line, markdown=markdown) if line and not fenced else "blank"
        if markdown and line and line.text.startswith(("```", "~~~")):
            fenced, mark = not fenced, "rule"
        elif fenced and line:
            mark = "row"
        if mark != "more" and pending:
            yield _close(kind, pending)
            pending, kind = [], "prose"
        if line is None or mark in ("blank", "rule"):
            continue
        if mark in ("heading", "row"):
            level = len(line.text) - len(line.text.lstrip("#")) if mark == "heading" else 0
            yield _Group(mark, (line,), level)
        else:
            kind = "item" if mark == "item" else kind
            pending.append(line)
    if pending:
        yield _close(kind, pending)


def _mark(line: _Line | None, *, markdown: bool) -> str:
    if line is None:
        return "blank"
    text = line.text
    if markdown and _MD_HEADING.match(text):
        return "heading"
    if _is_rule(text):
        return "rule"
    if "\t" in text or (text.startswith("|") and text.count("|") > 1):
        return "row"
    if _ITEM.match(text) and not _NUMBERED.match(text):
        return "item"
    return "more"


def _is_rule(text: str) -> bool:
    """A line of dashes and the like, or the line under a table's head."""
    marks = set(text)
    drawn = sum(text.count(mark) for mark in "-*_=")
    return drawn >= 3 and (marks <= _RULE_MARKS or marks <= _TABLE_MARKS)


def _close(kind: str, lines: list[_Line]) -> _Group:
    """Name a finished group: an item, running prose, fact lines, or a short line alone."""
    if kind == "item":
        return _Group("item", tuple(lines))
    if len(lines) == 1:
        text = lines[0].text
        loose = len(text) <= MAX_HEADING and not _STOPPED.search(text) and not text.endswith(",")
        return _Group("short" if loose or _LABEL.match(text) else "prose", tuple(lines))
    longest = max(len(line.text) for line in lines)
    mean = sum(len(line.text) for line in lines) / len(lines)
    unstopped = not any(re.search(r"[.!?]$", line.text) for line in lines)
    facts = unstopped and longest <= MAX_FACT_LINE and mean <= 60
    return _Group("line" if facts else "prose", tuple(lines))


def _name_short_lines(groups: list[_Group]) -> list[_Group]:
    """Decide for each run of short lines which are headings and which are facts."""
    named: list[_Group] = []
    index = 0
    while index < len(groups):
        stop = index
        while stop < len(groups) and groups[stop].kind == "short":
            stop += 1
        follower = groups[stop] if stop < len(groups) else None
        named += _name_run(groups[index:stop], follower)
        if follower is not None:
            named.append(follower)
        index = stop + 1
    return named


def _name_run(run: list[_Group], follower: _Group | None) -> list[_Group]:
    headed = follower is not None and follower.kind != "heading"
    named = [replace(group, kind="line") for group in run]
    if run and follower and follower.kind == "prose":
        torn = replace(run[-1], kind="prose")
        if _breaks_off(torn, follower):
            return [*named[:-1], torn]
    if headed and run and _can_head(run[-1]):
        level = 2 if len(run) == 2 and _can_head(run[0]) else 1
        named[-1] = replace(run[-1], kind="heading", level=level)
    if len(run) >= 2 and _can_head(run[0]):
        named[0] = replace(run[0], kind="heading", level=1)
    return named


def _can_head(group: _Group) -> bool:
    text = group.text.strip("*_ ")
    starts = bool(text) and (text[0].isupper() or text[0].isdigit())
    return starts and not _LABEL.match(text) and not _FACT.match(text)


def _join_broken(groups: list[_Group]) -> Iterator[_Group]:
    """Join what a page break tore apart: no stop, and the next goes on in mid-sentence."""
    held: _Group | None = None
    for group in groups:
        if held is not None and group.kind == "prose" and _breaks_off(held, group):
            held = replace(held, lines=held.lines + group.lines)
            continue
        if held is not None:
            yield held
        held = group
    if held is not None:
        yield held


def _breaks_off(held: _Group, following: _Group) -> bool:
    if held.kind not in ("prose", "item") or len(held.text) < 60 or _STOPPED.search(held.text):
        return False
    goes_on = _GOES_ON.match(following.lines[0].text)
    return bool(goes_on or _BROKEN_OFF.search(held.text))


def _blocks(group: _Group) -> Iterator[Block]:
    if group.kind == "line":
        for line in group.lines:
            yield Block(line.start, line.end, "line", page=line.page)
        return
    kinds: dict[str, SentenceKind] = {"heading": "heading", "item": "item", "row": "row"}
    kind = kinds.get(group.kind, "prose")
    yield Block(group.start, group.end, kind, group.level, group.lines[0].page)
