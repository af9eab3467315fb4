"""Every version of a record as a page, the record as of any day, what was in force then, and changes nobody announced."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from harvesters.record import Observation, Relation
from portal import store
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def change(save: Save, record: object, when: datetime, **fields: object) -> None:
    save(record.model_copy(update=fields), now=when)  # type: ignore[attr-defined]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_version_is_a_page_with_its_text_and_its_time(client: JudgingClient, save: Save) -> None:
    record = a_policy(title="Market law", body="# Article 1\n\nThe *fee* is 20.\n\n# Article 2\n\nOld.\n\n# Article 3\n\nEnd.")
    [number] = save(record)
    change(save, record, NOW + timedelta(days=1), body="# Article 1\n\nThe *fee* is 25.")
    change(save, record, NOW + timedelta(days=2), body="# Article 1\n\nThe *fee* is 30.")
    page = client.get(f"/records/{number}/versions/2").text
    assert "<em>fee</em> is 25." in page
    assert "This is not what the record says now" in page
    assert "Version 2 of 3. This portal knew it from" in page
    assert 'datetime="2024-06-02T12:00:00Z"' in page
    assert 'datetime="2024-06-03T12:00:00Z"' in page
    for path in ("versions/1", "versions/3", "compare/1..2", "compare/2..3"):
        assert f'href="/records/{number}/{path}"' in page
    assert "This is what the record says now" in client.get(f"/records/{number}/versions/3").text
    data = client.get(f"/records/{number}/versions/2.json").json
    assert data["version"] == 2
    assert data["record"]["body"].endswith("25.")
    assert (data["changed_at"], data["until"], data["current"]) == ("2024-06-02T12:00:00Z", "2024-06-03T12:00:00Z", False)
    assert client.get(f"/records/{number}/versions/4").status_code == 404
    assert client.get(f"/records/{number}/versions/4.json").status_code == 404


def test_a_past_version_of_each_kind_of_record_is_shown_with_what_it_held(client: JudgingClient, save: Save) -> None:
    outcome, decision = an_outcome(), a_decision(counterparty="Builder Ltd", rationale="Because.")
    numbers = save(outcome, decision)
    change(save, outcome, NOW + timedelta(days=1), method="Counted otherwise.")
    change(save, decision, NOW + timedelta(days=1), summary="New.")
    assert 'class="chart' in client.get(f"/records/{numbers[0]}/versions/1").text
    page = client.get(f"/records/{numbers[1]}/versions/1").text
    assert "Builder Ltd" in page
    assert "Because." in page


def test_the_history_is_a_list_with_twins_in_pages(client: JudgingClient, save: Save) -> None:
    record = a_policy(summary="0")
    [number] = save(record)
    for day in range(1, 61):
        change(save, record, NOW + timedelta(days=day), summary=str(day))
    first = client.get(f"/records/{number}/versions").text
    assert first.count(">Version ") == 50
    assert client.get(f"/records/{number}/versions?page=2").text.count(">Version ") == 11
    assert client.get(f"/records/{number}/versions?page=3").status_code == 400
    rows = client.get(f"/records/{number}/versions.json").json["versions"]
    assert [row["version"] for row in rows] == list(range(61, 0, -1))
    assert client.get(f"/records/{number}/versions.csv").text.splitlines()[0].startswith("version,change,state,changed_at,until")


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2024-02-28", 1),
        ("2024-02-29", 2),  # changed at 23:59:59 on the leap day
        ("2024-03-01", 3),  # at midnight, which belongs to the day that begins
        ("2024-03-31", 3),
        ("2024-12-31", 3),  # 00:30 on 1 January in Viet Nam is the evening before in UTC
        ("2025-01-01", 4),
    ],
)
def test_as_of_a_day_is_what_the_portal_knew_at_its_end(client: JudgingClient, save: Save, day: str, version: int) -> None:
    record = a_policy(summary="Version 1")
    [number] = save(record, now=at("2024-01-01T00:00:00"))
    change(save, record, datetime.fromisoformat("2024-02-29T23:59:59.999999+07:00"), summary="Version 2")
    change(save, record, datetime.fromisoformat("2024-03-01T00:00:00+07:00"), summary="Version 3")
    change(save, record, datetime.fromisoformat("2025-01-01T00:30:00+07:00"), summary="Version 4")
    answer = client.get(f"/records/{number}/as-of/{day}")
    assert answer.status_code == 200
    assert f"<p>Version {version}</p>" in answer.text.partition("<hr>")[2]
    assert "at midnight where the agency is (Asia/Ho_Chi_Minh), this portal knew version" in answer.text
    data = client.get(f"/records/{number}/as-of/{day}.json").json
    assert data["known"]["version"] == version
    assert data["record"]["summary"] == f"Version {version}"


@pytest.mark.parametrize(
    ("day", "status", "words"),
    [
        ("2023-02-29", 400, "February 2023 had 28 days."),
        ("1900-02-29", 400, "February 1900 had 28 days."),
        ("2024-13-01", 400, "not in the calendar"),
        ("0000-01-01", 400, "not in the calendar"),
        ("yesterday", 400, "Write year, month and day"),
        ("2024-2-9", 400, "Write year, month and day"),
        ("2999-01-01", 404, "has not come yet"),
        ("2024-05-31", 404, "did not know the record"),
        ("0001-01-01", 404, "did not know the record"),
    ],
)
def test_a_day_without_an_answer_says_why(client: JudgingClient, save: Save, day: str, status: int, words: str) -> None:
    [number] = save(a_policy())
    answer = client.get(f"/records/{number}/as-of/{day}")
    assert answer.status_code == status
    assert words in answer.text
    assert 'type="date"' in answer.text
    assert client.get(f"/records/{number}/as-of/{day}.json").status_code == status


@pytest.mark.parametrize(
    ("now", "day", "status"),
    [
        ("2024-07-01T23:59:59+07:00", "2024-07-02", 404),
        ("2024-07-02T00:00:00+07:00", "2024-07-02", 200),
        ("2024-07-01T17:00:00+00:00", "2024-07-02", 200),  # still the day before in UTC
        ("2024-07-01T11:59:59-05:00", "2024-07-02", 404),  # noon in Lima
        ("2024-02-29T00:00:00+07:00", "2024-02-29", 200),
    ],
)
def test_a_day_begins_at_midnight_where_the_agency_is(client: JudgingClient, save: Save, now: str, day: str, status: int) -> None:
    [number] = save(a_policy(), now=at("2024-01-01T00:00:00"))
    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        assert client.get(f"/records/{number}/as-of/{day}").status_code == status
        asked = client.get(f"/records/{number}/as-of?date={day}")
        assert asked.headers["Location"].endswith(f"/records/{number}/as-of/{day}")


def test_as_of_a_day_tells_what_was_withdrawn_and_shows_nothing_that_was_hidden(client: JudgingClient, portal: Portal, save: Save) -> None:
    record = a_policy(summary="Secret until then")
    [number] = save(record, now=at("2024-01-01T00:00:00"))

    def live(step: Callable[..., None], *arguments: object) -> None:
        with portal.database.write() as session:
            step(session, session.query(RecordRow).filter_by(number=number).one(), *arguments)

    live(store.withdraw, "not_listed", at("2024-02-01T00:00:00"))
    live(store.unpublish, "personal_data", at("2024-03-01T00:00:00"))
    live(store.republish, at("2024-04-01T00:00:00"))
    assert "counted as withdrawn" in client.get(f"/records/{number}/as-of/2024-02-15").text
    hidden = client.get(f"/records/{number}/as-of/2024-03-15")
    assert hidden.status_code == 404
    assert "was not shown here" in hidden.text
    assert "Secret" not in hidden.text
    data = client.get(f"/records/{number}/as-of/2024-03-15.json").json
    assert data["record"] is None
    assert "Secret" in client.get(f"/records/{number}/as-of/2024-04-01").text
    live(store.unpublish, "court_order", at("2024-05-01T00:00:00"))
    assert client.get(f"/records/{number}/as-of/2024-01-15").status_code == 410


def test_what_was_in_force_is_told_apart_from_what_was_known(client: JudgingClient, save: Save) -> None:
    old = a_policy(title="Act of 2010", issued="2009-12-01", valid_from="2010-01-01", valid_until="2020-02-29", identifier="act@2010")
    new = a_policy(title="Act of 2020", issued="2009-12-01", valid_from="2020-02-29", identifier="act",
                   relations=(Relation(type="supersedes", source="council-records", identifier="act@2010"),))  # fmt: skip
    amending = a_policy(title="Amending Act", issued="2022-05-01", relations=(Relation(type="amends", number=new.number),))
    save(old, new, amending)

    def force(number: str, day: str) -> dict[str, object]:
        found = client.get(f"/records/{number}/as-of/{day}.json").json["in_force"]
        return {"state": found["state"], "instead": (found["instead"] or "").rpartition("/")[2]}

    assert force(new.number, "2020-02-28") == {"state": "not_yet", "instead": old.number}
    assert force(new.number, "2020-02-29") == {"state": "in_force", "instead": ""}
    assert force(old.number, "2020-02-28") == {"state": "in_force", "instead": ""}
    assert force(old.number, "2020-02-29") == {"state": "ended", "instead": new.number}
    assert force(old.number, "2009-12-31") == {"state": "not_yet", "instead": ""}
    page = client.get(f"/records/{new.number}/as-of/2015-07-01")
    assert page.status_code == 404, "the portal did not know it then"
    assert "Another version of this text was in force on that day" in page.text
    assert "Act of 2010" in page.text
    later = client.get(f"/records/{new.number}/as-of/2024-06-02").text
    assert "Amended by that day:" in later
    assert "Amending Act" in later


@pytest.mark.parametrize(
    ("fields", "day", "state"),
    [
        ({}, "2024-06-05", "unstated"),
        ({"valid_from": "2024"}, "2024-06-05", "unclear"),
        ({"valid_from": "2024"}, "2025-01-01", "in_force"),
        ({"valid_from": "2023-02", "valid_until": "2024-02"}, "2024-02-29", "unclear"),
        ({"valid_from": "2023-02", "valid_until": "2024-02"}, "2024-03-01", "ended"),
        ({"valid_until": "2024-12-31"}, "2024-06-05", "unclear"),
        ({"valid_from": "2020-01-01", "status": "proposed"}, "2024-06-05", "draft"),
    ],
)
def test_dates_that_are_not_exact_are_not_made_so(client: JudgingClient, save: Save, fields: dict[str, str], day: str, state: str) -> None:
    [number] = save(a_policy(**fields))
    assert client.get(f"/records/{number}/as-of/{day}.json").json["in_force"]["state"] == state


@pytest.mark.parametrize(
    ("first", "fields", "announced", "way"),
    [
        ({"modified": "2024-01-01"}, {"summary": "New"}, False, "same_date"),
        ({}, {"summary": "New"}, False, "no_date"),
        ({"modified": "2024-01-01"}, {"summary": "New", "modified": "2024-02-01"}, True, "modified"),
        ({}, {"summary": "New", "modified": "2024-02-01"}, True, "modified"),
        ({"modified": "2024-02-01"}, {"summary": "New", "modified": "2024-01-01"}, False, "same_date"),
        ({"valid_from": "2024-01-01"}, {"summary": "New", "valid_from": "2025-01-01"}, True, "valid_from"),
        ({}, {"keywords": ("new",)}, None, None),
    ],
)
def test_a_change_that_the_agency_did_not_announce_is_marked(
    client: JudgingClient, save: Save, first: dict[str, str], fields: dict[str, object], announced: bool | None, way: str | None
) -> None:
    record = a_policy(**first)
    [number] = save(record)
    change(save, record, NOW + timedelta(days=1), **fields)
    row = client.get(f"/records/{number}/versions.json").json["versions"][0]
    assert (row["announced"], row["announced_by"]) == (announced, way)
    for path in (f"/records/{number}/versions", f"/records/{number}/versions/2", f"/records/{number}/compare/1..2", f"/records/{number}"):
        assert ("Not announced by the agency" in client.get(path).text) == (announced is False), path
    assert client.get(f"/records/{number}.json").json["versions"][0]["announced"] == announced


def test_new_figures_need_no_announcement_and_changed_ones_do(client: JudgingClient, save: Save) -> None:
    record = an_outcome()
    [number] = save(record)
    more = (*record.observations, Observation(period="2024", value="50"))
    change(save, record, NOW + timedelta(days=1), observations=more)
    change(save, record, NOW + timedelta(days=2), observations=(Observation(period="2021", value="1"), *more[1:]))
    rows = client.get(f"/records/{number}/versions.json").json["versions"]
    assert [row["announced"] for row in rows] == [False, None, None]
