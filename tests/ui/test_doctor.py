"""The doctor finds what was broken on purpose and names what mends it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_encoder
from index.store import Store
from index.sync import sync
from tests.fakes import SEEDS
from tests.scripted_endpoint import Endpoint, fails, says
from tests.tiny_model import build_tiny_model
from ui import cli

Findings = dict[str, tuple[bool, str]]
Examine = Callable[[], tuple[int, Findings]]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def fresh(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("fresh") / "index"
    sync([SEEDS], index, load_encoder(str(tiny_model), index, 1))
    return index


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def index(fresh: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a fresh index, the one in use, to be broken."""
    for name in list(os.environ):
        if name.startswith("BELEGT_"):
            monkeypatch.delenv(name)
    shutil.copytree(fresh, tmp_path / ".belegt")
    monkeypatch.setenv("BELEGT_MODEL", str(tiny_model))
    monkeypatch.setenv("BELEGT_PORT", str(free_port()))
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".belegt"


@pytest.fixture
def examine(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Examine:
    """Run ``belegt doctor --json``: how it ended, and each finding by its check."""

    def run() -> tuple[int, Findings]:
        monkeypatch.setattr(sys, "argv", ["belegt", "doctor", "--json"])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert err == ""
        assert isinstance(ended.value.code, int)
        found = json.loads(out)
        assert all("\n" not in finding["text"] for finding in found)
        return ended.value.code, {f["check"]: (f["ok"], f["text"]) for f in found}

    return run


def wrong(findings: Findings) -> dict[str, str]:
    return {check: text for check, (ok, text) in findings.items() if not ok}


def only(done: tuple[int, Findings], check: str, *words: str) -> None:
    """Ended with 1; this check alone is wrong and says ``words``."""
    code, findings = done
    assert code == 1
    assert list(wrong(findings)) == [check], wrong(findings)
    for word in words:
        assert word in wrong(findings)[check]


def change(index: Path, *statements: str) -> None:
    connection = sqlite3.connect(index / "store.sqlite")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_all_is_well_with_a_fresh_index(examine: Examine) -> None:
    code, findings = examine()
    assert wrong(findings) == {}
    assert code == 0
    checks = ("model", "language profiles", "port", "language model", "index", "fingerprint")
    checks += ("texts", "words", "vectors", "files")
    assert tuple(findings) == checks


def test_it_prints_a_line_for_each_check(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (index / "CURRENT").unlink()
    monkeypatch.setattr(sys, "argv", ["belegt", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 1
    assert len(lines) == 10
    assert [line for line in lines if line.startswith("WRONG vectors: ")]


def test_no_index(examine: Examine, index: Path) -> None:
    shutil.rmtree(index)
    only(examine(), "index", "no index here", "belegt sync")


@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_a_damaged_vector_file(examine: Examine, index: Path, damage: str) -> None:
    place = index / (index / "CURRENT").read_text().split()[0] / "passages.faiss"
    data = bytearray(place.read_bytes())
    data[-5] ^= 1
    if damage == "delete":
        place.unlink()
    else:
        place.write_bytes(data if damage == "flip" else data[:100])
    only(examine(), "vectors", "passages.faiss", "belegt sync")


def test_no_current(examine: Examine, index: Path) -> None:
    (index / "CURRENT").unlink()
    only(examine(), "vectors", "belegt sync")


def test_vectors_of_another_state(examine: Examine, index: Path) -> None:
    store = Store(index, write=True)
    with store.transaction():
        store.remove_document(store.documents()[0].path)
    store.close()
    only(examine(), "vectors", "state", "belegt sync")


def test_what_it_names_mends_it(examine: Examine, index: Path, tiny_model: Path) -> None:
    (index / "CURRENT").write_text("gen-000009 nothing\n")
    assert examine()[0] == 1
    sync([SEEDS], index, load_encoder(str(tiny_model), index, 1))
    assert examine()[0] == 0


def test_a_sync_that_did_not_finish(examine: Examine, index: Path) -> None:
    change(index, "UPDATE meta SET value = '1' WHERE key = 'unfinished'")
    only(examine(), "index", "did not finish", "belegt sync")


def test_a_file_that_failed(examine: Examine, index: Path) -> None:
    change(index, "INSERT INTO failures VALUES ('leer.txt', 'the file is empty', '', '{}', '')")
    only(examine(), "files", "leer.txt", "empty", "belegt sync")


def test_another_model(
    examine: Examine,
    index: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    other = build_tiny_model(tmp_path_factory.mktemp("other"), seed=4)
    monkeypatch.setenv("BELEGT_MODEL", str(other))
    only(examine(), "fingerprint", "another embedding model", "belegt sync --rebuild")


def test_a_model_that_is_missing(
    examine: Examine, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELEGT_MODEL", "./fehlt")
    only(examine(), "model", "no such folder", "belegt.toml")


def test_a_model_that_is_damaged(
    examine: Examine,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(tiny_model, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"nothing")
    monkeypatch.setenv("BELEGT_MODEL", str(tmp_path / "model"))
    code, findings = examine()
    assert code == 1
    assert "model" in wrong(findings)


def test_a_port_that_is_taken(
    examine: Examine, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("BELEGT_PORT", str(taken.getsockname()[1]))
        only(examine(), "port", "is taken", "belegt ui --port")


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE passages SET text = text || 'x' WHERE id = 3", "texts"),
        ("UPDATE passages SET start = start + 1 WHERE id = 3", "texts"),
        ('UPDATE sentences SET "end" = "end" + 9999 WHERE passage_id = 3', "texts"),
        ("UPDATE revisions SET text = 'x' || text", "texts"),
        ("DELETE FROM words WHERE rowid = 3", "words"),
        ("UPDATE words SET forms = '' WHERE rowid = 3", "words"),
        ("UPDATE embedded SET vector = zeroblob(64) WHERE key NOT LIKE 'reference%'", "vectors"),
        ("UPDATE embedded SET vector = x'00'", "vectors"),
        ("DELETE FROM embedded", "vectors"),
        ("DELETE FROM passages WHERE id = 3", "vectors"),
        ("UPDATE meta SET value = '999' WHERE key = 'schema'", "index"),
        ("DELETE FROM meta WHERE key = 'fingerprint'", "index"),
    ],
)
def test_planted_inconsistencies(examine: Examine, index: Path, statement: str, check: str) -> None:
    change(index, "PRAGMA foreign_keys = OFF", statement)
    code, findings = examine()
    assert code == 1
    assert check in wrong(findings), wrong(findings)
    assert "belegt sync" in wrong(findings)[check]


@pytest.mark.parametrize("start", [0, 50, 4096, 20_000, 60_000, 200_000])
def test_a_damaged_store(examine: Examine, index: Path, start: int) -> None:
    place = index / "store.sqlite"
    data = bytearray(place.read_bytes())
    noise = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    place.write_bytes(data[:start] + noise + data[start + 3000 :])
    code, findings = examine()
    assert code == 1
    assert "belegt" in "".join(wrong(findings).values())


def test_the_language_model_is_asked(
    examine: Examine, scripted: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, findings = examine()
    assert findings["language model"] == (
        True,
        "none is set; answers are quotes, nothing leaves the machine",
    )
    monkeypatch.setenv("BELEGT_LLM_BASE_URL", scripted.url)
    monkeypatch.setenv("BELEGT_LLM_MODEL", "small")
    monkeypatch.setenv("BELEGT_LLM_KEY", "sk-canary-4711")
    scripted.play(says("Hello"))
    ok, text = examine()[1]["language model"]
    assert ok
    assert text.startswith(f"small at {scripted.url.split('/')[2]} answers in ")
    scripted.play(fails(401))
    ok, text = examine()[1]["language model"]
    assert not ok
    assert "HTTP 401" in text
    assert "llm_base_url" in text
    assert "canary" not in text
