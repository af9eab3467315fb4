"""Which records belong to one matter: the graph of relations, walked a few statements a step, whatever its size.

A matter is every record that can be reached from one of its members by relations that carry a matter, in either
direction. So it is the same from each of them. What does not carry it:

- a citation: it names another text without being about the same thing;
- being part of a meeting: a meeting is where many matters meet;
- being based on a general ground: a record on which more than `GENERAL` others are based, such as the law of procurement;
- an identifier that no record here answers to, but for one that several records say they are part of (a docket):
  these belong together although the thing itself has not been collected.

What is tied to a member in one of these ways stands beside the matter, and is shown apart.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from ..models import HIDDEN, IdentifierRow, RecordRow, Redirect, RelationRow
from .watched import NOTHING, Watched

CARRYING = ("implements", "based_on", "amends", "supersedes", "corrects", "evaluates", "measures", "part_of")
# A record on which more others are based is a general ground, not the heart of what they are about.
GENERAL = 50
# More members than these are not walked to; who asks is told.
MOST = 2000
# Of records that cite a member, no more than four times as many are looked at.
CITED = 100
_AT_ONCE = 800


@dataclass(frozen=True, slots=True)
class Node:
    """A record as the walk knows it."""

    id: int
    number: str
    axis: str
    type: str
    state: str
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Tie:
    """One relation: `source` and `target` are ids of records; `target` is None where none here answers to what is
    named, and `position` is its place among what the source says. `carries`: whether it carries the matter."""

    source: int
    type: str
    target: int | None
    carries: bool
    origin: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """The members by id, nearest to the first first; every tie of a member; the nodes that stand beside.

    `complete`: there are no members beyond `MOST`. `axes`: on which axes the records stand that a member is tied to.
    `named`: how many others a member names, and how many of these are here. `watched`: what all this was seen by. `crowds`: how many records are based on, or part of, a member that is a general ground or a meeting.
    """

    members: dict[int, Node]
    ties: tuple[Tie, ...]
    beside: dict[int, Node]
    axes: dict[int, frozenset[str]]
    crowds: dict[int, int]
    named: dict[int, tuple[int, int]]
    complete: bool = True
    watched: Watched = NOTHING


@dataclass(slots=True)
class _Walker:
    connection: Connection
    most: int
    nodes: dict[int, Node] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    members: dict[int, Node] = field(default_factory=dict)
    ties: dict[tuple[int, str, int | None, int], Tie] = field(default_factory=dict)
    axes: dict[int, set[str]] = field(default_factory=dict)
    grounds: dict[int, int] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    checked: set[int] = field(default_factory=set)
    names: dict[int, tuple[list[str], list[str]]] = field(default_factory=dict)
    meant: dict[str, int | None] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    counted: dict[int, list[int]] = field(default_factory=dict)
    complete: bool = True


# Statements are put together once: a walk asks each of them several times, and putting together costs more than asking.
_RECORD, _RELATION, _IDENTIFIER, _MOVED = (cast(Table, one.__table__).c for one in (RecordRow, RelationRow, IdentifierRow, Redirect))
_NODE = (_RECORD.id, _RECORD.number, _RECORD.axis, _RECORD.type, _RECORD.state, _RECORD.version, _RECORD.changed_at)
_TIE = (_RELATION.record_id, _RELATION.type, _RELATION.target_number, _RELATION.target_identifier, _RELATION.origin, _RELATION.position)
_SHOWN = _RECORD.state.not_in(HIDDEN)
_SOME: BindParameter[Any] = bindparam("some", expanding=True)
_KINDS: BindParameter[Any] = bindparam("kinds", expanding=True)
_WITH_RECORD = _RECORD.id == _RELATION.record_id
# Not "IS NULL": SQLite would take the index of numbers for it, and read every relation that names none.
_NO_NUMBER = func.coalesce(_RELATION.target_number, "") == ""

_OUTGOING = select(*_TIE).where(_RELATION.record_id.in_(_SOME), _RELATION.type.in_(_KINDS))
_POINTING = select(*_TIE, *_NODE).join_from(_RELATION.id.table, _RECORD.id.table, _WITH_RECORD).where(_SHOWN, _RELATION.type.in_(_KINDS))
_POINTING = _POINTING.order_by(_RELATION.id).limit(bindparam("most"))
_BY_NUMBER, _BY_WORD = _POINTING.where(_RELATION.target_number.in_(_SOME)), _POINTING.where(_NO_NUMBER, _RELATION.target_identifier.in_(_SOME))


def _crowd(target: Any) -> Any:
    query = select(target, _RELATION.type, _RECORD.axis, func.count()).join_from(_RELATION.id.table, _RECORD.id.table, _WITH_RECORD)
    return query.where(_SHOWN, _RELATION.type.in_(("based_on", "part_of")), target.in_(_SOME)).group_by(target, _RELATION.type, _RECORD.axis)


_CROWD, _CROWD_BY_WORD = _crowd(_RELATION.target_number), _crowd(_RELATION.target_identifier).where(_NO_NUMBER)
_NODES, _BY_ID = select(*_NODE).where(_RECORD.number.in_(_SOME), _SHOWN), select(*_NODE).where(_RECORD.id.in_(_SOME))
_LEADS, _LED = select(_MOVED.number, _MOVED.target).where(_MOVED.target.in_(_SOME)), select(_MOVED.number, _MOVED.target).where(_MOVED.number.in_(_SOME))
_VALUES = select(_IDENTIFIER.record_id, _IDENTIFIER.value).where(_IDENTIFIER.record_id.in_(_SOME))
_FIRST = select(_IDENTIFIER.value, func.min(_RECORD.id)).join_from(_IDENTIFIER.id.table, _RECORD.id.table, _RECORD.id == _IDENTIFIER.record_id)
_FIRST = _FIRST.where(_SHOWN, _IDENTIFIER.value.in_(_SOME)).group_by(_IDENTIFIER.value)


def reach(session: Session, start: int, most: int = MOST) -> Walk:
    """The matter of the record with that id, which must be shown."""
    walker = _Walker(session.connection(), most)
    _learn(walker, _rows(walker, _BY_ID, [start]))
    frontier = [start]
    walker.members[start] = walker.nodes[start]
    _weigh(walker, frontier)
    while frontier:
        frontier = _step(walker, frontier)
    tied = {end for tie in walker.ties.values() for end in (tie.source, tie.target) if end is not None}
    return Walk(
        walker.members,
        tuple(walker.ties.values()),
        {id: walker.nodes[id] for id in sorted(tied - walker.members.keys())},
        {id: frozenset(found) for id, found in walker.axes.items()},
        {id: count for id in walker.members if (count := _crowd_of(walker, id))},
        {id: (line[0], line[1]) for id, line in walker.counted.items()},
        walker.complete,
        _watched(walker),
    )


def nodes_of(session: Session, ids: Iterable[int]) -> list[Node]:
    """The records with these ids as a walk knows them."""
    wanted, found = sorted(ids), list[Node]()
    for start in range(0, len(wanted), _AT_ONCE):
        found += [Node(*row) for row in session.connection().execute(_BY_ID, {"some": wanted[start : start + _AT_ONCE]})]
    return found


def _watched(walker: _Walker) -> Watched:
    """What the walk went by. A crowd stands around members, and around grounds beside them that may become members."""
    crowds = [id for id in walker.names if _is_general(walker, id) or walker.parts.get(id)]
    return Watched(
        tuple(walker.members),
        tuple(number for id in walker.members for number in walker.names[id][0]),
        tuple({value for id in walker.members for value in walker.names[id][1]}),
        tuple(number for id in crowds for number in walker.names[id][0]),
        tuple({value for id in crowds for value in walker.names[id][1]}),
    )


def _crowd_of(walker: _Walker, id: int) -> int:
    return (walker.grounds.get(id, 0) if _is_general(walker, id) else 0) + walker.parts.get(id, 0)


def _is_general(walker: _Walker, id: int) -> bool:
    return walker.grounds.get(id, 0) > GENERAL


def citations(session: Session, walked: Walk) -> tuple[list[Tie], dict[int, Node], bool]:
    """What the members of a matter cite and what cites them, one step far, with the records beyond the matter, and
    whether these are all."""
    walker = _Walker(session.connection(), CITED, dict(walked.members), {node.number: id for id, node in walked.members.items()}, dict(walked.members))
    ids = list(walked.members)
    found = [*_outgoing(walker, ids, ("cites",)), *_incoming(walker, ids, ("cites",))]
    ties = {(source, target): Tie(source, "cites", target, False, origin, position) for source, _kind, target, origin, position in found if target is not None}
    beyond = {id: walker.nodes[id] for tie in ties.values() for id in (tie.source, tie.target) if id is not None and id not in walked.members}
    return list(ties.values()), beyond, walker.complete


def _step(walker: _Walker, frontier: Sequence[int]) -> list[int]:
    """Walk from these members to those that they are tied to; return the new members."""
    found = [*_outgoing(walker, frontier), *_incoming(walker, frontier)]
    _weigh(walker, {end for source, _kind, target, _origin, _position in found for end in (source, target) if end is not None})
    fresh: dict[int, None] = {}
    for source, kind, target, origin, position in found:
        carries = target is not None and _carries(walker, kind, target)
        walker.ties.setdefault((source, kind, target, position if target is None else 0), Tie(source, kind, target, carries, origin, position))
        if target is None:
            continue
        _touch(walker, source, target)
        if carries:
            fresh |= dict.fromkeys((source, target))
    fresh |= dict.fromkeys(_siblings(walker, [one for one in found if one[2] is None and one[1] == "part_of"]))
    added = []
    for id in fresh:
        if id in walker.members:
            continue
        if len(walker.members) >= walker.most:
            walker.complete = False
            break
        walker.members[id] = walker.nodes[id]
        added.append(id)
    return added


_Found = tuple[int, str, int | None, str, int]


def _outgoing(walker: _Walker, frontier: Sequence[int], kinds: Sequence[str] = CARRYING) -> list[_Found]:
    """What these records name: their relations, resolved as their pages resolve them."""
    rows = _rows(walker, _OUTGOING, frontier, kinds=kinds)
    numbers = _present(walker, {row.target_number for row in rows if row.target_number})
    words = _answering(walker, {row.target_identifier for row in rows if row.target_identifier and not row.target_number})
    found: list[_Found] = []
    for source, kind, number, word, origin, position in rows:
        target = numbers.get(number) if number else words.get(word)
        if target == source:
            continue
        line = walker.counted.setdefault(source, [0, 0])
        line[0] += 1
        line[1] += target is not None
        if target is None:
            walker.named.add(("number", number) if number else ("identifier", word))
        found.append((source, kind, target, origin, position))
    return found


def _incoming(walker: _Walker, frontier: Sequence[int], kinds: Sequence[str] = CARRYING) -> list[_Found]:
    """What names these records; not the crowd of a general ground or a meeting."""
    by_number: list[Any] = []
    by_word: list[Any] = []
    _name(walker, frontier)
    numbers = {number: id for id in frontier for number in walker.names[id][0]}
    for left_out, ids in _by_crowd(walker, frontier).items():
        wanted = [kind for kind in kinds if kind not in left_out]
        by_number += _pointing(walker, _BY_NUMBER, [number for id in ids for number in walker.names[id][0]], wanted)
        by_word += _pointing(walker, _BY_WORD, sorted({value for id in ids for value in walker.names[id][1]}), wanted)
    # An identifier may be carried by several records; the first of them is meant.
    meant = _answering(walker, {row.target_identifier for row in by_word})
    _learn(walker, [row[6:] for row in (*by_number, *by_word)])
    found: list[_Found] = []
    for row in (*by_number, *by_word):
        source, kind, number, word, origin, position = row[:6]
        target = numbers[number] if number else meant.get(word)
        if target is None or target == source or target not in walker.members or not _carries(walker, kind, target):
            continue
        found.append((source, kind, target, origin, position))
    return found


def _by_crowd(walker: _Walker, ids: Iterable[int]) -> dict[tuple[str, ...], set[int]]:
    """Records by the kinds of relation to them that are a crowd's, and are not walked."""
    found: dict[tuple[str, ...], set[int]] = {}
    for id in ids:
        left_out: tuple[str, ...] = ("based_on",) if _is_general(walker, id) else ()
        left_out += ("part_of",) if walker.nodes[id].type == "meeting" else ()
        found.setdefault(left_out, set()).add(id)
    return found


