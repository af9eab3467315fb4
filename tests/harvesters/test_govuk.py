"""GOV.UK: what a search finds is had from the Content API, and what is gone or leads elsewhere is told."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import Http
from harvesters.kinds.govuk_content import NOT_FOR_US
from harvesters.record import Policy
from harvesters.run import Account, Harvested, Rejected, Tombstone, harvest

from ..telling import Tell
from .agency import Agency, Asked, Reply
from .conftest import NOW, a_source


def a_page(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "content_id": f"page-{number}", "base_path": f"/pages/{number}", "document_type": "policy_paper", "locale": "en", "title": f"Paper {number}",
        "public_updated_at": "2024-05-01T09:00:00Z", "details": {"body": "<p>Text.</p>"}, "links": {},
    } | changes  # fmt: skip


class Site:
    """Pages, one a day, and the search that finds them."""

    def __init__(self, agency: Agency, count: int) -> None:
        self.agency = agency
        self.rows = []
        for number in range(count):
            day = date(2024, 1, 1) + timedelta(days=number)
            self.rows.append({"content_id": f"page-{number}", "link": f"/pages/{number}", "public_timestamp": f"{day}T10:00:00Z"})
            agency.plays(f"/api/content/pages/{number}", a_page(number))
        agency.plays("/api/search.json", self.search)

    def search(self, asked: Asked) -> Reply:
        first, last = (part.partition(":")[2] for part in asked.one("filter_public_timestamp").split(","))
        found = [row for row in self.rows if first[:10] <= row["public_timestamp"][:10] <= last[:10]]
        start, count = int(asked.one("start")), int(asked.one("count"))
        return Reply({"results": found[start : start + min(count, 50)], "total": len(found), "start": start})

    def source(self, **options: Any) -> Any:
        return a_source("govuk_search", self.agency.url, place="GB", axis=None, options={"from": date(2024, 1, 1), **options})


def came(source: Any, http: Http, since: datetime | None = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


def test_everything_that_a_search_finds_is_had(agency: Agency, http: Http) -> None:
    site = Site(agency, 120)
    account, results = came(site.source(filters={"organisations": ["a", "b"], "format": "x"}), http)
    assert (len(results), account.expected, account.complete, account.flags) == (120, 120, True, [])
    assert agency.last("/api/search.json").query["filter_organisations"] == ["a", "b"]


def test_what_is_gone_is_a_tombstone_and_what_leads_elsewhere_is_noted(agency: Agency, http: Http) -> None:
    site = Site(agency, 5)
    agency.plays("/api/content/pages/1", Reply({"content_id": None}, 410))
    agency.plays("/api/content/pages/2", a_page(2, schema_name="gone", document_type="gone", title=None))
    agency.plays("/api/content/pages/3", a_page(3, schema_name="redirect", document_type="redirect", redirects=[{"destination": "/pages/4"}]))
    account, results = came(site.source(), http)
    assert [one.identifier for one in results if isinstance(one, Tombstone)] == ["page-1", "page-2"]
    assert [one.record.identifier for one in results if isinstance(one, Harvested)] == ["page-0", "page-4"]
    assert account.complete and account.notes == ["/pages/3 leads to /pages/4"]


def test_a_page_that_is_found_and_missing_is_told(agency: Agency, http: Http) -> None:
    site = Site(agency, 3)
    agency.plays("/api/content/pages/1", Reply("nothing", 404))
    account, results = came(site.source(), http)
    assert len(results) == 2 and account.complete and "/pages/1" in account.flags[0]


def test_translations_are_told_in_one_record(agency: Agency, http: Http) -> None:
    site = Site(agency, 1)
    other = {"locale": "cy", "base_path": "/pages/0.cy"}
    agency.plays("/api/content/pages/0", a_page(0, links={"available_translations": [other, {"locale": "en", "base_path": "/pages/0"}]}))
    agency.plays("/api/content/pages/0.cy", a_page(0, locale="cy", title="Papur"))
    _, (result,) = came(site.source(), http)
    assert result.record.translations["cy"].title == "Papur"


def test_changes_are_asked_for_with_an_overlap(agency: Agency, http: Http) -> None:
    site = Site(agency, 1)
    came(site.source(), http, NOW - timedelta(days=3))
    assert agency.last("/api/search.json").one("filter_public_timestamp").startswith("from:2026-11-18 00:00:00,to:2026-11-24")


def test_named_paths_are_collected_and_a_wrong_one_makes_the_run_doubtful(agency: Agency, http: Http) -> None:
    Site(agency, 2)
    source = a_source("govuk_content", agency.url, axis=None, options={"paths": ["/pages/0", "pages/1", "/pages/9"]})
    account, results = came(source, http)
    assert len(results) == 2 and not account.complete and "/pages/9" in account.flags[0]


@pytest.mark.samples
def test_recorded_pages_become_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    pages: dict[str, dict[str, Any]] = {}
    for file in sorted((samples / "govuk/content_items").glob("*/*.json")):
        page = json.loads(file.read_text("utf-8"))
        path = f"/recorded/{file.parent.name}/{file.stem}"
        pages[path] = page
        agency.plays(f"/api/content{path}", page)
    options = {"paths": list(pages), "translations": False}
    rules = [{"when": {"type": "business_finance_support_scheme"}, "axis": "policy", "type": "programme"}]
    source = a_source("govuk_content", agency.url, place="GB", axis=None, rules=rules, options=options)
    _, results = came(source, http)
    rejected = [one.reason for one in results if isinstance(one, Rejected)]
    records = {one.record.identifier: one.record for one in results if isinstance(one, Harvested)}
    ours = {page["content_id"] for page in pages.values() if page["document_type"] not in NOT_FOR_US}
    tell(f"govuk: {len(pages)} pages, {len(records)} records, {len(rejected)} rejected")
    # Several of the recorded pages were made out of others, and kept their content_id.
    assert [reason for reason in rejected if "another item of this source has it" not in reason] == []
    assert set(records) == ours
    outcome = records["2384975c-68b4-4d13-a130-7ef95bd24e61"]
    assert isinstance(outcome, Policy) and outcome.consultation and (outcome.consultation.opens, outcome.consultation.closes) == ("2016-04-20", "2016-07-13")
    assert outcome.status == "completed" and any(file.url.endswith("summary_responses.pdf") for file in outcome.files)
    withdrawn = [record for record in records.values() if record.status == "repealed"]
    assert len(withdrawn) == 7 and all(record.valid_until and record.body.startswith("**Withdrawn:**") for record in withdrawn)
