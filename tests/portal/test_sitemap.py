"""What crawlers read: the sitemap in parts, and robots.txt."""

from collections.abc import Callable
from datetime import timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from portal import store
from portal.models import RecordRow
from portal.parts import Portal
from portal.views import feeds

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import COUNCIL, a_decision, a_policy

Save = Callable[..., list[str]]


def _addresses(client: JudgingClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    return [str(place.text) for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_every_shown_record_is_in_exactly_one_part(
    client: JudgingClient, portal: Portal, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PART", 5)
    records = [a_decision() for _n in range(12)]
    save(*records)
    hidden, withdrawn = records[3], records[8]
    with portal.database.write() as session:
        rows = {row.number: row for row in session.scalars(select(RecordRow))}
        store.unpublish(session, rows[hidden.number], "copyright", NOW)
        store.withdraw(session, rows[withdrawn.number], "not_listed", NOW + timedelta(days=1))
    parts = [address for address in _addresses(client, "/sitemap.xml") if "records" in address]
    assert parts == [f"http://localhost/sitemap-records-{n}.xml" for n in (1, 2, 3)]
    found = [one for part in parts for one in _addresses(client, part.removeprefix("http://localhost"))]
    expected = {f"http://localhost/records/{one.number}" for one in records if one not in (hidden, withdrawn)}
    assert set(found) == expected
    assert len(found) == len(expected)
    assert all(client.get(address.removeprefix("http://localhost")).status_code == 200 for address in found)
    assert client.get("/sitemap-records-4.xml").status_code == 404


def test_a_part_says_when_its_records_changed(client: JudgingClient, save: Save) -> None:
    save(a_decision(), now=NOW)
    assert "<lastmod>2024-06-01T12:00:00Z</lastmod>" in client.get("/sitemap-records-1.xml").text
    assert "<lastmod>2024-06-01T12:00:00Z</lastmod>" in client.get("/sitemap.xml").text


def test_pages_stand_in_every_language(client: JudgingClient) -> None:
    found = _addresses(client, "/sitemap-pages.xml")
    assert {"http://localhost/", "http://localhost/vi/", "http://localhost/pages/about", "http://localhost/vi/pages/about"} <= set(found)
    for address in found:
        path = address.removeprefix("http://localhost")
        assert client.get(path).status_code == 200, path


def test_agencies_are_there(client: JudgingClient, save: Save) -> None:
    save(a_policy())
    assert _addresses(client, "/sitemap-agencies.xml") == [f"http://localhost/agencies/{COUNCIL.slug}"]


def test_robots_may_read_records_and_leave_endless_lists(client: JudgingClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in text
    assert "Disallow: /search?*&" in text
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    for path in ("/", "/records/0123456789AB", "/records/0123456789AB.json", "/search?axis=policy", "/agencies/", "/api/v1/records"):
        assert robots.can_fetch("Crawler", f"http://localhost{path}"), path
    for path in ("/publish/", "/vi/publish/", "/sign-in"):
        assert not robots.can_fetch("Crawler", f"http://localhost{path}"), path
