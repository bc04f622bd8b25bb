"""``python -m eval.figures SET PAGE...``: ask a set and write its figures into pages.

All tables go between ``<!-- figures -->`` and ``<!-- /figures -->``, the few that a reader wants first
between ``<!-- few figures en -->`` and ``<!-- /few figures en -->``, or ``de``. What lies between is
replaced, so that no figure in the papers is typed by hand.
"""

from __future__ import annotations

import argparse
import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.report import markdown
from eval.run import evaluate
from eval.values import DIRECTIONS, Group, Summary
from index.errors import BelegtError
from index.settings import load_settings
from index.values import Language
from qa.wiring import open_assistant

_FEW: dict[Language, tuple[tuple[str, ...], str, str]] = {
    "en": (
        (
            "question → passage",
            "questions",
            "right passage first",
            "among the first five",
            "evidence cited",
            "citations valid",
        ),
        "all",
        "Of {none} unanswerable questions {wrong} got an answer all the same, of {some} answerable ones"
        " {refused} were refused (balanced accuracy {balanced}, AUROC {auroc}).",
    ),
    "de": (
        (
            "Frage → Passage",
            "Fragen",
            "richtige Passage zuerst",
            "unter den ersten fünf",
            "Beleg zitiert",
            "Zitate gültig",
        ),
        "alle",
        "Von {none} unbeantwortbaren Fragen bekamen {wrong} trotzdem eine Antwort, von {some} beantwortbaren"
        " wurden {refused} abgelehnt (balanced accuracy {balanced}, AUROC {auroc}).",
    ),
}
_SHOWN = ("hit_at_1", "hit_at_5", "evidence_hit", "citation_validity")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.figures", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--part", default="test")
    options = parser.parse_args()
    assistant = open_assistant(load_settings())
    try:
        summary = evaluate(assistant, assistant.library, [options.questions])
    finally:
        assistant.close()
    write(options.pages, summary, options.questions, options.part)


def write(pages: Sequence[Path], summary: Summary, questions: Path, part: str) -> None:
    """Replace the figures of some pages; none is written if one of them has no place for any.

    Raises:
        BelegtError: a page has no marks.
    """
    named = " ".join(page.as_posix() for page in pages)
    command = f"python -m eval.figures {questions.as_posix()} {named} --part {part}"
    version = platform.python_version()
    blocks: dict[str, Callable[[], str]] = {
        "figures": lambda: (
            f"Part `{part}` of `{questions.as_posix()}`; made by `{command}`, Python {version}.\n\n"
            + markdown(summary, part)
        ),
        "few figures en": lambda: few(summary, part, "en"),
        "few figures de": lambda: few(summary, part, "de"),
    }
    texts = [_filled(page, blocks) for page in pages]
    for page, text in zip(pages, texts, strict=True):
        page.write_text(text, encoding="utf-8", newline="\n")


def _filled(page: Path, blocks: dict[str, Callable[[], str]]) -> str:
    text = page.read_text(encoding="utf-8")
    marks = [mark for mark in blocks if _between(mark).search(text)]
    if not marks:
        raise BelegtError(f"{page}: no <!-- figures --> … <!-- /figures --> to write between.")
    for mark in marks:
        before, _, after = _between(mark).split(text, maxsplit=1)
        text = f"{before}<!-- {mark} -->\n{blocks[mark]()}<!-- /{mark} -->{after}"
    return text


def _between(mark: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", re.DOTALL)


def few(summary: Summary, part: str, language: Language) -> str:
    """A table of retrieval and evidence by direction, and what became of the other questions."""
    header, overall, sentence = _FEW[language]
    found = [(name, summary.group("direction", name, part)) for name in DIRECTIONS]
    found.append((overall, summary.group("overall", "overall", part)))
    rows = [_row(name, group, language) for name, group in found if group]
    table = "\n".join(
        f"| {' | '.join(cells)} |" for cells in (header, ["---", *["---:"] * 5], *rows)
    )
    return f"{table}\n\n{_refusals(found[-1][1], sentence, language)}\n"


def _row(name: str, group: Group, language: Language) -> list[str]:
    figures = [group.figures[key] for key in _SHOWN]
    values = [_share(figure.value, language) for figure in figures]
    return [name.replace("->", " → "), str(figures[0].n), *values]


def _refusals(group: Group | None, sentence: str, language: Language) -> str:
    if group is None:
        return ""
    figures = group.figures
    some = figures["hit_at_1"].n
    none = figures["refusal_error_rate"].n - some
    return sentence.format(
        none=none,
        some=some,
        wrong=_count(figures["refusal_hallucination_rate"].value, none),
        refused=_count(figures["refusal_error_rate"].value, some),
        balanced=_share(figures["refusal_balanced_accuracy"].value, language),
        auroc=_share(figures["refusal_auroc"].value, language),
    )


def _count(share: float | None, n: int) -> str:
    return "-" if share is None else str(round(share * n))


def _share(value: float | None, language: Language) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}".replace(".", "," if language == "de" else ".")


if __name__ == "__main__":
    main()
