"""A source gives a thing another identifier, or makes one of two: no record is doubled, no address dies."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from harvesters.record import Money, Relation, number_of
from portal import catalogue as reads
from portal import renumbering, search, store
from portal.harvesting import run_source
from portal.models import RecordRow
from tests.factories import a_decision

NUMBERS = range(1, 21)


@pytest.fixture
def database_url(either_database_url):
    """Everything here holds on both databases."""
    return either_database_url


def number(identifier, source="streets"):
    return number_of(source, identifier)


def how_many(portal):
    with portal.database.read() as session:
        return session.scalar(select(func.count()).select_from(RecordRow))


def renumber(catalogue, old, new, **changes):
    (dataset,) = [one for one in catalogue.datasets if one["identifier"] == old]
    dataset |= {"identifier": new} | changes


@pytest.fixture
def dated(portal, catalogue):
    """Twenty datasets with their days, harvested."""
    catalogue.publish(*NUMBERS)
    for day, dataset in enumerate(catalogue.datasets, 1):
        dataset["issued"] = f"2024-05-{day:02}"
    run_source(portal, catalogue.source())
    return catalogue


def test_a_new_identifier_is_not_a_new_record(portal, client, dated):
    renumber(dated, "set-3", "streets/3")
    run = run_source(portal, dated.source())
    assert (run.state, run.flag_codes, run.withdrawn) == ("complete", ["renumbered"], 0)
    assert how_many(portal) == len(NUMBERS)
    answer = client.get(f"/records/{number('set-3')}")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"/records/{number('streets/3')}")
    data = client.get(f"/records/{number('streets/3')}.json").get_json()
    assert data["formerly"] == [number("set-3")]
    assert [one["change"] for one in data["versions"]] == ["renumbered", "created"]
    assert "Its number before" in client.get(f"/records/{number('streets/3')}").text


def test_search_finds_it_once_under_its_new_number(portal, client, dated):
    search.catch_up(portal)
    renumber(dated, "set-3", "streets/3")
    run_source(portal, dated.source())
    search.catch_up(portal)
    found = [one["number"] for one in client.get("/search.json?q=%22Dataset+3%22").get_json()["results"]]
    assert found.count(number("streets/3")) == 1 and number("set-3") not in found


def test_when_every_identifier_changes_every_record_goes_on(portal, dated, states):
    for dataset in dated.datasets:
        dataset["identifier"] = dataset["identifier"].replace("set-", "urn:set:")
    run = run_source(portal, dated.source())
    assert run.flags == ["20 records have other identifiers at the source now; their old numbers lead to the new ones"]
    assert set(states()) == {f"urn:set:{day}" for day in NUMBERS} and set(states().values()) == {("published", 2)}
    assert run_source(portal, dated.source(), full=True).flags == []


def test_things_that_say_the_same_are_not_taken_for_each_other(portal, catalogue, states):
    catalogue.publish(*NUMBERS)
    for dataset in catalogue.datasets:
        dataset |= {"title": "Minutes", "description": "", "issued": "2024-05-01"}
    run_source(portal, catalogue.source(grace=1))
    renumber(catalogue, "set-1", "set-100")
    renumber(catalogue, "set-2", "set-200")
    run = run_source(portal, catalogue.source(grace=1))
    assert (run.flags, run.withdrawn, run.new) == ([], 2, 2)
    assert states()["set-1"] == ("withdrawn", 2)


def test_a_thing_that_only_has_the_same_title_is_another(portal, catalogue, states):
    catalogue.publish(*NUMBERS)
    run_source(portal, catalogue.source(grace=1))
    renumber(catalogue, "set-1", "set-100", description="Something else was measured.")
    assert run_source(portal, catalogue.source(grace=1)).flags == []
    assert states()["set-1"] == ("withdrawn", 2) and states()["set-100"] == ("published", 1)


def test_an_old_identifier_that_is_used_again_is_a_record_of_its_own(portal, client, dated):
    renumber(dated, "set-3", "streets/3")
    run_source(portal, dated.source())
    dated.datasets.append(dated.dataset(3, title="Another one"))
    run_source(portal, dated.source())
    assert client.get(f"/records/{number('set-3')}.json").get_json()["title"] == "Another one"
    assert client.get(f"/records/{number('streets/3')}.json").get_json()["formerly"] == []


def test_relations_follow_to_the_new_number(portal, dated, now):
    pointing = a_decision(relations=[{"type": "cites", "source": "streets", "identifier": "set-3"}])
    with portal.database.write() as session:
        store.save(session, pointing, now=now)
    renumber(dated, "set-3", "streets/3")
    run_source(portal, dated.source())
    with portal.database.read() as session:
        target = reads.find(session, number("streets/3"))
        (incoming,) = reads.links(session, target)
        (outgoing,) = reads.links(session, reads.find(session, pointing.number))
    assert incoming.entry.number == pointing.number and outgoing.entry.number == target.number


def save_formerly(portal, now, identifier, *formerly, title="An order"):
    record = a_decision(identifier=identifier, title=title)
    with portal.database.write() as session:
        arrivals = [store.Arrival(record, formerly=formerly)]
        given = renumbering.adopt(session, arrivals, now)
        return record.number, store.save_many(session, arrivals, now=now, renumbered=given)[0]


def test_a_source_may_say_what_a_thing_was_called_before(portal, client, now):
    old, _ = save_formerly(portal, now, "A/1")
    new, saved = save_formerly(portal, now, "B/1", "A/1", title="An order, corrected")
    assert saved == store.Saved.CHANGED and how_many(portal) == 1
    assert client.get(f"/records/{old}").headers["Location"] == f"/records/{new}"
    assert save_formerly(portal, now, "B/1", "A/1", title="An order, corrected")[1] == store.Saved.UNCHANGED


def test_two_that_become_one_keep_what_both_said(portal, client, now):
    old, _ = save_formerly(portal, now, "A/1", title="First order")
    new, _ = save_formerly(portal, now, "B/1", title="Second order")
    save_formerly(portal, now, "B/1", "A/1", title="Second order")
    assert client.get(f"/records/{old}.json").status_code == 308
    assert client.get(f"/records/{new}.json").get_json()["formerly"] == [old]
    assert "First order" in client.get(f"/records/{old}/versions/1").text
    with portal.database.read() as session:
        assert reads.find_many(session, [old]) == []


def test_chains_of_redirects_lead_to_the_end(portal, client, now):
    first, _ = save_formerly(portal, now, "A/1")
    save_formerly(portal, now, "B/1", "A/1")
    last, _ = save_formerly(portal, now, "C/1", "B/1")
    assert client.get(f"/records/{first}").headers["Location"] == f"/records/{last}"


def test_what_is_superseded_under_its_former_number_does_not_count_any_more(portal, client, save):
    award = a_decision(identifier="old", type="award", amount=Money(value=5, currency="EUR"))
    save(award)
    arrival = store.Arrival(award.model_copy(update={"identifier": "new"}), formerly=("old",))
    now = datetime.now(UTC)
    with portal.database.write() as session:
        store.save_many(session, [arrival], now=now, renumbered=renumbering.adopt(session, [arrival], now))
    save(a_decision(identifier="later", type="award", amount=None, relations=(Relation(type="supersedes", number=award.number),)))
    assert client.get(f"/records/{arrival.record.number}.json").json["standing"]["kind"] == "superseded"
    assert [(one["key"], one["decisions"]) for one in client.get("/search/sums.json?axis=decision").json["set_aside"]] == [("superseded", 1)]
