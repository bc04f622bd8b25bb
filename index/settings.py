"""Every setting of belegt, read once: ``belegt.toml`` in the working folder, then ``BELEGT_*``.

Variables win over the file. An unknown key in either is an error, so that a typing mistake is
never a silently ignored wish.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError

PREFIX = "BELEGT_"
FILE = Path("belegt.toml")


class Settings(BaseSettings):
    """Frozen; every field has a default that works on a laptop with no network."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True
    )

    index: Path = Field(Path(".belegt"), description="folder of the index")
    documents: Path = Field(
        Path("seeds"), description="folder that `sync` reads when none is named"
    )
    model: str = Field(
        "bundled",
        description="`bundled`, a sentence-transformers folder, or the name of a model on a hub",
    )
    cache: Path = Field(
        default_factory=lambda: user_cache_path("belegt", appauthor=False),
        description="where the bundled model is unpacked",
    )
    threads: int = Field(
        2, ge=1, le=256, description="processors for the model, one for each of its passes"
    )
    interface_language: Literal["auto", "de", "en"] = Field(
        "auto", description="language of the pages; `auto` follows the browser"
    )
    answer_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="answer when the probability that the documents answer is at least this;"
        " unset: the calibrated value",
    )
    max_quotes: int = Field(3, ge=1, le=5, description="most passages quoted in one answer")
    max_question_chars: int = Field(4000, ge=100, description="longer questions are refused")
    include: tuple[str, ...] = Field(
        (), description="patterns such as `*.pdf`: only files that fit one are taken"
    )
    exclude: tuple[str, ...] = Field(
        (), description="patterns such as `drafts/*`: files that fit one are left out"
    )
    library: Path = Field(
        Path("library"), description="folder for uploaded files; always synced, if it is there"
    )
    search_asides: bool = Field(
        False, description="also search menus, forms, running headers and tables of contents"
    )
    max_file_mb: float = Field(50, gt=0, description="larger files are reported and left out")
    parse_seconds: float = Field(60, gt=0, description="seconds for reading one file")
    parse_memory_mb: int = Field(1500, ge=100, description="memory for reading one file")
    host: str = Field("127.0.0.1", description="address the pages are served on")
    port: int = Field(8501, ge=1, le=65535, description="port the pages are served on")
    llm_base_url: str = Field(
        "",
        description="OpenAI-compatible endpoint of a language model that writes the answers, such as"
        " `http://127.0.0.1:8080/v1`; empty: no model, nothing leaves the machine",
    )
    llm_model: str = Field("", description="name of the model, as the endpoint knows it")
    llm_key: SecretStr | None = Field(
        None, exclude=True, description="key of the endpoint; as a variable only, never in a file"
    )
    llm_key_file: Path | None = Field(
        None, description="file that holds the key and that its owner alone may read"
    )
    llm_context: int = Field(
        4096,
        ge=1024,
        description="tokens that question, sentences and answer may take together; not more than the"
        " server is set to, which may cut silently",
    )
    llm_answer_tokens: int = Field(500, ge=50, description="most tokens of an answer")
    llm_first_seconds: float = Field(
        45, gt=0, description="seconds to wait for the first statement; then quotes are shown"
    )
    llm_seconds: float = Field(120, gt=0, description="seconds for the whole answer")
    llm_unsupported: Literal["drop", "mark"] = Field(
        "drop", description="what becomes of statements that their evidence does not bear out"
    )

    @field_validator("llm_base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("wanted an address such as http://127.0.0.1:8080/v1")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("wanted an address without user, password and query")
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _File(settings_cls)


class _File(TomlConfigSettingsSource):
    """``belegt.toml``, which others may read and which is often shared: no place for a key."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if "llm_key" in found:
            raise SettingsError(
                f"llm_key stands in {FILE}, wanted it elsewhere. Take it out; set {PREFIX}LLM_KEY,"
                " or name a file that holds it as llm_key_file."
            )
        return found


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; ``overrides`` (command-line options that are not None) win over all.

    Raises:
        SettingsError: an unknown key or a value out of range, with its name.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        k for k in os.environ if k.upper().startswith(PREFIX) and k.upper() not in known
    )
    if unknown:
        raise SettingsError(f"{unknown[0]}: no such setting; known are {', '.join(sorted(known))}.")
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        unknown_key = first["type"] == "extra_forbidden"
        wanted = "no such setting" if unknown_key else first["msg"]
        # What is not known, or is an address with a password, may be a secret.
        secret = unknown_key or name.startswith("llm_")
        seen = "" if secret else f" = {first.get('input')!r}"
        raise SettingsError(
            f"{name}{seen}: {wanted}. Mend {FILE}, {PREFIX}{name.upper()} or the"
            f" option; docs/configuration.md lists all settings."
        ) from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{FILE} cannot be read: {error}. Mend or remove the file.") from None
