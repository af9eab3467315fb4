"""The one writer of records, on SQLite and on PostgreSQL: versions, withdrawal and return, relations both ways."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from harvesters.record import Agency as AgencyName
from harvesters.record import Identifier, Relation
from portal import catalogue, store
from portal.models import Agency, RecordRow
from portal.store import Arrival, NotStored, Saved
from tests.factories import a_decision, a_policy, an_outcome

FIRST = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


def later(days):
    return FIRST + timedelta(days=days)


def save(database, *records, now=FIRST, **more):
    with database.write() as session:
        return store.save_many(session, [Arrival(record) for record in records], now=now, **more)


def entry_of(session, record):
    return catalogue.find(session, record.number)


def history(database, record):
    """[(version, change, state, title)], the oldest first."""
    with database.read() as session:
        versions = catalogue.versions(session, entry_of(session, record))
        return [(v.version, v.change, v.state, v.data["title"]) for v in reversed(versions)]


def change(database, record, work):
    with database.write() as session:
        work(session, session.scalars(select(RecordRow).where(RecordRow.number == record.number)).one())


def test_what_is_saved_can_be_read_again(database):
    records = [a_decision(), a_policy(), an_outcome()]
    assert save(database, *records) == [Saved.NEW] * 3
    with database.read() as session:
        assert [entry_of(session, record).record for record in records] == records


def test_saving_again_changes_nothing_but_when_it_was_seen(database):
    record = a_decision()
    save(database, record)
    assert save(database, record, now=later(1)) == [Saved.UNCHANGED]
    with database.read() as session:
        entry = entry_of(session, record)
    assert (entry.version, entry.first_seen, entry.last_seen, entry.changed_at) == (1, FIRST, later(1), FIRST)


@pytest.mark.parametrize("touched", [{"modified": "2024-06-02"}, {"axis_rule": "rule 2"}])
def test_what_a_source_touches_without_meaning_it_is_no_change(database, touched):
    record = a_decision()
    save(database, record)
    assert save(database, record.model_copy(update=touched), now=later(1)) == [Saved.UNCHANGED]


def test_a_change_keeps_what_was_said_before(database):
    record = a_decision(title="Bridge")
    save(database, record)
    save(database, record.model_copy(update={"title": "Bridge, corrected"}), now=later(1))
    save(database, record, now=later(2))
    assert history(database, record) == [
        (1, "created", "published", "Bridge"),
        (2, "changed", "published", "Bridge, corrected"),
        (3, "changed", "published", "Bridge"),
    ]


def test_withdrawal_and_return_are_versions(database):
    record = a_decision(title="Bridge")
    save(database, record)
    change(database, record, lambda session, row: store.withdraw(session, row, "not_listed", later(1)))
    with database.read() as session:
        entry = entry_of(session, record)
    assert (entry.state, entry.reason, entry.withdrawn_at) == ("withdrawn", "not_listed", later(1))
    assert save(database, record, now=later(2)) == [Saved.CHANGED]
    assert [line[:3] for line in history(database, record)] == [
        (1, "created", "published"), (2, "withdrawn", "withdrawn"), (3, "returned", "published"),
    ]  # fmt: skip
    with database.read() as session:
        entry = entry_of(session, record)
    assert (entry.reason, entry.withdrawn_at) == ("", None)


def test_what_the_operator_took_off_stays_off_whatever_the_source_says(database):
    record = a_decision(title="Bridge")
    save(database, record)
    change(database, record, lambda session, row: store.unpublish(session, row, "court_order", later(1)))
    save(database, record.model_copy(update={"title": "Bridge again"}), now=later(2))
    assert [line[1:3] for line in history(database, record)] == [
        ("created", "published"), ("unpublished", "unpublished"), ("changed", "unpublished"),
    ]  # fmt: skip
    with database.read() as session:
        assert entry_of(session, record).reason == "court_order"
        assert catalogue.find_many(session, [record.number]) == []
    change(database, record, lambda session, row: store.republish(session, row, later(3)))
    with database.read() as session:
        assert catalogue.find_many(session, [record.number])[0].title("en") == "Bridge again"


def test_a_ground_that_is_none_is_refused(database):
    record = a_decision()
    save(database, record)
    with pytest.raises(ValueError, match="'boredom' is not a ground; use one of court_order"):
        change(database, record, lambda session, row: store.unpublish(session, row, "boredom", later(1)))


def test_one_record_twice_in_a_batch_is_two_versions(database):
    record = a_decision(title="Bridge")
    assert save(database, record, record.model_copy(update={"title": "Tunnel"})) == [Saved.NEW, Saved.CHANGED]
    assert [line[3] for line in history(database, record)] == ["Bridge", "Tunnel"]


def test_a_number_that_belongs_to_another_record_is_refused_whole(database):
    record = a_decision(identifier="a")
    save(database, record)
    change(database, record, lambda session, row: setattr(row, "number", a_decision(identifier="b").number))
    with pytest.raises(NotStored, match="give it another identifier"):
        save(database, a_decision(identifier="c"), a_decision(identifier="b"))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordRow)) == 1


def test_relations_are_seen_from_both_sides(database):
    policy = a_policy(identifier="749", title="Programme")
    decision = a_decision(relations=(Relation(type="implements", source=policy.source, identifier="749"),))
    save(database, policy, decision)
    with database.read() as session:
        (to,) = catalogue.links(session, entry_of(session, decision))
        (back,) = catalogue.links(session, entry_of(session, policy))
    assert (to.type, to.inverse, to.entry.number) == ("implements", False, policy.number)
    assert (back.type, back.inverse, back.entry.number) == ("implements", True, decision.number)


def test_a_relation_resolves_when_its_target_arrives(database):
    decision = a_decision(relations=(Relation(type="implements", identifier="749/QĐ-TTg", title="The programme"),))
    save(database, decision)
    with database.read() as session:
        (link,) = catalogue.links(session, entry_of(session, decision))
    assert (link.entry, link.relation.title) == (None, "The programme")
    policy = a_policy(source="elsewhere", other_identifiers=(Identifier(value="749/qd-ttg"),))
    save(database, policy, now=later(1))
    with database.read() as session:
        (link,) = catalogue.links(session, entry_of(session, decision))
        (back,) = catalogue.links(session, entry_of(session, policy))
    assert link.entry.number == policy.number
    assert (back.inverse, back.entry.number) == (True, decision.number)


def test_a_relation_that_was_taken_back_is_gone_from_both_sides(database):
    policy = a_policy(identifier="749")
    decision = a_decision(relations=(Relation(type="implements", source=policy.source, identifier="749"),))
    save(database, policy, decision)
    save(database, decision.model_copy(update={"relations": ()}), now=later(1))
    with database.read() as session:
        assert catalogue.links(session, entry_of(session, policy)) == []
        assert len(catalogue.versions(session, entry_of(session, decision))[1].record.relations) == 1


def test_an_agency_learns_further_names_and_keeps_what_it_has(database):
    slug = "vn-council"
    save(database, a_decision(publisher=AgencyName(slug=slug, names={"en": "Council"}, homepage="https://c.example/")))
    save(database, a_decision(publisher=AgencyName(slug=slug, names={"vi": "Hội đồng"})))
    with database.read() as session:
        agency = session.get(Agency, slug)
        assert (agency.names, agency.homepage) == ({"en": "Council", "vi": "Hội đồng"}, "https://c.example/")
        assert catalogue.agency(session, slug).total == 2


def test_two_writers_at_once_store_every_record_once(database):
    """Both save the same records, in opposite order, at the same time."""
    records = [a_decision(identifier=f"d-{position}") for position in range(60)]
    outcome: list[Saved] = []

    def write(mine):
        for start in range(0, len(mine), 10):
            outcome.extend(save(database, *mine[start : start + 10]))

    threads = [threading.Thread(target=write, args=(order,)) for order in (records, records[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (outcome.count(Saved.NEW), outcome.count(Saved.UNCHANGED)) == (60, 60)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordRow)) == 60


def test_two_writers_of_new_agencies_do_not_stumble(database):
    faults = []

    def write(source):
        try:
            for position in range(20):
                agency = AgencyName(slug=f"agency-{position}", names={"en": f"Agency {position}"})
                save(database, a_decision(source=source, publisher=agency))
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(source,)) for source in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []


def test_a_batch_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.write() as session:
        store.save(session, a_decision(), now=FIRST)
        raise ZeroDivisionError
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordRow)) == 0


def test_text_of_every_script_comes_back_as_it_was(database):
    title = "Quyết định về 中文 ελληνικά 🏛️ “quoted” \\ ' % \u200b"
    record = a_decision(title=title, body="line\nline")
    save(database, record)
    with database.read() as session:
        assert entry_of(session, record).record.title == record.title


def test_how_far_search_is_behind_is_counted_by_version(database):
    from portal.search import behind

    record = a_decision()
    save(database, record, a_policy())
    with database.write() as session:
        for row in session.scalars(select(RecordRow)):
            row.indexed_version = row.version
    save(database, record.model_copy(update={"title": "Other"}), now=later(1))
    with database.read() as session:
        assert behind(session) == 1


def test_the_demonstration_is_removed_with_everything_it_brought(database):
    own, shown = a_decision(), a_decision(publisher=AgencyName(slug="demo-agency", names={"en": "Demo"}))
    save(database, own)
    save(database, shown, demonstration=True)
    save(database, shown.model_copy(update={"title": "Other"}), now=later(1), demonstration=True)
    with database.write() as session:
        assert store.remove_demonstration(session) == 1
    with database.write() as session:
        assert store.remove_demonstration(session) == 0
    with database.read() as session:
        assert entry_of(session, own)
        assert entry_of(session, shown) is None
        assert [agency.slug for agency in session.scalars(select(Agency))] == [own.publisher.slug]
