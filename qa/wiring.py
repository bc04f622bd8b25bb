"""Builds an assistant from the settings; the only place that knows which parts are used."""

from __future__ import annotations

from index.embedding import Encoder, Progress, load_encoder
from index.library import Library
from index.settings import Settings
from qa.answerability import Answerability
from qa.assistant import Assistant
from qa.endpoint import open_endpoint
from qa.evidence import EvidenceFinder
from qa.generative import Limits, Writer
from qa.retrieval import Retriever
from qa.support import SupportChecker


def open_assistant(settings: Settings, progress: Progress | None = None) -> Assistant:
    """Open the index and the model that the settings name; the weights load with first use.

    ``progress`` is told bytes done and in all while the bundled model is unpacked.

    Raises:
        NoIndexError: nothing has been synced yet.
        StaleIndexError: the index was made with another model or chunker.
        ModelError: the model cannot be found.
        SettingsError: the endpoint of a language model is set, but not how to use it.
    """
    encoder = load_encoder(settings.model, settings.cache, settings.threads, progress)
    return assemble(Library(settings.index, encoder), encoder, settings)


def assemble(library: Library, encoder: Encoder, settings: Settings) -> Assistant:
    """Put an assistant together from an open library and an encoder."""
    return Assistant(
        library,
        encoder,
        Retriever(library),
        EvidenceFinder(),
        Answerability(threshold=settings.answer_threshold),
        _writer(library, encoder, settings),
        max_quotes=settings.max_quotes,
        max_chars=settings.max_question_chars,
    )


def _writer(library: Library, encoder: Encoder, settings: Settings) -> Writer | None:
    """What writes answers with the language model of the settings; None where none is set."""
    endpoint = open_endpoint(settings)
    if endpoint is None:
        return None
    limits = Limits(
        settings.llm_context,
        settings.llm_answer_tokens,
        settings.llm_first_seconds,
        settings.llm_seconds,
        settings.llm_unsupported,
    )
    return Writer(endpoint, SupportChecker(encoder), library, limits)
