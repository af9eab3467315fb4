"""From a query and an engine's postings to Results: booleans, filters, order, counts, snippets, suggestions.

An engine says which documents hold a word (`Shelf`); everything else is the same for all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from .columns import Columns, bits_of, places_of
from .engine import Document, Query, Results
from .query import (
    Alike,
    Amounts,
    And,
    Dates,
    Everything,
    Facet,
    Near,
    Node,
    Number,
    Or,
    Parsed,
    Phrase,
    Prefix,
    Word,
    parse,
)  # fmt: skip
from .ranking import EXACT_TITLE_BONUS, MARKS_BONUS, NUMBER_BONUS, PHRASE_BONUS, TITLE_BONUS
from .showing import Wanted, show
from .suggesting import corrected, suggest
from .synonyms import Synonyms
from .text import bare, stem, stems, with_marks
from .widening import widen


class Shelf(Protocol):
    """What an engine knows at one moment: its columns, its words, its documents."""

    columns: Columns
    languages: tuple[str, ...]
    synonyms: Synonyms | None

    def word(self, stem: str, *, title: bool) -> Mapping[int, float]:
        """Places of the documents that hold a stem, with its score there."""

    def beginning(self, prefix: str) -> Iterable[str]:
        """Stems that begin like this, the most frequent first, some dozens at the most."""

    def begun(self, prefix: str, *, title: bool) -> tuple[Iterable[int], bool]:
        """Places of the documents that hold any stem that begins like this, and whether these are all."""

    def phrase(self, stems: tuple[str, ...], *, title: bool) -> Iterable[int]:
        """Places of the documents in which these stems stand right after each other."""

    def near(self, stems: tuple[str, ...], distance: int, *, title: bool) -> Iterable[int]:
        """Places of the documents in which these stems stand in any order, at most `distance` others among them."""

    def number(self, identifier: str) -> Iterable[int]:
        """Places of the documents that have this folded identifier."""

    def frequency(self, stem: str) -> int:
        """How many documents hold a stem, about."""

    def spelt(self, word: str) -> bool:
        """Whether any title has a word, spelt like this in lower case."""

    def document(self, place: int) -> Document:
        """The document at a place."""

    def spellings(self, folded: str, slips: int = 2) -> Iterable[str]:
        """Words of titles that might have been meant, the likeliest first, so many slips away at most."""


Found = tuple[int, dict[int, float]]


class _Matching:
    """Walks a tree; each node gives a set of documents and their scores."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.columns = shelf, shelf.columns
        self.bounded = False  # what was found is not all there is

    def find(self, node: Node) -> Found:
        match node:
            case Everything():
                return self.columns.live, {}
            case Word(text, title):
                return self._word(stems(text, self.shelf.languages), text, title)
            case Prefix(text, title):
                return self._prefix(text, title)
            case Phrase(parts, title):
                return self._phrase(parts, title)
            case Near(parts, distance, title):
                return self._phrase(parts, title, distance)
            case Number(identifier, inner):
                return self._number(identifier, inner)
            case Facet(name, value):
                return self.columns.having(name, [value]), {}
            case Dates(since, until):
                return self.columns.between(since, until), {}
            case Amounts(least, most):
                return self.columns.amounting(least, most), {}
            case Alike(weighted):
                return self._alike(weighted)
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
        if marked_word := with_marks(text):
            for place, score in self.shelf.word(f"\x01{marked_word}", title=False).items():
                if place in scores:
                    scores[place] += MARKS_BONUS * score
        return self._set(scores)

    def _prefix(self, text: str, title: bool) -> Found:
        """Every word that begins like this matches; the most frequent ones tell how well."""
        likely = dict.fromkeys([*self.shelf.beginning(bare(text)), *stems(text, self.shelf.languages)])
        bits, scores = self._word(tuple(likely), text, title)
        places, whole = self.shelf.begun(bare(text), title=title)
        self.bounded = self.bounded or not whole
        return bits | (bits_of(places, self.columns.size) & self.columns.live), scores

    def _phrase(self, parts: tuple[str, ...], title: bool, distance: int | None = None) -> Found:
        scores: dict[int, float] = {}
        tried = {tuple(stem(word, language) for word in parts) for language in self.shelf.languages}
        tried.add(tuple(bare(word) for word in parts))
        for wanted in sorted(tried):
            there = (
                self.shelf.phrase(wanted, title=title)
                if distance is None
                else self.shelf.near(wanted, distance, title=title)
            )
            by_word = [self.shelf.word(one, title=title) for one in wanted]
            for place in there:
                score = PHRASE_BONUS * sum(found.get(place, 0.0) for found in by_word)
                scores[place] = max(scores.get(place, 0.0), score)
        return self._set(scores)

    def _number(self, identifier: str, inner: Node) -> Found:
        bits, scores = (0, {}) if isinstance(inner, Everything) else self.find(inner)
        scores, bonus = dict(scores), EXACT_TITLE_BONUS if identifier.startswith("=") else NUMBER_BONUS
        there = list(self.shelf.number(identifier))
        for place in there:
            scores[place] = scores.get(place, 0.0) + bonus
        return bits | (bits_of(there, self.columns.size) & self.columns.live), scores

    def _alike(self, weighted: tuple[tuple[Node, float], ...]) -> Found:
        bits = 0
        best: dict[int, float] = {}
        for node, weight in weighted:
            found, scores = self.find(node)
            bits |= found
            for place, score in scores.items():
                best[place] = max(best.get(place, 0.0), weight * score)
        return bits, best

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
    parsed = parse(query.text, shelf.columns.facets.keys() | {"kind"})
    return widen(parsed, query.text, _Vocabulary(shelf), shelf.synonyms)


