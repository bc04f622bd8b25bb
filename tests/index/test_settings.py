"""Settings: a file, variables, options; what is unknown is never silently ignored."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from index.errors import SettingsError
from index.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _clean(settings: Settings) -> None:
    """Every test starts in an empty working folder, with no variable set."""


def test_every_setting_has_a_default_and_a_description() -> None:
    assert load_settings().index == Path(".belegt")
    assert all(field.description for field in Settings.model_fields.values())
    assert not any(field.is_required() for field in Settings.model_fields.values())


def test_variables_win_over_the_file_and_options_over_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("belegt.toml").write_text("port = 1001\nthreads = 3\nmax_quotes = 2\n")
    monkeypatch.setenv("BELEGT_PORT", "1002")
    monkeypatch.setenv("BELEGT_THREADS", "4")
    found = load_settings(port=1003, host=None)
    assert (found.port, found.threads, found.max_quotes) == (1003, 4, 2)
    assert found.host == "127.0.0.1"


def test_settings_are_frozen(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_a_file_may_be_empty() -> None:
    Path("belegt.toml").write_text("")
    assert load_settings().port == 8501


@pytest.mark.parametrize("name", ["BELEGT_MODELL", "BELEGT_", "belegt_indx"])
def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=rf"^{name}: no such setting"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modell = 'x'", ["modell", "no such setting"]),
        ("[ui]\nport = 1", ["ui", "no such setting"]),
        ("port = 0", ["port", "0", "greater than"]),
        ("port = 'x'", ["port", "'x'", "integer"]),
        ("interface_language = 'fr'", ["interface_language", "'fr'", "'de'"]),
        ("answer_threshold = 2", ["answer_threshold", "less than"]),
        ("port = ", ["belegt.toml", "cannot be read"]),
        ("port = 1\nport = 2", ["belegt.toml", "cannot be read"]),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_it(text: str, words: list[str]) -> None:
    Path("belegt.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [b"\xff\xfe", "host = 'ü'".encode("cp1252"), b"\x00"])
def test_a_file_that_is_no_text_is_one_line(data: bytes) -> None:
    Path("belegt.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=r"belegt\.toml cannot be read"):
        load_settings()


def test_a_folder_in_place_of_the_file_is_one_line_or_none() -> None:
    Path("belegt.toml").mkdir()
    assert load_settings().port == 8501


@pytest.mark.parametrize("value", ["", "abc", "-1", "70000"])
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("BELEGT_PORT", value)
    with pytest.raises(SettingsError, match=r"BELEGT_PORT"):
        load_settings()


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^port = 99999"):
        load_settings(port=99999)


# -- the key of an endpoint ---------------------------------------------------------------------

KEY = "sk-canary-4711"


def test_the_key_is_in_no_export_and_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELEGT_LLM_KEY", KEY)
    found = load_settings()
    assert found.llm_key is not None
    assert found.llm_key.get_secret_value() == KEY
    shown = f"{found!r} {found} {found.model_dump()} {found.model_dump_json()}"
    assert KEY not in shown
    assert "llm_key" not in found.model_dump()


@pytest.mark.parametrize(
    "text", [f"llm_key = '{KEY}'", f"llm_kee = '{KEY}'", f"llm_base_url = 'http://u:{KEY}@h/v1'"]
)
def test_a_key_in_the_file_is_refused_and_not_repeated(text: str) -> None:
    Path("belegt.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "llm_" in str(error.value)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8080", "ftp://h/v1", "file:///etc/passwd", "http://", "https://h/v1?key=x", "x"],
)
def test_an_address_must_be_one(address: str) -> None:
    with pytest.raises(SettingsError, match=r"^llm_base_url: .*wanted an address"):
        load_settings(llm_base_url=address)
