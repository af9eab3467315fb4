"""For portal admins: agencies (renaming, merging, a first admin), the mails that were written, and the whole log."""

from collections import Counter
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from .. import mail, members, mergers
from ..accounts import AccountError
from ..i18n import language
from ..models import Agency
from ..parts import here
from ..spellings import code_of
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
        names = Counter(row.names.get(language()) or row.names.get("en") or next(iter(row.names.values())) for row in rows if not row.merged_into)
        twins = {name for name, count in names.items() if count > 1}
        return render_template("admin/agencies.html", rows=rows, twins=twins, errors=faults, by_field=dict(faults), typed=guard.typed() | chosen)


def _done(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for(".agencies"), 303)


@blueprint.post("/agencies")
def add() -> Answer:
    """Makes an agency known that nothing was collected from, and invites its first admin."""
    typed = {name: without_control(request.form.get(name, "")).strip() for name in ("new_en", "new_vi", "new_place", "new_email")}
    place, now = code_of("places", typed["new_place"]) or "", datetime.now(UTC)
    if typed["new_place"] and not place:
        return _page([("new_place", _("“%(value)s” is not a place that is known here; write a name such as Hà Nội, a code such as VN-HN, or nothing", value=typed["new_place"][:60]))]), 422
    field = "new_en"
    try:
        with here().database.write() as db:
            slug = mergers.make(db, guard.actor(), {language: typed[f"new_{language}"] for language in ("en", "vi")}, place, now)
            field = "new_email"
            members.invite(db, guard.actor(), typed["new_email"], slug, "admin", now, guard.link("accounts.invitation"))
    except AccountError as error:
        return _page([(field, str(error))]), 422
    return _done(_("The agency is here, and an invitation is on its way to %(email)s.", email=typed["new_email"]))


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
                return _page([("of", _("Choose an agency"))]), 422
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
