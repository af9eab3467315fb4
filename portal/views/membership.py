"""The page of one's agency at the desk: members, invitations, rules, and the log of what was done."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from .. import members, uploads, zones
from ..accounts import AccountError
from ..models import Agency, User
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer

blueprint = Blueprint("membership", __name__, url_prefix="/publish/agency")


@blueprint.before_request
def _members_only() -> Answer | None:
    # Every member sees who belongs to the agency and what was done; changing that is for its admins.
    return guard.refuse("write" if request.method == "GET" else "manage")


@blueprint.get("/")
def agency() -> str:
    """Who belongs to the agency, in what role, and by which rules it publishes."""
    return _page([])


def _page(faults: list[tuple[str, str]]) -> str:
    with here().database.read() as db:
        row, days = db.get_one(Agency, current_user.agency), zones.days(db, here(), datetime.now(UTC))
        publisher = zones.publisher_of(db, row.slug)
        return render_template(
            "publish/agency.html", row=row, agency=uploads.agency_of(db, row.slug), people=members.of_agency(db, row.slug),
            pending=members.pending(db, row.slug), errors=faults, by_field=dict(faults), typed=guard.typed(),
            own_zone=days.own.get(row.slug, ""), zone=days.zone(publisher), zone_names=zones.names(), today=days.of(publisher),
        )  # fmt: skip


def _back(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for(".agency"), 303)


@blueprint.post("/invite")
def invite() -> Answer:
    """Invites somebody by mail."""
    email = without_control(request.form.get("email", ""))
    try:
        with here().database.write() as db:
            members.invite(db, guard.actor(), email, current_user.agency, request.form.get("role", ""), datetime.now(UTC), guard.link("accounts.invitation"))
    except AccountError as error:
        return _page([("email", str(error))]), 422
    return _back(_("An invitation is on its way to %(email)s.", email=email.strip()))


@blueprint.post("/invitations/<id>/take-back")
def take_back(id: str) -> Answer:
    """Makes an invitation worth nothing."""
    with here().database.write() as db:
        members.take_back(db, guard.actor(), id, current_user.agency, datetime.now(UTC))
    return _back(_("The invitation is taken back."))


@blueprint.post("/members/<int:user>")
def change(user: int) -> Answer:
    """Gives a member another role, or ends the membership."""
    try:
        with here().database.write() as db:
            row = db.get(User, user)
            if row is None or not members.role_of(db, row.id, current_user.agency):
                abort(404)
            if request.form.get("action") == "remove":
                members.remove(db, guard.actor(), row, current_user.agency, datetime.now(UTC))
            else:
                members.add(db, guard.actor(), row, current_user.agency, request.form.get("role", ""), datetime.now(UTC))
    except AccountError as error:
        return _page([("members", str(error))]), 422
    return _back(_("Done. %(name)s has to sign in anew.", name=row.name))


@blueprint.post("/rules")
def rules() -> Answer:
    """Turns the two-person rule on or off."""
    with here().database.write() as db:
        members.set_two_persons(db, guard.actor(), current_user.agency, bool(request.form.get("two_persons")), datetime.now(UTC))
    return _back(_("The rule is kept."))


@blueprint.post("/zone")
def zone() -> Answer:
    """Sets the time zone by which the agency's days are counted; an empty one is that of its place."""
    name = without_control(request.form.get("zone", "")).strip()
    try:
        with here().database.write() as db:
            members.set_zone(db, guard.actor(), current_user.agency, name, datetime.now(UTC))
    except AccountError as error:
        return _page([("zone", str(error))]), 422
    return _back(_("The days of your agency are counted anew."))


@blueprint.get("/log")
def log() -> str:
    """What was done for the agency: who, when, what and why. Nobody can change it."""
    return guard.log_page(current_user.agency)
