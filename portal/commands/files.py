"""files: whether the files that records link to are there."""

import json
import sys

import click
from flask.cli import with_appcontext

from .. import filechecks
from .terminal import FAILED, ready_portal, show_table


@click.group()
def files() -> None:
    """Look after the files that records link to.

    \b
    Example:
      clerestory files status
    """


@files.command()
@click.option("--source", default="", metavar="NAME", help="Only files that records of this source link to.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1), help="How many to look at.")
@with_appcontext
def check(source: str, limit: int) -> None:
    """Look at files whose time has come; `clerestory work` does so by itself. It goes on where it was stopped.

    \b
    Example:
      clerestory files check --source us-gsa --limit 500
    """
    checked = filechecks.check(ready_portal(), source=source, limit=limit)
    click.echo(f"looked at {checked.total:,}: " + (", ".join(f"{count:,} {state}" for state, count in checked.looks.items()) or "none was due"))
    if checked.network_down:
        click.echo("most hosts were out of reach at once: is this machine's own network down? Nothing was marked.", err=True)
        sys.exit(FAILED)


@files.command()
@click.option("--source", default="", metavar="NAME", help="Only files that records of this source link to.")
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
@with_appcontext
def status(source: str, as_json: bool) -> None:
    """Show how many files are there, and which links are broken.

    \b
    Example:
      clerestory files status --source us-gsa
    """
    with ready_portal().database.read() as session:
        counts, lines = filechecks.counts(session, source), filechecks.broken(session, source)
    if as_json:
        links = [{"record": one.number, "url": one.url, "code": one.code, "since": one.since.isoformat()} for one in lines]
        click.echo(json.dumps({**counts, "broken_links": links}, ensure_ascii=False, indent=2))
        return
    click.echo(", ".join(f"{count:,} {state}" for state, count in counts.items()))
    if lines:
        show_table(
            ("RECORD", "BROKEN SINCE", "WHY", "ADDRESS"),
            ((one.number, f"{one.since:%Y-%m-%d}", one.code, one.url) for one in lines),
        )
