"""The desk where officers publish: drafts, the form of each axis, preview, correcting and withdrawing."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from harvesters.record import Record, read_number, show_number
from search_index.engine import SearchUnavailable

from .. import catalogue, comparison, errors, forms, search, uploads
from ..filestore import Kept
from ..filetypes import ENDINGS, Refused
from ..forms.fields import count_rows
from ..forms.reading import translated_into
from ..i18n import language
from ..models import Upload
from ..parts import here
from ..store import Saved
from ..typed import without_control

blueprint = Blueprint("publish", __name__, url_prefix="/publish")

Answer = str | Response | tuple[str, int]
_MOST_AT_ONCE = 260_000_000  # bytes of one form: five of the largest files, and the text
_MOST_TYPED = 8_000_000  # bytes of one field: more than the longest full text takes
_PAGE = 30  # records on one page of the desk
_LICENCE = "CC-BY-4.0"  # what a fresh form proposes; the officer may write another
_FORMS = ("publish.form", "publish.draft")


@blueprint.url_value_preprocessor
def _let_officers_send_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before anything reads the form; the signature on the session is what keeps strangers at the usual limit.
    if request.endpoint in _FORMS and "_user_id" in session:
        # Only a form in parts is read in pieces; any other would be held in memory.
        request.max_content_length = _MOST_AT_ONCE if request.mimetype == "multipart/form-data" else _MOST_TYPED
        request.max_form_memory_size = _MOST_TYPED


@blueprint.before_request
def _officers_only() -> Answer | None:
    if not current_user.is_authenticated:
        if request.method == "POST" and request.endpoint in _FORMS:
            return _form_again(_("You are signed out, so nothing was saved. Sign in in another tab, then send this form again."))
        following = request.full_path.removesuffix("?") if request.method == "GET" else url_for(".desk")
        return redirect(url_for("accounts.sign_in", next=following))
    if not current_user.may_publish:
        return errors.page(403, _("Your account belongs to no agency"), _("Ask the operator to name the agency that you publish for."))
    return None


@blueprint.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Answer:
    if request.endpoint in _FORMS:
        return _form_again(_("This form had expired, so nothing was saved. What you typed is still here: send it again."))
    return errors.page(400, _("This page had expired"), _("Nothing was done. Go to your desk and try again."))


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Answer:
    detail = _("Send at most 50 MB a file and 250 MB at once. Go back, and add large files one after the other.")
    return errors.page(413, _("What you sent is too large"), detail)


def _form_again(words: str) -> Answer:
    """The form with everything that was typed, where it could not be saved. Files have to be chosen again."""
    axis = _axis_sent()
    typed = forms.accept(axis, request.form.to_dict(flat=False))
    return _page(axis, request.form.get("token", ""), typed, note=words), 400


def _axis_sent() -> str:
    axis = (request.view_args or {}).get("axis") or request.form.get("axis", "")
    return axis if axis in ("decision", "policy", "outcome") else abort(400)


@blueprint.get("/")
def desk() -> Answer:
    """What an officer can do, has begun, and has published."""
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
    with here().database.read() as db:
        agency = uploads.agency_of(db, current_user.agency)
        source = uploads.source_of(current_user.agency)
        total, published = catalogue.of_source(db, source, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
        drafts = uploads.drafts(db, current_user.id)
    pages = max(1, -(-total // _PAGE))
    if page < 1 or page > pages:
        return redirect(url_for(".desk", page=pages))
    return render_template("publish/desk.html", agency=agency, drafts=drafts, published=published, total=total, page=page, pages=pages,
                           source=source, is_correction=uploads.is_correction, page_address=_page_of_desk)  # fmt: skip


def _page_of_desk(page: int) -> str:
    return url_for(".desk", page=page)


@blueprint.route("/<any(decision, policy, outcome):axis>", methods=["GET", "POST"])
def form(axis: str) -> Answer:
    """The empty form of an axis; what is sent becomes a draft at once, so that nothing typed is lost."""
    if request.method == "POST":
        return _receive(axis, request.form.get("token", ""))
    with here().database.read() as db:
        place = uploads.agency_of(db, current_user.agency).place or ""
    return _page(axis, uploads.new_token(), {"language": language(), "license": _LICENCE, "places": place})


@blueprint.route("/drafts/<token>", methods=["GET", "POST"])
def draft(token: str) -> Answer:
    """The form of a draft."""
    if request.method == "POST":
        return _receive(_axis_sent(), token)
    with here().database.read() as db:
        upload = _own(db, token)
        return _to_record(upload) if upload.state == "published" else _form(db, upload)


def _receive(axis: str, token: str) -> Answer:
    """Keep what was sent, files included; then do what the pressed button says."""
    kept, refused = _take_files()
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload = uploads.find_or_begin(db, token, current_user.id, axis, now)
        if upload.state == "published":
            flash(_("This form was published already. To change the record, correct it from your desk."), "message")
            return _to_record(upload)
        uploads.take(upload, forms.accept(upload.axis, request.form.to_dict(flat=False)), now)
        if uploads.attach(db, upload, kept, now):
            refused.append(("files", _("A record may have %(most)s files; put the others into an archive", most=uploads.MOST_FILES)))
        return _act(db, upload, refused, request.form.get("action", "preview"))


def _take_files() -> tuple[list[Kept], list[forms.Fault]]:
    files, kept, refused = here().files, [], []
    for sent in request.files.getlist("files"):
        if not sent.filename:
            continue
        try:
            kept.append(files.put(sent.stream, sent.filename))
        except Refused as error:
            refused.append(("files", str(error)))
    return kept, refused


def _act(db: Session, upload: Upload, refused: list[forms.Fault], action: str) -> Answer:
    name, _colon, value = action.partition(":")
    if name == "remove":
        uploads.detach(upload, value)
    if name in ("remove", "files", "draft", "add") and refused:
        return _form(db, upload, refused), 422
    if name == "draft":
        flash(_("Your draft is saved."), "success")
        return redirect(url_for(".desk"), 303)
    if name in ("remove", "files"):
        return redirect(url_for(".draft", token=upload.token, _anchor="files"), 303)
    if name == "add" and value in ("target", "relation"):
        row = count_rows(value, upload.data) + 1
        first = "target_indicator" if value == "target" else "relation_type"
        rows: dict[str, Any] = {value: row}
        return redirect(url_for(".draft", token=upload.token, _anchor=f"{first}_{row}", **rows), 303)
    faults = uploads.prove(db, upload, current_user.agency).faults
    if faults or refused:
        return _form(db, upload, faults + refused), 422
    return redirect(url_for(".preview", token=upload.token), 303)


def _own(db: Session, token: str) -> Upload:
    return uploads.find(db, token, current_user.id) or abort(404)


def _to_record(upload: Upload) -> Response:
    return redirect(url_for("records.record", number=upload.number), 303)


def _form(db: Session, upload: Upload, faults: list[forms.Fault] | None = None) -> str:
    typed = {name: value for name, value in upload.data.items() if not name.startswith("_")}
    corrected = uploads.number_of_corrected(upload, current_user.agency)
    return _page(upload.axis, upload.token, typed, files=uploads.files_of(db, upload), faults=faults or [], corrected=corrected)


def _page(
    axis: str,
    token: str,
    typed: dict[str, Any],
    *,
    files: list[Kept] | None = None,
    faults: list[forms.Fault] | None = None,
    corrected: str | None = None,
    note: str = "",
) -> str:
    by_field: dict[str, str] = {}
    for name, words in faults or []:
        by_field[name] = f"{by_field[name]}\n{words}" if name in by_field else words
    return render_template(
        "publish/form.html",
        axis=axis,
        token=token or uploads.new_token(),
        typed=typed,
        files=files or [],
        errors=faults or [],
        by_field=by_field,
        label=forms.label,
        rows=lambda group: max(1, count_rows(group, typed), _wanted(group)),
        other=translated_into(typed.get("language", "")),
        corrected=corrected,
        note_words=note,
        endings=ENDINGS,
    )


def _wanted(group: str) -> int:
    """How many rows of a group the address asks for."""
    text = request.args.get(group, "")
    return min(int(text), 200) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@blueprint.get("/drafts/<token>/preview")
def preview(token: str) -> Answer:
    """What will be published."""
    with here().database.read() as db:
        upload = _own(db, token)
        if upload.state == "published":
            return _to_record(upload)
        proof = uploads.prove(db, upload, current_user.agency)
        if proof.record is None:
            return _form(db, upload, proof.faults), 422
        return _preview(db, upload, proof.record, twin=proof.twin)


def _preview(db: Session, upload: Upload, record: Record, **more: Any) -> str:
    fields = [one for one in comparison.fields_of(record, language()) if one.name not in ("title", "files", "relations")]
    relations = [(relation, _target(db, relation.number, relation.identifier)) for relation in record.relations]
    return render_template("publish/preview.html", token=upload.token, record=record, fields=fields, relations=relations,
                           shown_number=show_number(record.number), correction=uploads.is_correction(upload), **more)  # fmt: skip


def _target(db: Session, number: str | None, identifier: str) -> catalogue.Entry | None:
    """The record that a relation names, if it is here: as the record's page will resolve it."""
    if number:
        return next(iter(catalogue.find_many(db, [number])), None)
    return next(iter(catalogue.find_by_identifier(db, identifier)), None)


