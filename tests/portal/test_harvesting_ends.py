"""A run ends in time: at its deadline and when it is asked to stop, whatever it waits for; the next one goes on."""

import json
import re
import threading
import time
from contextlib import suppress

import pytest
from sqlalchemy import select

from harvesters.kinds import data_json
from portal import catalogue as reads
from portal.harvesting import run_source, stop
from portal.models import Lease, RecordRow, Run
from tests.factories import a_source
from tests.harvesters.agency import Reply

SECONDS = 20  # what "within seconds" may be on a busy machine; what these runs wait for takes a minute or never ends


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


def soon(portal, name="streets"):
    """Ask a run to stop from another thread, as soon as there is one."""

    def ask():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.3)
            with portal.database.read() as session:
                if session.get(Lease, name):
                    break
        time.sleep(0.5)
        stop(portal, name)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def lost_in_a_loop(item, source):
    while True:
        time.monotonic()


def lost_in_an_expression(item, source):
    return re.fullmatch(r"(a+)+", "a" * 60 + "b")


LOST = {"a kind in a loop": lost_in_a_loop, "a kind in an expression": lost_in_an_expression}
SLOW = {
    "an answer that does not come": Reply({"dataset": []}, pause=60),
    "an answer that drips": Reply(b" " * 10_000, drip=0.05),
    "a pause that was asked for": Reply("later", status=503, media_type="text/plain", headers={"Retry-After": "100"}),
}


@pytest.fixture
def slow(request, catalogue, monkeypatch):
    """An agency that keeps a run waiting, or a kind that never comes back."""
    if request.param in LOST:
        monkeypatch.setattr(data_json, "parse", LOST[request.param])
    else:
        catalogue.reply = SLOW[request.param]
    catalogue.lost = request.param
    return catalogue


every_slowness = pytest.mark.parametrize("slow", [*SLOW, *LOST], indirect=True)


@every_slowness
def test_the_deadline_holds(portal, slow):
    source = slow.source().model_copy(update={"deadline": 2})
    began = time.monotonic()
    run = run_source(portal, source)
    assert time.monotonic() - began < SECONDS
    assert run.state == "failed"
    assert "did not end within 2 seconds" in run.reason


@every_slowness
def test_a_run_stops_when_it_is_asked(portal, slow):
    asking = soon(portal)
    began = time.monotonic()
    run = run_source(portal, slow.source())
    # An endless expression lets the thread that asks in this test hardly work, either.
    assert time.monotonic() - began < SECONDS * (1 if slow.reply or slow.lost != "a kind in an expression" else 4)
    asking.join()
    assert (run.state, "operator" in run.reason) == ("stopped", True)
    with portal.database.read() as session:
        assert session.get(Lease, "streets") is None


def test_a_run_in_a_thread_stops_as_well(portal, catalogue, monkeypatch):
    monkeypatch.setattr(data_json, "parse", lost_in_a_loop)
    asking, ended = soon(portal), []
    thread = threading.Thread(target=lambda: ended.append(run_source(portal, catalogue.source())))
    thread.start()
    thread.join(2 * SECONDS)
    asking.join()
    assert [run.state for run in ended] == ["stopped"]


def test_what_came_before_the_stop_stays(portal, catalogue, states, monkeypatch):
    parse, asking = data_json.parse, []

    def slowly(item, source):
        if item.identifier == "set-3" and not asking:
            asking.append(soon(portal))
            time.sleep(60)
        return parse(item, source)

    monkeypatch.setattr(data_json, "parse", slowly)
    run = run_source(portal, catalogue.source())
    asking[0].join()
    assert (run.state, run.new) == ("stopped", 2)
    assert set(states()) == {"set-1", "set-2"}
    monkeypatch.undo()
    assert run_source(portal, catalogue.source()).state == "complete"


def test_stopping_what_does_not_run_is_said(portal, catalogue):
    assert stop(portal, "streets") is None


@pytest.fixture
def packages(agency):
    """A CKAN portal of 1,000 datasets that can break down; `asked()`: from which places on it was asked."""

    class Packages:
        url, broken_from = f"{agency.url}/", 10_000

        def page(self, asked):
            start, rows = int(asked.one("start", "0")), int(asked.one("rows"))
            if start >= self.broken_from:
                return Reply("gone", status=410, media_type="text/plain")
            found = [{"id": f"p-{n:04}", "name": f"p-{n}", "title": f"Package {n}", "organization": {"title": "City"}}
                     for n in range(start, min(1000, start + rows))]  # fmt: skip
            return Reply({"success": True, "result": {"count": 1000, "results": found}})

        def source(self, **changes):
            return a_source("open-data", kind="ckan", url=self.url, axis="policy", options={"rows": 100}, **changes)

        def asked(self):
            return [int(asked.one("start", "0")) for asked in agency.asked if "package_search" in asked.path]

    packages = Packages()
    agency.plays("/api/3/action/package_search", packages.page)
    return packages


