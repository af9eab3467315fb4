"""What the columns of an unknown table hold: numbers, dates, yes or no, or words. Decided by what stands in all their
cells, never by a first impression; what can be read in two ways is decided by evidence, and said, or stays words."""

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property

from .values import month_names

# How much of a column may be something else than its type says: one cell in twenty.
MOST_MISFITS = 0.05
_LONGEST = 60
_DIGITS = 18  # what fits into 64 bits whatever the digits are

# Signs that say that there is no value, where numbers or dates are expected.
MISSING = frozenset({
    "n/a", "na", "n.a.", "n.a", "n/d", "n.d.", "nd", "s/d", "k.a.", "k. a.", "null", "none", "nan", "nil",
    "not available", "not applicable", "unknown", "…", "x", "?", ":", "không có", "keine angabe",
})  # fmt: skip
_YES_NO = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("có", "không"), ("đúng", "sai"), ("ja", "nein"), ("ja", "nee"),
    ("oui", "non"), ("sí", "no"), ("si", "no"), ("sim", "não"), ("wahr", "falsch"), ("vrai", "faux"),
)  # fmt: skip
_NAMED_YEAR = re.compile(r"\b(year|năm|jahr|année|año|ano|anno|jaar|fy|rok)\b", re.IGNORECASE)

