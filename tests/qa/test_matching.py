"""Words of a question against words of passages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.parsing import Direct
from index.sync import sync
from index.wordspace import SCALE
from qa.matching import (
    PASSAGE_FEATURES,
    SENTENCE_FEATURES,
    Matches,
    found_at_best,
    match_features,
    match_words,
    passage_features,
    rarities,
    sentence_features,
)
from tests.fakes import WordEncoder, use_plain_space

TEXTS = {
    "hafen.txt": "Der Hafen liegt im Norden. Eine Brücke führt über den Fluss.",
    "port.txt": "The museum opens at nine. A tower stands beside it.",
}


@pytest.fixture
def library(tmp_path: Path, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch) -> Library:
    use_plain_space(monkeypatch, encoder.dim)
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    sync([folder], tmp_path / "index", encoder, parser=Direct())
    return Library(tmp_path / "index", encoder)


def matches_of(library: Library, encoder: WordEncoder, question: str) -> Matches:
    asked = encoder.encode_questions([question])[0]
    made = library.store.embedded(library.store.passage_ids())
    counts, words = dict.fromkeys(made, 2), {i: one.words for i, one in made.items()}
    rare = {"brücke": 3.0, "fluss": 2.0}
    found = match_words(library, asked, question, "de", rare, counts, words)
    assert found is not None
    return found


def test_a_word_finds_itself_in_its_sentence_only(library: Library, encoder: WordEncoder) -> None:
    found = matches_of(library, encoder, "Welche Brücke?")
    harbour, port = library.store.passage_ids()
    assert found.parts[harbour][1] == pytest.approx([0.0, 0.0, 1.0], abs=0.35)
    assert found.parts[harbour][1, 2] == pytest.approx(1.0, abs=3 / SCALE)
    assert found.passage(port)[1] < 0.9


def test_the_newest_word_of_a_sentence_is_the_one_that_was_not_asked_for(
    library: Library, encoder: WordEncoder
) -> None:
    harbour = library.store.passage_ids()[0]
    sentences = library.store.sentences([harbour])[harbour]
    passage = library.store.passages([harbour])[0]
    for at, sentence in enumerate(sentences):
        text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
        found = matches_of(library, encoder, text)
        assert found.newest[harbour][1 + at] == pytest.approx(1.0, abs=3 / SCALE)
        others = [i for i in range(len(sentences)) if i != at]
        assert all(found.newest[harbour][1 + other] < 0.9 for other in others)


def test_each_word_is_named_with_what_it_finds_at_best(
    library: Library, encoder: WordEncoder
) -> None:
    found = matches_of(library, encoder, "Welche Brücke?")
    harbour, port = library.store.passage_ids()
    assert list(found_at_best(found, [harbour, port])) == ["Welche", "Brücke"]
    assert found_at_best(found, [harbour, port])["Brücke"] == pytest.approx(1.0, abs=3 / SCALE)
    assert found_at_best(found, [port])["Brücke"] < 0.9
    assert found_at_best(None, [harbour]) == found_at_best(found, []) == {}


def test_what_matters_are_the_rare_content_words(library: Library, encoder: WordEncoder) -> None:
    found = matches_of(library, encoder, "Wo führt die Brücke über den Fluss?")
    assert found.weights.sum() == pytest.approx(1.0)
    assert [i for i, m in enumerate(found.matters) if m] == [3, 6]


def test_a_hyphenated_word_is_as_rare_as_its_rarest_part(encoder: WordEncoder) -> None:
    asked = encoder.encode_questions(["Elbe-Brücke?"])[0]
    assert rarities(asked, "Elbe-Brücke?", {"brücke": 3.0, "elbe": 1.0}) == pytest.approx([3.0])


def test_features_agree_with_the_plain_sums() -> None:
    weights = np.array([0.75, 0.25], np.float32)
    matters = np.array([True, False])
    one = np.array([[0.2, 0.9, 0.1], [0.1, 0.3, 0.8]], np.float32)
    two = np.array([[0.4, 0.5], [0.6, 0.2]], np.float32)
    newest = {1: one.min(axis=0), 2: two.min(axis=0)}
    written = ("which", "bridge")
    found = Matches(weights, matters, {1: one, 2: two}, newest, written)  # type: ignore[dict-item]
    rows = passage_features(found, [1, 2], np.array([1.0, 0.0], np.float32))  # type: ignore[list-item]
    first = dict(zip(PASSAGE_FEATURES, rows[0].tolist(), strict=True))
    second = dict(zip(PASSAGE_FEATURES, rows[1].tolist(), strict=True))
    assert first["late"] == pytest.approx(0.75 * 0.9 + 0.25 * 0.8)
    assert second["late"] == pytest.approx(0.75 * 0.5 + 0.25 * 0.6)
    assert first["late_sentence"] == pytest.approx(0.75 * 0.9 + 0.25 * 0.3)
    assert second["late_each_gap"] == pytest.approx(0.75 * (0.5 - 0.9) + 0.25 * (0.6 - 0.8))
    assert (first["late_rank"], second["late_rank"]) == (1.0, 0.5)
    assert (second["same_late"], first["same_late"]) == (0.0, pytest.approx(first["late"]))
    of_sentences = sentence_features(found, 1, 2, best=0.9, same=1.0)  # type: ignore[arg-type]
    named = [dict(zip(SENTENCE_FEATURES, row.tolist(), strict=True)) for row in of_sentences]
    assert named[0]["same_late"] == pytest.approx(0.75 * 0.9 + 0.25 * 0.3)
    assert named[0]["late_gap"] == pytest.approx(named[0]["same_late"] - 0.9)
    assert named[1]["late_gap_here"] == pytest.approx(named[1]["same_late"] - named[0]["same_late"])
    assert named[1]["late_own"] == pytest.approx(0.25 * (0.8 - 0.3))
    assert named[0]["late_own"] == pytest.approx(0.75 * (0.9 - 0.1))
    decisive = match_features(found, 1, 1)  # type: ignore[arg-type]
    assert decisive["late"] == pytest.approx(first["late"])
    assert (decisive["late_weakest"], decisive["late_weakest_sentence"]) == pytest.approx(
        (0.9, 0.1)
    )
    assert decisive["late_sentence"] == pytest.approx(named[1]["same_late"])
    assert decisive["late_near"] > decisive["late_near_sentence"] > 0


def test_without_word_vectors_nothing_is_known(tmp_path: Path, encoder: WordEncoder) -> None:
    rows = passage_features(None, [1, 2], np.zeros(2, np.float32))  # type: ignore[list-item]
    assert rows.shape == (2, len(PASSAGE_FEATURES))
    assert np.isnan(rows).all()
    assert np.isnan(list(match_features(None, 1, 0).values())).all()  # type: ignore[arg-type]
