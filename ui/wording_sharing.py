"""Words of what is passed on: links, exported files, and what stands in these."""

from __future__ import annotations

from typing import Final

SHARING: Final[dict[str, tuple[str, str]]] = {
    # on the page
    "share": ("Weitergeben", "Share"),
    "share_link": ("Link zu dieser Antwort kopieren", "Copy the link to this answer"),
    "share_link_cite": (
        "Link zu dieser Antwort mit geöffnetem Beleg {number} kopieren",
        "Copy the link to this answer with evidence {number} open",
    ),
    "share_copied": ("Kopiert.", "Copied."),
    "share_by_hand": (
        "Der Browser erlaubt das Kopieren hier nicht. Der Link steht markiert im Feld; kopieren Sie"
        " ihn mit Strg+C.",
        "The browser does not allow copying here. The link is selected in the field; copy it with"
        " Ctrl+C.",
    ),
    "share_link_address": ("Adresse", "Address"),
    "share_link_note": (
        "Er öffnet bei allen, die diesen Server erreichen, dieses Gespräch an dieser Stelle.",
        "For everyone who reaches this server it opens this conversation at this place.",
    ),
    "share_answer": ("Diese Antwort als Datei", "This answer as a file"),
    "share_conversation": (
        "Das ganze Gespräch als Datei ({count} Fragen)",
        "The whole conversation as a file ({count} questions)",
    ),
    "share_docx": ("Word-Dokument (DOCX)", "Word document (DOCX)"),
    "share_html": ("Webseite (HTML)", "Web page (HTML)"),
    "share_md": ("Text mit Markdown (MD)", "Markdown text (MD)"),
    "share_conversation_title": ("Gespräch: {question}", "Conversation: {question}"),
    # in the files
    "export_about": (
        "Erstellt mit belegt am {date}. Zitate sind wörtlich; die Fußnoten nennen die genaue Stelle.",
        "Made with belegt on {date}. Quotes are word for word; footnotes name the exact place.",
    ),
    "export_place": (
        "Datei {document}, Zeichen {start} bis {end}, Fassung {revision}",
        "File {document}, characters {start} to {end}, version {revision}",
    ),
    "export_model": ("Modell: {model}", "Model: {model}"),
    "export_understood": ("Verstanden als: {question}", "Understood as: {question}"),
    "export_dropped": (
        "{count} Aussagen ohne Beleg sind weggelassen",
        "{count} statements without evidence are left out",
    ),
    "export_dropped_one": (
        "Eine Aussage ohne Beleg ist weggelassen",
        "One statement without evidence is left out",
    ),
    "export_back": ("Zurück zu {number} im Text", "Back to {number} in the text"),
}
