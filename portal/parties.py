"""Who takes part in a decision, as rows: written with the record, and caught up with for records of before.

A person and a body are told apart within their agency: two councils' John Smith are two. A supplier is told apart by its
number in a register, or by country and name where it has none; the two ways are never joined in silence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from harvesters.record import Decision, Record, Votes, read_record
from harvesters.when import first_day

from .db import Database
from .models import Actor, Decided, Party, RecordRow, State
from .names import address_of, like, same_firm, same_name

# What `rows_of` makes of a record: raised when it changes, which has every record read again.
FORM = 1
_STATE = "parties"
_BATCH = 300


@dataclass(frozen=True, slots=True)
class Who:
    """An actor as a record names it."""

    role: str
    slug: str
    name: str
    folded: str
    agency: str = ""
    identifier: str = ""


def person(agency: str, name: str) -> Who:
    """Somebody whom an agency's records name."""
    return Who("person", address_of(agency, same_name(name)), name, like(name), agency)


def body(agency: str, name: str) -> Who:
    """A council, committee, board or office in which an agency decides."""
    return Who("body", address_of(agency, same_name(name)), name, like(name), agency)


def supplier(country: str, name: str, identifier: str = "") -> Who:
    """The other side of a decision: by its number in a register, else by country and name."""
    folded = like(name, firm=True)
    if identifier:
        return Who("supplier", address_of("id", same_name(identifier)), name, folded, "", identifier)
    return Who("supplier", address_of(country, same_firm(name)), name, folded)


def bodies_of(decided_by: str) -> list[str]:
    """The bodies named in one field, where several decided together."""
    return [name for part in decided_by.split("; ") if (name := part.strip())]


def country_of(record: Record) -> str:
    """Within which country a supplier's name is its own."""
    return (record.publisher.place or "")[:2].lower()


def parties_of(record: Decision) -> Iterator[tuple[Who, dict[str, Any]]]:
    """Everybody who takes part, each with what the row of its part says."""
    agency = record.publisher.slug
    for name in bodies_of(record.decided_by):
        if same_name(name):
            yield body(agency, name), {"did": "decided", "name": name}
    for name in record.decision_makers:
        if same_name(name):
            yield person(agency, name), {"did": "named", "name": name, "office": record.offices.get(name, "")}
    for vote in record.votes.roll_call if record.votes else ():
        if same_name(vote.name):
            told = {field: getattr(vote, field) for field in ("name", "choice", "said", "party", "office", "district")}
            yield person(agency, vote.name), {"did": "voted"} | told
    yield from _other_side(record)


def _other_side(record: Decision) -> Iterator[tuple[Who, dict[str, Any]]]:
    named = [(one.name, one.identifier, one.amount) for one in record.counterparties]
    if not named and record.counterparty:
        named = [(record.counterparty, "", None)]
    for name, identifier, share in named:
        if same_name(name):
            amount = share or (record.amount if len(named) == 1 else None)
            told = {"value": f"{amount.value:f}", "currency": amount.currency} if amount else {}
            yield supplier(country_of(record), name, identifier), {"did": "other_side", "name": name} | told


def majority_of(votes: Votes | None) -> str:
    """Which side had more votes: for, against, or tie; nothing where that cannot be known."""
    if votes is None:
        return ""
    cast = {code: sum(vote.choice == code for vote in votes.roll_call) for code in ("for", "against")}
    in_favour = votes.in_favour if votes.in_favour is not None else (cast["for"] if votes.roll_call else None)
    against = votes.against if votes.against is not None else (cast["against"] if votes.roll_call else None)
    if in_favour is None or against is None or in_favour + against == 0:
        return ""
    return "for" if in_favour > against else "against" if against > in_favour else "tie"


def decided_of(record: Decision) -> dict[str, Any]:
    """The row of sums."""
    amount = record.amount
    return {
        "value": f"{Decimal(amount.value):f}" if amount else None,
        "currency": amount.currency if amount else "",
        "status": record.status or "",
        "subjects": " ".join(record.subjects)[:500],
        "majority": majority_of(record.votes),
        "number": record.number,
        "type": record.type,
        "publisher": record.publisher.slug,
        "year": f"{first_day(record.issued).year:04}" if record.issued else "",
    }


