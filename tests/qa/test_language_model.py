"""Written answers with the real encoder: how soon, and with a real language model, how true.

``BELEGT_TEST_LLM=http://127.0.0.1:8099/v1`` names the endpoint of one; any that llama.cpp, Ollama or
the like serve will do.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import pytest

from eval.metrics import citation_validity
from index.embedding import Encoder, load_encoder
from index.language import detect_language, mixes_languages
from index.library import Library
from index.parsing import Direct
from index.settings import load_settings
from index.sync import sync
from qa.assistant import Assistant
from qa.comparing import Claim
from qa.support import SupportChecker
from qa.values import Answer, NotInDocuments
from qa.wiring import assemble
from tests.fakes import SEEDS, letters
from tests.scripted_endpoint import Endpoint as Scripted
from tests.scripted_endpoint import Request, event

PROMISED = 1.5
"""Seconds from the first complete statement of a model to the first that is shown."""

ENDPOINT = os.environ.pop("BELEGT_TEST_LLM", "")  # no setting, so settings would refuse it
QUESTIONS = (
    ("de", "Wann wurde die Digital Hub Initiative gestartet?"),
    ("en", "When did the ministry launch the Digital Hub Initiative?"),
)
UNANSWERED = ("Wie hoch ist der Eiffelturm?", "Who won the world cup in 1990?")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    settings = load_settings()
    return load_encoder(settings.model, settings.cache, settings.threads)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("index")
    sync([SEEDS], folder, encoder, parser=Direct())
    library = Library(folder, encoder)
    yield library
    library.close()


def asking(library: Library, encoder: Encoder, url: str, model: str) -> Assistant:
    settings = load_settings(
        llm_base_url=url, llm_model=model, llm_first_seconds=600, llm_seconds=600
    )
    return assemble(library, encoder, settings)


@pytest.mark.slow
def test_the_first_checked_statement_is_there_at_once(
    library: Library, encoder: Encoder, scripted: Scripted
) -> None:
    complete: list[float] = []
    shown: list[float] = []

    def slowly(request: Request) -> None:
        said = request.prompt.split("\n[1] ")[1].split("\n")[0]
        first = json.dumps({"sources": [1], "text": said}, ensure_ascii=False)
        pieces = [f'{{"statements": [{first}', ", ", '{"sources": [2], "text": "']
        request.head()
        for piece in pieces:
            request.write(event(piece))
            complete.append(time.monotonic())
            time.sleep(2 * PROMISED)

    assistant = asking(library, encoder, scripted.url, "scripted")
    assistant.ask(QUESTIONS[1][1], word_for_word=True)  # the weights load with first use
    scripted.play(slowly)
    reply = assistant.ask(QUESTIONS[1][1], on_partial=lambda _: shown.append(time.monotonic()))
    assert isinstance(reply, Answer)
    assert reply.mode == "generated"
    assert shown[0] - complete[0] < PROMISED


@pytest.fixture(scope="module")
def replies(library: Library, encoder: Encoder) -> list[tuple[str, Answer]]:
    """What the model makes of the questions, each with its language."""
    import openai

    models = openai.OpenAI(base_url=ENDPOINT, api_key="none").models.list().data
    assistant = asking(library, encoder, ENDPOINT, models[0].id)
    assert all(isinstance(assistant.ask(q), NotInDocuments) for q in UNANSWERED)
    asked = [(language, assistant.ask(question)) for language, question in QUESTIONS]
    return [(language, reply) for language, reply in asked if isinstance(reply, Answer)]


@pytest.mark.llm
@pytest.mark.skipif(not ENDPOINT, reason="BELEGT_TEST_LLM names no endpoint")
def test_whatever_a_real_model_writes_is_borne_out(
    replies: list[tuple[str, Answer]], encoder: Encoder, library: Library
) -> None:
    checker = SupportChecker(encoder)
    for language, reply in replies:
        assert citation_validity(reply.citations, lambda _, revision: library.text(revision)) == 1
        quotes = {citation.number: citation.quote for citation in reply.citations}
        for sentence in reply.sentences:
            assert sentence.citations
            cited = tuple(quotes[number] for number in sentence.citations)
            around = "\n".join(str(library.text(c.revision)) for c in reply.citations)
            if reply.mode == "generated":
                assert checker.check([Claim(sentence.text, cited, around)])[0].supported
                assert detect_language(sentence.text, default=reply.language) == language
                assert not mixes_languages(sentence.text, reply.language)
                assert sentence.reworded != sentence.supported
            if sentence.supported:
                assert letters(sentence.text) in letters(" ".join(cited))
    assert any(reply.mode == "generated" for _, reply in replies)
