"""The public page of a draft, or of what is in a form now, made by the templates of the public one: for those who write on it."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, make_response, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from .. import drafted, forms, uploads
from ..catalogue import Entry
from ..history import Mark
from ..models import Upload
from ..parts import here
from .formpage import with_other_steps
from .guard import Answer
from .publish import blueprint
from .records import show


@blueprint.get("/drafts/<token>/page")
def page(token: str) -> Answer:
    """A draft as readers will see it, as it was saved last."""
    with here().database.read() as db:
        upload = uploads.find(db, token, current_user.agency) or abort(404)
        found = drafted.page_of(db, upload, datetime.now(UTC))
    return _page(*found)


@blueprint.post("/<any(decision, policy, outcome):axis>/page")
def page_of_form(axis: str) -> Answer:
    """What is in a form now as readers will see it, finished or not. Nothing is saved."""
    typed = forms.accept(axis, request.form.to_dict(flat=False))
    with here().database.read() as db:
        upload = _upload(db, axis, typed)
        found = drafted.page_of(db, upload, datetime.now(UTC))
    return _page(*found)


def _upload(db: Session, axis: str, typed: dict[str, Any]) -> Upload:
    token = request.form.get("token", "")
    kept = uploads.find(db, token, current_user.agency)
    if kept and kept.axis != axis:
        abort(400)
    whole = with_other_steps(db, kept or Upload(axis=axis, data={}, edition=0), typed)
    return drafted.of_form(db, token, current_user.agency, axis, whole)


def _page(entry: Entry, mark: Mark, faults: list[forms.Fault]) -> Answer:
    lacking = list(dict.fromkeys(words for _field, words in faults))
    content: Any = show(lambda _session: entry, [mark], frame="publish/frame.html", lacking=lacking)
    response: Response = make_response(content)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
