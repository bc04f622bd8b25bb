"""Question sets: what is asked, and where in the documents the answer stands.

Sets are JSON Lines, or CSV with the same columns. Gold names places in the canonical text (an exact
quote, or ``start`` and ``end``), never passages, so a set outlives every change of the chunker.
``docs/evaluation.md`` describes the format.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import BelegtError
from index.values import Language

COLUMNS = (
    "id",
    "question",
    "language",
    "answerable",
    "answers",
    "evidence",
    "tags",
    "history",
    "within",
    "cluster",
)
CSV_COLUMNS = (*COLUMNS, "document", "quote")
EVIDENCE_FIELDS = ("document", "quote", "start", "end")
TURN_FIELDS = ("question", "answer")
SEPARATOR = " | "

_YES = frozenset({"true", "wahr", "yes", "ja", "1"})
_NO = frozenset({"false", "falsch", "no", "nein", "0"})
_SHOWN = 80


class CaseError(BelegtError):
    """A question set, or one case of it, cannot be used; names place, finding and wish."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place: code points ``start`` to ``end`` of the canonical text of ``document``."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer stands: a quote that occurs once in ``document``, or its offsets, or both."""

    document: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and answer of a conversation before the question that is asked."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what a good reply holds.

    Any one entry of ``answers`` suffices; all parts of an entry must occur. ``evidence`` lists
    alternatives or several places: reaching any one of them is a hit. What an unanswerable case
    has of both is kept and not scored. ``history`` is the conversation before, oldest turn first;
    ``within`` are the only documents that may be searched, none for all; only such a closed case
    may be answerable without evidence, and its ranking and citations are not measured then.
    Cases with the same ``cluster`` are not independent; empty, the paragraph of the gold decides.
    """

    id: str
    question: str
    language: Language
    answerable: bool
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tags: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    within: tuple[str, ...] = ()
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    """The fields of one case as read, and where they stand: ``place`` is a line, of CSV a row as
    spreadsheets count them."""

    file: str
    place: str
    fields: Mapping[str, Any]

    def fault(self, field: str, wanted: str) -> CaseError:
        return CaseError(f"{self.file}, {self.place}, {field}: {wanted}.")


def load_cases(path: Path) -> list[Case]:
    """Read one set, in order; a name that ends in ``.csv`` is CSV, any other JSON Lines.

    Raises:
        CaseError: the file cannot be read or a case is not as wanted; one line with the place.
    """
    return load_sets([path])


def load_sets(paths: Sequence[Path]) -> list[Case]:
    """Read several sets as one, in order; an id may occur once in all of them.

    Raises:
        CaseError: as ``load_cases``.
    """
    cases = []
    for _, case in located(paths):
        if isinstance(case, CaseError):
            raise case
        cases.append(case)
    return cases


def located(paths: Sequence[Path]) -> Iterator[tuple[str, Case | CaseError]]:
    """Each case of several sets with the place it stands at, or the fault in its stead; goes on
    after a fault, as far as the file can be read."""
    places: dict[str, str] = {}
    for path in paths:
        empty = True
        for record in _records(path):
            empty = False
            if isinstance(record, CaseError):
                yield str(path), record
                continue
            place = f"{record.file}, {record.place}"
            try:
                case = _case(record)
                if case.id in places:
                    where = f"found {show(case.id)}, which is in {places[case.id]} too"
                    raise record.fault("id", f"{where}; wanted each id once")
            except CaseError as fault:
                yield place, fault
                continue
            places[case.id] = place
            yield place, case
        if empty:
            yield str(path), CaseError(f"{path}: no case in this file; wanted at least one.")


def read_case(file: str, line: int, fields: Mapping[str, Any]) -> Case:
    """One case from its fields as JSON has them; ``file`` and ``line`` are for the message.

    Raises:
        CaseError: as ``load_cases``.
    """
    return _case(_Record(file, f"line {line}", fields))


def to_jsonl(cases: Sequence[Case]) -> str:
    """The cases as JSON Lines, one way of writing for equal cases."""
    return "".join(json.dumps(fields_of(case), ensure_ascii=False) + "\n" for case in cases)


def to_csv(cases: Sequence[Case]) -> str:
    """The cases as CSV with commas; lists are JSON within their cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for case in cases:
        cells = fields_of(case)
        writer.writerow([_cell(cells.get(column, "")) for column in COLUMNS])
    return text.getvalue()


# -- reading ------------------------------------------------------------------------------------


def _records(path: Path) -> Iterator[_Record | CaseError]:
    """The records of a file, and in place of each that cannot be read its fault."""
    try:
        text = _read(path)
    except CaseError as fault:
        yield fault
        return
    read = _csv_records if path.suffix.lower() == ".csv" else _json_records
    yield from read(str(path), text)


def _read(path: Path) -> str:
    """The file's text, without a byte order mark and with ``\\n`` for every line end."""
    encodings = ("utf-8-sig", "cp1252") if path.suffix.lower() == ".csv" else ("utf-8-sig",)
    try:
        for encoding in encodings:  # Excel's plain `CSV` is what Windows wrote before UTF-8
            with suppress(UnicodeDecodeError):
                return path.read_text(encoding=encoding)
        raise CaseError(f"{path}: not UTF-8. Save it as UTF-8 (in a spreadsheet: `CSV UTF-8`).")
    except OSError as error:
        raise CaseError(
            f"{path}: {error.strerror or error}. Name a question set, JSON Lines or CSV."
        ) from None


