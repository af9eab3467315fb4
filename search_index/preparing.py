"""From a document to what an index holds of it."""

from dataclasses import dataclass

from .engine import Document
from .text import fold_identifier, spaced_words, tokens_and_marked

# Stands between two texts, so that no phrase reaches from one into the next.
GAP = "\x02"
_TITLE_LETTERS = 200  # of a title that tell it from others


@dataclass(frozen=True, slots=True)
class Prepared:
    """The stems of its titles and of everything, text by text; its words with marks; the words of its titles as they
    are spelt; its folded identifiers, and its titles folded like identifiers behind a =."""

    titles: list[list[str]]
    everything: list[list[str]]
    marked: set[str]
    spelt: set[str]
    numbers: set[str]


def parts_of(document: Document) -> Prepared:
    """What an index holds of a document."""
    own = document.texts[0].language if document.texts else ""
    prepared = Prepared([], [], set(), set(), {fold_identifier(one) for one in document.identifiers} - {""})
    for text in document.texts:
        if text.title:
            _read(prepared, text.title, text.language)
            prepared.titles.append(prepared.everything[-1])
        for part in (text.summary, text.body):
            _read(prepared, part, text.language)
        prepared.spelt.update(_spelt(text.title))
        if key := title_key(text.title):
            prepared.numbers.add(key)
    for part in (*document.names, *document.keywords, *document.identifiers):
        _read(prepared, part, own)
    return prepared


def _read(prepared: Prepared, part: str, language: str) -> None:
    if part:
        stemmed, marked = tokens_and_marked(part, language)
        prepared.everything.append(stemmed)
        prepared.marked.update(marked)


def title_key(text: str) -> str:
    """What a title is found whole by; "" where it holds no letter."""
    folded = fold_identifier(text[:_TITLE_LETTERS])
    return f"={folded}" if folded else ""


def _spelt(title: str) -> set[str]:
    return {word.lower() for word in spaced_words(title) if len(word) > 3 and word.isalpha()}


def with_gaps(parts: list[list[str]]) -> list[str]:
    """The stems of all parts in one list, a GAP behind each."""
    return [stem for part in parts for stem in (*part, GAP)]
