"""The tables of a database, made and brought up to date by the migrations that travel with the portal."""

import sys
from tempfile import TemporaryDirectory

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from .db import Database
from .models import Base
from .sealing import Safe

# Any number will do, as long as it stays: it is what two PostgreSQL upgrades meet at.
_LOCK = 7_203_514_090


def upgrade(database: Database, safe: Safe | None = None) -> None:
    """Make the tables, or bring an older portal's up to date. Safe to repeat, and in several processes at once
    (the first one works, the others wait). All of it or, when killed, nothing. `safe`: seals secrets that lay open before."""
    with database.writing.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection, safe), "head")


def is_current(database: Database) -> bool:
    """Whether the tables are those that this version of the portal works with."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str:
    """The revision that `upgrade` leads to."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def differences(database: Database) -> list[object]:
    """What the migrations have not learned yet of `models`; empty when the two agree."""
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def revise(message: str) -> None:
    """Write a new migration out of what changed in `models` into migrations/versions, to be read and corrected."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/before.sqlite")
        upgrade(database)
        with database.engine.connect() as connection:
            command.revision(_config(connection), message, autogenerate=True)
        database.close()


def _config(connection: Connection | None = None, safe: Safe | None = None) -> Config:
    config = Config(attributes={"connection": connection, "safe": safe})
    config.set_main_option("script_location", "portal:migrations")
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


if __name__ == "__main__":
    revise(" ".join(sys.argv[1:]) or "change")
