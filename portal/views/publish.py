"""The desk where officers publish: the form of each axis, preview, correcting and withdrawing. Its first page is in `desk`."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from harvesters.record import Record, read_number, show_number
from search_index.engine import SearchUnavailable

from .. import (
    audit,
    catalogue,
    comparison,
    errors,
    forms,
    linking,
    lookalikes,
    looks,
    members,
    publishing,
    room,
    safety,
    search,
    takingback,
    together,
    uploads,
    workflow,
    zones,
)
from ..audit import Actor
from ..filestore import Kept
from ..filetypes import ENDINGS, Refused
from ..forms.fields import count_rows
from ..forms.reading import translated_into
from ..i18n import language
from ..leaks import Report, TookTooLong
from ..listing import Listing
from ..look import base_url
from ..models import Upload, User
from ..parts import here
from ..store import Saved
from ..typed import without_control
from . import grids, guard
from .guard import Answer

log = logging.getLogger(__name__)
blueprint = Blueprint("publish", __name__, url_prefix="/publish")

_MOST_AT_ONCE = 260_000_000  # bytes of one form: five of the largest files, and the text
_MOST_TYPED = 8_000_000  # bytes of one field: more than the longest full text takes
_LICENCE = "CC-BY-4.0"  # what a fresh form proposes; the officer may write another
_FIRST = {"target": "target_indicator", "report": "report_what", "relation": "relation_type", "observation": "observation_period", "vote": "vote_name"}  # where a new row begins
_MORE_ROWS = 9  # that a button adds to a table
_FORMS = ("publish.form", "publish.draft")
_LARGE = (*_FORMS, "publish.page_of_form")


@blueprint.url_value_preprocessor
def _let_officers_send_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before anything reads the form; the signature on the session is what keeps strangers at the usual limit.
    if request.endpoint in _LARGE and "_user_id" in session:
        # Only a form in parts is read in pieces; any other would be held in memory.
        request.max_content_length = _MOST_AT_ONCE if request.mimetype == "multipart/form-data" else _MOST_TYPED
        request.max_form_memory_size = _MOST_TYPED


@blueprint.before_request
def _members_only() -> Answer | None:
    if not current_user.is_authenticated and request.method == "POST" and request.endpoint in _FORMS:
        return _form_again(_("You are signed out, so nothing was saved. Sign in in another tab, then send this form again."))
    return guard.refuse("write")


@blueprint.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Answer:
    if request.endpoint in _FORMS:
        return _form_again(_("This form had expired, so nothing was saved. What you typed is still here: send it again."))
    return errors.page(400, _("This page had expired"), _("Nothing was done. Go to your desk and try again."))


@blueprint.errorhandler(OperationalError)
def _no_room(error: OperationalError) -> Answer:
    """The database cannot be written to: full, or away. What was typed comes back with the page."""
    log.error("the database could not be written to: %s", str(error))
    words = _("This portal cannot save anything at the moment: it has no room left, or its database does not answer. Nothing was saved; what you typed is still here.")
    if request.method == "POST" and request.endpoint in _FORMS:
        page, _status = cast(tuple[Any, int], _form_again(words))
        return page, 503
    return errors.page(503, _("This portal cannot save anything at the moment"), _("Please try again in a few minutes."))


@blueprint.errorhandler(OSError)
def _no_room_to_receive(error: OSError) -> Answer:
    """What was sent could not even be taken in: there is nothing to give back but advice."""
    log.error("a request could not be taken in: %s", str(error))
    detail = _("It has no room left. What your browser saved as a draft is kept: go back, and send it again later without large files.")
    return errors.page(507, _("This portal cannot save anything at the moment"), detail)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Answer:
    detail = _("Send at most 50 MB a file and 250 MB at once. Go back, and add large files one after the other.")
    return errors.page(413, _("What you sent is too large"), detail)


def _form_again(words: str) -> Answer:
    """The form with everything that was typed, where it could not be saved. Files have to be chosen again."""
    if request.form.get("action") == "autosave":
        return {"fault": words}, 400
    try:
        axis = _axis_sent()
    except BadRequest:  # raised in a handler of errors, it would be a fault of our own
        return errors.page(400, words)
    typed = forms.accept(axis, request.form.to_dict(flat=False))
    # On the step that was sent: the whole form would be sent again without what the other steps said.
    edition = request.form.get("edition", "0")
    return _blank(axis, request.form.get("token", ""), typed, note=words, step=_step(), edition=int(edition) if edition.isdecimal() and len(edition) < 9 else 0), 400


def _axis_sent() -> str:
    axis = (request.view_args or {}).get("axis") or request.form.get("axis", "")
    return axis if axis in ("decision", "policy", "outcome") else abort(400)


@blueprint.route("/<any(decision, policy, outcome):axis>", methods=["GET", "POST"])
def form(axis: str) -> Answer:
    """The empty form of an axis; what is sent becomes a draft at once, so that nothing typed is lost."""
    if request.method == "POST":
        return _receive(axis, request.form.get("token", ""))
    with here().database.read() as db:
        proposed = _defaults(db)
    return _blank(axis, uploads.new_token(), proposed, step=_step())


@blueprint.route("/drafts/<token>", methods=["GET", "POST"])
def draft(token: str) -> Answer:
    """The form of a draft."""
    if request.method == "POST":
        return _receive(_axis_sent(), token)
    with here().database.read() as db:
        upload = _own(db, token)
        if upload.state == "published":
            return _to_record(upload)
        if upload.state in workflow.OPEN:
            page = _form(db, upload)
    if upload.state in workflow.OPEN:
        with here().database.write() as db:
            together.come(_own(db, token), current_user.id, datetime.now(UTC))
        return page
    return redirect(url_for(".preview", token=token))


def _receive(axis: str, token: str) -> Answer:
    """Keep what was sent, files included; then do what the pressed button says."""
    kept, refused = _take_files()
    now = datetime.now(UTC)
    with _begun_looks(), here().database.write() as db:
        upload = uploads.find_or_begin(db, token, current_user.id, current_user.agency, axis, now)
        if upload.state == "published":
            flash(_("This form was published already. To change the record, correct it from your desk."), "message")
            return _to_record(upload)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        typed = with_other_steps(db, upload, forms.accept(upload.axis, request.form.to_dict(flat=False)))
        room.line_up(db, current_user.agency, kept)
        kept = [one for one in kept if _has_room(db, one, refused, now)]
        workflow.note_files(db, upload, guard.actor(), "file_added", [file.name for file in kept], now)
        if uploads.attach(db, upload, kept, now):
            refused.append(("files", _("A record may have %(most)s files; put the others into an archive", most=uploads.MOST_FILES)))
        looks.ask(db, kept, current_user.id, now)
        if together.is_overtaken(upload, request.form.get("edition", ""), current_user.id):
            return _overtaken(db, upload, typed)
        before = (upload.edition or int(uploads.is_correction(upload)), upload.changed_by, upload.changed_at)
        workflow.touch(upload, current_user.id)
        if uploads.take(upload, typed, now):
            together.note_change(upload, current_user.id)
            workflow.note_writing(db, upload, guard.actor(), before, now)
        if request.form.get("action") == "autosave":
            together.come(upload, current_user.id, now)
            return _told(db, upload, now)
        return _act(db, upload, refused, request.form.get("action", "preview"))


def _step() -> int:
    """The step of the form that is asked for or was sent; 0 for the whole form."""
    text = request.values.get("step", "")
    return int(text) if text in map(str, range(1, forms.STEPS + 1)) else 0


def with_other_steps(db: Session, upload: Upload, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed into one step, with what the other steps said before."""
    step = _step()
    if not step:
        return typed
    before = {name: value for name, value in upload.data.items() if not name.startswith("_")} if upload.edition else _defaults(db)
    return {name: value for name, value in before.items() if forms.step_of(upload.axis, name) != step} | typed


