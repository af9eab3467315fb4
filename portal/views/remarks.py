"""Remarks at the desk: read, answered in public or by mail, or closed. Portal admins do it for agencies where nobody may."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from .. import blanking, catalogue, leaks, remarks
from ..i18n import language
from ..look import base_url
from ..models import Remark, User
from ..parts import here
from ..typed import page_number, without_control
from . import guard
from .guard import Answer

blueprint = Blueprint("remarks", __name__)

_PAGE = 20
_EVERYWHERE = ("remarks.everywhere", "remarks.decide_everywhere")


@blueprint.before_request
def _who_may() -> Answer | None:
    if request.endpoint not in _EVERYWHERE:
        return guard.refuse("answer")
    return guard.refuse_all_but_portal_admins()


@blueprint.get("/publish/remarks")
def desk() -> Answer:
    """What readers asked about an agency's records."""
    return _list(current_user.agency)


@blueprint.get("/admin/remarks")
def everywhere() -> Answer:
    """What readers asked about records of agencies where nobody may answer."""
    return _list(None)


def _list(agency: str | None) -> Answer:
    shelf, page = request.args.get("show", "waiting"), page_number(request.args.get("page", "1"))
    if shelf not in remarks.SHELVES:
        return redirect(url_for(str(request.endpoint)))
    with here().database.read() as session:
        total, found = remarks.on_shelf(session, agency, shelf, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
        waiting = remarks.waiting_count(session, agency)
        entries = {entry.number: entry for entry in catalogue.find_many(session, [one.number for one in found])}
    pages = max(1, -(-total // _PAGE))
    if page < 1 or page > pages:
        return redirect(url_for(str(request.endpoint), show=shelf, page=pages))
    return render_template(
        "publish/remarks.html", found=found, entries=entries, total=total, waiting=waiting, shelf=shelf, shelves=remarks.SHELVES, page=page, pages=pages,
        everywhere=agency is None, kinds=remarks.KINDS, reasons=remarks.REASONS, page_address=lambda number: url_for(str(request.endpoint), show=shelf, page=number),
        now=datetime.now(UTC),
    )  # fmt: skip


@blueprint.route("/publish/remarks/<int:id>", methods=["GET", "POST"])
def decide(id: int) -> Answer:
    """One remark: what was asked, and what is to become of it."""
    return _decide(id, current_user.agency, "remarks.desk")


@blueprint.route("/admin/remarks/<int:id>", methods=["GET", "POST"])
def decide_everywhere(id: int) -> Answer:
    """The same, for agencies where nobody may answer."""
    return _decide(id, None, "remarks.everywhere")


def _decide(id: int, agency: str | None, back: str) -> Answer:
    if request.method == "GET":
        with here().database.read() as session:
            remark = remarks.find(session, id, agency) or abort(404)
            return _page(session, remark, agency, _proposed(remark), [])
    with here().database.write() as session:
        remark = remarks.find_to_decide(session, id, agency) or abort(404)
        typed = {name: without_control(request.form.get(name, "")) for name in ("act", "answer", "reason", "blanks")}
        if request.form.get("seen", "") != seal(remark):
            return _page(session, remark, agency, typed, [], notice=_("Somebody else decided this meanwhile. Nothing of yours was done; look at it as it is now.")), 409
        remarks.demand_open(remark)
        unwanted = [line for line in typed["blanks"].splitlines() if line.strip()]
        faults = remarks.check_answer(remark, typed["act"], typed["answer"], typed["reason"], unwanted)
        told = [] if faults or typed["act"] != "answer" else leaks.inspect_text(f"{blanking.blank(remark.text, unwanted)}\n\n{typed['answer']}")
        if told and not request.form.get("sure"):
            faults = [("sure", _("Blank out personal data, or tick that it may be public"))]
        if faults:
            return _page(session, remark, agency, typed, list(faults), blanking.shown(told)), 422
        words = _do(session, remark, typed, unwanted)
    flash(words, "success")
    return redirect(url_for(back), 303)


def seal(remark: Remark) -> str:
    """What tells whether somebody decided meanwhile."""
    moment = remark.changed_at or remark.decided_at
    return f"{remark.state} {moment.isoformat() if moment else ''}".strip()


def _do(session: Session, remark: Remark, typed: dict[str, str], unwanted: list[str]) -> str:
    now, user = datetime.now(UTC), session.get_one(User, current_user.id)
    prefix = "" if remark.language == "en" else f"/{remark.language}"
    link = f"{base_url()}{prefix}/records/{remark.number}"
    if typed["act"] == "answer":
        remarks.answer(session, remark, user, typed["answer"], unwanted, language(), f"{link}#answer-{remark.id}", now)
        return _("Answered. Question and answer stand on the record’s page.")
    if typed["act"] == "reply":
        remarks.reply(session, remark, user, typed["answer"], link, now)
        return _("Answered by mail. Nothing of it is public, and the reader’s address is deleted.")
    remarks.close(session, remark, user, typed["reason"], link, now)
    return _("Closed. Nothing of it is public.")


def _proposed(remark: Remark) -> dict[str, str]:
    blanks = "\n".join(blanking.passages(remark.text))
    act = "answer" if remark.state in ("waiting", "answered") else ""
    return {"act": act, "answer": remark.answer if remark.state == "answered" else "", "reason": remark.reason, "blanks": blanks}


def _page(session: Session, remark: Remark, agency: str | None, typed: dict[str, str], faults: list[remarks.Fault], told: list[tuple[str, str]] | None = None, notice: str = "") -> str:
    entry = next(iter(catalogue.find_many(session, [remark.number])), None)
    decider = session.get(User, remark.decided_by) if remark.decided_by else None
    return render_template(
        "publish/remark.html", remark=remark, entry=entry, typed=typed, errors=faults, by_field=dict(faults), told=told or [], notice=notice, everywhere=agency is None,
        kind=remarks.KINDS[remark.kind], reasons=remarks.REASONS.items(), reason=remarks.REASONS.get(remark.reason, ""), decider=decider.name if decider else "",
        seen=seal(remark), longest=remarks.LONGEST_ANSWER,
    )  # fmt: skip
