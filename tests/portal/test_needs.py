"""What needs an agency, the mails about it, and what readers want to know."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import catalogue, needs, outcome_clock, readers
from portal.models import Asked, FileCheck, FileLink, Mail, Reads, RecordRow, Upload

from .desk import Officer

NOW = datetime(2028, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def lan(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


def owing(officer: Officer, due: str, title: str = "Waste water") -> str:
    return officer.publishes("outcome", title=title, type="indicator", due=due, observations="2026; 41")


def due_on(portal, day: date) -> list[tuple[str, date]]:
    outcome_clock.catch_up(portal)
    with portal.database.read() as db:
        return [(one.kind, one.day) for one in needs.due(db, "hanoi-council", day)]


@pytest.mark.parametrize(
    ("due", "day", "is_there"),
    [
        ("2028-02-29", date(2028, 2, 1), True), ("2028-02-29", date(2028, 1, 31), False), ("2028-02", date(2028, 2, 1), True),
        ("2028-02", date(2028, 1, 31), False), ("2028", date(2028, 12, 3), True), ("2028", date(2028, 12, 2), False), ("2028-02-29", date(2028, 3, 1), True),
        ("2028-02-29", date(2030, 2, 27), True), ("2028-02-29", date(2030, 3, 2), False),
    ],
)  # fmt: skip
def test_a_figure_is_due_from_four_weeks_ahead_until_two_years_after(lan, due, day, is_there):
    owing(lan, due)
    assert bool(due_on(lan.portal, day)) == is_there


def test_a_policy_that_ends_is_told_until_it_has_ended(lan):
    lan.publishes("policy", title="Plan", valid_until="2028-02-10")
    assert due_on(lan.portal, date(2028, 2, 1)) == [("end", date(2028, 2, 10))]
    assert due_on(lan.portal, date(2028, 2, 11)) == []


def mails(portal) -> list[str]:
    with portal.database.read() as db:
        return [one.subject for one in db.scalars(select(Mail).order_by(Mail.id))]


def test_reminders_come_four_weeks_ahead_one_week_ahead_and_when_due_each_once(lan):
    owing(lan, "2028-02-29")
    told = []
    for day in range(60):
        for hour in (0, 6, 23):
            now = datetime(2028, 1, 20, hour, 59, tzinfo=UTC) + timedelta(days=day)
            if needs.remind(lan.portal, now):
                told.append(now.date())
    assert told == [date(2028, 2, 1), date(2028, 2, 22), date(2028, 2, 29)]
    assert mails(lan.portal) == ["Due: Waste water"] * 3


def test_a_reminder_that_was_missed_is_made_up_for_once_and_old_ones_are_let_be(lan):
    owing(lan, "2028-02-29")
    owing(lan, "2027-12-01", "Long overdue")
    assert needs.remind(lan.portal, datetime(2028, 2, 25, tzinfo=UTC)) == 1
    assert needs.remind(lan.portal, datetime(2028, 3, 20, tzinfo=UTC)) == 1
    assert mails(lan.portal) == ["Due: Waste water"] * 2


def test_only_publishers_are_reminded_and_reviewers_of_what_waits_once(lan, app):
    Officer(app, "author@hanoi.example", role="author")
    Officer(app, "reviewer@hanoi.example", role="reviewer")
    lan.hands_in("policy", title="A plan")
    with lan.portal.database.write() as db:
        db.scalars(select(Upload)).one().submitted_at = NOW - timedelta(days=3)
        db.query(Mail).delete()
    for _ in range(2):
        needs.remind(lan.portal, NOW)
    with lan.portal.database.read() as db:
        assert [(one.recipient, one.subject) for one in db.scalars(select(Mail))] == [("reviewer@hanoi.example", "Still for review: A plan")]


def break_link(portal, number: str, url: str) -> None:
    with portal.database.write() as db:
        row = db.scalars(select(RecordRow).where(RecordRow.number == number)).one()
        db.add(FileCheck(url_hash="a" * 64, url=url, host="x", state="broken", first_failed_at=NOW, next_check_at=NOW))
        db.add(FileLink(record_id=row.id, url_hash="a" * 64))


def test_broken_links_are_told_once_a_week(lan):
    number = owing(lan, "2030")
    break_link(lan.portal, number, "https://hanoi.example/gone.pdf")
    told = [needs.remind(lan.portal, NOW + timedelta(days=day)) for day in range(14)]
    assert sum(told) == 2 + (1 if NOW.weekday() else 0)
    with lan.portal.database.read() as db:
        assert "https://hanoi.example/gone.pdf" in db.scalars(select(Mail)).first().body


def test_the_desk_says_what_needs_somebody(lan, app):
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    number = owing(lan, soon, "Water treated")
    owing(lan, "2025-11", "Air measured")
    break_link(lan.portal, number, "https://hanoi.example/gone.pdf")
    an = Officer(app, "an@hanoi.example", role="reviewer")
    an.signs_in()
    address = lan.hands_in("policy", title="To be looked at")
    page = an.client.get("/publish/").text
    assert "Waits for your review" in page and "Figure due" in page and "Broken link" in page and "gone.pdf" in page
    assert an.client.submit(address, {"remark": "Say who pays for it."}, form="return").status_code == 303
    assert "Returned to you" in lan.client.get("/publish/").text
    other = Officer(app, "hue@hue.example", "Hue council")
    other.signs_in()
    assert "What needs you today" not in other.client.get("/publish/").text


def open_page(client: Any, path: str, agent: str = "Mozilla/5.0") -> None:
    assert client.get(path, headers={"User-Agent": agent}, follow_redirects=True).status_code == 200


def test_readers_are_counted_and_officers_and_programs_are_not(lan, app):
    number, client = owing(lan, "2030", "Water treated"), app.test_client()
    for _ in range(3):
        open_page(client, f"/records/{number}")
    for agent in ("Googlebot/2.1", "curl/8", "python-requests/2"):
        open_page(client, f"/records/{number}", agent)
    open_page(lan.client, f"/records/{number}")
    app.extensions["clerestory.readers"].flush(datetime.now(UTC))
    with lan.portal.database.read() as db:
        assert [(one.number, one.count) for one in db.scalars(select(Reads))] == [(number, 3)]
        assert [(row.number, count) for row, count in readers.most_read(db, "hanoi-council", datetime.now(UTC).date())] == [(number, 3)]
    assert "Opened most often" in lan.client.get("/publish/").text


def test_words_are_kept_only_once_they_were_searched_for_often(lan, app):
    owing(lan, "2030", "Water treated")
    client, tally = app.test_client(), app.extensions["clerestory.readers"]
    for times in (readers.OFTEN - 1, 1):
        for _ in range(times):
            open_page(client, "/search?q=Water+ Treated")
        open_page(client, "/search?q=nguyen+van+a")
        tally.flush(datetime.now(UTC))
        with lan.portal.database.read() as db:
            assert [one.words for one in db.scalars(select(Asked))] == (["water treated"] if times == 1 else [""])
    assert "water treated" in lan.client.get("/publish/").text


def test_counts_end_after_a_while_and_a_page_that_is_read_asks_for_no_cookie(lan, app):
    number, tally = owing(lan, "2030", "Water treated"), app.extensions["clerestory.readers"]
    tally.read(number, NOW)
    tally.flush(NOW)
    tally.flush(NOW + timedelta(days=401))
    with lan.portal.database.read() as db:
        assert db.scalars(select(Reads)).all() == []
        assert catalogue.find(db, number)
    answer = app.test_client().get(f"/records/{number}", follow_redirects=True)
    assert "Set-Cookie" not in answer.headers
