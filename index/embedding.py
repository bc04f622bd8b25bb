"""Text to vectors: one protocol, one implementation on sentence-transformers.

torch and sentence-transformers are imported on first use only, torch before anything that could
bring its own OpenMP runtime, and the hub is never asked about a model that lies in a folder.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from safetensors import SafetensorError

from index.bundled_model import bundled_model
from index.errors import ModelError
from index.values import Vectors

BUNDLED = "bundled"
BATCH = 16
Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """Two ways in: models for search often want a different prefix for questions."""

    @property
    def identity(self) -> str:
        """Changes whenever the vectors would: weights, tokenizer, pooling, prompts."""

    @property
    def dim(self) -> int: ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors of shape ``(len(texts), dim)``, in order."""

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape ``(len(texts), dim)``, in order."""


class TransformerEncoder:
    """A sentence-transformers model; safe to call from several threads, one forward at a time."""

    def __init__(self, source: str, identity: str, threads: int) -> None:
        self.source = source
        self._identity = identity
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Any = None

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dim(self) -> int:
        return int(self._model().get_embedding_dimension())

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._encode(texts, "passage", progress)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, "query", None)

    def _encode(self, texts: Sequence[str], role: str, progress: Progress | None) -> Vectors:
        model = self._model()
        name = _prompt_name(model.prompts, role)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            with self._lock, _half_precision(enabled=len(rows) > 1):
                vectors[rows] = model.encode(
                    [texts[i] for i in rows],
                    prompt_name=name,
                    batch_size=BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            if progress:
                progress(min(start + BATCH, len(order)), len(order))
        return vectors

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.source, self._threads)
        return self._loaded


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
        torch.set_num_threads(threads)
        return SentenceTransformer(
            source,
            device="cpu",
            local_files_only=local,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"model {source!r} cannot be loaded: {reason[:200]}. Run `belegt doctor`, or set"
            " `model` to `bundled`, a sentence-transformers folder or a hub name."
        ) from None


def _prompt_name(prompts: dict[str, str], role: str) -> str | None:
    """The model's own prompt for a role; names differ (query, passage, document)."""
    names = {"query": ("query", "question"), "passage": ("passage", "document", "text")}[role]
    return next((name for name in names if prompts.get(name)), None)
