"""Words of a question that no document holds."""

from __future__ import annotations

import pytest

from index.library import Library
from index.settings import Settings
from index.sync import sync
from index.values import Language
from qa.absent import absent_words
from qa.question import analyse
from qa.retrieval import Retriever
from tests.fakes import WordEncoder

GERMAN = "Der Hafen\n\nDie Fähren des Hafens fahren täglich, und die Stadt ist nah."
ENGLISH = "The lighthouse\n\nThe lighthouse guides all ships that come to the port."


@pytest.mark.parametrize(
    ("question", "language", "absent"),
    [
        ("Wann fährt die Fähre nach Paris?", "de", ["Paris"]),
        ("Wie groß ist der Mond über dem HAFEN?", "de", ["Mond"]),
        ("Wer leitet das Lighthouse?", "de", []),  # a verb that is missing says little
        ("Which ship carries pineapples?", "en", ["carries", "pineapples"]),
        ("What?", "en", []),
    ],
)
def test_what_no_document_holds(
    settings: Settings, folder, question: str, language: Language, absent: list[str]
) -> None:
    (folder / "hafen.txt").write_text(GERMAN, encoding="utf-8")
    (folder / "port.txt").write_text(ENGLISH, encoding="utf-8")
    encoder = WordEncoder()
    sync([folder], settings.index, encoder)
    library = Library(settings.index, encoder)
    try:
        asked = encoder.encode_questions([question])[0]
        found = Retriever(library).retrieve(analyse(question, language), asked)
        assert absent_words(found, library) == absent
    finally:
        library.close()
