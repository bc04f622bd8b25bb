"""The one public entry: a question goes in, a cited answer or an honest no comes out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from index.embedding import Encoder
from index.language import question_language, unsupported_language
from index.library import Library
from index.values import Document, Language, PassageId
from qa.absent import absent_words
from qa.answerability import Answerability
from qa.conversation import understand
from qa.evidence import Evidence, EvidenceFinder, Quote, distinct, select_quotes
from qa.examples import candidates
from qa.explaining import Explanation
from qa.extractive import compose
from qa.generative import OnPartial, Task, Writer
from qa.parts import completed, split_question
from qa.question import analyse, is_greeting
from qa.retrieval import Found, Retriever
from qa.values import Answer, Exchange, Hit, NotInDocuments, Reason, Reply, Timings
from qa.wording import not_answered, not_covered, refusal

SHOWN = 20
"""How much of the ranking a reply carries."""

EXAMPLES_TRIED = 12

CLEARLY = 0.6
"""A part of a question is called missing below this share of the threshold."""

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class _Limits:
    """Where to search; see ``Assistant.ask``."""

    within: Sequence[str] | None = None
    only: Sequence[PassageId] | None = None
    without: tuple[PassageId, ...] = ()


@dataclass(frozen=True, slots=True)
class _Flow:
    """Who writes an answer, and how it is handed over meanwhile; see ``Assistant.ask``."""

    writer: Writer | None = None
    on_partial: OnPartial | None = None
    stop: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What was found for a question or a part of it, and how surely it answers."""

    found: Found
    evidence: list[Evidence]
    confidence: float


