"""A paper as a Word document with real footnotes, which word processors number and move.

python-docx has no footnotes of its own; the part that holds them is added here, as Word writes it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Lines
from docx.text.run import Run

from index.values import Language
from qa.wording import quoted
from ui.exporting.paper import Entry, Note, Paper, Paragraph, isolated

_LOCALES: Final[dict[Language, str]] = {"de": "de-DE", "en": "en-GB"}
_NOTE, _MARK = "footnote text", "footnote reference"
_LONGEST_PROPERTY = 255
_FOOTNOTES: Final = f"""<w:footnotes {nsdecls("w")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0">
<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote></w:footnotes>"""
_SEPARATORS: Final = f"""<w:footnotePr {nsdecls("w")}>
<w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>"""


def write(paper: Paper) -> bytes:
    """The file."""
    return _Writer(paper).write()


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._document = Document()
        self._footnotes = parse_xml(_FOOTNOTES)
        self._set_up()

    def _set_up(self) -> None:
        """A4, the reader's language, and the styles that a blank document lacks."""
        document, styles = self._document, self._document.styles
        section = document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), _LOCALES[self._paper.words.language])
        note = styles.add_style(_NOTE, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        note.base_style, note.font.size = styles["Normal"], Pt(9)
        note.paragraph_format.space_after = Pt(2)
        styles.add_style(_MARK, WD_STYLE_TYPE.CHARACTER, builtin=True).font.superscript = True
        about = document.core_properties
        about.title = _line(self._paper.title)[:_LONGEST_PROPERTY]
        about.author, about.comments = "belegt", ""
        about.created = about.modified = datetime.now(UTC)

    def write(self) -> bytes:
        self._document.add_heading(_line(self._paper.title), 1)
        self._document.add_paragraph(self._paper.about)
        for entry in self._paper.entries:
            if len(self._paper.entries) > 1:
                self._document.add_heading(_line(entry.question), 2)
            self._entry(entry)
        self._attach_footnotes()
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _attach_footnotes(self) -> None:
        part, settings = self._document.part, self._document.settings.element
        name, kind = PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES
        footnotes = XmlPart(name, kind, self._footnotes, part.package)
        part.relate_to(footnotes, RELATIONSHIP_TYPE.FOOTNOTES)
        settings.find(qn("w:compat")).addprevious(parse_xml(_SEPARATORS))

    def _entry(self, entry: Entry) -> None:
        for fact in entry.facts:
            self._document.add_paragraph().add_run(fact).italic = True
        waiting = {note.number: note for note in entry.notes}
        for parts in entry.paragraphs:
            self._paragraph(parts, waiting, entry.language)
        if entry.nearest:
            self._document.add_heading(self._paper.words("nearest"), 3)
        for note in entry.nearest:
            self._quote(self._document.add_paragraph(style="List Number"), note)
            for line in note.lines:
                self._document.add_paragraph(line, "List Continue")

    def _paragraph(self, parts: Paragraph, waiting: dict[int, Note], language: Language) -> None:
        paragraph = self._document.add_paragraph()
        for part in parts:
            if part.number is not None and part.kind == "marker":
                self._reference(paragraph, part.number, waiting)
                continue
            run = paragraph.add_run(isolated(part.text) if part.kind == "quote" else part.text)
            _speaks(run, part.language or language)
            run.bold = part.kind == "missing" or None
            run.underline = part.kind == "unsupported" or None

    def _reference(self, paragraph: Lines, number: int, waiting: dict[int, Note]) -> None:
        """The mark of a footnote; where one is named again, a field that repeats its number."""
        run, bookmark = paragraph.add_run(style=_MARK), f"note_{number}"
        if number not in waiting:
            run.text = str(number)
            field = OxmlElement("w:fldSimple", {qn("w:instr"): f"NOTEREF {bookmark} \\h"})
            run._r.addprevious(field)
            field.append(run._r)
            return
        named = {qn("w:id"): str(number), qn("w:name"): bookmark}
        run._r.append(OxmlElement("w:footnoteReference", {qn("w:id"): str(number)}))
        run._r.addprevious(OxmlElement("w:bookmarkStart", named))
        run._r.addnext(OxmlElement("w:bookmarkEnd", {qn("w:id"): str(number)}))
        self._footnote(waiting.pop(number))

    def _footnote(self, note: Note) -> None:
        footnote = OxmlElement("w:footnote", {qn("w:id"): str(note.number)})
        self._footnotes.append(footnote)
        first, *others = [self._lines_in(footnote) for _ in range(1 + len(note.lines))]
        first.add_run(style=_MARK)._r.append(OxmlElement("w:footnoteRef"))
        first.add_run(" ")
        self._quote(first, note)
        for paragraph, line in zip(others, note.lines, strict=True):
            paragraph.add_run(line)

    def _lines_in(self, footnote: object) -> Lines:
        element = OxmlElement("w:p")
        footnote.append(element)
        paragraph = Lines(element, self._document._body)
        paragraph.style = _NOTE
        return paragraph

    def _quote(self, paragraph: Lines, note: Note) -> None:
        _speaks(paragraph.add_run(quoted(note.quote, note.language)), note.language)


def _line(text: str) -> str:
    return " ".join(text.split())


def _speaks(run: Run, language: Language) -> None:
    """In which language a run is read aloud and its spelling checked."""
    properties = run._r.get_or_add_rPr()
    properties.append(OxmlElement("w:lang", {qn("w:val"): _LOCALES[language]}))
