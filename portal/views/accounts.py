"""Signing in and out; one's password, second factor and sign-ins; invitations and forgotten passwords."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    after_this_request,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from .. import accounts, audit, errors, guessing, members, secondfactor, signins
from ..audit import Actor
from ..i18n import language
from ..models import Agency, Invitation, User
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer, Officer

blueprint = Blueprint("accounts", __name__)

Fault = tuple[str, str]
_SECOND = "second"  # what a session remembers between the password and the second factor
_SECOND_WITHIN = timedelta(minutes=10)


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    guard.init_app(state.app)  # type: ignore[arg-type]
    state.app.extensions["clerestory.doorman"] = accounts.SharedDoorman(state.app.extensions["clerestory"].database)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answer:
    """The door of the desk."""
    if request.method == "GET":
        return redirect(following()) if current_user.is_authenticated else _form([])
    email, password = _sent("email"), request.form.get("password", "")
    if missing := _missing(email, password):
        return _form(missing), 422
    now, asking = datetime.now(UTC), asker()
    doorman: accounts.SharedDoorman = current_app.extensions["clerestory.doorman"]
    # A browser that is known waits by itself: whoever else tries from its network does not keep it out.
    counts = not accounts.is_known(here().database, email, asking)
    try:
        if counts:
            doorman.let_in(asking.address, now)
    except accounts.TooManyTries as error:
        return _form([], wait=str(error)), 429, {"Retry-After": "600"}
    user = accounts.sign_in(here().database, email, password, now, asking)
    if user is None:
        words = _("The e-mail address and the password do not belong together. Check both; after several tries, wait a few minutes.")
        return _form([("email", words)]), 422
    if counts:
        doorman.forgive(asking.address)
    return go_in(user, following(), now)


def go_in(user: User, following: str | None, now: datetime) -> Answer:
    """Sign in who has shown who they are; with a second factor, ask for it first."""
    following = following or url_for("publish.desk")
    if user.has_second_factor:
        session[_SECOND] = {"user": user.id, "at": now.isoformat(), "next": following, "of": _wording(user)}
        return redirect(url_for("accounts.second_step"), 303)
    enter(user, now)
    return redirect(following, 303)


def _wording(user: User) -> str:
    """What tells the password of today from the one of before: who began with that one begins anew."""
    return signins.id_of(user.password)[:16]


def enter(user: User, now: datetime) -> None:
    """Sign a user in: whatever the browser's session held before is worth nothing afterwards."""
    with here().database.write() as db:
        secret = signins.begin(db, user, now, address_of_asker(), request.user_agent.string)
        role = members.role_of(db, user.id, user.agency)
        db.get_one(User, user.id).language = language()  # mails come in it
        _know_browser(guessing.know(db, user.id, asker(), now))
        audit.note(db, now, Actor.of(user), "signed_in", user.email, second_factor=user.has_second_factor)
    session.clear()
    session.permanent = True
    login_user(Officer(user, role, signins.id_of(secret), secret))


def asker() -> guessing.Asker:
    """Who asks to be let in."""
    return guessing.Asker.of(address_of_asker(), request.cookies.get(guessing.COOKIE, ""))


def _know_browser(held: str | None) -> None:
    """Have the browser hold what it is known by. It opens nothing: it only keeps others from keeping it out."""
    if held is None:
        return

    @after_this_request
    def _hold(response: Response) -> Response:
        response.set_cookie(
            guessing.COOKIE, held, max_age=guessing.REMEMBERED, httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
        )
        return response


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def second_step() -> Answer:
    """The second factor."""
    begun, now = session.get(_SECOND) or {}, datetime.now(UTC)
    if not begun or datetime.fromisoformat(begun["at"]) < now - _SECOND_WITHIN:
        return redirect(url_for(".sign_in"))
    if request.method == "GET":
        return render_template("accounts/code.html", errors=[])
    with here().database.read() as db:
        if begun.get("of") != _wording(db.get_one(User, int(begun["user"]))):
            return redirect(url_for(".sign_in"))
    user = accounts.second_step(here().database, int(begun["user"]), _sent("code"), now, here().safe, asker())
    if user is None:
        words = _("This is not the code that your device shows now. Wait for the next one; after several tries, wait a few minutes.")
        return render_template("accounts/code.html", errors=[("code", words)]), 422
    enter(user, now)
    return redirect(begun["next"], 303)


def _sent(name: str) -> str:
    return without_control(request.form.get(name, ""))