def _defaults(db: Session) -> dict[str, Any]:
    """What a fresh form proposes."""
    return {"language": language(), "license": _LICENCE, "places": uploads.agency_of(db, current_user.agency).place or ""}


def _overtaken(db: Session, upload: Upload, typed: dict[str, Any]) -> Answer:
    """Somebody else saved meanwhile: nothing is overwritten before this person has seen it."""
    found = together.differences(upload, typed)
    if not found:
        return redirect(url_for(".draft", token=upload.token), 303)
    who = members.names_of(db, {upload.changed_by or 0}).get(upload.changed_by or 0, "")
    if request.form.get("action") == "autosave":
        return {"by": who, "edition": upload.edition}, 409
    return _page(upload, typed, files=uploads.files_of(db, upload), theirs=found, by=who), 409


def _told(db: Session, upload: Upload, now: datetime) -> dict[str, Any]:
    """What a form that saves by itself is answered."""
    return {"edition": upload.edition, "others": together.others(db, upload, current_user.id, now)}


@blueprint.post("/drafts/<token>/open")
def open_draft(token: str) -> Answer:
    """Somebody's browser says that it has the form open: told is who else has, and how far the draft is."""
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload = _own(db, token)
        together.come(upload, current_user.id, now)
        return _told(db, upload, now)


