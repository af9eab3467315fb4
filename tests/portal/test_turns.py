"""Several processes on PostgreSQL wait for each other in one order, so that no two of them wait for each other for ever."""

import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from portal import create_app, remarks, store
from portal.matter import recent
from portal.matter.watched import Watched
from portal.models import RecordRow
from portal.settings import Settings

from ..browser import JudgingClient
from ..factories import a_policy
from .desk import Officer
from .test_remarks import Reader, decides
from .test_writing import RECORD, Program

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

@pytest.fixture
def app(postgresql_url, tmp_path):
    settings = Settings(data_dir=tmp_path / "data", database_url=postgresql_url, search_url="memory:", secret_key="only for tests, and long enough", testing=True)
    settings.data_dir.mkdir()
    app = create_app(settings)
    app.test_client_class = JudgingClient
    yield app
    app.extensions["clerestory"].close()


@pytest.fixture
def turns(app):
    """What each transaction waited for, in its order; by its name in words."""
    taken, engine = defaultdict(list), app.extensions["clerestory"].database.engine

    def note(connection, _cursor, statement, parameters, _context, _many):
        if "pg_advisory_xact_lock" in statement:
            taken[connection.get_transaction()].append(parameters["name"])

    event.listen(engine, "before_cursor_execute", note)
    yield taken
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.postgresql
def test_nobody_who_writes_into_the_log_waits_for_anything_afterwards(app, turns):
    lan = Officer(app, role="admin")
    lan.signs_in()
    address, _page = lan.previews("policy", title="Plan", summary="Paid to VN IBAN DE89 3704 0044 0532 0130 00.", files=[(io.BytesIO(b"a,b\n1,2\n"), "a.csv"), (io.BytesIO(b"c,d\n1,2\n"), "b.csv")])
    assert lan.client.submit(address, {"answer": "It is the account of the council itself."}, form="publish").status_code == 303
    number = lan.publishes("policy", title="Another plan")
    program = Program(lan)
    record = RECORD | {"summary": "Paid to IBAN DE89 3704 0044 0532 0130 00."}
    assert program.sends(record, answer="It is the account of the council itself.", headers={"Idempotency-Key": "one"}).status_code == 201
    Reader(app).asks(number)
    assert decides(lan).status_code == 303
    waited = [names for names in turns.values() if "audit log" in names]
    assert any(any(name.startswith("desk-") for name in names) for names in waited)
    late = [names for names in waited if set(names[names.index("audit log") :]) - set(names[: names.index("audit log") + 1])]
    assert late == []


@pytest.mark.postgresql
def test_files_of_one_form_are_counted_in_one_order_whatever_their_own(app, turns):
    lan = Officer(app)
    lan.signs_in()
    for files in (("a", "b", "c"), ("c", "b", "a")):
        lan.previews("policy", title="Plan", files=[(io.BytesIO(f"{name},{name}\n1,2\n".encode()), f"{name}.csv") for name in files])
    counted = [[name for name in dict.fromkeys(names) if name.startswith(("file ", "room "))] for names in turns.values()]
    several = [names for names in counted if len(names) > 2]
    assert len(several) == 2 and several[0] == several[1] == sorted(several[0])


@pytest.mark.postgresql
def test_what_is_answered_while_its_reader_takes_it_back_stays(app):
    lan = Officer(app)
    lan.signs_in()
    secret = Reader(app).asks(lan.publishes("policy", title="Plan")).rsplit("/", 1)[-1]
    database = lan.portal.database
    with database.write() as session:
        remark = remarks.of_reader(session, secret)
        assert decides(lan).status_code == 303
        assert not remarks.take_back(session, remark, datetime.now(UTC))
    with database.read() as session:
        assert remarks.of_reader(session, secret).state == "answered"


def test_a_large_matter_that_changed_while_it_was_put_together_is_not_kept_as_it_was(database):
    with database.write() as session:
        store.save_many(session, [store.Arrival(a_policy(identifier=str(number))) for number in range(recent.LARGE)], now=NOW)
    with database.read() as session:
        ids = tuple(session.scalars(select(RecordRow.id)))

    def slow():
        with database.write() as other:
            store.save_many(other, [store.Arrival(a_policy(identifier="0", title="Changed meanwhile"))], now=NOW + timedelta(seconds=1))
        return "old", Watched(ids, (), ())

    with database.read() as session:
        assert recent.fetch(session, "matter", slow) == "old"
    with database.read() as session:
        assert recent.fetch(session, "matter", lambda: ("new", Watched(ids, (), ()))) == "new"
