"""Open Contracting: releases in whatever wraps them, merged by process, awards with their contracts."""

import gzip
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.record import Decision
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

PATH = "/api/releases"


def a_release(number: int, day: str = "2026-11-01", **changes: Any) -> dict[str, Any]:
    return {
        "ocid": f"ocds-abc123-{number}", "id": f"{number}-{day}", "date": f"{day}T12:00:00Z", "tag": ["tender"],
        "buyer": {"name": "Town of Examples"}, "tender": {"id": str(number), "title": f"Bridge {number}", "status": "active"},
        **changes,
    }  # fmt: skip


def an_award(number: int, day: str = "2026-11-10", id_: Any = 1, **changes: Any) -> dict[str, Any]:
    award = {"id": id_, "title": f"Award {id_}", "status": "active", "suppliers": [{"id": "s", "name": "Builders Ltd"}],
             "value": {"amount": 5, "currency": "EUR"}, **changes}  # fmt: skip
    return {"ocid": f"ocds-abc123-{number}", "id": f"{number}-a", "date": f"{day}T12:00:00Z", "tag": ["award"], "awards": [award]}


def harvested(agency: Agency, http: Http, account: Account | None = None, from_run: datetime | None = None, **options: Any) -> dict[str, Decision]:
    source = a_source("ocds", f"{agency.url}{PATH}", options=options)
    results = list(harvest(source, http, from_run, account=account))
    assert not [result.reason for result in results if isinstance(result, Rejected)]
    return {r.record.identifier: r.record for r in results if isinstance(r, Harvested) and isinstance(r.record, Decision)}


def test_releases_of_a_process_become_one_record_and_one_for_each_award(agency: Agency, http: Http) -> None:
    contract = {"ocid": "ocds-abc123-1", "id": "c", "date": "2026-11-12T00:00:00Z", "tag": ["contract"],
                "contracts": [{"id": "k", "awardID": "1", "status": "active", "value": {"amount": 5, "currency": "EUR"}}]}  # fmt: skip
    closed = {"ocid": "ocds-abc123-1", "id": "z", "date": "2026-11-11T00:00:00+01:00", "tender": {"id": "1", "status": "complete"}}
    agency.plays(PATH, {"releases": [contract, an_award(1), closed, a_release(1), a_release(2)]})
    account = Account()
    records = harvested(agency, http, account)
    assert list(records) == ["ocds-abc123-1", "ocds-abc123-1/award/1", "ocds-abc123-2"]
    process, award = records["ocds-abc123-1"], records["ocds-abc123-1/award/1"]
    assert (process.title, process.status) == ("Bridge 1", "closed")
    assert (award.status, award.counterparty, str(award.amount and award.amount.value)) == ("in_force", "Builders Ltd", "5")
    assert award.relations[0].type == "part_of" and award.relations[0].identifier == "ocds-abc123-1"
    assert account.complete and account.expected == 3


def test_a_contract_that_comes_before_its_award_has_the_awards_identifier(agency: Agency, http: Http) -> None:
    contract = {"id": "k", "awardID": "1", "title": "Works"}
    agency.plays(PATH, [{"ocid": "ocds-abc123-1", "date": "2026-11-01", "contracts": [contract, {"id": "m", "title": "More"}]}])
    assert list(harvested(agency, http)) == ["ocds-abc123-1/award/1", "ocds-abc123-1/contract/m"]


def test_null_takes_away_and_lists_without_ids_are_replaced(agency: Agency, http: Http) -> None:
    first = a_release(1, tender={"id": "1", "title": "Bridge", "status": "active", "submissionMethod": ["written"], "procurementMethod": "open"})
    later = a_release(1, "2026-11-02", tender={"id": "1", "procurementMethod": None})
    agency.plays(PATH, {"releases": [later, first]})
    record = harvested(agency, http)["ocds-abc123-1"]
    assert record.title == "Bridge" and "Method" not in record.body


def test_what_the_publisher_compiled_counts_and_newer_releases_after_it(agency: Agency, http: Http) -> None:
    compiled = a_release(1, "2026-11-05", tag=["compiled"], tender={"title": "Compiled"})
    record = {"ocid": "ocds-abc123-1", "compiledRelease": compiled, "releases": [a_release(1)]}
    agency.plays(PATH, {"records": [record]}, {"records": [record], "releases": []})
    assert harvested(agency, http)["ocds-abc123-1"].title == "Compiled"
    agency.plays(PATH, [{"records": [record]}, {"releases": [a_release(1, "2026-11-04"), a_release(1, "2026-11-09")]}])
    assert harvested(agency, http)["ocds-abc123-1"].title == "Bridge 1"


