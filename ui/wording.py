"""Every word of the pages, German and English side by side; dates and numbers as each writes them.

What answers say (lead-ins, refusals) belongs to ``qa.wording``. A key that ends in ``_one`` is the
singular of the key before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from index.values import Language
from qa.wording import format_date as _format_date
from ui.wording_accessibility import ACCESSIBILITY
from ui.wording_documents import DOCUMENTS
from ui.wording_evaluation import EVALUATION
from ui.wording_feedback import FEEDBACK
from ui.wording_reading import READING
from ui.wording_sharing import SHARING
from ui.wording_talk import TALK

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")

CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    # frame
    "app_title": ("belegt", "belegt"),
    "page_ask": ("Fragen", "Ask"),
    "page_documents": ("Dokumente", "Documents"),
    "language_switch": ("Sprache der Oberfläche", "Language of the pages"),
    "language_de": ("Deutsch", "Deutsch"),
    "language_en": ("English", "English"),
    "answer_language": ("Antworten auf", "Answer in"),
    "answer_auto": ("automatisch", "automatic"),
    "answer_de": ("Deutsch", "German"),
    "answer_en": ("Englisch", "English"),
    "stream_send": ("Frage abschicken", "Send question"),
    "stream_shut": ("Seitenleiste zuklappen", "Collapse the sidebar"),
    "stream_open": ("Seitenleiste aufklappen", "Expand the sidebar"),
    "stream_skip": ("Zum Inhalt springen", "Skip to the content"),
    "stream_upload": ("Dateien wählen", "Choose files"),
    "stream_add": ("Weitere Dateien wählen", "Choose more files"),
    "stream_remove": ("{file} doch nicht", "Leave out {file}"),
    "new_conversation": ("Neues Gespräch", "New conversation"),
    # asking
    "ask_heading": ("Was möchten Sie wissen?", "What would you like to know?"),
    "ask_intro": (
        "Fragen Sie auf Deutsch oder Englisch; gesucht wird in beiden Sprachen. Jeder Satz der"
        " Antwort nennt seine Stelle in einem Dokument; ein Klick zeigt sie Ihnen zum Nachprüfen.",
        "Ask in German or English; both languages are searched. Every sentence of an answer names"
        " its place in a document; one click shows it to you, to be checked.",
    ),
    "examples": ("Zum Beispiel", "For example"),
    "question_box": ("Frage zu den Dokumenten", "Question about the documents"),
    "you_asked": ("Ihre Frage", "Your question"),
    "searching": ("Suche in {count} Dokumenten …", "Searching {count} documents …"),
    "searching_one": ("Suche in einem Dokument …", "Searching one document …"),
    "loading_model": ("Modell wird geladen …", "Loading the model …"),
    "loading_model_share": (
        "Modell wird entpackt: {share} (nur beim ersten Mal) …",
        "Unpacking the model: {share} (first time only) …",
    ),
    # answers
    "mode_extractive": ("wörtlich aus den Dokumenten", "word for word from the documents"),
    "mode_generated": (
        "von einem Sprachmodell formuliert, bitte prüfen",
        "written by a language model, please check",
    ),
    "written_by": (
        "Formuliert vom Sprachmodell {model}, bitte prüfen.",
        "Written by the language model {model}, please check.",
    ),
    "left_out": (
        "{count} Aussagen weggelassen, die nicht belegt sind.",
        "{count} statements left out that are not supported.",
    ),
    "left_out_one": (
        "Eine Aussage weggelassen, die nicht belegt ist.",
        "One statement left out that is not supported.",
    ),
    "confidence": (
        "Antwort steht in den Dokumenten: {words} ({share})",
        "The documents answer this: {words} ({share})",
    ),
    "confidence_5": ("sehr wahrscheinlich", "very likely"),
    "confidence_4": ("wahrscheinlich", "likely"),
    "confidence_3": ("ungewiss, bitte genau prüfen", "uncertain, please check closely"),
    "confidence_2": ("unwahrscheinlich", "unlikely"),
    "confidence_1": ("sehr unwahrscheinlich", "very unlikely"),
    "evidence": ("Belege", "Evidence"),
    "marker": ("Beleg {number}: {title}", "Evidence {number}: {title}"),
    "marker_page": (
        "Beleg {number}: {title}, {page}",
        "Evidence {number}: {title}, {page}",
    ),
    "show_evidence": (
        "Beleg {number} im Dokument zeigen",
        "Show evidence {number} in the document",
    ),
    "page": ("Seite {page}", "page {page}"),
    "page_labelled": ("Seite {page} („{label}“)", "page {page} (“{label}”)"),
    "source_de": (
        "Quelle auf Deutsch; das Zitat bleibt unübersetzt.",
        "Source in German; the quote is left untranslated.",
    ),
    "source_en": (
        "Quelle auf Englisch; das Zitat bleibt unübersetzt.",
        "Source in English; the quote is left untranslated.",
    ),
    # no answer
    "no_answer": ("Keine Antwort in den Dokumenten", "No answer in the documents"),
    "no_search": ("Nicht gesucht", "Not searched"),
    "nearest": (
        "Nächstliegende Stellen, keine Antwort",
        "Nearest passages, not an answer",
    ),
    "show_passage": (
        "Stelle {number} im Dokument zeigen",
        "Show passage {number} in the document",
    ),
    # the reader
    "reader": ("Dokument zum Beleg", "Document behind the evidence"),
    "reader_text": ("Text des Dokuments", "Text of the document"),
    "position": ("{number} von {count}", "{number} of {count}"),
    "previous": ("Voriger Beleg (←)", "Previous evidence (←)"),
    "next": ("Nächster Beleg (→)", "Next evidence (→)"),
    "close": ("Schließen (Esc)", "Close (Esc)"),
    "changed": (
        "Das Dokument hat sich seit der Antwort geändert. Gezeigt wird die zitierte Fassung.",
        "The document has changed since the answer. This is the version that was cited.",
    ),
    "removed": (
        "Das Dokument ist nicht mehr im Index. Gezeigt wird die zitierte Fassung.",
        "The document is no longer in the index. This is the version that was cited.",
    ),
    "text_gone": (
        "Diese Fassung des Dokuments ist nicht mehr gespeichert; gezeigt wird nur das Zitat.",
        "This version of the document is no longer stored; only the quote is shown.",
    ),
    "quote_differs": (
        "Das Zitat steht nicht an dieser Stelle des Dokuments; nichts ist hervorgehoben.",
        "The quote does not stand at this place of the document; nothing is highlighted.",
    ),
    "window": (
        "Sehr langes Dokument: gezeigt werden {shown} der {total} Zeichen um die Stelle.",
        "Very long document: {shown} of its {total} characters around the place are shown.",
    ),
    # live region
    "said_answer": ("Antwort fertig, {count} Belege", "Answer ready, {count} pieces of evidence"),
    "said_answer_one": ("Antwort fertig, ein Beleg", "Answer ready, one piece of evidence"),
    "said_refusal": ("Keine Antwort in den Dokumenten", "No answer in the documents"),
    "said_error": ("Die Frage konnte nicht beantwortet werden", "The question was not answered"),
    # the conversation
    "not_kept": (
        "Dieses Gespräch wird nicht gespeichert und geht mit dem Schließen der Seite verloren:",
        "This conversation is not stored and will be lost when the page is closed:",
    ),
    "unknown_chat": (
        "Das Gespräch aus der Adresse ist hier nicht gespeichert. Dies ist ein neues.",
        "The conversation named in the address is not stored here. This is a new one.",
    ),
    # documents
    "indexed": (
        "{documents} Dokumente, {passages} Stellen",
        "{documents} documents, {passages} passages",
    ),
    "indexed_one": ("Ein Dokument, {passages} Stellen", "One document, {passages} passages"),
    "col_title": ("Titel", "Title"),
    "col_file": ("Datei", "File"),
    "col_language": ("Sprache", "Language"),
    "col_date": ("Datum", "Date"),
    "col_kind": ("Art", "Kind"),
    "col_publisher": ("Herausgeber", "Publisher"),
    "col_passages": ("Stellen", "Passages"),
    "col_note": ("Bemerkung", "Remark"),
    "table_documents": ("Eingelesene Dokumente", "Indexed documents"),
    "filter": ("Tabelle eingrenzen", "Narrow the table"),
    "shown_of": ("{shown} von {total} gezeigt", "{shown} of {total} shown"),
    "failures": ("Nicht eingelesen", "Not read"),
    "notes": ("Bemerkungen beim Lesen", "Remarks while reading"),
    "folders": ("Ordner: {folders}", "Folder: {folders}"),
    "sync": ("Jetzt abgleichen", "Sync now"),
    "sync_intro": (
        "Liest neue und geänderte Dateien ein und entfernt verschwundene. Fragen bleiben dabei"
        " möglich.",
        "Reads new and changed files and removes vanished ones. You can go on asking meanwhile.",
    ),
    "sync_starting": ("Abgleich beginnt …", "Starting to sync …"),
    "sync_progress": (
        "{done} von {documents} Dokumenten · {rate} Stellen je Sekunde · noch etwa {left}",
        "{done} of {documents} documents · {rate} passages per second · about {left} left",
    ),
    "sync_at": ("Gerade: {document}", "At work on: {document}"),
    "sync_done": (
        "Abgeglichen in {seconds}: {added} neu, {changed} geändert, {removed} entfernt,"
        " {unchanged} unverändert, {failed} nicht eingelesen.",
        "Synced in {seconds}: {added} added, {changed} changed, {removed} removed,"
        " {unchanged} unchanged, {failed} not read.",
    ),
    "seconds": ("{count} Sekunden", "{count} seconds"),
    "seconds_one": ("einer Sekunde", "one second"),
    "left_seconds": ("{count} s", "{count} s"),
    "left_minutes": ("{count} min", "{count} min"),
    # first use
    "first_heading": ("In drei Schritten zur ersten Antwort", "Three steps to a first answer"),
    "first_1": (
        "Wählen Sie Dokumente auf Deutsch oder Englisch (PDF, Word, Webseiten, Text): einen Ordner,"
        " einzelne Dateien oder die Beispiele.",
        "Choose documents in German or English (PDF, Word, web pages, text): a folder, single files or"
        " the samples.",
    ),
    "first_2": (
        "Lesen Sie sie ein: mit einer der Schaltflächen unten oder mit",
        "Read them in: with one of the buttons below or with",
    ),
    "first_2_command": ("belegt sync ORDNER", "belegt sync FOLDER"),
    "first_3": (
        "Fragen Sie. Jede Antwort zeigt, wo sie steht.",
        "Ask. Every answer shows where it stands.",
    ),
    "read_samples": ("Beispieldokumente einlesen", "Read the sample documents"),
    # faults; the line of the error itself follows, in its own words
    "fault_heading": (
        "Das geht so noch nicht. Was zu tun ist, sagt die Zeile darunter.",
        "This does not work yet. The line below says what to do.",
    ),
    "fault_NoIndexError": ("Es ist noch nichts eingelesen.", "Nothing has been read in yet."),
    "fault_StaleIndexError": (
        "Der Index passt nicht zu den jetzigen Einstellungen und wird deshalb nicht benutzt. Lesen"
        " Sie die Dokumente mit „belegt sync --rebuild“ neu ein, oder stellen Sie das frühere Modell"
        " wieder ein.",
        "The index does not fit the present settings, so it is not used. Read the documents in again"
        " with “belegt sync --rebuild”, or set the former model again.",
    ),
    "fault_ModelError": (
        "Das Modell für die Suche lässt sich nicht laden. Prüfen Sie die Einstellung „model“ und mit"
        " „belegt doctor“, was fehlt.",
        "The model for searching cannot be loaded. Check the setting “model”, and with “belegt"
        " doctor” what is missing.",
    ),
    "fault_SettingsError": (
        "Eine Einstellung lässt sich nicht verwenden. Berichtigen Sie sie und starten Sie belegt neu.",
        "A setting cannot be used. Mend it and start belegt again.",
    ),
    "fault_LockedError": (
        "Ein anderer Abgleich läuft schon; der Index ist unverändert. Warten Sie, bis er fertig ist.",
        "Another sync is running already; the index is unchanged. Wait until it has finished.",
    ),
    "fault_IndexError_": (
        "Der Index oder der Ordner lässt sich so nicht verwenden. Was zu tun ist, sagt die Zeile"
        " darunter; „belegt doctor“ prüft alles.",
        "The index or the folder cannot be used as it is. The line below says what to do; “belegt"
        " doctor” checks everything.",
    ),
    "fault_other": (
        "Unerwarteter Fehler. Einzelheiten stehen im Protokoll des Servers; prüfen Sie mit"
        " „belegt doctor“, dann laden Sie die Seite neu.",
        "Unexpected fault. The server's log has the details; check with “belegt doctor”, then"
        " reload the page.",
    ),
    **EVALUATION,
    **DOCUMENTS,
    **FEEDBACK,
    **TALK,
    **READING,
    **SHARING,
    **ACCESSIBILITY,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language: ``w("searching", count=5)``."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The words for ``key``; numbers among ``values`` are written as the language does."""
        text = CATALOGUE[key][LANGUAGES.index(self.language)]
        shown = {
            name: self.number(value) if isinstance(value, int | float) else value
            for name, value in values.items()
        }
        return text.format(**shown) if shown else text

    def counted(self, key: str, count: int, **values: object) -> str:
        """As calling, in the singular where ``count`` is 1."""
        key = f"{key}_one" if count == 1 else key
        return self(key, count=count, **values)

    def number(self, value: float, decimals: int = 0) -> str:
        """``1.250.000,5`` or ``1,250,000.5``."""
        text = f"{value:,.{decimals}f}"
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share of 0 to 1 as ``93 %`` (with a space that does not break) or ``93%``."""
        text = self.number(share * 100, decimals)
        return f"{text}%" if self.language == "en" else f"{text}\u00a0%"

    def date(self, iso: str) -> str:
        """An ISO date as precisely as it is known; anything else as it stands; empty: undated."""
        try:
            return _format_date(iso, self.language)
        except ValueError:
            return iso


def words(language: Language) -> Words:
    """All words of the pages in one language."""
    return Words(language)
