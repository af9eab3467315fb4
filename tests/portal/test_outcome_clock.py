"""The outcome clock: what was promised, when it is due, whether it came; on every day, in every state of the records."""

import csv
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import pytest
import time_machine
from sqlalchemy import func, select

from harvesters.record import Agency, File, Observation, Relation, Target
from portal import needs, outcome_clock, renumbering, store
from portal.models import Mail, PromiseMark, PromiseRow, RecordRow
from portal.parts import Portal
from portal.settings import Settings

from ..browser import JudgingClient
from ..factories import COUNCIL, a_decision, a_policy, an_outcome
from .desk import Officer, open_account

Save = Callable[..., list[str]]
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOWHERE = COUNCIL.model_copy(update={"place": None})


def figures(**values: Any) -> tuple[Observation, ...]:
    return tuple(Observation(period=period.strip("y").replace("_", "-"), value=value) for period, value in values.items())


def promising(due: str, **more: Any) -> Any:
    """A policy that promises one thing by a day."""
    target = {"indicator": "Services online", "value": "80", "unit": "%", "due": due} | more.pop("target", {})
    # An agency whose place is not known counts its days as the portal does: in UTC.
    return a_policy(issued="2020-01-01", targets=(Target(**target),), **{"publisher": NOWHERE} | more)


