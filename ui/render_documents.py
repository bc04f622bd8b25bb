"""What is indexed and what is not, as tables: shares, remarks, reasons and remedies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import Formatter

from index.files import visible
from index.store import Failure, Source
from index.values import Document, Language, Note
from ui.render import escape, foreign, table_html
from ui.wording import CATALOGUE, Words


def remark(kind: str, note: Note, w: Words) -> tuple[str, Language]:
    """What a note says, and in which language: its own English line where we have no words for it.

    ``kind`` is ``failed`` or ``note``.
    """
    key = f"{kind}_{note.code}"
    if key not in CATALOGUE or not _places(key) <= note.values.keys():
        return note.text, "en"
    return w(
        key, **{name: _said(name, value, w) for name, value in note.values.items()}
    ), w.language


def _places(key: str) -> set[str]:
    """Names of the values that the words ask for."""
    return {name for _, name, _, _ in Formatter().parse(CATALOGUE[key][0]) if name}


def _said(name: str, value: str | int | float, w: Words) -> str:
    if isinstance(value, str):
        unit = f"unit_{value}"
        return w(unit) if name == "what" and unit in CATALOGUE else value or w("none")
    return w.number(value, 0 if float(value).is_integer() else 1)


def documents_table(
    documents: Sequence[Document],
    passages: Mapping[str, int],
    sources: Mapping[str, Source],
    pages: Mapping[str, int],
    w: Words,
) -> str:
    """What is indexed, one row a document."""
    names = ("title", "language", "date", "kind", "publisher", "share", "passages")
    rows = [
        (
            f"<strong>{foreign(d.title, d.language)}</strong><br>{_file(d.path)}"
            f"{_format(sources.get(d.path), pages.get(d.path, 0), w)}",
            escape(w(f"answer_{d.language}")),
            f'<span class="b-day">{foreign(w.date(d.date))}</span>',
            foreign(d.kind),
            foreign(d.publisher or _author(sources.get(d.path))),
            _share(sources.get(d.path), w),
            w.number(passages.get(d.path, 0)),
        )
        for d in documents
    ]
    head = [w(f"col_{name}") for name in names]
    head[0] += f" · {w('col_file')}"
    return table_html(w("table_documents"), head, rows)


def failures_table(failures: Iterable[Failure], w: Words) -> str:
    """Files that were not read, with reason and remedy."""
    rows = [(_file(f.path), _text(*remark("failed", f.note, w))) for f in failures]
    return table_html(w("failures"), (w("col_file"), w("col_remedy")), rows)


def notes_table(sources: Mapping[str, Source], w: Words) -> str:
    """What is to be known of documents that were read; empty where there is nothing."""
    rows = [
        (_file(path), "<br>".join(_text(*remark("note", note, w)) for note in source.notes))
        for path, source in sorted(sources.items())
        if source.notes
    ]
    return table_html(w("notes"), (w("col_file"), w("col_note")), rows) if rows else ""


def _file(path: str) -> str:
    return f"<code>{foreign(visible(path))}</code>"


def _text(text: str, language: Language) -> str:
    return foreign(text, language)


def _author(source: Source | None) -> str:
    return source.author if source else ""


def _format(source: Source | None, pages: int, w: Words) -> str:
    """``PDF · 12 pages``."""
    if source is None or source.format in ("text", "markdown"):
        return ""
    facts = [source.format.upper(), *([w.counted("pages_of", pages)] if pages else [])]
    return f' <span class="b-day">· {escape(" · ".join(facts))}</span>'


def _share(source: Source | None, w: Words) -> str:
    return escape(w.percent(source.share)) if source else ""
