"""The desk where officers publish: drafts, the form of each axis, preview, mending and withdrawing."""

from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from harvesters.record import Record, read_number, show_number
from search_index.engine import SearchUnavailable

from .. import catalogue, search, store, uploads
from ..filetypes import Refused
from ..models import RecordRow, StoredFile, Upload
from ..parts import here

blueprint = Blueprint("publish", __name__, url_prefix="/publish")

Answer = str | Response | tuple[str, int]
_MOST_FILES = 50


@blueprint.before_request
@login_required  # type: ignore[untyped-decorator]
def _officers_only() -> Answer | None:
    if not current_user.agency:
        return render_template("errors/error.html", status=403, title=_("Your account belongs to no agency"),
                               detail=_("Ask the operator to name the agency that you publish for.")), 403  # fmt: skip
    return None


@blueprint.get("/")
def desk() -> str:
    """What an officer can do, has begun, and has published."""
    with here().database.read() as session:
        agency = uploads.agency_of(session, current_user.agency)
        published = catalogue.newest(session, source=uploads.source_of(agency.slug), limit=50)
        drafts = uploads.drafts(session, current_user.id)
    return render_template("publish/desk.html", agency=agency, drafts=drafts, published=published)


@blueprint.route("/<any(decision, policy, outcome):axis>", methods=["GET", "POST"])
def form(axis: str) -> Answer:
    """An empty form; what is sent becomes a draft at once, so that nothing typed is lost."""
    if request.method == "GET":
        return _form(Upload(token="", axis=axis, data={"language": request.environ.get("clerestory.language", "en")}, files=[]))
    with here().database.write() as session:
        # The same form sent twice (a double click, a reload) is one draft.
        upload = uploads.find(session, request.form.get("token", ""), current_user.id)
        if upload is None:
            upload = uploads.begin(session, current_user.id, axis, datetime.now(UTC))
            wanted = request.form.get("token", "")
            if len(wanted) == 24 and wanted.isalnum():
                upload.token = wanted
        token = upload.token
    return draft(token)


@blueprint.route("/drafts/<token>", methods=["GET", "POST"])
def draft(token: str) -> Answer:
    """The form of a draft."""
    if request.method == "GET":
        with here().database.read() as session:
            upload = _own(session, token)
            return _after(upload) if upload.state == "published" else _form(upload, session=session)
    with here().database.write() as session:
        upload = _own(session, token)
        if upload.state == "published":
            return _after(upload)
        faults = _take(session, upload)
        return _act(session, upload, faults, request.form.get("action", "preview"))


def _act(session: Session, upload: Upload, faults: list[uploads.Fault], action: str) -> Answer:
    if action == "draft" and not faults:
        flash(_("Your draft is saved."), "success")
        return redirect(url_for(".desk"))
    if action in ("more_targets", "more_relations", "add_file") or action.startswith("remove:"):
        return (_form(upload, faults, session), 422) if faults else _form(upload, session=session)
    _record, found = uploads.read(upload, uploads.agency_of(session, current_user.agency), uploads.files_of(session, upload))
    faults = faults + found + _taken(session, upload, _record)
    if faults:
        return _form(upload, faults, session), 422
    return redirect(url_for(".preview", token=upload.token), 303)


def _take(session: Session, upload: Upload) -> list[uploads.Fault]:
    """Keep everything that was sent, files included; return what is wrong with the files."""
    kept = {name: upload.data[name] for name in ("identifier", "base_version") if name in upload.data}
    typed: dict[str, Any] = {
        name: value[:2_000_000] for name, value in request.form.items() if name not in ("csrf_token", "action", "token", *kept)
    }
    upload.data = typed | {"subjects": request.form.getlist("subjects")} | kept
    upload.changed_at = datetime.now(UTC)
    action = request.form.get("action", "")
    if action.startswith("remove:"):
        upload.files = [digest for digest in upload.files if digest != action.partition(":")[2]]
    return _take_files(session, upload)


def _take_files(session: Session, upload: Upload) -> list[uploads.Fault]:
    faults = []
    for sent in request.files.getlist("files"):
        if not sent.filename:
            continue
        if len(upload.files) >= _MOST_FILES:
            faults.append(("files", _("A record may have %(most)s files; put the others into an archive", most=_MOST_FILES)))
            break
        try:
            file = here().files.put(sent.stream, sent.filename)
        except Refused as error:
            faults.append(("files", str(error)))
            continue
        if session.get(StoredFile, file.sha256) is None:
            session.add(StoredFile(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size,
                                   user_id=current_user.id, created_at=datetime.now(UTC)))  # fmt: skip
            session.flush()
        if file.sha256 not in upload.files:
            upload.files = [*upload.files, file.sha256]
    return faults


def _taken(session: Session, upload: Upload, record: Record | None) -> list[uploads.Fault]:
    """A fault if another record of the agency has this document number already."""
    if record is None or "base_version" in upload.data:
        return []
    if catalogue.find(session, record.number) is None:
        return []
    number = show_number(record.number)
    return [("document_number", _("Your agency has published %(document)s already, as %(number)s; open that record to mend it",
                                  document=record.identifier, number=number))]  # fmt: skip


