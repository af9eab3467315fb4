"""People, bodies and suppliers: who they are, what they decided or got, as pages and as data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.vocabularies import CHOICES

from .. import actors, catalogue
from ..actors import Card, Deed, Line
from ..errors import BadParameter
from ..i18n import language
from ..parties import is_behind
from ..parts import here
from ..standing import Standing, standings
from .search import base_url
from .sums import reasons
from .twins import as_csv, as_json, whole

blueprint = Blueprint("actors", __name__)

ROLES: dict[str, actors.Role] = {"people": "person", "bodies": "body", "suppliers": "supplier"}
_KINDS = "any(people, bodies, suppliers)"
_SIZE = 50
_MOST = 1000
INDEX_COLUMNS = ("name", "slug", "agency", "identifier", "decisions", "newest", "url")
COLUMNS = (
    "number", "title", "issued", "publisher", "type", "status", "state", "standing", "did", "name", "choice", "said", "party", "office",
    "district", "majority", "with_majority", "amount", "currency", "url",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a list was asked for."""

    kind: str
    q: str
    agency: str
    page: int
    size: int

    def address(self, page: int = 1) -> str:
        """The address of another page of the index."""
        return url_for(".index", kind=self.kind, q=self.q or None, agency=self.agency or None, page=page if page > 1 else None)

    def twin(self, format: str) -> str:
        """The address of the same list as data."""
        return url_for(".index_twin", kind=self.kind, format=format, q=self.q or None, agency=self.agency or None)

    @property
    def words(self) -> dict[str, Any]:
        """What was asked, but for the page."""
        return {name: value for name, value in (("q", self.q), ("agency", self.agency)) if value}


def _asked(kind: str, *, strict: bool) -> Asked:
    q = request.args.get("q", "").strip()[:200]
    return Asked(kind, q, request.args.get("agency", "").strip()[:100], whole("page", 1, 1_000_000, strict=strict), whole("size", _SIZE, _MOST, strict=strict))


