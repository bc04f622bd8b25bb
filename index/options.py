"""What a sync takes and at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from index import readers
from index.changes import Reading
from index.files import Wanted
from index.parsing import Limits
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """``library`` is a folder that is synced besides those named, if it is there; ``asides`` also
    searches what is usually left out: menus, forms, running headers."""

    wanted: Wanted = field(default_factory=Wanted)
    limits: Limits = field(default_factory=Limits)
    library: Path | None = None
    asides: bool = False

    @property
    def reading(self) -> Reading:
        return Reading(f"{readers.VERSION}{'+' if self.asides else ''}", self.limits)


def options_of(settings: Settings) -> Options:
    """The options that the settings ask for."""
    return Options(
        Wanted(settings.include, settings.exclude),
        Limits(settings.max_file_mb, settings.parse_seconds, settings.parse_memory_mb),
        settings.library,
        settings.search_asides,
    )


def default_places(settings: Settings) -> list[Path]:
    """What is synced when nothing is named; a library of uploads can do without other folders."""
    if not settings.documents.exists() and settings.library.is_dir():
        return []
    return [settings.documents]
