"""Citable searches: the same list for ever, and what has changed since."""

import csv
import io
import json
import re
import threading
from collections.abc import Callable
from datetime import timedelta

import feedparser
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from harvesters.record import Record
from portal import cited, store
from portal.listing import Listing
from portal.models import CitedSearch
from portal.parts import Portal
from tests.browser import JudgingClient
from tests.conftest import NOW
from tests.factories import a_policy

Save = Callable[..., list[str]]


def press(client: JudgingClient, **parameters: str) -> TestResponse:
    """Open the page that offers the citation, and press its button."""
    page = client.get("/search/cite", query_string=parameters).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    return client.post("/search/cite", data={**parameters, "csrf_token": token[1]})


def cite(client: JudgingClient, **parameters: str) -> str:
    answer = press(client, **parameters)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def changed(record: Record, **changes: object) -> Record:
    return record.model_copy(update=changes)


@pytest.fixture
def plans(save: Save) -> list[Record]:
    records: list[Record] = [a_policy(title="Water plan", summary="Water."), a_policy(title="Air plan"), a_policy(title="Soil plan")]
    save(*records)
    return records


def test_a_cited_list_stays_as_it_was(client: JudgingClient, save: Save, plans: list[Record]) -> None:
    address = cite(client, q="plan")
    before = client.get(f"{address}.json").get_json()
    assert (before["total"], before["complete"], before["query"]) == (3, True, "?q=plan")
    save(changed(plans[0], title="Water programme"), a_policy(title="Fire plan"), now=NOW + timedelta(days=1))
    assert client.get(f"{address}.json").get_json()["results"] == before["results"]
    page = client.get(address).text
    assert "Water plan" in page and "Water programme" not in page and "Fire plan" not in page
    assert "Changed since: compare" in page
    assert client.get("/search.json?q=plan").get_json()["total"] == 3


def test_what_has_changed_since_is_told(client: JudgingClient, save: Save, plans: list[Record]) -> None:
    address = cite(client, q="plan")
    nothing = client.get(f"{address}/changes")
    assert "Nothing is new in this list." in nothing.text
    fire = a_policy(title="Fire plan")
    save(changed(plans[0], title="Water programme"), changed(plans[1], summary="More"), fire, now=NOW + timedelta(days=1))
    data = client.get(f"{address}/changes.json").get_json()
    assert (data["new"], data["changed"], data["gone"]) == ([fire.number], [plans[1].number], [plans[0].number])
    page = client.get(f"{address}/changes").text
    assert "In the list now, and not then (1)" in page and "Fire plan" in page
    assert "In the list then, and no longer (1)" in page and "Water programme" in page


def test_every_twin_holds_the_same_list(client: JudgingClient, plans: list[Record]) -> None:
    address = cite(client, q="plan", sort="oldest")
    numbers = [one["number"] for one in client.get(f"{address}.json").get_json()["results"]]
    lines = [json.loads(line) for line in client.get(f"{address}.jsonl").text.splitlines()]
    assert [one["number"] for one in lines[:-1]] == numbers
    assert lines[-1]["end"]["complete"]
    table = list(csv.DictReader(io.StringIO(client.get(f"{address}.csv").text)))
    assert [row["number"].replace("-", "") for row in table] == numbers
    feed = feedparser.parse(client.get(f"{address}.atom").data)
    assert not feed.bozo and [entry.link.rsplit("/", 1)[1] for entry in feed.entries] == numbers


def test_a_long_list_is_read_page_by_page_while_records_arrive(client: JudgingClient, save: Save) -> None:
    records = [a_policy(title=f"Plan {n}") for n in range(45)]
    save(*records)
    address = cite(client, q="plan")
    assert 'rel="next"' in client.get(address).text
    seen: list[str] = []
    following: str | None = f"{address}.json?size=20"
    while following:
        save(a_policy(title="Plan that came later"))
        answer = client.get(following).get_json()
        seen += [one["number"] for one in answer["results"]]
        following = answer["next"] and answer["next"].removeprefix("http://localhost")
    assert sorted(seen) == sorted(record.number for record in records)


def test_the_same_list_cited_twice_has_one_address(client: JudgingClient, save: Save, portal: Portal, plans: list[Record]) -> None:
    addresses: list[str] = []

    def one() -> None:
        addresses.append(cited.cite(portal, Listing(text="plan"), "en", NOW))

    both = [threading.Thread(target=one) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(set(addresses)) == 1
    assert cite(client, q="plan").endswith(addresses[0])
    save(changed(plans[0], summary="Other"), now=NOW + timedelta(days=1))
    assert not cite(client, q="plan").endswith(addresses[0])


def test_what_may_no_longer_be_shown_is_not_shown_by_a_citation_either(
    client: JudgingClient, portal: Portal, plans: list[Record]
) -> None:
    address = cite(client, q="plan")
    with portal.database.write() as session:
        row = session.query(store.RecordRow).filter_by(number=plans[0].number).one()
        row.state = "unpublished"
    page = client.get(address).text
    assert "Water plan" not in page and "One record of this page may no longer be shown." in page
    assert "Water plan" not in client.get(f"{address}.jsonl").text


def test_faults_are_told(client: JudgingClient, plans: list[Record], monkeypatch: pytest.MonkeyPatch, portal: Portal) -> None:
    assert client.get("/cited/0123456789abcdef").status_code == 404
    assert client.get("/search/cite?from=yesterday").headers["Location"].endswith("/search?from=yesterday")
    monkeypatch.setattr(cited, "MOST", 2)
    answer = press(client, q="plan")
    assert answer.status_code == 400 and "up to 2 can be cited" in answer.text
    monkeypatch.setattr(cited, "MOST", 10)
    address = cite(client, q="plan")
    assert client.get(f"{address}.json?page=9").status_code == 400
    assert client.get(f"{address}?page=9").status_code == 400
    with portal.database.read() as session:
        assert session.query(CitedSearch).count() == 1


def test_many_citations_from_one_place_have_to_wait(client: JudgingClient, plans: list[Record]) -> None:
    page = client.get("/search/cite?q=plan").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    asked = ({"q": f"plan {n}", "csrf_token": token[1]} for n in range(40))
    answers = [client.post("/search/cite", data=data).status_code for data in asked]
    assert set(answers) == {303, 429}


def test_the_result_page_offers_the_citation_and_keeps_filters(client: JudgingClient, plans: list[Record]) -> None:
    page = client.get("/search?q=plan&axis=policy").text
    assert 'href="/search/cite?q=plan&amp;axis=policy"' in page
    form = client.get("/search/cite?q=plan&axis=policy").text.partition('action="/search/cite"')[2].partition("</form>")[0]
    assert 'name="q" value="plan"' in form and 'name="axis" value="policy"' in form
    assert 'action="/vi/search/cite"' in client.get("/vi/search/cite?q=plan").text


@pytest.mark.postgresql
class TestPostgres:
    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url

    def test_a_list_is_kept_there_too(self, client: JudgingClient, app: Flask, plans: list[Record]) -> None:
        assert client.get(cite(client, q="plan") + ".json").get_json()["total"] == 3
