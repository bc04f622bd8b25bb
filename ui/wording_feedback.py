"""Words of what is said about a reply: was it right, why this reply, and where else it stands."""

from __future__ import annotations

from typing import Final

FEEDBACK: Final[dict[str, tuple[str, str]]] = {
    # was it right?
    "judge": ("Stimmt das?", "Is this right?"),
    "judge_good": ("Gut", "Good"),
    "judge_wrong_passage": ("Falsche Stelle", "Wrong passage"),
    "judge_should_refuse": ("Steht nicht in den Dokumenten", "Not in the documents"),
    "judge_right_to_refuse": ("Zu Recht keine Antwort", "Rightly no answer"),
    "judge_should_answer": ("Die Antwort steht doch darin", "The answer is in there"),
    "judge_help": (
        "Ihr Urteil kommt als Frage in Ihre eigene Sammlung, mit der die Auswertung misst.",
        "Your verdict becomes a question of your own collection, which the evaluation measures with.",
    ),
    "judged": (
        "„{verdict}“: Die Frage ist in Ihrer eigenen Sammlung.",
        "“{verdict}”: the question is in your own collection.",
    ),
    "judged_again": (
        "„{verdict}“: In Ihrer Sammlung ersetzt dies Ihr früheres Urteil über diese Frage.",
        "“{verdict}”: in your collection this replaces your former verdict on this question.",
    ),
    "judged_undo": ("Zurücknehmen", "Undo"),
    "judged_evaluate": ("Zur Auswertung", "To the evaluation"),
    # marking the right place
    "mark_waiting": (
        "Wo steht es richtig? Markieren Sie die Stelle im geöffneten Dokument mit der Maus oder dem"
        " Finger und bestätigen Sie sie dort.",
        "Where is the right place? Select it in the open document with the mouse or a finger, then"
        " confirm it there.",
    ),
    "mark_cancel": ("Doch nicht", "Never mind"),
    "mark_hint": ("Richtige Stelle im Text markieren", "Select the right place in the text"),
    "mark_document": ("Dokument", "Document"),
    "mark_take": ("Das ist die richtige Stelle", "This is the right place"),
    "mark_take_highlighted": (
        "Die hervorgehobene Stelle ist richtig",
        "The highlighted place is right",
    ),
    # the same elsewhere
    "also_in": ("Auch in: {title}", "Also in: {title}"),
    "also_more": ("und an {count} weiteren Stellen", "and at {count} more places"),
    "also_more_one": ("und an einer weiteren Stelle", "and at one more place"),
    # why this reply
    "why_answer": ("Warum diese Antwort?", "Why this answer?"),
    "why_refusal": ("Warum keine Antwort?", "Why no answer?"),
    "why_working": ("Wird nachgerechnet …", "Working it out …"),
    "why_nothing": (
        "Zu dieser Frage wurde nichts gesucht.",
        "Nothing was searched for this question.",
    ),
    "why_decision": ("Antworten die Dokumente?", "Do the documents answer?"),
    "why_sure": (
        "Sicherheit {share}; geantwortet wird ab {threshold}.",
        "{share} sure; answers are given from {threshold} on.",
    ),
    "why_other": (
        "Beurteilt nach dem heutigen Stand. Gegeben wurde die Antwort bei {share}; seither haben sich"
        " Dokumente oder Einstellungen geändert.",
        "Judged as of today. The reply was given at {share}; documents or settings have changed"
        " since.",
    ),
    "why_threshold": (
        "Die Grenze ist einstellbar (answer_threshold). Höher: weniger falsche Antworten, aber mehr"
        " Fragen ohne Antwort; niedriger: umgekehrt.",
        "The limit can be set (answer_threshold). Higher: fewer wrong answers, but more questions"
        " without one; lower: the reverse.",
    ),
    "why_cost": (
        "In Ihrer letzten Auswertung ({count} Fragen):",
        "In your last evaluation ({count} questions):",
    ),
    "why_cost_limit": ("Grenze", "Limit"),
    "why_cost_wrong": ("Zu Unrecht beantwortet", "Wrongly answered"),
    "why_cost_refused": ("Zu Unrecht abgelehnt", "Wrongly refused"),
    "why_cost_of": ("{count} von {total}", "{count} of {total}"),
    "why_cost_now": ("{threshold} (jetzt)", "{threshold} (now)"),
    "why_cost_go": ("In der Auswertung messen", "Measure it in the evaluation"),
    "why_passages": ("Bestplatzierte Abschnitte", "Passages placed best"),
    "why_sentences": ("Sätze darin", "Sentences in them"),
    "why_score": ("passt zu {share}", "fit {share}"),
    "why_ranks": ("Platz allein nach {ranks}", "Place by one sign alone: {ranks}"),
    "why_rank": ("{name} {rank}", "{name} #{rank}"),
    "why_unranked": ("{name} nicht gefunden", "{name} not found"),
    "why_bars": (
        "Jeder Balken zeigt, was ein Anzeichen gegenüber dem Üblichen ausmacht: nach rechts spricht"
        " es dafür, nach links dagegen.",
        "Each bar shows what one sign changes against what is usual: to the right it speaks for it,"
        " to the left against it.",
    ),
    "why_legend": ("Was die Anzeichen bedeuten", "What the signs mean"),
    "why_for_3": ("spricht stark dafür", "speaks strongly for it"),
    "why_for_2": ("spricht dafür", "speaks for it"),
    "why_for_1": ("spricht etwas dafür", "speaks a little for it"),
    "why_even": ("wie üblich", "as usual"),
    "why_against_1": ("spricht etwas dagegen", "speaks a little against it"),
    "why_against_2": ("spricht dagegen", "speaks against it"),
    "why_against_3": ("spricht stark dagegen", "speaks strongly against it"),
    "sign_matches": ("Wort für Wort", "Word by word"),
    "sign_matches_help": (
        "Hat jedes Wort der Frage ein Gegenstück mit gleicher Bedeutung, auch in der anderen Sprache?",
        "Does each word of the question have a counterpart of like meaning, also in the other"
        " language?",
    ),
    "sign_ranking": ("Vorsprung", "Lead"),
    "sign_ranking_help": (
        "Wie gut passt das Beste, das gefunden wurde, und wie klar liegt es vor dem Nächsten?",
        "How well does the best that was found fit, and how clearly is it ahead of the next?",
    ),
    "sign_meaning": ("Sinn", "Meaning"),
    "sign_meaning_help": (
        "Handelt der Text als Ganzes vom Gleichen wie die Frage, mit welchen Worten auch immer?",
        "Is the text as a whole about the same as the question, in whatever words?",
    ),
    "sign_words": ("Wörter", "Words"),
    "sign_words_help": (
        "Kommen die Wörter, Namen und Zahlen der Frage vor, auch gebeugt oder zusammengesetzt?"
        " Seltene zählen mehr.",
        "Do the words, names and figures of the question occur, also inflected or in compounds?"
        " Rare ones count more.",
    ),
    "sign_language": ("Sprache", "Language"),
    "sign_language_help": (
        "Gleicht aus, dass Texte in der Sprache der Frage ihr leichter ähnlich sehen.",
        "Evens out that texts in the language of the question look like it more easily.",
    ),
    "sign_form": ("Art der Angabe", "Kind of statement"),
    "sign_form_help": (
        "Steht da, wonach gefragt ist (ein Datum, eine Zahl, ein Name, eine Aufzählung)? Auch Länge"
        " und Lage des Satzes zählen.",
        "Is there what is asked for (a date, a figure, a name, a list)? Length and place of the"
        " sentence count too.",
    ),
}
