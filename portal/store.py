"""The only writer of records: save, withdraw, unpublish, remove. Every change keeps what was said before.

Callers pass the session (see `Database.write`) and the moment; nothing here commits or reads the clock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from harvesters.history import History
from harvesters.record import Agency as AgencyName
from harvesters.record import Record
from harvesters.record import fold_identifier as fold_identifier
from harvesters.when import first_day

from .db import wait_for_turn
from .mirroring import copy_life, is_as_told
from .models import (
    Agency,
    AgencyMove,
    Decided,
    Gone,
    IdentifierRow,
    Party,
    PromiseMark,
    RecordRow,
    Redirect,
    RelationRow,
    Revision,
    User,
)
from .parties import save_parties
from .revising import keep, next_version
from .zone_table import of_place

# Why a published record may be taken off the pages; the page says which one it was.
GROUNDS = ("court_order", "personal_data", "copyright", "security", "published_in_error")


class Saved(StrEnum):
    """What became of a record that was saved."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class NotStored(Exception):
    """A record could not be saved; the message says why. Nothing of it was written."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it comes in, with the hash, the address and the type of the raw item it was read from.
    `formerly`: the identifiers under which its source listed the same thing before. `via`: the declaration by
    which it came, where that is not its source's own; `history`: its life at the portal that it came from."""

    record: Record
    raw: str | None = None
    raw_url: str | None = None
    formerly: tuple[str, ...] = ()
    raw_type: str | None = None
    via: str = ""
    history: History | None = None

    @property
    def way(self) -> str:
        """The declaration by which it came."""
        return self.via or self.record.source


def save(
    session: Session,
    record: Record,
    *,
    now: datetime,
    run: int | None = None,
    raw: str | None = None,
    raw_url: str | None = None,
    user: int | None = None,
    demonstration: bool = False,
    note: str = "",
) -> Saved:
    """Save one record; see `save_many`. `note`: what readers are told about this version."""
    arrival = Arrival(record, raw, raw_url)
    saved = save_many(session, [arrival], now=now, run=run, user=user, demonstration=demonstration)[0]
    if note and saved is not Saved.UNCHANGED:
        session.execute(update(RecordRow).where(RecordRow.number == record.number).values(note=note))
    return saved


def save_many(
    session: Session,
    arrivals: Sequence[Arrival],
    *,
    now: datetime,
    run: int | None = None,
    user: int | None = None,
    demonstration: bool = False,
    renumbered: Collection[str] = (),
) -> list[Saved]:
    """Save records, some hundreds at a time; return what became of each, in their order.

    Idempotent: a record that says what it said before is UNCHANGED (and seen now). One that differs becomes a
    new version, and the old one is kept. A withdrawn one that comes again returns, which is a version too. One
    that was unpublished by the operator stays so: its new words are kept, not shown. What came by another way stays as it is, unless its own source brings it
    now. `renumbered`: numbers that `renumbering.adopt` has just given.
    """
    wait_for_turn(session, *(arrival.record.source for arrival in arrivals))
    _save_agencies(session, [arrival.record.publisher for arrival in arrivals], now)
    numbers = [arrival.record.number for arrival in arrivals]
    rows = {row.number: row for row in session.scalars(select(RecordRow).where(RecordRow.number.in_(numbers)))}
    outcome: list[Saved] = []
    touched: dict[str, Record] = {}
    for arrival, number in zip(arrivals, numbers, strict=True):
        row = rows.get(number)
        if row is None:
            row = rows[number] = _new_row(arrival, number, now, demonstration)
            session.add(row)
            saved = Saved.NEW
            _copy_life(session, row, arrival)
        else:
            _refuse_stranger(row, arrival.record)
            if arrival.way not in (row.via, row.source):
                outcome.append(Saved.UNCHANGED)
                continue
            row.via = arrival.way
            saved = _take_over(session, row, arrival, now, "renumbered" if number in renumbered else "changed")
        row.seen_by_run = run if run is not None else row.seen_by_run
        if saved is not Saved.UNCHANGED:
            row.changed_by = user
            touched[number] = arrival.record
        outcome.append(saved)
    session.flush()
    _end_redirects(session, [number for number, saved in zip(numbers, outcome, strict=True) if saved is Saved.NEW])
    save_links(session, {rows[number].id: record for number, record in touched.items()})
    return outcome


