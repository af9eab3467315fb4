"""Records as readers see them: one by its number, many, those that carry an identifier, windows and parts of all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from harvesters.record import Decision, Outcome, Policy, Relation, read_number, read_record, show_number

from ..models import HIDDEN, IdentifierRow, RecordRow, Redirect
from ..store import fold_identifier

AnyRecord = Decision | Policy | Outcome


Order = Literal[
    "as_given", "number", "number_desc", "changed", "changed_desc", "seen", "seen_desc", "title", "title_desc"
]


_ORDERS: dict[Order, tuple[Any, ...]] = {
    "as_given": (RecordRow.id,),
    "number": (RecordRow.number,),
    "number_desc": (RecordRow.number.desc(),),
    "changed": (RecordRow.changed_at, RecordRow.number),
    "changed_desc": (RecordRow.changed_at.desc(), RecordRow.number),
    "seen": (RecordRow.first_seen, RecordRow.number),
    "seen_desc": (RecordRow.first_seen.desc(), RecordRow.number),
    "title": (RecordRow.title, RecordRow.number),
    "title_desc": (RecordRow.title.desc(), RecordRow.number),
}


@dataclass(frozen=True)
class Entry:
    """A record as it is now, with its life. `record` is the validated Record; `data` the same as JSON data. `formerly`: its former
    numbers and identifiers, folded, where they were asked for (`with_former_names`)."""

    id: int
    number: str
    data: dict[str, Any]
    state: str
    reason: str
    version: int
    change: str
    changed_at: datetime
    first_seen: datetime
    last_seen: datetime
    withdrawn_at: datetime | None
    issued_on: date | None
    demonstration: bool
    raw: str | None
    raw_url: str | None
    note: str
    successor: str | None
    formerly: frozenset[str] = frozenset()

    @cached_property
    def record(self) -> AnyRecord:
        return read_record(self.data)

    @property
    def relations(self) -> list[Relation]:
        """What `record.relations` says, without validating the rest of the record."""
        return [Relation.model_validate(relation) for relation in self.data.get("relations", ())]

    @property
    def shown_number(self) -> str:
        """The number in groups of four."""
        return show_number(self.number)

    @property
    def axis(self) -> str:
        return str(self.data["axis"])

    @property
    def type(self) -> str:
        return str(self.data["type"])

    @property
    def source(self) -> str:
        return str(self.data["source"])

    def text(self, field: str, language: str) -> tuple[str, str]:
        """`title`, `summary` or `body` in `language` where the record has it, else in its own; with the
        language it is in: ("Nghị quyết …", "vi")."""
        translation = self.data.get("translations", {}).get(language)
        if language != self.data["language"] and translation and translation.get(field):
            return str(translation[field]), language
        return str(self.data.get(field, "")), str(self.data["language"])

    def title(self, language: str) -> str:
        return self.text("title", language)[0]

    def agency_name(self, language: str) -> str:
        names = self.data["publisher"]["names"]
        return str(names.get(language) or names.get("en") or next(iter(names.values())))


def entry_of(row: RecordRow) -> Entry:
    """A row as a reader sees it."""
    return Entry(
        row.id, row.number, row.data, row.state, row.reason, row.version, row.change, row.changed_at, row.first_seen,
        row.last_seen, row.withdrawn_at, row.issued_on, row.demonstration, row.raw, row.raw_url, row.note, row.successor,
    )  # fmt: skip


FIELDS = tuple(getattr(RecordRow, field.name) for field in fields(Entry) if field.name != "formerly")


def find(session: Session, number: str, *, past: bool = False) -> Entry | None:
    """The record of that number, whatever its state, or the one that an old number leads to; None if there is
    none. `past`: one that was merged into another is asked for itself."""
    row = session.scalar(select(RecordRow).where(RecordRow.number == number))
    if (row is None or (row.state == "merged" and not past)) and (redirect := session.get(Redirect, number)):
        row = session.scalar(select(RecordRow).where(RecordRow.number == redirect.target))
    return entry_of(row) if row else None


def find_many(session: Session, numbers: Sequence[str]) -> list[Entry]:
    """The records of those numbers in that order; unknown and unpublished ones are left out."""
    # Columns instead of whole rows: long lists are streamed from here, and the session has nothing to remember.
    rows = session.execute(select(*FIELDS).where(RecordRow.number.in_(numbers), RecordRow.state.not_in(HIDDEN)))
    by_number = {row.number: Entry(*row) for row in rows}
    return [by_number[number] for number in numbers if number in by_number]


def versions_of(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """In which version the records of those numbers are; unknown and unpublished ones are left out."""
    return dict(session.execute(select(RecordRow.number, RecordRow.version).where(RecordRow.number.in_(numbers), RecordRow.state.not_in(HIDDEN))).all())


def beginning_with(session: Session, typed: str, limit: int) -> list[Entry]:
    """Records whose number, here or at their source, begins like this; the shortest first."""
    ids = session.scalars(select(RecordRow.id).where(_begins(RecordRow.number, typed.upper().replace("-", ""))).limit(limit))
    known = select(IdentifierRow.record_id).where(_begins(IdentifierRow.value, fold_identifier(typed)))
    shortest = known.order_by(func.length(IdentifierRow.value), IdentifierRow.record_id).limit(limit * 3)
    found = list(dict.fromkeys([*ids, *session.scalars(shortest)]))[:limit]
    rows = session.execute(select(*FIELDS).where(RecordRow.id.in_(found), RecordRow.state.not_in(HIDDEN)))
    entries = {row.id: Entry(*row) for row in rows}
    return [entries[one] for one in found if one in entries]


def _begins(column: Any, text: str) -> Any:
    # A range instead of LIKE, which no index serves on SQLite.
    return and_(column >= text, column < text[:-1] + chr(ord(text[-1]) + 1)) if text else false()


def each(session: Session, numbers: Iterable[str], batch: int = 500) -> Iterator[Entry]:
    """The records of those numbers, in their order, read some hundreds at a time: memory stays flat."""
    some: list[str] = []
    for number in numbers:
        some.append(number)
        if len(some) == batch:
            yield from find_many(session, some)
            some = []
    if some:
        yield from find_many(session, some)


def find_by_identifier(session: Session, identifier: str, source: str | None = None) -> list[Entry]:
    """The shown records that carry an identifier (their own or another), case and marks aside; oldest first."""
    query = (
        select(RecordRow)
        .join(IdentifierRow, IdentifierRow.record_id == RecordRow.id)
        .where(IdentifierRow.value == fold_identifier(identifier), RecordRow.state.not_in(HIDDEN))
        .order_by(RecordRow.id)
        .limit(20)
    )
    if source:
        query = query.where(RecordRow.source == source)
    return [entry_of(row) for row in session.scalars(query).unique()]


def find_by_identifiers(session: Session, identifiers: Iterable[str], source: str) -> dict[str, list[RecordRow]]:
    """A source's records that carry one of these identifiers, whatever their state, by the folded identifier."""
    folded = {fold_identifier(one) for one in identifiers} - {""}
    query = (
        select(IdentifierRow.value, RecordRow)
        .join(RecordRow, IdentifierRow.record_id == RecordRow.id)
        .where(IdentifierRow.value.in_(folded), RecordRow.source == source)
        .order_by(RecordRow.id)
    )
    found: dict[str, list[RecordRow]] = {}
    for value, row in session.execute(query):
        if row not in found.setdefault(value, []):
            found[value].append(row)
    return found


