"""A source is harvested into the store: new, changed, unchanged, gone and back."""

from datetime import UTC, datetime, timedelta

import pytest

from portal import catalogue as reads
from portal import harvesting, search
from portal.harvesting import run_source
from portal.models import Run


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


PUBLISHED, WITHDRAWN = "published", "withdrawn"


def counts(run):
    return {name: getattr(run, name) for name in ("new", "changed", "unchanged", "withdrawn", "rejected")}


def some(**given):
    return {"new": 0, "changed": 0, "unchanged": 0, "withdrawn": 0, "rejected": 0} | given


def test_everything_a_source_has_is_stored_and_found(portal, catalogue):
    run = run_source(portal, catalogue.source())
    assert (run.state, run.reason, counts(run)) == ("complete", "", some(new=3))
    assert (run.received, run.expected, run.full) == (3, 3, True)
    search.catch_up(portal)
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-2", "streets")
    assert entry.title("en") == "Dataset 2"
    assert entry.record.publisher.name() == "Office of Streets"


def test_a_record_shows_what_the_agency_sent(portal, catalogue):
    run_source(portal, catalogue.source())
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-1", "streets")
    assert b'"identifier": "set-1"' in portal.raw.get(entry.raw)
    assert entry.raw_url == catalogue.url


def test_a_second_run_changes_what_changed_and_nothing_else(portal, catalogue, states):
    run_source(portal, catalogue.source())
    catalogue.datasets[1]["title"] = "Dataset 2, corrected"
    run = run_source(portal, catalogue.source())
    assert counts(run) == some(changed=1, unchanged=2)
    assert states() == {"set-1": (PUBLISHED, 1), "set-2": (PUBLISHED, 2), "set-3": (PUBLISHED, 1)}


def test_an_answer_that_did_not_change_is_not_sent_again(portal, catalogue):
    run_source(portal, catalogue.source())
    run = run_source(portal, catalogue.source())
    assert catalogue.not_modified == 1
    assert (run.state, counts(run)) == ("complete", some(unchanged=3))
    assert "nothing changed" in run.reason


def test_a_changed_declaration_reads_the_same_answer_again(portal, catalogue, states):
    run_source(portal, catalogue.source())
    run = run_source(portal, catalogue.source(license="CC0-1.0"))
    assert (catalogue.not_modified, counts(run)) == (0, some(changed=3))


def test_a_full_run_reads_the_same_answer_again(portal, catalogue):
    run_source(portal, catalogue.source())
    run = run_source(portal, catalogue.source(), full=True)
    assert (catalogue.not_modified, counts(run)) == (0, some(unchanged=3))


def test_what_is_not_listed_any_more_is_withdrawn_after_the_grace(portal, catalogue, states):
    run_source(portal, catalogue.source())
    catalogue.publish(1, 2)
    assert counts(run_source(portal, catalogue.source())) == some(unchanged=2)
    assert states()["set-3"] == (PUBLISHED, 1)
    assert counts(run_source(portal, catalogue.source(), full=True)) == some(unchanged=2, withdrawn=1)
    assert states()["set-3"] == (WITHDRAWN, 2)
    assert counts(run_source(portal, catalogue.source(), full=True)) == some(unchanged=2)


def test_an_unchanged_answer_counts_as_a_miss_of_what_it_does_not_list(portal, catalogue, states):
    run_source(portal, catalogue.source())
    catalogue.publish(1, 2)
    run_source(portal, catalogue.source())
    run = run_source(portal, catalogue.source())
    assert catalogue.not_modified == 1
    assert counts(run) == some(unchanged=2, withdrawn=1)
    assert states()["set-3"] == (WITHDRAWN, 2)


def test_what_comes_back_returns_with_its_history(portal, catalogue, states):
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(1, 2)
    run_source(portal, catalogue.source(grace=1))
    catalogue.publish(1, 2, 3)
    run = run_source(portal, catalogue.source(grace=1))
    assert counts(run) == some(changed=1, unchanged=2)
    assert states()["set-3"] == (PUBLISHED, 3)
    with portal.database.read() as session:
        (entry,) = reads.find_by_identifier(session, "set-3", "streets")
        changes = [version.change for version in reads.versions(session, entry)]
    assert changes == ["returned", "withdrawn", "created"]


def test_a_limited_run_withdraws_nothing_and_is_partial(portal, catalogue, states):
    run_source(portal, catalogue.source(grace=1))
    run = run_source(portal, catalogue.source(grace=1), limit=1, full=True)
    assert (run.state, counts(run)) == ("partial", some(unchanged=1))
    assert {state for state, _ in states().values()} == {PUBLISHED}


