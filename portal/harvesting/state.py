"""State: how harvesting stands at a moment: what runs, whose turn it is, what is late and what keeps failing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.source import Source

from ..models import Run
from .leases import LEASE, UNDER_WAY, Owner
from .schedule import Turn, scheduled, turns

# A turn that is so long past is late: no worker is there, or too few.
LATE = timedelta(hours=1)


@dataclass(frozen=True)
class Status:
    """`running`: the runs under way. `by_clock`: how many sources are harvested by it. `turns`: the next turn of every source that is harvested by the clock.
    `failing`: those whose last run failed. `overdue`: names of those whose turn is long past."""

    running: list[Run]
    by_clock: int
    turns: list[Turn]
    failing: dict[str, Turn]
    overdue: list[str]

    def to_data(self, now: datetime) -> dict[str, Any]:
        """As JSON data."""
        return {
            "as_of": _moment(now),
            "running": [_run(run, now) for run in self.running],
            "turns": [
                {"source": one.source.name, "at": _moment(one.at), "why": one.why, "schedule": one.source.schedule,
                 "overdue": one.source.name in self.overdue}
                for one in self.turns
            ],
            "failing": [
                {"source": name, "since": _moment(one.history.failing_since), "times": one.history.failures,
                 "reason": one.history.last.reason if one.history.last else "", "next_try": _moment(one.at)}
                for name, one in self.failing.items()
            ],
        }  # fmt: skip


def status_of(session: Session, sources: Mapping[str, Source], wanted: Iterable[str], now: datetime) -> Status:
    """How harvesting stands. What fails is told of every source, whoever began its runs."""
    patterns = tuple(wanted)
    by_clock = scheduled(sources, patterns)
    running = list(session.scalars(select(Run).where(Run.state.in_(UNDER_WAY)).order_by(Run.started_at)))
    all_turns = turns(session, sources, sources, now)
    found = [one for one in all_turns if one.source.name in by_clock]
    failing = {one.source.name: one for one in all_turns if one.history.failures and one.history.failing_since}
    return Status(running, len(by_clock), found, failing, [one.source.name for one in found if one.at < now - LATE])


def _run(run: Run, now: datetime) -> dict[str, Any]:
    took = max((now - run.started_at).total_seconds(), 0.001)
    return {
        "source": run.source,
        "run": run.id,
        "started_at": _moment(run.started_at),
        "heartbeat_at": _moment(run.heartbeat_at),
        "heartbeat_seconds": round((now - run.heartbeat_at).total_seconds(), 1),
        "alive": now - run.heartbeat_at < LEASE and not Owner.read(run.owner).is_dead(),
        "deadline_at": _moment(run.deadline_at),
        "received": run.received,
        "expected": run.expected,
        "rejected": run.rejected,
        "per_second": round(run.received / took, 1),
        "continues": run.continues,
        "owner": Owner.read(run.owner).in_words(),
    }


def _moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
