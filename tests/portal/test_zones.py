"""Days begin at midnight where the agency is: on the outcome clock, in reminders, in matters, on pages as of a day, and at the desk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from harvesters.record import Agency, Observation, Relation, Target
from portal import members, needs, outcome_clock, zones
from portal.audit import Actor
from portal.models import AgencyZone, Mail, User
from portal.parts import Portal
from portal.settings import Settings, SettingsError
from portal.zone_table import BY_PLACE

from ..browser import JudgingClient
from ..factories import a_policy, an_outcome
from .desk import Officer, open_account

Save = Callable[..., list[str]]

PLACES = {"NZ": "Pacific/Auckland", "US-NY": "America/New_York", "VN-HN": "Asia/Ho_Chi_Minh"}
# Ordinary days, leap days, and days on which clocks change there: 23 and 25 hours long.
DAYS = [
    ("NZ", "2028-02-29"), ("US-NY", "2028-02-29"), ("VN-HN", "2028-02-29"), ("NZ", "2026-04-05"), ("NZ", "2026-09-27"),
    ("US-NY", "2026-03-08"), ("US-NY", "2026-11-01"), ("VN-HN", "2026-12-31"), ("US-NY", "2027-02-28"),
]  # fmt: skip


def agency(place: str | None) -> Agency:
    return Agency(slug=f"agency-{(place or 'nowhere').lower()}", names={"en": f"Agency {place or 'nowhere'}"}, place=place)


def promising(place: str | None, due: str, **more: Any) -> Any:
    return a_policy(publisher=agency(place), issued="2020-01-01", targets=(Target(indicator="Services online", value=80, due=due),), **more)


def at(place: str, day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(PLACES[place]))


def state(client: JudgingClient, now: datetime, **asked: str) -> tuple[str, int | None]:
    """The state of the one promise, and how many days it is overdue: as the clock's counts, its list and its page say."""
    with time_machine.travel(now, tick=False):
        answer = client.get("/outcome-clock.json", query_string={"state": "all"} | asked).json
        [one] = answer["results"]
        assert answer["counts"][one["state"]] == 1 == sum(answer["counts"].values())
        assert client.get("/outcome-clock.json", query_string={"state": one["state"]} | asked).json["total"] == 1
    return one["state"], one["days_overdue"]


@pytest.mark.parametrize(("place", "day"), DAYS)
def test_a_promise_is_overdue_when_the_day_ends_where_its_agency_is(client: JudgingClient, save: Save, place: str, day: str) -> None:
    save(promising(place, day))
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    assert state(client, at(place, day, "23:59:59")) == ("due_soon", None)
    assert state(client, at(place, after, "00:00:00")) == ("overdue", 1)
    first_of_four_weeks = date.fromisoformat(day) - timedelta(days=28)
    assert state(client, at(place, first_of_four_weeks.isoformat(), "00:00")) == ("due_soon", None)
    assert state(client, at(place, (first_of_four_weeks - timedelta(days=1)).isoformat(), "23:59")) == ("ahead", None)


def test_at_one_moment_it_is_three_days_in_three_places(client: JudgingClient, save: Save) -> None:
    """At ten in the morning UTC it is tomorrow on Kiribati's Line Islands and still yesterday in Samoa."""
    places = {"KI-L": "Pacific/Kiritimati", "AS": "", "GB": ""}
    save(*(promising(place, "2028-02-29") for place in places))
    with time_machine.travel(datetime(2028, 3, 1, 10, 30, tzinfo=UTC), tick=False):
        told = {one["agency"]: (one["state"], one["days_overdue"], one["time_zone"]) for one in client.get("/outcome-clock.json?state=all").json["results"]}
        page = client.get("/outcome-clock").text
    assert told == {
        "agency-as": ("due_soon", None, "Pacific/Pago_Pago"), "agency-gb": ("overdue", 1, "Europe/London"), "agency-ki-l": ("overdue", 1, "Pacific/Tarawa"),
    }  # fmt: skip
    assert page.count("Overdue since yesterday") == 2 and page.count("Due today") == 1