def _missing(email: str, password: str) -> list[Fault]:
    faults = []
    if not email.strip():
        faults.append(("email", _("Enter your e-mail address")))
    if not password:
        faults.append(("password", _("Enter your password")))
    return faults


def _form(errors: list[Fault], wait: str = "") -> str:
    return render_template("accounts/sign_in.html", email=_sent("email"), following=without_control(request.values.get("next", "")),
                           errors=errors, by_field=dict(errors), wait=wait)  # fmt: skip


def address_of_asker() -> str:
    """Who asks. A proxy on this machine says for whom it asks; what others say about themselves does not count."""
    address = request.remote_addr or ""
    try:
        is_proxy = ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if is_proxy and forwarded else address


def following() -> str:
    """Where to go after signing in: only ever to a page of this portal."""
    wanted = request.values.get("next", "")
    if wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable():
        prefix = request.script_root
        return wanted if prefix and wanted.startswith(f"{prefix}/") else f"{prefix}{wanted}"
    return url_for("publish.desk")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Ends this sign-in."""
    if current_user.is_authenticated:
        with here().database.write() as db:
            signins.end(db, current_user.id, only=current_user.signed_in)
            audit.note(db, datetime.now(UTC), guard.actor(), "signed_out", current_user.email)
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home.home"), 303)


@blueprint.get("/account")
@login_required  # type: ignore[untyped-decorator]
def account() -> str:
    """What belongs to one's account: password, second factor, where one is signed in, one's agencies."""
    with here().database.read() as db:
        sign_ins = signins.of_user(db, current_user.id, datetime.now(UTC))
        agencies = members.agencies_of(db, current_user.id)
    return render_template("accounts/account.html", sign_ins=sign_ins, agencies=agencies)


@blueprint.post("/account/sign-out-everywhere")
@login_required  # type: ignore[untyped-decorator]
def sign_out_everywhere() -> Response:
    """Ends every other sign-in; one's own as well with `all`."""
    with here().database.write() as db:
        ended = signins.end(db, current_user.id, but=current_user.signed_in)
        guessing.forget_devices(db, current_user.id, but=asker().devices)
        audit.note(db, datetime.now(UTC), guard.actor(), "signed_out_everywhere", current_user.email, ended=ended)
    flash(_("Every other device is signed out."), "success")
    return redirect(url_for(".account"), 303)


@blueprint.post("/account/agency")
@login_required  # type: ignore[untyped-decorator]
def switch_agency() -> Answer:
    """Act for another of one's agencies."""
    with here().database.write() as db:
        if not members.act_for(db, db.get_one(User, current_user.id), request.form.get("agency", "")):
            return errors.page(404, _("You do not belong to this agency"))
        audit.note(db, datetime.now(UTC), guard.actor(), "agency_chosen", current_user.email, agency=request.form["agency"])
    return redirect(url_for("publish.desk"), 303)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@login_required  # type: ignore[untyped-decorator]
def second_factor() -> Answer:
    """Turn the second factor on, or off again; both want the password's owner, not only an open browser."""
    now = datetime.now(UTC)
    if request.method == "GET":
        return _second_factor_form([])
    if accounts.sign_in(here().database, current_user.email, request.form.get("password", ""), now, asker()) is None:
        return _second_factor_form([("password", _("This is not your present password; type it again. After several tries, wait a few minutes."))]), 422
    return _turn_off(now) if current_user.has_second_factor else _turn_on(now)


def _turn_on(now: datetime) -> Answer:
    with here().database.write() as db:
        user = db.get_one(User, current_user.id)
        secret = secondfactor.begun(user, now, here().safe)
        codes = secondfactor.set_up(user, secret, _sent("code"), now, here().safe) if secret else None
        if codes:
            signins.end(db, user.id, but=current_user.signed_in)
            audit.note(db, now, Actor.of(user), "second_factor_on", user.email)
    if codes is None:
        return _second_factor_form([("code", _("This is not the code that your device shows now. Wait for the next one and type it."))]), 422
    return render_template("accounts/recovery.html", codes=codes)


def _turn_off(now: datetime) -> Answer:
    with here().database.write() as db:
        user = db.get_one(User, current_user.id)
        if not secondfactor.accept(user, _sent("code"), now, here().safe):
            return _second_factor_form([("code", _("This is not the code that your device shows now. Wait for the next one and type it."))]), 422
        secondfactor.turn_off(user)
        audit.note(db, now, Actor.of(user), "second_factor_off", user.email)
    flash(_("The second factor is off. Your password alone opens the desk now."), "message")
    return redirect(url_for(".account"), 303)


