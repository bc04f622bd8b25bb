"""One run: every case is asked, measured and written as it comes; figures follow from the rows.

Timings and the date apart, the same inputs give the same run. ``eval.runs`` keeps runs on disk.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from eval import metrics, runs
from eval.cases import Case, CaseError, Span, load_sets
from eval.oracles import Asker, Placed, put, under
from eval.places import cluster_of, resolve
from eval.provenance import Corpus, Source, corpus_of, describe
from eval.statements import Bears, Judge, statement_measures
from eval.summary import summarise
from eval.values import AVERAGED, Measures, Oracle, Row, Summary
from index.errors import BelegtError
from index.language import detect_language
from index.values import Document, Language
from qa.serial import reply_to_json
from qa.values import Answer, Hit, Reply

Progress = Callable[[int, int], None]
"""Told the cases done and the cases in all, after each case, and once before the first where an
interrupted run is taken up. What it raises ends the run; ``runs.RunStopped`` is meant for that."""

_RANKING = AVERAGED[: AVERAGED.index("evidence_hit")]
_READING = (*AVERAGED[AVERAGED.index("evidence_hit") :], "refused", "confidence")


def evaluate(
    assistant: Asker,
    library: Source,
    files: Sequence[Path],
    out: Path | None = None,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    oracle: Oracle | None = None,
) -> Summary:
    """Ask all cases of the sets in ``files`` and measure the replies; keep the run in ``out``.

    An interrupted run in ``out`` is taken up where it stopped, if it is the same run.

    Raises:
        CaseError: a set or a case cannot be used; nothing has been asked or written then.
        RunError: ``out`` holds something else already, or cannot be written.
    """
    cases = load_sets(files)
    hashes = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    return run(
        assistant,
        cases,
        corpus_of(library),
        out,
        progress,
        overwrite=overwrite,
        settings=settings,
        files=hashes,
        oracle=oracle,
    )


def run(
    assistant: Asker,
    cases: Sequence[Case],
    corpus: Corpus,
    out: Path | None = None,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    files: Sequence[tuple[str, str]] = (),
    oracle: Oracle | None = None,
) -> Summary:
    """Ask ``cases`` in order and measure the replies; see ``evaluate``, which calls this."""
    if not cases:
        raise CaseError("no case to ask; wanted at least one.")
    asked = under(oracle, [place(case, corpus) for case in cases], corpus.store)
    provenance = describe(cases, corpus, settings or {}, files, oracle)
    begun = None
    if out is not None:
        ids = [one.case.id for one in asked]
        begun = runs.begin(out, provenance, ids, overwrite=overwrite)
    bears = Judge(getattr(assistant, "encoder", None))  # one without a model can only quote
    rows = [_row(one, *kept) for one, kept in zip(asked, begun.done if begun else (), strict=False)]
    if rows and progress:
        progress(len(rows), len(asked))
    with runs.writer(begun) as write:
        for one in asked[len(rows) :]:
            row, reply = _ask(assistant, one, corpus, oracle, bears)
            write(_as_json(row, reply))
            rows.append(row)
            if progress:
                progress(len(rows), len(asked))
    summary = summarise(rows, provenance)
    return summary if out is None else runs.publish(out, summary, rows)


# -- one case -----------------------------------------------------------------------------------


def place(case: Case, corpus: Corpus) -> Placed:
    """Find the gold of a case, the direction of its question and what it is drawn with.

    Raises:
        CaseError: as ``resolve``.
    """
    gold = tuple(resolve(case, corpus.texts))
    drawn = replace(case, cluster=cluster_of(case, corpus.texts))
    return Placed(drawn, gold, direction(case, gold, corpus.documents))


def direction(case: Case, gold: Sequence[Span], documents: Mapping[str, Document]) -> str | None:
    """Language of the question to language of the document that holds the gold; None without gold.

    Gold in both languages counts to the direction that stays in the question's own.
    """
    languages = {documents[span.document].language for span in gold}
    if not languages:
        return None
    return f"{case.language}->{case.language if case.language in languages else min(languages)}"


def _row(placed: Placed, measures: Measures, error: str | None) -> Row:
    return Row(placed.case, placed.gold, placed.direction, measures, error)


def _as_json(row: Row, reply: Reply | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": row.id,
        "reply": reply_to_json(reply) if reply else None,
        "measures": asdict(row.measures),
    }
    return data if row.error is None else data | {"error": row.error}


def _ask(
    assistant: Asker, placed: Placed, corpus: Corpus, oracle: Oracle | None, bears: Bears
) -> tuple[Row, Reply | None]:
    """Ask one case; an unexpected fault is recorded, a ``BelegtError`` ends the run."""
    reply: Reply | None = None
    error: str | None = None
    started = time.perf_counter()
    try:
        reply = put(assistant, placed, oracle)
    except BelegtError:
        raise
    except Exception as fault:  # noqa: BLE001 - the outermost loop: one case must not end the run
        error = f"{type(fault).__name__}: {fault}"
    wall = (time.perf_counter() - started) * 1e3
    measures = measure(placed.case, placed.gold, reply, corpus, wall, bears)
    return _row(placed, applicable(measures, oracle), error), reply


def applicable(measures: Measures, oracle: Oracle | None) -> Measures:
    """Without what an oracle decides beforehand: the ranking where the gold alone was searched,
    everything but the ranking where nothing was read."""
    match oracle:
        case "given":
            return replace(measures, **dict.fromkeys(_RANKING))
        case "retrieval":
            return replace(measures, **dict.fromkeys(_READING))
        case _:
            return measures


def measure(
    case: Case,
    gold: Sequence[Span],
    reply: Reply | None,
    corpus: Corpus,
    wall_ms: float,
    bears: Bears,
) -> Measures:
    """Measure one reply. None stands for an assistant that failed: wrong in all that applies."""
    citations = reply.citations if isinstance(reply, Answer) else ()
    cited = [Span(c.document, c.start, c.end) for c in citations]
    return Measures(
        **_ranked(reply, gold),
        evidence_hit=metrics.evidence_hit(cited, gold),
        evidence_recall=metrics.evidence_recall(cited, gold),
        evidence_coverage=metrics.evidence_coverage(cited, gold),
        quote_hit_at_1=metrics.quote_hit_at(1, cited, gold),
        quote_hit_at_3=metrics.quote_hit_at(3, cited, gold),
        citation_precision=metrics.citation_precision(cited, gold),
        citation_validity=metrics.citation_validity(citations, corpus.text_of),
        **_stated(reply, gold, bears),
        **_answered(case, gold, reply, corpus),
        language_match=float(reply is not None and _language(reply) == case.language),
        refused=case.answerable if reply is None else not isinstance(reply, Answer),
        confidence=reply.confidence if reply else None,
        ms=reply.timings.retrieve + reply.timings.answer if reply else None,
        wall_ms=wall_ms if reply else None,
        tokens=(reply.tokens or None) if isinstance(reply, Answer) else None,
    )


def _stated(reply: Reply | None, gold: Sequence[Span], bears: Bears) -> dict[str, float | None]:
    """Measures of statements; none applies where nothing was answered."""
    if isinstance(reply, Answer):
        return statement_measures(reply, gold, bears)
    return dict.fromkeys(("alce_recall", "alce_precision", "alce_recall_gold", "unsupported"))


def _language(reply: Reply) -> Language:
    """The language a reply is in; what a model wrote is looked at, quotes keep their own."""
    if isinstance(reply, Answer) and reply.mode == "generated":
        return detect_language(_said(reply), default=reply.language)
    return reply.language


def _ranked(reply: Reply | None, gold: Sequence[Span]) -> dict[str, float | None]:
    """Measures of the ranking, by evidence span and by document."""
    hits = reply.passages if reply else ()
    ranked = [_place(hit, gold) for hit in hits]
    documents, wanted = metrics.documents_of(ranked), metrics.documents_of(gold)
    return {
        **{f"hit_at_{k}": metrics.hit_at(k, ranked, gold) for k in (1, 3, 5, 10)},
        "mrr_at_10": metrics.mrr_at(10, ranked, gold),
        "ndcg_at_10": metrics.ndcg_at(10, ranked, gold),
        **{f"recall_at_{k}": metrics.recall_at(k, ranked, gold) for k in (5, 10)},
        **{f"document_hit_at_{k}": metrics.hit_at(k, documents, wanted) for k in (1, 3, 5, 10)},
        "document_mrr_at_10": metrics.mrr_at(10, documents, wanted),
        "document_ndcg_at_10": metrics.ndcg_at(10, documents, wanted),
        "document_recall_at_10": metrics.recall_at(10, documents, wanted),
    }


def _place(hit: Hit, gold: Sequence[Span]) -> Span:
    """Where a hit lies; of passages that say the same, the one that the set asks for."""
    places = [Span(p.document, p.start, p.end) for p in (hit.passage, *hit.also)]
    return next((p for p in places if metrics.hit_at(1, [p], gold)), places[0])


def _answered(
    case: Case, gold: Sequence[Span], reply: Reply | None, corpus: Corpus
) -> dict[str, float | None]:
    """Measures of what the answer says; short answers are cut from the documents, so articles go by
    the language of the document that holds the gold."""
    if not case.answerable:
        return {"answer_match": None, "exact_match": None, "f1": None}
    said = _said(reply)
    language: Language = corpus.documents[gold[0].document].language if gold else case.language
    return {
        "answer_match": metrics.answer_match(_shown(reply), case.answers),
        "exact_match": metrics.exact_match(said, case.answers, language),
        "f1": metrics.f1(said, case.answers, language),
    }


def _said(reply: Reply | None) -> str:
    """What the answer itself says: lead-ins, which name source and date, are left out."""
    if not isinstance(reply, Answer):
        return ""
    if reply.mode == "extractive":
        return "\n".join(citation.quote for citation in reply.citations)
    return "\n".join(sentence.text for sentence in reply.sentences)


def _shown(reply: Reply | None) -> str:
    """What the answer says and quotes: what is expected is cut from a document, in its language and
    notation, and stands beside a statement that puts it in other words."""
    if not isinstance(reply, Answer) or reply.mode == "extractive":
        return _said(reply)
    return "\n".join([_said(reply), *(citation.quote for citation in reply.citations)])
