"""Which spans are quoted, given how likely each sentence is to answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.library import Library
from index.sync import sync
from qa.evidence import Evidence, EvidenceFinder, Quote, select_quotes
from qa.question import analyse
from qa.retrieval import Found, Retriever
from tests.fakes import WordEncoder, use_plain_space

TEXT = """Die Tagung

Die Tagung beginnt um neun Uhr. Sie richtet sich an Gemeinden. Das Rathaus liegt am Markt.

Es gibt drei Zuschüsse:

- Der erste hilft beim Bauen.
- Der zweite hilft beim Planen.

Stadt Musterau

Am Markt 5

01234 Musterau

rathaus@musterau.example
"""


@pytest.fixture
def found(tmp_path: Path, folder: Path, encoder: WordEncoder) -> Found:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    sync([folder], tmp_path / "index", encoder)
    retriever = Retriever(Library(tmp_path / "index", encoder))
    question = analyse("Welche Zuschüsse gibt es?", "de")
    return retriever.retrieve(question, encoder.encode_questions([question.text])[0])


def evidence(found: Found, *scores: tuple[str, float]) -> list[Evidence]:
    """Evidence for the sentences that begin so, with these scores."""
    made = []
    for beginning, score in scores:
        for hit in found.hits:
            for i, sentence in enumerate(found.candidates.sentences[hit.passage.id]):
                if TEXT[sentence.start :].startswith(beginning):
                    made.append(Evidence(hit, sentence, i, score, {}))
    assert len(made) == len(scores)
    return made


def texts(quotes: list[Quote]) -> list[str]:
    return [quote.text for quote in quotes]


def test_one_sure_sentence_suffices(found: Found) -> None:
    ranked = evidence(found, ("Das Rathaus", 0.95), ("Die Tagung beginnt", 0.5))
    assert texts(select_quotes(found, ranked, 3)) == ["Das Rathaus liegt am Markt."]


def test_doubt_brings_further_places_but_no_unlikely_ones(found: Found) -> None:
    ranked = evidence(found, ("Die Tagung beginnt", 0.5), ("01234", 0.3), ("- Der erste", 0.01))
    assert len(select_quotes(found, ranked, 3)) == 2


def test_neighbours_become_one_quote(found: Found) -> None:
    ranked = evidence(found, ("Die Tagung beginnt", 0.5), ("Sie richtet", 0.4))
    assert texts(select_quotes(found, ranked, 3)) == [
        "Die Tagung beginnt um neun Uhr. Sie richtet sich an Gemeinden."
    ]


def test_a_sentence_that_leans_back_brings_the_one_before(found: Found) -> None:
    ranked = evidence(found, ("Sie richtet", 0.95))
    assert texts(select_quotes(found, ranked, 3)) == [
        "Die Tagung beginnt um neun Uhr. Sie richtet sich an Gemeinden."
    ]


def test_an_article_does_not_lean_back(found: Found) -> None:
    ranked = evidence(found, ("Das Rathaus", 0.95))
    assert texts(select_quotes(found, ranked, 1)) == ["Das Rathaus liegt am Markt."]


def test_a_question_for_several_things_gets_the_list_with_its_lead(found: Found) -> None:
    ranked = evidence(found, ("- Der zweite", 0.95))
    (quote,) = texts(select_quotes(found, ranked, 3))
    assert quote.startswith("Es gibt drei Zuschüsse:")
    assert quote.endswith("Planen.")


def test_a_line_of_an_address_brings_the_address(found: Found) -> None:
    (quote,) = texts(select_quotes(found, evidence(found, ("01234", 0.95)), 3))
    assert "Am Markt 5" in quote
    assert "rathaus@musterau.example" in quote


def test_no_more_sentences_are_chosen_than_allowed(found: Found) -> None:
    ranked = evidence(found, ("Die Tagung beginnt", 0.3), ("- Der zweite", 0.2), ("01234", 0.1))
    assert len(select_quotes(found, ranked, 2)) == 2


def test_a_line_of_the_questions_own_words_is_no_evidence_unless_more_is_quoted_with_it(
    tmp_path: Path, folder: Path, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_plain_space(monkeypatch, encoder.dim)
    prose = "Die Stadt richtet die Veranstaltung aus, und viele Gäste kommen dorthin."
    alone = f"Bericht aus der Stadt\n\nTagung\n\nAlles wird besser\n\n{prose}\n"
    more = alone.replace("Tagung\n", "Tagung\nMarta Muster\n")
    found = []
    for name, text in (("alone", alone), ("more", more)):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text(text, encoding="utf-8")
        index = tmp_path / name
        sync([folder / name], index, encoder)
        library = Library(index, encoder)
        question = analyse("Wer spricht auf der Tagung?", "de")
        asked = encoder.encode_questions([question.text])[0]
        read = EvidenceFinder().find(Retriever(library).retrieve(question, asked))
        found.append([one.text for one in read])
        library.close()
    assert "Tagung" not in found[0]
    assert "Tagung" in found[1]
