"""The words about files: why one was not read and what mends it, what a reader should know of one.

``failed_`` and ``note_`` are followed by the codes of ``ReadError`` and ``Note``. What stands for
``detail`` is the system's own or a library's own word and stays as it is.
"""

from __future__ import annotations

from typing import Final

DOCUMENTS: Final[dict[str, tuple[str, str]]] = {
    "none": ("keine", "none"),
    # why a file was not read
    "failed_empty": ("Die Datei ist leer.", "The file is empty."),
    "failed_binary": ("Binärdaten, kein Text.", "Binary data, not text."),
    "failed_encoding": (
        "Die Zeichenkodierung ist nicht zu erkennen. Als UTF-8 speichern.",
        "The encoding cannot be told. Save the file as UTF-8.",
    ),
    "failed_no_reader": (
        "Dateien dieser Art werden nicht gelesen (Endung: {ending}). Als PDF, DOCX oder Text"
        " speichern.",
        "Files of this kind are not read (ending: {ending}). Save it as PDF, DOCX or text.",
    ),
    "failed_mislabelled": (
        "Heißt {ending}, ist aber etwas anderes. Prüfen, woher die Datei stammt.",
        "Named {ending}, but it is something else. Check where the file comes from.",
    ),
    "failed_password": (
        "Mit einem Kennwort geschützt ({format}). Ohne Kennwort speichern.",
        "Protected by a password ({format}). Save it without one.",
    ),
    "failed_damaged": (
        "Beschädigt ({format}). Neu speichern oder noch einmal kopieren.",
        "Damaged ({format}). Save or copy it anew.",
    ),
    "failed_too_large": (
        "Zu groß: {found} {what}, erlaubt sind {limit}. Die Datei teilen.",
        "Too large: {found} {what}, the limit is {limit}. Split the file.",
    ),
    "failed_scanned": (
        "Eingescannt: {pages} Seiten sind Bilder ohne Text. Texterkennung (OCR) ausführen:"
        " ocrmypdf EIN.pdf AUS.pdf, dann erneut abgleichen.",
        "A scan: {pages} pages are images without text. Recognise the text (OCR): ocrmypdf IN.pdf"
        " OUT.pdf, then sync again.",
    ),
    "failed_no_text": (
        "Die Datei enthält keinen Text ({format}).",
        "The file holds no text ({format}).",
    ),
    "failed_other_format": (
        "{format} wird nicht gelesen. Speichern als {remedy}.",
        "{format} is not read. Save it as {remedy}.",
    ),
    "failed_image": (
        "Ein Bild ({format}). Daraus ein PDF mit Text machen (OCR).",
        "An image ({format}). Make a PDF with text of it (OCR).",
    ),
    "failed_archive": (
        "Ein Archiv ({format}). Auspacken, dann erneut abgleichen.",
        "An archive ({format}). Unpack it, then sync again.",
    ),
    "failed_too_big": (
        "{size} MB, erlaubt sind {limit}. Die Datei teilen oder „max_file_mb“ erhöhen.",
        "{size} MB, the limit is {limit}. Split the file or raise “max_file_mb”.",
    ),
    "failed_time": (
        "Nicht binnen {seconds} Sekunden gelesen. Die Datei teilen oder „parse_seconds“ erhöhen.",
        "Not read within {seconds} seconds. Split the file or raise “parse_seconds”.",
    ),
    "failed_memory": (
        "Braucht beim Lesen mehr als {limit} MB Speicher. Die Datei teilen oder"
        " „parse_memory_mb“ erhöhen.",
        "Reading it takes more than {limit} MB of memory. Split the file or raise"
        " “parse_memory_mb”.",
    ),
    "failed_crash": (
        "Der Inhalt hat das Leseprogramm abstürzen lassen ({detail}). Vielleicht beschädigt oder"
        " bösartig.",
        "Its content crashed the reader ({detail}). It may be damaged or hostile.",
    ),
    "failed_fault": (
        "Fehler im Leseprogramm ({detail}). Bitte melden.",
        "The reader failed ({detail}). Please report it.",
    ),
    "failed_stopped": (
        "Abgebrochen, bevor die Datei an der Reihe war.",
        "Stopped before the file was read.",
    ),
    "failed_vanished": (
        "Verschwand vor dem Lesen. Erneut abgleichen.",
        "Vanished before it was read. Sync again.",
    ),
    "failed_changing": (
        "Ändert sich beim Lesen. Erneut abgleichen, wenn sie ruht.",
        "Changes while it is read. Sync again when it is at rest.",
    ),
    "failed_unreadable": (
        "Nicht lesbar: {detail}. Rechte prüfen.",
        "Cannot be read: {detail}. Check its rights.",
    ),
    "failed_not_regular": (
        "Keine gewöhnliche Datei, sondern Gerät, Leitung oder Ähnliches.",
        "Not a regular file, but a device, a pipe or the like.",
    ),
    "failed_name": (
        "Der Name ist kein gültiges UTF-8. Umbenennen.",
        "The name is not valid UTF-8. Rename it.",
    ),
    "failed_link_out": (
        "Verknüpfung aus dem Ordner hinaus; ihr wird nicht gefolgt.",
        "A link that leads out of the folder is not followed.",
    ),
    "failed_link_folder": (
        "Verknüpfung auf einen Ordner; ihr wird nicht gefolgt. Den Ordner selbst nennen.",
        "A link to a folder is not followed. Name the folder itself.",
    ),
    "failed_link_broken": (
        "Verknüpfung ins Leere: {detail}.",
        "A link that leads nowhere: {detail}.",
    ),
    "failed_description": ("Angabe nicht verwendet: {detail}", "Not used: {detail}"),
    "unit_mb": ("MB nach dem Entpacken", "MB when unpacked"),
    "unit_pages": ("Seiten", "pages"),
    "unit_entries": ("Einträge", "entries"),
    "unit_cells": ("Zellen", "cells"),
    "unit_columns": ("Spalten", "columns"),
    "unit_ratio": ("mal so groß wie gepackt", "times its packed size"),
    # what a reader should know of a file
    "note_encoding_guessed": (
        "Zeichenkodierung vermutet: {encoding}.",
        "Encoding taken for {encoding}.",
    ),
    "note_mislabelled": (
        "Endung {ending}, gelesen als {format}, was sie ist.",
        "Ending {ending}, read as {format}, which it is.",
    ),
    "note_low_share": (
        "Nur {percent} % des Sichtbaren wird durchsucht.",
        "Only {percent}% of what is to be seen is searched.",
    ),
    "note_scanned_pages": (
        "Kein Text auf Seite {pages}. Sind es Scans: ocrmypdf EIN.pdf AUS.pdf.",
        "No text on page {pages}. If they are scans: ocrmypdf IN.pdf OUT.pdf.",
    ),
    "note_damaged_pages": ("Nicht lesbar: Seite {pages}.", "Cannot be read: page {pages}."),
    "note_hidden_text": (
        "{characters} unsichtbare Zeichen wurden weggelassen.",
        "{characters} characters that nobody sees were left out.",
    ),
    "note_garbled": (
        "{percent} % der Zeichen sind nicht zu erkennen. Als neues PDF drucken oder OCR ausführen.",
        "{percent}% of the characters cannot be told. Print it to a new PDF or run OCR.",
    ),
    "note_whole_page": (
        "Der Hauptteil der Seite war nicht zu erkennen; sie wird ganz durchsucht.",
        "The main part of the page could not be told; all of it is searched.",
    ),
    "note_formulas": (
        "{count} Zellen mit Formeln ohne gespeicherten Wert.",
        "{count} cells with formulas without a stored value.",
    ),
    "note_hidden_sheets": (
        "{count} verborgene Tabellenblätter wurden weggelassen.",
        "{count} hidden sheets were left out.",
    ),
    "note_deleted_text": (
        "{count} gelöschte Stellen (Änderungsverlauf) wurden weggelassen.",
        "{count} deleted places (tracked changes) were left out.",
    ),
    "note_comments": (
        "{count} Kommentare wurden weggelassen.",
        "{count} comments were left out.",
    ),
    "note_repaired": (
        "Beschädigt, aber lesbar.",
        "Damaged, but readable.",
    ),
    # the documents page
    "col_share": ("Durchsucht", "Searched"),
    "col_remedy": ("Grund und Abhilfe", "Reason and remedy"),
    "share_help": (
        "„Durchsucht“: Anteil der sichtbaren Zeichen. Menüs, Kopfzeilen und Verzeichnisse zählen"
        " zum Rest.",
        "“Searched”: share of the visible characters. Menus, running headers and tables of"
        " contents are the rest.",
    ),
    "pages_of": ("{count} Seiten", "{count} pages"),
    "pages_of_one": ("1 Seite", "1 page"),
    "sync_cancel": ("Abbrechen", "Cancel"),
    "sync_cancelling": ("Wird abgebrochen …", "Stopping …"),
    "sync_stopped": (
        "Abgebrochen. Was fertig war, ist eingelesen: {added} neu, {changed} geändert.",
        "Stopped. What was finished is kept: {added} added, {changed} changed.",
    ),
    "sync_moved": ("{count} umbenannt.", "{count} moved."),
    "upload": ("Dateien hinzufügen", "Add files"),
    "upload_label": (
        "Dateien hierher ziehen oder auswählen (bis {limit} MB)",
        "Drop files here or choose them (up to {limit} MB)",
    ),
    "upload_intro": (
        "Sie kommen in den Ordner {library} und werden eingelesen.",
        "They go into the folder {library} and are read in.",
    ),
    "upload_go": ("Einlesen", "Read in"),
    "upload_done": (
        "{count} Dateien abgelegt.",
        "{count} files put there.",
    ),
    "upload_done_one": ("Eine Datei abgelegt.", "One file put there."),
    "upload_renamed": (
        "{old} liegt dort als {new}.",
        "{old} is kept there as {new}.",
    ),
    "upload_same": (
        "{old} war schon da.",
        "{old} was there already.",
    ),
    # a page of a PDF
    "page_image": ("Seite als Bild", "Page as an image"),
    "page_image_alt": (
        "Seite {page} aus „{title}“; zitierte Stellen darauf sind farbig hinterlegt. Der Text steht"
        " darunter.",
        "Page {page} of “{title}”; cited places on it are highlighted. The text is below.",
    ),
    "page_image_drawing": ("Seite wird gezeichnet …", "Drawing the page …"),
    "page_image_fault": (
        "Die Seite lässt sich nicht zeigen. {line}",
        "The page cannot be shown. {line}",
    ),
}
