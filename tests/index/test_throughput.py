"""What a folder of many small files costs when nothing in it has changed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from index.parsing import Direct
from index.sync import sync
from tests.fakes import WordEncoder
from tests.index.throughput import spent

pytestmark = pytest.mark.slow


def test_a_thousand_unchanged_files_take_less_than_two_seconds(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    for number in range(1000):
        (folder / f"{number}.txt").write_text(f"Satz {number} von einer Brücke.", "utf-8")
    sync([folder], tmp_path / "index", encoder, parser=Direct())
    time.sleep(3)  # stamps of files that have just changed are not trusted
    sync([folder], tmp_path / "index", encoder, parser=Direct())
    cost, report = spent(lambda: sync([folder], tmp_path / "index", encoder))
    assert len(report.unchanged) == 1000
    assert cost.processor < 2
