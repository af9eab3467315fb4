"""Taking a published record back: on which ground, and what readers then see at its address. The behaviour of each ground
is fixed, so that nobody has to wonder and nothing vanishes in silence.

    withdrawn            stays readable, with a notice
    superseded           stays readable, with a notice that leads to the record in its place
    consolidated         its address leads to the record that it went into
    published_in_error   410 with the ground, and the record to read instead if there is one
    unlawful             410 with the ground (personal data, a court's order, copyright, security)

Every one of them needs words for the readers, and is written into the audit log.
"""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from harvesters.record import read_number, show_number

from . import audit, catalogue, renumbering, store
from .audit import Actor
from .db import wait_for_turn
from .models import HIDDEN, RecordRow, StoredFile, User
from .workflow import check_words

GROUNDS: Mapping[str, LazyString] = {
    "withdrawn": lazy_gettext("Withdrawn: it does not hold any more. It stays readable, marked as withdrawn."),
    "superseded": lazy_gettext("Superseded: another record takes its place. It stays readable and leads there."),
    "consolidated": lazy_gettext("Consolidated: it went into another record. Its address leads to that record."),
    "published_in_error": lazy_gettext("Published in error: it should not have been published. Its text is no longer shown."),
    "unlawful": lazy_gettext("Unlawful to show: its text is no longer shown, and the address says on what ground."),
}
UNLAWFUL: Mapping[str, LazyString] = {
    "personal_data": lazy_gettext("It shows personal data"),
    "court_order": lazy_gettext("A court ordered it"),
    "copyright": lazy_gettext("Copyright"),
    "security": lazy_gettext("Security"),
}
_NEED_ANOTHER = ("superseded", "consolidated")
Fault = tuple[str, str]


def check(session: Session, entry: catalogue.Entry, ground: str, law: str, other: str, words: str) -> list[Fault]:
    """What is missing or wrong, as (form field, what to write)."""
    faults: list[Fault] = []
    if ground not in GROUNDS:
        return [("ground", _("Choose on what ground"))]
    if ground == "unlawful" and law not in UNLAWFUL:
        faults.append(("law", _("Choose why it may not be shown")))
    if ground in _NEED_ANOTHER or other.strip():
        faults += _faults_of_other(session, entry, other)
    try:
        check_words(words, _("Say in a sentence why; readers will see it"))
    except ValueError as error:
        faults.append(("words", str(error)))
    return faults


def _faults_of_other(session: Session, entry: catalogue.Entry, other: str) -> list[Fault]:
    if not other.strip():
        return [("other", _("Enter the number of the record that people should read instead"))]
    found = catalogue.find(session, read_number(other) or "")
    if found is None or found.state in HIDDEN:
        return [("other", _("“%(value)s” is not the number of a record that can be read here", value=other.strip()[:60]))]
    if found.number == entry.number:
        return [("other", _("This is the record itself; enter the number of another one"))]
    return []


def take_back(
    session: Session, entry: catalogue.Entry, user: User, now: datetime, *, ground: str, words: str, law: str = "", other: str = ""
) -> None:
    """Take a record back; doing it twice does it once. `check` says before what is wrong."""
    wait_for_turn(session, entry.source)
    row = session.get_one(RecordRow, entry.id, populate_existing=True)
    if row.state != "published":
        return
    words = check_words(words, "")
    instead = catalogue.find(session, read_number(other) or "")
    number = instead.number if instead else None
    if ground in ("withdrawn", "superseded"):
        store.withdraw(session, row, words, now, number)
    elif ground == "consolidated":
        renumbering.merge(session, row, session.scalars(select(RecordRow).where(RecordRow.number == number)).one(), now)
        row.note = words
    else:
        store.unpublish(session, row, law if ground == "unlawful" else ground, now, user.id, words, number)
    row.changed_by = user.id
    session.flush()
    if row.state in HIDDEN:
        hide_files(session, entry)
    audit.note(session, now, Actor.of(user), ground, entry.number, agency=user.agency or "", reason=words, law=law,
               instead=show_number(number) if number else "", title=entry.data["title"][:200])  # fmt: skip


def show_again(session: Session, entry: catalogue.Entry, user: User, words: str, now: datetime) -> None:
    """Undo a taking back. Raises ValueError for a reason that says nothing."""
    words = check_words(words, _("Say in a sentence why it is shown again; readers will see it"))
    wait_for_turn(session, entry.source)
    row = session.get_one(RecordRow, entry.id, populate_existing=True)
    if row.state not in ("withdrawn", "unpublished"):
        return
    store.republish(session, row, now, user.id)
    row.withdrawn_at, row.note = None, words
    for file in _files(session, entry):
        file.public = True
    audit.note(session, now, Actor.of(user), "shown_again", entry.number, agency=user.agency or "", reason=words, title=entry.data["title"][:200])


def hide_files(session: Session, entry: catalogue.Entry) -> None:
    """Readers cannot have the files of a hidden record any more, where no other record shows them."""
    for file in _files(session, entry):
        shown = select(RecordRow.id).where(
            RecordRow.id != entry.id, RecordRow.source.startswith("desk-"), RecordRow.state.not_in(HIDDEN),
            cast(RecordRow.data["files"], String).contains(file.sha256),
        )  # fmt: skip
        if session.scalar(shown.limit(1)) is None:
            file.public = False


def _files(session: Session, entry: catalogue.Entry) -> list[StoredFile]:
    hashes = [file["sha256"] for file in entry.data.get("files", ()) if file.get("sha256")]
    return list(session.scalars(select(StoredFile).where(StoredFile.sha256.in_(hashes))))
