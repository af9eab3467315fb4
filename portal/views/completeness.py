"""How complete what is here is: in all, by axis, by agency, with everything it was counted from."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from .. import catalogue, completeness, errors, exports
from ..completeness import FORMULA, Census, Completeness
from ..errors import BadParameter
from ..i18n import language
from ..look import base_url, kept
from ..parts import here
from ..store import fold_identifier
from ..typed import page_number
from .search import allow_all

blueprint = Blueprint("completeness", __name__)

_SIZE = 50
_LABELS = {
    "date": lazy_gettext("a date"),
    "words": lazy_gettext("a summary or a text"),
    "original": lazy_gettext("the way to the original: a page or a file"),
    "who": lazy_gettext("who decided"),
    "ground": lazy_gettext("on what ground"),
    "amount": lazy_gettext("the amount"),
    "counterparty": lazy_gettext("the supplier or payee"),
    "votes": lazy_gettext("how the votes were cast"),
    "policy": lazy_gettext("the policy it belongs to"),
    "named": lazy_gettext("the documents it names"),
    "text": lazy_gettext("its text"),
    "aims": lazy_gettext("what it aims at"),
    "decision": lazy_gettext("a decision that made, funded or carried it out"),
    "outcome": lazy_gettext("an outcome measured against it"),
    "figures": lazy_gettext("figures, a text or a file"),
    "method": lazy_gettext("how it was measured"),
    "reason": lazy_gettext("what it measures"),
    "reported": lazy_gettext("what was due, in time"),
}
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(part_label=lambda axis, code: str(_LABELS[code])))


@dataclass(frozen=True)
class Line:
    """One agency in the list."""

    slug: str
    name: str
    name_language: str
    found: Completeness


def _census() -> Census | None:
    def read() -> Census | None:
        with here().database.read() as session:
            return completeness.census(session, datetime.now(UTC))

    return kept().get("completeness", read)


def _lines(found: Census, q: str) -> list[Line]:
    """The agencies by name of which something is expected, the least complete first where they have most."""
    with here().database.read() as session:
        cards = [card for card in catalogue.agencies(session) if card.slug in found.by_agency]
    words = [fold_identifier(word) for word in q.split()]
    lines = [Line(card.slug, card.name(language()), card.name_language(language()), found.of(card.slug)) for card in cards]
    return [line for line in lines if all(word in fold_identifier(line.name) or word in line.slug for word in words)]


@blueprint.get("/completeness")
def page() -> str:
    """The figures for people: agencies with most parts expected first."""
    found = _census()
    if found is None:
        return render_template("completeness.html", census=None)
    q = request.args.get("q", "").strip()[:200]
    lines = sorted(_lines(found, q), key=lambda line: (-line.found.expected, line.slug))
    last = max(1, -(-len(lines) // _SIZE))
    number = min(last, max(1, page_number(request.args.get("page", "1"))))
    return render_template(
        "completeness.html",
        census=found,
        whole=found.whole,
        lines=lines[(number - 1) * _SIZE : number * _SIZE],
        total=len(lines),
        q=q,
        page=number,
        last_page=last,
        address=lambda number: url_for(".page", q=q or None, page=number),
        formula=FORMULA,
    )


@blueprint.get("/completeness.<any(json, csv):format>")
def twin(format: str) -> Response:
    """The figures as data: in all and for every agency, by axis and part."""
    for name in request.args:
        raise BadParameter(name, request.args[name], _("is not known here"))
    found = _census()
    if found is None:
        detail = _("There are many records, and they are counted once an hour by “clerestory work”. Please try again later.")
        return errors.problem(503, _("Completeness has not been counted yet"), detail)
    if format == "csv":
        return allow_all(Response(_csv(found), content_type="text/csv; charset=utf-8"))
    base = base_url()
    data = {
        "as_of": found.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "formula_at": f"{base}/pages/completeness",
        **found.whole.to_data(),
        "axes": {axis: found.whole.of_axis(axis).to_data() for axis in completeness.PARTS},
        "total": len(found.by_agency),
        "returned": len(found.by_agency),
        "complete": True,
        "next": None,
        "results": [_agency(slug, found.of(slug), base) for slug in sorted(found.by_agency)],
    }
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))


def _agency(slug: str, found: Completeness, base: str) -> dict[str, Any]:
    return {"publisher": slug, "url": f"{base}/agencies/{slug}", **found.to_data()}


def _csv(found: Census) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["publisher", "axis", "part", "expected", "present", "formula", "as_of"])
    moment = found.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    for slug in sorted(found.by_agency):
        for part in found.of(slug).parts:
            writer.writerow([slug, part.axis, part.code, part.expected, part.present, FORMULA, moment])
    return buffer.getvalue()
