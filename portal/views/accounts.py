"""Signing in and out, and changing one's password."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from .. import accounts
from ..models import User
from ..parts import here

blueprint = Blueprint("accounts", __name__)


class Officer(UserMixin):  # type: ignore[misc]
    """The signed-in user, as a session knows them."""

    def __init__(self, user: User) -> None:
        self.id, self.name, self.email, self.agency = user.id, user.name, user.email, user.agency
        self._remembered = accounts.session_id(user)

    def get_id(self) -> str:
        return self._remembered


def _load(remembered: str) -> Officer | None:
    with here().database.read() as session:
        user = accounts.user_of(session, remembered)
    return Officer(user) if user else None


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    manager = LoginManager(state.app)
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_sign_in)
    state.app.extensions["clerestory.doorman"] = accounts.Doorman()


def _ask_to_sign_in() -> Response:
    following = request.full_path.removesuffix("?") if request.method == "GET" else url_for("publish.desk")
    return redirect(url_for("accounts.sign_in", next=following))


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """The door of the desk."""
    if request.method == "GET":
        return redirect(_following()) if current_user.is_authenticated else _form()
    now, address = datetime.now(UTC), request.remote_addr or ""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    doorman: accounts.Doorman = current_app.extensions["clerestory.doorman"]
    missing = [(name, words) for name, value, words in (
        ("email", email.strip(), _("Enter your e-mail address")), ("password", password, _("Enter your password")),
    ) if not value]  # fmt: skip
    if missing:
        return _form(email, missing), 422
    try:
        doorman.check(address, now)
    except accounts.TooManyTries as error:
        return _form(email, [(None, str(error))]), 429
    with here().database.write() as session:
        user = accounts.sign_in(session, email, password, now)
    if user is None:
        doorman.note(address, now)
        words = _(
            "The e-mail address and the password do not belong together. Check both; after several tries, wait a few minutes."
        )
        return _form(email, [("email", words)]), 422
    login_user(Officer(user))
    return redirect(_following())


def _form(email: str = "", errors: Sequence[tuple[str | None, str]] = ()) -> str:
    return render_template("accounts/sign_in.html", email=email, errors=errors, by_field=dict(errors))


def _following() -> str:
    """Where to go after signing in: only ever to a page of this portal."""
    wanted = request.values.get("next", "")
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted and wanted.isprintable():
        prefix = request.script_root
        return wanted if prefix and wanted.startswith(f"{prefix}/") else f"{prefix}{wanted}"
    return url_for("publish.desk")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Ends the session."""
    logout_user()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home.home"))


@blueprint.route("/password", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def password() -> str | Response | tuple[str, int]:
    """Change one's password."""
    if request.method == "GET":
        return render_template("accounts/password.html", errors=[], by_field={})
    fault = _change_password(request.form.get("old", ""), request.form.get("new", ""))
    if fault:
        return render_template("accounts/password.html", errors=[fault], by_field=dict([fault])), 422
    flash(_("Your password has changed. Other devices are signed out."), "success")
    return redirect(url_for("publish.desk"))


def _change_password(old: str, new: str) -> tuple[str, str] | None:
    now = datetime.now(UTC)
    with here().database.write() as session:
        user = accounts.sign_in(session, current_user.email, old, now)
        if user is None:
            return "old", _("This is not your present password; type it again")
        try:
            accounts.set_password(session, user, new)
        except accounts.AccountError as error:
            return "new", str(error)
    login_user(Officer(user))
    return None
