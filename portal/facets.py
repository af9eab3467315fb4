"""A list's filters as people see them: each value with its label, its count and the address that chooses it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.vocabularies import AXES

from . import catalogue
from .hierarchy import in_tree
from .i18n import language, show_when
from .labels import labels_of
from .listing import FACETS, Listing
from .parts import Portal
from .traits import band_key

MOST = 50  # values of one filter on a page


@dataclass(frozen=True)
class FacetLine:
    """One value. `address` is the query string of the list that has it chosen, or not any more. `level`: how deep it
    lies below other lines, as an office below its ministry."""

    value: str
    label: str
    count: int
    selected: bool
    address: str
    level: int = 0


@dataclass(frozen=True)
class Facet:
    """One filter. `left` is how many values are not among the lines."""

    name: str
    title: str
    lines: tuple[FacetLine, ...]
    left: int


def titles() -> dict[str, str]:
    """What each filter is called."""
    return {
        "axis": _("Axis"),
        "type": _("Type"),
        "publisher": _("Agency"),
        "subject": _("Subject"),
        "place": _("Place"),
        "year": _("Year"),
        "status": _("Status"),
        "has": _("Holds"),
        "format": _("Format of files"),
        "amount": _("Amount"),
        "language": _("Language"),
        "source": _("Source"),
    }


def facets_of(
    session: Session, portal: Portal, listing: Listing, counts: dict[str, list[tuple[str, int]]]
) -> list[Facet]:
    """The filters of a list that have a choice to offer, in their order. What is chosen always has a line."""
    words = titles()
    facets = [_facet(session, portal, listing, name, words[name], counts.get(name, [])) for name in FACETS]
    return [facet for facet in facets if len(facet.lines) > 1 or any(line.selected for line in facet.lines)]


def _facet(
    session: Session, portal: Portal, listing: Listing, name: str, title: str, counts: Sequence[tuple[str, int]]
) -> Facet:
    chosen = listing.values(name)
    found = dict(counts)
    ranked = _ranked(name, found)
    shown = [*(value for value in chosen if value not in ranked[:MOST]), *ranked[:MOST]]
    parents = catalogue.agency_parents(session) if name == "publisher" else {}
    labels = labels_of(session, portal.known_sources, name, shown, language(), listing.axis)
    lines = tuple(
        FacetLine(value, labels[value], found.get(value, 0), value in chosen, _address(listing, name, value), level)
        for value, level in in_tree(shown, parents)
    )
    return Facet(name, title, lines, len(set(ranked) - set(shown)))


def _ranked(name: str, found: dict[str, int]) -> list[str]:
    """Most first; what has an order of its own is read in that."""
    match name:
        case "year":
            return sorted(found, reverse=True)
        case "axis":
            return [axis for axis in AXES if axis in found]
        case "amount":
            return sorted(found, key=band_key)
    return list(found)


def _address(listing: Listing, name: str, value: str) -> str:
    chosen = value in listing.values(name)
    changed = listing.without_value(name, value) if chosen else listing.with_value(name, value)
    return changed.query_string() or "?"


def chips_of(session: Session, portal: Portal, listing: Listing) -> list[tuple[str, str]]:
    """What narrows a list, in words, each with the query string of the list without it."""
    words = labels_of_chips(session, portal, listing)
    return [(words[one], listing.without_value(*one).query_string() or "?") for one in listing.active()]


def labels_of_chips(session: Session, portal: Portal, listing: Listing) -> dict[tuple[str, str], str]:
    """What narrows a list in words, by (facet, value)."""
    return {(name, value): _chip(session, portal, listing, name, value) for name, value in listing.active()}


def _chip(session: Session, portal: Portal, listing: Listing, name: str, value: str) -> str:
    if name == "from":
        return str(_("from %(day)s", day=show_when(value).striptags()))
    if name == "to":
        return str(_("until %(day)s", day=show_when(value).striptags()))
    return labels_of(session, portal.known_sources, name, [value], language(), listing.axis)[value]
