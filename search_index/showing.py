"""How a document that was found is shown: its title and best passage with what matched marked, and why it was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .engine import Document, Hit, Piece, Reason, Snippet, Text
from .query import Alike, And, Node, Number, Or, Parsed, Prefix
from .text import fold, fold_identifier, mark, passage, stem, stems, words

_READ = 20_000  # letters of a text that are looked at to say why


@dataclass(frozen=True)
class Wanted:
    """What a query marks: stems, beginnings of words, and folded document numbers."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]
    numbers: frozenset[str]

    @classmethod
    def of(cls, parsed: Parsed, languages: tuple[str, ...]) -> "Wanted":
        """`languages` are those that the index holds."""
        looked_up = frozenset(one for word in parsed.words for one in stems(word, languages))
        beginnings = tuple(fold(node.text) for node in _nodes(parsed.tree) if isinstance(node, Prefix))
        numbers = frozenset(node.identifier for node in _nodes(parsed.tree) if isinstance(node, Number))
        return cls(looked_up, beginnings, numbers)

    def __bool__(self) -> bool:
        return bool(self.stems or self.beginnings or self.numbers)

    def __call__(self, stemmed: str) -> bool:
        return stemmed in self.stems or (bool(self.beginnings) and stemmed.startswith(self.beginnings))


def show(document: Document, wanted: Wanted, language: str | None, score: float) -> Hit:
    """A document as a hit, in the reader's `language` where it has a text in it."""
    text = next((text for text in document.texts if text.language == language), document.texts[0])
    title = mark(text.title, text.language, wanted) or (Piece(text.title),)
    why = tuple(_reasons(document, wanted)) if wanted else ()
    return Hit(document.id, score, title, text.language, _snippets(document, text, wanted), why)


def _nodes(node: Node) -> Iterator[Node]:
    """A node and what it asks for; not what must not be there."""
    yield node
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _nodes(inner)
        case Alike(weighted):
            for inner, _ in weighted:
                yield from _nodes(inner)
        case Number(_, inner):
            yield from _nodes(inner)


def _snippets(document: Document, preferred: Text, wanted: Wanted) -> tuple[Snippet, ...]:
    """The best passage: of the reader's language if it is hit there, else of the first text that is."""
    for text in (preferred, *(text for text in document.texts if text is not preferred)) if wanted else ():
        for field in ("summary", "body"):
            if pieces := passage(getattr(text, field), text.language, wanted):
                return (Snippet(field, text.language, pieces),)
    for field in ("summary", "body"):
        if words_there := getattr(preferred, field):
            short = words_there[:280].rsplit(" ", 1)[0] + " …" if len(words_there) > 280 else words_there
            return (Snippet(field, preferred.language, (Piece(short),)),)
    return ()


def _reasons(document: Document, wanted: Wanted) -> Iterator[Reason]:
    numbers = tuple(one for one in document.identifiers if fold_identifier(one) in wanted.numbers)
    if numbers:
        yield Reason("identifier", numbers)
    for field in ("title", "summary", "body"):
        if found := _held(((getattr(text, field), text.language) for text in document.texts), wanted):
            yield Reason(field, found)
    language = document.texts[0].language
    for field, values in (("name", document.names), ("keyword", document.keywords)):
        if found := _held(((value, language) for value in values), wanted):
            yield Reason(field, found)


def _held(texts: "Iterator[tuple[str, str]]", wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The words of texts (each with its language) that are wanted, each once, as they stand there first."""
    found: dict[str, str] = {}
    for text, language in texts:
        for word, _, _ in words(text[:_READ]):
            stemmed = stem(word, language)
            if stemmed not in found and wanted(stemmed):
                found[stemmed] = word
    return tuple(found.values())
