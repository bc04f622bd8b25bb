"""The door to a language model: what goes out, and whatever may come in."""

from __future__ import annotations

import gzip
import logging
import threading
import time
from pathlib import Path

import pytest

from index.errors import SettingsError
from index.settings import load_settings
from qa.endpoint import Endpoint, EndpointError, Manner, Wanted, open_endpoint
from tests.scripted_endpoint import Endpoint as Scripted
from tests.scripted_endpoint import event, fails, says, sends, served, waits

KEY = "sk-canary-4711"
SECRET = "Was verdient Eva Muster?"
SCHEMA = {"type": "object"}


def endpoint(scripted: Scripted, key: str = KEY) -> Endpoint:
    return Endpoint(scripted.url, "scripted", key)


def wanted(manner: Manner = "plain", text: str = SECRET) -> Wanted:
    return Wanted([{"role": "user", "content": text}], 50, manner, SCHEMA)


def fault_of(scripted: Scripted, seconds: float = 5.0, manner: Manner = "plain") -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        endpoint(scripted).complete(wanted(manner), seconds)
    return caught.value


def test_text_comes_whole(scripted: Scripted) -> None:
    scripted.play(says("Größe", ": ", "“5 €” 😀"))
    assert endpoint(scripted).complete(wanted(), 5) == "Größe: “5 €” 😀"
    sent = scripted.requests[0].body
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("scripted", 50, 0)
    assert "response_format" not in sent


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_characters_may_come_in_halves(scripted: Scripted, cut: int) -> None:
    data = event("Größe “5 €” 😀") + event(end="stop") + b"data: [DONE]\n\n"
    scripted.play(sends(data, cut=cut))
    assert endpoint(scripted).complete(wanted(), 10) == "Größe “5 €” 😀"


def test_a_schema_is_sent_in_its_manner_alone(scripted: Scripted) -> None:
    scripted.play(says("{}"))
    asked = endpoint(scripted)
    assert asked.manners == ("schema", "plain", "modern")
    asked.complete(wanted("schema"), 5)
    assert scripted.requests[0].body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert asked.manners == ("schema",)
    endpoint(scripted).complete(wanted("modern"), 5)
    assert not {"max_tokens", "temperature", "response_format"} & set(scripted.requests[1].body)
    assert scripted.requests[1].body["max_completion_tokens"] == 50


def test_only_what_http_needs_goes_out(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "secret-of-another-service")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: secret-of-another-service")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    scripted.play(says("ja"))
    for key in (KEY, ""):
        assert endpoint(scripted, key).complete(wanted(), 5) == "ja"
    with_key, without = (request.headers for request in scripted.requests)
    assert with_key["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in map(str.lower, without)
    assert "secret-of-another-service" not in str(with_key) + str(without)
    assert {name.lower() for name in without} <= {
        *("host", "accept", "accept-encoding", "connection"),
        *("user-agent", "content-length", "content-type"),
    }
    assert without["user-agent"] == "belegt"


def test_no_redirect_is_followed(scripted: Scripted) -> None:
    with served() as elsewhere:
        elsewhere.play(says("nein"))
        scripted.play(fails(307, Location=f"{elsewhere.url}/chat/completions"))
        assert fault_of(scripted).fault == "rejected"
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (fails(401), "rejected"),
        (fails(404), "rejected"),
        (fails(400), "form"),
        (fails(500), "rejected"),
        (sends(b"<html>Login</html>", kind="text/html"), "unreachable"),
        (sends(b"data: {half\n\n"), "malformed"),
        (sends(b"data: \xff\xfe\n\n"), "malformed"),
        (sends(b"data: [1, 2]\n\n"), "malformed"),
        (sends(b'data: {"choices": 5}\n\n'), "malformed"),
        (sends(b'data: {"choices": [{"delta": {"content": 5}}]}\n\n'), "malformed"),
        (sends(b'data: {"choices": [null]}\n\n'), "malformed"),
        (sends(b'data: {"error": {"message": "no"}}\n\n'), "malformed"),
        (sends(b"data: " + b"[" * 100_000 + b"\n\n"), "malformed"),
        (sends(b"x" * 5_000_000), "malformed"),
        (sends((b": " + b"x" * 10_000 + b"\n\n") * 500), "malformed"),
        (sends(gzip.compress(b"x" * 100_000_000), content_encoding="gzip"), "malformed"),
        (sends(b""), "unreachable"),
        (says("halb", end=None), "unreachable"),
        (says("lang", end="length"), "long"),
        (waits(0.0), "unreachable"),
    ],
)
def test_every_fault_is_one_line(scripted: Scripted, step: object, fault: str) -> None:
    scripted.play(step)  # type: ignore[arg-type]
    error = fault_of(scripted)
    assert error.fault == fault
    assert "\n" not in str(error)