def test_a_run_goes_on_where_the_one_before_was_broken_off(portal, packages, agency):
    packages.broken_from = 600
    first = run_source(portal, packages.source())
    assert (first.state, first.new, first.checkpoint["position"]) == ("failed", 600, {"at": 600, "received": 600})
    packages.broken_from = 10_000
    agency.asked.clear()
    second = run_source(portal, packages.source())
    assert packages.asked() == [600, 700, 800, 900]
    assert (second.state, second.continues, second.carried) == ("complete", first.id, 600)
    assert (second.new, second.unchanged, second.received, second.expected) == (400, 0, 400, 1000)
    with portal.database.read() as session:
        rows = session.scalars(select(RecordRow)).all()
    assert {(row.version, row.state, row.seen_by_run) for row in rows} == {(1, "published", second.id)}
    assert len({row.identifier for row in rows}) == len(rows) == 1000


def test_a_run_that_goes_on_withdraws_what_is_gone(portal, packages):
    run_source(portal, packages.source(grace=1))
    packages.broken_from = 600
    assert run_source(portal, packages.source(grace=1), full=True).state == "failed"
    packages.broken_from = 10_000
    run = run_source(portal, packages.source(grace=1), full=True, resume=True)
    assert (run.state, run.continues is not None, run.withdrawn) == ("complete", True, 0)


def test_a_full_run_by_hand_begins_afresh(portal, packages, agency):
    packages.broken_from = 600
    run_source(portal, packages.source())
    packages.broken_from = 10_000
    agency.asked.clear()
    run = run_source(portal, packages.source(), full=True)
    assert (packages.asked()[0], run.state, run.continues) == (0, "complete", None)


def test_a_changed_declaration_begins_afresh(portal, packages, agency):
    packages.broken_from = 600
    run_source(portal, packages.source())
    packages.broken_from = 10_000
    agency.asked.clear()
    assert run_source(portal, packages.source(license="CC0-1.0")).state == "complete"
    assert packages.asked()[0] == 0


def test_a_place_that_leads_nowhere_is_given_up(portal, packages, agency):
    packages.broken_from = 600
    for _ in range(4):
        assert run_source(portal, packages.source()).state == "failed"
    agency.asked.clear()
    assert run_source(portal, packages.source()).state == "failed"
    assert packages.asked()[0] == 0


def test_what_a_source_does_not_show_is_not_forgotten_on_the_way(portal, packages, monkeypatch):
    """A run that goes on from another one is not complete when that one had missed something."""
    packages.broken_from = 600
    first = run_source(portal, packages.source())
    with portal.database.write() as session:
        row = session.get_one(Run, first.id)
        row.checkpoint = json.loads(json.dumps(row.checkpoint | {"incomplete": True}))
    packages.broken_from = 10_000
    run = run_source(portal, packages.source())
    assert (run.state, run.withdrawn) == ("suspect", 0)
    with portal.database.read() as session:
        assert [run.state for run in reads.runs(session, "open-data")] == ["suspect", "failed"]


def test_what_was_read_and_not_yet_stored_is_not_taken_for_stored(portal, packages, monkeypatch):
    """The place to go on from never runs ahead of the records before it, however a run ends."""
    from harvesters.kinds import ckan

    parse = ckan.parse
    for fault in (KeyboardInterrupt, SystemError, MemoryError):

        def breaks(item, source, fault=fault):
            if item.identifier == "p-0350":
                raise fault
            return parse(item, source)

        monkeypatch.setattr("harvesters.run._Run._result", _unguarded(breaks))
        with suppress(KeyboardInterrupt):
            run_source(portal, packages.source())
        monkeypatch.undo()
        with portal.database.read() as session:
            last = reads.runs(session, "open-data")[0]
            stored = session.scalars(select(RecordRow.identifier)).all()
        assert last.checkpoint["received"] <= len(stored)
    run = run_source(portal, packages.source())
    with portal.database.read() as session:
        assert (run.state, len(session.scalars(select(RecordRow.id)).all())) == ("complete", 1000)


def _unguarded(parse):
    """A run whose items break it, as a fault of its own would."""
    from harvesters.run import Harvested

    return lambda self, kind, item: Harvested(parse(item, self._source), item)


def test_a_run_that_was_taken_over_decides_nothing_at_its_end(portal, catalogue, states):
    """It stood still after its last batch; another one has begun since, and knows better what is gone."""
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(1, 2)

    def stolen(run):
        with portal.database.write() as session:
            session.get_one(Lease, "streets").run_id = run.id + 1

    run = run_source(portal, catalogue.source(grace=1), progress=stolen)
    assert (run.state, run.withdrawn) == ("interrupted", 0)
    assert states()["set-3"] == ("published", 1)