def _second_factor_form(faults: list[Fault]) -> str:
    shown: dict[str, Any] = {}
    if not current_user.has_second_factor:
        with here().database.write() as db:
            secret = secondfactor.begin(db.get_one(User, current_user.id), datetime.now(UTC), here().safe)
        shown = {"picture": secondfactor.picture(secret, current_user.email), "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}
    return render_template("accounts/second_factor.html", errors=faults, by_field=dict(faults), **shown)


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
    now = datetime.now(UTC)
    if accounts.sign_in(here().database, current_user.email, old, now, asker()) is None:
        return [("old", _("This is not your present password; type it again. After several tries, wait a few minutes."))]
    with here().database.write() as db:
        user = db.get_one(User, current_user.id)
        try:
            accounts.set_password(db, user, new)
        except accounts.AccountError as error:
            return [("new", str(error))]
        audit.note(db, now, Actor.of(user), "password_changed", user.email)
    enter(user, now)
    return []


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
def forgotten() -> Answer:
    """Ask for a link to choose a new password. The answer is the same whether there is such an account or not."""
    if request.method == "GET":
        return render_template("accounts/forgotten.html", errors=[], email="")
    email, now = _sent("email"), datetime.now(UTC)
    if not accounts.is_email(email.strip()):
        words = _("“%(value)s” is not an e-mail address; write name@agency.example", value=email.strip()[:100])
        return render_template("accounts/forgotten.html", errors=[("email", words)], email=email), 422
    doorman: accounts.SharedDoorman = current_app.extensions["clerestory.doorman"]
    try:
        doorman.let_in(address_of_asker(), now)
    except accounts.TooManyTries as error:
        return errors.page(429, _("Please wait"), str(error))
    with here().database.write() as db:
        members.ask_reset(db, email, now, guard.link("accounts.reset"))
    flash(_("If there is an account of that address, a mail with a link is on its way. The link is good for two hours."), "message")
    return redirect(url_for(".sign_in"), 303)


@blueprint.route("/password/reset/<path:secret>", methods=["GET", "POST"])
@blueprint.route("/password/reset/", defaults={"secret": ""})
def reset(secret: str) -> Answer:
    """Choose a new password by a link from a mail."""
    now = datetime.now(UTC)
    with here().database.write() if request.method == "POST" else here().database.read() as db:
        invitation = members.open_invitation(db, secret, "reset", now)
        if invitation is None:
            return _worthless()
        if request.method == "GET":
            return render_template("accounts/reset.html", errors=[], email=invitation.email)
        try:
            user = members.reset(db, invitation, request.form.get("new", ""), now)
            # Who reads the account's mail is no stranger: however many tried meanwhile, this browser gets in.
            _know_browser(guessing.know(db, user.id, asker(), now))
        except accounts.AccountError as error:
            return render_template("accounts/reset.html", errors=[("new", str(error))], email=invitation.email), 422
    flash(_("Your password has changed. Sign in with it."), "success")
    return redirect(url_for(".sign_in"), 303)


def _worthless() -> Answer:
    detail = _("It was used already, was taken back, or is too old. Ask for a new one.")
    return errors.page(410, _("This link is not good any more"), detail)


@blueprint.route("/invitation/<path:secret>", methods=["GET", "POST"])
@blueprint.route("/invitation/", defaults={"secret": ""})
def invitation(secret: str) -> Answer:
    """Take up an invitation to an agency."""
    now = datetime.now(UTC)
    with here().database.write() if request.method == "POST" else here().database.read() as db:
        found = members.open_invitation(db, secret, "join", now)
        if found is None:
            return _worthless()
        known = accounts.find_user(db, found.email) is not None
        agency = db.get_one(Agency, found.agency)
        if request.method == "GET":
            return _invitation_form(found, agency, known, [])
        try:
            user = members.accept(db, found, _sent("name"), request.form.get("password", ""), now, asker())
        except accounts.AccountError as error:
            return _invitation_form(found, agency, known, [("name" if not known and not _sent("name").strip() else "password", str(error))]), 422
    if user.has_second_factor:
        return redirect(url_for(".sign_in"), 303)
    enter(user, now)
    flash(_("Welcome. This is your desk."), "success")
    return redirect(url_for("publish.desk"), 303)


def _invitation_form(found: Invitation, agency: Agency, known: bool, faults: list[Fault]) -> str:
    return render_template("accounts/invitation.html", invitation=found, names=agency.names, known=known, errors=faults,
                           by_field=dict(faults), name=_sent("name"))  # fmt: skip
