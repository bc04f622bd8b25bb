"""Text to vectors: one protocol, one implementation on sentence-transformers.

A passage goes through the model once and gives the vector of the whole, one of each of its
sentences (the mean of its tokens as they stand in the passage: "late chunking", Günther et al.
2024, arXiv 2409.04701) and one of each word, for late interaction (Khattab & Zaharia 2020, arXiv
2004.12832).

torch and sentence-transformers are imported on first use only, torch before anything that could
bring its own OpenMP runtime, and the hub is never asked about a model that lies in a folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError

from index.bundled_model import bundled_model
from index.errors import ModelError
from index.values import Vectors

BUNDLED = "bundled"
TOKENS_AT_ONCE = 4096
"""A forward takes as many texts of about one length as have this many tokens: padding is waste."""

WORD_LAYER = -3
"""Words are taken from the layer two below the last: measured, these tell more that the text vector
does not tell already."""

WORD = re.compile(r"[^\W_]+(?:[-.,:'’&/][^\W_]+)*")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Embedded:
    """What a model makes of a text that is given in parts.

    ``vector`` (dim,) and ``parts`` (n, dim) are of unit length. ``words`` (m, dim) are states of a
    late layer, each the mean over the pieces of a word; ``spans`` (m, 2) tell where each
    word stands in its part, in code points, and ``word_parts`` (m,) in which. Words beyond the
    model's longest input are missing, and all are for a model that cannot tell.
    """

    vector: Vectors
    parts: Vectors
    words: Vectors
    word_parts: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]


class Encoder(Protocol):
    """Two ways in: models for search often want a different prefix for questions."""

    @property
    def identity(self) -> str:
        """Changes whenever the vectors would: weights, tokenizer, pooling, prompts."""

    @property
    def dim(self) -> int: ...

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        """Passages in order, each given in parts: what stands above it, then its sentences."""

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        """Questions in order, each of one part."""


class TransformerEncoder:
    """A sentence-transformers model; safe to call from several threads.

    Up to ``threads`` forward passes run at the same time, each on one processor. One pass on all of
    them is hardly faster, and several times slower as soon as anybody else wants a processor. A model
    without word states makes one pass at a time.
    """

    def __init__(self, source: str, identity: str, threads: int) -> None:
        self.source = source
        self._identity = identity
        self._threads = threads
        self._lock = threading.Lock()
        self._passes = threading.BoundedSemaphore(threads)
        self._loaded: Any = None

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dim(self) -> int:
        return int(self._model().get_embedding_dimension())

    def encode_passages(
        self, passages: Sequence[Sequence[str]], progress: Progress | None = None
    ) -> list[Embedded]:
        return self._encode(passages, "passage", progress)

    def encode_questions(self, texts: Sequence[str]) -> list[Embedded]:
        return self._encode([[text] for text in texts], "query", None)

    def _encode(
        self, texts: Sequence[Sequence[str]], role: str, progress: Progress | None
    ) -> list[Embedded]:
        model = self._model()
        prompt = _prompt(model.prompts, role)
        if not _has_word_states(model):
            return self._whole(texts, prompt, progress)
        tokens = _tokens(model, [prompt + " ".join(parts) for parts in texts])
        found: dict[int, Embedded] = {}

        def embed(rows: Sequence[int]) -> None:
            states = self._states(model, [tokens["input_ids"][i] for i in rows])
            for i, (last, late) in zip(rows, states, strict=True):
                offsets = np.array(tokens["offset_mapping"][i], np.int64) - len(prompt)
                found[i] = _embedded(texts[i], offsets, last, late)

        batches = _batches([len(ids) for ids in tokens["input_ids"]])
        for some in iter(lambda: list(islice(batches, self._threads)), []):
            self._at_once(embed, some)
            if progress:
                progress(len(found), len(texts))
        return [found[i] for i in range(len(texts))]

    def _at_once(self, embed: Callable[[Sequence[int]], None], batches: list[list[int]]) -> None:
        """Each batch in a thread of its own; a single one, as of a question, needs none."""
        if len(batches) == 1:
            embed(batches[0])
            return
        with ThreadPoolExecutor(len(batches), thread_name_prefix="embed") as pool:
            list(pool.map(embed, batches))

    def _states(self, model: Any, rows: Sequence[Sequence[int]]) -> list[tuple[Vectors, Vectors]]:
        """States of the last layer and of ``WORD_LAYER``, ``(tokens, dim)`` each, for every row."""
        import torch

        batch = model[0].tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt")
        # half precision gains nothing for a single text
        with self._passes, torch.inference_mode(), _half_precision(enabled=len(rows) > 1):
            layers = model[0](dict(batch))["all_layer_embeddings"]
        late_at = max(WORD_LAYER, -len(layers))
        last, late = (layers[i].float().numpy() for i in (-1, late_at))
        return [(last[i, : len(row)], late[i, : len(row)]) for i, row in enumerate(rows)]

    def _whole(
        self, texts: Sequence[Sequence[str]], prompt: str, progress: Progress | None
    ) -> list[Embedded]:
        """For a model whose text vector is no mean of its words: every part goes through alone."""
        flat = [text for parts in texts for text in (" ".join(parts), *parts)]
        with self._lock:
            vectors = self._loaded.encode(
                flat, prompt=prompt or None, normalize_embeddings=True, show_progress_bar=False
            )
        starts = list(accumulate((1 + len(parts) for parts in texts), initial=0))
        if progress:
            progress(len(texts), len(texts))
        none = np.zeros(0, np.int64)
        return [
            Embedded(vectors[a], vectors[a + 1 : b], vectors[:0], none, np.zeros((0, 2), np.int64))
            for a, b in pairwise(starts)
        ]

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.source, self._threads)
        return self._loaded


def _has_word_states(model: Any) -> bool:
    """Whether a text's vector is the mean over its tokens, and tokens can be told from the text."""
    kinds = [type(module).__name__ for module in model]
    pooled = len(kinds) > 1 and getattr(model[1], "pooling_mode", "") in ("mean", ("mean",))
    fast = bool(getattr(model[0].tokenizer, "is_fast", False)) if pooled else False
    return fast and kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


