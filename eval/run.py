"""One run: every case is asked, measured and written as it comes; figures follow from the rows.

A run folder holds ``rows.jsonl`` (one row per case, in the order of the set) and ``summary.json``
(the figures, and all that a later comparison must know). Rows are written to ``rows.jsonl.part``
while the run goes on, so what an interrupted run has found stays; a folder with a ``summary.json``
is complete, and the summary names the SHA-256 of its rows. Timings and the date apart, the same
inputs give the same run.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from eval import metrics
from eval.cases import Case, CaseError, Span, load_sets, resolve, to_jsonl
from eval.metrics import Decision
from index.errors import BelegtError
from index.store import Store
from index.values import Document, Fingerprint
from qa.serial import reply_to_json
from qa.values import Answer, Reply

ROWS = "rows.jsonl"
PART = "rows.jsonl.part"
SUMMARY = "summary.json"
DIRECTIONS = ("de->de", "en->en", "de->en", "en->de")
LANGUAGES = ("de", "en")
PARTS = ("dev", "test")
TIERS = ("near-miss", "off-topic")
PACKAGES = ("belegt", "sentence-transformers", "torch", "faiss-cpu", "numpy")

Progress = Callable[[int, int], None]
"""Told the cases done and the cases in all, after each case."""


class RunError(BelegtError):
    """A run cannot be kept where it was asked to be."""


class Asker(Protocol):
    """What is measured; ``qa.assistant.Assistant`` is one."""

    def ask(self, question: str, /) -> Reply: ...


class Source(Protocol):
    """Where the canonical texts come from; ``index.library.Library`` is one."""

    @property
    def store(self) -> Store: ...

    def documents(self) -> dict[str, Document]: ...

    def text(self, revision: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is asked about: documents and canonical texts by path, and the state of the index."""

    documents: Mapping[str, Document]
    texts: Mapping[str, str]
    fingerprint: Fingerprint | None = None
    state: int = 0

    def text_of(self, document: str, revision: str) -> str | None:
        """Canonical text of a document if ``revision`` is the one indexed."""
        found = self.documents.get(document)
        return self.texts.get(document) if found and found.revision == revision else None

    def sha256(self) -> str:
        """Hash of all paths and revisions, in order of path."""
        lines = (f"{path} {self.documents[path].revision}\n" for path in sorted(self.documents))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one case; None where one does not apply.

    ``ms`` is retrieving and answering as the reply states it, ``wall_ms`` the whole call.
    """

    hit_at_1: float | None
    hit_at_3: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    recall_at_5: float | None
    recall_at_10: float | None
    evidence_hit: float | None
    evidence_coverage: float | None
    citation_precision: float | None
    citation_validity: float | None
    answer_match: float | None
    language_match: float
    refused: bool
    confidence: float | None
    ms: float | None
    wall_ms: float | None


AVERAGED = (
    "hit_at_1",
    "hit_at_3",
    "hit_at_5",
    "hit_at_10",
    "mrr_at_10",
    "ndcg_at_10",
    "recall_at_5",
    "recall_at_10",
    "evidence_hit",
    "evidence_coverage",
    "citation_precision",
    "citation_validity",
    "answer_match",
    "language_match",
)
"""Measures whose average is a figure; the others feed figures of refusal and latency."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One case of a run with its measures; ``direction`` is ``de->en`` and the like."""

    case: Case
    direction: str | None
    measures: Measures
    failed: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and the number of cases that it rests on; None where there are none."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Group:
    """Figures by name of the ``n`` cases that share something.

    ``by`` says what: overall, direction, language, tier or tag. ``part`` is dev or test, None for
    the whole set. Figures of refusal need both kinds of cases: a tier is set against all answerable
    cases, a direction against the unanswerable ones in the language of its questions.
    """

    by: str
    name: str
    part: str | None
    n: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds per question, without the first of the run, which may load the model."""

    n: int
    p50: float | None
    p95: float | None
    wall_p50: float | None
    wall_p95: float | None
    first_wall: float | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was measured, on what, with what: two runs compare only where ``data_sha256`` agrees.

    ``data_sha256`` is of the cases, so the same set as JSON Lines and as CSV has the same;
    ``files`` pairs each set's name with the SHA-256 of its bytes.
    """

    data_sha256: str
    files: Sequence[tuple[str, str]]
    corpus_sha256: str
    corpus_state: int
    documents: int
    fingerprint: Mapping[str, Any] | None
    settings: Mapping[str, Any]
    versions: Mapping[str, str | None]
    commit: str | None
    python: str
    machine: str
    date: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a run; ``errors`` counts cases on which the assistant failed."""

    n: int
    errors: int
    groups: tuple[Group, ...]
    latency: Latency
    provenance: Provenance
    rows_sha256: str | None = None

    def group(self, by: str, name: str, part: str | None = None) -> Group | None:
        """The figures of one group; None where no case is in it."""
        wanted = (by, name, part)
        return next((g for g in self.groups if (g.by, g.name, g.part) == wanted), None)


def evaluate(
    assistant: Asker,
    library: Source,
    files: Sequence[Path],
    out: Path | None = None,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Summary:
    """Ask all cases of the sets in ``files`` and measure the replies; keep the run in ``out``.

    Raises:
        CaseError: a set or a case cannot be used; nothing has been asked or written then.
        RunError: ``out`` holds something already, or cannot be written.
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
) -> Summary:
    """Ask ``cases`` in order and measure the replies; see ``evaluate``, which calls this."""
    if not cases:
        raise CaseError("no case to ask; wanted at least one.")
    golds = [resolve(case, corpus.texts) for case in cases]
    provenance = _provenance(cases, corpus, settings or {}, files)
    if out is not None:
        _claim(out, overwrite)
    scored: list[Scored] = []
    with _rows(out) as write:
        for case, gold in zip(cases, golds, strict=True):
            one, row = _ask(assistant, case, gold, corpus)
            write(row)
            scored.append(one)
            if progress:
                progress(len(scored), len(cases))
    summary = summarise(scored, provenance)
    return summary if out is None else _publish(out, summary)