def test_the_day_on_which_a_figure_came_is_the_agencys(client: JudgingClient, save: Save) -> None:
    """Half past five in the afternoon UTC is half past midnight in Hanoi: a day late."""
    plan = promising("VN-HN", "2025-12-31")
    outcome = {"identifier": "figures", "publisher": agency("VN-HN"), "relations": (Relation(type="measures", number=plan.number),)}
    save(plan, an_outcome(**outcome, observations=(Observation(period="2024", value=70),)), now=datetime(2025, 6, 1, tzinfo=UTC))
    save(an_outcome(**outcome, observations=(Observation(period="2025", value=81),)), now=datetime(2025, 12, 31, 17, 30, tzinfo=UTC))
    [one] = client.get("/outcome-clock.json?state=all").json["results"]
    assert (one["reported_on"], one["days_late"]) == ("2026-01-01", 1)


def test_a_matter_tells_gaps_by_the_day_of_the_agency_that_owes(client: JudgingClient, save: Save) -> None:
    plan = a_policy(publisher=agency("NZ"))
    [number, _outcome] = save(plan, an_outcome(publisher=agency("US-NY"), due="2026-03-08", relations=(Relation(type="measures", number=plan.number),)))

    def overdue(now: datetime) -> bool:
        with time_machine.travel(now, tick=False):
            page = "The figure or report that was due" in client.get(f"/records/{number}/thread").text
            assert page == any(gap["code"] == "report_overdue" for gap in client.get(f"/records/{number}/thread.json").json["gaps"])
            return page

    assert not overdue(at("US-NY", "2026-03-08", "23:59")) and overdue(at("US-NY", "2026-03-09", "00:00"))


