"""Replies become inert HTML and exact parts; what stems from a document shows as it stands."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store import Failure, Source
from index.values import Document, Note, Passage, PassageId
from qa.serial import reply_from_json, reply_to_json
from qa.values import Answer, AnswerSentence, Citation, Hit, NotInDocuments, Timings
from qa.values import Place as Spot
from qa.wording import not_answered
from ui import render
from ui.render_documents import documents_table, failures_table, notes_table, remark
from ui.wording import words

DE, EN = words("de"), words("en")
HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror="alert(1)"> $5 und $7 :red[rot] **fett**'
    " ![x](http://x.example/a.png) \u202eumgekehrt [1] [9] & </blockquote>"
)
TIMES = Timings(1.0, 1.0)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def parsed(fragment: str) -> Tags:
    tags = Tags()
    tags.feed(fragment)
    return tags


def citation(number=1, quote="Ein Satz.", start=0, **given) -> Citation:
    values = {
        "document": "a.txt",
        "title": "Titel",
        "publisher": "Amt",
        "date": "2018-06",
        "revision": "r1",
        "language": "de",
        "page": None,
        "heading": ("Teil 1", "Teil 2"),
        **given,
    }
    return Citation(number=number, start=start, end=start + len(quote), quote=quote, **values)


def answer(text: str, *citations: Citation, sentences=()) -> Answer:
    return Answer("Frage?", "de", 0.93, "extractive", text, sentences, citations, (), TIMES)


def document(path="a.txt", revision="r1", title="Titel") -> Document:
    return Document(path, revision, title, "Amt", "2018-06", "de", "")


def hit(text="Ein Satz.", path="a.txt") -> Hit:
    return Hit(Passage(PassageId(1), path, "r1", 0, len(text), text, "en", (), 3), 0.5, {})


# -- answers ----------------------------------------------------------------------------------


def test_markers_are_parts_of_their_own_and_quotes_carry_their_language():
    reply = answer("Laut „Titel“: „Ein Satz.“ [1]", citation(language="en"))
    assert [(p.kind, p.text, p.language, p.number) for p in render.answer_parts(reply)] == [
        ("text", "Laut „Titel“: „", None, None),
        ("quote", "Ein Satz.", "en", None),
        ("text", "“ ", None, None),
        ("marker", "[1]", None, 1),
    ]


def test_a_bracketed_number_inside_a_quote_is_no_marker():
    quote = "Siehe Quelle [1] und [2]."
    parts = render.answer_parts(answer(f"„{quote}“ [1]", citation(quote=quote)))
    assert [p.text for p in parts if p.kind == "marker"] == ["[1]"]
    assert [p.text for p in parts if p.kind == "quote"] == [quote]


def test_an_excerpt_begins_where_what_comes_nearest_would_be_cut():
    text = "Anfang. " * 60 + "Die Frist endet am 1. Juni. " + "Ende. " * 100
    at = text.index("Die Frist")
    assert render.excerpt("kurz", 3) == "kurz"
    assert render.excerpt(text).startswith("Anfang.")
    assert render.excerpt(text, at).startswith("… Die Frist endet am 1. Juni. Ende.")
    assert len(render.excerpt(text, at)) <= render.EXCERPT + 4
    assert render.excerpt(text, 8) == render.excerpt(text)  # it is read from the beginning
    last = text.rindex("Ende.")
    assert render.excerpt(text, last) == "… Ende. "


def test_a_number_without_citation_is_no_marker():
    parts = render.answer_parts(answer("Ein Satz. [1] [7]", citation()))
    assert [p.number for p in parts if p.kind == "marker"] == [1]


def test_a_sentence_without_support_is_marked():
    sentences = (AnswerSentence("Das ist frei erfunden.", (), False),)
    text = "Ein Satz. [1] Das ist frei erfunden. (nicht belegt)"
    parts = render.answer_parts(answer(text, citation(), sentences=sentences))
    assert [(p.kind, p.text) for p in parts[-3:] if p.text != " "] == [
        ("unsupported", "Das ist frei erfunden."),
        ("remark", "(nicht belegt)"),
    ]


def test_a_sentence_in_other_words_says_so_and_keeps_its_marker():
    sentences = (AnswerSentence("Es gibt (umformuliert).", (1,), False, True),)
    text = "Es gibt (umformuliert). (umformuliert, bitte vergleichen) [1]"
    parts = render.answer_parts(answer(text, citation(), sentences=sentences))
    assert [(p.kind, p.text) for p in parts if p.text != " "] == [
        ("text", "Es gibt (umformuliert). "),
        ("remark", "(umformuliert, bitte vergleichen)"),
        ("marker", "[1]"),
    ]


def test_what_is_not_answered_is_told_apart_and_holds_no_marker():
    note = not_answered("de", ["Und wer war [1]?"])
    reply = replace(answer(f"„Ein Satz.“ [1]\n\n{note}", citation()), missing=("Und wer war [1]?",))
    parts = render.answer_parts(reply)
    assert [p.text for p in parts if p.kind == "missing"] == [note]
    assert "".join(p.text for p in parts) == reply.text
    assert len([p for p in parts if p.kind == "marker"]) == 1


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=12), max_size=3))
def test_the_parts_of_an_answer_are_its_text(text, quotes):
    cited = tuple(citation(n, quote) for n, quote in enumerate(quotes, start=1))
    whole = text + "".join(f"„{c.quote}“ [{c.number}]" for c in cited)
    assert "".join(p.text for p in render.answer_parts(answer(whole, *cited))) == whole


@pytest.mark.parametrize(
    ("confidence", "german"),
    [
        (0.93, "Antwort steht in den Dokumenten: sehr wahrscheinlich (93\u00a0%)"),
        (0.7, "Antwort steht in den Dokumenten: wahrscheinlich (70\u00a0%)"),
        (0.05, "Antwort steht in den Dokumenten: sehr unwahrscheinlich (5\u00a0%)"),
    ],
)
def test_confidence_is_words_and_a_figure(confidence, german):
    assert render.confidence_text(confidence, DE) == german


def test_a_marker_is_named_with_title_and_page():
    assert render.marker_name(citation(2), DE) == "Beleg 2: Titel"
    assert render.marker_name(citation(2, page=4), EN) == "Evidence 2: Titel, page 4"


# -- places -----------------------------------------------------------------------------------


def test_a_card_has_number_title_facts_quote_and_language():
    place = render.places(answer("x", citation(language="en")), {}, DE)[0]
    shown = parsed(render.place_html(place, "de", DE))
    for expected in (
        "1",
        "Titel",
        "Amt · Juni 2018 · Englisch · Teil 1 › Teil 2",
        "Ein Satz.",
        "auf Englisch",
    ):
        assert expected in shown.text
    assert "auf Englisch" not in render.place_html(place, "en", DE)


def test_a_refusal_shows_its_three_nearest_passages():
    hits = tuple(hit(path=name) for name in ("a.txt", "b.txt", "c.txt", "d.txt"))
    reply = NotInDocuments("?", "de", 0.1, "not_covered", "Nein.", hits, TIMES)
    places = render.places(reply, {"a.txt": document()}, DE)
    assert [(p.number, p.title, p.facts) for p in places] == [
        (1, "Titel", "Amt · Juni 2018 · Englisch · Seite 3"),
        (2, "b.txt", "ohne Datum · Englisch · Seite 3"),
        (3, "c.txt", "ohne Datum · Englisch · Seite 3"),
    ]


def test_a_long_passage_is_cut_at_a_word():
    shown = render.excerpt("Wort " * 200)
    assert len(shown) <= render.EXCERPT + 2
    assert shown.endswith("Wort …")


# -- the reader -------------------------------------------------------------------------------


def test_the_reader_marks_the_opened_place_and_the_others_of_the_reply():
    text = "Vorher. Erster Satz. Dazwischen. Zweiter Satz. Nachher."
    quotes = ("Erster Satz.", "Zweiter Satz.")
    cited = [citation(n, q, text.index(q)) for n, q in enumerate(quotes, start=1)]
    first, second = render.places(answer("x", *cited), {}, DE)
    shown = render.reading(second, [first, second], text, {"a.txt": document()}, DE)
    assert [(p.kind, p.text) for p in shown.parts if p.kind != "text"] == [
        ("other", "Erster Satz."),
        ("quote", "Zweiter Satz."),
    ]
    assert "".join(p.text for p in shown.parts) == text
    assert (shown.position, shown.previous, shown.next) == ("2 von 2", 1, None)
    assert shown.notes == ()


@pytest.mark.parametrize(
    ("documents", "text", "notes"),
    [
        ({"a.txt": document(revision="r2")}, "Ein Satz.", ["changed", "original_gone"]),
        ({}, "Ein Satz.", ["removed", "original_gone"]),
        ({"a.txt": document()}, None, ["text_gone"]),
        ({"a.txt": document(revision="r2")}, None, ["text_gone", "original_gone"]),
        ({"a.txt": document()}, "Kein Satz. Hier.", ["quote_differs"]),
    ],
)
def test_the_reader_says_when_the_source_is_not_what_was_cited(documents, text, notes):
    place = render.places(answer("x", citation()), {}, DE)[0]
    shown = render.reading(place, [place], text, documents, DE)
    assert shown.notes == tuple(DE(note) for note in notes)
    assert [p.text for p in shown.parts if p.kind == "quote"] == (
        [] if "quote_differs" in notes else ["Ein Satz."]
    )


def test_a_very_long_document_is_cut_around_the_place(monkeypatch):
    monkeypatch.setattr(render, "WINDOW", 20)
    text = "a" * 100 + "Ein Satz." + "b" * 100
    place = render.places(answer("x", citation(start=100)), {}, DE)[0]
    shown = render.reading(place, [place], text, {"a.txt": document()}, DE)
    assert "".join(p.text for p in shown.parts) == "a" * 20 + "Ein Satz." + "b" * 20
    assert shown.notes == (DE("window", shown=49, total=209),)
    assert shown.start == 80


def test_where_else_a_quote_stands_opens_there():
    also = (Spot("b.txt", "r9", 8, 17), Spot("gone.txt", "r3", 0, 9))
    documents = {"a.txt": document(), "b.txt": document("b.txt", "r9", "Kopie")}
    (place,) = render.places(answer("x", replace(citation(), also=also)), documents, DE)
    assert [(p.title, p.document, p.start) for p in place.also] == [
        ("Kopie", "b.txt", 8),
        ("gone.txt", "gone.txt", 0),
    ]
    shown = render.reading(place.also[0], [place], "Vorher: Ein Satz.", documents, DE)
    assert [(p.kind, p.text) for p in shown.parts] == [("text", "Vorher: "), ("quote", "Ein Satz.")]
    assert (shown.heading, shown.notes, shown.start) == ("Kopie", (), 0)


def test_a_folded_passage_of_a_refusal_opens_too():
    near = hit("Ein Satz.", "a.txt")
    folded = replace(near, also=(replace(near.passage, document="b.txt", start=5, end=14),))
    refused = NotInDocuments("?", "de", 0.1, "not_covered", "…", (folded,), TIMES)
    (place,) = render.places(reply_from_json(reply_to_json(refused)), {}, DE)
    assert [(p.document, p.start, p.text) for p in place.also] == [("b.txt", 5, "Ein Satz.")]


def test_a_whole_document_is_shown_from_its_beginning():
    place = render.places(answer("x", citation()), {}, DE)[0]
    whole = render.whole(document("b.txt", title="Anderes"), 1, DE)
    shown = render.reading(whole, [place], "Text.", {"b.txt": document("b.txt")}, DE)
    assert [(p.kind, p.text) for p in shown.parts] == [("text", "Text.")]
    assert (shown.heading, shown.notes, shown.start) == ("Anderes", (), 0)


# -- inertness --------------------------------------------------------------------------------


def fragments(text: str) -> list[str]:
    hostile = citation(quote=text, title=text, publisher=text, heading=(text,), date=text)
    place = render.places(answer(text, hostile), {}, DE)[0]
    refused = NotInDocuments(text, "de", 0.1, "not_covered", text, (hit(text, text),), TIMES)
    near = render.places(refused, {}, DE)[0]
    source = Source(text, text, 0.5, (Note(text, text),), "1", "")
    shelf = [replace(document(path=text, title=text), publisher=text, kind=text, date=text)]
    return [
        render.question_html(text, DE),
        render.place_html(place, "en", DE),
        render.place_html(near, "de", DE),
        render.refusal_html(refused),
        documents_table(shelf, {}, {text: source}, {text: 2}, DE),
        failures_table([Failure(text, Note(text))], DE),
        notes_table({text: source}, DE),
        render.fault_html(text, text),
        render.note_html(text, text),
    ]


OURS = {"div", "p", "span", "bdi", "strong", "blockquote", "table", "thead", "tbody"}
OURS |= {"tr", "th", "td", "code", "br"}


@pytest.mark.parametrize("fragment", fragments(HOSTILE))
def test_hostile_text_shows_as_it_stands_and_does_nothing(fragment):
    shown = parsed(fragment)
    assert shown.names <= OURS
    assert HOSTILE in shown.text


@given(st.text(max_size=80))
def test_any_text_is_only_text(text):
    for fragment in fragments(text):
        assert parsed(fragment).names <= OURS


def test_the_page_is_shown_as_printed_where_that_differs():
    place = render.places(answer("x", citation(page=12, page_label="iv")), {}, DE)[0]
    assert "Seite 12 („iv“)" in place.facts
    place = render.places(answer("x", citation(page=12, page_label="12")), {}, EN)[0]
    assert "page 12 ·" in place.facts
    assert render.marker_name(citation(page=3), DE).endswith(", Seite 3")


@pytest.mark.parametrize(
    ("note", "german", "english"),
    [
        (
            Note("x", "too_big", {"size": 50.3, "limit": 50.0}),
            "50,3 MB, erlaubt sind 50. Die Datei teilen oder „max_file_mb“ erhöhen.",
            "50.3 MB, the limit is 50. Split the file or raise “max_file_mb”.",
        ),
        (
            Note("x", "no_reader", {"ending": ""}),
            "Dateien dieser Art werden nicht gelesen (Endung: keine). Als PDF, DOCX oder Text"
            " speichern.",
            "Files of this kind are not read (ending: none). Save it as PDF, DOCX or text.",
        ),
    ],
)
def test_a_reason_is_said_in_both_languages(note, german, english):
    assert remark("failed", note, DE) == (german, "de")
    assert remark("failed", note, EN) == (english, "en")


@pytest.mark.parametrize("note", [Note("its own line", "new"), Note("its own line", "too_big")])
def test_a_reason_that_the_catalogue_lacks_is_said_in_its_own_words(note):
    assert remark("failed", note, DE) == ("its own line", "en")


def test_a_label_shows_markdown_as_it_stands():
    label = render.plain_label("$5 :red[x] -- **fett** www.example.org")
    assert label.replace("\u2060", "") == (r"\$5 \:red\[x\] \-\- \*\*fett\*\* www\.example\.org")
    assert not re.search(r"--|->|\*\*|www\.", label)


def test_plain_text_has_the_reply_and_its_places():
    text = render.reply_text(answer("„Ein Satz.“ [1]", citation()), {}, DE)
    assert text == (
        "„Ein Satz.“ [1]\n\n[1] Titel · Amt · Juni 2018 · Deutsch · Teil 1 › Teil 2\n    a.txt\n"
        "    Ein Satz.\n"
    )
