"""CKAN portals: paging, changes since, faults in any language."""

from datetime import UTC, datetime
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.run import Account, Harvested, harvest
from harvesters.source import SourceError

from .agency import Agency, Asked, Reply
from .conftest import a_source

SEARCH = "/api/3/action/package_search"


def a_package(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"id-{number:03}",
        "name": f"dataset-{number}",
        "title": f"Dataset {number}",
        "state": "active",
        "private": False,
        "type": "dataset",
        "metadata_created": "2024-01-01T08:00:00.123456",
        "metadata_modified": "2024-02-01T08:00:00.123456",
        **changes,
    }


def a_portal(packages: list[dict[str, Any]], most: int = 1000) -> Any:
    """package_search that gives at most `most` rows, whatever was asked."""

    def search(asked: Asked) -> Reply:
        start, rows = int(asked.one("start", "0")), min(int(asked.one("rows", "10")), most)
        return Reply({"success": True, "result": {"count": len(packages), "results": packages[start : start + rows]}})

    return search


def identifiers(results: list[Any]) -> list[str]:
    return [result.record.identifier for result in results if isinstance(result, Harvested)]


def test_every_dataset_comes_although_pages_are_smaller_than_asked(agency: Agency, http: Http) -> None:
    agency.plays(SEARCH, a_portal([a_package(number) for number in range(25)], most=10))
    account = Account()
    results = list(harvest(a_source("ckan", agency.url), http, account=account))
    assert len(set(identifiers(results))) == 25
    assert account.complete and account.expected == 25
    assert [asked.one("start") for asked in agency.asked if asked.path == SEARCH] == ["0", "10", "20"]
    asked = agency.last(SEARCH)
    assert asked.one("sort") == "id asc"
    assert asked.headers["User-Agent"] == "Clerestory/0.1 (+https://portal.example)"


def test_pages_that_drift_while_they_are_read_are_noticed(agency: Agency, http: Http) -> None:
    """A dataset is added in front while paging: one comes twice, none is lost; the count is right in the end."""
    packages = [a_package(number) for number in range(10, 20)]

    def search(asked: Asked) -> Reply:
        if asked.one("start") != "0" and len(packages) == 10:
            packages.insert(0, a_package(1))
        start = int(asked.one("start"))
        return Reply({"success": True, "result": {"count": len(packages), "results": packages[start : start + 5]}})

    agency.plays(SEARCH, search)
    account = Account()
    results = list(harvest(a_source("ckan", agency.url), http, account=account))
    assert len(identifiers(results)) == 10 and account.skipped == 1
    assert not account.complete
    assert account.flags == ["the source says that it has 11 items and 10 came"]


def test_the_same_page_for_ever_is_an_incomplete_harvest(agency: Agency, http: Http) -> None:
    page = {"success": True, "result": {"count": 13_786, "results": [a_package(1), a_package(2)]}}
    agency.plays(SEARCH, page)
    account = Account()
    assert len(list(harvest(a_source("ckan", agency.url), http, account=account))) == 2
    assert not account.complete
    assert "the page at offset 2 brought the same items as a page before" in account.flags[0]


def test_changes_are_asked_for_by_the_portals_own_clock(agency: Agency, http: Http) -> None:
    agency.plays(SEARCH, a_portal([a_package(1)]))
    source = a_source("ckan", agency.url, options={"organization": "statistics", "filter": "tags:a OR tags:b"})
    list(harvest(source, http, datetime(2024, 5, 1, 12, tzinfo=UTC)))
    assert agency.last(SEARCH).one("fq") == (
        'organization:"statistics" AND (tags:a OR tags:b) AND metadata_modified:[2024-05-01T11:00:00Z TO *]'
    )


def test_drafts_and_what_is_no_dataset_are_left_out(agency: Agency, http: Http) -> None:
    packages = [
        a_package(1),
        a_package(2, state="draft"),
        a_package(3, state="deleted"),
        a_package(4, private=True),
        a_package(5, type="harvest"),
    ]
    agency.plays(SEARCH, a_portal(packages))
    account = Account()
    assert identifiers(list(harvest(a_source("ckan", agency.url), http, account=account))) == ["id-001"]
    assert account.skipped == 4 and account.complete


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply("<html><body>Wartung</body>", media_type="text/html"),
            "did not answer with JSON .* “<html><body>Wartung",
        ),
        (Reply({"hello": "world"}), "did not answer as CKAN does"),
        (Reply(["a"]), "did not answer as CKAN does"),
        (Reply({"success": True, "result": {"count": 3}}), "without a list of datasets"),
        (
            Reply({"success": False, "error": {"__type": "Not Found Error", "message": "Não encontrado"}}, 404),
            "not found .*Não encontrado",
        ),
        (
            Reply({"success": False, "error": {"__type": "Authorization Error", "message": "Accès refusé"}}, 403),
            "wants a token",
        ),
        (
            Reply({"success": False, "error": {"__type": "Search Query Error", "message": "Bad: fq"}}, 409),
            "check options.filter",
        ),
    ],
)
def test_faults_are_told_in_our_words(agency: Agency, http: Http, reply: Reply, message: str) -> None:
    agency.plays(SEARCH, reply)
    with pytest.raises(BadAnswer, match=message):
        list(harvest(a_source("ckan", agency.url), http))


def test_a_dkan_site_lists_its_datasets_in_lists(agency: Agency, http: Http) -> None:
    package = a_package(1, state="Active", type="Dataset", private=True, metadata_created="mar, 10/12/2019 - 09:23")
    path = "/api/3/action/current_package_list_with_resources"
    agency.plays(path, {"success": True, "result": [[package]]}, {"success": True, "result": []})
    options = {"action": "current_package_list_with_resources"}
    source = a_source("ckan", agency.url, language="fr", options=options)
    account = Account()
    (result,) = harvest(source, http, account=account)
    assert isinstance(result, Harvested) and result.record.issued == "2019-12-10"
    assert account.complete


@pytest.mark.parametrize("declared", ["", "/", "/api/3", "/api/3/action", "/api/3/action/package_search"])
def test_the_api_is_found_however_it_is_declared(agency: Agency, http: Http, declared: str) -> None:
    agency.plays(SEARCH, a_portal([a_package(1)]))
    (result,) = harvest(a_source("ckan", f"{agency.url}{declared}"), http)
    assert isinstance(result, Harvested)
    assert result.record.landing_page == f"{agency.url}/dataset/dataset-1"


def test_an_api_at_the_older_path_is_found(agency: Agency, http: Http) -> None:
    agency.plays("/api/action/package_search", a_portal([a_package(number) for number in range(3)], most=2))
    assert len(list(harvest(a_source("ckan", agency.url), http))) == 3
    assert agency.paths() == [SEARCH, "/api/action/package_search", "/api/action/package_search"]


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        SourceError, match=r"options\.organisation = 'x': not known; known options of ckan: organization"
    ):
        a_source("ckan", "https://agency.example", options={"organisation": "x"})
