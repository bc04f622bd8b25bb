"""Is everything in order? Each check says what it saw and, where something is wrong, what to run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.bundled_model import verify
from index.embedding import BUNDLED, Encoder, TransformerEncoder, load_encoder
from index.errors import BelegtError, NoIndexError
from index.language import detect_language
from index.settings import Settings
from index.store import Store
from index.sync import check_fingerprint
from index.vectors import build_vectors, open_vectors
from qa.endpoint import EndpointError, open_endpoint


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; ``text`` is one line and names the mending command if not ``ok``."""

    check: str
    ok: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Run all checks in order; a check that needs what an earlier one missed is left out."""
    model = yield from _guarded("model", lambda: _model(settings))
    yield from _guarded("language profiles", _profiles)
    yield from _guarded("port", lambda: _port(settings.host, settings.port))
    yield from _guarded("language model", lambda: _language_model(settings))
    store = yield from _guarded("index", lambda: _store(settings.index))
    if not isinstance(store, Store):
        return
    try:
        if isinstance(model, TransformerEncoder):
            yield from _guarded("fingerprint", lambda: _fingerprint(store, model))
        yield from _guarded("texts", lambda: _texts(store))
        yield from _guarded("words", lambda: _words(store))
        yield from _guarded("vectors", lambda: _vectors(store))
        yield from _guarded("files", lambda: _files(store))
    finally:
        store.close()


Check = Callable[[], tuple[str, object]]


def _guarded(name: str, check: Check) -> Generator[Finding, None, object]:
    """Run one check; what it raises becomes its finding. Returns what the check opened."""
    try:
        text, value = check()
    except BelegtError as error:
        yield Finding(name, False, str(error))
        return None
    yield Finding(name, True, text)
    return value


def _model(settings: Settings) -> tuple[str, TransformerEncoder]:
    encoder = load_encoder(settings.model, settings.cache, settings.threads)
    if settings.model == BUNDLED:
        verify(Path(encoder.source))
    vector = encoder.encode_questions(["Wer leitet den Hub?"])[0].vector
    if not np.isclose(np.linalg.norm(vector), 1.0, atol=1e-3):
        raise BelegtError(
            f"{settings.model}: vectors are not of unit length; choose another `model`."
        )
    return f"{settings.model}, {len(vector)} dimensions, {encoder.identity[:12]}", encoder


def _profiles() -> tuple[str, None]:
    found = [detect_language(text) for text in ("Wo wohnen die Leute?", "Where do people live?")]
    if found != ["de", "en"]:
        raise BelegtError(f"detected {found}, wanted de, en. Reinstall: pip install -e .")
    return "German and English are told apart", None


def _port(host: str, port: int) -> tuple[str, None]:
    if not port_is_free(host, port):
        raise BelegtError(
            f"{host}:{port} is taken (perhaps by belegt itself). Use `belegt ui --port N`."
        )
    return f"{host}:{port} is free", None


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _language_model(settings: Settings) -> tuple[str, None]:
    """The endpoint that writes answers, if one is set; it is sent one word."""
    endpoint = open_endpoint(settings)
    if endpoint is None:
        return "none is set; answers are quotes, nothing leaves the machine", None
    try:
        seconds = endpoint.answers_in(settings.llm_first_seconds)
    except EndpointError as error:
        raise BelegtError(
            f"{endpoint.host}: {error} Answers are quotes; check llm_base_url, llm_model and key."
        ) from None
    open_line = "" if endpoint.is_private else "; the connection is not encrypted"
    return f"{endpoint.model} at {endpoint.host} answers in {seconds:.1f} s{open_line}", None


def _store(folder: Path) -> tuple[str, Store]:
    store = Store(folder)
    try:
        store.check_file()
    except BelegtError:
        store.close()
        raise
    if store.fingerprint() is None:
        store.close()
        raise NoIndexError(f"{folder}: nothing is indexed yet. Run `belegt sync FOLDER`.")
    counts = store.passage_counts()
    if store.meta("unfinished"):
        store.close()
        raise BelegtError(f"{folder}: the last sync did not finish. Run `belegt sync` again.")
    return f"{folder}: {len(counts)} documents, {sum(counts.values())} passages", store


def _fingerprint(store: Store, model: Encoder) -> tuple[str, None]:
    check_fingerprint(store, model)
    return "made with the model, chunker and analyser in use", None


def _texts(store: Store) -> tuple[str, None]:
    """Every passage and sentence is what stands at its place."""
    checked = 0
    for document in store.documents():
        text = store.text(document.revision)
        ids = store.passage_ids([document.path])
        passages = {passage.id: passage for passage in store.passages(ids)}
        wrong = [p for p in passages.values() if text is None or text[p.start : p.end] != p.text]
        outside = [
            s
            for i, own in store.sentences(ids).items()
            for s in own
            if not passages[i].start <= s.start < s.end <= passages[i].end
        ]
        if wrong or outside:
            raise BelegtError(
                f"{document.path}: {len(wrong) + len(outside)} places do not agree with the text."
                " Run `belegt sync --rebuild`."
            )
        checked += len(ids)
    return f"{checked} passages stand at their places", None


def _words(store: Store) -> tuple[str, None]:
    ids = store.passage_ids()
    missing = [i for i in ids if not store.word_forms([i]).get(i)]
    if missing:
        raise BelegtError(
            f"{len(missing)} passages have no word forms. Run `belegt sync --rebuild`."
        )
    return f"{len(ids)} passages have their word forms", None


def _vectors(store: Store) -> tuple[str, None]:
    """The published FAISS file against vectors computed anew from SQLite."""
    published = open_vectors(store)
    if not published.origin.startswith("gen-"):
        raise BelegtError(f"{published.origin}. Answers are right, but run `belegt sync`.")
    fresh = build_vectors(store, "check")
    ids, languages, matrix = store.passage_vectors()
    every = list(zip(matrix, languages, ids, strict=True))
    for row, language, passage in every[:: max(1, len(ids) // 200)]:
        centred = fresh.centres.centre(row, "passage", language)
        ours, theirs = fresh.search(centred, 5), published.search(centred, 5)
        same = np.allclose([s for _, s in ours], [s for _, s in theirs], atol=1e-3)
        if len(published) != len(ids) or not same:
            raise BelegtError(
                f"{published.origin} disagrees with the store at passage {passage}."
                f" Remove {store.folder / 'CURRENT'} and run `belegt sync`."
            )
    return f"{published.origin}: {len(published)} vectors agree with the store", None


def _files(store: Store) -> tuple[str, None]:
    failures = store.failures()
    if failures:
        path, reason = failures[0]
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        raise BelegtError(
            f"not indexed: {path} ({reason}){more}. Mend or remove, then `belegt sync`."
        )
    return "every file was read", None
