"""The audit log: who did what, when and why. Entries are only ever added.

The database refuses to change or delete an entry (triggers, made by the migrations), no page or command offers it, and
each entry carries a seal: SHA-256 over its own words and the seal before it. `faults` recomputes them all.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .db import wait_for_turn
from .models import LogEntry, User

_FIRST = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who did something. `id` is None for the portal itself and for operators at the command line."""

    id: int | None
    name: str

    @classmethod
    def of(cls, user: User) -> "Actor":
        return cls(user.id, user.email)


OPERATOR = Actor(None, "operator")
PORTAL = Actor(None, "portal")


def note(
    session: Session, now: datetime, actor: Actor, action: str, about: str = "", *, agency: str = "", reason: str = "", **detail: Any
) -> None:
    """Add an entry, in the transaction that does what it tells. `about`: a record's number, an upload, an e-mail address."""
    wait_for_turn(session, "audit log")
    before = session.scalar(select(LogEntry.seal).order_by(LogEntry.id.desc()).limit(1)) or _FIRST
    entry = LogEntry(
        at=now, user_id=actor.id, who=actor.name, agency=agency, action=action, about=about[:300], reason=reason, detail=detail
    )  # fmt: skip
    entry.seal = _seal(before, entry)
    session.add(entry)
    session.flush()


def _seal(before: str, entry: LogEntry) -> str:
    at = entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    words = [before, at, entry.user_id, entry.who, entry.agency, entry.action, entry.about, entry.reason, entry.detail]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def entries(session: Session, *, agency: str | Sequence[str] | None = None, about: str = "", before: int = 0, limit: int = 100) -> list[LogEntry]:
    """Entries, the newest first: of one agency or some, about one thing, older than the entry `before`."""
    query = select(LogEntry).order_by(LogEntry.id.desc()).limit(limit)
    if agency is not None:
        query = query.where(LogEntry.agency.in_([agency] if isinstance(agency, str) else agency))
    if about:
        query = query.where(LogEntry.about == about)
    if before:
        query = query.where(LogEntry.id < before)
    return list(session.scalars(query))


def count(session: Session) -> int:
    """How many entries there are."""
    return session.scalar(select(func.count()).select_from(LogEntry)) or 0


def faults(session: Session) -> Iterator[int]:
    """The ids of entries whose seal does not fit: they, or one before them, were changed or removed."""
    before = _FIRST
    for entry in session.scalars(select(LogEntry).order_by(LogEntry.id).execution_options(yield_per=1000)):
        if _seal(before, entry) != entry.seal:
            yield entry.id
        before = entry.seal
