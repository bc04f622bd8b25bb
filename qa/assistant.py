"""The one public entry: a question goes in, a cited answer or an honest no comes out."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import islice

from index.embedding import Encoder
from index.language import question_language, unsupported_language
from index.library import Library
from index.values import Language, PassageId
from qa.answerability import Answerability
from qa.evidence import EvidenceFinder, select_quotes
from qa.examples import candidates
from qa.extractive import compose
from qa.question import analyse
from qa.retrieval import Found, Retriever
from qa.values import Answer, Hit, NotInDocuments, Reason, Reply, Timings
from qa.wording import refusal

SHOWN = 20
"""How much of the ranking a reply carries."""

EXAMPLES_TRIED = 12

_WORD = re.compile(r"\w")


class Assistant:
    """Answers questions from one library; build one with ``qa.wiring.open_assistant``."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        retriever: Retriever,
        finder: EvidenceFinder,
        answerability: Answerability,
        *,
        max_quotes: int = 3,
        max_chars: int = 4000,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self._retriever = retriever
        self._finder = finder
        self._answerability = answerability
        self._max_quotes = max_quotes
        self._max_chars = max_chars

    def close(self) -> None:
        self.library.close()

    def ask(
        self,
        question: str,
        *,
        language: Language | None = None,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
        only: Sequence[PassageId] | None = None,
        without: Sequence[PassageId] = (),
    ) -> Reply:
        """Answer from the documents, every sentence quoted and cited, or say that they do not.

        ``language`` overrides the language of the reply; else the question's own decides, then the
        ``conversation``'s, then the ``interface``'s. ``within`` limits the search to some document
        paths, ``only`` to some passages; ``without`` leaves some out. Never raises for what a user
        may type.
        """
        text = question.strip()
        spoken = question_language(
            text[: self._max_chars], conversation=conversation, interface=interface
        )
        answer_in = language or spoken
        if len(text) > self._max_chars:
            return _refuse(text, answer_in, "too_long", count=len(text), limit=self._max_chars)
        if not _WORD.search(text):
            return _refuse(text, answer_in, "no_question")
        if unsupported_language(text):
            return _refuse(text, answer_in, "other_language")
        return self._answer(text, spoken, answer_in, within, only, without)

    def search(
        self,
        question: str,
        *,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
    ) -> tuple[Hit, ...]:
        """The ranking that ``ask`` reads, as much of it as a reply carries, and no reading."""
        text = question.strip()[: self._max_chars]
        if not _WORD.search(text):
            return ()
        spoken = question_language(text, conversation=conversation, interface=interface)
        return self._find(text, spoken, within).hits[:SHOWN]

    def examples(self, language: Language, count: int = 3) -> list[str]:
        """Questions drawn from the documents that this assistant answers; fewer if it finds fewer."""
        found: list[str] = []
        for question in islice(candidates(self.library, language), EXAMPLES_TRIED):
            if isinstance(self.ask(question, language=language), Answer):
                found.append(question)
            if len(found) == count:
                break
        return found

    def _answer(
        self,
        text: str,
        spoken: Language,
        answer_in: Language,
        within: Sequence[str] | None,
        only: Sequence[PassageId] | None,
        without: Sequence[PassageId],
    ) -> Reply:
        started = time.perf_counter()
        documents = self.library.documents()
        found = self._find(text, spoken, within, only, without)
        if not found.hits:
            return _refuse(text, answer_in, "no_documents")
        retrieved = time.perf_counter()
        evidence = self._finder.find(found)
        confidence = self._answerability.probability(found, evidence)
        hits = found.hits[:SHOWN]
        if confidence < self._answerability.threshold:
            count = len(documents) if within is None else len(within)
            message = refusal(answer_in, "not_covered", count=count)
            timings = _timings(started, retrieved)
            return NotInDocuments(
                text, answer_in, confidence, "not_covered", message, hits, timings
            )
        quotes = select_quotes(found, evidence, self._max_quotes)
        composed = compose(quotes, answer_in, documents, self.library)
        return Answer(
            question=text,
            language=answer_in,
            confidence=confidence,
            mode="extractive",
            text=composed.text,
            sentences=composed.sentences,
            citations=composed.citations,
            passages=hits,
            timings=_timings(started, retrieved),
        )

    def _find(
        self,
        text: str,
        spoken: Language,
        within: Sequence[str] | None,
        only: Sequence[PassageId] | None = None,
        without: Sequence[PassageId] = (),
    ) -> Found:
        asked = self.encoder.encode_questions([text])[0]
        return self._retriever.retrieve(analyse(text, spoken), asked, within, only, without)


def _timings(started: float, retrieved: float) -> Timings:
    return Timings((retrieved - started) * 1e3, (time.perf_counter() - retrieved) * 1e3)


def _refuse(text: str, language: Language, reason: Reason, **values: int) -> NotInDocuments:
    hits: tuple[Hit, ...] = ()
    message = refusal(language, reason, **values)
    return NotInDocuments(text, language, 0.0, reason, message, hits, Timings(0.0, 0.0))
