"""Files that a browser sends in parts, with progress, going on where it broke off. Without scripts the form sends them whole."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_login import current_user

from .. import looks, room, together, uploads, workflow
from ..filestore import Kept
from ..filetypes import Refused
from ..models import User
from ..parts import here
from ..parts_of_files import Elsewhere, Parts
from . import guard
from .guard import Answer

blueprint = Blueprint("sending", __name__, url_prefix="/publish/drafts/<token>/parts/<id>")


@blueprint.before_request
def _members_only() -> Answer | None:
    return guard.refuse("write")


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> Answer:
    return {"fault": str(error)}, 422


@blueprint.errorhandler(workflow.NotAllowed)
def _not_allowed(error: workflow.NotAllowed) -> Answer:
    return {"fault": str(error)}, 403


@blueprint.errorhandler(OSError)
def _no_room(_error: OSError) -> Answer:
    return {"fault": _("This portal has no room left, or its storage does not answer. What has come of the file is kept; try again later.")}, 507


@blueprint.get("")
def have(token: str, id: str) -> Answer:
    """How much of a file has come."""
    return {"have": Parts(here().settings.files_dir, token, current_user.id).have(id)}


@blueprint.post("")
def add(token: str, id: str) -> Answer:
    """The next part of a file; the last one puts it into the draft."""
    at, size = (int(text) if (text := request.args.get(name, "")).isdecimal() and len(text) < 12 else abort(400) for name in ("at", "size"))
    _demand(token)
    parts = Parts(here().settings.files_dir, token, current_user.id)
    try:
        come = parts.add(id, at, size, request.stream)
    except Elsewhere as error:
        return {"have": error.have}, 409
    if come < size:
        return {"have": come}
    try:
        with parts.open(id) as whole:
            kept = here().files.put(whole, request.args.get("name", ""))
    except Refused:
        parts.forget(id)
        raise
    try:
        answer = _attach(token, kept)
    except Refused:
        parts.forget(id)
        raise
    parts.forget(id)
    return answer


def _demand(token: str) -> None:
    """Only to a draft that one may change; one that is not there yet begins with its first file."""
    axis = request.args.get("axis", "")
    if axis not in ("decision", "policy", "outcome"):
        abort(400)
    with here().database.write() as db:
        upload = uploads.find_or_begin(db, token, current_user.id, current_user.agency, axis, datetime.now(UTC))
        if upload.token != token:
            abort(404)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")


def _attach(token: str, kept: Kept) -> dict[str, Any]:
    now = datetime.now(UTC)
    with here().database.write() as db:
        upload = uploads.find(db, token, current_user.agency) or abort(404)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        room.admit(db, upload.agency, kept, here().settings.agency_bytes, now)
        if uploads.attach(db, upload, [kept], now):
            raise Refused(_("A record may have %(most)s files; put the others into an archive", most=uploads.MOST_FILES))
        workflow.touch(upload, current_user.id)
        workflow.note_files(db, upload, guard.actor(), "file_added", [kept.name], now)
        looks.ask(db, [kept], current_user.id, now)
        answer = {"done": True, "name": kept.name, "others": together.others(db, upload, current_user.id, now)}
    looks.start(here())
    return answer
