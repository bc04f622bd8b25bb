"""Runs of a page to paragraphs in reading order: running heads, columns, lines, paragraphs.

What repeats at the edge of the pages is set apart first. Then columns: a gutter is where many runs
begin and few cross; runs that do cross part the page into bands, each read column by column. A
table looks much the same, and is told by short cells and by gaps at the same height on both sides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.readers.pdf_glyphs import HYPHEN, Run, Sheet

MARK = re.compile(r"(?:[-*+•▪▶►◦‣●■○–—\uf0b7]|\(?\d{1,2}[.)]|\(?[a-z]\)|[ivx]{1,4}[.)])(?=\s|$)")
LEADER = re.compile(r"(?:[.·…_]\s?){5,}\s*\S{1,6}$")
"""The end of a line in a table of contents: dots that lead to a page number."""
STOPPED = re.compile(r"[.!?…:;][\"'»«“”’)\]]*[\d¹²³⁴-⁹]*$")
_NUMBERING = re.compile(r"(?:[A-Z]|\d{1,3})(?:\.\d+)*\.?$")
_NOTE_MARK = re.compile(r"[\d*†‡¹²³⁴-⁹]")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_ROMAN = re.compile(r"[ivxlc]+$")
_EDGE_ROWS = 3
_MARK_GAP = 6
"""Blank, in font sizes, up to which a number or mark belongs to the text behind it."""
_MIN_COLUMN = 3


@dataclass(slots=True)
class Line:
    """One line of a flow; ``glyphs`` has one number per character, -1 for none."""

    text: str
    glyphs: list[int]
    left: float
    right: float
    base: float
    size: float
    bold: bool
    mono: bool
    number: int
    """The page, from 1."""


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, within the edges of their column."""

    lines: list[Line]
    left: float
    right: float
    kind: str = "prose"
    level: int = 0
    aside: str = ""

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        return self.lines[0].size


@dataclass(slots=True)
class PageLayout:
    """Paragraphs of a page: ``head`` and ``tail`` (notes, running foot) stand around ``body``."""

    sheet: Sheet
    head: list[Paragraph] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)
    tail: list[Paragraph] = field(default_factory=list)


def lay_out(sheets: Sequence[Sheet]) -> list[PageLayout]:
    """Paragraphs of all pages in reading order."""
    margins = _margins(sheets)
    body = body_size(sheets)
    pages = []
    for sheet in sheets:
        above, below = margins[sheet.number]
        apart = {id(run) for run in [*above, *below]}
        layout = PageLayout(sheet)
        layout.head = [_repeated(row, sheet.number) for row in rows(above)]
        flows = read_columns([run for run in sheet.runs if id(run) not in apart])
        for flow in flows:
            layout.body += paragraphs([_line(row, sheet.number) for row in rows(flow)])
        layout.tail = _take_notes(layout, body)
        layout.tail += [_repeated(row, sheet.number) for row in rows(below)]
        pages.append(layout)
    return pages


def body_size(sheets: Sequence[Sheet]) -> float:
    """The size that most characters are set in; 0 without any."""
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for run in sheet.runs:
            sizes[run.size] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


# -- what repeats at the edges ------------------------------------------------------------------


@dataclass(slots=True)
class _Edge:
    """A row near the top or bottom of a page, with the words of each of its runs."""

    runs: list[Run]
    base: float
    words: set[frozenset[str]]
    matched: bool = False


def _margins(sheets: Sequence[Sheet]) -> dict[int, tuple[list[Run], list[Run]]]:
    """Runs of running heads and feet of each page."""
    above = _repeated_rows([_edge_rows(sheet, at_top=True) for sheet in sheets])
    below = _repeated_rows([_edge_rows(sheet, at_top=False) for sheet in sheets])
    return {
        sheet.number: (head, foot) for sheet, head, foot in zip(sheets, above, below, strict=True)
    }


def _edge_rows(sheet: Sheet, *, at_top: bool) -> list[_Edge]:
    """The outermost rows, from the edge inwards; a foot is measured from the bottom."""
    ordered = rows(sheet.runs)
    outer = ordered[:_EDGE_ROWS] if at_top else ordered[::-1][:_EDGE_ROWS]
    edges = []
    for row in outer:
        base = row[0].base if at_top else sheet.height - row[0].base
        if 0 <= base < sheet.height * 0.2:
            words = {frozenset(_WORDS.findall(run.text.casefold())) for run in row}
            edges.append(_Edge(row, base, {w for w in words if not _is_count(w)}))
    return edges


def _is_count(words: frozenset[str]) -> bool:
    return all(_ROMAN.match(word) or word in ("seite", "page", "von", "of") for word in words)


