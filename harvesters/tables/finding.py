"""A table of which nothing is known: its delimiter, where it begins and ends, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .columns import FORMS, is_missing, read_date, read_number
from .header import SEARCHED, fold, name_columns
from .text import DELIMITERS
from .values import is_period

TALLEST = 6  # rows of one header
FOOT = 40  # rows at the end that may be remarks
_MOST_TOTALS = 3
_TOTALS = re.compile(
    r"(grand |sub ?)?total(s|e|en)?|sum(me|me gesamt)?|gesamt(summe)?|insgesamt|zusammen|somme|ensemble|suma|totaal|totalt|"
    r"tổng( cộng| số)?|cộng|итого|всего|σύνολο|合計|总计|總計|합계",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """Where a table is in its sheet: `first` and `begins` are indices of the header's first row and of the first row of
    data; they are the same where there is no header. `columns` are its names."""

    columns: tuple[str, ...]
    first: int
    begins: int
    header: tuple[tuple[str, ...], ...] = ()  # the words of its rows, as they are compared

    def is_repeated(self, row: Sequence[Any]) -> bool:
        """Whether a row says the header, or one of its rows, again."""
        first = fold(row[0]) if row else ""
        return any(words[0] == first for words in self.header) and _compared(row) in self.header


def find_delimiter(read: Callable[[str], list[list[str]]]) -> str:
    """The delimiter with which the rows (as `read` reads the first of them) agree best on how many cells they have."""
    best, score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in read(delimiter) if any(cell.strip() for cell in row))
        if not widths:
            continue
        width, count = max(((width, count) for width, count in widths.items() if width > 1), key=lambda pair: pair[0] * pair[1], default=(1, 0))
        mark = count / sum(widths.values()) * min(width, 12) ** 0.5
        if mark > score:
            best, score = delimiter, mark
    return best


def find_table(rows: Sequence[Sequence[Any]]) -> Found:
    """Where a table begins among its first rows: below titles and blank rows, at the first row that is as wide as what
    follows and is no data itself; a header of several rows goes down to where the data begin."""
    rows = rows[:SEARCHED]
    counts = [sum(1 for cell in row if _words(cell)) for row in rows]
    usual = _usual(counts)
    first = next((at for at, count in enumerate(counts) if count >= usual), 0)
    # A heading above some of the columns only belongs to the header where it is right above it.
    while first > 0 and counts[first - 1] >= 2 and not _has_data(rows[first - 1]) and counts[first - 1] * 3 >= usual and not _is_data(rows, first - 1):
        first -= 1
    if _is_data(rows, first):
        width = max((len(row) for row in rows[first : first + 50]), default=0)
        return Found(name_columns([[""] * width] if width else []) or tuple(f"column {n + 1}" for n in range(width)), first, first)
    height = _height(rows, first)
    window = [list(row) for row in rows[first : first + height]]
    width = max((len(row) for row in rows[first : first + height + 50]), default=0)
    names = name_columns(window)
    below = _width_of([row for row in rows[first + height :] if any(map(_words, row))])
    names += tuple(f"column {n + 1}" for n in range(len(names), min(width, below)))
    said = tuple(words for words in map(_compared, window) if sum(map(bool, words)) > 1)
    return Found(names, first, first + height, said)


def _words(cell: Any) -> str:
    return cell.strip() if cell.__class__ is str else "" if cell is None else str(cell)


def _usual(counts: Sequence[int]) -> int:
    """From how many filled cells on a row belongs to the table: most of what its rows usually have."""
    wide = sorted(count for count in counts if count > 1) or [1]
    middle = wide[len(wide) // 2]
    return max(1 if middle < 2 else 2, round(middle * 0.6))


def _width_of(rows: Sequence[Sequence[Any]]) -> int:
    """How many cells rows have up to their last filled one."""
    return max((at + 1 for row in rows for at, cell in enumerate(row) if _words(cell)), default=0)


def is_value(cell: Any) -> bool:
    """Whether a cell is a number or a date, as data are and names are not; a year or a quarter may be either."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return not is_period(str(cell))
    text = _words(cell)
    if not text or len(text) > 40 or not any(letter.isdigit() for letter in text):
        return False
    if is_period(text):
        return False
    return any(read_number(text, *form) is not None or read_number(text, *form, text[-1]) is not None for form in FORMS[:3]) or (
        read_date(text) or read_date(text, "dmy") or read_date(text, "mdy")
    ) is not None


def _has_data(row: Sequence[Any]) -> bool:
    return any(is_value(cell) for cell in row)


def _is_data(rows: Sequence[Sequence[Any]], at: int) -> bool:
    """Whether a row is data already: it has values where the rows below have values too."""
    if at >= len(rows):
        return False
    values = {position for position, cell in enumerate(rows[at]) if is_value(cell)}
    return bool(values & _value_columns(rows[at + 1 : at + 40]))


def _value_columns(rows: Sequence[Sequence[Any]]) -> set[int]:
    """Columns in which most filled cells are numbers or dates."""
    width = max((len(row) for row in rows), default=0)
    found = set()
    for position in range(width):
        filled = [row[position] for row in rows if position < len(row) and _words(row[position])]
        if filled and sum(1 for cell in filled if is_value(cell) or is_period(_words(cell))) * 5 >= len(filled) * 3:
            found.add(position)
    return found


def _height(rows: Sequence[Sequence[Any]], first: int) -> int:
    """How many rows the header has: those below the first that have words where the data have values."""
    height = 1
    while height < TALLEST and first + height < len(rows) - 1:
        row = rows[first + height]
        if not any(_words(cell) for cell in row):
            break
        values = _value_columns(rows[first + height + 1 : first + height + 41])
        filled = {at for at in values if at < len(row) and _words(row[at])}
        if not filled or any(is_value(row[at]) for at in filled):
            break
        # A row like those below it, whose numbers are missing, is no header.
        if sum(1 for at in filled if is_period(_words(row[at]))) * 2 > len(filled) and _has_data(row):
            break
        if all(is_missing(_words(row[at])) for at in filled):
            break
        height += 1
    return height


def _compared(row: Sequence[Any]) -> tuple[str, ...]:
    words = [fold(cell) for cell in row]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def is_total(row: Sequence[Any]) -> bool:
    """Whether a row calls itself a total, in its first words."""
    words = next((text for cell in row if (text := _words(cell))), "")
    return len(words) <= 40 and _TOTALS.fullmatch(words.strip(" :.*").replace("\u00a0", " ")) is not None


def split_foot(rows: Sequence[tuple[int, Sequence[Any]]], width: int) -> int:
    """How many of the last rows of a sheet (number and cells; blank ones are left out, so that numbers jump) are data; what
    follows are totals and remarks: rows that say so, or have one cell filled where others have many."""
    end, totals = len(rows), 0
    while end:
        _at, row = rows[end - 1]
        filled = [position for position, cell in enumerate(row) if _words(cell)]
        lonely = width > 2 and len(filled) == 1 and (filled[0] == 0 or end < len(rows)) and not is_value(row[filled[0]])
        totals += is_total(row)
        if not (lonely or is_total(row)):
            # Many totals are a category of that name.
            return end if totals <= _MOST_TOTALS else len(rows)
        end -= 1
    # Nothing but lonely cells is what such a table is like.
    return len(rows)


def filled_rows(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterable[tuple[int, Sequence[Any]]]:
    """Rows in which anything stands."""
    return ((at, row) for at, row in rows if any(cell not in ("", None) and _words(cell) for cell in row))