def _end_redirects(session: Session, numbers: Sequence[str]) -> None:
    """A number that led elsewhere is a record's own again."""
    if numbers:
        session.execute(delete(Redirect).where(Redirect.number.in_(numbers)))


def _copy_life(session: Session, row: RecordRow, arrival: Arrival) -> None:
    if arrival.history:
        session.flush()
        copy_life(session, row, arrival.history)


def _new_row(arrival: Arrival, number: str, now: datetime, demonstration: bool) -> RecordRow:
    row = RecordRow(
        number=number,
        source=arrival.record.source,
        via=arrival.way,
        identifier=arrival.record.identifier,
        demonstration=demonstration,
        state="published",
        reason="",
        version=1,
        change="created",
        changed_at=now,
        indexed_version=0,
        first_seen=now,
        missed=0,
    )
    write_record(row, arrival, now)
    return row


def write_record(row: RecordRow, arrival: Arrival, now: datetime) -> None:
    """Let the row say what the record says."""
    record = arrival.record
    row.axis, row.type, row.title = record.axis, record.type, record.title
    row.language, row.publisher = record.language, record.publisher.slug
    row.issued_on = first_day(record.issued) if record.issued else None
    row.data, row.fingerprint = record.to_data(), record.fingerprint()
    row.raw, row.raw_url, row.raw_type = arrival.raw, arrival.raw_url, arrival.raw_type
    row.last_seen = now
    row.missed = 0


def _refuse_stranger(row: RecordRow, record: Record) -> None:
    if (row.source, row.identifier) != (record.source, record.identifier):
        raise NotStored(
            f"{record.source} {record.identifier!r} would get the number {row.number}, "
            f"which belongs to {row.source} {row.identifier!r}; give it another identifier"
        )


def _take_over(session: Session, row: RecordRow, arrival: Arrival, now: datetime, change: str) -> Saved:
    if arrival.history:
        return _follow(session, row, arrival, now)
    returns = row.state in ("withdrawn", "merged")
    if row.fingerprint == arrival.record.fingerprint() and not returns:
        row.last_seen, row.missed = now, 0
        return Saved.UNCHANGED
    if row.id is None:
        session.flush()  # the same record twice in one batch: its row needs its id now
    if change != "renumbered":
        keep(session, row)
    write_record(row, arrival, now)
    next_version(row, "returned" if returns else change, now)
    if row.state == "merged":
        _end_redirects(session, [row.number])
    if returns:
        row.state, row.reason, row.withdrawn_at = "published", "", None
    return Saved.CHANGED


def read_again(
    session: Session, row: RecordRow, record: Record, now: datetime, arrival: Arrival | None = None
) -> Saved:
    """What was kept of a record was read by an improved kind: a version where it says something else now. Nothing
    was seen at its source, so its life goes on as it was. `arrival`: the raw item, where it is another one."""
    if row.fingerprint == record.fingerprint():
        return Saved.UNCHANGED
    _save_agencies(session, [record.publisher], now)
    keep(session, row)
    seen, missed = row.last_seen, row.missed
    write_record(row, arrival or Arrival(record, row.raw, row.raw_url, raw_type=row.raw_type), now)
    row.last_seen, row.missed = seen, missed
    row.changed_by = None
    next_version(row, "replayed", now)
    session.flush()
    save_links(session, {row.id: record})
    return Saved.CHANGED


def _follow(session: Session, row: RecordRow, arrival: Arrival, now: datetime) -> Saved:
    """A record that comes from another portal lives the life that it has there."""
    history = arrival.history
    assert history is not None
    if row.fingerprint == arrival.record.fingerprint() and is_as_told(row, history):
        row.last_seen, row.missed = now, 0
        return Saved.UNCHANGED
    write_record(row, arrival, now)
    copy_life(session, row, history)
    return Saved.CHANGED


def withdraw(session: Session, row: RecordRow, reason: str, now: datetime, successor: str | None = None) -> None:
    """Mark a record as withdrawn at its source; it stays readable, with the reason and the date. `successor`: the
    number of the record that takes its place."""
    keep(session, row)
    next_version(row, "withdrawn", now)
    row.state, row.reason, row.withdrawn_at, row.successor = "withdrawn", reason, now, successor


