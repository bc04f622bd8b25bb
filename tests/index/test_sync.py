"""Folders to an index: incremental, whole or not at all, one bad file harms no other."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexError_, LockedError, NoIndexError, StaleIndexError
from index.library import Library
from index.options import Options
from index.parsing import Limits
from index.store import Store, writer_lock
from index.sync import Progress, place_words, sync
from index.values import Language
from index.wordspace import WordSpace
from tests.fakes import SEEDS, WordEncoder


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def paths(index: Path) -> list[str]:
    store = Store(index)
    try:
        return [d.path for d in store.documents()]
    finally:
        store.close()


def test_the_five_seeds_are_described_by_corpus_toml(seeds_library: Library) -> None:
    documents = seeds_library.documents()
    assert len(documents) == 5
    assert documents["004_5dc85f08f181f95f.txt"].date == "2018-10-26"
    assert [d.language for d in documents.values()] == ["en", "en", "de", "de", "de"]


def test_every_passage_and_sentence_stands_at_its_place(seeds_library: Library) -> None:
    store = seeds_library.store
    for document in store.documents():
        text = (SEEDS / document.path).read_text(encoding="utf-8")
        assert store.text(document.revision) == text
        ids = store.passage_ids([document.path])
        passages = {p.id: p for p in store.passages(ids)}
        assert all(text[p.start : p.end] == p.text for p in passages.values())
        for i, own in store.sentences(ids).items():
            assert all(passages[i].start <= s.start < s.end <= passages[i].end for s in own)


def test_no_word_of_the_seeds_is_outside_every_passage(seeds_library: Library) -> None:
    store = seeds_library.store
    for document in store.documents():
        text = store.text(document.revision) or ""
        for passage in store.passages(store.passage_ids([document.path])):
            text = text[: passage.start] + " " * len(passage.text) + text[passage.end :]
        assert text.strip() == ""


def test_a_second_sync_embeds_nothing(tmp_path: Path, encoder: WordEncoder) -> None:
    sync([SEEDS], tmp_path / "index", encoder)
    encoder.encoded = 0
    report = sync([SEEDS], tmp_path / "index", encoder)
    assert encoder.encoded == 0
    assert report.embedded == 0
    assert len(report.unchanged) == 5


def test_added_changed_removed(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    index = tmp_path / "index"
    write(folder, a="Der erste Text.", b="Der zweite Text.")
    assert sync([folder], index, encoder).added == ["a.txt", "b.txt"]
    write(folder, b="Der zweite Text ist neu.", c="Ein dritter.")
    (folder / "a.txt").unlink()
    report = sync([folder], index, encoder)
    assert (report.added, report.changed, report.removed) == (["c.txt"], ["b.txt"], ["a.txt"])
    assert paths(index) == ["b.txt", "c.txt"]


def test_words_placed_together_are_those_placed_alone(encoder: WordEncoder) -> None:
    chance = np.random.default_rng(4)
    shapes = {"passage": (64, 8), "passage.de": (64,), "passage.en": (64,)}
    space = WordSpace("", {k: chance.normal(size=s).astype(np.float32) for k, s in shapes.items()})
    languages: list[Language] = ["de", "en", "de", "en"]
    given = [["Titel", "Die Brücke ist lang."], ["The harbour."], ["•"], ["Deep", "Water, 7 m."]]
    embedded = encoder.encode_passages(given)
    placed = place_words(embedded, languages, space)
    assert [len(words.vectors) if words else None for words in placed] == [5, 2, None, 4]
    for words, found, language in zip(placed, embedded, languages, strict=True):
        if words:
            alone = space.passage(found.words, language).astype(int)
            assert np.abs(words.vectors - alone).max() <= 1
            assert words.parts.tolist() == found.word_parts.tolist()


def test_a_renamed_file_embeds_nothing(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    (folder / "corpus.toml").write_text('["a.txt"]\ntitle = "T"\n["b.txt"]\ntitle = "T"\n')
    write(folder, a="Der erste Text handelt von Brücken.")
    sync([folder], tmp_path / "index", encoder)
    (folder / "a.txt").rename(folder / "b.txt")
    assert sync([folder], tmp_path / "index", encoder).embedded == 0


def test_a_changed_title_is_noticed(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    write(folder, a="Der erste Text.")
    sync([folder], tmp_path / "index", encoder)
    (folder / "corpus.toml").write_text('["a.txt"]\ntitle = "Neu"\n')
    assert sync([folder], tmp_path / "index", encoder).changed == ["a.txt"]
    (folder / "corpus.toml").unlink()
    assert sync([folder], tmp_path / "index", encoder).changed == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("binary.txt", bytes(range(256)) * 9, "binary"),
        ("empty.txt", b"", "empty"),
        ("nul.txt", b"a\x00b text", "NUL"),
        ("image.png", b"\x89PNG", "PNG images are not read"),
        ("long.txt", b"wort " * 500_000, "limit"),
    ],
)
def test_a_bad_file_is_named_and_the_rest_goes_on(
    tmp_path: Path, folder: Path, encoder: WordEncoder, name: str, data: bytes, reason: str
) -> None:
    write(folder, good="Ein guter Text über Straßen.")
    (folder / name).write_bytes(data)
    report = sync([folder], tmp_path / "index", encoder, Options(limits=Limits(file_mb=2)))
    assert report.added == ["good.txt"]
    assert [(path, reason in why) for path, why in report.failed] == [(name, True)]


def test_one_long_line_is_indexed(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    (folder / "long.txt").write_text("Ein Satz über Brücken und Straßen. " * 3000, "utf-8")
    report = sync([folder], tmp_path / "index", encoder)
    assert report.added == ["long.txt"]
    assert report.passages > 50


@pytest.mark.parametrize("name", ["Größe der Straße.txt", "with space.txt", "日本.txt"])
def test_names_with_umlauts_and_spaces(
    tmp_path: Path, folder: Path, encoder: WordEncoder, name: str
) -> None:
    (folder / name).write_text("Ein Text.", encoding="utf-8")
    sync([folder], tmp_path / "index", encoder)
    assert paths(tmp_path / "index") == [name]


def test_a_name_that_is_no_utf8_is_reported(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, good="Ein guter Text.")
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xe4d.txt")).write_text("Text")
    report = sync([folder], tmp_path / "index", encoder)
    assert "UTF-8" in report.failed[0][1]
    assert report.added == ["good.txt"]


def test_links_out_of_the_folder_and_loops_are_not_followed(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, good="Ein guter Text.")
    (tmp_path / "secret.txt").write_text("geheim")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "inside.txt").symlink_to(folder / "good.txt")
    os.mkfifo(folder / "pipe.txt")
    report = sync([folder], tmp_path / "index", encoder)
    assert report.added == ["good.txt", "inside.txt"]
    assert {path for path, _ in report.failed} == {"out.txt", "loop", "self.txt", "pipe.txt"}


def test_subfolders_are_read_and_hidden_files_are_not(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    (folder / "tief" / "er").mkdir(parents=True)
    (folder / "tief" / "er" / "a.md").write_text("# Titel\n\nText.")
    (folder / ".versteckt.txt").write_text("Text.")
    sync([folder], tmp_path / "index", encoder)
    assert paths(tmp_path / "index") == ["tief/er/a.md"]


def test_an_empty_or_missing_folder_leaves_the_index_as_it_was(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    index = tmp_path / "index"
    write(folder, a="Ein Text.")
    sync([folder], index, encoder)
    (folder / "a.txt").unlink()
    with pytest.raises(IndexError_, match="no file to read"):
        sync([folder], index, encoder)
    with pytest.raises(IndexError_, match="no such folder"):
        sync([folder / "fehlt"], index, encoder)
    assert paths(index) == ["a.txt"]


def test_a_wrong_description_is_reported(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, a="Ein Text.")
    (folder / "corpus.toml").write_text('["a.txt"]\ntitel = "falsch"\n')
    assert "titel" in sync([folder], tmp_path / "index", encoder).failed[0][1]
    (folder / "corpus.toml").write_text("kein toml")
    assert "not read" in sync([folder], tmp_path / "index", encoder).failed[0][1]


def test_a_file_that_became_unreadable_keeps_its_former_text(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, a="Ein Text.", b="Noch einer.")
    sync([folder], tmp_path / "index", encoder)
    (folder / "a.txt").write_bytes(b"\x00\x01\x02" * 50)
    report = sync([folder], tmp_path / "index", encoder)
    assert report.removed == []
    assert report.failed[0][0] == "a.txt"
    assert paths(tmp_path / "index") == ["a.txt", "b.txt"]


def test_another_model_is_refused_and_rebuild_mends_it(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, a="Ein Text.")
    sync([folder], tmp_path / "index", encoder)
    other = WordEncoder("other words")
    with pytest.raises(StaleIndexError, match=r"embedding model.*belegt sync --rebuild"):
        sync([folder], tmp_path / "index", other)
    with pytest.raises(StaleIndexError):
        Library(tmp_path / "index", other)
    sync([folder], tmp_path / "index", other, rebuild=True)
    assert Library(tmp_path / "index", other).documents()


def test_a_killed_rebuild_goes_on_with_a_plain_sync(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, a="Ein Text.", b="Noch ein Text.", c="Und einer.")
    sync([folder], tmp_path / "index", encoder)

    def die(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    other = WordEncoder("other words")
    with pytest.raises(KeyboardInterrupt):
        sync([folder], tmp_path / "index", other, rebuild=True, watch=die)
    assert paths(tmp_path / "index") == ["a.txt", "b.txt"]
    assert sync([folder], tmp_path / "index", other).added == ["c.txt"]


def test_a_second_writer_is_told_who_holds_the_lock(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, a="Ein Text.")
    with (
        writer_lock(tmp_path / "index"),
        pytest.raises(LockedError, match=rf"process {os.getpid()} .* is syncing"),
    ):
        sync([folder], tmp_path / "index", encoder)
    assert sync([folder], tmp_path / "index", encoder).added == ["a.txt"]


def test_readers_go_on_while_a_sync_runs(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    index = tmp_path / "index"
    write(folder, **{f"a{i}": f"Text Nummer {i}." for i in range(20)})
    sync([folder], index, encoder)
    library = Library(index, encoder)
    write(folder, **{f"a{i}": f"Neuer Text Nummer {i}." for i in range(20)})
    seen: list[int] = []

    def look(_: Progress) -> None:
        seen.append(len(library.store.passages(library.store.passage_ids())))
        assert library.vectors.origin.startswith("gen-")

    sync([folder], index, encoder, watch=look)
    assert set(seen) == {20}
    assert library.vectors.state == library.store.state()


def test_no_index_is_told_apart_from_an_empty_one(tmp_path: Path, encoder: WordEncoder) -> None:
    with pytest.raises(NoIndexError, match="belegt sync"):
        Library(tmp_path / "nirgends", encoder)


def test_progress_runs_from_zero_to_one(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    write(folder, a="Ein Text.", b="Noch ein Text.")
    shares: list[float] = []
    sync([folder], tmp_path / "index", encoder, watch=lambda p: shares.append(p.share))
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_eight_writers_at_once_leave_one_whole_index(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    write(folder, **{f"a{i}": f"Text Nummer {i}." for i in range(10)})
    outcomes: list[str] = []

    def try_once() -> None:
        try:
            sync([folder], tmp_path / "index", encoder)
            outcomes.append("synced")
        except LockedError:
            outcomes.append("locked")

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"synced", "locked"}
    assert "synced" in outcomes
    assert len(paths(tmp_path / "index")) == 10


def test_a_copied_index_opens_elsewhere(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    write(folder, a="Ein Text.")
    sync([folder], tmp_path / "index", encoder)
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    assert Library(tmp_path / "copy", encoder).vectors.origin == "gen-000001"