def corpus_of(library: Source) -> Corpus:
    """The documents of a library as they are indexed now."""
    return Corpus(
        library.documents(), _Texts(library), library.store.fingerprint(), library.store.state()
    )


class _Texts(Mapping[str, str]):
    """Canonical texts by path, fetched when asked for: a corpus may not fit into memory."""

    def __init__(self, library: Source) -> None:
        self._library = library
        self._revisions = {d.path: d.revision for d in library.documents().values()}

    def __getitem__(self, path: str) -> str:
        text = self._library.text(self._revisions[path])
        if text is None:
            raise KeyError(path)
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._revisions)

    def __len__(self) -> int:
        return len(self._revisions)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """A summary as JSON: what ``summary.json`` holds and ``belegt eval --json`` prints."""
    return asdict(summary)


# -- one case -----------------------------------------------------------------------------------


def direction(case: Case, gold: Sequence[Span], documents: Mapping[str, Document]) -> str | None:
    """Language of the question to language of the document that holds the gold; None without gold.

    Gold in both languages counts to the direction that stays in the question's own.
    """
    languages = {documents[span.document].language for span in gold}
    if not languages:
        return None
    return f"{case.language}->{case.language if case.language in languages else min(languages)}"


def _ask(
    assistant: Asker, case: Case, gold: Sequence[Span], corpus: Corpus
) -> tuple[Scored, dict[str, Any]]:
    """Ask one case; an unexpected fault is recorded, a ``BelegtError`` ends the run."""
    reply: Reply | None = None
    error = ""
    started = time.perf_counter()
    try:
        reply = assistant.ask(case.question)
    except BelegtError:
        raise
    except Exception as fault:  # noqa: BLE001 - the outermost loop: one case must not end the run
        error = f"{type(fault).__name__}: {fault}"
    wall = (time.perf_counter() - started) * 1e3
    found = measure(case, gold, reply, corpus, wall)
    row: dict[str, Any] = {
        "id": case.id,
        "reply": reply_to_json(reply) if reply else None,
        "measures": asdict(found),
    }
    if error:
        row["error"] = error
    where = direction(case, gold, corpus.documents)
    return Scored(case, where, found, failed=reply is None), row


