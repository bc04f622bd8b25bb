"""The only door to a language model: one OpenAI-compatible endpoint, named in the settings.

Nothing else is contacted: no redirect is followed, no proxy of the environment used, and of the
headers that the client library would send only those of HTTP and the key leave the machine. What
goes wrong is an ``EndpointError`` without a word of what the server said, which may repeat the
question or the key. The log gets one line per call: host, model, characters, milliseconds.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from index.errors import BelegtError, SettingsError
from index.settings import PREFIX, Settings

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI

log = logging.getLogger("belegt.endpoint")

Fault = Literal[
    "unreachable",  # no connection, or it broke off
    "rejected",  # an HTTP error: a wrong key or model, too many requests, a failing server
    "slow",  # longer than the settings allow
    "malformed",  # not what the protocol or the wanted format says
    "form",  # the server does not know the form of the request; another ``Manner`` may do
    "cut",  # the server has left out the start of the prompt
    "long",  # the reply has reached its most tokens and is not finished
]

Manner = Literal["schema", "plain", "modern"]
"""How to ask: for JSON of a schema; for text; for text with the names that newer hosted models know."""

Message = Mapping[str, str]

MOST_BYTES = 4_000_000
"""A longer reply of the server is malformed."""

POLL = 0.05
"""Seconds between looks at ``stop`` and the clock."""

_CONNECT, _RETRIES = 5.0, 1
_HEADERS = frozenset("accept connection content-length content-type host user-agent".split())
_NOT_UNDERSTOOD = (400, 415, 422, 501)
_CHARS_PER_TOKEN = 8  # more than any language needs; see ``_was_cut``
_SMALLEST_CONTEXT = 1000
_NOT_OURS = "the endpoint does not answer in the protocol of OpenAI."


class EndpointError(BelegtError):
    """The endpoint gave no usable reply; ``fault`` says how."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request: ``tokens`` are the most that the reply may take, ``schema`` is its JSON schema,
    needed for the manner of that name."""

    messages: Sequence[Message]
    tokens: int
    manner: Manner = "plain"
    schema: Mapping[str, Any] | None = None

    @property
    def chars(self) -> int:
        return sum(len(message["content"]) for message in self.messages)


class Endpoint:
    """Streams replies of one model; safe to use from several threads."""

    def __init__(self, base_url: str, model: str, key: str = "") -> None:
        self.base_url = base_url
        self.model = model
        self.known: Manner | None = None
        """The manner that the server has understood; learned from the first answer."""
        self._key = key

    @property
    def host(self) -> str:
        """Where texts go, for people: host and port."""
        return urlsplit(self.base_url).netloc

    @property
    def manners(self) -> tuple[Manner, ...]:
        """What to try, in order."""
        return (self.known,) if self.known else ("schema", "plain", "modern")

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read what is sent: it stays here or is encrypted."""
        address = urlsplit(self.base_url)
        return address.scheme == "https" or address.hostname in ("127.0.0.1", "localhost", "::1")

    def stream(
        self,
        wanted: Wanted,
        until: Callable[[], float],
        stop: threading.Event | None = None,
        spent: Callable[[int], None] | None = None,
    ) -> Iterator[str]:
        """The pieces of a reply as they come; ends early and quietly once ``stop`` is set.

        ``until`` gives the time, as ``time.monotonic`` counts it, at which patience ends; it is
        asked again and again and may change. ``spent`` is told the tokens of prompt and reply at
        the end, if the server tells them.

        Raises:
            EndpointError: there is no reply, or it ends badly; pieces may have come before.
        """
        call = _Call(self._client, self.model)
        try:
            for piece in call.run(wanted, until, stop):
                self.known = self.known or wanted.manner
                yield piece
            if spent and call.tokens:
                spent(call.tokens)
        except EndpointError as error:
            if error.fault == "form":
                self.known = None
            raise
        finally:
            call.left.set()
            log.info(
                "%s %s: %d characters sent, %d received, %d ms",
                *(self.host, self.model, wanted.chars, call.received),
                (time.monotonic() - call.started) * 1e3,
            )

    def complete(self, wanted: Wanted, seconds: float) -> str:
        """The whole reply.

        Raises:
            EndpointError: there is none within ``seconds``.
        """
        end = time.monotonic() + seconds
        return "".join(self.stream(wanted, lambda: end))

    def answers_in(self, patience: float) -> float:
        """Seconds until the model has said a word.

        Raises:
            EndpointError: it says none within ``patience`` seconds.
        """
        hello: list[Message] = [{"role": "user", "content": "Hello."}]
        started = time.monotonic()
        for manner in ("plain", "modern"):
            try:
                next(self.stream(Wanted(hello, 16, manner), lambda: started + patience), None)
            except EndpointError as error:
                if error.fault == "form" and manner == "plain":
                    continue
                raise
            break
        return time.monotonic() - started

    @cached_property
    def _client(self) -> OpenAI:
        """Made with first use: importing the library takes a while."""
        import httpx2
        from openai import DefaultHttpxClient, OpenAI

        return OpenAI(
            base_url=self.base_url,
            api_key=self._key or "none",
            admin_api_key="",
            organization="",
            project="",
            max_retries=_RETRIES,
            http_client=DefaultHttpxClient(
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(600, connect=_CONNECT),
                event_hooks={"request": [self._bare], "response": [_capped]},
            ),
        )

    def _bare(self, request: httpx2.Request) -> None:
        """Only what HTTP needs: nothing of the machine, nothing of other variables."""
        for name in [name for name in request.headers if name.lower() not in _HEADERS]:
            del request.headers[name]
        request.headers["user-agent"] = "belegt"
        request.headers["accept-encoding"] = "identity"
        if self._key:
            request.headers["authorization"] = f"Bearer {self._key}"


