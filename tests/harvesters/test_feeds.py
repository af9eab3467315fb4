"""Feeds: pages to their end, two languages in one title, dates that cannot be true, and a window that withdraws nothing."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.run import Account, Harvested, Rejected, Tombstone, harvest

from ..telling import Tell
from .agency import Agency, Reply
from .conftest import a_source


def an_atom(*entries: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{head}{"".join(entries)}</feed>'


def an_entry(number: int, more: str = "") -> str:
    return f"<entry><id>urn:{number}</id><title>Entry {number}</title><updated>2025-01-{number:02}T00:00:00Z</updated>{more}</entry>"


def came(source: Any, http: Http) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, account=account))


def test_pages_are_followed_to_their_end(agency: Agency, http: Http) -> None:
    agency.plays("/three", an_atom(an_entry(5)))
    agency.plays("/two", an_atom(an_entry(3), an_entry(4), head='<link rel="next" href="/three"/>'))
    url = agency.plays("/feed", an_atom(an_entry(1), an_entry(2), head='<link rel="next" href="/two"/>'))
    account, results = came(a_source("atom", url, options={"window": "all"}), http)
    assert len(results) == 5 and account.complete and account.flags == []


def test_a_feed_is_a_window_unless_it_says_otherwise(agency: Agency, http: Http) -> None:
    account, results = came(a_source("atom", agency.plays("/feed", an_atom(an_entry(1)))), http)
    assert len(results) == 1 and account.window and not account.complete and account.flags == []


def test_a_deleted_entry_is_a_tombstone(agency: Agency, http: Http) -> None:
    _, results = came(a_source("atom", agency.plays("/feed", an_atom('<at:deleted-entry ref="urn:9" when="2025-01-01T00:00:00Z"/>', an_entry(1)))), http)
    assert isinstance(results[0], Tombstone) and results[0].identifier == "urn:9"


@pytest.mark.parametrize(
    "text",
    [
        '<rss version="2.0"><channel><language>en-gb</language><item><title>A &amp; B</title><link>https://a.example/1</link><guid isPermaLink="false">x-1</guid><pubDate>Fri, 01 Aug 2025 00:00:00 +0000</pubDate>'
        '<description>&lt;p&gt;Text&lt;/p&gt;</description><enclosure url="https://a.example/1.pdf" type="application/pdf" length="99"/></item></channel></rss>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"/>'
        '<item rdf:about="x-1"><title>A &amp; B</title><link>https://a.example/1</link><description>Text</description><dc:date>2025-08-01T00:00:00Z</dc:date></item></rdf:RDF>',
        '<rss version="0.91"><channel><item><title>A & B</title><link>https://a.example/1</link><description>Text&nbsp;</description></item></channel></rss>',
    ],
    ids=["RSS 2.0", "RSS 1.0", "RSS 0.91, not well-formed"],
)  # fmt: skip
def test_every_form_of_rss_is_read(agency: Agency, http: Http, text: str) -> None:
    _, (result,) = came(a_source("rss", agency.plays("/feed", Reply(text, media_type="text/xml"))), http)
    assert isinstance(result, Harvested)
    record = result.record
    assert (record.title, record.summary, record.landing_page) == ("A & B", "Text", "https://a.example/1")
    assert record.identifier == ("https://a.example/1" if "0.91" in text else "x-1") and record.issued == (None if "0.91" in text else "2025-08-01")
    assert [file.size for file in record.files] == ([99] if "enclosure" in text else [])


def test_what_is_no_feed_is_refused(agency: Agency, http: Http) -> None:
    for text in ("<html><body>News</body></html>", '{"items": []}', ""):
        with pytest.raises(BadAnswer, match="feed"):
            came(a_source("atom", agency.plays("/feed", Reply(text))), http)


@pytest.mark.samples
def test_the_recorded_feed_of_legislation_becomes_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    folder = samples / "atom/legislation_gov_uk/pages"
    numbers = [*range(1, 26), 5063]
    for number in numbers:
        text = (folder / f"{number}.xml").read_text("utf-8")
        following = numbers[numbers.index(number) + 1] if number != 5063 else None
        text = text.replace(f"data.feed?page={number + 1}", f"data.feed?page={following}") if following == 5063 else text
        agency.plays(f"/pages/{number}", text.replace("http://legislation.data.gov.uk/1110-2016/data.feed?page=", f"{agency.url}/pages/"))
    rules = [{"when": {"type": "Instrument"}, "axis": "policy", "type": "regulation"}]
    account, results = came(a_source("atom", f"{agency.url}/pages/1", place="GB", axis="policy", type="law", rules=rules, options={"window": "all"}), http)
    records = [one.record for one in results if isinstance(one, Harvested)]
    tell(f"atom: {account.received} entries, {Counter(one.type for one in records)}, {account.skipped} again, {account.flags}")
    assert [one.reason for one in results if isinstance(one, Rejected)] == [] and account.received == 504 and account.complete
    welsh = next(one for one in records if one.title == "Qualifications Wales Act 2015")
    assert welsh.translations["cy"].title == "Deddf Cymwysterau Cymru 2015" and welsh.type == "law"
    assert all(one.issued and one.issued < "2017" for one in records) and all(one.files for one in records)


@pytest.mark.samples
def test_a_recorded_rss_becomes_records(samples: Path, agency: Agency, http: Http) -> None:
    url = agency.plays("/daily.xml", Reply((samples / "atom/epa_ireland/daily.xml").read_bytes()))
    _, results = came(a_source("rss", url, place="IE"), http)
    assert len(results) == 5 and results[0].record.issued == "2025-08-01" and results[0].record.summary.startswith("Type: Monitoring Returns")
