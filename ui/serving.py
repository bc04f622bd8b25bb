"""How the pages are served: the Streamlit command line, offline and on this machine only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from index.errors import BelegtError
from index.settings import PREFIX, Settings
from ui.doctor import port_is_free

PAGE = Path(__file__).parent / "web" / "app.py"
_TRIED = 20

_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    # Over all objects of the model too, after every click: more work than answering.
    "runner.postScriptGC": "false",
    # What its menu offers (print, record the screen, choose colours) the browser has in every language.
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
}


def command(host: str, port: int) -> list[str]:
    """The command that serves the pages; its options win over any Streamlit configuration."""
    options = _OPTIONS | {"server.address": host, "server.port": str(port)}
    words = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(PAGE), *words]


def environment(settings: Settings) -> dict[str, str]:
    """The settings in force, handed on; nothing asks a model hub or reports usage."""
    given = {
        PREFIX + "INDEX": str(settings.index.absolute()),
        PREFIX + "DOCUMENTS": str(settings.documents.absolute()),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    return os.environ | given


def find_port(host: str, port: int, *, fixed: bool) -> int:
    """``port``, or the next free one if it was not asked for by name.

    Raises:
        BelegtError: the port asked for is taken, or none near it is free.
    """
    for candidate in range(port, port + (1 if fixed else _TRIED)):
        if candidate <= 65535 and port_is_free(host, candidate):
            return candidate
    raise BelegtError(f"{host}:{port} is taken. Choose another: `belegt ui --port N`.")
