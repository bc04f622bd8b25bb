"""Following folders: when something in them has changed and come to rest.

The system tells of changes (watchfiles); several that come close together are one, so a file that
is still being written is waited for. What the system cannot tell of (single files, which editors
replace; network drives) is looked at in short intervals or needs ``WATCHFILES_FORCE_POLLING=1``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from index.errors import IndexError_
from index.files import stamp

_REST_MS = 1000
_LONGEST_MS = 15_000
_TICK_MS = 2000


def follow(places: Sequence[Path], *, leave_out: Path) -> Iterator[bool]:
    """Yield True when files of the places have changed, False every few seconds without a change.

    Changes are told once they have rested for a second, after 15 at the latest. Hidden files and
    ``leave_out`` do not count. Ctrl-C comes through as ``KeyboardInterrupt``.

    Raises:
        IndexError_: a folder cannot be watched.
    """
    folders = [place.resolve() for place in places if place.is_dir()]
    files = [place for place in places if not place.is_dir()]
    never = leave_out.resolve()

    def counts(_: Change, changed: str) -> bool:
        path = Path(changed)
        if path.is_relative_to(never):
            return False
        inner = [path.relative_to(f).parts for f in folders if path.is_relative_to(f)]
        return any(not any(part.startswith(".") for part in parts) for parts in inner)

    before = _stamps(files)
    try:
        for changes in _watched(folders, counts):
            now = _stamps(files)
            yield bool(changes) or now != before
            before = now
    except (OSError, RuntimeError) as error:
        named = ", ".join(map(str, folders))
        raise IndexError_(
            f"{named}: cannot be watched: {error}. Sync without --watch, or set"
            " WATCHFILES_FORCE_POLLING=1."
        ) from None


def _watched(folders: Sequence[Path], counts: Callable[[Change, str], bool]) -> Iterator[object]:
    """What has changed, or nothing after a while."""
    if not folders:
        return iter(lambda: time.sleep(_TICK_MS / 1000), True)
    return watch(
        *folders,
        watch_filter=counts,
        debounce=_LONGEST_MS,
        step=_REST_MS,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )


def _stamps(files: Sequence[Path]) -> list[str]:
    return [stamp(os.stat(file)) if file.is_file() else "" for file in files]
