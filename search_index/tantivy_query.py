"""The tree of a query in Tantivy's terms."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations
from typing import Any

import tantivy
from tantivy import FieldType, Occur

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
    Phrase,
    Prefix,
    Word,
)  # fmt: skip
from .ranking import EXACT_TITLE_BONUS, MARKS_BONUS, NUMBER_BONUS, PHRASE_BONUS, TITLE_BONUS
from .text import bare, stem, stems, with_marks

_Q = tantivy.Query


def is_scored(node: Node) -> bool:
    """Whether a tree says how well something matches, not only that it does."""
    match node:
        case Word() | Prefix() | Phrase() | Near() | Number():
            return True
        case And(nodes) | Or(nodes):
            return any(is_scored(inner) for inner in nodes)
        case Alike(weighted):
            return any(is_scored(inner) for inner, _ in weighted)
    return False


class Translation:
    """Translates for one generation: its schema, its languages, its stems by their beginning; `near` tells the ids of
    the documents in which words (more than two, or the same twice) stand near each other."""

    def __init__(
        self,
        schema: Any,
        languages: tuple[str, ...],
        beginning: Callable[[str], list[str]],
        near: Callable[[tuple[str, ...], int, bool], list[str]],
    ) -> None:
        self.schema, self.languages, self.beginning, self.near = schema, languages, beginning, near

    def node(self, node: Node) -> Any:
        match node:
            case Everything():
                return _unscored(_Q.all_query())
            case Word(text, title):
                return self._word(stems(text, self.languages), text, title)
            case Prefix(text, title):
                return self._prefix(text, title)
            case Phrase(parts, title):
                return self._phrase(parts, title)
            case Near(parts, distance, title):
                return self._near(parts, title, distance)
            case Number(identifier, inner):
                bonus = EXACT_TITLE_BONUS if identifier.startswith("=") else NUMBER_BONUS
                found = _Q.const_score_query(self._term("number", identifier), bonus)
                return found if isinstance(inner, Everything) else _any([found, self.node(inner)])
            case Facet(name, value):
                return self.values(name, [value])
            case Dates(since, until):
                return self.days(since, until)
            case Amounts(least, most):
                return self._amounts(least, most)
            case Alike(weighted):
                return _best([_Q.boost_query(self.node(inner), weight) for inner, weight in weighted])
            case And(nodes, without):
                return self._all(nodes, without)
            case Or(nodes):
                return _any([self.node(inner) for inner in nodes])

    def values(self, name: str, values: Iterable[str]) -> Any:
        """Documents that have any of a facet's values."""
        return _unscored(_any([self._term(f"facets.{name}", value) for value in values]))

    def days(self, since: date | None, until: date | None) -> Any:
        """Documents of these days; undated ones are not among them."""
        first = since.toordinal() if since else 1
        last = until.toordinal() if until else date.max.toordinal()
        return _unscored(_Q.range_query(self.schema, "day", FieldType.Integer, first, last))

    def _term(self, name: str, value: str) -> Any:
        return _Q.term_query(self.schema, name, value)

    def _amounts(self, least: float | None, most: float | None) -> Any:
        low, high = -math.inf if least is None else least, math.inf if most is None else most
        return _unscored(_Q.range_query(self.schema, "amount", FieldType.Float, low, high))

    def _word(self, looked_up: Iterable[str], text: str, title: bool) -> Any:
        looked_up = tuple(looked_up)
        in_title = _Q.boost_query(_best([self._term("title", one) for one in looked_up]), TITLE_BONUS)
        if title:
            return in_title
        parts = [(Occur.Must, _best([self._term("words", one) for one in looked_up])), (Occur.Should, in_title)]
        if marked := with_marks(text):
            parts.append((Occur.Should, _Q.boost_query(self._term("marked", marked), MARKS_BONUS)))
        return _Q.boolean_query(parts)

    def _prefix(self, text: str, title: bool) -> Any:
        """Every word that begins like this matches; the most frequent ones tell how well."""
        likely = dict.fromkeys([*self.beginning(bare(text)), *stems(text, self.languages)])
        name = "title" if title else "words"
        begun = _unscored(_Q.regex_query(self.schema, name, f"{re.escape(bare(text))}.*"))
        scored = self._word(likely, text, title)
        return _any([begun, scored])

    def _phrase(self, parts: tuple[str, ...], title: bool) -> Any:
        return self._rows(self.stemmed(parts), title, 0)

    def _near(self, parts: tuple[str, ...], title: bool, distance: int) -> Any:
        name = "title" if title else "words"
        if len(set(parts)) == len(parts) == 2:
            return _Q.boost_query(self.pairs(parts, title, distance), PHRASE_BONUS)
        ids = self.near(parts, distance, title)
        words = [(Occur.Should, self._term(name, one)) for stemmed in self.stemmed(parts) for one in stemmed]
        there = _unscored(_Q.term_set_query(self.schema, "id", ids)) if ids else _Q.empty_query()
        return _Q.boost_query(_Q.boolean_query([(Occur.Must, there), *words]), PHRASE_BONUS)

    def pairs(self, parts: tuple[str, ...], title: bool, distance: int) -> Any:
        """Documents in which every two of the words stand so near, in either order: all that Tantivy tells rightly."""
        name = "title" if title else "words"
        ways = []
        for stemmed in self.stemmed(parts):
            near = [
                _any([_Q.phrase_query(self.schema, name, list(row), distance + len(parts) - 2) for row in ((a, b), (b, a))])
                for a, b in combinations(dict.fromkeys(stemmed), 2)
            ]
            alone = [self._term(name, one) for one in stemmed]
            ways.append(_Q.boolean_query([(Occur.Must, one) for one in near or alone]))
        return _best(ways)

    def stemmed(self, parts: tuple[str, ...]) -> list[tuple[str, ...]]:
        tried = {tuple(stem(word, language) for word in parts) for language in self.languages}
        return sorted(tried | {tuple(bare(word) for word in parts)})

    def _rows(self, rows: list[tuple[str, ...]], title: bool, slop: int) -> Any:
        name = "title" if title else "words"
        found = [
            _Q.phrase_query(self.schema, name, list(row), slop) if len(row) > 1 else self._term(name, row[0])
            for row in dict.fromkeys(rows)
        ]
        return _Q.boost_query(_best(found), PHRASE_BONUS)

    def _all(self, nodes: tuple[Node, ...], without: tuple[Node, ...]) -> Any:
        parts = [(Occur.Must, self.node(inner)) for inner in nodes]
        parts = parts or [(Occur.Must, _unscored(_Q.all_query()))]
        return _Q.boolean_query(parts + [(Occur.MustNot, self.node(inner)) for inner in without])


def _any(queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else _Q.boolean_query([(Occur.Should, one) for one in queries])


def _best(queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else _Q.disjunction_max_query(queries)


def _unscored(query: Any) -> Any:
    return _Q.const_score_query(query, 0.0)
