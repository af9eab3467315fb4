"""One harvest: a source's items become records, or are rejected with a reason. Stores nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .http import Http
    from .record import Record
    from .source import Source


@dataclass(frozen=True, slots=True)
class Item:
    """What the agency sent, raw: `data` for `parse`, `raw` the bytes to keep, and where they came from.

    `identifier` is the source's own where it can be seen before parsing; rejects are listed under it.
    """

    data: Any
    raw: bytes
    url: str
    identifier: str = ""
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Harvested:
    """A record and the raw item it was read from."""

    record: "Record"
    item: Item


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that did not become a record: why, in words that its agency understands."""

    item: Item
    reason: str


@dataclass(slots=True)
class Account:
    """What the source said and what came: filled in while a harvest runs, read when it has ended.

    `expected`: how many items the source said it has (None where it does not say). `not_modified`: the source
    answered that nothing changed since the last complete run. `complete`: every item the source has was seen, so
    that what did not come is gone; False for incremental and limited runs. `flags`: what is odd, in words.
    """

    expected: int | None = None
    received: int = 0
    skipped: int = 0
    not_modified: bool = False
    complete: bool = False
    flags: list[str] = field(default_factory=list)


def harvest(
    source: "Source", http: "Http", since: datetime | None = None, account: Account | None = None
) -> Iterator[Harvested | Rejected]:
    """Yield what became of every item of `source`; with `since`, of those changed from then on.

    Raises SourceUnavailable or BadAnswer (harvesters.http) when the agency is down or sends something else than
    it should; one bad item is a Rejected and the harvest goes on.
    """
    raise NotImplementedError
