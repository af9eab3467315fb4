"""The revisions of an outcome's figures: what was first published, and what it became; as a page, CSV and JSON."""

import csv
import io
from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from harvesters.record import Outcome

from .. import catalogue, charts, exports, vintages
from ..catalogue import Entry, Version
from ..errors import BadParameter
from ..i18n import show_number
from ..look import base_url
from ..outcomes import decimals_of, is_rank, number_writer
from ..parts import here
from ..vintages import Course
from .opening import open_entry

blueprint = Blueprint("vintages", __name__)

_MOST_ROWS = 300


def _read(number: str) -> Answer | tuple[Entry, Outcome, list[Version]]:
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        record = entry.record
        if not isinstance(record, Outcome):
            abort(404)
        return entry, record, catalogue.versions(session, entry)


@blueprint.get("/records/<number>/revisions")
def revisions(number: str) -> str | Answer:
    """The figures that were revised: first published, latest, how often."""
    read = _read(number)
    if not isinstance(read, tuple):
        return read
    entry, record, versions = read
    found = vintages.courses(versions)
    changed = [one for one in found if one.revisions]
    values = [said.value for one in found for said in one.said if said.value is not None]
    return render_template(
        "records/revisions.html",
        entry=entry,
        record=record,
        courses=sorted(changed, key=lambda one: one.latest.at, reverse=True)[:_MOST_ROWS],
        revised=len(changed),
        total=len(found),
        versions=sum(bool(one.data.get("observations")) for one in versions),
        since=min((one.first.at for one in found), default=None),
        several=len({one.place for one in found}) > 1,
        show=number_writer(get_locale(), decimals_of(values)),
        charts=_charts(record, found) if changed else (),
    )


def _charts(record: Outcome, found: Sequence[Course]) -> tuple[charts.Chart, ...]:
    """First published and latest as two lines, of an outcome with one place."""
    if len({one.place for one in found}) > 1:
        return ()
    series = vintages.first_and_latest(found)
    if not all(one.latest for one in series):
        return ()
    values = [one.value for some in series for one in some.known if one.value is not None]
    show = number_writer(get_locale(), decimals_of(values))
    plot = charts.Plot(series, [_("first"), _("now")], show, show_number, frequency=record.frequency, upside_down=is_rank(record))
    return tuple(charts.draw(plot, size) for size in (charts.WIDE, charts.NARROW)) if charts.is_drawable(plot) else ()


@blueprint.get("/records/<number>/revisions.json")
def data(number: str) -> Answer:
    """Everything that was said of every figure, as JSON."""
    read = _read(number)
    if not isinstance(read, tuple):
        return read
    entry, record, versions = read
    found = list(vintages.rows(vintages.courses(versions), record.unit))
    content = {
        "number": entry.number,
        "url": f"{base_url()}/records/{entry.number}",
        "indicator": record.indicator or record.title,
        "total": len(found),
        "returned": len(found),
        "complete": True,
        "next": None,
        "results": found,
    }
    return _open_data(Response(exports.to_json(content), mimetype="application/json"))


@blueprint.get("/records/<number>/revisions.csv")
def table(number: str) -> Answer:
    """Everything that was said of every figure, a row each; with bom=1 spreadsheets know that it is UTF-8."""
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    read = _read(number)
    if not isinstance(read, tuple):
        return read
    entry, record, versions = read
    lines = _lines(vintages.courses(versions), record.unit, bom=request.args.get("bom") == "1")
    response = Response(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{entry.number}-revisions.csv"'
    return _open_data(response)


def _lines(found: Sequence[Course], unit: str, *, bom: bool) -> Iterator[str]:
    yield ("\ufeff" if bom else "") + ",".join(vintages.COLUMNS) + "\r\n"
    for start in range(0, len(found), 500):
        buffer = io.StringIO()
        rows = vintages.rows(found[start : start + 500], unit)
        csv.writer(buffer, lineterminator="\r\n").writerows([exports.harmless(row[name]) for name in vintages.COLUMNS] for row in rows)
        yield buffer.getvalue()


def _open_data(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
