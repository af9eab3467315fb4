"""Rhythm: when a source is to be asked, by the words or the cron line of its declaration.

Sources of one rhythm do not all begin at midnight: each has a place of its own within the hour, day, week or
month, which follows from its name. A cron line says its moments itself (in UTC); it is spread by minutes.
"""

import hashlib
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

RHYTHMS = ("hourly", "daily", "weekly", "monthly", "never")
_PERIODS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
# A cron line is heeded within so much, and within a tenth of the time between its moments.
_SPREAD = timedelta(minutes=10)


def check_rhythm(text: str) -> str:
    """`text`, where it is a rhythm. ValueError says what to write."""
    if text in RHYTHMS:
        return text
    known = f"write {', '.join(RHYTHMS)} or a cron line of five fields, such as 30 5 * * 1"
    if len(text.split()) != 5:
        raise ValueError(f"schedule {text!r} is unknown; {known}")
    try:
        next(CronSim(text, _MONDAY))
    except (CronSimError, StopIteration) as fault:
        raise ValueError(f"schedule {text!r} is not a cron line ({fault or 'it never comes'}); {known}") from None
    return text


def period(schedule: str, now: datetime) -> timedelta:
    """How long it is from one moment of a rhythm to the next. ValueError for "never"."""
    if schedule == "monthly":
        return timedelta(days=30)
    if schedule in _PERIODS:
        return _PERIODS[schedule]
    if schedule == "never":
        raise ValueError("what is never asked has no period")
    later = CronSim(schedule, now)
    return -(next(later) - next(later))


def next_moment(schedule: str, name: str, after: datetime) -> datetime | None:
    """The first moment after `after` at which source `name` is to be asked; None for never."""
    if schedule == "never":
        return None
    share = _share(name)
    if schedule == "monthly":
        return _next_in_months(share, after)
    if schedule in _PERIODS:
        step = _PERIODS[schedule]
        first = _MONDAY + step * share
        return first + step * ((after - first) // step + 1)
    late = min(_SPREAD, period(schedule, after) / 10) * share
    return next(CronSim(schedule, after - late)) + late


def _next_in_months(share: float, after: datetime) -> datetime:
    """Every month has 28 days at least: the place within them stays the same."""
    start = datetime(after.year, after.month, 1, tzinfo=UTC)
    while (moment := start + timedelta(days=28) * share) <= after:
        start += timedelta(days=monthrange(start.year, start.month)[1])
    return moment


def _share(name: str) -> float:
    """A place between 0 and 1 that a name always gets."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48
