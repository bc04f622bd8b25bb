"""``python -m eval.figures SET README.md``: ask a set and write its figures between two marks.

The page must hold ``<!-- figures -->`` and ``<!-- /figures -->``; what lies between is replaced, so
that no figure in the papers is typed by hand.
"""

from __future__ import annotations

import argparse
import platform
import re
from pathlib import Path

from eval.report import markdown
from eval.run import evaluate
from eval.values import Summary
from index.errors import BelegtError
from index.settings import load_settings
from qa.wiring import open_assistant

_BETWEEN = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.figures", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--part", default="test")
    options = parser.parse_args()
    assistant = open_assistant(load_settings())
    try:
        summary = evaluate(assistant, assistant.library, [options.questions])
    finally:
        assistant.close()
    write(options.page, summary, options.questions, options.part)


def write(page: Path, summary: Summary, questions: Path, part: str) -> None:
    """Replace the figures of a page.

    Raises:
        BelegtError: the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    if not _BETWEEN.search(text):
        raise BelegtError(f"{page}: no <!-- figures --> … <!-- /figures --> to write between.")
    command = f"python -m eval.figures {questions.as_posix()} {page.as_posix()} --part {part}"
    note = (
        f"Part `{part}` of `{questions.as_posix()}`; made by `{command}`, Python"
        f" {platform.python_version()}.\n\n"
    )
    body = note + markdown(summary, part)
    page.write_text(_BETWEEN.sub(lambda m: m[1] + body + m[2], text), encoding="utf-8")


if __name__ == "__main__":
    main()
