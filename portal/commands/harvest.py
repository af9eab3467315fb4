"""harvest: list, check and run sources."""

import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from difflib import get_close_matches
from types import FrameType
from typing import Any

import click
from flask.cli import AppGroup

from harvesters.source import Source
from harvesters.when import check_when, first_day
from search_index.engine import SearchUnavailable

from .. import catalogue, harvesting, linking
from .. import search as search_joint
from ..models import Run
from ..parts import Portal
from .terminal import FAILED, SUSPECT, WRONG, Progress, ready_portal, show_table

_COUNTS = ("new", "changed", "unchanged", "withdrawn", "rejected")
_EXIT = {"complete": 0, "partial": 0, "suspect": SUSPECT, "failed": FAILED, "interrupted": FAILED, "stopped": FAILED}


class Moment(click.ParamType[datetime]):
    """A date or a moment, as people write them."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            when = check_when(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if "T" in when:
            return datetime.fromisoformat(when)
        return datetime.combine(first_day(when), datetime.min.time(), UTC)


@click.group(cls=AppGroup)
def harvest() -> None:
    """List, check and run the sources of agencies.

    \b
    Example:
      clerestory harvest list
      clerestory harvest check us-gsa
      clerestory harvest run us-gsa
    """


@harvest.command("list")
def list_() -> None:
    """Show every source: its kind, axis and schedule, its last run, and how many records it has here.

    \b
    Example:
      clerestory harvest list
    """
    portal = ready_portal()
    with portal.database.read() as session:
        last, counts = catalogue.last_runs(session), catalogue.counts_by_source(session)
    show_table(
        ("NAME", "KIND", "AXIS", "SCHEDULE", "LAST RUN", "RECORDS"),
        (
            _line(source, last.get(name), counts.get(name, {}))
            for name, source in sorted(portal.sources.items())
        ),
    )
    for fault in portal.source_faults:
        for line in fault.splitlines():
            click.echo(f"wrong declaration: {line}", err=True)


def _line(source: Source, run: Run | None, counts: dict[str, int]) -> tuple[str, ...]:
    last = f"{run.started_at:%Y-%m-%d %H:%M} {run.state}" if run else "never"
    axis = source.axis or ("by rules" if source.rules else "by its kind")
    return source.name, source.kind, axis, source.schedule, last, f"{counts.get('published', 0):,}"


@harvest.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), help="Look at no more than so many items.")
def check(name: str, limit: int | None) -> None:
    """Try a source without storing anything: show its records by axis and type, and what would be rejected.

    \b
    Example:
      clerestory harvest check us-gsa --limit 50
    """
    portal = ready_portal()
    source = declared(portal, name)
    found = harvesting.check(portal, source, limit)
    _show_check(name, found)
    if found.fault:
        click.echo(f"{name} cannot be harvested: {found.fault}", err=True)
        sys.exit(FAILED)
    if found.complete and found.valid < source.minimum:
        click.echo(f"{name} is suspect: its declaration expects {source.minimum:,} records at least", err=True)
        sys.exit(SUSPECT)


def _show_check(name: str, found: harvesting.Check) -> None:
    click.echo(f"{name}: {found.valid:,} records, {found.rejected:,} rejected, {found.skipped:,} skipped")
    for (axis, kind), count in found.types.most_common():
        click.echo(f"  {axis}, {kind}: {count:,}")
    for (axis, rule), count in found.rules.most_common():
        click.echo(f"  {axis} by {rule or 'its kind'}: {count:,}")
    if found.records:
        click.echo("Some of the records:")
    for record in found.records:
        when = record.issued or "no date"
        click.echo(f"  {record.identifier}  {when}  {record.axis}, {record.type}  {record.title}")
    if found.rejects:
        more = found.rejected - len(found.rejects)
        click.echo(f"Rejected (and {more:,} more):" if more else "Rejected:")
    for rejected in found.rejects:
        click.echo(f"  {rejected.item.identifier or '(no identifier)'}: {rejected.reason}")
    for flag in found.flags:
        click.echo(f"Odd: {flag}")


@harvest.command()
@click.argument("names", metavar="NAME...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Run every declared source, one after the other.")
@click.option("--full", is_flag=True, help="Ask for everything, also where changes would do.")
@click.option("--since", type=Moment(), help="Ask for what changed from then on: 2024-05-31.")
@click.option("--limit", type=click.IntRange(1), help="Take no more than so many items.")
@click.option("--accept", is_flag=True, help="Take a suspect answer for everything that the source has.")
@click.option("--due", is_flag=True, help="Run only those whose turn it is by their schedule; don't wait for a busy host.")
@click.option("--no-index", is_flag=True, help="Leave the search index for later: clerestory search catch-up.")
def run(names: tuple[str, ...], every: bool, no_index: bool, due: bool, **options: Any) -> None:
    """Harvest sources into the store and bring search up to date. Ends with one line of counts.

    One run at a time asks a host: another one waits for its end. A run that was broken off is gone on with, unless
    --full begins afresh.

    \b
    Example:
      clerestory harvest run us-gsa
      clerestory harvest run --all --due
    """
    if bool(names) == every:
        raise click.UsageError("name the sources to run, or write --all; clerestory harvest list shows them")
    signal.signal(signal.SIGTERM, _end if due else _stop)
    portal = ready_portal()
    sources = [declared(portal, name) for name in (sorted(portal.sources) if every else names)]
    counts: Counter[str] = Counter()
    worst = 0
    for source in sources:
        asked = _asked_by_clock(portal, source) if due else {}
        if asked is None:
            continue
        try:
            ended = _run(portal, source, wait=not due, **options | asked)
        except harvesting.WorkerEnds:
            sys.exit(FAILED)
        if ended is None:
            worst = worst if due else FAILED
            continue
        counts.update({name: getattr(ended, name) for name in _COUNTS})
        worst = _worse(worst, _EXIT.get(ended.state, FAILED))
    if not no_index and not bring_up_to_date(portal):
        worst = FAILED
    click.echo(", ".join(f"{name} {counts[name]}" for name in _COUNTS))
    sys.exit(worst)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """A run that is asked to end says so in its row, as when Ctrl+C is pressed."""
    raise KeyboardInterrupt


def _end(_signal: int, _frame: FrameType | None) -> None:
    """The worker that began this run ends; the next one goes on with it."""
    raise harvesting.WorkerEnds


def _asked_by_clock(portal: Portal, source: Source) -> dict[str, Any] | None:
    """What a run of this source is to be asked for by the clock; None while it is not its turn. One that was killed
    is asked for what it was asked for then."""
    now = datetime.now(UTC)
    with portal.database.read() as session:
        turns = harvesting.turns(session, {source.name: source}, [source.name], now)
    if not turns or turns[0].at > now:
        return None
    last = turns[0].history.last
    if turns[0].why == "continue" and last:
        return {"full": last.full, "since": last.since, "resume": True}
    return {}


def _worse(one: int, other: int) -> int:
    return max(one, other, key=(0, SUSPECT, WRONG, FAILED).index)


def _run(portal: Portal, source: Source, wait: bool, **options: Any) -> Run | None:
    """Run one source and tell how it ended; None when it could not begin."""
    told = False
    while True:
        try:
            return _try(portal, source, **options)
        except harvesting.HostBusy as busy:
            if not wait:
                return None
            if not told:
                click.echo(f"{busy}; waiting (Ctrl+C gives up)", err=True)
            told = True
            time.sleep(2)


def _try(portal: Portal, source: Source, **options: Any) -> Run | None:
    progress = Progress(source.name)

    def tell(run: Run) -> None:
        progress.say(run.received, f" items, {run.rejected:,} rejected")

    try:
        ended = harvesting.run_source(portal, source, progress=tell, **options)
    except harvesting.HostBusy:
        raise
    except harvesting.Busy as busy:
        click.echo(str(busy), err=True)
        return None
    finally:
        progress.end()
    click.echo(f"{source.name}: {ended.state}{': ' if ended.reason else ''}{ended.reason}", err=True)
    for flag in ended.flags:
        click.echo(f"  odd: {flag}", err=True)
    return ended


def bring_up_to_date(portal: Portal) -> bool:
    """Link what is new, and teach it to search; False where that cannot be reached."""
    linking.catch_up(portal)
    progress = Progress("indexed")
    try:
        search_joint.catch_up(portal, progress.say)
    except SearchUnavailable as error:
        click.echo(f"Everything is stored, but search did not learn it: {error}", err=True)
        click.echo("Try again with: clerestory search catch-up", err=True)
        return False
    finally:
        progress.end()
    return True


def declared(portal: Portal, name: str) -> Source:
    """The source of that name. Wrong declarations and unknown names are told, and end the command."""
    faults = [line for fault in portal.source_faults for line in fault.splitlines() if _is_about(line, name)]
    if faults:
        click.echo("\n".join(faults), err=True)
        sys.exit(WRONG)
    if name not in portal.sources:
        like = get_close_matches(name, portal.sources, 1)
        meant = f"did you mean {like[0]}? " if like else ""
        click.echo(f"{name!r} is not a source; {meant}clerestory harvest list shows them all", err=True)
        sys.exit(WRONG)
    return portal.sources[name]


def _is_about(fault: str, name: str) -> bool:
    return fault.startswith((f"{name}:", f"{name}.toml:"))