def _has_room(db: Session, file: Kept, refused: list[forms.Fault], now: datetime) -> bool:
    """Whether the agency has room for a file; if not, it is said beside the others that were refused."""
    try:
        room.admit(db, current_user.agency, file, here().settings.agency_bytes, now)
    except Refused as error:
        refused.append(("files", str(error)))
        return False
    return True


@contextmanager
def _begun_looks() -> Iterator[None]:
    """After the block, and after its transaction, files that came are looked into; nobody waits for that."""
    yield
    looks.start(here())


def _take_files() -> tuple[list[Kept], list[forms.Fault]]:
    files, kept, refused = here().files, [], []
    for sent in request.files.getlist("files"):
        if not sent.filename:
            continue
        try:
            kept.append(files.put(sent.stream, sent.filename))
        except Refused as error:
            refused.append(("files", str(error)))
        except OSError as error:
            log.error("a file could not be kept: %s", str(error))
            words = _("“%(name)s” could not be kept: this portal has no room left, or its storage does not answer. What you typed is saved; tell the operator, and add the file again later.", name=sent.filename[:100])
            refused.append(("files", words))
    return kept, refused


def _act(db: Session, upload: Upload, refused: list[forms.Fault], action: str) -> Answer:
    name, _colon, value = action.partition(":")
    if name == "remove":
        taken = [file.name for file in uploads.files_of(db, upload) if file.sha256 == value]
        workflow.note_files(db, upload, guard.actor(), "file_removed", taken, datetime.now(UTC))
        uploads.detach(upload, value)
    if name in ("remove", "files", "draft", "add") and refused:
        return _form(db, upload, refused), 422
    step = _step()
    if name == "next" and 0 < step < forms.STEPS and not refused:
        return redirect(url_for(".draft", token=upload.token, step=step + 1), 303)
    if name == "draft":
        flash(_("Your draft is saved."), "success")
        return redirect(url_for(".desk"), 303)
    if name in ("remove", "files"):
        return redirect(url_for(".draft", token=upload.token, step=step or None, _anchor="files"), 303)
    if name == "add" and value in _FIRST:
        row = grids.count(value, upload.data) + 1
        rows: dict[str, Any] = {value: row if value == "relation" else row + _MORE_ROWS}
        first = _FIRST[value]
        return redirect(url_for(".draft", token=upload.token, step=step or None, _anchor=f"{first}_{row}", **rows), 303)
    if name == "find" and value.isdigit():
        return redirect(url_for(".draft", token=upload.token, find=value, step=step or None, _anchor=f"relation_target_{value}"), 303)
    if name == "use" and (match := re.fullmatch(r"([1-9][0-9]?[0-9]?):([0-9A-Z]{12})", value)):
        upload.data = upload.data | {f"relation_target_{match[1]}": show_number(match[2])}
        return redirect(url_for(".draft", token=upload.token, step=step or None, _anchor=f"relation_target_{match[1]}"), 303)
    faults = uploads.prove(db, upload).faults
    if faults or refused:
        return _form(db, upload, faults + refused), 422
    return redirect(url_for(".preview", token=upload.token), 303)