def _repeated_rows(pages: Sequence[list[_Edge]]) -> list[list[Run]]:
    slots: Counter[int] = Counter()
    matched: Counter[int] = Counter()
    for at, page in enumerate(pages):
        near = [
            edge
            for n in (1, 2)
            for k in (at - n, at + n)
            if 0 <= k < len(pages)
            for edge in pages[k]
        ]
        for edge in page:
            edge.matched = any(_is_same(edge, other) for other in near)
            slots[round(edge.base)] += 1
            matched[round(edge.base)] += edge.matched
    return [_outermost(page, slots, matched) for page in pages]


def _is_same(edge: _Edge, other: _Edge) -> bool:
    same_place = (
        abs(edge.base - other.base) < 2 and abs(edge.runs[0].size - other.runs[0].size) < 0.6
    )
    return same_place and bool(edge.words & other.words or (not edge.words and not other.words))


def _outermost(page: list[_Edge], slots: Counter[int], matched: Counter[int]) -> list[Run]:
    """Rows that repeat, as far as nothing that does not lies further out."""
    found: list[Run] = []
    for edge in page:
        at = round(edge.base)
        if not edge.matched and not (matched[at] >= 3 and matched[at] * 2 >= slots[at]):
            break
        found += edge.runs
    return found


def _repeated(row: list[Run], number: int) -> Paragraph:
    line = _line(row, number)
    return Paragraph([line], line.left, line.right, "line", aside="repeated")


# -- columns ------------------------------------------------------------------------------------


def read_columns(runs: list[Run], depth: int = 0) -> list[list[Run]]:
    """Flows in reading order; runs of a flow are to be read row by row."""
    gutter = _gutter(runs) if depth < 3 else None
    if gutter is None:
        return [runs] if runs else []
    flows: list[list[Run]] = []
    plain: list[Run] = []
    for band, parted in _bands(runs, gutter):
        left = [run for run in band if run.left < gutter]
        right = [run for run in band if run.left >= gutter]
        if not parted or not _are_columns(left, right):
            plain += band
            continue
        flows += [plain] if plain else []
        plain = []
        flows += [*read_columns(left, depth + 1), *read_columns(right, depth + 1)]
    return [*flows, plain] if plain else flows


def _gutter(runs: Sequence[Run]) -> float | None:
    """Where a second column begins: many runs start there, and fewer cross it."""
    if len(runs) < 2 * _MIN_COLUMN:
        return None
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    starts = Counter(round(run.left) for run in runs)
    best: tuple[int, float] | None = None
    for start, count in starts.items():
        if not left + 0.15 * (right - left) < start < right - 0.15 * (right - left):
            continue
        edge = start - 1.0
        count += starts[start + 1] + starts[start - 1]
        crossing = sum(1 for run in runs if run.left < edge < run.right)
        if (
            count >= _MIN_COLUMN
            and crossing < count
            and (best is None or count - crossing > best[0])
        ):
            best = (count - crossing, edge)
    return best[1] if best else None


def _bands(runs: Sequence[Run], gutter: float) -> Iterator[tuple[list[Run], bool]]:
    """Stretches from top to bottom, each with whether no run of it crosses the gutter."""
    band: list[Run] = []
    parted = True
    for run in sorted(runs, key=lambda run: run.base):
        free = not run.left < gutter < run.right
        if band and free != parted:
            yield band, parted
            band = []
        parted = free
        band.append(run)
    if band:
        yield band, parted


def _are_columns(left: list[Run], right: list[Run]) -> bool:
    """Tell columns of prose from a table: full lines, and gaps that do not answer each other."""
    for side in (left, right):
        if len(side) < _MIN_COLUMN or sum(len(run.text) for run in side) < 18 * len(side):
            return False
        width = max(run.right for run in side) - min(run.left for run in side)
        if median(run.right - run.left for run in side) < 0.5 * width:
            return False
    gaps = [_gaps(side) for side in (left, right)]
    shared = sum(1 for gap in gaps[0] if any(abs(gap - other) < 4 for other in gaps[1]))
    return not (shared >= 2 and shared * 2 > max(len(gaps[0]), len(gaps[1])))


def _gaps(side: list[Run]) -> list[float]:
    """Heights at which text goes on after a wide blank."""
    bases = sorted(run.base for run in side)
    steps = [b - a for a, b in pairwise(bases) if b - a > 1]
    usual = median(steps) if steps else 0.0
    return [b for a, b in pairwise(bases) if b - a > 1.3 * usual > 0]


