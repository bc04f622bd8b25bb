"""``python -m eval.bench.written``: answers in quotes and by a language model, side by side.

Asks the answerable questions of the shipped set on the sample documents, once without and once with
the model that ``BELEGT_LLM_BASE_URL`` and ``BELEGT_LLM_MODEL`` name. Keeps two runs in ``--work``,
for ``belegt compare``, and what the model said (``eval.bench.listening``); writes
``docs/written-answers.md`` and ``docs/checked-statements.md``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.listening import Listening
from eval.bench.written_page import write_pages
from eval.cases import Case, load_cases
from eval.oracles import Asker
from eval.provenance import corpus_of
from eval.run import run
from index.embedding import Encoder, load_encoder
from index.errors import BelegtError, SettingsError
from index.library import Library
from index.parsing import Direct
from index.settings import load_settings
from index.sync import sync
from qa.assistant import Assistant
from qa.values import Reply
from qa.wiring import assemble

ROOT = Path(__file__).resolve().parents[2]
SET = ROOT / "eval" / "sets" / "seeds.jsonl"
FITTED = ROOT / "eval" / "fit" / "data"
QUOTED, WRITTEN, MORE = "quoted", "written", "more"
SEED = 7


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.written", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "written")
    parser.add_argument("--questions", type=int, default=144, help="how many to ask at most")
    parser.add_argument("--more", type=int, default=1000, help="questions for statements alone")
    options = parser.parse_args()
    try:
        ask(options.work, sample(load_cases(SET), options.questions), more(options.more))
        quoted, written, others = (options.work / name for name in (QUOTED, WRITTEN, MORE))
        write_pages(quoted, written, others, ROOT / "docs")
    except BelegtError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


def sample(cases: Sequence[Case], count: int, seed: int = SEED) -> list[Case]:
    """``count`` answerable cases of every language and kind of question alike; a smaller sample is
    the beginning of a larger one."""
    rng = random.Random(seed)  # noqa: S311
    answerable = [case for case in cases if case.answerable]
    rng.shuffle(answerable)
    turns: Counter[tuple[str, ...]] = Counter()
    turn = {}
    for case in answerable:
        stratum = (case.language, *case.tags[:1])
        turn[case.id] = turns[stratum]
        turns[stratum] += 1
    return sorted(answerable, key=lambda case: (turn[case.id], case.language))[:count]


def more(count: int) -> list[Case]:
    """Answerable questions about the same documents on which ranking was fitted. Their answers are
    no figures, but what a model states in them can be read like any other."""
    files = [FITTED / "seeds.jsonl", FITTED / "seeds-more.jsonl"]
    return [case for file in files for case in load_cases(file) if case.answerable][:count]


def ask(work: Path, cases: Sequence[Case], others: Sequence[Case]) -> None:
    """Ask ``cases`` without and with the model of the settings, ``others`` with it alone.

    Raises:
        SettingsError: no model is set.
    """
    settings = load_settings(index=work / "index")
    encoder = load_encoder(settings.model, settings.cache, settings.threads)
    sync([ROOT / "seeds"], settings.index, encoder, parser=Direct())
    assistant = assemble(Library(settings.index, encoder), encoder, settings)
    try:
        if assistant.writer is None:
            raise SettingsError(
                "no language model is set; set BELEGT_LLM_BASE_URL and BELEGT_LLM_MODEL."
            )
        listening = Listening(assistant, work)
        asked: list[tuple[str, Asker, Sequence[Case]]] = [
            (QUOTED, _Quoting(assistant, encoder), cases),
            (WRITTEN, listening, cases),
            (MORE, listening, others),
        ]
        for name, asker, wanted in asked:
            shutil.rmtree(work / name, ignore_errors=True)
            if wanted:
                told = settings.model_dump(mode="json")
                run(asker, wanted, corpus_of(assistant.library), work / name, _say, settings=told)
    finally:
        assistant.close()


def _say(done: int, count: int) -> None:
    print(f"{done} of {count}", flush=True)


@dataclass(frozen=True, slots=True)
class _Quoting:
    """An assistant that leaves the model out."""

    assistant: Assistant
    encoder: Encoder

    def ask(self, question: str, /, **how: Any) -> Reply:
        return self.assistant.ask(question, word_for_word=True, **how)


if __name__ == "__main__":
    sys.exit(main())
