"""Paragraphs of all pages to one text: headings, hyphens, what runs over a page, offsets.

A word broken at the end of a line is joined by a soft hyphen (U+00AD), which is not seen in a quote
and not searched; a hyphen of its own ("Debian-System", "Ein- und Ausgabe") stays. Words of the
whole document decide where grammar does not. A paragraph that runs over a page stays whole: notes
and running heads stand before or behind it, each still within its page.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.language import detect_language
from index.readers.extracted import Block, Page
from index.readers.pdf_glyphs import HYPHEN
from index.readers.pdf_layout import LEADER, MARK, STOPPED, Line, PageLayout, Paragraph

SOFT_HYPHEN = "\u00ad"
_HYPHENS = (HYPHEN, "-", SOFT_HYPHEN, "\u2010")
_LAST_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SUSPENDED = frozenset("und oder bzw bis sowie als and or to".split())
_SOLID = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"^(?:(?:kapitel|chapter|anhang|appendix|teil|part)?(?:[a-z]|\d+)(?=\D))?\d*")
_MAX_HEADING = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline; ``level`` counts from 1, ``page`` from 1."""

    level: int
    title: str
    page: int


@dataclass
class Book:
    """The canonical text with its blocks and pages, and pdfium's glyph for each character."""

    text: str = ""
    glyphs: array[int] = field(default_factory=lambda: array("i"))
    blocks: list[Block] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)


def bind(pages: Sequence[PageLayout], outline: Sequence[Entry], body: float) -> Book:
    """Write the text of all pages."""
    _mark_contents(pages)
    _mark_headings(pages, outline, body)
    writer = _Writer(_Hyphens(pages), _labels(pages))
    carried = False
    for page, following in zip(pages, [*pages[1:], None], strict=True):
        runs_on = following is not None and _runs_on(page, following)
        if not carried:
            writer.write(page.head)
        held = page.body.pop() if runs_on else None
        if carried:
            writer.write(page.head)
        writer.write(page.body)
        writer.write(page.tail)
        if held and following:
            held.lines += following.body.pop(0).lines
            writer.write([held])
        writer.settle(page.sheet.number)
        carried = runs_on
    return writer.close()


def _runs_on(page: PageLayout, following: PageLayout) -> bool:
    """True where the last paragraph of a page goes on at the top of the next."""
    if not page.body or not following.body:
        return False
    last, first = page.body[-1], following.body[0]
    end, start = last.lines[-1], first.lines[0]
    if last.kind not in ("prose", "item", "line") or first.kind not in ("prose", "line"):
        return False
    if last.aside or first.aside or abs(end.size - start.size) > 0.3:
        return False
    if end.text.endswith(HYPHEN):
        return True
    blank = (last.right - end.right) / max(last.right - last.left, 1.0)
    if STOPPED.search(end.text) or MARK.match(start.text):
        return False
    if start.text[:1].islower():
        return blank < 0.5
    return blank < 0.12 and start.left <= first.left + 2 and start.bold == end.bold


# -- headings and contents ----------------------------------------------------------------------


def _mark_contents(pages: Iterable[PageLayout]) -> None:
    """A page of lines that lead to page numbers is a table of contents, or a part of one."""
    for page in pages:
        leading = [p for p in page.body if LEADER.search(p.lines[0].text)]
        if len(leading) < 3:
            continue
        mostly = len(leading) * 2 >= len(page.body)
        for paragraph in leading if not mostly else page.body:
            if paragraph in leading or re.search(r"\d$", paragraph.text):
                paragraph.kind, paragraph.aside = "row", "contents"


def _mark_headings(pages: Sequence[PageLayout], outline: Sequence[Entry], body: float) -> None:
    found = Counter[float]()
    for page in pages:
        titles = {_plain(e.title): e.level for e in outline if e.page == page.sheet.number}
        for paragraph in page.body:
            level = _level(paragraph, titles)
            if level:
                paragraph.kind, paragraph.level = "heading", level
                found[paragraph.size] = max(found[paragraph.size], level)
    larger = sorted({p.size for page in pages for p in page.body if _stands_out(p, body)})[::-1]
    for page in pages:
        for at, paragraph in enumerate(page.body):
            if paragraph.kind != "heading" and _stands_out(paragraph, body):
                rest = page.body[at + 1 :]
                if rest and not (outline and paragraph.size <= 1.15 * body):
                    paragraph.kind = "heading"
                    paragraph.level = found[paragraph.size] or min(
                        larger.index(paragraph.size) + 1, 6
                    )


def _level(paragraph: Paragraph, titles: dict[str, int]) -> int:
    """The level that the outline gives a paragraph; 0 for none."""
    if not titles or paragraph.aside or len(paragraph.text) > _MAX_HEADING:
        return 0
    plain = _plain(paragraph.text)
    return titles.get(plain, 0) or titles.get(_NUMBER.sub("", plain, count=1), 0)


def _plain(title: str) -> str:
    return _SOLID.sub("", title).casefold()


def _stands_out(paragraph: Paragraph, body: float) -> bool:
    """Set larger than the text, or bold on a line of its own."""
    text = paragraph.text
    if paragraph.aside or paragraph.kind in ("row", "item") or len(text) > _MAX_HEADING:
        return False
    if len(paragraph.lines) > 3 or text.endswith((".", ",", ";")) or not text[:1].isalnum():
        return False
    bold = all(line.bold for line in paragraph.lines) and paragraph.size >= body
    return paragraph.size > 1.15 * body or (bold and len(text) <= 100 and not text.endswith(":"))


# -- printed page labels ------------------------------------------------------------------------


