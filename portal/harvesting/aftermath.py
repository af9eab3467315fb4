"""Aftermath: what is noted when a run has ended, for the coverage ledger: how many records its source has here now,
and which days and numbers are missing among them."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .. import gaps
from ..db import Database
from ..models import RecordRow, Run, State

_PORTION = 5_000


def note(database: Database, run: Run) -> None:
    """Note what a run has left behind. Gaps are looked for only where something came or went."""
    with database.read() as session:
        count = session.scalar(
            select(func.count()).where(RecordRow.via == run.source, RecordRow.state == "published")
        )
        known = session.get(State, gaps_of(run.source)) is not None
        found = None if known and not (run.new or run.withdrawn) else _gaps(session, run.source)
    with database.write() as session:
        session.get_one(Run, run.id).records = count
        if found is not None:
            session.merge(State(name=gaps_of(run.source), value=found))
    run.records = count


def gaps_of(source: str) -> str:
    """Under which name the gaps of a source are kept."""
    return f"gaps:{source}"[:100]


def _gaps(session: Session, source: str) -> dict[str, object]:
    days = session.scalars(
        select(RecordRow.issued_on).where(RecordRow.via == source, RecordRow.issued_on.is_not(None)).distinct()
    )
    return gaps.to_data(
        gaps.missing_days(day for day in days if day), gaps.missing_numbers(_identifiers(session, source))
    )


def _identifiers(session: Session, source: str) -> Iterator[tuple[str, int | None]]:
    """Every identifier of a source with the year of its record; withdrawn records count as there."""
    last = 0
    columns = select(RecordRow.id, RecordRow.identifier, RecordRow.issued_on).order_by(RecordRow.id).limit(_PORTION)
    while rows := session.execute(columns.where(RecordRow.via == source, RecordRow.id > last)).all():
        yield from ((row.identifier, row.issued_on.year if row.issued_on else None) for row in rows)
        last = rows[-1].id
