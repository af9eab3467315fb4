"""What a record said before, and the numbers it had."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import read_record

from ..models import Redirect, Revision
from .entries import AnyRecord, Entry


@dataclass(frozen=True)
class Version:
    """What a record said from `changed_at` on. `change`: created, changed, withdrawn, returned, unpublished …"""

    version: int
    data: dict[str, Any]
    state: str
    reason: str
    change: str
    changed_at: datetime
    raw: str | None
    raw_url: str | None
    note: str = ""

    @cached_property
    def record(self) -> AnyRecord:
        return read_record(self.data)


def former_numbers(session: Session, number: str) -> list[Redirect]:
    """The numbers that lead to this record because its source renumbered or merged it, oldest first."""
    return list(session.scalars(select(Redirect).where(Redirect.target == number).order_by(Redirect.made_at)))


def versions(session: Session, entry: Entry) -> list[Version]:
    """Every version of a record, the newest first. The current one is among them."""
    past = session.scalars(
        select(Revision).where(Revision.record_id == entry.id).order_by(Revision.version.desc())
    )
    current = Version(
        entry.version, entry.data, entry.state, entry.reason, entry.change, entry.changed_at, entry.raw, entry.raw_url,
        entry.note,
    )
    return [current] + [
        Version(r.version, r.data, r.state, r.reason, r.change, r.changed_at, r.raw, r.raw_url, r.note) for r in past
    ]
