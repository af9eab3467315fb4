"""Relations as seen from a record, both ways, and the record that most others point to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from harvesters.record import Relation

from ..models import HIDDEN, IdentifierRow, RecordRow, Redirect, RelationRow
from ..store import fold_identifier
from .entries import FIELDS, Entry, entry_of, find_many


@dataclass(frozen=True)
class Link:
    """One relation as seen from a record. `inverse`: the other record points here. `entry` is the other record,
    None while it has not arrived; then `relation` says what is known of it. `origin`: nothing where the record says
    so itself, "machine" or "desk" where it was found in its words."""

    type: str
    inverse: bool
    relation: Relation | None
    entry: Entry | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A relation that a record does not state itself. `origin`: "machine" where it was recognised in the record's words with
    certainty, "desk" where an officer confirmed one that was doubtful. `number`: of the record that is meant, as it was then."""

    type: str
    number: str
    origin: str


def found_relations(session: Session, ids: Sequence[int]) -> dict[int, list[Found]]:
    """What was found in the words of some hundred records, by the ids of their rows; those without any are left out."""
    found: dict[int, list[Found]] = {}
    query = select(RelationRow).where(RelationRow.record_id.in_(ids), RelationRow.origin != "", RelationRow.target_number.is_not(None))
    for row in session.scalars(query.order_by(RelationRow.record_id, RelationRow.position)):
        found.setdefault(row.record_id, []).append(Found(row.type, row.target_number or "", row.origin))
    return found


def most_linked(session: Session) -> Entry | None:
    """The published record that most others point to (two at least): the heart of a matter. A policy before any
    other: decisions carry it out and outcomes measure it."""
    by_number = (
        select(RecordRow.id, func.count().label("uses"))
        .join(RelationRow, RelationRow.target_number == RecordRow.number)
        .group_by(RecordRow.id)
    )
    by_identifier = (
        select(IdentifierRow.record_id, func.count().label("uses"))
        .join(RelationRow, RelationRow.target_identifier == IdentifierRow.value)
        .where(RelationRow.target_number.is_(None))
        .group_by(IdentifierRow.record_id)
    )
    uses: dict[int, int] = {}
    for query in (by_number, by_identifier):
        for record_id, count in session.execute(query.order_by(text("uses DESC")).limit(50)):
            uses[record_id] = uses.get(record_id, 0) + count
    used = [record_id for record_id, count in sorted(uses.items(), key=lambda use: (-use[1], use[0])) if count > 1]
    rows = session.scalars(select(RecordRow).where(RecordRow.id.in_(used), RecordRow.state == "published"))
    hearts = sorted(rows, key=lambda row: (row.axis != "policy", used.index(row.id)))
    return entry_of(hearts[0]) if hearts else None


def links(session: Session, entry: Entry) -> list[Link]:
    """A record's relations both ways: its own in their order, then those of records that point to it."""
    stated = _outgoing(session, entry)
    return stated + _found(session, entry, stated) + _incoming(session, entry)


def stated_links(session: Session, entry: Entry) -> list[Link]:
    """The same without what was found in the record's own words."""
    return _outgoing(session, entry) + _incoming(session, entry)


def stated_outcomes(session: Session, policies: Sequence[Entry]) -> dict[int, set[int]]:
    """The shown outcomes that each of these records is joined to by what either states: ids by id. Some statements, however many they are
    and however many others point to them."""
    found: dict[int, set[int]] = {policy.id: set() for policy in policies}
    numbers: dict[str, int] = {policy.number: policy.id for policy in policies}
    led = session.execute(select(Redirect.number, Redirect.target).where(Redirect.target.in_(numbers))).all()
    numbers |= {number: numbers[target] for number, target in led if number not in numbers}
    pointing = (
        select(RelationRow.target_number, RelationRow.target_identifier, RecordRow.id)
        .join(RecordRow, RecordRow.id == RelationRow.record_id)
        .where(RelationRow.origin == "", RecordRow.axis == "outcome", RecordRow.state.not_in(HIDDEN))
    )
    for number, _word, outcome in session.execute(pointing.where(RelationRow.target_number.in_(numbers))):
        found[numbers[number or ""]].add(outcome)
    carrying: dict[str, set[int]] = {}
    for value, id in session.execute(select(IdentifierRow.value, IdentifierRow.record_id).where(IdentifierRow.record_id.in_(found))):
        carrying.setdefault(value, set()).add(id)
    # Not "IS NULL": see `_incoming`.
    by_word = pointing.where(func.coalesce(RelationRow.target_number, "") == "", RelationRow.target_identifier.in_(carrying))
    for _number, word, outcome in session.execute(by_word):
        for id in carrying[word or ""]:
            found[id].add(outcome)
    _add_named(session, found)
    return found


