"""ZIP containers with XML in them (DOCX, ODT, PPTX, XLSX, EPUB), read within limits.

Nothing is unpacked to disk and only the parts asked for are opened. The central directory is
checked first; then real bytes are counted, since a directory may lie. XML is parsed without
entities, DTDs, network or great depth.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from index.errors import ReadError

MAX_ENTRIES = 10_000
MAX_PART = 64_000_000
MAX_TOTAL = 200_000_000
MAX_RATIO = 100
_SMALL = 1_000_000
_UNITS = {
    "mb": "MB when unpacked",
    "ratio": "times its packed size",
    "entries": "entries",
    "pages": "pages",
    "cells": "cells",
    "columns": "columns",
}
"""Below this a high ratio is no harm: a page of blanks compresses well."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Package:
    """An open container; ``format`` is its name in messages."""

    def __init__(self, data: bytes, format: str) -> None:
        """Open and check the directory.

        Raises:
            ReadError: damaged, encrypted, or beyond the limits.
        """
        self.format = format
        self._read = 0
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise self.damaged(str(error)) from None
        entries = self._archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise too_large("entries", len(entries), MAX_ENTRIES)
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries):
            raise self.damaged("two parts have one name")
        if any(entry.flag_bits & 1 for entry in entries):
            raise protected(format)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def part(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            ReadError: missing, damaged or too large.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise self.damaged(f"{name[:80]} is missing")
        if entry.compress_type not in _METHODS:
            raise self.damaged("an unusual compression")
        if entry.file_size > MAX_PART:
            raise too_large("mb", _mb(entry.file_size), _mb(MAX_PART))
        if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size):
            raise too_large("ratio", entry.file_size // max(entry.compress_size, 1), MAX_RATIO)
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise self.damaged(str(error)) from None
        except (RuntimeError, NotImplementedError):
            raise protected(self.format) from None
        self._read += len(data)
        if len(data) > MAX_PART:
            raise too_large("mb", _mb(len(data)), _mb(MAX_PART))
        if self._read > MAX_TOTAL:
            raise too_large("mb", _mb(self._read), _mb(MAX_TOTAL))
        return data

    def xml(self, name: str) -> etree._Element:
        """The root of an XML part; raises as ``part``."""
        try:
            root = etree.fromstring(self.part(name), _parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(_reason(error)) from None
        if root is None:
            raise self.damaged(f"{name[:80]} is empty")
        self._check_dtd(root.getroottree())
        return root

    def stream(self, name: str) -> Iterator[tuple[str, etree._Element]]:
        """Start and end events of an XML part, for parts too large to hold as a tree.

        The caller clears what it has used; raises as ``part``.
        """
        events = etree.iterparse(
            io.BytesIO(self.part(name)),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for number, (event, element) in enumerate(events):
                if number == 0:
                    self._check_dtd(element.getroottree())
                yield event, element
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self.damaged(_reason(error)) from None

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Relations of an Office part: id to the last word of the type, and the target part."""
        folder, base = posixpath.split(name)
        place = f"{folder}/_rels/{base}.rels".lstrip("/")
        if place not in self:
            return {}
        found = {}
        for relation in self.xml(place):
            if relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = (kind, posixpath.normpath(path))
        return found

    def damaged(self, detail: str) -> ReadError:
        """The error for a fault in this file."""
        return ReadError(
            f"damaged {self.format}: {detail}; save it anew",
            "damaged",
            format=self.format,
            detail=detail,
        )

    def empty(self) -> ReadError:
        """The error for a file without any text."""
        return ReadError(f"the {self.format} file holds no text", "no_text", format=self.format)

    def _check_dtd(self, tree: etree._ElementTree) -> None:
        dtd = tree.docinfo.internalDTD
        if dtd is not None and next(dtd.iterentities(), None) is not None:
            raise self.damaged("its XML declares entities")


def _mb(size: int) -> int:
    """Megabytes that are begun."""
    return -(-size // 1_000_000)


def too_large(what: str, found: int, limit: int) -> ReadError:
    """The error for a file beyond its limits; ``what`` is one of ``_UNITS``."""
    return ReadError(
        f"too large: {found:,} {_UNITS[what]}, the limit is {limit:,}; split the file",
        "too_large",
        what=what,
        found=found,
        limit=limit,
    )


def protected(format: str) -> ReadError:
    """The error for a file that needs a password."""
    return ReadError("protected by a password; save it without one", "password", format=format)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; '' for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its name without namespace, or ''."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def forget(element: etree._Element) -> None:
    """Free an element that a stream has given, and those before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else "no XML"
    return "nested too deeply" if "depth" in text.lower() else text[:120]