def test_since_is_refused_in_words_where_a_kind_cannot_do_it(portal, catalogue):
    run = run_source(portal, catalogue.source(), since=datetime(2024, 1, 1, tzinfo=UTC))
    assert (run.state, run.full) == ("complete", True)
    assert "cannot be asked for changes only" in run.flags[0]


def test_one_bad_item_is_an_issue_and_the_run_goes_on(portal, catalogue):
    catalogue.publish(*range(1, 10))
    catalogue.datasets[4].pop("title")
    run = run_source(portal, catalogue.source())
    assert (run.state, counts(run)) == ("complete", some(new=8, rejected=1))
    with portal.database.read() as session:
        (issue,) = reads.issues(session, run.id)
    assert (issue.identifier, issue.reason) == ("set-5", "title is missing")
    assert b"street 5" in portal.raw.get(issue.raw)


def test_what_is_listed_but_cannot_be_read_is_not_withdrawn(portal, catalogue, states):
    catalogue.publish(*range(1, 10))
    run_source(portal, catalogue.source(grace=1))
    catalogue.datasets[4].pop("title")
    run = run_source(portal, catalogue.source(grace=1))
    assert counts(run) == some(unchanged=8, rejected=1)
    assert states()["set-5"] == (PUBLISHED, 1)


def test_a_dry_run_stores_nothing(portal, catalogue, states):
    catalogue.datasets.append({"identifier": "set-4"})
    found = harvesting.check(portal, catalogue.source())
    assert (found.valid, found.rejected, found.received, found.complete) == (3, 1, 4, True)
    assert found.types == {("outcome", "dataset"): 3}
    assert [record.identifier for record in found.records] == ["set-1", "set-2", "set-3"]
    assert found.rejects[0].reason == "title is missing"
    assert states() == {}
    with portal.database.read() as session:
        assert reads.runs(session, "streets") == []
    assert not portal.settings.raw_dir.exists()


@pytest.fixture
def ckan(agency):
    """A CKAN portal with one dataset; it notes what it was asked for."""
    package = {"id": "a-1", "name": "budget", "title": "Budget", "notes": "Money.", "organization": {"title": "City"},
               "metadata_modified": "2024-05-01T00:00:00", "metadata_created": "2024-05-01T00:00:00"}  # fmt: skip
    answer = {"success": True, "result": {"count": 1, "results": [package]}}
    agency.plays("/api/3/action/package_search", answer)
    return agency


def asked_since(ckan):
    asked = ckan.last("/api/3/action/package_search")
    return asked.one("fq") or asked.one("q")


def test_an_incremental_kind_is_asked_for_changes_and_now_and_then_for_everything(portal, ckan):
    from tests.factories import a_source

    source = a_source("open-data", kind="ckan", url=f"{ckan.url}/", axis="policy", options={})
    start = datetime(2024, 6, 1, tzinfo=UTC)
    runs = []
    for day in range(13):
        at = start + timedelta(days=day)
        runs.append(run_source(portal, source, now=lambda at=at: at))
    states = [(run.state, run.full) for run in runs]
    assert states == [("complete", True)] + [("partial", False)] * 10 + [("complete", True), ("partial", False)]
    assert runs[1].since == start
    assert runs[5].since == start + timedelta(days=4)
    assert "2024-06-1" in asked_since(ckan)


def test_a_run_that_began_too_late_leaves_no_gap_behind(portal, ckan):
    from tests.factories import a_source

    source = a_source("open-data", kind="ckan", url=f"{ckan.url}/", axis="policy", options={})
    day = [datetime(2024, 6, number, tzinfo=UTC) for number in range(1, 10)]
    run_source(portal, source, now=lambda: day[0])
    run_source(portal, source, now=lambda: day[4], since=day[3])
    run_source(portal, source, now=lambda: day[5], limit=1)
    run = run_source(portal, source, now=lambda: day[6])
    assert run.since == day[0]


def test_counts_are_stored_with_the_records(portal, catalogue):
    seen = []
    catalogue.publish(*range(450))
    run_source(portal, catalogue.source(), progress=lambda run: seen.append((run.received, run.new)))
    assert [new for _, new in seen] == [200, 400, 450]
    with portal.database.read() as session:
        (run,) = reads.runs(session, "streets")
    assert isinstance(run, Run)
    assert (run.new, run.received, run.state) == (450, 450, "complete")
