"""The coverage ledger: what was collected and when, what is late, what was rejected, what never came."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import create_app, uploads
from portal.models import Issue, Run
from portal.parts import Portal
from portal.settings import Settings

from ..browser import JudgingClient
from ..factories import a_decision, an_outcome

Save = Callable[..., list[str]]
NOW = datetime.now(UTC)
DECLARATION = """
title = "Decisions of Example City Council"
kind = "data_json"
url = "https://council.example/data.json"
publisher = "Example City Council"
place = "VN"
license = "CC-BY-4.0"
schedule = "daily"
axis = "decision"
"""


@pytest.fixture
def app(settings: Settings, empty_sqlite: Path, tmp_path: Path) -> Iterator[Flask]:
    """A portal with two declarations of its own, of which one is wrong."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "council-records.toml").write_text(DECLARATION)
    (folder / "broken.toml").write_text(DECLARATION.replace("data_json", "telex"))
    settings.data_dir.mkdir(parents=True)
    (settings.data_dir / "portal.sqlite").write_bytes(empty_sqlite.read_bytes())
    app = create_app(replace(settings, sources_dir=folder))
    app.test_client_class = JudgingClient
    yield app
    app.extensions["clerestory"].close()


def _words(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def _line(html: str, name: str) -> str:
    rows = re.findall(r"<tr>.*?</tr>", html, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", next(row for row in rows if f"/sources/{name}\"" in row)).split())


@pytest.fixture
def ran(portal: Portal) -> Callable[..., int]:
    """`ran("failed", hours_ago=5, rejects=…)`: a run of council-records that ended; returns its number."""

    def ran(state: str, hours_ago: int = 0, rejects: int = 0, **changes: Any) -> int:
        moment = NOW - timedelta(hours=hours_ago)
        values: dict[str, Any] = {
            "source": "council-records", "state": state, "reason": "", "full": True, "owner": "test", "started_at": moment,
            "heartbeat_at": moment, "deadline_at": moment, "finished_at": moment, "flags": [], "rejected": rejects,
        }  # fmt: skip
        with portal.database.write() as session:
            run = Run(**values | changes)
            session.add(run)
            session.flush()
            sent = portal.raw.put(b"<p>as sent</p>")
            session.add_all(
                Issue(run_id=run.id, identifier=f"item-{n}", reason=f"title {n} is missing; give it one", url="", raw=sent if n == 0 else None)
                for n in range(rejects)
            )
            return run.id

    return ran


def test_never_having_run_is_not_the_same_as_empty(client: JudgingClient, ran: Callable[..., int]) -> None:
    assert "Never ran" in _line(client.get("/sources/").text, "council-records")
    assert "never collected" in _words(client.get("/sources/council-records").text)
    ran("complete")
    line = _line(client.get("/sources/").text, "council-records")
    assert "Complete" in line
    assert "Never ran" not in line


def test_a_failed_run_says_when_the_source_was_last_read_to_its_end(client: JudgingClient, ran: Callable[..., int]) -> None:
    ran("complete", hours_ago=30)
    ran("failed", hours_ago=1, reason="https://council.example did not answer within 30 seconds")
    line = client.get("/sources.json").get_json()
    found = next(one for one in line["results"] if one["name"] == "council-records")
    assert found["health"] == "failed"
    assert found["last_good_run"]["state"] == "complete"
    assert found["overdue"] is False
    words = _words(client.get("/sources/council-records").text)
    assert "did not answer within 30 seconds" in words
    assert "Nothing was withdrawn." in words


@pytest.mark.parametrize(("hours", "late"), [(40, False), (50, True)])
def test_a_source_is_overdue_after_twice_its_rhythm(client: JudgingClient, ran: Callable[..., int], hours: int, late: bool) -> None:
    ran("complete", hours_ago=hours)
    ran("failed", hours_ago=2)
    assert ("overdue" in _line(client.get("/sources/").text, "council-records")) is late
    assert ("Newer records may be missing here." in _words(client.get("/sources/council-records").text)) is late


