"""Watch: keeps the lease of a run, and ends the run in time: at its deadline, or when it is asked to stop.

Nothing a run may wait for holds it up: a slow answer, a pause that an agency asked for, a kind that is lost in a
loop. In the main thread of a process an alarm interrupts whatever the run does; elsewhere the exception is put
into its thread, and comes up with the next step of Python that this takes.
"""

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType, TracebackType
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..db import Database
from ..models import Run
from .leases import BEAT, LeaseLost, renew

# How often the watch looks whether the run is to end, and knocks until it does.
LOOK = 1.0


class Ended(BaseException):
    """The run is to end now; its watch says why. Not an Exception: nothing on the way may take it for a bad item."""


class Watch:
    """Watches one run from a thread of its own. `state` and `reason`: how the run is to end, once it is."""

    def __init__(
        self, database: Database, run: Run, now: Callable[[], datetime], seconds: float, too_late: str = ""
    ) -> None:
        self.state, self.reason = "", ""
        self._database, self._source, self._run_id, self._now = database, run.source, run.id, now
        self._deadline, self._too_late = time.monotonic() + seconds, too_late
        self._held = self._heeded = False
        self._over = threading.Event()
        self._has_looked, self._looked_at = threading.Event(), time.monotonic()
        self._thread = threading.Thread(target=self._keep, name=f"watch of {run.source}", daemon=True)

    def __enter__(self) -> Self:
        self._runner = threading.get_ident()
        self._has_alarm = threading.current_thread() is threading.main_thread()
        if self._has_alarm:
            self._before = signal.signal(signal.SIGALRM, self._ring)
            # The alarm rings by itself: a loop inside a library may let no other thread set it off.
            signal.setitimer(signal.ITIMER_REAL, max(0.01, min(LOOK, self._deadline - time.monotonic())), LOOK)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._has_alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        else:
            self._put(None)

    def end(self, state: str, reason: str) -> None:
        """Let the run end at the next moment that it can."""
        if not self.state:
            self.state, self.reason = state, reason

    def end_too_late(self) -> None:
        """Let the run end because its time is over."""
        self.end("failed", self._too_late)

    def heed(self) -> None:
        """The run knows by now: knock no more."""
        self._heeded = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """What must not be broken off in the middle: the end comes afterwards."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _keep(self) -> None:
        beaten = time.monotonic()
        while not self._over.wait(LOOK):
            self._look()
            if time.monotonic() - beaten >= BEAT:
                self._beat()
                beaten = time.monotonic()
            self._looked_at = time.monotonic()
            self._has_looked.set()
            if self.state:
                self._knock()

    def _look(self) -> None:
        if time.monotonic() >= self._deadline:
            self.end_too_late()
        try:
            with self._database.read() as session:
                asked = session.scalar(select(Run.stop_asked).where(Run.id == self._run_id))
        except SQLAlchemyError:
            return  # busy or gone for a moment
        if asked:
            self.end("stopped", asked)

    def _beat(self) -> None:
        try:
            with self._database.write() as session:
                renew(session, self._source, self._run_id, self._now())
                if run := session.get(Run, self._run_id):
                    run.heartbeat_at = self._now()
        except LeaseLost as lost:
            self.end("interrupted", str(lost))
        except SQLAlchemyError:
            return  # busy or gone for a moment; the lease lasts many beats

    def _knock(self) -> None:
        if self._held or self._heeded or self._over.is_set():
            return
        if self._has_alarm:
            signal.setitimer(signal.ITIMER_REAL, 0.01, LOOK)
        else:
            self._put(Ended)

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if self._held or self._heeded or self._over.is_set():
            return
        if time.monotonic() >= self._deadline:
            self.end_too_late()
        elif time.monotonic() - self._looked_at > 3 * LOOK:
            # Something (an endless regular expression) lets no other thread work: let the watch look now.
            self._has_looked.clear()
            self._has_looked.wait(2 * LOOK)
        if self.state:
            raise Ended

    def _put(self, fault: type[BaseException] | None) -> None:
        """Put an exception into the run's thread, or take back one that has not come up yet."""
        raised: Any = ctypes.py_object(fault) if fault else None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._runner), raised)
