"""audit: the log of what was done at the desk."""

import sys
from difflib import get_close_matches

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from .. import audit as log
from .. import catalogue
from .terminal import FAILED, ready_portal, show_table


@click.group(cls=AppGroup)
def audit() -> None:
    """Read the log of what officers and operators did, and prove that nobody changed it.

    \b
    Example:
      clerestory audit show --agency hanoi-peoples-committee
    """


@audit.command()
@click.option("--agency", metavar="SLUG", help="Only what was done for this agency.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many entries.")
def show(agency: str | None, limit: int) -> None:
    """Show who did what, when and why, the newest first.

    \b
    Example:
      clerestory audit show --limit 200
    """
    with ready_portal().database.read() as session:
        entries = log.entries(session, agency=catalogue.with_former(session, agency) if agency else None, limit=limit)
        if agency and not entries and catalogue.agency(session, agency) is None:
            raise _unknown(session, agency)
    if not entries:
        click.echo(f"the log has no entry {f'for {agency}' if agency else 'yet'}", err=True)
    show_table(
        ("WHEN", "WHO", "WHAT", "AGENCY", "ABOUT", "WHY"),
        ((f"{one.at:%Y-%m-%d %H:%M}", one.who, one.action, one.agency, one.about, one.reason) for one in entries),
    )


def _unknown(session: Session, slug: str) -> click.UsageError:
    near = get_close_matches(slug, [one.slug for one in catalogue.agencies(session)], n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else "; its slug is the last part of its address"
    return click.UsageError(f"there is no agency {slug!r} here{hint}")


@audit.command()
def verify() -> None:
    """Compute every seal of the log anew. Ends with 1 where an entry was changed or removed.

    \b
    Example:
      clerestory audit verify
    """
    with ready_portal().database.read() as session:
        faults = list(log.faults(session))
        count = log.count(session)
    if faults:
        click.echo(f"{len(faults)} entries do not fit to the one before them; the first is {faults[0]}", err=True)
        sys.exit(FAILED)
    click.echo(f"{count:,} entries, every seal fits")
