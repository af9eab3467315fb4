"""DKAN in both its versions."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.run import Account, harvest

from .agency import Agency, Reply
from .conftest import a_source

ITEMS = "/api/1/metastore/schemas/dataset/items"


def came(source: Any, http: Http) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, account=account))


def a_dataset(number: int) -> dict[str, Any]:
    return {
        "identifier": f"uuid-{number}", "title": f"Set {number}", "accessLevel": "public", "modified": "2025-01-02",
        "publisher": {"identifier": "p", "data": {"name": "Office of Sets"}}, "keyword": [{"identifier": "k", "data": "ferries"}],
        "distribution": [{"identifier": "d", "data": {"title": "CSV", "downloadURL": "https://data.example/1.csv", "%Ref:downloadURL": [{"data": {}}]}}],
    }  # fmt: skip


def test_version_2_tells_datasets_with_their_references(agency: Agency, http: Http) -> None:
    agency.plays(ITEMS, [a_dataset(1), {"identifier": "uuid-2", "data": a_dataset(2)}])
    account, results = came(a_source("dkan", agency.url), http)
    first, second = (one.record for one in results)
    assert (first.identifier, second.identifier, account.expected, account.complete, account.flags) == ("uuid-1", "uuid-2", 2, True, [])
    assert first.publisher.name() == "Office of Sets" and first.keywords == ("ferries",) and first.files[0].url == "https://data.example/1.csv"


def test_version_1_is_found_where_there_is_no_metastore(agency: Agency, http: Http) -> None:
    old = [{"id": "a", "name": "a", "title": "Old set", "state": "Active", "private": "Published", "resources": [{"url": "https://data.example/a.csv", "format": "csv"}]}]
    agency.plays("/api/3/action/current_package_list_with_resources", lambda asked: Reply({"success": True, "result": [old] if asked.one("offset", "0") == "0" else []}))
    account, results = came(a_source("dkan", f"{agency.url}/api/3"), http)
    assert [one.record.title for one in results] == ["Old set"] and account.complete


def test_a_portal_that_is_neither_is_told(agency: Agency, http: Http) -> None:
    with pytest.raises(BadAnswer, match="404"):
        came(a_source("dkan", agency.url), http)
    agency.plays(ITEMS, {"message": "Unauthorized"})
    with pytest.raises(BadAnswer, match="without a list of datasets"):
        came(a_source("dkan", agency.url, options={"version": "2"}), http)


@pytest.mark.samples
def test_a_recorded_dataset_of_version_1_becomes_a_record(samples: Path, agency: Agency, http: Http) -> None:
    answer = json.loads((samples / "ckan/dkan_hauts_de_france/dkan-french-w-license.json").read_text("utf-8"))
    agency.plays("/api/3/action/current_package_list_with_resources", lambda asked: Reply(answer if asked.one("offset", "0") == "0" else {"success": True, "result": []}))
    _, results = came(a_source("dkan", agency.url, language="fr", place="FR"), http)
    assert results and all(one.record.title for one in results)
