"""The Federal Register: windows below the wall, pages by cursor, documents on their axis."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

PATH = "/api/v1/documents.json"


def a_document(number: int, day: date = date(2026, 11, 20), **changes: Any) -> dict[str, Any]:
    return {
        "document_number": f"2026-{number:05}",
        "publication_date": f"{day}",
        "type": "Notice",
        "title": f"Notice {number}",
        **changes,
    }


def a_register(documents: list[dict[str, Any]], most: int = 3, host: str = "") -> Any:
    """The API: counts capped at 10,000, pages of `most`, a cursor in next_page_url (of another host)."""

    def answer(asked: Asked) -> Reply:
        first, last = (asked.one(f"conditions[publication_date][{end}]") for end in ("gte", "lte"))
        found = [document for document in documents if first <= document["publication_date"] <= last]
        start, size = int(asked.one("cursor", "0")), min(most, int(asked.one("per_page", "20")))
        data: dict[str, Any] = {"count": min(len(found), 10_000), "results": found[start : start + size]}
        if start + size < len(found):
            query = {name: values[0] for name, values in asked.query.items()} | {"cursor": start + size}
            data["next_page_url"] = f"{host}{PATH}?{urlencode(query)}"
        if not found:
            del data["results"]
        return Reply(data)

    return answer


def a_register_source(agency: Agency, **options: Any) -> Any:
    return a_source("federal_register", f"{agency.url}{PATH}", place="US", options=options)


def test_pages_are_followed_on_the_agencys_own_host(agency: Agency, http: Http) -> None:
    documents = [a_document(number) for number in range(10)]
    agency.plays(PATH, a_register(documents, host="https://www.federalregister.example"))
    account = Account()
    results = list(harvest(a_register_source(agency, **{"from": date(2026, 1, 1)}), http, account=account))
    assert len(results) == 10
    assert account.complete and account.expected == 10
    asked = agency.last(PATH)
    assert asked.one("order") == "oldest" and "abstract" in asked.query["fields[]"]


def test_windows_are_cut_until_each_is_below_the_wall(
    agency: Agency, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvesters.kinds.federal_register.WALL", 5)
    documents = [a_document(number, date(2026, 11, 1) + timedelta(days=number)) for number in range(20)]
    agency.plays(PATH, a_register(documents, most=100))
    account = Account()
    results = list(harvest(a_register_source(agency, **{"from": date(2026, 10, 1)}), http, account=account))
    assert len(results) == 20
    assert account.expected == 20 and account.complete


def test_nothing_is_asked_for_before_the_declared_day(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_register([a_document(1), a_document(2, date(2025, 1, 1))]))
    account = Account()
    source = a_register_source(agency, **{"from": date(2026, 1, 1)})
    assert len(list(harvest(source, http, account=account))) == 1
    assert account.complete, "what the declaration leaves out is not missing"
    assert agency.last(PATH).one("conditions[publication_date][gte]") == "2026-01-01"
    assert len(list(harvest(a_register_source(agency), http))) == 2


def test_later_runs_ask_from_a_week_before_the_last_one(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_register([]))
    assert list(harvest(a_register_source(agency), http, datetime(2026, 11, 20, tzinfo=UTC))) == []
    assert agency.last(PATH).one("conditions[publication_date][gte]") == "2026-11-13"


def test_the_same_page_for_ever_ends(agency: Agency, http: Http) -> None:
    page = {"count": 8, "next_page_url": f"{PATH}?page=2", "results": [a_document(1), a_document(2)]}
    agency.plays(PATH, page)
    account = Account()
    results = list(harvest(a_register_source(agency, **{"from": date(2026, 1, 1)}), http, account=account))
    assert len(results) == 2 and not account.complete
    assert "same items as a page before" in account.flags[0]


@pytest.mark.parametrize(
    ("changes", "axis", "type_"),
    [
        ({"type": "Rule"}, "policy", "regulation"),
        ({"type": "PRORULE"}, "policy", "proposed_rule"),
        ({"type": "Notice"}, "decision", "notice"),
        ({"type": "Presidential Document", "subtype": "Executive Order"}, "decision", "executive_order"),
        ({"type": "Presidential Document", "subtype": "Proclamation"}, "decision", "proclamation"),
        ({"type": "Presidential Document", "subtype": "Determination"}, "decision", "order"),
        ({"type": "Presidential Document"}, "decision", "order"),
    ],
)
def test_the_kind_knows_the_axis(agency: Agency, http: Http, changes: dict[str, str], axis: str, type_: str) -> None:
    agency.plays(PATH, a_register([a_document(1) | changes]))
    (result,) = harvest(a_register_source(agency), http)
    assert isinstance(result, Harvested)
    assert (result.record.axis, result.record.type) == (axis, type_)
    assert result.record.axis_rule.startswith("the kind: ")


def test_a_number_used_twice_is_two_documents(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_register([a_document(1, date(2026, 11, 19)), a_document(1, date(2026, 11, 20))]))
    results = list(harvest(a_register_source(agency), http))
    assert [result.record.identifier for result in results if isinstance(result, Harvested)] == [
        "2026-00001/2026-11-19",
        "2026-00001/2026-11-20",
    ]


def test_a_type_that_nobody_knows_is_rejected(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_register([a_document(1, type="Ukase")]))
    (result,) = harvest(a_register_source(agency), http)
    assert isinstance(result, Rejected) and result.reason.startswith("type = 'Ukase': is not a type of document")


@pytest.mark.parametrize("declared", ["", "/", "/api/v1", "/api/v1/documents.json"])
def test_the_documents_are_found_however_they_are_declared(agency: Agency, http: Http, declared: str) -> None:
    agency.plays(PATH, a_register([a_document(1)]))
    assert len(list(harvest(a_source("federal_register", f"{agency.url}{declared}"), http))) == 1


def test_an_address_that_is_not_the_documents_is_told(agency: Agency, http: Http) -> None:
    agency.plays(PATH, {"agencies": []})
    with pytest.raises(BadAnswer, match=r"is it …/documents\.json"):
        list(harvest(a_register_source(agency), http))
    agency.plays(PATH, Reply({"status": 400, "message": "field 'x' not valid"}, 400))
    with pytest.raises(BadAnswer, match=r"answered 400.*field 'x' not valid"):
        list(harvest(a_register_source(agency), http))
