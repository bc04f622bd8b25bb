"""What an exported file holds is what was cited: each format is read back by a library of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from index.values import Passage, PassageId
from qa.values import Answer, AnswerSentence, Citation, Hit, NotInDocuments, Place, Timings
from qa.wording import lead_in, quoted
from ui.exporting import FORMATS, ExportError, export_to, file_name
from ui.exporting.paper import carried, paper_of
from ui.wording import words

DAY = date(2026, 11, 26)
DE, EN = words("de"), words("en")
HOSTILE = (
    "# <script>alert(1)</script> ![x](http://evil.example/a.png)\n\n"
    "  - *a* __b__ `c` ~~d~~ $5 und $7 :smile: :red[x] a|b\n|---|\n"
    "1. eins www.evil.example me@evil.example https://evil.example -- -> [^1] &amp; \\\n"
    "\tEnde \u202eumgekehrt\n===\n    Kode\n> Zitat\n```\n---\n"
)


def citation(number: int, quote: str, language="de", title="Der Titel", page=None, label=""):
    return Citation(
        number,
        "ordner/datei.pdf",
        title,
        "Verlag",
        "2018-10-26",
        "0123456789abcdef" * 4,
        120,
        120 + len(quote),
        quote,
        language,
        page,
        ("Kapitel",),
        (Place("kopie.txt", "f" * 64, 0, len(quote)),),
        label,
    )


def answer(*citations: Citation, question="Was kostet es?", extra="") -> Answer:
    text = "\n\n".join(
        f"{lead_in('de', c.title, c.date, c.language)} {quoted(c.quote, c.language)} [{c.number}]"
        for c in citations
    )
    sentences = tuple(AnswerSentence(c.quote, (c.number,), True) for c in citations)
    timings = Timings(1.0, 1.0)
    return Answer(
        question, "de", 0.93, "extractive", text + extra, sentences, citations, (), timings
    )


def refused(text: str) -> NotInDocuments:
    passage = Passage(PassageId(1), "a.txt", "e" * 64, 5, 5 + len(text), text, "de", (), None)
    hits = (Hit(passage, 0.2, {}),)
    return NotInDocuments("Und?", "de", 0.1, "not_covered", "Nichts.", hits, Timings(1.0, 1.0))


def unquoted(text: str) -> str:
    """Less the quotation marks around it."""
    assert text[0] in "„“"
    assert text[-1] in "“”"
    return text[1:-1]


# -- readers of the three formats, none of them ours --------------------------------------------


def markdown_tokens(data: bytes):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    return parser.parse(data.decode())


def inline_text(token) -> str:
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(breaks.get(c.type, c.content) for c in token.children)


def markdown_notes(data: bytes) -> list[list[str]]:
    """The paragraphs of each footnote."""
    notes: list[list[str]] = []
    inside = False
    for token in markdown_tokens(data):
        if token.type == "footnote_open":
            notes.append([])
            inside = True
        elif token.type == "footnote_close":
            inside = False
        elif token.type == "inline" and inside:
            notes[-1].append(inline_text(token))
    return notes


def html_notes(data: bytes) -> list[list[str]]:
    page = lxml_html.fromstring(data.decode())
    return [
        [block.text_content() for block in item.iter("blockquote", "p")]
        for item in page.iterfind(".//ol[@class='notes']/li")
    ]


def docx_notes(data: bytes) -> list[list[str]]:
    document = docx.Document(io.BytesIO(data))
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES)
    return [
        ["".join(run.text for run in p.iter(qn("w:r"))) for p in note.iter(qn("w:p"))]
        for note in parse_xml(part.blob).iter(qn("w:footnote"))
        if int(note.get(qn("w:id"))) > 0
    ]


READERS = {"md": markdown_notes, "html": html_notes, "docx": docx_notes}


def notes_in(ending: str, paper) -> list[list[str]]:
    return READERS[ending](FORMATS[ending].write(paper))


# -- what must hold ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_every_quote_comes_back_with_its_place(ending):
    cited = (
        citation(1, "Der Preis beträgt 1.234,56 € – z. B. für 3*4*5."),
        citation(2, "It costs\nninety.", "en", page=3, label="iii"),
    )
    first, second = notes_in(ending, paper_of([answer(*cited)], {}, DE, DAY))
    assert unquoted(first[0].strip()) == cited[0].quote
    assert unquoted(second[0].strip()) == cited[1].quote
    assert (
        second[1] == "Der Titel · Verlag · 26. Oktober 2018 · Englisch · Seite 3 („iii“) · Kapitel"
    )
    assert second[2] == "Datei ordner/datei.pdf, Zeichen 120 bis 136, Fassung 0123456789ab"
    assert second[3] == "Auch in: kopie.txt"


def comes_back(ending: str, quotes: list[str]) -> None:
    cited = [citation(number, quote) for number, quote in enumerate(quotes, start=1)]
    shown = [note[0] for note in notes_in(ending, paper_of([answer(*cited)], {}, EN, DAY))]
    bare = [unquoted(text.removeprefix(" ")) for text in shown]
    assert bare == [carried(quote) for quote in quotes]


# Several a file, for a DOCX takes its time; the first letter keeps one from lying in another.
ANY = st.text(max_size=60) | st.text("#*-_`~[]()<>!|\\$&:.1 \n\t+=", max_size=40)
QUOTES = st.lists(ANY, min_size=1, max_size=20).map(
    lambda texts: [f"{at:02}{text}" for at, text in enumerate(texts)]
)


@pytest.mark.parametrize("ending", ["md", "html"])
@given(quotes=QUOTES)
@settings(max_examples=40, deadline=None)
def test_any_text_comes_back_to_the_character(ending, quotes):
    comes_back(ending, quotes)


@given(quotes=QUOTES)
@settings(max_examples=6, deadline=None)
def test_any_text_comes_back_from_a_document(quotes):
    comes_back("docx", quotes)


@pytest.mark.parametrize("ending", FORMATS)
def test_hostile_text_is_text(ending):
    hostile = citation(1, HOSTILE, title=HOSTILE)
    paper = paper_of([answer(hostile, question=HOSTILE), refused(HOSTILE)], {}, DE, DAY, HOSTILE)
    data = FORMATS[ending].write(paper)
    ((text, *_),) = READERS[ending](data)[:1]
    assert unquoted(text.strip()) == HOSTILE
    if ending == "md":
        tokens = markdown_tokens(data)
        kinds = {t.type for t in tokens} | {c.type for t in tokens for c in t.children or ()}
        assert kinds.isdisjoint(
            {"html_block", "html_inline", "link_open", "image", "code_inline", "fence", "hr"}
            | {"code_block", "table_open", "s_open", "bullet_list_open", "ordered_list_open"}
        )
        levels = [t.tag for t in tokens if t.type == "heading_open"]
        assert levels == ["h1", "h2", "h2"]
    elif ending == "html":
        page = lxml_html.fromstring(data.decode())
        assert not page.xpath("//script | //img | //iframe | //form | //@onerror")
        assert all(link.startswith("#") for link in page.xpath("//@href | //@src"))
    else:
        document = docx.Document(io.BytesIO(data))
        kinds = {rel.reltype for rel in document.part.rels.values() if rel.is_external}
        assert not kinds
        assert not document.element.xpath("//w:instrText | //w:hyperlink | //w:object")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_conversation_numbers_its_notes_through(ending):
    replies = [
        answer(citation(1, "Eins."), citation(2, "Zwei.")),
        refused("Fast."),
        answer(citation(1, "Drei."), extra=" [1]"),
    ]
    paper = paper_of(replies, {}, EN, DAY, "Talk")
    assert [note.number for entry in paper.entries for note in entry.notes] == [1, 2, 3]
    assert [unquoted(n[0].strip()) for n in notes_in(ending, paper) if n[0].strip() != "“Fast.”"][
        :2
    ] == ["Eins.", "Zwei."]


def test_a_note_that_is_named_twice_is_one_note():
    paper = paper_of([answer(citation(1, "Eins."), extra=" Noch einmal. [1]")], {}, DE, DAY)
    assert [len(notes_in(ending, paper)) for ending in FORMATS] == [1, 1, 1]
    document = docx.Document(io.BytesIO(FORMATS["docx"].write(paper)))
    assert document.element.xpath("//w:fldSimple/@w:instr") == ["NOTEREF note_1 \\h"]


def test_unsupported_and_missing_are_told():
    reply = answer(citation(1, "Eins."), extra=" Zwei. (nicht belegt)")
    sentences = (*reply.sentences, AnswerSentence("Zwei.", (), False))
    reply = replace(
        reply, mode="generated", sentences=sentences, model="m/1", dropped=2, understood="Was?"
    )
    for ending in ("md", "html"):
        text = FORMATS[ending].write(paper_of([reply], {}, DE, DAY)).decode()
        assert "Zwei." in text
        assert "nicht belegt" in text
        assert DE("mode_generated") in text
        assert DE("export_model", model="m/1") in text
        assert DE("export_understood", question="Was?") in text
        assert DE.counted("export_dropped", 2) in text


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="needs pandoc")
@pytest.mark.parametrize(("ending", "kind"), [("docx", "docx"), ("md", "gfm+footnotes")])
def test_another_program_finds_real_footnotes(ending, kind, tmp_path):
    path = tmp_path / f"x.{ending}"
    quote = "Der Preis beträgt 90 EUR."
    export_to(paper_of([answer(citation(1, quote))], {}, DE, DAY), path)
    command = ["pandoc", "-f", kind, "-t", "native", str(path)]
    native = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert native.count("Note") == 1
    plain = subprocess.run(
        [*command[:4], "plain", "--wrap=none", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert quote in plain.split("[1]")[-1]


def test_names_of_files_suit_every_file_system():
    assert file_name("Was kostet's?", DAY, "md") == "Was-kostet-s-2026-11-26.md"
    assert file_name("../..\\x:\u202e*", DAY, "docx") == "x-2026-11-26.docx"
    assert file_name("?", DAY, "html") == "belegt-2026-11-26.html"
    assert file_name("NUL", DAY, "html") == "belegt-2026-11-26.html"


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_title_gives_a_short_plain_name(title):
    name = file_name(title, DAY, "docx")
    assert len(name.encode()) < 100
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(c)[0] in "LNMP" for c in name)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"ends in \.docx, \.html, \.md"):
        export_to(paper_of([answer(citation(1, "Eins."))], {}, DE, DAY), tmp_path / "x.pdf")
