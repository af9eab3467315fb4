"""Every relation between records as data."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, Response, request, stream_with_context
from flask_babel import gettext as _

from .. import exports, relations
from ..errors import BadParameter
from ..look import base_url
from ..parts import Portal, here
from ..relations import Named
from .search import allow_all, in_chunks

blueprint = Blueprint("relations", __name__)


def _whole(name: str, least: int, most: int, usual: int) -> int:
    value = request.args.get(name, "").strip() or str(usual)
    if not (value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most):
        raise BadParameter(name, value, _("is not a whole number from %(least)s to %(most)s", least=least, most=most))
    return int(value)


@blueprint.get("/relations.json")
def pages() -> Response:
    """Relations page by page: go on with `next`."""
    after, size = _whole("after", 0, 10**11 - 1, 0), _whole("size", 1, 1000, 100)
    now = datetime.now(UTC)
    with here().database.read() as session:
        total, found = relations.total(session), relations.window(session, after, size)
    following = f"{base_url()}/relations.json?after={found[-1].id}&size={size}" if len(found) == size else None
    data = {
        "total": total,
        "returned": len(found),
        "complete": after == 0 and following is None,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "next": following,
        "results": [asdict(one) for one in found],
    }
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))


@blueprint.get("/relations.<any(jsonl, csv):format>")
def whole(format: str) -> Response:
    """All relations, streamed."""
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    now, portal = datetime.now(UTC), here()
    found = _each(portal)
    lines = relations.json_lines(found, now) if format == "jsonl" else relations.csv_lines(found, bom=request.args.get("bom") == "1")
    kind = "application/jsonl" if format == "jsonl" else "text/csv"
    response = Response(stream_with_context(in_chunks(lines)), content_type=f"{kind}; charset=utf-8")
    response.headers["Clerestory-As-Of"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    response.headers["Content-Disposition"] = f'attachment; filename="clerestory-relations-{now:%Y-%m-%d}.{format}"'
    return allow_all(response)


def _each(portal: Portal) -> Iterator[Named]:
    with portal.database.read() as session:
        yield from relations.each(session)
