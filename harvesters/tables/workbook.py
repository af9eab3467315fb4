"""XLSX, XLSM, XLSB, XLS and ODS: the sheets, with merged cells filled as the eye fills them."""

import itertools
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import IO

import python_calamine as calamine

from ..faults import BadAnswer
from .recognition import Broken, Locked

Cell = str | int | float | bool


def open_workbook(file: IO[bytes], name: str) -> calamine.CalamineWorkbook:
    """The workbook. BadAnswer where it is locked or broken."""
    file.seek(0)
    try:
        try:
            return calamine.CalamineWorkbook.from_filelike(file)
        except calamine.CalamineError:
            return _open_old(file)
    except calamine.PasswordError:
        raise Locked(f"{name} is locked with a password; ask the agency for an open copy") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Broken(f"{name} is a workbook that cannot be opened ({error})") from None


def _open_old(file: IO[bytes]) -> calamine.CalamineWorkbook:
    """What is wrong with an XLS is only said of a file that is called so."""
    file.seek(0)
    with tempfile.NamedTemporaryFile(suffix=".xls") as named:
        shutil.copyfileobj(file, named)
        named.flush()
        return calamine.CalamineWorkbook.from_path(named.name)


def choose_sheets(workbook: calamine.CalamineWorkbook, wanted: str, name: str) -> list[str]:
    """The sheet of that name or number (from 1); without one, every sheet, to be searched for the header."""
    names = list(workbook.sheet_names)
    if not wanted:
        return names
    if wanted in names:
        return [wanted]
    if wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return [names[int(wanted) - 1]]
    raise BadAnswer(f"{name} has no sheet {wanted!r}; it has {', '.join(map(repr, names))}")


def sheet_rows(
    workbook: calamine.CalamineWorkbook, sheet_name: str, name: str
) -> tuple[int, list[list[Cell]], list[tuple[int, int, int, int]]]:
    """The number of the sheet's first row, its rows, and its merged ranges as (top, left, bottom, right) in them."""
    try:
        sheet = workbook.get_sheet_by_name(sheet_name)
    except (calamine.CalamineError, ValueError) as error:
        raise BadAnswer(f"{name}: sheet {sheet_name!r} cannot be read ({error})") from None
    if sheet.start is None:
        return 1, [], []
    top, left = sheet.start
    rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
    merged = [
        (first[0] - top, first[1] - left, last[0] - top, last[1] - left)
        for first, last in sheet.merged_cell_ranges or ()
    ]
    return top + 1, rows, [area for area in merged if min(area) >= 0]


def visible_sheets(workbook: calamine.CalamineWorkbook) -> list[str]:
    """The sheets that are neither hidden nor drawings."""
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    return shown or list(workbook.sheet_names)


def stream_sheet(
    workbook: calamine.CalamineWorkbook, sheet_name: str, name: str
) -> tuple[int, Iterator[list[Cell]], list[tuple[int, int, int, int]]]:
    """What `sheet_rows` says, with the rows one by one: a long sheet needs the memory of its cells once, not twice."""
    try:
        sheet = workbook.get_sheet_by_name(sheet_name)
    except (calamine.CalamineError, ValueError) as error:
        raise BadAnswer(f"{name}: sheet {sheet_name!r} cannot be read ({error})") from None
    if sheet.start is None:
        return 1, iter(()), []
    top, left = sheet.start
    # Rows come from the first one of the sheet, cells from the first column that is filled.
    rows = ([_plain(cell) for cell in row] for row in itertools.islice(sheet.iter_rows(), top, None))
    merged = [
        (first[0] - top, first[1] - left, last[0] - top, last[1] - left)
        for first, last in sheet.merged_cell_ranges or ()
    ]
    return top + 1, rows, [area for area in merged if min(area) >= 0]


def filled_down(rows: Iterable[list[Cell]], merged: list[tuple[int, int, int, int]], first: int) -> Iterator[list[Cell]]:
    """Rows (the first of them is row `first` of its sheet) with what merged ranges say repeated downwards."""
    tall = sorted(area for area in merged if area[2] > area[0] and area[0] >= first)
    waiting = iter(tall)
    following = next(waiting, None)
    active: list[tuple[int, int, Cell]] = []
    for at, row in enumerate(rows, first):
        active = [one for one in active if one[0] >= at]
        for _bottom, column, value in active:
            if column < len(row):
                row[column] = value
        while following is not None and following[0] == at:
            if following[1] < len(row):
                active.append((following[2], following[1], row[following[1]]))
            following = next(waiting, None)
        yield row


def fill_merged(rows: list[list[Cell]], merged: list[tuple[int, int, int, int]], below: int) -> None:
    """Repeat what a merged range says: in the header (rows before `below`) all over it; among the data downwards
    only, since a line across the columns is a heading and not their value."""
    for top, left, bottom, right in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for at in range(top, min(bottom, len(rows) - 1) + 1):
            last = right if at < below else left
            for column in range(left, min(last, len(rows[at]) - 1) + 1):
                rows[at][column] = value


def _plain(cell: object) -> Cell:
    """A cell as JSON can hold it; whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool | str):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, int):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep="T", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def numbered(rows: list[list[Cell]], first: int) -> Iterator[tuple[int, list[Cell]]]:
    """The rows with the numbers that the spreadsheet shows."""
    return enumerate(rows, first)
