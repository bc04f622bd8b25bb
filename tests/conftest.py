"""Fixtures that all tests share: small real things, no network, no model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from index.library import Library
from index.parsing import Direct
from index.settings import Settings, load_settings
from index.sync import sync
from tests.fakes import SEEDS, WordEncoder
from tests.scripted_endpoint import Endpoint, served

# A busy machine is no failing test.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Default settings in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BELEGT_") and name != "BELEGT_CACHE":
            monkeypatch.delenv(name)
    return load_settings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for documents."""
    made = tmp_path / "documents"
    made.mkdir()
    return made


@pytest.fixture
def seeds_library(tmp_path: Path, encoder: WordEncoder) -> Library:
    """The five source documents, indexed with the word encoder."""
    sync([SEEDS], tmp_path / "index", encoder, parser=Direct())
    return Library(tmp_path / "index", encoder)


@pytest.fixture(scope="session")
def _server() -> Iterator[Endpoint]:
    import openai  # noqa: F401 - takes seconds, which no test should wait for

    with served() as endpoint:
        yield endpoint


@pytest.fixture
def scripted(_server: Endpoint) -> Endpoint:
    """The endpoint of a language model that plays what a test tells it to."""
    _server.play(lambda request: request.head(500))
    return _server
