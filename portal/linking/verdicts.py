"""What officers say of links that were found: accepted or refused, for good, and written into the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.vocabularies import RELATIONS

from .. import audit, catalogue
from ..audit import Actor
from ..catalogue import Entry
from ..models import CitationRow, LinkDecision, RecordRow
from .showing import around
from .working import match_record

# What can be asked for at the desk, each with the states that it shows.
SHELVES = {"doubtful": ("doubtful",), "found": ("found", "accepted"), "refused": ("refused",)}


@dataclass(frozen=True)
class Proposal:
    """A link that was found, as an officer judges it: the citing record, the one it would lead to, and the citation."""

    id: int
    citing: Entry
    target: Entry | None
    value: str
    field: str
    passage: str
    before: str
    after: str
    relation: str
    confidence: int
    candidates: int
    reasons: tuple[str, ...]
    state: str
    count: int


def waiting_count(session: Session, agency: str | None) -> int:
    """How many doubtful links wait for an officer of that agency; for None, of all."""
    return _count(session, agency, SHELVES["doubtful"])


def proposals(session: Session, agency: str | None, shelf: str = "doubtful", *, offset: int = 0, limit: int = 20) -> tuple[int, list[Proposal]]:
    """How many links of that shelf an agency's records have (None: all agencies'), and `limit` of them, the newest
    first. Raises KeyError for an unknown shelf."""
    states = SHELVES[shelf]
    total = _count(session, agency, states)
    query = select(CitationRow, RecordRow.number).join(RecordRow, RecordRow.id == CitationRow.record_id).where(CitationRow.state.in_(states))
    if agency is not None:
        query = query.where(CitationRow.publisher.in_(catalogue.with_former(session, agency)))
    rows = session.execute(query.order_by(CitationRow.id.desc()).offset(offset).limit(limit)).all()
    numbers = {number for _row, number in rows} | {row.target_number for row, _number in rows if row.target_number}
    entries = {entry.number: entry for entry in catalogue.find_many(session, sorted(numbers))}
    return total, [_proposal(row, entries[number], entries.get(row.target_number or "")) for row, number in rows if number in entries]


def _count(session: Session, agency: str | None, states: Sequence[str]) -> int:
    query = select(func.count()).select_from(CitationRow).where(CitationRow.state.in_(states))
    return session.scalar(query if agency is None else query.where(CitationRow.publisher.in_(catalogue.with_former(session, agency)))) or 0


def _proposal(row: CitationRow, citing: Entry, target: Entry | None) -> Proposal:
    return Proposal(
        row.id, citing, target, row.value, row.field, row.passage, *around(row), row.relation, row.confidence, row.candidates, tuple(row.reasons), row.state, row.count,
    )  # fmt: skip


def find(session: Session, id: int, agency: str | None) -> CitationRow | None:
    """A citation that leads somewhere, of a record of that agency (None: of any)."""
    row = session.get(CitationRow, id)
    theirs = row is not None and (agency is None or row.publisher in catalogue.with_former(session, agency))
    return row if row and row.target_number and theirs else None


def relation_of(typed: str, row: CitationRow) -> str:
    """The relation that an officer chose; the one found where they chose none, or none that there is."""
    return typed if typed in RELATIONS else row.relation


def accept(session: Session, row: CitationRow, type_: str, actor: Actor, now: datetime) -> None:
    """A link is right: it becomes a relation that an officer confirmed."""
    _decide(session, row, "accepted", type_, actor, now)


def refuse(session: Session, row: CitationRow, actor: Actor, now: datetime) -> None:
    """A link is wrong: it is taken away, and not proposed again whatever is found later."""
    _decide(session, row, "refused", row.relation, actor, now)


def _decide(session: Session, row: CitationRow, verdict: str, type_: str, actor: Actor, now: datetime) -> None:
    number = session.scalars(select(RecordRow.number).where(RecordRow.id == row.record_id)).one()
    target = row.target_number or ""
    session.merge(LinkDecision(record_number=number, target_number=target, verdict=verdict, type=type_, user_id=actor.id, decided_at=now))
    audit.note(
        session, now, actor, f"link_{verdict}", number, agency=row.publisher, target=target, type=type_, passage=row.passage[:300], value=row.value, confidence=row.confidence
    )  # fmt: skip
    session.flush()
    match_record(session, row.record_id)