def clock(client: JudgingClient, now: datetime = JUNE, **asked: Any) -> dict[str, Any]:
    with time_machine.travel(now, tick=False):
        answer = client.get("/outcome-clock.json", query_string={"state": "all"} | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def only(client: JudgingClient, now: datetime = JUNE, **asked: Any) -> dict[str, Any]:
    """The one promise there is."""
    [found] = clock(client, now, **asked)["results"]
    one: dict[str, Any] = found
    return one


def test_a_target_is_overdue_from_the_day_after_it_was_due_until_a_figure_of_that_day_comes(client: JudgingClient, save: Save) -> None:
    [policy] = save(promising("2025"))
    assert [only(client, datetime(*day, tzinfo=UTC))["state"] for day in ((2025, 11, 30), (2025, 12, 3), (2025, 12, 31), (2026, 1, 1))] == ["ahead", "due_soon", "due_soon", "overdue"]
    found = only(client)
    assert (found["days_overdue"], found["due_on"], found["what"], found["outcome"]) == (152, "2025-12-31", "Services online", None)
    joined = {"relations": (Relation(type="measures", number=policy),)}
    outcome = an_outcome(observations=figures(y2024="70"), **joined)
    save(outcome, now=JUNE)
    assert (only(client)["state"], only(client)["outcome"]) == ("overdue", outcome.number)
    save(an_outcome(identifier=outcome.identifier, observations=figures(y2024="70", y2025="75"), **joined), now=datetime(2026, 6, 20, tzinfo=UTC))
    found = only(client, datetime(2026, 7, 1, tzinfo=UTC))
    assert (found["state"], found["reported_on"], found["days_late"], found["period"], found["reported_on_is"]) == ("reported", "2026-06-20", 171, "2025", "seen")


def test_an_outcome_that_comes_before_its_policy_or_leaves_again_is_followed(client: JudgingClient, save: Save, portal: Portal) -> None:
    outcome = an_outcome(observations=figures(y2025="75"))
    save(outcome)
    assert clock(client)["total"] == 0
    policy = promising("2025", relations=(Relation(type="cites", identifier=outcome.identifier),))
    save(policy)
    assert only(client)["state"] == "reported"
    with portal.database.write() as session:
        store.unpublish(session, session.scalars(select(RecordRow).where(RecordRow.number == outcome.number)).one(), "court_order", JUNE)
    assert only(client)["state"] == "overdue"
    with portal.database.write() as session:
        store.republish(session, session.scalars(select(RecordRow).where(RecordRow.number == outcome.number)).one(), JUNE)
    assert only(client)["state"] == "reported"
    with portal.database.write() as session:
        store.withdraw(session, session.scalars(select(RecordRow).where(RecordRow.number == policy.number)).one(), "not_listed", JUNE)
    assert clock(client)["total"] == 0


def test_a_figure_whose_day_of_publication_nobody_knows_is_reported_without_a_day(client: JudgingClient, save: Save) -> None:
    for identifier, issued in (("a", "2026-02-14"), ("b", "2010-01-01"), ("c", "2026")):
        outcome = an_outcome(identifier=identifier, observations=figures(y2025="75"), issued=issued)
        save(outcome, promising("2025", identifier=f"p-{identifier}", relations=(Relation(type="cites", number=outcome.number),)), now=JUNE)
    found = {one["outcome"]: (one["reported_on"], one["reported_on_is"], one["days_late"]) for one in clock(client)["results"]}
    assert sorted(found.values(), key=str) == [("2026-02-14", "stated", 45), (None, None, None), (None, None, None)]


def test_a_figure_that_was_here_by_the_due_day_is_in_time(client: JudgingClient, save: Save) -> None:
    outcome = an_outcome(observations=figures(y2025="75"), issued="2010-01-01")
    save(outcome, promising("2025-12-31", relations=(Relation(type="cites", number=outcome.number),)), now=datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    assert (only(client)["reported_on"], only(client)["days_late"]) == ("2025-12-31", 0)


def test_what_an_outcome_owes_next_is_kept_by_a_later_figure_and_moved_by_another_day(client: JudgingClient, save: Save) -> None:
    def at(day: str, due: str | None, **values: Any) -> None:
        save(an_outcome(identifier="air", publisher=NOWHERE, observations=figures(**values), due=due), now=datetime.fromisoformat(f"{day}T08:00:00+00:00"))

    at("2025-01-10", "2025-06-30", y2023="41")
    assert only(client, datetime(2025, 6, 30, 23, tzinfo=UTC))["state"] == "due_soon"
    at("2025-07-05", "2025-06-30", y2023="42")
    assert (only(client)["state"], only(client)["kind"]) == ("overdue", "figure")
    at("2025-07-10", "2025-09-30", y2023="42")
    found = only(client, datetime(2025, 9, 1, tzinfo=UTC))
    assert (found["due_on"], found["first_due_on"], found["state"]) == ("2025-09-30", "2025-06-30", "ahead")
    at("2025-10-03", "2026-09-30", y2023="42", y2024="44")
    first, following = sorted(clock(client)["results"], key=lambda one: one["due_on"])
    assert (first["state"], first["reported_on"], first["days_late"], first["period"]) == ("reported", "2025-10-03", 3, "2024")
    assert (following["state"], following["due_on"]) == ("ahead", "2026-09-30")
    at("2025-12-01", None, y2023="42", y2024="44")
    assert sorted((one["state"], one["dropped"]) for one in clock(client)["results"]) == [("dropped", "removed"), ("reported", None)]


def test_a_day_that_a_record_still_names_after_its_figure_came_is_not_owed_again(client: JudgingClient, save: Save) -> None:
    for day, values in ((1, {"y2023": "1"}), (2, {"y2023": "1", "y2024": "2"}), (3, {"y2023": "1", "y2024": "3"})):
        save(an_outcome(identifier="air", observations=figures(**values), due="2025-06-30"), now=datetime(2025, 7, day, tzinfo=UTC))
    assert (only(client)["state"], only(client)["days_late"]) == ("reported", 2)


def test_a_report_without_figures_is_kept_by_its_text_or_file(client: JudgingClient, save: Save) -> None:
    report = {"identifier": "final", "indicator": "", "observations": (), "type": "evaluation"}
    save(an_outcome(**report, due="2025-12-31"), now=datetime(2025, 1, 1, tzinfo=UTC))
    assert only(client)["state"] == "overdue"
    save(an_outcome(**report, due="2025-12-31", files=(File(url="https://x.example/final.pdf"),)), now=datetime(2026, 2, 1, tzinfo=UTC))
    assert (only(client)["state"], only(client)["days_late"]) == ("reported", 32)


def test_a_policy_may_promise_a_report_without_a_value(client: JudgingClient, save: Save) -> None:
    report = an_outcome(identifier="review", indicator="Review of the plan", observations=(), type="evaluation", body="It worked in part.", issued="2026-03-01")
    policy = promising("2025", target={"indicator": "Review of the plan", "value": None, "measured_by": "review"})
    save(policy)
    assert (only(client)["kind"], only(client)["state"]) == ("report", "overdue")
    save(report, now=JUNE)
    assert (only(client)["state"], only(client)["reported_on"], only(client)["days_late"]) == ("reported", "2026-03-01", 60)


def test_a_promise_that_is_taken_out_does_not_vanish_and_one_that_is_moved_tells_from_when(client: JudgingClient, save: Save) -> None:
    policy = {"identifier": "plan", "issued": "2020-01-01"}
    save(a_policy(**policy, targets=(Target(indicator="A", value=1, due="2025"), Target(indicator="B", value=2, due="2025"))))
    save(a_policy(**policy, targets=(Target(indicator="B", value=2, due="2027"),)), now=JUNE)
    found = {one["what"]: one for one in clock(client)["results"]}
    assert (found["A"]["state"], found["A"]["dropped"]) == ("dropped", "removed")
    assert (found["B"]["due_on"], found["B"]["first_due_on"]) == ("2027-12-31", "2025-12-31")


def test_drafts_promise_nothing_and_what_ended_before_the_day_owes_nothing(client: JudgingClient, save: Save) -> None:
    save(*(promising("2025", status=status) for status in ("draft", "proposed", "rejected")))
    assert clock(client)["total"] == 0
    save(promising("2025", status="repealed", valid_until="2024-05-01"), promising("2025", status="repealed", valid_until="2026-03-01"), promising("2025", status="superseded"))
    assert sorted(one["state"] for one in clock(client)["results"]) == ["dropped", "dropped", "overdue"]


def test_two_targets_of_one_indicator_are_two_promises(client: JudgingClient, save: Save) -> None:
    save(a_policy(targets=tuple(Target(indicator="Share", value=value, due=due) for value, due in ((30, "2030"), (20, "2025")))))
    assert [(one["due_on"], one["state"]) for one in clock(client)["results"]] == [("2030-12-31", "ahead"), ("2025-12-31", "overdue")]


def test_a_record_under_a_new_number_keeps_what_it_measures(client: JudgingClient, save: Save, portal: Portal) -> None:
    outcome, policy = an_outcome(identifier="old", observations=figures(y2025="75")), promising("2025")
    save(outcome, a_policy(identifier="p", issued="2020-01-01", targets=policy.targets, relations=(Relation(type="cites", number=outcome.number),)))
    assert only(client)["state"] == "reported"
    with portal.database.write() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.number == outcome.number)).one()
        moved = an_outcome(identifier="new", title=row.title, observations=figures(y2025="76"))
        arrivals = [store.Arrival(moved, formerly=("old",))]
        store.save_many(session, arrivals, now=JUNE, renumbered=renumbering.adopt(session, arrivals, JUNE))
    found = only(client)
    assert (found["state"], found["outcome"]) == ("reported", moved.number)


