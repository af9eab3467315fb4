"""Linked files are kept where their source allows it, and search finds what stands in them, with the page."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import filechecks, keeping, search, store
from portal.harvesting import run_source
from portal.models import FileLink, KeptFile, RecordRow
from tests.harvesters.agency import Reply

from ..browser import JudgingClient
from ..pdf import a_pdf, encrypted

REPORT = a_pdf("Contents of the report", "Nothing much", "The ferry to Lindholm carried zebras")


@pytest.fixture(params=["memory:", "whoosh:"])
def search_url(request):
    return request.param


@pytest.fixture
def harvest(portal, catalogue, agency):
    def harvest(name, content, **declared):
        address = agency.plays(f"/{name}", Reply(content, media_type="application/pdf"))
        catalogue.datasets[0]["distribution"] = [{"downloadURL": address, "mediaType": "application/pdf"}]
        source = catalogue.source(**declared)
        portal.known_sources[source.name] = source
        run_source(portal, source)
        search.catch_up(portal)
        filechecks.check(portal)
        kept = keeping.keep(portal)
        search.catch_up(portal)
        return kept

    return harvest


@pytest.fixture
def judging(app):
    app.test_client_class = JudgingClient
    return app.test_client()


def kept_files(portal):
    with portal.database.read() as session:
        return list(session.query(KeptFile))


def test_a_hit_says_on_which_page_it_stands(portal, harvest, judging):
    assert harvest("report.pdf", REPORT, keep_files=True) == 1
    page = judging.get("/search?q=zebras").text
    (file,) = kept_files(portal)
    assert f"/files/{file.sha256}/report.pdf#page=3" in page and "Page 3 of report.pdf" in page
    with judging.get(f"/files/{file.sha256}/report.pdf") as answer:
        assert answer.data == REPORT and answer.mimetype == "application/pdf"
    assert keeping.keep(portal) == 0
    search.rebuild(portal)
    assert "Page 3 of report.pdf" in judging.get("/search?q=zebras").text


def test_a_kept_file_goes_with_the_last_record_that_links_to_it(portal, harvest, judging):
    harvest("report.pdf", REPORT, keep_files=True)
    (file,) = kept_files(portal)
    address = f"/files/{file.sha256}/report.pdf"
    with judging.get(address) as answer:
        assert answer.status_code == 200
    with portal.database.write() as session:
        linking = select(FileLink.record_id).where(FileLink.url_hash == file.url_hash)
        (row,) = session.scalars(select(RecordRow).where(RecordRow.id.in_(linking)))
        store.unpublish(session, row, "personal_data", datetime.now(UTC))
    search.catch_up(portal)
    assert judging.get(address).status_code == 404
    assert "report.pdf" not in judging.get("/search?q=zebras").text


def test_a_kept_page_never_runs_here(portal, harvest, app):
    client = FlaskClient(app, app.response_class)
    harvest("page.html", b"<!doctype html><title>Minutes</title><p>zebras<script>alert(1)</script>", keep_files=True)
    (file,) = kept_files(portal)
    with client.get(f"/files/{file.sha256}/page.html") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("page.svg", "page.xhtml", "page", "page.pdf"):
        with client.get(f"/files/{file.sha256}/{name}") as answer:
            runs = answer.mimetype in ("text/html", "image/svg+xml", "application/xhtml+xml")
            assert not runs or answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nothing_is_kept_where_the_declaration_does_not_say_so(portal, harvest, judging):
    assert harvest("report.pdf", REPORT) == 0
    assert kept_files(portal) == []
    assert "report.pdf#page" not in judging.get("/search?q=zebras").text


@pytest.mark.parametrize(
    ("content", "declared", "words"),
    [
        (encrypted(REPORT, "word"), {}, "the file wants a password"),
        (a_pdf(""), {}, "pictures of pages"),
        (REPORT, {"keep_files_up_to": 500}, "too large to be kept here"),
    ],
)
def test_why_a_file_cannot_be_searched_is_said(portal, harvest, judging, content, declared, words):
    harvest("report.pdf", content, keep_files=True, **declared)
    numbers = judging.get("/search.json?source=streets").get_json()["results"]
    pages = [judging.get(f"/records/{one['number']}").text for one in numbers]
    assert sum(words in page for page in pages) == 1
    assert datetime.now(UTC) > kept_files(portal)[0].kept_at
