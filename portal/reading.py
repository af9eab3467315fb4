"""Sections of a record's text as HTML: each heading with its anchor and the address of its own, hits marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from search_index.marking import Wanted, mark
from search_index.query import parse

from . import prose
from .listing import FACETS
from .portions import Slice

_TEXT_LANGUAGES = ("en", "vi")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a section as HTML below its heading: `level` 2 to 6; no title where they go on or stand before all headings.
    `anchor` is the section's; in the page it is the heading's id, with "text-" before it."""

    anchor: str
    title: str
    level: int
    html: Markup


def passages_of(text: str, slices: Sequence[Slice], level: int, change: Callable[[str], Markup] | None = None) -> list[Passage]:
    """`slices` of a text, their headings from `level` on without a gap. `change`: see prose.with_words."""
    found: list[Passage] = []
    stack: list[int] = []
    for one in slices:
        while stack and stack[-1] >= one.section.level:
            stack.pop()
        if one.section.anchor:
            stack.append(one.section.level)
        own = min(6, level + len(stack) - 1) if stack else level - 1
        html = prose.show_text(text[one.start : one.end].strip("\n"), min(6, own + 1))
        shown = bool(one.section.anchor) and one.first
        found.append(Passage(one.section.anchor, one.section.title if shown else "", own, prose.with_words(html, change) if change else html))
    return found


def marker(query: str, language: str) -> Callable[[str], Markup] | None:
    """What marks the words of a search in a text of that language; None where the search has none."""
    if not query.strip():
        return None
    wanted = Wanted.of(parse(query[:500], FACETS), tuple(dict.fromkeys((language.split("-")[0], *_TEXT_LANGUAGES))))
    if not wanted:
        return None

    def marked(words: str) -> Markup:
        pieces = mark(words, wanted.hits(words, language))
        return Markup("").join(Markup("<mark>{}</mark>" if piece.hit else "{}").format(piece.text) for piece in pieces)

    return marked
