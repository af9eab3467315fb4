"""clock: how far the outcome clock is, and making it anew."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from .. import outcome_clock, zones
from .terminal import ready_portal


@click.group(cls=AppGroup)
def clock() -> None:
    """Look after the outcome clock: what was promised to be reported. It can always be made again from the records.

    \b
    Example:
      clerestory clock status
    """


@clock.command()
def status() -> None:
    """Show how many promises stand in each state today, by the days of the agencies, and how many records are not counted yet.

    \b
    Example:
      clerestory clock status
    """
    portal = ready_portal()
    with portal.database.read() as session:
        days = zones.days(session, portal, datetime.now(UTC))
        counts, behind = outcome_clock.counts(session, days), outcome_clock.behind(session)
    click.echo(", ".join(f"{state} {count}" for state, count in counts.items()))
    click.echo(f"behind {behind}")


@clock.command("catch-up")
def catch_up() -> None:
    """Look at records that are new or changed. `clerestory work` does it by the minute.

    \b
    Example:
      clerestory clock catch-up
    """
    click.echo(f"records looked at: {outcome_clock.catch_up(ready_portal())}")


@clock.command()
def rebuild() -> None:
    """Make the clock again from nothing.

    \b
    Example:
      clerestory clock rebuild
    """
    click.echo(f"records looked at: {outcome_clock.rebuild(ready_portal())}")
