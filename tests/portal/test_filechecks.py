"""Files that records link to are looked at: politely, and no link is called broken too early."""

from datetime import UTC, datetime, timedelta

import pytest

from harvesters.http import Http
from harvesters.linked import look
from portal import filechecks
from portal.harvesting import run_source
from portal.models import FileCheck
from tests.harvesters.agency import Agency, Reply

from ..browser import JudgingClient

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PDF = Reply(b"%PDF-1.7 a report", media_type="application/pdf")
PAGE = Reply("<!doctype html><title>Office of Streets</title><p>Welcome", media_type="text/html")


@pytest.fixture
def http():
    with Http("Clerestory/test", ["127.0.0.0/8"], 0.0, (1.0, 1.0), attempts=1, longest_wait=1.0) as http:
        yield http


@pytest.fixture
def links(catalogue, portal):
    """`links(address …)`: a record is harvested that links to these files."""

    def harvest(*addresses):
        catalogue.publish(1, 2, 3)
        catalogue.datasets[0]["distribution"] = [
            {"downloadURL": address, "mediaType": "application/pdf", "title": f"File {n}"} for n, address in enumerate(addresses)
        ]
        run_source(portal, catalogue.source())

    return harvest


@pytest.fixture
def judging(app):
    app.test_client_class = JudgingClient
    return app.test_client()


def check(portal, http, now=NOW):
    return filechecks.check(portal, http=http, now=now)


def rows(portal):
    with portal.database.read() as session:
        return {row.url.rpartition("/")[2]: row for row in session.query(FileCheck)}


@pytest.mark.parametrize(
    ("replies", "verdict", "code"),
    [
        ([PDF], "ok", ""),
        ([Reply(status=405), PDF], "ok", ""),
        ([Reply(status=500), PDF], "ok", ""),
        ([Reply(status=404), PDF], "ok", ""),
        ([Reply(status=404)], "failed", "gone"),
        ([Reply(status=410)], "failed", "gone"),
        ([PAGE], "failed", "soft_404"),
        ([Reply("<!doctype html><title>Just a moment…</title>", media_type="text/html")], "unknown", "blocked"),
        ([Reply("<!doctype html><title>Sign in</title>", media_type="text/html")], "failed", "login"),
        ([Reply(b"\x89PNG", media_type="image/png")], "failed", "wrong_type"),
        ([Reply(b"", media_type="application/pdf")], "failed", "empty"),
        ([Reply(status=403)], "unknown", "forbidden"),
        ([Reply(status=503, headers={"Retry-After": "900"})], "unknown", "later"),
        ([Reply(status=500)], "failed", "error"),
        ([Reply(hang_up=True)], "failed", "unavailable"),
    ],
)
def test_what_comes_is_told_apart(agency, http, replies, verdict, code):
    found = look(http, agency.plays("/report.pdf", *replies), "application/pdf")
    assert (found.verdict, found.code) == (verdict, code)


def test_a_large_file_is_not_fetched_whole(agency, http):
    address = agency.plays("/a.pdf", Reply(status=405), Reply(b"%PDF" + b"x" * 3_000_000, media_type="application/pdf"))
    found = look(http, address, "application/pdf")
    assert found.size == 3_000_004 and found.verdict == "ok"
    assert http.received_bytes < 300_000
    assert agency.last("/a.pdf").headers["Range"] == "bytes=0-65535"


def test_robots_are_heeded(agency, http):
    agency.plays("/robots.txt", Reply("User-agent: *\nDisallow: /a.pdf", media_type="text/plain"))
    assert look(http, agency.plays("/a.pdf", PDF)).code == "robots"
    assert agency.paths() == []


def test_there_is_no_such_file_twice_makes_it_broken(portal, http, agency, links, judging):
    links(agency.plays("/a.pdf", Reply(status=404)), agency.plays("/b.pdf", PDF))
    check(portal, http)
    assert {name: row.state for name, row in rows(portal).items()} == {"a.pdf": "waiting", "b.pdf": "ok"}
    check(portal, http, NOW + timedelta(hours=7))
    row = rows(portal)["a.pdf"]
    assert (row.state, row.failures, row.status, row.first_failed_at) == ("broken", 2, 404, NOW)
    data = judging.get("/sources/streets.json").get_json()["files"]
    assert (data["ok"], data["broken"], data["total"]) == (1, 1, 2)
    (line,) = data["broken_links"]
    assert line["url"].endswith("/a.pdf") and line["since"] == "2026-03-01T09:00:00Z"
    page = judging.get("/sources/streets").text
    assert "1 are there, 1 are broken" in page and "the file is no longer there" in page
    record = judging.get(line["record"].partition("localhost")[2])
    assert record.text.count("This link has been broken since") == 1