# Days ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "last_moment"),
    [("2028-02-29", "2028-02-29"), ("2028-02", "2028-02-29"), ("2027-02", "2027-02-28"), ("2028", "2028-12-31"), ("2100-02", "2100-02-28"), ("2028-02-29T22:30:00Z", "2028-02-29")],
)  # fmt: skip
def test_leap_days_months_and_years_end_on_their_last_day(client: JudgingClient, save: Save, due: str, last_moment: str) -> None:
    save(promising(due))
    last = datetime.fromisoformat(f"{last_moment}T23:59:59+00:00")
    assert only(client, last)["state"] == "due_soon"
    assert only(client, last + timedelta(seconds=1))["state"] == "overdue"
    assert only(client, last + timedelta(seconds=1))["days_overdue"] == 1


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/New_York", "Pacific/Kiritimati"])
def test_a_day_ends_at_midnight_utc_whatever_the_machines_time_zone(client: JudgingClient, save: Save, zone: str) -> None:
    save(promising("2028-02-29", places=("VN",)))
    for moment, state in (("2028-02-29T23:59:00", "due_soon"), ("2028-03-01T00:00:00", "overdue")):
        local = datetime.fromisoformat(f"{moment}+00:00").astimezone(ZoneInfo(zone))
        found = clock(client, local)
        assert (found["results"][0]["state"], found["today"]) == (state, moment[:10])
    local_midnight = datetime(2028, 3, 1, tzinfo=ZoneInfo(zone))
    expected = "overdue" if local_midnight.astimezone(UTC).date() > date(2028, 2, 29) else "due_soon"
    assert only(client, local_midnight)["state"] == expected


