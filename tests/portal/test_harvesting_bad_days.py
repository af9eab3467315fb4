"""What a harvest does when the agency is down, says nonsense or says too little, or the portal itself is in trouble."""

import errno
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from harvesters.http import Http
from harvesters.record import number_of
from portal import catalogue as reads
from portal.harvesting import Busy, run_source
from portal.harvesting.batches import ISSUES_KEPT
from portal.harvesting.leases import HostBusy, Owner
from portal.models import Issue, Lease, RecordRow, Run
from tests.factories import a_decision
from tests.harvesters.agency import Reply

PUBLISHED = "published"


@pytest.fixture
def hasty():
    """An Http that does not wait between attempts."""
    http = Http("tests", ["127.0.0.0/8"], 0, (2, 2), attempts=2, sleep=lambda seconds: None)
    yield http
    http.close()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply("busy", status=503, media_type="text/plain"), "503"),
        (Reply("<h1>Blocked</h1>", media_type="text/html"), "did not answer with JSON"),
        (Reply(b'{"dataset": [', claim=500), "/data.json"),
        (Reply(hang_up=True), "/data.json"),
        (Reply({"results": []}), "is it a data.json"),
    ],
)
def test_an_agency_that_is_down_or_talks_nonsense_withdraws_nothing(portal, catalogue, states, hasty, reply, words):
    run_source(portal, catalogue.source(grace=1))
    catalogue.reply = reply
    run = run_source(portal, catalogue.source(grace=1), http=hasty)
    assert run.state == "failed"
    assert words in run.reason
    assert run.finished_at
    assert set(states().values()) == {(PUBLISHED, 1)}


def test_robots_that_refuse_are_a_failed_run(portal, catalogue, agency):
    agency.plays("/robots.txt", Reply("User-agent: *\nDisallow: /\n", media_type="text/plain"))
    run = run_source(portal, catalogue.source())
    assert run.state == "failed"
    assert "robots.txt" in run.reason


def test_what_came_before_the_agency_broke_down_stays(portal, agency, states, hasty):
    from tests.factories import a_source

    def page(asked):
        start = int(asked.one("start", "0"))
        if start >= 200:
            return Reply("busy", status=503, media_type="text/plain")
        rows = [{"id": f"p-{n}", "name": f"p-{n}", "title": f"Package {n}", "organization": {"title": "City"}}
                for n in range(start, start + 100)]  # fmt: skip
        return Reply({"success": True, "result": {"count": 400, "results": rows}})

    agency.plays("/api/3/action/package_search", page)
    source = a_source("open-data", kind="ckan", url=f"{agency.url}/", axis="policy", options={"rows": 100})
    run = run_source(portal, source, http=hasty)
    assert (run.state, run.new) == ("failed", 200)
    assert len(states()) == 200


def test_an_empty_answer_is_suspect(portal, catalogue, states):
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish()
    run = run_source(portal, catalogue.source(grace=1))
    assert (run.state, run.withdrawn) == ("suspect", 0)
    assert "0 records came, and the declaration expects 1 at least" in run.reason
    assert set(states().values()) == {(PUBLISHED, 1)}


def test_less_than_half_of_the_past_is_suspect_until_the_operator_accepts_it(portal, catalogue, states):
    catalogue.publish(*range(10))
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(*range(4))
    run = run_source(portal, catalogue.source(grace=1))
    assert (run.state, run.unchanged, run.withdrawn) == ("suspect", 4, 0)
    assert "less than half of the 10" in run.reason
    again = run_source(portal, catalogue.source(grace=1))
    assert again.state == "suspect", "a suspect answer must be fetched and doubted again"
    accepted = run_source(portal, catalogue.source(grace=1), accept=True)
    assert (accepted.state, accepted.withdrawn) == ("complete", 6)
    assert run_source(portal, catalogue.source(grace=1)).state == "complete"


def test_many_rejects_are_suspect(portal, catalogue):
    catalogue.publish(*range(20))
    for dataset in catalogue.datasets[:5]:
        dataset.pop("title")
    run = run_source(portal, catalogue.source())
    assert (run.state, run.new, run.rejected) == ("suspect", 15, 5)
    assert "5 of 20 items were rejected" in run.reason


def test_a_storm_of_rejects_is_counted_and_not_all_kept(portal, catalogue):
    catalogue.datasets = [{"identifier": f"set-{number}"} for number in range(ISSUES_KEPT + 300)]
    run = run_source(portal, catalogue.source())
    assert run.rejected == ISSUES_KEPT + 300
    assert f"the first {ISSUES_KEPT:,} of {run.rejected:,} rejected items are listed" in run.flags
    with portal.database.read() as session:
        assert len(session.scalars(select(Issue.id)).all()) == ISSUES_KEPT


def test_a_run_ends_at_its_deadline(portal, catalogue, states):
    moments = [datetime(2024, 6, 1, tzinfo=UTC) + timedelta(seconds=2 * second) for second in range(1000)]
    catalogue.publish(*range(30))
    run = run_source(portal, catalogue.source(deadline=20), now=lambda: moments.pop(0))
    assert run.state == "failed"
    assert "did not end within 20 seconds" in run.reason
    assert 0 < run.new < 30
    assert len(states()) == run.new


