"""Why this reply: the decision, the passages and the sentences, in words and bars; no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eval.threshold import Cost
from index.values import Document
from qa.explaining import Explained, ExplainedPassage, ExplainedSentence, Explanation
from qa.values import Answer, Reply
from ui.render import escape, excerpt, foreign
from ui.wording import Words

SHOWN = 3
"""Passages and sentences that are explained."""

SIGNS: Final = ("matches", "ranking", "meaning", "words", "language", "form")
"""The groups of ``qa.explaining`` in the order they are shown."""

_RANKED: Final = ("meaning", "words", "matches")
_LEVELS: Final = (0.1, 0.5, 1.5)
"""From which log-odds on a sign speaks a little, plainly, strongly."""

_SCALE = 2.0
"""Log-odds that fill half a bar, unless a larger one is beside it."""

_NEAR = 0.015


def changed_html(whys: Sequence[Explanation], reply: Reply, w: Words) -> str:
    """Says so where the reply was given at another figure than is worked out now."""
    sure = [(why.decision.score, why.threshold) for why in whys if why.decision]
    covered = [score for score, threshold in sure if score >= threshold]
    now = min(covered or [score for score, _ in sure], default=reply.confidence)
    if abs(now - reply.confidence) <= _NEAR:
        return ""
    return f'<div class="b-why">{_note(w("why_other", share=w.percent(reply.confidence)))}</div>'


def decision_html(why: Explanation, w: Words, part: str = "") -> str:
    """How sure it is, against the threshold, and what made it so; ``part`` names the part of a
    question that this is about."""
    if why.decision is None:
        return f'<p class="b-note">{escape(w("why_nothing"))}</p>'
    sure, least = why.decision.score, why.threshold
    line = w("why_sure", share=w.percent(sure), threshold=w.percent(least))
    about = f'<p class="b-why-head">{foreign(part)}</p>' if part else ""
    return (
        f'<div class="b-why">{about}{_heading(w("why_decision"))}<p class="b-why-line">{escape(line)}</p>'
        f'<div class="b-meter" aria-hidden="true"><span class="b-meter-fill" style="width:{sure:.1%}">'
        f'</span><span class="b-meter-limit" style="inset-inline-start:{least:.1%}"></span></div>'
        f"{_bars(why.decision, w)}{_note(w('why_bars'))}{_legend(w)}</div>"
    )


def passages_html(
    why: Explanation, reply: Reply, documents: Mapping[str, Document], w: Words
) -> str:
    """The best passages and sentences, each with what brought it there."""
    if not why.passages:
        return ""
    passages = "".join(_passage(p, reply, documents, w) for p in why.passages[:SHOWN])
    sentences = "".join(_sentence(s, reply, documents, w) for s in why.sentences[:SHOWN])
    return (
        f'<div class="b-why">{_heading(w("why_passages"))}<ol class="b-why-list">{passages}</ol>'
        f'{_heading(w("why_sentences"))}<ol class="b-why-list">{sentences}</ol></div>'
    )


def costs_html(costs: Sequence[Cost], count: int, now: float, w: Words) -> str:
    """What other thresholds would have cost in the last run; without one, only what they do."""
    lines = [_note(w("why_threshold"))]
    if costs:
        columns = ("why_cost_limit", "why_cost_wrong", "why_cost_refused")
        head = "".join(f'<th scope="col">{escape(w(name))}</th>' for name in columns)
        rows = "".join(_cost(cost, now, w) for cost in costs)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        lines += [_note(w("why_cost", count=count)), f'<div class="b-table">{table}</div>']
    return f'<div class="b-why">{"".join(lines)}</div>'


def _cost(cost: Cost, now: float, w: Words) -> str:
    limit = w.percent(cost.threshold)
    limit = w("why_cost_now", threshold=limit) if cost.threshold == now else limit
    wrong = w("why_cost_of", count=cost.answered, total=cost.hopeless) if cost.hopeless else "–"
    refused = (
        w("why_cost_of", count=cost.refused, total=cost.answerable) if cost.answerable else "–"
    )
    return f"<tr><td>{limit}</td><td>{wrong}</td><td>{refused}</td></tr>"


def _passage(
    passage: ExplainedPassage, reply: Reply, documents: Mapping[str, Document], w: Words
) -> str:
    found = {(hit.passage.document, hit.passage.start): hit.passage.text for hit in reply.passages}
    text = found.get((passage.document, passage.start), "")
    ranks = " · ".join(_rank(name, passage.ranks.get(name), w) for name in _RANKED)
    line = w("why_ranks", ranks=ranks)
    head = _head(passage.document, passage, documents, w)
    return f'<li>{head}{_quote(text)}<p class="b-facts">{escape(line)}</p>{_bars(passage, w)}</li>'


def _rank(name: str, rank: int | None, w: Words) -> str:
    called = w(f"sign_{name}")
    return w("why_rank", name=called, rank=rank) if rank else w("why_unranked", name=called)


def _sentence(
    sentence: ExplainedSentence, reply: Reply, documents: Mapping[str, Document], w: Words
) -> str:
    cited = reply.citations if isinstance(reply, Answer) else ()
    number = next(
        (
            c.number
            for c in cited
            if c.document == sentence.document and c.start <= sentence.start < c.end
        ),
        None,
    )
    head = _head(sentence.document, sentence, documents, w, number)
    return f"<li>{head}{_quote(sentence.text)}{_bars(sentence, w)}</li>"


def _head(
    path: str,
    explained: Explained,
    documents: Mapping[str, Document],
    w: Words,
    number: int | None = None,
) -> str:
    document = documents.get(path)
    title = foreign(document.title, document.language) if document else foreign(path)
    badge = f'<span class="b-number">{number}</span> ' if number else ""
    share = w("why_score", share=w.percent(explained.score))
    return f'<p class="b-why-head">{badge}{title} <span>· {escape(share)}</span></p>'


def _quote(text: str) -> str:
    line = escape(excerpt(" ".join(text.split())))
    return f'<blockquote class="b-quote" dir="auto">{line}</blockquote>' if line else ""


def _bars(explained: Explained, w: Words) -> str:
    """One bar for each group of signals that this score weighs."""
    adds = {name: explained.adds[name] for name in SIGNS if name in explained.adds}
    scale = max([_SCALE, *map(abs, adds.values())])
    bars = "".join(_bar(name, added, added / scale, w) for name, added in adds.items())
    return f'<ul class="b-bars">{bars}</ul>'


def _bar(name: str, added: float, share: float, w: Words) -> str:
    side = "b-for" if added > 0 else "b-against"
    return (
        f'<li><span class="b-sign" title="{escape(w(f"sign_{name}_help"))}">'
        f"{escape(w(f'sign_{name}'))}</span>"
        f'<span class="b-track" aria-hidden="true"><span class="{side}" style="width:'
        f'{abs(share) / 2:.1%}"></span></span>'
        f'<span class="b-says">{escape(_says(added, w))}</span></li>'
    )


def _says(added: float, w: Words) -> str:
    level = sum(abs(added) >= bound for bound in _LEVELS)
    return w(f"why_{'for' if added > 0 else 'against'}_{level}" if level else "why_even")


def _legend(w: Words) -> str:
    pairs = "".join(
        f"<dt>{escape(w(f'sign_{name}'))}</dt><dd>{escape(w(f'sign_{name}_help'))}</dd>"
        for name in SIGNS
    )
    return f"<details><summary>{escape(w('why_legend'))}</summary><dl>{pairs}</dl></details>"


def _heading(text: str) -> str:
    return f'<p class="b-heading">{escape(text)}</p>'


def _note(text: str) -> str:
    return f'<p class="b-note">{escape(text)}</p>' if text else ""
