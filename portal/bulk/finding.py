"""Where the table is in a file as offices have them: below titles, under merged headers, above totals, on one of several sheets."""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from harvesters.faults import BadAnswer
from harvesters.tables import text, workbook
from harvesters.tables.finding import FOOT, find_delimiter, find_table, is_total, is_value
from harvesters.tables.header import SEARCHED, fold, name_columns
from harvesters.tables.recognition import recognise

_TALLEST = 3  # rows of one header
_REMARK = 3  # words from which on a lonely cell below the table is a remark on it
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)

Known = Callable[[str], bool]  # whether a name is one that stands above columns of records


class Empty(BadAnswer):
    """A file in which nothing stands."""


@dataclass(frozen=True)
class Place:
    """Where an officer says that the table is: the number of its sheet and of the row with the names; 0 for the likeliest."""

    sheet: int = 0
    header: int = 0


@dataclass
class Found:
    """A table in its file: its columns, and its rows with the numbers that a spreadsheet shows.

    `sheets`: those that are not hidden; `sheet`, `header`: the number of the one that was read, and of the row with the names.
    `encoding`: how letters were read, where the file does not say. `foot`: numbers of the last rows, left out as totals and
    remarks; known when the rows are through.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Any], bool]]
    header: int
    sheet: int = 1
    sheets: list[str] = field(default_factory=list)
    encoding: str = ""
    foot: list[int] = field(default_factory=list)


def find(stream: IO[bytes], name: str, place: Place, known: Known) -> Found:
    """The table in a file. Raises BadAnswer (Empty where nothing is in it), ValueError and OSError."""
    found = _in_text(stream, name, place, known) if recognise(stream, name) == "text" else _in_workbook(stream, name, place, known)
    if not found.columns:
        raise Empty(f"{name} is empty")
    return found


def _in_text(stream: IO[bytes], name: str, place: Place, known: Known) -> Found:
    encoding, oddity = text.find_encoding(stream)

    def rows_by(delimiter: str) -> Iterator[tuple[list[str], bool]]:
        return text.rows(text.lines(stream, encoding), delimiter, '"', name)

    def read(delimiter: str) -> list[list[str]]:
        return [row for row, _whole in itertools.islice(rows_by(delimiter), SEARCHED)]

    delimiter = _stated_delimiter(stream, encoding) or _by_names(read, known) or find_delimiter(read)
    head = read(delimiter)
    if not any(any(map(_is_filled, row)) for row in head):
        raise Empty(f"{name} is empty")
    names, at_names, before = _header(head, place.header, known)
    found = Found(names, iter(()), at_names, encoding=encoding if oddity else "")
    body = ((at, row, whole) for at, (row, whole) in enumerate(rows_by(delimiter), 1) if at > before)
    found.rows = _body(body, found)
    return found


def _stated_delimiter(stream: IO[bytes], encoding: str) -> str:
    """What Excel's own first line says: sep=;"""
    match = _SEPARATOR.match(next(text.lines(stream, encoding), ""))
    return match[1] if match else ""


def _by_names(read: Callable[[str], list[list[str]]], known: Known) -> str:
    """The delimiter with which a row has most of the names that stand above columns of records."""
    marks = {delimiter: max((_names_in(row, known) for row in read(delimiter)), default=0) for delimiter in text.DELIMITERS}
    best = max(marks, key=lambda one: marks[one])
    return best if marks[best] > 1 else ""


def _in_workbook(stream: IO[bytes], name: str, place: Place, known: Known) -> Found:
    book = workbook.open_workbook(stream, name)
    sheets = workbook.visible_sheets(book)
    best: tuple[tuple[int, int], int] | None = None
    wanted = [place.sheet] if 1 <= place.sheet <= len(sheets) else range(1, len(sheets) + 1)
    for number in wanted:
        _first, head, _rows, _merged = _sheet(book, sheets[number - 1], name)
        mark = max((_names_in(row, known) for row in head), default=0), sum(1 for row in head if sum(map(_is_filled, row)) > 1)
        if best is None or mark > best[0]:
            best = mark, number
    number = best[1] if best else 1
    first, head, rows, merged = _sheet(book, sheets[number - 1], name)
    if not any(any(map(_is_filled, row)) for row in head):
        raise Empty(f"{name} has no table: its sheets ({', '.join(sheets)}) are empty")
    filled = [list(row) for row in head]
    workbook.fill_merged(filled, merged, len(filled))
    names, at_names, before = _header(filled, max(1, place.header - first + 1) if place.header else 0, known)
    found = Found(names, iter(()), at_names + first - 1, number, sheets)
    body = workbook.filled_down(itertools.chain(head[before:], rows), merged, before)
    found.rows = _body(((at, row, True) for at, row in enumerate(body, first + before)), found)
    return found


def _sheet(book: Any, sheet: str, name: str) -> tuple[int, list[list[Any]], Iterator[list[Any]], list[tuple[int, int, int, int]]]:
    first, rows, merged = workbook.stream_sheet(book, sheet, name)
    return first, list(itertools.islice(rows, SEARCHED)), rows, merged


