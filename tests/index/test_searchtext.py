"""The text that is searched in place of the text that is quoted."""

from __future__ import annotations

import pytest

from index.searchtext import search_text


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
