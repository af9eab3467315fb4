"""Lists taken away: every twin tells the truth about its length, and opens in the tools it is for."""

import csv
import io
import json
from decimal import Decimal

import feedparser
import pytest

from harvesters.record import Money, Relation
from portal import exports
from tests.factories import a_decision, a_policy, an_outcome


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.fixture
def three(save):
    save(
        a_decision(identifier="d", title="Bridge contract", amount=Money(value=Decimal("-12.50"), currency="VND")),
        a_policy(identifier="p", title="Bridge strategy", translations={"vi": {"title": "Chiến lược cầu"}}),
        an_outcome(identifier="o", title="Bridges in use", relations=(Relation(type="measures", identifier="p"),)),
    )


def test_json_says_how_many_there_are_and_where_the_next_page_is(client, three):
    first = client.get("/search.json?q=bridge&size=2").json
    assert (first["total"], first["returned"], first["complete"]) == (3, 2, False)
    assert first["total_is"] == "exact"
    assert list(first)[:5] == ["total", "returned", "complete", "as_of", "not_yet_searchable"]
    second = client.get(first["next"]).json
    assert (second["returned"], second["next"]) == (1, None)
    numbers = [record["number"] for record in first["results"] + second["results"]]
    assert len(set(numbers)) == 3
    assert {line["value"]: line["count"] for line in first["facets"]["axis"]} == {"decision": 1, "policy": 1, "outcome": 1}


def test_json_is_complete_when_everything_fits(client, three):
    answer = client.get("/search.json?axis=policy").json
    assert (answer["total"], answer["returned"], answer["complete"], answer["next"]) == (1, 1, True, None)
    assert answer["results"][0]["translations"]["vi"]["title"] == "Chiến lược cầu"


def test_nothing_found_is_a_complete_answer(client, three):
    answer = client.get("/search.json?q=zeppelin").json
    assert (answer["total"], answer["returned"], answer["complete"], answer["results"]) == (0, 0, True, [])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("size=1001", "size"), ("page=0", "page"), ("from=31.02.2024", "from"), ("axis=polcy", "axis"), ("colour=red", "colour"),
     ("from=2024&to=2023", "to"), ("sort=best", "sort"), ("year=20x4", "year"), ("type=lwa", "type")],
)  # fmt: skip
@pytest.mark.parametrize("format", ["json", "csv", "jsonl", "atom"])
def test_a_parameter_that_makes_no_sense_is_a_problem_not_a_guess(client, format, query, parameter):
    answer = client.get(f"/search.{format}?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["parameter"] == parameter
    assert answer.json["value"] in answer.json["detail"]


def test_csv_holds_everything_and_says_so(client, save):
    save(*(a_decision(identifier=str(position)) for position in range(130)))
    answer = client.get("/search.csv")
    assert len(rows(answer)) == 130
    assert (answer.headers["Clerestory-Total"], answer.headers["Clerestory-Complete"]) == ("130", "yes")
    assert tuple(rows(answer)[0]) == exports.COLUMNS


def test_csv_for_spreadsheets_begins_with_a_byte_order_mark(client, three):
    assert client.get("/search.csv?bom=1").data.startswith(b"\xef\xbb\xbf")
    assert not client.get("/search.csv").data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("title", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"])
def test_csv_defuses_formulas(client, save, title):
    save(a_decision(title=title))
    assert rows(client.get("/search.csv"))[0]["title"] == f"'{title}"


def test_csv_keeps_negative_amounts_as_numbers(client, three):
    (row,) = [row for row in rows(client.get("/search.csv")) if row["axis"] == "decision"]
    assert (row["amount"], row["currency"]) == ("-12.50", "VND")


def test_json_lines_end_with_a_line_that_says_complete(client, three):
    lines = [json.loads(line) for line in client.get("/search.jsonl?q=bridge").text.splitlines()]
    assert [line.get("title") for line in lines[:-1]].count("Bridge strategy") == 1
    assert lines[-1]["end"]["complete"] is True
    assert lines[-1]["end"]["returned"] == len(lines) - 1 == 3


def test_the_feed_is_wellformed_and_links_to_older_records(client, save):
    save(*(a_decision(identifier=str(position), title=f"Decision {position}") for position in range(101)))
    feed = feedparser.parse(client.get("/search.atom").data)
    assert feed.bozo == 0
    assert len(feed.entries) == 100
    (older,) = [link.href for link in feed.feed.links if link.rel == "next"]
    assert len(feedparser.parse(client.get(older).data).entries) == 1
    assert feed.entries[0].id == feed.entries[0].link


def test_an_empty_feed_is_a_feed(client):
    feed = feedparser.parse(client.get("/search.atom?q=nothing").data)
    assert (feed.bozo, feed.entries) == (0, [])


def test_a_withdrawn_record_stays_in_the_list_and_says_so(client, save, portal):
    from datetime import UTC, datetime

    from sqlalchemy import select

    from portal import search, store
    from portal.models import RecordRow

    save(a_decision(title="Taken down"))
    with portal.database.write() as session:
        store.withdraw(session, session.scalars(select(RecordRow)).one(), "not_listed", datetime.now(UTC))
    search.catch_up(portal)
    assert client.get("/search.json?q=taken").json["results"][0]["state"] == "withdrawn"
