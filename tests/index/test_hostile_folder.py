"""A folder of good and hostile files, synced in one go with the limits that a user has."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from index.store import Store
from index.sync import sync
from tests.fakes import WordEncoder
from tests.index.fuzz_readers import ENDINGS, FORMATS, seeds
from tests.index.office_files import docx, odt
from tests.index.pdf_files import assemble, lines, pdf
from tests.index.test_readers_hostile import LAUGHS, OUTSIDE, bomb

pytestmark = pytest.mark.slow
DEEP = "<html><body>" + "<div>" * 100_000 + "Wort"


def locked() -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([lines(["Ein Satz."])])))
    writer.encrypt("geheim", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def files() -> Iterator[tuple[str, bytes, str]]:
    """Name, content, and the code of the failure; '' for a file that is read."""
    for format in FORMATS:
        yield f"gut.{ENDINGS.get(format, format)}", seeds(format)[0], ""
    yield "bombe.docx", bomb("word/document.xml", {}), "too_large"
    yield "lachen.odt", odt("<text:p>&h;</text:p>", prolog=LAUGHS), "damaged"
    yield "fremd.odt", odt("<text:p>&a;</text:p>", prolog=OUTSIDE), "damaged"
    yield "tief.html", DEEP.encode(), "damaged"
    yield "kreis.pdf", assemble(["<</Type/Catalog/Pages 1 0 R>>"]), "no_text"
    yield "abgeschnitten.pdf", pdf([lines(["Ein Satz."])])[:200], "damaged"
    yield "gesperrt.pdf", locked(), "password"
    yield "abgeschnitten.docx", docx("")[:100], "damaged"
    yield "leer.txt", b"", "empty"
    yield "binär.txt", bytes(range(256)) * 40, "binary"
    yield "gross.txt", b"Wort " * 12_000_000, "too_big"
    yield "bild.png", b"\x89PNG", "image"
    yield "\x1b[31mrot\u202e\n.txt", b"Ein Satz steht hier.", ""


def test_each_hostile_file_is_one_failure_and_all_others_are_read(
    tmp_path: Path, folder: Path
) -> None:
    expected = {}
    for name, data, code in files():
        (folder / name).write_bytes(data)
        expected[name] = code
    os.mkfifo(folder / "leitung.txt")
    (folder / "hinaus.txt").symlink_to("/etc/passwd")
    (folder / "kreis").symlink_to(folder)
    expected |= {"leitung.txt": "not_regular", "hinaus.txt": "link_out", "kreis": "link_folder"}
    report = sync([folder], tmp_path / "index", WordEncoder())
    assert sorted(report.added) == sorted(name for name, code in expected.items() if not code)
    store = Store(tmp_path / "index")
    try:
        failed = {failure.path: failure.note for failure in store.failed_files()}
        for document in store.documents():
            text = store.text(document.revision) or ""
            for passage in store.passages(store.passage_ids([document.path])):
                assert text[passage.start : passage.end] == passage.text
    finally:
        store.close()
    assert {name: note.code for name, note in failed.items()} == {
        name: code for name, code in expected.items() if code
    }
    assert all(len(note.text.splitlines()) == 1 for note in failed.values())
