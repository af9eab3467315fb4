"""What is shown in all: the figures of the home page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..models import RecordRow, Run


@dataclass(frozen=True)
class Overview:
    """What is shown in all: how many records on each axis, from how many sources, and of each agency."""

    by_axis: dict[str, int]
    by_agency: dict[str, int]
    sources: int

    @property
    def total(self) -> int:
        return sum(self.by_axis.values())


def has_demonstration(session: Session) -> bool:
    """Whether there are records of the demonstration."""
    return session.scalar(select(RecordRow.id).where(RecordRow.demonstration.is_(True)).limit(1)) is not None


def counts_by_axis(session: Session) -> dict[str, int]:
    """How many records are shown on each axis (every axis is named, with 0 where there are none)."""
    rows = session.execute(
        select(RecordRow.axis, func.count()).where(RecordRow.state == "published").group_by(RecordRow.axis)
    )
    return {"decision": 0, "policy": 0, "outcome": 0} | dict(rows.all())


def overview(session: Session) -> Overview:
    """The figures of the home page in one read; agencies with most records first."""
    rows = session.execute(
        select(RecordRow.axis, RecordRow.publisher, RecordRow.via, func.count())
        .where(RecordRow.state == "published")
        .group_by(RecordRow.axis, RecordRow.publisher, RecordRow.via)
    )
    by_axis, by_agency, sources = {"decision": 0, "policy": 0, "outcome": 0}, dict[str, int](), set[str]()
    for axis, publisher, source, count in rows:
        by_axis[axis] += count
        by_agency[publisher] = by_agency.get(publisher, 0) + count
        sources.add(source)
    ranked = sorted(by_agency.items(), key=lambda agency: (-agency[1], agency[0]))
    return Overview(by_axis, dict(ranked), len(sources))


def last_collected(session: Session) -> datetime | None:
    """When a run last ended that brought something: the freshness of the whole portal."""
    return session.scalar(select(func.max(Run.finished_at)).where(Run.state.in_(("complete", "partial", "suspect"))))
