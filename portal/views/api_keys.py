"""Keys at the desk: one's own, and those of the agency's services."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from .. import keys
from ..accounts import AccountError
from ..models import User
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer

blueprint = Blueprint("keys", __name__, url_prefix="/publish/keys")


@blueprint.before_request
def _members_only() -> Answer | None:
    return guard.refuse("write")


@blueprint.get("/")
def index() -> str:
    """The keys that there are, and a form for a new one."""
    return _page([])


def _page(faults: list[tuple[str, str]], key: str = "") -> str:
    now = datetime.now(UTC)
    with here().database.read() as db:
        own = keys.of_user(db, current_user.id)
        services = keys.of_agency(db, current_user.agency) if current_user.may("manage") else []
    scopes = [scope for scope in keys.SCOPES if current_user.may(scope)]
    return render_template("publish/keys.html", own=own, services=services, scopes=scopes, days=keys.DAYS, now=now, key=key, errors=faults,
                           by_field=dict(faults), typed={} if key else guard.typed(), chosen=request.form.getlist("scopes"))  # fmt: skip


@blueprint.post("/")
def make() -> Answer:
    """Makes a key and shows it this once."""
    days = request.form.get("days", "")
    service = bool(request.form.get("service"))
    try:
        with here().database.write() as db:
            user = db.get_one(User, current_user.id)
            key = keys.make(
                db, user, current_user.agency, without_control(request.form.get("name", "")), request.form.getlist("scopes"),
                int(days) if days in map(str, keys.DAYS) else 0, datetime.now(UTC), service=service,
            )  # fmt: skip
    except AccountError as error:
        return _page([("name", str(error))]), 422
    return _page([], key), 201


@blueprint.post("/<id>/revoke")
def revoke(id: str) -> Answer:
    """Makes a key worth nothing."""
    now = datetime.now(UTC)
    with here().database.write() as db:
        done = keys.revoke(db, guard.actor(), id, now, user=current_user.id)
        if not done and current_user.may("manage"):
            done = keys.revoke(db, guard.actor(), id, now, agency=current_user.agency)
    if not done:
        abort(404)
    flash(_("The key is revoked. Programs that use it are refused from now on."), "success")
    return redirect(url_for(".index"), 303)
