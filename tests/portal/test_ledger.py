"""The coverage ledger of a source that really ran: what is here, what is missing, and that somebody looked."""

import csv
import io

import feedparser
import pytest

from portal.harvesting import run_source

from ..browser import JudgingClient


@pytest.fixture
def judging(app):
    app.test_client_class = JudgingClient
    return app.test_client()


def dated(catalogue, *numbers):
    catalogue.publish(*numbers)
    for dataset in catalogue.datasets:
        number = int(dataset["identifier"].removeprefix("set-"))
        dataset["issued"] = f"2024-{1 + number // 28:02}-{1 + number % 28:02}"


def test_what_is_missing_between_numbers_and_days_is_said(portal, judging, catalogue):
    dated(catalogue, *(number for number in range(1, 101) if number not in (40, 41, 77)))
    run_source(portal, catalogue.source())
    data = judging.get("/sources/streets.json").get_json()
    assert data["extent"]["first_issued"] == "2024-01-02" and data["extent"]["undated"] == 0
    (numbers,) = data["extent"]["numbers"]
    assert (numbers["missing"], numbers["missing_count"]) == ([[40, 41], [77, 77]], 3)
    page = judging.get("/sources/streets").text
    assert "3 numbers are missing among those such as set-1" in page and "40–41" in page
    assert data["last_run"]["records"] == 97


def test_somebody_looked_and_found_nothing_new(portal, judging, catalogue):
    run_source(portal, catalogue.source())
    run_source(portal, catalogue.source())
    data = judging.get("/sources/streets.json").get_json()
    assert [run["nothing_new"] for run in data["runs"]] == [True, False]
    assert "Checked, nothing new" in judging.get("/sources/streets").text
    assert "Checked, nothing new" in judging.get("/sources/").text


def test_the_runs_of_a_source_are_a_feed_and_a_table(portal, judging, catalogue):
    run_source(portal, catalogue.source())
    run_source(portal, catalogue.source())
    for address in ("/sources/streets.atom", "/sources.atom"):
        feed = feedparser.parse(judging.get(address).data)
        assert not feed.bozo
        assert [entry.title.partition(": ")[2] for entry in feed.entries] == ["Checked, nothing new", "Complete"]
        assert "3 new, 0 changed" in feed.entries[1].summary
    rows = list(csv.DictReader(io.StringIO(judging.get("/sources/streets.csv").text)))
    assert [(row["state"], row["new"], row["records"], row["nothing_new"]) for row in rows] == [
        ("complete", "0", "3", "true"),
        ("complete", "3", "3", "false"),
    ]
    (line,) = [row for row in csv.DictReader(io.StringIO(judging.get("/sources.csv").text)) if row["name"] == "streets"]
    assert (line["records"], line["last_run_state"]) == ("3", "complete")
    assert judging.get("/sources.csv?bom=1").data.startswith(b"\xef\xbb\xbf")


def test_the_count_over_time_is_drawn(portal, judging, catalogue):
    run_source(portal, catalogue.source())
    assert "ledger-chart" not in judging.get("/sources/streets").text
    catalogue.publish(*range(1, 9))
    run_source(portal, catalogue.source())
    page = judging.get("/sources/streets").text
    assert "ledger-chart" in page and "to 8 on" in page


def test_a_badge_says_how_a_source_stands(portal, judging, catalogue):
    run_source(portal, catalogue.source())
    answer = judging.get("/sources/streets/badge.svg")
    assert answer.mimetype == "image/svg+xml" and answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Not declared" in answer.text or "Complete" in answer.text
    assert "3 records" in answer.text
    assert "3 bản ghi" in judging.get("/vi/sources/streets/badge.svg").text
    assert judging.get("/sources/nobody/badge.svg").status_code == 404


def test_every_twin_of_an_unknown_source_is_missing(judging):
    for address in ("/sources/nobody", "/sources/nobody.json", "/sources/nobody.csv", "/sources/nobody.atom"):
        assert judging.get(address).status_code == 404
