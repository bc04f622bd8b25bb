"""Nearest passages to a question vector, by FAISS, fair to both languages.

Multilingual encoders put a language's texts side by side, so plain cosine prefers passages in the
question's own language. Vectors are therefore *centred*: the mean of their language and role
(passage, sentence, question) is subtracted and the rest brought to unit length (the "all but the
top" idea of Mu & Viswanath 2018, per language).

Files are derived from the store and never the truth. ``gen-000007/`` holds ``passages.faiss`` and
``manifest.json`` (store state, fingerprint, centres, size and SHA-256 of each file); ``CURRENT``
names the generation and seals its manifest. Each is written to a temporary name, synced to disk and
renamed, the folder too. A missing, older or damaged generation is rebuilt from the store's vectors
on opening.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.errors import IndexError_
from index.language import LANGUAGES
from index.reference import reference_vectors
from index.store import Store, explained
from index.values import Language, PassageId, Vectors

FORMAT = 1
FLAT_UP_TO = 200_000
SHRINKAGE = 30.0
"""A corpus mean counts as much as the reference mean once it rests on this many texts."""

KEPT_GENERATIONS = 2
_CURRENT = re.compile(r"(gen-\d{6}) ([0-9a-f]{64})\n")
Role = Literal["passage", "sentence", "question"]


@dataclass(frozen=True)
class Centres:
    """Mean vectors per role and language, shape ``(dim,)`` each."""

    means: dict[tuple[Role, Language], Vectors]

    def centre(self, vectors: Vectors, role: Role, language: Language) -> Vectors:
        """Unit vectors of the same shape as ``vectors``, less the mean of role and language."""
        shifted = vectors - self.means[role, language]
        norms = np.linalg.norm(shifted, axis=-1, keepdims=True)
        result: Vectors = (shifted / np.maximum(norms, 1e-9)).astype(np.float32)
        return result


class VectorIndex:
    """One immutable generation; safe to search from several threads.

    ``origin`` tells where it came from, for ``doctor``: ``gen-000007`` or ``rebuilt: reason``.
    """

    def __init__(self, faiss_index: Any, centres: Centres, state: int, origin: str) -> None:
        self._faiss = faiss_index
        self.centres = centres
        self.state = state
        self.origin = origin

    def __len__(self) -> int:
        return 0 if self._faiss is None else int(self._faiss.ntotal)

    def search(
        self, question: Vectors, k: int, within: Sequence[PassageId] | None = None
    ) -> list[tuple[PassageId, float]]:
        """Ids and centred cosines (-1 to 1), best first, ties by id; fewer if there are fewer.

        ``question`` has shape ``(dim,)`` and is centred already.
        """
        if not len(self) or k < 1:
            return []
        params = None
        if within is not None:
            faiss = _faiss()
            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.array(within, np.int64)))
        scores, ids = self._faiss.search(question[None].astype(np.float32), k, params=params)
        found = [(PassageId(int(i)), float(s)) for i, s in zip(ids[0], scores[0], strict=True)]
        return sorted((f for f in found if f[0] >= 0), key=lambda f: (-f[1], f[0]))


def open_vectors(store: Store) -> VectorIndex:
    """The published generation if it is whole and as new as the store, else one built in memory."""
    try:
        return _read_generation(store)
    except (IndexError_, OSError, ValueError, KeyError) as error:
        return build_vectors(store, f"rebuilt: {error}")


def build_vectors(store: Store, origin: str) -> VectorIndex:
    """Build from the store's vectors, without embedding anything."""
    state = store.state()
    ids, languages, vectors = store.passage_vectors()
    centres = compute_centres(store, languages, vectors)
    if not ids:
        return VectorIndex(None, centres, state, origin)
    centred = np.empty_like(vectors)
    for language in LANGUAGES:
        rows = [i for i, found in enumerate(languages) if found == language]
        centred[rows] = centres.centre(vectors[rows], "passage", language)
    return VectorIndex(_faiss_index(np.array(ids, np.int64), centred), centres, state, origin)


def compute_centres(store: Store, languages: Sequence[Language], vectors: Vectors) -> Centres:
    """Means per language: of the corpus, drawn towards those of the reference texts."""
    means: dict[tuple[Role, Language], Vectors] = {}
    for language in LANGUAGES:
        own = vectors[[found == language for found in languages]] if len(languages) else vectors
        means["passage", language] = _shrunk(own, reference_vectors(store, "passage", language))
        means["sentence", language] = _shrunk(
            store.sentence_vectors(language), reference_vectors(store, "passage", language)
        )
        means["question", language] = reference_vectors(store, "question", language).mean(axis=0)
    return Centres(means)


def _shrunk(own: Vectors, reference: Vectors) -> Vectors:
    target: Vectors = reference.mean(axis=0)
    if not len(own):
        return target
    weight = len(own) / (len(own) + SHRINKAGE)
    mean: Vectors = (weight * own.mean(axis=0) + (1 - weight) * target).astype(np.float32)
    return mean


def _faiss() -> Any:
    """The library, on first use and without its incomplete types; one thread is fastest for one
    question at a time. torch is imported before it wherever both are needed."""
    faiss = importlib.import_module("faiss")
    faiss.omp_set_num_threads(1)
    return faiss


