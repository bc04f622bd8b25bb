"""Every setting of belegt, read once: ``belegt.toml`` in the working folder, then ``BELEGT_*``.

Variables win over the file. An unknown key in either is an error, so that a typing mistake is
never a silently ignored wish.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, ValidationError
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
    threads: int = Field(2, ge=1, le=256, description="processor threads for the model")
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


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
        wanted = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsError(
            f"{name} = {first.get('input')!r}: {wanted}. Mend {FILE}, {PREFIX}{name.upper()} or the"
            f" option; docs/configuration.md lists all settings."
        ) from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"{FILE} cannot be read: {error}. Mend or remove the file.") from None
