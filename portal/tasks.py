"""Tasks: what the portal does by the clock. Every task is one call into the modules below.

To add one, write a function that takes the portal and makes one call, and say how often:

    @periodic(minutes=10)
    def check_links(portal: Portal) -> None:
        \"\"\"Check some of the files that records link to.\"\"\"
        links.check_some(portal)

That is all. `clerestory work` runs it when it is due, in a process of its own; `clerestory work --once
check-links` runs it now. It never runs twice at once, and what was missed is made up for once. It may be killed at
any moment, and is asked to end by a KeyboardInterrupt: store what is done as you go.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from . import (
    bulk,
    clearing,
    completeness,
    filechecks,
    keeping,
    linking,
    looks,
    mail,
    needs,
    outcome_clock,
    parties,
    publishing,
    remarks,
    search,
)
from .db import wait_for_turn
from .harvesting.leases import Owner
from .models import State
from .parts import Portal
from .tables import ahead

# A task of another machine that began so long ago is taken for dead.
LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done every so often. Its name is the function's, with hyphens."""

    name: str
    every: timedelta
    perform: Callable[[Portal], object]


TASKS: dict[str, Task] = {}


def periodic(
    *, days: float = 0, hours: float = 0, minutes: float = 0
) -> Callable[[Callable[[Portal], object]], Callable[[Portal], object]]:
    """Have the function below called every so often."""
    every = timedelta(days=days, hours=hours, minutes=minutes)

    def register(perform: Callable[[Portal], object]) -> Callable[[Portal], object]:
        name = perform.__name__.replace("_", "-")
        TASKS[name] = Task(name, every, perform)
        return perform

    return register


@periodic(minutes=1)
def catch_up(portal: Portal) -> None:
    """Teach search what it has not learned yet."""
    search.catch_up(portal)


@periodic(minutes=1)
def link(portal: Portal) -> None:
    """Read new words for citations, and link what they name."""
    linking.catch_up(portal)


@periodic(minutes=10)
def read_parties(portal: Portal) -> None:
    """Read who took part in decisions that were saved before the portal asked."""
    parties.fill(portal.database)


@periodic(minutes=10)
def check_files(portal: Portal) -> None:
    """Look at some of the files that records link to."""
    filechecks.check(portal, limit=120)


@periodic(minutes=10)
def keep_files(portal: Portal) -> None:
    """Keep some of the files that records link to, where their sources allow it."""
    keeping.keep(portal)


@periodic(hours=12)
def clear_files(portal: Portal) -> None:
    """Remove files that officers sent and nothing has referred to for two weeks."""
    clearing.clear(portal, datetime.now(UTC))


@periodic(minutes=1)
def look_into_files(portal: Portal) -> None:
    """Look into officers' files that nobody looks into any more."""
    looks.work(portal)


@periodic(minutes=1)
def prepare_tables(portal: Portal) -> None:
    """Make the tables of large files before anybody opens them."""
    ahead.catch_up(portal)


@periodic(minutes=1)
def publish_due(portal: Portal) -> None:
    """Put live what was approved for a moment that has come."""
    publishing.publish_due(portal, datetime.now(UTC))


@periodic(minutes=1)
def go_on_with_tables(portal: Portal) -> None:
    """Go on with tables of records that nobody works on any more."""
    bulk.go_on(portal)


@periodic(minutes=1)
def keep_clock(portal: Portal) -> None:
    """Bring the outcome clock up to date with the records."""
    outcome_clock.catch_up(portal)


@periodic(hours=1)
def remind(portal: Portal) -> None:
    """Write to agencies what is due, waits or is broken, each once."""
    needs.remind(portal, datetime.now(UTC))


@periodic(days=1)
def forget_mails(portal: Portal) -> None:
    """Delete recipients and words of mails two weeks after they were written."""
    mail.forget(portal, datetime.now(UTC))


@periodic(minutes=1)
def send_mails(portal: Portal) -> None:
    """Send the mails that wait."""
    mail.send(portal, datetime.now(UTC))


def due(session: Session, portal: Portal, now: datetime) -> list[str]:
    """The names of the tasks whose time has come."""
    found = [task.name for task in TASKS.values() if _is_due(session, task, now)]
    if "catch-up" in found and not search.needs_work(portal):
        found.remove("catch-up")
    if "link" in found and not linking.needs_work(portal):
        found.remove("link")
    if "look-into-files" in found and not looks.needs_work(session, now):
        found.remove("look-into-files")
    if "prepare-tables" in found and not ahead.needs_work(session):
        found.remove("prepare-tables")
    if "keep-clock" in found and not outcome_clock.is_behind(session, now):
        found.remove("keep-clock")
    return found


def run(portal: Portal, name: str) -> bool:
    """Run a task now; False where it is running already. KeyError for an unknown one."""
    task = TASKS[name]
    with portal.database.write() as session:
        wait_for_turn(session, _key(name))
        if _is_running(session, name, datetime.now(UTC)):
            return False
        _note(session, name, datetime.now(UTC), str(Owner.here()))
    try:
        task.perform(portal)
    finally:
        with portal.database.write() as session:
            _note(session, name, datetime.now(UTC), "")
    return True


def _is_due(session: Session, task: Task, now: datetime) -> bool:
    state = session.get(State, _key(task.name))
    if state is None:
        return True
    return datetime.fromisoformat(state.value["at"]) + task.every <= now and not _is_running(session, task.name, now)


def _is_running(session: Session, name: str, now: datetime) -> bool:
    state = session.get(State, _key(name))
    if state is None or not state.value["owner"]:
        return False
    owner = Owner.read(state.value["owner"])
    if owner.is_local:
        return not owner.is_dead()
    return datetime.fromisoformat(state.value["at"]) > now - LONGEST


def _note(session: Session, name: str, now: datetime, owner: str) -> None:
    session.merge(State(name=_key(name), value={"at": now.isoformat(), "owner": owner}))


def _key(name: str) -> str:
    return f"task {name}"


@periodic(hours=1)
def count_completeness(portal: Portal) -> None:
    """Count how complete the records of every agency are."""
    completeness.keep_count(portal.database, datetime.now(UTC))


@periodic(days=1)
def forget_remarks(portal: Portal) -> None:
    """Delete what readers sent that was not answered in public, a year after it was decided."""
    with portal.database.write() as session:
        remarks.forget(session, datetime.now(UTC))
