"""Reference texts: what German and English questions, sentences and passages are like in general.

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
from index.store import Store
from index.values import Language, Vectors

Role = Literal["passage", "sentence", "question"]
_ROLES: tuple[Role, ...] = ("passage", "sentence", "question")


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
            keys = [_key(text, role) for text in texts]
            missing = set(store.missing_vectors(keys))
            new = [(k, t) for k, t in zip(keys, texts, strict=True) if k in missing]
            if not new:
                continue
            encode = encoder.encode_questions if role == "question" else encoder.encode_passages
            vectors = encode([text for _, text in new])
            with store.transaction():
                store.put_vectors([key for key, _ in new], vectors)
            count += len(new)
    return count


def reference_vectors(store: Store, role: Role, language: Language) -> Vectors:
    """Vectors of the reference texts of one role and language, shape ``(n, dim)``."""
    return store.vectors([_key(text, role) for text in reference_texts()[language][role]])


def _key(text: str, role: Role) -> str:
    return f"reference:{role}:" + hashlib.sha256(text.encode()).hexdigest()
