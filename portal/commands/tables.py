"""tables: the tables that were made of kept files, to be opened in the page."""

import json

import click
from flask.cli import with_appcontext

from ..tables import shelf
from .terminal import ready_portal


@click.group()
def tables() -> None:
    """Look after the tables that were made of files, to be opened in the page. They can be thrown away at any time.

    \b
    Example:
      clerestory tables status
    """


@tables.command()
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
@with_appcontext
def status(as_json: bool) -> None:
    """Show how many tables there are, how much room they take, and why files could not be opened.

    \b
    Example:
      clerestory tables status --json
    """
    folder = shelf.folder_of(ready_portal().settings.data_dir)
    sizes = [size for _place, size, _wanted in shelf.tables(folder)]
    faults = shelf.faults(folder)
    if as_json:
        click.echo(json.dumps({"tables": len(sizes), "bytes": sum(sizes), "most_bytes": shelf.MOST, "impossible": faults}, indent=2))
        return
    click.echo(f"{len(sizes):,} tables, {sum(sizes) / 1e6:,.1f} MB of {shelf.MOST / 1e6:,.0f} MB at most")
    for code, count in sorted(faults.items()):
        click.echo(f"{count:,} files cannot be opened: {code}")


@tables.command()
@with_appcontext
def clear() -> None:
    """Throw them all away; each is made again when somebody opens it.

    \b
    Example:
      clerestory tables clear
    """
    count = shelf.clear(shelf.folder_of(ready_portal().settings.data_dir))
    click.echo(f"threw away {count:,} tables")
