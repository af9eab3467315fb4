"""What a cell says: text, a number in the source's spelling, a date, a period."""

import math
import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale

from ..dates import read_date
from ..when import check_when

_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009"), " ")
_CURRENCY = "£$€¥₫"
_TEXT_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def cell_text(cell: Any) -> str:
    """A cell in words: trimmed; numbers as a workbook shows them."""
    if cell.__class__ is str:
        return str(cell).strip()
    if isinstance(cell, float):
        return format(_decimal(cell), "f")
    return "" if cell is None else str(cell)


def _decimal(number: float) -> Decimal:
    """A workbook holds 15 digits; what follows is the noise of binary fractions."""
    if not math.isfinite(number):
        raise ValueError(f"{number!r} is not a number")
    value = Decimal(f"{number:.15g}")
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def read_number(cell: Any, decimal: str = ".", thousands: str = "") -> Decimal:
    """The number in a cell. Signs of currency, % and brackets (-5 as "(5)") are understood; nothing is guessed."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    if isinstance(cell, float):
        return _decimal(cell)
    text = str(cell).strip()
    if decimal == "." and _TEXT_NUMBER.fullmatch(text):
        return Decimal(text)
    plain = text.translate(_SPACES).replace("−", "-")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()" if negative else "").strip(f"{_CURRENCY}% ").replace("- ", "-")
    for sign in _CURRENCY:
        plain = plain.replace(f"-{sign}", "-")
    plain = _ungroup(plain, decimal, thousands.translate(_SPACES))
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", plain):
        raise ValueError(f"{cell!r} is not a number{_number_advice(text, decimal, thousands)}")
    return -Decimal(plain) if negative else Decimal(plain)


def _ungroup(text: str, decimal: str, thousands: str) -> str:
    """The number with a point and without marks for thousands, which must stand where they belong."""
    whole, mark, part = text.partition(decimal)
    if thousands and re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+", whole):
        whole = whole.replace(thousands, "")
    if "." in whole + part:
        return f"{text} is not one: a point that means nothing"
    return whole + ("." if mark else "") + part


def _number_advice(text: str, decimal: str, thousands: str) -> str:
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text) and thousands != ",":
        return '; thousands = "," would make it one'
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*,\d+", text) and decimal != ",":
        return '; decimal = "," would make it one'
    return "; correct it, or add it to missing" if len(text) <= 20 else ""


def read_day(cell: Any, formats: tuple[str, ...], order: str, name_days: bool = True) -> str | None:
    """The date in a cell: in one of the declared formats, or in a way that can mean one day only."""
    text = cell_text(cell)
    if not text:
        return None
    for layout in formats:
        try:
            moment = datetime.strptime(text, layout)
        except ValueError:
            continue
        if "%d" not in layout and "%j" not in layout and "%c" not in layout and "%x" not in layout:
            return (
                moment.strftime("%Y-%m") if "%m" in layout or "%b" in layout or "%B" in layout else f"{moment.year:04}"
            )
        return check_when(moment.isoformat()) if moment.tzinfo else f"{moment.date().isoformat()}"
    try:
        return read_date(text, order=order)
    except ValueError as fault:
        if formats:
            raise ValueError(f"{text!r} is not a date like {' or '.join(formats)}") from None
        if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}", text):
            raise ValueError(f'{text!r} may mean two days; state dates = "%d/%m/%Y" or "%m/%d/%Y"') from None
        raise ValueError(str(fault)) from None


_PERIODS = (
    (re.compile(r"(\d{4})(?:\.0)?"), lambda y: y),
    (re.compile(r"(\d{4})[- /]?[QT]([1-4])", re.I), lambda y, n: f"{y}-Q{n}"),
    (re.compile(r"[QT]([1-4])[- /]?(\d{4})", re.I), lambda n, y: f"{y}-Q{n}"),
    (re.compile(r"(\d{4})[- /]?[SH]([12])", re.I), lambda y, n: f"{y}-S{n}"),
    (re.compile(r"[SH]([12])[- /]?(\d{4})", re.I), lambda n, y: f"{y}-S{n}"),
    (re.compile(r"(\d{4})[- ]?W(\d{1,2})", re.I), lambda y, n: f"{y}-W{int(n):02}"),
    (re.compile(r"(\d{4})[- /.]?M?(0[1-9]|1[0-2]|[1-9](?!\d))", re.I), lambda y, m: f"{y}-{int(m):02}"),
    (re.compile(r"(0?[1-9]|1[0-2])[/.-](\d{4})"), lambda m, y: f"{y}-{int(m):02}"),
)  # fmt: skip
_WORDED = re.compile(r"(?:(\d{4})[- /]*([^\W\d]+)\.?|([^\W\d]+)\.?[- /]*(\d{4}))")
_TWO_YEARS = re.compile(r"(\d{4})\s*[-/–]\s*(\d{2}|\d{4})")


def read_period(
    cell: Any, frequency: str = "", language: str = "en", formats: tuple[str, ...] = (), order: str = ""
) -> str:
    """The period in a cell: 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05 or 2024-05-31. A stated `frequency` makes
    the period of a day (A: its year, Q: its quarter, M: its month), and a year of 2010-11 (A: 2010)."""
    text = cell_text(cell)
    if frequency in ("A", "A2") and (match := _TWO_YEARS.fullmatch(text)):
        first, second = int(match[1]), match[2]
        if int(second) == (first + 1) % (100 if len(second) == 2 else 10_000):
            return match[1]
    if not formats:
        for pattern, write in _PERIODS:
            if match := pattern.fullmatch(text):
                return write(*match.groups())
        if (match := _WORDED.fullmatch(text)) and (month := month_names(language).get((match[2] or match[3]).casefold())):
            return f"{match[1] or match[4]}-{month:02}"
    day = read_day(cell, formats, order)
    if day is None:
        raise ValueError("the period is missing")
    return _period_of(day[:10], frequency)


def _period_of(day: str, frequency: str) -> str:
    if len(day) < 7 or frequency in ("A", "A2"):
        return day[:4]
    month = int(day[5:7])
    wanted = {"Q": f"{day[:4]}-Q{(month + 2) // 3}", "S": f"{day[:4]}-S{(month + 5) // 6}", "M": day[:7]}
    return wanted.get(frequency, day)


def is_period(name: str) -> bool:
    """Whether a column is called by a period: 2011, 2024-Q3, 2024M05."""
    return any(pattern.fullmatch(name.strip()) for pattern, _ in _PERIODS)


@cache
def month_names(language: str) -> dict[str, int]:
    """The months' names and short names in English and in that language, case-folded and without a point, by number."""
    names: dict[str, int] = {}
    for tag in ("en", language.split("-")[0]):
        months = Locale.parse(tag).months
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names |= {str(name).casefold().rstrip("."): month for month, name in months[use][width].items()}
    return names
