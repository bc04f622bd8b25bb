"""Passages: whole sentences, one section each, of a size that can be found and read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import LIMIT, MAX_SENTENCE, chunk, passage_parts
from index.readers import read_file
from index.readers.blocks import parse_blocks
from index.readers.extracted import Block, Extracted
from index.values import Chunk
from tests.fakes import SEEDS

TEXTS = sorted(p.name for p in SEEDS.glob("*.txt"))


def chunks_of(text: str, name: str = "a.txt") -> tuple[str, list[Chunk]]:
    extracted = read_file(name, text.encode())
    return extracted.text, chunk(extracted, "de")


def cut(text: str, chunks: list[Chunk]) -> list[str]:
    return [text[c.start : c.end] for c in chunks]


@pytest.mark.parametrize("name", TEXTS)
def test_no_passage_of_the_seeds_mixes_sections_or_cuts_a_sentence(name: str) -> None:
    extracted = read_file(name, (SEEDS / name).read_bytes())
    for c in chunk(extracted, "de"):
        assert (c.sentences[0].start, c.sentences[-1].end) == (c.start, c.end)
        kinds = [s.kind for s in c.sentences]
        after = kinds[next((i for i, k in enumerate(kinds) if k != "heading"), len(kinds)) :]
        assert "heading" not in after
        pages = {b.page for b in extracted.blocks if c.start <= b.start < c.end}
        assert len(pages) <= 1


@pytest.mark.parametrize("name", TEXTS)
def test_passages_of_the_seeds_are_of_a_readable_size(name: str) -> None:
    text = (SEEDS / name).read_text("utf-8")
    sizes = [c.end - c.start for c in chunk(read_file(name, text.encode()), "de")]
    assert max(sizes) <= LIMIT + 400  # a long last sentence or item may stand out
    assert sum(sizes) / len(sizes) > 200


def test_each_section_is_a_passage_under_its_heading_path() -> None:
    text, found = chunks_of(
        "# Bericht\n\nVorwort steht hier.\n\n## Netz\n\nDas Netz wächst.\n\n"
        "## Preise\n\nDer Preis sinkt.\n\n# Anhang\n\nEnde.\n",
        "a.md",
    )
    assert [c.heading for c in found] == [
        ("Bericht",),
        ("Bericht", "Netz"),
        ("Bericht", "Preise"),
        ("Anhang",),
    ]
    assert cut(text, found)[1] == "## Netz\n\nDas Netz wächst."


def test_a_heading_of_two_lines_is_named_on_one() -> None:
    text = "Automatisie\u00adren mit\nVoreinstellung\n\nEin Satz steht hier."
    start = text.index("Ein Satz")
    blocks = (Block(0, start - 2, "heading", 1), Block(start, len(text), "prose"))
    (passage,) = chunk(Extracted(text, blocks), "de")
    assert passage.heading == ("Automatisieren mit Voreinstellung",)
    assert text[passage.start : passage.end] == text


def test_short_paragraphs_of_one_section_are_put_together() -> None:
    _, found = chunks_of("# A\n\n" + "\n\n".join(f"Satz {i} ist kurz." for i in range(10)), "a.md")
    assert len(found) == 1
    assert len(found[0].sentences) == 11


def test_a_long_paragraph_is_cut_between_sentences_into_like_parts() -> None:
    sentence = "Dieser Satz über den Ausbau der Netze in Sachsen ist etwa achtzig Zeichen lang."
    text, found = chunks_of(" ".join([sentence] * 40))
    pieces = cut(text, found)
    assert all(p.startswith("Dieser") and p.endswith("lang.") for p in pieces)
    assert all(len(p) <= LIMIT for p in pieces)
    assert max(map(len, pieces)) - min(map(len, pieces[:-1])) < 200
    assert len(pieces[-1]) > 250


def test_a_list_keeps_the_line_that_introduces_it() -> None:
    items = "\n".join(
        f"- Das {i}. Ziel ist der Ausbau von Leitung {i} in der Gemeinde Nummer {i}, und zwar bald"
        for i in range(40)
    )
    text, found = chunks_of(f"# Ziele\n\nDie Ziele des Netzes sind:\n\n{items}\n", "a.md")
    assert len(found) > 2
    assert "Die Ziele des Netzes sind:" in cut(text, found)[0]
    assert all(c.lead == "Die Ziele des Netzes sind:" for c in found[1:])
    above, *items = passage_parts(text, found[-1], "Titel")
    assert above == "Titel – Ziele Die Ziele des Netzes sind:"
    assert items[-1].startswith("Das 39. Ziel")


def test_a_passage_is_embedded_with_title_and_heading() -> None:
    long = "Der Hub fördert junge Firmen aus der Region und berät sie bei der Gründung. " * 30
    text, found = chunks_of(f"# Hub Leipzig\n\n{long}\n", "a.md")
    sentence = "Der Hub fördert junge Firmen aus der Region und berät sie bei der Gründung."
    assert passage_parts(text, found[1], "Bericht")[:2] == ("Bericht – Hub Leipzig", sentence)
    assert passage_parts(text, found[0], "Bericht")[:2] == ("Bericht", "Hub Leipzig")
    assert len(passage_parts(text, found[1], "")) == 1 + len(found[1].sentences)


def test_a_page_break_ends_a_passage() -> None:
    text, found = chunks_of("Seite eins sagt dies.\n\fSeite zwei sagt das.\n")
    assert [(c.page, piece) for c, piece in zip(found, cut(text, found), strict=True)] == [
        (1, "Seite eins sagt dies."),
        (2, "Seite zwei sagt das."),
    ]


def test_what_is_set_aside_is_in_no_passage() -> None:
    text = "Kopfzeile\n\nDer Satz steht hier.\n\nFußzeile"
    blocks = (
        Block(0, 9, "line", aside="repeated"),
        Block(11, 31, "prose"),
        Block(33, 41, "line", aside="repeated"),
    )
    assert cut(text, chunk(Extracted(text, blocks), "de")) == ["Der Satz steht hier."]


def test_rows_that_stand_alone_carry_their_header() -> None:
    text = "2019\t5\n2020\t6"
    rows = [Block(0, 6, "row", lead="Jahr, Umsatz", alone=True)]
    rows.append(Block(7, 13, "row", lead="Jahr, Umsatz", alone=True))
    found = chunk(Extracted(text, tuple(rows)), "de")
    assert cut(text, found) == ["2019\t5", "2020\t6"]
    assert [c.lead for c in found] == ["Jahr, Umsatz"] * 2
    assert passage_parts(text, found[1], "") == ("Jahr, Umsatz", "2020, 6")


def test_a_header_within_the_passage_is_embedded_once() -> None:
    text = "Jahr\tUmsatz\n2019\t5"
    blocks = (Block(0, 11, "row"), Block(12, 18, "row", lead="Jahr, Umsatz"))
    (found,) = chunk(Extracted(text, blocks), "de")
    assert passage_parts(text, found, "Bericht") == ("Bericht", "Jahr, Umsatz", "2019, 5")


def test_a_monstrous_sentence_is_cut_at_white_space() -> None:
    text, found = chunks_of("Ein Wort folgt dem " + "anderen und dem " * 2000)
    sentences = [s for c in found for s in c.sentences]
    assert max(s.end - s.start for s in sentences) <= MAX_SENTENCE
    assert not any(text[s.start].isspace() or text[s.end - 1].isspace() for s in sentences)


def test_nothing_gives_nothing() -> None:
    assert chunk(Extracted("", ()), "de") == []


pieces = st.one_of(
    st.sampled_from(
        [
            "# Titel\n\n",
            "Überschrift\n\n",
            "- ein Punkt\n",
            "1. Erstens\n",
            "Die Ziele sind:\n",
            "| a | b |\n",
            "a\tb\n",
            "\f",
            "\n\n",
            "z. B. am 3. Oktober 2018 um 1.234,56 € (Abs. 2 Nr. 1). ",
            "»Was?«, fragte er. ",
            "x" * 2500,
            "\u00a0",
            "\u2028",
            "\x85",
            "\u00ad",
            "---\n",
            "```\ncode\n```\n",
        ]
    ),
    st.text(max_size=60),
    st.text("aä .!?:\n-*", max_size=120),
)
marks = set("-*_=|: \t`~#")


@given(st.lists(pieces, max_size=25).map("".join), st.sampled_from(["a.txt", "a.md"]))
@settings(max_examples=200, deadline=None)
def test_every_character_is_in_one_passage_in_order(raw: str, name: str) -> None:
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    blocks = parse_blocks(text, markdown=name == "a.md")
    found = chunk(Extracted(text, blocks), "de")
    end = 0
    for c in found:
        assert end <= c.start < c.end
        assert all(not ch.isspace() for ch in (text[c.start], text[c.end - 1]))
        left_out(text[end : c.start])
        end = c.end
        before = c.start
        for s in c.sentences:
            assert before <= s.start < s.end <= c.end
            left_out(text[before : s.start])
            before = s.end
    left_out(text[end:])


def left_out(gap: str) -> None:
    """Between passages and between sentences lies white space, or a line that is a rule."""
    for line in gap.replace("\f", "\n").split("\n"):
        stripped = line.strip()
        assert not stripped or set(stripped) <= marks or stripped.startswith(("```", "~~~")), gap