_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009"), " ") | {ord("’"): "'", ord("−"): "-"}
_MONEY = "£$€¥₫"
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])? ?(?P<before>[{_MONEY}])? ?(?P<inner>-)?(?P<core>\d[\d., ']*|[.,]\d+)"
    rf"(?P<power>[eE][+-]?\d{{1,2}})? ?(?P<after>[%{_MONEY}đ])?(?P<close>\))?",
    re.ASCII,
)
# (decimal mark, mark of thousands): what a column of numbers may be written in.
FORMS = ((".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
_ALL = (1 << len(FORMS)) - 1
_POINTED = sum(1 << position for position, form in enumerate(FORMS) if form[0] == ".")
_SHAPES = tuple(
    re.compile(rf"(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)?(?:{re.escape(decimal)}\d+)?|\d+") for decimal, thousands in FORMS
)

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))? ?([AaPp][Mm])?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/](\d{2})|(\d{1,2})/(\d{4})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_WORDED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[. -]+([^\W\d_]{3,12})\.?[ ,-]+(\d{4}|\d{2})|([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


@dataclass(frozen=True)
class Custom:
    """What is usual where a table comes from, for what it does not tell itself: `decimal` mark, `order` of day and month
    (dmy, mdy), and the `language` of names of months. Empty where nothing is usual."""

    decimal: str = ""
    order: str = ""
    language: str = "en"


Value = int | float | str


@dataclass(frozen=True)
class Column:
    """What a column is. `kind`: empty, text, integer, decimal, date, boolean.

    `decimal`, `thousands`, `unit`: how its numbers are written. `scale`: how many digits stand behind the decimal mark at most;
    its values are whole numbers of 10^-scale, unless `wide`: then they have no room in 64 bits, and are floats to be sorted by.
    `order`: how its dates are written. `remarks`: codes of what is worth knowing (see REMARKS in portal.tables.words).
    """

    kind: str
    decimal: str = ""
    thousands: str = ""
    unit: str = ""
    scale: int = 0
    wide: bool = False
    order: str = ""
    language: str = "en"
    remarks: tuple[str, ...] = ()
    yes: str = ""
    filled: int = 0
    distinct: int = 0
    missing: tuple[tuple[str, int], ...] = ()
    misfits: int = 0
    misfit_examples: tuple[str, ...] = ()
    examples: tuple[tuple[str, int], ...] = ()
    longest: int = 0

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal")

    def reader(self) -> Callable[[str], Value | None]:
        """Reads the text of a cell as the column's value: a number (see `scale`), an ISO date, 0 or 1; None for a misfit."""
        if self.is_number:
            return self._read_float if self.wide else self._scaled()
        if self.kind == "date":
            return lambda text: read_date(text, self.order, self.language)
        if self.kind == "boolean":
            pair = next(pair for pair in _YES_NO if pair[0] == self.yes)
            return lambda text: {pair[0]: 1, pair[1]: 0}.get(text.casefold())
        return lambda text: None

    def number(self, text: str) -> Decimal | None:
        """The number in a cell, exactly; None where there is none."""
        return read_number(text, self.decimal, self.thousands, self.unit)

    def _scaled(self) -> Callable[[str], int | None]:
        scale, decimal, most, zeros = self.scale, self.decimal, _DIGITS - self.scale, "0" * self.scale

        def read(text: str) -> int | None:
            whole, _mark, part = text.partition(decimal)
            # Most numbers are like this.
            if whole.isdecimal() and len(whole) <= most and text.isascii():
                if part.isdecimal() and len(part) <= scale:
                    return int(whole + part + zeros[len(part) :])
                if text == whole:
                    return int(whole + zeros)
            number = self.number(text)
            return None if number is None else int(number.scaleb(scale))

        return read

    def _read_float(self, text: str) -> float | None:
        number = self.number(text)
        return None if number is None else float(number)


def read_number(text: str, decimal: str, thousands: str, unit: str = "") -> Decimal | None:
    """A number written in that form, with that unit or none. (5) is -5."""
    match = _parts(text)
    if match is None or not _fits(match["core"].strip(), (decimal, thousands)) or _unit(match) not in ("", unit):
        return None
    digits = match["core"].strip().replace(thousands, "") if thousands else match["core"].strip()
    negative = bool(match["open"]) or match["sign"] == "-" or bool(match["inner"])
    try:
        number = Decimal(digits.replace(decimal, ".") + (match["power"] or ""))
    except InvalidOperation:
        return None
    return number.copy_negate() if negative else number


def _parts(text: str) -> re.Match[str] | None:
    if len(text) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(text.translate(_SPACES))
    return match if match and bool(match["open"]) == bool(match["close"]) else None


def _unit(match: re.Match[str]) -> str:
    return match["before"] or match["after"] or ""


def _fits(core: str, form: tuple[str, str]) -> bool:
    return bool(core) and _SHAPES[FORMS.index(form)].fullmatch(core) is not None


def read_date(text: str, order: str = "", language: str = "en") -> str | None:
    """A date or moment as ISO 8601, as precise as it is written; None where it is none, or may be two without `order`."""
    if len(text) > _LONGEST:
        return None
    if match := _ISO.fullmatch(text):
        return _day(match[1], match[3], match[4], match[5], match[6], match[7])
    if match := _LAST.fullmatch(text):
        day, month = (match[1], match[3]) if order == "dmy" else (match[3], match[1]) if order == "mdy" else ("", "")
        return _day(_year(match[4]), month, day, match[5], match[6], match[7], (match[8] or "").lower()) if order else None
    if match := _MONTH.fullmatch(text):
        return _month(match[1] or match[4], match[2] or match[3])
    if match := _COMPACT.fullmatch(text):
        return _day(*match.groups())
    if match := _WORDED.fullmatch(text):
        number = month_names(language).get((match[2] or match[4]).casefold())
        return _day(_year(match[3] or match[6]), str(number), match[1] or match[5]) if number else None
    return None


def _year(digits: str) -> str:
    """Two digits are a year from 1969 to 2068, as POSIX has it."""
    return digits if len(digits) == 4 else f"{19 if int(digits) > 68 else 20}{digits}"


def _month(year: str, month: str) -> str | None:
    return f"{year}-{int(month):02}" if 1 <= int(month) <= 12 and int(year) >= 1000 else None


def _day(year: str, month: str, day: str, hour: str | None = None, minute: str | None = None, second: str | None = None, half: str = "") -> str | None:
    try:
        found = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
    if hour is None:
        return found
    clock = int(hour) % 12 + (12 if half == "pm" else 0) if half else int(hour)
    if clock > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    moment = f"{clock:02}:{minute}" + (f":{second}" if second else "")
    return found if moment in ("00:00", "00:00:00") else f"{found}T{moment}"


Cells = Sequence[tuple[str, int]]


def is_missing(text: str) -> bool:
    """Whether a text is a sign that there is no value."""
    return not text[0].isdigit() and (text.casefold() in MISSING or not text.strip("*.-–—"))


@dataclass
class _Survey:
    """A column's different texts, each with how often it stands there, sorted out."""

    name: str
    cells: Cells
    native: bool
    custom: Custom
    filled: int = 0
    present: list[tuple[str, int]] = field(default_factory=list)
    missing: list[tuple[str, int]] = field(default_factory=list)
    allowed: int = 0  # so many cells may be misfits

    @cached_property
    def forms(self) -> tuple[Counter[int], Counter[str], int]:
        return _forms(self)

    @cached_property
    def dates(self) -> "Column | None":
        return _dates(self)

    def __post_init__(self) -> None:
        self.filled = sum(count for _text, count in self.cells)
        for text, count in self.cells:
            (self.missing if len(text) < 20 and is_missing(text) else self.present).append((text, count))
        self.allowed = int(sum(count for _text, count in self.present) * MOST_MISFITS)


def decide(name: str, cells: Cells, custom: Custom, *, native: bool = False) -> Column:
    """What one column is; see `kinds_of`."""
    return kinds_of((name,), (cells,), custom, (native,))[0]


def kinds_of(names: Sequence[str], columns: Iterable[Cells], custom: Custom, native: Iterable[bool] = ()) -> list[Column]:
    """What each column of a table is. `columns`: of each its different texts with how often each stands there, all of them; one is
    looked at after the other, so that not all need be in memory. `native`: whether a workbook says itself that some of them are
    numbers. What the decimal marks of some columns prove counts for those that prove nothing."""
    flags = [*native] or [False] * len(names)
    readings = [_readings(_Survey(name, cells, flag, custom)) for name, cells, flag in zip(names, columns, flags, strict=True)]
    proofs = {proof for proof, _columns in readings if proof}
    leaning = proofs.pop() if len(proofs) == 1 else ""
    return [found.get(leaning, found[""]) for _proof, found in readings]


def _readings(survey: _Survey) -> tuple[str, dict[str, Column]]:
    """What a column proves about decimal marks, and what it is; where that hangs on what others prove, for each mark too."""
    found = {"": _described(survey, _kind(survey, ""))}
    if {"form_by_custom", "unclear_numbers"} & {*found[""].remarks}:
        found |= {mark: _described(survey, _kind(survey, mark)) for mark in (".", ",")}
    return "" if survey.dates else _proof(survey), found


def _kind(survey: _Survey, leaning: str) -> Column:
    if not survey.cells:
        return Column("empty")
    return _as_boolean(survey) or survey.dates or _as_number(survey, leaning) or Column("text", remarks=_doubts(survey))


def _described(survey: _Survey, found: Column) -> Column:
    """The column with what stands in it."""
    typed = found.kind not in ("text", "empty")
    misfits: list[tuple[str, int]] = []
    if typed:
        read = found.reader()
        misfits = [(text, count) for text, count in survey.present if read(text) is None]
    unique = survey.filled == len(survey.cells)
    often = survey.cells[:5] if unique else heapq.nsmallest(5, survey.cells, key=lambda cell: (-cell[1], len(cell[0]), cell[0]))
    return replace(
        found,
        filled=survey.filled,
        distinct=len(survey.cells),
        # The marks of a column without any value are its words.
        missing=tuple(heapq.nlargest(5, survey.missing, key=lambda cell: cell[1])) if typed else (),
        misfits=sum(count for _text, count in misfits),
        misfit_examples=tuple(text[:_LONGEST] for text, _count in misfits[:5]),
        examples=tuple((text[: _LONGEST * 2], count) for text, count in often),
        longest=max((len(text) for text, _count in survey.cells), default=0),
    )


def _as_boolean(survey: _Survey) -> Column | None:
    found = {text.casefold() for text, _count in survey.present[:9]}
    if len(survey.present) > 8 or not 1 < len(found) < 3:
        return None
    return next((Column("boolean", yes=pair[0]) for pair in _YES_NO if found == set(pair)), None)


def _dates(survey: _Survey) -> Column | None:
    order, remarks = _order(survey)
    read: Counter[str] = Counter()
    compact = bare = 0
    for text, count in survey.present:
        found = read_date(text, order, survey.custom.language)
        read["yes" if found else "no"] += count
        compact += count if found and _COMPACT.fullmatch(text) else 0
        bare += count if found and (match := _LAST.fullmatch(text)) and len(match[4]) == 2 else 0
        if read["no"] > survey.allowed:
            return None
    # 20240531 is a number too: a column is dates only where every cell can be one, and there are several.
    if not read["yes"] or (compact and (read["no"] or len(survey.present) < 3)):
        return None
    return Column("date", order=order, language=survey.custom.language, remarks=remarks + (("two_digit_years",) if bare else ()))


def _order(survey: _Survey) -> tuple[str, tuple[str, ...]]:
    """Whether the day comes first: as the dates prove, else as is usual, which is said."""
    first = second = plain = 0
    for text, count in survey.present:
        if len(text) <= _LONGEST and (match := _LAST.fullmatch(text)):
            first += count if int(match[1]) > 12 else 0
            second += count if int(match[3]) > 12 else 0
            plain += count
    if first or second:
        return ("dmy" if first >= second else "mdy"), ()
    return (survey.custom.order, ("order_by_custom",)) if plain and survey.custom.order else ("", ())


def _as_number(survey: _Survey, leaning: str) -> Column | None:
    masks, units, codes = survey.forms
    numbers = sum(masks.values())
    total = sum(count for _text, count in survey.present)
    if not numbers or total - numbers > survey.allowed or codes:
        return None
    form, remark = _form(survey, masks, leaning)
    if form is None:
        return None
    unit = units.most_common(1)[0][0] if units else ""
    scale = whole = 0
    lost = 0
    for text, count in survey.present:
        before, _mark, part = text.partition(form[0])
        if before.isdecimal() and (part.isdecimal() or not part) and text.isascii():
            scale, whole = max(scale, len(part)), max(whole, len(before))
            continue
        number = read_number(text, *form, unit)
        if number is None:
            lost += count
            continue
        digits, exponent = len(number.as_tuple().digits), int(number.as_tuple().exponent)
        scale, whole = max(scale, -exponent), max(whole, digits + exponent)
    if lost > survey.allowed:
        return None
    remarks = (*remark, *(("year",) if _is_year(survey, scale, whole, unit) else ()))
    return Column("decimal" if scale else "integer", *form, unit, scale, whole + scale > _DIGITS, remarks=remarks)


def _forms(survey: _Survey) -> tuple[Counter[int], Counter[str], int]:
    """How many numbers fit which forms (bits), what units they have, and how many are codes with zeros in front."""
    masks: Counter[int] = Counter()
    units: Counter[str] = Counter()
    codes = others = 0
    for text, count in survey.present:
        if text.isdecimal() and text.isascii():
            codes += count if len(text) > 1 and text[0] == "0" else 0
            masks[_ALL] += count
            continue
        whole, _point, part = text.partition(".")
        if part.isdecimal() and whole.isdecimal() and len(part) != 3 and text.isascii():  # most of them are like this
            masks[_POINTED] += count
            continue
        match = _parts(text)
        mask = _mask(match["core"].strip()) if match else 0
        if mask and match:
            masks[mask] += count
            if unit := _unit(match):
                units[unit] += count
        else:
            others += count
            if others > survey.allowed:
                return Counter(), units, codes
    return masks, units, codes


@cache
def _mask_of_marks(marks: str) -> int:
    """Which forms a number with grouped digits fits, by its marks alone; see _mask."""
    return sum(1 << position for position, form in enumerate(FORMS) if _fits(marks, form))


def _mask(core: str) -> int:
    # Numbers of the same shape fit the same forms: 1.234,50 and 9.876,12 are both 9.999,99. A zero in front is no thousand.
    shape = re.sub(r"\d", "9", core)
    mask = _mask_of_marks(shape) if len(shape) < 24 else sum(1 << position for position, form in enumerate(FORMS) if _fits(core, form))
    if core[0] == "0" and len(core) > 1 and not core[1].isdigit():
        mask &= sum(1 << position for position, form in enumerate(FORMS) if core[1] == form[0])
    return mask


def _form(survey: _Survey, masks: Counter[int], leaning: str) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
    """The form that most numbers fit; between equals what a workbook, the other columns or custom says."""
    if survey.native:
        return FORMS[0], ()
    fitting = [sum(count for mask, count in masks.items() if mask >> position & 1) for position in range(len(FORMS))]
    best = [FORMS[position] for position, count in enumerate(fitting) if count == max(fitting)]
    marks = {form[0] for form in best}
    # Only where a mark stands that may be one or the other does it matter which one.
    if len(marks) == 1 or all(mask == _ALL for mask in masks):
        return best[0], ()
    if leaning:
        return next((form for form in best if form[0] == leaning), best[0]), ("form_by_others",)
    if survey.custom.decimal:
        return next((form for form in best if form[0] == survey.custom.decimal), best[0]), ("form_by_custom",)
    return None, ()


def _proof(survey: _Survey) -> str:
    """The decimal mark that a column's numbers prove: 1,5 a comma, 1.5 a point; nothing where 1.234 may be either."""
    masks, _units, codes = survey.forms
    if survey.native or not masks or codes:
        return ""
    form, remarks = _form(survey, masks, "")
    return form[0] if form and not remarks and any(mask != _ALL for mask in masks) else ""


def _is_year(survey: _Survey, scale: int, whole: int, unit: str) -> bool:
    named = not scale and whole == 4 and not unit and _NAMED_YEAR.search(survey.name.replace("_", " ")) is not None
    return named and all("1500" <= text <= "2200" for text, _count in survey.present if text.isdecimal())


def _doubts(survey: _Survey) -> tuple[str, ...]:
    """Why a column that looks like something is words all the same."""
    sample = survey.present[:500]
    if not sample:
        return ("only_missing",)
    if all(_LAST.fullmatch(text) for text, _count in sample if len(text) <= _LONGEST) and len(sample[0][0]) <= _LONGEST:
        return ("unclear_dates",)
    masks, _units, codes = survey.forms
    if not masks:
        return ()
    return ("codes",) if codes else ("unclear_numbers",) if _form(survey, masks, "")[0] is None else ()