def answer(shelf: Shelf, query: Query) -> Results:
    """One page of what a query finds."""
    parsed = _read(shelf, query)
    columns = shelf.columns
    walk = _Matching(shelf)
    matching, scores = walk.find(parsed.tree)
    notes = (*parsed.notes, "lower_bound") if walk.bounded else parsed.notes
    dated = columns.between(query.since, query.until)
    found = matching & dated & columns.chosen(query)
    total = found.bit_count()
    first = (query.page - 1) * query.size
    ordered = columns.in_order(places_of(found), query, scores) if first < total else []
    page = ordered[first : first + query.size]
    facets = columns.counts(query, matching, dated) if query.count_facets else {}
    wanted = Wanted.of(parsed, shelf.languages)
    hits = tuple(show(shelf.document(place), wanted, query.language, scores.get(place, 0.0)) for place in page)
    suggestions = suggest(query.text, parsed, total, _Vocabulary(shelf), lambda text: _count(shelf, text))
    results = Results(
        hits, total, query.page, query.size, facets, suggestions, notes, parsed.odd, widened=parsed.widened
    )
    return corrected(query, results, lambda better: answer(shelf, better))


class _Vocabulary:
    """What widening and suggesting ask."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def frequency(self, word: str, least: int = 0) -> int:
        found = (self.shelf.frequency(one) for one in stems(word, self.shelf.languages) if len(one) >= least)
        return max(found, default=0)

    def known(self, word: str) -> bool:
        return bool(self.shelf.frequency(bare(word)) or self.shelf.spelt(word.lower()))

    def numbered(self, identifier: str) -> bool:
        return any(True for _ in self.shelf.number(identifier))

    def spellings(self, folded: str, slips: int = 2) -> Iterable[str]:
        return self.shelf.spellings(folded, slips)


def _count(shelf: Shelf, text: str) -> int:
    return _Matching(shelf).find(_read(shelf, Query(text)).tree)[0].bit_count()


def every(shelf: Shelf, query: Query) -> Iterator[str]:
    """The ids of all that a query finds, in its order."""
    parsed = _read(shelf, query)
    columns = shelf.columns
    matching, scores = _Matching(shelf).find(parsed.tree)
    found = matching & columns.between(query.since, query.until) & columns.chosen(query)
    for place in columns.in_order(places_of(found), query, scores):
        yield columns.ids[place]
