"""Lists as data: the CSV and the JSON that stand beside a page of people, agencies and the like."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from .. import exports
from ..errors import BadParameter
from .search import allow_all


def whole(name: str, usual: int, most: int, *, strict: bool = True) -> int:
    """A parameter that is a whole number from 1 on; `usual` where it is missing. Raises BadParameter, or where not `strict`
    takes anything else for missing."""
    typed = request.args.get(name, "")
    if typed.isascii() and typed.isdigit() and len(typed) < 8 and 1 <= int(typed) <= most:
        return int(typed)
    if typed and strict:
        raise BadParameter(name, typed, _("is not a whole number from 1 to %(most)s", most=most))
    return usual


def as_csv(columns: Sequence[str], rows: Sequence[dict[str, Any]], name: str, now: datetime) -> Response:
    """A whole list as a file called after `name` and the day; cells that a spreadsheet would run are made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([exports.harmless(row.get(column)) for column in columns] for row in rows)
    response = Response(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="clerestory-{name}-{now:%Y-%m-%d}.csv"'
    return allow_all(response)


def as_json(rows: Sequence[dict[str, Any]], total: int, following: str | None, now: datetime, *, behind: bool = False, **more: Any) -> Response:
    """One page of a list of `total` in the envelope that all lists share. `following`: the address of the next page;
    `behind`: what is listed is still being counted, so the list may not be whole."""
    data = {
        "total": total, "returned": len(rows), "complete": len(rows) == total and not behind,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "next": following, "results": rows, **more,
    }  # fmt: skip
    return allow_all(Response(exports.to_json(data), mimetype="application/json"))
