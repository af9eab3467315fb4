"""The desk where officers publish: its blueprint, and what its pages share. They are in modules of their own: `desk` is the first,
`drafting` keeps what is typed, `golive` publishes it, `mending` is about its files, `published` about what is public."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from search_index.engine import SearchUnavailable

from .. import linking, looks, search, uploads
from ..models import Upload
from ..parts import here

blueprint = Blueprint("publish", __name__, url_prefix="/publish")
_MOST_AT_ONCE = 260_000_000  # bytes of one form: five of the largest files, and the text
_MOST_TYPED = 8_000_000  # bytes of one field: more than the longest full text takes
FORMS = ("publish.form", "publish.draft")
_LARGE = (*FORMS, "publish.page_of_form")


@blueprint.url_value_preprocessor
def _let_officers_send_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before anything reads the form; the signature on the session is what keeps strangers at the usual limit.
    if request.endpoint in _LARGE and "_user_id" in session:
        # Only a form in parts is read in pieces; any other would be held in memory.
        request.max_content_length = _MOST_AT_ONCE if request.mimetype == "multipart/form-data" else _MOST_TYPED
        request.max_form_memory_size = _MOST_TYPED


def own(db: Session, token: str) -> Upload:
    """A draft of the agency that somebody acts for; not there for anybody else."""
    return uploads.find(db, token, current_user.agency) or abort(404)


def to_record(upload: Upload) -> Response:
    """To the public page of what was published already."""
    return redirect(url_for("records.record", number=upload.number), 303)


@contextmanager
def begun_looks() -> Iterator[None]:
    """After the block, and after its transaction, files that came are looked into; nobody waits for that."""
    yield
    looks.start(here())


def make_searchable() -> None:
    """Teach search what was just published or taken back, and link it to what it names."""
    linking.link_newest(here())
    try:
        search.catch_up(here())
    except SearchUnavailable:
        flash(_("Search is not available at the moment; it will learn of this change by itself, later."), "message")
