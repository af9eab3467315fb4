"""Nothing was found: what was asked, which filter stands in the way, and whether it is collected here at all."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from harvesters.source import Source
from search_index.text import fold, words

from . import search
from .coverage import Coverage, ledger
from .listing import Listing
from .parts import Portal

_TRIED = 8  # filters that are left out in turn
_MOST = 5  # sources that are named


@dataclass(frozen=True)
class Relaxed:
    """The list without one of its filters: (facet, value), and how many records it then has."""

    name: str
    value: str
    listing: Listing
    total: int


@dataclass(frozen=True)
class Absence:
    """`relaxed`: filters without which something is found, most first. `alone`: what the filters have without the
    words, 0 where there are no words. `sources`: those that were chosen or whose names hold a word of the question,
    with how they stand; `searched`: how many there are in all."""

    relaxed: tuple[Relaxed, ...]
    alone: int
    sources: tuple[Coverage, ...]
    searched: int


def explain(portal: Portal, session: Session, listing: Listing, now: datetime) -> Absence:
    """Why a list is empty. Raises SearchUnavailable."""
    lines = [line for line in ledger(session, portal, now) if line.source]
    return Absence(
        tuple(_relaxed(portal, listing)),
        search.count(portal, listing.asking("")) if listing.text and any(listing.active()) else 0,
        tuple(_concerned(lines, listing))[:_MOST],
        len(lines),
    )


def _relaxed(portal: Portal, listing: Listing) -> list[Relaxed]:
    found = []
    for name, value in list(listing.active())[:_TRIED]:
        without = listing.without_value(name, value)
        if total := search.count(portal, without):
            found.append(Relaxed(name, value, without, total))
    return sorted(found, key=lambda one: -one.total)


def _concerned(lines: list[Coverage], listing: Listing) -> list[Coverage]:
    chosen = set(listing.values("source"))
    asked = {fold(word) for word, _, _ in words(listing.text) if len(word) > 2}
    scored = [(len(asked & _names(line.source)), line) for line in lines if line.source]
    return [line for line in lines if line.name in chosen] + [
        line for score, line in sorted(scored, key=lambda one: -one[0]) if score and line.name not in chosen
    ]


def _names(source: Source) -> set[str]:
    return {fold(word) for word, _, _ in words(f"{source.title} {source.publisher} {source.name}")}
