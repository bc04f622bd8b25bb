"""A run as one HTML file that needs nothing else: no network, no server, no other file.

The figures are written out as elements and plain SVG; the browser of cases is a script in the file,
with the cases as data. A policy in the file forbids every request and every script but this one.
What the worst cases open to is carried as far as it fits (``eval.case_list``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from eval.case_list import case_list
from eval.markup import foreign, node, to_html
from eval.overview import Words, counted, overview
from eval.runs import Run, RunError

REPORT: Final = "report.html"

_START: Final = """
const data = JSON.parse(document.getElementById("data").textContent)
show({ parentElement: document.getElementById("cases"), data, setTriggerValue() {} })
"""


def write_report(run: Run, target: Path, w: Words) -> None:
    """Write the report of a run to ``target``, whole or not at all.

    Raises:
        RunError: it cannot be written there.
    """
    text = html_report(run, w)
    temporary = target.with_name(f"{target.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise RunError(
            f"{target}: {error.strerror or error}. Make room or rights, or choose another place."
        ) from error


def html_report(run: Run, w: Words) -> str:
    """The report of a run in one language."""
    figures = overview(run.summary, counted(row.outcome for row in run.rows), w)
    title = f"{w('report_title')} · {_set_names(run) or run.folder.name}"
    about = run.summary.provenance
    of = w("report_of", date=w.date(about.date[:10]), documents=about.documents)
    heading = node("h1", w("report_title"), " · ", foreign(_set_names(run) or run.folder.name))
    return _PAGE.format(
        language=w.language,
        policy=_policy(),
        title=to_html(title),
        style="".join(asset(f"{name}.css") for name in ("report", "figures", "cases")),
        head=to_html(heading) + to_html(node("p", of, class_="of")),
        figures=to_html(figures),
        cases=to_html(node("h2", w("eval_cases"), class_="cases-head")),
        note=to_html(node("p", w("report_no_script"), class_="note")),
        data=embedded(case_list(run, w)),
        script=_script(),
    )


def _set_names(run: Run) -> str:
    return ", ".join(name for name, _ in run.summary.provenance.files)


@cache
def asset(name: str) -> str:
    """A style sheet or script that report and page share."""
    return resources.files("eval").joinpath("assets", name).read_text(encoding="utf-8")


def _script() -> str:
    """The script as it stands in the file; one that is exported may also be called where it stands."""
    return asset("cases.js").replace("export default function", "function show", 1) + _START


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )


def embedded(data: Any) -> str:
    """JSON for within a script element: nothing in it can end the element or start a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", "replace").decode()


_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>{head}</header>
<main>
{figures}
{cases}
<div id="cases"></div>
<noscript>{note}</noscript>
</main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""