@pytest.mark.parametrize(("place", "day"), DAYS)
def test_a_page_as_of_a_day_shows_what_was_known_at_its_midnight(client: JudgingClient, save: Save, place: str, day: str) -> None:
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    for version, (when, clock) in enumerate(((day, "00:00"), (day, "23:59:59"), (after, "00:00")), 1):
        number = save(a_policy(identifier="law", publisher=agency(place), title=f"Version {version}"), now=at(place, when, clock).astimezone(UTC))[0]
    with time_machine.travel(at(place, after, "00:00:01"), tick=False):
        told = client.get(f"/records/{number}/as-of/{day}.json").json
        assert (told["record"]["title"], told["time_zone"], told["known_at"]) == ("Version 2", PLACES[place], at(place, after, "00:00").astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert client.get(f"/records/{number}/as-of/{after}.json").json["record"]["title"] == "Version 3"
        assert "Version 2" in client.get(f"/records/{number}/as-of/{day}").text
        assert client.get(f"/records/{number}/as-of?date=").headers["Location"].endswith(f"/as-of/{after}")
    with time_machine.travel(at(place, day, "23:59:59"), tick=False):
        page = client.get(f"/records/{number}/as-of/{after}")
        assert page.status_code == 404 and f"Where this agency is ({PLACES[place]})" in page.text
        assert client.get(f"/records/{number}/as-of").headers["Location"].endswith(f"/as-of/{day}")


def test_a_day_whose_midnight_does_not_exist_begins_when_clocks_have_jumped() -> None:
    assert zones.start_of(date(2018, 11, 4), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)  # one in the morning, summer time
    assert zones.end_of(date(2018, 11, 3), "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert zones.day_in("Pacific/Apia", datetime(2011, 12, 30, 9, 59, tzinfo=UTC)) == date(2011, 12, 29)
    assert zones.day_in("Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC)) == date(2011, 12, 31), "Samoa left out a day"
    assert zones.start_of(date(2011, 12, 30), "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert (zones.end_of(date.max, "Asia/Tokyo").year, zones.start_of(date.min + timedelta(days=1), "Asia/Tokyo").year) == (9999, 1)


def test_every_zone_of_the_table_is_known_and_places_lead_to_theirs() -> None:
    assert [zone for zone in BY_PLACE.values() if not zones.is_known(zone)] == []
    assert [zones.of_place(one) for one in ("VN", "VN-HN", "US", "US-HI", "AU-VIC", "DE-BE", "XK", None, "")] == [
        "Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh", "America/New_York", "Pacific/Honolulu", "Australia/Melbourne", "Europe/Berlin", "", "", "",
    ]  # fmt: skip


class TestWithAPortalsOwnZone:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, timezone="Pacific/Auckland")

    def test_it_counts_for_agencies_whose_place_is_not_known(self, client: JudgingClient, save: Save) -> None:
        save(promising(None, "2028-02-29"))
        assert state(client, at("NZ", "2028-02-29", "23:59")) == ("due_soon", None)
        assert state(client, at("NZ", "2028-03-01", "00:00")) == ("overdue", 1)


def test_an_impossible_time_zone_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="PORTAL_TIMEZONE: 'Hanoi' is not a time zone"):
        Settings.from_environment({"PORTAL_TIMEZONE": "Hanoi"})
    assert Settings.from_environment({"PORTAL_TIMEZONE": "Asia/Ho_Chi_Minh"}).timezone == "Asia/Ho_Chi_Minh"


# The desk -----------------------------------------------------------------------------------------------------------


def test_an_agency_sets_its_time_zone_and_everything_is_counted_anew(app: Any, client: JudgingClient, save: Save, portal: Portal) -> None:
    lan = Officer(app, role="admin")
    lan.signs_in()
    council = Agency(slug="hanoi-council", names={"en": "Hanoi Council"})
    plan = a_policy(publisher=council, targets=(Target(indicator="A", value=1, due="2025-12-31"),))
    outcome = {"identifier": "figures", "publisher": council, "relations": (Relation(type="measures", number=plan.number),)}
    save(plan, an_outcome(**outcome, observations=()), now=datetime(2025, 6, 1, tzinfo=UTC))
    save(an_outcome(**outcome, indicator="A", observations=(Observation(period="2025", value=1),)), now=datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert client.get("/outcome-clock.json?state=all").json["results"][0]["reported_on"] == "2025-12-31"
    page = lan.client.get("/publish/agency/")
    assert "When your day begins" in page.text and "counts by the clocks of UTC" in page.text
    wrong = lan.client.post("/publish/agency/zone", data={"csrf_token": lan.token(), "zone": "Mars/Olympus"})
    assert wrong.status_code == 422 and "“Mars/Olympus” is not a time zone" in wrong.text and 'value="Mars/Olympus"' in wrong.text
    assert lan.client.post("/publish/agency/zone", data={"csrf_token": lan.token(), "zone": "Asia/Ho_Chi_Minh"}).status_code == 303
    assert "counts by the clocks of Asia/Ho_Chi_Minh" in lan.client.get("/publish/agency/").text
    [one] = client.get("/outcome-clock.json?state=all").json["results"]
    assert (one["reported_on"], one["days_late"], one["time_zone"]) == ("2026-01-01", 1, "Asia/Ho_Chi_Minh")
    assert "Time zone set" in lan.client.get("/publish/agency/log").text
    assert lan.client.post("/publish/agency/zone", data={"csrf_token": lan.token(), "zone": ""}).status_code == 303
    assert client.get("/outcome-clock.json?state=all").json["results"][0]["reported_on"] == "2025-12-31"


@pytest.mark.parametrize(("place", "day"), [("NZ", "2028-02-29"), ("US-NY", "2026-11-01"), ("VN-HN", "2028-02-29")])
def test_a_reminder_goes_out_when_the_day_begins_where_the_agency_is(app: Any, save: Save, portal: Portal, place: str, day: str) -> None:
    council = agency(place)
    save(promising(place, day), now=datetime(2025, 1, 1, tzinfo=UTC))
    with portal.database.read() as session:
        assert zones.publisher_of(session, council.slug)["place"] == place
    open_account(portal, agency=council.name())
    with app.app_context():
        for ahead in (28, 7, 0):
            stage = (date.fromisoformat(day) - timedelta(days=ahead)).isoformat()
            before = at(place, stage, "00:00").astimezone(UTC) - timedelta(minutes=1)
            told = [needs.remind(portal, before), needs.remind(portal, before + timedelta(minutes=1)), needs.remind(portal, at(place, stage, "23:59:59").astimezone(UTC))]
            assert told == [0, 1, 0], (ahead, told)


def test_a_worker_killed_amid_reminders_at_midnight_leaves_none_out_and_none_twice(app: Any, save: Save, portal: Portal, settings: Settings) -> None:
    """Agencies in three zones, whose promise is due on the day that it is for each of them."""
    places = ("NZ", "US-NY", "VN-HN")
    now = datetime.now(UTC)
    for place in places:
        today = now.astimezone(ZoneInfo(PLACES[place])).date().isoformat()
        save(*(promising(place, today, identifier=f"{place}-{n}") for n in range(40)))
        open_account(portal, f"officer@{place.lower()}.example", agency(place).name())
    outcome_clock.catch_up(portal)
    environment = os.environ | {"PORTAL_DATA_DIR": str(settings.data_dir), "PORTAL_SEARCH_URL": "memory:", "PORTAL_SECRET_KEY": settings.secret_key}
    worker = subprocess.Popen([sys.executable, "-c", "from portal.cli import main; main()", "work", "--once", "remind"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while worker.poll() is None:
        with portal.database.read() as session:
            if session.scalar(select(func.count()).select_from(Mail)):
                worker.send_signal(signal.SIGKILL)
                worker.wait()
        time.sleep(0.002)
    with app.app_context():
        needs.remind(portal, now)
        needs.remind(portal, now)
    with portal.database.read() as session:
        told = dict(session.execute(select(Mail.recipient, func.count()).group_by(Mail.recipient)).all())  # type: ignore[arg-type]
    assert told == {f"officer@{place.lower()}.example": 40 for place in places}


def test_set_times_are_shown_by_the_clocks_of_the_agency(app: Any, portal: Portal) -> None:
    lan = Officer(app)
    lan.signs_in()
    with portal.database.write() as session:
        members.set_zone(session, Actor.of(session.get_one(User, 1)), "hanoi-council", "Pacific/Auckland", datetime.now(UTC))
    preview, page = lan.previews("policy", title="A plan")
    assert 'value="Pacific/Auckland"' in page.text
    token = preview.split("/")[3]
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    answer = lan.client.post(f"/publish/drafts/{token}/schedule", data={"csrf_token": lan.token(), "day": day, "time": "09:00", "embargo": "1"})
    assert answer.status_code == 303
    page = lan.client.get(answer.headers["Location"]).text
    assert "09:00 (Pacific/Auckland)" in page
    secret = page.split("/embargo/")[1].split("<")[0]
    assert "09:00 (Pacific/Auckland)" in lan.client.get(f"/embargo/{secret}").text
    assert "09:00 (Pacific/Auckland)" in lan.client.get("/publish/").text


# Agencies that move -------------------------------------------------------------------------------------------------


class TestAnAgencyThatMoves:
    @pytest.fixture
    def database_url(self, either_database_url: str) -> str:
        return either_database_url

    def test_its_promises_are_counted_by_the_new_place_although_their_records_did_not_change(self, client: JudgingClient, save: Save) -> None:
        policy = promising("NZ", "2028-02-29")
        save(policy)
        evening = at("US-NY", "2028-02-29", "20:00")  # the first of March in Auckland
        assert state(client, evening) == ("overdue", 1)
        moved = agency("NZ").model_copy(update={"place": "US-NY"})
        save(an_outcome(publisher=moved))
        assert state(client, evening) == ("due_soon", None)
        with time_machine.travel(evening, tick=False):
            told = client.get(f"/records/{policy.number}.json").json
            assert (told["time_zone"], told["progress"][0]["as_of"]) == ("America/New_York", "2028-02-29")
        save(policy)  # its source still says where it was
        assert state(client, evening) == ("overdue", 1)

    def test_what_it_set_itself_stays_and_a_move_within_a_zone_has_nothing_looked_at_again(self, save: Save, portal: Portal) -> None:
        save(promising("VN-HN", "2028-02-29"))
        outcome_clock.catch_up(portal)
        save(an_outcome(publisher=agency("VN-HN").model_copy(update={"place": "VN-SG"})))
        assert outcome_clock.catch_up(portal) == 1
        with portal.database.write() as session:
            session.add(AgencyZone(agency=agency("VN-HN").slug, zone="Asia/Tokyo"))
        save(an_outcome(publisher=agency("VN-HN").model_copy(update={"place": "NZ"})))
        with portal.database.read() as session:
            days = zones.days(session, portal, datetime.now(UTC))
        assert days.zone({"slug": agency("VN-HN").slug, "place": "VN-HN"}) == "Asia/Tokyo"
        assert outcome_clock.catch_up(portal) == 3  # all of it
