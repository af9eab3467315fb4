"""Legistar: moving lists, rows that cannot be told, local times, roll calls; and the mirror of New York's council."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from harvesters.http import Http
from harvesters.kinds.council import local_moment, status_of, votes_of
from harvesters.record import Decision, Policy
from harvesters.run import Account, Harvested, Rejected, harvest

from ..telling import Tell
from .agency import Agency, Asked, Reply
from .conftest import NOW, a_source


def a_matter(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "MatterId": number, "MatterFile": f"CB {number}", "MatterName": f"Matter {number}", "MatterTitle": f"AN ORDINANCE about {number}",
        "MatterTypeName": "Ordinance (Ord)", "MatterStatusName": "Passed", "MatterBodyName": "City Council", "MatterIntroDate": "2025-03-01T00:00:00",
        "MatterLastModifiedUtc": "2025-03-02T10:00:00.1", "MatterRestrictViewViaWeb": False,
    } | changes  # fmt: skip


def an_event(number: int) -> dict[str, Any]:
    return {"EventId": number, "EventBodyName": "City Council", "EventDate": "2025-07-08T00:00:00", "EventTime": "2:00 PM", "EventLocation": "Hall", "EventItems": []}


class Council:
    """A council's API: a thousand rows at most, and rows that cannot be told."""

    def __init__(self, agency: Agency, matters: list[dict[str, Any]], events: list[dict[str, Any]] = (), most: int = 1000) -> None:  # type: ignore[assignment]
        self.agency, self.most, self.poisoned = agency, most, set[int]()
        self.rows = {"MatterId": matters, "EventId": list(events)}
        agency.plays("/v1/town/matters", lambda asked: self.page(asked, "MatterId"))
        agency.plays("/v1/town/events", lambda asked: self.page(asked, "EventId"))

    def page(self, asked: Asked, key: str) -> Reply:
        after = int(asked.one("$filter").split(f"{key} gt ")[1].split(" ")[0])
        rows = sorted((row for row in self.rows[key] if row[key] > after), key=lambda row: row[key])[: min(self.most, int(asked.one("$top")))]
        return Reply("oops", 500) if self.poisoned & {row[key] for row in rows} else Reply(rows)

    def source(self, **options: Any) -> Any:
        return a_source("legistar", f"{self.agency.url}/v1/town", place="US-WA", axis=None, options={"timezone": "America/Los_Angeles", "details": False, **options})


