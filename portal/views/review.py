"""Review at the desk: handing in, approving, returning, and setting the moment when something goes live."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from .. import comparison, errors, safety, uploads, workflow, zones
from ..i18n import language, show_moment
from ..look import base_url
from ..models import Upload, User
from ..parts import here
from ..typed import read_when, without_control
from . import golive, guard
from .guard import Answer

blueprint = Blueprint("review", __name__)


@blueprint.before_request
def _members_only() -> Answer | None:
    return None if request.endpoint == "review.embargo" else guard.refuse("write")


def _upload(db: Session, token: str) -> tuple[Upload, User]:
    upload = uploads.find(db, token, current_user.agency) or abort(404)
    return upload, db.get_one(User, current_user.id)


@blueprint.post("/publish/drafts/<token>/submit")
def submit(token: str) -> Answer:
    """Hands a draft in for review; what has faults is not handed in."""
    with here().database.write() as db:
        upload, user = _upload(db, token)
        workflow.demand(db, upload, user, "submit")
        if answer := _unready(db, upload, user):
            return answer
        workflow.submit(db, upload, user, datetime.now(UTC), base_url())
    flash(_("Handed in for review. Those who review for your agency get a mail."), "success")
    return redirect(url_for("publish.desk"), 303)


def _unready(db: Session, upload: Upload, user: User) -> Answer | None:
    """What to answer where something has faults, or words are missing that have to be said before it goes on."""
    proof = uploads.prove(db, upload)
    if proof.record is None:
        return redirect(url_for("publish.preview", token=upload.token), 303)
    if golive.is_unread(upload):
        return golive.unread_page(db, upload, proof)
    try:
        safety.demand_looked(db, upload)
    except safety.NotReady as error:
        return golive.preview_page(db, upload, proof.record, twin=proof.twin, held=str(error)), 409
    if faults := golive.take_words(db, upload, proof.record, user, datetime.now(UTC)):
        return golive.preview_page(db, upload, proof.record, twin=proof.twin, faults=faults), 422
    return None


@blueprint.post("/publish/drafts/<token>/take-back")
def take_back(token: str) -> Answer:
    """Makes a draft again of what was handed in."""
    with here().database.write() as db:
        upload, user = _upload(db, token)
        workflow.take_back(db, upload, user, datetime.now(UTC))
    return redirect(url_for("publish.draft", token=token), 303)


@blueprint.post("/publish/drafts/<token>/return")
def give_back(token: str) -> Answer:
    """Returns what was handed in, with a note."""
    with here().database.write() as db:
        upload, user = _upload(db, token)
        try:
            workflow.give_back(db, upload, user, without_control(request.form.get("remark", "")), datetime.now(UTC), base_url())
        except ValueError as error:
            return _again(db, upload, [("remark", str(error))])
    flash(_("Returned. The author gets a mail with your note."), "success")
    return redirect(url_for("publish.desk"), 303)


def _again(db: Session, upload: Upload, faults: list[tuple[str, str]]) -> Answer:
    proof = uploads.prove(db, upload)
    if proof.record is None:
        return redirect(url_for("publish.draft", token=upload.token), 303)
    return golive.preview_page(db, upload, proof.record, twin=proof.twin, faults=faults), 422


@blueprint.post("/publish/drafts/<token>/approve")
def approve(token: str) -> Answer:
    """Says that something may go live."""
    with here().database.write() as db:
        upload, user = _upload(db, token)
        proof = uploads.prove(db, upload)
        if proof.record is None:
            return redirect(url_for("publish.preview", token=token), 303)
        if golive.is_unread(upload):
            workflow.demand(db, upload, user, "approve")
            flash(_("It was changed since you opened this page, so nothing was approved. Read it again."), "message")
            return redirect(url_for("publish.preview", token=token), 303)
        try:
            safety.demand(db, upload, proof.record)
        except safety.NotReady as error:
            workflow.demand(db, upload, user, "approve")
            return golive.preview_page(db, upload, proof.record, twin=proof.twin, held=str(error)), 409
        workflow.approve(db, upload, user, datetime.now(UTC), base_url())
    flash(_("Approved. It goes live when somebody publishes it, or at the moment that is set. Those who have to know get a mail."), "success")
    return redirect(url_for("publish.preview", token=token), 303)


@blueprint.post("/publish/drafts/<token>/schedule")
def schedule(token: str) -> Answer:
    """Sets the moment when something goes live, with or without an embargo."""
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload, user = _upload(db, token)
        zone = request.form.get("zone", "").strip() or _zone(db, upload.agency)
        try:
            at = _moment(request.form.get("day", ""), request.form.get("time", ""), zone)
            if answer := _unready(db, upload, user):
                return answer
            workflow.schedule(db, upload, user, at, bool(request.form.get("embargo")), now)
        except ValueError as error:
            return _again(db, upload, [("day", str(error))])
    flash(_("It goes live by itself: %(moment)s.", moment=show_moment(at, zone).striptags()), "success")
    return redirect(url_for("publish.preview", token=token), 303)


def _zone(db: Session, agency: str) -> str:
    return zones.days(db, here(), datetime.now(UTC)).zone(zones.publisher_of(db, agency))


def _moment(day: str, time: str, zone: str) -> datetime:
    """A day and a time in a zone. Raises ValueError with what to write."""
    if not zones.is_known(zone):
        raise ValueError(_("“%(value)s” is not a time zone; choose one of those offered", value=zone[:40]))
    try:
        return datetime.fromisoformat(f"{read_when(day)}T{time.strip() or '00:00'}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        raise ValueError(_("“%(value)s” is not a moment; write a day such as 2026-05-31 and a time such as 09:00", value=f"{day} {time}"[:60])) from None


@blueprint.post("/publish/drafts/<token>/unschedule")
def unschedule(token: str) -> Answer:
    """It does not go live by itself any more."""
    with here().database.write() as db:
        upload, user = _upload(db, token)
        workflow.unschedule(db, upload, user, datetime.now(UTC))
    return redirect(url_for("publish.preview", token=token), 303)


@blueprint.get("/embargo/<secret>")
def embargo(secret: str) -> Answer:
    """What invited readers may see before it is public. The address is the only key, so nothing keeps or lists the page."""
    with here().database.read() as db:
        upload = workflow.under_embargo(db, secret)
        if upload and upload.state == "published":
            return redirect(url_for("records.record", number=upload.number))
        proof = uploads.prove(db, upload) if upload else None
        files = uploads.files_of(db, upload) if upload else []
        zone = _zone(db, upload.agency) if upload else ""
    if upload is None or proof is None or proof.record is None:
        return errors.page(404, _("There is no such page"), _("What was here was taken back, or the address is not whole."))
    fields = [one for one in comparison.fields_of(proof.record, language()) if one.name not in ("title", "files", "relations")]
    page = render_template("publish/embargo.html", record=proof.record, fields=fields, until=upload.publish_at, zone=zone, files=files)
    return page, 200, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
