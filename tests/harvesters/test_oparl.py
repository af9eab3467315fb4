"""OParl: only `links.next` binds, what is deleted is told, and free text is read only where it leaves no doubt."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import Http
from harvesters.kinds.oparl import _status, _votes
from harvesters.record import Decision
from harvesters.run import Account, Harvested, Rejected, Tombstone, harvest

from ..telling import Tell
from .agency import Agency, Asked, Reply
from .conftest import NOW, a_source


class Town:
    """A council information system: a system with one body, lists in pages whose counts are nonsense."""

    def __init__(self, agency: Agency, papers: list[Any], meetings: list[Any], organizations: list[Any] = (), size: int = 100) -> None:  # type: ignore[assignment]
        self.agency, self.size = agency, size
        here = agency.url
        agency.plays("/system", {"id": f"{here}/system", "type": "https://schema.oparl.org/1.1/System", "body": f"{here}/bodies"})
        body = {"id": f"{here}/body", "type": "https://schema.oparl.org/1.1/Body", "name": "Stadt Beispiel"}
        self.lists = {"bodies": [body], "papers": papers, "meetings": meetings, "organizations": list(organizations)}
        body |= {"paper": f"{here}/papers", "meeting": f"{here}/meetings", "organization": f"{here}/organizations"}
        for name in self.lists:
            agency.plays(f"/{name}", lambda asked, name=name: self.page(asked, name))

    def page(self, asked: Asked, name: str) -> Reply:
        rows, start = self.lists[name], int(asked.one("page", "0")) * self.size
        links = {"next": f"http://elsewhere.example/{name}?page={start // self.size + 1}"} if start + self.size < len(rows) else {}
        return Reply({"data": rows[start : start + self.size], "pagination": {"totalElements": 7, "totalPages": 1}, "links": links})

    def source(self, **changes: Any) -> Any:
        return a_source("oparl", f"{self.agency.url}/system", place="DE-NW", language="de", axis=None, **changes)


def a_paper(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"https://ris.example/papers/{number}", "type": "https://schema.oparl.org/1.1/Paper", "name": f"Vorlage {number}", "paperType": "Beschlussvorlage"} | changes


def came(source: Any, http: Http, since: datetime | None = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


def test_every_page_is_followed_whatever_the_counts_say(agency: Agency, http: Http) -> None:
    town = Town(agency, [a_paper(number) for number in range(25)], [], size=10)
    account, results = came(town.source(), http)
    assert (len(results), account.complete, account.flags) == (25, True, [])


def test_what_is_deleted_is_a_tombstone(agency: Agency, http: Http) -> None:
    town = Town(agency, [a_paper(1), a_paper(2, deleted=True, name="")], [])
    _, results = came(town.source(), http, NOW - timedelta(days=1))
    assert [one.identifier for one in results if isinstance(one, Tombstone)] == ["https://ris.example/papers/2"]
    assert agency.last("/papers").one("modified_since") == "2026-11-22T06:00:00+00:00"
    assert "modified_since" not in agency.last("/organizations").query


def test_an_agenda_item_that_a_meeting_only_names_is_asked_for(agency: Agency, http: Http) -> None:
    item = {"id": "x", "type": "https://schema.oparl.org/1.1/AgendaItem", "name": "Brücke", "result": "einstimmig beschlossen"}
    meeting = {"id": "m", "type": "https://schema.oparl.org/1.1/Meeting", "name": "Rat", "agendaItem": [agency.plays("/items/1", item), f"{agency.url}/items/gone"]}
    account, results = came(Town(agency, [], [meeting]).source(), http)
    assert [one.record.title for one in results] == ["Rat", "Brücke"]
    assert account.complete and "an agenda item could not be had" in account.flags[0]


def test_an_address_that_moved_to_https_is_the_same_thing(agency: Agency, http: Http) -> None:
    town = Town(agency, [a_paper(1, id="http://ris.example/papers/1/")], [])
    _, (result,) = came(town.source(), http)
    assert result.record.identifier == "https://ris.example/papers/1"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ("einstimmig beschlossen", "approved"), ("mehrheitlich abgelehnt", "rejected"), ("Stimmengleichheit - abgelehnt", "rejected"),
        ("Zustimmung", "approved"), ("ungeändert beschlossen", "approved"), ("teilweise zugestimmt", None), ("vertagt", None),
        ("zur Kenntnis genommen", None), ("vorberaten ohne Änderungen", None), ("zurückgezogen", None), ("keine Abstimmung", None), ("", None),
    ],
)  # fmt: skip
def test_results_are_read_where_they_leave_no_doubt(result: str, status: str | None) -> None:
    assert _status(result) == status


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("mit 21 Ja-Stimmen bei 3 Nein-Stimmen und 1 Enthaltung beschlossen", (21, 3, 1)),
        ("Ja: 12, Nein: 0, Enthaltungen: 2", (12, 0, 2)), ("Ja 12 Nein 3 Enthaltung 0", (12, 3, 0)),
        ("mehrheitlich bei 2 Gegenstimmen", (None, 2, None)), ("einstimmig", None),
    ],
)  # fmt: skip
def test_counts_of_votes_are_read(text: str, counts: tuple[int | None, ...] | None) -> None:
    votes = _votes(text)
    assert (votes and (votes.in_favour, votes.against, votes.abstained)) == counts


@pytest.mark.samples
def test_recorded_papers_and_meetings_become_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    folder = samples / "oparl/karlsruhe"
    papers = [json.loads(file.read_text("utf-8")) for name in ("papers", "papers_deleted") for file in sorted((folder / name).glob("*.json"))]
    meetings = [json.loads(file.read_text("utf-8")) for file in sorted((folder / "meetings").glob("*.json"))]
    town = Town(agency, papers, meetings, json.loads((folder / "organizations.json").read_text("utf-8")))
    account, results = came(town.source(), http)
    kinds = Counter(type(one).__name__ for one in results)
    records = {one.record.identifier: one.record for one in results if isinstance(one, Harvested)}
    tell(f"oparl: {account.received} items, {dict(kinds)}, {Counter((one.axis, one.type) for one in records.values())}")
    assert [one.reason for one in results if isinstance(one, Rejected)] == []
    assert (kinds["Tombstone"], len(records), account.complete) == (40, 1142 + 173 + 1273, True)
    decision = records["https://web1.karlsruhe.de/oparl/bodies/0001/agendaitems/92598"]
    assert isinstance(decision, Decision) and (decision.status, decision.issued) == ("approved", "2025-03-25T14:30:00Z")
    assert decision.relations[0].identifier == "https://web1.karlsruhe.de/oparl/bodies/0001/meetings/10046"
    assert sum(one.status == "rejected" for one in records.values()) == 193 + 3 + 1
    paper = records["https://web1.karlsruhe.de/oparl/bodies/0001/papers/vo/51537"]
    assert {one.identifier.rsplit("/", 1)[-1] for one in paper.relations} == {"92619", "92716"} and len(paper.files) == 4


def people_of(town: Town) -> list[dict[str, Any]]:
    """A chair, whose office went to another in the middle of 2025, a member without a vote, and one whom nobody asks for."""
    council, other = f"{town.agency.url}/organizations/1", "https://ris.example/organizations/2"

    def person(number: int, name: str, *memberships: dict[str, Any], **more: Any) -> dict[str, Any]:
        told = [{"organization": council, "votingRight": True, **one} for one in memberships]
        return {"id": f"http://ris.example/people/{number}", "name": name, "membership": told, "email": ["secret@ris.example"]} | more

    return [
        person(1, "Anna Alt", {"role": "Vorsitzende", "startDate": "2020-11-01", "endDate": "2025-06-30"}, {"role": "Mitglied", "startDate": "2025-07-01"}),
        person(2, "Ben Neu", {"role": "Mitglied", "startDate": "2020-11-01"}, {"role": "Vorsitzender", "startDate": "2025-07-01"}),
        person(3, "Cem Gast", {"role": "Sachkundiger Bürger", "votingRight": False, "startDate": "2024-01-01"}),
        person(4, "", {"role": "Mitglied", "organization": other}, familyName="Drei", givenName="Dora", title=["Dr."]),
        person(5, "Nicht Da", {"role": "Mitglied"}),
    ]


@pytest.mark.parametrize(
    ("day", "offices"),
    [("2025-06-30", {"Anna Alt": "Vorsitzende", "Ben Neu": "Mitglied"}), ("2025-07-01", {"Anna Alt": "Mitglied", "Ben Neu": "Vorsitzender"}), ("2019-01-01", {})],
)
def test_who_took_part_is_told_with_the_office_of_that_day(agency: Agency, http: Http, day: str, offices: dict[str, str]) -> None:
    item = {"id": "https://ris.example/items/1", "type": "https://schema.oparl.org/1.1/AgendaItem", "name": "Haushalt", "result": "einstimmig beschlossen"}
    meeting = {
        "id": "https://ris.example/meetings/1", "type": "https://schema.oparl.org/1.1/Meeting", "name": "Rat", "start": f"{day}T17:00:00+02:00", "agendaItem": [item],
        "organization": [f"{agency.url}/organizations/1"], "participant": [f"https://ris.example/people/{number}" for number in (1, 2, 3, 4)],
    }  # fmt: skip
    town = Town(agency, [], [meeting, meeting | {"id": "https://ris.example/meetings/2", "agendaItem": []}], [{"id": f"{agency.url}/organizations/1", "name": "Rat"}])
    people = people_of(town)
    asked: list[Asked] = []
    town.lists["bodies"][0]["person"] = f"{agency.url}/people"
    agency.plays("/people", lambda one: asked.append(one) or Reply({"data": people, "links": {}}))  # type: ignore[func-returns-value]
    _, results = came(town.source(), http)
    records = [one.record for one in results if isinstance(one, Harvested)]
    decision = next(one for one in records if isinstance(one, Decision) and one.type == "resolution")
    names = ("Anna Alt", "Ben Neu", "Dr. Dora Drei") if day > "2024" else ("Anna Alt", "Ben Neu", "Cem Gast", "Dr. Dora Drei")
    assert (decision.decision_makers, decision.offices) == (names, offices)
    assert next(one for one in records if isinstance(one, Decision) and one.type == "meeting").offices == offices
    assert len(asked) == 1, "people are asked for once, and only where somebody is named"
    assert not any(b"secret" in one.item.raw for one in results if isinstance(one, Harvested)), "no address of a person is kept"


def test_no_people_are_asked_for_where_no_meeting_names_them(agency: Agency, http: Http) -> None:
    town = Town(agency, [a_paper(1)], [{"id": "https://ris.example/meetings/1", "type": "https://schema.oparl.org/1.1/Meeting", "name": "Rat", "agendaItem": []}])
    town.lists["bodies"][0]["person"] = f"{agency.url}/no-such-list"
    account, results = came(town.source(), http)
    assert account.complete and len([one for one in results if isinstance(one, Harvested)]) == 2