def _json_records(file: str, text: str) -> Iterator[_Record | CaseError]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _json_record(file, number, line)


def _json_record(file: str, number: int, line: str) -> _Record | CaseError:
    try:
        fields = json.loads(line)
        json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        return CaseError(
            f"{file}, line {number}: broken JSON ({_reason(error)}); wanted one case, a JSON"
            " object, per line."
        )
    if not isinstance(fields, dict):
        return CaseError(f"{file}, line {number}: found {show(fields)}; wanted a JSON object.")
    return _Record(file, f"line {number}", fields)


def _csv_records(file: str, text: str) -> Iterator[_Record | CaseError]:
    header, _, _ = text.lstrip().partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    place = "row 1"
    try:
        for row, cells in enumerate(reader, start=1):
            place = f"row {row}"
            if any(cells) and columns is None:
                columns = _columns(_Record(file, place, {}), cells)
            elif any(cells) and columns is not None:
                yield _csv_record(_Record(file, place, {}), columns, cells)
            place = f"row {row + 1}"
    except csv.Error as error:
        yield CaseError(f"{file}, {place}: broken CSV ({error}); mend the quotes.")
    except CaseError as fault:  # of the columns: without them nothing can be read
        yield fault


def _columns(header: _Record, cells: Sequence[str]) -> list[str]:
    """The names of the columns; empty ones at the end, which spreadsheets leave, are dropped."""
    columns = "\n".join(cell.strip() for cell in cells).rstrip("\n").split("\n")
    _known(header, "columns", columns, CSV_COLUMNS)
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise header.fault("columns", f"found {show(twice[0])} twice; wanted each once")
    return columns


def _csv_record(raw: _Record, columns: Sequence[str], cells: Sequence[str]) -> _Record | CaseError:
    try:
        return replace(raw, fields=_csv_fields(raw, columns, cells))
    except CaseError as fault:
        return fault