def newest(session: Session, axis: str | None = None, *, publisher: str | None = None,
           source: str | None = None, limit: int = 5) -> list[Entry]:  # fmt: skip
    """The newest published records by date of issue; undated ones last."""
    query = select(RecordRow).where(RecordRow.state == "published")
    for column, value in ((RecordRow.axis, axis), (RecordRow.publisher, publisher), (RecordRow.source, source)):
        if value:
            query = query.where(column == value)
    dated = query.where(RecordRow.issued_on.is_not(None)).order_by(RecordRow.issued_on.desc(), RecordRow.number)
    rows = list(session.scalars(dated.limit(limit)))
    if len(rows) < limit:
        undated = query.where(RecordRow.issued_on.is_(None)).order_by(RecordRow.number)
        rows += session.scalars(undated.limit(limit - len(rows)))
    return [entry_of(row) for row in rows]


def arrivals(session: Session, limit: int = 10) -> list[Entry]:
    """The records that came to the portal last."""
    query = select(RecordRow).where(RecordRow.state == "published")
    rows = session.scalars(query.order_by(RecordRow.first_seen.desc(), RecordRow.id.desc()).limit(limit))
    return [entry_of(row) for row in rows]


def window(
    session: Session,
    numbers: Sequence[str] | None,
    *,
    changed_since: datetime | None = None,
    changed_until: datetime | None = None,
    not_publishers: Sequence[str] = (),
    order: Order = "as_given",
    offset: int = 0,
    limit: int = 100,
) -> tuple[int, list[Entry]]:
    """Published records, how many there are in all and `limit` of them from `offset` on.

    `numbers` narrows to these records (and is the order of "as_given"); None means every record.
    """
    conditions = [RecordRow.state == "published"]
    if changed_since:
        conditions.append(RecordRow.changed_at >= changed_since)
    if changed_until:
        conditions.append(RecordRow.changed_at <= changed_until)
    if not_publishers:
        conditions.append(RecordRow.publisher.not_in(not_publishers))
    if numbers is not None:
        return _window_of(session, numbers, conditions, order, offset, limit)
    total = session.scalar(select(func.count()).select_from(RecordRow).where(*conditions)) or 0
    query = select(RecordRow).where(*conditions).order_by(*_ORDERS[order]).offset(offset).limit(limit)
    return total, [entry_of(row) for row in session.scalars(query)]


