"""Plan: what a run asks for (everything, or what changed since), and what makes its answer suspicious."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.flags import Flag
from harvesters.kinds import is_incremental
from harvesters.profile import Profile
from harvesters.source import Source

from ..models import Run

# What an agency deletes is only seen by asking for everything, so every so many runs do.
FULL_AFTER = 10
REJECTS_TOLERATED = 0.20
ENOUGH_CHANGED = 100
# Fewer records more than before are no sudden growth.
SUDDEN = 50
# A place to go on from is worth nothing when it is old, or when runs began there and got no further.
FRESH = timedelta(hours=12)
TRIES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks for. `full`: everything; else what changed from `since` on. `note`: what the operator
    asked for and does not get."""

    full: bool
    since: datetime | None = None
    limit: int | None = None
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether the run can end with everything that the source has."""
        return self.full and self.limit is None


def plan(session: Session, source: Source, *, full: bool, since: datetime | None, limit: int | None) -> Plan:
    """What to ask for, given the runs there were."""
    incremental = is_incremental(source.kind)
    if since and not incremental:
        return Plan(True, None, limit, f"kind {source.kind} cannot be asked for changes only; all of it was asked for")
    if since:
        return Plan(False, since, limit)
    if full or not incremental:
        return Plan(True, None, limit)
    known_until = _known_until(session, source.name)
    return Plan(known_until is None, known_until, limit)


def left_off(session: Session, run: Run, declared: str) -> Run | None:
    """The run that `run` can go on with: the one before, where it asked for the same, was broken off, and had got
    somewhere."""
    earlier = select(Run).where(Run.source == run.source, Run.id < run.id, Run.state.not_in(("replaying", "replayed")))
    last = session.scalar(earlier.order_by(Run.id.desc()).limit(1))
    if last is None or last.state not in ("interrupted", "stopped", "failed") or not last.checkpoint:
        return None
    same = (last.full, last.since, last.limit) == (run.full, run.since, None) and run.limit is None
    fresh = (last.finished_at or last.heartbeat_at) > run.started_at - FRESH and last.checkpoint["tries"] < TRIES
    return last if same and fresh and last.checkpoint["declared"] == declared else None


def last_complete(session: Session, source: str) -> Run | None:
    """The last run that ended with everything the source has."""
    query = select(Run).where(Run.source == source, Run.state == "complete")
    return session.scalar(query.order_by(Run.id.desc()).limit(1))


def _known_until(session: Session, source: str) -> datetime | None:
    """From when on changes may be unknown; None when everything must be asked for again."""
    complete = last_complete(session, source)
    if complete is None:
        return None
    later = select(Run).where(Run.source == source, Run.id > complete.id, Run.state == "partial")
    followers = session.scalars(later.where(Run.limit.is_(None)).order_by(Run.id)).all()
    if len(followers) >= FULL_AFTER:
        return None
    until = complete.started_at
    for run in followers:
        # One that began later than what was known leaves a gap, and counts for nothing.
        if run.since and run.since <= until:
            until = run.started_at
    return until


def suspicion(source: Source, run: Run, plan: Plan, before: Run | None) -> Flag | None:
    """Why the answer of a run that ended cannot be trusted to be everything; None when it can."""
    came = _came(run)
    if run.rejected >= 5 and run.rejected > REJECTS_TOLERATED * (came + run.rejected):
        return Flag(
            f"{run.rejected:,} of {came + run.rejected:,} items were rejected; "
            "read the reasons: the agency may have changed its format",
            "many_rejects",
        )
    if not plan.whole:
        return None
    if came < source.minimum:
        return Flag(
            f"{came:,} records came, and the declaration expects {source.minimum:,} at least; "
            "ask the agency, or lower its minimum",
            "below_minimum",
        )
    if before and came < 0.5 * (past := _came(before)):
        return Flag(
            f"{came:,} records came, less than half of the {past:,} of the last complete run; "
            "ask the agency, or take it as it is: harvest run --accept",
            "shrunk",
        )
    return None


def oddities(run: Run, plan: Plan, profile: Profile, before: Run | None) -> list[Flag]:
    """What is odd about a run that ended, compared with the last complete one, without being a reason to doubt
    that everything came."""
    if before is None:
        return []
    # What changed lately need not look like all that there is.
    enough = plan.whole or profile.records >= ENOUGH_CHANGED
    flags = profile.drift(Profile.of(before.profile)) if enough else []
    came, past = _came(run), _came(before)
    if plan.whole and came > 2 * past and came - past >= SUDDEN:
        flags.append(Flag(f"{came:,} records came, more than twice the {past:,} of the last complete run", "grew"))
    return flags


def _came(run: Run) -> int:
    return run.carried + run.new + run.changed + run.unchanged
