"""An assistant whose language model is listened to: what it was asked, what it said, and when.

What the model has said once is kept and said again at once, so that a changed check or another way
to show an answer is measured without waiting for the model.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.endpoint import Endpoint, EndpointError, Wanted
from qa.statements import DraftParser
from qa.values import Answer, Reply

HEARD, REPLIES = "heard.jsonl", "replies.jsonl"


class HeardEndpoint(Endpoint):
    """An endpoint that keeps what it replies in a file.

    Of the last call: ``pieces`` with the time of ``monotonic`` at which each came, and ``seconds``
    that the model took for it when it was asked.
    """

    def __init__(self, inner: Endpoint, file: Path) -> None:
        super().__init__(inner.base_url, inner.model)
        self.pieces: list[tuple[float, str]] = []
        self.seconds = 0.0
        self._inner = inner
        self._file = file
        self._kept: dict[str, Any] = {line["key"]: line for line in read_lines(file)}

    def stream(
        self,
        wanted: Wanted,
        until: Callable[[], float],
        stop: threading.Event | None = None,
        spent: Callable[[int], None] | None = None,
    ) -> Iterator[str]:
        self.pieces = []
        key = _key(self.model, wanted)
        if key not in self._kept:
            yield from self._live(key, wanted, until)
        else:
            for piece in self._kept[key]["pieces"]:
                self.pieces.append((time.monotonic(), piece))
                yield piece
            if fault := self._kept[key].get("fault"):
                raise EndpointError(fault, "the reply ended badly when it was recorded.")
        self.seconds = self._kept[key]["seconds"]
        if spent:
            spent(self._kept[key]["tokens"])

    def _live(self, key: str, wanted: Wanted, until: Callable[[], float]) -> Iterator[str]:
        """What the model says, to its end even where nobody listens any more; then it is kept."""
        started, tokens = time.monotonic(), [0]
        coming = self._inner.stream(wanted, until, spent=tokens.append)
        try:
            for piece in coming:
                self.pieces.append((time.monotonic(), piece))
                yield piece
        except GeneratorExit:
            self.pieces += [(time.monotonic(), piece) for piece in coming]
            raise
        finally:
            if tokens[-1]:  # the server has counted, so this was the end
                self._keep(key, time.monotonic() - started, tokens[-1])

    def _keep(self, key: str, seconds: float, tokens: int) -> None:
        pieces = [piece for _, piece in self.pieces]
        line = {"key": key, "seconds": round(seconds, 1), "tokens": tokens, "pieces": pieces}
        self._kept[key] = line
        _append(self._file, line)


def _key(model: str, wanted: Wanted) -> str:
    asked = json.dumps([model, wanted.manner, wanted.tokens, wanted.messages], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


class Listening:
    """Asks an assistant that has a writer; a line of JSON in ``REPLIES`` for each question."""

    def __init__(self, assistant: Assistant, work: Path) -> None:
        if assistant.writer is None:
            raise ValueError("no language model writes for this assistant; wanted one that does.")
        self.encoder = assistant.encoder
        self._assistant = assistant
        self._heard = HeardEndpoint(assistant.writer.endpoint, work / HEARD)
        assistant.writer.endpoint = self._heard
        self._file = work / REPLIES
        self._file.write_text("", encoding="utf-8")

    def ask(self, question: str, /, **how: Any) -> Reply:
        started = time.monotonic()
        shown: list[float] = []
        self._heard.pieces, self._heard.seconds = [], 0.0
        reply = self._assistant.ask(
            question, on_partial=lambda _: shown.append(time.monotonic()), **how
        )
        line = {
            "question": question,
            "language": reply.language,
            "notice": reply.notice if isinstance(reply, Answer) else "",
            "pieces": [[round(at - started, 3), text] for at, text in self._heard.pieces],
            "model_seconds": self._heard.seconds,
            "shown": [round(at - started, 3) for at in shown],
        }
        _append(self._file, line)
        return reply


def drafts(line: Mapping[str, Any]) -> int:
    """How many statements the model wrote."""
    parser = DraftParser(line["language"])
    return sum(len(parser.feed(piece)) for _, piece in line["pieces"]) + len(parser.finish())


def delay(line: Mapping[str, Any]) -> float | None:
    """Seconds from the model's first complete statement to the first that was shown; None where
    none was."""
    parser = DraftParser(line["language"])
    complete = [at for at, piece in line["pieces"] for _ in parser.feed(piece)]
    return line["shown"][0] - complete[0] if line["shown"] and complete else None


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of JSON in a file; none where there is no file."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return list(map(json.loads, lines))


def _append(file: Path, line: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