def _tokens(model: Any, texts: Sequence[str]) -> Any:
    return model[0].tokenizer(
        list(texts),
        truncation=True,
        max_length=model.max_seq_length,
        return_offsets_mapping=True,
        return_attention_mask=False,
    )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of about equal length, longest first, up to ``TOKENS_AT_ONCE`` with their padding."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    while order:
        count = max(1, TOKENS_AT_ONCE // lengths[order[0]])
        yield order[:count]
        order = order[count:]


def _embedded(
    parts: Sequence[str], offsets: npt.NDArray[np.int64], last: Vectors, late: Vectors
) -> Embedded:
    """Pool the states of one text's tokens; ``offsets`` count from the start of its first part."""
    starts = np.array(list(accumulate((len(part) + 1 for part in parts), initial=0)))
    vector = _unit(last.mean(axis=0))
    inside = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 1] > 0)
    part_of = np.where(inside, np.searchsorted(starts, offsets[:, 1] - 1, "right") - 1, -1)
    pooled = np.tile(vector, (len(parts), 1))
    for part in set(part_of.tolist()) - {-1}:
        pooled[part] = _unit(last[part_of == part].mean(axis=0))
    spans = np.array(
        [(i, m.start(), m.end()) for i, part in enumerate(parts) for m in WORD.finditer(part)],
        np.int64,
    ).reshape(-1, 3)
    begins, ends = (starts[spans[:, 0]] + spans[:, i] for i in (1, 2))
    word_of = np.searchsorted(ends, offsets[:, 0], "right")
    inside &= offsets[:, 1] > np.append(begins, np.iinfo(np.int64).max)[word_of]
    words = np.zeros((len(spans), late.shape[1]), np.float32)
    np.add.at(words, word_of[inside], late[inside])
    counts = np.bincount(word_of[inside], minlength=len(spans))
    there = counts > 0
    means = (words[there] / counts[there, None]).astype(np.float32)
    return Embedded(vector, pooled, means, spans[there, 0], spans[there, 1:])


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
    return unit


def _half_precision(*, enabled: bool) -> AbstractContextManager[object]:
    """bfloat16 matrix products where the processor has them: measured at twice the passages a
    second, with cosines of 0.99999 to float32. A single text gains nothing and stays float32."""
    import torch

    able = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled and able)


def load_encoder(
    model: str, cache: Path, threads: int, progress: Progress | None = None
) -> TransformerEncoder:
    """Find the model that a setting names; the weights are read on first use.

    ``progress`` is told bytes done and bytes in all while the bundled model is unpacked.

    Raises:
        ModelError: the bundled model cannot be unpacked, or the folder is none of a model.
    """
    if model == BUNDLED:
        folder = bundled_model(cache, progress)
        return TransformerEncoder(str(folder), _folder_identity(folder), threads)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return TransformerEncoder(str(folder), _folder_identity(folder), threads)
    if model.startswith((".", "/", "~")):
        raise ModelError(f"model = {model!r}: no such folder. Mend `model` in belegt.toml.")
    return TransformerEncoder(model, f"hub:{model}", threads)


def _folder_identity(folder: Path) -> str:
    """Hash of what decides the vectors; recorded hashes are used where a manifest has them."""
    manifest = folder / "manifest.json"
    if manifest.is_file():
        return hashlib.sha256(manifest.read_bytes()).hexdigest()[:32]
    if not (folder / "modules.json").is_file():
        raise ModelError(
            f"model = {str(folder)!r}: no modules.json in this folder, so it is no"
            " sentence-transformers model. Mend `model` in belegt.toml."
        )
    digest = hashlib.sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix in (".json", ".safetensors", ".txt")
    ):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _load(source: str, threads: int) -> Any:
    local = Path(source).is_dir()
    if local:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(
            source,
            device="cpu",
            local_files_only=local,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
            config_kwargs={"output_hidden_states": True},
        )
        # The others make one pass at a time, so it may have all processors.
        torch.set_num_threads(1 if _has_word_states(model) else threads)
        return model
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"model {source!r} cannot be loaded: {reason[:200]}. Run `belegt doctor`, or set"
            " `model` to `bundled`, a sentence-transformers folder or a hub name."
        ) from None


def _prompt(prompts: dict[str, str], role: str) -> str:
    """The model's own prompt for a role; names differ (query, passage, document)."""
    names = {"query": ("query", "question"), "passage": ("passage", "document", "text")}[role]
    return next((prompts[name] for name in names if prompts.get(name)), "")
