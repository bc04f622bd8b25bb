"""From the states of tokens to vectors of a text, its parts and its words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import embedding
from index.embedding import WORD, TransformerEncoder, _batches, _embedded, load_encoder
from index.settings import load_settings

PARTS = st.lists(
    st.text(alphabet="abcäß. -\n1😀", min_size=0, max_size=12), min_size=1, max_size=5
).filter(lambda parts: any(part.strip() for part in parts))


def tokenised(parts: list[str], step: int) -> np.ndarray:
    """Pieces of up to ``step`` characters, none across white space, between two special ones."""
    text = " ".join(parts)
    pieces = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and end - start < step and not text[end].isspace():
            end += 1
        if not text[start].isspace():
            pieces.append((start, end))
        start = end
    return np.array([(0, 0), *pieces, (0, 0)], np.int64)


@given(PARTS, st.integers(1, 4))
def test_words_and_parts_are_the_means_of_their_own_tokens(parts: list[str], step: int) -> None:
    offsets = tokenised(parts, step)
    states = np.random.default_rng(0).normal(size=(len(offsets), 3)).astype(np.float32)
    made = _embedded(parts, offsets, states, states)
    starts = np.cumsum([0, *(len(part) + 1 for part in parts)])
    expected_words = [
        (i, m.start(), m.end(), states[1:-1][inside].mean(axis=0))
        for i, part in enumerate(parts)
        for m in WORD.finditer(part)
        for a, b in [(starts[i] + m.start(), starts[i] + m.end())]
        for inside in [_first_word(offsets[1:-1], parts, starts, a, b)]
        if inside.any()
    ]
    assert [
        (int(i), int(a), int(b)) for i, (a, b) in zip(made.word_parts, made.spans, strict=True)
    ] == [word[:3] for word in expected_words]
    for found, (*_, wanted) in zip(made.words, expected_words, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    for i, vector in enumerate(made.parts):
        inside = (offsets[:, 1] > starts[i]) & (offsets[:, 1] <= starts[i] + len(parts[i]))
        inside &= offsets[:, 1] > offsets[:, 0]
        wanted = (states[inside] if inside.any() else states).mean(axis=0)
        np.testing.assert_allclose(vector, wanted / np.linalg.norm(wanted), atol=1e-4)


def _first_word(offsets, parts, starts, a, b) -> np.ndarray:
    """Tokens that touch a word and no word before it."""
    touches = (offsets[:, 0] < b) & (offsets[:, 1] > a)
    for i, part in enumerate(parts):
        for m in WORD.finditer(part):
            if starts[i] + m.start() < a:
                touches &= offsets[:, 0] >= starts[i] + m.end()
    return touches


@given(st.lists(st.integers(1, 512), max_size=60))
def test_batches_hold_every_row_once_and_little_padding(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(i for rows in batches for i in rows) == list(range(len(lengths)))
    for rows in batches:
        longest = max(lengths[i] for i in rows)
        assert len(rows) == 1 or longest * len(rows) <= embedding.TOKENS_AT_ONCE


@pytest.fixture(scope="module")
def real_encoder() -> TransformerEncoder:
    settings = load_settings()
    return load_encoder(settings.model, settings.cache, settings.threads)


@pytest.mark.slow
def test_a_text_in_parts_has_the_vector_of_the_whole(real_encoder: TransformerEncoder) -> None:
    parts = ["Digital Hub Leipzig", "Der Hub wurde 2018 eröffnet – Straße 😀.", "200 Mbit/s ﬁne."]
    (made,) = real_encoder.encode_passages([parts])
    whole = real_encoder._model().encode(
        [" ".join(parts)], prompt_name="passage", normalize_embeddings=True
    )[0]
    assert float(whole @ made.vector) > 0.9999
    words = [parts[i][a:b] for i, (a, b) in zip(made.word_parts, made.spans, strict=True)]
    assert words == "Digital Hub Leipzig Der Hub wurde 2018 eröffnet Straße 200 Mbit/s ﬁne".split()


@pytest.mark.slow
def test_a_text_beyond_the_longest_input_is_cut(real_encoder: TransformerEncoder) -> None:
    parts = ["Titel", *["Ein Satz über Brücken und Straßen." for _ in range(200)]]
    (made,) = real_encoder.encode_passages([parts])
    assert len(made.parts) == len(parts)
    assert 0 < int(made.word_parts.max()) < 200
    np.testing.assert_allclose(made.parts[-1], made.vector, atol=1e-6)


@pytest.mark.slow
def test_batches_side_by_side_make_what_they_make_in_turn(
    real_encoder: TransformerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "TOKENS_AT_ONCE", 64)
    passages = [[f"Brücke {i}.", "Sie führt über den Fluss. " * (i % 7)] for i in range(24)]
    told: list[int] = []
    made = []
    for threads in (1, 3):
        encoder = TransformerEncoder(real_encoder.source, real_encoder.identity, threads)
        made.append(encoder.encode_passages(passages, lambda done, _: told.append(done)))
    assert told == sorted(told[: told.index(24) + 1]) + sorted(told[told.index(24) + 1 :])
    assert told.count(24) == 2
    for one, other in zip(*made, strict=True):
        np.testing.assert_array_equal(one.vector, other.vector)
        np.testing.assert_array_equal(one.words, other.words)
