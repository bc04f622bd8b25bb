"""The store against a dict, what chats keep, and what deleting leaves behind: nothing."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import IndexError_, NoIndexError, StaleIndexError
from index.store import MOST_PIECES, SCHEMA_VERSION, EmbeddedPassage, NewPassage, Store
from index.sync import sync
from index.values import Chunk, Document, Sentence
from tests.fakes import WordEncoder

CANARY = "Kanarienvogelgesang"


def document(path: str, text: str) -> Document:
    revision = hashlib.sha256(text.encode()).hexdigest()
    return Document(path, revision, f"Titel {path}", "", "2018", "de", "")


def put(store: Store, path: str, text: str) -> None:
    """Write a document with a passage for each line."""
    passages, start = [], 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        key = hashlib.sha256(line.encode()).hexdigest()
        vectors = np.full((1, 4), len(line), np.float32)
        sentence = Sentence(start, end, "prose")
        passages.append(
            NewPassage(
                Chunk(start, end, ("Überschrift",), "", None, (sentence,)),
                "de",
                " ".join(line.casefold().split()),
                "",
                key,
            )
        )
        store.put_embedded(key, EmbeddedPassage(vectors[0], vectors))
        start = end
    store.put_document(document(path, text), text, passages)


def put_and_fail(store: Store, path: str, text: str) -> None:
    """Write a document in a transaction that then fails."""
    with suppress(ZeroDivisionError), store.transaction():
        put(store, path, text)
        _ = 1 / 0


def cite_nothing(store: Store) -> None:
    """A row that SQLite refuses when the transaction ends, not before."""
    store._db.execute("PRAGMA defer_foreign_keys = ON")
    store._db.execute("INSERT INTO cited VALUES ('no chat', 'no revision')")


@contextmanager
def new_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), write=True)
        try:
            yield store
        finally:
            store.close()


paths = st.sampled_from(["a.txt", "b.txt", "tief/c.txt", "Größe.txt"])
lines = st.text("abcß €\U0001f600'\"%", min_size=1, max_size=12).map(lambda s: f"x{s}x\n")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), paths, st.lists(lines, min_size=1, max_size=4).map("".join)),
        st.tuples(st.just("remove"), paths, st.just("")),
        st.tuples(st.just("prune"), st.just(""), st.just("")),
        st.tuples(st.just("fail"), paths, st.just("lost\n")),
    ),
    max_size=25,
)


@given(steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_holds_what_a_dict_would(done: list[tuple[str, str, str]]) -> None:
    expected: dict[str, str] = {}
    with new_store() as store:
        for action, path, text in done:
            if action == "fail":
                put_and_fail(store, path, text)
                continue
            with store.transaction():
                if action == "put":
                    put(store, path, text)
                    expected[path] = text
                elif action == "remove":
                    store.remove_document(path)
                    expected.pop(path, None)
                else:
                    store.prune("reference:")
        agrees(store, expected)


def agrees(store: Store, expected: dict[str, str]) -> None:
    assert [d.path for d in store.documents()] == sorted(expected)
    assert {d.path: store.text(d.revision) for d in store.documents()} == expected
    assert store.passage_counts() == {
        path: len(text.splitlines()) for path, text in expected.items()
    }
    for path, text in expected.items():
        ids = store.passage_ids([path])
        assert "".join(p.text for p in store.passages(ids)) == text
        places = store.sentences(ids)
        assert [[s.start for s in places[p.id]] for p in store.passages(ids)] == [
            [p.start] for p in store.passages(ids)
        ]
        wanted = [len(line) for line in text.splitlines(keepends=True)]
        made = store.embedded(ids)
        assert [(made[i].vector[0], *made[i].sentences[:, 0]) for i in ids] == [
            (n, n) for n in wanted
        ]
    every = store.passage_ids()
    assert len(store.word_forms(every)) == len(every)
    assert store.passages([*every[::-1], 10**9]) == store.passages(every)[::-1]


def test_a_passage_id_is_never_used_twice() -> None:
    with new_store() as store:
        seen: set[int] = set()
        for number in range(5):
            with store.transaction():
                put(store, "a.txt", f"Zeile {number}\n" * 3)
            fresh = set(store.passage_ids())
            assert not fresh & seen
            seen |= fresh
            with store.transaction():
                store.remove_document("a.txt")


def test_the_state_grows_with_every_change_and_not_with_a_failed_one() -> None:
    with new_store() as store:
        with store.transaction():
            put(store, "a.txt", "eins\n")
        put_and_fail(store, "b.txt", "zwei\n")
        assert store.state() == 1


def test_a_cited_revision_stays_until_its_chat_is_deleted() -> None:
    with new_store() as store:
        with store.transaction():
            put(store, "a.txt", "alt\n")
            put(store, "b.txt", "nicht zitiert\n")
        old, uncited = (d.revision for d in store.documents())
        store.add_turn("chat", "2026-01-01", '{"a": 1}', [old])
        store.add_turn("chat", "2026-01-02", '{"b": 2}', [old, "unknown revision"])
        with store.transaction():
            put(store, "a.txt", "neu\n")
            store.remove_document("b.txt")
            store.prune("reference:")
        assert store.text(old) == "alt\n"
        assert store.text(uncited) is None
        assert [turn.reply for turn in store.turns("chat")] == ['{"a": 1}', '{"b": 2}']
        store.delete_chat("chat")
        with store.transaction():
            store.prune("reference:")
        assert store.text(old) is None
        assert store.turns("chat") == []


def test_a_failed_commit_leaves_the_store_usable() -> None:
    with new_store() as store:
        with pytest.raises(IndexError_), store.transaction():
            cite_nothing(store)
        with store.transaction():
            put(store, "a.txt", "danach\n")
        assert len(store.documents()) == 1


def test_an_empty_file_is_no_index_yet(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").touch()
    with pytest.raises(NoIndexError, match="belegt sync"):
        Store(tmp_path)


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()).lower()


@pytest.mark.parametrize("others", [0, 30])
def test_a_deleted_text_is_gone_from_every_file(
    tmp_path: Path, folder: Path, encoder: WordEncoder, others: int
) -> None:
    index = tmp_path / "index"
    for number in range(others + 1):
        (folder / f"{number}.txt").write_text(f"Der Text {number} ist ein anderer Text.")
    (folder / "c.txt").write_text(f"Hier steht {CANARY}. " * 20)
    sync([folder], index, encoder)
    assert CANARY.lower().encode() in everything_on_disk(index)
    reader = Store(index)  # a page that is open meanwhile
    assert len(reader.documents()) == others + 2
    (folder / "c.txt").unlink()
    sync([folder], index, encoder)
    left = everything_on_disk(index)
    assert CANARY.lower().encode() not in left
    assert b"kanarienvog" not in left
    assert len(reader.documents()) == others + 1
    reader.close()


def test_a_replaced_text_is_gone_from_every_file(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    (folder / "c.txt").write_text(f"Hier steht {CANARY}.")
    sync([folder], tmp_path / "index", encoder)
    (folder / "c.txt").write_text("Hier steht etwas anderes.")
    sync([folder], tmp_path / "index", encoder)
    left = everything_on_disk(tmp_path / "index")
    assert b"kanarienvog" not in left


def reply(question: str, text: str = "Ja.") -> str:
    return json.dumps({"question": question, "text": text}, ensure_ascii=False)


def test_chats_are_listed_newest_first_and_found_by_their_words() -> None:
    with new_store() as store:
        store.add_turn("a", "2026-01-01T10:00:00", reply("Was kostet die Fähre?", "12 Euro"), [])
        store.add_turn("b", "2026-01-02T10:00:00", reply("Wer leitet den Hafen?"), [])
        store.add_turn("a", "2026-01-03T10:00:00", reply("Und für Kinder?"), [])
        assert [(c.id, c.first) for c in store.chats()] == [
            ("a", "Was kostet die Fähre?"),
            ("b", "Wer leitet den Hafen?"),
        ]
        assert [c.id for c in store.chats(words="KINDER euro")] == ["a"]
        assert store.chats(words="Kinder Hafen") == []
        store.rename_chat("b", "Übersicht 100%")
        assert [(c.id, c.title) for c in store.chats(words="übersicht 100%")] == [
            ("b", "Übersicht 100%")
        ]
        assert store.title_of("b") == "Übersicht 100%"
        store.delete_chat("a")
        assert [c.id for c in store.chats()] == ["b"]


def test_chats_are_their_owners_alone() -> None:
    with new_store() as store:
        store.add_turn("a", "2026-01-01", reply("Meins?"), [], owner="anna")
        with pytest.raises(IndexError_, match="someone else"):
            store.add_turn("a", "2026-01-02", reply("Deins?"), [], owner="bert")
        for owner in ("bert", ""):
            assert store.turns("a", owner) == []
            assert store.chats(owner) == []
            store.rename_chat("a", "Geraubt", owner)
            store.delete_chat("a", owner)
        assert [turn.reply for turn in store.turns("a", "anna")] == [reply("Meins?")]
        assert store.title_of("a", "anna") == ""


def test_an_answer_given_anew_names_the_turn_it_answers() -> None:
    with new_store() as store:
        assert store.add_turn("a", "2026-01-01", reply("Wie?"), []) == 0
        assert store.add_turn("a", "2026-01-02", reply("Wie?", "So."), [], again=0) == 1
        assert [turn.again for turn in store.turns("a")] == [None, 0]


def test_chats_of_an_earlier_version_are_completed(tmp_path: Path) -> None:
    with closing(Store(tmp_path, write=True)) as store:
        store._db.execute("DROP TABLE cited")
        store._db.execute("DROP TABLE turns")
        store._db.execute("DROP TABLE chats")
        for statement in (
            "CREATE TABLE chats (id TEXT PRIMARY KEY, created TEXT NOT NULL)",
            "CREATE TABLE turns (chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,"
            " ordinal INTEGER NOT NULL, created TEXT NOT NULL, reply TEXT NOT NULL,"
            " PRIMARY KEY (chat_id, ordinal)) WITHOUT ROWID",
            "CREATE TABLE cited (chat_id TEXT NOT NULL, revision TEXT NOT NULL)",
            "INSERT INTO chats VALUES ('a', '2026-01-01')",
        ):
            store._db.execute(statement)
        old = ("a", 0, "2026-01-01", reply("Alt?"))
        store._db.execute("INSERT INTO turns VALUES (?, ?, ?, ?)", old)
    with closing(Store(tmp_path)) as store:
        assert [(c.id, c.first) for c in store.chats()] == [("a", "Alt?")]
        store.add_turn("a", "2026-01-02", reply("Neu?"), [], again=0)


def test_chats_outlive_a_new_format_of_the_index(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    index = tmp_path / "index"
    (folder / "c.txt").write_text("Der alte Text.")
    sync([folder], index, encoder)
    with closing(Store(index, write=True)) as store:
        cited = next(d.revision for d in store.documents() if d.path == "c.txt")
        store.add_turn("a", "2026-01-01", reply("Alt?"), [cited])
        (former, passages) = store.state(), set(store.passage_ids())
        with store.transaction():
            store.set_meta("schema", str(SCHEMA_VERSION - 1))
    with pytest.raises(StaleIndexError, match="conversations are kept"):
        Store(index)
    (folder / "c.txt").write_text("Der neue Text.")
    sync([folder], index, encoder)
    with closing(Store(index)) as store:
        assert [c.first for c in store.chats()] == ["Alt?"]
        assert store.text(cited) == "Der alte Text."
        assert "Der neue Text." in {store.text(d.revision) for d in store.documents()}
        assert store.state() > former
        assert not passages & set(store.passage_ids())


def test_word_forms_in_many_pieces_are_put_together(tmp_path: Path) -> None:
    store = Store(tmp_path, write=True)
    store._db.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    for i in range(MOST_PIECES + 2):
        with store.transaction():
            put(store, f"{i}.txt", f"hafen nummer {i}\n")
    found = store.search_words(["hafen"], 99)
    with store.transaction():
        store.prune("reference:")
    ((pieces,),) = store._rows("SELECT count(DISTINCT segid) FROM words_idx")
    assert pieces == 1
    assert store.search_words(["hafen"], 99) == found
    assert len(found) == MOST_PIECES + 2
    store.close()
