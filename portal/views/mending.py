"""Files of a draft that would give something away: clean copies, and another look."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from .. import audit, looks, safety, together, uploads, workflow
from ..leaks import Report, TookTooLong
from ..models import User
from ..parts import here
from . import guard
from .guard import Answer
from .publish import begun_looks, blueprint, own


@blueprint.post("/drafts/<token>/clean")
def clean(token: str) -> Answer:
    """Puts a clean copy in the place of a file."""
    files, now = here().files, datetime.now(UTC)
    with here().database.read() as db:
        upload = own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        file = next((one for one in uploads.files_of(db, upload) if one.sha256 == request.form.get("sha256")), None) or abort(404)
        known = safety.reports(db, [file.sha256]).get(file.sha256, Report())
    # Before the transaction, which others wait for.
    try:
        made = safety.clean_copy(files, here().settings.files_dir, file, known)
    except TookTooLong:
        flash(_("Making a clean copy of “%(name)s” took longer than %(seconds)s seconds and was given up; the file is as it was. Try again in a while, or mend the file itself, and add it again.",
                name=file.name, seconds=safety.CLEANING), "message")  # fmt: skip
        return redirect(url_for(".preview", token=token), 303)
    if made is None:
        flash(_("No clean copy of “%(name)s” can be made. Mend the file itself, and add it again.", name=file.name), "message")
        return redirect(url_for(".preview", token=token), 303)
    copy, report = made
    with here().database.write() as db:
        upload = own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        workflow.touch(upload, current_user.id)
        uploads.replace_file(db, upload, file.sha256, copy, now)
        together.note_change(upload, current_user.id)
        looks.keep(db, copy, report, current_user.id, now)
        audit.note(db, now, guard.actor(), "file_cleaned", token, agency=upload.agency, title=file.name, before=file.sha256, after=copy.sha256)
    flash(_("“%(name)s” is replaced by a clean copy. Open it and look whether it still shows what it should.", name=copy.name), "success")
    return redirect(url_for(".preview", token=token), 303)


@blueprint.post("/drafts/<token>/look-again")
def look_again(token: str) -> Answer:
    """Has files looked into once more whose look broke off three times."""
    with begun_looks(), here().database.write() as db:
        upload = own(db, token)
        workflow.demand(db, upload, db.get_one(User, current_user.id), "edit")
        now = datetime.now(UTC)
        for file in uploads.files_of(db, upload):
            if looks.again(db, file.sha256, current_user.id, now):
                audit.note(db, now, guard.actor(), "look_asked", token, agency=upload.agency, title=file.name)
    return redirect(url_for(".preview", token=token), 303)
