"""init and config: making a portal, and seeing how it is set."""

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import schema, secondfactor
from ..folders import make_private
from ..parts import here
from ..settings import Settings


@click.command()
@with_appcontext
def init() -> None:
    """Make the data folder and its database, or bring them up to date. Safe to repeat.

    \b
    Example:
      PORTAL_DATA_DIR=/srv/portal clerestory init
    """
    portal = here()
    settings = portal.settings
    for folder in (settings.data_dir, settings.raw_dir, settings.files_dir):
        make_private(folder)
    fresh = not schema.is_current(portal.database)
    schema.upgrade(portal.database, portal.safe)
    with portal.database.write() as session:
        secondfactor.seal_anew(session, portal.safe)
    portal.engine.count()  # makes the empty index, or finds that it cannot
    done = "is ready" if fresh else "was ready already"
    click.echo(f"The portal in {settings.data_dir} {done}.")


@click.command()
@with_appcontext
def config() -> None:
    """Show the settings in force, without their secrets.

    \b
    Example:
      clerestory config
    """
    settings: Settings = current_app.extensions["clerestory"].settings
    for name, value in settings.shown().items():
        click.echo(f"{name}={value}")
