"""Leases: one run per source at a time, one per host of agencies, and none that is "running" for ever.

A run holds one lease, for its source and its source's host, and renews it. When its process was killed, or the
lease ran out, whoever looks next (the next run, or the worker, within a minute) ends it as interrupted; the run
after it goes on from what it had committed.
"""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.source import Source

from ..db import wait_for_turn
from ..models import Lease, Run

# How long a run on another machine may say nothing before it counts as dead, and how often one says something.
LEASE = timedelta(seconds=40)
BEAT = 5.0
# For how much longer a process that can be seen to live is believed.
SEEN = timedelta(seconds=80)

# The states of a run that holds a lease.
UNDER_WAY = ("running", "replaying")

KILLED = "it was killed, or its machine stopped; what it had stored stays, and the next run goes on from there"
TAKEN_OVER = "it was killed, or its machine stopped; the run after it took over"


class Busy(Exception):
    """Another run of the same source is under way. The message says whose, and since when."""


class HostBusy(Busy):
    """Another source of the same host is being harvested; it will be this one's turn afterwards."""


class LeaseLost(Exception):
    """Another run took this one's source over, because its lease had run out."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that holds a lease: where it runs, its number, and when it began (numbers come again)."""

    host: str
    pid: int
    began: str

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.began}"

    @classmethod
    def here(cls) -> "Owner":
        """This process."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> "Owner":
        """A process of this machine."""
        return cls(_place(), pid, _began(pid))

    @classmethod
    def read(cls, text: str) -> "Owner":
        host, pid, began = text.rsplit("/", 2)
        return cls(host, int(pid), began)

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, so that its number means something here."""
        return self.host == _place()

    def is_dead(self) -> bool:
        """Whether it is known to have ended. One on another machine never is: its lease must run out."""
        if not self.is_local:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return _began(self.pid) != self.began or _is_zombie(self.pid)

    def is_at_work(self) -> bool:
        """Whether it can be seen to live and not to stand still (as after SIGSTOP)."""
        return self.is_local and not self.is_dead() and _fields(self.pid)[:1] not in (["T"], ["t"])

    def in_words(self) -> str:
        return f"process {self.pid} on {self.host.split('#')[0]}"


def _place() -> str:
    # Two containers may share a name, but not the numbers of their processes.
    try:
        return f"{socket.gethostname()}#{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _fields(pid: int) -> list[str]:
    """What the system says of a process, from its third field on: the second, its name, may hold spaces."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _began(pid: int) -> str:
    return fields[19] if (fields := _fields(pid)) else ""


def _is_zombie(pid: int) -> bool:
    """Whether it has ended, and its parent has not heard of it yet."""
    return _fields(pid)[:1] in (["Z"], ["X"])


def host_of(source: Source) -> str:
    """The host that a run of this source asks; only one run at a time asks it."""
    parts = urlsplit(source.url)
    return (parts.netloc.rpartition("@")[2] or parts.path).casefold()[:300]


def begin(session: Session, run: Run, host: str | None = None) -> None:
    """Store `run` as the one that holds the lease of its source and of `host`. Raises Busy when another one does."""
    wait_for_turn(session, "leases")
    lease = session.get(Lease, run.source)
    if lease:
        _refuse_or_end(session, lease, run)
    if host and (other := session.scalar(select(Lease).where(Lease.host == host))):
        _refuse_or_end(session, other, run)
    for left in session.scalars(select(Run).where(Run.source == run.source, Run.state.in_(UNDER_WAY))):
        interrupt(left, TAKEN_OVER, run.started_at)
    session.add(run)
    session.flush()
    session.add(
        Lease(source=run.source, host=host, run_id=run.id, owner=run.owner, expires_at=run.started_at + LEASE)
    )


def _refuse_or_end(session: Session, lease: Lease, run: Run) -> None:
    """End the run that holds `lease` if it is dead; else say that it is in the way."""
    if is_abandoned(lease, run.started_at):
        abandon(session, lease, run.started_at, TAKEN_OVER)
        return
    holder = session.get(Run, lease.run_id)
    since = f" since {holder.started_at:%d %B %Y, %H:%M} UTC" if holder else ""
    who = Owner.read(lease.owner).in_words()
    if lease.source == run.source:
        raise Busy(
            f"{run.source} is being harvested{since} by {who}; "
            f"wait for it to end, or stop it: clerestory harvest stop {run.source}"
        )
    raise HostBusy(
        f"{run.source} must wait: {lease.host} is being asked for {lease.source}{since} by {who}, "
        "and one run at a time asks one host"
    )


def is_abandoned(lease: Lease, now: datetime) -> bool:
    """Whether nobody works under this lease any more: its process is dead, or it was not renewed in time. One of this
    machine that can be seen to be at work is given longer: it may be the database that let nobody write."""
    owner = Owner.read(lease.owner)
    if owner.is_dead():
        return True
    return lease.expires_at + (SEEN if owner.is_at_work() else timedelta(0)) <= now


def abandon(session: Session, lease: Lease, now: datetime, reason: str = KILLED) -> Run | None:
    """End the run of a lease that nobody works under any more; returns it."""
    run = session.get(Run, lease.run_id)
    session.delete(lease)
    session.flush()
    if run and run.state in UNDER_WAY:
        interrupt(run, reason, now)
    return run


def interrupt(run: Run, reason: str, now: datetime) -> None:
    """Say of a run that nobody works at any more how it ended."""
    run.finished_at = now
    if run.state == "replaying":
        run.state = "replayed"
        return
    run.state = "stopped" if run.stop_asked else "interrupted"
    run.reason = run.stop_asked or run.reason or reason


def end_abandoned(session: Session, now: datetime) -> list[Run]:
    """End every run that nobody works at any more; returns them."""
    wait_for_turn(session, "leases")
    leases = session.scalars(select(Lease).order_by(Lease.source)).all()
    ended = [abandon(session, lease, now) for lease in leases if is_abandoned(lease, now)]
    return [run for run in ended if run]


def end(session: Session, run: Run) -> None:
    """Give the lease back."""
    lease = session.get(Lease, run.source)
    if lease and lease.run_id == run.id:
        session.delete(lease)


def renew(session: Session, source: str, run_id: int, now: datetime) -> None:
    """Hold the lease for longer. Raises LeaseLost when another run holds it by now."""
    lease = session.get(Lease, source)
    if lease is None or lease.run_id != run_id:
        raise LeaseLost(
            f"{source}: this run stood still for so long that another one took over; what it had stored stays"
        )
    lease.expires_at = now + LEASE
