"""Words of what stands under an answer, and of the open document beside it."""

from __future__ import annotations

from typing import Final

READING: Final[dict[str, tuple[str, str]]] = {
    # who wrote an answer
    "mode_model": (
        "von {model} formuliert, bitte prüfen",
        "written by {model}, please check",
    ),
    "reworded_note": (
        "„Umformuliert“ heißt: in eigenen Worten des Sprachmodells, geprüft, aber nicht wörtlich belegt.",
        "“Reworded” means: in the language model's own words, checked, but not evidenced word for word.",
    ),
    "dropped": (
        "{count} Aussagen ohne Beleg wurden weggelassen.",
        "{count} statements without evidence were left out.",
    ),
    "dropped_one": (
        "Eine Aussage ohne Beleg wurde weggelassen.",
        "One statement without evidence was left out.",
    ),
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
    "copy_failed": ("Bitte von Hand kopieren", "Please copy by hand"),
    "original": ("Original laden", "Get original"),
    "original_gone": (
        "Das Original dieser Fassung lässt sich hier nicht mehr laden.",
        "The original of this version can no longer be had here.",
    ),
    "original_fault": (
        "Das Original lässt sich nicht laden. {line}",
        "The original cannot be had. {line}",
    ),
}
