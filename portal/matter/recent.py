"""Large matters that were put together a while ago, and that nothing has touched since.

Putting together a matter of hundreds of records takes some tens of milliseconds, and who reads its pages asks for it again
and again. Where nothing at all was written, it is still so; else what it was put together by is asked again at once
(`watched`), so that only what touches this very matter makes it be walked anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ..models import RecordRow, Redirect, RelationRow
from .watched import Watched, print_of

# The signature does not see a relation that was taken back: after so many seconds, the matter itself is looked at.
SECONDS = 10.0
# Smaller matters are always put together anew; of the larger ones so many are kept.
LARGE, _MOST = 100, 32

_SIGNATURE = select(
    select(func.max(RelationRow.id)).scalar_subquery(),
    select(func.max(RecordRow.changed_at)).scalar_subquery(),
    select(func.count()).select_from(Redirect).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    signed: Any
    watched: Watched
    seen: int
    value: Any


_kept: WeakKeyDictionary[Engine, "OrderedDict[Hashable, _Kept]"] = WeakKeyDictionary()
_sums: WeakKeyDictionary[Engine, "OrderedDict[Hashable, tuple[float, Any, Any]]"] = WeakKeyDictionary()
_lock = Lock()


def fetch(session: Session, key: Hashable, make: Callable[[], tuple[Any, Watched]]) -> Any:
    """What `make` makes, or made before under that key where it is still so. Only what has many members is kept."""
    signed, now = signature(session), monotonic()
    with _lock:
        before = _kept.setdefault(engine_of(session), OrderedDict()).get(key)
    if before and before.signed == signed and now < before.until:
        return before.value
    if before and print_of(session, before.watched) == before.seen:
        _keep(session, key, replace(before, until=now + SECONDS, signed=signed))
        return before.value
    value, watched = make()
    if len(watched.members) >= LARGE:
        seen = print_of(session, watched)
        # What was written while it was put together is in its print, but not in the matter.
        if signature(session) == signed:
            _keep(session, key, _Kept(now + SECONDS, signed, watched, seen, value))
    return value


def get(session: Session, key: Hashable, signed: Any) -> Any:
    """What was kept under that key by `keep`, or None."""
    with _lock:
        until, was, value = _sums.setdefault(engine_of(session), OrderedDict()).get(key, (0.0, None, None))
    return value if was == signed and monotonic() < until else None


def keep(session: Session, key: Hashable, signed: Any, value: Any, seconds: float) -> None:
    """Keep what was worked out from many records, as long as they are signed the same and no longer than so many seconds."""
    with _lock:
        shelf = _sums.setdefault(engine_of(session), OrderedDict())
        shelf[key] = (monotonic() + seconds, signed, value)
        shelf.move_to_end(key)
        while len(shelf) > _MOST:
            shelf.popitem(last=False)


def signature(session: Session) -> Any:
    """What differs as soon as a record or a relation is written."""
    return tuple(session.connection().execute(_SIGNATURE).one())


def engine_of(session: Session) -> Engine:
    """The engine that a session reads from."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def _keep(session: Session, key: Hashable, one: _Kept) -> None:
    """Keep a value; the oldest ones go."""
    with _lock:
        shelf = _kept.setdefault(engine_of(session), OrderedDict())
        shelf[key] = one
        shelf.move_to_end(key)
        while len(shelf) > _MOST:
            shelf.popitem(last=False)


def forget() -> None:
    """Keep nothing of what was kept."""
    with _lock:
        _kept.clear()
        _sums.clear()
