"""The contract of search: what is found, what is asked, what comes back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date as Day
from typing import Literal, Protocol


class SearchUnavailable(Exception):
    """The index cannot be read or written now."""


class SearchDamaged(SearchUnavailable):
    """The index is not as it was written; it must be rebuilt."""


class BadSearchUrl(ValueError):
    """The address names no search engine."""


@dataclass(frozen=True, slots=True)
class Text:
    """One language version of a document's words; `language` is a BCP 47 tag."""

    language: str
    title: str = ""
    summary: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is found. The first text is the original.

    `identifiers` are found whole, whatever their case, marks and hyphens; `names` are of agencies and people; `facets`
    are free names with their values; `amount` is what it is about in money, whatever the currency; `weight` multiplies
    the score (1.0: as it is).
    """

    id: str
    texts: tuple[Text, ...]
    identifiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: Day | None = None
    amount: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `text` is in the visitor's language of queries (see `search_index.query`).

    Values of one facet widen, facets narrow each other. `since` and `until` (both included) leave undated documents
    out. "relevance" without words means newest. `page` counts from 1. `count_facets` are to be counted; `language`
    is the reader's: titles and snippets come from that text where there is one. `correct`: where nothing is found, answer
    the likelier spelling instead (and say so in `Results.corrected`).
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: Day | None = None
    until: Day | None = None
    sort: Literal["relevance", "newest", "oldest"] = "relevance"
    page: int = 1
    size: int = 20
    count_facets: tuple[str, ...] = ()
    language: str | None = None
    correct: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `hit` where it matched."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage with what matched."""

    field: str
    language: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document was found: the words of it that matched, as they stand there, in one `field`: identifier, title,
    summary, body, name, keyword."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that was found, and why."""

    id: str
    score: float
    title: tuple[Piece, ...]
    title_language: str
    snippets: tuple[Snippet, ...]
    why: tuple[Reason, ...]

    @property
    def matched(self) -> tuple[str, ...]:
        """The fields that matched."""
        return tuple(reason.field for reason in self.why)


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet's value and how many documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to try instead: a query that finds something. `kind`: spelling, fewer_words, any_word."""

    text: str
    kind: Literal["spelling", "fewer_words", "any_word"] = "spelling"


@dataclass(frozen=True, slots=True)
class Results:
    """What comes back. `total` counts everything found, not this page. Facets' counts leave a facet's own choice out.

    `notes` tell how the query was read: `plain_words` (a rule made no sense), `shortened` (too many words),
    `lower_bound` (a beginning of so many words that `total` and counts are of the most frequent ones only); `odd` are the
    parts of it that made no sense, as they were typed. `corrected`: what was asked found nothing, so this answers the
    likelier spelling instead. `widened`: words and what was looked for beside them (synonyms).
    """

    hits: tuple[Hit, ...]
    total: int
    page: int
    size: int
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()
    notes: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    corrected: str = ""
    widened: tuple[tuple[str, tuple[str, ...]], ...] = ()


class SearchEngine(Protocol):
    """What every engine can do. Every method may raise SearchUnavailable."""

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, or replace those of the same id (of two in one batch the last counts); return how many.

        A batch is held in memory: hand over some hundreds at a time.
        """

    def remove(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are passed over."""

    def search(self, query: Query) -> Results:
        """One page of what is found."""

    def scan(self, query: Query) -> Iterator[str]:
        """The ids of all that is found, in the query's order; `page` and `size` do not count."""

    def count(self) -> int:
        """How many documents there are."""

    def rebuild(self) -> "AbstractContextManager[SearchEngine]":
        """A fresh, empty engine to fill. At the end of the block it replaces the old content at once; if the
        block raises, everything stays as it was. Readers see the old content until then."""

    def close(self) -> None:
        """Let go of files."""
