"""For portal admins: agencies (renaming, merging, a first admin), the mails that were written, and the whole log."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import mail, members, mergers
from ..accounts import AccountError
from ..models import Agency
from ..parts import here
from ..typed import without_control
from . import guard
from .guard import Answer

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.before_request
def _admins_only() -> Answer | None:
    return guard.refuse_all_but_portal_admins()


@blueprint.get("/")
def agencies() -> str:
    """Every agency, and what can be done with it."""
    return _page([])


def _page(faults: list[tuple[str, str]], **chosen: str) -> str:
    with here().database.read() as db:
        rows = mergers.everyone(db)
        return render_template("admin/agencies.html", rows=rows, errors=faults, by_field=dict(faults), typed=guard.typed() | chosen)


def _done(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for(".agencies"), 303)


@blueprint.post("/rename")
def rename() -> Answer:
    """Calls an agency something else."""
    names = {language: without_control(request.form.get(f"name_{language}", "")) for language in ("en", "vi")}
    try:
        with here().database.write() as db:
            mergers.rename(db, guard.actor(), request.form.get("agency", ""), names, datetime.now(UTC))
    except AccountError as error:
        return _page([("name_en", str(error))]), 422
    return _done(_("The agency has its new name. Records of before name it as it was called then."))


@blueprint.route("/merge", methods=["GET", "POST"])
def merge() -> Answer:
    """Lets an agency go into another one; before, it is said what goes along, since nothing undoes it."""
    former, into = (without_control(request.values.get(name, "")) for name in ("former", "into"))
    try:
        if request.method == "GET" or not request.form.get("sure"):
            with here().database.read() as db:
                moves = mergers.moves(db, former, into)
            faults = [("sure", _("Tick that you have seen what it does"))] if request.method == "POST" else []
            page = render_template("admin/merge.html", moves=moves, errors=faults, by_field=dict(faults))
            return (page, 422) if faults else page
        with here().database.write() as db:
            mergers.merge(db, guard.actor(), former, into, datetime.now(UTC))
    except AccountError as error:
        return _page([("into", str(error))], former=former, into=into), 422
    return _done(_("Merged. Records and addresses stay; the agency’s page leads to the other one."))


@blueprint.post("/invite")
def invite() -> Answer:
    """Invites the first admin of an agency."""
    try:
        with here().database.write() as db:
            if db.get(Agency, request.form.get("of", "")) is None:
                raise AccountError(_("Choose an agency"))
            members.invite(db, guard.actor(), without_control(request.form.get("email", "")), request.form["of"], "admin", datetime.now(UTC), guard.link("accounts.invitation"))
    except AccountError as error:
        return _page([("email", str(error))]), 422
    return _done(_("An invitation is on its way to %(email)s.", email=without_control(request.form.get("email", "")).strip()))


@blueprint.get("/mails")
def mails() -> str:
    """The mails that were written last. Without a mail server they can be read here."""
    with here().database.read() as db:
        return render_template("admin/mails.html", mails=mail.latest(db), kept=mail.KEPT.days, server=bool(here().settings.mail_url))


@blueprint.get("/log")
def log() -> str:
    """What was done, by whom, when and why, in every agency."""
    return guard.log_page()
