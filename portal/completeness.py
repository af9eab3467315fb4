"""How complete what is here is: of the parts that a record of its kind should have, how many are there.

The formula is called completeness-1, and is this: every part below that is expected of a record counts once, whether it
is there or not; completeness is what is there, divided by what is expected. It is the same for one record, a matter, an
agency and an axis: these are sums over records that are published. It tells how much is here, not how good it is.

The manual's page "completeness" prints it as SQL over the public export, and a test runs that.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, delete, func, insert, select, union_all
from sqlalchemy.orm import Session, aliased

from harvesters.when import last_day

from .db import Database
from .models import HIDDEN, CompletenessCount, IdentifierRow, RecordRow, Redirect, RelationRow

FORMULA = "completeness-1"
# Types of decisions that move money, and of policies that promise something and are decided by somebody.
PAYING = frozenset({"award", "contract", "grant", "payment"})
PROMISING = frozenset({"strategy", "programme", "plan", "budget"})
DECIDED = PROMISING | {"law", "regulation", "resolution"}
MEASURED = frozenset({"indicator", "statistics", "survey", "evaluation"})
# Relations by which a document names another one that it cannot do without.
NAMING = ("implements", "based_on", "amends", "supersedes", "corrects", "evaluates", "measures", "part_of")
# The parts in the order in which they are shown, by axis.
PARTS: dict[str, tuple[str, ...]] = {
    "decision": ("date", "words", "original", "who", "ground", "amount", "counterparty", "votes", "policy", "named"),
    "policy": ("date", "words", "original", "text", "aims", "decision", "outcome", "named"),
    "outcome": ("date", "words", "original", "figures", "method", "reason", "reported", "named"),
}
# With fewer records than this everything is counted whenever it is asked for.
FEW = 5000

Key = tuple[str, str]
Counts = dict[Key, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of records of an axis: how many should have it, how many do."""

    axis: str
    code: str
    expected: int
    present: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is there of what is expected, with everything it was counted from."""

    parts: tuple[Part, ...]

    @property
    def expected(self) -> int:
        return sum(part.expected for part in self.parts)

    @property
    def present(self) -> int:
        return sum(part.present for part in self.parts)

    @property
    def share(self) -> float | None:
        """From 0 to 1, to four places; None where nothing is expected."""
        return round(self.present / self.expected, 4) if self.expected else None

    def of_axis(self, axis: str) -> "Completeness":
        """The same for the records of one axis."""
        return Completeness(tuple(part for part in self.parts if part.axis == axis))

    def to_data(self) -> dict[str, Any]:
        """As JSON data, with its inputs."""
        return {
            "formula": FORMULA,
            "expected": self.expected,
            "present": self.present,
            "share": self.share,
            "parts": [{"axis": part.axis, "part": part.code, "expected": part.expected, "present": part.present} for part in self.parts],
        }


def own_parts(data: Mapping[str, Any]) -> dict[str, bool]:
    """The parts that a record (as data) should have in itself, and whether it has them."""
    axis, kind = str(data["axis"]), str(data["type"])

    def has(*names: str) -> bool:
        return any(name in data for name in names)

    figures = any(one.get("value") is not None for one in data.get("observations", ()))
    found = {
        "date": has("issued") or (axis == "outcome" and figures),
        "words": has("summary", "body"),
        "original": has("landing_page", "files"),
    }
    if axis == "decision":
        found["who"] = has("decided_by", "decision_makers")
        found["ground"] = has("legal_basis") or any(one["type"] in ("based_on", "implements") for one in data.get("relations", ()))
        if kind in PAYING:
            found |= {"amount": has("amount"), "counterparty": has("counterparty")}
        if kind == "vote":
            found["votes"] = has("votes")
    elif axis == "policy":
        found["text"] = has("body", "files")
        if kind in PROMISING:
            found["aims"] = has("objectives", "targets")
    else:
        found["figures"] = figures or has("files", "body")
        if kind in MEASURED:
            found["method"] = has("method")
    return found


def tied_parts(axis: str, kind: str, axes: Collection[str]) -> dict[str, bool]:
    """The parts that a record should have in others that it is tied to. `axes`: on which axes these stand; a
    citation ties nothing."""
    if axis == "decision" and kind != "meeting":
        return {"policy": "policy" in axes}
    if axis == "policy" and kind in DECIDED:
        return {"decision": "decision" in axes, "outcome": "outcome" in axes}
    return {"reason": "policy" in axes or "decision" in axes} if axis == "outcome" else {}


def reported(due: str, today: date) -> dict[str, bool]:
    """Whether what an outcome owes is still in time; nothing where it owes nothing."""
    return {"reported": last_day(due) >= today} if due else {}


def summed(records: Iterable[tuple[str, Mapping[str, bool], int, int]]) -> Completeness:
    """The completeness of records, each given as its axis, its parts, and how many others it names and how many of
    these are here."""
    counts: dict[Key, list[int]] = {}
    for axis, parts, named, here in records:
        for code, there in parts.items():
            _add(counts, (axis, code), 1, there)
        if named:
            _add(counts, (axis, "named"), named, here)
    return completeness_of({key: (expected, present) for key, (expected, present) in counts.items()})


def _add(counts: dict[Key, list[int]], key: Key, expected: int, present: int) -> None:
    line = counts.setdefault(key, [0, 0])
    line[0] += expected
    line[1] += present


def completeness_of(counts: Counts) -> Completeness:
    """The counts of (axis, part) in their order of display."""
    return Completeness(tuple(Part(axis, code, *counts[axis, code]) for axis, codes in PARTS.items() for code in codes if (axis, code) in counts))


@dataclass(frozen=True, slots=True)
class Census:
    """The completeness of every agency that has published records, and when that was counted."""

    by_agency: dict[str, Counts]
    moment: datetime

    def of(self, agency: str) -> Completeness:
        return completeness_of(self.by_agency.get(agency, {}))

    @property
    def whole(self) -> Completeness:
        """Of everything here."""
        sums: dict[Key, list[int]] = {}
        for counts in self.by_agency.values():
            for key, (expected, present) in counts.items():
                _add(sums, key, expected, present)
        return completeness_of({key: (line[0], line[1]) for key, line in sums.items()})


def census(session: Session, now: datetime) -> Census | None:
    """The last count, or a new one where the store is so small that counting takes no time. None where there are many
    records, and `keep_count` has not yet counted them."""
    if (session.scalar(select(func.max(RecordRow.id))) or 0) <= FEW:
        return count(session, now)
    counted = session.scalar(select(func.max(CompletenessCount.counted_at)))
    if counted is None:
        return None
    by_agency: dict[str, Counts] = {}
    for row in session.scalars(select(CompletenessCount)):
        by_agency.setdefault(row.publisher, {})[row.axis, row.part] = (row.expected, row.present)
    return Census(by_agency, counted)


def count_of(session: Session, agency: str, now: datetime) -> tuple[Completeness, datetime] | None:
    """The completeness of one agency's own records, and when it was counted; None as `census` says."""
    many = session.scalar(select(func.count()).select_from(RecordRow).where(RecordRow.publisher == agency, RecordRow.state == "published")) or 0
    if many <= FEW // 5:
        return count(session, now, agency).of(agency), now
    counted = session.scalar(select(func.max(CompletenessCount.counted_at)))
    if counted is None:
        return None
    rows = session.scalars(select(CompletenessCount).where(CompletenessCount.publisher == agency))
    return completeness_of({(row.axis, row.part): (row.expected, row.present) for row in rows}), counted


