"""A small real assistant over two documents: it ranks lines by shared words and quotes the best."""

import hashlib
import re

import pytest

from eval.cases import Case, Evidence
from eval.provenance import Corpus
from index.errors import NoIndexError
from index.store import Store
from index.values import Document, Fingerprint, Passage, PassageId
from qa.values import Answer, AnswerSentence, Citation, Hit, NotInDocuments, Timings

TEXTS = {
    "de.txt": (
        "Das Netzwerk hat über 500 Partner in ganz Deutschland.\n"
        "Die Anmeldung kostet 60 EUR für Mitglieder und 90 EUR für Gäste.\n"
        "Der Hub in Leipzig arbeitet an der Energie der Zukunft.\n"
    ),
    "en.txt": (
        "The hub in Dresden was founded in November 2016.\n"
        "Its network has more than 500 partners across Germany.\n"
        "Researchers in Potsdam work on media technology.\n"
    ),
}


def document(path):
    revision = hashlib.sha256(TEXTS[path].encode()).hexdigest()
    return Document(path, revision, f"Titel {path}", "", "2018", path[:2], "")


def passages():
    """One per line."""
    found = []
    for path, text in TEXTS.items():
        for line in re.finditer(r".+", text):
            where = (path, document(path).revision, line.start(), line.end(), line.group())
            found.append(Passage(PassageId(len(found) + 1), *where, path[:2], (), None))
    return found


def words(text):
    return set(re.findall(r"\w{4,}", text.casefold()))


class WordAssistant:
    """Answers with the line that shares most words with the question, from two shared words on."""

    def ask(self, question):
        if question == "crash":
            raise ZeroDivisionError("one\nand two")
        if question == "stale":
            raise NoIndexError("nothing is indexed. Run `belegt sync`.")
        asked = words(question)
        scores = {p.id: len(asked & words(p.text)) / (len(asked) or 1) for p in passages()}
        ranked = sorted(passages(), key=lambda p: (-scores[p.id], p.id))
        hits = tuple(Hit(p, scores[p.id], {}) for p in ranked)
        best, confidence = hits[0].passage, hits[0].score
        language = "en" if words("when where which") & asked or "the" in question else "de"
        if confidence * len(asked) < 2:
            return NotInDocuments(
                question, language, confidence, "not_covered", "Nein.", hits, Timings(1.0, 2.0)
            )
        citation = Citation(
            1,
            best.document,
            "",
            "",
            "2018",
            best.revision,
            best.start,
            best.end,
            best.text,
            best.language,
            None,
            (),
        )
        sentence = AnswerSentence(best.text, (1,), True)
        text = f"Stand 2018: {best.text} [1]"
        return Answer(
            question,
            language,
            confidence,
            "extractive",
            text,
            (sentence,),
            (citation,),
            hits,
            Timings(1.0, 2.0),
        )


class Shelf:
    """The side of a library that an evaluation reads, over a real store."""

    def __init__(self, folder):
        self.store = Store(folder, write=True)
        with self.store.transaction():
            for path, text in TEXTS.items():
                self.store.put_document(document(path), text, [])
            self.store.set_fingerprint(Fingerprint("words", 1, 1, 1))

    def documents(self):
        return {d.path: d for d in self.store.documents()}

    def text(self, revision):
        return self.store.text(revision)


CASES = [
    Case(
        "q1",
        "Wie viele Partner hat das Netzwerk in Deutschland?",
        "de",
        True,
        (("über 500",),),
        (Evidence("de.txt", "über 500 Partner"), Evidence("en.txt", "more than 500 partners")),
        ("figure", "dev"),
    ),
    Case(
        "q2",
        "Was kostet die Anmeldung für Mitglieder?",
        "de",
        True,
        (("60 EUR", "90 EUR"),),
        (Evidence("de.txt", "60 EUR für Mitglieder und 90 EUR"),),
        ("list", "test"),
    ),
    Case(
        "q3",
        "Woran forscht man bei den Medien?",
        "de",
        True,
        (("media technology",),),
        (Evidence("en.txt", "media technology"),),
        ("test",),
    ),
    Case(
        "q4",
        "When was the hub in Dresden founded?",
        "en",
        True,
        (("November 2016",),),
        (Evidence("en.txt", "in November 2016"),),
        ("date", "test"),
    ),
    Case("q5", "Wer leitet das Netzwerk in Deutschland?", "de", False, tags=("near-miss", "test")),
    Case("q6", "When does the moon rise?", "en", False, tags=("off-topic", "dev")),
]


@pytest.fixture
def assistant():
    return WordAssistant()


@pytest.fixture
def cases():
    return list(CASES)


@pytest.fixture
def corpus():
    return Corpus({path: document(path) for path in TEXTS}, TEXTS)


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "index")
    yield shelf
    shelf.store.close()
