"""Socrata: catalogues beyond their wall, rows beyond a thousand, and what moves while it is read."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.record import Decision
from harvesters.run import Account, Harvested, Rejected, harvest
from harvesters.source import SourceError

from .agency import Agency, Asked, Reply
from .conftest import a_source

CATALOGUE = "/api/catalog/v1"
ROWS = "/resource/abcd-1234.json"
TABLE = {"axis": "decision", "type": "payment", "columns": {"identifier": ":id", "title": "purpose", "issued": "day", "amount": "sum", "landing_page": "link"}, "values": {"currency": "USD"}}


def a_dataset(number: int, **changes: Any) -> dict[str, Any]:
    resource = {"id": f"aaaa-{number:04}", "name": f"Dataset {number}", "type": "dataset", "updatedAt": f"2026-11-{number % 20 + 1:02}T00:00:00.000Z", "page_views": {"page_views_total": number}}
    return {"resource": resource | changes, "classification": {}, "metadata": {"domain": "data.example.org"}, "permalink": f"https://data.example.org/d/{number}"}


def a_catalogue(datasets: list[dict[str, Any]], wall: int = 10_000, most: int = 1000) -> Any:
    def answer(asked: Asked) -> Reply:
        limit, found = min(most, int(asked.one("limit"))), datasets
        if asked.one("order").startswith("updatedAt"):
            found = sorted(found, key=lambda one: str(one["resource"]["updatedAt"]), reverse=True)
        start = int(asked.one("offset", "0"))
        if last := asked.one("scroll_id"):
            start = sum(one["resource"]["id"] <= last for one in found)
        elif start + limit > wall:
            return Reply({"error": f"offset + limit must be <= {wall}"}, 400)
        return Reply({"results": found[start : start + limit], "resultSetSize": len(found)})

    return answer


def harvested(agency: Agency, http: Http, account: Account | None = None, since: datetime | None = None, **options: Any) -> list[Any]:
    results = list(harvest(a_source("socrata", agency.url, options=options), http, since, account=account))
    assert not [result.reason for result in results if isinstance(result, Rejected)]
    return [result.record for result in results if isinstance(result, Harvested)]


def test_all_pages_come_although_they_are_smaller_than_asked(agency: Agency, http: Http) -> None:
    agency.plays(CATALOGUE, a_catalogue([a_dataset(number) for number in range(25)], most=10))
    account = Account()
    assert len(harvested(agency, http, account)) == 25
    assert account.complete and account.expected == 25
    asked = agency.last(CATALOGUE)
    assert asked.query["only"] == ["dataset", "calendar"] and asked.one("domains") == "127.0.0.1" and asked.one("order") == "dataset_id"


def test_beyond_the_wall_it_scrolls_from_id_to_id(agency: Agency, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.kinds.socrata.WALL", 20)
    agency.plays(CATALOGUE, a_catalogue([a_dataset(number) for number in range(55)], wall=20))
    account = Account()
    assert len(harvested(agency, http, account, limit=10)) == 55
    assert account.complete and agency.last(CATALOGUE).one("scroll_id")


def test_what_came_twice_while_the_catalogue_moved_is_short_and_said(agency: Agency, http: Http) -> None:
    agency.plays(CATALOGUE, a_catalogue([a_dataset(1), a_dataset(1, page_views={"page_views_total": 9}), a_dataset(2)]))
    account = Account()
    assert len(harvested(agency, http, account)) == 2
    assert not account.complete and account.flags[0].code == "short"


def test_later_runs_stop_at_what_is_older(agency: Agency, http: Http) -> None:
    agency.plays(CATALOGUE, a_catalogue([a_dataset(number) for number in range(20)]))
    assert {str(record.modified)[:10] for record in harvested(agency, http, since=datetime(2026, 11, 20, tzinfo=UTC))} == {"2026-11-18", "2026-11-19", "2026-11-20"}


def test_a_counter_that_moved_changes_nothing(agency: Agency, http: Http) -> None:
    agency.plays(CATALOGUE, a_catalogue([a_dataset(1)]), a_catalogue([a_dataset(1, page_views={"page_views_total": 9})]))
    source = a_source("socrata", agency.url)
    first, second = (next(iter(harvest(source, http))) for _ in range(2))
    assert isinstance(first, Harvested) and isinstance(second, Harvested) and first.item.raw == second.item.raw


def test_something_else_is_told(agency: Agency, http: Http) -> None:
    agency.plays(CATALOGUE, {"error": "Domain not found"})
    with pytest.raises(BadAnswer, match=r"is it a portal of Socrata.*Domain not found"):
        harvested(agency, http)


def the_rows(rows: list[dict[str, Any]], most: int = 1000) -> Any:
    def answer(asked: Asked) -> Reply:
        if asked.one("$select") == "count(*)":
            return Reply([{"count": str(len(rows))}])
        assert asked.one("$order") == ":id", "pages overlap without an order"
        start, limit = int(asked.one("$offset")), min(most, int(asked.one("$limit")))
        return Reply(rows[start : start + limit])

    return answer


def a_row(number: int, **changes: Any) -> dict[str, Any]:
    return {":id": f"row-{number:04}", "purpose": f"Purpose {number}", "day": "2026-09-21T00:00:00.000", "sum": "12.50", **changes}


def test_rows_come_by_the_column_map_however_few_at_once(agency: Agency, http: Http) -> None:
    rows = [a_row(1, link={"url": "https://x.example/1"}), a_row(2, sum=7), *map(a_row, range(3, 30))]
    del rows[2]["sum"]
    agency.plays(ROWS, the_rows(rows, most=10))
    account = Account()
    records = harvested(agency, http, account, dataset="abcd-1234", table=TABLE)
    assert len(records) == 29 == account.expected and account.complete and not account.flags
    first, second, third = records[:3]
    assert isinstance(first, Decision) and first.amount and str(first.amount.value) == "12.50" and first.landing_page == "https://x.example/1"
    assert (first.issued, second.amount.value, third.amount) == ("2026-09-21", 7, None)


def test_rows_that_changed_are_asked_for_with_the_token(agency: Agency, make_http: Any) -> None:
    agency.plays(ROWS, the_rows([]))
    http = make_http(token="t0")
    assert harvested(agency, http, since=datetime(2026, 11, 20, tzinfo=UTC), dataset="abcd-1234", table=TABLE, where="sum > 5") == []
    asked = agency.last(ROWS)
    assert asked.one("$where") == "(sum > 5) AND (:updated_at >= '2026-11-18T00:00:00')" and asked.headers["X-App-Token"] == "t0"


def test_a_column_that_no_row_has_is_said(agency: Agency, http: Http) -> None:
    agency.plays(ROWS, the_rows([a_row(1)]))
    account = Account()
    harvested(agency, http, account, dataset="abcd-1234", table=TABLE)
    assert [flag.code for flag in account.flags] == ["format_drift"] and "link" in account.flags[0]


def test_options_of_tables_that_make_no_sense_here_are_refused() -> None:
    with pytest.raises(SourceError, match="group_by, shape and files are not for rows"):
        a_source("socrata", "https://data.example", options={"dataset": "abcd-1234", "table": {**TABLE, "group_by": ["day"]}})


@pytest.mark.samples
@pytest.mark.parametrize("name", ["data.cdc.gov.jsonl.gz", "data.cityofnewyork.us.jsonl.gz", "data.ct.gov.jsonl", "data.novascotia.ca.jsonl", "data.ny.gov.jsonl.gz", "data.wa.gov.jsonl", "healthdata.gov.jsonl", "www.data.act.gov.au.jsonl"])
def test_recorded_catalogues_are_harvested(agency: Agency, http: Http, samples: Path, name: str) -> None:
    content = (samples / "socrata/discovery" / name).read_bytes()
    datasets = [json.loads(line) for line in (gzip.decompress(content) if name.endswith("gz") else content).splitlines() if line.strip()]
    agency.plays(CATALOGUE, a_catalogue(datasets, most=100))
    records = harvested(agency, http)
    assert len(records) == len({one["resource"]["id"] for one in datasets})
    assert all(record.files and record.landing_page for record in records)
    assert [one.fingerprint() for one in harvested(agency, http)] == [one.fingerprint() for one in records]


@pytest.mark.samples
def test_recorded_rows_are_harvested(agency: Agency, http: Http, samples: Path) -> None:
    pages = [json.loads((samples / f"socrata/soda/bike_counts_page_{page}.json").read_text()) for page in (1, 2)]
    rows = [row for page in pages for row in page]
    agency.plays(ROWS, the_rows(rows))
    table = {"axis": "outcome", "columns": {"identifier": ["id", "date"], "title": "{id} {date}: {counts}"}}
    records = harvested(agency, http, dataset="abcd-1234", table=table)
    assert len(records) == len({(row["id"], row["date"]) for row in rows}) == len(rows)
