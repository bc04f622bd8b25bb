"""Damages good files at random and reads them: no crash, no hang, offsets valid.

::

    python -m tests.index.fuzz_readers [--count 10000] [--seed 0] [FORMAT ...]

Every input follows from the seed and its number alone, so a failure can be had again:
``--seed S --only N FORMAT``. Parts of archives are damaged within the archive as well, since a
damaged archive as such comes no further than its directory.
"""

from __future__ import annotations

import argparse
import copy
import io
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

from lxml import etree

from index.chunking import chunk
from index.errors import ReadError
from index.readers import read_file
from index.readers.extracted import Extracted
from tests.index.office_files import archive, docx, epub, odt, paragraph, pptx, row, word_part, xlsx
from tests.index.pdf_files import Text, lines, pdf

SECONDS = 10.0
_PROSE = "Der Ausbau der Netze geht voran – und kostet mehr als geplant. "
_TOKENS = (
    b"<", b">", b"</", b"&", b"&#0;", b"&#x110000;", b"&lt;", b'"', b"'", b"]]>", b"<!--", b"<![CDATA[",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xcc\x80",
    b"-1", b"0", b"1e999", b"99999999999999999999", b"NaN", b"\r", b"\n\n", b"\f", b"\t", b"|", b"# ", b"* ",
    b"obj", b"endobj", b"stream", b" 0 R", b"[", b"]", b"<<", b">>", b"BT", b"ET", b"Tj", b"(", b")",
)  # fmt: skip
_VALUES = (
    "", " ", "0", "1", "-1", "2", "999999999", "1e999", "NaN", "true", "x" * 50, "\u00ad", "\u202e", "ö\n\tü",
    "/etc/hostname", "../x", "#", "%", "A1", "ZZZ1", "XFD1048576", "inlineStr", "s", "b", "d", "%1.%2",
)  # fmt: skip


@cache
def seeds(format: str) -> tuple[bytes, ...]:
    """Good files of a format."""
    return tuple(_SEEDS[format]())


def _texts() -> Iterator[bytes]:
    text = (
        f"Bericht\n\n1. Netz\n{_PROSE * 3}\n\n• eins\n• zwei\n\nJahr\tWert\n2019\t5\n\f\n{_PROSE}"
    )
    yield from (text.encode(encoding) for encoding in ("utf-8", "cp1252", "utf-16"))


def _markdown() -> Iterator[bytes]:
    table = "| Jahr | Wert |\n|---|---|\n| 2019 | *5* |\n"
    yield f"# Bericht\n\n{_PROSE}\n\n## Netz\n\n- eins\n- zwei\n\n{table}\n```\ncode\n```\n".encode()


def _csv() -> Iterator[bytes]:
    yield 'Jahr;Wert;"Ort; Land"\n2019;5,5;"Köln\nRhein"\n2020;7;Bonn\n'.encode()
    yield b"a,b\n1,2\n"


def _html() -> Iterator[bytes]:
    table = "<table><tr><th>Jahr<th>Wert<tr><td>2019<td colspan=2>5</table>"
    yield (
        f"<!doctype html><html lang=de><head><title>Netz</title><meta charset=utf-8></head><body>"
        f"<nav><a href=/>Start</a></nav><h1>Netz</h1><p>{_PROSE * 3}<ul><li>eins<li>zwei</ul>{table}"
        f"<p hidden>weg</p><pre>a\n b</pre><dl><dt>x<dd>y</dl><footer>Impressum</footer></body></html>"
    ).encode()


def _pdfs() -> Iterator[bytes]:
    page = [Text(70, 40, "Studie"), *lines([_PROSE.strip()] * 6), Text(290, 800, "1")]
    table = [Text(x, 300 + 14 * n, f"{x} {n}") for n in range(4) for x in (70, 300)]
    yield pdf([page, [*page, *table]], outline=[("Studie", 1)], info="/Title(Netz)")
    yield pdf([lines(["\u2022 eins", "Digi-", "talisierung"])], rotate=90)


def _docx() -> Iterator[bytes]:
    cells = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in "AB")
    style = '<w:style w:type="paragraph" w:styleId="K1"><w:name w:val="heading 1"/></w:style>'
    note = f'<w:footnote w:id="2">{paragraph("Ohne Umlagen.")}</w:footnote>'
    listed = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    numbers = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    yield docx(
        f"{paragraph('Netz', 'K1')}{paragraph(_PROSE)}{listed}<w:r><w:t>eins</w:t></w:r></w:p>"
        f'<w:p><w:del><w:r><w:delText>weg</w:delText></w:r></w:del><w:r><w:footnoteReference w:id="2"/>'
        f"</w:r></w:p><w:tbl><w:tr>{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>",
        styles=word_part("styles", style),
        footnotes=word_part("footnotes", note),
        numbering=word_part(
            "numbering",
            f'{numbers}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
        ),
    )


