"""Questions to start with, drawn from the documents: what they define, date and count.

Templates over what stands in the texts, no model; the assistant keeps those that it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.library import Library
from index.values import Language

_NAME = r"((?:[A-ZÄÖÜ][\w.&:/-]*[\w])(?: (?:[A-ZÄÖÜ][\w.&:/-]*[\w]|&|–)){0,4})"
_THE = r"(?:Der|Die|Das|The|Mit dem|Das Projekt)?\s?"
_DEFINED = re.compile(
    rf"^{_THE}{_NAME} (?:ist|sind|is|are) (?:ein|eine|die|der|das|a|an|the)\b(?! (?:wichtig|wesentlich))"
)
_LAUNCHED = re.compile(rf"^{_THE}{_NAME} (?:wurde|was) [^.]*\b(?:19|20)\d\d\b")
_HELPS = re.compile(
    rf"^{_THE}{_NAME} (?:unterstützt|fördert|bietet|mentors|offers|promotes|supports)\b"
)
_MARKS = str.maketrans("", "", "*_▶")
_COMMON = frozenset(
    "Es Er Sie Dies Diese Dieser Dieses It This These That They He She There Hierunter Ziel Eine Ein"
    " In Im Am An Auf Bei Mit Aus Für Von Zu Nach Seit At On For With From By As If When"
    " One Its Their Each Beispiele Weitere Bildung Unser Unsere".split()
)

_TEMPLATES: dict[Language, dict[str, str]] = {
    "de": {
        "defined": "Was ist {name}?",
        "launched": "Wann wurde {name} gestartet?",
        "helps": "Was bietet {name}?",
    },
    "en": {
        "defined": "What is {name}?",
        "launched": "When was {name} launched?",
        "helps": "What does {name} offer?",
    },
}


def candidates(library: Library, language: Language) -> Iterator[str]:
    """Questions in ``language``, one document after the other in turn, each question once."""
    by_document = [list(_of_document(library, path, language)) for path in library.documents()]
    seen: set[str] = set()
    for turn in range(max(map(len, by_document), default=0)):
        for questions in by_document:
            if turn < len(questions) and questions[turn] not in seen:
                seen.add(questions[turn])
                yield questions[turn]


def _of_document(library: Library, path: str, language: Language) -> Iterator[str]:
    store = library.store
    ids = store.passage_ids([path])[:200]
    passages = {passage.id: passage for passage in store.passages(ids)}
    every = ((passages[i], span) for i, own in store.sentences(ids).items() for span in own)
    for passage, span in every:
        if span.kind not in ("prose", "item"):
            continue
        text = passage.text[span.start - passage.start : span.end - passage.start]
        for kind, pattern in (("helps", _HELPS), ("defined", _DEFINED), ("launched", _LAUNCHED)):
            match = pattern.match(text.translate(_MARKS).lstrip(" -•"))
            if match and match[1].split()[0] not in _COMMON and _is_name(match[1]):
                yield _TEMPLATES[language][kind].format(name=_quoted(match[1], language))


def _is_name(name: str) -> bool:
    """Several words, or one with inner capitals, figures or dots: no common noun."""
    return " " in name or any(c.isupper() or c.isdigit() or c == "." for c in name[1:])


def _quoted(name: str, language: Language) -> str:
    """A name of several words between marks, so that it needs no article."""
    if " " not in name:
        return name
    return f"„{name}“" if language == "de" else f"“{name}”"
