"""What a query means beside what was typed: numbers in several words, whole titles, spacing, synonyms.

Nothing is taken away by it: what was typed always counts most.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from .preparing import title_key
from .query import Alike, And, Everything, Near, Node, Number, Or, Parsed, Phrase, Prefix, Word
from .ranking import ALIKE, RESPACED
from .synonyms import LONGEST, Synonyms
from .text import fold, fold_identifier

_MOST_PARTS = 6  # words that one number is made of
_SHORTEST_HALF = 3


class Index(Protocol):
    """What is asked of an index to see what a query may mean."""

    def frequency(self, word: str, least: int = 0) -> int:
        """How many documents hold a word, in any of its forms; by stems of `least` letters at least."""

    def known(self, word: str) -> bool:
        """Whether a word stands somewhere as it is written, or as a stem: a glance, before its frequency is asked."""

    def numbered(self, identifier: str) -> bool:
        """Whether any document has this folded identifier, or this whole title behind a =."""


def widen(parsed: Parsed, text: str, index: Index, synonyms: Synonyms | None) -> Parsed:
    """The query with what it means beside its words."""
    widening = _Widening(index, synonyms)
    tree = widening.node(parsed.tree)
    if _is_plain(parsed.tree) and (key := title_key(text)) and index.numbered(key):
        tree = Number(key, tree)
    marked = tuple(dict.fromkeys((*parsed.words, *widening.words)))
    return replace(parsed, tree=tree, words=marked, widened=tuple(widening.widened.items()))


def _is_plain(node: Node) -> bool:
    match node:
        case Word(_, title) | Phrase(_, title):
            return not title
        case Number(_, inner):
            return _is_plain(inner)
        case And(nodes, without):
            return not without and all(_is_plain(inner) for inner in nodes)
    return False


class _Widening:
    def __init__(self, index: Index, synonyms: Synonyms | None) -> None:
        self.index, self.synonyms = index, synonyms
        self.words: list[str] = []  # that are marked beside those that were typed
        self.widened: dict[str, tuple[str, ...]] = {}

    def node(self, node: Node) -> Node:
        match node:
            case Word(_, title):
                return node if title else self._longest([node])[1]
            case Phrase(parts, title):
                return node if title else self._phrase(parts)
            case And(nodes, without):
                return self._all(nodes, without)
            case Or(nodes):
                return Or(tuple(self.node(inner) for inner in nodes))
            case Number(identifier, inner) if not isinstance(inner, Everything):
                return Number(identifier, self._numbered(inner) if isinstance(inner, Phrase) else self.node(inner))
        return node

    def _all(self, nodes: tuple[Node, ...], without: tuple[Node, ...]) -> Node:
        widened: list[Node] = []
        run: list[Node] = []
        for node in (*nodes, Everything()):
            if _text(node):
                run.append(node)
                continue
            widened += self._run(run)
            run = []
            if not isinstance(node, Everything):
                widened.append(self.node(node))
        return widened[0] if len(widened) == 1 and not without else And(tuple(widened), without)

    def _run(self, nodes: Sequence[Node]) -> list[Node]:
        """Words that were typed one after the other."""
        widened: list[Node] = []
        position = 0
        while position < len(nodes):
            taken, node = self._longest(nodes[position:])
            widened.append(node)
            position += taken
        return widened

    def _longest(self, nodes: Sequence[Node]) -> tuple[int, Node]:
        """The longest beginning that means something of its own, and how many words that is."""
        for size in range(min(_MOST_PARTS, len(nodes)), 1, -1):
            if node := self._number(nodes[:size]) or (self._alike(nodes[:size]) if size <= LONGEST else None):
                return size, node
        if len(nodes) > 1 and (node := self._joined(nodes[0], nodes[1])):
            return 2, node
        first = nodes[0]
        if isinstance(first, Word):
            return 1, self._alike([first]) or self._split(first) or first
        return 1, self.node(first)

    def _number(self, nodes: Sequence[Node]) -> Node | None:
        joined = "".join(fold_identifier(_text(node)) for node in nodes)
        if any(letter.isdigit() for letter in joined) and self.index.numbered(joined):
            return Number(joined, And(tuple(nodes)))
        return None

    def _alike(self, nodes: Sequence[Node]) -> Node | None:
        """The words and their synonyms, those that stand somewhere."""
        if self.synonyms is None or not all(isinstance(node, Word) for node in nodes):
            return None
        typed = tuple(_text(node) for node in nodes)
        others = [other for other in self.synonyms.of(typed) if all(self.index.frequency(word) for word in other)]
        if not others:
            return None
        own: Node = nodes[0] if len(nodes) == 1 else And(tuple(nodes))
        if len(nodes) == 1 and isinstance(nodes[0], Word):
            own = self._split(nodes[0]) or own
        self.words += [word for other in others for word in other]
        self.widened[" ".join(typed)] = tuple(" ".join(other) for other in others)
        return Alike(((own, 1.0), *((_meant(other), ALIKE) for other in others)))

    def _numbered(self, phrase: Phrase) -> Node:
        """H-2A is H2A, where that stands somewhere."""
        joined = "".join(phrase.words)
        if len(phrase.words) > 2 or not self.index.frequency(joined):
            return phrase
        self.words.append(joined)
        return Alike(((phrase, 1.0), (Word(joined), RESPACED)))

    def _joined(self, one: Node, other: Node) -> Node | None:
        """child care is childcare, where that stands somewhere."""
        if not (isinstance(one, Word) and isinstance(other, Word)):
            return None
        joined = one.text + other.text
        if not self._stands_joined(one.text, joined):
            return None
        self.words.append(joined)
        return Alike(((And((one, other)), 1.0), (Word(joined), RESPACED)))

    def _stands_joined(self, first: str, joined: str) -> bool:
        # A stem may be the first half alone: riverred is river.
        return joined.isalpha() and self.index.frequency(joined, len(fold(first)) + 2) > 0

    def _split(self, node: Word) -> Node | None:
        """childcare is child care, where both are words; the halves that stand most often."""
        word = node.text
        if any(letter.isdigit() for letter in word):
            return self._split_at_digits(node)
        if len(word) < 2 * _SHORTEST_HALF or not word.isalpha() or len(word) > 40:
            return None
        own = max(1, self.index.frequency(word))
        halves = [(word[:at], word[at:]) for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)]
        known = [
            (min(first, last), pair)
            for pair in halves
            if self.index.known(pair[0])
            and self.index.known(pair[1])
            and (first := self.index.frequency(pair[0])) >= own and (last := self.index.frequency(pair[1])) >= own
        ]
        if not known:
            return None
        _, pair = max(known)
        self.words += pair
        return Alike(((node, 1.0), (Phrase(pair), RESPACED)))

    def _split_at_digits(self, node: Word) -> Node | None:
        """covid19 is COVID-19, h2a is H-2A."""
        word = node.text
        edges = [at for at in range(1, min(len(word), 40)) if word[at].isdigit() != word[at - 1].isdigit()]
        pairs = [(word[:at], word[at:]) for at in edges]
        known = [pair for pair in pairs if all(self.index.frequency(half) for half in pair)]
        if not known:
            return None
        self.words += [half for pair in known for half in pair]
        return Alike(((node, 1.0), *((Phrase(pair), RESPACED) for pair in known)))

    def _phrase(self, parts: tuple[str, ...]) -> Node:
        """A phrase, and the same with two of its words written as one."""
        ways: list[tuple[Node, float]] = [(Phrase(parts), 1.0)]
        for at in range(min(len(parts), 8) - 1):
            joined = parts[at] + parts[at + 1]
            if self._stands_joined(parts[at], joined):
                rest = (*parts[:at], joined, *parts[at + 2 :])
                ways.append((Phrase(rest) if len(rest) > 1 else Word(joined), RESPACED))
                self.words.append(joined)
        return Alike(tuple(ways)) if len(ways) > 1 else ways[0][0]


def _text(node: Node) -> str:
    """What was typed for a node, if it is one word or one number."""
    match node:
        case Word(text, False):
            return text
        case Number(identifier, inner) if not isinstance(inner, (Everything, Prefix, Near)):
            return identifier
    return ""


def _meant(words: tuple[str, ...]) -> Node:
    return Word(words[0]) if len(words) == 1 else Phrase(words)