def came(source: Any, http: Http, since: Any = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


def test_more_than_a_thousand_rows_come_whatever_moves(agency: Agency, http: Http) -> None:
    council = Council(agency, [a_matter(number) for number in range(1, 2400, 2)], most=500)
    account, results = came(council.source(), http)
    assert (len(results), account.complete, account.flags) == (1200, True, [])


def test_a_row_that_cannot_be_told_costs_only_itself(agency: Agency, http: Http) -> None:
    council = Council(agency, [a_matter(number) for number in range(1, 31)])
    council.poisoned = {17}
    account, results = came(council.source(), http)
    assert [one.record.identifier for one in results] == [f"matter-{number}" for number in range(1, 31) if number != 17]
    assert not account.complete and "matters after 16" in account.flags[0] and account.flags[0].code == "out_of_reach"


def test_changes_are_asked_for_by_the_time_of_greenwich(agency: Agency, http: Http) -> None:
    came(Council(agency, [a_matter(1)]).source(), http, NOW - timedelta(days=1))
    assert "MatterLastModifiedUtc ge datetime'2026-11-22T06:00:00'" in agency.last("/v1/town/matters").one("$filter")


def test_a_meeting_its_votes_and_its_matter_are_joined(agency: Agency, http: Http) -> None:
    item = {
        "EventItemId": 9, "EventItemTitle": "AN ORDINANCE", "EventItemMatterId": 1, "EventItemMatterName": "Trees", "EventItemMatterFile": "CB 1",
        "EventItemActionName": "pass", "EventItemPassedFlag": 1, "EventItemPassedFlagName": "Pass", "EventItemMover": "Ann Oak", "EventItemAgendaSequence": 1,
    }  # fmt: skip
    council = Council(agency, [a_matter(1)], [an_event(5)])
    agency.plays("/v1/town/events/5/eventitems", [item])
    votes = [("Ann Oak", "In Favor"), ("Bo Elm", "Opposed"), ("Cy Fir", "Excused"), ("Di Ash", "Abstain")]
    agency.plays("/v1/town/eventitems/9/votes", [{"VotePersonName": name, "VoteValueName": value} for name, value in votes])
    agency.plays("/v1/town/matters/1/sponsors", [{"MatterSponsorName": "Ann Oak"}])
    agency.plays("/v1/town/matters/1/attachments", [{"MatterAttachmentHyperlink": "https://town.example/a.pdf", "MatterAttachmentName": "Text"}])
    agency.plays("/v1/town/matters/1/histories", Reply("oops", 500))
    account, results = came(council.source(details=True), http)
    matter, meeting, vote = (one.record for one in results)
    assert isinstance(matter, Policy) and (matter.type, matter.status, matter.files[0].title) == ("law", "in_force", "Text")
    assert (meeting.issued, meeting.type) == ("2025-07-08T21:00:00Z", "meeting") and "CB 1 AN ORDINANCE – *pass, Pass*" in meeting.body
    assert isinstance(vote, Decision) and vote.votes and vote.status == "approved"
    assert [(one.name, one.choice) for one in vote.votes.roll_call] == [("Ann Oak", "for"), ("Bo Elm", "against"), ("Cy Fir", "absent"), ("Di Ash", "abstain")]
    assert "Cy Fir: Excused" in vote.body
    assert [one.target_number for one in vote.relations] == [meeting.number, matter.number]
    assert "details could not be had" in account.flags[0] and account.complete


def test_a_token_goes_along_and_is_never_shown(agency: Agency, make_http: Any) -> None:
    council = Council(agency, [a_matter(1)])
    http = make_http(token="secret")
    _, results = came(council.source(), http)
    assert agency.last("/v1/town/matters").one("token") == "secret"
    assert all("secret" not in one.item.url for one in results)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("2025-07-08T00:00:00", "2:00 PM", "2025-07-08T21:00:00Z"), ("2025-01-08T00:00:00", "12:00 PM", "2025-01-08T20:00:00Z"),
        ("2025-01-08T00:00:00", "12:15 AM", "2025-01-08T08:15:00Z"), ("2025-01-08", "14:30", "2025-01-08T22:30:00Z"),
        ("2025-01-08", "after lunch", "2025-01-08"), ("2025-01-08", None, "2025-01-08"), (None, "2:00 PM", None), ("2025-01-08", "99:00", "2025-01-08"),
    ],
)  # fmt: skip
def test_local_times_become_moments(day: str | None, clock: str | None, moment: str | None) -> None:
    assert local_moment(day, clock, ZoneInfo("America/Los_Angeles")) == moment


def test_states_and_choices_are_read() -> None:
    assert [status_of("policy", one) for one in ("Enacted", "Vetoed", "Filed (End of Session)", "Committee", "")] == ["in_force", "rejected", "closed", "proposed", None]
    assert status_of("decision", "Adopted") == "approved" and status_of("decision", "Committee") is None
    votes, lost = votes_of([("A", "Yea", ""), ("B", "No", ""), ("C", "Present, not voting", ""), ("D", "Medical", ""), ("", "Yea", "")], "Pass")
    assert votes and (votes.in_favour, votes.against, votes.abstained, votes.absent, lost) == (1, 1, 1, 1, ["C: Present, not voting", "D: Medical"])


