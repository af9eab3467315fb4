"""Whose turn it is: rhythms that spread, missed moments made up for once, failures tried again later and later."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.rhythm import check_rhythm, next_moment, period
from portal.harvesting.schedule import FIRST_WAIT, History, scheduled, turn, turns
from portal.harvesting.state import status_of
from portal.models import Run
from tests.factories import a_source

NOW = datetime(2024, 6, 5, 12, 0, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_run(state="complete", began=NOW - 2 * DAY, source="streets", **changes):
    given = {
        "source": source, "state": state, "full": True, "owner": "elsewhere/1/1", "started_at": began, "heartbeat_at": began,
        "deadline_at": began + HOUR, "finished_at": began + timedelta(minutes=5), "reason": "", "stop_asked": "",
    }  # fmt: skip
    return Run(**given | changes)


@pytest.mark.parametrize("rhythm", ["hourly", "daily", "weekly", "monthly", "30 5 * * 1", "*/20 * * * *"])
def test_moments_follow_one_another_at_the_rhythm(rhythm):
    moment = NOW
    for _ in range(40):
        later = next_moment(rhythm, "streets", moment)
        assert timedelta(0) < later - moment <= 1.1 * period(rhythm, NOW) + (DAY if rhythm == "monthly" else timedelta(0))
        moment = later
    assert moment - NOW >= 38 * period(rhythm, NOW)


def test_sources_of_one_rhythm_do_not_begin_together():
    for rhythm, room in (("daily", DAY), ("0 0 * * *", timedelta(minutes=10))):
        moments = [next_moment(rhythm, f"source-{n}", NOW) for n in range(200)]
        assert len({moment.replace(second=0, microsecond=0) for moment in moments}) > (100 if rhythm == "daily" else 8)
        assert max(moments) - min(moments) <= room
    midnight = NOW.replace(hour=0) + DAY
    assert all(timedelta(0) <= moment - midnight < timedelta(minutes=10) for moment in moments)


def test_a_source_keeps_its_place():
    assert next_moment("weekly", "streets", NOW) == next_moment("weekly", "streets", NOW + HOUR) or (
        next_moment("weekly", "streets", NOW) < NOW + HOUR
    )
    january = datetime(2023, 1, 1, tzinfo=UTC)
    days = set()
    for _ in range(24):
        january = next_moment("monthly", "streets", january)
        days.add((january.day, january.hour))
    assert len(days) == 1


@pytest.mark.parametrize("wrong", ["often", "60 * * * *", "0 0 31 2 *", "* * * *", "* * * * * *", "@daily", ""])
def test_what_is_no_rhythm_is_refused(wrong):
    with pytest.raises(ValueError, match="write hourly, daily, weekly, monthly, never or a cron line of five fields"):
        check_rhythm(wrong)


def test_a_source_that_never_ran_has_its_turn_at_once():
    found = turn(a_source("streets", schedule="weekly"), History(), NOW)
    assert (found.at, found.why) == (NOW, "first")


def test_never_is_never():
    assert turn(a_source("streets", schedule="never"), History(), NOW) is None


def test_what_was_missed_for_weeks_is_made_up_for_once():
    source = a_source("streets", schedule="daily")
    before = turn(source, History(a_run(began=NOW - 30 * DAY)), NOW)
    assert before.at < NOW
    after = turn(source, History(a_run(began=NOW)), NOW)
    assert NOW < after.at <= NOW + 1.25 * DAY


def test_a_run_by_hand_shortly_before_is_the_one_for_it_but_a_cron_line_is_meant_exactly():
    moment = next_moment("daily", "streets", NOW)
    daily = turn(a_source("streets", schedule="daily"), History(a_run(began=moment - HOUR)), moment)
    assert daily.at == moment + DAY
    exactly = turn(a_source("streets", schedule="0 6 * * *"), History(a_run(began=NOW.replace(hour=5))), NOW)
    assert NOW.replace(hour=6) <= exactly.at < NOW.replace(hour=6, minute=10)


@pytest.mark.parametrize(("rhythm", "at_most"), [("hourly", 9), ("daily", 7), ("weekly", 6), ("*/5 * * * *", 9)])
def test_a_source_that_is_down_is_not_asked_a_hundred_times_a_day(rhythm, at_most):
    source, now, failures = a_source("streets", schedule=rhythm), NOW, 0
    last = a_run("failed", began=NOW, finished_at=NOW)
    while now < NOW + DAY:
        failures += 1
        now = turn(source, History(last, failures, NOW), now).at
        last = a_run("failed", began=now, finished_at=now)
    assert failures <= at_most
    assert turn(source, History(last, 1, NOW), now).at == now + FIRST_WAIT
    assert turn(source, History(last, 500, NOW), now).at <= now + max(period(rhythm, now), timedelta(hours=6))


def test_an_agency_that_says_when_to_come_back_is_heeded():
    last = a_run("failed", began=NOW, finished_at=NOW, retry_at=NOW + 5 * HOUR)
    assert turn(a_source("streets"), History(last, 1, NOW), NOW).at == NOW + 5 * HOUR


def test_what_was_killed_is_gone_on_with_at_once_also_where_nobody_scheduled_it_but_not_for_ever():
    source = a_source("streets", schedule="never")
    killed = a_run("interrupted", began=NOW, finished_at=NOW)
    assert turn(source, History(killed, 1, NOW), NOW, by_clock=False).at == NOW
    assert turn(source, History(killed, 2, NOW), NOW, by_clock=False).at == NOW + FIRST_WAIT
    assert turn(source, History(killed, 9, NOW), NOW, by_clock=False).at == NOW + timedelta(hours=6)


def test_what_a_person_ended_waits_for_its_next_moment():
    by_hand = a_run("interrupted", began=NOW, stop_asked="it was stopped")
    assert turn(a_source("streets"), History(by_hand, 1, NOW), NOW, by_clock=False) is None
    stopped = a_run("stopped", began=NOW)
    assert turn(a_source("streets", schedule="daily"), History(stopped), NOW).why == "schedule"
    assert turn(a_source("streets", schedule="daily"), History(stopped), NOW).at > NOW


def test_the_operator_names_sources_by_pattern():
    sources = {name: a_source(name) for name in ("us-gsa", "us-fcc", "vn-law")} | {"us-old": a_source("us-old", schedule="never")}
    assert set(scheduled(sources, ["us-*"])) == {"us-gsa", "us-fcc"}
    assert set(scheduled(sources, ["vn-law", "us-gsa"])) == {"vn-law", "us-gsa"}
    assert set(scheduled(sources, ["*"])) == {"us-gsa", "us-fcc", "vn-law"}
    assert scheduled(sources, []) == {}


@pytest.fixture
def database_url(either_database_url):
    """What is read from the database holds on both."""
    return either_database_url


def test_the_history_counts_failures_since_the_last_good_run_and_leaves_parts_out(portal):
    sources = {name: a_source(name, schedule="daily") for name in ("streets", "parks", "rivers", "new")}
    with portal.database.write() as session:
        for day, state in enumerate(["complete", "failed", "complete", "failed", "interrupted", "failed"]):
            session.add(a_run(state, NOW - (9 - day) * DAY))
            session.flush()
        session.add(a_run("partial", NOW - HOUR, limit=5))
        session.add(a_run("replayed", NOW - HOUR))
        session.add(a_run("complete", NOW - 6 * DAY, "parks"))
        session.add(a_run("partial", NOW - HOUR, "rivers"))
    with portal.database.read() as session:
        found = {one.source.name: one for one in turns(session, sources, ["*"], NOW)}
        status = status_of(session, sources, ["*"], NOW)
    assert (found["streets"].why, found["streets"].history.failures) == ("retry", 3)
    assert found["streets"].history.failing_since == NOW - 6 * DAY
    assert (found["parks"].why, found["parks"].at < NOW) == ("schedule", True)
    assert (found["rivers"].why, found["rivers"].at > NOW) == ("schedule", True)
    assert (found["new"].why, found["new"].at) == ("first", NOW)
    assert list(status.failing) == ["streets"]
    assert set(status.overdue) == {"streets", "parks"}
    data = status.to_data(NOW)
    assert data["failing"][0] | {"next_try": ""} == {
        "source": "streets", "since": "2024-05-30T12:00:00Z", "times": 3, "reason": "", "next_try": "",
    }  # fmt: skip