def _add_named(session: Session, found: dict[int, set[int]]) -> None:
    """Add the outcomes that records state to point to, by the ids of these records."""
    asked = select(RelationRow.record_id, RelationRow.target_number, RelationRow.target_identifier)
    named = session.execute(asked.where(RelationRow.record_id.in_(found), RelationRow.origin == "")).all()
    numbers = {number for _id, number, _word in named if number}
    led = dict(session.execute(select(Redirect.number, Redirect.target).where(Redirect.number.in_(numbers))).all()) if numbers else {}
    shown = select(RecordRow.number, RecordRow.id, RecordRow.axis).where(RecordRow.state.not_in(HIDDEN))
    by_number = {number: (id, axis) for number, id, axis in session.execute(shown.where(RecordRow.number.in_({*numbers, *led.values()})))} if numbers else {}
    first = _first_ids(session, {word for _id, number, word in named if word and not number})
    by_id = {id: (id, axis) for _number, id, axis in session.execute(shown.where(RecordRow.id.in_(set(first.values()))))} if first else {}
    for id, number, word in named:
        target = by_number.get(number) or by_number.get(led.get(number, "")) if number else by_id.get(first.get(word or "", 0))
        if target and target[1] == "outcome":
            found[id].add(target[0])


def _outgoing(session: Session, entry: Entry) -> list[Link]:
    """The record's own relations, all resolved in two statements however many there are."""
    relations = entry.relations
    numbers = {relation.target_number for relation in relations if relation.target_number}
    words = {fold_identifier(relation.identifier) for relation in relations if not relation.target_number}
    by_number = _present(session, numbers) if numbers else {}
    by_word = _first_by_identifier(session, words) if words else {}

    def target(relation: Relation) -> Entry | None:
        if number := relation.target_number:
            return by_number.get(number)
        return by_word.get(fold_identifier(relation.identifier))

    return [Link(relation.type, False, relation, target(relation)) for relation in relations]


def _found(session: Session, entry: Entry, stated: Sequence[Link]) -> list[Link]:
    """Relations that were found in the record's words, but for those that it states itself."""
    rows = session.scalars(select(RelationRow).where(RelationRow.record_id == entry.id, RelationRow.origin != "").order_by(RelationRow.position)).all()
    present = _present(session, {row.target_number for row in rows if row.target_number}) if rows else {}
    known = {link.entry.number for link in stated if link.entry} | {entry.number}
    return [
        Link(row.type, False, Relation(type=row.type, number=row.target_number), target, row.origin)
        for row in rows
        if (target := present.get(row.target_number or "")) and target.number not in known
    ]


def _present(session: Session, numbers: set[str]) -> dict[str, Entry]:
    """The records of numbers, where an old one leads to the present one."""
    found = {entry.number: entry for entry in find_many(session, sorted(numbers))}
    if missing := numbers - found.keys():
        rows = session.scalars(select(Redirect).where(Redirect.number.in_(missing)))
        led = {row.number: row.target for row in rows}
        present = {entry.number: entry for entry in find_many(session, sorted(set(led.values())))} if led else {}
        found |= {old: present[target] for old, target in led.items() if target in present}
    return found


def _first_by_identifier(session: Session, words: Iterable[str]) -> dict[str, Entry]:
    """The oldest shown record by each folded identifier."""
    first = _first_ids(session, words)
    found = session.execute(select(*FIELDS).where(RecordRow.id.in_(set(first.values()))))
    by_id = {row.id: Entry(*row) for row in found}
    return {value: by_id[record_id] for value, record_id in first.items()}


def _first_ids(session: Session, words: Iterable[str]) -> dict[str, int]:
    rows = session.execute(
        select(IdentifierRow.value, func.min(RecordRow.id))
        .join(RecordRow, RecordRow.id == IdentifierRow.record_id)
        .where(IdentifierRow.value.in_(words), RecordRow.state.not_in(HIDDEN))
        .group_by(IdentifierRow.value)
    )
    return dict(rows.all())


def _incoming(session: Session, entry: Entry) -> list[Link]:
    values = select(IdentifierRow.value).where(IdentifierRow.record_id == entry.id)
    rows = session.execute(
        select(RelationRow.type, RelationRow.origin, *FIELDS)
        .join(RecordRow, RecordRow.id == RelationRow.record_id)
        .where(RecordRow.state.not_in(HIDDEN), RecordRow.id != entry.id)
        .where(
            or_(
                RelationRow.target_number == entry.number,
                # Not "IS NULL": SQLite would read every relation that names no number, however many there are.
                and_(func.coalesce(RelationRow.target_number, "") == "", RelationRow.target_identifier.in_(values)),
            )
        )
        .order_by(RecordRow.issued_on, RecordRow.number)
        .limit(200)
    )
    return [Link(kind, True, None, Entry(*fields), origin) for kind, origin, *fields in rows]
