"""Mirroring: a record that comes from another portal of this kind brings its life along: version, state, past, numbers."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from harvesters.history import History
from harvesters.record import fold_identifier, number_of

from .models import Gone, RecordRow, Redirect, Revision
from .revising import keep, next_version


def is_as_told(row: RecordRow, history: History) -> bool:
    """Whether a row has the life that the other portal tells."""
    return (row.version, row.state, row.reason, row.changed_at) == (
        history.version, history.state, history.reason, history.changed_at,
    )  # fmt: skip


def copy_life(session: Session, row: RecordRow, history: History) -> None:
    """Give a row the life that the other portal tells. It was flushed, or has an id."""
    row.version, row.change, row.changed_at = history.version, history.change, history.changed_at
    row.state, row.reason, row.withdrawn_at = history.state, history.reason, history.withdrawn_at
    row.first_seen, row.demonstration = history.first_seen, history.demonstration
    row.indexed_version = 0
    session.execute(delete(Revision).where(Revision.record_id == row.id))
    session.add_all(
        Revision(
            record_id=row.id, version=past.version, data=dict(past.data), state=past.state, reason=past.reason,
            change=past.change, changed_at=past.changed_at,
        )
        for past in history.past
        if past.version < history.version
    )  # fmt: skip
    _lead(session, row, history)


def _lead(session: Session, row: RecordRow, history: History) -> None:
    """Numbers that lead to the record there lead to it here, unless they are a record's own here."""
    taken = set(session.scalars(select(RecordRow.number).where(RecordRow.number.in_(history.formerly), RecordRow.via != row.via)))
    said = {number_of(row.source, identifier): identifier for past in history.past if (identifier := str(past.data.get("identifier") or ""))}
    for number in set(history.formerly) - taken - {row.number}:
        former = session.scalar(select(RecordRow).where(RecordRow.number == number))
        identifier = former.identifier if former is not None else said.get(number, "")
        session.merge(Redirect(number=number, target=row.number, identifier=identifier, folded=fold_identifier(identifier), made_at=history.changed_at))
        if former is not None and former.state != "merged":
            keep(session, former)
            next_version(former, "merged", history.changed_at)
            former.state, former.reason, former.indexed_version = "merged", row.number, 0
            session.merge(Gone(document=number))
