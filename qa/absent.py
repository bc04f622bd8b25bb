"""Words of a question that no document holds: what a refusal can name, so that one asks anew."""

from __future__ import annotations

from index.library import Library
from qa.evidence import PASSAGES
from qa.matching import found_at_best
from qa.question import Question, keys_by_language
from qa.retrieval import Found

_NAMED = 4
_SHORT = 4

MEANT = 0.55
"""What a word finds at least in the nearest passages if these name it otherwise ("Treffen" for
"meeting"): then it is not missing."""


def absent_words(found: Found, library: Library) -> list[str]:
    """Content words that occur in no document, in none of their forms and in no other word or language
    in the nearest passages, in the question's order.

    In German only those that begin with a capital or a digit: names and things, which a document
    on the matter would hold; a verb that is missing says little, and so does a short English word.
    """
    question = found.question
    meant = found_at_best(
        found.candidates.matches, [hit.passage.id for hit in found.hits[:PASSAGES]]
    )
    asked = [
        word
        for word in dict.fromkeys(question.words)
        if _tells(word, question) and meant.get(word, 0.0) < MEANT
    ][: 2 * _NAMED]
    keys = keys_by_language(tuple(asked)).values()
    forms = {word: {form for one in keys for form in one[at]} for at, word in enumerate(asked)}
    frequency = library.document_frequency(sorted(set().union(*forms.values())))
    return [word for word in asked if not any(frequency[f] for f in forms[word])][:_NAMED]


def _tells(word: str, question: Question) -> bool:
    if question.text.startswith(word):  # it mostly asks ("Wann"), and a capital says nothing there
        return False
    if question.language == "en":
        return len(word) >= _SHORT or not word[0].islower()
    return not word[0].islower()
