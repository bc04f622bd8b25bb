"""Replies as JSON: what ``ask --json`` prints, what runs record and what chats keep."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.values import Passage, PassageId
from qa.values import (
    Answer,
    AnswerSentence,
    Citation,
    Hit,
    NotInDocuments,
    Place,
    Reply,
    Timings,
)


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """The fields other tools rely on, and beside them what is needed to show the reply again."""
    answered = isinstance(reply, Answer)
    return {
        "question": reply.question,
        "language": reply.language,
        "status": "answered" if answered else "not_in_documents",
        "reason": None if isinstance(reply, Answer) else reply.reason,
        "confidence": round(reply.confidence, 4),
        "mode": reply.mode if isinstance(reply, Answer) else "extractive",
        "text": reply.text,
        "sentences": [asdict(s) for s in reply.sentences] if isinstance(reply, Answer) else [],
        "citations": [asdict(c) for c in reply.citations] if isinstance(reply, Answer) else [],
        "missing": list(reply.missing) if isinstance(reply, Answer) else [],
        "notice": reply.notice if isinstance(reply, Answer) else "",
        "model": reply.model if isinstance(reply, Answer) else "",
        "dropped": reply.dropped if isinstance(reply, Answer) else 0,
        "tokens": reply.tokens if isinstance(reply, Answer) else 0,
        "understood": reply.understood,
        "passages": [_hit_to_json(hit) for hit in reply.passages],
        "timings_ms": {
            "retrieve": round(reply.timings.retrieve, 1),
            "answer": round(reply.timings.answer, 1),
        },
    }


def _hit_to_json(hit: Hit) -> dict[str, Any]:
    return {
        **_passage_to_json(hit.passage),
        "score": round(hit.score, 4),
        "nearest": hit.nearest,
        "also": [_passage_to_json(passage) for passage in hit.also],
    }


def _passage_to_json(passage: Passage) -> dict[str, Any]:
    return {
        "document": passage.document,
        "start": passage.start,
        "end": passage.end,
        "language": passage.language,
        "id": passage.id,
        "revision": passage.revision,
        "heading": passage.heading,
        "page": passage.page,
        "page_label": passage.page_label,
        "text": passage.text,
    }


def reply_from_json(data: dict[str, Any]) -> Reply:
    """The inverse of ``reply_to_json``, less the features of the hits; absent keys of replies that
    were kept by an older version read as the values' defaults."""
    hits = tuple(_hit_from_json(hit) for hit in data["passages"])
    timings = Timings(**data["timings_ms"])
    if data["status"] == "not_in_documents":
        return NotInDocuments(
            data["question"],
            data["language"],
            data["confidence"],
            data["reason"],
            data["text"],
            hits,
            timings,
            data.get("understood", ""),
        )
    return Answer(
        data["question"],
        data["language"],
        data["confidence"],
        data["mode"],
        data["text"],
        tuple(_sentence(s) for s in data["sentences"]),
        tuple(map(_citation, data["citations"])),
        hits,
        timings,
        tuple(data.get("missing", ())),
        data.get("notice", ""),
        data.get("model", ""),
        data.get("dropped", 0),
        data.get("understood", ""),
        data.get("tokens", 0),
    )


def _sentence(data: dict[str, Any]) -> AnswerSentence:
    cited, reworded = tuple(data["citations"]), data.get("reworded", False)
    return AnswerSentence(data["text"], cited, data["supported"], reworded)


def _citation(data: dict[str, Any]) -> Citation:
    also = tuple(Place(**place) for place in data.get("also", ()))
    return Citation(**{**data, "heading": tuple(data["heading"]), "also": also})


def _hit_from_json(data: dict[str, Any]) -> Hit:
    # Older replies tell of folded passages only where they are; those cannot be shown.
    also = tuple(_passage(one) for one in data.get("also", ()) if "text" in one)
    return Hit(_passage(data), data["score"], {}, also, data.get("nearest", 0))


def _passage(data: dict[str, Any]) -> Passage:
    return Passage(
        PassageId(data["id"]),
        data["document"],
        data["revision"],
        data["start"],
        data["end"],
        data["text"],
        data["language"],
        tuple(data["heading"]),
        data["page"],
        data.get("page_label", ""),
    )
