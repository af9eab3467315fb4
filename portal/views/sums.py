"""What any list of decisions comes to: a page with bars and tables, and its twins as data."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.vocabularies import SUBJECTS, TYPES

from .. import catalogue, exports, search, sums
from ..bars import Bars, draw_bars
from ..errors import BadParameter
from ..facets import chips_of
from ..i18n import language, show_money
from ..listing import Fault, Listing
from ..parties import is_behind
from ..parts import here
from ..sums import Part, Sums
from .search import allow_all, base_url, list_title

blueprint = Blueprint("sums", __name__)

_SHOWN = 100  # parts on a page
_BARS = 20
_SIZE = 1000  # parts in one answer as JSON
COLUMNS = (
    "row", "by", "key", "label", "decisions", "without_amount", "currency", "amounts", "sum", "median", "least", "most",
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """The bars of one currency."""

    currency: str
    drawings: tuple[Bars, ...]
    left: int


def ways() -> dict[str, str]:
    """What parts can be made by, in words."""
    return {
        "year": _("By year"),
        "publisher": _("By agency"),
        "counterparty": _("By supplier or payee"),
        "type": _("By type"),
        "subject": _("By subject"),
    }


def reasons() -> dict[str, str]:
    """Why decisions do not count, in words."""
    return {
        "withdrawn": _("withdrawn at their source"),
        "cancelled": _("cancelled"),
        "rejected": _("rejected"),
        "repealed": _("revoked"),
        "superseded": _("superseded by another decision"),
        "corrected": _("corrected by another decision that states the amount"),
        "announced": _("announced only: a notice, a draft or an open call"),
    }


@blueprint.get("/search/sums")
def page() -> tuple[str, int]:
    """What a list comes to, part by part."""
    listing, faults = Listing.read(request.args)
    by = request.args.get("by") or "year"
    if by not in sums.WAYS:
        faults.append(Fault("by", by, _by_advice()))
        by = "year"
    numbers = list(search.numbers(here(), listing))
    with here().database.read() as session:
        found = sums.sums_of(session, numbers, cast(sums.By, by))
        labels = _labels(session, found)
        last = max(1, -(-len(found.parts) // _SHOWN))
        at = min(listing.page, last)
        shown = found.parts[(at - 1) * _SHOWN : at * _SHOWN]
        html = render_template(
            "search/sums.html",
            listing=listing,
            chips=chips_of(session, here(), listing),
            list_words=list_title(listing, len(numbers)),
            found=found,
            records=len(numbers),
            shown=shown,
            page=at,
            pages=last,
            address=lambda number: listing.at(number).query_string(by=by),
            labels=labels,
            drawn=_drawn(found, labels),
            ways=ways(),
            reasons=reasons(),
            stages=[TYPES["decision"].label(code, language()) for code in found.stages],
            behind=is_behind(session) or search.behind(session),
            now=datetime.now(UTC),
            errors=[(None, f"{fault.name}: “{fault.value}” {fault.advice}") for fault in faults],
            twins=[
                ("CSV", url_for(".twin", format="csv") + listing.query_string(paging=False, by=by), "text/csv", _("every part and the total")),
                ("JSON", url_for(".twin", format="json") + listing.query_string(paging=False, by=by), "application/json", _("the same, with what is set aside")),
            ],
        )  # fmt: skip
    return html, 422 if faults else 200


def _by_advice() -> str:
    return str(_("is no way to make parts; use %(known)s", known=", ".join(sums.WAYS)))


def _labels(session: Session, found: Sums) -> dict[str, str]:
    """What each part is called."""
    keys = [part.key for part in found.parts]
    named = {part.key: part.name for part in found.parts if part.name}
    match found.by:
        case "publisher":
            named |= catalogue.agency_names(session, keys, language())
        case "type":
            named |= {key: TYPES["decision"].label(key, language()) for key in keys}
        case "subject":
            named |= {key: SUBJECTS.label(key, language()) for key in keys}
    several = {
        "counterparty": _("Several suppliers or payees, together"),
        "subject": _("Several subjects"),
    }
    none = {"year": _("undated"), "counterparty": _("No supplier or payee stated"), "subject": _("No subject stated")}
    named[sums.SEVERAL] = several.get(found.by, sums.SEVERAL)
    named[sums.NONE] = none.get(found.by, sums.NONE)
    return {key: named.get(key, key) for key in keys}


def _drawn(found: Sums, labels: dict[str, str]) -> list[Drawn]:
    drawn = []
    for currency in found.currencies[:3]:
        rows = [(labels[part.key], value, show_money(value, currency)) for part in found.parts if (value := part.sum_in(currency)) is not None]
        shown = rows[-_BARS:] if found.by == "year" else rows[:_BARS]
        if len(rows) > 1:
            drawn.append(Drawn(currency, draw_bars(shown), len(rows) - len(shown)))
    return drawn


@blueprint.get("/search/sums.<any(json, csv):format>")
def twin(format: str) -> Response:
    """The same as data."""
    also = ("by", "bom") if format == "csv" else ("by",)
    listing = Listing.from_args(request.args, also=also, size=_SIZE)
    by = request.args.get("by") or "year"
    if by not in sums.WAYS:
        raise BadParameter("by", by, _by_advice())
    now = datetime.now(UTC)
    numbers = list(search.numbers(here(), listing))
    with here().database.read() as session:
        found = sums.sums_of(session, numbers, by)
        labels = _labels(session, found)
        behind = search.behind(session)
        complete = not is_behind(session)
    if format == "csv":
        return _csv(found, labels, now, bom=request.args.get("bom") == "1")
    return _json(found, labels, listing, len(numbers), behind, complete, now)


def _json(
    found: Sums, labels: dict[str, str], listing: Listing, records: int, behind: int, complete: bool, now: datetime
) -> Response:
    start = (listing.page - 1) * listing.size
    shown = found.parts[start : start + listing.size]
    more = start + listing.size < len(found.parts)
    here_ = base_url() + url_for(".twin", format="json")
    data = {
        "by": found.by,
        "total": len(found.parts),
        "returned": len(shown),
        "complete": complete and len(shown) == len(found.parts),
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_yet_searchable": behind,
        "next": here_ + listing.at(listing.page + 1).query_string(by=found.by) if more else None,
        "results": [_part(part, labels[part.key]) for part in shown],
        "totals": _part(found.total, ""),
        "set_aside": [_part(part, str(reasons()[part.key])) for part in found.aside],
        "records": records,
        "not_decisions": found.others,
        "stages": list(found.stages),
        "list": base_url() + url_for("search.search") + listing.query_string(paging=False),
    }
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))


def _part(part: Part, label: str) -> dict[str, Any]:
    return {
        "key": part.key,
        "label": label,
        "decisions": part.decisions,
        "without_amount": part.without_amount,
        "sums": [
            {"currency": one.currency, "amounts": one.count, "sum": f"{one.sum:f}", "median": f"{one.median:f}", "least": f"{one.least:f}", "most": f"{one.most:f}"}
            for one in part.figures
        ],
    }  # fmt: skip


def _csv(found: Sums, labels: dict[str, str], now: datetime, *, bom: bool) -> Response:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row, parts in (("part", found.parts), ("total", (found.total,)), ("set_aside", found.aside)):
        for part in parts:
            label = labels.get(part.key, "") if row == "part" else str(reasons().get(part.key, ""))
            for line in _lines(row, found.by, part, label):
                writer.writerow([exports.harmless(cell) for cell in line])
    response = Response((exports.BOM if bom else "") + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="clerestory-sums-{now:%Y-%m-%d}.csv"'
    response.headers["Clerestory-As-Of"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return allow_all(response)


def _lines(row: str, by: str, part: Part, label: str) -> Sequence[Sequence[Any]]:
    """A line per currency; one without a currency where there is no amount at all."""
    head = [row, by, part.key, label, part.decisions, part.without_amount]
    if not part.figures:
        return [[*head, "", 0, "", "", "", ""]]
    return [[*head, one.currency, one.count, f"{one.sum:f}", f"{one.median:f}", f"{one.least:f}", f"{one.most:f}"] for one in part.figures]