def _pointing(walker: _Walker, query: Select[Any], values: Sequence[str], kinds: Sequence[str]) -> list[Any]:
    """The relations of shown records to these numbers or identifiers, each with its record."""
    most = 4 * walker.most
    rows = _rows(walker, query, values, kinds=kinds, most=most)
    walker.complete = walker.complete and len(rows) < most
    return rows


def _carries(walker: _Walker, kind: str, target: int) -> bool:
    if kind == "part_of":
        return walker.nodes[target].type != "meeting"
    return not (kind == "based_on" and _is_general(walker, target))


def _touch(walker: _Walker, source: int, target: int) -> None:
    walker.axes.setdefault(source, set()).add(walker.nodes[target].axis)
    walker.axes.setdefault(target, set()).add(walker.nodes[source].axis)


def _weigh(walker: _Walker, ids: Collection[int]) -> None:
    """Count how many records are based on each of these, or part of it where it is a meeting."""
    fresh = [id for id in ids if id not in walker.checked]
    walker.checked.update(fresh)
    if not fresh:
        return
    _name(walker, fresh)
    numbers = {number: id for id in fresh for number in walker.names[id][0]}
    counted = _rows(walker, _CROWD, list(numbers))
    by_word = _rows(walker, _CROWD_BY_WORD, sorted({value for id in fresh for value in walker.names[id][1]}))
    meant = _answering(walker, {row[0] for row in by_word})
    for target, kind, axis, count in [(numbers[row[0]], *row[1:]) for row in counted] + [(meant.get(row[0]), *row[1:]) for row in by_word]:
        if target not in walker.checked:
            continue
        if kind == "based_on":
            walker.grounds[target] = walker.grounds.get(target, 0) + count
        elif walker.nodes[target].type == "meeting":
            walker.parts[target] = walker.parts.get(target, 0) + count
        else:
            continue
        walker.axes.setdefault(target, set()).add(axis)


