"""Worker: harvests sources when their turn comes, does the tasks of the clock, and looks after what runs.

One worker of all holds the clock: it ends runs that were killed, and puts into the queue (huey's) whose turn it
is. Every worker takes work from the queue, several at once. Each piece of work is a process of its own, the same
command that an operator would type: it may be killed, crash or grow without harm to the others. They are forked
from a process that has read the program already and does nothing else, so that they begin at once.
"""

import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters.kinds import KINDS

from . import tasks
from .db import wait_for_turn
from .folders import make_private
from .harvesting import end_dead_runs
from .harvesting.leases import KILLED, TAKEN_OVER, Owner, host_of
from .harvesting.schedule import turns
from .models import Lease, Run, State
from .parts import Portal
from .settings import Settings, SettingsError

log = logging.getLogger("clerestory.worker")

# How often the clock looks (seconds), and how long it is held without a look.
TICK = 5.0
HOLD = timedelta(seconds=30)
# How often declarations are read again (seconds): a new source need not wait for a new worker.
REREAD = 30.0
# How long a process may take to end well when it is asked to, and a run beyond its deadline.
PATIENCE = 20.0
OVERTIME = timedelta(seconds=15)

Say = Callable[[str], None]


def open_queue(settings: Settings) -> Huey:
    """Where work waits. What is taken from it is signed, since a Redis may have other users."""
    sealed = SignedSerializer(settings.key())
    if settings.queue.startswith("redis"):
        if find_spec("redis") is None:
            raise SettingsError("PORTAL_QUEUE_URL: a Redis needs the extra redis; pip install 'clerestory[redis]'")
        return RedisHuey("clerestory", url=settings.queue, serializer=sealed, results=False)
    make_private(settings.data_dir)
    return SqliteHuey("clerestory", filename=settings.queue, serializer=sealed, results=False)


