"""What commands share: a portal that is ready, and telling how far they are."""

import sys
import time
from collections.abc import Iterable, Sequence

import click

from .. import schema
from ..parts import Portal, here
from ..settings import Settings

# What scripts can rely on; `clerestory --help` tells them. 0 is: all went well.
FAILED, WRONG, SUSPECT = 1, 2, 3

# Where nobody watches, a line now and then (seconds) is enough for a log.
_RARELY = 10.0
_OFTEN = 0.1


class NotReady(click.ClickException):
    """The data folder has no database, or one of another version."""

    exit_code = WRONG

    def __init__(self, settings: Settings) -> None:
        super().__init__(f"there is no database of this version in {settings.data_dir}; run: clerestory init")


def ready_portal() -> Portal:
    """The portal of the current application. Raises NotReady."""
    portal = here()
    if not schema.is_current(portal.database):
        raise NotReady(portal.settings)
    return portal


class Progress:
    """Says how far something is: on a terminal in one line that changes, elsewhere a line now and then.

    Writes to standard error, so that standard output holds results only.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._began = self._said = time.monotonic()
        self._width = 0

    def say(self, done: int, more: str = "") -> None:
        """`done` of them are done."""
        now = time.monotonic()
        if now - self._said < (_OFTEN if self._terminal else _RARELY):
            return
        self._said = now
        rate = done / max(now - self._began, 0.001)
        self._write(f"{self._what}: {done:,}{more} ({rate:,.0f}/s)")

    def end(self) -> None:
        """Leave the line clean for what is said next."""
        if self._width:
            click.echo("\r" + " " * self._width + "\r", err=True, nl=False)
            self._width = 0

    def _write(self, text: str) -> None:
        if not self._terminal:
            click.echo(text, err=True)
            return
        click.echo("\r" + text.ljust(self._width), err=True, nl=False)
        self._width = len(text)


def show_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table: columns as wide as they must be, two spaces between them."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
