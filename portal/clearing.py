"""Clearing away: files that officers sent and nothing refers to any more, such as those of deleted drafts.

A file goes when nothing has referred to it for some weeks: no draft, no table, no record or earlier version, no kept copy. Who
sends the same content meanwhile announces it before it is kept (portal.parts), and who names it locks its row (portal.receiving):
so that what is needed again while it is being cleared away is either seen here, or was gone before and is kept anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from .db import wait_for_turn
from .models import Arrival, Bulk, FilePage, Holding, KeptFile, Look, RecordRow, Revision, StoredFile, Upload
from .parts import Portal

GRACE = timedelta(days=14)
_AT_ONCE = 20


def clear(portal: Portal, now: datetime, grace: timedelta = GRACE) -> int:
    """Remove what nothing has referred to for the time of grace; return how many files went."""
    with portal.database.read() as session:
        known = {row.sha256: row.unneeded_at for row in session.execute(select(Arrival.sha256, Arrival.unneeded_at))}
        unneeded = _unneeded(session, set(known))
    with portal.database.write() as session:
        for sha256 in sorted(sha256 for sha256, since in known.items() if (since is None) == (sha256 in unneeded)):
            session.execute(update(Arrival).where(Arrival.sha256 == sha256).values(unneeded_at=now if sha256 in unneeded else None))
    old = sorted(sha256 for sha256 in unneeded if (since := known[sha256]) is not None and since <= now - grace)
    return sum(_remove(portal, sha256, now - grace) for sha256 in old)


def _unneeded(session: Session, hashes: set[str]) -> set[str]:
    """Those of the hashes that nothing refers to, and that nobody may read without a record."""
    return hashes - named(session, hashes) - set(session.scalars(select(StoredFile.sha256).where(StoredFile.public)))


def named(session: Session, hashes: set[str]) -> set[str]:
    """Those of the hashes that a draft, a table, a kept copy, or a record in whatever version names."""
    left = set(hashes)
    for files in session.scalars(select(Upload.files)):
        left -= {name.partition("/")[0] for name in files}
    left -= set(session.scalars(select(Bulk.file)))
    left -= set(session.scalars(select(KeptFile.sha256).where(KeptFile.sha256.is_not(None))))
    return hashes - (left - in_records(session, sorted(left)))


def in_records(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that a record or an earlier version of one names, whatever its state."""
    return {one for start in range(0, len(hashes), _AT_ONCE) for one in _in_records(session, hashes[start : start + _AT_ONCE])}


def _in_records(session: Session, hashes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for table in (RecordRow, Revision):
        text = cast(table.data["files"], String)
        for said in session.scalars(select(text).where(or_(*(text.contains(sha256) for sha256 in hashes)))):
            found |= {sha256 for sha256 in hashes if sha256 in said}
    return found


def _remove(portal: Portal, sha256: str, before: datetime) -> bool:
    """Remove a file, unless it has become needed meanwhile."""
    with portal.database.write() as session:
        wait_for_turn(session, f"file {sha256}")
        session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256).with_for_update())
        arrival = session.get(Arrival, sha256, populate_existing=True)
        if arrival is None or arrival.unneeded_at is None or arrival.unneeded_at > before or not _unneeded(session, {sha256}):
            return False
        for table in (Holding, Look, FilePage, StoredFile, Arrival):
            session.execute(delete(table).where(table.sha256 == sha256))
        portal.files.forget(sha256)
    return True