def _own(db: Session, token: str) -> Upload:
    return uploads.find(db, token, current_user.agency) or abort(404)


def _to_record(upload: Upload) -> Response:
    return redirect(url_for("records.record", number=upload.number), 303)


def _form(db: Session, upload: Upload, faults: list[forms.Fault] | None = None) -> str:
    typed = {name: value for name, value in upload.data.items() if not name.startswith("_")}
    return _page(upload, typed, files=uploads.files_of(db, upload), states=safety.states(db, upload), faults=faults or [], others=together.others(db, upload, current_user.id, datetime.now(UTC)),
                 found=_found(typed), step=0 if faults and not _all_on(upload.axis, faults) else _step())  # fmt: skip


def _all_on(axis: str, faults: list[forms.Fault]) -> bool:
    """Whether the step that is shown has every field that is to be mended."""
    return all(forms.step_of(axis, name) == _step() for name, _words in faults)


def _page(upload: Upload, typed: dict[str, Any], *, faults: list[forms.Fault] | None = None, **more: Any) -> str:
    corrected = uploads.number_of_corrected(upload)
    returned = upload.note if upload.state == "returned" else ""
    return _blank(upload.axis, upload.token, typed, faults=faults, corrected=corrected, returned=returned, edition=upload.edition, **more)


def _blank(axis: str, token: str, typed: dict[str, Any], *, faults: list[forms.Fault] | None = None, note: str = "", **more: Any) -> str:
    """The form. `more`: what only a draft has (templates/publish/form.html says what)."""
    by_field: dict[str, str] = {}
    for name, words in faults or []:
        by_field[name] = f"{by_field[name]}\n{words}" if name in by_field else words
    return render_template(
        "publish/form.html",
        axis=axis,
        token=token or uploads.new_token(),
        typed=typed,
        errors=faults or [],
        by_field=by_field,
        label=forms.label,
        rows=lambda group: max(1, count_rows(group, typed), _wanted(group)),
        **grids.for_form(typed, _wanted),
        other=translated_into(typed.get("language", "")),
        note_words=note,
        endings=ENDINGS,
        **{"files": [], "states": {}, "step": 0, "edition": 0, "others": [], "theirs": [], "found": None, "corrected": None, "returned": ""} | more,
    )


def _found(typed: dict[str, Any]) -> tuple[int, list[search.FoundHit]] | None:
    """The row of a link whose other record is searched for, and what was found."""
    row = _wanted("find")
    words = str(typed.get(f"relation_target_{row}", "")).strip()
    if not row or not words:
        return (row, []) if row else None
    try:
        return row, list(search.find(here(), Listing(text=words, size=8), language()).hits)
    except SearchUnavailable:
        return row, []


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
        proof = uploads.prove(db, upload)
        if proof.record is None:
            return _form(db, upload, proof.faults), 422
        if safety.looking(db, upload) and looks.needs_work(db, datetime.now(UTC)):
            looks.start(here())  # whoever was to look died
        return preview_page(db, upload, proof.record, twin=proof.twin)


