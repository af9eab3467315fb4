"""Stopping: ask a run to end, in whatever process it is, and end those that nobody works at any more."""

from datetime import UTC, datetime

from ..models import Lease, Run
from ..parts import Portal
from .leases import abandon, end_abandoned, is_abandoned

ASKED = "the operator stopped it; what it had stored stays"


def stop(portal: Portal, name: str, reason: str = ASKED) -> Run | None:
    """Ask the run of a source to end: it does within seconds, also while it waits. Returns the run; None where
    there is none. One whose process is dead is stopped at once."""
    with portal.database.write() as session:
        lease = session.get(Lease, name)
        run = session.get(Run, lease.run_id) if lease else None
        if lease is None or run is None:
            return None
        run.stop_asked = run.stop_asked or reason
        now = datetime.now(UTC)
        if is_abandoned(lease, now):
            abandon(session, lease, now)
        return run


def end_dead_runs(portal: Portal) -> list[Run]:
    """End every run whose process was killed or whose lease ran out, so that another one can go on with its work."""
    with portal.database.write() as session:
        return end_abandoned(session, datetime.now(UTC))
