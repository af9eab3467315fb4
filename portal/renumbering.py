"""Renumbering: a source gives a thing another identifier, or makes one thing of two. The record goes on with its
history, and its old number leads to the new one: never a double, never a dead address.

A source may say so itself (`formerly`, see harvesters.run.Item). Where it does not, a record that a complete run
no longer saw and one that is new since are the same when they alone, of all that went and came, agree in what
cannot agree by chance: every word they say, or a number of their own with the same title.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from harvesters.record import number_of, read_record

from .models import CitationRow, Decided, Gone, IdentifierRow, RecordRow, Redirect, RelationRow, Remark, Revision
from .revising import keep, next_version
from .store import Arrival, fold_identifier, save_links, write_record

# More than so many at once are compared in portions, to keep memory flat.
_PORTION = 500
# Numbers that name one document and no other.
_TELLING = frozenset({"document_number", "eli", "ecli", "celex", "doi", "ocid", "ada", "uri", "urn", "isbn"})
# What a new identifier changes along with itself.
_CARRIED = ("identifier", "landing_page", "modified", "axis_rule", "source")
_WORDY = 200


def adopt(session: Session, arrivals: Sequence[Arrival], now: datetime) -> frozenset[str]:
    """Before records are saved: give rows that were known by a former identifier their new one. Returns the
    numbers of those rows. Where both are known already, the former one is merged into the present one."""
    said = {
        number_of(arrival.record.source, former): arrival.record
        for arrival in arrivals
        for former in arrival.formerly
        if former and former != arrival.record.identifier
    }
    if not said:
        return frozenset()
    wanted = {*said, *(record.number for record in said.values())}
    rows = {row.number: row for row in session.scalars(select(RecordRow).where(RecordRow.number.in_(wanted)))}
    renumbered = set()
    for old, record in said.items():
        former, present = rows.get(old), rows.get(record.number)
        if former is None or former.state == "merged":
            continue
        if present is not None:
            merge(session, former, present, now)
            continue
        keep(session, former)
        _rename(session, former, record.number, record.identifier, now)
        rows[record.number] = former
        renumbered.add(record.number)
    session.flush()
    return frozenset(renumbered)


def merge(session: Session, former: RecordRow, present: RecordRow, now: datetime) -> None:
    """The source made one thing of two: what `former` said stays readable, its address leads to `present`."""
    keep(session, former)
    next_version(former, "merged", now)
    former.state, former.reason = "merged", present.number
    _redirect(session, former.number, former.identifier, present.number, now)


def reconcile(session: Session, source: str, run: int, now: datetime) -> int:
    """After a complete run: join records of `source` that it did not see with those that are the same under
    another identifier. Returns how many were joined."""
    unseen = (RecordRow.seen_by_run != run) | RecordRow.seen_by_run.is_(None)
    lost = select(RecordRow).where(RecordRow.via == source, RecordRow.state == "published", unseen)
    gone = _marks(session, lost)
    if not gone:
        return 0
    fresh = select(RecordRow).where(
        RecordRow.via == source, RecordRow.state == "published", ~unseen,
        RecordRow.version == 1, RecordRow.change == "created",
    )  # fmt: skip
    pairs = _pairs(gone, _marks(session, fresh))
    joined = 0
    for old_id, new_id in pairs:
        old, new = session.get_one(RecordRow, old_id), session.get_one(RecordRow, new_id)
        if new.first_seen >= old.last_seen:
            _join(session, old, new, now)
            joined += 1
    return joined


def _pairs(gone: Mapping[str, int | None], came: Mapping[str, int | None]) -> list[tuple[int, int]]:
    """Rows that share a mark which no other row on either side has; each row once."""
    pairs: dict[int, int] = {}
    for mark, old in gone.items():
        new = came.get(mark)
        if old is not None and new is not None and old not in pairs and new not in pairs.values():
            pairs[old] = new
    return list(pairs.items())


def _marks(session: Session, query: Any) -> dict[str, int | None]:
    """The marks of rows; None for a mark that several have."""
    found: dict[str, int | None] = {}
    for row_id, data in _each(session, query):
        for mark in _marks_of(data):
            found[mark] = row_id if found.setdefault(mark, row_id) == row_id else None
    return found


def _each(session: Session, query: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    columns = query.with_only_columns(RecordRow.id, RecordRow.data).order_by(RecordRow.id)
    last = 0
    while rows := session.execute(columns.where(RecordRow.id > last).limit(_PORTION)).all():
        yield from ((row_id, data) for row_id, data in rows)
        last = rows[-1][0]


def _marks_of(data: Mapping[str, Any]) -> Iterable[str]:
    title = f"{data['axis']}\n{data['title'].casefold()}"
    for identifier in data.get("other_identifiers", ()):
        scheme = identifier.get("scheme", "document_number")
        if scheme in _TELLING:
            yield _digest(f"{scheme}\n{fold_identifier(identifier['value'])}\n{title}")
    # A title alone ("Minutes") may be that of any number of things.
    if data.get("issued") or len(data.get("body", "")) + len(data.get("summary", "")) >= _WORDY:
        said = {name: value for name, value in data.items() if name not in _CARRIED}
        said["files"] = sorted(file.get("title", "") for file in data.get("files", ()))
        yield _digest(json.dumps(said, sort_keys=True, ensure_ascii=False))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _join(session: Session, old: RecordRow, new: RecordRow, now: datetime) -> None:
    """The older row goes on under the newer one's identifier, with its own past; the newer row was a double."""
    number, identifier = new.number, new.identifier
    arrival = Arrival(read_record(new.data), new.raw, new.raw_url)
    seen, run = new.last_seen, new.seen_by_run
    for table in (Revision, RelationRow, IdentifierRow):
        session.execute(delete(table).where(table.record_id == new.id))
    session.delete(new)
    session.flush()
    keep(session, old)
    _rename(session, old, number, identifier, now)
    write_record(old, arrival, seen)
    old.seen_by_run = run
    next_version(old, "renumbered", now)
    session.flush()
    save_links(session, {old.id: arrival.record})


def _rename(session: Session, row: RecordRow, number: str, identifier: str, now: datetime) -> None:
    old, former = row.number, row.identifier
    row.number, row.identifier = number, identifier
    session.flush()
    session.execute(update(Decided).where(Decided.record_id == row.id).values(number=number))
    _redirect(session, old, former, number, now)


def _redirect(session: Session, old: str, identifier: str, target: str, now: datetime) -> None:
    """Lead `old` to `target`, and everything that led to `old`. Search forgets it."""
    session.execute(update(Redirect).where(Redirect.target == old).values(target=target))
    session.execute(delete(Redirect).where(Redirect.number == target))
    session.merge(Redirect(number=old, target=target, identifier=identifier, folded=fold_identifier(identifier), made_at=now))
    for table in (RelationRow, CitationRow):
        session.execute(update(table).where(table.target_number == old).values(target_number=target))
    session.execute(update(Remark).where(Remark.number == old).values(number=target))
    session.merge(Gone(document=old))