def _csv_fields(raw: _Record, columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Bring a row into the shape of a JSON case; empty cells are absent fields."""
    if any(cells[len(columns) :]):
        raise raw.fault("cells", f"found {len(cells)}; wanted {len(columns)}, as in row 1")
    fields: dict[str, Any] = {k: v for k, v in zip(columns, cells, strict=False) if v}
    if "language" in fields:  # spreadsheets turn de into De
        fields["language"] = fields["language"].strip().lower()
    if "answerable" in fields:
        fields["answerable"] = _truth(raw, fields["answerable"])
    for name in ("answers", "tags", "evidence", "history", "within"):
        if name in fields:
            fields[name] = _listed(raw, name, fields[name])
    return _with_evidence(raw, fields)


def _truth(record: _Record, cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise record.fault("answerable", f"found {show(cell)}; wanted yes or no (ja or nein)")
    return word in _YES


def _listed(record: _Record, name: str, cell: str) -> Any:
    """A list from one cell: JSON, or texts with a bar between them."""
    if not cell.lstrip().startswith("["):
        return [part.strip() for part in cell.split(SEPARATOR)]
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise record.fault(
            name, f"found {show(cell)}; wanted a JSON list, or texts with `{SEPARATOR}` between"
        ) from None


def _with_evidence(record: _Record, fields: dict[str, Any]) -> dict[str, Any]:
    """Accept the columns ``document`` and ``quote``, which a spreadsheet fills more easily."""
    if "evidence" in fields or not {"document", "quote"} <= fields.keys():
        return fields
    documents = fields.pop("document").split(SEPARATOR)
    quotes = fields.pop("quote").split(SEPARATOR)
    if len(documents) not in (1, len(quotes)):
        raise record.fault(
            "document", f"found {len(documents)} for {len(quotes)} quotes; wanted one for each"
        )
    named = documents * len(quotes) if len(documents) == 1 else documents
    pairs = zip(named, quotes, strict=True)
    fields["evidence"] = [{"document": d.strip(), "quote": q.strip()} for d, q in pairs]
    return fields


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg}, column {error.colno}"
        case UnicodeEncodeError():
            return "half a surrogate pair"
        case _:
            return "too deep or too long"


# -- validation ---------------------------------------------------------------------------------


def _case(record: _Record) -> Case:
    _known(record, "fields", record.fields, COLUMNS)
    case = Case(
        id=_text(record, "id"),
        question=_text(record, "question"),
        language=_language(record),
        answerable=_answerable(record),
        answers=_answers(record),
        evidence=tuple(_evidence(record, i, e) for i, e in enumerate(_items(record, "evidence"))),
        tags=tuple(_texts(record, "tags", _items(record, "tags"))),
        history=tuple(_turn(record, i, t) for i, t in enumerate(_items(record, "history"))),
        within=tuple(_texts(record, "within", _items(record, "within"))),
        cluster=_text(record, "cluster") if record.fields.get("cluster") else "",
    )
    if case.answerable and not case.evidence and not case.within:
        raise record.fault("evidence", "found none on an answerable case; wanted at least one")
    return case


def _known(record: _Record, where: str, names: Iterable[str], wanted: Sequence[str]) -> None:
    unknown = sorted(name for name in names if name not in wanted)
    if unknown:
        raise record.fault(
            where, f"found {show(unknown[0])}, an unknown field; known are {', '.join(wanted)}"
        )


def _text(record: _Record, name: str) -> str:
    value = record.fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise record.fault(name, f"found {show(value)}; wanted a text")
    return value


def _language(record: _Record) -> Language:
    match record.fields.get("language"):
        case "de":
            return "de"
        case "en":
            return "en"
        case found:
            raise record.fault("language", f'found {show(found)}; wanted "de" or "en"')


def _answerable(record: _Record) -> bool:
    value = record.fields.get("answerable")
    if not isinstance(value, bool):
        raise record.fault("answerable", f"found {show(value)}; wanted true or false")
    return value


def _items(record: _Record, name: str) -> list[Any]:
    value = record.fields.get(name, [])
    if not isinstance(value, list):
        raise record.fault(name, f"found {show(value)}; wanted a list")
    return value


def _texts(record: _Record, name: str, values: Sequence[Any]) -> list[str]:
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise record.fault(name, f"found {show(value)}; wanted a text")
    return list(values)


def _answers(record: _Record) -> tuple[tuple[str, ...], ...]:
    entries = []
    for i, entry in enumerate(_items(record, "answers")):
        parts = entry if isinstance(entry, list) and entry else [entry]
        entries.append(tuple(_texts(record, f"answers[{i}]", parts)))
    return tuple(entries)


def _evidence(record: _Record, i: int, value: Any) -> Evidence:
    where = f"evidence[{i}]"
    if not isinstance(value, dict):
        raise record.fault(where, f"found {show(value)}; wanted {{document, quote}}")
    _known(record, where, value, EVIDENCE_FIELDS)
    document, quote = value.get("document"), value.get("quote")
    start, end = value.get("start"), value.get("end")
    if not isinstance(document, str) or not document:
        raise record.fault(f"{where}.document", f"found {show(document)}; wanted a path")
    if quote is not None and (not isinstance(quote, str) or not quote.strip()):
        raise record.fault(f"{where}.quote", f"found {show(quote)}; wanted a text")
    if quote is None and start is None and end is None:
        raise record.fault(f"{where}.quote", "found none; wanted a quote, or start and end")
    if (start, end) != (None, None) and not _is_range(start, end):
        found = f"found {show(start)} to {show(end)}"
        raise record.fault(f"{where}.start", f"{found}; wanted whole numbers, 0 <= start < end")
    return Evidence(document, quote, start, end)


def _turn(record: _Record, i: int, value: Any) -> Turn:
    where = f"history[{i}]"
    if not isinstance(value, dict):
        raise record.fault(where, f"found {show(value)}; wanted {{question, answer}}")
    _known(record, where, value, TURN_FIELDS)
    for name in TURN_FIELDS:
        if not isinstance(value.get(name), str) or not value[name].strip():
            raise record.fault(f"{where}.{name}", f"found {show(value.get(name))}; wanted a text")
    return Turn(value["question"], value["answer"])


def _is_range(start: Any, end: Any) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end


# -- writing ------------------------------------------------------------------------------------


def fields_of(case: Case) -> dict[str, Any]:
    """A case as JSON has it; what is empty by default and seldom used is left out."""
    evidence = [
        {name: getattr(e, name) for name in EVIDENCE_FIELDS if getattr(e, name) is not None}
        for e in case.evidence
    ]
    fields: dict[str, Any] = {
        "id": case.id,
        "question": case.question,
        "language": case.language,
        "answerable": case.answerable,
        "answers": [entry[0] if len(entry) == 1 else list(entry) for entry in case.answers],
        "evidence": evidence,
        "tags": list(case.tags),
    }
    if case.history:
        fields["history"] = [{"question": t.question, "answer": t.answer} for t in case.history]
    if case.within:
        fields["within"] = list(case.within)
    if case.cluster:
        fields["cluster"] = case.cluster
    return fields


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def show(value: Any) -> str:
    """A value for a one-line message, shortened."""
    if isinstance(value, str) and len(value) > _SHOWN:
        value = value[: _SHOWN - 1] + "…"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 2 * _SHOWN else text[: 2 * _SHOWN] + "…"