@pytest.mark.parametrize("form", ["package", "list", "lines", "gzip", "bare", "packages a line", "API page"])
def test_releases_are_found_in_whatever_wraps_them(agency: Agency, http: Http, form: str) -> None:
    one, two = a_release(1), a_release(2)
    lines = b"\n".join(json.dumps(each).encode() for each in (one, two))
    body: Any = {
        "package": {"releases": [one, two], "license": "CC0-1.0"}, "list": [one, two], "lines": lines, "bare": one,
        "gzip": gzip.compress(lines), "packages a line": b'{"releases": [' + json.dumps(one).encode() + b"]}\n" + json.dumps(two).encode(),
        "API page": {"results": [{"records": [{"ocid": "ocds-abc123-1", "releases": [one]}]}, two]},
    }[form]  # fmt: skip
    agency.plays(PATH, Reply(body))
    assert len(harvested(agency, http)) == (1 if form == "bare" else 2)


def test_a_line_that_is_broken_is_rejected_alone(agency: Agency, http: Http) -> None:
    agency.plays(PATH, Reply(json.dumps(a_release(1)) + "\n" + json.dumps(a_release(2))[:-9] + "\n" + json.dumps(a_release(3))))
    results = list(harvest(a_source("ocds", f"{agency.url}{PATH}"), http))
    (rejected,) = (result for result in results if isinstance(result, Rejected))
    assert len(results) == 3 and rejected.reason.startswith("line 2 is not JSON")


@pytest.mark.parametrize("shape", ["links", "next_page", "header of a list"])
def test_pages_are_followed_until_none_is_named(agency: Agency, http: Http, shape: str) -> None:
    link = f"https://other.example{PATH}?cursor=2"
    named: Any = {"links": {"links": {"next": link}}, "next_page": {"next_page": {"uri": link}},
                  "header of a list": {"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": link}]}}[shape]  # fmt: skip

    def answer(asked: Asked) -> Reply:
        return Reply({"releases": [a_release(2)]} if asked.one("cursor") else {"releases": [a_release(1)], **named})

    agency.plays(PATH, answer)
    assert len(harvested(agency, http)) == 2


def test_a_feed_that_always_names_a_next_page_ends_with_the_second_empty_one(agency: Agency, http: Http) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.one("offset", "0"))
        return Reply({"releases": [a_release(1)] if not number else [], "next_page": {"uri": f"{PATH}?offset={number + 1}"}})

    agency.plays(PATH, answer)
    account = Account()
    assert len(harvested(agency, http, account)) == 1
    assert account.complete and len([path for path in agency.paths() if path == PATH]) == 3


def test_numbered_pages_are_asked_for_until_one_is_empty_and_the_total_is_checked(agency: Agency, http: Http) -> None:
    pages = {"1": [a_release(1)], "2": [a_release(2)]}
    agency.plays(PATH, lambda asked: Reply({"records": pages.get(asked.one("page"), []), "pagination": {"total_items": 3}}))
    account = Account()
    assert len(harvested(agency, http, account, page="page")) == 2
    assert not account.complete and "it has 3 entries and 2 came" in account.flags[0]


def test_403_is_a_request_to_wait(agency: Agency, http: Http, waits: list[float]) -> None:
    agency.plays(PATH, Reply("", 403), {"releases": [a_release(1)]})
    account = Account()
    assert len(harvested(agency, http, account)) == 1
    assert 300 in waits and account.flags[0].code == "waited"
    agency.plays(PATH, Reply("", 403))
    with pytest.raises(BadAnswer, match="answered 403"):
        harvested(agency, http)


def test_later_runs_ask_for_what_changed_and_for_the_whole_process(agency: Agency, http: Http) -> None:
    agency.plays(PATH, {"releases": [an_award(1)]})
    agency.plays("/record/ocds-abc123-1", {"records": [{"ocid": "ocds-abc123-1", "releases": [a_release(1), an_award(1)]}]})
    options = {"since": "updatedFrom", "until": "updatedTo", "from": date(2026, 1, 1), "record": f"{agency.url}/record/{{ocid}}"}
    records = harvested(agency, http, from_run=datetime(2026, 11, 20, tzinfo=UTC), **options)
    assert list(records) == ["ocds-abc123-1", "ocds-abc123-1/award/1"]
    asked = agency.last(PATH)
    assert (asked.one("updatedFrom"), asked.one("updatedTo")) == ("2026-11-18T00:00:00", "2026-11-23T12:00:00")


