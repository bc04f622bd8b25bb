"""A canned assistant over a real index: real values, real texts, no model and no ranking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import streamlit as st

from index.embedding import Encoder
from index.library import Library
from index.sync import sync
from index.values import Language
from qa.conversation import understand
from qa.explaining import Explained, ExplainedPassage, ExplainedSentence, Explanation
from qa.generative import Writer
from qa.values import (
    Answer,
    AnswerSentence,
    Citation,
    Exchange,
    Hit,
    NotInDocuments,
    Place,
    Reply,
    Timings,
)
from qa.wording import lead_in, not_covered, quoted

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
PARTNERS = "002_c960c98c78e25d3c.txt"
LAUNCH = "000_2b3fd0b5260f5fa1.txt"
STUDY = "003_f5ab0383f0a5c848.txt"
TICKETS = "004_5dc85f08f181f95f.txt"
QUOTES: dict[str, tuple[tuple[str, str], ...]] = {
    "partner": (
        (PARTNERS, "Die Digital Hub Initiative vereint bereits über 500 Partner in einem Netzwerk"),
        (
            LAUNCH,
            "The Digital Hub Initiative was launched in November 2016 by the Federal Ministry for"
            " Economic Affairs and Energy (BMWi) to promote digitization across key industries.",
        ),
    ),
    "messe": (
        (STUDY, "Als Durchführungsorte bieten sich z. B. das geplante *Gaming House* in Leipzig"),
    ),
    "kostet": ((TICKETS, "Der reguläre Ticketpreis beträgt 90 EUR."),),
}
EXAMPLES: dict[Language, list[str]] = {
    "de": [
        "Wie viele Partner hat die Digital Hub Initiative?",
        "Was kostet das Expertentreffen?",
        "Wer leitet das Amt für $5 :red[Zauberei] -- www.example.org?",
        "Die vierte zeigt niemand",
    ],
    "en": [
        "How many partners does the initiative have?",
        "Who launched the initiative as a partner?",
        "What does the moon cost?",
    ],
}


@dataclass
class CannedAssistant:
    """Answers what contains a key of ``QUOTES``, refuses the rest, and notes how it was asked."""

    library: Library
    delay: float = 0.0
    writer: Writer | None = None
    fault: Exception | None = None
    asked: list[dict[str, object]] = field(default_factory=list)

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
    ) -> Reply:
        self.asked.append(
            {
                "question": question,
                "language": language,
                "conversation": conversation,
                "interface": interface,
                "within": within,
                "history": history,
            }
        )
        understood = understand(question, history)
        # Its own words count first: those of the topic are in every completed question.
        asked = question if any(key in question.casefold() for key in QUOTES) else understood
        reply = self._reply(asked, language or interface)
        other = "" if understood == question else understood
        return replace(reply, question=question, understood=other)

    def _reply(self, question: str, in_language: Language) -> Reply:
        time.sleep(self.delay)
        if self.fault:
            raise self.fault
        key = next((key for key in QUOTES if key in question.casefold()), None)
        if key:
            return self._answer(question, in_language, QUOTES[key])
        passages = self.library.store.passages(self.library.store.passage_ids()[:4])
        hits = tuple(Hit(passage, 0.2, {}) for passage in passages)
        count = len(self.library.documents())
        text = not_covered(in_language, count, count, ["Mond"] if "Mond" in question else [])
        return NotInDocuments(
            question, in_language, 0.12, "not_covered", text, hits, Timings(1.0, 1.0)
        )

    def _answer(
        self, question: str, language: Language, quotes: tuple[tuple[str, str], ...]
    ) -> Answer:
        citations = [self._cite(n, *quote) for n, quote in enumerate(quotes, start=1)]
        paragraphs = [
            f"{lead_in(language, c.title, c.date, c.language)}"
            f" {quoted(c.quote, c.language)} [{c.number}]"
            for c in citations
        ]
        sentences = tuple(AnswerSentence(c.quote, (c.number,), True) for c in citations)
        return Answer(
            question,
            language,
            0.93,
            "extractive",
            "\n\n".join(paragraphs),
            sentences,
            tuple(citations),
            (),
            Timings(21.0, 4.0),
        )

    def _cite(self, number: int, path: str, quote: str) -> Citation:
        document = self.library.documents()[path]
        text = self.library.text(document.revision) or ""
        start = text.index(quote)
        return Citation(
            number,
            path,
            document.title,
            document.publisher,
            document.date,
            document.revision,
            start,
            start + len(quote),
            quote,
            document.language,
            None,
            (),
            self._elsewhere(path, quote),
        )

    def _elsewhere(self, path: str, quote: str) -> tuple[Place, ...]:
        """Where the quote stands word for word in other documents."""
        found = []
        for other in self.library.documents().values():
            start = (self.library.text(other.revision) or "").find(quote)
            if other.path != path and start >= 0:
                found.append(Place(other.path, other.revision, start, start + len(quote)))
        return tuple(found)

    def explain(
        self,
        question: str,
        *,
        conversation: Language | None = None,
        interface: Language = "de",
        within: Sequence[str] | None = None,
    ) -> Explanation:
        """The same signs for all: real places, made-up weights."""
        adds = {"matches": 1.62, "ranking": 0.7, "meaning": 0.31, "words": -0.92, "language": 0.02}
        (first, *_) = self.library.store.passages(self.library.store.passage_ids()[:1])
        where = {"document": first.document, "start": first.start, "end": first.end}
        ranks: dict[str, int | None] = {"meaning": 2, "words": None, "matches": 1}
        passage = ExplainedPassage(0.81, -3.0, adds, {}, **where, ranks=ranks)
        sentence = ExplainedSentence(0.64, -2.0, {"form": -0.3}, {}, **where, text=first.text[:80])
        answers = any(key in question.casefold() for key in QUOTES)
        decision = Explained(0.93 if answers else 0.12, -0.1, {**adds, "form": 0.6}, {})
        return Explanation((passage,), (sentence,), decision, 0.44)

    def examples(self, language: Language) -> list[str]:
        return EXAMPLES[language]


@pytest.fixture
def index(tmp_path: Path, encoder: Encoder) -> Path:
    """A small real index: three of the five source documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in (PARTNERS, LAUNCH, TICKETS, "corpus.toml"):
        (folder / name).write_bytes((SEEDS / name).read_bytes())
    sync([folder], tmp_path / "index", encoder)
    return tmp_path / "index"


@pytest.fixture
def canned(index: Path, encoder: Encoder) -> Iterator[CannedAssistant]:
    library = Library(index, encoder)
    yield CannedAssistant(library)
    library.close()


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