# -- lines and paragraphs -----------------------------------------------------------------------


def rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs that share a base line, from top to bottom, each row from left to right."""
    found: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.base, run.left)):
        if found and run.base - found[-1][0].base < 0.45 * max(run.size, found[-1][0].size):
            found[-1].append(run)
        else:
            found.append([run])
    return [sorted(row, key=lambda run: run.left) for row in found]


def _line(row: list[Run], number: int) -> Line:
    first = row[0]
    mono = all(run.mono for run in row)
    text, glyphs = first.text, list(first.glyphs)
    for run, following in pairwise(row):
        gap = (following.left - run.right) / max(run.size, 1.0)
        wide = gap > 1.8 and not mono
        mark = _NUMBERING.match(run.text) or MARK.match(run.text + " ")
        numbered = run is first and mark and gap < _MARK_GAP
        text = text.removesuffix(HYPHEN) + ("-" if text.endswith(HYPHEN) else "")
        text += ("\t" if wide and not numbered else " ") + following.text
        glyphs += [-1, *following.glyphs]
    size = max(row, key=lambda run: len(run.text)).size
    return Line(
        text,
        glyphs,
        first.left,
        max(run.right for run in row),
        first.base,
        size,
        all(run.bold for run in row),
        mono,
        number,
    )


def paragraphs(lines: list[Line]) -> list[Paragraph]:
    """Cut the lines of one flow where a reader sees a new paragraph begin."""
    if not lines:
        return []
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    steps = [b.base - a.base for a, b in pairwise(lines) if 0 < b.base - a.base < 3 * a.size]
    usual = median(steps) if steps else 0.0
    found = [Paragraph([lines[0]], left, right)]
    for line in lines[1:]:
        if _begins(found[-1], line, usual):
            found.append(Paragraph([line], left, right))
        else:
            found[-1].lines.append(line)
    for paragraph in found:
        paragraph.kind = _kind(paragraph)
    return found


def _begins(current: Paragraph, line: Line, usual: float) -> bool:
    """True where ``line`` begins a new paragraph."""
    first, last = current.lines[0], current.lines[-1]
    step = line.base - last.base
    if last.text.endswith(HYPHEN) and line.text[:1].isalnum() and 0 < step < 1.8 * line.size:
        return abs(line.size - last.size) > 0.7
    if "\t" in line.text or "\t" in last.text or line.mono or last.mono:
        return True
    if LEADER.search(last.text):
        return True
    if abs(line.size - last.size) > 0.7 or step > max(
        1.45 * line.size, 1.3 * min(usual, 1.5 * line.size)
    ):
        return True
    if all(other.bold for other in current.lines) != line.bold and not line.bold:
        return True
    if MARK.match(line.text) and (STOPPED.search(last.text) or line.left <= first.left + 1):
        return True
    if STOPPED.search(last.text) and last.right < current.right - 0.2 * (
        current.right - current.left
    ):
        return True
    return _is_indented(current, line)


def _is_indented(current: Paragraph, line: Line) -> bool:
    """True where the left edge moves as it does between paragraphs, not within one."""
    first, last = current.lines[0], current.lines[-1]
    moved = line.left - last.left
    slack = 0.7 * line.size
    if MARK.match(first.text):
        return line.left < first.left - slack
    if moved > slack:
        hanging = len(current.lines) == 1 and not STOPPED.search(last.text)
        return not (hanging and last.right > current.right - 0.1 * (current.right - current.left))
    return moved < -slack and len(current.lines) > 1


def _kind(paragraph: Paragraph) -> str:
    lines = paragraph.lines
    first = lines[0]
    if "\t" in first.text or first.mono:
        return "row"
    if MARK.match(first.text) and len(paragraph.text) > 2:
        return "item"
    if STOPPED.search(lines[-1].text) or len(paragraph.text) > 160:
        return "prose"
    width = (paragraph.right - paragraph.left) * 0.8
    short = all(line.right - line.left < width for line in lines)
    return "line" if len(lines) == 1 or short else "prose"


def _take_notes(layout: PageLayout, body: float) -> list[Paragraph]:
    """Move the footnotes out of the body: small type at its end, from the first mark on."""
    at = len(layout.body)
    while at > 0 and 0 < layout.body[at - 1].size <= 0.92 * body:
        at -= 1
    while at < len(layout.body) and not _NOTE_MARK.match(layout.body[at].lines[0].text):
        at += 1
    notes = layout.body[at:] if at > 0 else []
    if notes and layout.body[at - 1].lines[-1].base < notes[0].lines[0].base:
        layout.body = layout.body[:at]
        return notes
    return []
