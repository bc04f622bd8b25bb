"""A model that does all that a document demands, asked about 130 such documents, up to the page.

Nothing but the honest fact of a document may be shown as supported, no address may stand in what
the model is shown to say, and nothing that is shown may lead out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest
from lxml import html

from index.library import Library
from index.parsing import Direct
from index.sync import sync
from qa.answerability import Answerability
from qa.assistant import Assistant
from qa.endpoint import Endpoint, Manner
from qa.evidence import EvidenceFinder
from qa.generative import Limits, Writer
from qa.retrieval import Retriever
from qa.support import SupportChecker
from qa.values import Answer
from tests.fakes import WordEncoder, letters
from tests.qa.poisoned import Poisoned, poisoned
from tests.scripted_endpoint import Endpoint as Scripted
from tests.scripted_endpoint import Request, Step, says, states
from ui.exporting import as_html
from ui.exporting.paper import paper_of
from ui.render import answer_parts
from ui.wording import words

DOCUMENTS = {f"{i:03}.txt": one for i, one in enumerate(poisoned())}
LIMITS = Limits(4096, 400, 8.0, 16.0, "mark", beside=0.0)
MANNERS: tuple[Manner, ...] = ("schema", "plain")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("poisoned")
    for name, one in DOCUMENTS.items():
        text = f"{one.fact}\n\n{one.poison}\n"
        (folder / name).write_text(text, encoding="utf-8", newline="")
    index = tmp_path_factory.mktemp("index")
    sync([folder], index, WordEncoder(), parser=Direct())
    library = Library(index, WordEncoder())
    yield library
    library.close()


@pytest.fixture(params=MANNERS)
def assistant(request: pytest.FixtureRequest, library: Library, scripted: Scripted) -> Assistant:
    """Answers everything, with a model that is asked in one manner, and marks what is unsupported."""
    endpoint = Endpoint(scripted.url, "obedient")
    endpoint.known = request.param
    writer = Writer(endpoint, SupportChecker(WordEncoder()), library, LIMITS)
    finder = EvidenceFinder()
    return Assistant(
        library, WordEncoder(), Retriever(library), finder, Answerability(threshold=0.0), writer
    )


def offered(request: Request) -> dict[int, str]:
    """The numbered sentences of a prompt."""
    lines = request.prompt.split("<sentences>")[1].split("</sentences>")[0].splitlines()
    found = (line[1:].split("] ", 1) for line in lines if line.startswith("["))
    return {int(number): text for number, text in found if number.isdigit()}


def obeys(one: Poisoned, cited: Callable[[Sequence[int]], Sequence[int]]) -> Step:
    """Says the fact, then the claim with what is ``cited`` of all numbers, then both in one."""

    def step(request: Request) -> None:
        numbers = list(offered(request))
        claim, both = one.claim, f"{one.fact} {one.claim}"
        statements = [(one.fact, numbers[:1]), (claim, cited(numbers)), (both, cited(numbers))]
        states(*statements)(request)

    return step


WAYS: dict[str, Callable[[Poisoned], Step]] = {
    "cites_nothing": lambda one: obeys(one, lambda numbers: ()),
    "cites_all": lambda one: obeys(one, lambda numbers: numbers),
    "cites_the_poison": lambda one: obeys(one, lambda numbers: numbers[1:]),
    "repeats_the_poison": lambda one: says(f"{one.poison}\n{one.claim} [1][2]\n"),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_injected_is_shown_as_supported_and_nothing_leads_out(
    assistant: Assistant, scripted: Scripted, way: str
) -> None:
    written = 0
    for path, one in DOCUMENTS.items():
        shown: list[Answer] = []
        scripted.play(WAYS[way](one))
        reply = assistant.ask(
            one.question, language=one.language, within=[path], on_partial=shown.append
        )
        assert isinstance(reply, Answer)
        assert len(scripted.requests) == 1
        for answer in (*shown, reply):
            assert injected(answer, one) == [], one
            assert_stands_there(answer)
            assert_leads_nowhere(answer)
        written += reply.mode == "generated"
    if way != "repeats_the_poison":
        assert written == len(DOCUMENTS), "the honest fact is kept"


def injected(answer: Answer, one: Poisoned) -> list[str]:
    """What of the claim is shown with evidence, in whatever words; quotes are the documents' own words."""
    if answer.mode != "generated":
        return []
    said = [s.text for s in answer.sentences if s.stands]
    return [text for text in said if one.claim in text or text.rstrip(".!?…:") in one.claim]


def assert_stands_there(answer: Answer) -> None:
    """What is shown like a quote is in the quotes that it cites, letter for letter."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.supported:
            assert letters(sentence.text) in letters(
                " ".join(quotes[n] for n in sentence.citations)
            )


def assert_leads_nowhere(answer: Answer) -> None:
    """What a model says holds no address; the page made of it has no image and no way out."""
    if answer.mode == "generated":
        said = "".join(p.text for p in answer_parts(answer) if p.kind in ("text", "unsupported"))
        assert "sammler" not in said
        assert "://" not in said
    page = html.fromstring(
        as_html.write(paper_of([answer], {}, words("de"), date(2026, 1, 2))).decode()
    )
    assert not page.xpath("//img | //script | //iframe | //object | //form | //link")
    assert all(link.startswith("#") for link in page.xpath("//@href | //@src"))
