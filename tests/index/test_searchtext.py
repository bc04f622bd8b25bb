"""The text that is searched in place of the text that is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.searchtext import flowing, search_text
from tests.fakes import letters


@pytest.mark.parametrize(
    ("quoted", "searched"),
    [
        ("externen Digi-talexpertinnen", "externen Digitalexpertinnen"),
        ("Weiterentwicklungspotenzi-ale", "Weiterentwicklungspotenziale"),
        ("Ein- und Ausfuhr", "Ein- und Ausfuhr"),
        ("Start-ups im IT-Mittelstand", "Start-ups im IT-Mittelstand"),
        ("Hub-and-Spoke-Netzwerk", "Hub-and-Spoke-Netzwerk"),
        ("So\u00adft\u00adhyphen", "Softhyphen"),
        ("10\u00a0Mio.\u202fEuro", "10 Mio. Euro"),
        ("**fett** und *kursiv*", "fett und kursiv"),
        ("- ▶ Ein Punkt", "Ein Punkt"),
        ("a\tb", "a, b"),
        ("| a | b |", "a, b"),
        ("of\ufb01ce", "office"),
        ("Mu\u0308nchen", "München"),
        ("Sto\ufb00e und e\ufb00ektiv", "Stoffe und effektiv"),
        ("Speicher¹ oder Platz.² Danach", "Speicher oder Platz. Danach"),
        ("80 m² und 3 km³", "80 m² und 3 km³"),
        ("un\u202esichtbar\u202c\U000e0041\U000e0042", "unsichtbar"),
    ],
)
def test_marks_of_layout_go_and_words_stay(quoted: str, searched: str) -> None:
    assert search_text(quoted) == searched


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Ein Satz.", "Ein Satz."),
        (
            "Um ein möglichst\n\nbreites Spektrum abzudecken",
            "Um ein möglichst breites Spektrum abzudecken",
        ),
        (
            "**Zwei** Arten von *Hilfe* und 2 * 3, __init__",
            "Zwei Arten von Hilfe und 2 * 3, __init__",
        ),
        ("Dies:\n\n- ▶ eins\n- ▶ zwei", "Dies:\n• eins\n• zwei"),
        (
            "Stadt Musterau\nAm Markt 5\nrathaus@musterau.example",
            "Stadt Musterau\nAm Markt 5\nrathaus@musterau.example",
        ),
        ("-> <- -- ... 1. eins # Titel", "-> <- -- ... 1. eins # Titel"),
        ("Absatz eins.\n\nAbsatz zwei.", "Absatz eins.\n\nAbsatz zwei."),
        (f"{'Wort ' * 13}steht\nRathaus daneben.", f"{'Wort ' * 13}steht Rathaus daneben."),
    ],
)
def test_a_quote_is_shown_as_it_is_read(quote: str, shown: str) -> None:
    assert flowing(quote) == shown


@given(st.text(alphabet=st.sampled_from("aÄ b\n*_-•.1,"), max_size=60))
def test_no_letter_or_figure_of_a_quote_is_lost(quote: str) -> None:
    assert letters(flowing(quote)) == letters(quote)
