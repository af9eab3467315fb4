"""From a document to what an index holds of it."""

from .engine import Document
from .text import fold_identifier, marked, tokens

# Stands between two texts, so that no phrase reaches from one into the next.
GAP = "\x02"


def prepare(document: Document) -> tuple[list[str], list[str], set[str], set[str]]:
    """The stems of its titles, the stems of everything, its words with marks, and its folded identifiers."""
    titles: list[str] = []
    everything: list[str] = []
    marks: set[str] = set()
    own = document.texts[0].language if document.texts else ""
    for text in document.texts:
        titles += [*tokens(text.title, text.language), GAP]
        for part in (text.title, text.summary, text.body):
            everything += [*tokens(part, text.language), GAP]
            marks |= marked(part)
    for part in (*document.names, *document.keywords, *document.identifiers):
        everything += [*tokens(part, own), GAP]
        marks |= marked(part)
    return titles, everything, marks, {fold_identifier(identifier) for identifier in document.identifiers} - {""}
