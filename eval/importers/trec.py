"""TREC qrels and topics about documents that are there already: who is relevant becomes evidence.

Document ids are paths within the folder, or file names without their ending. A judgement is about
a whole document, so the evidence is all of its text. A topic whose documents were all judged not
relevant becomes an unanswerable case; one without judgements is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

from eval.cases import Case, Evidence
from eval.importers.imported import Imported, ImportedFileError
from eval.importers.reading import language_of, read_text, shown
from index.errors import ReadError
from index.readers import read_file, suffixes

_TOPIC = re.compile(r"<top>(.*?)</top>|<topic\b([^>]*)>(.*?)</topic>", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*([^<\s]+)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""number\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|query)>\s*(?:Topic:)?\s*([^<]+)", re.IGNORECASE)


def trec(qrels: Path, topics: Path, documents: Path) -> Imported:
    """Cases for the topics that have judgements; ``documents`` is the folder that is synced.

    Raises:
        ImportedFileError: a line is not as wanted, or a relevant document is not in the folder.
    """
    asked = read_topics(topics)
    judged = read_qrels(qrels)
    names = _names(documents)
    cases = []
    for topic, question in asked.items():
        if topic in judged:
            relevant = [_evidence(d, names, documents, qrels) for d in judged[topic]]
            language = language_of([question], f"{topics}, topic {topic}")
            cases.append(Case(topic, question, language, bool(relevant), evidence=tuple(relevant)))
    if not cases:
        raise ImportedFileError(f"{qrels} and {topics}: no topic number in common.")
    left = len(asked) - len(cases)
    notes = (f"{topics}: {left} topics without judgements left out.",) if left else ()
    return Imported((), tuple(cases), notes)


def read_qrels(path: Path) -> dict[str, list[str]]:
    """Relevant document ids by topic; a topic that was judged and has none has an empty list.

    Raises:
        ImportedFileError: a line is not ``topic iteration document relevance``.
    """
    judged: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.split()
        if len(cells) != 4 or not re.fullmatch(r"-?\d+", cells[3]):
            raise ImportedFileError(
                f"{path}, line {number}: found {shown(line)}; wanted topic, iteration, document and"
                " relevance, such as `q1 0 report.txt 1`."
            )
        judged[cells[0]] += [cells[2]] if int(cells[3]) > 0 else []
    return dict(judged)


def read_topics(path: Path) -> dict[str, str]:
    """Questions by topic number: TREC's ``<top>`` or ``<topic>``, or lines of number, tab, question.

    Raises:
        ImportedFileError: a topic has no number or no text, or a number occurs twice.
    """
    text = read_text(path)
    found = _tagged(path, text) if _TOPIC.search(text) else _tabbed(path, text)
    topics: dict[str, str] = {}
    for topic, question in found:
        if topic in topics:
            raise ImportedFileError(f"{path}: topic {shown(topic)} twice; wanted each once.")
        topics[topic] = question
    return topics


def _tagged(path: Path, text: str) -> list[tuple[str, str]]:
    found = []
    for match in _TOPIC.finditer(text):
        body = match[1] if match[1] is not None else match[3]
        number = _ATTRIBUTE.search(match[2] or "") or _NUMBER.search(body)
        title = _TITLE.search(body)
        line = text.count("\n", 0, match.start()) + 1
        if not number or not title:
            lacks = "a query or title" if number else "a number"
            raise ImportedFileError(f"{path}, line {line}: a topic without {lacks}.")
        found.append((number[1], " ".join(title[1].split())))
    return found


def _tabbed(path: Path, text: str) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        topic, tab, question = line.strip().partition("\t")
        if line.strip() and not (tab and question.strip()):
            raise ImportedFileError(
                f"{path}, line {number}: found {shown(line)}; wanted number, tab, question."
            )
        if line.strip():
            found.append((topic.strip(), question.strip()))
    return found


def _names(folder: Path) -> dict[str, str]:
    """Paths of all documents of a folder, by themselves and by what they may be called."""
    if not folder.is_dir():
        raise ImportedFileError(f"{folder}: no such folder; name the one that the qrels judge.")
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes()
    )
    return {PurePosixPath(path).stem: path for path in paths} | {path: path for path in paths}


def _evidence(document: str, names: dict[str, str], folder: Path, qrels: Path) -> Evidence:
    if document not in names:
        raise ImportedFileError(f"{qrels}: {shown(document)} is no document of {folder}.")
    path = names[document]
    try:
        text = read_file(path, (folder / path).read_bytes()).text
    except (OSError, ReadError) as error:
        raise ImportedFileError(f"{folder / path}: {error}.") from None
    return Evidence(path, None, 0, len(text))
