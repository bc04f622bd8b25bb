"""The words of evaluation: the report, the page, and feedback on an answer; part of the catalogue.

``measure_`` and ``outcome_`` say in plain words what the names in ``docs/evaluation.md`` mean.
"""

from __future__ import annotations

from typing import Final

EVALUATION: Final[dict[str, tuple[str, str]]] = {
    # the report
    "report_title": ("Auswertung", "Evaluation"),
    "report_of": (
        "{date}, {documents} Dokumente",
        "{date}, {documents} documents",
    ),
    "report_no_script": (
        "Die Liste der Fragen braucht JavaScript; die Zahlen oben nicht.",
        "The list of questions needs JavaScript; the figures above do not.",
    ),
    # figures
    "eval_asked": ("{count} Fragen gestellt.", "{count} questions asked."),
    "eval_asked_one": ("Eine Frage gestellt.", "One question asked."),
    "eval_right": (
        "{count} davon waren in Ordnung ({share}).",
        "{count} of them were fine ({share}).",
    ),
    "eval_right_one": (
        "Eine davon war in Ordnung ({share}).",
        "One of them was fine ({share}).",
    ),
    "eval_only_right": ("Die Antwort war in Ordnung.", "The reply was fine."),
    "eval_only_wrong": ("Die Antwort war nicht in Ordnung.", "The reply was not fine."),
    "oracle_given": (
        "Zur Probe: gesucht wurde nur in den richtigen Stellen.",
        "As a trial: only the right passages were searched.",
    ),
    "oracle_removed": (
        "Zur Probe: die richtigen Stellen waren entfernt.",
        "As a trial: the right passages were removed.",
    ),
    "oracle_retrieval": (
        "Zur Probe: nur gesucht, nicht geantwortet.",
        "As a trial: searched only, nothing was answered.",
    ),
    "outcome_failed": ("Fehler des Programms", "program error"),
    "outcome_hallucinated": ("geantwortet ohne Grundlage", "answered without basis"),
    "outcome_wrong_citation": ("falsche Stelle zitiert", "wrong passage cited"),
    "outcome_missed": ("richtige Stelle nicht gefunden", "right passage not found"),
    "outcome_false_refusal": ("zu Unrecht abgelehnt", "wrongly refused"),
    "outcome_right": ("richtig beantwortet", "answered rightly"),
    "outcome_right_refusal": ("zu Recht abgelehnt", "rightly refused"),
    "outcome_not_read": ("nur gesucht", "searched only"),
    "eval_headline": ("Auf einen Blick", "At a glance"),
    "eval_less": ("weniger ist besser", "less is better"),
    "eval_n": ("{count} Fragen", "{count} questions"),
    "eval_n_one": ("eine Frage", "one question"),
    "eval_interval": ("{low} bis {high}", "{low} to {high}"),
    "eval_interval_note": (
        "Der Bereich unter jeder Zahl: Mit anderen Fragen derselben Art läge sie in 95 von 100"
        " Fällen darin. Je weniger Fragen, desto breiter.",
        "The range below each figure: with other questions of the same kind it would lie within this"
        " range in 95 of 100 cases. The fewer questions, the wider.",
    ),
    "eval_directions": ("Sprache der Frage und des Dokuments", "Language of question and document"),
    "eval_directions_note": (
        "Balken: der gemessene Wert. Strich: der Bereich, in dem er mit anderen Fragen läge.",
        "Bar: the measured value. Line: the range in which it would lie with other questions.",
    ),
    "eval_direction": (
        "gefragt auf {asked}, Dokument {found}",
        "asked in {asked}, document {found}",
    ),
    "eval_tiers": (
        "Fragen ohne Antwort in den Dokumenten",
        "Questions the documents do not answer",
    ),
    "eval_tiers_note": (
        "Richtig ist hier, abzulehnen. Knapp daneben: Das Gefragte kommt vor, die Antwort nicht.",
        "To refuse is right here. Near miss: what is asked about occurs, the answer does not.",
    ),
    "tier_near-miss": ("knapp daneben", "near miss"),
    "tier_off-topic": ("anderes Thema", "off topic"),
    "part_dev": ("Teil dev", "part dev"),
    "part_test": ("Teil test", "part test"),
    "eval_overall": ("alle", "all"),
    "eval_curves": (
        "Was die angegebene Sicherheit wert ist",
        "What the stated confidence is worth",
    ),
    "curve_risk_title": ("Wer weniger beantwortet, irrt seltener", "Answer less, err less"),
    "curve_risk_note": (
        "Nach rechts: Anteil der beantworteten Fragen, die sichersten zuerst. Nach oben: wie viele"
        " davon falsch sind. Gestrichelt: so viele wurden in diesem Lauf beantwortet; der Punkt ist"
        " die jetzige Schwelle.",
        "To the right: share of questions answered, surest first. Upwards: how many of them are"
        " wrong. Dashed: as many were answered in this run; the dot is the present threshold.",
    ),
    "curve_now": (
        "Jetzige Schwelle: beantwortet ab einer Sicherheit von {threshold}; {coverage} beantwortet,"
        " davon {risk} falsch.",
        "Present threshold: answered from a confidence of {threshold} on; {coverage} answered, of"
        " these {risk} wrong.",
    ),
    "curve_coverage": ("beantwortet", "answered"),
    "curve_risk": ("davon falsch", "of these wrong"),
    "curve_calibration_title": (
        "Stimmt die angegebene Wahrscheinlichkeit?",
        "Does the stated probability hold?",
    ),
    "curve_calibration_note": (
        "Jeder Punkt fasst Fragen mit ähnlicher Angabe zusammen, größere mehr Fragen. Auf der"
        " Linie stimmt die Angabe genau; darunter war sie zu zuversichtlich.",
        "Each dot sums up questions with a similar statement, larger ones more questions. On the"
        " line the statement is exact; below it was too confident.",
    ),
    "curve_stated": ("angegeben", "stated"),
    "curve_observed": ("tatsächlich beantwortbar", "answerable in fact"),
    "eval_all_figures": ("Alle Zahlen", "All figures"),
    "eval_by_group": ("Nach Teil, Sprache und Etikett", "By part, language and tag"),
    "eval_measure": ("Zahl", "Figure"),
    "eval_group": ("Gruppe", "Group"),
    "eval_cases_head": ("Fragen", "Questions"),
    "eval_cases": (
        "Frage für Frage, die schlechtesten zuerst",
        "Question by question, worst first",
    ),
    "eval_about": ("Womit gemessen wurde", "What was measured with"),
    "eval_latency": (
        "{p50} ms in der Mitte, {p95} ms bei den langsamsten 5 %",
        "{p50} ms in the middle, {p95} ms for the slowest 5%",
    ),
    "eval_tokens": (
        "im Schnitt {tokens} Token des Sprachmodells",
        "{tokens} tokens of the language model on average",
    ),
    "about_sets": ("Fragensammlung", "Question set"),
    "about_date": ("Zeitpunkt", "Date"),
    "about_documents": ("Dokumente", "Documents"),
    "about_data": ("Prüfsumme der Fragen", "Hash of the questions"),
    "about_corpus": ("Prüfsumme der Dokumente", "Hash of the documents"),
    "about_model": ("Modell", "Model"),
    "about_versions": ("Programme", "Packages"),
    "about_commit": ("Stand des Programms", "Commit"),
    "about_machine": ("Rechner", "Machine"),
    "about_latency": ("Dauer einer Antwort", "Time of an answer"),
    "about_settings": ("Einstellungen", "Settings"),
    # measures
    "measure_hit_at_1": ("Richtige Stelle an erster Stelle", "Right passage first"),
    "measure_hit_at_3": ("Richtige Stelle unter den ersten 3", "Right passage in the first 3"),
    "measure_hit_at_5": ("Richtige Stelle unter den ersten 5", "Right passage in the first 5"),
    "measure_hit_at_10": ("Richtige Stelle unter den ersten 10", "Right passage in the first 10"),
    "measure_mrr_at_10": (
        "Rang der richtigen Stelle (MRR@10)",
        "Rank of the right passage (MRR@10)",
    ),
    "measure_ndcg_at_10": ("Güte der Rangfolge (nDCG@10)", "Quality of the ranking (nDCG@10)"),
    "measure_recall_at_5": (
        "Anteil der richtigen Stellen unter den ersten 5",
        "Share of the right passages in the first 5",
    ),
    "measure_recall_at_10": (
        "Anteil der richtigen Stellen unter den ersten 10",
        "Share of the right passages in the first 10",
    ),
    "measure_document_hit_at_1": (
        "Richtiges Dokument an erster Stelle",
        "Right document first",
    ),
    "measure_document_hit_at_3": (
        "Richtiges Dokument unter den ersten 3",
        "Right document in the first 3",
    ),
    "measure_document_hit_at_5": (
        "Richtiges Dokument unter den ersten 5",
        "Right document in the first 5",
    ),
    "measure_document_hit_at_10": (
        "Richtiges Dokument unter den ersten 10",
        "Right document in the first 10",
    ),
    "measure_document_mrr_at_10": (
        "Rang des richtigen Dokuments (MRR@10)",
        "Rank of the right document (MRR@10)",
    ),
    "measure_document_ndcg_at_10": (
        "Rangfolge der Dokumente (nDCG@10)",
        "Ranking of documents (nDCG@10)",
    ),
    "measure_document_recall_at_10": (
        "Anteil der richtigen Dokumente unter den ersten 10",
        "Share of the right documents in the first 10",
    ),
    "measure_evidence_hit": ("Richtige Stelle zitiert", "Right passage cited"),
    "measure_evidence_recall": (
        "Anteil der richtigen Stellen, die zitiert sind",
        "Share of the right passages that are cited",
    ),
    "measure_evidence_coverage": (
        "Anteil der erwarteten Zeichen, die zitiert sind",
        "Share of the expected characters that are cited",
    ),
    "measure_quote_hit_at_1": (
        "Erstes Zitat enthält die ganze richtige Stelle",
        "First quote holds the whole right passage",
    ),
    "measure_quote_hit_at_3": (
        "Eines der ersten 3 Zitate enthält sie ganz",
        "One of the first 3 quotes holds it whole",
    ),
    "measure_citation_precision": (
        "Anteil der Zitate von richtigen Stellen",
        "Share of quotes from right passages",
    ),
    "measure_citation_validity": ("Zitate stehen wörtlich da", "Quotes are word for word"),
    "measure_alce_recall": (
        "Aussagen, die ihre Zitate belegen (ALCE)",
        "Statements that their quotes bear out (ALCE)",
    ),
    "measure_alce_precision": (
        "Zitate, die ihre Aussage braucht (ALCE)",
        "Quotes that their statement needs (ALCE)",
    ),
    "measure_alce_recall_gold": (
        "Aussagen mit einem Zitat von richtiger Stelle",
        "Statements with a quote from a right passage",
    ),
    "measure_unsupported": ("Aussagen ohne Beleg", "Statements without evidence"),
    "measure_answer_match": ("Erwartete Angabe in der Antwort", "Expected words in the answer"),
    "measure_exact_match": (
        "Antwort ist genau die erwartete",
        "Answer is exactly the expected one",
    ),
    "measure_f1": (
        "Gemeinsame Wörter mit der erwarteten (F1)",
        "Words shared with the expected (F1)",
    ),
    "measure_language_match": (
        "Antwort in der Sprache der Frage",
        "Answer in the question's language",
    ),
    "measure_refusal_precision": (
        "Ablehnungen, die richtig waren",
        "Refusals that were right",
    ),
    "measure_refusal_recall": (
        "Unbeantwortbares, das abgelehnt wurde",
        "Unanswerable questions that were refused",
    ),
    "measure_refusal_f1": ("Ablehnen, beides zusammen (F1)", "Refusing, both together (F1)"),
    "measure_refusal_balanced_accuracy": (
        "Richtig entschieden (balanced accuracy)",
        "Decided rightly (balanced accuracy)",
    ),
    "measure_refusal_hallucination_rate": (
        "Unbeantwortbares, das beantwortet wurde",
        "Unanswerable questions answered",
    ),
    "measure_refusal_error_rate": (
        "Beantwortbares, das abgelehnt wurde",
        "Answerable questions refused",
    ),
    "measure_refusal_auroc": (
        "Trennschärfe der Sicherheit (AUROC)",
        "Separation by confidence (AUROC)",
    ),
    "measure_aurc": ("Fläche unter der Kurve (AURC)", "Area under the curve (AURC)"),
    "measure_ece": ("Mittlere Abweichung (ECE)", "Mean deviation (ECE)"),
    # cases
    "case_worst": ("Die schlechtesten Antworten", "The worst answers"),
    "case_every": ("Alle Fragen, die schlechtesten zuerst", "All questions, worst first"),
    "case_all": ("Alle", "All"),
    "case_search": ("In den Fragen suchen", "Search the questions"),
    "case_language": ("Sprache", "Language"),
    "case_direction": ("Richtung", "Direction"),
    "case_tag": ("Etikett", "Tag"),
    "case_any": ("alle", "any"),
    "case_shown": ("{shown} von {total} gezeigt", "{shown} of {total} shown"),
    "case_none": ("Keine Frage passt dazu.", "No question fits."),
    "case_more": ("Weitere zeigen", "Show more"),
    "case_before": ("Vorher im Gespräch", "Earlier in the conversation"),
    "case_reply": ("Antwort", "Reply"),
    "case_failed": (
        "Das Programm hat hier versagt; die Frage zählt als falsch.",
        "The program failed here; the question counts as wrong.",
    ),
    "case_expected": ("Erwartet", "Expected"),
    "case_expected_refusal": (
        "Eine Ablehnung: Die Dokumente beantworten die Frage nicht.",
        "A refusal: the documents do not answer the question.",
    ),
    "case_expected_words": (
        "Eine dieser Angaben soll in der Antwort stehen:",
        "One of these should be in the answer:",
    ),
    "case_found": ("Gefundene Stellen", "Passages found"),
    "case_gold": ("erwartet", "expected"),
    "case_cited": ("zitiert", "cited"),
    "case_on_gold": ("richtige Stelle", "right passage"),
    "case_off_gold": ("andere Stelle", "another passage"),
    "case_rank": (
        "Die richtige Stelle steht auf Rang {rank} der gefundenen.",
        "The right passage has rank {rank} of those found.",
    ),
    "case_not_found": (
        "Die richtige Stelle ist nicht unter den gefundenen.",
        "The right passage is not among those found.",
    ),
    "case_no_detail": (
        "Für diese Frage sind die Einzelheiten hier nicht enthalten; sie stehen in rows.jsonl.",
        "The details of this question are not included here; they are in rows.jsonl.",
    ),
    "case_words_missing": ("erwartete Angabe fehlt", "expected words missing"),
    "case_confidence": ("Sicherheit {share}", "confidence {share}"),
    "case_limits": (
        "Diese Liste zeigt die {shown} schlechtesten von {total} Fragen, die {detailed}"
        " schlechtesten mit Einzelheiten; alle stehen in rows.jsonl.",
        "This list shows the worst {shown} of {total} questions, the worst {detailed} with"
        " details; all are in rows.jsonl.",
    ),
    "case_open": ("Im Gespräch öffnen", "Open in the chat"),
    # the page
    "page_evaluation": ("Auswertung", "Evaluation"),
    "evaluation_intro": (
        "Stellen Sie viele Fragen auf einmal, deren Antworten Sie kennen, und sehen Sie, was daraus"
        " wird: was stimmt, was erfunden ist, was übersehen wurde. Kein Sprachmodell urteilt mit.",
        "Ask many questions at once whose answers you know, and see what becomes of them: what is"
        " right, what is made up, what was overlooked. No language model is the judge.",
    ),
    "set_choose": ("Welche Fragen?", "Which questions?"),
    "set_own": ("Eigene Fragen aus Rückmeldungen", "Questions of your own from feedback"),
    "set_own_note": ("im Gespräch gesammelt", "gathered in the chat"),
    "set_kept_note": ("hochgeladen", "uploaded"),
    "set_shipped_note": ("zu den Beispieldokumenten", "about the sample documents"),
    "set_faulty": ("fehlerhaft", "faulty"),
    "run_start": ("Auswertung starten", "Start the evaluation"),
    "run_starting": ("Auswertung beginnt …", "The evaluation begins …"),
    "run_progress": (
        "{done} von {total} Fragen · noch etwa {left}",
        "{done} of {total} questions · about {left} left",
    ),
    "run_stop": ("Anhalten", "Stop"),
    "run_stopping": ("Hält nach dieser Frage an …", "Stopping after this question …"),
    "run_choose": ("Ergebnis vom", "Result of"),
    "run_interrupted": ("unterbrochen nach {count} Fragen", "interrupted after {count} questions"),
    "run_interrupted_one": ("unterbrochen nach einer Frage", "interrupted after one question"),
    "run_interrupted_note": (
        "Diese Auswertung wurde unterbrochen. Was schon gefragt wurde, ist gespeichert.",
        "This evaluation was interrupted. What has been asked so far is kept.",
    ),
    "run_set_gone": (
        "Diese Auswertung wurde unterbrochen, und ihre Fragensammlung ist hier nicht mehr zu finden."
        " Legen Sie die Datei wieder in den Ordner sets im Index.",
        "This evaluation was interrupted, and its question set is no longer found here. Put the"
        " file back into the folder sets of the index.",
    ),
    "run_resume": ("Fortsetzen", "Go on"),
    "tab_cases": ("Frage für Frage", "Question by question"),
    "tab_figures": ("Zahlen und Kurven", "Figures and curves"),
    "tab_compare": ("Vergleichen", "Compare"),
    "tab_files": ("Herunterladen", "Download"),
    # questions of one's own
    "own_heading": (
        "Eigene Fragen mitbringen (Tabelle aus Excel, LibreOffice …)",
        "Bring questions of your own (table from Excel, LibreOffice …)",
    ),
    "how_1": (
        "Laden Sie die Vorlage herunter und öffnen Sie sie mit Ihrer Tabellenkalkulation. Drei"
        " Zeilen sind als Beispiel ausgefüllt; ersetzen Sie sie.",
        "Download the template and open it with your spreadsheet program. Three rows are filled in"
        " as examples; replace them.",
    ),
    "how_2": (
        "Schreiben Sie je Zeile eine Frage. Kopieren Sie den Satz, der sie beantwortet, aus dem"
        " Dokument in die Spalte quote. Nehmen Sie auch Fragen auf, die Ihre Dokumente nicht"
        " beantworten: Dort soll abgelehnt werden.",
        "Write one question per row. Copy the sentence that answers it from the document into the"
        " column quote. Include questions that your documents do not answer: there, a refusal is"
        " right.",
    ),
    "how_3": (
        "Speichern Sie die Tabelle als CSV und laden Sie die Datei unten hoch. Fehler werden mit Zeile"
        " und Spalte genannt.",
        "Save the table as CSV and upload the file below. Faults are named with row and column.",
    ),
    "how_4": (
        "Starten Sie die Auswertung. Die schlechtesten Antworten stehen danach oben; ein Klick"
        " zeigt Antwort, erwartete Stelle und gefundene Stellen nebeneinander.",
        "Start the evaluation. The worst answers then come first; a click shows the reply, the"
        " expected place and the passages found side by side.",
    ),
    "how_columns": ("Spalten der Tabelle", "Columns of the table"),
    "how_column": ("Spalte", "Column"),
    "how_content": ("Was hineinkommt", "What goes into it"),
    "column_question": (
        "die Frage, wie jemand sie stellen würde",
        "the question, as somebody would ask it",
    ),
    "column_language": ("ihre Sprache: de oder en", "its language: de or en"),
    "column_answerable": (
        "ja, wenn die Dokumente sie beantworten, sonst nein",
        "yes if the documents answer it, else no",
    ),
    "column_answers": (
        "was in einer guten Antwort steht, zum Beispiel 90 EUR; mehrere Schreibweisen mit | dazwischen;"
        " darf leer bleiben",
        "what a good answer contains, for example 90 EUR; several ways of writing with | between;"
        " may be left empty",
    ),
    "column_document": (
        "der Name der Datei, wie er auf der Seite „Dokumente“ unter dem Titel steht",
        "the name of the file as the page “Documents” shows it below the title",
    ),
    "column_quote": (
        "der Satz aus dem Dokument, der die Frage beantwortet, Zeichen für Zeichen kopiert",
        "the sentence of the document that answers the question, copied character by character",
    ),
    "column_id": (
        "eine Nummer oder ein Kürzel, jedes nur einmal",
        "a number or a short name, each only once",
    ),
    "column_tags": (
        "Etiketten zum Gruppieren, mit | dazwischen; darf leer bleiben",
        "tags to group by, with | between; may be left empty",
    ),
    "own_template": ("Vorlage herunterladen", "Download the template"),
    "own_template_file": ("belegt-fragen.csv", "belegt-questions.csv"),
    "own_upload": ("Ihre Tabelle (CSV oder JSON Lines)", "Your table (CSV or JSON Lines)"),
    "own_faults": (
        "{count} Fehler. Bessern Sie die Datei nach und laden Sie sie erneut hoch; nichts wurde"
        " übernommen.",
        "{count} faults. Mend the file and upload it again; nothing was taken over.",
    ),
    "own_faults_one": (
        "Ein Fehler. Bessern Sie die Datei nach und laden Sie sie erneut hoch; nichts wurde"
        " übernommen.",
        "One fault. Mend the file and upload it again; nothing was taken over.",
    ),
    "own_taken": (
        "{count} Fragen übernommen und oben ausgewählt.",
        "{count} questions taken over and chosen above.",
    ),
    "own_taken_one": (
        "Eine Frage übernommen und oben ausgewählt.",
        "One question taken over and chosen above.",
    ),
    # files
    "files_note": (
        "Die Auswertung liegt vollständig in {folder}.",
        "The whole evaluation is kept in {folder}.",
    ),
    "file_report": ("Bericht zum Weitergeben (HTML)", "Report to pass on (HTML)"),
    "file_csv": ("Tabelle für Excel (CSV)", "Table for Excel (CSV)"),
    "file_junit": ("Für automatische Prüfungen (JUnit XML)", "For automatic checks (JUnit XML)"),
    "file_trec-run": ("Rangfolgen (TREC run)", "Rankings (TREC run)"),
    "file_trec-qrels": ("Richtige Stellen (TREC qrels)", "Right passages (TREC qrels)"),
    "file_ragas": ("Für ragas (JSON Lines)", "For ragas (JSON Lines)"),
    "file_deepeval": ("Für deepeval (JSON Lines)", "For deepeval (JSON Lines)"),
    "file_mteb": ("Zahlen mit Namen wie bei MTEB (JSON)", "Figures named as in MTEB (JSON)"),
    # comparing
    "compare_needs_two": (
        "Zum Vergleichen braucht es eine zweite Auswertung derselben Fragen.",
        "To compare, a second evaluation of the same questions is needed.",
    ),
    "compare_choose": ("Verglichen mit der früheren vom", "Compared with the earlier one of"),
    "compare_placeholder": ("bitte wählen", "please choose"),
    "compare_counts": (
        "{n} Fragen in beiden: {gained} jetzt in Ordnung, die es nicht waren, {lost} umgekehrt.",
        "{n} questions in both: {gained} are fine now that were not, {lost} the reverse.",
    ),
    "compare_beyond": (
        "Mehr als Zufall: {measures}.",
        "More than chance: {measures}.",
    ),
    "compare_none": (
        "Kein Unterschied ist größer, als der Zufall ihn bei so vielen Fragen macht.",
        "No difference is larger than chance makes it with so many questions.",
    ),
    "compare_differences": ("Unterschiede", "Differences"),
    "compare_note": (
        "Früher → jetzt. Der Balken geht von der Mitte nach rechts, wenn die Zahl gestiegen ist;"
        " Orange heißt schlechter. Der Strich ist der Bereich, in dem der Unterschied mit anderen"
        " Fragen läge.",
        "Earlier → now. The bar goes from the middle to the right where the figure has risen;"
        " orange means worse. The line is the range of the difference with other questions.",
    ),
    "compare_sure": ("mehr als Zufall", "more than chance"),
    "compare_chance": ("kann Zufall sein", "may be chance"),
    "compare_lost": ("Verloren: {count}", "Lost: {count}"),
    "compare_gained": ("Gewonnen: {count}", "Gained: {count}"),
    "compare_no_case": ("Keine Frage.", "No question."),
    "compare_before": ("Früher", "Earlier"),
    "compare_after": ("Jetzt", "Now"),
    "compare_differing": ("Was sonst noch anders war", "What else was different"),
}
