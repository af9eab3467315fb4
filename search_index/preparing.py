"""From a document to what an index holds of it."""

from dataclasses import dataclass

from .engine import Document
from .text import fold_identifier, is_unspaced, marked, tokens, words

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
        title = tokens(text.title, text.language)
        prepared.titles.append(title)
        prepared.everything.append(title)
        prepared.spelt.update(_spelt(text.title))
        if key := title_key(text.title):
            prepared.numbers.add(key)
        for part in (text.summary, text.body):
            if part:
                prepared.everything.append(tokens(part, text.language))
        for part in (text.title, text.summary, text.body):
            prepared.marked.update(marked(part))
    for part in (*document.names, *document.keywords, *document.identifiers):
        prepared.everything.append(tokens(part, own))
        prepared.marked.update(marked(part))
    return prepared


def title_key(text: str) -> str:
    """What a title is found whole by; "" where it holds no letter."""
    folded = fold_identifier(text[:_TITLE_LETTERS])
    return f"={folded}" if folded else ""


def _spelt(title: str) -> set[str]:
    return {word.lower() for word, _, _ in words(title) if len(word) > 3 and word.isalpha() and not is_unspaced(word)}


def with_gaps(parts: list[list[str]]) -> list[str]:
    """The stems of all parts in one list, a GAP behind each."""
    return [stem for part in parts for stem in (*part, GAP)]
