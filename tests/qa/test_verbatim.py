"""What stands in the documents word for word, and what only looks like it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.searchtext import search_text
from qa.verbatim import stands_in

HUB = (
    "Since October 2016, the Hub Initiative – a task force of the city’s “Saxony Group” – has been "
    "working hard, acquiring partners."
)
BULLETS = (
    "- ▶ **Breitband** von mindestens 100 Mbit/s für Privathaushalte, für Unter-nehmen 200 Mbit/s."
)


@pytest.mark.parametrize(
    ("statement", "sentences"),
    [
        (HUB, [HUB]),
        (
            'since October 2016, the hub initiative - a task force of the city\'s "Saxony group"',
            [HUB],
        ),
        ("acquiring partners.", [HUB]),
        ("Breitband von mindestens 100 Mbit/s für Privathaushalte.", [BULLETS]),
        ("Für Unternehmen 200 Mbit/s!", [BULLETS]),
        ("Er kommt. Sie geht.", ["Er kommt.", "Sie geht."]),
        ("Dow Olefinverbund GmbH", ["Dow Olefinverbund GmbH"]),
        ("Der Preis ist 1.500 EUR", ["Der Preis ist 1.500 EUR (netto)."]),
    ],
)
def test_words_of_the_documents_stand_there(statement: str, sentences: list[str]) -> None:
    assert stands_in(statement, sentences)


@pytest.mark.parametrize(
    ("statement", "sentences"),
    [
        ("The Hub Initiative has been working hard.", [HUB]),  # something left out in between
        ("the Hub Initiative – a task", [HUB]),  # cut in the middle of a phrase
        ("Initiative – a task force of the city’s “Saxony Group”", [HUB]),
        ("partners.", [HUB]),
        ("The firm is sound.", ["It is not true that the firm is sound."]),
        ("the firm is sound.", ["According to its owner, the firm is sound."]),
        ("the firm is sound.", ["If all goes well, the firm is sound."]),
        ("die Firma ist gesund.", ["Falls sie zahlt, die Firma ist gesund."]),
        ("Die Firma ist gesund", ["Die Firma ist gesund, behauptet ihr Inhaber."]),
        ("Die Stadt Leipzig", ["Die Stadt", "Leipzig"]),  # two headings
        ("Er kommt Sie geht", ["Er kommt.", "Sie geht."]),
        ("Der Preis ist 1.500 EUR", ["Der Preis ist 1.5000 EUR."]),
        ("Der Preis ist 500 EUR", ["Der Preis ist 1.500 EUR."]),
        ("Das Treffen findet am 26. November statt.", ["The meeting takes place on 26 November."]),
        ("", [HUB]),
        (" – ", [HUB]),
        ("Er kommt.", []),
    ],
)
def test_what_is_put_otherwise_or_cut_out_does_not(statement: str, sentences: list[str]) -> None:
    assert not stands_in(statement, sentences)


WORDS = st.lists(st.sampled_from(["haus", "stadt", "Kreis", "plan", "7", "geld"]), min_size=1)


@given(WORDS, WORDS)
def test_a_whole_sentence_stands_among_others_and_an_added_word_does_not(
    words: list[str], others: list[str]
) -> None:
    sentence, other = (" ".join(said) + "." for said in (words, others))
    assert stands_in(sentence, [other, sentence])
    assert stands_in(sentence.upper(), [sentence, other])
    assert not stands_in(f"{sentence[:-1]} niemals.", [other, sentence])


@given(st.text(max_size=60))
def test_every_text_with_a_word_stands_in_itself(text: str) -> None:
    plain = unicodedata.normalize("NFKC", search_text(text)).casefold()
    assert stands_in(text, [text]) == any(char.isalnum() for char in plain)
