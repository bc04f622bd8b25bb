"""Nothing leaves the machine: with every door to the network watched and shut, all works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.settings import Settings
from tests.fakes import SEEDS

ROOT = Path(__file__).parents[1]
QUESTIONS = {
    "de": "Wie viele Partner hat die Digital Hub Initiative?",
    "en": "When was the Digital Hub Initiative launched?",
}

PROGRAM = """
import json, sys
from pathlib import Path

attempts = []
DOORS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
         "urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect")

def watch(event, args):
    if event in DOORS:
        attempts.append(f"{event} {args[1:]}")
        raise OSError(f"{event}: the network is shut")

sys.addaudithook(watch)

from index.embedding import load_encoder
from index.library import Library
from index.settings import load_settings
from index.sync import sync
from qa.serial import reply_to_json
from qa.wiring import assemble

folder, index, questions = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
settings = load_settings(index=index)
encoder = load_encoder(settings.model, settings.cache, settings.threads)
report = sync([Path(folder)], index, encoder)
assistant = assemble(Library(index, encoder), encoder, settings)
replies = [reply_to_json(assistant.ask(question)) for question in questions]
try:
    import socket
    socket.create_connection(("127.0.0.1", 9))
except OSError as error:
    shut = "the network is shut" in str(error)
print(json.dumps({"attempts": attempts[:-1], "shut": shut, "added": report.added,
                  "replies": replies}))
"""


@pytest.mark.slow
def test_sync_and_ask_without_a_network(tmp_path: Path, settings: Settings) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "BELEGT_"))}
    done = subprocess.run(
        [
            sys.executable,
            *("-c", PROGRAM),
            *(str(SEEDS), str(tmp_path / "index"), json.dumps(list(QUESTIONS.values()))),
        ],
        cwd=ROOT,
        env=kept | {"BELEGT_CACHE": str(settings.cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["shut"], "the watch itself does not work"
    assert found["attempts"] == []
    assert len(found["added"]) == 5
    for language, reply in zip(QUESTIONS, found["replies"], strict=True):
        assert reply["language"] == language
        assert reply["passages"]
        assert reply["text"]
