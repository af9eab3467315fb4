"""The command `clerestory`. Every command reads its input, makes one call, and answers."""

import logging
from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError

from harvesters.source import SourceError
from search_index.engine import BadSearchUrl, SearchUnavailable

from .accounts import AccountError
from .commands.audit import audit
from .commands.clock import clock
from .commands.demo import demo
from .commands.files import files
from .commands.harvest import harvest
from .commands.links import links
from .commands.lint import lint
from .commands.runs import replay, status, stop
from .commands.search import search
from .commands.serve import serve
from .commands.setup import config, init
from .commands.storage import storage
from .commands.tables import tables
from .commands.terminal import FAILED, WRONG
from .commands.users import users
from .commands.work import work
from .harvesting import Busy
from .harvesting.traffic import software_version
from .settings import SettingsError

log = logging.getLogger("clerestory")


class Said(click.ClickException):
    """What went wrong, in a sentence."""

    exit_code = FAILED


class Wrong(Said):
    """Something that the operator wrote is wrong, and the sentence says what to write instead."""

    exit_code = WRONG


class Clerestory(AppGroup):
    """The group of all commands. The one place where their exceptions become sentences and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, KeyboardInterrupt):
            raise
        except SettingsError as error:
            raise Wrong("these settings are wrong:\n" + _indent(str(error))) from None
        except (SourceError, BadSearchUrl, AccountError) as error:
            raise Wrong(str(error)) from None
        except (Busy, SearchUnavailable) as error:
            raise Said(str(error)) from None
        except OperationalError as error:
            raise Said(f"the database does not answer: {error.orig}") from None
        except BrokenPipeError:
            raise  # the reader of our lines had enough; click ends quietly
        except OSError as error:
            raise Said(f"{error}; check the folder and its permissions") from None
        except Exception as error:
            log.exception("a command failed")
            raise Said(f"this is a fault of the portal's own: {type(error).__name__}: {error}") from None


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


@click.group(
    cls=Clerestory,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all went well; 1 it failed, and the message says why; 2 wrong usage, settings or "
    "declaration; 3 a harvest that is suspect: what came is stored, nothing was withdrawn.",
)
@click.version_option(software_version(), prog_name="clerestory")
def cli() -> None:
    """Run an open government transparency portal.

    \b
    A portal from nothing, on http://127.0.0.1:5000:
      clerestory init
      clerestory demo
      clerestory serve

    Settings come from PORT and PORTAL_* in the environment; `clerestory config` shows them.
    """


for command in (lint, replay, status, stop):
    harvest.add_command(command)
for command in (init, harvest, files, search, links, serve, work, demo, users, audit, config, storage, tables, clock):
    cli.add_command(command)


def main() -> None:
    """What the command `clerestory` runs."""
    from . import create_app

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    cli.main(obj=ScriptInfo(create_app=create_app, set_debug_flag=False), prog_name="clerestory")
