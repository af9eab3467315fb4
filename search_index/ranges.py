"""Ranges as visitors write them: `>1000000`, `1000..5000`, `2023..2024`, `..2020-06`, of amounts and of days."""

import math
import re
from datetime import date, timedelta

_SIGNS = re.compile(r"(?P<sign>>=|<=|>|<)(?P<one>.+)|(?P<least>.*?)\.\.\.?(?P<most>.*)|(?P<same>.+)", re.DOTALL)
_AMOUNT = re.compile(r"[€$£₫¥₹₩]?\s*(?P<number>\d[\d.,_'\u00a0\u202f]*)\s*(?P<times>k|m|mn|b|bn)?\s*[€$£₫¥₹₩]?", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000}
_THOUSANDS = re.compile(r"\d{1,3}(?P<mark>[.,_'\u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*")


def read_amounts(text: str) -> tuple[float | None, float | None] | None:
    """The least and the most of a range of amounts, both included; None where it is none."""
    ends = _ends(text)
    if ends is None:
        return None
    sign, first, last = ends
    least, most = (_amount(end) if end else None for end in (first, last))
    if (first and least is None) or (last and most is None):
        return None
    if least is not None and most is not None and least > most:
        least, most = most, least
    if sign == ">" and least is not None:
        least = math.nextafter(least, math.inf)
    if sign == "<" and most is not None:
        most = math.nextafter(most, -math.inf)
    return least, most


def read_days(text: str) -> tuple[date | None, date | None] | None:
    """The first and the last day of a range of years, months or days, both included; None where it is none."""
    ends = _ends(text)
    if ends is None:
        return None
    sign, first, last = ends
    if sign == ">":
        # After 2020 begins where 2020 ends.
        before = read_day(first, last=True)
        return (before + timedelta(days=1), None) if before and before < date.max else None
    if sign == "<":
        after = read_day(last, last=False)
        return (None, after - timedelta(days=1)) if after and after > date.min else None
    since, until = read_day(first, last=False) if first else None, read_day(last, last=True) if last else None
    if (first and since is None) or (last and until is None):
        return None
    if since and until and since > until:
        since, until = read_day(last, last=False), read_day(first, last=True)
    return since, until


def read_day(text: str, *, last: bool) -> date | None:
    """The first (or last) day of a year, a month or a day; None if it is none of these."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if not last or (month and day):
            return date(year or 1, month or 1, day or 1)
        if month is None:
            return date(year or 1, 12, 31)
        return date((year or 1) + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _ends(text: str) -> tuple[str, str, str] | None:
    """A range's sign and its two ends as written; an open end is empty. None where nothing is said of either."""
    match = _SIGNS.fullmatch(text.strip())
    if match is None:
        return None
    sign, one = match["sign"] or "", (match["one"] or "").strip()
    if sign:
        return (sign, one, "") if sign[0] == ">" else (sign, "", one)
    if match["same"] is not None:
        return "", match["same"].strip(), match["same"].strip()
    least, most = (match["least"] or "").strip(), (match["most"] or "").strip()
    return ("", least, most) if least or most else None


def _amount(text: str) -> float | None:
    """An amount with its thousands marked or not, and k, m or bn behind it."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    number = match["number"]
    plain = re.sub(r"\D", "", number) if _THOUSANDS.fullmatch(number) else number.replace(",", ".")
    try:
        value = float(plain) * _TIMES[(match["times"] or "").lower()]
    except ValueError:
        return None
    return value if math.isfinite(value) else None
