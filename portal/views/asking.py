"""Readers ask: the form of a remark on a record, and the reader's own page of what became of it."""

import re
from datetime import UTC, datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from .. import accounts, blanking, leaks, remarks
from ..catalogue import Entry
from ..i18n import language
from ..parts import here
from ..typed import without_control
from .accounts import address_of_asker
from .guard import Answer
from .opening import open_entry

blueprint = Blueprint("asking", __name__)

_SECRET = re.compile(r"[\w-]{32}")
_ALONE = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@blueprint.record_once
def _set_up(state: BlueprintSetupState) -> None:
    database = state.app.extensions["clerestory"].database
    state.app.extensions["clerestory.remarks.doorman"] = accounts.SharedDoorman(database, "remarks", remarks.PER_NETWORK)


@blueprint.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Answer:
    if request.endpoint == "asking.ask":
        entry = _entry(str((request.view_args or {}).get("number", "")))
        if isinstance(entry, Entry):
            words = _("This form had expired, or your browser keeps no cookies, so nothing was sent. What you typed is still here: send it again.")
            return _form(entry, _sent(), [], notice=words), 400
    return redirect(request.path, 303)


def _entry(number: str) -> Entry | Response:
    with here().database.read() as session:
        return open_entry(session, number)


@blueprint.route("/records/<number>/ask", methods=["GET", "POST"])
def ask(number: str) -> Answer:
    """The form in which a reader asks about a record, or reports a mistake."""
    entry = _entry(number)
    if not isinstance(entry, Entry):
        return entry
    if request.method == "GET":
        kind = request.args.get("kind", "")
        return _form(entry, {"kind": kind if kind in remarks.KINDS else "question", "secret": remarks.new_secret()}, [])
    typed = _sent()
    if request.form.get("website", ""):
        return _form(entry, typed, [("website", _("Leave this field empty: only programs fill it in"))]), 422
    if faults := remarks.check(typed["kind"], typed["text"], typed["email"]):
        return _form(entry, typed, faults), 422
    told = leaks.inspect_text(typed["text"])
    if told and not request.form.get("sure"):
        return _form(entry, typed, [("sure", _("Take personal data out, or tick that it is to be sent as it is"))], blanking.shown(told)), 422
    return _receive(entry, typed)


def _receive(entry: Entry, typed: dict[str, str]) -> Answer:
    now, database = datetime.now(UTC), here().database
    doorman: accounts.SharedDoorman = current_app.extensions["clerestory.remarks.doorman"]
    with database.read() as session:
        known = remarks.of_reader(session, typed["secret"])
    if known is None:
        try:
            doorman.let_in(address_of_asker(), now)
            with database.write() as session:
                remarks.receive(session, entry, typed["secret"], kind=typed["kind"], text=typed["text"], email=typed["email"], language=language(), now=now)
        except (accounts.TooManyTries, remarks.TooMany) as error:
            return _form(entry, typed, [], notice=str(error)), 429, {"Retry-After": "600"}
    return redirect(url_for(".mine", secret=typed["secret"]), 303)


def _sent() -> dict[str, str]:
    typed = {name: without_control(request.form.get(name, "")) for name in ("kind", "text", "secret")}
    typed["email"] = without_control(request.form.get("email", "")).strip()
    if not _SECRET.fullmatch(typed["secret"]):
        typed["secret"] = remarks.new_secret()
    return typed


def _form(entry: Entry, typed: dict[str, str], faults: list[remarks.Fault], told: list[tuple[str, str]] | None = None, notice: str = "") -> str:
    return render_template("remarks/ask.html", entry=entry, typed=typed, errors=faults, by_field=dict(faults), kinds=remarks.KINDS.items(),
                           told=told or [], notice=notice, longest=remarks.LONGEST)  # fmt: skip


@blueprint.get("/my-remark/<secret>")
def mine(secret: str) -> Answer:
    """What became of a remark, for who sent it: the address is the only key."""
    with here().database.read() as session:
        remark = remarks.of_reader(session, secret) or abort(404)
        entry = open_entry(session, remark.number)
    known = entry if isinstance(entry, Entry) else None
    page = render_template("remarks/mine.html", remark=remark, entry=known, secret=secret, kind=remarks.KINDS[remark.kind],
                           reason=remarks.REASONS.get(remark.reason, ""))  # fmt: skip
    return page, 200, _ALONE


@blueprint.post("/my-remark/<secret>")
def take_back(secret: str) -> Answer:
    """The reader wants the remark gone."""
    with here().database.write() as session:
        remark = remarks.of_reader(session, secret) or abort(404)
        number, gone = remark.number, remarks.take_back(session, remark, datetime.now(UTC))
    if not gone:
        flash(_("It was decided meanwhile, so it is no longer taken back here."), "message")
        return redirect(url_for(".mine", secret=secret), 303)
    flash(_("Your remark is deleted."), "success")
    return redirect(url_for("records.record", number=number), 303)
