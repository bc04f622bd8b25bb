"""Words of the accessibility page: what holds and what is known to be missing."""

from __future__ import annotations

from typing import Final

ACCESSIBILITY: Final[dict[str, tuple[str, str]]] = {
    "page_accessibility": ("Barrierefreiheit", "Accessibility"),
    "access_intro": (
        "Diese Seiten richten sich nach WCAG 2.2, Stufe AA, wie es EN 301 549 und die BITV 2.0"
        " verlangen. Eine Prüfung durch Dritte gab es noch nicht.",
        "These pages aim at WCAG 2.2, level AA, as EN 301 549 asks for. They have not been audited by"
        " others yet.",
    ),
    "access_holds": ("Was bei jeder Änderung geprüft wird", "What is tested with every change"),
    "access_holds_1": (
        "axe-core findet auf keiner Seite etwas, hell und dunkel.",
        "axe-core finds nothing on any page, light and dark.",
    ),
    "access_holds_2": (
        "Fragen, Belege öffnen, Dokument verlassen und Weitergeben gehen mit der Tastatur allein.",
        "Asking, opening evidence, leaving a document and sharing work by keyboard alone.",
    ),
    "access_holds_3": (
        "Bei 320 Pixeln Breite und bei 200 % Vergrößerung muss niemand seitwärts rollen.",
        "At 320 pixels and at 200 % nobody needs to scroll sideways.",
    ),
    "access_holds_4": (
        "Die Sprache der Seite und jedes Zitats ist angegeben; ein Bereich sagt, dass eine Antwort da"
        " ist.",
        "The language of the page and of each quote is told; one region says that an answer is there.",
    ),
    "access_holds_5": (
        "Hervorhebungen sind unterstrichen, nicht nur farbig. Wer wenig Bewegung wünscht, bekommt"
        " keine.",
        "Highlights have a line, not only a colour. Whoever wants less motion gets none.",
    ),
    "access_gaps": ("Bekannte Mängel", "Known gaps"),
    "access_gaps_1": (
        "Einzelnes aus Streamlit spricht nur Englisch, etwa der Hinweis auf eine zu große Datei.",
        "Some of Streamlit speaks English on German pages too, such as the note on a file too large.",
    ),
    "access_gaps_2": (
        "Bilder von PDF-Seiten beschreiben nicht, wo das Zitat steht; der Text daneben tut es.",
        "Images of PDF pages do not describe where the quote stands; the text beside them does.",
    ),
    "access_gaps_3": (
        "Überschriften, Listen und Tabellen der Dokumente erscheinen im Leser als einfacher Text.",
        "Headings, lists and tables of documents appear in the reader as plain text.",
    ),
    "access_gaps_4": (
        "Eine andere Stelle als die hervorgehobene lässt sich nur mit Maus oder Finger markieren.",
        "Another place than the highlighted one can be marked with a mouse or a finger only.",
    ),
    "access_gaps_5": (
        "Die Kurven der Auswertung sind beschrieben, ihre Punkte aber nicht einzeln erreichbar.",
        "Curves of the evaluation are described, but their points cannot be reached one by one.",
    ),
    "access_gaps_6": (
        "Menschen, die täglich mit Vorleseprogrammen arbeiten, haben die Seiten noch nicht erprobt.",
        "People who use screen readers every day have not tried these pages yet.",
    ),
    "access_report": (
        "Barrieren melden Sie bitte denen, die diesen Server betreiben. Ausführlich steht all dies in"
        " docs/accessibility.md.",
        "Please report barriers to those who run this server. All this stands in docs/accessibility.md"
        " at more length.",
    ),
}