def unpublish(
    session: Session, row: RecordRow, ground: str, now: datetime, user: int | None = None, note: str = "", successor: str | None = None
) -> None:
    """Take a record off the pages on one of GROUNDS; its address then answers 410 and says which, with `note` and the
    number of the record to read instead, if there is one."""
    if ground not in GROUNDS:
        raise ValueError(f"{ground!r} is not a ground; use one of {', '.join(GROUNDS)}")
    keep(session, row)
    next_version(row, "unpublished", now)
    row.state, row.reason, row.changed_by = "unpublished", ground, user
    row.note, row.successor = note, successor


def republish(session: Session, row: RecordRow, now: datetime, user: int | None = None) -> None:
    """Show an unpublished record again."""
    keep(session, row)
    next_version(row, "republished", now)
    row.state, row.reason, row.changed_by = "published", "", user


def withdraw_unseen(session: Session, source: str, run: int, grace: int, now: datetime, limit: int = 500) -> int:
    """Withdraw records of `source` that `run` and the complete runs before it, `grace` in all, did not see.

    Works on at most `limit` records; call again while it returns `limit`. Count misses first: `count_misses`.
    """
    unseen = session.scalars(
        select(RecordRow)
        .where(RecordRow.via == source, RecordRow.state == "published")
        .where((RecordRow.seen_by_run != run) | RecordRow.seen_by_run.is_(None), RecordRow.missed >= grace)
        .order_by(RecordRow.id)
        .limit(limit)
    ).all()
    for row in unseen:
        withdraw(session, row, "not_listed", now)
    return len(unseen)


def bury(session: Session, source: str, numbers: Sequence[str], run: int, now: datetime) -> int:
    """Withdraw what `source` itself says is gone; return how many records that were."""
    if not numbers:
        return 0
    named = (RecordRow.via == source, RecordRow.number.in_(numbers), RecordRow.state == "published")
    rows = session.scalars(select(RecordRow).where(*named)).all()
    for row in rows:
        withdraw(session, row, "deleted", now)
        row.seen_by_run = run
    return len(rows)