def _siblings(walker: _Walker, found: Iterable[_Found]) -> Iterator[int]:
    """The records that say they are part of the same thing, which has not been collected here."""
    ids = sorted({source for source, *_rest in found})
    if not ids:
        return
    named = _rows(walker, _OUTGOING, ids, kinds=("part_of",))
    numbers = {row.target_number for row in named if row.target_number and ("number", row.target_number) in walker.named}
    words = {row.target_identifier for row in named if not row.target_number and ("identifier", row.target_identifier) in walker.named}
    rows = _pointing(walker, _BY_NUMBER, sorted(numbers), ("part_of",)) + _pointing(walker, _BY_WORD, sorted(words), ("part_of",))
    _learn(walker, [row[6:] for row in rows])
    yield from (row[0] for row in rows)


def _learn(walker: _Walker, rows: Iterable[Any]) -> None:
    for row in rows:
        if row[0] not in walker.nodes:
            node = Node(*row)
            walker.nodes[node.id] = node
            walker.by_number[node.number] = node.id


def _rows(walker: _Walker, query: Select[Any], values: Sequence[Any], **more: Any) -> list[Any]:
    """The rows for many values, some hundreds at a time."""
    found: list[Any] = []
    for start in range(0, len(values), _AT_ONCE):
        found += walker.connection.execute(query, {"some": values[start : start + _AT_ONCE], **more}).all()
    return found


