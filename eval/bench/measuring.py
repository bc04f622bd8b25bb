"""All benchmarks in one order; what has no data is left out."""

from __future__ import annotations

import json
import os
import time
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.bench import sources
from eval.bench.abstention import Tier, adversarial, off_topic, removed, ten_passages
from eval.bench.harness import Bench
from eval.bench.page import About, Measured
from eval.bench.ranking import directions, mixes
from eval.bench.speed import speed
from eval.importers.nomiracl import nomiracl
from eval.importers.squad import mixed, read_squad, single
from eval.provenance import PACKAGES
from eval.runs import load_run
from eval.values import Provenance
from index.embedding import Encoder


def measure(bench: Bench, encoder: Encoder | None) -> Measured:
    """Everything that there are data for; speed with ``encoder``, not where there is none."""
    named = [bench.data / name for name in sources.NOMIRACL]
    closed = ten_passages(bench, [file for file in named if file.is_file()])
    if not (bench.data / sources.XQUAD_DE).is_file():
        return Measured(tiers=tuple(closed))
    german = read_squad(bench.data / sources.XQUAD_DE)
    english = read_squad(bench.data / sources.XQUAD_EN)
    tiers: list[Tier] = []
    for squad in (german, english):
        tiers += [off_topic(bench, squad), removed(bench, squad)]
    near = bench.data / sources.NEAR_MISSES
    if near.is_file():
        tiers += [adversarial(bench, squad, english, near) for squad in (english, german)]
    pages = [page for file in named if file.is_file() for page in nomiracl(file).pages]
    pages += [page for squad in (german, english) for page in single(squad).pages]
    mix = mixed(german, english, "paragraphs")
    return Measured(
        mixes=mixes(bench, german, english),
        directions=directions(bench, german, english),
        tiers=(*tiers, *closed),
        speed=speed(bench, encoder, mix, pages) if encoder else None,
        ablation=_ablation(),
    )


def _ablation() -> Any:
    """What ``python -m eval.fit --ablation`` has found."""
    file = files("eval.fit").joinpath("ablation.json")
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def about(bench: Bench, started: float) -> About:
    """What the page says of the run; ``started`` is a ``time.perf_counter()``."""
    said = _provenance(bench.work)
    packages = (f"{name} {metadata.version(name)}" for name in ("bm25s", *PACKAGES[1:]))
    used = os.times()
    return About(
        date=said.date[:10] if said else "",
        commit=(said.commit or "unknown")[:12] if said else "unknown",
        versions=", ".join(packages),
        data=sources.digest(bench.data),
        missing=tuple(sources.missing(bench.data)),
        wall_minutes=(time.perf_counter() - started) / 60,
        cpu_minutes=(used.user + used.system + used.children_user + used.children_system) / 60,
    )


def _provenance(work: Path) -> Provenance | None:
    """What the last of the runs says of itself."""
    runs = sorted(work.glob("*/run/summary.json"), key=lambda path: path.stat().st_mtime)
    return load_run(runs[-1].parent).summary.provenance if runs else None