def preview_page(db: Session, upload: Upload, record: Record, **more: Any) -> str:
    """What will be published, with what this person can do with it."""
    fields = [one for one in comparison.fields_of(record, language()) if one.name not in ("title", "files", "relations")]
    relations = [(relation, _target(db, relation.number, relation.identifier)) for relation in record.relations]
    people = members.names_of(db, {id for id in (upload.user_id, upload.submitted_by, upload.decided_by) if id})
    faults = more.pop("faults", [])
    zone = zones.days(db, here(), datetime.now(UTC)).zone(zones.publisher_of(db, upload.agency))
    told, looking = safety.findings(db, upload, record), safety.looking(db, upload)
    stands = catalogue.find(db, uploads.number_of_corrected(upload) or "")
    return render_template(
        "publish/preview.html", upload=upload, token=upload.token, zone=zone, zone_names=zones.names(), record=record, fields=fields, relations=relations, people=people,
        shown_number=show_number(record.number), correction=uploads.is_correction(upload), note_words=uploads.correction_note(upload),
        can=workflow.steps_for(db, upload, db.get_one(User, current_user.id)), two_persons=workflow.needs_review(db, upload.agency),
        alike=[] if uploads.is_correction(upload) else lookalikes.find(here(), db, record), told=told, looking=looking, looked=_looked(db, upload), failed=safety.failed(db, upload), cleanable=[file for file in uploads.files_of(db, upload) if file.name in safety.can_be_cleaned(told)], answered=safety.is_answered(upload, told), answer=safety.answer(upload),
        stands=stands, changes=comparison.compare(stands.record, record, language()) if stands else [], new_text=bool(stands and stands.record.body != record.body),
        errors=faults, by_field=dict(faults), typed=guard.typed(), seal=uploads.seal(upload), **more,
    )  # fmt: skip


def _looked(db: Session, upload: Upload) -> list[tuple[str, datetime]]:
    """When each file was looked into, by the name that it has here."""
    files = uploads.files_of(db, upload)
    found = looks.of(db, [file.sha256 for file in files])
    return [(file.name, look.done_at) for file in files if (look := found.get(file.sha256)) and look.done_at]


def _target(db: Session, number: str | None, identifier: str) -> catalogue.Entry | None:
    """The record that a relation names, if it is here: as the record's page will resolve it."""
    if number:
        return next(iter(catalogue.find_many(db, [number])), None)
    return next(iter(catalogue.find_by_identifier(db, identifier)), None)


@blueprint.post("/drafts/<token>/publish")
def publish(token: str) -> Answer:
    """Puts a draft live; pressed twice, or in two tabs, it does so once."""
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload = _own(db, token)
        if upload.state == "published":
            return _to_record(upload)
        user = db.get_one(User, current_user.id)
        workflow.demand(db, upload, user, "publish")
        proof = uploads.prove(db, upload)
        if proof.record is None:
            return _form(db, upload, proof.faults), 422
        if request.form.get("number", proof.record.number) != proof.record.number:
            return preview_page(db, upload, proof.record, twin=proof.twin, surprised=True), 409
        if is_unread(upload):
            return unread_page(db, upload, proof)
        uploads.take_turn(db, proof.record)
        if faults := take_words(db, upload, proof.record, user, now):
            return preview_page(db, upload, proof.record, twin=proof.twin, faults=faults), 422
        try:
            saved = publishing.publish(db, upload, proof.record, Actor.of(user), now, base_url())
        except (safety.NotReady, uploads.NotLookedInto) as error:
            return preview_page(db, upload, proof.record, twin=proof.twin, held=str(error)), 409
        except uploads.TakenOff:
            detail = _("The operator of this portal took it off the pages. What you typed is kept as a draft; ask the operator.")
            return errors.page(410, _("This record is no longer shown"), detail)
        except uploads.Conflict as conflict:
            # Nothing is lost: the officer sees what is there now, and may put this in its place.
            uploads.accept_version(upload, proof.record, conflict.version)
            return preview_page(db, upload, proof.record, conflict=conflict), 409
    make_searchable()
    _tell(saved, proof.record.number)
    return redirect(url_for("records.record", number=proof.record.number), 303)


