"""A small real HTTP server that plays the endpoint of a language model, well or badly.

A script is a list of steps, one for each request: how to answer it. The server listens on a port
of 127.0.0.1 of its own and keeps what it was sent.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Request"], None]
"""Answers one request."""


@dataclass
class Request:
    """One request as it came, and the way back."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    handler: BaseHTTPRequestHandler

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def wants_json(self) -> bool:
        return "response_format" in self.body

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()


@dataclass
class Endpoint:
    """The running server; ``requests`` are those that came to the chat, in order. The last step is
    played again when the script is at its end."""

    url: str
    steps: list[Step]
    requests: list[Request] = field(default_factory=list)

    def play(self, *steps: Step) -> None:
        self.steps[:] = steps
        self.requests.clear()


@contextmanager
def served() -> Iterator[Endpoint]:
    """A server on a free port; its address is ``url``."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = Request(self.path, dict(self.headers), body, self)
            endpoint.requests.append(request)
            step = endpoint.steps[min(len(endpoint.requests), len(endpoint.steps)) - 1]
            with suppress(BrokenPipeError, ConnectionResetError):  # the reader has had enough
                step(request)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}/v1", [says("")])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# -- steps --------------------------------------------------------------------------------------


def event(content: str | None = None, end: str | None = None, **more: Any) -> bytes:
    """One server-sent event of a chat."""
    delta = {} if content is None else {"content": content}
    choices = [{"index": 0, "delta": delta, "finish_reason": end}]
    return encoded({"choices": choices} | more)


def encoded(data: dict[str, Any]) -> bytes:
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted"} | data
    return b"data: " + json.dumps(whole, ensure_ascii=False).encode() + b"\n\n"


def says(
    *pieces: str, pause: float = 0.0, end: str | None = "stop", tokens: int | None = None
) -> Step:
    """Streams pieces of text, then ends for the reason ``end``; None: it just falls silent."""

    def step(request: Request) -> None:
        request.head()
        for piece in pieces:
            request.write(event(piece))
            time.sleep(pause)
        if end is not None:
            request.write(event(end=end))
        if tokens is not None:
            usage = {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1}
            request.write(encoded({"choices": [], "usage": usage}))
        request.write(b"data: [DONE]\n\n")

    return step


def states(*statements: tuple[str, Sequence[int]], pause: float = 0.0) -> Step:
    """Answers in the form asked for: JSON or lines."""

    def step(request: Request) -> None:
        said = [
            f'{{"sources": {list(sources)}, "text": {json.dumps(text, ensure_ascii=False)}}}'
            if request.wants_json
            else f"{text} " + "".join(f"[{n}]" for n in sources) + "\n"
            for text, sources in statements
        ]
        if request.wants_json:
            ends = [", "] * (len(said) - 1) + [""] * bool(said)
            said = ['{"statements": [', *map("".join, zip(said, ends, strict=True)), "]}"]
        says(*said, pause=pause)(request)

    return step


def sends(data: bytes, *, cut: int = 0, kind: str = "text/event-stream", **headers: str) -> Step:
    """Sends bytes as they are, ``cut`` at a time (0: all at once)."""

    def step(request: Request) -> None:
        request.head(kind=kind, **headers)
        for at in range(0, len(data), cut or len(data) or 1):
            request.write(data[at : at + cut] if cut else data)

    return step


def fails(status: int, text: str = "", **headers: str) -> Step:
    """An HTTP error whose body repeats what was sent, as some servers' do."""

    def step(request: Request) -> None:
        request.head(status, "application/json", **headers)
        said = f"{text} {request.headers.get('authorization', '')} {request.prompt}"
        request.write(json.dumps({"error": {"message": said}}).encode())

    return step


def waits(seconds: float) -> Step:
    """Says nothing for a while, then hangs up."""

    def step(request: Request) -> None:
        request.head()
        time.sleep(seconds)

    return step


def without_schema(then: Step) -> Step:
    """A server that knows no JSON schema."""

    def step(request: Request) -> None:
        (fails(400, "response_format is not supported") if request.wants_json else then)(request)

    return step
