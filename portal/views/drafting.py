"""Forms that officers fill in: what they send becomes a draft at once, so that nothing typed is lost."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from harvesters.record import show_number

from .. import audit, forms, looks, members, room, together, uploads, workflow
from ..audit import Actor
from ..filestore import Kept
from ..filetypes import Refused
from ..models import Upload, User
from ..parts import here
from . import formpage, grids, guard
from .guard import Answer
from .publish import begun_looks, blueprint, own, to_record

log = logging.getLogger(__name__)
_FIRST = {"target": "target_indicator", "report": "report_what", "relation": "relation_type", "observation": "observation_period", "vote": "vote_name"}  # where a new row begins
_MORE_ROWS = 9  # that a button adds to a table


@blueprint.route("/<any(decision, policy, outcome):axis>", methods=["GET", "POST"])
def form(axis: str) -> Answer:
    """The empty form of an axis; what is sent becomes a draft at once, so that nothing typed is lost."""
    if request.method == "POST":
        return _receive(axis, request.form.get("token", ""))
    with here().database.read() as db:
        proposed = formpage.defaults(db)
    return formpage.blank(axis, uploads.new_token(), proposed, step=formpage.step_shown())


@blueprint.route("/drafts/<token>", methods=["GET", "POST"])
def draft(token: str) -> Answer:
    """The form of a draft."""
    if request.method == "POST":
        return _receive(formpage.axis_sent(), token)
    with here().database.read() as db:
        upload = own(db, token)
        if upload.state == "published":
            return to_record(upload)
        if upload.state in workflow.OPEN:
            page = formpage.of_draft(db, upload)
    if upload.state in workflow.OPEN:
        with here().database.write() as db:
            together.come(own(db, token), current_user.id, datetime.now(UTC))
        return page
    return redirect(url_for(".preview", token=token))


def _receive(axis: str, token: str) -> Answer:
    """Keep what was sent, files included; then do what the pressed button says."""
    kept, refused = _take_files()
    now = datetime.now(UTC)
    with begun_looks(), here().database.write() as db:
        upload = uploads.find_or_begin(db, token, current_user.id, current_user.agency, axis, now)
        if upload.state == "published":
            flash(_("This form was published already. To change the record, correct it from your desk."), "message")
            return to_record(upload)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        typed = formpage.with_other_steps(db, upload, forms.accept(upload.axis, request.form.to_dict(flat=False)))
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


def _overtaken(db: Session, upload: Upload, typed: dict[str, Any]) -> Answer:
    """Somebody else saved meanwhile: nothing is overwritten before this person has seen it."""
    found = together.differences(upload, typed)
    if not found:
        return redirect(url_for(".draft", token=upload.token), 303)
    who = members.names_of(db, {upload.changed_by or 0}).get(upload.changed_by or 0, "")
    if request.form.get("action") == "autosave":
        return {"by": who, "edition": upload.edition}, 409
    return formpage.of_upload(upload, typed, files=uploads.files_of(db, upload), theirs=found, by=who), 409


def _told(db: Session, upload: Upload, now: datetime) -> dict[str, Any]:
    """What a form that saves by itself is answered."""
    return {"edition": upload.edition, "others": together.others(db, upload, current_user.id, now)}


@blueprint.post("/drafts/<token>/open")
def open_draft(token: str) -> Answer:
    """Somebody's browser says that it has the form open: told is who else has, and how far the draft is."""
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload = own(db, token)
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
    if name in ("remove", "files", "draft", "add", "back") and refused:
        return formpage.of_draft(db, upload, refused), 422
    step = formpage.step_shown()
    if name == "back" and step > 1:
        return redirect(url_for(".draft", token=upload.token, step=step - 1), 303)
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
        return formpage.of_draft(db, upload, faults + refused), 422
    return redirect(url_for(".preview", token=upload.token), 303)


@blueprint.post("/drafts/<token>/delete")
def delete(token: str) -> Answer:
    """Throws a draft away."""
    with here().database.write() as db:
        upload = own(db, token)
        user = db.get_one(User, current_user.id)
        workflow.demand(db, upload, user, "delete")
        audit.note(db, datetime.now(UTC), Actor.of(user), "draft_deleted", token, agency=upload.agency, title=str(upload.data.get("title", ""))[:200])
        db.delete(upload)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".desk"), 303)
