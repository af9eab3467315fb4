"""From a query and an engine's postings to Results: booleans, filters, order, counts, snippets, suggestions.

An engine says which documents hold a word (`Shelf`); everything else is the same for all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from .columns import Columns, bits_of, places_of
from .engine import Document, Hit, Piece, Query, Results, Snippet, Suggestion, Text
from .query import And, Dates, Everything, Facet, Node, Number, Or, Parsed, Phrase, Prefix, Word, parse
from .text import fold, fold_identifier, mark, passage, stem, stems, words

TITLE_BONUS = 2.5


class Shelf(Protocol):
    """What an engine knows at one moment: its columns, its words, its documents."""

    columns: Columns
    languages: tuple[str, ...]

    def word(self, stem: str, *, title: bool) -> Mapping[int, float]:
        """Places of the documents that hold a stem, with its score there."""

    def beginning(self, prefix: str) -> Iterable[str]:
        """Stems that begin like this, the most frequent first, some dozens at the most."""

    def phrase(self, stems: tuple[str, ...], *, title: bool) -> Iterable[int]:
        """Places of the documents in which these stems stand right after each other."""

    def number(self, identifier: str) -> Iterable[int]:
        """Places of the documents that have this folded identifier."""

    def document(self, place: int) -> Document:
        """The document at a place."""

    def spellings(self, folded: str) -> Iterable[str]:
        """Words of titles that might have been meant, the likeliest first."""


Found = tuple[int, dict[int, float]]


class _Matching:
    """Walks a tree; each node gives a set of documents and their scores."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.columns = shelf, shelf.columns

    def find(self, node: Node) -> Found:
        match node:
            case Everything():
                return self.columns.live, {}
            case Word(text, title):
                return self._word(stems(text, self.shelf.languages), text, title)
            case Prefix(text, title):
                begun = dict.fromkeys([*self.shelf.beginning(fold(text)), *stems(text, self.shelf.languages)])
                return self._word(tuple(begun), text, title)
            case Phrase(parts, title):
                return self._phrase(parts, title)
            case Number(identifier, inner):
                return self._number(identifier, inner)
            case Facet(name, value):
                return self.columns.having(name, [value]), {}
            case Dates(since, until):
                return self.columns.between(since, until), {}
            case And(nodes, without):
                return self._all(nodes, without)
            case Or(nodes):
                return self._any(nodes)

    def _set(self, scores: dict[int, float]) -> Found:
        return bits_of(scores, self.columns.size) & self.columns.live, scores

    def _word(self, looked_up: tuple[str, ...], text: str, title: bool) -> Found:
        scores: dict[int, float] = {}
        for one in looked_up:
            for place, score in self.shelf.word(one, title=False).items() if not title else ():
                if score > scores.get(place, 0.0):
                    scores[place] = score
        for one in looked_up:
            for place, score in self.shelf.word(one, title=True).items():
                scores[place] = scores.get(place, 0.0) + TITLE_BONUS * score
        if not text.isascii() and fold(text) != text.lower():
            for place, score in self.shelf.word(f"\x01{text.lower()}", title=False).items():
                if place in scores:
                    scores[place] += 0.5 * score
        return self._set(scores)

    def _phrase(self, parts: tuple[str, ...], title: bool) -> Found:
        scores: dict[int, float] = {}
        tried = {tuple(stem(word, language) for word in parts) for language in self.shelf.languages}
        tried.add(tuple(fold(word) for word in parts))
        for wanted in sorted(tried):
            for place in self.shelf.phrase(wanted, title=title):
                scores[place] = 3.0 * len(parts)
        return self._set(scores)

    def _number(self, identifier: str, inner: Node) -> Found:
        bits, scores = (0, {}) if isinstance(inner, Everything) else self.find(inner)
        scores = dict(scores)
        for place in self.shelf.number(identifier):
            scores[place] = scores.get(place, 0.0) + 50.0
        return self._set(scores) if scores else (bits, scores)

    def _all(self, nodes: tuple[Node, ...], without: tuple[Node, ...]) -> Found:
        bits, parts = self.columns.live, []
        for node in nodes:
            found, scores = self.find(node)
            bits &= found
            parts.append(scores)
        for node in without:
            bits &= ~self.find(node)[0]
        return bits, _summed(parts)

    def _any(self, nodes: tuple[Node, ...]) -> Found:
        found = [self.find(node) for node in nodes]
        bits = 0
        for some, _ in found:
            bits |= some
        return bits, _summed([scores for _, scores in found])


def _summed(parts: list[dict[int, float]]) -> dict[int, float]:
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return parts[0] if parts else {}
    total = dict(parts[0])
    for part in parts[1:]:
        for place, score in part.items():
            total[place] = total.get(place, 0.0) + score
    return total


def _read(shelf: Shelf, query: Query) -> Parsed:
    return parse(query.text, shelf.columns.facets.keys() | {"kind"})


