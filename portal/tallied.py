"""What pages ask of the outcome clock again and again: whether it is behind, how many promises stand in each state, and who made
some. Each is kept as long as its signature says that nothing of it can be otherwise.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import outcome_clock
from .matter import recent
from .models import PromiseMark, PromiseRow, RecordRow, Revision, State
from .outcome_clock import TURN, Asked
from .parts import Portal
from .zones import Days

# Two writers at once may end in another order than they began, which the signature of the records does not see: after so
# many seconds they are looked at themselves.
_SECONDS_UP_TO_DATE = 10.0
_SECONDS = 600.0


def catch_up(portal: Portal, most: int) -> None:
    """Have the clock look at some records that it has not seen yet, before a page is answered."""
    now = datetime.now(UTC)
    with portal.database.read() as session:
        behind = _is_behind(session, now)
    if behind:
        outcome_clock.catch_up(portal, most)


def behind(session: Session, now: datetime) -> int:
    """How many records the clock has not looked at yet."""
    return outcome_clock.behind(session) if _is_behind(session, now) else 0


def counts(session: Session, days: Days, asked: Asked | None = None) -> dict[str, int]:
    """How many promises stand in each state today; whatever state is asked for."""
    asked = replace(asked or Asked(), which="all")
    if asked.record:  # has few, found by an index
        return outcome_clock.counts(session, days, asked)
    found: dict[str, int] = _kept(session, ("counts", asked, days.key), lambda: outcome_clock.counts(session, days, asked))
    return dict(found)


def agencies(session: Session) -> dict[str, int]:
    """The agencies that promised something, with how many promises they made."""
    found: dict[str, int] = _kept(session, ("agencies",), lambda: outcome_clock.agencies(session))
    return dict(found)


def _kept(session: Session, what: Hashable, work: Callable[[], Any]) -> Any:
    key, signed = ("clock", what), (_turn(session), session.scalar(select(func.count()).select_from(PromiseRow)))
    found = recent.get(session, key, signed)
    if found is None:
        found = work()
        recent.keep(session, key, signed, found, seconds=_SECONDS)
    return found


def _turn(session: Session) -> Any:
    """What is another one whenever the clock wrote something."""
    value = session.scalar(select(State.value).where(State.name == TURN))
    return value["turn"] if value else 0


def _is_behind(session: Session, now: datetime) -> bool:
    """As `outcome_clock.is_behind`. A new record has a new id and a new version leaves a revision; what is to be looked at again
    has lost its mark."""
    key = ("clock", "up to date", now.year)
    asked = select(
        select(func.max(RecordRow.id)).scalar_subquery(),
        select(func.max(RecordRow.changed_at)).scalar_subquery(),
        select(func.max(Revision.id)).scalar_subquery(),
        select(func.count()).select_from(PromiseMark).scalar_subquery(),
    )
    signed = (_turn(session), *session.execute(asked).one())
    if recent.get(session, key, signed):
        return False
    if outcome_clock.is_behind(session, now):
        return True
    recent.keep(session, key, signed, True, seconds=_SECONDS_UP_TO_DATE)
    return False
