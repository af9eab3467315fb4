"""Links that were found in records' words: an agency judges those of its own records, a portal admin those of all."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from harvesters.vocabularies import RELATIONS

from .. import errors, linking
from ..i18n import language
from ..linking import verdicts
from ..linking.showing import REASONS, field_of, page_of_file
from ..parts import here
from ..typed import page_number
from . import guard
from .guard import Answer

blueprint = Blueprint("links", __name__)

_PAGE = 30
_EVERYWHERE = ("links.everywhere", "links.judge_everywhere", "links.judge_many_everywhere", "links.take_back_everywhere")


@blueprint.before_request
def _who_may() -> Answer | None:
    if request.endpoint not in _EVERYWHERE:
        return guard.refuse("review" if request.method == "POST" else "write")
    return guard.refuse_all_but_portal_admins()


@blueprint.get("/publish/links")
def desk() -> Answer:
    """The links that were found in the words of an agency's records."""
    return _page(current_user.agency)


@blueprint.get("/admin/links")
def everywhere() -> Answer:
    """The links that were found in the words of all records, also of agencies that nobody here acts for."""
    return _page(None)


def _page(agency: str | None) -> Answer:
    shelf = request.args.get("show", "doubtful")
    page = page_number(request.args.get("page", "1"))
    if shelf not in verdicts.SHELVES:
        return redirect(url_for(str(request.endpoint)))
    with here().database.read() as session:
        total, found = linking.proposals(session, agency, shelf, offset=(max(1, page) - 1) * _PAGE, limit=_PAGE)
        waiting = linking.waiting_count(session, agency)
        lately = linking.batches.lately(session, agency, datetime.now(UTC))
    pages = max(1, -(-total // _PAGE))
    if page < 1 or page > pages:
        return redirect(url_for(str(request.endpoint), show=shelf, page=pages))
    return render_template(
        "publish/links.html", found=found, total=total, waiting=waiting, lately=lately, shelf=shelf, shelves=verdicts.SHELVES, page=page, pages=pages, everywhere=agency is None,
        page_address=lambda number: url_for(str(request.endpoint), show=shelf, page=number), reasons=REASONS, field_of=field_of, page_of_file=page_of_file,
        relations=[(code, term.label(language())) for code, term in RELATIONS.items()], may_judge=agency is None or current_user.may("review"),
    )  # fmt: skip


@blueprint.post("/publish/links/<int:id>")
def judge(id: int) -> Answer:
    """Says of a found link that it is right, or wrong."""
    return _judge(id, current_user.agency, "links.desk")


@blueprint.post("/admin/links/<int:id>")
def judge_everywhere(id: int) -> Answer:
    """Says of a found link of any agency that it is right, or wrong."""
    return _judge(id, None, "links.everywhere")


@blueprint.post("/publish/links")
def judge_many() -> Answer:
    """Says of several found links that they are right, or wrong."""
    return _judge_many(current_user.agency, "links.desk")


@blueprint.post("/admin/links")
def judge_many_everywhere() -> Answer:
    """Says of several found links of any agency that they are right, or wrong."""
    return _judge_many(None, "links.everywhere")


def _judge_many(agency: str | None, back: str) -> Answer:
    said, now = request.form.get("verdict", ""), datetime.now(UTC)
    ids = [int(typed) for typed in list(dict.fromkeys(request.form.getlist("id")))[:_PAGE] if typed.isascii() and typed.isdigit() and len(typed) < 19]
    if said not in ("accept", "refuse") or not ids:
        return errors.page(400, _("Nothing was chosen"), _("Mark the links you mean, then say whether they are right or wrong with one of the two buttons below the list."))
    with here().database.write() as session:
        # Somebody else may have judged one of them meanwhile, or its record may have changed.
        rows = [(row, row.relation) for id in ids if (row := verdicts.find(session, id, agency))]
        if rows:
            linking.batches.judge(session, rows, said, agency, guard.actor(), now)
    count = len(rows)
    if not rows:
        flash(_("None of these links is there any more; nothing was changed."), "error")
    elif said == "accept":
        flash(ngettext("%(num)s link is confirmed.", "%(num)s links are confirmed.", count), "success")
    else:
        flash(ngettext("%(num)s link is refused.", "%(num)s links are refused.", count), "success")
    return _back(back)


def _judge(id: int, agency: str | None, back: str) -> Answer:
    said, now = request.form.get("verdict", ""), datetime.now(UTC)
    with here().database.write() as session:
        row = verdicts.find(session, id, agency) or abort(404)
        if said not in ("accept", "refuse"):
            return errors.page(400, _("Nothing was chosen"), _("Say whether the link is right or wrong, with one of the two buttons."))
        linking.batches.judge(session, [(row, linking.relation_of(request.form.get("relation", ""), row))], said, agency, guard.actor(), now)
    flash(_("The link is confirmed. It stands on both records now.") if said == "accept" else _("The link is refused. It will not be proposed again."), "success")
    return _back(back)


@blueprint.post("/publish/links/batches/<int:id>")
def take_back(id: int) -> Answer:
    """Makes links that were judged together what they were before."""
    return _take_back(id, current_user.agency, "links.desk")


@blueprint.post("/admin/links/batches/<int:id>")
def take_back_everywhere(id: int) -> Answer:
    """Makes links of any agency that were judged together what they were before."""
    return _take_back(id, None, "links.everywhere")


def _take_back(id: int, agency: str | None, back: str) -> Answer:
    with here().database.write() as session:
        batch = linking.batches.find(session, id, agency) or abort(404)
        if batch.taken_back_at is not None:
            flash(_("This was taken back already."), "message")
            return _back(back)
        done, left = linking.batches.take_back(session, batch, guard.actor(), datetime.now(UTC))
    if done:
        flash(ngettext("%(num)s link is what it was before.", "%(num)s links are what they were before.", done), "success")
    if left:
        flash(ngettext("%(num)s link stays as it is: it was judged anew since, or its record is gone.", "%(num)s links stay as they are: they were judged anew since, or their records are gone.", left), "message")
    return _back(back)


def _back(endpoint: str) -> Response:
    shelf = request.form.get("show", "doubtful")
    return redirect(url_for(endpoint, show=shelf if shelf in verdicts.SHELVES else "doubtful"), 303)
