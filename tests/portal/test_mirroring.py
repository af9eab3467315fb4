"""One portal collects another one: equal records with their numbers, their history and their dead."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import func, select
from werkzeug.serving import make_server

from harvesters.record import Target
from portal import catalogue as reads
from portal import create_app, outcome_clock, renumbering, schema, search, store
from portal.harvesting import run_source
from portal.models import PromiseRow, RecordRow
from tests import factories
from tests.factories import a_source


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


@pytest.fixture
def there(tmp_path, settings):
    """Another portal, which really answers on loopback."""
    data = tmp_path / "there"
    data.mkdir()
    app = create_app(replace(settings, data_dir=data, database_url=f"sqlite:///{data}/portal.sqlite", search_url=f"whoosh:{data}/index"))
    portal = app.extensions["clerestory"]
    schema.upgrade(portal.database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield portal, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    portal.close()


def a_decision(**changes):
    return factories.a_decision(**{"identifier": "D/1"} | changes)


def a_policy(**changes):
    return factories.a_policy(**{"identifier": "P/1"} | changes)


def an_outcome(**changes):
    return factories.an_outcome(**{"identifier": "O/1"} | changes)


def mirror(url, **changes):
    return a_source("other-portal", kind="clerestory", url=url, axis=None, options={}, **changes)


def write(portal, *records, now, **more):
    with portal.database.write() as session:
        store.save_many(session, [store.Arrival(record) for record in records], now=now, **more)


def lives(portal):
    """Every record with everything that a reader can see of its life."""
    with portal.database.read() as session:
        rows = session.scalars(select(RecordRow).order_by(RecordRow.number)).all()
        return {
            row.number: (
                row.source, row.identifier, row.data, row.state, row.reason, row.version, row.change, row.changed_at, row.first_seen,
                [(one.version, one.change, one.state, one.data, one.changed_at) for one in reads.versions(session, reads.entry_of(row))],
            )
            for row in rows
        }


@pytest.fixture
def filled(there, now):
    """A portal with some life: versions, a withdrawal, a return, a new number."""
    portal, _url = there
    write(portal, a_decision(), a_policy(), an_outcome(), now=now)
    write(portal, a_decision(title="An order, corrected"), now=now + timedelta(days=1))
    with portal.database.write() as session:
        row = session.scalar(select(RecordRow).where(RecordRow.axis == "policy"))
        store.withdraw(session, row, "not_listed", now + timedelta(days=2))
    write(portal, a_decision(identifier="A/1"), now=now)
    record = a_decision(identifier="B/1")
    with portal.database.write() as session:
        arrivals = [store.Arrival(record, formerly=("A/1",))]
        given = renumbering.adopt(session, arrivals, now + timedelta(days=3))
        store.save_many(session, arrivals, now=now + timedelta(days=3), renumbered=given)
    return there


def test_a_round_trip_gives_equal_records_with_numbers_and_history(portal, filled):
    other, url = filled
    run = run_source(portal, mirror(url))
    assert (run.state, run.flags, run.new, run.rejected) == ("complete", [], 4, 0)
    assert lives(portal) == lives(other)


def test_a_second_run_changes_nothing(portal, filled):
    _other, url = filled
    run_source(portal, mirror(url))
    run = run_source(portal, mirror(url), full=True)
    assert (run.state, run.new, run.changed, run.unchanged, run.withdrawn) == ("complete", 0, 0, 4, 0)


def test_old_numbers_lead_to_the_same_place_here(portal, client, filled):
    _other, url = filled
    run_source(portal, mirror(url))
    old, new = a_decision(identifier="A/1").number, a_decision(identifier="B/1").number
    assert client.get(f"/records/{old}").headers["Location"] == f"/records/{new}"


def test_what_was_promised_under_an_old_number_is_not_promised_twice(portal, there, now):
    """The other portal joins two records of a source into one, after both were mirrored here."""
    other, url = there
    promise = Target(indicator="Trees", value="9", due="2020")
    write(other, a_policy(identifier="A/1", targets=(promise,)), a_policy(identifier="B/1", targets=(promise,)), now=now)
    run_source(portal, mirror(url))
    assert owed(portal) == 2
    with other.database.write() as session:
        old, new = (session.scalar(select(RecordRow).where(RecordRow.identifier == name)) for name in ("A/1", "B/1"))
        renumbering.merge(session, old, new, now + timedelta(days=900))
        store.save_many(session, [store.Arrival(a_policy(identifier="B/1", title="Both in one", targets=(promise,)))], now=now + timedelta(days=900))
    run_source(portal, mirror(url), full=True)
    assert owed(portal) == owed(other) == 1
    with portal.database.read() as session:
        former = session.scalar(select(RecordRow).where(RecordRow.identifier == "A/1"))
        assert (former.state, former.version, former.change) == ("merged", 2, "merged")
    run_source(portal, mirror(url), full=True)
    with portal.database.read() as session:
        assert session.scalar(select(RecordRow.version).where(RecordRow.identifier == "A/1")) == 2


def owed(portal):
    """How many promises the outcome clock counts."""
    outcome_clock.catch_up(portal)
    with portal.database.read() as session:
        return session.scalar(select(func.count()).select_from(PromiseRow))


def test_changes_follow_with_their_versions(portal, filled, now):
    other, url = filled
    run_source(portal, mirror(url))
    write(other, a_decision(title="An order, corrected twice"), now=now + timedelta(days=900))
    with other.database.write() as session:
        row = session.scalar(select(RecordRow).where(RecordRow.axis == "outcome"))
        store.unpublish(session, row, "personal_data", now + timedelta(days=901))
        gone = row.number
    run = run_source(portal, mirror(url), since=now + timedelta(days=800))
    assert (run.state, run.new, run.changed, run.withdrawn) == ("partial", 0, 1, 1)
    here, there = lives(portal), lives(other)
    assert here.pop(gone)[3] == "withdrawn"
    del there[gone]
    assert here == there


def test_what_this_portal_collects_itself_stays_its_own(portal, filled, now):
    _other, url = filled
    own = a_decision(title="As collected here")
    write(portal, own, now=now)
    run = run_source(portal, mirror(url))
    assert (run.new, run.unchanged) == (3, 1)
    with portal.database.read() as session:
        assert reads.find(session, own.number).title("en") == "As collected here"
    write(portal, a_policy(title="Collected here from now on"), now=now)
    run_source(portal, mirror(url), full=True)
    with portal.database.read() as session:
        assert reads.find(session, a_policy().number).title("en") == "Collected here from now on"


def test_the_ledger_counts_by_the_way_and_search_finds_by_both(portal, client, filled):
    _other, url = filled
    run_source(portal, mirror(url))
    search.catch_up(portal)
    with portal.database.read() as session:
        assert reads.counts_by_source(session) == {"other-portal": {"published": 3, "withdrawn": 1}}
    for name in ("other-portal", a_decision().source):
        assert client.get(f"/search.json?source={name}").get_json()["total"] == 4


def test_pages_of_changes_miss_nothing(there, now, client, portal):
    other, url = there
    write(other, *(a_decision(identifier=f"N/{number}") for number in range(250)), now=now)
    run = run_source(portal, mirror(url))
    assert (run.state, run.new, run.expected) == ("complete", 250, 250)
    with portal.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordRow)) == 250


def test_what_must_not_be_shown_is_not_told(there, now):
    other, url = there
    write(other, a_decision(summary="A secret."), now=now)
    with other.database.write() as session:
        store.unpublish(session, session.scalar(select(RecordRow)), "personal_data", now)
    answer = requests.get(f"{url}/api/v1/changes", timeout=10)
    assert answer.json()["results"][0]["state"] == "unpublished" and "secret" not in answer.text


@pytest.mark.parametrize("asked", ["since=yesterday", "after=x", "limit=0", "limit=5000", "colour=red"])
def test_a_wrong_parameter_is_told(client, asked):
    answer = client.get(f"/api/v1/changes?{asked}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_an_address_that_is_no_portal_is_told(portal, agency):
    url = agency.plays("/api/v1/changes", {"message": "hello"})
    run = run_source(portal, mirror(url.removesuffix("/api/v1/changes")))
    assert (run.state, run.flag_codes) == ("failed", ["bad_answer"])
    assert "is it the address of a Clerestory portal?" in run.reason
