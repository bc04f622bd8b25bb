"""Words alone find what is worded otherwise: inflected, compounded, typed or measured differently."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index.language import question_language
from index.library import Library
from index.parsing import Direct
from index.sync import sync
from index.values import PassageId
from index.wordforms import content_words
from tests.fakes import WordEncoder

LISTS: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("planted_words.toml").read_text(encoding="utf-8")
)
SHOWN = 5
LEAST = 0.98


def pairs(name: str) -> list[tuple[str, str]]:
    """The passages and questions of a list."""
    halves = (line.partition(" | ") for line in LISTS[name].splitlines() if line)
    return [(passage, question) for passage, _, question in halves]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One small file for each passage of all lists."""
    folder, index = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("index")
    for name in LISTS:
        for number, (passage, _) in enumerate(pairs(name)):
            (folder / f"{name}-{number:02d}.txt").write_text(passage, encoding="utf-8")
    encoder = WordEncoder()
    sync([folder], index, encoder, parser=Direct())
    opened = Library(index, encoder)
    yield opened
    opened.close()


def missed(library: Library, name: str) -> list[tuple[str, str]]:
    """The pairs of a list whose passage is not among the first that words find."""
    wrong = []
    for passage, question in pairs(name):
        words, language = content_words(question), question_language(question)
        found = library.search_words(words, language, SHOWN, None)
        if passage not in texts(library, [i for i, _ in found]):
            wrong.append((passage, question))
    return wrong


def texts(library: Library, ids: Sequence[PassageId]) -> list[str]:
    return [passage.text for passage in library.store.passages(ids)]


def test_the_list_is_long_and_half_of_it_was_held_out() -> None:
    sizes = {name: len(pairs(name)) for name in LISTS}
    assert sum(sizes.values()) >= 150
    assert sum(n for name, n in sizes.items() if name.endswith("_later")) >= 75
    assert len({passage for name in LISTS for passage, _ in pairs(name)}) == sum(sizes.values())


@pytest.mark.parametrize("part", ["", "_later"])
def test_words_alone_find_other_wordings(library: Library, part: str) -> None:
    names = [f"{kind}{part}" for kind in ("de", "en", "across")]
    wrong = [pair for name in names for pair in missed(library, name)]
    assert len(wrong) <= (1 - LEAST) * sum(len(pairs(name)) for name in names), wrong