def _labels(pages: Sequence[PageLayout]) -> list[str]:
    """The file's own labels; without them, the numbers in running heads if they go in step."""
    own = [page.sheet.label for page in pages]
    if any(own) or not pages:
        return own
    offsets = Counter(
        int(number) - page.sheet.number for page in pages for number in set(_numbers(page))
    )
    if not offsets:
        return own
    offset, count = offsets.most_common(1)[0]
    if count < 2 or count * 2 < len(pages):
        return own
    shown = [page.sheet.number + offset for page in pages]
    return [
        str(number) if str(number) in _numbers(page) else ""
        for number, page in zip(shown, pages, strict=True)
    ]


def _numbers(page: PageLayout) -> list[str]:
    edges = [*page.head, *(p for p in page.tail if p.aside)]
    return [n for p in edges for n in re.findall(r"(?<![\d.,])\d{1,4}(?![\d.,])", p.text)]


# -- hyphens ------------------------------------------------------------------------------------


class _Hyphens:
    """Decides what a hyphen at the end of a line was, by grammar and by the document's words."""

    def __init__(self, pages: Iterable[PageLayout]) -> None:
        self.exact: Counter[str] = Counter()
        sample: list[str] = []
        for page in pages:
            for paragraph in page.body:
                broken = False
                for line in paragraph.lines:
                    self.exact.update(_whole_words(line.text, broken))
                    broken = line.text.endswith(_HYPHENS)
                    if len(sample) < 300:
                        sample.append(line.text)
        self.words: Counter[str] = Counter()
        for word, count in self.exact.items():
            self.words[word.casefold()] += count
        self.german = detect_language(" ".join(sample)[:20_000]) == "de"

    def joint(self, line: str, following: str) -> str:
        """What stands between the two lines in place of the hyphen and the line end."""
        if line[-2:-1] in ("/", "_"):
            return SOFT_HYPHEN
        before = _LAST_WORD.search(line[:-1])
        after = _FIRST_WORD.match(following)
        if not before or not after:
            return "-\n" if not after else "-"
        head, tail = before.group().casefold(), after.group().casefold()
        joined = self.words[head.rpartition("-")[2] + tail]
        if tail in _SUSPENDED and not joined:
            return "-\n"
        if not after.group()[0].islower() or not before.group()[-1].isalpha():
            broken = self.exact[before.group().rpartition("-")[2] + after.group()]
            return SOFT_HYPHEN if broken else "-"
        parted = self.words[f"{head}-{tail}"]
        if joined or parted:
            return SOFT_HYPHEN if joined >= parted else "-"
        both = self.words[head] and self.words[tail] and len(head) > 2
        return "-" if both and not self.german else SOFT_HYPHEN


def _whole_words(line: str, broken: bool) -> list[str]:
    """The words of a line without the parts of those that its ends break."""
    words = _WORDS.findall(line)
    stop = len(words) - line.endswith(_HYPHENS)
    return words[broken:stop]


# -- writing ------------------------------------------------------------------------------------


class _Writer:
    def __init__(self, hyphens: _Hyphens, labels: Sequence[str]) -> None:
        self.hyphens = hyphens
        self.labels = labels
        self.parts: list[str] = []
        self.length = 0
        self.book = Book()
        self.lead = ""
        self.before = ""

    def write(self, paragraphs: Iterable[Paragraph]) -> None:
        for paragraph in paragraphs:
            close = self.before == paragraph.kind != "prose"
            if self.length:
                self._add("\n" if close else "\n\n")
            self._block(paragraph)
            self.before = paragraph.kind

    def _block(self, paragraph: Paragraph) -> None:
        self._reach(paragraph.lines[0].number)
        start = self.length
        lead = self._table_lead(paragraph)
        for line, following in pairwise(paragraph.lines):
            self._line(line, following)
        self._line(paragraph.lines[-1], None)
        page = paragraph.lines[0].number
        self.book.blocks.append(
            Block(
                start,
                self.length,
                paragraph.kind,  # type: ignore[arg-type]
                paragraph.level,
                page,
                paragraph.aside,  # type: ignore[arg-type]
                lead,
            )
        )

    def _table_lead(self, paragraph: Paragraph) -> str:
        """The first of several rows with as many cells heads the others."""
        text = paragraph.lines[0].text
        cells = text.count("\t")
        if paragraph.kind != "row" or not cells:
            self.lead = ""
            return ""
        if not self.lead or self.lead.count("\t") != cells:
            self.lead = text
            return ""
        return self.lead.replace("\t", ", ")

    def _line(self, line: Line, following: Line | None) -> None:
        self._reach(line.number)
        hyphened = line.text.endswith(_HYPHENS) and len(line.text) > 1
        if not hyphened:
            self._add(line.text, line.glyphs)
            self._add("\n" if following else "")
            return
        self._add(line.text[:-1], line.glyphs[:-1])
        joint = self.hyphens.joint(line.text, following.text) if following else "-"
        self._add(joint, [line.glyphs[-1], -1][: len(joint)])

    def _add(self, text: str, glyphs: Sequence[int] | None = None) -> None:
        self.parts.append(text.replace(HYPHEN, "-"))
        self.length += len(text)
        self.book.glyphs.extend(glyphs if glyphs is not None else [-1] * len(text))

    def _reach(self, number: int) -> None:
        """Begin pages up to ``number`` here."""
        for page in range(len(self.book.pages) + 1, number + 1):
            self.book.pages.append(Page(page, self.length, self.labels[page - 1]))

    settle = _reach

    def close(self) -> Book:
        self.book.text = "".join(self.parts)
        return self.book