def _is_filled(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _names_in(row: Sequence[Any], known: Known) -> int:
    """How many different names of a row stand above columns of records."""
    return len({fold(cell) for cell in row if isinstance(cell, str) and 0 < len(cell) <= 200 and known(cell)})


def _header(rows: Sequence[Sequence[Any]], stated: int, known: Known) -> tuple[tuple[str, ...], int, int]:
    """The names of the columns; and, counted from 1, the row with the names, and the last one before the data."""
    if stated:
        first, height = min(stated, len(rows) or 1) - 1, 1
    else:
        marks = [_names_in(row, known) for row in rows]
        if max(marks, default=0) > 1:
            first, height = marks.index(max(marks)), 1
        else:
            found = find_table(rows)
            # A row in which every column has a name of its own is a whole header: what follows is never a part of it.
            first, height = found.first, 1 if _is_whole(rows[found.first], rows) else max(1, found.begins - found.first)
    while not stated and height < _TALLEST and _goes_on(rows, first, first + height, known):
        height += 1
    window = [list(row) for row in rows[first : first + height]]
    names = name_columns(window)
    width = max((at + 1 for row in rows[first + height :] for at, cell in enumerate(row) if _is_filled(cell)), default=0)
    if stated or max((_names_in(row, known) for row in window), default=0) < 2:
        names += tuple(f"column {number + 1}" for number in range(len(names), width))
    last = first + height
    if last < len(rows) and _is_numbering(rows[last]):
        last += 1
    return names, first + 1, last


def _is_whole(row: Sequence[Any], rows: Sequence[Sequence[Any]]) -> bool:
    names = [fold(cell) for cell in row if _is_filled(cell)]
    return len(set(names)) == len(names) >= max(len(one) for one in rows)


def _goes_on(rows: Sequence[Sequence[Any]], first: int, at: int, known: Known) -> bool:
    """Whether a row goes on with the header above it: it names parts of a column that the header names as a whole. A row that
    says something below a name that stands above columns of records is data, unless it has such names itself."""
    if at + 1 >= len(rows):
        return False
    above, row = rows[at - 1], rows[at]
    filled = [position for position, cell in enumerate(row) if _is_filled(cell)]
    own = [position for position in filled if fold(row[position]) != _name_at(above, position)]
    if len(filled) < 2 or not own or any(is_value(row[position]) for position in filled):
        return False
    below = [position for position in own if position < len(rows[first]) and known(str(rows[first][position]))]
    if below and not (all(_is_split(rows[first], position) for position in below) and _names_in(row, known)):
        return False
    return any(not _name_at(above, position) or _name_at(above, position) == _name_at(above, position - 1) for position in own)


def _name_at(row: Sequence[Any], position: int) -> str:
    return fold(row[position]) if 0 <= position < len(row) else ""


def _is_split(row: Sequence[Any], position: int) -> bool:
    """Whether a name stands above several columns: said again beside it, or followed by blank cells."""
    beside = fold(row[position + 1]) if position + 1 < len(row) else "-"
    return beside in ("", fold(row[position]))


def _is_numbering(row: Sequence[Any]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), or A, B, 1, 2."""
    cells = [str(cell).strip(" ()[].") for cell in row if _is_filled(cell)]
    letters = list(itertools.takewhile(lambda cell: re.fullmatch("[A-Z]", cell), cells))
    numbers = cells[len(letters) :]
    return len(cells) > 2 and letters == [chr(65 + at) for at in range(len(letters))] and numbers == [str(at) for at in range(1, len(numbers) + 1)]


def _body(rows: Iterable[tuple[int, Sequence[Any], bool]], found: Found) -> Iterator[tuple[int, Sequence[Any], bool]]:
    """The rows of data: without blank ones, without the header said again, without the totals and remarks at the end."""
    again = [fold(name) for name in found.columns]
    last: deque[tuple[int, Sequence[Any], bool]] = deque()
    for at, row, whole in rows:
        if not any(map(_is_filled, row)) or [fold(cell) for cell in row[: len(again)]] == again:
            continue
        last.append((at, row, whole))
        if len(last) > FOOT:
            yield last.popleft()
    end = len(last)
    while end and _is_foot(last[end - 1][1], len(found.columns)):
        end -= 1
    # Nothing but such rows is no foot.
    end = end if end or len(last) == FOOT else len(last)
    found.foot += [at for at, _row, _whole in itertools.islice(last, end, None)]
    yield from itertools.islice(last, end)


def _is_foot(row: Sequence[Any], width: int) -> bool:
    """Whether a row at the end is a total, or a remark on the table: one cell with several words where others have many."""
    filled = [cell for cell in row if _is_filled(cell)]
    lonely = width > 2 and len(filled) == 1 and isinstance(filled[0], str) and len(filled[0].split()) >= _REMARK
    return lonely or is_total(row)
