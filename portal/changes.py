"""Changes: every record with its history in the order of its last change, for portals that mirror this one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from . import catalogue, exports
from .catalogue import Found
from .models import HIDDEN, RecordRow, Redirect, Revision
from .zones import Days


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which record a page begins: its last change, and its place."""

    changed_at: datetime
    row: int

    def __str__(self) -> str:
        return f"{exact(self.changed_at)}~{self.row}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """ValueError where it is none."""
        moment, _, row = text.partition("~")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not 1900 < at.year < 9999:
            raise ValueError("no moment of this portal")
        if not (row.isascii() and row.isdigit() and len(row) < 19):
            raise ValueError("no place of a record")
        return cls(at, int(row))


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes: how many there are in all, those of this page, and where the next one begins."""

    total: int
    results: list[dict[str, Any]]
    next: Cursor | None


def exact(moment: datetime) -> str:
    """A moment to the microsecond, so that what is mirrored is the same."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def list_changes(
    session: Session, base: str, days: Days, *, since: datetime | None, sources: Sequence[str], after: Cursor | None, limit: int
) -> Changes:
    """The records that changed from `since` on, of these sources (all where none is named), after `after`. A record that
    changes meanwhile comes again at the end: none is missed."""
    wanted = [RecordRow.changed_at >= since] if since else []
    wanted += [RecordRow.source.in_(sources)] if sources else []
    total = session.scalar(select(func.count()).select_from(RecordRow).where(*wanted)) or 0
    if after:
        later = and_(RecordRow.changed_at == after.changed_at, RecordRow.id > after.row)
        wanted.append(or_(RecordRow.changed_at > after.changed_at, later))
    query = select(RecordRow).where(*wanted).order_by(RecordRow.changed_at, RecordRow.id).limit(limit)
    rows = session.scalars(query).all()
    full = len(rows) == limit
    return Changes(total, _results(session, rows, base, days), Cursor(rows[-1].changed_at, rows[-1].id) if rows and full else None)


def _results(session: Session, rows: Sequence[RecordRow], base: str, days: Days) -> list[dict[str, Any]]:
    past: dict[int, list[dict[str, Any]]] = {row.id: [] for row in rows}
    revisions = select(Revision).where(Revision.record_id.in_(past)).order_by(Revision.record_id, Revision.version)
    for one in session.scalars(revisions):
        past[one.record_id].append(
            {
                "version": one.version, "change": one.change, "state": one.state, "reason": one.reason,
                "changed_at": exact(one.changed_at), "data": one.data,
            }
        )  # fmt: skip
    formerly: dict[str, list[str]] = {}
    for redirect in session.scalars(select(Redirect).where(Redirect.target.in_([row.number for row in rows]))):
        formerly.setdefault(redirect.target, []).append(redirect.number)
    links = catalogue.found_relations(session, [row.id for row in rows])
    return [_result(row, past[row.id], formerly.get(row.number, []), links.get(row.id, ()), base, days) for row in rows]


def _result(
    row: RecordRow, past: list[dict[str, Any]], formerly: list[str], links: Sequence[Found], base: str, days: Days
) -> dict[str, Any]:
    if row.state in HIDDEN:
        # What it said is not told: it may be what must not be shown.
        return {
            "number": row.number, "source": row.source, "identifier": row.identifier, "state": row.state,
            "reason": row.reason, "changed_at": exact(row.changed_at),
        }  # fmt: skip
    entry = catalogue.entry_of(row)
    return exports.record_data(entry, base) | exports.found_data(links) | {
        "change": row.change,
        "changed_at": exact(row.changed_at),
        "first_seen": exact(row.first_seen),
        **({"withdrawn_at": exact(row.withdrawn_at)} if row.withdrawn_at else {}),
        "formerly": sorted(formerly),
        # Of several that carry one identifier, the one that came first is meant by it.
        "place": row.id,
        "via": row.via,
        "time_zone": days.zone(entry.data["publisher"]),
        # Versions in which it was hidden are not told either.
        "versions": [one for one in past if one["state"] not in HIDDEN],
    }
