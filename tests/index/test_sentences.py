"""Sentence spans: the golden list, promises that hold for any text, time."""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.sentences import split_sentences

GOLDEN = Path(__file__).with_name("sentences_golden.toml")
PROSE = "Dr. Weber kam z. B. am 3. Oktober: „Das ist gut.“ Er blieb (bis 9.30 Uhr). Wieso? "
HARD = ["„Wort. ", "(Wort. ", "A. ", "z. B. ", "… ", '" ', "wort", ".", "?!", "[1", "Satz.1 Und "]


def golden() -> Iterator[tuple[str, list[str], str]]:
    """Yield language, expected sentences and the block they are joined to."""
    for group in tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["group"]:
        for sentences in group["items"]:
            yield group["language"], sentences, group["separator"].join(sentences)


def sentences_of(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language)]


@pytest.mark.parametrize(("language", "sentences", "block"), list(golden()))
def test_golden_block_is_split_as_expected(language, sentences, block):
    assert sentences_of(block, language) == sentences


@pytest.mark.parametrize("language", ["de", "en"])
def test_golden_list_holds_at_least_120_blocks_per_language(language):
    assert sum(found == language for found, _, _ in golden()) >= 120


def test_any_other_language_is_refused():
    with pytest.raises(ValueError, match="'fr'"):
        split_sentences("Bonjour.", "fr")


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0"])
def test_white_space_holds_no_sentence(text):
    assert split_sentences(text, "de") == []


def test_offsets_count_code_points():
    assert split_sentences("😀 Ja! Schön, das ä.", "de") == [(0, 5), (6, 19)]


def test_a_row_of_marks_joins_the_sentence_before_it():
    assert sentences_of("Das war es. *** Ende.", "de") == ["Das war es.", "*** Ende."]
    assert sentences_of("Das war es. ***", "de") == ["Das war es. ***"]


def test_decomposed_umlauts_change_no_boundary():
    block = "Die Fläche zählt u. Ä. Über 5 km² groß ist sie. Öde ist sie nicht."
    decomposed = block.replace("ä", "a\u0308").replace("Ä", "A\u0308").replace("Ö", "O\u0308")
    assert len(split_sentences(decomposed, "de")) == len(split_sentences(block, "de"))


SNIPPETS = ["z. B. ", "Dr. ", "„", "“", "“ ", "(", ") ", "...", "… ", "3. ", "A", "ä", " ", "\n"]


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text('aZäÖß .!?…\n\t"„“»«()[]*_1234\u00a0\u0308\x00\x1c\u200b😀-–,:;'),
        st.lists(st.sampled_from(SNIPPETS)).map("".join),
    ),
    language=st.sampled_from(["de", "en"]),
)
@example(text="a.[1]b", language="de")
@example(text="Das wort.1 Und", language="de")
def test_spans_are_ordered_stripped_and_hold_every_visible_character(text, language):
    spans = split_sentences(text, language)
    bounds = [offset for span in spans for offset in span]
    assert bounds == sorted(bounds)
    assert all(
        text[start:end] and text[start:end] == text[start:end].strip() for start, end in spans
    )
    held = "".join("".join(text[start:end].split()) for start, end in spans)
    assert held == "".join(text.split())


@pytest.mark.parametrize("unit", HARD)
def test_a_hard_line_of_100_000_code_points_takes_seconds_at_most(unit):
    line = (unit * 100_000)[:100_000]
    begin = time.process_time()
    split_sentences(line, "de")
    assert time.process_time() - begin < 5


@pytest.mark.slow
@pytest.mark.parametrize("unit", [PROSE, "Er sagte: „Ja. ", "wort"])
def test_time_is_linear_in_the_length_of_a_line(unit):
    seconds = [_seconds(unit, length) for length in (250_000, 500_000, 1_000_000, 2_000_000)]
    # eight times the text; quadratic work would take 64 times as long
    assert seconds[-1] / seconds[0] <= 16, seconds


@pytest.mark.slow
def test_a_line_of_20_million_code_points_is_split():
    times = 20_000_000 // len(PROSE)
    assert len(split_sentences(PROSE * times, "de")) == times * len(split_sentences(PROSE, "de"))


def _seconds(unit: str, length: int) -> float:
    """Return the CPU seconds of the fastest of three runs over a line of ``length`` code points."""
    line = (unit * (length // len(unit) + 1))[:length]
    runs = []
    for _ in range(3):
        begin = time.process_time()
        split_sentences(line, "de")
        runs.append(time.process_time() - begin)
    return min(runs)
