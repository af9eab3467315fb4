"""The contract of search: what is found, what is asked, what comes back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date as Day
from typing import Literal, Protocol


class SearchUnavailable(Exception):
    """The index cannot be read or written now."""


class BadSearchUrl(ValueError):
    """The address names no search engine."""


@dataclass(frozen=True, slots=True)
class Text:
    """One language version of a document's words."""

    language: str
    title: str = ""
    summary: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is found. The first text is the original."""

    id: str
    texts: tuple[Text, ...]
    identifiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: Day | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, in the portal's own words."""

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: Day | None = None
    until: Day | None = None
    sort: Literal["relevance", "newest", "oldest"] = "relevance"
    page: int = 1
    size: int = 20
    count_facets: tuple[str, ...] = ()
    language: str | None = None


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
class Hit:
    """One document that was found."""

    id: str
    score: float
    title: tuple[Piece, ...]
    title_language: str
    snippets: tuple[Snippet, ...]
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet's value and how many documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to try instead."""

    text: str
    kind: str = "spelling"


@dataclass(frozen=True, slots=True)
class Results:
    """What comes back."""

    hits: tuple[Hit, ...]
    total: int
    page: int
    size: int
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    suggestions: tuple[Suggestion, ...] = ()
    notes: tuple[str, ...] = ()


class SearchEngine(Protocol):
    """What every engine can do."""

    def add(self, documents: Iterable[Document]) -> int: ...
    def remove(self, ids: Iterable[str]) -> None: ...
    def search(self, query: Query) -> Results: ...
    def scan(self, query: Query) -> Iterator[str]: ...
    def count(self) -> int: ...
    def rebuild(self) -> "AbstractContextManager[SearchEngine]": ...
    def close(self) -> None: ...
