"""What pdfium knows of a page, as runs of glyphs: text, place and look.

Places are points from the top left corner of the page, turned so that most of its text is upright.
pdfium is not thread-safe: every call is made under ``LOCK``.
"""

from __future__ import annotations

import ctypes
import math
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

LOCK = threading.RLock()
Edges = tuple[float, float, float, float]
"""Left, top, right, bottom."""
HYPHEN = "\ufffe"
"""How pdfium gives a hyphen at the end of a line whose word goes on in the next."""

_WORD = re.compile(rf"(?![\u0300-\u036f])[^\s\x00{HYPHEN}]+{HYPHEN}?|{HYPHEN}")
"""An accent without a letter before it is left out: TeX sets opening quotes so, out of order."""
_UNKNOWN = {
    code: "\ufffd" for code in [*range(1, 32), *range(0x7F, 0xA0)] if code not in (9, 10, 13)
}
_GAP = 0.9
"""Blank between two words, in font sizes, that parts a line: wider than a justified space."""
_SMALLEST = 2.0
_SCAN = 0.3
"""Share of a page that images must cover for text without ink to be an honest OCR layer."""
_DRAWN = 200


@dataclass(slots=True)
class Run:
    """Words of one line without a wide gap; ``glyphs`` are pdfium's numbers, -1 for none."""

    text: str
    glyphs: list[int]
    left: float
    right: float
    base: float
    size: float = 0.0
    bold: bool = False
    mono: bool = False


@dataclass(slots=True)
class Sheet:
    """One page: its size, runs in the order of the file, and what was left out of it."""

    number: int
    width: float
    height: float
    label: str = ""
    runs: list[Run] = field(default_factory=list)
    hidden: int = 0
    textless: bool = False
    """Something is to be seen here, but there is no text to it: a scan, or drawn letters."""


class Upright:
    """Turns places of the file into places on the page as it is read."""

    def __init__(self, page: pdfium.PdfPage, text: Any) -> None:
        box = raw.FS_RECTF()  # boxes that a page inherits are not in page.get_cropbox()
        raw.FPDF_GetPageBoundingBox(page, box)
        self.left, self.bottom, self.right, self.top = box.left, box.bottom, box.right, box.top
        self.quarter = _quarter(text)
        across, down = self.right - self.left, self.top - self.bottom
        self.size = (down, across) if self.quarter % 2 else (across, down)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Across and down."""
        match self.quarter:
            case 0:
                return x - self.left, self.top - y
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case _:
                return self.top - y, self.right - x

    def box(self, rect: Any) -> Edges:
        """Left, top, right, bottom."""
        return _around(self.point(rect.left, rect.bottom), self.point(rect.right, rect.top))


def _quarter(text: Any) -> int:
    """How often most of the text is turned by 90 degrees, against the clock."""
    count = raw.FPDFText_CountChars(text)
    angles = (raw.FPDFText_GetCharAngle(text, at) for at in range(0, count, max(count // 40, 1)))
    turned = Counter(round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return turned.most_common(1)[0][0] if turned else 0


def _around(a: tuple[float, float], b: tuple[float, float]) -> Edges:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


class Placing:
    """Turns places of the file into places on the page as shown, from its top left corner."""

    def __init__(self, page: pdfium.PdfPage, width: float, height: float) -> None:
        corners = [self._device(page, width, height, *at) for at in ((0, 0), (1000, 0), (0, 1000))]
        (self.x0, self.y0), (x1, y1), (x2, y2) = corners
        self.xx, self.xy = (x1 - self.x0) / 1000, (x2 - self.x0) / 1000
        self.yx, self.yy = (y1 - self.y0) / 1000, (y2 - self.y0) / 1000

    @staticmethod
    def _device(
        page: pdfium.PdfPage, width: float, height: float, x: float, y: float
    ) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        size = (round(width * 64), round(height * 64))
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        return across.value / 64, down.value / 64

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Across and down on the page as shown."""
        return self.x0 + self.xx * x + self.xy * y, self.y0 + self.yx * x + self.yy * y

    def box(self, rect: Any) -> Edges:
        """Left, top, right, bottom on the page as shown."""
        return _around(self.point(rect.left, rect.bottom), self.point(rect.right, rect.top))


