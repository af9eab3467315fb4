"""Filters beside words: status, formats, what a record holds, amounts, and agencies with what is below them."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from harvesters.record import Agency, File, Money
from portal import search
from portal.models import State
from portal.parts import Portal
from portal.traits import band_of

from ..browser import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
CSV = File(url="https://agency.example/figures.csv", media_type="text/csv; charset=utf-8")
PDF = File(url="https://agency.example/text.pdf", media_type="application/pdf")


def titles(client: JudgingClient, query: str) -> set[str]:
    return {one["title"] for one in client.get(f"/search.json{query}").get_json()["results"]}


def counts(client: JudgingClient, query: str, facet: str) -> dict[str, int]:
    return {line["value"]: line["count"] for line in client.get(f"/search.json{query}").get_json()["facets"][facet]}


@pytest.fixture
def library(save: Save) -> None:
    save(
        a_decision(title="Large", amount=Money(value="2500000", currency="EUR"), files=(PDF,)),
        a_decision(title="Small", amount=Money(value="900", currency="EUR"), files=(CSV, PDF), status="approved"),
        a_decision(title="Refund", amount=Money(value="-20", currency="USD")),
        a_policy(title="Plan", status="in_force"),
        an_outcome(title="Figures", status="draft"),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=in_force", {"Plan"}),
        ("?status=in_force&status=draft", {"Plan", "Figures"}),
        ("?format=PDF", {"Large", "Small"}),
        ("?format=CSV", {"Small"}),
        ("?has=data", {"Small", "Figures"}),
        ("?has=targets", {"Plan"}),
        ("?amount=EUR:1000000", {"Large"}),
        ("?amount=EUR:0&amount=USD:-", {"Small", "Refund"}),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_filter_gives_what_it_says(client: JudgingClient, query: str, found: set[str]) -> None:
    assert titles(client, query) == found


@pytest.mark.usefixtures("library")
def test_filters_are_named_in_words(client: JudgingClient) -> None:
    html = unescape(client.get("/search").text)
    for words in ("In force", "€1M to €10M", "less than $0 (refunds)", "Figures or data files", "PDF"):
        assert words in html
    assert "từ 1 Tr € đến 10 Tr €" in unescape(client.get("/vi/search").text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("parameter", "advice"),
    [
        ("status=gone", "is not a status"),
        ("has=money", "is nothing that records are asked to have"),
        ("format=pdf", "is not a format"),
        ("amount=1000", "is not a band of amounts"),
        ("amount=EUR:20000", "is not a band of amounts"),
    ],
)
def test_an_impossible_filter_is_refused_with_advice(client: JudgingClient, parameter: str, advice: str) -> None:
    answer = client.get(f"/search.json?{parameter}")
    assert answer.status_code == 400 and advice in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("-1", "EUR:-"), ("0", "EUR:0"), ("999.99", "EUR:0"), ("1000", "EUR:1000"), ("9999.99", "EUR:1000"),
        ("10000", "EUR:10000"), ("99999999", "EUR:10000000"), ("123456789012345678", f"EUR:1{'0' * 15}"),
    ],
)  # fmt: skip
def test_an_amount_falls_into_one_band(value: str, band: str) -> None:
    assert band_of({"amount": {"value": value, "currency": "EUR"}}) == (band,)


MINISTRY = Agency(slug="xx-ministry", names={"en": "Ministry"})
OFFICE = Agency(slug="xx-office", names={"en": "Office of Roads"}, parent="xx-ministry")
BRANCH = Agency(slug="xx-branch", names={"en": "Northern branch"}, parent="xx-office")


@pytest.fixture
def government(save: Save) -> None:
    save(
        a_decision(publisher=MINISTRY, title="M"),
        a_decision(publisher=OFFICE, title="O"),
        a_decision(publisher=BRANCH, title="B"),
        a_decision(title="Council"),
    )


@pytest.mark.usefixtures("government")
def test_who_chooses_a_ministry_means_its_offices_too(client: JudgingClient) -> None:
    assert titles(client, "?publisher=xx-ministry") == {"M", "O", "B"}
    assert titles(client, "?publisher=xx-office") == {"O", "B"}
    assert client.get("/search.jsonl?publisher=xx-ministry").text.count('"title"') >= 3


@pytest.mark.usefixtures("government")
def test_what_choosing_an_agency_gives_is_what_its_count_says(client: JudgingClient) -> None:
    counted = counts(client, "", "publisher")
    assert counted == {"xx-ministry": 3, "xx-office": 2, "xx-branch": 1, "vn-council": 1}
    for slug, count in counted.items():
        assert client.get(f"/search.json?publisher={slug}").get_json()["total"] == count


@pytest.mark.usefixtures("government")
def test_an_office_stands_below_its_ministry(client: JudgingClient) -> None:
    lines = re.findall(r'<li( class="facet__below[^"]*")?><a href="\?publisher=([\w-]+)"', client.get("/search").text)
    assert [(slug, "below" in level) for level, slug in lines] == [
        ("xx-ministry", False), ("xx-office", True), ("xx-branch", True), ("vn-council", False),
    ]  # fmt: skip


def test_agencies_above_each_other_in_a_circle_are_still_all_there(client: JudgingClient, save: Save) -> None:
    one = Agency(slug="xx-one", names={"en": "One"}, parent="xx-two")
    two = Agency(slug="xx-two", names={"en": "Two"}, parent="xx-one")
    save(a_decision(publisher=one, title="1"), a_decision(publisher=two, title="2"))
    html = client.get("/search").text
    assert "publisher=xx-one" in html and "publisher=xx-two" in html
    assert titles(client, "?publisher=xx-one") == {"1", "2"}


def test_a_new_form_of_documents_has_everything_indexed_again(portal: Portal, save: Save, client: JudgingClient) -> None:
    save(a_policy(title="Plan"))
    with portal.database.write() as session:
        session.merge(State(name="documents", value={"form": search.FORM - 1}))
    assert search.catch_up(portal) == 1
    assert search.catch_up(portal) == 0
    assert titles(client, "?q=plan") == {"Plan"}