# The page, its twins, the badges ------------------------------------------------------------------------------------


def some_of_each(save: Save) -> Agency:
    other = Agency(slug="xx-harbour", names={"en": "Harbour Board", "vi": "Ban cảng"})
    kept = an_outcome(observations=figures(y2025="75"), issued="2026-01-20")
    save(
        promising("2025"), promising("2026-06-15", publisher=other), promising("2030"), kept,
        promising("2025", title="A plan that was kept", relations=(Relation(type="cites", number=kept.number),)), a_decision(), now=JUNE,
    )  # fmt: skip
    return other


def test_the_page_lists_what_is_open_by_its_day_and_filters_by_agency_state_and_record(client: JudgingClient, save: Save) -> None:
    some_of_each(save)
    with time_machine.travel(JUNE, tick=False):
        page = client.get("/outcome-clock").text
        assert page.index("Overdue by 152 days") < page.index("Due in 14 days") < page.index("Not due yet") and "A plan that was kept" not in page
        assert "Days end at midnight where the agency is" in page
        harbour = client.get("/outcome-clock?agency=xx-harbour").text
        assert "Due in 14 days" in harbour and "Overdue by" not in harbour and "Outcome clock: Harbour Board" in harbour
        reported = client.get("/outcome-clock?state=reported").text
        assert "Reported 20 days late" in reported and "A plan that was kept" in reported
        number = only(client, state="overdue")["number"]
        assert "all promises" in client.get(f"/outcome-clock?record={number}").text
        assert client.get("/agencies/xx-harbour/outcome-clock").headers["Location"].endswith("/outcome-clock?agency=xx-harbour")
        assert "No promise stands so" in client.get("/outcome-clock?state=dropped").text
        assert "Đồng hồ kết quả" in client.get("/vi/outcome-clock").text


def test_promises_of_one_policy_stand_together_under_its_title_once(client: JudgingClient, save: Save) -> None:
    plan = a_policy(title="The plan", targets=tuple(Target(indicator=f"Goal {due}", value=1, due=due) for due in ("2021", "2023")))
    other = a_policy(title="Between", targets=(Target(indicator="Goal of another", value=1, due="2022"),))
    save(plan, other)
    page = client.get("/outcome-clock").text
    table = page.partition("<tbody>")[2].partition("</table>")[0]
    assert table.count(">The plan</a>") == 1 and table.count('scope="rowgroup"') == 2
    order = [table.index(words) for words in ("The plan", "Goal 2021", "Goal 2023", "Between", "Goal of another")]
    assert order == sorted(order), "the policy whose promise is due first, then all that it promised"
    due = [one["due"] for one in client.get("/outcome-clock.json").json["results"]]
    assert due == sorted(due), "data stays in the order of days"


def test_an_empty_clock_says_what_a_promise_is(client: JudgingClient) -> None:
    assert "Nothing was promised here yet" in client.get("/outcome-clock").text