def read_sheet(document: pdfium.PdfDocument, index: int) -> Sheet:
    """Take one page apart; ``index`` counts from 0.

    Raises:
        pypdfium2.PdfiumError: the page is damaged.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        sheet = Sheet(index + 1, width, height, document.get_page_label(index) or "")
        text = page.get_textpage()
        try:
            if raw.FPDFText_CountChars(text):
                _Collector(page, text, sheet).collect()
        finally:
            text.close()
        if sum(len(run.text) for run in sheet.runs) < 20:
            covered, drawn = _pictures(page, width * height)
            sheet.textless = covered > _SCAN or drawn > _DRAWN
        return sheet
    finally:
        page.close()


def _pictures(page: pdfium.PdfPage, area: float) -> tuple[float, int]:
    """Share of the page that images cover at most, and the number of drawn shapes."""
    covered, drawn = 0.0, 0
    for item in page.get_objects(max_depth=3):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered += abs((right - left) * (top - bottom))
        drawn += item.type == raw.FPDF_PAGEOBJ_PATH
    return covered / max(area, 1.0), drawn


class _Collector:
    """Walks the words of one page."""

    def __init__(self, page: pdfium.PdfPage, text: pdfium.PdfTextPage, sheet: Sheet) -> None:
        self.page = page
        self.text = text.raw
        self.sheet = sheet
        self.place = Upright(page, self.text)
        sheet.width, sheet.height = self.place.size
        self.suspicious = _has_unusual_ink(page)
        self.run: Run | None = None

    def collect(self) -> None:
        chars = _characters(self.text)
        box = raw.FS_RECTF()
        x, y = ctypes.c_double(), ctypes.c_double()
        end = 0
        for match in _WORD.finditer(chars):
            first, last = match.start(), match.end() - 1
            raw.FPDFText_GetLooseCharBox(self.text, first, box)
            left, top, right, bottom = self.place.box(box)
            if not self._is_seen(first, box, (left, top, right, bottom)):
                self.sheet.hidden += last - first + 1
                continue
            if last > first:
                raw.FPDFText_GetLooseCharBox(self.text, last, box)
                other = self.place.box(box)
                left, right = min(left, other[0]), max(right, other[2])
            raw.FPDFText_GetCharOrigin(self.text, first, x, y)
            base = self.place.point(x.value, y.value)[1]
            between = chars[end:first]
            self._take(match.group(), first, left, right, base, between)
            end = last + 1
        self._close()

    def _take(
        self, word: str, first: int, left: float, right: float, base: float, between: str
    ) -> None:
        run = self.run
        if run is not None:
            apart = abs(base - run.base) > 0.5 * run.size or "\n" in between
            gap = left - run.right
            if apart or gap > max(_GAP * run.size, 1.0) or gap < -2 * run.size:
                self._close()
                run = None
        if run is None:
            glyphs = list(range(first, first + len(word)))
            self.run = Run(word, glyphs, left, right, base, self._size(first))
            return
        if between:
            run.text += "\u00a0" if between == "\u00a0" else " "
            run.glyphs.append(-1)
        run.text += word
        run.glyphs += range(first, first + len(word))
        run.left, run.right = min(run.left, left), max(run.right, right)

    def _close(self) -> None:
        run, self.run = self.run, None
        if run is None:
            return
        middle = run.glyphs[len(run.glyphs) // 2]
        probes = [run.glyphs[0], middle if middle >= 0 else run.glyphs[0], run.glyphs[-1]]
        run.size = self._size(probes[1])
        looks = [self._look(index) for index in probes]
        run.bold = all(bold for bold, _ in looks)
        run.mono = all(mono for _, mono in looks)
        self.sheet.runs.append(run)

    def _size(self, index: int) -> float:
        matrix = raw.FS_MATRIX()
        size = raw.FPDFText_GetFontSize(self.text, index)
        if raw.FPDFText_GetMatrix(self.text, index, matrix):
            size *= math.hypot(matrix.c, matrix.d)
        return float(round(size, 1))

    def _look(self, index: int) -> tuple[bool, bool]:
        """Bold, and of fixed width."""
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.text, index, name, 128, flags)
        font = name.value.lower()
        bold = raw.FPDFText_GetFontWeight(self.text, index) >= 600 or b"bold" in font
        fixed = any(mark in font for mark in (b"mono", b"courier", b"typewriter", b"consol"))
        return bold, fixed

    def _is_seen(self, index: int, rect: Any, box: Edges) -> bool:
        """False for text off the page, too small to read, without ink, or white on white."""
        left, top, right, bottom = box
        sheet = self.sheet
        if right < 0 or bottom < 0 or left > sheet.width or top > sheet.height:
            return False
        if 0 < bottom - top < _SMALLEST:
            return False
        return not self.suspicious or self._is_inked(index, rect)

    def _is_inked(self, index: int, rect: Any) -> bool:
        handle = raw.FPDFText_GetTextObject(self.text, index)
        if not handle:
            return True
        if raw.FPDFTextObj_GetTextRenderMode(handle) in _INKLESS:
            return self._scanned
        return not _is_light(handle) or self._has_contrast(rect)

    @cached_property
    def _scanned(self) -> bool:
        return _pictures(self.page, self.sheet.width * self.sheet.height)[0] > _SCAN

    def _has_contrast(self, rect: Any) -> bool:
        """True where light text stands on something darker, such as the head of a table."""
        scale, image, place = self._image
        left, top, right, bottom = (round(edge * scale) for edge in place.box(rect))
        lowest, highest = image.crop(
            (max(left - 1, 0), max(top - 1, 0), right + 2, bottom + 2)
        ).getextrema()
        return bool(highest - lowest > 30)

    @cached_property
    def _image(self) -> tuple[float, Any, Placing]:
        width, height = self.page.get_size()
        scale = min(1.0, 1500 / max(width, height, 1))
        image = self.page.render(scale=scale, grayscale=True).to_pil().convert("L")
        return scale, image, Placing(self.page, width, height)


_INKLESS = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)


def _has_unusual_ink(page: pdfium.PdfPage) -> bool:
    """True where some text of the page has no ink, or a colour close to white."""
    return any(
        raw.FPDFTextObj_GetTextRenderMode(handle) in _INKLESS or _is_light(handle)
        for handle in _text_objects(page)
    )


def _text_objects(page: pdfium.PdfPage) -> Iterator[Any]:
    for item in page.get_objects(max_depth=5):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            yield item.raw


def _is_light(handle: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
        return False
    return alpha.value <= 20 or min(red.value, green.value, blue.value) >= 245


def _characters(text: Any) -> str:
    """One character for each glyph number; NUL where a glyph stands for none."""
    count = raw.FPDFText_CountChars(text)
    buffer = ctypes.create_string_buffer((count + 1) * 2)
    got = raw.FPDFText_GetText(text, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    chars = buffer.raw[: 2 * (got - 1)].decode("utf-16-le", "surrogatepass")
    if len(chars) != count or re.search("[\ud800-\udfff]", chars):
        chars = _one_by_one(text, count)
    return chars.translate(_UNKNOWN)


def _one_by_one(text: Any, count: int) -> str:
    """As ``_characters``, where pdfium leaves glyphs out of a text or needs two units for one."""
    chars: list[str] = []
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        before = ord(chars[-1]) if chars else 0
        if 0xDC00 <= code < 0xE000 and 0xD800 <= before < 0xDC00:
            chars[-1] = chr(0x10000 + (before - 0xD800) * 0x400 + code - 0xDC00)
            code = 0
        chars.append(chr(code) if code <= 0x10FFFF else "\ufffd")
    return "".join(c if not 0xD800 <= ord(c) < 0xE000 else "\ufffd" for c in chars)