def _window_of(
    session: Session, numbers: Sequence[str], conditions: list[Any], order: Order, offset: int, limit: int
) -> tuple[int, list[Entry]]:
    # The numbers may be too many for one statement: they are asked about some hundreds at a time.
    kept: list[tuple[Any, str]] = []
    key = _ORDERS[order][0].element if hasattr(_ORDERS[order][0], "element") else _ORDERS[order][0]
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        rows = session.execute(select(RecordRow.number, key).where(RecordRow.number.in_(some), *conditions))
        values: dict[str, Any] = dict(rows.all())
        kept += [(values[number], number) for number in some if number in values]
    if order != "as_given":
        kept.sort(reverse=order.endswith("_desc"))
    return len(kept), find_many(session, [number for _, number in kept[offset : offset + limit]])


def of_sources(
    session: Session, sources: Sequence[str], *, words: str = "", taken_off: bool = False, offset: int = 0, limit: int = 50
) -> tuple[int, list[Entry]]:
    """How many shown records sources have, withdrawn ones among them, or instead those that were taken off the pages, and
    `limit` of them: changed last first. `words`: only those with them in the title or identifier, or of that number."""
    conditions = [RecordRow.source.in_(sources), RecordRow.state == "unpublished" if taken_off else RecordRow.state.not_in(HIDDEN)]
    if words:
        told = RecordRow.title.icontains(words, autoescape=True) | RecordRow.identifier.icontains(words, autoescape=True)
        conditions.append(told | (RecordRow.number == (read_number(words) or "")))
    total = session.scalar(select(func.count()).select_from(RecordRow).where(*conditions)) or 0
    query = select(RecordRow).where(*conditions).order_by(RecordRow.changed_at.desc(), RecordRow.id.desc())
    return total, [entry_of(row) for row in session.scalars(query.offset(offset).limit(limit))]


def parts_of(session: Session, size: int) -> list[tuple[int, datetime]]:
    """Every record's place in parts of at most `size` records: the parts that hold a shown one, each with its last
    change. See `part`."""
    place = ((RecordRow.id - 1) // size).label("place")
    rows = session.execute(
        select(place, func.max(RecordRow.changed_at))
        .where(RecordRow.state == "published")
        .group_by(place)
        .order_by(place)
    )
    return [(int(number) + 1, changed) for number, changed in rows]


def part(session: Session, number: int, size: int) -> Iterator[tuple[str, datetime]]:
    """Number and last change of the published records in a part, counted from 1. Records never change their part."""
    rows = session.execute(
        select(RecordRow.number, RecordRow.changed_at)
        .where(RecordRow.id > (number - 1) * size, RecordRow.id <= number * size, RecordRow.state == "published")
        .order_by(RecordRow.id)
        .execution_options(yield_per=2000)
    )
    yield from ((row.number, row.changed_at) for row in rows)


def published_numbers(session: Session, offset: int = 0, limit: int | None = None) -> list[str]:
    """The numbers of the published records, or of `limit` from `offset` on, in the order in which they came."""
    query = select(RecordRow.number).where(RecordRow.state == "published").order_by(RecordRow.id).offset(offset)
    return list(session.scalars(query.limit(limit) if limit is not None else query))


def all_numbers(session: Session, batch: int = 5000) -> Iterator[tuple[str, datetime]]:
    """Number and last change of every shown record, in a stable order, some thousands at a time."""
    last = 0
    while True:
        rows = session.execute(
            select(RecordRow.id, RecordRow.number, RecordRow.changed_at)
            .where(RecordRow.id > last, RecordRow.state.in_(("published", "withdrawn")))
            .order_by(RecordRow.id)
            .limit(batch)
        ).all()
        yield from ((row.number, row.changed_at) for row in rows)
        if len(rows) < batch:
            return
        last = rows[-1].id
