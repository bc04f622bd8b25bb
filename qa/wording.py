"""What an answer says besides its quotes: lead-ins and refusals, German and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from index.values import Language
from qa.support import Doubt
from qa.values import AnswerSentence, Reason

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
        "no_documents": "Es gibt kein Dokument, das durchsucht werden könnte. Lesen Sie zuerst einen"
        " Ordner ein (belegt sync ORDNER).",
        "no_question": "Das ist keine Frage, nach der sich suchen lässt. Schreiben Sie bitte ein paar"
        " Wörter.",
        "too_long": "Die Frage ist {count} Zeichen lang; erlaubt sind {limit}. Bitte kürzen Sie sie.",
        "other_language": "belegt versteht Fragen auf Deutsch und Englisch; diese scheint in einer"
        " anderen Sprache zu sein. Bitte stellen Sie sie auf Deutsch oder Englisch.",
    },
    "en": {
        "no_documents": "There is no document to search. Read in a folder first"
        " (belegt sync FOLDER).",
        "no_question": "That is no question that can be searched for. Please write a few words.",
        "too_long": "The question is {count} characters long; {limit} are allowed. Please shorten it.",
        "other_language": "belegt understands questions in German and English; this one seems to be"
        " in another language. Please ask it in German or English.",
    },
}

_SEARCHED: dict[Language, tuple[str, str, str]] = {
    "de": (
        "Durchsucht wurde das eine Dokument.",
        "Durchsucht wurden alle {count} Dokumente.",
        "Durchsucht wurden {count} von {total} Dokumenten, wie ausgewählt.",
    ),
    "en": (
        "The one document was searched.",
        "All {count} documents were searched.",
        "Of {total} documents, {count} were searched, as chosen.",
    ),
}

_NEAREST: dict[Language, str] = {
    "de": "Keine Stelle darin beantwortet die Frage; die nächstliegenden sind aufgeführt, aber keine"
    " Antwort.",
    "en": "No passage in them answers the question; the nearest ones are listed, but are not an"
    " answer.",
}

_ABSENT: dict[Language, str] = {
    "de": "In keinem Dokument kommt vor: {words}. Fragen Sie mit einem anderen Wort dafür, oder lesen"
    " Sie Dokumente dazu ein.",
    "en": "No document contains {words}. Ask with another word for it, or read in documents about it.",
}

_ELSE: dict[Language, str] = {
    "de": "Die Wörter der Frage kommen vor, aber nirgends sicher als Antwort. Sehen Sie die Stellen"
    " durch, oder fragen Sie mit anderen Worten nach einer einzelnen Angabe.",
    "en": "The words of the question occur, but nowhere surely as an answer. Look through the"
    " passages, or ask in other words for one thing.",
}

_MISSING: dict[Language, str] = {
    "de": "Nicht beantwortet wird in den Dokumenten: {parts}",
    "en": "Not answered in the documents: {parts}",
}

Notice = Literal[
    "unreachable",
    "rejected",
    "slow",
    "malformed",
    "form",
    "cut",
    "long",
    "empty",
    "repeating",
    "wrong_language",
    "refused",
    "nothing_supported",
    "beside",
    "no_room",
    "stopped",
]
"""Why no language model wrote an answer though one is set; see ``qa.endpoint`` and
``qa.generative``."""

_NOTICE: dict[Language, str] = {
    "de": "Wörtlich zitiert, denn {why}.",
    "en": "Quoted word for word, because {why}.",
}

_WHY: dict[Language, dict[Notice, str]] = {
    "de": {
        "unreachable": "das Sprachmodell ist nicht erreichbar",
        "rejected": "der Endpunkt des Sprachmodells hat die Anfrage abgelehnt",
        "slow": "das Sprachmodell hat zu lange gebraucht",
        "malformed": "die Antwort des Sprachmodells hat nicht die verlangte Form",
        "form": "der Endpunkt des Sprachmodells versteht die Anfrage nicht",
        "cut": "der Endpunkt hat die Eingabe gekürzt (Einstellung llm_context)",
        "long": "die Antwort des Sprachmodells wurde zu lang",
        "empty": "das Sprachmodell hat nichts geschrieben",
        "repeating": "das Sprachmodell hat sich nur wiederholt",
        "wrong_language": "das Sprachmodell hat nicht auf Deutsch geantwortet",
        "refused": "das Sprachmodell hat in den gefundenen Sätzen keine Antwort gesehen",
        "nothing_supported": "was das Sprachmodell schrieb, ist nicht belegt",
        "beside": "was das Sprachmodell schrieb, geht an der Frage vorbei",
        "no_room": "für die Sätze ist kein Platz in der Eingabe (Einstellung llm_context)",
        "stopped": "das Sprachmodell wurde vor seiner ersten Aussage angehalten",
    },
    "en": {
        "unreachable": "the language model cannot be reached",
        "rejected": "the endpoint of the language model has refused the request",
        "slow": "the language model took too long",
        "malformed": "the reply of the language model does not have the form asked for",
        "form": "the endpoint of the language model does not understand the request",
        "cut": "the endpoint has cut the input (setting llm_context)",
        "long": "the reply of the language model became too long",
        "empty": "the language model wrote nothing",
        "repeating": "the language model did but repeat itself",
        "wrong_language": "the language model did not answer in English",
        "refused": "the language model saw no answer in the sentences found",
        "nothing_supported": "what the language model wrote is not supported",
        "beside": "what the language model wrote is beside the question",
        "no_room": "the input has no room for the sentences (setting llm_context)",
        "stopped": "the language model was stopped before its first statement",
    },
}

_REMARKS: dict[Language, tuple[str, str]] = {
    "de": ("(umformuliert, bitte vergleichen)", "(nicht belegt)"),
    "en": ("(reworded, please compare)", "(not supported)"),
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

_SEARCHED_ONLY: dict[Language, str] = {
    "de": "Gesucht wurde nur hier: {scope}.",
    "en": "Only this was searched: {scope}.",
}

_SCOPE: dict[Language, dict[str, str]] = {
    "de": {
        "documents": "{count} Dokumente",
        "de": "auf Deutsch",
        "en": "auf Englisch",
        "since": "ab {date}",
        "until": "bis {date}",
    },
    "en": {
        "documents": "{count} documents",
        "de": "in German",
        "en": "in English",
        "since": "from {date} on",
        "until": "until {date}",
    },
}

_QUOTES: dict[Language, tuple[str, str]] = {"de": ("„", "“"), "en": ("“", "”")}


def refusal(language: Language, reason: Reason, **values: int) -> str:
    """The text of a reply that answers nothing."""
    return _REFUSALS[language][reason].format(**values)


def not_covered(language: Language, count: int, total: int, absent: Sequence[str]) -> str:
    """The text of a refusal after a search of ``count`` documents of ``total``, in three lines: what
    was searched, that it does not answer, and how to ask anew; ``absent`` words are in none."""
    one, every, some = _SEARCHED[language]
    searched = some if count < total else one if count == 1 else every
    words = ", ".join(quoted(word, language) for word in absent)
    hint = _ABSENT[language].format(words=words) if absent else _ELSE[language]
    lines = (searched.format(count=count, total=total), _NEAREST[language], hint)
    return "\n".join(lines)


def not_answered(language: Language, parts: Sequence[str]) -> str:
    """Names the parts of a question that are not answered, between the reply's quotation marks."""
    return _MISSING[language].format(parts=" ".join(quoted(part, language) for part in parts))