def test_what_is_only_linked_to_is_fetched(agency: Agency, http: Http) -> None:
    agency.plays("/tender/1", {"releases": [a_release(1)]})
    agency.plays("/award/1", {"releases": [an_award(1)]})
    links = {"ocid": "ocds-abc123-1", "urlTender": f"{agency.url}/tender/1", "urlAward": f"{agency.url}/award/1"}
    agency.plays(PATH, {"data": [links, {"ocid": "ocds-abc123-2", "urlTender": f"{agency.url}/gone"}]})
    account = Account()
    assert list(harvested(agency, http, account)) == ["ocds-abc123-1", "ocds-abc123-1/award/1"]
    assert not account.complete and account.flags[0].code == "out_of_reach"


def test_no_releases_are_no_fault_and_something_else_is(agency: Agency, http: Http) -> None:
    agency.plays(PATH, {"releases": []})
    account = Account()
    assert harvested(agency, http, account) == {} and account.complete
    agency.plays(PATH, {"message": "Too many days"})
    with pytest.raises(BadAnswer, match=r"without releases or records; it says .*Too many days"):
        harvested(agency, http)


def test_amounts_in_several_currencies_stay_apart(agency: Agency, http: Http) -> None:
    contracts = [{"id": n, "awardID": 1, "value": {"amount": "7.50", "currency": code}} for n, code in enumerate(("EUR", "USD"))]
    agency.plays(PATH, [a_release(1, awards=[{"id": 1, "title": "A", "value": None}], contracts=contracts)])
    record = harvested(agency, http)["ocds-abc123-1/award/1"]
    assert record.amount is None and "7.50 EUR" in record.body and "7.50 USD" in record.body


def test_dates_may_stand_in_the_path(agency: Agency, http: Http) -> None:
    agency.plays("/found/2026-10-01T00:00:00Z/2026-11-23T12:00:00Z", {"releases": [a_release(1)]})
    options = {"from": date(2026, 10, 1), "time": "%Y-%m-%dT%H:%M:%SZ"}
    source = a_source("ocds", f"{agency.url}/found/{{since}}/{{until}}", options=options)
    assert len(list(harvest(source, http))) == 1


def test_a_tender_that_is_only_named_makes_no_record_beside_its_contract(agency: Agency, http: Http) -> None:
    release = a_release(1, tender={"id": "1", "procurementMethod": "open"}, awards=[{"id": "CN1"}])
    release["contracts"] = [{"id": "CN1", "awardID": "CN1", "description": "Office chairs", "value": {"amount": "1234.00", "currency": "AUD"}}]
    release["parties"] = [{"id": "7", "name": "Chairs Pty", "roles": ["supplier"]}, {"id": "8", "name": "Defence", "roles": ["procuringEntity"]}]
    agency.plays(PATH, {"releases": [{**release, "buyer": None}]})
    ((identifier, record),) = harvested(agency, http).items()
    assert identifier == "ocds-abc123-1/award/CN1" and (record.title, record.counterparty) == ("Office chairs", "Chairs Pty")
    assert record.publisher.name() == "Defence" and record.relations == ()


def test_awards_of_lots_are_told_apart_by_their_titles(agency: Agency, http: Http) -> None:
    tender = {"id": "1", "title": "Bridges", "lots": [{"id": "1", "title": "North"}, {"id": 2, "title": "South"}]}
    awards = [{"id": "a", "relatedLots": ["1"]}, {"id": "b", "relatedLots": [2]}, {"id": "c", "relatedLots": ["1", 2]}]
    agency.plays(PATH, [a_release(1, tender=tender, awards=awards)])
    assert [record.title for record in harvested(agency, http).values()] == ["Bridges", "Bridges: North", "Bridges: South", "Bridges"]


def test_a_process_that_cannot_be_had_as_a_whole_is_read_as_it_came(agency: Agency, http: Http) -> None:
    agency.plays(PATH, {"releases": [a_release(1)]})
    account = Account()
    records = harvested(agency, http, account, record=f"{agency.url}/record/{{ocid}}")
    assert list(records) == ["ocds-abc123-1"] and account.flags[0].code == "out_of_reach"
    agency.plays(PATH, {"releases": [a_release(number) for number in range(9)]})
    with pytest.raises(BadAnswer, match="answered 404"):
        harvested(agency, http, record=f"{agency.url}/record/{{ocid}}")
