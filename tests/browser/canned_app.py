"""The real pages over a canned assistant and the tests' word encoder; no model is needed.

Started by ``conftest.py`` as ``streamlit run`` would start the page itself. ``CANNED_DELAY``
is what an answer takes, in seconds.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

from tests.fakes import WordEncoder  # noqa: E402
from ui.web import opening  # noqa: E402

if not hasattr(opening, "is_canned"):
    opening.is_canned = True
    encoder = WordEncoder()
    delay = float(os.environ.get("CANNED_DELAY", "0.4"))
    canned = runpy.run_path(str(ROOT / "tests/ui/conftest.py"))["CannedAssistant"]
    opening.load_encoder = lambda *_: encoder
    opening.assemble = lambda library, _encoder, _settings: canned(library, delay=delay)

runpy.run_path(str(ROOT / "ui/web/app.py"))
