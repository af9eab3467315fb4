"""Agencies: who publishes here, and one agency with what it published."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .. import catalogue, completeness, tallied, zones
from ..catalogue import AgencyCard
from ..completeness import Completeness
from ..i18n import language
from ..look import kept
from ..outcome_clock import Asked
from ..parts import here
from ..store import fold_identifier
from ..typed import page_number

blueprint = Blueprint("agencies", __name__, url_prefix="/agencies")

_SIZE = 100
_SORTS = ("records", "name", "newest")


@dataclass(frozen=True)
class Agencies:
    """One page of the list of agencies, and what was asked for."""

    cards: list[AgencyCard]
    total: int
    all: int
    q: str
    sort: str
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // _SIZE))

    def address(self, page: int = 1, sort: str | None = None) -> str:
        """The address of another page, or of another order."""
        asked: dict[str, Any] = {"q": self.q, "sort": sort or self.sort, "page": page}
        usual = {"q": "", "sort": "records", "page": 1}
        return url_for(".agencies", **{name: value for name, value in asked.items() if value != usual[name]})


@blueprint.get("/")
def agencies() -> str:
    """Everyone who published something here, by name or by how much."""
    return render_template("agencies/agencies.html", found=_asked(_all()))


def _all() -> list[AgencyCard]:
    def read() -> list[AgencyCard]:
        with here().database.read() as session:
            return [card for card in catalogue.agencies(session) if card.total]

    return kept().get("agencies", read)


def _asked(cards: list[AgencyCard]) -> Agencies:
    q = request.args.get("q", "").strip()[:200]
    sort = request.args.get("sort", "records")
    words = [fold_identifier(word) for word in q.split()]
    found = [card for card in cards if all(word in _words(card) for word in words)]
    if sort == "name":
        found.sort(key=lambda card: (fold_identifier(card.name(language())), card.slug))
    elif sort == "newest":
        found.sort(key=lambda card: (card.newest is not None, card.newest), reverse=True)
    page = min(_page(), max(1, -(-len(found) // _SIZE)))
    shown = found[(page - 1) * _SIZE : page * _SIZE]
    return Agencies(shown, len(found), len(cards), q, sort if sort in _SORTS else "records", page)


def _words(card: AgencyCard) -> str:
    """The names an agency is found by; words are told apart by the names' own order only."""
    return " ".join([card.slug, *(fold_identifier(name) for name in card.names.values())])


def _page() -> int:
    return max(1, page_number(request.args.get("page", "1")))


@blueprint.get("/<slug>")
def agency(slug: str) -> str | Response:
    """One agency. The address of one that was merged into another leads there."""
    with here().database.read() as session:
        card = catalogue.agency(session, slug)
        if card is None:
            abort(404)
        if card.slug != slug:
            return redirect(url_for(".agency", slug=card.slug), 308)
        return render_template(
            "agencies/agency.html",
            card=card,
            parent=catalogue.agency(session, card.parent) if card.parent else None,
            children=catalogue.child_agencies(session, slug),
            newest=catalogue.newest(session, publisher=slug, limit=8),
            sources=_sources(catalogue.sources_of(session, slug), slug),
            complete=_completeness(slug) if card.total else None,
            promises=tallied.counts(session, zones.days(session, here(), datetime.now(UTC)), Asked("all", slug)),
        )


def _completeness(slug: str) -> tuple[Completeness, datetime] | None:
    """How complete its records are, and when that was counted; None where it has not been yet."""

    def read() -> tuple[Completeness, datetime] | None:
        with here().database.read() as session:
            return completeness.count_of(session, slug, datetime.now(UTC))

    return kept().get(("completeness", slug), read)


def _sources(counts: dict[str, int], slug: str) -> list[tuple[str, str, int]]:
    """Name, title and number of records of every source that brings this agency's records, or should."""
    declared = here().sources
    silent = [name for name, source in declared.items() if name not in counts and source.agency().slug == slug]
    known = here().known_sources
    found = [(name, known[name].title if name in known else "", count) for name, count in counts.items()]
    return found + [(name, declared[name].title, 0) for name in silent]
