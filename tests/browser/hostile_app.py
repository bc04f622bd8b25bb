"""The real pages over documents and replies that are as hostile as they come.

``hostile.txt`` in the working folder holds one string in each line, as JSON.
"""

import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

from tests.fakes import WordEncoder  # noqa: E402
from ui.web import opening  # noqa: E402

if not hasattr(opening, "is_canned"):
    opening.is_canned = True
    strings = [json.loads(line) for line in Path("hostile.txt").read_text("utf-8").splitlines()]
    canned = runpy.run_path(str(ROOT / "tests/ui/conftest.py"))
    documents = sorted(path.name for path in Path("documents").glob("*.txt"))

    class Hostile(canned["CannedAssistant"]):
        """Question ``n`` is answered with the quote of document ``n``; all other words are hostile."""

        def ask(self, question, **given):
            number = int(question.split()[0])
            quote = Path("documents", documents[number]).read_text("utf-8")
            canned["QUOTES"].clear()
            canned["QUOTES"]["frage"] = ((documents[number], quote),)
            reply = super().ask(question, **given)
            text = strings[number]
            if number % 3 == 0 or not hasattr(reply, "sentences"):
                return replace(reply, understood=text)
            sentences = (*reply.sentences, replace(reply.sentences[0], text=text, supported=False))
            return replace(
                reply,
                text=f"{reply.text}\n\n{text}",
                sentences=sentences,
                mode="generated",
                model=text,
                notice=text,
                understood=text,
            )

        def examples(self, language):
            return strings[:3]

    opening.load_encoder = lambda *_: WordEncoder()
    opening.assemble = lambda library, _encoder, _settings: Hostile(library)

runpy.run_path(str(ROOT / "ui/web/app.py"))
