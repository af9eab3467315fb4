"""Schedule: whose turn it is. A source is asked at the moments of its rhythm; what was missed is made up for
once; what failed is tried again, each time later; what was killed is gone on with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.rhythm import RHYTHMS, next_moment, period
from harvesters.source import Source

from ..models import Lease, Run

# The wait after the first failure, how it grows, and its end: the rhythm, but no less than this.
FIRST_WAIT = timedelta(minutes=10)
GROWTH = 3
LONGEST_WAIT = timedelta(hours=6)
# A run that began so shortly before a moment (a part of the rhythm) was the one for it. A cron line is meant exactly.
EARLY = 0.25

Why = Literal["first", "schedule", "retry", "continue"]
_GOOD = ("complete", "partial", "suspect")
_BAD = ("failed", "interrupted")


@dataclass(frozen=True, slots=True)
class History:
    """What became of a source until now: its last harvest, and since when it has been failing, how often."""

    last: Run | None = None
    failures: int = 0
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """When a source is to be harvested next, and why then."""

    source: Source
    at: datetime
    why: Why
    history: History


def scheduled(sources: Mapping[str, Source], wanted: Iterable[str]) -> dict[str, Source]:
    """The sources that the operator wants harvested by the clock: by name, or by a pattern such as us-*."""
    patterns = tuple(wanted)
    return {
        name: source
        for name, source in sources.items()
        if source.schedule != "never" and any(fnmatchcase(name, pattern) for pattern in patterns)
    }


def histories(session: Session, names: Iterable[str]) -> dict[str, History]:
    """What became of these sources. Runs of a part (`--limit`) and replays say nothing of them."""
    whole = (Run.limit.is_(None), Run.state.not_in(("running", "replaying", "replayed")))
    latest = select(func.max(Run.id)).where(*whole).group_by(Run.source)
    last = {run.source: run for run in session.scalars(select(Run).where(Run.id.in_(latest)))}
    return {name: _history(session, last[name]) if name in last else History() for name in names}


def _history(session: Session, last: Run) -> History:
    if last.state not in _BAD:
        return History(last)
    whole = (Run.source == last.source, Run.limit.is_(None))
    good = select(func.max(Run.id)).where(*whole, Run.state.in_((*_GOOD, "stopped"))).scalar_subquery()
    bad = select(func.count(), func.min(Run.started_at)).where(
        *whole, Run.state.in_(_BAD), Run.stop_asked == "", Run.id > func.coalesce(good, 0)
    )
    count, since = session.execute(bad).one()
    return History(last, count, since)


def turn(source: Source, history: History, now: datetime, *, by_clock: bool = True) -> Turn | None:
    """When it is this source's turn. Without `by_clock` only what was killed on the way has one."""
    last = history.last
    if last and last.state == "interrupted" and not last.stop_asked:
        return Turn(source, _ended(last) + _wait(history.failures - 1, LONGEST_WAIT), "continue", history)
    if not by_clock or source.schedule == "never":
        return None
    if last is None:
        return Turn(source, now, "first", history)
    if last.state == "failed":
        at = _ended(last) + _wait(history.failures, max(period(source.schedule, now), LONGEST_WAIT))
        return Turn(source, max(at, last.retry_at or at), "retry", history)
    named = source.schedule in RHYTHMS
    early = period(source.schedule, last.started_at) * EARLY if named else timedelta(0)
    return Turn(source, next_moment(source.schedule, source.name, last.started_at + early) or now, "schedule", history)


def _ended(run: Run) -> datetime:
    return run.finished_at or run.heartbeat_at


def _wait(failures: int, longest: timedelta) -> timedelta:
    """How long to wait after so many failures in a row: none after none."""
    if failures < 1:
        return timedelta(0)
    return min(FIRST_WAIT * GROWTH ** min(failures - 1, 20), longest)


def turns(session: Session, sources: Mapping[str, Source], wanted: Iterable[str], now: datetime) -> list[Turn]:
    """Every source's next turn, the earliest first. Those that are being harvested have none."""
    by_clock = scheduled(sources, wanted)
    running = set(session.scalars(select(Lease.source)))
    known = histories(session, sources)
    found = (
        turn(source, known[name], now, by_clock=name in by_clock)
        for name, source in sources.items()
        if name not in running
    )
    return sorted((one for one in found if one), key=lambda one: (one.at, one.source.name))
