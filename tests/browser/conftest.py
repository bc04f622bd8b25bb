"""One real browser and the real servers, shared by all browser tests of a session.

A test takes ``page``: the ask page over ``place``, the documents that all modules share. A module
that counts or changes what others rely on defines a ``place`` of its own and gets a server of its
own with it. What is shared only grows: no test may rely on what another has not added.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.sync import sync
from tests.fakes import SEEDS, WordEncoder
from tests.index.pdf_files import lines, pdf
from ui.serving import PAGE, command
from ui.wording import words

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DE = words("de")
PATIENCE = 30_000
"""Milliseconds; a busy machine is no failing test."""

HOSTILE = (
    "Der Titel\n\nDer reguläre Ticketpreis beträgt 90 EUR.\n\n"
    "<script>alert(1)</script> <img src=http://evil.example/a.png onerror=alert(2)>"
    " ![x](http://evil.example/b.png) $5 und $7 :red[rot] javascript:alert(3) \u202eumgekehrt\n"
)

Serve = Callable[..., str]
"""``serve(place, app="canned_app.py", **variables)``: the address of the pages over a folder with
``documents`` and ``index``; started when first asked for, ended with the session."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    servers: dict[Path, tuple[str, subprocess.Popen[bytes]]] = {}

    def serving(place: Path, app: str = "canned_app.py", **variables: str) -> str:
        if place not in servers:
            servers[place] = _start(place, HERE / app, variables)
        return servers[place][0]

    yield serving
    for _, server in servers.values():
        server.terminate()
    for place, (_, server) in servers.items():
        _end(server)
        assert "Traceback" not in (place / "server.log").read_text(encoding="utf-8")


def _start(
    place: Path, app: Path, variables: dict[str, str]
) -> tuple[str, subprocess.Popen[bytes]]:
    """The server on a free port, in a folder that is not the repository's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = {
        "BELEGT_INDEX": place / "index",
        "BELEGT_DOCUMENTS": place / "documents",
        "BELEGT_LIBRARY": place / "library",
    }
    environment = {**os.environ, **{name: str(v) for name, v in names.items()}, **variables}
    serve = [str(app) if word == str(PAGE) else word for word in command("127.0.0.1", port)]
    serve += _look()
    with (place / "server.log").open("wb") as log:
        server = subprocess.Popen(serve, cwd=place, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health")
    except BaseException:
        server.kill()
        raise
    return address, server


def _end(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _look() -> list[str]:
    """The colours, which Streamlit reads from beside its script, as options."""
    theme = tomllib.loads((PAGE.parent / ".streamlit/config.toml").read_text("utf-8"))["theme"]
    return [f"--theme.{mode}.{k}={v}" for mode, given in theme.items() for k, v in given.items()]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"no server at {url}")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of documents, one of them hostile, and their index."""
    root = tmp_path_factory.mktemp("browser")
    documents = root / "documents"
    shutil.copytree(SEEDS, documents)
    (documents / "004_5dc85f08f181f95f.txt").write_text(HOSTILE, encoding="utf-8")
    # the first by name, so that its passages are those that a refusal shows
    study = [
        lines(["Preface", "", "This study describes the port."], y=640),
        lines(["The ferry runs daily."]),
    ]
    (documents / "000_0.pdf").write_bytes(pdf(study, labels="/PageLabels<</Nums[0<</S/r>>]>>"))
    sync([documents], root / "index", WordEncoder())
    return root


@pytest.fixture
def address(serve: Serve, place: Path) -> str:
    return serve(place)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    playwright_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    playwright_api.expect.set_options(timeout=PATIENCE)
    with playwright_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def german(browser):
    """One browser profile for all tests, so that the scripts of the page are loaded once."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(german, address):
    """A tab of its own; at the end no dialog, and no request to another host, was seen."""
    tab = german.new_page()
    tab.set_default_timeout(PATIENCE)
    hosts, dialogs = set(), []
    tab.on("request", lambda request: hosts.add(request.url))
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.goto(address)
    tab.get_by_role("heading", name=DE("ask_heading")).wait_for()
    yield tab
    tab.close()
    allowed = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in sorted(hosts) if not url.startswith(allowed)] == []
    assert dialogs == []
