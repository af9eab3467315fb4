"""Leases: one run per source at a time, and none that is "running" for ever.

A run holds the lease of its source and renews it. When its process was killed, or the lease ran out, the next
run takes over at once and marks it as interrupted.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..db import Database, wait_for_turn
from ..models import Lease, Run

LEASE = timedelta(minutes=5)
RENEWAL = 20.0


class Busy(Exception):
    """Another run of the same source is under way. The message says whose, and since when."""


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
        pid = os.getpid()
        return cls(_place(), pid, _began(pid))

    @classmethod
    def read(cls, text: str) -> "Owner":
        host, pid, began = text.rsplit("/", 2)
        return cls(host, int(pid), began)

    def is_dead(self) -> bool:
        """Whether it is known to have ended. One on another machine never is: its lease must run out."""
        if self.host != _place():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return _began(self.pid) != self.began

    def in_words(self) -> str:
        return f"process {self.pid} on {self.host.split('#')[0]}"


def _place() -> str:
    # Two containers may share a name, but not the numbers of their processes.
    try:
        return f"{socket.gethostname()}#{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _began(pid: int) -> str:
    try:
        # The 22nd field; the second one, the program's name, may hold spaces and parentheses.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def begin(session: Session, run: Run) -> None:
    """Store `run` as the one that holds its source's lease. Raises Busy when another one does."""
    wait_for_turn(session, run.source)
    lease = session.get(Lease, run.source)
    if lease:
        _refuse_or_take_over(session, lease, run)
    for left in session.scalars(select(Run).where(Run.source == run.source, Run.state == "running")):
        left.state, left.finished_at = "interrupted", run.started_at
        left.reason = left.reason or "it was killed, or its machine stopped; the run after it took over"
    session.add(run)
    session.flush()
    session.merge(
        Lease(source=run.source, run_id=run.id, owner=run.owner, expires_at=run.started_at + LEASE)
    )


def _refuse_or_take_over(session: Session, lease: Lease, run: Run) -> None:
    owner = Owner.read(lease.owner)
    if lease.expires_at > run.started_at and not owner.is_dead():
        holder = session.get(Run, lease.run_id)
        since = f" since {holder.started_at:%d %B %Y, %H:%M} UTC" if holder else ""
        raise Busy(
            f"{run.source} is being harvested{since} by {owner.in_words()}; "
            "wait for it to end, or stop it and start again"
        )


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


class Heartbeat:
    """Renews a lease from a thread of its own while a source is slow to answer."""

    def __init__(
        self, database: Database, run: Run, now: Callable[[], datetime], every: float = RENEWAL
    ) -> None:
        self._database, self._source, self._run_id = database, run.source, run.id
        self._now, self._every = now, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {run.source}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self._every):
            try:
                with self._database.write() as session:
                    renew(session, self._source, self._run_id, self._now())
                    run = session.get(Run, self._run_id)
                    if run:
                        run.heartbeat_at = self._now()
            except LeaseLost:
                return  # the run notices with its next batch
            except SQLAlchemyError:
                continue  # busy or gone for a moment; the lease lasts many beats