def answer(shelf: Shelf, query: Query) -> Results:
    """One page of what a query finds."""
    parsed = _read(shelf, query)
    columns = shelf.columns
    matching, scores = _Matching(shelf).find(parsed.tree)
    dated = columns.between(query.since, query.until)
    found = matching & dated & columns.chosen(query)
    total = found.bit_count()
    first = (query.page - 1) * query.size
    ordered = columns.in_order(places_of(found), query, scores) if first < total else []
    page = ordered[first : first + query.size]
    facets = columns.counts(query, matching, dated) if query.count_facets else {}
    hits = tuple(_hit(shelf, place, parsed, query.language, scores.get(place, 0.0)) for place in page)
    suggestions = _suggestions(shelf, query, parsed) if not total and parsed.words else ()
    return Results(hits, total, query.page, query.size, facets, suggestions, parsed.notes)


def every(shelf: Shelf, query: Query) -> Iterator[str]:
    """The ids of all that a query finds, in its order."""
    parsed = _read(shelf, query)
    columns = shelf.columns
    matching, scores = _Matching(shelf).find(parsed.tree)
    found = matching & columns.between(query.since, query.until) & columns.chosen(query)
    for place in columns.in_order(places_of(found), query, scores):
        yield columns.ids[place]


def _hit(shelf: Shelf, place: int, parsed: Parsed, language: str | None, score: float) -> Hit:
    document = shelf.document(place)
    wanted = _wanted(shelf, parsed)
    text = next((text for text in document.texts if text.language == language), document.texts[0])
    title = mark(text.title, text.language, wanted) or (Piece(text.title),)
    matched = tuple(_reasons(document, wanted, parsed))
    return Hit(document.id, score, title, text.language, _snippets(document, text, wanted), matched)


def _wanted(shelf: Shelf, parsed: Parsed) -> Callable[[str], bool]:
    if not parsed.words:
        return lambda stemmed: False
    looked_up = {one for word in parsed.words for one in stems(word, shelf.languages)}
    begun = tuple(fold(word) for word in _prefixes(parsed.tree))
    return lambda stemmed: stemmed in looked_up or (bool(begun) and stemmed.startswith(begun))


def _prefixes(node: Node) -> Iterator[str]:
    match node:
        case Prefix(text):
            yield text
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _prefixes(inner)


def _snippets(document: Document, preferred: Text, wanted: Callable[[str], bool]) -> tuple[Snippet, ...]:
    """The best passage: of the reader's language if it is hit there, else of the first text that is."""
    for text in (preferred, *(text for text in document.texts if text is not preferred)):
        for field in ("summary", "body"):
            if pieces := passage(getattr(text, field), text.language, wanted):
                return (Snippet(field, text.language, pieces),)
    for field in ("summary", "body"):
        if words_there := getattr(preferred, field):
            short = words_there[:280].rsplit(" ", 1)[0] + " …" if len(words_there) > 280 else words_there
            return (Snippet(field, preferred.language, (Piece(short),)),)
    return ()


def _reasons(document: Document, wanted: Callable[[str], bool], parsed: Parsed) -> Iterator[str]:
    if not parsed.words:
        return
    typed = {number.identifier for number in _numbers(parsed.tree)}
    if typed & {fold_identifier(identifier) for identifier in document.identifiers}:
        yield "identifier"
    for field in ("title", "summary", "body"):
        if any(_holds(getattr(text, field), text.language, wanted) for text in document.texts):
            yield field
    language = document.texts[0].language
    if any(_holds(name, language, wanted) for name in document.names):
        yield "name"
    if any(_holds(keyword, language, wanted) for keyword in document.keywords):
        yield "keyword"


def _holds(text: str, language: str, wanted: Callable[[str], bool]) -> bool:
    return any(wanted(stem(word, language)) for word, _, _ in words(text[:20_000]))


def _numbers(node: Node) -> Iterator[Number]:
    match node:
        case Number():
            yield node
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _numbers(inner)


def _suggestions(shelf: Shelf, query: Query, parsed: Parsed) -> tuple[Suggestion, ...]:
    """What to try instead: a likelier spelling, or the words without the one that nothing holds."""
    found: list[Suggestion] = []
    missing = [word for word in parsed.words if not _known(shelf, word)]
    corrected = query.text
    for word in missing[:3]:
        likely = next(iter(shelf.spellings(fold(word))), None)
        if likely:
            corrected = corrected.replace(word, likely)
    if corrected != query.text and _any_hit(shelf, corrected):
        found.append(Suggestion(corrected, "spelling"))
    known = [word for word in parsed.words if word not in missing]
    if missing and known and _any_hit(shelf, " ".join(known)):
        found.append(Suggestion(" ".join(known), "fewer_words"))
    elif not missing and len(known) > 1 and _any_hit(shelf, " OR ".join(known)):
        found.append(Suggestion(" OR ".join(known), "any_word"))
    return tuple(found)


def _known(shelf: Shelf, word: str) -> bool:
    return any(shelf.word(one, title=False) for one in stems(word, shelf.languages))


def _any_hit(shelf: Shelf, text: str) -> bool:
    return bool(_Matching(shelf).find(parse(text, shelf.columns.facets.keys()).tree)[0])
