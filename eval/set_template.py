"""The table that a person fills in with a spreadsheet program: header and three rows as examples."""

from __future__ import annotations

import csv
import io

from index.values import Language

_HEADER = ("id", "question", "language", "answerable", "answers", "document", "quote", "tags")
_LAUNCH = "000_2b3fd0b5260f5fa1.txt"
_TICKETS = "004_5dc85f08f181f95f.txt"
_EXAMPLES = (
    (
        "1",
        "When was the Digital Hub Initiative launched?",
        "en",
        True,
        "in November 2016",  # a month alone is turned into a date by spreadsheets
        _LAUNCH,
        "The Digital Hub Initiative was launched in November 2016",
        "date",
    ),
    (
        "2",
        "Was kostet das Ticket?",
        "de",
        True,
        "90 EUR | 90 Euro",
        _TICKETS,
        "Der reguläre Ticketpreis beträgt 90 EUR.",
        "price",
    ),
    ("3", "Wie hoch ist der Eiffelturm?", "de", False, "", "", "", "off-topic"),
)


def template(language: Language) -> bytes:
    """A table to fill in, with three rows as examples, as the spreadsheets of a language open it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    yes, no = ("ja", "nein") if language == "de" else ("yes", "no")
    writer.writerow(_HEADER)
    for row in _EXAMPLES:
        writer.writerow([(yes if cell else no) if isinstance(cell, bool) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
