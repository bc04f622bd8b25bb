"""A paper as one HTML file that needs nothing else; its policy forbids every script and request."""

from __future__ import annotations

from typing import Final

from qa.wording import quoted
from ui.exporting.paper import Entry, Note, Paper, Paragraph
from ui.render import Part, escape, foreign
from ui.wording import Words


def write(paper: Paper) -> bytes:
    """The file."""
    page = _PAGE.format(
        language=paper.words.language,
        title=escape(" ".join(paper.title.split())),
        style=_STYLE,
        heading=foreign(paper.title),
        about=escape(paper.about),
        entries="".join(_entry(entry, paper) for entry in paper.entries),
    )
    return page.encode()


def _entry(entry: Entry, paper: Paper) -> str:
    w, several = paper.words, len(paper.entries) > 1
    question = f"<h2>{foreign(entry.question)}</h2>" if several else ""
    facts = "".join(f'<p class="fact">{foreign(fact)}</p>' for fact in entry.facts)
    seen: set[int] = set()
    paragraphs = "".join(_paragraph(parts, seen) for parts in entry.paragraphs)
    notes = "".join(
        _note(note, f' id="note-{note.number}"', _back(note, w)) for note in entry.notes
    )
    if notes:
        first = entry.notes[0].number
        notes = f'<h3>{escape(w("evidence"))}</h3><ol class="notes" start="{first}">{notes}</ol>'
    nearest = "".join(_note(note, "", "") for note in entry.nearest)
    if nearest:
        nearest = f'<h3>{escape(w("nearest"))}</h3><ol class="notes">{nearest}</ol>'
    return (
        f"<article>{question}{facts}"
        f'<div lang="{entry.language}">{paragraphs}</div>{notes}{nearest}</article>'
    )


def _paragraph(parts: Paragraph, seen: set[int]) -> str:
    return f'<p class="answer">{"".join(_part(part, seen) for part in parts)}</p>'


def _part(part: Part, seen: set[int]) -> str:
    match part.kind:
        case "marker" if part.number is not None:
            place = "" if part.number in seen else f' id="from-{part.number}"'
            seen.add(part.number)
            return f'<sup{place}><a href="#note-{part.number}">{part.number}</a></sup>'
        case "unsupported":
            return f"<u>{foreign(part.text)}</u>"
        case "remark":
            return f'<span class="tag">{escape(part.text)}</span>'
        case "missing":
            return f"<strong>{escape(part.text)}</strong>"
        case "quote":
            return foreign(part.text, part.language)
        case _:
            return escape(part.text)


def _note(note: Note, place: str, back: str) -> str:
    quote = quoted(note.quote, note.language)
    lines = "".join(f'<p class="source">{foreign(line)}</p>' for line in note.lines)
    return (
        f'<li{place}><blockquote lang="{note.language}" dir="auto">{escape(quote)}</blockquote>'
        f"{lines}{back}</li>"
    )


def _back(note: Note, w: Words) -> str:
    label = escape(w("export_back", number=note.number))
    return f'<p class="source"><a href="#from-{note.number}">{label}</a></p>'


_STYLE: Final = """
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 0 auto; padding: 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 1px solid; font-size: 1.25rem; }
h3 { font-size: 1rem; }
h1, h2, p, li { overflow-wrap: anywhere; }
.answer, blockquote { white-space: pre-wrap; }
.fact, .source { margin: 0.25rem 0; font-size: 0.875rem; }
.fact { font-weight: 600; }
.notes { padding-inline-start: 2rem; }
.notes li { margin-bottom: 1rem; }
.notes li:target { outline: 2px solid; outline-offset: 0.4rem; }
blockquote { margin: 0; }
.tag { padding: 0 0.4em; border: 1px solid; border-radius: 0.25rem; font-size: 0.75em; }
sup { line-height: 0; }
@media print { body { max-width: none; padding: 0; } }
"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{heading}</h1>
<p class="source">{about}</p>
{entries}
</main>
</body>
</html>
"""
