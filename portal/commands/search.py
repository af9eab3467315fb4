"""search: how far the index is, and bringing it there."""

from collections.abc import Callable

import click
from flask.cli import AppGroup

from .. import search as search_joint
from ..parts import Portal
from .terminal import Progress, ready_portal


@click.group(cls=AppGroup)
def search() -> None:
    """Look after the search index. It can always be made again from the database.

    \b
    Example:
      clerestory search status
    """


@search.command()
def status() -> None:
    """Show how many documents search knows and how many records it has not learned yet.

    \b
    Example:
      clerestory search status
    """
    portal = ready_portal()
    with portal.database.read() as session:
        lag = search_joint.behind(session)
    click.echo(f"documents {portal.engine.count()}, behind {lag}")


@search.command("catch-up")
def catch_up() -> None:
    """Teach search what it has not learned yet.

    \b
    Example:
      clerestory search catch-up
    """
    _tell("learned", search_joint.catch_up)


@search.command()
def rebuild() -> None:
    """Fill a fresh index from the database and swap it in; readers keep the old one until then.

    \b
    Example:
      clerestory search rebuild
    """
    _tell("rebuilt", search_joint.rebuild)


def _tell(done: str, work: Callable[[Portal, Callable[[int], None]], int]) -> None:
    portal = ready_portal()
    progress = Progress("indexed")
    try:
        count = work(portal, progress.say)
    finally:
        progress.end()
    click.echo(f"{done} {count}")