class Worker:
    """One process of `clerestory work`. `at_once`: how many pieces of work it does at the same time."""

    def __init__(self, portal: Portal, at_once: int, say: Say) -> None:
        self._portal, self._say = portal, say
        self._owner = str(Owner.here())
        self._jobs: dict[int, tuple[tuple[str, ...], BaseProcess]] = {}
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["portal.cli", "portal", *(f"harvesters.kinds.{kind}" for kind in KINDS)])
        forkserver.ensure_running()
        self._stopping = threading.Event()
        self._read_at = time.monotonic()
        self._queue = open_queue(portal.settings)
        self._perform = self._queue.task(name="perform")(self._work)
        self._consumer = self._queue.create_consumer(
            workers=at_once, periodic=False, initial_delay=0.2, max_delay=1.0, backoff=1.2, graceful_signal="TERM",
            shutdown_timeout=2 * PATIENCE,
        )  # fmt: skip

    def run(self) -> None:
        """Work until SIGTERM or Ctrl+C; what is under way is then ended well, and gone on with by the next worker."""
        clock = threading.Thread(target=self._keep_time, name="clock", daemon=True)
        clock.start()
        try:
            self._consumer.run()
        finally:
            self._stopping.set()
            clock.join(PATIENCE)
            self._end_all()
            with self._portal.database.write() as session:
                release_clock(session, self._owner)

    def _keep_time(self) -> None:
        while not (self._stopping.is_set() or self._consumer.stop_flag.is_set()):
            began = time.monotonic()
            try:
                self.tick(datetime.now(UTC))
            except SQLAlchemyError as fault:
                log.warning("the clock could not look: %s", fault)
            except Exception:
                log.exception("the clock could not look")
            self._stopping.wait(max(0.1, TICK - (time.monotonic() - began)))

    def tick(self, now: datetime) -> None:
        """Look once: whose process is dead, whose turn it is."""
        if time.monotonic() > self._read_at + REREAD:
            self._portal.read_sources_again()
            self._read_at = time.monotonic()
        self._kill_heedless(now)
        with self._portal.database.write() as session:
            if not hold_clock(session, self._owner, now):
                return
        for run in end_dead_runs(self._portal):
            self._say(f"{run.source}: {run.state}: {run.reason}")
        with self._portal.database.read() as session:
            for arguments in self._wanted(session, now):
                self._perform(list(arguments))

    def _wanted(self, session: Session, now: datetime) -> Iterable[tuple[str, ...]]:
        """The commands that are to be run now and do not wait already; one a host."""
        waiting = {tuple(task.args[0]) for task in self._queue.pending() if task.args}
        waiting |= {arguments for arguments, _ in list(self._jobs.values())}
        hosts = set(session.scalars(select(Lease.host)))
        sources = self._portal.sources
        hosts |= {host_of(sources[arguments[2]]) for arguments in waiting if _is_harvest(arguments, sources)}
        for name in tasks.due(session, self._portal, now):
            if (arguments := ("work", "--once", name)) not in waiting:
                yield arguments
        for one in turns(session, sources, self._portal.settings.schedule, now):
            if one.at <= now and host_of(one.source) not in hosts:
                hosts.add(host_of(one.source))
                yield ("harvest", "run", one.source.name, "--due", "--no-index")

    def _work(self, arguments: list[str]) -> None:
        """One piece of work, in a process of its own; waits for its end."""
        if self._stopping.is_set():
            return
        process = self._processes.Process(target=_command, args=(arguments,), name=" ".join(arguments), daemon=True)
        process.start()
        assert process.pid
        self._jobs[process.pid] = tuple(arguments), process
        try:
            while process.is_alive():
                process.join(0.2)
                if self._consumer.stop_flag.is_set():
                    self._end(process)
        finally:
            self._jobs.pop(process.pid, None)
            process.join()

    def _end(self, process: BaseProcess) -> None:
        """Ask a process to end; if it does not, kill it: what it had stored stays."""
        process.terminate()
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()

    def _end_all(self) -> None:
        enders = [threading.Thread(target=self._end, args=(process,)) for _, process in list(self._jobs.values())]
        for thread in enders:
            thread.start()
        for thread in enders:
            thread.join()

    def _kill_heedless(self, now: datetime) -> None:
        """Kill processes of ours that cannot be reached otherwise: those whose run was taken from them because they
        stood still, and those that do not heed their deadline."""
        for arguments, process in list(self._jobs.values()):
            if arguments[:2] != ("harvest", "run") or not (process.pid and process.is_alive()):
                continue
            with self._portal.database.read() as session:
                owned = select(Run).where(Run.source == arguments[2], Run.owner == str(Owner.of(process.pid)))
                run = session.scalar(owned.order_by(Run.id.desc()).limit(1))
            if run and _is_heedless(run, now):
                self._say(f"{run.source}: its process {process.pid} did not heed anything any more and was killed")
                process.kill()


def _command(arguments: list[str]) -> None:
    """Run one command of `clerestory` in this process."""
    # By name, as the entry point has it: a worker runs commands, it need not know them.
    main = import_module("portal.cli").main
    # A session of its own: Ctrl+C is for the worker, which then asks its processes to end.
    os.setsid()
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    sys.argv = ["clerestory", *arguments]
    main()


def _is_heedless(run: Run, now: datetime) -> bool:
    taken = run.state == "interrupted" and run.reason in (KILLED, TAKEN_OVER)
    return taken or (run.state == "running" and now > run.deadline_at + OVERTIME)


def _is_harvest(arguments: tuple[str, ...], sources: Any) -> bool:
    return arguments[:2] == ("harvest", "run") and arguments[2] in sources


def hold_clock(session: Session, owner: str, now: datetime) -> bool:
    """Whether this worker is the one that looks at the clock, for a while: one of all is."""
    wait_for_turn(session, "clock")
    state = session.get(State, "clock")
    if state and state.value["owner"] != owner:
        holder = Owner.read(state.value["owner"])
        if datetime.fromisoformat(state.value["until"]) > now and not holder.is_dead():
            return False
    session.merge(State(name="clock", value={"owner": owner, "until": (now + HOLD).isoformat()}))
    return True


def release_clock(session: Session, owner: str) -> None:
    """Let another worker look at the clock."""
    state = session.get(State, "clock")
    if state and state.value["owner"] == owner:
        session.delete(state)