def test_a_missing_secret_is_named(portal, catalogue):
    run = run_source(portal, catalogue.source(token_env="STREETS_TOKEN"))
    assert run.state == "failed"
    assert "STREETS_TOKEN is not set" in run.reason


def test_a_fault_of_our_own_ends_the_run_with_a_reference(portal, catalogue, caplog):
    def breaks(run):
        raise ZeroDivisionError("a slip")

    run = run_source(portal, catalogue.source(), progress=breaks)
    assert (run.state, run.new) == ("failed", 3)
    reference = run.reason.rpartition(" ")[2]
    assert "ZeroDivisionError" in run.reason
    assert reference in caplog.text
    assert "a slip" in caplog.text


def test_a_full_disk_is_told_in_words(portal, catalogue):
    def full(run):
        raise OSError(errno.ENOSPC, "No space left on device")

    run = run_source(portal, catalogue.source(), progress=full)
    assert (run.state, run.reason) == ("failed", "the disk is full; free some space, then run the harvest again")


def test_a_data_folder_that_cannot_be_written_is_told_in_words(portal, catalogue):
    portal.settings.raw_dir.write_text("in the way")
    run = run_source(portal, catalogue.source())
    assert run.state == "failed"
    assert "the data folder cannot be used" in run.reason


def test_stopping_marks_the_run_and_passes_on(portal, catalogue):
    def stop(run):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_source(portal, catalogue.source(), progress=stop)
    with portal.database.read() as session:
        (run,) = reads.runs(session, "streets")
        assert session.get(Lease, "streets") is None
    assert (run.state, run.new) == ("interrupted", 3)
    assert run_source(portal, catalogue.source()).state == "complete"


def test_a_second_run_of_one_source_is_refused_with_who_and_when(portal, catalogue):
    refused = []

    def meanwhile(run):
        with pytest.raises(Busy) as caught:
            run_source(portal, catalogue.source())
        refused.append(str(caught.value))

    started = datetime.now(UTC)
    run = run_source(portal, catalogue.source(), progress=meanwhile)
    assert run.state == "complete"
    assert f"streets is being harvested since {started:%d %B %Y}" in refused[0]
    assert f"by process {Owner.here().pid} on " in refused[0]


def test_two_sources_are_harvested_at_once(portal, catalogue, states):
    elsewhere = catalogue.url.replace("127.0.0.1", "localhost")
    other = catalogue.source().model_copy(update={"name": "streets-again", "url": elsewhere})
    threads = [threading.Thread(target=run_source, args=(portal, source)) for source in (catalogue.source(), other)]
    catalogue.publish(*range(300))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with portal.database.read() as session:
        assert {run.state for run in session.scalars(select(Run))} == {"complete"}
        assert len(session.scalars(select(RecordRow.id)).all()) == 600


def test_one_run_at_a_time_asks_one_host(portal, catalogue):
    other = catalogue.source().model_copy(update={"name": "streets-again"})

    def meanwhile(run):
        with pytest.raises(HostBusy, match=r"streets-again must wait: 127.0.0.1:.* is being asked for streets since"):
            run_source(portal, other)

    assert run_source(portal, catalogue.source(), progress=meanwhile).state == "complete"
    assert run_source(portal, other).state == "complete"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_abandoned_run_is_taken_over(portal, catalogue, elsewhere):
    """One of a process that is dead at once; one of another machine when its lease has run out."""
    now = datetime.now(UTC)
    owner = "another-machine/1/1" if elsewhere else f"{Owner.here().host}/{Owner.here().pid}/before"
    with portal.database.write() as session:
        left = Run(
            source="streets", state="running", full=True, owner=owner, started_at=now, heartbeat_at=now, deadline_at=now
        )
        session.add(left)
        session.flush()
        session.add(Lease(source="streets", run_id=left.id, owner=owner, expires_at=now + timedelta(minutes=5)))
    if elsewhere:
        with pytest.raises(Busy, match="process 1 on another-machine"):
            run_source(portal, catalogue.source())
        now += timedelta(minutes=6)
    run = run_source(portal, catalogue.source(), now=lambda: now)
    assert run.state == "complete"
    with portal.database.read() as session:
        before = session.get_one(Run, left.id)
    assert before.state == "interrupted"
    assert "took over" in before.reason


def test_a_run_that_was_taken_over_writes_nothing_more(portal, catalogue, states):
    catalogue.publish(*range(450))

    def stolen(run):
        with portal.database.write() as session:
            session.get_one(Lease, "streets").run_id = run.id + 1

    run = run_source(portal, catalogue.source(), progress=stolen)
    assert (run.state, run.new) == ("interrupted", 200)
    assert len(states()) == 200


def test_a_record_that_cannot_be_stored_is_rejected_and_the_others_are_not(portal, catalogue, save):
    save(a_decision(source="elsewhere", identifier="x"))
    with portal.database.write() as session:
        # As improbable as it is: another record has the number that set-2 would get.
        session.scalars(select(RecordRow)).one().number = number_of("streets", "set-2")
    run = run_source(portal, catalogue.source(minimum=0))
    assert (run.new, run.rejected) == (2, 1)
    with portal.database.read() as session:
        (issue,) = reads.issues(session, run.id)
    assert "which belongs to elsewhere" in issue.reason