def keep_count(database: Database, now: datetime) -> None:
    """Count everything, and keep it in the place of the last count. Nobody who writes has to wait while it is counted."""
    with database.read() as session:
        found = count(session, now)
    lines = [
        {"publisher": agency, "axis": axis, "part": part, "expected": expected, "present": present, "counted_at": now}
        for agency, counts in found.by_agency.items()
        for (axis, part), (expected, present) in counts.items()
    ]
    with database.write() as session:
        session.execute(delete(CompletenessCount))
        if lines:
            session.execute(insert(CompletenessCount), lines)


def count(session: Session, now: datetime, agency: str | None = None) -> Census:
    """Count every published record, or those of one agency: some hundreds are read at a time."""
    chosen = [RecordRow.state == "published", *([RecordRow.publisher == agency] if agency else [])]
    wanted = None if agency is None else select(RecordRow.id).where(*chosen)
    axes, named = _tied_axes(session, wanted), _named(session, wanted)
    counts: dict[str, dict[Key, list[int]]] = {}
    today = now.astimezone(UTC).date()
    for id, publisher, data in _records(session, chosen):
        mine = counts.setdefault(publisher, {})
        axis, kind = str(data["axis"]), str(data["type"])
        parts = own_parts(data) | tied_parts(axis, kind, axes.get(id, ())) | reported(str(data.get("due") or ""), today)
        for code, there in parts.items():
            _add(mine, (axis, code), 1, there)
        if id in named:
            _add(mine, (axis, "named"), *named[id])
    return Census({publisher: {key: (line[0], line[1]) for key, line in mine.items()} for publisher, mine in counts.items()}, now)