def _faiss_index(ids: Any, centred: Vectors) -> Any:
    """Flat while exact search is fast; beyond that IVF with 8-bit codes, tuned to its recall."""
    faiss = _faiss()
    count, dim = centred.shape
    if count <= FLAT_UP_TO:
        flat = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        flat.add_with_ids(centred, ids)
        return flat
    index = faiss.index_factory(
        dim, f"IVF{int(4 * math.sqrt(count))},SQ8", faiss.METRIC_INNER_PRODUCT
    )
    index.train(centred)
    index.add_with_ids(centred, ids)
    _tune(index, ids, centred)
    return index


def _tune(index: Any, ids: Any, centred: Vectors, wanted: float = 0.97) -> None:
    """Raise ``nprobe`` until recall@10 against exact search on 200 vectors is ``wanted``."""
    sample = centred[np.linspace(0, len(centred) - 1, 200).astype(int)]
    exact = np.argsort(-(sample @ centred.T), axis=1)[:, :10]
    while True:
        found = index.search(sample, 10)[1]
        hits = [len(set(ids[e]) & set(f)) for e, f in zip(exact, found, strict=True)]
        if sum(hits) >= wanted * 10 * len(sample) or index.nprobe >= index.nlist:
            return
        index.nprobe = min(index.nlist, index.nprobe * 2)


# -- files ------------------------------------------------------------------------------------


def publish(store: Store, vectors: VectorIndex) -> Path:
    """Write a new generation and make it current; the caller holds the writer's lock.

    A crash at any point leaves the former generation current.

    Raises:
        IndexError_: the disk is full or cannot be written.
    """
    with explained(store.folder):
        return _publish(store, vectors)


def _publish(store: Store, vectors: VectorIndex) -> Path:
    faiss = _faiss()
    folder = store.folder
    number = 1 + max((int(p.name[4:10]) for p in folder.glob("gen-??????")), default=0)
    target = folder / f"gen-{number:06d}"
    temporary = folder / f"{target.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    data = b"" if vectors._faiss is None else faiss.serialize_index(vectors._faiss).tobytes()
    _write(temporary / "passages.faiss", data)
    manifest = _manifest(store, vectors, data)
    _write(temporary / "manifest.json", manifest)
    _sync_folder(temporary)
    temporary.rename(target)
    _sync_folder(folder)
    seal = hashlib.sha256(manifest).hexdigest()
    _write(folder / "CURRENT.tmp", f"{target.name} {seal}\n".encode())
    (folder / "CURRENT.tmp").replace(folder / "CURRENT")
    _sync_folder(folder)
    _remove_old(folder)
    return target


def _manifest(store: Store, vectors: VectorIndex, data: bytes) -> bytes:
    fingerprint = store.fingerprint()
    manifest = {
        "format": FORMAT,
        "state": vectors.state,
        "count": len(vectors),
        "fingerprint": asdict(fingerprint) if fingerprint else None,
        "files": {
            "passages.faiss": {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        },
        "centres": {
            f"{role}:{language}": [float(x) for x in mean]
            for (role, language), mean in vectors.centres.means.items()
        },
    }
    return json.dumps(manifest).encode()


def _read_generation(store: Store) -> VectorIndex:
    current = store.folder / "CURRENT"
    if not current.is_file():
        raise IndexError_("no generation has been published")
    named = _CURRENT.fullmatch(current.read_text())
    if not named:
        raise IndexError_("CURRENT is damaged")
    name, seal = named.groups()
    folder = store.folder / name
    raw = (folder / "manifest.json").read_bytes()
    if hashlib.sha256(raw).hexdigest() != seal:
        raise IndexError_(f"{name}/manifest.json is damaged")
    manifest = json.loads(raw)
    fingerprint = store.fingerprint()
    if manifest["format"] != FORMAT or manifest["fingerprint"] != (
        asdict(fingerprint) if fingerprint else None
    ):
        raise IndexError_(f"{name} was made by another belegt or model")
    if manifest["state"] != store.state():
        raise IndexError_(f"{name} is of state {manifest['state']}, the store of {store.state()}")
    data = (folder / "passages.faiss").read_bytes()
    wanted = manifest["files"]["passages.faiss"]
    if len(data) != wanted["size"] or hashlib.sha256(data).hexdigest() != wanted["sha256"]:
        raise IndexError_(f"{name}/passages.faiss is damaged")
    return VectorIndex(_parse(data, manifest), _centres(manifest), manifest["state"], name)


def _parse(data: bytes, manifest: dict[str, Any]) -> Any:
    if not data:
        return None
    faiss = _faiss()
    index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
    if index.ntotal != manifest["count"]:
        raise IndexError_(f"{index.ntotal} vectors where the manifest says {manifest['count']}")
    return index


def _centres(manifest: dict[str, Any]) -> Centres:
    means: dict[tuple[Role, Language], Vectors] = {}
    for name, values in manifest["centres"].items():
        role, language = name.split(":")
        means[role, language] = np.array(values, np.float32)
    return Centres(means)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its renames are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_old(folder: Path) -> None:
    generations = sorted(folder.glob("gen-??????"))
    for old in [*generations[:-KEPT_GENERATIONS], *folder.glob("gen-*.tmp")]:
        shutil.rmtree(old, ignore_errors=True)
