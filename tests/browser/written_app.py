"""The real pages over the real assistant with the tests' word encoder and word checker.

``conftest.py`` starts it with an endpoint in ``BELEGT_LLM_BASE_URL``; every question is answered.
"""

import os
import runpy
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))
os.environ["BELEGT_ANSWER_THRESHOLD"] = "0"

from qa import wiring  # noqa: E402
from tests.fakes import WordChecker, WordEncoder  # noqa: E402
from ui.web import opening  # noqa: E402

if not hasattr(opening, "is_scripted"):
    opening.is_scripted = True
    encoder = WordEncoder()
    opening.load_encoder = lambda *_: encoder
    wiring.SupportChecker = lambda _: WordChecker()
    # the word encoder's ranking does not tell what is beside the question
    wiring.Limits = partial(wiring.Limits, beside=0.0)

runpy.run_path(str(ROOT / "ui/web/app.py"))
