"""Forms that could not be taken, because somebody is signed out, it took too long, or nothing has room: what was typed comes back."""

import logging
from typing import Any, cast

from flask import request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from .. import errors, forms
from . import formpage, guard
from .guard import Answer
from .publish import FORMS, blueprint

log = logging.getLogger(__name__)


@blueprint.before_request
def _members_only() -> Answer | None:
    if not current_user.is_authenticated and request.method == "POST" and request.endpoint in FORMS:
        return _form_again(_("You are signed out, so nothing was saved. Sign in in another tab, then send this form again."))
    return guard.refuse("write")


@blueprint.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> Answer:
    if request.endpoint in FORMS:
        return _form_again(_("This form had expired, so nothing was saved. What you typed is still here: send it again."))
    return errors.page(400, _("This page had expired"), _("Nothing was done. Go to your desk and try again."))


@blueprint.errorhandler(OperationalError)
def _no_room(error: OperationalError) -> Answer:
    """The database cannot be written to: full, or away. What was typed comes back with the page."""
    log.error("the database could not be written to: %s", str(error))
    words = _("This portal cannot save anything at the moment: it has no room left, or its database does not answer. Nothing was saved; what you typed is still here.")
    if request.method == "POST" and request.endpoint in FORMS:
        page, _status = cast(tuple[Any, int], _form_again(words))
        return page, 503
    return errors.page(503, _("This portal cannot save anything at the moment"), _("Please try again in a few minutes."))


@blueprint.errorhandler(OSError)
def _no_room_to_receive(error: OSError) -> Answer:
    """What was sent could not even be taken in: there is nothing to give back but advice."""
    log.error("a request could not be taken in: %s", str(error))
    detail = _("It has no room left. What your browser saved as a draft is kept: go back, and send it again later without large files.")
    return errors.page(507, _("This portal cannot save anything at the moment"), detail)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Answer:
    detail = _("Send at most 50 MB a file and 250 MB at once. Go back, and add large files one after the other.")
    return errors.page(413, _("What you sent is too large"), detail)


def _form_again(words: str) -> Answer:
    """The form with everything that was typed, where it could not be saved. Files have to be chosen again."""
    if request.form.get("action") == "autosave":
        return {"fault": words}, 400
    try:
        axis = formpage.axis_sent()
    except BadRequest:  # raised in a handler of errors, it would be a fault of our own
        return errors.page(400, words)
    typed = forms.accept(axis, request.form.to_dict(flat=False))
    # On the step that was sent: the whole form would be sent again without what the other steps said.
    edition = request.form.get("edition", "0")
    return formpage.blank(axis, request.form.get("token", ""), typed, note=words, step=formpage.step_shown(), edition=int(edition) if edition.isdecimal() and len(edition) < 9 else 0), 400
