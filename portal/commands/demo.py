"""demo: the demonstration, put in and taken away."""

import click
from flask.cli import with_appcontext

from .. import demo as demonstration
from .terminal import Progress, ready_portal


@click.command()
@click.option("--remove", is_flag=True, help="Take the demonstration's records away again.")
@with_appcontext
def demo(remove: bool) -> None:
    """Harvest the demonstration: Viet Nam's digital government, from policy to outcome. Quick when it is there.

    \b
    Example:
      clerestory demo
      clerestory demo --remove
    """
    portal = ready_portal()
    if remove:
        click.echo(f"The demonstration is gone: {demonstration.remove(portal)} records were removed.")
        return
    lines: dict[str, Progress] = {}

    def tell(what: str, done: int) -> None:
        lines.setdefault(what, Progress(what)).say(done)

    try:
        installed = demonstration.install(portal, tell)
    except demonstration.DemonstrationFailed as fault:
        raise click.ClickException(str(fault)) from None
    finally:
        for line in lines.values():
            line.end()
    state = "is ready" if installed.fresh else "was ready already"
    click.echo(f"The demonstration {state}: {installed.records} records. clerestory demo --remove takes it away.")
