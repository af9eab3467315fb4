"""Lists as data: the CSV and the JSON that stand beside a page of people, agencies and the like."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response

from .. import exports
from .search import allow_all


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
