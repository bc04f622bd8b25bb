"""A summary under the names that MTEB's results use, per direction as per subset there.

``de-en`` is a German question to English documents. Only figures of ranking have names in MTEB.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eval.runs import Run
from eval.values import DIRECTIONS, PARTS, Group, Summary

_KEYS = {
    "ndcg_at_10": "ndcg_at_10",
    "mrr_at_10": "mrr_at_10",
    "recall_at_5": "recall_at_5",
    "recall_at_10": "recall_at_10",
    "hit_rate_at_1": "hit_at_1",
    "hit_rate_at_3": "hit_at_3",
    "hit_rate_at_5": "hit_at_5",
    "hit_rate_at_10": "hit_at_10",
}
_MAIN = "ndcg_at_10"
_CODES = {"de": "deu-Latn", "en": "eng-Latn"}


def result(run: Run) -> str:
    """One task result; splits are the set's parts, or ``test`` where it has none."""
    about = run.summary.provenance
    parts = [part for part in PARTS if run.summary.group("overall", "overall", part)]
    splits = {part: _scores(run.summary, part) for part in parts}
    data = {
        "task_name": ", ".join(name for name, _ in about.files) or "belegt",
        "dataset_revision": about.data_sha256,
        "mteb_version": None,
        "scores": splits or {"test": _scores(run.summary, None)},
        "evaluation_time": sum(row.measures.wall_ms or 0 for row in run.rows) / 1e3,
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _scores(summary: Summary, part: str | None) -> list[dict[str, Any]]:
    groups = {name: summary.group("direction", name, part) for name in DIRECTIONS}
    return [_subset(name.split("->"), group) for name, group in groups.items() if group]


def _subset(languages: Sequence[str], group: Group) -> dict[str, Any]:
    scores: dict[str, Any] = {
        key: group.figures[name].value for key, name in _KEYS.items() if name in group.figures
    }
    about = {
        "hf_subset": "-".join(languages),
        "languages": [_CODES[code] for code in languages],
        "main_score": scores[_MAIN],
    }
    return about | scores
