"""work: harvest sources when their turn comes, and do what the portal does by the clock."""

import signal
import sys
from types import FrameType

import click
from flask.cli import with_appcontext

from harvesters.source import did_you_mean

from .. import tasks
from ..harvesting.schedule import scheduled
from ..worker import Worker
from .terminal import FAILED, WRONG, ready_portal


@click.command()
@click.option("--at-once", type=click.IntRange(1, 64), default=4, show_default=True, help="How much to do at the same time.")
@click.option("--once", metavar="TASK", help=f"Do one task now, then end: {', '.join(sorted(tasks.TASKS))}.")
@with_appcontext
def work(at_once: int, once: str | None) -> None:
    """Harvest sources when their turn comes, go on with runs that were killed, keep search up to date.

    Runs beside `clerestory serve`; Ctrl+C or SIGTERM ends it. Which sources it harvests is said in PORTAL_SCHEDULE, by
    name or pattern; without it, none: nothing is asked of an agency that the operator did not ask for. Several
    workers may run, also on several machines with one PostgreSQL and one Redis.

    \b
    Example:
      PORTAL_SCHEDULE="us-gsa vn-*" clerestory work
      clerestory work --once catch-up
    """
    portal = ready_portal()
    if once:
        if once not in tasks.TASKS:
            click.echo(f"{once!r} is not a task; known: {', '.join(sorted(tasks.TASKS))}", err=True)
            sys.exit(WRONG)
        signal.signal(signal.SIGTERM, _stop)
        try:
            if not tasks.run(portal, once):
                click.echo(f"{once} is running already", err=True)
        except KeyboardInterrupt:
            sys.exit(FAILED)  # it was asked to end, and goes on the next time
        return
    wanted = scheduled(portal.sources, portal.settings.schedule)
    for fault in portal.source_faults:
        click.echo(f"wrong declaration: {fault}", err=True)
    for pattern in portal.settings.schedule:
        if not scheduled(portal.sources, [pattern]):
            hint = did_you_mean(pattern, portal.sources)
            click.echo(f"PORTAL_SCHEDULE: {pattern!r} names no source that has a schedule; {hint or 'clerestory harvest list shows them'}", err=True)
    if wanted:
        click.echo(f"{len(wanted)} sources are harvested by their rhythm, {at_once} at once: {', '.join(sorted(wanted))}")
    else:
        click.echo('No source is harvested by the clock: name them in PORTAL_SCHEDULE, such as PORTAL_SCHEDULE="us-gsa vn-*"')
    Worker(portal, at_once, lambda text: click.echo(text, err=True)).run()
    click.echo("The worker has ended")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
