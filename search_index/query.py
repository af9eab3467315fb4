"""The visitor's query language, parsed once, for every engine.

    plain words (all of them) · "a phrase" · "near words"~5 · -without · NOT · OR · ( ) · digit* · title:word
    title:"a phrase" · identifier:749/QD-TTg · axis:policy (any facet) · from:2024-01-01 · to:2024
    issued:2023..2024 · issued:>2020 · year:2020..2022 · amount:>1000000 · amount:1000..5000

Whatever makes no sense as a rule is searched as plain words: nothing a visitor types is an error. The parser is
our own, some hundred lines, because a general one turns what it cannot read into an error or into nothing.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from .ranges import read_amounts, read_day, read_days
from .text import fold_identifier, is_unspaced, words

MOST_WORDS = 40
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every document."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; in the title only when `title`."""

    text: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin like this."""

    text: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words right after each other."""

    words: tuple[str, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order with at most `distance` other words among them."""

    words: tuple[str, ...]
    distance: int
    title: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A document's number, folded, or what stands in words if no document has that number."""

    identifier: str
    words: "Node"


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a facet."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Documents of these days."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """Documents about this much money, whatever the currency; both ends included."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """Any of these; the best counts, each multiplied by its weight: a word, its synonyms, a likelier spelling."""

    nodes: tuple[tuple["Node", float], ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of these, none of those in `without`."""

    nodes: tuple["Node", ...]
    without: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    nodes: tuple["Node", ...]


Node = Everything | Word | Prefix | Phrase | Near | Number | Facet | Dates | Amounts | Alike | And | Or


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query's tree, its words (for marking hits), and how it was read: see `Results`."""

    tree: Node
    words: tuple[str, ...]
    notes: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    widened: tuple[tuple[str, tuple[str, ...]], ...] = ()


def show_tree(node: Node) -> str:
    """A tree in words, for people who want to know how a query was read."""
    match node:
        case Everything():
            return "everything"
        case Word(text, title):
            return f"title:{text}" if title else text
        case Prefix(text, title):
            return f"title:{text}*" if title else f"{text}*"
        case Phrase(parts, title):
            return f"{'title:' if title else ''}\"{' '.join(parts)}\""
        case Near(parts, distance):
            return f"\"{' '.join(parts)}\"~{distance}"
        case Number(identifier, inner):
            return f"[number {identifier}]" if isinstance(inner, Everything) else f"[number {identifier} or {show_tree(inner)}]"
        case Facet(name, value):
            return f"{name}:{value}"
        case Dates(since, until):
            return f"[issued {since or ''}..{until or ''}]"
        case Amounts(least, most):
            return f"[amount {'' if least is None else least}..{'' if most is None else most}]"
        case Alike(weighted):
            return "(" + " ~ ".join(show_tree(inner) for inner, _ in weighted) + ")"
        case And(nodes, without):
            parts = (*(show_tree(inner) for inner in nodes), *(f"NOT {show_tree(inner)}" for inner in without))
            return "(" + " AND ".join(parts) + ")"
        case Or(nodes):
            return "(" + " OR ".join(show_tree(inner) for inner in nodes) + ")"


_TOKEN = re.compile(
    r"""(?P<quote>"(?P<quoted>[^"]*)"?(?:~(?P<near>\d{1,4}))?)
      | (?P<open>\() | (?P<close>\))
      | (?P<field>[A-Za-z_]+):(?P<value>"[^"]*"?|[^\s()"]+)
      | (?P<minus>-(?=[\w"(]))
      | (?P<plain>[^\s()"]+)
    """,
    re.VERBOSE,
)


# Keyboards and word processors put other marks where these are meant.
_MARKS = str.maketrans({**dict.fromkeys("“”„‟″«»「」『』", '"'), **dict.fromkeys("‐‑‒–−", "-"), "№": " "})
_FARTHEST = 50
_MOST_COSTLY = 5  # beginnings and nearnesses in one query
_MOST_NEAR = 8  # words of one nearness
_RANGES = frozenset({"amount", "issued", "date", "year"})


def parse(text: str, facets: Collection[str] = ()) -> Parsed:
    """Read what a visitor typed; `facets` are the names that may stand before a colon."""
    text = unicodedata.normalize("NFKC", text.replace("\0", " ").translate(_MARKS)).translate(_MARKS)
    found = [match for match, _ in zip(_TOKEN.finditer(text), range(MOST_WORDS * 3), strict=False)]
    reader = _Reader(found, facets)
    tree = reader.any_of(0)
    while reader.more():  # a closing bracket that nothing opened
        reader.position += 1
        rest = reader.any_of(0)
        tree = _both(tree, rest)
    notes = tuple(dict.fromkeys(reader.notes + (["shortened"] if len(found) == MOST_WORDS * 3 else [])))
    return Parsed(tree, tuple(dict.fromkeys(reader.words)), notes, tuple(dict.fromkeys(reader.odd)))


def _both(one: Node, other: Node) -> Node:
    kept = tuple(node for node in (one, other) if not isinstance(node, Everything))
    return And(kept) if len(kept) > 1 else kept[0] if kept else Everything()


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, found: list[re.Match[str]], facets: Collection[str]) -> None:
        self.found, self.facets = found, facets
        self.position = 0
        self.words: list[str] = []
        self.notes: list[str] = []
        self.odd: list[str] = []
        self.costs = 0

    def more(self) -> bool:
        return self.position < len(self.found)

    def peek(self) -> re.Match[str] | None:
        return self.found[self.position] if self.more() else None

    def any_of(self, depth: int) -> Node:
        """What stands between ORs."""
        choices = [self.all_of(depth)]
        while (token := self.peek()) and token["plain"] == "OR":
            self.position += 1
            choices.append(self.all_of(depth))
        kept = tuple(choice for choice in choices if not isinstance(choice, Everything))
        return Or(kept) if len(kept) > 1 else kept[0] if kept else Everything()

    def all_of(self, depth: int) -> Node:
        """Words one after the other."""
        nodes: list[Node] = []
        without: list[Node] = []
        while (token := self.peek()) and not token["close"] and token["plain"] != "OR":
            self.position += 1
            negative = bool(token["minus"]) or token["plain"] == "NOT"
            if token["plain"] == "AND":
                continue
            if negative:
                following = self.peek()
                if not following or following["close"] or following["plain"] in ("OR", "AND"):
                    continue
                self.position += 1
                token = following
            seen = len(self.words)
            node = self.node(token, depth)
            if negative:
                del self.words[seen:]  # what must not stand there is not marked
            if not isinstance(node, Everything):
                (without if negative else nodes).append(node)
        if not nodes and not without:
            return Everything()
        if len(nodes) == 1 and not without:
            return nodes[0]
        return And(tuple(nodes), tuple(without))

    def node(self, token: re.Match[str], depth: int) -> Node:
        if token["open"]:
            return self.group(depth)
        if token["quote"]:
            return self.near(token) if token["near"] else self.plain(token["quoted"], phrase=True)
        if token["field"]:
            return self.field(token["field"], token["value"].strip('"'), token["value"].startswith('"'), token[0])
        if token["plain"]:
            return self.plain(token["plain"])
        return Everything()

    def near(self, token: re.Match[str]) -> Node:
        node = self.plain(token["quoted"], phrase=True)
        if not isinstance(node, Phrase) or len(node.words) > _MOST_NEAR or not self.costly():
            return node
        return Near(node.words, min(int(token["near"]), _FARTHEST))

    def costly(self) -> bool:
        """Whether one more part may be asked for that takes an engine long; those beyond are read as plain words."""
        self.costs += 1
        if self.costs > _MOST_COSTLY:
            self.notes.append("shortened")
        return self.costs <= _MOST_COSTLY

    def group(self, depth: int) -> Node:
        if depth >= _DEEPEST:
            self.notes.append("plain_words")
            return Everything()
        inner = self.any_of(depth + 1)
        if (token := self.peek()) and token["close"]:
            self.position += 1
        return inner

    def field(self, name: str, value: str, quoted: bool, whole: str) -> Node:
        lowered = name.lower()
        if lowered == "title":
            return self.plain(value, phrase=quoted, title=True)
        if lowered == "identifier" and fold_identifier(value):
            return Number(fold_identifier(value), Everything())
        if lowered in ("from", "to") and (day := read_day(value, last=lowered == "to")):
            return Dates(since=day) if lowered == "from" else Dates(until=day)
        if lowered in _RANGES and (node := self.range(lowered, value)):
            return node
        if lowered in self.facets and value:
            return Facet(lowered, value)
        self.notes.append("plain_words")
        if lowered in (*_RANGES, *self.facets, "from", "to", "title", "identifier"):
            self.odd.append(whole)
        return self.plain(whole, phrase=False)

    def range(self, name: str, value: str) -> Node | None:
        """What a field of dates or amounts says; None where that is no range, or the field's value is one of a facet."""
        if name == "amount":
            return Amounts(*ends) if (ends := read_amounts(value)) else None
        if name in self.facets and not re.search(r"[<>]|\.\.", value):
            return None
        return Dates(*days) if (days := read_days(value)) else None

    def plain(self, text: str, *, phrase: bool = False, title: bool = False) -> Node:
        found = [word for word, _, _ in words(text)]
        if len(self.words) + len(found) > MOST_WORDS:
            self.notes.append("shortened")
            found = found[: max(0, MOST_WORDS - len(self.words))]
        if not found:
            return Everything()
        self.words += found
        begins = (text.endswith("*") and len(found) == 1 and len(found[0]) > 1) or (is_unspaced(text) and len(found[0]) == 1)
        if begins and self.costly():
            return Prefix(found[0], title)
        if text.endswith("*") and not begins and not phrase:  # t* or 749/QD*: too little, or too much, to begin with
            self.notes.append("plain_words")
            self.odd.append(text)
        nodes = tuple(Word(word, title) for word in found)
        quoted = phrase
        # What a hyphen or an apostrophe joins stands together.
        phrase = phrase or (len(found) > 1 and re.fullmatch(r"\w+(?:[-'’·]\w+)+", text) is not None)
        node: Node = nodes[0] if len(nodes) == 1 else Phrase(tuple(found), title) if phrase else And(nodes)
        if not title and not quoted and any(letter.isdigit() for letter in text):
            # 749/QD-TTg is a document's number first, and words beside it.
            return Number(fold_identifier(text), Phrase(tuple(found)) if len(found) > 1 else node)
        return node
