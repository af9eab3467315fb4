"""What officers type: dates, numbers, periods, places and lines as people write them. What can be read in two ways is
asked back, never guessed."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal

import babel.localedata
from flask_babel import gettext as _

from harvesters.dates import read_date
from harvesters.when import check_when

from .i18n import language
from .places import place_code
from .spellings import Kind, code_of, nearest

_LONGEST_VALUE = 60  # letters of a wrong value that a message repeats
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}([., '])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_PLAIN = re.compile(r"-?\d+(?:[.,]\d+)?")
_TWO_READINGS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_PERIODS = (
    (r"(\d{4})[ -]?([QqSs])([1-4])", "{0}-{1}{2}"),
    (r"([QqSs])([1-4])[ /-]?(\d{4})", "{2}-{0}{1}"),
    (r"(\d{4})[ -]?([Ww])(\d{2})", "{0}-{1}{2}"),
)


# Nobody means to type these; a page that shows them is invalid, and PostgreSQL's JSON cannot hold the first.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class Unreadable(ValueError):
    """Something typed cannot be read; the message says what, and what to write."""


def without_control(text: str) -> str:
    """A text without control characters, its lines ended by a line feed."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def shown(value: str) -> str:
    """A value as a message repeats it: not longer than a line."""
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def _plain(text: str) -> str:
    """Digits and signs in their plain form: full-width digits, minus signs and hard spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("−", "-").replace("’", "'")).strip()


def read_when(text: str) -> str | None:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD; 31/05/2024, 31.5.2024, 31-5-2024 and 05/2024 are read day first. So is one in words:
    31 May 2024, ngày 31 tháng 5 năm 2024. Midnight, which programs write behind a day, says nothing."""
    plain = _without_midnight(_plain(text))
    if not plain:
        return None
    if day_first := re.fullmatch(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", plain):
        parts = list(reversed(day_first.groups()))
    elif year_first := re.fullmatch(r"(\d{4})(?:[/.-](\d{1,2})(?:[/.-](\d{1,2}))?)?", plain):
        parts = list(year_first.groups())
    else:
        parts = (_in_words(plain) or "").split("-")
    try:
        return check_when("-".join(part.zfill(2) for part in parts if part))
    except ValueError:
        raise Unreadable(_("“%(value)s” is not a date; write 2024-05-31 or 31/05/2024", value=shown(text))) from None


def _without_midnight(text: str) -> str:
    return re.sub(r"[T ]0?0:00(:00(\.0+)?)?( ?AM)?$", "", re.sub(r"[T ]12:00(:00)? ?AM$", "", text))


def _in_words(text: str) -> str | None:
    """A day whose month has a name or is called one, as YYYY-MM-DD."""
    if match := re.fullmatch(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2})(?:,| năm)? (\d{4})", text.casefold()):
        return f"{match[3]}-{match[2]}-{match[1]}"
    if not re.search(r"[A-Za-z]{3}", text):
        return None
    try:
        return read_date(re.sub(r"(?<=\w)-(?=\w)", " ", text))
    except ValueError:
        return None


def read_decimal(text: str) -> Decimal | None:
    """A number with a point or a comma for decimals, and spaces, points, commas or apostrophes between thousands."""
    plain = _plain(text)
    if not plain:
        return None
    if len(plain) > 40 or not (_PLAIN.fullmatch(plain) or _THOUSANDS.fullmatch(plain)):
        raise Unreadable(_("“%(value)s” is not a number; write digits only, such as 1250.50", value=shown(text)))
    if _TWO_READINGS.fullmatch(plain):
        whole, part = re.split(r"[.,]", plain)
        advice = _("“%(value)s” can be read in two ways; write %(whole)s or %(decimal)s", value=plain, whole=whole + part,
                   decimal=f"{whole}.{part}0")  # fmt: skip
        raise Unreadable(advice)
    if grouped := _THOUSANDS.fullmatch(plain):
        plain = plain.replace(grouped[1], "")
    return Decimal(plain.replace(",", "."))


