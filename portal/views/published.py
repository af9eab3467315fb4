"""What an agency has published: correcting it, taking it back, showing it again."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from harvesters.record import read_number

from .. import audit, catalogue, forms, takingback, uploads
from ..models import User
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer
from .publish import blueprint, make_searchable


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
