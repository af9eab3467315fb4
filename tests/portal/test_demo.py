"""The demonstration: harvested like any source, there in seconds the second time, and taken away without a trace."""

import hashlib
import io
import re
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal import catalogue as reads
from portal import demo, linking, outcome_clock, search
from portal.listing import Listing
from portal.models import Agency, Base, Issue, RecordRow, Run, State
from tests.factories import a_decision

from .desk import Officer

DECLARATION = """
title = "Decisions of the demonstration"
kind = "table"
url = "https://demo.invalid/decisions.csv"
publisher = "Council of the demonstration"
place = "VN"
axis = "decision"
minimum = 2

[options]
columns = { identifier = "Number", title = "Title", issued = "Date" }
"""
TABLE = "Number,Title,Date\n1,First bridge,2024-05-01\n2,Second bridge,2024-05-02\n3,Third bridge,2024-05-03\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A small demonstration."""
    folder = tmp_path / "demo"
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "demo-decisions.toml").write_text(DECLARATION)
    (folder / "decisions.csv").write_text(TABLE)
    return folder


def found(portal, text=""):
    return search.find(portal, Listing(text=text), "en").total


def everything(portal):
    with portal.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
            if name not in ("state",)
        }


def test_it_is_harvested_and_found(portal, folder):
    assert demo.install(portal, folder=folder) == demo.Installed(3, fresh=True)
    assert found(portal, "bridge") == 3
    with portal.database.read() as session:
        assert demo.is_installed(session)
        (entry,) = reads.find_by_identifier(session, "2", "demo-decisions")
    assert (entry.demonstration, entry.title("en")) == (True, "Second bridge")
    assert "127.0.0.1" not in entry.raw_url


def test_a_second_time_does_nothing(portal, folder):
    demo.install(portal, folder=folder)
    before = everything(portal)
    assert demo.install(portal, folder=folder) == demo.Installed(3, fresh=False)
    assert everything(portal) == before


def test_changed_files_are_harvested_afresh(portal, folder):
    demo.install(portal, folder=folder)
    (folder / "decisions.csv").write_text(TABLE.replace("3,Third bridge,2024-05-03\n", ""))
    assert demo.install(portal, folder=folder) == demo.Installed(2, fresh=True)
    assert (found(portal, "bridge"), found(portal, "third")) == (2, 0)


def test_it_is_taken_away_without_a_trace_and_nothing_else_is(portal, folder, save):
    save(a_decision(title="A bridge of our own"))
    linking.catch_up(portal)  # what is here already is read whoever comes
    outcome_clock.catch_up(portal)
    before = everything(portal)
    demo.install(portal, folder=folder)
    assert found(portal, "bridge") == 4
    assert demo.remove(portal) == 3
    assert everything(portal) == before
    assert found(portal, "bridge") == 1
    with portal.database.read() as session:
        assert not demo.is_installed(session)
        assert session.get(State, "demonstration") is None
    assert demo.remove(portal) == 0


def test_it_can_come_back(portal, folder):
    demo.install(portal, folder=folder)
    demo.remove(portal)
    assert demo.install(portal, folder=folder) == demo.Installed(3, fresh=True)
    assert found(portal, "bridge") == 3


