"""How a record stands today: withdrawn, superseded, corrected, cancelled or repealed, since when and by what.

A record says of itself that it was cancelled; that it was superseded or corrected another one says, by a relation. Only
relations that records state or officers confirmed count. One that names its target by a document number counts within its own
agency only: elsewhere the same number may be another document's.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from . import catalogue
from .catalogue import Entry
from .models import Decided, IdentifierRow, RecordRow, Redirect, RelationRow

Kind = Literal["withdrawn", "superseded", "corrected", "cancelled", "repealed", "rejected"]
_BY_RELATION: dict[str, Kind] = {"supersedes": "superseded", "corrects": "corrected"}
_BY_STATUS: dict[str, Kind] = {"superseded": "superseded", "cancelled": "cancelled", "repealed": "repealed"}


@dataclass(frozen=True)
class Standing:
    """Why a record is not to be read as it stands. `since`: a date as it is known, or nothing. `by`: what takes its place,
    or corrects it."""

    kind: Kind
    since: str = ""
    by: Entry | None = None


def standings(session: Session, entries: Sequence[Entry]) -> dict[str, Standing]:
    """By number, how those of these records stand that are not to be read as they are; in three statements at most."""
    replaced = _replaced(session, entries)
    named = {number for _kind, number in replaced.values()} | {one.successor for one in entries if one.successor}
    others = {one.number: one for one in catalogue.find_many(session, sorted(named))} if named else {}
    found: dict[str, Standing] = {}
    for entry in entries:
        if standing := _standing(entry, replaced.get(entry.number), others):
            found[entry.number] = standing
    return found


def _standing(entry: Entry, replaced: tuple[Kind, str] | None, others: dict[str, Entry]) -> Standing | None:
    other = others.get(replaced[1]) if replaced else None
    by = others.get(entry.successor or "") or other
    if entry.state == "withdrawn":
        since = f"{entry.withdrawn_at:%Y-%m-%d}" if entry.withdrawn_at else ""
        return Standing("superseded" if by and not (replaced and replaced[0] == "corrected") else "withdrawn", since, by)
    if replaced and other:
        return Standing(replaced[0], str(other.data.get("issued") or f"{other.first_seen:%Y-%m-%d}"), other)
    if kind := _BY_STATUS.get(str(entry.data.get("status"))):
        return Standing(kind)
    return None


def _replaced(session: Session, entries: Sequence[Entry]) -> dict[str, tuple[Kind, str]]:
    """By number: superseded or corrected, and the number of the record that says so. Superseding goes before correcting,
    the latest before earlier ones."""
    if not entries:
        return {}
    by_id = {entry.id: entry for entry in entries}
    rows = session.execute(_relations(by_id)).all()
    found: dict[str, tuple[Kind, str]] = {}
    for target, kind, number, *_more in sorted(rows, key=lambda row: (row.type == "supersedes", row.day or "", row.number)):
        found[by_id[target].number] = (_BY_RELATION[kind], number)
    return found


def _relations(targets: Collection[int] | None = None) -> Any:
    """A statement: the id of each target, the type, and the number, day and amount of the published record that says so.

    It begins at what is few: at the relations that replace something where every target is wanted, at the targets where these
    are known. An index is not begun at by a column that stands in an expression; and an index of some rows is only used where
    the statement itself says which, not its parameters.
    """
    source = aliased(RecordRow)
    kind: ColumnElement[str]
    state: ColumnElement[str]
    wanted: list[ColumnElement[bool]]
    if targets is None:
        kind, state, wanted = RelationRow.type.expression, source.state.expression, []
    else:
        kind, state, wanted = RelationRow.type.concat(""), source.state.concat(""), [RecordRow.id.in_(targets)]
    columns = (
        RecordRow.id.label("target"), RelationRow.type.label("type"), source.number.label("number"),
        source.changed_at.label("day"), Decided.value.label("value"),
    )  # fmt: skip
    common = (
        kind.in_(bindparam("replacing", tuple(_BY_RELATION), expanding=True, literal_execute=True)),
        RelationRow.origin.in_(("", "desk")),
        state == "published",
        source.id != RecordRow.id,
    )
    by_number = (
        select(*columns)
        .select_from(RelationRow)
        .join(source, source.id == RelationRow.record_id)
        .join(RecordRow, RecordRow.number == RelationRow.target_number)
        .outerjoin(Decided, Decided.record_id == source.id)
        .where(*common, *wanted)
    )
    by_former_number = (
        select(*columns)
        .select_from(RelationRow)
        .join(source, source.id == RelationRow.record_id)
        .join(Redirect, Redirect.number == RelationRow.target_number)
        .join(RecordRow, RecordRow.number == Redirect.target)
        .outerjoin(Decided, Decided.record_id == source.id)
        .where(*common, *wanted)
    )
    by_identifier = (
        select(*columns)
        .select_from(RelationRow)
        .join(source, source.id == RelationRow.record_id)
        .join(IdentifierRow, IdentifierRow.value == RelationRow.target_identifier)
        .join(RecordRow, and_(RecordRow.id == IdentifierRow.record_id, RecordRow.publisher == source.publisher))
        .outerjoin(Decided, Decided.record_id == source.id)
        .where(*common, func.coalesce(RelationRow.target_number, "") == "", *wanted)
    )
    return by_number.union(by_former_number, by_identifier)


def replaced_ids(session: Session) -> dict[int, Kind]:
    """Every record whose place another one took, by the id of its row: superseded, or corrected by one that states an
    amount itself. A correction without an amount leaves the amount of what it corrects."""
    found: dict[int, Kind] = {}
    for target, kind, _number, _day, value in session.execute(_relations()):
        if kind == "supersedes" or (value is not None and target not in found):
            found[target] = _BY_RELATION[kind]
    return found


Reader = Callable[[Sequence[Entry]], dict[str, Standing]]


def with_standing(entries: Iterable[Entry], read: Reader | None, batch: int = 500) -> Iterator[tuple[Entry, Standing | None]]:
    """Records with how they stand, asked some hundreds at a time: for lists that are streamed."""
    some: list[Entry] = []
    for entry in entries:
        some.append(entry)
        if len(some) == batch:
            yield from _told(some, read)
            some = []
    yield from _told(some, read)


def _told(some: Sequence[Entry], read: Reader | None) -> Iterable[tuple[Entry, Standing | None]]:
    found = read(some) if read and some else {}
    yield from ((entry, found.get(entry.number)) for entry in some)


