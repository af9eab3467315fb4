"""Signing in and out, and changing one's password."""

import ipaddress
from datetime import UTC, datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from .. import accounts
from ..models import User
from ..parts import here
from ..typed import without_control

blueprint = Blueprint("accounts", __name__)

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
Fault = tuple[str, str]


class Officer(UserMixin):  # type: ignore[misc]
    """The signed-in user, as a session knows them."""

    def __init__(self, user: User) -> None:
        self.id, self.name, self.email, self.agency = user.id, user.name, user.email, user.agency
        self.may_publish = accounts.may_publish(user)
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
def sign_in() -> Answer:
    """The door of the desk."""
    if request.method == "GET":
        return redirect(_following()) if current_user.is_authenticated else _form([])
    email, password = request.form.get("email", ""), request.form.get("password", "")
    if missing := _missing(email, password):
        return _form(missing), 422
    now, address = datetime.now(UTC), _address()
    doorman: accounts.Doorman = current_app.extensions["clerestory.doorman"]
    try:
        doorman.let_in(address, now)
    except accounts.TooManyTries as error:
        return _form([], wait=str(error)), 429, {"Retry-After": "600"}
    user = accounts.sign_in(here().database, email, password, now)
    if user is None:
        words = _("The e-mail address and the password do not belong together. Check both; after several tries, wait a few minutes.")
        return _form([("email", words)]), 422
    doorman.forgive(address)
    login_user(Officer(user))
    return redirect(_following(), 303)


def _missing(email: str, password: str) -> list[Fault]:
    faults = []
    if not email.strip():
        faults.append(("email", _("Enter your e-mail address")))
    if not password:
        faults.append(("password", _("Enter your password")))
    return faults


def _form(errors: list[Fault], wait: str = "") -> str:
    email, following = (without_control(request.values.get(name, "")) for name in ("email", "next"))
    return render_template("accounts/sign_in.html", email=email, following=following, errors=errors, by_field=dict(errors), wait=wait)


def _address() -> str:
    """Who asks. A proxy on this machine says for whom it asks; what others say about themselves does not count."""
    address = request.remote_addr or ""
    try:
        is_proxy = ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if is_proxy and forwarded else address


def _following() -> str:
    """Where to go after signing in: only ever to a page of this portal."""
    wanted = request.values.get("next", "")
    if wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable():
        prefix = request.script_root
        return wanted if prefix and wanted.startswith(f"{prefix}/") else f"{prefix}{wanted}"
    return url_for("publish.desk")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Ends the session."""
    logout_user()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home.home"), 303)


@blueprint.route("/password", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def password() -> Answer:
    """Change one's password."""
    if request.method == "GET":
        return _password_form([])
    if faults := _change_password(request.form.get("old", ""), request.form.get("new", "")):
        return _password_form(faults), 422
    flash(_("Your password has changed. Other devices are signed out."), "success")
    return redirect(url_for("publish.desk"), 303)


def _password_form(errors: list[Fault]) -> str:
    return render_template("accounts/password.html", errors=errors, by_field=dict(errors))


def _change_password(old: str, new: str) -> list[Fault]:
    if not old or not new:
        asked = (("old", old, _("Enter your present password")), ("new", new, _("Enter your new password")))
        return [(name, words) for name, value, words in asked if not value]
    if old == new:
        return [("new", _("The new password is the present one; choose another"))]
    if accounts.sign_in(here().database, current_user.email, old, datetime.now(UTC)) is None:
        return [("old", _("This is not your present password; type it again. After several tries, wait a few minutes."))]
    with here().database.write() as session:
        user = session.get_one(User, current_user.id)
        try:
            accounts.set_password(session, user, new)
        except accounts.AccountError as error:
            return [("new", str(error))]
    login_user(Officer(user))
    return []