def test_a_harvest_that_was_cut_short_is_done_again(portal, folder):
    def stop(what, done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.install(portal, stop, folder=folder)
    assert demo.install(portal, folder=folder) == demo.Installed(3, fresh=True)
    with portal.database.read() as session:
        assert [run.state for run in session.scalars(select(Run))] == ["complete"]


def test_a_file_that_is_wrong_is_named(portal, folder):
    (folder / "decisions.csv").write_text(TABLE.replace("Second bridge", ""))
    with pytest.raises(demo.DemonstrationFailed, match=r"demo-decisions: .*1 rejected"):
        demo.install(portal, folder=folder)


@pytest.fixture
def shipped(portal):
    """The demonstration as it ships."""
    return demo.install(portal)


def test_the_shipped_demonstration_has_matters_to_follow(portal, shipped):
    """At least 120 records, on every axis, in both languages, joined, and nothing rejected."""
    assert shipped.records >= 120
    with portal.database.read() as session:
        assert min(reads.counts_by_axis(session).values()) >= 3
        assert set(session.scalars(select(RecordRow.language).distinct())) == {"en", "vi"}
        assert session.scalars(select(Issue)).all() == []
        assert {run.state for run in session.scalars(select(Run))} == {"complete"}
        assert session.scalar(select(func.count()).select_from(Agency)) >= 5
        programme = reads.find_by_identifier(session, "749/QĐ-TTg")[0]
        assert len([link for link in reads.links(session, programme) if link.entry]) >= 2


def test_the_first_page_of_the_shipped_demonstration_says_what_is_overdue(shipped, client):
    assert re.search(r"promise--overdue\">\d+ are overdue", client.get("/").text), "without anybody having looked at the clock"


def test_the_shipped_demonstration_reaches_nothing_outside():
    assert demo.sources()
    for source in demo.sources().values():
        assert source.url.startswith(f"{demo.HOST}/"), source.name
        assert source.demonstration


def test_one_matter_shows_everything_that_a_record_can_hold(shipped, client):
    """Versions, votes by name, targets reached, missed and overdue, money with its correction, revised figures, a table, gaps."""
    found = {one["identifier"]: one for one in client.get("/search.json?source=demo-newford&size=50").json["results"]}
    ordinance = found["NF-2022/07"]
    assert ordinance["version"] == 3
    assert all("invented" in one["publisher"]["names"]["en"] and "hư cấu" in one["publisher"]["names"]["vi"] for one in found.values())
    versions = client.get(f"/records/{ordinance['number']}/versions.json").json["versions"]
    assert [one["announced"] for one in versions] == [False, True, None]
    assert "Article 4. Night taxi" in client.get(f"/records/{ordinance['number']}/compare/1..2").text
    standings = {one["indicator"]: one["standing"] for one in client.get(f"/records/{ordinance['number']}.json").json["progress"]}
    assert list(standings.values()) == ["reached", "not_reached", "overdue", "no_figure"]
    assert "Ada Linden" in client.get("/people/?q=linden").text
    assert found["NF-A-2022/05"]["standing"]["kind"] == "corrected" and found["NF-O-2022/08"]["standing"]["kind"] == "superseded"
    (table,) = client.get(f"/records/{found['evening-rides-counted']['number']}.json").json["tables"]
    for _try in range(100):  # the table is made by a process of its own
        answer = client.get(table["json"].removeprefix("http://localhost"))
        if answer.status_code != 503:
            break
        time.sleep(0.1)
    assert answer.json["total"] == 180
    assert "352,000" in client.get(f"/records/{found['evening-rides']['number']}/revisions").text
    gaps = {one["code"] for one in client.get(f"/records/{ordinance['number']}/thread.json").json["gaps"]}
    assert {"report_overdue", "target_overdue"} <= gaps


def test_its_files_go_with_it(portal, shipped, client):
    (address,) = {file["url"] for one in client.get("/search.json?source=demo-newford&size=50").json["results"] for file in one.get("files", ())}
    with client.get(address) as answer:
        assert answer.status_code == 200 and b"Boarded" in answer.data
    demo.remove(portal)
    assert client.get(address).status_code == 404


def test_a_file_that_an_officer_sent_too_stays_when_it_is_taken_away(portal, folder, app):
    (folder / "files").mkdir()
    contents = {name: f"Place,Count\n{name},1\n".encode() for name in ("published.csv", "drafted.csv", "own.csv")}
    for name, content in contents.items():
        (folder / "files" / name).write_bytes(content)
    demo.install(portal, folder=folder)
    addresses = {name: f"/files/{hashlib.sha256(content).hexdigest()}/{name}" for name, content in contents.items()}
    officer, stranger = Officer(app), app.test_client()
    officer.signs_in()
    officer.publishes("decision", files=[(io.BytesIO(contents["published.csv"]), "published.csv")])
    officer.previews("decision", title="A draft", files=[(io.BytesIO(contents["drafted.csv"]), "drafted.csv")])
    demo.remove(portal)

    def sees(client, name):
        with client.get(addresses[name], judge=False) as answer:
            return answer.status_code, answer.data == contents[name]

    assert sees(stranger, "published.csv") == sees(officer.client, "published.csv") == (200, True)
    assert sees(officer.client, "drafted.csv") == (200, True)
    assert sees(stranger, "drafted.csv")[0] == 404 and sees(stranger, "own.csv")[0] == 404
    demo.install(portal, folder=folder)
    demo.remove(portal)
    assert sees(stranger, "published.csv") == sees(officer.client, "drafted.csv") == (200, True)
