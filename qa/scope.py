"""Where to search: some documents, one language, a stretch of time; all of them unless narrowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from index.errors import BelegtError
from index.values import Document, Language
from qa.values import NotInDocuments, Reply
from qa.wording import scope_words, searched_only

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents by path, languages, and dates in ISO 8601 to any precision; empty: no limit.

    A document counts as dated within if its date, as far as it is known, may be. One without a date
    is in no stretch of time.
    """

    documents: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    since: str = ""
    until: str = ""

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            date = getattr(self, name)
            if date and not _DATE.fullmatch(date):
                raise BelegtError(
                    f"{name} {date!r}: wanted a date such as 2018, 2018-06, 2018-06-30."
                )

    def __bool__(self) -> bool:
        return bool(self.documents or self.languages or self.since or self.until)

    def within(self, documents: Mapping[str, Document]) -> list[str] | None:
        """Paths of the documents to search, in order; None for all of them."""
        if not self:
            return None
        return [path for path, document in documents.items() if self._holds(document)]

    def _holds(self, document: Document) -> bool:
        dated = not (self.since or self.until) or bool(document.date)
        # "~" comes after every digit and dash: 2018 may be any day of that year.
        return (
            (not self.documents or document.path in self.documents)
            and (not self.languages or document.language in self.languages)
            and dated
            and document.date + "~" >= self.since
            and (not self.until or document.date <= self.until + "~")
        )

    def named(self, documents: Mapping[str, Document], language: Language) -> str:
        """In words of a language: "2 documents · German · from 2018"; empty for no limit."""
        titles = [documents[path].title for path in self.documents if path in documents]
        return scope_words(
            titles, len(self.documents), self.languages, self.since, self.until, language
        )


EVERYWHERE = Scope()


def named_in(reply: Reply, scope: Scope, documents: Mapping[str, Document]) -> Reply:
    """A refusal that says what alone was searched; any other reply as it is."""
    if not scope or not isinstance(reply, NotInDocuments) or reply.reason != "not_covered":
        return reply
    named = scope.named(documents, reply.language)
    return replace(reply, text=f"{reply.text} {searched_only(reply.language, named)}")
