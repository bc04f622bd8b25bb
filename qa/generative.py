"""Answers written by a language model, of which only what the documents bear out is shown.

The model gets numbered sentences and writes statements that point at them. Each statement is
checked as it arrives (``qa.support``): what its sentences do not bear out is left out or marked,
and counted. The quotes of citations are filled in here, from the documents. Whatever goes wrong,
down to a model that lies, the answer is then made of quotes, with a line that says why.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, Protocol

from index.language import detect_language, mixes_languages
from index.library import Library
from index.values import Document, Language, PassageId, Sentence
from index.wordforms import content_words, fold, sentence_forms
from qa.beneath import Span, lies_in, passed_over
from qa.comparing import Claim
from qa.endpoint import Endpoint, EndpointError, Manner, Wanted
from qa.evidence import Evidence, Quote
from qa.extractive import cite, in_words
from qa.prompting import answer_messages, answer_schema, message_tokens, rewrite_messages
from qa.sources import Source, block, choose_sources, surroundings
from qa.statements import LONGEST, Draft, DraftParser
from qa.support import Verdict
from qa.values import Answer, AnswerSentence, Citation, Exchange, Timings
from qa.verbatim import stands_in
from qa.wording import Notice, not_answered, notice, remark

OnPartial = Callable[[Answer], None]

MOST_STATEMENTS = 10
MOST_CITED = 4
"""A statement that points at more sentences points at none."""

_TRIED = 3  # sentences in which evidence is looked for that a model did not name
_SAME = 0.8  # share of common words from which a statement repeats another
_FEW = 4  # words; of fewer, the language cannot be told

BESIDE = 0.15
"""A statement is beside the question where none of its sentences is at least so likely to hold the
answer, as a share of the likeliest. Of 110 questions whose answer the model was shown, 5 have it in a
sentence below; most of what a weak model states beside the question is there."""

_ADDRESS = re.compile(r"\w:\S|//|\bwww\.|@|\.\w{2,}/", re.IGNORECASE)
"""Where an unsupported statement might lead somewhere, it is not even shown as unsupported."""

_REFUSES = re.compile(
    r"\b(?:(?:ich|wir) (?:kann|können|habe|weiß)\b.{0,60}\b(?:nicht|keine?)"
    r"|(?:Sätze|Sätzen|Dokumente|Dokumenten|Texte|Kontext|Quellen)\b.{0,60}\b(?:nicht|keine?[nr]?)\b"
    r"|kein\w* (?:Angabe|Information|Hinweis|Antwort)\w*"
    r"|(?:I|we) (?:can(?:no|')t|don't|do not|am not|couldn't|could not|am unable)\b"
    r"|(?:sentences?|documents?|texts?|context|sources?|passages?)\b.{0,40}\b(?:not|no|n't)\b"
    r"|no (?:information|answer|mention)\b|not (?:mentioned|specified|stated|provided)\b)",
    re.IGNORECASE,
)


class Checker(Protocol):
    """``qa.support.SupportChecker`` is one."""

    def check(self, claims: Sequence[Claim]) -> list[Verdict]: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written: ``quotes`` is the answer that is given without a model, ``ranked`` the
    sentences found for each part of the question, best first, ``sentences`` all of their passages."""

    quotes: Answer
    ranked: Sequence[Sequence[Evidence]]
    sentences: Mapping[PassageId, Sequence[Sentence]]
    documents: Mapping[str, Document]

    @property
    def language(self) -> Language:
        return self.quotes.language


REWRITTEN_TOKENS, REWRITTEN_MORE = 80, 160
"""A rewritten question is short: tokens, and characters more than it had."""

KNOWN_WORDS = 0.6
"""So many of its words must have been said before; with fewer, the model has strayed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one answer: tokens, seconds, what becomes of unsupported statements, and which of the others
    are beside the question (``BESIDE``)."""

    context: int
    answer_tokens: int
    first_seconds: float
    seconds: float
    unsupported: Literal["drop", "mark"]
    beside: float = BESIDE


def _is_rewritten(said: str, question: str, told: str) -> bool:
    """Whether this is one short question in the words of the conversation, and no answer to it."""
    if not said.endswith("?") or "\n" in said or len(said) > len(question) + REWRITTEN_MORE:
        return False
    known = {fold(word) for word in content_words(told)}
    words = [fold(word) for word in content_words(said)]
    return bool(words) and sum(word in known for word in words) >= KNOWN_WORDS * len(words)