@blueprint.post("/drafts/<token>/publish")
def publish(token: str) -> Answer:
    """Puts a draft live; pressed twice, or in two tabs, it does so once."""
    with here().database.write() as db:
        upload = _own(db, token)
        if upload.state == "published":
            return _to_record(upload)
        proof = uploads.prove(db, upload, current_user.agency)
        if proof.record is None:
            return _form(db, upload, proof.faults), 422
        if request.form.get("number", proof.record.number) != proof.record.number:
            return _preview(db, upload, proof.record, twin=proof.twin, surprised=True), 409
        try:
            saved = uploads.publish(db, upload, proof.record, datetime.now(UTC))
        except uploads.TakenOff:
            detail = _("The operator of this portal took it off the pages. What you typed is kept as a draft; ask the operator.")
            return errors.page(410, _("This record is no longer shown"), detail)
        except uploads.Conflict as conflict:
            # Nothing is lost: the officer sees what is there now, and may put this in its place.
            uploads.accept_version(upload, proof.record, conflict.version)
            return _preview(db, upload, proof.record, conflict=conflict), 409
    _make_searchable()
    _tell(saved, proof.record.number)
    return redirect(url_for("records.record", number=proof.record.number), 303)


def _tell(saved: Saved, number: str) -> None:
    words = {
        Saved.NEW: _("Published. The record has the permanent number %(number)s.", number=show_number(number)),
        Saved.CHANGED: _("Published. This is the record’s new version; the earlier one stays readable."),
        Saved.UNCHANGED: _("Nothing was published: the record says this already."),
    }
    flash(words[saved], "message" if saved is Saved.UNCHANGED else "success")


