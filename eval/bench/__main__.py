"""``python -m eval.bench``: measure on the outside data and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from eval.bench import sources
from eval.bench.harness import Bench
from eval.bench.measuring import about, measure
from eval.bench.page import page
from eval.remembering import RememberingEncoder
from index.embedding import load_encoder
from index.errors import BelegtError
from index.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Exit 0 where all went well, and where there are no data to measure on."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=ROOT / "runs" / "bench", help="kept for repeats"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    data = Path(os.environ.pop(sources.VARIABLE, "") or sources.DEFAULT)
    if not sources.present(data):
        print(
            f"{data}: no benchmark data here, so nothing was measured. docs/benchmarks.md says where"
            f" they can be had; name their folder in {sources.VARIABLE}."
        )
        return 0
    try:
        options.out.write_text(written(data, options.work), encoding="utf-8", newline="\n")
    except BelegtError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    print(f"{options.out} is written")
    return 0


def written(data: Path, work: Path) -> str:
    """Measure everything with the model and the settings in use; the page."""
    started = time.perf_counter()
    settings = load_settings()
    encoder = load_encoder(settings.model, settings.cache, settings.threads)
    remembering = RememberingEncoder(encoder, work / "vectors.sqlite")
    try:
        bench = Bench(data, work, remembering, settings)
        return page(measure(bench, encoder), about(bench, started))
    finally:
        remembering.close()


if __name__ == "__main__":
    sys.exit(main())
