"""The tables are those of the models, on both databases, however often and by however many they are made."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from portal import audit, members, schema
from portal.db import Database
from portal.models import AgencyZone, Arrival, Base, Device, Guess, Holding, Look, Remark, Upload, User
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


@BOTH
def test_accounts_and_drafts_of_before_there_were_members_go_on(bare_url):
    database = _open(bare_url)
    with database.writing.begin() as connection:
        command.upgrade(schema._config(connection), "2026_11_24_cited_searches")
        connection.exec_driver_sql("INSERT INTO agencies (slug, names, identifiers, first_seen) VALUES ('hanoi', '{}', '[]', '2026-01-01T00:00:00.000000Z')")
        connection.exec_driver_sql(
            "INSERT INTO users (id, email, name, password, agency, role, language, active, session_version, created_at, failed_sign_ins) "
            "VALUES (1, 'lan@hanoi.example', 'Lan', 'x', 'hanoi', 'publisher', 'en', true, 1, '2026-01-01T00:00:00.000000Z', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO files (sha256, name, media_type, size, public, user_id, created_at) "
            "VALUES ('ab', 'plan.pdf', 'application/pdf', 1, false, 1, '2026-01-01T00:00:00.000000Z')"
        )
        connection.exec_driver_sql(
            "INSERT INTO uploads (id, token, user_id, axis, data, files, state, created_at, changed_at) "
            """VALUES (1, 't', 1, 'policy', '{"title": "Kept"}', '["ab"]', 'draft', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')"""
        )
    schema.upgrade(database)
    with database.read() as session:
        assert members.role_of(session, 1, "hanoi") == "publisher"
        upload = session.get(Upload, 1)
        assert (upload.agency, upload.data["title"], upload.files) == ("hanoi", "Kept", ["ab/plan.pdf"])
        assert session.get_one(Holding, ("hanoi", "ab")).size == 1
        assert session.get_one(Arrival, "ab").unneeded_at is None
    now = datetime.now(UTC)
    with database.write() as session:
        session.add(AgencyZone(agency="hanoi", zone="Asia/Ho_Chi_Minh"))
        session.add(Look(sha256="ab", name="plan.pdf", state="waiting", not_before=now, asked_by=1, asked_at=now))
        session.add(Remark(secret="s", number="0" * 12, version=1, agency="hanoi", kind="question", text="Why?", language="en", decided_by=1, received_at=now))
        session.add(Device(id="d", user_id=1, created_at=now, seen_at=now))
        session.add(Guess(account="a", asker="b", tries=1, at=now))
    with database.writing.begin() as connection:
        command.downgrade(schema._config(connection), "2026_11_24_cited_searches")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM uploads").scalar() == 1
    schema.upgrade(database)
    with database.read() as session:
        assert session.get_one(Upload, 1).files == ["ab/plan.pdf"]
        assert session.get_one(User, 1).second is None
    database.close()


def test_what_stands_in_the_audit_log_cannot_be_changed_or_deleted(database):
    with database.write() as session:
        for action in ("published", "withdrawn"):
            audit.note(session, datetime(2026, 3, 1, tzinfo=UTC), audit.OPERATOR, action, "7K3QX9F2AB4M", reason="because")
    for statement in ("UPDATE log_entries SET who = 'nobody'", "DELETE FROM log_entries"):
        with pytest.raises(SQLAlchemyError, match="never changed"), database.writing.begin() as connection:
            connection.exec_driver_sql(statement)
    with database.read() as session:
        assert [entry.action for entry in audit.entries(session)] == ["withdrawn", "published"]
        assert list(audit.faults(session)) == []


def test_an_entry_that_was_changed_behind_the_portals_back_is_seen(tmp_path):
    database = _open(f"sqlite:///{tmp_path / 'log.sqlite'}")
    schema.upgrade(database)
    with database.write() as session:
        for number in range(3):
            audit.note(session, datetime(2026, 3, 1, tzinfo=UTC), audit.OPERATOR, "published", str(number))
    with database.writing.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER log_entries_no_update")
        connection.exec_driver_sql("UPDATE log_entries SET who = 'nobody' WHERE id = 2")
    with database.read() as session:
        assert list(audit.faults(session)) == [2]
    database.close()
