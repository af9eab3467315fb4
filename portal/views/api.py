"""The JSON API for machines that follow this portal."""

from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from harvesters.when import check_when, first_day

from .. import changes, exports, openapi, zones
from ..changes import Cursor
from ..errors import BadParameter
from ..look import base_url
from ..parts import here

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

_USUAL, _MOST = 100, 1000
_KNOWN = ("since", "source", "after", "limit")


@blueprint.get("/changes")
def list_changes() -> Answer:
    """Every record with its history, the longest unchanged first: all of them, or those that changed `since`."""
    for name in request.args:
        if name not in _KNOWN:
            raise BadParameter(name, request.args[name], _("is not a parameter of this address; known: %(known)s", known=", ".join(_KNOWN)))
    now = datetime.now(UTC)
    with here().database.read() as session:
        found = changes.list_changes(
            session, base_url(), zones.days(session, here(), now), since=_since(), sources=request.args.getlist("source"), after=_after(), limit=_limit()
        )
    content = {
        "total": found.total,
        "returned": len(found.results),
        "complete": found.next is None,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "next": _next(found.next) if found.next else None,
        "results": found.results,
    }
    response = Response(exports.to_json(content), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/openapi.json")
def describe() -> Answer:
    """What the API takes and answers, as OpenAPI."""
    response = Response(exports.to_json(openapi.document(base_url(), version("clerestory"))), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _next(cursor: Cursor) -> str:
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    return f"{base_url()}{url_for('api.list_changes')}?{urlencode([*asked, ('after', str(cursor))])}"


def _since() -> datetime | None:
    text = request.args.get("since", "")
    if not text:
        return None
    try:
        when = check_when(text)
        moment = datetime.fromisoformat(when) if "T" in when else datetime.combine(first_day(when), datetime.min.time())
    except (ValueError, OverflowError):
        raise BadParameter("since", text, _("write a date or a moment, such as 2024-05-31 or 2024-05-31T08:00:00Z")) from None
    if not 1 < moment.year < 9999:  # in another zone it would lie outside the calendar
        raise BadParameter("since", text, _("write a date or a moment, such as 2024-05-31 or 2024-05-31T08:00:00Z"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _after() -> Cursor | None:
    text = request.args.get("after", "")
    try:
        return Cursor.read(text) if text else None
    except ValueError:
        raise BadParameter("after", text, _("take it from “next” of the page before")) from None


def _limit() -> int:
    text = request.args.get("limit", str(_USUAL))
    if text.isascii() and text.isdigit() and 0 < len(text) < 6 and 1 <= int(text) <= _MOST:
        return int(text)
    raise BadParameter("limit", text, _("write a number from 1 to %(most)s", most=_MOST))
