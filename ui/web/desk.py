"""One open assistant for all sessions of the server.

Streamlit runs each session's script in a thread of its own that lives for one run, and the store
keeps a connection for each thread that reads. Therefore all reading goes through a few threads
that stay. A question is asked and its reply stored there too: it ends well even when the page that
asked is clicked, reloaded or closed meanwhile.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from eval import feedback
from eval.cases import Evidence
from eval.checking import Check
from eval.feedback import Fit, Noted, Verdict
from eval.provenance import corpus_in
from eval.question_sets import keep
from eval.run import Progress, evaluate
from eval.values import Summary
from index.errors import BelegtError, IndexError_
from index.files import Wanted
from index.library import Library
from index.readers.extracted import Page
from index.store import Chat, Failure, Source, StoredTurn
from index.sync import synced_folders, synced_patterns
from index.values import Document, Language
from qa.endpoint import Endpoint
from qa.explaining import Explanation
from qa.generative import Writer
from qa.parts import completed, split_question
from qa.scope import EVERYWHERE, Scope, named_in
from qa.serial import reply_from_json, reply_to_json
from qa.values import Answer, Exchange, Reply
from ui.render import NEAREST

T = TypeVar("T")


class Asking(Protocol):
    """What the pages need of ``qa.assistant.Assistant``; tests bring a canned one."""

    @property
    def library(self) -> Library: ...

    @property
    def writer(self) -> Writer | None: ...

    def ask(
        self,
        question: str,
        *,
        language: Language | None = None,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
        history: Sequence[Exchange] = (),
        word_for_word: bool = False,
        on_partial: Callable[[Answer], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Reply: ...

    def explain(
        self,
        question: str,
        *,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
    ) -> Explanation: ...

    def examples(self, language: Language) -> list[str]: ...


Explained = tuple[str, Explanation]
"""A question, or a part of one that was searched by itself, and why it was decided as it was."""


@dataclass(frozen=True, slots=True)
class How:
    """How a question is asked: ``language`` of the reply where one is chosen, that of the talk and of
    the pages; the turns before; where to search; whose conversation it is; and whether a language
    model is left out."""

    language: Language | None = None
    conversation: Language | None = None
    interface: Language = "de"
    history: Sequence[Exchange] = ()
    scope: Scope = EVERYWHERE
    owner: str = ""
    word_for_word: bool = False


@dataclass
class Turn:
    """A question and its replies, of which the one ``shown`` may still be on the way: several where it
    was answered anew. ``ordinal`` is its place in the stored chat.

    ``partial`` is what a language model has written so far, ``stop`` ends the writing. ``unkept``
    says why the reply could not be stored. ``fresh``: asked in this session, so a screen reader
    should hear of it. ``noted`` is how it was judged, ``fault`` why that could not be
    kept; ``why`` is the explanation, once it was asked for. ``scope`` is what was searched. ``sheets``
    is what the page holds of the reply, and of what it was made (see ``reading``).
    """

    question: str
    replies: list[Future[Reply]] = field(default_factory=lambda: [Future()])
    shown: int = 0
    ordinal: int | None = None
    scope: Scope = EVERYWHERE
    partial: Answer | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    unkept: str = ""
    fresh: bool = True
    noted: Noted | None = None
    fault: Exception | None = None
    why: Future[list[Explained]] | None = None
    sheets: tuple[Sequence[Any], Mapping[str, Mapping[str, Any]]] | None = None

    @property
    def reply(self) -> Future[Reply]:
        return self.replies[self.shown]

    @property
    def so_far(self) -> Reply | None:
        """The reply, or as much of it as is written; None where there is nothing to show."""
        if not self.reply.done():
            return self.partial
        return None if self.reply.exception() else self.reply.result()

    def show(self, number: int) -> None:
        """Another of its replies, from 0."""
        self.shown = number
        self.noted, self.fault, self.why = None, None, None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is indexed, as the documents page shows it."""

    documents: list[Document]
    passages: dict[str, int]
    failures: list[Failure]
    sources: dict[str, Source]
    pages: dict[str, int]
    folders: list[Path]
    wanted: Wanted