@blueprint.get(f"/<{_KINDS}:kind>/")
def index(kind: str) -> str:
    """Everybody of a kind, by name."""
    asked = _asked(kind, strict=False)
    with here().database.read() as session:
        total, cards = actors.index(session, ROLES[kind], asked.q, offset=(asked.page - 1) * _SIZE, limit=_SIZE, agency=asked.agency)
        return render_template(
            "actors/index.html", asked=asked, kind=kind, total=total, cards=cards, pages=max(1, -(-total // _SIZE)),
            agencies=catalogue.agency_names(session, {card.agency for card in cards} | {asked.agency}, language()),
            behind=is_behind(session),
        )  # fmt: skip


@blueprint.get(f"/<{_KINDS}:kind>.<any(json, csv):format>")
def index_twin(kind: str, format: str) -> Response:
    """The same as data: JSON by pages, CSV whole."""
    asked, now = _asked(kind, strict=True), datetime.now(UTC)
    with here().database.read() as session:
        if asked.agency and catalogue.agency(session, asked.agency) is None:
            raise BadParameter("agency", asked.agency, _("is no agency here; %(address)s lists them", address=url_for("agencies.agencies")))
        limit = asked.size if format == "json" else 1_000_000
        offset = (asked.page - 1) * asked.size if format == "json" else 0
        total, cards = actors.index(session, ROLES[kind], asked.q, offset=offset, limit=limit, agency=asked.agency)
        behind = is_behind(session)
    rows = [_card(kind, card) for card in cards]
    if format == "csv":
        return as_csv(INDEX_COLUMNS, rows, kind, now)
    return _envelope(rows, total, asked, behind, now, url_for(".index_twin", kind=kind, format="json"), {})


def _card(kind: str, card: Card) -> dict[str, Any]:
    return {
        "name": card.name, "slug": card.slug, "agency": card.agency or None, "identifier": card.identifier or None,
        "decisions": card.decisions, "newest": f"{card.newest}" if card.newest else None,
        "url": f"{base_url()}{url_for('.actor', kind=kind, slug=card.slug)}",
    }  # fmt: skip


def _envelope(
    rows: list[dict[str, Any]], total: int, asked: Asked, behind: bool, now: datetime, path: str, more: dict[str, Any]
) -> Response:
    following = None
    if asked.page * asked.size < total:
        following = f"{base_url()}{path}?{urlencode({'page': asked.page + 1, 'size': asked.size} | asked.words)}"
    return as_json(rows, total, following, now, behind=behind, **more)


def _found(session: Session, kind: str, slug: str) -> Card:
    card = actors.find(session, ROLES[kind], slug)
    if card is None:
        abort(404)
    return card


@blueprint.get(f"/<{_KINDS}:kind>/<slug>")
def actor(kind: str, slug: str) -> str:
    """One person, body or supplier with all decisions."""
    asked = _asked(kind, strict=False)
    with here().database.read() as session:
        card = _found(session, kind, slug)
        deeds = actors.deeds(session, card, offset=(asked.page - 1) * 20, limit=20)
        told = _about(session, card)
        return render_template(
            "actors/actor.html", kind=kind, card=card, asked=asked, deeds=deeds, pages=max(1, -(-card.decisions // 20)),
            standings=standings(session, [one.entry for one in deeds]), agency=catalogue.agency(session, card.agency) if card.agency else None,
            variants=actors.variants(session, card), alike=actors.alike(session, card), choices=list(CHOICES), reasons=reasons(),
            behind=is_behind(session), address=lambda page: url_for(".actor", kind=kind, slug=slug, **({"page": page} if page > 1 else {})), **told,
        )  # fmt: skip


def _about(session: Session, card: Card) -> dict[str, Any]:
    if card.role == "person":
        return {
            "voting": actors.voting_record(session, card),
            "held": {field: actors.held(session, card, field) for field in ("office", "party", "district")},
            "beside": actors.beside(session, card, "body"),
        }
    if card.role == "body":
        return {"results": actors.results_of_body(session, card), "beside": actors.beside(session, card, "person")}
    supplied = actors.supplied(session, card)
    names = catalogue.agency_names(session, [line.key for line in supplied.agencies], language())
    return {"supplied": supplied, "names": names}


@blueprint.get(f"/<{_KINDS}:kind>/<slug>.<any(json, csv):format>")
def actor_twin(kind: str, slug: str, format: str) -> Response:
    """The same as data: JSON by pages with what the page sums up, CSV whole."""
    asked, now = _asked(kind, strict=True), datetime.now(UTC)
    with here().database.read() as session:
        card = _found(session, kind, slug)
        limit, offset = (asked.size, (asked.page - 1) * asked.size) if format == "json" else (1_000_000, 0)
        rows: list[dict[str, Any]] = []
        found = actors.deeds(session, card, offset=offset, limit=limit)
        for start in range(0, len(found), 500):
            some = found[start : start + 500]
            stand = standings(session, [one.entry for one in some])
            rows += [row for deed in some for row in _rows(deed, stand.get(deed.entry.number))]
        told, behind = _about_data(session, card), is_behind(session)
        spelled = [{"name": name, "decisions": uses} for name, uses in actors.variants(session, card)]
    if format == "csv":
        return as_csv(COLUMNS, rows, card.slug, now)
    entries = [_merged(rows, deed) for deed in found]
    more = {"about": _card(kind, card) | {"names": spelled} | told}
    return _envelope(entries, card.decisions, asked, behind, now, url_for(".actor_twin", kind=kind, slug=slug, format="json"), more)


def _merged(rows: list[dict[str, Any]], deed: Deed) -> dict[str, Any]:
    """A decision once, with the parts that the actor had in it."""
    mine = [row for row in rows if row["number"] == deed.entry.number]
    own = ("did", "name", "choice", "said", "party", "office", "district", "amount", "currency")
    common = {name: value for name, value in mine[0].items() if name not in own}
    return common | {"parts": [{name: row[name] for name in own if row[name] not in ("", None)} for row in mine]}


def _rows(deed: Deed, standing: Standing | None) -> list[dict[str, Any]]:
    data = deed.entry.data
    common = {
        "number": deed.entry.number, "title": data["title"], "issued": data.get("issued"), "publisher": data["publisher"]["slug"],
        "type": data["type"], "status": data.get("status"), "state": deed.entry.state, "standing": standing.kind if standing else None,
        "majority": deed.majority or None, "with_majority": deed.with_majority, "url": f"{base_url()}/records/{deed.entry.number}",
    }  # fmt: skip
    return [
        common | {name: getattr(one, name) for name in ("did", "name", "choice", "said", "party", "office", "district")}
        | {"amount": one.value, "currency": one.currency}
        for one in deed.parts
    ]  # fmt: skip


def _about_data(session: Session, card: Card) -> dict[str, Any]:
    told = _about(session, card)
    if card.role == "person":
        voting = told["voting"]
        share = voting.agreement.share
        return {
            "votes": voting.counts, "votes_by_year": {str(year.year or "undated"): year.counts for year in voting.years},
            "left_out": voting.left_out,
            "agreement": {"same": voting.agreement.same, "all": voting.agreement.all, "share": f"{share:.4f}" if share is not None else None},
        }  # fmt: skip
    if card.role == "body":
        return {"results_by_year": {str(year or "undated"): counts for year, counts in told["results"]}}
    supplied = told["supplied"]
    return {
        "sums": _line(supplied.total), "by_year": [_line(one) for one in supplied.years],
        "by_agency": [_line(one) for one in supplied.agencies], "set_aside": [_line(one) for one in supplied.aside],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    figures = [{"currency": one.currency, "amounts": one.count, "sum": f"{one.sum:f}", "median": f"{one.median:f}"} for one in line.figures]
    return {"key": line.key, "decisions": line.decisions, "shared": line.shared, "sums": figures}
