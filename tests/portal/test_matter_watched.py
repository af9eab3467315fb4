"""A large matter is kept while nothing touches it, whatever is written elsewhere, and never longer: on both databases."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from harvesters.record import Identifier, Observation, Relation, Target
from portal import catalogue, store, zones
from portal.matter import Matter, matter_of, recent
from portal.matter.short import Short, in_short
from portal.models import RecordRow, RelationRow
from portal.parts import Portal

from ..conftest import NOW
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]


@pytest.fixture
def database_url(either_database_url: str) -> str:
    """Everything here holds on both databases."""
    return either_database_url


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matters of ten records are large here."""
    monkeypatch.setattr(recent, "LARGE", 10)


def to(kind: str, record: object) -> tuple[Relation, ...]:
    return (Relation(type=kind, source=record.source, identifier=record.identifier),)  # type: ignore[attr-defined]


def look(portal: Portal, number: str) -> Matter:
    with portal.database.read() as session:
        entry = catalogue.find(session, number)
        assert entry is not None
        return matter_of(session, entry, zones.on(date(2024, 6, 2)))


@pytest.fixture
def large(save: Save) -> tuple[str, list[str]]:
    """A policy with twenty decisions, which say besides that they are part of a docket that is not here; some names by identifier."""
    policy = a_policy(title="The programme", targets=(), other_identifiers=(Identifier(value="12/QD"),))
    docket = Relation(type="part_of", identifier="DOCKET-1")
    ground = Relation(type="implements", identifier="12/qd")
    numbers = save(policy, *(a_decision(title=f"Order {n}", relations=(ground, docket) if n % 2 else to("implements", policy)) for n in range(20)))
    return numbers[0], numbers


def test_what_is_saved_elsewhere_leaves_a_matter_as_it_is(portal: Portal, save: Save, large: tuple[str, list[str]]) -> None:
    number, _all = large
    before = look(portal, number)
    assert len(before.members) == 21
    other = a_policy(title="Another programme", targets=())
    save(other, a_decision(relations=to("implements", other)), now=NOW + timedelta(minutes=1))
    assert look(portal, number) is before


def test_a_new_relation_a_new_name_and_a_new_member_are_seen_at_once(portal: Portal, save: Save, large: tuple[str, list[str]]) -> None:
    number, numbers = large
    before = look(portal, number)
    save(an_outcome(title="Measured", relations=(Relation(type="measures", identifier="12/QD"),)), now=NOW + timedelta(minutes=1))
    after = look(portal, number)
    assert len(after.members) == 22 and after is not before
    # What carries the name that was missing until now belongs to it.
    save(a_policy(title="The docket", targets=(), other_identifiers=(Identifier(value="DOCKET-1"),)), now=NOW + timedelta(minutes=2))
    assert "The docket" in {one.entry.data["title"] for one in look(portal, number).members}
    # So does what says that it is part of it.
    save(a_decision(title="A sibling", relations=(Relation(type="part_of", identifier="docket-1"),)), now=NOW + timedelta(minutes=3))
    assert "A sibling" in {one.entry.data["title"] for one in look(portal, number).members}
    with portal.database.write() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.number == numbers[3])).one()
        store.withdraw(session, row, "gone", NOW + timedelta(minutes=4))
    assert next(one for one in look(portal, number).members if one.number == numbers[3]).entry.state == "withdrawn"


def test_its_short_answers_are_kept_with_it_and_no_longer(portal: Portal, save: Save) -> None:
    """The figure that answers whether a target was reached stands in a record outside the matter."""
    outside = an_outcome(title="Trees counted", indicator="Trees", unit="%", observations=(Observation(period="2023", value=3),))
    target = Target(indicator="Trees", value=9, unit="%", due="2023", measured_by=outside.number)
    policy = a_policy(title="The programme", targets=(target,))
    number = save(policy, outside, *(a_decision(title=f"Order {n}", relations=to("implements", policy)) for n in range(20)))[0]

    def short() -> Short:
        with portal.database.read() as session:
            return in_short(session, look(portal, number))

    first = short()
    assert first.targets[0].standing == "not_reached" and short() is first
    save(outside.model_copy(update={"observations": (Observation(period="2023", value=9),)}), now=NOW + timedelta(minutes=1))
    assert short().targets[0].standing == "reached"


def test_a_sibling_by_a_docket_that_is_not_here_is_seen(portal: Portal, save: Save, large: tuple[str, list[str]]) -> None:
    number, _all = large
    look(portal, number)
    save(a_decision(title="A sibling", relations=(Relation(type="part_of", identifier="docket-1"),)), now=NOW + timedelta(minutes=1))
    assert "A sibling" in {one.entry.data["title"] for one in look(portal, number).members}


def test_what_the_portal_finds_or_takes_back_by_itself_is_seen(portal: Portal, save: Save, large: tuple[str, list[str]]) -> None:
    number, numbers = large
    [other] = save(a_decision(title="By itself"), now=NOW + timedelta(minutes=1))
    look(portal, number)
    with portal.database.write() as session:
        id = session.scalars(select(RecordRow.id).where(RecordRow.number == other)).one()
        session.execute(insert(RelationRow), [{"record_id": id, "position": 100_000, "type": "implements", "target_number": number, "target_identifier": None, "origin": "machine"}])
    assert other in {one.number for one in look(portal, number).members}
    with portal.database.write() as session:
        session.execute(update(RelationRow).where(RelationRow.origin == "machine").values(type="amends"))
        save_elsewhere(session)
    assert {bond.type for bond in look(portal, number).bonds[other]} == {"amends"}
    with portal.database.write() as session:
        session.execute(delete(RelationRow).where(RelationRow.origin == "machine"))
        save_elsewhere(session)
    assert other not in {one.number for one in look(portal, number).members} and len(look(portal, number).members) == len(numbers)


def save_elsewhere(session) -> None:  # type: ignore[no-untyped-def]
    """Something else is written, so that it is looked whether the matter still is as it was."""
    store.save(session, a_decision(title="Elsewhere"), now=NOW + timedelta(hours=1))


def test_how_many_stand_on_a_general_ground_is_counted_anew(portal: Portal, save: Save, large: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.matter.walk.GENERAL", 3)
    number, _all = large
    law = a_policy(title="The law of procurement", targets=(), relations=())
    [ground, *others] = save(law, *(a_decision(relations=to("based_on", law)) for _ in range(5)), now=NOW + timedelta(minutes=1))
    save(a_decision(title="Tied", relations=(*to("based_on", law), Relation(type="implements", identifier="12/QD"))), now=NOW + timedelta(minutes=2))
    assert {one.record.number for one in look(portal, number).beside} == {ground} and len(look(portal, number).members) == 22
    # With two of six less it is still general; with four less it is the ground of this very matter.
    with portal.database.write() as session:
        ids = session.scalars(select(RecordRow.id).where(RecordRow.number.in_(others[:3]))).all()
        session.execute(delete(RelationRow).where(RelationRow.record_id.in_(ids)))
        save_elsewhere(session)
    assert ground in {one.number for one in look(portal, number).members}