def _name(walker: _Walker, ids: Iterable[int]) -> None:
    """Learn by which numbers (its own, and those that lead to it) and by which folded identifiers these may be named."""
    fresh = [id for id in ids if id not in walker.names]
    own = {walker.nodes[id].number: id for id in fresh}
    for number, id in own.items():
        walker.names[id] = ([number], [])
    for number, target in _rows(walker, _LEADS, list(own)):
        if number not in walker.by_number:
            walker.names[own[target]][0].append(number)
    for id, value in _rows(walker, _VALUES, fresh):
        walker.names[id][1].append(value)


def _present(walker: _Walker, numbers: set[str]) -> dict[str, int]:
    """The ids of shown records by number, where an old number leads to the present one."""
    found = {number: walker.by_number[number] for number in numbers if number in walker.by_number}
    if missing := sorted(numbers - found.keys()):
        _learn(walker, _rows(walker, _NODES, missing))
        found |= {number: walker.by_number[number] for number in missing if number in walker.by_number}
    if missing := sorted(numbers - found.keys()):
        led = {row[0]: row[1] for row in _rows(walker, _LED, missing)}
        if led:
            present = _present(walker, set(led.values()) - set(led))
            found |= {old: present[target] for old, target in led.items() if target in present}
    return found


def _answering(walker: _Walker, words: set[str]) -> dict[str, int]:
    """The id of the oldest shown record by each folded identifier."""
    if unknown := sorted(words - walker.meant.keys()):
        first: dict[str, int] = {row[0]: row[1] for row in _rows(walker, _FIRST, unknown)}
        walker.meant |= {word: first.get(word) for word in unknown}
        if strange := sorted({id for id in first.values() if id not in walker.nodes}):
            _learn(walker, _rows(walker, _BY_ID, strange))
    return {word: id for word in words if (id := walker.meant.get(word)) is not None}
