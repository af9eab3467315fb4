"""Tables of records at the desk: send, match the columns, see what is wrong, put live, undo."""

from collections.abc import Callable
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

_MEDIA_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "jsonl": "application/x-ndjson"}
_MOST_CHOICES = 40  # columns for which the page lists all meanings; beyond, it would be too heavy


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
        bulk.preview(here().files, kept.sha256, kept.name, axis)
        with here().database.write() as db:
            room.admit(db, current_user.agency, kept, here().settings.agency_bytes, datetime.now(UTC))
    except (Refused, bulk.NoTable) as error:
        return _index([("file", str(error))]), 422
    with here().database.write() as db:
        token = bulk.begin(db, current_user.id, current_user.agency, axis, kept, language(), datetime.now(UTC)).token
    return redirect(url_for(".columns", token=token), 303)


@blueprint.get("/template/<any(decision, policy, outcome):axis>.<any(csv, xlsx, jsonl):ending>")
def template(axis: str, ending: str) -> Response:
    """An empty table with a column for every field."""
    made: dict[str, Callable[[str], str | bytes]] = {
        "csv": lambda axis: f"{exports.BOM}{bulk.blanks.as_csv(axis)}", "xlsx": bulk.blanks.as_workbook, "jsonl": bulk.blanks.as_lines,
    }  # fmt: skip
    answer = Response(made[ending](axis), mimetype=_MEDIA_TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{axis}.{ending}"'
    return answer


def _own(db: Session, token: str) -> Bulk:
    return bulk.find(db, token, current_user.agency) or abort(404)


@blueprint.route("/<token>/columns", methods=["GET", "POST"])
def columns(token: str) -> Answer:
    """Where the table is, and what its columns mean: found and guessed, to be put right."""
    with here().database.read() as db:
        row = _own(db, token)
    place = _place_sent() or bulk.place_of(row)
    try:
        seen = bulk.preview(here().files, row.file, row.name, row.axis, place)
    except bulk.NoTable as error:
        return errors.page(410, _("This table cannot be read any more"), str(error))
    if request.method == "GET" and seen.columns:
        return _columns(row, seen, place, *_proposed(row, seen), [])
    chosen = {column: meaning for place, column in enumerate(seen.columns) if (meaning := _meaning(row.axis, request.form.get(f"column_{place}", "")))}
    said = {name: without_control(request.form.get(f"fixed_{name}", "")).strip()[:200] for name in (*bulk.FOR_EVERY_ROW, *bulk.SPELLINGS)}
    if faults := _faults_of(row, seen, chosen, said):
        return _columns(row, seen, place, chosen, said, faults), 422
    with here().database.write() as db:
        bulk.demand_room(db, current_user.agency)
        now = datetime.now(UTC)
        bulk.match(_own(db, token), chosen, said | {"sheet": str(place.sheet), "header": str(place.header)}, now, current_user.id)
        audit.note(db, now, guard.actor(), "bulk_matched", token, agency=current_user.agency, title=row.name)
    bulk.start(here(), token)
    return redirect(url_for(".state", token=token), 303)


def _place_sent() -> bulk.Place | None:
    """Where the table is, as the page says that was sent; on another sheet its header is looked for anew."""
    if not request.values.get("sheet"):
        return None
    sheet, before = _number("sheet"), _number("before")
    return bulk.Place(sheet, 0 if before and before != sheet else _number("header"))


def _number(name: str) -> int:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _meaning(axis: str, sent: str) -> str:
    """What a column is said to mean: by the name of a field, or by what it is called, where it was typed."""
    fields = bulk.fields(axis)
    return sent if sent in fields else next((name for name, words in fields.items() if words.casefold() == sent.strip().casefold()), "")


def _proposed(row: Bulk, seen: bulk.Preview) -> tuple[dict[str, str], dict[str, str]]:
    """What the columns mean and what holds for every row: as said before of this table, or of the agency's last one with such
    columns; else as guessed."""
    if row.columns and row.columns.keys() <= set(seen.columns):
        return row.columns, row.fixed
    with here().database.read() as db:
        meant, said = bulk.remembered(db, row.agency, row.axis, seen.columns)
    return meant or bulk.guess(row.axis, seen.columns), said or {"language": language()}


def _faults_of(row: Bulk, seen: bulk.Preview, chosen: dict[str, str], said: dict[str, str]) -> list[tuple[str, str]]:
    if not seen.columns:
        return []
    names, meanings = bulk.fields(row.axis), list(chosen.values())
    faults = [(_field_of(seen, chosen, name), _("Two columns are said to be “%(field)s”; choose one", field=names[name])) for name in names if meanings.count(name) > 1]
    for name in ("title", "document_number"):
        if name not in meanings:
            faults.append(("column_0", _("Say which column is “%(field)s”", field=names[name])))
    wanted = ("type", "language", "currency") if "amount" in meanings else ("type", "language")
    for name in wanted:
        if name not in meanings and not said[name]:
            faults.append((f"fixed_{name}", _("Say which column is “%(field)s”, or choose one for all rows", field=names[name])))
    return faults


def _field_of(seen: bulk.Preview, chosen: dict[str, str], name: str) -> str:
    return f"column_{[place for place, column in enumerate(seen.columns) if chosen.get(column) == name][-1]}"


def _columns(row: Bulk, seen: bulk.Preview, place: bulk.Place, chosen: dict[str, str], said: dict[str, str], faults: list[tuple[str, str]]) -> str:
    return render_template("publish/bulk_columns.html", row=row, seen=seen, place=place, chosen=chosen, fixed=said, sheets=list(enumerate(seen.sheets, 1)), fields=bulk.fields(row.axis),
                           lists=len(seen.columns) <= _MOST_CHOICES, errors=faults, by_field=dict(faults))  # fmt: skip


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
