"""Outside files into documents and cases: every place checked, every fault one line with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, load_cases
from eval.importers.imported import Imported, ImportedFileError, Page, slug, write
from eval.importers.nomiracl import may_be_fitted, nomiracl
from eval.importers.squad import mixed, near_misses, read_squad, single
from eval.importers.trec import read_topics, trec
from eval.places import resolve
from index.store import Store
from index.sync import sync

GERMAN = "Die Größe der Straße beträgt 5 m. Über 500 Partner sind dabei, und der Hub wächst."
ENGLISH = "The street is 5 m wide. More than 500 partners take part, and the hub is growing."


def qa(name, question, context, *answers):
    found = [{"text": a, "answer_start": context.index(a)} for a in answers]
    return {"id": name, "question": question, "answers": found}


def squad(*articles):
    """A file of articles, each a title and paragraphs of context and questions."""
    return {
        "data": [
            {"title": title, "paragraphs": [{"context": c, "qas": list(q)} for c, q in paragraphs]}
            for title, paragraphs in articles
        ]
    }


def save(path: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def parallel(tmp_path: Path, articles: int = 2, paragraphs: int = 2) -> tuple[Path, Path]:
    """A German and an English file with the same question ids."""

    def side(context, question, answer):
        return squad(
            *[
                (
                    f"Title_{i}",
                    [
                        (f"{context} {i}{j}", [qa(f"q{i}{j}", question, context, answer)])
                        for j in range(paragraphs)
                    ],
                )
                for i in range(articles)
            ]
        )

    german = side(GERMAN, "Wie viele Partner sind bei dem Hub dabei?", "Über 500 Partner")
    english = side(ENGLISH, "How many partners are there at the hub?", "More than 500 partners")
    return save(tmp_path / "x.de.json", german), save(tmp_path / "x.en.json", english)


def texts_of(imported: Imported) -> dict[str, str]:
    return {page.path: page.text for page in imported.pages}


def quotes(imported: Imported, case: Case) -> list[str]:
    texts = texts_of(imported)
    return [texts[s.document][s.start : s.end] for s in resolve(case, texts)]


# -- SQuAD ----------------------------------------------------------------------------------------


def test_a_file_becomes_documents_and_cases(tmp_path: Path) -> None:
    german, _ = parallel(tmp_path)
    imported = single(read_squad(german))
    assert [(p.path, p.title, p.language) for p in imported.pages] == [
        ("title-0/0.txt", "Title 0", "de"),
        ("title-0/1.txt", "Title 0", "de"),
        ("title-1/0.txt", "Title 1", "de"),
        ("title-1/1.txt", "Title 1", "de"),
    ]
    assert [(c.id, c.language, c.cluster) for c in imported.cases[:2]] == [
        ("q00", "de", "title-0/0.txt"),
        ("q01", "de", "title-0/1.txt"),
    ]
    assert quotes(imported, imported.cases[0]) == ["Über 500 Partner"]
    assert imported.cases[0].answers == (("Über 500 Partner",),)


def test_a_second_file_adds_its_questions_and_hides_the_titles(tmp_path: Path) -> None:
    german, english = map(read_squad, parallel(tmp_path))
    imported = single(german, [english])
    assert {page.title for page in imported.pages} == {""}
    assert [(c.id, c.language) for c in imported.cases[:2]] == [("q00-de", "de"), ("q00-en", "en")]
    assert quotes(imported, imported.cases[1]) == ["Über 500 Partner"]
    assert imported.cases[1].answers == (("Über 500 Partner",), ("More than 500 partners",))


@pytest.mark.parametrize(
    ("mix", "assignment", "languages"),
    [
        ("paragraphs", 0, "de en de en de en"),
        ("paragraphs", 1, "en de en de en de"),
        ("articles", 0, "de de de en en en"),
        ("articles", 1, "en en en de de de"),
    ],
)
def test_a_mix_takes_languages_by_turns(tmp_path, mix, assignment, languages) -> None:
    german, english = map(read_squad, parallel(tmp_path, articles=2, paragraphs=3))
    imported = mixed(german, english, mix, assignment)
    assert " ".join(page.language for page in imported.pages) == languages
    assert len(imported.cases) == 12
    for case in imported.cases:
        language = next(p.language for p in imported.pages if p.path == case.evidence[0].document)
        wanted = {"de": ["Über 500 Partner"], "en": ["More than 500 partners"]}[language]
        assert quotes(imported, case) == wanted


def test_a_mix_leaves_out_and_says_what_only_one_file_has(tmp_path: Path) -> None:
    german, english = parallel(tmp_path)
    data = json.loads(english.read_text())
    del data["data"][1]["paragraphs"][0]
    imported = mixed(read_squad(german), read_squad(save(english, data)), "paragraphs")
    assert [page.path for page in imported.pages] == [
        "title-0/0.txt",
        "title-0/1.txt",
        "title-1/1.txt",
    ]
    assert imported.notes == (
        "x.de.json: 1 of 4 paragraphs left out, which the other file has not.",
    )


def test_a_mix_wants_two_languages_and_common_questions(tmp_path: Path) -> None:
    german, english = map(read_squad, parallel(tmp_path))
    with pytest.raises(ImportedFileError, match="both de; a mix wants one German file"):
        mixed(german, german, "articles")
    other = squad(("T", [(ENGLISH, [qa("other", "How wide is the street?", ENGLISH, "5 m")])]))
    with pytest.raises(ImportedFileError, match="no question id in common"):
        mixed(german, read_squad(save(tmp_path / "other.json", other)), "articles")
    assert english.language == "en"


def test_unanswerable_questions_are_near_misses_of_their_paragraph(tmp_path: Path) -> None:
    question = {"id": "u", "question": "Who owns the hub?", "answers": [], "is_impossible": True}
    data = squad(("T", [(ENGLISH, [question, qa("a", "How wide is it?", ENGLISH, "5 m")])]))
    imported = single(read_squad(save(tmp_path / "s.json", data)), closed=True)
    unanswerable, answerable = imported.cases
    assert not unanswerable.answerable
    assert unanswerable.tags == ("near-miss",)
    assert unanswerable.cluster == answerable.cluster == "t/0.txt"
    assert unanswerable.within == answerable.within == ("t/0.txt",)


def test_near_misses_name_their_paragraph_by_its_beginning(tmp_path: Path) -> None:
    german, english = map(read_squad, parallel(tmp_path, articles=1, paragraphs=1))
    line = {"id": "n", "question_en": "Who owns it?", "context_prefix": ENGLISH[:20], "title": "T"}
    listed = save(tmp_path / "near.jsonl", json.dumps(line))
    (case,) = near_misses(listed, [german, english])
    assert (case.id, case.language, case.answerable) == ("n", "en", False)
    assert case.within == ("title-0/0.txt",)
    save(listed, json.dumps(line | {"context_prefix": "Nowhere"}))
    with pytest.raises(ImportedFileError, match=r"line 1, context_prefix: \"Nowhere\" begins 0"):
        near_misses(listed, [german, english])


@given(
    context=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1),
    data=st.data(),
)
def test_every_imported_place_is_the_answer(tmp_path_factory, context, data) -> None:
    """Whatever the text, an import is refused or its gold is the answer in the text as synced."""
    start = data.draw(st.integers(0, len(context) - 1))
    answer = context[start : data.draw(st.integers(start + 1, len(context)))]
    words = f" The street is wide and the {context}"
    start += len(words) - len(context)
    found = [{"text": answer, "answer_start": start}]
    question = {"id": 1, "question": "How wide is the street?", "answers": found}
    folder = tmp_path_factory.mktemp("squad")
    path = save(folder / "s.json", squad(("T", [(words, [question])])))
    try:
        imported = single(read_squad(path))
    except ImportedFileError:
        return
    wanted = answer.replace("\r\n", "\n").replace("\r", "\n")
    assert quotes(imported, imported.cases[0]) == [wanted]
    write(imported, folder / "out")
    text = (folder / "out" / "documents" / "t" / "0.txt").read_bytes().decode()
    assert text == imported.pages[0].text


def damaged(**changes) -> dict:
    question = qa("q", "How wide is the street?", ENGLISH, "5 m") | changes
    return squad(("T", [(ENGLISH, [question])]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "broken JSON (Expecting property name"),
        ("[]", "found []; wanted SQuAD's shape"),
        ({"data": []}, "data: list should have at least 1 item"),
        ({"version": 1}, "data: field required; wanted SQuAD's shape"),
        (damaged(question=""), "data[0].paragraphs[0].qas[0].question: string should have"),
        (damaged(answers=[]), "qas[0].answers: found none; wanted one, or is_impossible"),
        (
            damaged(answers=[{"text": "5 m", "answer_start": 15}]),
            'qas[0].answers[0]: "5 m" is not at 15 of its paragraph, which has " m " there',
        ),
        (
            damaged(answers=[{"text": "5 m", "answer_start": -1}]),
            "answers[0].answer_start: input should be greater than or equal to 0, found -1",
        ),
        (squad(("T", [(" ", [])])), "data[0].paragraphs[0].context: the file is empty"),
        (squad(("T", [(ENGLISH, [])])), "found no question"),
        (
            squad(("T", [(ENGLISH, [qa("q", "How?", ENGLISH, "5 m")] * 2)])),
            'found id "q" twice',
        ),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, content, message: str) -> None:
    path = save(tmp_path / "bad.json", content)
    with pytest.raises(ImportedFileError) as raised:
        read_squad(path)
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_third_language_is_refused(tmp_path: Path) -> None:
    text = (
        "La rue est large de cinq mètres et les partenaires sont plus de cinq cents dans le réseau."
    )
    data = squad(("T", [(text, [qa("q", "Quelle est la largeur de la rue ?", text, "cinq")])]))
    with pytest.raises(ImportedFileError, match="in language 'fr'; belegt reads German"):
        read_squad(save(tmp_path / "fr.json", data))


# -- NoMIRACL -------------------------------------------------------------------------------------


def line(name="1#0", **changes) -> str:
    passages = [
        {"docid": "12#3", "text": "Hub: Der Hub in Leipzig hat über 500 Partner."},
        {"docid": "13#0", "text": "Ohne Titel steht hier ein Satz."},
    ]
    found = {"id": name, "lang": "de", "question": "Wie viele Partner hat der Hub?"}
    return json.dumps(found | {"answerable": True, "passages": passages} | changes)


def test_a_query_is_asked_of_its_own_passages(tmp_path: Path) -> None:
    unanswerable = line("2#0", answerable=False)
    imported = nomiracl(save(tmp_path / "n.jsonl", f"{line()}\n{unanswerable}\n"))
    assert imported.pages == (
        Page("12/3.txt", "Der Hub in Leipzig hat über 500 Partner.", "de", "Hub"),
        Page("13/0.txt", "Ohne Titel steht hier ein Satz.", "de", ""),
    )
    first, second = imported.cases
    assert first.within == second.within == ("12/3.txt", "13/0.txt")
    assert (first.answerable, first.evidence, first.tags) == (True, (), ())
    assert (second.answerable, second.tags) == (False, ("near-miss",))


def test_two_texts_of_one_id_are_two_documents(tmp_path: Path) -> None:
    other = [{"docid": "12#3", "text": "Hub: Der Hub hat jetzt 600 Partner."}]
    imported = nomiracl(save(tmp_path / "n.jsonl", f"{line()}\n{line('2', passages=other)}\n"))
    assert [page.path for page in imported.pages] == ["12/3.txt", "13/0.txt", "12/3-2.txt"]
    assert imported.cases[1].within == ("12/3-2.txt",)


def test_half_of_the_queries_may_be_fitted_on() -> None:
    halves = [may_be_fitted(f"{i}#0") for i in range(1000)]
    assert 450 < sum(halves) < 550
    assert [may_be_fitted(name) for name in ("643141-0", "2309666#0")] == [True, False]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "line 1: id: field required; wanted one {id, lang"),
        (line(lang="fr"), 'line 1: lang is "fr"; wanted de or en'),
        (line(passages=[]), "line 1: passages: list should have at least 1 item"),
        (f"{line()}\nno", "line 2: broken JSON (Expecting value, line 1, column 1)"),
        (line(passages=[{"docid": "1", "text": "\u0000"}]), 'passage "1": the file is empty'),
        ("\n", "no question here"),
    ],
)
def test_a_damaged_nomiracl_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ImportedFileError) as raised:
        nomiracl(save(tmp_path / "bad.jsonl", content))
    assert message in str(raised.value)


# -- TREC -----------------------------------------------------------------------------------------


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text(GERMAN, encoding="utf-8")
    (folder / "b.md").write_text(ENGLISH, encoding="utf-8")
    return folder


def test_judged_documents_become_evidence(tmp_path: Path, documents: Path) -> None:
    qrels = save(tmp_path / "qrels", "1 0 a 2\n1 0 b.md 1\n1 0 b 0\n2 0 a 0\n\n9 0 a 1\n")
    topics = save(
        tmp_path / "topics", "1\tHow wide is the street?\n2\tWem gehört der Hub?\n3\tWho is this?\n"
    )
    imported = trec(qrels, topics, documents)
    first, second = imported.cases
    places = [(e.document, e.start, e.end) for e in first.evidence]
    assert places == [("deep/a.txt", 0, len(GERMAN)), ("b.md", 0, len(ENGLISH))]
    assert (second.id, second.language, second.answerable) == ("2", "de", False)
    assert imported.notes == (f"{topics}: 1 topics without judgements left out.",)


@pytest.mark.parametrize(
    "text",
    [
        '<topics><topic number="7"><query>Who is\nthis?</query></topic></topics>',
        "<top>\n<num> Number: 7\n<title> Topic: Who is this?\n<desc> more\n</top>",
        "7\tWho is this?",
    ],
)
def test_topics_come_in_three_forms(tmp_path: Path, text: str) -> None:
    assert read_topics(save(tmp_path / "topics", text)) == {"7": "Who is this?"}


@pytest.mark.parametrize(
    ("qrels", "topics", "message"),
    [
        ("1 0 a", "1\tWho?", 'line 1: found "1 0 a"; wanted topic, iteration, document'),
        ("1 0 a yes", "1\tWho?", "wanted topic, iteration, document and relevance"),
        ("1 0 missing 1", "1\tWho is it?", '"missing" is no document of'),
        ("1 0 a 1", "2\tWho is it?", "no topic number in common"),
        ("1 0 a 1", "1\tWho?\n1\tWhere?", 'topic "1" twice'),
        ("1 0 a 1", "1 Who?", 'line 1: found "1 Who?"; wanted number, tab, question'),
        ("1 0 a 1", "<top><title>Who?</top>", "line 1: a topic without a number"),
        ("1 0 a 1", '<topic number="1"></topic>', "line 1: a topic without a query or title"),
    ],
)
def test_damaged_trec_files_are_refused(tmp_path, documents, qrels, topics, message) -> None:
    files = save(tmp_path / "qrels", qrels), save(tmp_path / "topics", topics)
    with pytest.raises(ImportedFileError) as raised:
        trec(*files, documents)
    assert message in str(raised.value)


# -- writing --------------------------------------------------------------------------------------


def test_a_written_import_syncs_and_is_a_valid_set(tmp_path: Path, encoder) -> None:
    german, english = map(read_squad, parallel(tmp_path))
    imported = mixed(german, english, "paragraphs")
    write(imported, tmp_path / "out")
    report = sync([tmp_path / "out" / "documents"], tmp_path / "index", encoder)
    assert (len(report.added), list(report.failed)) == (4, [])
    store = Store(tmp_path / "index")
    texts = {d.path: store.text(d.revision) for d in store.documents()}
    languages = {d.path: d.language for d in store.documents()}
    store.close()
    assert languages == {page.path: page.language for page in imported.pages}
    cases = load_cases(tmp_path / "out" / "questions.jsonl")
    assert cases == list(imported.cases)
    assert all(len(resolve(case, texts)) == 1 for case in cases)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    imported = Imported((), (Case("q", "Who?", "en", False),))
    (tmp_path / "out").mkdir()
    write(imported, tmp_path / "out")
    with pytest.raises(ImportedFileError, match="is there already"):
        write(Imported((), ()), tmp_path / "out")
    assert len(load_cases(tmp_path / "out" / "questions.jsonl")) == 1
    assert not (tmp_path / "out.part").exists()
    with pytest.raises(ImportedFileError, match="choose another folder"):
        write(imported, tmp_path / "out" / "questions.jsonl" / "below")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Super_Bowl_50", "super-bowl-50"), ("Größe & Maß", "grosse-mass"), ("東京", "article")],
)
def test_names_become_paths(name: str, wanted: str) -> None:
    assert slug(name, "article") == wanted


def test_a_title_may_hold_anything(tmp_path: Path, encoder) -> None:
    title = 'Quo "te" \\ and\ttab ü'
    write(Imported((Page("a.txt", ENGLISH, "en", title),), ()), tmp_path / "out")
    sync([tmp_path / "out" / "documents"], tmp_path / "index", encoder)
    store = Store(tmp_path / "index")
    assert [d.title for d in store.documents()] == [title]
    store.close()
