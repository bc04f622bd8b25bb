"""Where passages and answers of a training corpus lie."""

from __future__ import annotations

from collections.abc import Sequence

from eval.fit.corpora import Span
from index.chunking import chunk, passage_parts
from index.library import Library
from index.readers import read_file
from index.sync import spoken_title, synced_folders
from index.values import Passage, PassageId


class PassageTexts:
    """What the model was given of each passage, read off the sources once more."""

    def __init__(self, library: Library) -> None:
        store = library.store
        self.passages: dict[PassageId, Passage] = {}
        self.parts: dict[PassageId, tuple[str, ...]] = {}
        documents = library.documents()
        (folder,) = synced_folders(store)
        for path, document in documents.items():
            extracted = read_file(path, (folder / path).read_bytes())
            own = store.passages(store.passage_ids([path]))
            chunks = chunk(extracted, document.language)
            for passage, new in zip(own, chunks, strict=True):
                self.passages[passage.id] = passage
                title = spoken_title(document)
                self.parts[passage.id] = passage_parts(extracted.text, new, title)


def overlaps(document: str, start: int, end: int, gold: Sequence[Span]) -> bool:
    """Whether a place holds (part of) an answer."""
    return any(document == path and start < e and s < end for path, s, e in gold)