@pytest.mark.parametrize("query", ["state=late", "record=xyz", "page=0", "page=x", "colour=red", "page=99999999999"])
def test_what_makes_no_sense_is_refused_with_what_to_write(client: JudgingClient, query: str) -> None:
    for path in ("/outcome-clock", "/outcome-clock.json"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400 and query.partition("=")[2] in answer.text


def test_a_page_beyond_the_last_is_the_last_and_pages_of_data_lead_on(client: JudgingClient, save: Save) -> None:
    save(a_policy(targets=tuple(Target(indicator=f"Indicator {n}", value=n, due="2025") for n in range(130))))
    with time_machine.travel(JUNE, tick=False):
        assert client.get("/outcome-clock?page=9").text.count("Overdue by") == 30
        found, address = [], "/outcome-clock.json?size=60"
        while address:
            answer = client.get(address).json
            found += answer["results"]
            assert (answer["total"], answer["returned"] <= 60) == (130, True)
            address = (answer["next"] or "").removeprefix("http://localhost")
    assert len({one["key"] for one in found}) == 130


def test_the_twins_hold_the_same_and_the_feed_tells_what_happened(client: JudgingClient, save: Save) -> None:
    some_of_each(save)
    with time_machine.travel(JUNE, tick=False):
        rows = list(csv.DictReader(io.StringIO(client.get("/outcome-clock.csv?state=all").text)))
        data = client.get("/outcome-clock.json?state=all").json["results"]
        feed = feedparser.parse(client.get("/outcome-clock.atom").data)
    assert [{name: "" if value is None else str(value) for name, value in one.items()} for one in data] == [{name: row[name] for name in data[0]} for row in rows]
    assert not feed.bozo and sorted(entry.title.partition(":")[0] for entry in feed.entries) == ["Overdue", "Reported"]
    assert len({entry.id for entry in feed.entries}) == 2


def test_badges_say_how_many_are_overdue(client: JudgingClient, save: Save) -> None:
    some_of_each(save)
    with time_machine.travel(JUNE, tick=False):
        whole, one = client.get("/outcome-clock.svg"), client.get("/agencies/xx-harbour/outcome-clock.svg")
    assert "1 overdue · 1 reported · 1 due soon" in whole.text and whole.mimetype == "image/svg+xml"
    assert "0 reported · 1 due soon" in one.text and one.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/agencies/nobody/outcome-clock.svg").status_code == 404
    assert "nothing promised" in client.get(f"/agencies/{COUNCIL.slug}/outcome-clock.svg").text or "overdue" in client.get(f"/agencies/{COUNCIL.slug}/outcome-clock.svg").text


def test_records_and_agencies_lead_to_their_promises(client: JudgingClient, save: Save) -> None:
    some_of_each(save)
    number = only(client, state="overdue")["number"]
    with time_machine.travel(JUNE, tick=False):
        assert "Overdue by 152 days" in client.get(f"/records/{number}").text
        assert f"/outcome-clock?record={number}&amp;state=all" in client.get(f"/records/{number}").text
        assert "/outcome-clock?agency=xx-harbour" in client.get("/agencies/xx-harbour").text


# Following the records ----------------------------------------------------------------------------------------------


def table(portal: Portal) -> list[tuple[Any, ...]]:
    with portal.database.read() as session:
        return sorted(session.execute(select(PromiseRow.number, PromiseRow.key, PromiseRow.due_on, PromiseRow.reported, PromiseRow.outcome, PromiseRow.dropped)).all())  # type: ignore[arg-type]


class TestOnEitherDatabase:
    @pytest.fixture
    def database_url(self, either_database_url: str) -> str:
        return either_database_url

    def test_catching_up_gives_what_making_it_anew_gives(self, client: JudgingClient, save: Save, portal: Portal) -> None:
        some_of_each(save)
        assert outcome_clock.catch_up(portal) == 6
        assert outcome_clock.catch_up(portal) == 0
        before = table(portal)
        assert len(before) == 4
        assert outcome_clock.rebuild(portal) == 6
        assert table(portal) == before

    def test_two_workers_at_once_write_every_reminder_once(self, app: Any, save: Save, portal: Portal) -> None:
        for n in range(6):
            agency = Agency(slug=f"agency-{n}", names={"en": f"Agency {n}"})
            save(*(promising("2026-06-20", publisher=agency, identifier=f"{n}-{m}") for m in range(3)))
            open_account(portal, f"officer{n}@agency.example", f"Agency {n}")
        start, written, faults = threading.Barrier(3), [], []

        def work() -> None:
            start.wait()
            try:
                with app.app_context():
                    written.append(needs.remind(portal, JUNE))
            except Exception as fault:
                faults.append(fault)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert faults == [] and sum(written) == 18
        with portal.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Mail)) == 18


