"""Links that were judged together, so that it is taken back together: each becomes again what it was before.

What somebody judged anew since then stays as they said, and is counted apart.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from .. import audit, catalogue
from ..audit import Actor
from ..models import CitationRow, LinkBatch, LinkDecision, RecordRow
from .verdicts import accept, refuse
from .working import match_record

_KEPT = timedelta(days=30)  # how long the desk offers to take a batch back


def judge(session: Session, rows: Sequence[tuple[CitationRow, str]], verdict: str, agency: str | None, actor: Actor, now: datetime) -> LinkBatch:
    """Say of several links that they are right ("accept", each as the relation beside it) or wrong ("refuse"). `agency`: at whose
    desk; None at that of the whole portal."""
    steps: list[list[str]] = []
    for row, type_ in rows:
        number = session.scalars(select(RecordRow.number).where(RecordRow.id == row.record_id)).one()
        target = row.target_number or ""
        before = session.get(LinkDecision, (number, target))
        # Of two citations of one record that mean the same, the first tells what was said before.
        if not any(step[:2] == [number, target] for step in steps):
            steps.append([number, target, before.verdict if before else "", before.type if before else ""])
        if verdict == "accept":
            accept(session, row, type_, actor, now)
        else:
            refuse(session, row, actor, now)
    batch = LinkBatch(user_id=actor.id, who=actor.name, agency=agency or "", verdict="accepted" if verdict == "accept" else "refused", decided_at=now, steps=steps)
    session.add(batch)
    session.flush()
    return batch


def lately(session: Session, agency: str | None, now: datetime, limit: int = 3) -> list[LinkBatch]:
    """What was judged at a desk in the last thirty days and can still be taken back, the newest first."""
    query = select(LinkBatch).where(LinkBatch.taken_back_at.is_(None), LinkBatch.decided_at > now - _KEPT, _at(session, agency))
    return list(session.scalars(query.order_by(LinkBatch.id.desc()).limit(limit)))


def find(session: Session, id: int, agency: str | None) -> LinkBatch | None:
    """A batch of that desk."""
    return session.scalars(select(LinkBatch).where(LinkBatch.id == id, _at(session, agency))).first()


def _at(session: Session, agency: str | None) -> ColumnElement[bool]:
    return LinkBatch.agency == "" if agency is None else LinkBatch.agency.in_(catalogue.with_former(session, agency))


def take_back(session: Session, batch: LinkBatch, actor: Actor, now: datetime) -> tuple[int, int]:
    """Make each link what it was before. Returns how many were taken back, and how many stay because somebody judged them anew, or
    because their record is gone. Does nothing the second time."""
    if batch.taken_back_at is not None:
        return 0, 0
    batch.taken_back_at = now
    done = 0
    for number, target, verdict, type_ in batch.steps:
        said = session.get(LinkDecision, (number, target))
        row = session.execute(select(RecordRow.id, RecordRow.publisher).where(RecordRow.number == number)).first()
        if said is None or row is None or said.decided_at != batch.decided_at or said.verdict != batch.verdict:
            continue
        if verdict:
            said.verdict, said.type, said.user_id, said.decided_at = verdict, type_, actor.id, now
        else:
            session.delete(said)
        audit.note(session, now, actor, "link_taken_back", number, agency=row.publisher, target=target, was=batch.verdict, again=verdict)
        session.flush()
        match_record(session, row.id)
        done += 1
    return done, len(batch.steps) - done
