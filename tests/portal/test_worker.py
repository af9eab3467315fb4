"""`clerestory work`: real workers, real agencies, really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import tasks, worker
from portal.harvesting.leases import LEASE, Owner
from portal.models import Lease, RecordRow, Run, State
from tests.harvesters.agency import Reply

COMMAND = Path(sys.executable).with_name("clerestory")
PATIENCE = 120  # how long a busy machine may take for what takes seconds


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


@pytest.fixture
def environment(app, settings, tmp_path):
    """The settings of `portal` for processes of their own, and a folder of declarations."""
    (tmp_path / "sources").mkdir()
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SEARCH_URL": "memory:", "PORTAL_SOURCES_DIR": str(tmp_path / "sources"),
        "PORTAL_TRUSTED_NETWORKS": "127.0.0.0/8", "PORTAL_SCHEDULE": "city-*", "PORTAL_SECRET_KEY": settings.secret_key,
    }  # fmt: skip


@pytest.fixture
def city(agency, tmp_path, environment):
    """A CKAN portal of `total` datasets; a page of 50 takes `pause` seconds. `asked`: the places it was asked from."""

    class City:
        total, pause = 1000, 0.1
        url = agency.url

        def page(self, asked):
            start, rows = int(asked.one("start", "0")), int(asked.one("rows"))
            found = [{"id": f"p-{n:04}", "name": f"p-{n}", "title": f"Package {n}", "organization": {"title": "City"}}
                     for n in range(start, min(self.total, start + rows))]  # fmt: skip
            return Reply({"success": True, "result": {"count": self.total, "results": found}}, pause=self.pause)

        def declare(self, name="city-data", **changes):
            lines = {"title": "City", "kind": "ckan", "url": f"{self.url}/", "publisher": "City", "axis": "policy", "delay": 0} | changes
            text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items()) + "[options]\nrows = 50\n"
            (tmp_path / "sources" / f"{name}.toml").write_text(text)

        @property
        def asked(self):
            return [int(asked.one("start", "0")) for asked in agency.asked if "package_search" in asked.path]

    city = City()
    agency.plays("/api/3/action/package_search", city.page)
    city.declare()
    return city


@contextmanager
def working(environment, *arguments):
    process = subprocess.Popen([COMMAND, "work", *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            _, said = process.communicate(timeout=PATIENCE)
            print(said)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def wait_for(holds, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"it did not happen in {seconds} seconds"
        time.sleep(0.1)
    return found


@pytest.fixture
def runs(portal):
    def read(state=None):
        with portal.database.read() as session:
            found = session.scalars(select(Run).order_by(Run.id)).all()
        return [run for run in found if state in (None, run.state)]

    return read


@pytest.fixture
def is_whole(portal, city):
    """None lost, none doubled."""

    def check():
        with portal.database.read() as session:
            rows = session.scalars(select(RecordRow)).all()
        return (len(rows), {(row.version, row.state) for row in rows}) == (city.total, {(1, "published")})

    return check


def under_way(runs, received=200):
    return wait_for(lambda: [run for run in runs("running") if run.received >= received])[0]


def test_a_worker_harvests_what_is_due_and_ends_cleanly(environment, city, runs, is_whole):
    city.pause = 0
    with working(environment) as process:
        wait_for(lambda: runs("complete"))
        process.terminate()
        process.wait(PATIENCE)
    assert process.returncode == 0
    assert [run.state for run in runs()] == ["complete"]
    assert is_whole()


def test_nothing_is_asked_of_an_agency_that_nobody_named(environment, city, runs):
    with working(environment | {"PORTAL_SCHEDULE": ""}):
        time.sleep(4)
    assert (runs(), city.asked) == ([], [])


def test_a_killed_run_is_gone_on_with_within_a_minute(environment, city, runs, is_whole):
    with working(environment):
        run = under_way(runs)
        os.kill(Owner.read(run.owner).pid, signal.SIGKILL)
        killed = time.monotonic()
        wait_for(lambda: len(runs()) == 2)
        assert time.monotonic() - killed < 60
        wait_for(lambda: runs("complete"))
    first, second = runs()
    assert (first.state, second.state, second.continues) == ("interrupted", "complete", first.id)
    assert is_whole()
    assert len(city.asked) <= city.total / 50 + 6, "what was committed need not be asked for again"


def test_a_worker_that_is_killed_is_followed_by_the_next(environment, city, runs, is_whole):
    process = subprocess.Popen([COMMAND, "work"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run = under_way(runs)
    process.kill()
    process.wait()
    os.kill(Owner.read(run.owner).pid, signal.SIGKILL)
    with working(environment):
        wait_for(lambda: runs("complete"))
    assert [run.state for run in runs()] == ["interrupted", "complete"]
    assert is_whole()


def test_a_worker_that_is_asked_to_end_leaves_its_runs_to_the_next(environment, city, runs, is_whole):
    with working(environment) as process:
        under_way(runs)
        process.terminate()
        process.wait(PATIENCE)
    (run,) = runs()
    assert (run.state, run.stop_asked, run.finished_at is not None) == ("interrupted", "", True)
    with working(environment):
        wait_for(lambda: runs("complete"))
    assert is_whole()


def test_a_run_that_stood_still_writes_nothing_when_it_goes_on(environment, city, runs, is_whole, portal):
    """SIGSTOP: its lease runs out, the worker kills its process, another one takes over."""
    with working(environment):
        run = under_way(runs)
        pid = Owner.read(run.owner).pid
        os.kill(pid, signal.SIGSTOP)
        with portal.database.write() as session:  # as if LEASE had passed
            session.get_one(Lease, "city-data").expires_at = datetime.now(UTC) - timedelta(seconds=1)
        wait_for(lambda: len(runs()) == 2)
        wait_for(lambda: Owner.read(run.owner).is_dead())
        wait_for(lambda: runs("complete"))
    assert [run.state for run in runs()] == ["interrupted", "complete"]
    assert is_whole()


def test_a_run_by_hand_that_stood_still_gives_up_when_it_goes_on(environment, city, runs, is_whole, portal):
    """SIGSTOP, SIGCONT: the process notices that another one took over."""
    by_hand = subprocess.Popen([COMMAND, "harvest", "run", "city-data"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    under_way(runs)
    by_hand.send_signal(signal.SIGSTOP)
    with portal.database.write() as session:
        session.get_one(Lease, "city-data").expires_at = datetime.now(UTC) - timedelta(seconds=1)
    with working(environment):
        wait_for(lambda: len(runs()) == 2)
        by_hand.send_signal(signal.SIGCONT)
        _, said = by_hand.communicate(timeout=PATIENCE)
        wait_for(lambda: runs("complete"))
    assert "city-data: interrupted" in said
    assert [run.state for run in runs()] == ["interrupted", "complete"]
    assert is_whole()


def test_a_run_is_stopped_from_another_process(environment, city, runs):
    city.pause = 30
    with working(environment):
        wait_for(lambda: runs("running"))
        time.sleep(1)
        began = time.monotonic()
        stopped = subprocess.run([COMMAND, "harvest", "stop", "city-data"], env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert (stopped.returncode, stopped.stdout.startswith("city-data: stopped: the operator stopped it")) == (0, True), stopped
        assert time.monotonic() - began < 15
        time.sleep(7)
    assert [run.state for run in runs()] == ["stopped"], "what the operator stopped is not begun again at once"


def test_several_sources_run_at_once_but_one_a_host(environment, city, runs):
    city.pause = 0.2
    city.declare("city-other", url=f"{city.url}/", grace=3)
    city.declare("city-elsewhere", url=f"{city.url.replace('127.0.0.1', 'localhost')}/")
    most = set()
    with working(environment):

        def all_done():
            most.add(tuple(sorted(run.source for run in runs("running"))))
            return len(runs("complete")) == 3

        wait_for(all_done)
    assert not [some for some in most if {"city-data", "city-other"} <= set(some)]
    assert [some for some in most if "city-elsewhere" in some and len(some) == 2]


def test_two_workers_have_one_clock(environment, city, runs, portal, is_whole):
    with working(environment), working(environment):
        wait_for(lambda: runs("complete"))
        time.sleep(2)
        with portal.database.read() as session:
            assert session.get(State, "clock")
    assert [run.state for run in runs()] == ["complete"]
    assert is_whole()
    with portal.database.read() as session:
        assert session.get(State, "clock") is None


def test_the_clock_is_held_by_one_and_passes_on_when_that_one_is_dead(portal):
    now = datetime.now(UTC)
    alive, other = str(Owner.here()), "elsewhere/1/1"
    with portal.database.write() as session:
        assert worker.hold_clock(session, other, now)
        assert not worker.hold_clock(session, alive, now + timedelta(seconds=10))
        assert worker.hold_clock(session, alive, now + worker.HOLD)
        assert not worker.hold_clock(session, other, now + worker.HOLD)
    assert timedelta(seconds=60) - timedelta(seconds=worker.TICK) >= LEASE


def test_a_task_runs_when_it_is_due_once_and_never_twice_at_the_same_time(portal, monkeypatch):
    done, now = [], datetime.now(UTC)
    monkeypatch.setattr(tasks, "TASKS", {})

    @tasks.periodic(minutes=10)
    def count_something(portal):
        done.append(tasks.run(portal, "count-something"))

    with portal.database.read() as session:
        assert tasks.due(session, portal, now) == ["count-something"]
    assert tasks.run(portal, "count-something")
    assert done == [False], "the second one found the first one at work"
    with portal.database.read() as session:
        assert tasks.due(session, portal, now + timedelta(minutes=9)) == []
        assert tasks.due(session, portal, now + timedelta(days=3)) == ["count-something"]


def test_a_task_that_was_killed_is_due_again(portal, monkeypatch):
    monkeypatch.setattr(tasks, "TASKS", {})
    tasks.periodic(minutes=10)(lambda portal: None)
    (name,) = tasks.TASKS
    with portal.database.write() as session:
        at = datetime.now(UTC) - timedelta(hours=1)
        session.add(State(name=f"task {name}", value={"at": at.isoformat(), "owner": f"{Owner.here().host}/1/not-then"}))
    with portal.database.read() as session:
        assert tasks.due(session, portal, datetime.now(UTC)) == [name]
