"""A short cut of the fuzzing; the whole of it is ``python -m tests.index.fuzz_readers``."""

from __future__ import annotations

import pytest

from tests.index.fuzz_readers import (
    ENDINGS,
    FORMATS,
    check,
    check_offsets,
    damaged,
    read_file,
    seeds,
)

COUNT = 150


@pytest.mark.parametrize("format", FORMATS)
def test_good_files_are_read(format: str) -> None:
    for data in seeds(format):
        found = read_file(f"a.{ENDINGS.get(format, format)}", data)
        assert found.format == format
        check_offsets(found)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_damaged_files_are_read_or_refused(format: str) -> None:
    outcomes = {check(format, damaged(format, 1, number)) for number in range(COUNT)}
    assert outcomes <= {True, False}
    assert True in outcomes
