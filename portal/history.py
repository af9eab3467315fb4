"""The life of a record: its versions without what they say, one of them with it, and which one was known on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import announced
from .announced import Announcement
from .catalogue import Entry, Version
from .models import RecordRow, Revision


@dataclass(frozen=True)
class Mark:
    """A version without what it says: from `changed_at` to `until` (None while it stands) the record said it. `dates`: the
    days that its source gives (modified, issued, valid_from). `title`: what the record was called."""

    version: int
    state: str
    reason: str
    change: str
    changed_at: datetime
    until: datetime | None
    note: str
    raw: str | None
    title: str
    dates: Mapping[str, str | None]

    @property
    def shown(self) -> bool:
        """Whether readers may see what it says."""
        return self.state != "unpublished"


_DATES = ("modified", "issued", "valid_from")
_COLUMNS = ("version", "state", "reason", "change", "changed_at", "note", "raw")


def marks(session: Session, entry: Entry) -> list[Mark]:
    """Every version of a record, the newest first, the one that stands among them."""
    rows: list[Any] = []
    for table, condition in ((RecordRow, RecordRow.id == entry.id), (Revision, Revision.record_id == entry.id)):
        columns = [getattr(table, name) for name in _COLUMNS]
        said = [table.data[name].as_string().label(name) for name in ("title", *_DATES)]
        rows += session.execute(select(*columns, *said).where(condition).order_by(table.version.desc())).all()
    found: list[Mark] = []
    until: datetime | None = None
    for row in rows:
        own = {name: getattr(row, name) for name in _COLUMNS}
        found.append(Mark(**own, until=until, title=row.title or "", dates={name: getattr(row, name) for name in _DATES}))
        until = row.changed_at
    return found


def version_of(session: Session, entry: Entry, number: int) -> Version | None:
    """One version with what it says; None where there is none, or where it was not shown to anyone."""
    if number == entry.version:
        found = Version(entry.version, entry.data, entry.state, entry.reason, entry.change, entry.changed_at, entry.raw, entry.raw_url, entry.note)
    else:
        row = session.scalar(select(Revision).where(Revision.record_id == entry.id, Revision.version == number))
        if row is None:
            return None
        found = Version(row.version, row.data, row.state, row.reason, row.change, row.changed_at, row.raw, row.raw_url, row.note)
    return found if found.state != "unpublished" else None


def known_at(found: Sequence[Mark], moment: datetime) -> Mark | None:
    """The version that stood just before `moment`; None where the portal did not know the record yet."""
    return next((mark for mark in found if mark.changed_at < moment), None)


def announcements(session: Session, entry: Entry, found: Sequence[Mark]) -> dict[int, Announcement]:
    """By its number: how each of these versions was announced, where it says something else than the one before it. `found`
    are neighbours, the newest first; the oldest of them is compared with nothing."""
    told: dict[int, Announcement] = {}
    for after, before in pairwise(found):
        if not (after.shown and before.shown):
            continue
        answer = announced.by_marks(after.change, after.note, before.dates, after.dates)
        if answer is None and after.change in announced.FROM_THE_SOURCE:
            old, new = version_of(session, entry, before.version), version_of(session, entry, after.version)
            answer = announced.of_versions(after.change, after.note, old.data, new.data) if old and new else None
        if answer is not None:
            told[after.version] = answer
    return told
