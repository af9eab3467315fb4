"""Dates as agencies write them, read without guessing: what can mean two days is refused, not decided."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .when import check_when

# Ways to say that there is no date.
_NONE = frozenset({
    "", "-", "--", "n/a", "na", "n.d.", "none", "null", "unknown", "unspecified", "undated", "not available",
    "not applicable", "not specified", "tbd", "varies", "various", "ongoing", "continuous", "current", "present",
    "[]", "{}",
})  # fmt: skip
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, 1)}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mon lun seg", "tue mar die ter", "wed mer mit mié mie qua", "thu jeu don jue gio qui", "fri ven fre vie sex",
         "sat sam sáb sab", "sun dim son dom")
    )
    for name in names.split()
}  # fmt: skip
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ].*)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?$")
# "Date changed  jeu, 19/12/2019 - 03:00" is how DKAN writes one.
_YEAR_LAST = re.compile(r"(?:[^\W\d]+[.,]?\s+)*(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T,-]+\d{1,2}:\d{2}.*)?$")
_WORDS = re.compile(
    r"(?:[a-z]+,\s*)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$"
    r"|(\d{1,2})\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})$",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(r"([a-z]{3,9})\.?,?\s+(\d{4})$", re.I)


# Countries that speak English and put the day first.
_DAY_FIRST = frozenset({"GB", "IE", "AU", "NZ", "IN", "ZA", "KE", "NG", "SG", "MY"})


def day_order(language: str, place: str | None) -> str:
    """What 01/02/2024 means where a source is at home: "mdy", "dmy", or "" where both are in use."""
    if not language.startswith("en"):
        return "dmy"
    country = (place or "")[:2]
    return "mdy" if country == "US" else "dmy" if country in _DAY_FIRST else ""


def read_date(value: Any, *, naive_is_utc: bool = False, order: str = "") -> str | None:
    """A date in the portal's spelling, or None where there is none. ValueError where it means nothing.

    A moment without a time zone counts as its day, unless `naive_is_utc`; so does midnight in any zone, which
    is how programs write a day. `order`: "dmy" or "mdy" decides what 01/02/2024 means; without it, such a
    date is refused.
    """
    if value is None or (isinstance(value, (list, dict, str)) and not value):
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f"{_shown(value)} is not a date; write 2024-05-31, 2024-05, 2024 or 2024-05-31T09:30:00Z")
    text = str(value).strip()
    if text.casefold() in _NONE or text.startswith(("0000", "0001-01-01")):
        return None
    try:
        return check_when(_moment(text, naive_is_utc) or _day(text, order) or text)
    except ValueError as fault:
        why = str(fault).partition(" is not a date")[2]
        raise ValueError(f"{_shown(value)} is not a date{why}") from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def date_field(data: Mapping[str, Any], name: str, **how: Any) -> str | None:
    """The date in a field, as `read_date` reads it; a fault names the field."""
    try:
        return read_date(data.get(name), **how)
    except ValueError as fault:
        raise ValueError(f"{name} = {fault}") from None


def _moment(text: str, naive_is_utc: bool) -> str | None:
    match = _MOMENT.match(text)
    if not match:
        return None
    day, clock, _, zone = match.groups()
    if re.fullmatch(r"00:00(:00)?", clock) and not naive_is_utc:
        return str(day)
    if not zone:
        return f"{day}T{clock}Z" if naive_is_utc else day
    zone = "+00:00" if zone.upper() in ("Z", "UTC", "GMT") else zone
    zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
    return f"{day}T{clock}{zone}"


def _day(text: str, order: str) -> str | None:
    if match := _YEAR_FIRST.match(text):
        return "-".join([match[1], *(part.zfill(2) for part in match.groups()[1:] if part)])
    if match := _COMPACT.match(text):
        return "-".join(match.groups())
    if match := _YEAR_LAST.match(text):
        one, two, year = int(match[1]), int(match[3]), match[4]
        return _year_last(one, two, year, order) or _by_weekday(text, one, two, year)
    if match := _WORDS.match(text):
        name, day, year = match.groups()[:3] if match[1] else (match[5], match[4], match[6])
        return f"{year}-{_MONTHS[name[:3].lower()]}-{int(day):02}" if name[:3].lower() in _MONTHS else None
    if (match := _MONTH_YEAR.match(text)) and match[1][:3].lower() in _MONTHS:
        return f"{match[2]}-{_MONTHS[match[1][:3].lower()]}"
    return _internet_date(text)


def _year_last(one: int, two: int, year: str, order: str) -> str | None:
    """31/12/2024 and 12/31/2024 say which is the day; 01/02/2024 only with `order`."""
    if one > 12 or (two <= 12 and order == "dmy") or one == two:
        return f"{year}-{two:02}-{one:02}"
    return f"{year}-{one:02}-{two:02}" if two > 12 or order == "mdy" else None


def _by_weekday(text: str, one: int, two: int, year: str) -> str | None:
    """Tue, 12/10/2019 can only be one of the two: the other one is no Tuesday."""
    weekday = _WEEKDAYS.get(text[:3].casefold())
    days = (date(int(year), month, day) for day, month in ((one, two), (two, one)) if 1 <= month <= 12)
    found = [day for day in days if day.weekday() == weekday]
    return found[0].isoformat() if len(found) == 1 else None


def _internet_date(text: str) -> str | None:
    try:
        moment: datetime = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