def other_side_of(parties: Iterable[tuple[int, str]]) -> int | None:
    """Who is on the other side, of the actors of a decision with what each did: 0 for several, None for nobody."""
    found = {actor for actor, did in parties if did == "other_side"}
    return next(iter(found), None) if len(found) < 2 else 0


def save_parties(session: Session, records: Mapping[int, Record]) -> None:
    """Write who takes part in these records, by the ids of their rows, in place of what was written before."""
    if not records:
        return
    for table in (Party, Decided):
        session.execute(delete(table).where(table.record_id.in_(records)))
    decisions = {row_id: record for row_id, record in records.items() if isinstance(record, Decision)}
    if not decisions:
        return
    found = [(row_id, position, *one) for row_id, record in decisions.items() for position, one in enumerate(parties_of(record))]
    ids = _known(session, {(who.role, who.slug): who for _row, _position, who, _told in found}) if found else {}
    taking: dict[int, list[tuple[int, str]]] = {}
    for row_id, _position, who, told in found:
        taking.setdefault(row_id, []).append((ids[who.role, who.slug], told["did"]))
    session.execute(
        insert(Decided),
        [
            {"record_id": row_id, "other_side": other_side_of(taking.get(row_id, ()))} | decided_of(record)
            for row_id, record in decisions.items()
        ],
    )
    if not found:
        return
    blank = {"choice": "", "said": "", "party": "", "office": "", "district": "", "value": None, "currency": ""}
    session.execute(
        insert(Party),
        [
            {"record_id": row_id, "position": position, "actor_id": ids[who.role, who.slug]} | blank | told
            for row_id, position, who, told in found
        ],
    )


def _known(session: Session, wanted: Mapping[tuple[str, str], Who]) -> dict[tuple[str, str], int]:
    """The ids of actors, made where they are new."""
    ids = _ids(session, list(wanted))
    # In the order of their addresses, so that two writers of the same new actors wait for each other in turn.
    if missing := [wanted[key] for key in sorted(wanted.keys() - ids.keys())]:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        rows = [{name: getattr(who, name) for name in Who.__slots__} for who in missing]
        session.execute(dialect.insert(Actor).on_conflict_do_nothing(), rows)
        ids |= _ids(session, [(who.role, who.slug) for who in missing])
    return ids


def _ids(session: Session, keys: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(keys), 400):
        query = select(Actor.role, Actor.slug, Actor.id).where(tuple_(Actor.role, Actor.slug).in_(keys[start : start + 400]))
        found |= {(role, slug): row_id for role, slug, row_id in session.execute(query)}
    return found


def is_behind(session: Session) -> bool:
    """Whether records of before are still to be read."""
    return _progress(session)["done"] is not None


def _progress(session: Session) -> dict[str, Any]:
    """How far the reading is. A portal that nobody told to read had no records when the tables were made."""
    state = session.get(State, _STATE)
    value = state.value if state else {"form": 1, "done": None}
    return value if value["form"] == FORM else {"form": FORM, "done": 0}


def fill(database: Database, progress: Callable[[int], None] | None = None) -> int:
    """Write the rows of records that were saved before there were such rows, or when they said less. May be interrupted and
    repeated, and goes on where it was; what is saved meanwhile is written with its record. Returns how many were read."""
    count = 0
    while True:
        with database.write() as session:
            value = _progress(session)
            if value["done"] is None:
                return count
            query = select(RecordRow.id, RecordRow.data).where(RecordRow.id > value["done"], RecordRow.axis == "decision")
            rows = session.execute(query.order_by(RecordRow.id).limit(_BATCH)).all()
            save_parties(session, {row_id: read_record(data) for row_id, data in rows})
            session.merge(State(name=_STATE, value={"form": FORM, "done": rows[-1].id if rows else None}))
        count += len(rows)
        if progress and rows:
            progress(count)


def begin_again(database: Database) -> None:
    """Have every record read again."""
    with database.write() as session:
        session.merge(State(name=_STATE, value={"form": FORM, "done": 0}))

