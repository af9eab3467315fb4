"""Kept items are read again after a kind was improved, without asking the agency."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import select

from harvesters.kinds import data_json
from harvesters.replay import Unreadable
from portal import catalogue as reads
from portal import create_app
from portal.cli import cli
from portal.harvesting import Busy, replay, run_source
from portal.models import Issue, RecordRow, Run


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


@pytest.fixture
def improve(monkeypatch):
    """`improve(old title → new title)`: the kind reads titles better than it did."""
    parse = data_json.parse

    def improve(better):
        def improved(item, source):
            record = parse(item, source)
            return record and record.model_copy(update={"title": better(record.title)})

        monkeypatch.setattr(data_json, "parse", improved)

    return improve


def counts(run):
    return run.new, run.changed, run.unchanged, run.rejected, run.skipped


def test_what_a_better_kind_reads_otherwise_becomes_a_version_marked_so(portal, catalogue, states, agency, improve):
    run_source(portal, catalogue.source())
    agency.asked.clear()
    improve(lambda title: title.replace("Dataset 2", "Dataset two"))
    run = replay(portal, catalogue.source())
    assert (run.state, run.reason, counts(run)) == ("replayed", "", (0, 1, 2, 0, 0))
    assert agency.asked == []
    assert states() == {"set-1": ("published", 1), "set-2": ("published", 2), "set-3": ("published", 1)}
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-2", "streets")
        versions = reads.versions(session, entry)
    assert [version.change for version in versions] == ["replayed", "created"]
    assert (entry.title("en"), versions[1].data["title"]) == ("Dataset two", "Dataset 2")


def test_a_replay_repeated_changes_nothing(portal, catalogue, improve):
    run_source(portal, catalogue.source())
    improve(str.upper)
    assert counts(replay(portal, catalogue.source())) == (0, 3, 0, 0, 0)
    assert counts(replay(portal, catalogue.source())) == (0, 0, 3, 0, 0)


def test_the_next_harvest_finds_what_the_replay_made(portal, catalogue, improve):
    run_source(portal, catalogue.source())
    improve(str.upper)
    replay(portal, catalogue.source())
    run = run_source(portal, catalogue.source(), full=True)
    assert (run.state, run.unchanged) == ("complete", 3)


def test_the_life_of_a_record_goes_on_as_it_was(portal, catalogue, states, improve):
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(1, 2)
    run_source(portal, catalogue.source(grace=1))
    with portal.database.read() as session:
        seen = {row.identifier: (row.last_seen, row.seen_by_run, row.missed) for row in session.scalars(select(RecordRow))}
    improve(str.upper)
    replay(portal, catalogue.source(grace=1))
    assert states() == {"set-1": ("published", 2), "set-2": ("published", 2), "set-3": ("withdrawn", 3)}
    with portal.database.read() as session:
        assert seen == {
            row.identifier: (row.last_seen, row.seen_by_run, row.missed) for row in session.scalars(select(RecordRow))
        }


def test_what_was_rejected_is_tried_again(portal, catalogue, states, monkeypatch):
    parse = data_json.parse

    def narrow(item, source):
        if "2" in item.data["title"]:
            raise ValueError("2 is not a number that this kind knows")
        return parse(item, source)

    monkeypatch.setattr(data_json, "parse", narrow)
    assert run_source(portal, catalogue.source()).rejected == 1
    monkeypatch.undo()
    assert counts(replay(portal, catalogue.source())) == (1, 0, 2, 0, 0)
    assert states()["set-2"] == ("published", 1)
    assert counts(replay(portal, catalogue.source())) == (0, 0, 4, 0, 0)
    assert run_source(portal, catalogue.source(grace=1), full=True).withdrawn == 0


def test_what_an_agency_mended_since_is_not_undone(portal, catalogue, states):
    catalogue.datasets[1].pop("title")
    run_source(portal, catalogue.source(minimum=0))
    catalogue.publish(1, 2, 3)
    run_source(portal, catalogue.source(minimum=0))
    catalogue.datasets[1]["title"] = "Dataset 2, mended"
    run_source(portal, catalogue.source(minimum=0))
    replay(portal, catalogue.source())
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-2", "streets")
    assert entry.title("en") == "Dataset 2, mended"


def test_what_came_twice_with_other_words_is_not_taken_over_the_first(portal, catalogue, states):
    catalogue.datasets.append(catalogue.dataset(2, title="Another one"))
    assert run_source(portal, catalogue.source()).rejected == 1
    assert counts(replay(portal, catalogue.source())) == (0, 0, 3, 0, 0)


def test_what_a_stricter_kind_rejects_is_an_issue_and_the_record_stays(portal, catalogue, states, monkeypatch):
    run_source(portal, catalogue.source())

    def strict(item, source):
        raise ValueError("nothing is good enough")

    monkeypatch.setattr(data_json, "parse", strict)
    run = replay(portal, catalogue.source())
    assert (run.rejected, set(states().values())) == (3, {("published", 1)})
    with portal.database.read() as session:
        issues = session.scalars(select(Issue).where(Issue.run_id == run.id)).all()
    assert {issue.reason for issue in issues} == {"nothing is good enough"}
    assert all(portal.raw.get(issue.raw) for issue in issues)


def test_another_identifier_waits_for_the_next_harvest(portal, catalogue, states, monkeypatch):
    run_source(portal, catalogue.source())
    parse = data_json.parse
    monkeypatch.setattr(
        data_json, "parse",
        lambda item, source: parse(item, source).model_copy(update={"identifier": f"new-{item.data['identifier']}"}),
    )  # fmt: skip
    run = replay(portal, catalogue.source())
    assert counts(run) == (0, 0, 0, 0, 3)
    assert "3 items would get another identifier now" in run.flags[0]
    assert set(states()) == {"set-1", "set-2", "set-3"}


def test_a_kind_that_cannot_read_what_was_kept_is_told_what_it_lacks(portal, catalogue):
    run_source(portal, catalogue.source())
    with portal.database.write() as session:
        for row in session.scalars(select(RecordRow)):
            row.raw_type = "application/xml"
    with pytest.raises(Unreadable, match=r"needs a function read\(raw, media_type\)"):
        replay(portal, catalogue.source())
    with portal.database.read() as session:
        assert session.scalars(select(Run.state).order_by(Run.id)).all() == ["complete", "replayed"]


def test_a_replay_and_a_harvest_do_not_run_at_once(portal, catalogue):
    def meanwhile(run):
        with pytest.raises(Busy):
            replay(portal, catalogue.source())

    assert run_source(portal, catalogue.source(), progress=meanwhile).state == "complete"


def test_a_replay_is_no_harvest_to_the_ledger(portal, catalogue):
    run = run_source(portal, catalogue.source())
    replay(portal, catalogue.source())
    with portal.database.read() as session:
        assert reads.last_runs(session)["streets"].id == run.id


def test_the_pages_say_what_was_read_again(portal, catalogue, improve, client):
    run_source(portal, catalogue.source())
    improve(str.upper)
    run = replay(portal, catalogue.source())
    with portal.database.read() as session:
        number = session.scalars(select(RecordRow.number)).first()
    assert "Read again by an improved harvester" in client.get(f"/records/{number}").text
    assert client.get(f"/sources/streets/runs/{run.id}").status_code == 200
    assert client.get("/sources/streets").status_code == 200


def test_the_command_ends_with_one_line(settings, portal, catalogue, improve, tmp_path):
    (tmp_path / "sources").mkdir()
    lines = {"title": "Streets", "kind": "data_json", "url": catalogue.url, "publisher": "Streets", "axis": "outcome"}
    (tmp_path / "sources/streets.toml").write_text("".join(f"{key} = {value!r}\n" for key, value in lines.items()))
    run_source(portal, catalogue.source())
    improve(str.upper)
    app = create_app(replace(settings, sources_dir=tmp_path / "sources"))
    script = ScriptInfo(create_app=lambda: app, set_debug_flag=False)
    result = CliRunner().invoke(cli, ["harvest", "replay", "streets"], obj=script)
    app.extensions["clerestory"].close()
    assert (result.exit_code, result.stdout) == (0, "new 0, changed 3, unchanged 0, rejected 0, skipped 0\n")
