"""Days: what is known of a year or a month only counts on its last day, or its first, as the formula says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .export import Data


def first_day(when: str) -> date:
    """2024 is 2024-01-01."""
    return date.fromisoformat((when[:10] + "-01-01")[:10])


def last_day(when: str) -> date:
    """2024 is 2024-12-31, 2024-02 is 2024-02-29."""
    if len(when) == 4:
        return date(int(when), 12, 31)
    if len(when) == 7:
        year, month = int(when[:4]), int(when[5:])
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return first_day(when)


def period_end(period: str) -> date:
    """The last day of 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05 or 2024-05-31."""
    year, _, part = period.partition("-")
    if part[:1] == "W":
        return date.fromisocalendar(int(year), int(part[1:]), 7)
    if part[:1] in ("Q", "S"):
        return last_day(f"{year}-{int(part[1:]) * (3 if part[0] == 'Q' else 6):02}")
    return last_day(period)


def period_start(period: str) -> date:
    """The first day of a period."""
    year, _, part = period.partition("-")
    if part[:1] == "W":
        return date.fromisocalendar(int(year), int(part[1:]), 1)
    if part[:1] in ("Q", "S"):
        return date(int(year), (int(part[1:]) - 1) * (3 if part[0] == "Q" else 6) + 1, 1)
    return first_day(period)


def versions_of(record: Data, zone: str = "UTC") -> list[tuple[date, Data]]:
    """What a record said from version to version, the oldest first: (day in a time zone, data)."""
    past = [(day_in(one["changed_at"], zone), one["data"]) for one in record["versions"]]
    return [*past, (day_in(record["changed_at"], zone), record)]


def day_in(text: str, zone: str) -> date:
    """The day of a moment in a time zone."""
    return moment(text).astimezone(ZoneInfo(zone)).date()


def moment(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
