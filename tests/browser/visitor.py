"""One person's tab without a browser: it speaks to the server as Streamlit's own page does.

Ten real browsers would need more processor than the server that they are to measure.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterable
from contextlib import ExitStack

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

_LARGE = 2**26
_QUESTION = re.compile(r'<div class="b-question"[^>]*><bdi>(.*?)</bdi>', re.DOTALL)
_QUOTE = re.compile(r'<blockquote class="b-quote"[^>]*>(.*?)</blockquote>', re.DOTALL)


class Visitor:
    """A session of the pages at ``address``; ``fragments`` are the HTML that the last run left on the
    page, by place, and ``query`` the parameters of the page's address."""

    def __init__(self, address: str, query: str = "", patience: float = 120.0) -> None:
        self._patience = patience
        self._known: dict[str, ForwardMsg] = {}
        self._box = ""
        self.query = query
        self.fragments: dict[tuple[int, ...], str] = {}
        self.faults: list[str] = []
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._open = ExitStack()
        opening = connect(url, subprotocols=["streamlit"], max_size=_LARGE)  # type: ignore[list-item]
        self._socket = self._open.enter_context(opening)
        self._run(BackMsg())

    def close(self) -> None:
        self._open.close()

    def ask(self, question: str) -> float:
        """Type a question; seconds until the page with its reply is complete."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.chat_input_value.data = self._box, question
        began = time.monotonic()
        self._run(message)
        return time.monotonic() - began

    def questions(self) -> list[str]:
        """The questions on the page, from the top."""
        return _texts(_QUESTION, self.fragments.values())

    def quotes(self) -> list[str]:
        """The quotes on the page, from the top."""
        return _texts(_QUOTE, self.fragments.values())

    def _run(self, message: BackMsg) -> None:
        """Have the script run, to its end; a run that another one replaces is none."""
        message.rerun_script.query_string = self.query
        message.rerun_script.context_info.locale = "de-DE"
        self._socket.send(message.SerializeToString())
        self.fragments = {}
        while True:
            received = self._receive()
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.fragments = {}
            elif kind == "page_info_changed":
                self.query = received.page_info_changed.query_string
            elif kind == "delta":
                self._take(received)
            elif kind == "script_finished":
                if received.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return
                if received.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise AssertionError("the page does not compile")

    def _receive(self) -> ForwardMsg:
        received = ForwardMsg()
        received.ParseFromString(self._socket.recv(self._patience))
        if received.WhichOneof("type") == "ref_hash":
            known = ForwardMsg()
            known.CopyFrom(self._known[received.ref_hash])
            known.metadata.CopyFrom(received.metadata)
            return known
        if received.hash:
            self._known[received.hash] = received
        return received

    def _take(self, received: ForwardMsg) -> None:
        element = received.delta.new_element
        match element.WhichOneof("type"):
            case "html":
                self.fragments[tuple(received.metadata.delta_path)] = element.html.body
                if 'class="b-fault"' in element.html.body:
                    self.faults.append(element.html.body)
            case "exception":
                self.faults.append(element.exception.message)
            case "chat_input":
                self._box = element.chat_input.id


def _texts(pattern: re.Pattern[str], fragments: Iterable[str]) -> list[str]:
    return [html.unescape(found) for body in fragments for found in pattern.findall(body)]