def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_out_and_nothing_twice(app: Any, save: Save, portal: Portal, settings: Settings, tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    agencies = [Agency(slug=f"agency-{n}", names={"en": f"Agency {n}"}) for n in range(6)]
    save(*(promising(soon, publisher=agency, identifier=f"{agency.slug}-{m}") for agency in agencies for m in range(50)))
    for n in range(6):
        open_account(portal, f"officer{n}@agency.example", f"Agency {n}")
    environment = os.environ | {"PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_SEARCH_URL": "memory:", "PORTAL_SECRET_KEY": settings.secret_key}
    killed = 0
    for task, wanted in (("keep-clock", PromiseMark), ("remind", Mail)):
        command = [sys.executable, "-c", "from portal.cli import main; main()", "work", "--once", task]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while worker.poll() is None:
            with portal.database.read() as session:
                if session.scalar(select(func.count()).select_from(wanted)):
                    worker.send_signal(signal.SIGKILL)
                    killed += worker.wait() == -signal.SIGKILL
            time.sleep(0.002)
    assert killed, "no worker was caught in the middle: make the work longer"
    with app.app_context():
        needs.remind(portal, datetime.now(UTC))
        needs.remind(portal, datetime.now(UTC))
    with portal.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PromiseRow)) == 300
        recipients = dict(session.execute(select(Mail.recipient, func.count()).group_by(Mail.recipient)).all())  # type: ignore[arg-type]
    assert recipients == {f"officer{n}@agency.example": 50 for n in range(6)}


def test_reminders_of_targets_come_at_their_three_moments_through_leap_days_and_restarts(app: Any, save: Save, portal: Portal) -> None:
    open_account(portal, agency="Example City Council")
    council = Agency(slug="example-city-council", names={"en": "Example City Council"})
    save(promising("2028-02-29", publisher=council), an_outcome(publisher=council, due="2028-02", observations=()))
    told: dict[date, int] = {}
    with app.app_context():
        for hour in range(0, 24 * 50, 6):
            now = datetime(2028, 1, 25, tzinfo=UTC) + timedelta(hours=hour)
            if hour % 42 == 0:  # a restart: nothing is remembered but what the database holds
                portal.database.close()
            if count := needs.remind(portal, now):
                told[now.date()] = told.get(now.date(), 0) + count
    assert told == {date(2028, 2, 1): 2, date(2028, 2, 22): 2, date(2028, 2, 29): 2}


def test_after_a_long_pause_only_the_step_that_holds_now_is_told(app: Any, save: Save, portal: Portal) -> None:
    open_account(portal, agency="Example City Council")
    council = Agency(slug="example-city-council", names={"en": "Example City Council"})
    save(promising("2028-02-29", publisher=council))
    with app.app_context():
        assert [needs.remind(portal, datetime(2028, *day, tzinfo=UTC)) for day in ((1, 31), (2, 25), (3, 10), (6, 1))] == [0, 1, 1, 0]


def test_who_has_reported_is_not_reminded(app: Any, save: Save, portal: Portal) -> None:
    open_account(portal, agency="Example City Council")
    council = Agency(slug="example-city-council", names={"en": "Example City Council"})
    outcome = an_outcome(publisher=council, observations=figures(y2028="80"))
    save(outcome, promising("2028-02-29", publisher=council, relations=(Relation(type="cites", number=outcome.number),)))
    with app.app_context():
        assert needs.remind(portal, datetime(2028, 2, 10, tzinfo=UTC)) == 0


def test_the_desk_shows_targets_that_are_due(app: Any, save: Save) -> None:
    lan = Officer(app)
    lan.signs_in()
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    lan.publishes("policy", title="A plan", target_indicator_1="Waste water treated", target_value_1="80", target_due_1=soon)
    page = lan.client.get("/publish/").text
    assert "Figure due" in page and "Waste water treated" in page