@pytest.mark.samples
def test_recorded_matters_and_meetings_become_records(samples: Path, agency: Agency, http: Http) -> None:
    folder = samples / "legistar"
    read = lambda name: json.loads((folder / name).read_text("utf-8"))  # noqa: E731
    matters = {row["MatterId"]: row for name in ("matters_page1", "enacted_matters", "matters_top5") for row in read(f"nyc/{name}.json")}
    events = {row["EventId"]: row for name in ("nyc/events_2023.json", "olympia/events.json") for row in read(name)}
    council = Council(agency, list(matters.values()), list(events.values()))
    account, results = came(council.source(), http)
    assert [one.reason for one in results if isinstance(one, Rejected)] == [] and account.complete
    assert len(results) == len(matters) + len(events) and len(events) == 691
    meeting = next(one.record for one in results if one.record.identifier == "event-19708")
    assert meeting.issued == "2023-01-05T18:00:00Z" and len(meeting.files) == 3


@pytest.mark.samples
def test_the_recorded_mirror_becomes_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    for folder in ("introduction", "events"):
        listing = []
        for file in sorted((samples / "nyc_council" / folder / "2025").glob("*.json")):
            listing.append({"name": file.name, "download_url": agency.plays(f"/raw/{folder}/{file.name}", Reply(file.read_bytes()))})
        agency.plays(f"/contents/{folder}/2025", listing)
    account, results = came(a_source("nyc_council", f"{agency.url}/contents", place="US-NY", axis=None, options={"years": [2025]}), http)
    records = [one.record for one in results if isinstance(one, Harvested)]
    tell(f"nyc_council: {account.received} items, {Counter((one.axis, one.type) for one in records)}, {account.flags}")
    assert [one.reason for one in results if isinstance(one, Rejected)] == [] and account.complete
    assert Counter(one.identifier.partition("-")[0] for one in records) | Counter() == {"matter": 368, "event": 176, "item": account.received - 544}
    assert Counter(one.status for one in records if one.type == "law") == {"closed": 279, "in_force": 87, "rejected": 2}
    votes = [one for one in records if isinstance(one, Decision) and one.type == "vote"]
    assert sum(vote.choice == "against" for one in votes if one.votes for vote in one.votes.roll_call) == 220
    passed = next(one for one in votes if one.votes and one.decided_by == "City Council")
    assert passed.issued and passed.issued.endswith("Z") and len(passed.relations) == 2


OFFICES = [
    # name, body, title, from, until: the president changed on 8 July 2025, the day of the meeting; one left the day before.
    ("Ann Oak", "City Council", "President", "2022-01-01", "2025-07-07"), ("Ann Oak", "City Council", "Council Member", "2022-01-01", "2026-12-31"),
    ("Bo Elm", "City Council", "President", "2025-07-08", ""), ("Cy Fir", "City Council", "Council Member", "2022-01-01", "2025-07-07"),
    ("Cy Fir", "Parks Committee", "Chair", "2022-01-01", ""), ("Ann Oak", "Green Caucus", "Member", "2024-01-01", ""), ("Bo Elm", "Green Caucus", "Member", "2025-07-09", ""),
    ("Di Ash", "Green Caucus", "Member", "2024-01-01", ""), ("Di Ash", "Red Caucus", "Member", "2024-01-01", ""),
]  # fmt: skip
PARTIES = {"Green Caucus": "Green", "Red Caucus": "Red"}
# Offices of that day in that body alone; who is of two parties is of neither for certain.
HELD = [("Ann Oak", "Council Member", "Green"), ("Bo Elm", "President", ""), ("Cy Fir", "", ""), ("Di Ash", "", "")]
VOTES = [("Ann Oak", "In Favor"), ("Bo Elm", "Opposed"), ("Cy Fir", "In Favor"), ("Di Ash", "Abstain")]


def office_record(number: int, name: str, body: str, title: str, start: str, end: str) -> dict[str, Any]:
    told = {"FullName": name, "BodyName": body, "Title": title, "StartDate": f"{start}T00:00:00", "EndDate": f"{end}T00:00:00" if end else None}
    return {"OfficeRecordId": number} | {f"OfficeRecord{field}": value for field, value in told.items()}