def count_misses(session: Session, source: str, run: int) -> int:
    """After a complete run: note for every published record that it did not see that one more run missed it."""
    result = session.execute(
        update(RecordRow)
        .where(RecordRow.via == source, RecordRow.state == "published")
        .where((RecordRow.seen_by_run != run) | RecordRow.seen_by_run.is_(None))
        .values(missed=RecordRow.missed + 1)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def see(session: Session, source: str, identifiers: Iterable[str], run: int, now: datetime) -> int:
    """The source still lists these, although what it sent of them could not be used: they are not gone."""
    result = session.execute(
        update(RecordRow)
        .where(RecordRow.via == source, RecordRow.identifier.in_(list(identifiers)))
        .where(RecordRow.state == "published")
        .values(seen_by_run=run, last_seen=now, missed=0)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def see_again(session: Session, source: str, before: int, run: int) -> int:
    """What `before` saw counts as seen by `run`, which goes on with its work."""
    result = session.execute(
        update(RecordRow)
        .where(RecordRow.via == source, RecordRow.seen_by_run == before)
        .values(seen_by_run=run)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def see_all(session: Session, source: str, run: int, now: datetime) -> int:
    """The source answered that nothing changed since its last complete run: what that one saw, `run` sees, too.
    What it had missed stays missed."""
    result = session.execute(
        update(RecordRow)
        .where(RecordRow.via == source, RecordRow.state == "published", RecordRow.missed == 0)
        .values(seen_by_run=run, last_seen=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def remove_demonstration(session: Session) -> int:
    """Take the demonstration's records away for good, with agencies that have nothing else, and remember that
    search must forget them."""
    rows = session.execute(
        select(RecordRow.id, RecordRow.number, RecordRow.publisher).where(RecordRow.demonstration)
    ).all()
    known = set(session.scalars(select(Gone.document)))
    session.add_all(Gone(document=row.number) for row in rows if row.number not in known)
    for start in range(0, len(rows), 500):
        some = [row.id for row in rows[start : start + 500]]
        for table in (Revision, RelationRow, IdentifierRow, Party, Decided):
            session.execute(delete(table).where(table.record_id.in_(some)))
        session.execute(delete(RecordRow).where(RecordRow.id.in_(some)))
    _remove_agencies(session, {row.publisher for row in rows})
    return len(rows)


def _remove_agencies(session: Session, slugs: set[str]) -> None:
    """Remove those of these agencies that nothing here refers to any more."""
    for used in (RecordRow.publisher, User.agency, Agency.parent, Agency.merged_into):
        slugs -= set(filter(None, session.scalars(select(used).where(used.in_(slugs)).distinct())))
    session.execute(delete(Agency).where(Agency.slug.in_(slugs)))


def _save_agencies(session: Session, agencies: Sequence[AgencyName], now: datetime) -> None:
    wanted = {agency.slug: agency for agency in agencies}
    known = set(session.scalars(select(Agency.slug).where(Agency.slug.in_(wanted))))
    # In the order of their slugs, so that two writers of the same new agencies wait for each other in turn.
    if missing := [_agency_row(wanted[slug], now) for slug in sorted(wanted.keys() - known)]:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(Agency).on_conflict_do_nothing(), missing)
    for row in session.scalars(select(Agency).where(Agency.slug.in_(wanted)).order_by(Agency.slug)):
        place = row.place
        _learn(row, wanted[row.slug])
        if row.place and place != row.place:
            _move(session, row.slug, place, row.place)
    session.flush()


def _move(session: Session, slug: str, old: str | None, new: str) -> None:
    """Note where an agency is now. Where days are others there, what its records promise is looked at again."""
    session.merge(AgencyMove(agency=slug, place=new))
    if of_place(old) != of_place(new):
        theirs = select(RecordRow.id).where(RecordRow.publisher == slug)
        session.execute(delete(PromiseMark).where(PromiseMark.record_id.in_(theirs)).execution_options(synchronize_session=False))


def _agency_row(agency: AgencyName, now: datetime) -> dict[str, object]:
    return {
        "slug": agency.slug,
        "names": dict(agency.names),
        "parent": agency.parent,
        "place": agency.place,
        "homepage": agency.homepage,
        "identifiers": list(agency.identifiers),
        "first_seen": now,
    }


def _learn(row: Agency, agency: AgencyName) -> None:
    """Take over what is new about an agency; what is known and not said this time stays."""
    names = {**row.names, **agency.names}
    if names != row.names:
        row.names = names
    for field in ("parent", "place", "homepage"):
        if (value := getattr(agency, field)) and value != getattr(row, field):
            setattr(row, field, value)


def save_agency(session: Session, agency: AgencyName, now: datetime) -> None:
    """Make an agency known, or add what is new about it."""
    _save_agencies(session, [agency], now)


def save_links(session: Session, records: dict[int, Record]) -> None:
    """Write the relations, identifiers and parties of new and changed records."""
    if not records:
        return
    session.execute(delete(RelationRow).where(RelationRow.record_id.in_(records), RelationRow.origin == ""))
    session.execute(delete(IdentifierRow).where(IdentifierRow.record_id.in_(records)))
    relations = [row for row_id, record in records.items() for row in _relation_rows(row_id, record)]
    identifiers = [
        {"record_id": row_id, "value": value}
        for row_id, record in records.items()
        for value in sorted(identifiers_of(record))
    ]
    if relations:
        session.execute(insert(RelationRow), relations)
    session.execute(insert(IdentifierRow), identifiers)
    save_parties(session, records)


def _relation_rows(row_id: int, record: Record) -> list[dict[str, object]]:
    return [
        {
            "record_id": row_id,
            "position": position,
            "type": relation.type,
            "target_number": relation.target_number,
            "target_identifier": None if relation.target_number else fold_identifier(relation.identifier),
        }
        for position, relation in enumerate(record.relations)
    ]


def identifiers_of(record: Record) -> set[str]:
    """Every identifier a record is known by, folded."""
    values = {fold_identifier(record.identifier)}
    values |= {fold_identifier(identifier.value) for identifier in record.other_identifiers}
    return values - {""}