def is_unread(upload: Upload) -> bool:
    """Whether somebody changed an upload since the page was made whose button was pressed."""
    return request.form.get("seen", seal := uploads.seal(upload)) != seal


def unread_page(db: Session, upload: Upload, proof: uploads.Proof) -> Answer:
    """What it says now, for who was about to let go of what it said before."""
    assert proof.record
    held = _("It was changed since you opened this page, so nothing was done. This is how it is now: read it again.")
    return preview_page(db, upload, proof.record, twin=proof.twin, held=held), 409


def take_words(db: Session, upload: Upload, record: Record, user: User, now: datetime) -> list[forms.Fault]:
    """Keep what has to be said before it goes on: what was corrected, and why what was found may go out. What to write
    where it was not said."""
    told = safety.findings(db, upload, record)
    if upload.state == "approved" and safety.is_answered(upload, told):
        return []
    words = without_control(request.form.get("answer", ""))
    missing = safety.take_answer(db, upload, told, words, Actor.of(user), now)
    return ([("answer", missing)] if missing else []) + _take_note(upload)


def _take_note(upload: Upload) -> list[forms.Fault]:
    if not uploads.is_correction(upload):
        return []
    try:
        uploads.set_note(upload, workflow.check_words(without_control(request.form.get("note", "")), _("Say in a sentence what was corrected; readers will see it")))
    except ValueError as error:
        return [("note", str(error))]
    return []


def _tell(saved: Saved, number: str) -> None:
    words = {
        Saved.NEW: _("Published. The record has the permanent number %(number)s.", number=show_number(number)),
        Saved.CHANGED: _("Published. This is the record’s new version; the earlier one stays readable."),
        Saved.UNCHANGED: _("Nothing was published: the record says this already."),
    }
    flash(words[saved], "message" if saved is Saved.UNCHANGED else "success")


def make_searchable() -> None:
    """Teach search what was just published or taken back, and link it to what it names."""
    linking.link_newest(here())
    try:
        search.catch_up(here())
    except SearchUnavailable:
        flash(_("Search is not available at the moment; it will learn of this change by itself, later."), "message")


@blueprint.post("/drafts/<token>/clean")
def clean(token: str) -> Answer:
    """Puts a clean copy in the place of a file."""
    files, now = here().files, datetime.now(UTC)
    with here().database.read() as db:
        upload = _own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        file = next((one for one in uploads.files_of(db, upload) if one.sha256 == request.form.get("sha256")), None) or abort(404)
        known = safety.reports(db, [file.sha256]).get(file.sha256, Report())
    # Before the transaction, which others wait for.
    try:
        made = safety.clean_copy(files, here().settings.files_dir, file, known)
    except TookTooLong:
        flash(_("Making a clean copy of “%(name)s” took longer than %(seconds)s seconds and was given up; the file is as it was. Try again in a while, or mend the file itself, and add it again.",
                name=file.name, seconds=safety.CLEANING), "message")  # fmt: skip
        return redirect(url_for(".preview", token=token), 303)
    if made is None:
        flash(_("No clean copy of “%(name)s” can be made. Mend the file itself, and add it again.", name=file.name), "message")
        return redirect(url_for(".preview", token=token), 303)
    copy, report = made
    with here().database.write() as db:
        upload = _own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        workflow.touch(upload, current_user.id)
        uploads.replace_file(db, upload, file.sha256, copy, now)
        together.note_change(upload, current_user.id)
        looks.keep(db, copy, report, current_user.id, now)
        audit.note(db, now, guard.actor(), "file_cleaned", token, agency=upload.agency, title=file.name, before=file.sha256, after=copy.sha256)
    flash(_("“%(name)s” is replaced by a clean copy. Open it and look whether it still shows what it should.", name=copy.name), "success")
    return redirect(url_for(".preview", token=token), 303)