def notice(language: Language, why: Notice) -> str:
    """One line above quotes that a language model was to put into words."""
    return _NOTICE[language].format(why=_WHY[language][why])


def remark(sentence: AnswerSentence, language: Language) -> str:
    """What is said behind a sentence that does not stand in the documents word for word, else ""."""
    reworded, unsupported = _REMARKS[language]
    return "" if sentence.supported else reworded if sentence.reworded else unsupported


def doubts(language: Language, reasons: Sequence[Doubt]) -> str:
    """Why a statement counts as unsupported, in words."""
    return "; ".join(_DOUBTS[language][reason] for reason in reasons)


def searched_only(language: Language, scope: str) -> str:
    """Says that only a part of the documents was searched; ``scope`` as ``scope_words`` names it."""
    return _SEARCHED_ONLY[language].format(scope=scope)


def scope_words(
    titles: Sequence[str],
    count: int,
    languages: Sequence[Language],
    since: str,
    until: str,
    language: Language,
) -> str:
    """What a search is limited to, between dots; one document of ``count`` is named by its title."""
    words = _SCOPE[language]
    parts = []
    if count:
        one = count == 1 and bool(titles)
        parts.append(quoted(titles[0], language) if one else words["documents"].format(count=count))
    parts += [words[code] for code in languages]
    parts += [
        words[name].format(date=format_date(date, language))
        for name, date in (("since", since), ("until", until))
        if date
    ]
    return " · ".join(parts)


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
