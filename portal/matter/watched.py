"""Whether a matter that was put together is still so: everything that its walk goes by, asked again in a few statements.

A walk asks step by step, since it does not know where it leads; where it led is known afterwards, and whether anything
of that is different now is asked at once. So a record that is saved elsewhere costs no walk, and no writer has to tell.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ..models import HIDDEN

# Every version of a record has a number of its own, also where it is hidden or shown again: what it says needs not be read.
_VERSIONS = "SELECT id, version FROM records {by_version} WHERE id {some}"
_NAMED = "SELECT id, record_id, position, type, target_number, target_identifier, origin FROM relations WHERE record_id {some}"
_BY_NUMBER = "SELECT id, record_id, type, target_number, origin FROM relations WHERE target_number {some}"
_BY_WORD = "SELECT id, record_id, type, target_identifier, origin FROM relations WHERE coalesce(target_number, '') = '' AND target_identifier {some}"
_NOT_OF_A_CROWD = " AND type NOT IN ('based_on', 'part_of')"
_NUMBERED = "SELECT number, id FROM records WHERE number {some}"
_CARRIED = "SELECT value, record_id FROM identifiers WHERE value {some}"
_HIDDEN = f"SELECT id FROM records WHERE state IN ({', '.join(repr(state) for state in HIDDEN)}) AND id {{some}}"
_CROWD = (
    f"SELECT {{name}}, l.type, r.axis, count(*) FROM relations l CROSS JOIN records r WHERE r.id = l.record_id AND r.state NOT IN ({', '.join(repr(state) for state in HIDDEN)}) "
    "AND l.type IN ('based_on', 'part_of') AND {name} {{some}} GROUP BY {name}, l.type, r.axis"
)
_CROWD_BY_NUMBER = _CROWD.format(name="l.target_number")
_CROWD_BY_WORD = _CROWD.format(name="l.target_identifier").replace("WHERE", "WHERE coalesce(l.target_number, '') = '' AND", 1)
_MOVED = "SELECT number, target FROM redirects WHERE number {some}"
_FORMERLY = "SELECT folded, target FROM redirects WHERE folded {some}"
_MOVED_TO = "SELECT number, target FROM redirects WHERE target {some}"
# SQLite would read each record, with all that it says, for its version.
_BY_VERSION = "INDEXED BY ix_records_id_version"


@dataclass(frozen=True, slots=True)
class Watched:
    """What a walk went by: its members' ids; the numbers and folded identifiers by which they may be named; those of
    records that are a crowd's, whose crowd is counted and not walked; the ids of outcomes elsewhere that measure its targets, and the
    numbers and folded identifiers by which its targets name what measures them."""

    members: tuple[int, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    crowd_numbers: tuple[str, ...] = ()
    crowd_words: tuple[str, ...] = ()
    outcomes: tuple[int, ...] = ()
    called_numbers: tuple[str, ...] = ()
    called_words: tuple[str, ...] = ()


NOTHING = Watched((), (), ())


def print_of(session: Session, watched: Watched) -> int:
    """What differs as soon as a member, a relation of it or to it, or anything that it names is another one."""
    connection = session.connection()
    named = _ask(connection, _NAMED, watched.members)
    numbered = _ask(connection, _NUMBERED, {row[4] for row in named if row[4]} | set(watched.called_numbers))
    carried = _ask(connection, _CARRIED, {row[5] for row in named if row[5] and not row[4]} | set(watched.called_words))
    missing_numbers, missing_words = _missing(connection, named, numbered, carried)
    crowd_numbers, crowd_words = set(watched.crowd_numbers), set(watched.crowd_words)
    pointing = [
        *_ask(connection, _BY_NUMBER, (set(watched.numbers) - crowd_numbers) | missing_numbers),
        *_ask(connection, _BY_WORD, (set(watched.words) - crowd_words) | missing_words),
        *_ask(connection, _BY_NUMBER + _NOT_OF_A_CROWD, crowd_numbers),
        *_ask(connection, _BY_WORD + _NOT_OF_A_CROWD, crowd_words),
    ]
    concerned = {*watched.members, *watched.outcomes, *(row[1] for row in (*numbered, *carried, *pointing))}
    answers = (
        named, numbered, carried, pointing,
        _ask(connection, _VERSIONS, concerned),
        _ask(connection, _CROWD_BY_NUMBER, crowd_numbers), _ask(connection, _CROWD_BY_WORD, crowd_words),
        _ask(connection, _MOVED, {row[4] for row in named if row[4]} | set(watched.called_numbers)), _ask(connection, _MOVED_TO, watched.numbers),
        _ask(connection, _FORMERLY, watched.called_words),
    )  # fmt: skip
    # In whatever order rows come, the sum is the same.
    return hash(tuple((len(rows), sum(map(hash, rows))) for rows in answers))


_Rows = Sequence[tuple[Any, ...]]


def _missing(connection: Connection, named: _Rows, numbered: _Rows, carried: _Rows) -> tuple[set[str], set[str]]:
    """The numbers and identifiers of which records say they are part, and which no shown record answers to: what says the
    same belongs together."""
    whole_numbers = {row[4] for row in named if row[3] == "part_of" and row[4]}
    whole_words = {row[5] for row in named if row[3] == "part_of" and row[5] and not row[4]}
    answering = [row for row in (*numbered, *carried) if row[0] in whole_numbers or row[0] in whole_words]
    hidden = {row[0] for row in _ask(connection, _HIDDEN, {row[1] for row in answering})}
    there = {row[0] for row in answering if row[1] not in hidden}
    return whole_numbers - there, whole_words - there


def _ask(connection: Connection, query: str, some: Iterable[Any]) -> _Rows:
    """The rows for many values, which travel as one, whatever their number."""
    wanted = list(some)
    if not wanted:
        return ()
    given: Any
    if connection.dialect.name == "sqlite":
        statement, given = query.format(some="IN (SELECT value FROM json_each(:some))", by_version=_BY_VERSION), json.dumps(wanted)
    else:
        statement, given = query.format(some="= ANY(:some)", by_version=""), wanted
    return [tuple(row) for row in connection.execute(text(statement), {"some": given}).all()]