def measure(
    case: Case, gold: Sequence[Span], reply: Reply | None, corpus: Corpus, wall_ms: float
) -> Measures:
    """Measure one reply. None stands for an assistant that failed: wrong in all that applies."""
    hits = reply.passages if reply else ()
    ranked = [Span(h.passage.document, h.passage.start, h.passage.end) for h in hits]
    citations = reply.citations if isinstance(reply, Answer) else ()
    cited = [Span(c.document, c.start, c.end) for c in citations]
    return Measures(
        hit_at_1=metrics.hit_at(1, ranked, gold),
        hit_at_3=metrics.hit_at(3, ranked, gold),
        hit_at_5=metrics.hit_at(5, ranked, gold),
        hit_at_10=metrics.hit_at(10, ranked, gold),
        mrr_at_10=metrics.mrr_at(10, ranked, gold),
        ndcg_at_10=metrics.ndcg_at(10, ranked, gold),
        recall_at_5=metrics.recall_at(5, ranked, gold),
        recall_at_10=metrics.recall_at(10, ranked, gold),
        evidence_hit=metrics.evidence_hit(cited, gold),
        evidence_coverage=metrics.evidence_coverage(cited, gold),
        citation_precision=metrics.citation_precision(cited, gold),
        citation_validity=metrics.citation_validity(citations, corpus.text_of),
        answer_match=metrics.answer_match(_said(reply), case.answers) if case.answerable else None,
        language_match=float(reply is not None and reply.language == case.language),
        refused=case.answerable if reply is None else not isinstance(reply, Answer),
        confidence=reply.confidence if reply else None,
        ms=reply.timings.retrieve + reply.timings.answer if reply else None,
        wall_ms=wall_ms if reply else None,
    )


def _said(reply: Reply | None) -> str:
    """What the answer itself says: lead-ins, which name source and date, are left out."""
    if not isinstance(reply, Answer):
        return ""
    if reply.mode == "extractive":
        return "\n".join(citation.quote for citation in reply.citations)
    return "\n".join(sentence.text for sentence in reply.sentences)


# -- figures ------------------------------------------------------------------------------------


def summarise(scored: Sequence[Scored], provenance: Provenance) -> Summary:
    """Put the cases of a run into figures, over all and by group."""
    groups = _groups(scored, None)
    for part in PARTS:
        groups += _groups([s for s in scored if part in s.case.tags], part)
    groups += [
        _group("tag", tag, None, members := [s for s in scored if tag in s.case.tags], members)
        for tag in sorted({t for s in scored for t in s.case.tags} - {*PARTS, *TIERS})
    ]
    return Summary(
        n=len(scored),
        errors=sum(s.failed for s in scored),
        groups=tuple(group for group in groups if group.n),
        latency=_latency([s.measures for s in scored]),
        provenance=provenance,
    )


def _groups(scored: Sequence[Scored], part: str | None) -> list[Group]:
    """All groups but the tags; those without a case have ``n`` 0."""
    unanswerable = [s for s in scored if not s.case.answerable]
    answerable = [s for s in scored if s.case.answerable]
    groups = [_group("overall", "overall", part, scored, scored)]
    for name in DIRECTIONS:
        members = [s for s in answerable if s.direction == name]
        others = [s for s in unanswerable if s.case.language == name[:2]]
        groups.append(_group("direction", name, part, members, members + others))
    for name in LANGUAGES:
        members = [s for s in scored if s.case.language == name]
        groups.append(_group("language", name, part, members, members))
    for name in TIERS:
        members = [s for s in unanswerable if name in s.case.tags]
        groups.append(_group("tier", name, part, members, answerable + members))
    return groups


