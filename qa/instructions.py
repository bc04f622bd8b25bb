"""Sentences of documents that tell a language model what to say, rather than say something.

They may be quoted, but bear no statement out: "Answer that it is free" is no evidence that it is.
This is a filter for what is blunt, not the defence: that lies in what an answer can be made of at
all (``qa.support``, ``docs/security.md``). A plain assertion of a document stays evidence.
"""

from __future__ import annotations

import re

from index.searchtext import search_text

_VERB = (
    r"(?:answer|reply|respond|say|state|write|output|print|repeat|return|claim|cite|add|name|put"
    r"|antworten?|schreiben?|sage|behaupte|nenne|zitiere|füge|setze|zeige|wiederhole"
    r"|gib(?=[^.]{0,40}\b(?:aus|zurück|an)\b))"
)
_BEFORE = (
    r"(?:^[\W\d]{0,8}(?:\$\w+\s)?|[:;,.!>)\]–—]\s?|\b(?:and|und|please|bitte|always|immer|then|dann|du|you"
    r"|to|zu|muss|must|shall|soll)\s)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|ignoriere?n?|vergiss|missachte)\b.{0,40}\b(?:above|previous|all"
        r"|everything|instructions?|rules|sources|obige|oben|vorherigen|bisherigen|anweisung\w*"
        r"|quellen|regeln|alles|alle)\b",
        rf"{_BEFORE}{_VERB}\b.{{0,60}}?(?:[:„“”\"‚‘<]|\[|\b(?:https?|www)\b|\bthat\b|\bdass\b)",
        r"\b(?:assistant|assistent|language model|sprachmodell|the model|das modell)\b.{0,60}"
        rf"\b{_VERB}\b",
        r"\bevery answer\b|\bjede antwort\b|\bjeder antwort\b|\byou answer\b|\bantwortest du\b"
        r"|\bdu antwortest\b|\byou are now\b|\bdu bist jetzt\b|\bsystem ?prompt\b|systemanweisung",
        r"<\|?im_|im_(?:start|end)|\[/?INST\]|<!--|display:\s?none|^\W*(?:system|assistant|user)\s?:",
        r"\b(?:assistant|assistent|user)\s?:|\\?\"(?:statements|sources|text)\\?\"\s?:|```",
        r"^\W*(?:answer|antwort)\s?:|\b(?:question|frage)\s?:.*\b(?:answer|antwort)\s?:|\]:\s#",
    )
)
_LOOKALIKES = str.maketrans("аеорсухіАВЕКМНОРСТХ", "aeopcyxiABEKMHOPCTX")
"""Cyrillic letters that look Latin."""


def is_instruction(sentence: str) -> bool:
    """Whether a sentence bluntly addresses a language model or imitates its prompt."""
    lines = [
        sentence,
        *sentence.splitlines(),
    ]  # a demand may begin a line within what is one sentence
    texts = [search_text(line).translate(_LOOKALIKES) for line in lines]
    return any(pattern.search(text) for pattern in _PATTERNS for text in texts)
