"""Tables of records at the desk: send, match the columns, see what is wrong, put live, undo."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from .. import audit, bulk, errors, exports, room, workflow
from ..filetypes import Refused
from ..i18n import language
from ..models import Bulk, User
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer

blueprint = Blueprint("bulk", __name__, url_prefix="/publish/bulk")

_FIXED = ("type", "language", "license")


@blueprint.before_request
def _members_only() -> Answer | None:
    return guard.refuse("write")


@blueprint.get("/")
def index() -> str:
    """What was sent, and a form to send a table."""
    return _index([])


def _index(faults: list[tuple[str, str]]) -> str:
    with here().database.read() as db:
        sent = bulk.of_agency(db, current_user.agency)
    return render_template("publish/bulk.html", sent=sent, errors=faults, by_field=dict(faults), typed=guard.typed(), endings=bulk.TABLES,
                           most=bulk.MOST, fields=bulk.fields, example=bulk.example)  # fmt: skip


@blueprint.post("/")
def send() -> Answer:
    """Takes a table."""
    axis, file = request.form.get("axis", ""), request.files.get("file")
    faults = [] if axis in ("decision", "policy", "outcome") else [("axis", _("Choose what the rows are"))]
    if file is None or not file.filename:
        return _index([*faults, ("file", _("Choose a file"))]), 422
    if faults:
        return _index(faults), 422
    try:
        kept = here().files.put(file.stream, file.filename)
        bulk.preview(here().files, kept.sha256, kept.name)
        with here().database.write() as db:
            room.admit(db, current_user.agency, kept, here().settings.agency_bytes, datetime.now(UTC))
    except (Refused, bulk.NoTable) as error:
        return _index([("file", str(error))]), 422
    with here().database.write() as db:
        token = bulk.begin(db, current_user.id, current_user.agency, axis, kept, language(), datetime.now(UTC)).token
    return redirect(url_for(".columns", token=token), 303)


@blueprint.get("/template/<any(decision, policy, outcome):axis>.csv")
def template(axis: str) -> Response:
    """An empty table with a column for every field."""
    text = io.StringIO()
    csv.writer(text).writerow(bulk.fields(axis).values())
    answer = Response(f"{exports.BOM}{text.getvalue()}", mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{axis}.csv"'
    return answer


def _own(db: Session, token: str) -> Bulk:
    return bulk.find(db, token, current_user.agency) or abort(404)


@blueprint.route("/<token>/columns", methods=["GET", "POST"])
def columns(token: str) -> Answer:
    """What the columns mean: guessed, to be put right."""
    with here().database.read() as db:
        row = _own(db, token)
    try:
        seen = bulk.preview(here().files, row.file, row.name)
    except bulk.NoTable as error:
        return errors.page(410, _("This table cannot be read any more"), str(error))
    if request.method == "GET" and seen.columns:
        return _columns(row, seen, row.columns or bulk.guess(row.axis, seen.columns), row.fixed or {"language": language()}, [])
    chosen = {column: value for place, column in enumerate(seen.columns) if (value := request.form.get(f"column_{place}", "")) in bulk.fields(row.axis)}
    fixed = {name: without_control(request.form.get(f"fixed_{name}", "")).strip()[:200] for name in _FIXED}
    if faults := _faults_of(row, seen, chosen, fixed):
        return _columns(row, seen, chosen, fixed, faults), 422
    with here().database.write() as db:
        bulk.demand_room(db, current_user.agency)
        now = datetime.now(UTC)
        bulk.match(_own(db, token), chosen, fixed, now, current_user.id)
        audit.note(db, now, guard.actor(), "bulk_matched", token, agency=current_user.agency, title=row.name)
    bulk.start(here(), token)
    return redirect(url_for(".state", token=token), 303)


def _faults_of(row: Bulk, seen: bulk.Preview, chosen: dict[str, str], fixed: dict[str, str]) -> list[tuple[str, str]]:
    if not seen.columns:
        return []
    names, meanings = bulk.fields(row.axis), list(chosen.values())
    faults = [(_field_of(seen, chosen, name), _("Two columns are said to be “%(field)s”; choose one", field=names[name])) for name in names if meanings.count(name) > 1]
    for name in ("title", "document_number"):
        if name not in meanings:
            faults.append(("column_0", _("Say which column is “%(field)s”", field=names[name])))
    for name in ("type", "language"):
        if name not in meanings and not fixed[name]:
            faults.append((f"fixed_{name}", _("Say which column is “%(field)s”, or choose one for all rows", field=names[name])))
    return faults


def _field_of(seen: bulk.Preview, chosen: dict[str, str], name: str) -> str:
    return f"column_{[place for place, column in enumerate(seen.columns) if chosen.get(column) == name][-1]}"


def _columns(row: Bulk, seen: bulk.Preview, chosen: dict[str, str], fixed: dict[str, str], faults: list[tuple[str, str]]) -> str:
    return render_template("publish/bulk_columns.html", row=row, seen=seen, chosen=chosen, fixed=fixed, fields=bulk.fields(row.axis),
                           errors=faults, by_field=dict(faults))  # fmt: skip


@blueprint.get("/<token>")
def state(token: str) -> Answer:
    """How far it is, what is wrong, and what can be done next."""
    with here().database.read() as db:
        row = _own(db, token)
    if row.state == "new":
        return redirect(url_for(".columns", token=token))
    if bulk.is_abandoned(row, datetime.now(UTC)):
        bulk.start(here(), token)
    return _state(row, [])


def _state(row: Bulk, faults: list[tuple[str, str]]) -> str:
    with here().database.read() as db:
        two_persons = workflow.needs_review(db, row.agency)
    return render_template("publish/bulk_state.html", row=row, working=row.state in bulk.WORKING, two_persons=two_persons,
                           errors=faults, by_field=dict(faults), typed=guard.typed(), seal=bulk.seal(row))  # fmt: skip


@blueprint.get("/<token>/<any(faults, bad):kind>.csv")
def report(token: str, kind: str) -> Response:
    """Everything that is wrong, or the rows that are, as they were sent: to be corrected and sent again."""
    with here().database.read() as db:
        row = _own(db, token)
    stream = bulk.report(here(), row, kind) or abort(404)
    with stream:
        answer = Response(stream.read(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}-{token[:6]}.csv"'
    return answer


def _unread(row: Bulk) -> Answer | None:
    """What to answer where the columns were matched anew since the page was made whose button was pressed."""
    if request.form.get("seen", bulk.seal(row)) == bulk.seal(row):
        return None
    flash(_("Somebody matched the columns anew since you opened this page, so nothing was done. Look at the table again."), "message")
    return redirect(url_for(".state", token=row.token), 303)


@blueprint.post("/<token>/approve")
def approve(token: str) -> Answer:
    """Another person approves it."""
    with here().database.write() as db:
        row = _own(db, token)
        if answer := _unread(row):
            return answer
        bulk.approve(db, row, db.get_one(User, current_user.id), datetime.now(UTC))
    flash(_("Approved. Who publishes for the agency can put it live."), "success")
    return redirect(url_for(".state", token=token), 303)


@blueprint.post("/<token>/publish")
def publish(token: str) -> Answer:
    """Has the good rows put live."""
    words: dict[str, Any] = {name: without_control(request.form.get(name, "")) for name in ("note", "answer")}
    with here().database.write() as db:
        row = _own(db, token)
        if answer := _unread(row):
            return answer
        faults = bulk.publish(db, row, db.get_one(User, current_user.id), only_whole=request.form.get("whole") != "good", now=datetime.now(UTC), **words)
        if faults:
            return _state(row, faults), 422
    bulk.start(here(), token)
    return redirect(url_for(".state", token=token), 303)


@blueprint.post("/<token>/undo")
def undo(token: str) -> Answer:
    """Has everything it did undone."""
    with here().database.write() as db:
        row = _own(db, token)
        try:
            bulk.undo(db, row, db.get_one(User, current_user.id), without_control(request.form.get("words", "")), datetime.now(UTC))
        except ValueError as error:
            return _state(row, [("words", str(error))]), 422
    bulk.start(here(), token)
    return redirect(url_for(".state", token=token), 303)
