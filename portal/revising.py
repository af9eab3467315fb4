"""A record says something new: what it said before is kept, and its version goes up, by which everything that follows it notices."""

from datetime import datetime

from sqlalchemy.orm import Session

from .models import RecordRow, Revision


def keep(session: Session, row: RecordRow) -> None:
    """Put what the row says now among its revisions."""
    session.add(
        Revision(
            record_id=row.id,
            version=row.version,
            data=row.data,
            state=row.state,
            reason=row.reason,
            note=row.note,
            change=row.change,
            changed_at=row.changed_at,
            raw=row.raw,
            raw_url=row.raw_url,
            changed_by=row.changed_by,
        )
    )


def next_version(row: RecordRow, change: str, now: datetime) -> None:
    """The row says something new; `keep` what it said before first."""
    row.version += 1
    row.change, row.changed_at = change, now
    row.note, row.successor = "", None