@blueprint.post("/drafts/<token>/look-again")
def look_again(token: str) -> Answer:
    """Has files looked into once more whose look broke off three times."""
    with _begun_looks(), here().database.write() as db:
        upload = _own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        now = datetime.now(UTC)
        for file in uploads.files_of(db, upload):
            if looks.again(db, file.sha256, current_user.id, now):
                audit.note(db, now, guard.actor(), "look_asked", token, agency=upload.agency, title=file.name)
    return redirect(url_for(".preview", token=token), 303)


@blueprint.post("/drafts/<token>/delete")
def delete(token: str) -> Answer:
    """Throws a draft away."""
    with here().database.write() as db:
        upload = _own(db, token)
        user = db.get_one(User, current_user.id)
        workflow.demand(db, upload, user, "delete")
        audit.note(db, datetime.now(UTC), Actor.of(user), "draft_deleted", token, agency=upload.agency, title=str(upload.data.get("title", ""))[:200])
        db.delete(upload)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".desk"), 303)


@blueprint.post("/records/<number>/correct")
def correct(number: str) -> Answer:
    """Begins a draft of a published record's next version."""
    with here().database.write() as db:
        now = datetime.now(UTC)
        upload = uploads.correct(db, _published(db, number), current_user.id, current_user.agency, now)
        if upload.created_at == now:
            audit.note(db, now, guard.actor(), "correction_begun", upload.token, agency=upload.agency, title=str(upload.data.get("title", ""))[:200])
    return redirect(url_for(".draft", token=upload.token), 303)


def _published(db: Session, number: str, *, hidden: bool = False) -> catalogue.Entry:
    return uploads.find_own(db, read_number(number) or "", current_user.agency, hidden=hidden) or abort(404)


@blueprint.route("/records/<number>/withdraw", methods=["GET", "POST"])
def withdraw(number: str) -> Answer:
    """Takes an own record back, on one of a fixed set of grounds."""
    if refused := guard.refuse("publish"):
        return refused
    sent = {name: " ".join(without_control(request.form.get(name, "")).split()) for name in ("ground", "law", "other", "words")}
    with here().database.write() if request.method == "POST" else here().database.read() as db:
        entry = _published(db, number, hidden=True)
        if entry.state != "published":
            return _already_back(entry)
        faults = takingback.check(db, entry, **sent) if request.method == "POST" else []
        if request.method == "GET" or faults:
            page = render_template("publish/withdraw.html", entry=entry, typed=sent, errors=faults, by_field=dict(faults),
                                   grounds=takingback.GROUNDS.items(), laws=takingback.UNLAWFUL.items())  # fmt: skip
            return (page, 422) if faults else page
        takingback.take_back(db, entry, db.get_one(User, current_user.id), datetime.now(UTC), **sent)
    make_searchable()
    flash(_("The record is taken back. Its address tells readers so, with your words."), "success")
    return redirect(url_for(".desk"), 303)


def _already_back(entry: catalogue.Entry) -> Answer:
    flash(_("The record is taken back already."), "message")
    return redirect(url_for(".desk"), 303)


@blueprint.route("/records/<number>/show-again", methods=["GET", "POST"])
def show_again(number: str) -> Answer:
    """Undoes a taking back."""
    if refused := guard.refuse("publish"):
        return refused
    words = without_control(request.form.get("words", ""))
    with here().database.write() if request.method == "POST" else here().database.read() as db:
        entry = _published(db, number, hidden=True)
        if entry.state not in ("withdrawn", "unpublished"):
            return redirect(url_for("records.record", number=entry.number), 303)
        faults: list[forms.Fault] = []
        if request.method == "POST":
            try:
                takingback.show_again(db, entry, db.get_one(User, current_user.id), words, datetime.now(UTC))
            except ValueError as error:
                faults = [("words", str(error))]
        if request.method == "GET" or faults:
            page = render_template("publish/show_again.html", entry=entry, words=words, errors=faults, by_field=dict(faults))
            return (page, 422) if faults else page
    make_searchable()
    flash(_("The record is shown again."), "success")
    return redirect(url_for("records.record", number=entry.number), 303)
