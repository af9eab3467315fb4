"""History: what another portal already knows of the life of a record, told along with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Past:
    """What a record said in an earlier version: its data, and its life then."""

    version: int
    change: str
    state: str
    reason: str
    changed_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """The life of a record: its version and state now, when it was first seen, the numbers it had before, and its
    earlier versions, the oldest first."""

    version: int
    change: str
    state: str
    reason: str
    changed_at: datetime
    first_seen: datetime
    withdrawn_at: datetime | None = None
    demonstration: bool = False
    formerly: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()
