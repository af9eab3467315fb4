"""Dates as agencies give them: a year, a month, a day or a moment, never made more exact than they are."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator

_PARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


def check_when(value: str) -> str:
    """Return `value` in its one spelling: YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ (always UTC).

    Raises ValueError with the value and what to write instead.
    """
    text = value.strip()
    if match := _PARTS.match(text):
        year, month, day = (int(part) if part else 1 for part in match.groups())
        try:
            date(year, month, day)
        except ValueError as error:
            raise ValueError(f"{value!r} is not a date ({error})") from None
        return text
    if "T" in text or " " in text:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(_advice(value)) from None
        if moment.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; write 2024-05-31T09:30:00Z or 2024-05-31T09:30:00+07:00")
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise ValueError(_advice(value))


def _advice(value: str) -> str:
    return f"{value!r} is not a date; write 2024-05-31, 2024-05, 2024 or 2024-05-31T09:30:00Z"


When = Annotated[str, AfterValidator(check_when)]


def first_day(when: str) -> date:
    """The first day a date may mean: 2024 is 2024-01-01. Used to sort and to filter."""
    return date.fromisoformat((when[:10] + "-01-01")[:10])


def last_day(when: str) -> date:
    """The last day a date may mean: 2024 is 2024-12-31, 2024-02 is 2024-02-29."""
    if len(when) == 4:
        return date(int(when), 12, 31)
    if len(when) == 7:
        year, month = int(when[:4]), int(when[5:7])
        following = date(year + month // 12, month % 12 + 1, 1) if (year, month) < (9999, 12) else date.max
        return following - timedelta(days=1) if following != date.max else date.max
    return first_day(when)
