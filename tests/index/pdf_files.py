"""Small PDF files, written by hand: what stands where is decided by the test alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Text:
    """A line: ``x`` and ``y`` from the top left corner in points, ``font`` one of plain, bold,
    mono; ``mode`` 3 is without ink; ``grey`` runs from 0 (black) to 1 (white)."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "plain"
    mode: int = 0
    grey: float = 0


@dataclass(frozen=True)
class Picture:
    """A grey image or a filled box: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float
    image: bool = True
    grey: float = 0.5


Item = Text | Picture
_FONTS = {"plain": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}


def lines(texts: Sequence[str], *, x: float = 70, y: float = 100, step: float = 12) -> list[Item]:
    """Lines below each other; an empty one leaves a gap."""
    return [Text(x, y + n * step, text) for n, text in enumerate(texts) if text]


def pdf(
    pages: Sequence[Sequence[Item]],
    *,
    outline: Sequence[tuple[str, int]] = (),
    labels: str = "",
    info: str = "",
    rotate: int = 0,
) -> bytes:
    """A file with these pages; ``outline`` pairs titles with pages from 1, all on one level."""
    objects = ["", "", "", ""]  # catalog, pages, outline, image
    fonts = " ".join(f"/{key} {len(objects) + n + 1} 0 R" for n, key in enumerate(_FONTS))
    for name in _FONTS.values():
        objects.append(f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>")
    kids = []
    for page in pages:
        kids.append(len(objects) + 1)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Rotate {rotate}"
            f"/Resources<</Font<<{fonts}>>/XObject<</I 4 0 R>>>>/Contents {len(objects) + 2} 0 R>>"
        )
        objects.append(_stream("".join(map(_draw, page))))
    objects[1] = f"<</Type/Pages/Kids[{' '.join(f'{k} 0 R' for k in kids)}]/Count {len(kids)}>>"
    objects[3] = _stream(
        "\x80",
        "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8",
    )
    entries = len(objects) + 1
    for at, (title, page) in enumerate(outline):
        near = "" if at == 0 else f"/Prev {entries + at - 1} 0 R"
        near += "" if at == len(outline) - 1 else f"/Next {entries + at + 1} 0 R"
        objects.append(
            f"<</Title{_string(title)}/Parent 3 0 R{near}/Dest[{kids[page - 1]} 0 R/Fit]>>"
        )
    last = entries + len(outline) - 1
    objects[2] = (
        f"<</Count {len(outline)}/First {entries} 0 R/Last {last} 0 R>>" if outline else "<<>>"
    )
    objects[0] = (
        "<</Type/Catalog/Pages 2 0 R" + ("/Outlines 3 0 R" if outline else "") + labels + ">>"
    )
    objects.append(f"<<{info}>>")
    return assemble(objects, len(objects))


def assemble(objects: Sequence[str], info: int = 0) -> bytes:
    """A file of numbered objects, the first of them the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    named = f"/Info {info} 0 R" if info else ""
    out += (
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R{named}>>\nstartxref\n{start}\n%%EOF".encode()
    )
    return bytes(out)


def _draw(item: Item) -> str:
    if isinstance(item, Text):
        place = f"1 0 0 1 {item.x} {HEIGHT - item.y} Tm"
        return (
            f"BT {item.grey} g /{item.font} {item.size} Tf {item.mode} Tr {place}"
            f" {_string(item.text)} Tj ET\n"
        )
    bottom = HEIGHT - item.y - item.height
    if item.image:
        return f"q {item.width} 0 0 {item.height} {item.x} {bottom} cm /I Do Q\n"
    return f"{item.grey} g {item.x} {bottom} {item.width} {item.height} re f\n"


def _string(text: str) -> str:
    raw = text.encode("cp1252").decode("latin-1")
    for mark in "\\()":
        raw = raw.replace(mark, f"\\{mark}")
    return f"({raw})"


def _stream(content: str, entries: str = "") -> str:
    packed = zlib.compress(content.encode("latin-1")).decode("latin-1")
    return f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>stream\n{packed}\nendstream"
