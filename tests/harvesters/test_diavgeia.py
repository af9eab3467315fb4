"""Diavgeia cuts windows and pages in silence; nothing is lost, and everything is told in Athens' days."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds.diavgeia import LONGEST
from harvesters.record import Decision
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import NOW, a_source


class Programme:
    """Acts, an act a day, listed as the server does: no more than 180 days, no more than `most` rows of a page."""

    def __init__(self, agency: Agency, first: date, days: int, most: int = 500) -> None:
        self.acts = [self.act(first + timedelta(days=day), day) for day in range(days)]
        self.most, self.longest = most, timedelta(days=180)
        self.url = agency.url + "/opendata"
        agency.plays("/opendata/search.json", self.search)
        agency.plays("/opendata/types.json", {"decisionTypes": [{"uid": "Δ.1", "label": "ΑΝΑΘΕΣΗ"}]})
        agency.plays("/opendata/organizations.json", {"organizations": [{"uid": "9001", "label": "ΔΗΜΟΣ ΝΗΣΟΥ"}]})

    def act(self, day: date, number: int, **changes: Any) -> dict[str, Any]:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return {
            "ada": f"ΑΒΓ{number:04}-ΩΨΧ", "subject": f"Απόφαση {number}", "issueDate": int(moment.timestamp() * 1000),
            "decisionTypeId": "Δ.1", "organizationId": "9001", "status": "PUBLISHED", "extraFieldValues": {},
        } | changes  # fmt: skip

    def search(self, asked: Asked) -> Reply:
        first, last = (date.fromisoformat(asked.one(name)) for name in ("from_issue_date", "to_issue_date"))
        last = min(last, first + self.longest)
        found = [act for act in self.acts if f"{first}" <= f"{datetime.fromtimestamp(act['issueDate'] / 1000, UTC):%Y-%m-%d}" <= f"{last}"]
        size, page = min(int(asked.one("size")), self.most), int(asked.one("page"))
        rows = found[page * size : (page + 1) * size]
        query = f"issueDate:[DT({first}T00:00:00+03:00) TO DT({last}T00:00:00+03:00)]"
        return Reply({"decisions": rows, "info": {"query": query, "total": len(found), "size": size, "actualSize": len(rows), "page": page}})

    def source(self, **options: Any) -> Any:
        return a_source("diavgeia", self.url, place="GR", language="el", axis=None, options={"from": date(2024, 1, 1), **options})


def came(source: Any, http: Http, since: datetime | None = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


def test_windows_and_pages_that_are_cut_lose_nothing(agency: Agency, http: Http) -> None:
    programme = Programme(agency, date(2024, 1, 1), 1000, most=50)
    account, results = came(programme.source(), http)
    assert (len(results), account.received, account.expected, account.complete, account.flags) == (1000, 1000, 1000, True, [])
    windows = [(date.fromisoformat(one.one("to_issue_date")) - date.fromisoformat(one.one("from_issue_date"))) for one in agency.asked if one.path.endswith("search.json")]
    assert max(windows) <= LONGEST


def test_a_server_that_cuts_earlier_than_it_used_to_is_asked_for_less(agency: Agency, http: Http) -> None:
    programme = Programme(agency, date(2024, 1, 1), 700)
    programme.longest = timedelta(days=60)
    account, results = came(programme.source(), http)
    assert len(results) == 700 and account.complete


def test_epoch_milliseconds_are_days_of_athens(agency: Agency, http: Http) -> None:
    programme = Programme(agency, date(2025, 3, 1), 1)
    # Midnight in Athens is still the day before in Greenwich.
    programme.acts[0]["issueDate"] = int(datetime(2025, 2, 28, 22, 0, tzinfo=UTC).timestamp() * 1000)
    _, (result,) = came(programme.source(), http)
    assert isinstance(result, Harvested) and result.record.issued == "2025-03-01"
    assert result.record.publisher.name("el") == "ΔΗΜΟΣ ΝΗΣΟΥ" and result.record.summary == "ΑΝΑΘΕΣΗ"


def test_changes_are_asked_for_whenever_the_act_was_issued(agency: Agency, http: Http) -> None:
    programme = Programme(agency, date(2024, 1, 1), 400)
    account, _ = came(programme.source(), http, NOW - timedelta(days=1))
    searches = [one for one in agency.asked if one.path.endswith("search.json")]
    assert {one.one("from_date") for one in searches} == {"2026-11-20"} and {one.one("status") for one in searches} == {"all"}
    assert min(one.one("from_issue_date") for one in searches) == "2024-01-01" and not account.complete


def test_a_page_of_html_with_status_200_is_no_answer(agency: Agency, http: Http) -> None:
    agency.plays("/opendata/search.json", Reply("<html><title>Διαύγεια</title></html>", media_type="application/json"))
    with pytest.raises(BadAnswer, match="did not answer with JSON"):
        came(a_source("diavgeia", f"{agency.url}/opendata", language="el"), http)


def test_names_that_cannot_be_looked_up_cost_no_act(agency: Agency, http: Http) -> None:
    programme = Programme(agency, date(2025, 3, 1), 3)
    agency.plays("/opendata/types.json", Reply("gone", 404))
    agency.plays("/opendata/organizations.json", Reply("gone", 404))
    account, results = came(programme.source(), http)
    assert len(results) == 3 and account.complete and "names could not be looked up" in account.flags[0]


@pytest.mark.samples
def test_recorded_acts_become_records(samples: Path, agency: Agency, http: Http) -> None:
    answer = json.loads((samples / "diavgeia/search/complex_search_result.json").read_text("utf-8"))
    single = json.loads((samples / "diavgeia/decisions/one_decisions_details.json").read_text("utf-8"))
    acts = [*answer["decisions"], single]
    asked: Callable[[Asked], Reply] = lambda asked: Reply(  # noqa: E731
        {"decisions": acts if asked.one("size") != "1" else acts[:1], "info": {"query": "", "total": len(acts)}}
        if asked.one("from_issue_date") <= "2024-12-31" < asked.one("to_issue_date") else {"decisions": [], "info": {"total": 0}}
    )
    agency.plays("/opendata/search.json", asked)
    agency.plays("/opendata/types.json", json.loads((samples / "diavgeia/types/all_types.json").read_text("utf-8")))
    agency.plays("/opendata/organizations/51611.json", json.loads((samples / "diavgeia/organizations/an_org.json").read_text("utf-8")) | {"uid": "51611"})
    source = a_source("diavgeia", f"{agency.url}/opendata", language="el", place="GR", axis=None, options={"organizations": ["51611"]})
    account, results = came(source, http)
    assert not [result.reason for result in results if isinstance(result, Rejected)]
    records = {result.record.identifier: result.record for result in results}
    assert len(records) == account.received == 101
    payment = next(record for record in records.values() if record.type == "payment")
    assert isinstance(payment, Decision) and payment.amount and payment.counterparty
    text = json.dumps([record.to_data() for record in records.values()], ensure_ascii=False)
    assert "800805744" not in text and "odeManagerEmail" not in text
    award = next(record for record in records.values() if record.type == "award")
    assert isinstance(award, Decision) and award.amount is not None and award.amount.value == 1240
    assert records["Ψ11446ΜΓΨ7-ΠΚΛ"].issued == "2025-04-17"
