"""Reference texts: what German and English questions and passages are like in general.

Their mean vectors stand in for a language of which the corpus has little or nothing, and are the
only mean there is for questions. They are embedded once, with the model in use, and kept in the
store beside the other vectors.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from index.embedding import Encoder
from index.errors import IndexError_
from index.store import EmbeddedPassage, Store
from index.values import Language, Vectors
from index.wordspace import model_identity

Role = Literal["passage", "question"]
_ROLES: tuple[Role, ...] = ("passage", "question")


@cache
def reference_texts() -> dict[str, dict[str, list[str]]]:
    """Texts by language, then role; the two languages say the same."""
    raw = files("index").joinpath("data/reference_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw)


def ensure_reference(store: Store, encoder: Encoder) -> int:
    """Embed the reference texts that the store lacks; returns how many. In no transaction."""
    count = 0
    for language in reference_texts():
        for role in _ROLES:
            texts = reference_texts()[language][role]
            keys = [_key(model_identity(encoder), text, role) for text in texts]
            missing = set(store.not_embedded(keys))
            new = [(k, t) for k, t in zip(keys, texts, strict=True) if k in missing]
            if not new:
                continue
            if role == "question":
                embedded = encoder.encode_questions([text for _, text in new])
            else:
                embedded = encoder.encode_passages([("", text) for _, text in new])
            with store.transaction():
                for (key, _), found in zip(new, embedded, strict=True):
                    store.put_embedded(key, EmbeddedPassage(found.vector, found.parts[:0]))
            count += len(new)
    return count


def reference_vectors(store: Store, role: Role, language: Language) -> Vectors:
    """Vectors of the reference texts of one role and language, shape ``(n, dim)``.

    Raises:
        IndexError_: the store has none of the model that it was made with.
    """
    fingerprint = store.fingerprint()
    model = fingerprint.model if fingerprint else ""
    vectors = store.vectors([_key(model, t, role) for t in reference_texts()[language][role]])
    if not len(vectors):
        raise IndexError_(f"{store.folder}: the reference texts are missing. Run `belegt sync`.")
    return vectors


def _key(model: str, text: str, role: Role) -> str:
    digest = hashlib.sha256(f"{model}\0{role}\0{text}".encode()).hexdigest()
    return f"{reference_prefix(model)}{digest}"


def reference_prefix(model: str) -> str:
    """How the keys of all reference vectors of a model begin."""
    return f"reference:{model}:"