def open_endpoint(settings: Settings) -> Endpoint | None:
    """The endpoint of the settings; None where none is set.

    Raises:
        SettingsError: the model is not named, or its key cannot be used.
    """
    if not settings.llm_base_url:
        return None
    if not settings.llm_model:
        raise SettingsError(
            f"llm_base_url is set, but llm_model is not. Set {PREFIX}LLM_MODEL to the name of the"
            " model as the endpoint knows it."
        )
    return Endpoint(settings.llm_base_url, settings.llm_model, _key(settings))


def _key(settings: Settings) -> str:
    if settings.llm_key is not None:
        return settings.llm_key.get_secret_value().strip()
    path = settings.llm_key_file
    if path is None:
        return ""
    try:
        mode = path.stat().st_mode
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"llm_key_file = {path}: no readable file with a key.") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"llm_key_file = {path}: others may read it. Run `chmod 600 {path}`, and consider the"
            " key known."
        )
    return key


# -- one call -----------------------------------------------------------------------------------


class _Call:
    """A request in a thread of its own, so that neither a silent server nor an endless one holds
    up the reader: once ``left`` is set, the connection is closed with the next piece."""

    def __init__(self, client: OpenAI, model: str) -> None:
        self.left = threading.Event()
        self.received = 0
        self.tokens = 0
        self.started = time.monotonic()
        self._client = client
        self._model = model
        self._pieces: SimpleQueue[str | EndpointError | None] = SimpleQueue()

    def run(
        self, wanted: Wanted, until: Callable[[], float], stop: threading.Event | None
    ) -> Iterator[str]:
        threading.Thread(target=self._fetch, args=(wanted,), daemon=True).start()
        while not (stop and stop.is_set()):
            left = until() - time.monotonic()
            if left <= 0:
                raise EndpointError("slow", "the endpoint takes longer than the settings allow.")
            try:
                piece = self._pieces.get(timeout=min(left, POLL))
            except Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, EndpointError):
                raise piece
            self.received += len(piece)
            yield piece

    def _fetch(self, wanted: Wanted) -> None:
        try:
            with _faults():
                self._read(wanted)
        except EndpointError as error:
            self._pieces.put(error)
        finally:
            self._pieces.put(None)

    def _read(self, wanted: Wanted) -> None:
        ended = ""
        with self._client.chat.completions.create(**self._request(wanted)) as reply:
            for chunk in reply:
                if self.left.is_set():
                    return
                if piece := _content(chunk):
                    self._pieces.put(piece)
                if chunk.choices:
                    ended = chunk.choices[0].finish_reason or ended
                if chunk.usage is not None:
                    if _was_cut(wanted, chunk.usage.prompt_tokens):
                        raise EndpointError(
                            "cut", "the server has cut the prompt; lower llm_context."
                        )
                    self.tokens = int(chunk.usage.total_tokens or 0)
        if ended == "length":
            raise EndpointError("long", "the reply is longer than llm_answer_tokens.")
        if not ended:
            raise EndpointError("unreachable", "the endpoint broke off.")

    def _request(self, wanted: Wanted) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": list(wanted.messages),
            "stream": True,
        }
        if wanted.manner == "modern":
            return request | {"max_completion_tokens": wanted.tokens}
        request |= {"max_tokens": wanted.tokens, "temperature": 0}
        if wanted.manner == "schema":
            named = {"name": "reply", "strict": True, "schema": wanted.schema}
            request["response_format"] = {"type": "json_schema", "json_schema": named}
            request["stream_options"] = {"include_usage": True}
        return request


def _content(chunk: Any) -> str:
    """The text of a piece; some pieces have none."""
    choices = chunk.choices
    content = choices[0].delta.content if choices else None
    if content is not None and not isinstance(content, str):
        raise ValueError("content is no text")
    return content or ""


def _was_cut(wanted: Wanted, tokens: int | None) -> bool:
    """Whether the server counts fewer tokens than the prompt can have; Ollama cuts in silence.

    Small counts come from servers that leave out what they had in their cache.
    """
    return _SMALLEST_CONTEXT <= (tokens or 0) < wanted.chars / _CHARS_PER_TOKEN


def _capped(response: httpx2.Response) -> None:
    """A reply may be neither packed, as it could swell, nor without end."""
    import httpx2

    class Capped(httpx2.SyncByteStream):
        def __init__(self, inner: httpx2.SyncByteStream) -> None:
            self._inner = inner

        def __iter__(self) -> Iterator[bytes]:
            seen = 0
            for part in self._inner:
                seen += len(part)
                if seen > MOST_BYTES:
                    raise ValueError("the reply does not end")
                yield part

        def close(self) -> None:
            self._inner.close()

    if response.headers.get("content-encoding", "identity") != "identity":
        raise ValueError("a packed reply was not asked for")
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = Capped(response.stream)


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever the client raises, as one line of ours; ``from None``, as it may carry content."""
    import httpx2
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    try:
        yield
    except APIStatusError as error:
        fault: Fault = "form" if error.status_code in _NOT_UNDERSTOOD else "rejected"
        raise EndpointError(fault, f"the endpoint refuses: HTTP {error.status_code}.") from None
    except APITimeoutError:
        raise EndpointError("slow", "the endpoint does not answer in time.") from None
    except APIConnectionError as error:
        if isinstance(error.__cause__, ValueError):
            raise EndpointError("malformed", _NOT_OURS) from None
        raise EndpointError("unreachable", "the endpoint cannot be reached.") from None
    except (OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError, LookupError):
        raise EndpointError("malformed", _NOT_OURS) from None
    except RecursionError:
        raise EndpointError("malformed", _NOT_OURS) from None
