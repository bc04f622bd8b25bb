"""What an answer says besides its quotes: lead-ins and refusals, German and English."""

from __future__ import annotations

from collections.abc import Sequence

from index.values import Language
from qa.support import Doubt
from qa.values import Reason

_MONTHS: dict[Language, tuple[str, ...]] = {
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

_UNDATED: dict[Language, str] = {"de": "ohne Datum", "en": "undated"}

_SOURCE: dict[Language, dict[Language, str]] = {
    "de": {"de": "", "en": ", auf Englisch"},
    "en": {"en": "", "de": ", in German"},
}

_REFUSALS: dict[Language, dict[Reason, str]] = {
    "de": {
        "not_covered": "Dazu steht in den {count} durchsuchten Dokumenten nichts, das die Frage"
        " beantwortet. Die nächstliegenden Stellen sind aufgeführt; sie sind keine Antwort. Vielleicht"
        " hilft es, die Frage anders oder genauer zu stellen.",
        "no_documents": "Es gibt kein Dokument, das durchsucht werden könnte. Lesen Sie zuerst einen"
        " Ordner ein (belegt sync ORDNER).",
        "no_question": "Das ist keine Frage, nach der sich suchen lässt. Schreiben Sie bitte ein paar"
        " Wörter.",
        "too_long": "Die Frage ist {count} Zeichen lang; erlaubt sind {limit}. Bitte kürzen Sie sie.",
        "other_language": "belegt versteht Fragen auf Deutsch und Englisch; diese scheint in einer"
        " anderen Sprache zu sein. Bitte stellen Sie sie auf Deutsch oder Englisch.",
    },
    "en": {
        "not_covered": "The {count} documents searched say nothing that answers this question. The"
        " nearest passages are listed; they are not an answer. It may help to put the question in"
        " other or more exact words.",
        "no_documents": "There is no document to search. Read in a folder first"
        " (belegt sync FOLDER).",
        "no_question": "That is no question that can be searched for. Please write a few words.",
        "too_long": "The question is {count} characters long; {limit} are allowed. Please shorten it.",
        "other_language": "belegt understands questions in German and English; this one seems to be"
        " in another language. Please ask it in German or English.",
    },
}

_MISSING: dict[Language, str] = {
    "de": "Nicht beantwortet wird in den Dokumenten: {parts}",
    "en": "Not answered in the documents: {parts}",
}

_DOUBTS: dict[Language, dict[Doubt, str]] = {
    "de": {
        "no_evidence": "ohne Beleg",
        "instruction": "der Beleg ist eine Anweisung an ein Sprachmodell",
        "figure": "eine Zahl steht nicht im Beleg",
        "date": "ein Datum stimmt nicht mit dem Beleg überein",
        "unit": "eine Einheit ist im Beleg eine andere",
        "name": "ein Name steht nicht im Beleg",
        "order": "zwei Namen haben die Plätze getauscht",
        "link": "eine Adresse oder Auszeichnung steht nicht im Beleg",
        "negation": "die Verneinung ist im Beleg eine andere",
        "comparison": "der Vergleich geht im Beleg in die andere Richtung",
        "meaning": "der Beleg sagt das nicht deutlich genug",
    },
    "en": {
        "no_evidence": "without evidence",
        "instruction": "the evidence tells a language model what to say",
        "figure": "a figure is not in the evidence",
        "date": "a date does not agree with the evidence",
        "unit": "a unit is another one in the evidence",
        "name": "a name is not in the evidence",
        "order": "two names have changed places",
        "link": "an address or mark-up is not in the evidence",
        "negation": "what is denied differs from the evidence",
        "comparison": "the comparison goes the other way in the evidence",
        "meaning": "the evidence does not say this clearly enough",
    },
}

_QUOTES: dict[Language, tuple[str, str]] = {"de": ("„", "“"), "en": ("“", "”")}


def refusal(language: Language, reason: Reason, **values: int) -> str:
    """The text of a reply that answers nothing."""
    return _REFUSALS[language][reason].format(**values)


def not_answered(language: Language, parts: Sequence[str]) -> str:
    """Names the parts of a question that are not answered, between the reply's quotation marks."""
    return _MISSING[language].format(parts=" ".join(quoted(part, language) for part in parts))


def doubts(language: Language, reasons: Sequence[Doubt]) -> str:
    """Why a statement counts as unsupported, in words."""
    return "; ".join(_DOUBTS[language][reason] for reason in reasons)


def format_date(date: str, language: Language) -> str:
    """An ISO date to the precision it has, in words; ``undated`` for none."""
    if not date:
        return _UNDATED[language]
    year, *rest = date.split("-")
    if not rest or not rest[0].isdigit() or not 1 <= int(rest[0]) <= 12:
        return date if rest else year
    month = _MONTHS[language][int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}"
    if not rest[1].isdigit():
        return date
    day = int(rest[1])
    return f"{day}. {month} {year}" if language == "de" else f"{day} {month} {year}"


def lead_in(language: Language, title: str, date: str, source_language: Language) -> str:
    """Names the source of the quotes that follow, its date, and its language where it differs."""
    opening, closing = _QUOTES[language]
    source = f"{opening}{title}{closing} ({format_date(date, language)}"
    source += _SOURCE[language][source_language] + ")"
    return f"Laut {source}:" if language == "de" else f"According to {source}:"


def quoted(quote: str, source_language: Language) -> str:
    """A quote between the marks of its own language."""
    opening, closing = _QUOTES[source_language]
    return f"{opening}{quote}{closing}"
