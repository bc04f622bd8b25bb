"""FAISS as a derived, checked and replaceable thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import vectors as module
from index.library import Library
from index.store import Store
from index.sync import sync
from index.vectors import build_vectors, open_vectors, publish
from tests.fakes import WordEncoder

TOPICS = ["Brücken", "Straßen", "Wälder", "Flüsse", "Häfen", "Schulen", "Museen", "Gärten"]


@pytest.fixture
def index(tmp_path: Path, folder: Path, encoder: WordEncoder) -> Path:
    for i, topic in enumerate(TOPICS * 5):
        text = f"Der Text {i} handelt von {topic}." if i % 2 else f"Text {i} is about {topic}."
        (folder / f"{i:02d}.txt").write_text(text, encoding="utf-8")
    sync([folder], tmp_path / "index", encoder)
    return tmp_path / "index"


def test_search_agrees_with_brute_force(index: Path, encoder: WordEncoder) -> None:
    store = Store(index)
    found = open_vectors(store)
    question = encoder.encode_questions(["Der Text handelt von Brücken"])[0].vector
    ids, languages, matrix = store.passage_vectors()
    expected = sorted(
        (
            float(found.centres.centre(row, "passage", language) @ question)
            for row, language in zip(matrix, languages, strict=True)
        ),
        reverse=True,
    )
    assert len(ids) == 40
    assert [s for _, s in found.search(question, 10)] == pytest.approx(expected[:10], abs=1e-5)


def test_search_within_some_passages_gives_all_of_them(index: Path, encoder: WordEncoder) -> None:
    store = Store(index)
    within = store.passage_ids(["03.txt", "05.txt"])
    question = encoder.encode_questions(["Wälder"])[0].vector
    assert {i for i, _ in open_vectors(store).search(question, 10, within)} == set(within)


def test_centres_are_the_means_drawn_towards_the_reference(index: Path) -> None:
    store = Store(index)
    _, languages, matrix = store.passage_vectors()
    own = matrix[[language == "de" for language in languages]]
    reference = module.reference_vectors(store, "passage", "de").mean(axis=0)
    weight = len(own) / (len(own) + module.SHRINKAGE)
    expected = weight * own.mean(axis=0) + (1 - weight) * reference
    np.testing.assert_allclose(
        open_vectors(store).centres.means["passage", "de"], expected, atol=1e-6
    )


def generation(index: Path) -> Path:
    return index / (index / "CURRENT").read_text().split()[0]


@pytest.mark.parametrize("file", ["passages.faiss", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "empty"])
def test_every_damage_is_noticed_and_answered_from_the_store(
    index: Path, encoder: WordEncoder, file: str, damage: str
) -> None:
    question = encoder.encode_questions(["Häfen"])[0].vector
    before = open_vectors(Store(index)).search(question, 5)
    target = generation(index) / file
    data = bytearray(target.read_bytes())
    if damage == "delete":
        target.unlink()
    else:
        data[len(data) // 2] ^= 4
        kept = {"flip": data, "cut": data[: len(data) // 2], "empty": b""}[damage]
        target.write_bytes(bytes(kept))
    opened = open_vectors(Store(index))
    assert opened.origin.startswith("rebuilt: ")
    after = opened.search(question, 5)
    assert [i for i, _ in after] == [i for i, _ in before]
    assert [s for _, s in after] == pytest.approx([s for _, s in before], abs=1e-5)


@pytest.mark.parametrize("current", ["", "gen-999999", "../../etc", "gen-000001\n../x"])
def test_a_wrong_current_is_not_trusted(index: Path, current: str) -> None:
    (index / "CURRENT").write_text(current)
    assert open_vectors(Store(index)).origin.startswith("rebuilt")


def test_an_older_generation_is_not_trusted(index: Path) -> None:
    store = Store(index, write=True)
    with store.transaction():
        store.remove_document("00.txt")
    assert "state" in open_vectors(store).origin


def test_two_generations_are_kept(index: Path) -> None:
    store = Store(index, write=True)
    for _ in range(4):
        publish(store, build_vectors(store, "test"))
    assert sorted(p.name for p in index.glob("gen-*")) == ["gen-000004", "gen-000005"]
    assert open_vectors(store).origin == "gen-000005"


def test_a_library_takes_up_a_newer_generation(
    index: Path, folder: Path, encoder: WordEncoder
) -> None:
    library = Library(index, encoder)
    (folder / "neu.txt").write_text("Ein neuer Text über Türme.", encoding="utf-8")
    sync([folder], index, encoder)
    assert len(library.vectors) == 41


def test_a_large_index_reaches_its_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLAT_UP_TO", 1000)
    random = np.random.default_rng(3)
    centres = random.normal(size=(50, 32))
    rows = centres[random.integers(0, 50, 20_000)] + 0.3 * random.normal(size=(20_000, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    index = module._faiss_index(np.arange(20_000, dtype=np.int64), rows)
    asked = rows[1::400]
    exact = np.argsort(-(asked @ rows.T), axis=1)[:, :10]
    found = index.search(asked, 10)[1]
    recall = np.mean([len(set(e) & set(f)) / 10 for e, f in zip(exact, found, strict=True)])
    assert recall >= 0.9