def _odt() -> Iterator[bytes]:
    cells = "<table:table-cell><text:p>x</text:p></table:table-cell>" * 2
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Notiz</text:p>"
        "</text:note-body></text:note>"
    )
    yield odt(
        f'<text:h text:outline-level="1">Netz</text:h><text:p>{_PROSE}<text:s text:c="3"/>{note}'
        f"</text:p><text:list><text:list-item><text:p>eins</text:p></text:list-item></text:list>"
        f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
    )


def _xlsx() -> Iterator[bytes]:
    rows = row("Jahr", "Wert", number=1) + row("A", 5.5, number=2)
    yield xlsx(rows + '<row r="3"><c r="A3" s="1"><f>1+1</f></c><c r="B3" t="b"><v>1</v></c></row>')


def _pptx() -> Iterator[bytes]:
    yield pptx(("Netz", _PROSE), ("Preise", "eins"))


def _epub() -> Iterator[bytes]:
    yield epub(f"<h1>Eins</h1><p>{_PROSE}</p>", "<h1>Zwei</h1><ul><li>x</li></ul>")


_SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "text": _texts,
    "markdown": _markdown,
    "csv": _csv,
    "html": _html,
    "pdf": _pdfs,
    "docx": _docx,
    "odt": _odt,
    "xlsx": _xlsx,
    "pptx": _pptx,
    "epub": _epub,
}
FORMATS = tuple(_SEEDS)
ENDINGS = {"text": "txt", "markdown": "md"}


def damaged(format: str, seed: int, number: int) -> bytes:
    """The input of this number."""
    chance = random.Random(f"{format} {seed} {number}")
    data = chance.choice(seeds(format))
    if not data.startswith(b"PK") or chance.random() < 0.1:
        return _mutate(data, chance)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = chance.choice([name for name in parts if name != "mimetype"])
    change = _rearrange if chance.random() < 0.7 else _mutate
    return archive({**parts, name: change(parts[name], chance)})


def _rearrange(data: bytes, chance: random.Random) -> bytes:
    """XML that is still well formed: elements moved, repeated, dropped, renamed, values changed."""
    root = etree.fromstring(data)
    for _ in range(chance.randint(1, 6)):
        elements = list(root.iter())
        one, other = chance.choice(elements), chance.choice(elements)
        match chance.randrange(6):
            case 0 if one is not root:
                one.getparent().remove(one)
            case 1 if len(elements) < 2000:
                other.append(copy.deepcopy(one))
            case 2:
                one.tag = other.tag
            case 3 if one.attrib:
                one.set(chance.choice(list(one.attrib)), chance.choice(_VALUES))
            case 4:
                one.text = chance.choice(_VALUES)
            case _:
                one.tail = chance.choice(_VALUES)
    return bytes(etree.tostring(root))


def _mutate(data: bytes, chance: random.Random) -> bytes:
    """One to six times: bytes changed, cut out, repeated, swapped, or tokens put in."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(out))
        end = min(len(out), start + chance.choice((1, 2, 8, 40, 200)))
        match chance.randrange(5):
            case 0:
                out[start:end] = bytes(chance.randrange(256) for _ in range(end - start))
            case 1:
                del out[start:end]
            case 2:
                out[start:start] = out[start:end] * chance.choice((1, 2, 50))
            case 3:
                to = chance.randint(0, len(out))
                out[to:to] = out[start:end]
            case _:
                out[start:start] = chance.choice(_TOKENS)
    return bytes(out)


def check(format: str, data: bytes) -> bool:
    """Read the input; True if it can be read. Raises AssertionError for what must not be."""
    start = time.process_time()
    try:
        extracted = read_file(f"a.{ENDINGS.get(format, format)}", data)
    except ReadError as error:
        said = str(error).splitlines()
    else:
        said = []
        check_offsets(extracted)
    assert len(said) < 2, "a reason of several lines"
    spent = time.process_time() - start
    assert spent < SECONDS, f"{spent:.1f} s"
    return not said


def check_offsets(extracted: Extracted) -> None:
    """Blocks, pages and passages lie within the text, in order, stripped."""
    end = 0
    text = extracted.text
    text.encode("utf-8")
    for block in extracted.blocks:
        assert end <= block.start < block.end <= len(text), block
        piece = text[block.start : block.end]
        assert piece == piece.strip(), block
        end = block.end
    starts = [page.start for page in extracted.pages]
    assert starts == sorted(starts)
    assert all(0 <= start <= len(text) for start in starts)
    assert 0 <= extracted.share <= 1
    end = 0
    for passage in chunk(extracted, "de"):
        assert end <= passage.start < passage.end <= len(text)
        end = passage.end


def main() -> None:
    """Run as a program; ends at the first failure and says how to have it again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=" ".join(FORMATS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    wanted = parser.parse_args()
    numbers = range(wanted.count) if wanted.only is None else [wanted.only]
    for format in wanted.formats or FORMATS:
        read, start = 0, time.process_time()
        for number in numbers:
            try:
                read += check(format, damaged(format, wanted.seed, number))
            except Exception as error:
                error.add_note(f"again: --seed {wanted.seed} --only {number} {format}")
                raise
        spent = time.process_time() - start
        print(f"{format}: {len(numbers)} inputs, {read} read, {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