def test_a_wrong_declaration_is_shown_with_what_to_write(client: JudgingClient) -> None:
    assert "kind 'telex' is unknown" in _words(client.get("/sources/").text).replace("&#39;", "'")
    page = client.get("/sources/broken")
    assert page.status_code == 200
    assert "kind 'telex' is unknown; known kinds:" in _words(page.text).replace("&#39;", "'")
    assert any("telex" in fault for fault in client.get("/sources.json").get_json()["faults"])


def test_a_source_shows_its_declaration_its_records_and_its_runs(client: JudgingClient, save: Save, ran: Callable[..., int]) -> None:
    save(a_decision(), a_decision(), an_outcome())
    first, last = ran("complete", hours_ago=9, new=3, received=3), ran("partial", new=0, received=1, flags=["the total changed while paging"])
    page = client.get("/sources/council-records").text
    words = _words(page)
    assert 'href="/search?source=council-records&amp;axis=decision">2</a>' in page
    assert 'href="https://council.example/data.json"' in page
    assert "the total changed while paging" in words
    assert page.index(f"/runs/{last}") < page.index(f"/runs/{first}")
    assert "daily" in words
    assert "Nothing was rejected." in words


def test_rejects_are_listed_with_reason_and_what_was_sent(client: JudgingClient, ran: Callable[..., int]) -> None:
    number = ran("complete", rejects=130)
    page = client.get("/sources/council-records").text
    assert "All 130 rejected items" in _words(page)
    assert _words(page).count("is missing; give it one") == 20
    address = re.search(rf'href="(/sources/council-records/runs/{number}/rejects/\d+/raw)"', page)
    assert address
    sent = client.get(address[1])
    assert (sent.text, sent.mimetype) == ("<p>as sent</p>", "text/plain")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    first, second = (client.get(f"/sources/council-records/runs/{number}?page={n}").text for n in (1, 2))
    assert _words(first).count("give it one") == 100
    assert _words(second).count("give it one") == 30
    assert "title 129 is missing" in second


def test_addresses_that_do_not_belong_together_are_not_found(client: JudgingClient, ran: Callable[..., int]) -> None:
    one, other = ran("complete", rejects=1), ran("complete", rejects=1)
    assert client.get(f"/sources/us-gsa/runs/{one}").status_code == 404
    issue = re.search(r"rejects/(\d+)/raw", client.get(f"/sources/council-records/runs/{other}").text)
    assert issue
    assert client.get(f"/sources/council-records/runs/{one}/rejects/{issue[1]}/raw").status_code == 404
    assert client.get("/sources/nobody").status_code == 404
    assert client.get("/sources/nobody.json").status_code == 404


def test_records_whose_source_is_not_declared_have_a_ledger_too(client: JudgingClient, save: Save) -> None:
    desk = uploads.source_of("vn-council")
    save(a_decision(source=desk), a_decision(source="given-up"))
    assert "Published by hand" in _words(client.get(f"/sources/{desk}").text)
    assert "Not declared" in _words(client.get("/sources/given-up").text)
    results = client.get("/sources.json").get_json()["results"]
    assert {one["name"]: one["records"] for one in results}.items() >= {desk: 1, "given-up": 1}.items()


def test_the_ledger_as_data_is_whole_and_conditional(client: JudgingClient, ran: Callable[..., int]) -> None:
    number = ran("complete", received=7, new=7)
    answer = client.get("/sources.json").get_json()
    assert answer["complete"] is True
    assert answer["total"] == answer["returned"] == len(answer["results"])
    one = client.get("/sources/council-records.json")
    assert one.get_json()["runs"][0]["id"] == number
    assert one.get_json()["declaration"]["license"] == "CC-BY-4.0"
    assert client.get("/sources/council-records.json", headers={"If-None-Match": one.headers["ETag"]}).status_code == 304
