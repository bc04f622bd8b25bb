"""Uploaded files: whole, under a harmless name, and never over another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexError_
from ui.uploads import Kept, keep, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Bericht über Brücken.pdf", "Bericht über Brücken.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brief.docx", "brief.docx"),
        ("a\nb\u202e.txt", "ab.txt"),
        ("wer? was*.txt", "wer_ was_.txt"),
        ("..", "upload"),
        (".verborgen.txt", "verborgen.txt"),
        ("", "upload"),
        ("u\u0308.txt", "ü.txt"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_any_name_is_one_plain_visible_name(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert safe not in ("", ".", "..")
    assert not safe.startswith(".")
    assert not set(safe) & set("/\\\0\n")
    assert len(safe.encode()) <= 200


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert keep(library, "a.txt", b"eins") == Kept("a.txt", "a.txt", is_new=True)
    assert keep(library, "a.txt", b"eins") == Kept("a.txt", "a.txt", is_new=False)
    assert keep(library, "a.txt", b"zwei") == Kept("a.txt", "a (2).txt", is_new=True)
    assert {p.name: p.read_bytes() for p in library.iterdir()} == {
        "a.txt": b"eins",
        "a (2).txt": b"zwei",
    }


def test_a_library_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexError_, match="set another `library`"):
        keep(tmp_path / "file" / "library", "a.txt", b"x")