def _records(session: Session, chosen: list[Any], batch: int = 500) -> Iterator[tuple[int, str, dict[str, Any]]]:
    last = 0
    while True:
        query = select(RecordRow.id, RecordRow.publisher, RecordRow.data).where(*chosen, RecordRow.id > last).order_by(RecordRow.id).limit(batch)
        rows = session.execute(query).all()
        yield from ((row.id, row.publisher, row.data) for row in rows)
        if len(rows) < batch:
            return
        last = rows[-1].id


def _resolved() -> Any:
    """Every relation that names something: (id, record, target); the target is NULL where none here answers."""
    first = (
        select(IdentifierRow.value, func.min(RecordRow.id).label("record_id"))
        .join(RecordRow, and_(RecordRow.id == IdentifierRow.record_id, RecordRow.state.not_in(HIDDEN)))
        .where(IdentifierRow.value.in_(select(RelationRow.target_identifier).where(RelationRow.target_number.is_(None))))
        .group_by(IdentifierRow.value)
        .subquery()
    )
    target, moved = aliased(RecordRow), aliased(RecordRow)
    by_number = (
        select(RelationRow.id, RelationRow.record_id.label("record"), func.coalesce(target.id, moved.id).label("target"))
        .outerjoin(target, and_(target.number == RelationRow.target_number, target.state.not_in(HIDDEN)))
        .outerjoin(Redirect, Redirect.number == RelationRow.target_number)
        .outerjoin(moved, and_(moved.number == Redirect.target, moved.state.not_in(HIDDEN)))
        .where(RelationRow.type.in_(NAMING), RelationRow.target_number.is_not(None))
    )
    by_word = (
        select(RelationRow.id, RelationRow.record_id, first.c.record_id)
        .outerjoin(first, first.c.value == RelationRow.target_identifier)
        .where(RelationRow.type.in_(NAMING), RelationRow.target_number.is_(None))
    )
    return union_all(by_number, by_word).subquery()


def _tied_axes(session: Session, wanted: Any) -> dict[int, set[str]]:
    """On which axes the records stand that each record is tied to, either way."""
    ties, source, target = _resolved(), aliased(RecordRow), aliased(RecordRow)
    query = (
        select(ties.c.record, source.axis, ties.c.target, target.axis)
        .join(source, and_(source.id == ties.c.record, source.state.not_in(HIDDEN)))
        .join(target, target.id == ties.c.target)
        .where(ties.c.record != ties.c.target)
        .distinct()
    )
    if wanted is not None:
        query = query.where(ties.c.record.in_(wanted) | ties.c.target.in_(wanted))
    found: dict[int, set[str]] = {}
    for record, record_axis, other, other_axis in session.execute(query):
        found.setdefault(record, set()).add(other_axis)
        found.setdefault(other, set()).add(record_axis)
    return found


def _named(session: Session, wanted: Any) -> dict[int, tuple[int, int]]:
    """How many others each record names, and how many of these are here."""
    ties = _resolved()
    there = cast(func.sum(case((ties.c.target.is_not(None), 1), else_=0)), Integer)
    others = ties.c.target.is_(None) | (ties.c.target != ties.c.record)
    query = select(ties.c.record, func.count(), there).where(others).group_by(ties.c.record)
    if wanted is not None:
        query = query.where(ties.c.record.in_(wanted))
    return {record: (count, here) for record, count, here in session.execute(query)}