@pytest.mark.parametrize("parties", [{}, PARTIES])
def test_votes_tell_the_office_and_the_party_of_their_day(agency: Agency, http: Http, parties: dict[str, str]) -> None:
    item = {"EventItemId": 9, "EventItemTitle": "AN ORDINANCE", "EventItemPassedFlag": 1, "EventItemPassedFlagName": "Pass", "EventItemMover": "Bo Elm"}
    council = Council(agency, [], [an_event(5)])
    agency.plays("/v1/town/events/5/eventitems", [item])
    agency.plays("/v1/town/eventitems/9/votes", [{"VotePersonName": name, "VoteValueName": value} for name, value in VOTES])
    records = [office_record(number, *one) for number, one in enumerate(OFFICES, 1)]
    # Pages of four: the last ones are told, too.
    agency.plays("/v1/town/officerecords", lambda asked: Reply([one for one in records if one["OfficeRecordId"] > int(asked.one("$filter").split("gt ")[1])][:4]))
    _, results = came(council.source(details=True, parties=parties), http)
    vote = next(one.record for one in results if one.record.type == "vote")
    assert isinstance(vote, Decision) and vote.votes
    assert [(one.name, one.office, one.party) for one in vote.votes.roll_call] == [(name, office, party if parties else "") for name, office, party in HELD]
    assert vote.offices == {"Bo Elm": "President"}


def test_a_council_that_tells_no_offices_keeps_its_votes(agency: Agency, http: Http) -> None:
    council = Council(agency, [], [an_event(5)])
    agency.plays("/v1/town/events/5/eventitems", [{"EventItemId": 9, "EventItemTitle": "AN ORDINANCE", "EventItemPassedFlag": 1, "EventItemPassedFlagName": "Pass"}])
    agency.plays("/v1/town/eventitems/9/votes", [{"VotePersonName": "Ann Oak", "VoteValueName": "In Favor"}])
    agency.plays("/v1/town/officerecords", Reply("oops", 500))
    _, results = came(council.source(details=True), http)
    vote = next(one.record for one in results if one.record.type == "vote")
    assert isinstance(vote, Decision) and vote.votes and [(one.name, one.choice, one.office) for one in vote.votes.roll_call] == [("Ann Oak", "for", "")]


@pytest.mark.parametrize("people", [True, False])
def test_votes_of_the_mirror_tell_offices_and_parties_where_people_are_asked_for(agency: Agency, http: Http, people: bool) -> None:
    step = {"ID": 6, "Date": "2025-07-08T13:30:00Z", "Action": "Approved by Council", "BodyName": "City Council", "EventID": 4, "PassedFlag": 1, "PassedFlagName": "Pass",
            "Votes": [{"FullName": name, "Vote": {"In Favor": "Affirmative", "Opposed": "Negative"}.get(value, value)} for name, value in VOTES]}  # fmt: skip
    matter = {"ID": 1, "File": "Int 1", "Name": "Benches", "Title": "A Local Law", "TypeName": "Introduction", "StatusName": "Enacted", "BodyName": "Parks",
              "IntroDate": "2025-01-08T00:00:00Z", "History": [step]}  # fmt: skip
    agency.plays("/contents/introduction/2025", [{"name": "1.json", "download_url": agency.plays("/raw/1.json", matter)}])
    listing = []
    for number, name in enumerate(dict.fromkeys(one[0] for one in OFFICES)):
        held = [dict(zip(("BodyName", "Title", "Start", "End"), (body, title, f"{start}T00:00:00Z", f"{end}T00:00:00Z" if end else None), strict=True))
                for who, body, title, start, end in OFFICES if who == name]  # fmt: skip
        listing.append({"name": f"{number}.json", "download_url": agency.plays(f"/raw/people/{number}.json", {"FullName": name, "OfficeRecords": held})})
    agency.plays("/contents/people", listing)
    options = {"years": [2025], "objects": ["introduction", *(["people"] if people else [])], "parties": PARTIES}
    _, results = came(a_source("nyc_council", f"{agency.url}/contents", place="US-NY", axis=None, options=options), http)
    vote = next(one.record for one in results if isinstance(one, Harvested) and one.record.type == "vote")
    assert isinstance(vote, Decision) and vote.votes
    assert [(one.name, one.office, one.party) for one in vote.votes.roll_call] == [(name, office, party) if people else (name, "", "") for name, office, party in HELD]
