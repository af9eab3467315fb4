"""The members of a matter: what their pages say of them, without what is long.

What a record says in one of its versions never changes, so what was read of it is kept: a matter of hundreds of records
is read from the database once, and then again only where something new is said.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from harvesters.when import last_day

from .. import completeness
from ..catalogue import FIELDS, Entry, with_former_names
from ..models import RecordRow
from ..outcomes import year_of
from ..progress import period_end, period_start
from .recent import engine_of
from .walk import Node

# So many members are kept, in all; each is some kilobytes.
KEPT = 10_000
_AT_ONCE = 400
_LEFT_OUT = ("body", "files", "rationale", "method", "axis_rule")


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a matter. `entry` is the record without its long parts: its text, files, roll call, and all figures
    but a few (`in_short`). `day` and `until`: when, as precise as it is known; `parts`: what it has of what is expected of it in
    itself (`portal.completeness`)."""

    entry: Entry
    day: str
    until: str
    parts: dict[str, bool]
    files: tuple[dict[str, Any], ...] = ()

    @property
    def number(self) -> str:
        return self.entry.number

    @property
    def axis(self) -> str:
        return self.entry.axis

    @property
    def at(self) -> date | None:
        """Where it stands in time: an outcome at its last figure, everything else on its day; None where that is not known."""
        return last_day(self.until[:4]) if self.until else period_start(self.day) if self.day else None


_Key = tuple[str, int, datetime, str]


class _Shelf:
    """What was read of records, the least used forgotten first."""

    def __init__(self) -> None:
        self._members: OrderedDict[_Key, Member] = OrderedDict()
        self._lock = Lock()

    def get(self, keys: Iterable[_Key]) -> dict[_Key, Member]:
        with self._lock:
            found = {key: self._members[key] for key in keys if key in self._members}
            for key in found:
                self._members.move_to_end(key)
            return found

    def put(self, members: dict[_Key, Member]) -> None:
        with self._lock:
            self._members.update(members)
            while len(self._members) > KEPT:
                self._members.popitem(last=False)


_shelves: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()
_shelving = Lock()


def _shelf(session: Session) -> _Shelf:
    with _shelving:
        return _shelves.setdefault(engine_of(session), _Shelf())


def read(session: Session, nodes: Collection[Node]) -> dict[int, Member]:
    """The records of these nodes, by id."""
    shelf = _shelf(session)
    keys = {(node.number, node.version, node.changed_at, node.state): node.id for node in nodes}
    found = shelf.get(keys)
    missing = sorted(id for key, id in keys.items() if key not in found)
    fresh: dict[_Key, Member] = {}
    for start in range(0, len(missing), _AT_ONCE):
        for entry in _entries(session, missing[start : start + _AT_ONCE]):
            fresh[entry.number, entry.version, entry.changed_at, entry.state] = member_of(entry)
    shelf.put(fresh)
    return _with_former_names(session, {member.entry.id: member for member in (*found.values(), *fresh.values())})


def _entries(session: Session, ids: Sequence[int]) -> list[Entry]:
    return [Entry(*row) for row in session.execute(select(*FIELDS).where(RecordRow.id.in_(ids)))]


def _with_former_names(session: Session, members: dict[int, Member]) -> dict[int, Member]:
    """The outcomes with the names that they had before. These are never kept: a record gets them without saying anything new."""
    outcomes = [member.entry for member in members.values() if member.axis == "outcome"]
    renamed = {entry.id: entry for entry in with_former_names(session, outcomes) if entry.formerly}
    return {id: replace(one, entry=renamed[id]) if id in renamed else one for id, one in members.items()}


def member_of(entry: Entry) -> Member:
    """A record as a member."""
    data = entry.data
    known = [one for one in data.get("observations", ()) if one.get("value") is not None]
    day, until = str(data.get("issued", "")), ""
    if entry.axis == "outcome" and known:
        day, until = (pick((str(one["period"]) for one in known), key=year_of) for pick in (min, max))
    return Member(
        replace(entry, data=_short(data, known)),
        day,
        "" if until == day else until,
        completeness.own_parts(data),
        tuple(data.get("files", ()))[:5],
    )


def _short(data: dict[str, Any], known: list[dict[str, Any]]) -> dict[str, Any]:
    short = {name: value for name, value in data.items() if name not in _LEFT_OUT}
    if "summary" in short:
        short["summary"] = short["summary"][:2000]
    if translations := short.get("translations"):
        short["translations"] = {code: {name: words[:2000] for name, words in one.items() if name != "body"} for code, one in translations.items()}
    if votes := short.get("votes"):
        short["votes"] = {name: value for name, value in votes.items() if name != "roll_call"}
    if known:
        short["observations"] = in_short(known)
    else:
        short.pop("observations", None)
    return short


def in_short(known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of known figures the last of each place that counts (`progress.counted`; a forecast where a place has nothing else), then the first
    and the last of all: what tells when it was measured, and whether that goes as far as a day."""
    by_place: dict[str | None, dict[str, Any]] = {}
    for one in known:
        before = by_place.get(one.get("place"))
        if before is None or _weight(one) >= _weight(before):
            by_place[one.get("place")] = one
    first, last = (pick(known, key=lambda one: year_of(one["period"])) for pick in (min, max))
    ends = [first, last] if first is not last else [first]
    return [*(one for one in by_place.values() if not any(one is end for end in ends)), *ends]


def _weight(one: dict[str, Any]) -> tuple[bool, date, str]:
    return one.get("status") != "F", period_end(one["period"]), str(one["period"])
