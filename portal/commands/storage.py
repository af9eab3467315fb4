"""storage: where raw items and published files lie."""

import click
from flask.cli import AppGroup

from ..storage import Folder, Storage
from .terminal import Progress, ready_portal


@click.group(cls=AppGroup)
def storage() -> None:
    """See where raw items and files lie, and move them.

    \b
    Example:
      clerestory storage status
    """


@storage.command()
def status() -> None:
    """Say where raw items and files lie, and how many of them.

    \b
    Example:
      clerestory storage status
    """
    kept = ready_portal().storage
    count = sum(1 for _ in kept.names())
    click.echo(f"{kept}: {count:,} raw items and files")


@storage.command()
def move() -> None:
    """Copy what lies in the data folder to the storage that the settings name. What is there already is not copied again, so
    that it may be broken off and repeated; nothing is deleted.

    \b
    Example:
      PORTAL_STORAGE_URL=s3+https://storage.example/portal PORTAL_STORAGE_KEY=… PORTAL_STORAGE_SECRET=… clerestory storage move
    """
    portal = ready_portal()
    if isinstance(portal.storage, Folder):
        raise click.UsageError("set PORTAL_STORAGE_URL, PORTAL_STORAGE_KEY and PORTAL_STORAGE_SECRET to where they shall lie")
    copied, there = _copy(Folder(portal.settings.data_dir), portal.storage)
    click.echo(f"copied {copied:,}, there already {there:,}")


def _copy(old: Folder, new: Storage) -> tuple[int, int]:
    progress, copied, there = Progress("copied"), 0, 0
    try:
        for name in old.names():
            if new.exists(name):
                there += 1
            else:
                new.put(name, old.path / name)
                copied += 1
            progress.say(copied + there)
    finally:
        progress.end()
    return copied, there