def _form(upload: Upload, faults: list[uploads.Fault] | None = None, session: Session | None = None) -> str:
    files = uploads.files_of(session, upload) if session else []
    return render_template(
        "publish/form.html", upload=upload, typed=upload.data, files=files, errors=faults or [], by_field=dict(reversed(faults or [])),
        axis=upload.axis, rows_of=_rows_of, token=upload.token or token_hex(12), editing=upload.data.get("base_version"),
    )  # fmt: skip



def _rows_of(typed: dict[str, Any], prefix: str, least: int, more: str) -> int:
    """How many rows a repeated group shows: the filled ones and one more, or three more when that was asked for."""
    filled = [int(name.rpartition("_")[2]) for name, value in typed.items()
              if name.startswith(prefix) and value and name.rpartition("_")[2].isdigit()]  # fmt: skip
    return min(200, max(least, max(filled, default=0) + (3 if request.form.get("action") == more else 1)))


def _own(session: Session, token: str) -> Upload:
    upload = uploads.find(session, token, current_user.id)
    if upload is None:
        abort(404)
    return upload


@blueprint.get("/drafts/<token>/preview")
def preview(token: str) -> Answer:
    """What will be published."""
    with here().database.read() as session:
        upload = _own(session, token)
        if upload.state == "published":
            return _after(upload)
        agency = uploads.agency_of(session, current_user.agency)
        record, faults = uploads.read(upload, agency, uploads.files_of(session, upload))
        if record is None:
            return _form(upload, faults, session), 422
        targets = [(relation, _target_title(session, relation.number, relation.identifier)) for relation in record.relations]
    return render_template("publish/preview.html", upload=upload, record=record, relations=targets, conflict=None)


def _target_title(session: Session, number: str | None, identifier: str) -> str:
    entry = catalogue.find(session, number) if number else next(iter(catalogue.find_by_identifier(session, identifier)), None)
    return entry.title(request.environ.get("clerestory.language", "en")) if entry and entry.state != "unpublished" else ""


@blueprint.post("/drafts/<token>/publish")
def publish(token: str) -> Answer:
    """Puts a draft live."""
    with here().database.write() as session:
        upload = _own(session, token)
        if upload.state == "published":
            return _after(upload)
        agency = uploads.agency_of(session, current_user.agency)
        record, faults = uploads.read(upload, agency, uploads.files_of(session, upload))
        if record is None:
            return _form(upload, faults, session), 422
        try:
            number = uploads.publish(session, upload, record, datetime.now(UTC))
        except uploads.Conflict as conflict:
            # Nothing is lost: the officer sees what is there now, and may put this in its place.
            upload.data = upload.data | {"base_version": conflict.version, "identifier": record.identifier}
            targets = [(relation, "") for relation in record.relations]
            page = render_template("publish/preview.html", upload=upload, record=record, relations=targets, conflict=conflict)
            return page, 409
    _make_searchable()
    flash(_("Published. The record is public under the number %(number)s.", number=show_number(number)), "success")
    return redirect(url_for("records.record", number=number), 303)


def _make_searchable() -> None:
    try:
        search.catch_up(here())
    except SearchUnavailable:
        flash(_("Search is not available at the moment and will learn of the change later."), "message")


def _after(upload: Upload) -> Response:
    return redirect(url_for("records.record", number=upload.number), 303)


@blueprint.post("/drafts/<token>/delete")
def delete(token: str) -> Response:
    """Throws a draft away."""
    with here().database.write() as session:
        upload = _own(session, token)
        if upload.state == "draft":
            session.delete(upload)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".desk"))


@blueprint.post("/records/<number>/edit")
def edit(number: str) -> Response:
    """Begins a draft of a published record's next version."""
    with here().database.write() as session:
        entry = catalogue.find(session, read_number(number) or "")
        if entry is None or entry.source != uploads.source_of(current_user.agency):
            abort(404)
        typed = uploads.typed_of(entry.record, entry.version)
        upload = uploads.begin(session, current_user.id, entry.axis, datetime.now(UTC), typed)
        upload.files = [file.sha256 for file in entry.record.files if file.sha256]
        token = upload.token
    return redirect(url_for(".draft", token=token), 303)


@blueprint.route("/records/<number>/withdraw", methods=["GET", "POST"])
def withdraw(number: str) -> Answer:
    """Takes an own record back, with a reason; it stays readable."""
    with here().database.write() as session:
        entry = catalogue.find(session, read_number(number) or "")
        if entry is None or entry.source != uploads.source_of(current_user.agency) or entry.state != "published":
            abort(404)
        reason = request.form.get("reason", "").strip()
        if request.method == "GET":
            return render_template("publish/withdraw.html", entry=entry, errors=[], reason="")
        if not 5 <= len(reason) <= 1000:
            errors = [("reason", _("Say in a sentence why the record is withdrawn; readers will see it"))]
            return render_template("publish/withdraw.html", entry=entry, errors=errors, reason=reason), 422
        row = session.get_one(RecordRow, entry.id)
        store.withdraw(session, row, reason, datetime.now(UTC))
    _make_searchable()
    flash(_("The record is withdrawn. It stays readable, with your reason."), "success")
    return redirect(url_for("records.record", number=entry.number), 303)
