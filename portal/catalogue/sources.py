"""Sources with their runs, and what was rejected."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..models import Issue, RecordRow, Run


def counts_by_source(session: Session) -> dict[str, dict[str, int]]:
    """How many records each source has here, by state: {"papi": {"published": 63, "withdrawn": 1}}."""
    rows = session.execute(
        select(RecordRow.via, RecordRow.state, func.count()).group_by(RecordRow.state, RecordRow.via)
    )
    counts: dict[str, dict[str, int]] = {}
    for source, state, count in rows:
        counts.setdefault(source, {})[state] = count
    return counts


def runs(session: Session, source: str, limit: int = 20) -> list[Run]:
    """The runs of a source, the newest first."""
    query = select(Run).where(Run.source == source).order_by(Run.id.desc()).limit(limit)
    return list(session.scalars(query))


def ended_runs(session: Session, limit: int = 100) -> list[Run]:
    """The last runs of all sources that have ended, the newest first."""
    query = select(Run).where(Run.finished_at.is_not(None)).order_by(Run.id.desc()).limit(limit)
    return list(session.scalars(query))


def last_runs(session: Session) -> dict[str, Run]:
    """The last run of every source that ever ran."""
    latest = select(func.max(Run.id)).where(Run.state.not_in(("replaying", "replayed"))).group_by(Run.source)
    return {run.source: run for run in session.scalars(select(Run).where(Run.id.in_(latest)))}


def last_complete_runs(session: Session) -> dict[str, Run]:
    """The last run of every source that ended with everything the source has."""
    latest = select(func.max(Run.id)).where(Run.state == "complete").group_by(Run.source)
    return {run.source: run for run in session.scalars(select(Run).where(Run.id.in_(latest)))}


def run(session: Session, source: str, run_id: int) -> Run | None:
    """One run of a source; None if the source has no such run."""
    found = session.get(Run, run_id)
    return found if found and found.source == source else None


def issue(session: Session, run_id: int, issue_id: int) -> Issue | None:
    """One rejected item of a run."""
    found = session.get(Issue, issue_id)
    return found if found and found.run_id == run_id else None


def issues(session: Session, run: int, limit: int = 200, offset: int = 0) -> list[Issue]:
    """The rejected items of a run, in their order."""
    query = select(Issue).where(Issue.run_id == run).order_by(Issue.id).offset(offset).limit(limit)
    return list(session.scalars(query))


def axes_of_source(session: Session, source: str) -> dict[str, int]:
    """How many published records a source has on each axis; axes without any are left out."""
    rows = session.execute(
        select(RecordRow.axis, func.count())
        .where(RecordRow.via == source, RecordRow.state == "published")
        .group_by(RecordRow.axis)
    )
    return dict(rows.all())
