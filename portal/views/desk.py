"""The desk's first page: what needs an officer today, what the agency has begun, what readers want, what is published; and the
whole of each list."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from .. import catalogue, publishing, readers, remarks, room, tallied, today, uploads, workflow, zones
from ..models import Upload, User
from ..parts import here
from ..typed import page_number, without_control
from .guard import Answer
from .publish import blueprint

_PAGE = 30  # on one page of the desk's lists


def _page() -> int:
    return page_number(request.args.get("page", "1"))


def _who(db: Session, now: datetime) -> today.Who:
    return today.Who(db.get_one(User, current_user.id), current_user.agency, current_user.role, now, _zone(db, now))


def _zone(db: Session, now: datetime) -> str:
    return zones.days(db, here(), now).zone(zones.publisher_of(db, current_user.agency))


def _steps(db: Session, some: list[Upload], user: User) -> dict[str, set[str]]:
    return {one.token: workflow.steps_for(db, one, user) for one in some}


@blueprint.get("/")
def desk() -> Answer:
    """What an officer can do, has begun, and has published."""
    page, now = _page(), datetime.now(UTC)
    words, taken_off = without_control(request.args.get("words", "")).strip()[:200], request.args.get("show") == "off" and current_user.may("publish")
    said: dict[str, Any] = {"words": words or None, "show": "off" if taken_off else None}
    # The clock does this by the minute; where none runs, the desk itself is the latest moment.
    publishing.publish_due(here(), now)
    tallied.catch_up(here(), most=400)
    with here().database.read() as db:
        who = _who(db, now)
        month_ago = who.today - timedelta(days=30)
        sources = uploads.sources_of(db, who.agency)
        total, published = catalogue.of_sources(db, sources, words=words, taken_off=taken_off, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
        draft_total, drafts = today.begun(db, who.agency, "drafts")
        under_way_total, under_way = today.begun(db, who.agency, "under-way")
        pages = max(1, -(-total // _PAGE))
        if page < 1 or page > pages:
            return redirect(url_for(".desk", page=pages, **said))
        return render_template(
            "publish/desk.html", agency=uploads.agency_of(db, who.agency), piles=today.piles(db, who), zone=who.zone, space=(room.used(db, who.agency), here().settings.agency_bytes),
            drafts=drafts, draft_total=draft_total, under_way=under_way, under_way_total=under_way_total, steps=_steps(db, drafts + under_way, who.user),
            names=today.names(db, drafts + under_way), published=published, total=total, page=page, pages=pages, source=sources[0],
            is_correction=uploads.is_correction, read=readers.most_read(db, who.agency, month_ago), words=readers.most_asked(db, who.agency, month_ago), often=readers.OFTEN,
            for_admins=today.portal_remarks(db) if current_user.portal_admin else 0, remark_kinds=remarks.KINDS,
            wanted=words, taken_off=taken_off, off=catalogue.of_sources(db, sources, taken_off=True, limit=0)[0] if current_user.may("publish") else 0,
            page_address=lambda number: url_for(".desk", page=number, **said),
        )  # fmt: skip


@blueprint.get("/today/<kind>")
def pile(kind: str) -> Answer:
    """Everything of one kind that needs somebody today."""
    page, now = _page(), datetime.now(UTC)
    if kind not in today.PILES:
        abort(404)
    if kind in ("remark", "link"):
        return redirect(url_for("remarks.desk" if kind == "remark" else "links.desk"))
    with here().database.read() as db:
        found = today.pile(db, _who(db, now), kind, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
    pages = max(1, -(-found.total // _PAGE))
    if page < 1 or page > pages:
        return redirect(url_for(".pile", kind=kind, page=pages))
    return render_template("publish/today.html", pile=found, page=page, pages=pages, remark_kinds=remarks.KINDS,
                           page_address=lambda number: url_for(".pile", kind=kind, page=number))  # fmt: skip


@blueprint.get("/begun/<any('drafts', 'under-way'):shelf>")
def begun(shelf: str) -> Answer:
    """All of an agency's drafts, or all that is on its way to be public."""
    page = _page()
    with here().database.read() as db:
        total, some = today.begun(db, current_user.agency, shelf, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
        steps, names = _steps(db, some, db.get_one(User, current_user.id)), today.names(db, some)
        zone = _zone(db, datetime.now(UTC))
    pages = max(1, -(-total // _PAGE))
    if page < 1 or page > pages:
        return redirect(url_for(".begun", shelf=shelf, page=pages))
    return render_template("publish/begun.html", shelf=shelf, some=some, total=total, steps=steps, names=names, zone=zone, page=page, pages=pages, is_correction=uploads.is_correction,
                           page_address=lambda number: url_for(".begun", shelf=shelf, page=number))  # fmt: skip
