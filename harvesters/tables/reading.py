"""A file becomes a table: columns by name and rows by number, streamed where the format allows it."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from ..faults import BadAnswer
from . import text, workbook
from .header import SEARCHED, Header, find_header, fold, likeliest_header, name_columns
from .recognition import recognise


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a table before it is read. `wanted`: the columns it must have. Nothing need be stated."""

    wanted: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    sheet: str = ""
    header_row: int = 0
    header_rows: int = 1
    fits: Callable[[Sequence[str]], bool] = lambda columns: True


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number that a spreadsheet shows for it, its cells by column, and what is wrong with it."""

    at: int
    cells: dict[str, Any]
    fault: str = ""


@dataclass(slots=True)
class Table:
    """A table's columns and rows. `notes`: what is odd about the file, in words."""

    columns: tuple[str, ...]
    header_at: int
    rows: Iterator[Row]
    sheet: str = ""
    encoding: str = ""
    notes: list[str] = field(default_factory=list)


def read_table(file: IO[bytes], layout: Layout, name: str) -> Table:
    """The table in `file`. `name` is what messages call it. BadAnswer where there is none, or columns are missing."""
    if recognise(file, name) == "text":
        return _read_text(file, layout, name)
    return _read_workbook(file, layout, name)


def _read_text(file: IO[bytes], layout: Layout, name: str) -> Table:
    encoding, oddity = text.find_encoding(file, layout.encoding)

    def open_rows(delimiter: str) -> Iterator[tuple[list[str], bool]]:
        return text.rows(text.lines(file, encoding), delimiter, layout.quote, name)

    best: tuple[int, str, Header] | None = None
    for delimiter in (layout.delimiter,) if layout.delimiter else text.DELIMITERS:
        head = [row for row, _ in itertools.islice(open_rows(delimiter), SEARCHED)]
        header = _header(head, 1, layout)
        if header and (best is None or len(header.columns) > best[0]):
            best = (len(header.columns), delimiter, header)
    if best is None:
        sample = "".join(itertools.islice(text.lines(file, encoding), 100))
        delimiter = layout.delimiter or text.sniff(sample)
        head = [row for row, _ in itertools.islice(open_rows(delimiter), SEARCHED)]
        raise BadAnswer(_complaint(_nearest(head, 1, layout), layout, name, 1))
    _, delimiter, header = best
    pairs = enumerate(open_rows(delimiter), 1)
    body = ((at, row, "" if whole else _OPEN_QUOTE) for at, (row, whole) in pairs if at > header.begins)
    notes = [f"{name} {oddity}"] if oddity else []
    return Table(header.columns, header.begins, _name_cells(header.columns, body), "", encoding, notes)


_OPEN_QUOTE = f"a cell runs over more than {text.LONGEST_CELL} lines: a quotation mark is not closed"


def _header(rows: Sequence[Sequence[Any]], first: int, layout: Layout) -> Header | None:
    """The header where the declaration says it is, else where the wanted columns are. `first`: the number of rows[0]."""
    if not layout.header_row:
        return find_header(rows, layout.wanted, layout.header_rows, layout.fits)
    header = _stated(rows, first, layout)
    return None if header.missing(layout.wanted) or not layout.fits(header.columns) else header


def _stated(rows: Sequence[Sequence[Any]], first: int, layout: Layout) -> Header:
    """The row that `header_row` names, whatever it holds."""
    index = layout.header_row - first
    window = rows[index : index + layout.header_rows] if index >= 0 else ()
    return Header(name_columns(window), index, index + layout.header_rows)


def _nearest(rows: Sequence[Sequence[Any]], first: int, layout: Layout) -> Header:
    """What stands where the header should be, for the message that it is not one."""
    if layout.header_row:
        return _stated(rows, first, layout)
    return likeliest_header(rows, layout.wanted, layout.header_rows)


def _complaint(header: Header, layout: Layout, name: str, first: int) -> str:
    """Which column is missing, and which ones are there."""
    at = layout.header_row or header.first + first
    missing = header.missing(layout.wanted)
    there = ", ".join(repr(column) for column in header.columns[:40]) or "nothing"
    lacks = f"has no column {', '.join(map(repr, missing))}" if missing else "has no columns that are periods"
    return f"{name} {lacks}; row {at} has {there}; correct the declaration's columns, or give header_row"


def _read_workbook(file: IO[bytes], layout: Layout, name: str) -> Table:
    book = workbook.open_workbook(file, name)
    nearest: tuple[Header, str, int] | None = None
    names = workbook.choose_sheets(book, layout.sheet, name)
    for sheet in names:
        first, rows, merged = workbook.sheet_rows(book, sheet, name)
        header = _sheet_header(rows, merged, first, layout)
        if header:
            workbook.fill_merged(rows, merged, header.begins)
            body = ((at, row, "") for at, row in workbook.numbered(rows[header.begins :], first + header.begins))
            columns = header.columns
            return Table(columns, first + header.begins - 1, _name_cells(columns, body), sheet)
        if rows:
            candidate = _nearest(rows, first, layout)
            if nearest is None or len(candidate.missing(layout.wanted)) < len(nearest[0].missing(layout.wanted)):
                nearest = (candidate, sheet, first)
    if nearest is None:
        raise BadAnswer(f"{name} has no table: its sheets ({', '.join(names)}) are empty")
    header, sheet, first = nearest
    raise BadAnswer(_complaint(header, layout, f"{name}, sheet {sheet!r},", first))


def _sheet_header(
    rows: list[list[workbook.Cell]], merged: list[tuple[int, int, int, int]], first: int, layout: Layout
) -> Header | None:
    """The header, read with its merged cells filled: those that begin in the rows that are searched."""
    filled = [list(row) for row in rows[:SEARCHED]]
    if layout.header_rows > 1:
        workbook.fill_merged(filled, merged, len(filled))
    return _header(filled, first, layout)


def _name_cells(columns: tuple[str, ...], rows: Iterable[tuple[int, list[Any], str]]) -> Iterator[Row]:
    """The rows by column, without blank ones and without the header said again."""
    width = len(columns)
    again = ["" if re.fullmatch(r"column \d+", column) else fold(column) for column in columns]
    tell = next((position for position, name in enumerate(again) if name), 0)
    for at, row, fault in rows:
        if all(cell == "" or (cell.__class__ is str and not cell.strip()) for cell in row):
            continue
        if len(row) > tell and fold(row[tell]) == again[tell] and [fold(cell) for cell in row[:width]] == again:
            continue
        if not fault and len(row) > width and any(str(cell).strip() for cell in row[width:]):
            fault = (
                f"has {len(row)} cells where the header has {width}; is a delimiter in a cell without quotation marks?"
            )
        if len(row) < width:
            row = [*row, *[""] * (width - len(row))]
        yield Row(at, dict(zip(columns, row, strict=False)), fault)
