"""The last look at a draft: what will be published, what has to be said before, and publishing it."""

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from harvesters.record import Record, show_number

from .. import (
    catalogue,
    comparison,
    errors,
    forms,
    lookalikes,
    looks,
    members,
    publishing,
    safety,
    uploads,
    workflow,
    zones,
)
from ..audit import Actor
from ..i18n import language
from ..look import base_url
from ..models import Upload, User
from ..parts import here
from ..store import Saved
from ..typed import without_control
from . import formpage, guard
from .guard import Answer
from .publish import blueprint, make_searchable, own, to_record


@blueprint.get("/drafts/<token>/preview")
def preview(token: str) -> Answer:
    """What will be published."""
    with here().database.read() as db:
        upload = own(db, token)
        if upload.state == "published":
            return to_record(upload)
        proof = uploads.prove(db, upload)
        if proof.record is None:
            return formpage.of_draft(db, upload, proof.faults), 422
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
        upload = own(db, token)
        if upload.state == "published":
            return to_record(upload)
        user = db.get_one(User, current_user.id)
        workflow.demand(db, upload, user, "publish")
        proof = uploads.prove(db, upload)
        if proof.record is None:
            return formpage.of_draft(db, upload, proof.faults), 422
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
