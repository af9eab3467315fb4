"""How a document that was found is shown: its title and best passage with what matched marked, and why it was found."""

from collections.abc import Iterable, Iterator

from .engine import Document, Hit, Piece, Reason, Snippet, Text
from .marking import Wanted, mark, passage
from .text import fold_identifier

__all__ = ["Wanted", "show"]


def show(document: Document, wanted: Wanted, language: str | None, score: float) -> Hit:
    """A document as a hit, in the reader's `language` where it has a text in it."""
    text = next((text for text in document.texts if text.language == language), document.texts[0])
    if not wanted:
        snippets = tuple(_opening(text))
        return Hit(document.id, score, (Piece(text.title),), text.language, snippets, ())
    found = _Found(document, wanted)
    title = mark(text.title, found.there("title", text)) or (Piece(text.title),)
    return Hit(document.id, score, title, text.language, tuple(found.snippets(text)), tuple(found.reasons()))


def _opening(text: Text) -> Iterator[Snippet]:
    for field in ("summary", "body"):
        if words_there := getattr(text, field):
            short = words_there[:280].rsplit(" ", 1)[0] + " …" if len(words_there) > 280 else words_there
            yield Snippet(field, text.language, (Piece(short),))
            return


class _Found:
    """What is wanted in one document; each of its texts is read once."""

    def __init__(self, document: Document, wanted: Wanted) -> None:
        self.document, self.wanted = document, wanted
        self._known: dict[tuple[str, int], list[tuple[int, int, str]]] = {}

    def there(self, field: str, text: Text) -> list[tuple[int, int, str]]:
        key = (field, id(text))
        if key not in self._known:
            self._known[key] = self.wanted.first_hits(getattr(text, field), text.language)
        return self._known[key]

    def snippets(self, preferred: Text) -> Iterator[Snippet]:
        """The best passage: of the reader's language if it is hit there, else of the first text that is."""
        for text in (preferred, *(text for text in self.document.texts if text is not preferred)):
            for field in ("summary", "body"):
                if hits := self.there(field, text):
                    yield Snippet(field, text.language, passage(getattr(text, field), hits))
                    return
        yield from _opening(preferred)

    def reasons(self) -> Iterator[Reason]:
        numbers = tuple(one for one in self.document.identifiers if fold_identifier(one) in self.wanted.numbers)
        if numbers:
            yield Reason("identifier", numbers)
        for field in ("title", "summary", "body"):
            if found := _each_once((getattr(text, field), self.there(field, text)) for text in self.document.texts):
                yield Reason(field, found)
        language = self.document.texts[0].language
        for field, values in (("name", self.document.names), ("keyword", self.document.keywords)):
            if found := _each_once((value, self.wanted.hits(value, language)) for value in values):
                yield Reason(field, found)


def _each_once(texts: Iterable[tuple[str, list[tuple[int, int, str]]]]) -> tuple[str, ...]:
    """The words that were hit, each once, as they stand there first."""
    found: dict[str, str] = {}
    for text, hits in texts:
        for start, end, stemmed in hits:
            if stemmed not in found:
                found[stemmed] = text[start:end]
    return tuple(found.values())
