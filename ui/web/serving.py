"""The command that serves the pages, with every option that keeps them private and quiet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).with_name("app.py")

OPTIONS: Final[dict[str, str]] = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "theme.light.primaryColor": "#1d5c83",
    "theme.dark.primaryColor": "#8cc4e8",
}
"""As in ``.streamlit/config.toml``, which Streamlit finds in the working folder only."""


def serve_command(host: str, port: int, app: Path = APP) -> list[str]:
    """The process that serves the pages; settings reach it as ``BELEGT_*`` variables."""
    chosen = {**OPTIONS, "server.address": host, "server.port": str(port)}
    options = [f"--{name}={value}" for name, value in chosen.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *options]
