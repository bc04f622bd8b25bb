"""A paper as GitHub-flavoured Markdown with footnotes. Foreign text is escaped: it reads as it
stands, and a parser finds the same characters again."""

from __future__ import annotations

import re

from qa.wording import quoted
from ui.exporting.paper import Entry, Note, Paper, Paragraph, isolated
from ui.render import Part

_MEANS_SOMETHING = re.compile(
    r"[\\`*_{}\[\]<>#|~$!@^]|&(?=[#\w])|:(?=\S)|-(?=-)|\.(?=\.)|(?<=www)\.", re.IGNORECASE
)
_BEGINS_A_LINE = re.compile(r"(?m)^([ \t]*\d{0,9})([-+=.)])")
_AT_AN_EDGE = re.compile(r"(?<=\n)[ \t]+|[ \t]+(?=\n)")


def write(paper: Paper) -> bytes:
    """The file; it needs nothing else."""
    blocks = [f"# {_line(paper.title)}", f"*{_line(paper.about)}*"]
    for entry in paper.entries:
        if len(paper.entries) > 1:
            blocks.append(f"## {_line(entry.question)}")
        blocks += _entry(entry, paper)
    blocks += [_footnote(note) for entry in paper.entries for note in entry.notes]
    return ("\n\n".join(blocks) + "\n").encode()


def _entry(entry: Entry, paper: Paper) -> list[str]:
    blocks = [f"*{_line(fact)}*" for fact in entry.facts]
    blocks += [_paragraph(parts) for parts in entry.paragraphs]
    if entry.nearest:
        blocks.append(f"**{_line(paper.words('nearest'))}**")
    return blocks + [_nearest(note) for note in entry.nearest]


def _paragraph(parts: Paragraph) -> str:
    return "".join(_part(part) for part in parts).strip()


def _part(part: Part) -> str:
    match part.kind:
        case "marker":
            return f"[^{part.number}]"
        case "quote":
            return escaped(isolated(part.text))
        case _:
            return escaped(part.text)


def _footnote(note: Note) -> str:
    lines = [escaped(quoted(note.quote, note.language)), *map(_line, note.lines)]
    return f"[^{note.number}]: " + "\n\n    ".join(line.replace("\n", "\n    ") for line in lines)


def _nearest(note: Note) -> str:
    lines = [escaped(quoted(note.quote, note.language)), *map(_line, note.lines)]
    return "\n>\n".join("> " + line.replace("\n", "\n> ") for line in lines)


def _line(text: str) -> str:
    return escaped(" ".join(text.split()))


def escaped(text: str) -> str:
    """Text that no rule of Markdown changes: breaks are hard, space at an edge is written out."""
    edges = _AT_AN_EDGE.sub(lambda m: "".join(f"\0{ord(c)};" for c in m.group()), text)
    inert = _MEANS_SOMETHING.sub(lambda m: f"\\{m.group()}", edges)
    return _BEGINS_A_LINE.sub(r"\1\\\2", inert).replace("\0", "&#").replace("\n", "\\\n")