def test_nothing_listens() -> None:
    with served() as gone:
        pass
    error = fault_of(gone, 8)
    assert error.fault == "unreachable"


@pytest.mark.parametrize(
    "step", [waits(9), says(*["x"] * 200, pause=0.05), fails(429, retry_after="30")]
)
def test_patience_ends(scripted: Scripted, step: object) -> None:
    scripted.play(step)  # type: ignore[arg-type]
    started = time.monotonic()
    assert fault_of(scripted, 0.3).fault == "slow"
    assert time.monotonic() - started < 5


def test_stop_ends_at_once_and_quietly(scripted: Scripted) -> None:
    scripted.play(says("eins", *["x"] * 200, pause=0.05))
    stop = threading.Event()
    pieces = []
    started = time.monotonic()
    for piece in endpoint(scripted).stream(wanted(), lambda: started + 9, stop):
        pieces.append(piece)
        stop.set()
    assert pieces == ["eins"]
    assert time.monotonic() - started < 5


def test_a_cut_prompt_is_noticed(scripted: Scripted) -> None:
    long = wanted("schema", "wort " * 8000)
    for tokens, fault in ((2048, "cut"), (12_000, None), (3, None)):
        scripted.play(says("{}", tokens=tokens))
        if fault is None:
            assert endpoint(scripted).complete(long, 5) == "{}"
        else:
            with pytest.raises(EndpointError, match="llm_context"):
                endpoint(scripted).complete(long, 5)


def test_it_says_how_long_a_word_takes(scripted: Scripted) -> None:
    scripted.play(fails(400), says("Hello"))
    assert 0 < endpoint(scripted).answers_in(5) < 5
    scripted.play(fails(401))
    with pytest.raises(EndpointError, match="401"):
        endpoint(scripted).answers_in(5)


@pytest.mark.parametrize(
    ("url", "private"),
    [("http://127.0.0.1:1/v1", True), ("https://h/v1", True), ("http://h/v1", False)],
)
def test_it_knows_who_can_listen(url: str, private: bool) -> None:
    assert Endpoint(url, "m").is_private == private


@pytest.mark.parametrize("status", [400, 401, 500])
def test_neither_key_nor_question_is_logged_or_told(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    with caplog.at_level(logging.DEBUG):
        scripted.play(fails(status))
        error = fault_of(scripted)
        scripted.play(says("geheime Antwort"))
        endpoint(scripted).complete(wanted(), 5)
    told = caplog.text + str(error) + repr(error.__cause__) + str(error.args)
    assert error.__suppress_context__
    for secret in (KEY, SECRET, "Eva Muster", "geheime Antwort"):
        assert secret not in told
    host = scripted.url.split("/")[2]
    assert f"{host} scripted: {len(SECRET)} characters sent, 15 received, " in caplog.text


# -- settings -----------------------------------------------------------------------------------


@pytest.fixture
def _set(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELEGT_LLM_BASE_URL", "https://models.example/v1/")
    monkeypatch.setenv("BELEGT_LLM_MODEL", "m")


def test_without_an_address_there_is_no_endpoint(settings: object) -> None:
    assert open_endpoint(load_settings(llm_model="m")) is None


def test_a_model_must_be_named(settings: object) -> None:
    with pytest.raises(SettingsError, match="BELEGT_LLM_MODEL"):
        open_endpoint(load_settings(llm_base_url="http://127.0.0.1:1/v1"))


@pytest.mark.usefixtures("_set")
def test_the_key_comes_from_a_variable_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_endpoint(load_settings())
    assert made is not None
    assert (made.host, made.base_url, made._key) == (
        "models.example",
        "https://models.example/v1",
        "",
    )
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    path.chmod(0o600)
    made = open_endpoint(load_settings(llm_key_file=path))
    assert made is not None
    assert made._key == KEY
    monkeypatch.setenv("BELEGT_LLM_KEY", "other")
    made = open_endpoint(load_settings(llm_key_file=path))
    assert made is not None
    assert made._key == "other"


@pytest.mark.usefixtures("_set")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text(KEY)
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        open_endpoint(load_settings(llm_key_file=path))
    assert KEY not in str(caught.value)


@pytest.mark.usefixtures("_set")
def test_a_key_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "bytes").chmod(0o600)
    for path in (tmp_path / "gone", tmp_path, tmp_path / "bytes"):
        with pytest.raises(SettingsError, match="no readable file"):
            open_endpoint(load_settings(llm_key_file=path))