def _make_searchable() -> None:
    try:
        search.catch_up(here())
    except SearchUnavailable:
        flash(_("Search is not available at the moment; it will learn of this change by itself, later."), "message")


@blueprint.post("/drafts/<token>/delete")
def delete(token: str) -> Answer:
    """Throws a draft away."""
    with here().database.write() as db:
        upload = _own(db, token)
        if upload.state == "draft":
            db.delete(upload)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".desk"), 303)


@blueprint.post("/records/<number>/correct")
def correct(number: str) -> Answer:
    """Begins a draft of a published record's next version."""
    with here().database.write() as db:
        upload = uploads.correct(db, _published(db, number), current_user.id, datetime.now(UTC))
    return redirect(url_for(".draft", token=upload.token), 303)


def _published(db: Session, number: str) -> catalogue.Entry:
    return uploads.find_own(db, read_number(number) or "", current_user.agency) or abort(404)


@blueprint.route("/records/<number>/withdraw", methods=["GET", "POST"])
def withdraw(number: str) -> Answer:
    """Takes an own record back, with a reason; it stays readable."""
    reason = " ".join(without_control(request.form.get("reason", "")).split())
    with here().database.write() if request.method == "POST" else here().database.read() as db:
        entry = _published(db, number)
        if entry.state == "withdrawn":
            flash(_("The record is withdrawn already."), "message")
            return redirect(url_for("records.record", number=entry.number), 303)
        if request.method == "GET":
            return render_template("publish/withdraw.html", entry=entry, errors=[], reason="")
        if words := _reason_fault(reason):
            return render_template("publish/withdraw.html", entry=entry, errors=[("reason", words)], reason=reason), 422
        uploads.withdraw(db, entry, reason, current_user.id, datetime.now(UTC))
    _make_searchable()
    flash(_("The record is withdrawn. It stays readable, with your reason."), "success")
    return redirect(url_for("records.record", number=entry.number), 303)


def _reason_fault(reason: str) -> str:
    if len(reason) < 5:
        return _("Say in a sentence why the record is withdrawn; readers will see it")
    if len(reason) > 1000:
        return _("The reason has %(length)s characters; shorten it to 1000", length=len(reason))
    return ""
