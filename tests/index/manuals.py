"""Debian's manuals, each as text, HTML and PDF: what the readers find is compared with the text.

They are looked for where their packages put them, or below ``DEBIAN_MANUALS`` (``dpkg -x`` of
debian-faq, debian-faq-de, debian-reference-de, debian-reference-en, installation-guide-amd64).
Where that variable names a folder the manuals must be there; without it and them tests skip.
"""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from index.readers import read_file
from index.readers.extracted import Extracted
from index.sentences import split_sentences
from index.values import Language

ROOT = Path(os.environ.get("DEBIAN_MANUALS", "/")) / "usr/share"
NOTE_MARK = re.compile(r"\^?\s?\[\d+\]")
_HEADING = re.compile(
    r"^\s*(?:(?:[A-Z]|\d+)(?:\.\d+)+\.?\s|(?:Kapitel|Anhang|Chapter|Appendix)\s|\d+\. [A-Z])"
)
_CODE = re.compile(r"[|━┃│─]|---|===|\$ |# |https?:|\(…")
_MARKS = re.compile(r"[\s\u00ad\"“”„»«‘’'`´]+")
_SPELLED = {"…": "...", "—": "--", "–": "-", "™": "(tm)", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff"}


@dataclass(frozen=True)
class Manual:
    """One manual: its language, and where its versions stand below ``ROOT``."""

    name: str
    language: Language
    text: str
    pdf: str
    html: str


MANUALS = (
    Manual(
        "faq-de",
        "de",
        "doc/debian/FAQ/debian-faq.de.txt.gz",
        "doc/debian/FAQ/debian-faq.de.pdf.gz",
        "doc/debian/FAQ/de/*.html",
    ),
    Manual(
        "faq-en",
        "en",
        "doc/debian/FAQ/debian-faq.en.txt.gz",
        "doc/debian/FAQ/debian-faq.en.pdf.gz",
        "doc/debian/FAQ/*.en.html",
    ),
    *(
        Manual(
            f"reference-{language}",
            language,
            f"debian-reference/debian-reference.{language}.txt.gz",
            f"debian-reference/debian-reference.{language}.pdf",
            f"debian-reference/*.{language}.html",
        )
        for language in ("de", "en")
    ),
    *(
        Manual(
            f"installation-{language}",
            language,
            f"doc/installation-guide-amd64/{language}/install.{language}.txt.gz",
            f"doc/installation-guide-amd64/{language}/install.{language}.pdf.gz",
            f"doc/installation-guide-amd64/{language}/*.html",
        )
        for language in ("de", "en")
    ),
)


def need(path: str) -> Path:
    """The file; skips the test where no manuals are installed."""
    found = ROOT / path
    if not found.exists():
        if "DEBIAN_MANUALS" in os.environ:
            pytest.fail(f"{found} is missing, although DEBIAN_MANUALS is set")
        pytest.skip(f"{found} is missing; see tests/index/manuals.py for the Debian packages")
    return found


def content(path: str) -> bytes:
    """The bytes of a file, unpacked."""
    data = need(path).read_bytes()
    return gzip.decompress(data) if path.endswith(".gz") else data


@cache
def pdf(manual: Manual) -> Extracted:
    return read_file("a.pdf", content(manual.pdf))


@cache
def html(manual: Manual) -> tuple[Extracted, ...]:
    need(manual.text)
    return tuple(read_file(path.name, path.read_bytes()) for path in sorted(ROOT.glob(manual.html)))


def searched(extracted: Extracted) -> str:
    """All that is not set aside."""
    return "\n".join(extracted.text[b.start : b.end] for b in extracted.blocks if not b.aside)


def sentences(manual: Manual) -> Iterator[str]:
    """Whole sentences of the text version, without headings, code, tables and addresses."""
    for part in re.split(r"\n\s*\n", content(manual.text).decode("utf-8")):
        lines = part.split("\n")
        joined = re.sub(r"^[*•+o-] |^\d+\. ", "", " ".join(line.strip() for line in lines))
        if any(map(_HEADING.match, lines)) or _CODE.search(joined):
            continue
        for start, end in split_sentences(joined, manual.language):
            sentence = joined[start:end]
            if len(sentence.split()) >= 5 and re.search(r"[a-zß]{3} [a-zäöü]{2}.*[.!?]$", sentence):
                yield sentence


def bare(text: str) -> str:
    """Without white space and quotation marks, which each version sets in its own way."""
    for sign, spelled in _SPELLED.items():
        text = text.replace(sign, spelled)
    return _MARKS.sub("", text)
