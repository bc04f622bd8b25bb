"""Words of a question that no document holds: what a refusal can name, so that one asks anew."""

from __future__ import annotations

from index.library import Library
from qa.question import Question, keys_by_language

_NAMED = 4


def absent_words(question: Question, library: Library) -> list[str]:
    """Content words that occur in no document, in none of their forms, in the question's order.

    In German only those that begin with a capital or a digit: names and things, which a document
    on the matter would hold; a verb that is missing says little.
    """
    asked = [w for w in dict.fromkeys(question.words) if _tells(w, question)][: 2 * _NAMED]
    keys = keys_by_language(tuple(asked)).values()
    forms = {word: {form for one in keys for form in one[at]} for at, word in enumerate(asked)}
    frequency = library.document_frequency(sorted(set().union(*forms.values())))
    return [word for word in asked if not any(frequency[f] for f in forms[word])][:_NAMED]


def _tells(word: str, question: Question) -> bool:
    if question.text.startswith(word):  # it mostly asks ("Wann"), and a capital says nothing there
        return False
    return question.language == "en" or not word[0].islower()
