"""Words of conversations: what was understood, where is searched, the stored ones, signing in."""

from __future__ import annotations

from typing import Final

TALK: Final[dict[str, tuple[str, str]]] = {
    # follow-ups
    "understood": ("Verstanden als:", "Understood as:"),
    "understood_edit": ("Ändern", "Change"),
    "understood_box": ("Die Frage, wie sie gemeint ist", "The question as it is meant"),
    "understood_ask": ("So fragen", "Ask like this"),
    # answering anew
    "again": ("Neu beantworten", "Answer again"),
    "version": ("Antwort {number} von {count}", "Answer {number} of {count}"),
    "version_previous": ("Vorige Antwort", "Previous answer"),
    "version_next": ("Nächste Antwort", "Next answer"),
    # a language model
    "quotes_only": ("Nur wörtlich", "Word for word only"),
    "sent_to": (
        "Frage und gefundene Sätze gehen an:",
        "Question and sentences found go to:",
    ),
    "sent_nowhere": (
        "Kein Sprachmodell schreibt mit; nichts wird gesendet.",
        "No language model is asked; nothing is sent.",
    ),
    "writing": ("Es schreibt noch:", "Still writing:"),
    "stop": ("Anhalten", "Stop"),
    # where to search
    "scope": ("Suche eingrenzen", "Narrow the search"),
    "scope_documents": ("Dokumente", "Documents"),
    "scope_languages": ("Sprache der Dokumente", "Language of the documents"),
    "scope_all": ("alle", "all"),
    "scope_since": ("Datum ab", "Dated from"),
    "scope_until": ("Datum bis", "Dated until"),
    "scope_date": (
        "Ein Datum ist nicht lesbar; gemeint sind 2018, 2018-06 oder 2018-06-30.",
        "A date cannot be read; wanted is 2018, 2018-06 or 2018-06-30.",
    ),
    "scope_active": ("Gesucht wird nur hier:", "Only this is searched:"),
    "scope_clear": ("Alles durchsuchen", "Search everything"),
    # stored conversations
    "chats": ("Gespräche", "Conversations"),
    "chats_none": ("Kein Gespräch enthält das.", "No conversation holds that."),
    "chat_search": ("Gespräche durchsuchen", "Search conversations"),
    "chat_here": ("Dieses Gespräch ist offen.", "This conversation is open."),
    "chat_more": ("Umbenennen oder löschen", "Rename or delete"),
    "chat_title": ("Name des Gesprächs", "Name of the conversation"),
    "chat_delete": ("Endgültig löschen", "Delete for good"),
    "chat_delete_sure": ("Wirklich löschen? Noch einmal drücken", "Really delete? Press again"),
    "chat_delete_note": (
        "Löschen entfernt Fragen und Antworten dieses Gesprächs von diesem Rechner.",
        "Deleting removes the questions and answers of this conversation from this computer.",
    ),
    # signing in
    "sign_in_heading": ("Bitte melden Sie sich an", "Please sign in"),
    "sign_in_note": (
        "Fragen und Gespräche sind hier nur für angemeldete Personen da.",
        "Questions and conversations are for those who have signed in.",
    ),
    "sign_in": ("Anmelden", "Sign in"),
    "sign_out": ("Abmelden", "Sign out"),
    "signed_in": ("Angemeldet:", "Signed in:"),
}
