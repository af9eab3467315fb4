"""The tables are those of the models, on both databases, however often and by however many they are made."""

import subprocess
import sys

import pytest
from sqlalchemy import inspect

from portal import schema
from portal.db import Database
from portal.models import Base
from portal.settings import Settings


@pytest.fixture
def bare_url(request, tmp_path):
    """An address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.sqlite'}"
    server = request.getfixturevalue("postgresql_server")
    return server.url(server.create())


BOTH = pytest.mark.parametrize(
    "bare_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def _open(url):
    return Database(Settings(database_url=url).database)


def test_migrations_and_models_agree(database):
    assert schema.differences(database) == []
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_a_difference_would_be_noticed(database):
    with database.writing.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE records ADD COLUMN colour VARCHAR(20)")
        connection.exec_driver_sql("DROP INDEX ix_records_behind")
    assert len(schema.differences(database)) == 2


def test_upgrading_twice_keeps_everything(database):
    with database.writing.begin() as connection:
        connection.exec_driver_sql("INSERT INTO state (name, value) VALUES ('colour', '{}')")
    schema.upgrade(database)
    assert schema.is_current(database)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM state").scalar() == 1


@BOTH
def test_a_database_without_tables_is_not_current(bare_url):
    database = _open(bare_url)
    assert not schema.is_current(database)
    schema.upgrade(database)
    assert schema.is_current(database)
    database.close()


@BOTH
def test_processes_may_upgrade_at_once(bare_url):
    program = (
        "import sys; from portal import schema; from portal.db import Database; from portal.settings import Settings\n"
        "schema.upgrade(Database(Settings(database_url=sys.argv[1]).database))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, bare_url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    faults = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], faults
    database = _open(bare_url)
    assert schema.is_current(database)
    assert schema.differences(database) == []
    database.close()
