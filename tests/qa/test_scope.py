"""A scope becomes paths, and a refusal names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BelegtError
from index.values import Document, Language
from qa.scope import Scope, named_in
from qa.values import NotInDocuments, Timings


def document(path: str, date: str, language: Language) -> Document:
    return Document(path, "r", f"Titel {path}", "", date, language, "")


DOCUMENTS = {
    d.path: d
    for d in (
        document("a", "2017", "de"),
        document("b", "2018-06", "en"),
        document("c", "2018-10-26", "de"),
        document("d", "", "de"),
    )
}


@pytest.mark.parametrize(
    ("scope", "paths"),
    [
        (Scope(), None),
        (Scope(documents=("a", "gone")), ["a"]),
        (Scope(languages=("de",)), ["a", "c", "d"]),
        (Scope(since="2018"), ["b", "c"]),
        (Scope(since="2018-06-15"), ["b", "c"]),
        (Scope(until="2018-06-15"), ["a", "b"]),
        (Scope(until="2018"), ["a", "b", "c"]),
        (Scope(since="2018-10-27"), []),
        (Scope(languages=("de",), since="2018-10", until="2018-10"), ["c"]),
    ],
)
def test_a_scope_is_a_list_of_documents(scope: Scope, paths: list[str] | None) -> None:
    assert scope.within(DOCUMENTS) == paths
    assert bool(scope) == (paths is not None)


@pytest.mark.parametrize("date", ["18", "2018-13", "2018-06-32", "gestern", "2018-6"])
def test_what_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(BelegtError, match="wanted a date such as 2018"):
        Scope(since=date)


@given(st.dates(), st.dates())
def test_a_full_date_is_within_as_dates_compare(dated, limit) -> None:
    documents = {"x": document("x", dated.isoformat(), "de")}
    assert Scope(since=limit.isoformat()).within(documents) == ["x"] * (dated >= limit)
    assert Scope(until=limit.isoformat()).within(documents) == ["x"] * (dated <= limit)


def test_a_refusal_names_its_scope() -> None:
    reply = NotInDocuments("Wer?", "de", 0.1, "not_covered", "Nichts.", (), Timings(1.0, 1.0))
    scope = Scope(("c",), ("de",), "2018", "2019-06")
    assert named_in(reply, scope, DOCUMENTS).text == (
        "Nichts. Gesucht wurde nur hier: „Titel c“ · auf Deutsch · ab 2018 · bis Juni 2019."
    )
    assert scope.named(DOCUMENTS, "en") == "“Titel c” · in German · from 2018 on · until June 2019"
    assert Scope(("a", "b")).named(DOCUMENTS, "en") == "2 documents"
    assert named_in(reply, Scope(), DOCUMENTS) is reply
