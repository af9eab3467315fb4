"""A harvest tells records from rejects, and knows whether it saw everything."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http, SourceUnavailable, Validator
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Reply
from .conftest import a_source


def a_dataset(identifier: str, **changes: Any) -> dict[str, Any]:
    return {"identifier": identifier, "title": f"Dataset {identifier}", "accessLevel": "public", **changes}


def a_catalogue(*datasets: Any) -> dict[str, Any]:
    return {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": list(datasets)}


def test_a_complete_harvest_says_so(agency: Agency, http: Http) -> None:
    source = a_source("data_json", agency.plays("/data.json", a_catalogue(a_dataset("a"), a_dataset("b"))))
    account = Account()
    results = list(harvest(source, http, account=account))
    assert [result.record.identifier for result in results if isinstance(result, Harvested)] == ["a", "b"]
    assert (account.expected, account.received, account.skipped) == (2, 2, 0)
    assert account.complete and not account.not_modified and account.flags == []


def test_a_bad_item_is_rejected_in_words_and_the_harvest_goes_on(agency: Agency, http: Http) -> None:
    missing = a_dataset("no-title")
    del missing["title"]
    bad = [
        missing,
        a_dataset("empty", title="  "),
        a_dataset("no-day", issued="2020-02-31"),
        a_dataset("two-days", issued="01/02/2020"),
        a_dataset(""),
        "not a dataset",
    ]
    source = a_source("data_json", agency.plays("/data.json", a_catalogue(*bad, a_dataset("good"))))
    account = Account()
    results = list(harvest(source, http, account=account))
    assert [result.reason for result in results if isinstance(result, Rejected)] == [
        "title is missing",
        "title is missing",
        "issued = '2020-02-31' is not a date (day is out of range for month)",
        "issued = '01/02/2020' is not a date; write 2024-05-31, 2024-05, 2024 or 2024-05-31T09:30:00Z",
        "identifier is missing",
        "'not a dataset' stands where a dataset should be",
    ]
    assert [result.item.identifier for result in results][:2] == ["no-title", "empty"]
    assert isinstance(results[-1], Harvested)
    assert account.complete, "a reject was seen; it is not gone"


def test_an_item_that_comes_twice_counts_once(agency: Agency, http: Http) -> None:
    twice = a_catalogue(a_dataset("a"), a_dataset("a"), a_dataset("a", title="Another one"))
    account = Account()
    results = list(harvest(a_source("data_json", agency.plays("/data.json", twice)), http, account=account))
    assert account.skipped == 1
    assert [type(result).__name__ for result in results] == ["Harvested", "Rejected"]
    assert isinstance(results[1], Rejected) and "another item of this source has it" in results[1].reason


def test_what_has_no_axis_is_rejected_with_what_to_write(agency: Agency, http: Http) -> None:
    url = agency.plays("/data.json", a_catalogue(a_dataset("a"), a_dataset("b", title="Audit of roads")))
    rules = [{"when": {"title": "audit"}, "axis": "outcome", "type": "audit"}]
    refused, kept = harvest(a_source("data_json", url, axis=None, rules=rules), http)
    assert isinstance(refused, Rejected) and 'or axis = "outcome"' in refused.reason
    assert isinstance(kept, Harvested)
    assert (kept.record.type, kept.record.axis_rule) == ("audit", "rule 1: title contains “audit”")


def test_limited_and_incremental_harvests_are_not_complete(agency: Agency, http: Http) -> None:
    source = a_source("data_json", agency.plays("/data.json", a_catalogue(*map(a_dataset, "abc"))))
    limited, incremental = Account(), Account()
    assert len(list(harvest(source, http, account=limited, limit=2))) == 2
    assert len(list(harvest(source, http, datetime(2024, 1, 1, tzinfo=UTC), incremental))) == 3
    assert not limited.complete and not incremental.complete


def test_a_harvest_may_be_closed_early(agency: Agency, http: Http) -> None:
    source = a_source("data_json", agency.plays("/data.json", a_catalogue(*map(a_dataset, "abc"))))
    account = Account()
    run = harvest(source, http, account=account)
    next(run)
    run.close()
    assert account.received == 1 and not account.complete


def test_what_did_not_change_is_not_harvested_again(agency: Agency, make_http: Callable[..., Http]) -> None:
    validators: dict[str, Validator] = {}
    first = Reply(a_catalogue(a_dataset("a")), headers={"ETag": '"1"'})
    source = a_source("data_json", agency.plays("/data.json", first, Reply(status=304)))
    assert len(list(harvest(source, make_http(validators=validators)))) == 1
    account = Account()
    assert list(harvest(source, make_http(validators=validators), account=account)) == []
    assert account.not_modified and not account.complete


def test_a_harvest_that_was_cut_short_asks_for_everything_again(agency: Agency, make_http: Callable[..., Http]) -> None:
    validators: dict[str, Validator] = {}
    reply = Reply(a_catalogue(a_dataset("a"), a_dataset("b")), headers={"ETag": '"1"'})
    source = a_source("data_json", agency.plays("/data.json", reply))
    list(harvest(source, make_http(validators=validators), limit=1))
    assert validators == {}


def test_an_agency_that_is_down_is_no_empty_harvest(agency: Agency, http: Http) -> None:
    account = Account()
    with pytest.raises(SourceUnavailable):
        list(harvest(a_source("data_json", agency.plays("/data.json", Reply(status=503))), http, account=account))
    with pytest.raises(BadAnswer, match="without a list “dataset”"):
        list(harvest(a_source("data_json", agency.plays("/other.json", {"items": []})), http))
    assert not account.complete


def test_fields_that_nobody_reads_are_said_once(agency: Agency, http: Http) -> None:
    odd = a_catalogue(a_dataset("a", colour="green"), a_dataset("b", colour="red", shape="round"))
    account = Account()
    list(harvest(a_source("data_json", agency.plays("/data.json", odd)), http, account=account))
    assert account.notes == ["fields that this portal does not read: colour, shape"]


def test_a_declared_exception_opens_what_robots_txt_closes(agency: Agency, http: Http) -> None:
    agency.plays("/robots.txt", Reply("User-agent: *\nDisallow: /", media_type="text/plain"))
    url = agency.plays("/data.json", a_catalogue(a_dataset("a")))
    source = a_source("data_json", url, robots_exception="the agency asked us to, by letter of 3 May")
    assert len(list(harvest(source, http))) == 1
