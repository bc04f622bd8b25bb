"""Words of the open document: its pages, the judgement of a citation, quote and file to take along."""

from __future__ import annotations

from typing import Final

READING: Final[dict[str, tuple[str, str]]] = {
    # pages
    "page_back": ("Vorige Seite", "Previous page"),
    "page_forth": ("Nächste Seite", "Next page"),
    "page_number": ("Zur Seite", "Go to page"),
    "page_of": ("von {count}", "of {count}"),
    "zoom_in": ("Größer", "Larger"),
    "zoom_out": ("Kleiner", "Smaller"),
    # does the citation fit?
    "fit": ("Passt die Stelle?", "Does it fit?"),
    "fit_yes": ("Passt", "Fits"),
    "fit_no": ("Passt nicht", "Does not fit"),
    # to take along
    "copy": ("Zitat kopieren", "Copy quote"),
    "copy_done": ("Kopiert", "Copied"),
    "copy_failed": ("Nicht erlaubt", "Not allowed"),
    "original": ("Original laden", "Get original"),
    "original_fault": (
        "Das Original lässt sich nicht laden. {line}",
        "The original cannot be had. {line}",
    ),
}
