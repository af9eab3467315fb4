"""Replays of recorded answers of real agencies, served by a real server, harvested by the shipped declarations.

Every item becomes a record or is rejected with a reason; under one in a hundred is rejected. The figures are printed.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import Http
from harvesters.run import Account, Harvested, Rejected, harvest
from harvesters.source import SHIPPED, Source, read_source

from ..telling import Tell
from .agency import Agency, Asked, Reply
from .conftest import a_source

pytestmark = pytest.mark.samples

DATA_JSON = {
    "us_data_json/consumerfinance.json": "us-consumer-finance",
    "us_data_json/dhs.json": "us-homeland-security",
    "us_data_json/dol.json": "us-labor",
    "us_data_json/energy.json": "us-energy",
    "us_data_json/fcc.json": "us-fcc",
    "us_data_json/fda.json": "us-fda",
    "us_data_json/gsa.json": "us-gsa",
    "us_data_json/treasury.json": "us-treasury",
    "us_data_json/earlier_snapshot/energy.2025-02-01.json.gz": "us-energy",
    "us_data_json/earlier_snapshot/gsa.2025-01-31.json.gz": "us-gsa",
    "philadelphia/opendataphilly_data.json": "",
    "us_other/arm.data.json": "",
    "us_other/ny.data.json": "",
    "us_other/opm_collection_parent_2_children.data.json": "",
}
CKAN = {
    "dados_gov_br/group_package_show_agricultura.json": "br-dados-gov",
    "dados_gov_br/package_search_contratos_start_0.json": "br-dados-gov",
    "dados_gov_br/package_search_contratos_start_3.json": "br-dados-gov",
    "dados_gov_br/package_search_organization_aeb.json": "br-dados-gov",
    "dados_gov_br/package_search_q_all_default_rows.json": "br-dados-gov",
    "dados_gov_br/package_search_q_all_rows_2.json": "br-dados-gov",
    "dados_gov_br/package_search_q_all_rows_800.json.gz": "br-dados-gov",
    "dados_gov_br/package_search_unknown_org_empty.json": "br-dados-gov",
    "dados_gov_br/package_show_bolsa_familia_pagamentos.json": "br-dados-gov",
    "data_gov_uk/package_show_create.json": "gb-data-gov-uk",
    "data_gov_uk/package_show_empty.json": "gb-data-gov-uk",
    "data_gov_uk/package_show_inspire.json": "gb-data-gov-uk",
    "data_gov_uk/package_show_update.json": "gb-data-gov-uk",
    "dkan_hauts_de_france/dkan-french-w-license.json": "",
    "envidat_ch/package_search.json": "ch-envidat",
    "envidat_ch/package_show.json": "ch-envidat",
    "opendata_swiss/ckan_package_search.json": "ch-opendata-swiss",
    "opendata_swiss/ckan_package_search_ohne_organisation.json": "ch-opendata-swiss",
    "opendata_swiss/ckan_package_show.json": "ch-opendata-swiss",
    "opendata_swiss/ckan_package_show_jahresreihe.json": "ch-opendata-swiss",
}
REGISTER = (
    ("documents_term_bears-ears_page1.json",),
    ("search-newest-page-one.json", "search-newest-page-two.json"),
    ("presidential-page-one.json", "presidential-page-two.json"),
    ("batch-missing-duplicate.json",),
    ("search-terminal.json",),
    ("published-batch-all-missing.json",),
)


@pytest.fixture
def replay(http: Http, tell: Tell) -> Callable[..., Account]:
    """Harvest, judge and print; returns the account."""

    def run(name: str, source: Source, expected: int) -> Account:
        account, begun = Account(), time.perf_counter()
        results = list(harvest(source, http, account=account))
        seconds = time.perf_counter() - begun
        rejected = [result for result in results if isinstance(result, Rejected)]
        axes = Counter(result.record.axis for result in results if isinstance(result, Harvested))
        tell(
            f"{name}: {account.received} items, {dict(axes)}, {account.skipped} skipped, {len(rejected)} "
            f"rejected, {account.received / seconds:.0f}/s {account.flags or ''}"
        )
        assert account.received == expected
        assert len(results) + account.skipped == account.received
        assert all(result.reason for result in rejected)
        assert len(rejected) <= account.received / 100, [result.reason for result in rejected[:5]]
        return account

    return run


def shipped(name: str, url: str) -> Source:
    """A shipped declaration, at the address of our server."""
    return read_source(SHIPPED / f"{name}.toml").model_copy(update={"url": url})


def recorded(path: Path) -> Reply:
    """An answer as it came, packed where it came packed."""
    return Reply(path.read_bytes(), headers={"Content-Encoding": "gzip"} if path.suffix == ".gz" else {})


def data_of(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize("name", DATA_JSON)
def test_a_recorded_data_json_is_harvested(
    agency: Agency, samples: Path, replay: Callable[..., Account], name: str
) -> None:
    path = samples / "dcat" / name
    url = agency.plays("/data.json", recorded(path))
    source = shipped(DATA_JSON[name], url) if DATA_JSON[name] else a_source("data_json", url, place="US")
    account = replay(name, source, len(data_of(path)["dataset"]))
    assert account.complete
    assert not DATA_JSON[name] or account.received >= source.minimum


@pytest.mark.parametrize("name", CKAN)
def test_a_recorded_answer_of_ckan_is_harvested(
    agency: Agency, samples: Path, replay: Callable[..., Account], name: str
) -> None:
    path = samples / "ckan" / name
    result = data_of(path)["result"]
    is_search = isinstance(result, dict) and "results" in result
    rows = result["results"] if is_search else result if isinstance(result, list) else [result]
    total = result["count"] if is_search else len(rows)

    def search(asked: Asked) -> Reply:
        if asked.one("start") == "0":
            return recorded(path)
        return Reply({"success": True, "result": {"count": total, "results": []}})

    agency.plays("/api/3/action/package_search", search)
    source = shipped(CKAN[name], agency.url) if CKAN[name] else a_source("ckan", agency.url, language="fr")
    account = replay(name, source, len(rows))
    assert account.complete == (total == len(rows))


@pytest.mark.parametrize("names", REGISTER, ids=lambda names: names[0])
def test_recorded_pages_of_the_federal_register_are_harvested(
    agency: Agency, samples: Path, replay: Callable[..., Account], names: tuple[str, ...]
) -> None:
    paths = [samples / "federal_register/api_v1" / name for name in names]
    rows = [row for path in paths for row in data_of(path).get("results", [])]

    def documents(asked: Asked) -> Reply:
        if asked.one("per_page") == "1":
            return Reply({"count": len(rows)})
        return recorded(paths[0])

    agency.plays("/api/v1/documents.json", documents)
    agency.plays("/api/v1/documents", recorded(paths[-1]) if len(paths) > 1 else Reply({"count": len(rows)}))
    source = shipped("us-federal-register-presidential", f"{agency.url}/api/v1/documents.json")
    account = replay(" + ".join(names), source, len(rows))
    if len(names) > 1:
        assert not account.complete, "the second page leads to a third, which is the second again"


def test_a_recorded_document_of_1994_is_harvested(
    agency: Agency, samples: Path, replay: Callable[..., Account]
) -> None:
    document = data_of(samples / "federal_register/api_v1/historical-document.json")
    agency.plays("/api/v1/documents.json", {"count": 1, "results": [document]})
    source = a_source("federal_register", f"{agency.url}/api/v1/documents.json", options={"from": date(1994, 1, 1)})
    assert replay("historical-document.json", source, 1).complete