class Assistant:
    """Answers questions from one library; build one with ``qa.wiring.open_assistant``."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        retriever: Retriever,
        finder: EvidenceFinder,
        answerability: Answerability,
        writer: Writer | None = None,
        *,
        max_quotes: int = 3,
        max_chars: int = 4000,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self._retriever = retriever
        self._finder = finder
        self._answerability = answerability
        self.writer = writer
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
        history: Sequence[Exchange] = (),
        word_for_word: bool = False,
        on_partial: OnPartial | None = None,
        stop: threading.Event | None = None,
    ) -> Reply:
        """Answer from the documents, every sentence quoted and cited, or say that they do not.

        ``language`` overrides the language of the reply; else the question's own decides, then the
        ``conversation``'s, then the ``interface``'s. ``within`` limits the search to some document
        paths, ``only`` to some passages; ``without`` leaves some out. ``history`` are the earlier
        turns, oldest first: what a follow-up leaves out is taken from them. ``word_for_word`` leaves
        a language model out. While one writes, ``on_partial`` gets the answer so far each time one
        more checked statement has arrived, and ``stop`` ends the writing and keeps what is there.
        Never raises for what a user may type.
        """
        text = question.strip()
        spoken = question_language(
            text[: self._max_chars], conversation=conversation, interface=interface
        )
        answer_in = language or spoken
        if len(text) > self._max_chars:
            return _refuse(text, answer_in, "too_long", count=len(text), limit=self._max_chars)
        if _asks_nothing(text):
            return _refuse(text, answer_in, "no_question")
        if unsupported_language(text):
            return _refuse(text, answer_in, "other_language")
        writer = None if word_for_word else self.writer
        understood = _understood(text, history, spoken, writer)
        limits = _Limits(within, only, tuple(without))

        def tell(so_far: Answer) -> None:
            if on_partial:
                on_partial(_as_asked(so_far, text))

        flow = _Flow(writer, tell, stop)
        reply = self._answer(understood, spoken, answer_in, limits, flow)
        return _as_asked(reply, text)

    def search(
        self,
        question: str,
        *,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
        history: Sequence[Exchange] = (),
    ) -> tuple[Hit, ...]:
        """The ranking that ``ask`` reads, as much of it as a reply carries, and no reading."""
        text = question.strip()[: self._max_chars]
        if _asks_nothing(text):
            return ()
        spoken = question_language(text, conversation=conversation, interface=interface)
        return self._find(understand(text, history), spoken, _Limits(within)).hits[:SHOWN]

    def explain(
        self,
        question: str,
        *,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
    ) -> Explanation:
        """Why ``ask`` replies as it does: what each signal adds to passages, sentences, decision."""
        text = question.strip()[: self._max_chars]
        if _asks_nothing(text):
            return Explanation((), (), None, self._answerability.threshold)
        spoken = question_language(text, conversation=conversation, interface=interface)
        read = self._read(text, spoken, _Limits(within))
        return Explanation(
            tuple(self._retriever.explain(read.found)),
            tuple(self._finder.explain(read.evidence)),
            self._answerability.explain(read.found, read.evidence),
            self._answerability.threshold,
        )

    def examples(self, language: Language, count: int = 3) -> list[str]:
        """Questions drawn from the documents that this assistant answers; fewer if it finds fewer."""
        found: list[str] = []
        for question in islice(candidates(self.library, language), EXAMPLES_TRIED):
            if isinstance(self.ask(question, language=language, word_for_word=True), Answer):
                found.append(question)
            if len(found) == count:
                break
        return found

    def _answer(
        self, text: str, spoken: Language, answer_in: Language, limits: _Limits, flow: _Flow
    ) -> Reply:
        started = time.perf_counter()
        found = self._find(text, spoken, limits)
        retrieved = time.perf_counter()
        documents = self.library.documents()
        if not found.hits:
            return _refuse(text, answer_in, "no_documents")
        whole = self._weigh(found)
        covered, missing = self._covered(text, spoken, limits, whole)
        hits = found.hits[:SHOWN]
        if not covered:
            count = len(documents) if limits.within is None else len(limits.within)
            absent = absent_words(found, self.library)
            message = not_covered(answer_in, count, len(documents), absent)
            timings = _timings(started, retrieved)
            return NotInDocuments(
                text,
                answer_in,
                whole.confidence,
                "not_covered",
                message,
                _near(hits, whole),
                timings,
            )
        composed = compose(self._quotes(covered), answer_in, documents, self.library)
        if missing:
            composed = composed.with_note(not_answered(answer_in, missing))
        quotes = Answer(
            question=text,
            language=answer_in,
            confidence=min(read.confidence for read in covered),
            mode="extractive",
            text=composed.text,
            sentences=composed.sentences,
            citations=composed.citations,
            passages=hits,
            timings=_timings(started, retrieved),
            missing=tuple(missing),
        )
        if flow.writer is None:
            return quotes
        return flow.writer.write(_task(quotes, covered, documents), flow.on_partial, flow.stop)

    def _covered(
        self, text: str, spoken: Language, limits: _Limits, whole: _Read
    ) -> tuple[list[_Read], list[str]]:
        """What answers the question: its parts, each by itself, or the whole; and what is missing.

        A part counts as missing only if it is clearly not answered.
        """
        cut = self._answerability.threshold
        parts = split_question(text)
        if len(parts) > 1:
            reads = [self._read(part, spoken, limits) for part in completed(parts)]
            covered = [read for read in reads if read.confidence >= cut]
            if covered:
                clearly = zip(parts, reads, strict=True)
                return covered, [p for p, read in clearly if read.confidence < CLEARLY * cut]
        return ([whole] if whole.confidence >= cut else []), []

    def _quotes(self, covered: Sequence[_Read]) -> list[Quote]:
        each = max(1, self._max_quotes // len(covered))
        quotes = (select_quotes(read.found, read.evidence, each) for read in covered)
        return distinct([quote for some in quotes for quote in some])

    def _read(self, text: str, spoken: Language, limits: _Limits) -> _Read:
        return self._weigh(self._find(text, spoken, limits))

    def _weigh(self, found: Found) -> _Read:
        evidence = self._finder.find(found)
        return _Read(found, evidence, self._answerability.probability(found, evidence))

    def _find(self, text: str, spoken: Language, limits: _Limits) -> Found:
        asked = self.encoder.encode_questions([text])[0]
        question = analyse(text, spoken)
        return self._retriever.retrieve(question, asked, limits.within, limits.only, limits.without)


def _asks_nothing(text: str) -> bool:
    return not _WORD.search(text) or is_greeting(text)


def _understood(
    text: str, history: Sequence[Exchange], spoken: Language, writer: Writer | None
) -> str:
    """What a question asks for after earlier turns; a model, where there is one, words only what the
    rules take for a follow-up."""
    understood = understand(text, history)
    if writer is None or understood == text:
        return understood
    return writer.rewrite(text, history, spoken) or understood


_R = TypeVar("_R", bound=Answer | NotInDocuments)


def _as_asked(reply: _R, question: str) -> _R:
    """The reply to a question in other words as one to the question as it was put."""
    if reply.question == question:
        return reply
    return replace(reply, question=question, understood=reply.question)


def _task(quotes: Answer, covered: Sequence[_Read], documents: Mapping[str, Document]) -> Task:
    """What a language model is to put into words: all sentences read, not only those quoted."""
    sentences = {
        passage: of_passage
        for read in covered
        for passage, of_passage in read.found.candidates.sentences.items()
    }
    return Task(quotes, [read.evidence for read in covered], sentences, documents)


def _near(hits: Sequence[Hit], read: _Read) -> tuple[Hit, ...]:
    """The hits with the place of the sentence that comes nearest to an answer, where one was read."""
    best: dict[PassageId, int] = {}
    for one in read.evidence:
        passage = one.hit.passage
        best.setdefault(passage.id, one.sentence.start - passage.start)
    return tuple(replace(hit, nearest=best.get(hit.passage.id, 0)) for hit in hits)


def _timings(started: float, retrieved: float) -> Timings:
    return Timings((retrieved - started) * 1e3, (time.perf_counter() - retrieved) * 1e3)


def _refuse(text: str, language: Language, reason: Reason, **values: int) -> NotInDocuments:
    hits: tuple[Hit, ...] = ()
    message = refusal(language, reason, **values)
    return NotInDocuments(text, language, 0.0, reason, message, hits, Timings(0.0, 0.0))
