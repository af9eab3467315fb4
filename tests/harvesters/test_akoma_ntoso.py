"""Akoma Ntoso: documents found in whatever lists them; versions and languages of a work kept apart and together."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds.akn_record import work_of
from harvesters.record import Record
from harvesters.run import Account, Harvested, Rejected, harvest
from portal.outline import outline_of

from .agency import Agency, Reply
from .conftest import a_source


def an_act(number: int, day: str = "2024-01-01", language: str = "eng", title: str = "", namespace: str = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0", body: str = "") -> Reply:
    text = f"""<?xml version="1.0"?><akomaNtoso xmlns="{namespace}"><act><meta><identification source="#x">
    <FRBRWork><FRBRthis value="/xx/act/{number}/main"/><FRBRuri value="/xx/act/{number}"/><FRBRdate date="2024-01-01" name=""/></FRBRWork>
    <FRBRExpression><FRBRuri value="/xx/act/{number}/{language}@{day}"/><FRBRdate date="{day}" name=""/><FRBRlanguage language="{language}"/></FRBRExpression>
    </identification></meta><preface><p><shortTitle>{title or f'Act {number} of {day}'}</shortTitle></p></preface><body>{body}</body></act></akomaNtoso>"""
    return Reply(text, media_type="application/xml")


def an_atom(entries: str, more: str = "") -> Reply:
    return Reply(f'<feed xmlns="http://www.w3.org/2005/Atom">{more}{entries}</feed>', media_type="application/atom+xml")


def an_entry(path: str, updated: str = "2026-11-20T00:00:00Z") -> str:
    return f'<entry><updated>{updated}</updated><link rel="self" href="http://127.0.0.1/id{path}"/><link rel="alternate" type="application/akn+xml" href="http://127.0.0.1{path}/data.akn"/></entry>'


def harvested(agency: Agency, http: Http, path: str, account: Account | None = None, since: datetime | None = None, **options: Any) -> dict[str, Record]:
    results = list(harvest(a_source("akoma_ntoso", f"{agency.url}{path}", options=options), http, since, account=account))
    assert not [result.reason for result in results if isinstance(result, Rejected)]
    return {result.record.identifier: result.record for result in results if isinstance(result, Harvested)}


@pytest.mark.parametrize("namespace", ["http://docs.oasis-open.org/legaldocml/ns/akn/3.0", "http://docs.oasis-open.org/legaldocml/ns/akn/3.0/WD17", "http://www.akomantoso.org/2.0", "http://www.akomantoso.org/3.0", ""])
def test_a_document_is_read_in_any_namespace(agency: Agency, http: Http, namespace: str) -> None:
    agency.plays("/1.xml", an_act(1, namespace=namespace))
    record = harvested(agency, http, "/1.xml")["/xx/act/1"]
    assert (record.axis, record.type, record.title, record.issued) == ("policy", "law", "Act 1 of 2024-01-01", "2024-01-01")


def test_a_feed_is_followed_over_its_pages_on_its_own_host(agency: Agency, http: Http) -> None:
    agency.plays("/feed", an_atom(an_entry("/1"), '<link rel="next" href="/feed2"/>'))
    agency.plays("/feed2", an_atom(an_entry("/2", "3200-01-01T00:00:00Z") + an_entry("/gone")))
    agency.plays("/1/data.akn", an_act(1))
    agency.plays("/2/data.akn", an_act(2))
    account = Account()
    assert list(harvested(agency, http, "/feed", account)) == ["/xx/act/1", "/xx/act/2"]
    assert not account.complete and account.flags[0].code == "out_of_reach"


def test_later_runs_fetch_what_the_feed_says_is_new(agency: Agency, http: Http) -> None:
    agency.plays("/feed", an_atom(an_entry("/1", "2020-01-01T00:00:00Z") + an_entry("/2")))
    agency.plays("/1/data.akn", an_act(1))
    agency.plays("/2/data.akn", an_act(2))
    since = datetime(2026, 11, 21, tzinfo=UTC)
    assert list(harvested(agency, http, "/feed", since=since)) == ["/xx/act/2"]
    assert len(harvested(agency, http, "/feed", since=since, versions=True)) == 2


def test_the_address_may_be_made_of_the_link(agency: Agency, http: Http) -> None:
    agency.plays("/feed", Reply("<rss><channel><item><link>/laws/1/</link></item></channel></rss>", media_type="text/xml"))
    agency.plays("/laws/1/data.akn", an_act(1))
    assert list(harvested(agency, http, "/feed", document="{link}/data.akn")) == ["/xx/act/1"]


def test_a_folder_is_walked_with_those_below_it(agency: Agency, http: Http) -> None:
    agency.plays("/laws/", Reply('<html><a href="../">Up</a><a href="2024/">2024</a><a href="1.xml">1</a><a href="http://other.example/9.xml">9</a></html>', media_type="text/html"))
    agency.plays("/laws/2024/", Reply('<!DOCTYPE html><a href="/laws/">Up</a><a href="main.akn">2</a><a href="x.pdf">x</a>', media_type="text/html"))
    agency.plays("/laws/1.xml", an_act(1))
    agency.plays("/laws/2024/main.akn", an_act(2))
    assert len(harvested(agency, http, "/laws/")) == 2


def test_an_api_is_followed_over_its_pages(agency: Agency, http: Http) -> None:
    rows = [{"links": [{"href": "/x.html", "mediaType": "text/html"}, {"href": "/1.xml", "title": "Akoma Ntoso"}]}]
    agency.plays("/api", {"results": rows, "next": "/api2"})
    agency.plays("/api2", {"results": [{"url": "/2"}], "next": None})
    agency.plays("/1.xml", an_act(1))
    agency.plays("/2.akn", an_act(2))
    assert len(harvested(agency, http, "/api", document="{link}.akn")) == 2


def test_versions_become_the_work_and_its_earlier_expressions(agency: Agency, http: Http) -> None:
    names = []
    for place, act in enumerate((an_act(1, "2024-01-01"), an_act(1, "2026-05-01"), an_act(1, "2025-03-01"), an_act(1, "2026-05-01", "vie", "Luật 1"))):
        names.append(f"{place}.xml")
        agency.plays(f"/{place}.xml", act)
    records = harvested(agency, http, "/", files=names)
    assert list(records) == ["/xx/act/1", "/xx/act/1/eng@2025-03-01", "/xx/act/1/eng@2024-01-01"]
    work, middle, first = records.values()
    assert work.title == "Act 1 of 2026-05-01" and work.valid_from == "2026-05-01" and work.translations["vi"].title == "Luật 1"
    assert [relation.type for relation in work.relations] == ["supersedes", "supersedes"]
    assert (middle.status, middle.valid_from, middle.valid_until) == ("superseded", "2025-03-01", "2026-05-01")
    assert (first.valid_until, first.relations[0].identifier) == ("2025-03-01", "/xx/act/1")


def test_a_document_that_is_broken_is_rejected_alone(agency: Agency, http: Http) -> None:
    agency.plays("/1.xml", an_act(1))
    agency.plays("/2.xml", Reply("<akomaNtoso><act>", media_type="text/xml"))
    agency.plays("/3.xml", Reply("<akomaNtoso><act><meta/></act></akomaNtoso>", media_type="text/xml"))
    results = list(harvest(a_source("akoma_ntoso", f"{agency.url}/", options={"files": ["1.xml", "2.xml", "3.xml"]}), http))
    reasons = [result.reason for result in results if isinstance(result, Rejected)]
    assert len(results) == 3 and "not XML that can be read" in reasons[0] and "FRBRWork/FRBRuri is missing" in reasons[1]


def test_what_is_neither_is_told(agency: Agency, http: Http) -> None:
    agency.plays("/x", Reply("<other/>", media_type="text/xml"))
    with pytest.raises(BadAnswer, match="neither Akoma Ntoso nor a list of documents"):
        harvested(agency, http, "/x")


@pytest.mark.parametrize(
    ("href", "work"),
    [
        ("/akn/za/act/1996/108/eng@2003-01-01/!main#sec_1", "/akn/za/act/1996/108"), ("/za/act/1996/108/eng", "/za/act/1996/108"),
        ("/za/act/1996/108/main#x", "/za/act/1996/108"), ("#sec_1", ""), ("/akn/uy/bill/2010-09-27/3/esp@/!main", "/akn/uy/bill/2010-09-27/3"),
        ("http://www.legislation.gov.uk/id/ukpga/2000/23/section/12", "http://www.legislation.gov.uk/id/ukpga/2000/23"),
        ("http://www.legislation.gov.uk/uksi/2009/859", "http://www.legislation.gov.uk/id/uksi/2009/859"),
    ],
)  # fmt: skip
def test_references_lead_to_works(href: str, work: str) -> None:
    assert work_of(href) == work


def test_headings_can_be_linked_to(agency: Agency, http: Http) -> None:
    agency.plays("/1.xml", an_act(1, body='<section eId="sec_1"><num>1.</num><heading>Duties</heading><content><p>Be good.</p></content></section>'))
    body = harvested(agency, http, "/1.xml")["/xx/act/1"].body
    assert [(one.anchor, one.title) for one in outline_of(body).headings] == [("sec_1", "1. Duties")]


@pytest.mark.samples
def test_recorded_documents_are_harvested(agency: Agency, http: Http, samples: Path) -> None:
    names = []
    for place, path in enumerate(sorted((samples / "akoma_ntoso").rglob("*.xml"))):
        names.append(f"{place}.xml")
        agency.plays(f"/{place}.xml", Reply(path.read_bytes(), media_type="application/xml"))
    account = Account()
    records = harvested(agency, http, "/", account, files=names)
    assert len(records) == 54 == len(names) and account.complete
    assert sum(record.status == "superseded" for record in records.values()) == 8
    assert sum(bool(record.body) for record in records.values()) == 50, "four of them are stubs without a text"
    again = harvested(agency, http, "/", files=names)
    assert [one.fingerprint() for one in again.values()] == [one.fingerprint() for one in records.values()]
