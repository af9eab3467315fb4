"""harvest status, replay and stop: how harvesting stands, reading again what was kept, ending a run."""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask.cli import with_appcontext

from harvesters.replay import Unreadable

from .. import harvesting
from ..harvesting.leases import Owner
from ..harvesting.state import Status, status_of
from ..models import Run
from ..parts import Portal
from .harvest import bring_up_to_date, declared
from .terminal import FAILED, SUSPECT, Progress, ready_portal, show_table

# How long a run may take to heed that it is to stop (seconds).
PATIENCE = 15.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
@with_appcontext
def status(as_json: bool) -> None:
    """Show what is being harvested, whose turn it is, and what keeps failing.

    Exit code 3 where a source fails or is late: fit for a monitor.

    \b
    Example:
      clerestory harvest status
      clerestory harvest status --json
    """
    portal = ready_portal()
    now = datetime.now(UTC)
    with portal.database.read() as session:
        found = status_of(session, portal.sources, portal.settings.schedule, now)
    if as_json:
        click.echo(json.dumps(found.to_data(now), ensure_ascii=False, indent=2))
    else:
        _show(found, now)
    sys.exit(SUSPECT if found.failing or found.overdue else 0)


def _show(found: Status, now: datetime) -> None:
    if found.running:
        show_table(
            ("RUNNING", "FOR", "ITEMS", "PER SECOND", "REJECTED", "HEARTBEAT", "DEADLINE", "BY"),
            (_running_line(run, now) for run in found.running),
        )
    else:
        click.echo("Nothing is being harvested.")
    if found.failing:
        click.echo()
        show_table(
            ("FAILING", "SINCE", "TIMES", "NEXT TRY", "REASON"),
            (
                (name, f"{one.history.failing_since:%Y-%m-%d %H:%M}", str(one.history.failures), _in(one.at, now),
                 (one.history.last.reason if one.history.last else "")[:100])
                for name, one in found.failing.items()
            ),
        )  # fmt: skip
    if not found.by_clock:
        click.echo('No source is harvested by the clock: name them in PORTAL_SCHEDULE, such as PORTAL_SCHEDULE="us-gsa vn-*"')
    if not found.turns:
        return
    click.echo()
    show_table(
        ("NEXT", "WHEN", "SCHEDULE", "LAST", ""),
        (
            (one.source.name, _in(one.at, now), one.source.schedule, _last(one.history.last),
             "overdue" if one.source.name in found.overdue else "")
            for one in found.turns
        ),
    )  # fmt: skip


def _running_line(run: Run, now: datetime) -> tuple[str, ...]:
    took = max((now - run.started_at).total_seconds(), 0.001)
    expected = f" of {run.expected:,}" if run.expected else ""
    done = run.carried + run.received
    return (
        run.source, _span(now - run.started_at), f"{done:,}{expected}", f"{run.received / took:,.0f}", f"{run.rejected:,}",
        f"{_span(now - run.heartbeat_at)} ago", f"in {_span(run.deadline_at - now)}", Owner.read(run.owner).in_words(),
    )  # fmt: skip


def _last(run: Run | None) -> str:
    return f"{run.started_at:%Y-%m-%d %H:%M} {run.state}" if run else "never"


def _in(at: datetime, now: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at > now else "now"


def _span(span: timedelta) -> str:
    """A span of time in one or two units: 3 h 12 min."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


@click.command()
@click.argument("name")
@with_appcontext
def replay(name: str) -> None:
    """Read again what a source's agency sent before, without asking it: after a kind was improved.

    Records that say something else now get a new version that is marked so; what was rejected is tried again. Ends
    with one line of counts; search learns what changed.

    \b
    Example:
      clerestory harvest replay us-gsa
    """
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(FAILED))
    portal = ready_portal()
    source = declared(portal, name)
    progress = Progress(name)
    try:
        run = harvesting.replay(portal, source, progress=lambda run: progress.say(run.received, f" items, {run.changed:,} changed"))
    except (harvesting.Busy, Unreadable) as fault:
        click.echo(str(fault), err=True)
        sys.exit(FAILED)
    finally:
        progress.end()
    for flag in run.flags:
        click.echo(f"  odd: {flag}", err=True)
    if run.reason:
        click.echo(f"{name}: {run.reason}", err=True)
    indexed = bring_up_to_date(portal)
    click.echo(f"new {run.new}, changed {run.changed}, unchanged {run.unchanged}, rejected {run.rejected}, skipped {run.skipped}")
    sys.exit(FAILED if run.reason or not indexed else 0)


@click.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Kill its process, if it runs on this machine and does not heed.")
@with_appcontext
def stop(name: str, force: bool) -> None:
    """Stop a run, in whatever process it is: within seconds, also while it waits. What it had stored stays.

    \b
    Example:
      clerestory harvest stop us-gsa
    """
    portal = ready_portal()
    declared(portal, name)
    run = harvesting.stop(portal, name)
    if run is None:
        click.echo(f"{name} is not being harvested", err=True)
        sys.exit(FAILED)
    ended = _wait(portal, run)
    if ended.state == "running" and force and _kill(ended):
        harvesting.end_dead_runs(portal)
        ended = _again(portal, run)
    if ended.state == "running":
        who = Owner.read(run.owner).in_words()
        click.echo(f"{name} was asked to stop, but {who} has not heeded it yet; look again, or stop it with --force", err=True)
        sys.exit(FAILED)
    counts: dict[str, Any] = {count: getattr(ended, count) for count in ("new", "changed", "unchanged", "rejected")}
    click.echo(f"{name}: {ended.state}: {ended.reason} ({', '.join(f'{count} {n:,}' for count, n in counts.items())})")


def _wait(portal: Portal, run: Run) -> Run:
    until = time.monotonic() + PATIENCE
    while (ended := _again(portal, run)).state == "running" and time.monotonic() < until:
        time.sleep(0.2)
    return ended


def _again(portal: Portal, run: Run) -> Run:
    with portal.database.read() as session:
        return session.get_one(Run, run.id)


def _kill(run: Run) -> bool:
    owner = Owner.read(run.owner)
    if not owner.is_local or owner.is_dead():
        return owner.is_dead()
    os.kill(owner.pid, signal.SIGKILL)
    time.sleep(0.5)
    return True