class Writer:
    """Writes answers with one endpoint; safe to use from several threads."""

    def __init__(
        self, endpoint: Endpoint, checker: Checker, library: Library, limits: Limits
    ) -> None:
        self.endpoint = endpoint
        self._checker = checker
        self._library = library
        self._limits = limits

    def write(
        self,
        task: Task,
        on_partial: OnPartial | None = None,
        stop: threading.Event | None = None,
    ) -> Answer:
        """The model's answer, or the quotes with a notice; see ``Assistant.ask``."""
        sources = self._sources(task)
        sheet = _Sheet(task, sources, self._checker, self._library, self._limits)
        fault: Notice | None = "no_room"
        stop = stop or threading.Event()
        if sources:
            fault = self._fill(sheet, on_partial or (lambda _: None), stop)
        if sheet.is_supported:
            sheet.complete = not stop.is_set()
            return sheet.answer(self.endpoint.model)
        why = notice(task.language, fault or sheet.lacking)
        return replace(task.quotes, notice=why, tokens=sheet.tokens)

    def rewrite(self, question: str, history: Sequence[Exchange], language: Language) -> str | None:
        """A follow-up as a question by itself, in the model's words; None where it gives nothing
        usable: a fault, several lines, or a question about something else."""
        messages = rewrite_messages(question, history, language)
        wanted = Wanted(messages, REWRITTEN_TOKENS, "plain")
        try:
            said = self.endpoint.complete(wanted, self._limits.first_seconds).strip()
        except EndpointError:
            return None
        told = " ".join(
            [question, *(f"{turn.understood or turn.question} {turn.answer}" for turn in history)]
        )
        return said if _is_rewritten(said, question, told) else None

    def _sources(self, task: Task) -> list[Source]:
        """As many sentences as the context holds beside everything else, whatever the manner."""
        question, language = task.quotes.question, task.language
        manners: tuple[Manner, ...] = ("schema", "plain")
        empty = max(message_tokens(answer_messages(question, "", language, m)) for m in manners)
        room = self._limits.context - self._limits.answer_tokens - empty
        return choose_sources(task.ranked, task.documents, language, room)

    def _fill(self, sheet: _Sheet, tell: OnPartial, stop: threading.Event) -> Notice | None:
        """Let the model write onto the sheet, asked in each manner until one is understood; returns
        what went wrong with the endpoint, if so."""
        for manner in self.endpoint.manners:
            try:
                self._read(sheet, manner, tell, stop)
            except EndpointError as error:
                if error.fault == "form":
                    continue
                return error.fault
            return "stopped" if stop.is_set() else None
        return "form"

    def _read(self, sheet: _Sheet, manner: Manner, tell: OnPartial, stop: threading.Event) -> None:
        task, limits = sheet.task, self._limits
        shown = block(sheet.sources, task.documents, task.language)
        messages = answer_messages(task.quotes.question, shown, task.language, manner)
        wanted = Wanted(messages, limits.answer_tokens, manner, answer_schema(len(sheet.sources)))
        parser = DraftParser(task.language)
        started = time.monotonic()

        def patience() -> float:
            return started + (limits.seconds if sheet.begun else limits.first_seconds)

        for piece in self.endpoint.stream(wanted, patience, stop, sheet.spend):
            for draft in parser.feed(piece):
                if sheet.add(draft):
                    tell(sheet.answer(self.endpoint.model))
            if sheet.is_enough:
                return
            if parser.pending > LONGEST:
                raise EndpointError("malformed", "a statement does not end.")
        if stop.is_set():
            return
        for draft in parser.finish():
            if sheet.add(draft):
                tell(sheet.answer(self.endpoint.model))
        sheet.note_end(parser)
        if manner == "schema" and parser.is_json is False:
            self.endpoint.known = "plain"


