"""Which format a file has: by its content; its name decides only among kinds of plain text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from index.errors import ReadError

ENDINGS = {
    "text": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "csv": (".csv", ".tsv"),
    "html": (".html", ".htm", ".xhtml"),
    "pdf": (".pdf",),
    "docx": (".docx", ".docm", ".dotx"),
    "odt": (".odt", ".ott"),
    "pptx": (".pptx", ".pptm", ".ppsx"),
    "xlsx": (".xlsx", ".xlsm"),
    "epub": (".epub",),
}
"""Formats that are read, with their endings; Office files with macros are read, macros are not."""

_PLAIN = ("text", "markdown", "csv")
_MAIN_PARTS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_MEDIA_TYPES = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/epub+zip": "epub",
}
_OTHER_MEDIA = {
    "application/vnd.oasis.opendocument.spreadsheet": ("ODS", "XLSX, CSV"),
    "application/vnd.oasis.opendocument.presentation": ("ODP", "PPTX, PDF"),
}
_OTHER = ((b"{\\rtf", "RTF", "DOCX, ODT"), (b"%!PS", "PostScript", "PDF"))
_IMAGES = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
_ARCHIVES = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7z"), (b"Rar!", "RAR"))
_UNREAD_ENDINGS = {
    **dict.fromkeys((".doc", ".dot"), ("DOC", "DOCX")),
    ".xls": ("XLS", "XLSX"),
    **dict.fromkeys((".ppt", ".pps"), ("PPT", "PPTX, PDF")),
    ".ods": ("ODS", "XLSX, CSV"),
    ".odp": ("ODP", "PPTX, PDF"),
    ".rtf": ("RTF", "DOCX, ODT"),
    ".ps": ("PostScript", "PDF"),
}
_IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic")
_ARCHIVE_ENDINGS = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError among them: an unknown compression
    KeyError,
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD = (("WordDocument", "DOC", "DOCX"), ("Workbook", "XLS", "XLSX"))
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


def format_of(name: str, data: bytes) -> str:
    """The format of a file, one of ``ENDINGS``.

    Raises:
        ReadError: nothing is known to read it, or it is damaged beyond recognition.
    """
    suffix = suffix_of(name)
    named = next((format for format, endings in ENDINGS.items() if suffix in endings), None)
    found = _by_content(data)
    if found:
        return found
    if named in _PLAIN or (named == "html" and b"<" in data[:4096]):
        return named
    if named:
        raise _not_what_it_says(named, suffix, data)
    raise unread(suffix)


def unread(suffix: str) -> ReadError:
    """The error for a file of whose kind only the ending is known; it is none of ``ENDINGS``."""
    if suffix in _UNREAD_ENDINGS:
        return other_format(*_UNREAD_ENDINGS[suffix])
    if suffix in _IMAGE_ENDINGS:
        return _image(suffix[1:].upper())
    if suffix in _ARCHIVE_ENDINGS:
        return _archive(suffix[1:].upper())
    return ReadError(
        f"no reader for {suffix or 'a name without ending'}; save it as PDF, DOCX or text",
        "no_reader",
        ending=suffix,
    )


def suffix_of(name: str) -> str:
    """The ending of a name, lower case with its dot, or ''."""
    base = name.rpartition("/")[2]
    stem, dot, ending = base.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _by_content(data: bytes) -> str | None:
    """What the bytes say, as far as they say something; raises for what cannot be read."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _of_archive(data)
    if data.startswith(_COMPOUND):
        raise _compound(data)
    for mark, format, remedy in _OTHER:
        if data.startswith(mark):
            raise other_format(format, remedy)
    for mark, format in _IMAGES:
        if data.startswith(mark):
            raise _image(format)
    for mark, format in _ARCHIVES:
        if data.startswith(mark):
            raise _archive(format)
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    return "html" if _HTML.match(start) else None


def _of_archive(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            media = _opening(archive, "mimetype") if "mimetype" in names else b""
    except _UNREADABLE:
        raise ReadError(
            "damaged: an archive that is cut off or broken; copy or save it anew",
            "damaged",
            format="ZIP",
            detail="the directory cannot be read",
        ) from None
    media_type = media.decode("ascii", "replace").strip()
    if media_type in _MEDIA_TYPES:
        return _MEDIA_TYPES[media_type]
    if media_type in _OTHER_MEDIA:
        raise other_format(*_OTHER_MEDIA[media_type])
    for part, format in _MAIN_PARTS.items():
        if part in names:
            return format
    raise _archive("ZIP")


def _opening(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part; it is not unpacked as a whole, since it may be a bomb."""
    with archive.open(name) as part:
        return part.read(200)


def _compound(data: bytes) -> ReadError:
    """Old Office formats, and new ones behind a password, share one container."""
    if _ENCRYPTED in data:
        return ReadError(
            "protected by a password; save it without one", "password", format="Office"
        )
    for stream, format, remedy in _OLD:
        if stream.encode("utf-16-le") in data:
            return other_format(format, remedy)
    return other_format("PPT", "PPTX, PDF")


def other_format(format: str, remedy: str) -> ReadError:
    """The error for a format that is known and not read."""
    return ReadError(
        f"{format} is not read; save it as {remedy}",
        "other_format",
        format=format,
        remedy=remedy,
    )


def _image(format: str) -> ReadError:
    return ReadError(
        f"{format} images are not read; make a PDF with a text layer of it (OCR)",
        "image",
        format=format,
    )


def _archive(format: str) -> ReadError:
    return ReadError(
        f"{format} archives are not read; unpack it, then sync again", "archive", format=format
    )


def _not_what_it_says(named: str, suffix: str, data: bytes) -> ReadError:
    if not data.strip(b"\x00 \t\r\n\f"):
        return ReadError("the file is empty", "empty")
    return ReadError(
        f"named {suffix}, but not a {named.upper()} file; check where it comes from",
        "mislabelled",
        ending=suffix,
        found="",
    )