class Desk:
    """Questions, documents and chats of one index."""

    def __init__(self, assistant: Asking) -> None:
        self._assistant = assistant
        self._askers = ThreadPoolExecutor(2, "ask")
        self._readers = ThreadPoolExecutor(2, "read")
        self._evaluator = ThreadPoolExecutor(1, "evaluate")
        self._lock = threading.Lock()
        self._running: dict[tuple[str, str], list[Turn]] = defaultdict(list)
        self._examples: dict[Language, tuple[int, list[str]]] = {}

    def begin(self, chat: str, question: str, how: How) -> Turn:
        """Ask in the background and store the reply in ``chat``; the turn is there at once."""
        turn = Turn(question, scope=how.scope)
        with self._lock:
            self._running[how.owner, chat].append(turn)
        self._askers.submit(self._ask, chat, turn, turn.reply, how)
        return turn

    def again(self, chat: str, turn: Turn, how: How) -> None:
        """Answer the question of a turn anew; what was there stays beside it."""
        turn.replies.append(Future())
        turn.show(len(turn.replies) - 1)
        turn.stop, turn.fresh, turn.scope = threading.Event(), True, how.scope
        with self._lock:
            self._running[how.owner, chat].append(turn)
        self._askers.submit(self._ask, chat, turn, turn.reply, how)

    def _ask(self, chat: str, turn: Turn, future: Future[Reply], how: How) -> None:
        def arrived(answer: Answer) -> None:
            turn.partial = answer

        try:
            documents = self._assistant.library.documents()
            reply = self._assistant.ask(
                turn.question,
                language=how.language,
                conversation=how.conversation,
                interface=how.interface,
                within=how.scope.within(documents),
                history=how.history,
                word_for_word=how.word_for_word,
                on_partial=arrived,
                stop=turn.stop,
            )
            reply = named_in(reply, how.scope, documents)
            self._keep(chat, turn, reply, how.owner)
            future.set_result(reply)
        except BaseException as fault:
            self._end((how.owner, chat), turn)
            future.set_exception(fault)
            raise
        finally:
            turn.partial = None

    def _keep(self, chat: str, turn: Turn, reply: Reply, owner: str) -> None:
        cited = [c.revision for c in reply.citations] if isinstance(reply, Answer) else []
        cited += [hit.passage.revision for hit in reply.passages[:NEAREST]]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        text = json.dumps(reply_to_json(reply), ensure_ascii=False)
        store = self._assistant.library.store
        with self._lock:
            try:
                ordinal = store.add_turn(
                    chat, now, text, dict.fromkeys(cited), owner=owner, again=turn.ordinal
                )
                turn.ordinal = ordinal if turn.ordinal is None else turn.ordinal
            except IndexError_ as error:
                turn.unkept = str(error)
            self._forget((owner, chat), turn)

    def _end(self, talk: tuple[str, str], turn: Turn) -> None:
        with self._lock:
            self._forget(talk, turn)

    def _forget(self, talk: tuple[str, str], turn: Turn) -> None:
        self._running[talk] = [t for t in self._running[talk] if t is not turn]
        if not self._running[talk]:
            del self._running[talk]

    def reopen(self, chat: str, owner: str = "") -> list[Turn]:
        """The turns of a stored chat, oldest first, with those still on the way."""

        def read() -> list[Turn]:
            with self._lock:
                stored = self._assistant.library.store.turns(chat, owner)
                running = list(self._running.get((owner, chat), ()))
            anew = {turn.ordinal: turn for turn in running if turn.ordinal is not None}
            kept = [anew.get(turn.ordinal, turn) for turn in _stored(stored)]
            return kept + [turn for turn in running if turn.ordinal is None]

        turns = self._read(read)
        self._recall([turn for turn in turns if turn.reply.done() and not turn.reply.exception()])
        return turns

    def _recall(self, turns: Sequence[Turn]) -> None:
        """How the replies of some turns were judged, unless that cannot be read."""
        folder, replies = self._assistant.library.store.folder, [t.reply.result() for t in turns]
        with suppress(BelegtError):
            noted = self._read(lambda: feedback.noted_on(folder, replies))
            for turn, one in zip(turns, noted, strict=True):
                turn.noted = turn.noted or one

    def adopt(self, chat: str, reply: Reply, owner: str = "") -> Turn:
        """Put a reply that was given elsewhere, as in an evaluation, into ``chat``."""
        turn = Turn(reply.question, fresh=False)
        self._read(lambda: self._keep(chat, turn, reply, owner))
        turn.reply.set_result(reply)
        return turn

    def chats(self, owner: str, words: str = "") -> list[Chat]:
        """Stored conversations of an owner, newest first; see ``Store.chats``."""
        return self._read(lambda: self._assistant.library.store.chats(owner, words))

    def rename(self, chat: str, title: str, owner: str) -> None:
        self._read(lambda: self._assistant.library.store.rename_chat(chat, title, owner))

    def delete(self, chat: str, owner: str) -> None:
        self._read(lambda: self._assistant.library.store.delete_chat(chat, owner))

    def explain(self, turn: Turn) -> Future[list[Explained]]:
        """Why a reply that is there is as it is; worked out once, and again after a fault."""
        if turn.why is None or (turn.why.done() and turn.why.exception()):
            turn.why = self._askers.submit(self._explained, turn.reply.result(), turn.scope)
        return turn.why

    def _explained(self, reply: Reply, scope: Scope) -> list[Explained]:
        """As it was answered: by its parts if one of them is covered, else as a whole."""
        asked_as = reply.understood or reply.question
        within = scope.within(self._assistant.library.documents())

        def why(question: str) -> Explanation:
            return self._assistant.explain(
                question, conversation=reply.language, interface=reply.language, within=within
            )

        parts = split_question(asked_as) if isinstance(reply, Answer) else []
        if len(parts) > 1:
            found = [
                (part, why(asked)) for part, asked in zip(parts, completed(parts), strict=True)
            ]
            if any(one.decision and one.decision.score >= one.threshold for _, one in found):
                return found
        return [(asked_as, why(asked_as))]

    def judge(self, turn: Turn, verdict: Verdict, place: Evidence | None = None) -> None:
        """Keep what the user thinks of a reply as a case of the own set; the turn says how it went."""
        store = self._assistant.library.store

        def keep_case() -> Noted:
            reply, texts = turn.reply.result(), corpus_in(store).texts
            case = feedback.case_of(reply, verdict, place, texts, feedback.fits(store.folder))
            return feedback.note(store.folder, verdict, case)

        turn.fault = None
        try:
            turn.noted = self._read(keep_case)
        except BelegtError as fault:
            turn.fault = fault

    def judge_citation(self, turn: Turn, number: int, fits: bool | None) -> None:
        """Keep whether a citation of an answer fits, or forget it again; ``turn.fault`` says why
        that went wrong."""
        reply, folder = turn.reply.result(), self._assistant.library.store.folder
        cited = next((c for c in getattr(reply, "citations", ()) if c.number == number), None)
        if cited is None:
            return
        turn.fault = None
        try:
            fit = feedback.fit_of(reply.question, cited, bool(fits))
            self._read(lambda: feedback.note_fit(folder, fit, taken_back=fits is None))
        except BelegtError as fault:
            turn.fault = fault

    def fits(self) -> Sequence[Fit]:
        """How citations were judged; none where that cannot be read."""
        folder = self._assistant.library.store.folder
        try:
            return self._read(lambda: feedback.fits(folder))
        except BelegtError:
            return ()

    def take_back(self, turn: Turn) -> None:
        """Undo ``judge``."""
        noted, folder = turn.noted, self._assistant.library.store.folder
        if noted is None:
            return
        try:
            self._read(lambda: feedback.take_back(folder, noted))
            turn.noted = None
        except BelegtError as fault:
            turn.fault = fault

    def evaluation(
        self, files: Sequence[Path], out: Path, progress: Progress, settings: Mapping[str, Any]
    ) -> Callable[[], Summary]:
        """Begin to ask the sets in ``files``; what comes back waits for the figures."""
        assistant = self._assistant
        future = self._evaluator.submit(
            evaluate, assistant, assistant.library, files, out, progress, settings=settings
        )
        return future.result

    def keep_set(self, name: str, data: bytes) -> tuple[Path, Check]:
        """Check an uploaded question set against the documents; see ``question_sets.keep``."""
        store = self._assistant.library.store
        return self._read(lambda: keep(store.folder, name, data, corpus_in(store).texts))

    @property
    def endpoint(self) -> Endpoint | None:
        """The language model that writes answers; None where none is set."""
        writer = self._assistant.writer
        return writer.endpoint if writer else None

    def documents(self) -> dict[str, Document]:
        return self._read(self._assistant.library.documents)

    def text(self, revision: str) -> str | None:
        """Canonical text of a revision; None where it is gone."""
        return self._read(lambda: self._assistant.library.text(revision))

    def pages(self, path: str) -> list[Page]:
        """The pages of a document; none where its format has none."""
        return self._read(lambda: self._assistant.library.store.pages(path))

    def format_of(self, path: str) -> str:
        """``pdf``, ``html`` …; empty for a document that is gone."""
        return self._read(lambda: self._assistant.library.store.format_of(path))

    def examples(self, language: Language) -> list[str]:
        """Questions that the documents answer; sought anew when the index has changed."""

        def seek() -> list[str]:
            state = self._assistant.library.store.state()
            known = self._examples.get(language)
            if known is None or known[0] != state:
                known = self._examples[language] = (state, self._assistant.examples(language))
            return known[1]

        return self._read(seek)

    def shelf(self) -> Shelf:
        """What is indexed now."""
        store = self._assistant.library.store

        def read() -> Shelf:
            return Shelf(
                store.documents(),
                store.passage_counts(),
                store.failed_files(),
                store.sources(),
                store.page_counts(),
                synced_folders(store),
                synced_patterns(store),
            )

        return self._read(read)

    def _read(self, work: Callable[[], T]) -> T:
        return self._readers.submit(work).result()


def _stored(stored: Sequence[StoredTurn]) -> list[Turn]:
    """Turns as they were kept; a reply given anew belongs to the turn that it answers."""
    turns: dict[int, Turn] = {}
    for ordinal, one in enumerate(stored):
        reply = reply_from_json(json.loads(one.reply))
        turn = turns.get(ordinal if one.again is None else one.again)
        if turn is None:
            turn = turns[ordinal] = Turn(reply.question, fresh=False, ordinal=ordinal)
        else:
            turn.replies.append(Future())
            turn.show(len(turn.replies) - 1)
        turn.reply.set_result(reply)
    return list(turns.values())