class _Sheet:
    """The answer under way: statements that were checked, and counts of those that were not kept."""

    def __init__(
        self,
        task: Task,
        sources: Sequence[Source],
        checker: Checker,
        library: Library,
        limits: Limits,
    ) -> None:
        self.task = task
        self.sources = sources
        self.begun = self.complete = False
        self.tokens = 0
        self._by_number = {source.number: source for source in sources}
        self._checker = checker
        self._library = library
        self._limits = limits
        self._sentences: list[AnswerSentence] = []
        self._citations: dict[Span, Citation] = {}
        self._cited: list[Span] = []
        self._said: list[frozenset[str]] = []
        self._shares = _shares(task.ranked)
        self._dropped = self._repeated = self._refused = self._foreign = self._beside = 0
        self._started = time.perf_counter()
        self._empty = True

    @property
    def is_supported(self) -> bool:
        """Whether anything of the answer is borne out."""
        return any(sentence.stands for sentence in self._sentences)

    @property
    def is_enough(self) -> bool:
        """Whether to stop reading: the model repeats itself, goes on too long, or speaks another
        language."""
        many = len(self._sentences) + self._dropped + self._beside >= MOST_STATEMENTS
        return many or self._repeated > 1 or (self._foreign > 1 and not self.is_supported)

    @property
    def lacking(self) -> Notice:
        """Why nothing is borne out."""
        if self._refused:
            return "refused"
        if self._foreign:
            return "wrong_language"
        if self._repeated > 1:
            return "repeating"
        if self._beside:
            return "beside"
        if self._dropped or self._sentences:
            return "nothing_supported"
        return "empty" if self._empty else "malformed"

    def spend(self, tokens: int) -> None:
        """The server has counted what a call took."""
        self.tokens += tokens

    def note_end(self, parser: DraftParser) -> None:
        """The reply is complete."""
        self._refused += parser.said_none
        self._empty = parser.is_json is None

    def add(self, draft: Draft) -> bool:
        """Check a statement and keep it if it may be shown; returns whether it is."""
        self.begun = True
        words = frozenset(sentence_forms(draft.text, self.task.language))
        if any(len(words & said) >= _SAME * max(len(words | said), 1) for said in self._said):
            self._repeated += 1
            return False
        self._said.append(words)
        if _REFUSES.search(draft.text):
            self._refused += 1
            return False
        if self._is_foreign(draft.text):
            self._foreign += 1
            self._dropped += 1
            return False
        text = draft.text if draft.text[-1] in ".!?…:" else f"{draft.text}."
        evidence = self._evidence(draft) if _is_statement(text) else []
        if evidence and max(self._shares[_span(one)] for one in evidence) < self._limits.beside:
            self._beside += 1
            return False
        if evidence:
            quoted = stands_in(text, [source.text for source in evidence])
            self._sentences.append(AnswerSentence(text, self._cite(evidence), quoted, not quoted))
        elif self._limits.unsupported == "mark" and not _ADDRESS.search(text):
            self._sentences.append(AnswerSentence(text, (), False))
        else:
            self._dropped += 1
            return False
        return True

    def _is_foreign(self, text: str) -> bool:
        """Whether a statement is in the other language, or in both."""
        language = self.task.language
        few = len(text.split()) < _FEW
        other = not few and detect_language(text, default=language) != language
        return other or mixes_languages(text, language)

    def _evidence(self, draft: Draft) -> list[Source]:
        """The fewest sentences that bear a statement out; none where nothing does.

        What the model points at is tried first, then what comes nearest among all sentences.
        """
        named = [self._by_number[n] for n in draft.sources if n in self._by_number]
        groups = [[source] for source in named]
        groups += [named] if len(named) > 1 else []
        if len(named) > MOST_CITED:
            groups = []
        found = self._first_supported(draft.text, groups)
        near = [[source] for source in self._nearest(draft.text) if [source] not in groups]
        return found or self._first_supported(draft.text, near)

    def _first_supported(self, text: str, groups: Sequence[Sequence[Source]]) -> list[Source]:
        """The group that bears ``text`` out: if it can, word for word, then the smallest, then the
        surest."""
        ordered = [sorted(group, key=lambda source: source.number) for group in groups]
        verdicts = self._checker.check([self._claim(text, group) for group in ordered])
        good = [
            (not stands_in(text, [source.text for source in group]), len(group), -v.probability, i)
            for i, (group, v) in enumerate(zip(ordered, verdicts, strict=True))
            if v.supported
        ]
        return ordered[min(good)[-1]] if good else []

    def _claim(self, text: str, group: Sequence[Source]) -> Claim:
        around = [
            surroundings(
                source,
                self.task.sentences[source.hit.passage.id],
                self.task.documents.get(source.hit.passage.document),
            )
            for source in group
        ]
        return Claim(text, tuple(source.text for source in group), "\n".join(around))

    def _nearest(self, text: str) -> list[Source]:
        """The sentences that share most words with a statement, in either language."""
        forms = {
            language: frozenset(sentence_forms(text, language))
            for language in {source.hit.passage.language for source in self.sources}
        }

        def shared(source: Source) -> float:
            language = source.hit.passage.language
            own = frozenset(sentence_forms(source.text, language))
            return len(own & forms[language]) / (len(own) + len(forms[language]) + 1)

        return sorted(self.sources, key=lambda s: (-shared(s), s.number))[:_TRIED]

    def _cite(self, sources: Sequence[Source]) -> tuple[int, ...]:
        """Numbers of the citations of some sentences; neighbours are one quote, and what lies in a
        quote of the answer without a model is that quote, which holds what it needs beside it."""
        self._cited += map(_span, sources)
        ordered = sorted(sources, key=lambda source: source.number)
        runs = (list(run) for _, run in groupby(enumerate(ordered), lambda at: _run_key(*at)))
        citations = [self._citation([source for _, source in run]) for run in runs]
        return tuple(sorted({self._number(citation) for citation in citations}))

    def _citation(self, run: Sequence[Source]) -> Citation:
        first, hit = run[0], run[0].hit
        quote = Quote(hit, tuple(source.sentence for source in run), first.ordinal, 1.0)
        span = (hit.passage.revision, quote.start, quote.end)
        whole = (one for one in self.task.quotes.citations if lies_in(span, one))
        document = self.task.documents[hit.passage.document]
        return next(whole, None) or cite(quote, 1, document, self._library)

    def _number(self, citation: Citation) -> int:
        place = (citation.revision, citation.start, citation.end)
        numbered = replace(citation, number=len(self._citations) + 1)
        return self._citations.setdefault(place, numbered).number

    def answer(self, model: str) -> Answer:
        """The answer so far; a complete one with the quotes that it passes over."""
        quotes = self.task.quotes
        parts = [self._text()]
        if beneath := self._beneath() if self.complete else []:
            parts.append(in_words(beneath, quotes.language))
        if quotes.missing:
            parts.append(not_answered(quotes.language, quotes.missing))
        spent = (time.perf_counter() - self._started) * 1e3
        return replace(
            quotes,
            mode="generated",
            text="\n\n".join(parts),
            sentences=tuple(self._sentences),
            citations=tuple(self._citations.values()),
            timings=Timings(quotes.timings.retrieve, quotes.timings.answer + spent),
            model=model,
            dropped=self._dropped,
            tokens=self.tokens,
        )

    def _text(self) -> str:
        return " ".join(
            " ".join(filter(None, [sentence.text, remark(sentence, self.task.language), markers]))
            for sentence in self._sentences
            for markers in ["".join(f"[{n}]" for n in sentence.citations)]
        )

    def _beneath(self) -> list[Citation]:
        """What stands beneath the statements, numbered on from theirs."""
        best = [_span(ranked[0]) for ranked in self.task.ranked if ranked]
        left = passed_over(self.task.quotes.citations, best, self._cited)
        numbers = sorted(map(self._number, left))
        return [list(self._citations.values())[number - 1] for number in numbers]


def _is_statement(text: str) -> bool:
    """Whether something is stated: not only that something will follow, nor figures of nothing."""
    words = content_words(text)
    figures = sum(word[0].isdigit() for word in words)
    return text[-1] != ":" and (not figures or len(words) - figures > 1)


def _shares(ranked: Sequence[Sequence[Evidence]]) -> dict[Span, float]:
    """How likely each sentence holds an answer, as a share of the likeliest for its part of the
    question."""
    shares: dict[Span, float] = {}
    for part in ranked:
        for one in part:
            share = one.score / max(part[0].score, 1e-9)
            shares[_span(one)] = max(share, shares.get(_span(one), 0.0))
    return shares


def _span(one: Source | Evidence) -> Span:
    """Where a sentence stands."""
    return one.hit.passage.revision, one.sentence.start, one.sentence.end


def _run_key(at: int, source: Source) -> tuple[PassageId, int]:
    """Equal for neighbours of one passage."""
    return source.hit.passage.id, source.ordinal - at
