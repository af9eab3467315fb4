"""US Congress and Regulations.gov: two forms of one bill, a wall of 5,000 documents, two time zones."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds import regulations_gov, us_congress
from harvesters.record import Policy
from harvesters.run import Account, Harvested, Item, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import NOW, a_source

WASHINGTON = ZoneInfo("America/New_York")


def came(source: Any, http: Http, since: Any = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


class Register:
    """Regulations.gov: documents by their last change, 20 pages at most."""

    def __init__(self, agency: Agency, count: int, step: int = 60) -> None:
        start = datetime(2025, 1, 2, 12, tzinfo=UTC)
        self.rows = [self.row(number, start + timedelta(seconds=step * number)) for number in range(count)]
        agency.plays("/v4/documents", self.page)
        agency.plays("/v4/dockets", {"data": [], "meta": {"totalElements": 0, "hasNextPage": False}})
        self.url = f"{agency.url}/v4"

    def row(self, number: int, moment: datetime) -> dict[str, Any]:
        said = {"documentType": "Notice", "title": f"Notice {number}", "agencyId": "EPA", "lastModifiedDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "postedDate": "2025-01-02T05:00:00Z"}
        return {"id": f"EPA-{number:05}", "type": "documents", "attributes": said}

    def page(self, asked: Asked) -> Reply:
        since = datetime.strptime(asked.one("filter[lastModifiedDate][ge]"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=WASHINGTON)
        found = [row for row in self.rows if datetime.fromisoformat(row["attributes"]["lastModifiedDate"]) >= since]
        number, size = int(asked.one("page[number]")), int(asked.one("page[size]"))
        if number > 20:
            return Reply({"errors": [{"status": "400", "title": "page[number] must be less than 20"}]}, 400)
        return Reply({"data": found[(number - 1) * size : number * size], "meta": {"totalElements": len(found), "hasNextPage": len(found) > number * size}})

    def source(self, **options: Any) -> Any:
        return a_source("regulations_gov", self.url, place="US", axis=None, options={"from": datetime(2025, 1, 1).date(), **options})


def test_more_documents_than_one_question_shows_come_all(agency: Agency, http: Http) -> None:
    register = Register(agency, 12_000)
    account, results = came(register.source(), http)
    assert len({one.record.identifier for one in results}) == len(results) == 12_000
    assert (account.expected, account.complete, account.flags) == (12_000, True, []) and "DEMO_KEY" in account.notes[0]


def test_more_documents_of_one_second_than_can_be_shown_are_told(agency: Agency, http: Http) -> None:
    account, results = came(Register(agency, 6_000, step=0).source(objects=["documents"]), http)
    assert len(results) == 5_000 and not account.complete and account.flags[0].code == "out_of_reach"


def test_the_filter_is_in_washingtons_time_and_the_key_in_a_header(agency: Agency, make_http: Any) -> None:
    register = Register(agency, 1)
    http = make_http(token="secret")
    came(register.source(), http, NOW)
    asked = agency.last("/v4/documents")
    assert asked.one("filter[lastModifiedDate][ge]") == "2026-11-23 05:00:00" and asked.headers["X-Api-Key"] == "secret"


def test_an_error_with_status_200_is_told(agency: Agency, http: Http) -> None:
    agency.plays("/v4/documents", {"errors": [{"status": "500", "title": "INTERNAL_SERVER_ERROR"}]})
    with pytest.raises(BadAnswer, match="INTERNAL_SERVER_ERROR"):
        came(a_source("regulations_gov", f"{agency.url}/v4", axis=None), http)


def test_bills_come_with_their_parts_and_a_part_may_be_missing(agency: Agency, http: Http) -> None:
    bills = [{"congress": 119, "type": "HR", "number": str(number), "title": f"Bill {number}"} for number in range(1, 8)]

    def page(asked: Asked) -> Reply:
        start = int(asked.one("offset"))
        return Reply({"bills": bills[start : start + 3], "pagination": {"count": len(bills)}})

    agency.plays("/v3/bill/119/hr", page)
    for number in range(1, 8):
        agency.plays(f"/v3/bill/119/hr/{number}", {"bill": bills[number - 1] | {"introducedDate": "2025-01-03", "sponsors": [{"fullName": "Rep. Oak"}]}})
        agency.plays(f"/v3/bill/119/hr/{number}/actions", {"actions": [{"actionDate": "2025-01-03", "text": "Introduced in House"}]})
        agency.plays(f"/v3/bill/119/hr/{number}/subjects", {"subjects": {"legislativeSubjects": [{"name": "Ferries"}]}})
    source = a_source("us_congress", f"{agency.url}/v3", place="US", axis=None, options={"congress": 119, "types": ["hr"]})
    account, results = came(source, http)
    first = results[0].record
    assert len(results) == 7 and account.complete and "a part of a bill could not be had" in account.flags[0]
    assert (first.identifier, first.issued, first.status, first.keywords) == ("119-hr-1", "2025-01-03", "proposed", ("Ferries",)) and "Rep. Oak" in first.body


@pytest.mark.samples
def test_recorded_documents_and_dockets_become_records(samples: Path) -> None:
    source = a_source("regulations_gov", "https://api.regulations.example/v4", place="US", axis=None)
    rows: dict[str, Any] = {}
    for file in sorted((samples / "regulations_gov").glob("*.json")):
        answer = json.loads(file.read_text("utf-8"))
        data = answer.get("data") if isinstance(answer, dict) else None
        for row in data if isinstance(data, list) else [data] if data else []:
            if row.get("type") in ("documents", "dockets"):
                rows.setdefault(f"{file.name}/{row['id']}", row)
    records = [regulations_gov.parse(Item(row, b"", ""), source) for row in rows.values()]
    assert len(records) > 900 and all(records)
    rule = next(one for one in records if one and one.identifier == "FRTIB_FRDOC_0001-0319")
    assert isinstance(rule, Policy) and rule.consultation and (rule.issued, rule.consultation.closes) == ("2020-10-22", "2020-11-23")


@pytest.mark.samples
def test_recorded_bills_become_records_in_both_forms(samples: Path, agency: Agency, http: Http) -> None:
    folder = samples / "us_congress"
    files = sorted(folder.glob("billstatus_xml/*.xml"))
    listing = [{"link": agency.plays(f"/bulkdata/{file.name}", Reply(file.read_bytes(), media_type="application/xml"))} for file in files]
    agency.plays("/bulkdata/114/hr", {"files": listing})
    source = a_source("us_congress", f"{agency.url}/bulkdata", place="US", axis=None, options={"congress": 114, "types": ["hr"]})
    account, results = came(source, http)
    records = {one.record.identifier: one.record for one in results if isinstance(one, Harvested)}
    assert [one.reason for one in results if isinstance(one, Rejected)] == [] and len(records) == 17 and account.complete
    assert all(one.issued and one.title and "## Actions" in one.body for one in records.values())
    assert sum(one.status == "in_force" for one in records.values()) >= 1
    for name in ("BILLSTATUS-117s35.xml", "BILLSTATUS-117sconres7.xml"):
        old, new = (
            us_congress.parse(Item({"bill": us_congress.read_status((folder / "billstatus_xml_schema_change" / age / name).read_bytes())}, b"", ""), source)
            for age in ("current", "future")
        )
        assert old and new and (old.identifier, old.title, old.issued, old.status) == (new.identifier, new.title, new.issued, new.status)
        assert old.body.partition("## Actions")[2].count("\n- ") == new.body.partition("## Actions")[2].count("\n- ")
    told = json.loads((folder / "congress_gov_api_v3/bill_117_hr_21.json").read_text("utf-8"))["bill"]
    for part in ("actions", "summaries", "subjects"):
        told[part] = json.loads((folder / f"congress_gov_api_v3/bill_117_hr_21_{part}.json").read_text("utf-8"))[part]
    bill = us_congress.parse(Item({"bill": told}, b"", ""), source)
    assert bill and bill.identifier == "117-hr-21" and bill.issued == "2021-01-04" and "General Services Administration" in bill.keywords and bill.summary