def test_a_bad_day_breaks_nothing_but_two_do(portal, http, agency, links):
    links(agency.plays("/a.pdf", PAGE), agency.plays("/b.pdf", PAGE, PAGE, PDF))
    check(portal, http)
    check(portal, http, NOW + timedelta(hours=8))
    assert {row.state for row in rows(portal).values()} == {"waiting"}
    check(portal, http, NOW + DAY)
    assert {name: row.state for name, row in rows(portal).items()} == {"a.pdf": "broken", "b.pdf": "ok"}
    assert rows(portal)["b.pdf"].failures == 0


def test_a_broken_link_that_works_again_is_whole(portal, http, agency, links):
    links(agency.plays("/a.pdf", *[Reply(status=404)] * 4, PDF))
    for day in (0, 1, 9):
        check(portal, http, NOW + day * DAY)
    assert rows(portal)["a.pdf"].state == "ok"


def test_a_host_that_asks_to_wait_is_left_alone(portal, http, agency, links):
    busy = Reply(status=429, headers={"Retry-After": "7200"})
    links(*(agency.plays(f"/{n}.pdf", busy) for n in range(5)))
    check(portal, http)
    assert sum(path.endswith(".pdf") for path in agency.paths()) == 1
    assert {row.state for row in rows(portal).values()} <= {"waiting", "unknown"}
    assert all(row.next_check_at >= NOW + timedelta(hours=2) for row in rows(portal).values())


def test_when_our_own_network_is_down_nothing_is_marked(portal, http, agency, links):
    other = Agency()
    addresses = [agency.plays("/a.pdf", Reply(hang_up=True)), other.plays("/b.pdf", Reply(hang_up=True)).replace("127.0.0.1", "127.0.0.2")]
    links(*addresses)
    checked = check(portal, http)
    other.close()
    assert checked.network_down and checked.total == 0
    assert all((row.failures, row.checked_at) == (0, None) for row in rows(portal).values())


def test_a_lone_host_that_is_down_is_told_from_our_network_by_one_that_answers(portal, http, agency, links):
    links(agency.plays("/a.pdf", PDF))
    check(portal, http)
    links(f"{agency.url}/a.pdf", "http://127.0.0.3:9/dead.pdf")
    checked = check(portal, http, NOW + DAY)
    assert not checked.network_down and rows(portal)["dead.pdf"].failures == 1
    agency.plays("/a.pdf", Reply(hang_up=True))
    assert check(portal, http, NOW + 3 * DAY).network_down
    assert rows(portal)["dead.pdf"].state == "waiting"


def test_what_no_record_links_to_any_more_is_forgotten(portal, http, agency, links):
    links(agency.plays("/a.pdf", PDF), agency.plays("/b.pdf", PDF))
    filechecks.gather(portal)
    links(f"{agency.url}/b.pdf")
    filechecks.gather(portal)
    assert set(rows(portal)) == {"b.pdf"}
    assert rows(portal)["b.pdf"].state == "waiting"


def test_it_goes_on_where_it_was_stopped(portal, http, agency, links, monkeypatch):
    links(*(agency.plays(f"/{n}.pdf", PDF) for n in range(7)))
    monkeypatch.setattr(filechecks, "ROUND", 2)
    assert filechecks.check(portal, http=http, now=NOW, limit=4).total == 4
    assert check(portal, http).total == 3
    assert check(portal, http).total == 0
    assert len([path for path in agency.paths() if path.endswith(".pdf")]) == 7


def test_the_command_tells_how_files_stand(portal, app, agency, links):
    links(agency.plays("/a.pdf", PDF), agency.plays("/b.pdf", Reply(status=404)))
    runner = app.test_cli_runner()
    from portal.cli import cli

    result = runner.invoke(cli, ["files", "check", "--source", "streets"])
    assert result.exit_code == 0 and "looked at 2: " in result.output, result.output
    assert "1 ok, 0 broken, 0 unknown, 1 waiting" in runner.invoke(cli, ["files", "status"]).output
