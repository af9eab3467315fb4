"""Large matters that were put together a moment ago, and that nothing has touched since.

Putting together a matter of hundreds of records takes some tens of milliseconds, and who reads its pages asks for it again
and again. What was saved, found or renumbered meanwhile shows in the signature; nothing is kept for longer than `SECONDS`,
for a relation that was taken back does not.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ..models import RecordRow, Redirect, RelationRow

SECONDS = 10.0
# Smaller matters are always put together anew; of the larger ones so many are kept.
LARGE, _MOST = 100, 32

_SIGNATURE = select(
    select(func.max(RelationRow.id)).scalar_subquery(),
    select(func.max(RecordRow.changed_at)).scalar_subquery(),
    select(func.count()).select_from(Redirect).scalar_subquery(),
)
_kept: WeakKeyDictionary[Engine, "OrderedDict[Hashable, tuple[float, Any, Any]]"] = WeakKeyDictionary()
_lock = Lock()


def signature(session: Session) -> Any:
    """What differs as soon as a record or a relation is written."""
    return tuple(session.connection().execute(_SIGNATURE).one())


def engine_of(session: Session) -> Engine:
    """The engine that a session reads from."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def get(session: Session, key: Hashable, signed: Any) -> Any:
    """What was kept under that key, or None."""
    with _lock:
        until, was, value = _kept.setdefault(engine_of(session), OrderedDict()).get(key, (0.0, None, None))
    return value if was == signed and monotonic() < until else None


def keep(session: Session, key: Hashable, signed: Any, value: Any, seconds: float = SECONDS) -> None:
    """Keep a value, no longer than so many seconds; the oldest ones go."""
    with _lock:
        shelf = _kept.setdefault(engine_of(session), OrderedDict())
        shelf[key] = (monotonic() + seconds, signed, value)
        shelf.move_to_end(key)
        while len(shelf) > _MOST:
            shelf.popitem(last=False)


def forget() -> None:
    """Keep nothing of what was kept."""
    with _lock:
        _kept.clear()
