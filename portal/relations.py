"""Every relation between records, for those who count for themselves: who names whom, and whether that is here."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .exports import BOM, harmless, to_json
from .models import HIDDEN, IdentifierRow, RecordRow, Redirect, RelationRow

_SHOWN = RecordRow.state.not_in(HIDDEN)


@dataclass(frozen=True, slots=True)
class Named:
    """One relation. `to` is the permanent number of the record that is named, where it is here, with its axis and type;
    else it is None, and `target` tells what was named: a number, or an identifier, folded (case and marks do not
    count). `target` is the same for all that name the same thing. `origin`: stated, machine or desk."""

    id: int
    from_number: str
    from_axis: str
    from_type: str
    type: str
    to_number: str | None
    to_axis: str | None
    to_type: str | None
    target: str
    origin: str


COLUMNS = tuple(field.name for field in fields(Named))


def total(session: Session) -> int:
    """How many relations shown records have."""
    return session.scalar(select(func.count()).select_from(RelationRow).join(RecordRow, RecordRow.id == RelationRow.record_id).where(_SHOWN)) or 0


def each(session: Session, after: int = 0, batch: int = 1000) -> Iterator[Named]:
    """The relations of shown records in the order in which they were written, from the one after `after` on."""
    while some := window(session, after, batch):
        yield from some
        if len(some) < batch:
            return
        after = some[-1].id


def window(session: Session, after: int, limit: int) -> list[Named]:
    """The next `limit` relations."""
    rows = session.execute(
        select(RelationRow, RecordRow.number, RecordRow.axis, RecordRow.type)
        .join(RecordRow, RecordRow.id == RelationRow.record_id)
        .where(_SHOWN, RelationRow.id > after)
        .order_by(RelationRow.id)
        .limit(limit)
    ).all()
    numbers = _present(session, sorted({row[0].target_number for row in rows if row[0].target_number}))
    words = _answering(session, sorted({row[0].target_identifier for row in rows if row[0].target_identifier and not row[0].target_number}))
    found = []
    for relation, number, axis, kind in rows:
        target = numbers.get(relation.target_number) if relation.target_number else words.get(relation.target_identifier or "")
        to, axis_to, kind_to = target or (None, None, None)
        name = to or relation.target_number or relation.target_identifier or ""
        found.append(Named(relation.id, number, axis, kind, relation.type, to, axis_to, kind_to, name, relation.origin or "stated"))
    return found


_Target = tuple[str, str, str]


def _present(session: Session, numbers: Sequence[str]) -> dict[str, _Target]:
    """Number, axis and type of the shown records of these numbers, where an old number leads to the present one."""

    def read(wanted: Sequence[str]) -> dict[str, _Target]:
        rows = session.execute(select(RecordRow.number, RecordRow.axis, RecordRow.type).where(RecordRow.number.in_(wanted), _SHOWN))
        return {number: (number, axis, kind) for number, axis, kind in rows}

    found = read(numbers)
    if missing := [number for number in numbers if number not in found]:
        led = {row.number: row.target for row in session.scalars(select(Redirect).where(Redirect.number.in_(missing)))}
        present = read(sorted(set(led.values()))) if led else {}
        found |= {old: present[target] for old, target in led.items() if target in present}
    return found


def _answering(session: Session, words: Sequence[str]) -> dict[str, _Target]:
    """The oldest shown record by each folded identifier."""
    query = (
        select(IdentifierRow.value, func.min(RecordRow.id))
        .join(RecordRow, RecordRow.id == IdentifierRow.record_id)
        .where(IdentifierRow.value.in_(words), _SHOWN)
        .group_by(IdentifierRow.value)
    )
    first = {row[0]: row[1] for row in session.execute(query)}
    rows = session.execute(select(RecordRow.id, RecordRow.number, RecordRow.axis, RecordRow.type).where(RecordRow.id.in_(set(first.values()))))
    by_id = {row.id: (row.number, row.axis, row.type) for row in rows}
    return {word: by_id[id] for word, id in first.items()}


def json_lines(found: Iterable[Named], as_of: datetime) -> Iterator[str]:
    """A relation a line; the last line says that the list is complete, as in lists of records."""
    count = 0
    for one in found:
        count += 1
        yield to_json(asdict(one)) + "\n"
    yield json.dumps({"end": {"complete": True, "returned": count, "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ")}}) + "\n"


def csv_lines(found: Iterable[Named], *, bom: bool = False) -> Iterator[str]:
    """A header and a row a relation."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for position, one in enumerate(found, 1):
        writer.writerow([harmless(value) for value in asdict(one).values()])
        if position % 500 == 0:
            yield (BOM if bom and position == 500 else "") + _taken(buffer)
            bom = bom and position != 500
    yield (BOM if bom else "") + _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