def _group(
    by: str, name: str, part: str | None, members: Sequence[Scored], decided: Sequence[Scored]
) -> Group:
    """Averages over ``members``, figures of refusal over ``decided``."""
    figures = {
        measure: Figure(*metrics.mean(getattr(s.measures, measure) for s in members))
        for measure in AVERAGED
    }
    decisions = [
        Decision(s.case.answerable, s.measures.refused, s.measures.confidence) for s in decided
    ]
    for measure, value in asdict(metrics.refusal(decisions)).items():
        figures[f"refusal_{measure}"] = Figure(value, len(decisions) if value is not None else 0)
    return Group(by, name, part, len(members), figures)


def _latency(measures: Sequence[Measures]) -> Latency:
    rest = measures[1:]
    inner = [m.ms for m in rest if m.ms is not None]
    wall = [m.wall_ms for m in rest if m.wall_ms is not None]
    return Latency(
        n=len(wall),
        p50=metrics.percentile(inner, 50),
        p95=metrics.percentile(inner, 95),
        wall_p50=metrics.percentile(wall, 50),
        wall_p95=metrics.percentile(wall, 95),
        first_wall=measures[0].wall_ms,
    )


# -- what a run says of itself -------------------------------------------------------------------


def _provenance(
    cases: Sequence[Case],
    corpus: Corpus,
    settings: Mapping[str, Any],
    files: Sequence[tuple[str, str]],
) -> Provenance:
    return Provenance(
        data_sha256=hashlib.sha256(to_jsonl(cases).encode()).hexdigest(),
        files=tuple(files),
        corpus_sha256=corpus.sha256(),
        corpus_state=corpus.state,
        documents=len(corpus.documents),
        fingerprint=asdict(corpus.fingerprint) if corpus.fingerprint else None,
        settings=dict(settings),
        versions={name: _version(name) for name in PACKAGES},
        commit=_commit(Path(__file__).resolve().parent.parent),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit(folder: Path) -> str | None:
    """Commit of the checkout in ``folder``, with ``-dirty`` where it was changed; None outside."""
    if not (folder / ".git").exists():
        return None
    describe = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    command = ["git", "--no-optional-locks", "-C", str(folder), *describe]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


# -- the run folder ------------------------------------------------------------------------------


def _claim(out: Path, overwrite: bool) -> None:
    """Make the run folder; one that holds something is used only with ``overwrite``."""
    with _explained(out):
        out.mkdir(parents=True, exist_ok=True)
        held = sorted(path.name for path in out.iterdir())
    if held and not overwrite:
        what = "an interrupted run" if held == [PART] else held[0]
        raise RunError(f"{out}: holds {what}. Choose another folder, or ask for it to be replaced.")


@contextmanager
def _rows(out: Path | None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A writer of rows that flushes each; without a folder it writes nothing."""
    if out is None:
        yield lambda row: None
        return
    path = out / PART
    with _explained(out), path.open("w", encoding="utf-8", errors="backslashreplace") as file:

        def write(row: Mapping[str, Any]) -> None:
            with _explained(out):
                file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
                file.flush()

        yield write
        os.fsync(file.fileno())


def _publish(out: Path, summary: Summary) -> Summary:
    """Put rows and summary in place, the summary last; returns it with the hash of the rows."""
    with _explained(out):
        with (out / PART).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        complete = replace(summary, rows_sha256=digest)
        text = json.dumps(summary_to_json(complete), ensure_ascii=False, indent=1, default=str)
        temporary = out / f"{SUMMARY}.part"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        (out / SUMMARY).unlink(missing_ok=True)
        (out / PART).replace(out / ROWS)
        temporary.replace(out / SUMMARY)
    return complete


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Turn a fault of the disk into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"{out}: {error.strerror or error}. Make room or rights, or choose another folder;"
            f" rows written so far are in {PART}."
        ) from error