def read_count(text: str) -> int | None:
    """A whole number that is not negative."""
    plain = re.sub(r"(?<=\d)[., ](?=\d{3}\b)", "", _plain(text))
    if not plain:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", plain):
        raise Unreadable(_("“%(value)s” is not a count; write a whole number, such as 12", value=shown(text)))
    return int(plain)


def read_period(text: str) -> str:
    """A period of a series: 2024, 2024-Q3, 2024-S1, 2024-W07, or a date in any spelling of read_when."""
    plain = _plain(text)
    for pattern, spelling in _PERIODS:
        if match := re.fullmatch(pattern, plain):
            return spelling.format(*match.groups()).upper()
    try:
        if when := read_when(plain):
            return when
    except Unreadable:
        pass
    raise Unreadable(_("“%(value)s” is not a period; write 2024, 2024-05 or 2024-Q3", value=shown(text)))


def read_place(text: str) -> str:
    """A place by its code (ISO 3166) or by its name: VN-HN, vn-hn, Hà Nội and Hanoi are VN-HN."""
    if code := place_code(_plain(text)):
        return code
    if near := _near("places", text):
        raise Unreadable(_("“%(value)s” is not a place known here; did you mean %(near)s? Or write its code of ISO 3166, such as VN-HN", value=shown(text), near=near))
    raise Unreadable(
        _("“%(value)s” is not a place known here; write its code of ISO 3166, such as VN or VN-HN", value=shown(text))
    )


def read_language(text: str) -> str:
    """A language by its tag or by its name in English, Vietnamese or itself; a tag that is not known is left to the record."""
    plain = _plain(text)
    if not plain:
        return ""
    if code := code_of("languages", plain):
        return code
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", plain) and babel.localedata.exists(plain.split("-")[0].lower()):
        return plain
    if near := _near("languages", text):
        raise Unreadable(_("“%(value)s” is not a language known here; did you mean %(near)s? Or write its code, such as en or vi", value=shown(text), near=near))
    raise Unreadable(_("“%(value)s” is not a language known here; write its name or its code, such as en or vi", value=shown(text)))


def read_licence(text: str) -> str:
    """A licence by its identifier (SPDX) or its name; an address, and words that are like none of those, stay as they are."""
    plain = " ".join(text.split())
    if not plain:
        return ""
    if code := code_of("licences", plain):
        return code
    if not plain.startswith(("http://", "https://")) and (near := _near("licences", plain)):
        raise Unreadable(_("“%(value)s” is not a licence known here; did you mean %(near)s? For a licence of your own, write the address where it can be read", value=shown(text), near=near))
    return plain


def _near(kind: Kind, text: str) -> str:
    return ", ".join(f"“{one}”" for one in nearest(kind, text, language()))


def read_lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_cells(text: str) -> Iterator[tuple[str, list[str]]]:
    """Lines with their cells between semicolons, or between tabs as pasted from a table. A cell in double quotes may hold
    what else parts cells."""
    for line in text.splitlines():
        if line.strip():
            between = "\t" if "\t" in line else ";"
            cells = next(csv.reader([line], delimiter=between, skipinitialspace=between == ";")) if '"' in line else line.split(between)
            yield line.strip(), [cell.strip() for cell in cells]


def write_cells(cells: Sequence[str]) -> str:
    """A line that read_cells reads as these cells, without the empty ones at the end."""
    filled = list(cells)
    while filled and not filled[-1]:
        filled.pop()
    return "; ".join(_quoted(cell) for cell in filled) or ";"


def _quoted(cell: str) -> str:
    cell = " ".join(cell.split())
    return '"' + cell.replace('"', '""') + '"' if ";" in cell or cell.startswith('"') else cell


def read_words(text: str) -> list[str]:
    """Words between commas, semicolons or line ends, each once."""
    return list(dict.fromkeys(word.strip() for word in re.split(r"[,;\n]", text) if word.strip()))


def page_number(text: str) -> int:
    """The page of a list that an address asks for; the first where it asks for none that makes sense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
