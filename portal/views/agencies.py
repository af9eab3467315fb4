"""Agencies: who publishes here, and one agency with what it published."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import catalogue, completeness, tallied, zones
from ..catalogue import AgencyCard
from ..completeness import Completeness
from ..errors import BadParameter
from ..i18n import language
from ..look import base_url, kept
from ..outcome_clock import Asked
from ..parts import here
from ..store import fold_identifier
from ..typed import page_number
from .twins import as_csv, as_json, whole

blueprint = Blueprint("agencies", __name__)

_SIZE = 100
_MOST = 1000
_SORTS = ("records", "name", "newest")
_TYPED = ("q", "sort", "page", "size")
COLUMNS = ("slug", "name", "parent", "place", "homepage", "records", "decisions", "policies", "outcomes", "newest", "url")


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

    def twin(self, format: str) -> str:
        """The address of the same list as data."""
        return url_for(".twin", format=format, q=self.q or None, sort=self.sort if self.sort != "records" else None)


@blueprint.get("/agencies/")
def agencies() -> str:
    """Everyone who published something here, by name or by how much."""
    return render_template("agencies/agencies.html", found=_asked(_all()))


def _all() -> list[AgencyCard]:
    def read() -> list[AgencyCard]:
        with here().database.read() as session:
            return [card for card in catalogue.agencies(session) if card.total]

    return kept().get("agencies", read)


def _asked(cards: list[AgencyCard]) -> Agencies:
    sort = request.args.get("sort", "records")
    q, found = _found(cards, sort)
    page = min(_page(), max(1, -(-len(found) // _SIZE)))
    shown = found[(page - 1) * _SIZE : page * _SIZE]
    return Agencies(shown, len(found), len(cards), q, sort if sort in _SORTS else "records", page)


def _found(cards: list[AgencyCard], sort: str) -> tuple[str, list[AgencyCard]]:
    """The words asked for, and whoever has them in a name, in order."""
    q = request.args.get("q", "").strip()[:200]
    words = [fold_identifier(word) for word in q.split()]
    found = [card for card in cards if all(word in _words(card) for word in words)]
    if sort == "name":
        found.sort(key=lambda card: (fold_identifier(card.name(language())), card.slug))
    elif sort == "newest":
        found.sort(key=lambda card: (card.newest is not None, card.newest), reverse=True)
    return q, found


@blueprint.get("/agencies.<any(json, csv):format>")
def twin(format: str) -> Response:
    """The same list as data: JSON by pages, CSV whole."""
    for name, value in request.args.items():
        if name not in _TYPED:
            raise BadParameter(name, value, _("is not a parameter of this address; known: %(known)s", known=", ".join(_TYPED)))
    sort, now = request.args.get("sort") or "records", datetime.now(UTC)
    if sort not in _SORTS:
        raise BadParameter("sort", sort, _("use records, name or newest"))
    page, size = whole("page", 1, 1_000_000), whole("size", _SIZE, _MOST)
    q, found = _found(_all(), sort)
    if format == "csv":
        return as_csv(COLUMNS, [_row(card) for card in found], "agencies", now)
    shown = [_row(card) | {"names": card.names} for card in found[(page - 1) * size : page * size]]
    asked: dict[str, Any] = {"q": q, "sort": sort if sort != "records" else "", "page": page + 1, "size": size}
    following = f"{base_url()}{url_for('.twin', format='json', **{name: value for name, value in asked.items() if value})}"
    return as_json(shown, len(found), following if page * size < len(found) else None, now)


def _row(card: AgencyCard) -> dict[str, Any]:
    return {
        "slug": card.slug, "name": card.name(language()), "parent": card.parent, "place": card.place, "homepage": card.homepage, "records": card.total,
        "decisions": card.by_axis.get("decision", 0), "policies": card.by_axis.get("policy", 0), "outcomes": card.by_axis.get("outcome", 0),
        "newest": f"{card.newest}" if card.newest else None, "url": f"{base_url()}{url_for('.agency', slug=card.slug)}",
    }  # fmt: skip


def _words(card: AgencyCard) -> str:
    """The names an agency is found by; words are told apart by the names' own order only."""
    return " ".join([card.slug, *(fold_identifier(name) for name in card.names.values())])


def _page() -> int:
    return max(1, page_number(request.args.get("page", "1")))


@blueprint.get("/agencies/<slug>")
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
