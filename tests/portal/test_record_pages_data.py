"""A record as data: JSON, figures as CSV, the raw item, and its versions."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from harvesters.record import Observation, Relation
from portal import store
from portal.models import RecordRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


def test_everything_of_a_record_is_there_as_json(client: JudgingClient, save: Save) -> None:
    policy = a_policy(title="The programme")
    relations = (Relation(type="implements", number=policy.number), Relation(type="cites", identifier="not here", title="Lost"))
    [number, other] = save(a_decision(title="The award", relations=relations), policy)
    data = client.get(f"/records/{number}.json").get_json()
    assert data["number"] == number
    assert data["url"] == f"http://localhost/records/{number}"
    assert (data["title"], data["axis"], data["state"], data["version"]) == ("The award", "decision", "published", 1)
    assert data["first_seen"] == "2024-06-01T12:00:00Z"
    assert data["links"] == [
        {"type": "implements", "inverse": False, "number": other, "url": f"http://localhost/records/{other}", "axis": "policy",
         "title": "The programme", "identifier": "", "origin": "stated"},
        {"type": "cites", "inverse": False, "number": None, "url": None, "axis": None, "title": "Lost", "identifier": "not here", "origin": "stated"},
    ]  # fmt: skip
    assert [one["change"] for one in data["versions"]] == ["created"]
    back = client.get(f"/records/{other}.json").get_json()["links"]
    assert [(link["type"], link["inverse"], link["number"]) for link in back] == [("implements", True, number)]


def test_unchanged_data_is_not_sent_again(client: JudgingClient, save: Save) -> None:
    record = a_policy()
    [number] = save(record)
    first = client.get(f"/records/{number}.json")
    assert client.get(f"/records/{number}.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(f"/records/{number}.json", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    # A new record that points here changes what is said here; so does one that does so no longer.
    pointing = a_decision(identifier="points", relations=(Relation(type="implements", number=number),))
    save(pointing, now=datetime.now(UTC))
    assert client.get(f"/records/{number}.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    second = client.get(f"/records/{number}.json", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert second.status_code == 200 and second.json["links"]
    save(pointing.model_copy(update={"relations": ()}), now=datetime.now(UTC) + timedelta(seconds=5))
    assert client.get(f"/records/{number}.json", headers={"If-Modified-Since": second.headers["Last-Modified"]}).json["links"] == []


def test_what_is_not_there_is_a_problem_in_json(client: JudgingClient, portal: Portal, save: Save) -> None:
    unknown = client.get("/records/0000000000ZZ.json")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    record = a_decision(title="Not to be seen")
    [number] = save(record)
    with portal.database.write() as session:
        store.unpublish(session, session.scalars(select(RecordRow)).one(), "court_order", NOW)
    gone = client.get(f"/records/{number}.json")
    assert (gone.status_code, gone.mimetype) == (410, "application/problem+json")
    assert gone.get_json()["reason"] == "court_order"
    assert "Not to be seen" not in gone.text


def test_figures_are_csv_that_no_spreadsheet_runs(client: JudgingClient, save: Save) -> None:
    figures = (
        Observation(period="2023", place="VN", value="-1.50", note="=HYPERLINK(1)"),
        Observation(period="2024", place="VN", value=None, status="M"),
    )
    [number, decision] = save(an_outcome(observations=figures, unit="% of GDP"), a_decision())
    answer = client.get(f"/records/{number}/observations.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["period", "place", "value", "unit", "status", "note"],
        ["2023", "VN", "-1.50", "% of GDP", "A", "'=HYPERLINK(1)"],
        ["2024", "VN", "", "% of GDP", "M", ""],
    ]
    assert client.get(f"/records/{number}/observations.csv?bom=1").data.startswith(b"\xef\xbb\xbfperiod")
    assert client.get(f"/records/{number}/observations.csv?bom=x").status_code == 400
    assert client.get(f"/records/{decision}/observations.csv").status_code == 404


def test_every_figure_of_a_long_series_is_in_the_csv(client: JudgingClient, save: Save) -> None:
    figures = tuple(Observation(period=f"{1900 + n // 12}-{n % 12 + 1:02}", value=str(n)) for n in range(1234))
    [number] = save(an_outcome(observations=figures, frequency="M"))
    lines = client.get(f"/records/{number}/observations.csv").text.splitlines()
    assert len(lines) == 1235
    assert lines[-1].startswith("2002-10,,1233,")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"a": 1}', "application/json"),
        (b"<html><script>alert(1)</script></html>", "text/plain; charset=utf-8"),
        ("Số;Tên".encode(), "text/plain; charset=utf-8"),
        (b"%PDF-1.7\x00\xff", "application/octet-stream"),
    ],
)
def test_what_the_agency_sent_is_shown_and_never_run(client: JudgingClient, portal: Portal, content: bytes, kind: str) -> None:
    record = a_decision()
    with portal.database.write() as session:
        store.save(session, record, now=NOW, raw=portal.raw.put(content))
    answer = client.get(f"/records/{record.number}/raw")
    assert answer.data == content
    assert answer.content_type == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_a_record_said_before_can_be_read_and_compared(client: JudgingClient, save: Save) -> None:
    record = a_policy(title="The programme", summary="Every office is online by 2025.", keywords=("one",))
    [number] = save(record)
    save(record.model_copy(update={"summary": "Every office is online by 2030.", "keywords": ("one", "two")}), now=NOW + timedelta(days=9))
    old = client.get(f"/records/{number}/versions/1").text
    assert "online by 2025." in old
    assert "This is not what the record says now" in old
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "Every office is online by <del>2025</del><ins>2030</ins>." in page
    assert "one<ins>, two</ins>" in page
    assert "The programme" not in page.partition('<div class="compare"')[2]
    assert re.findall(r">Version (\d)<", client.get(f"/records/{number}/versions").text) == ["2", "1"]
    for path in ("/versions/3", "/compare/1..3", "/compare/0..1"):
        assert client.get(f"/records/{number}{path}").status_code == 404


def test_a_changed_series_is_compared_figure_by_figure(client: JudgingClient, save: Save) -> None:
    figures = [Observation(period=str(1990 + n), value=str(n)) for n in range(30)]
    record = an_outcome(observations=tuple(figures))
    [number] = save(record)
    figures[20] = Observation(period="2010", value="20.5", status="R")
    save(record.model_copy(update={"observations": tuple(figures)}), now=NOW + timedelta(days=9))
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "2010: <del>20</del><ins>20.5 (Revised)</ins>" in page
    assert "19 lines are the same" in page


def test_markup_in_a_record_is_words_in_a_comparison(client: JudgingClient, save: Save) -> None:
    record = a_policy(summary="Plain")
    [number] = save(record)
    save(record.model_copy(update={"summary": "<script>alert(1)</script>"}), now=NOW + timedelta(days=9))
    page = client.get(f"/records/{number}/compare/1..2").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
