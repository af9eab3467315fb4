"""Reading a table row by row, whatever it came as."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from flask_babel import gettext as _

from harvesters.faults import BadAnswer
from harvesters.tables.recognition import Broken, Locked, TooLarge
from harvesters.tables.text import LONGEST_CELL
from harvesters.tables.values import cell_text

from ..exports import without_guard
from ..filestore import Files
from ..filetypes import ending_of
from ..typed import shown, without_control
from .columns import is_known, known_names
from .finding import Empty, Found, Place, find

TABLES = ("csv", "tsv", "xlsx", "xls", "ods", "jsonl")
MOST = 100_000
_LONGEST_LINE = 10_000_000
_WORKBOOKS = ("xlsx", "xls", "ods")
_DIGITS = 10**15  # from here on a workbook does not keep the last digits of a number
PATIENCE = 60  # seconds of work on a workbook of which the first rows are wanted
_at_once = threading.BoundedSemaphore(2)


class NoTable(ValueError):
    """The file holds no table that can be read; the message says why, and what to do."""


@dataclass(frozen=True)
class Line:
    """One row: its number in the file, its cells by column (or, of JSON Lines, the object), and what hinders reading it."""

    at: int
    cells: dict[str, str]
    data: dict[str, Any] | None = None
    fault: str = ""


@dataclass(frozen=True)
class Preview:
    """The columns of a table and its first rows, and where it was found: see Found. Of JSON Lines there are no columns: each
    line says itself what it means."""

    columns: tuple[str, ...]
    rows: list[Line]
    header: int = 0
    sheet: int = 1
    sheets: tuple[str, ...] = ()
    encoding: str = ""


@dataclass
class Table:
    """A table that is being read; `foot` has the rows at its end that are left out, once the others are through."""

    columns: tuple[str, ...]
    rows: Iterator[Line]
    foot: list[int]


def preview(files: Files, sha256: str, name: str, axis: str, place: Place | None = None, rows: int = 5) -> Preview:
    """The columns and first rows of a kept file. Raises NoTable.

    A workbook is laid out in memory as a whole, and one of a few kilobytes can be made to take all there is: it is opened in
    a process of its own, with limits on time and memory.
    """
    place = place or Place()
    with _open(files, sha256, name) as stream:
        if ending_of(name) == "jsonl":
            return Preview((), list(islice(_objects(stream), rows)))
        if ending_of(name) in _WORKBOOKS:
            return _preview_apart(stream, name, axis, place, rows)
        with _said_plainly(name):
            return glance(find(stream, name, place, lambda words: is_known(axis, words)), name, rows)


def _preview_apart(stream: IO[bytes], name: str, axis: str, place: Place, rows: int) -> Preview:
    with NamedTemporaryFile(prefix="table-") as copy, _at_once:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        command = [sys.executable, "-m", "portal.bulk.apart", copy.name, name, str(rows), str(place.sheet), str(place.header)]
        try:
            names = json.dumps(sorted(known_names(axis))).encode()
            done = subprocess.run(command, input=names, capture_output=True, timeout=PATIENCE * 2, cwd=Path(__file__).parents[2], check=False)
            said = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            raise NoTable(_("“%(name)s” takes too much time or memory to be read; save it as CSV, and send that", name=name)) from None
    if "fault" in said:
        raise NoTable(_complaint(name, said["fault"], said["kind"]))
    return Preview(tuple(said.pop("columns")), [Line(**one) for one in said.pop("rows")], sheets=tuple(said.pop("sheets")), **said)


def glance(found: Found, name: str, rows: int) -> Preview:
    """The first rows of a table, and where it was found."""
    lines = list(islice(_lines(found, name), rows))
    return Preview(found.columns, lines, found.header, found.sheet, tuple(found.sheets), found.encoding)


@contextmanager
def open_table(files: Files, sha256: str, name: str, axis: str, place: Place | None = None) -> Iterator[Table]:
    """A kept file as a table. Raises NoTable."""
    with _open(files, sha256, name) as stream:
        if ending_of(name) == "jsonl":
            yield Table((), _objects(stream), [])
            return
        with _said_plainly(name):
            found = find(stream, name, place or Place(), lambda words: is_known(axis, words))
        yield Table(found.columns, _lines(found, name), found.foot)


@contextmanager
def _open(files: Files, sha256: str, name: str) -> Iterator[IO[bytes]]:
    if ending_of(name) not in TABLES:
        raise NoTable(_("“%(name)s” is not a table; send CSV, a workbook (XLSX, ODS) or JSON Lines", name=name))
    stream = files.get(sha256)
    if stream is None:
        raise NoTable(_("“%(name)s” is not here any more; send it again", name=name))
    with stream:
        yield stream


@contextmanager
def _said_plainly(name: str) -> Iterator[None]:
    try:
        yield
    except (BadAnswer, ValueError, OSError) as error:
        raise NoTable(_complaint(name, str(error), type(error).__name__)) from None


def _complaint(name: str, reason: str, kind: str) -> str:
    """Why there is no table in a file, for who sent it. `kind`: the name of the exception."""
    if kind == Locked.__name__:
        return _("“%(name)s” is locked with a password; save it without one, and send it again", name=name)
    if kind == Broken.__name__:
        return _("“%(name)s” is damaged: a part of it is missing. Open it, save it as a new workbook, and send that", name=name)
    if kind == TooLarge.__name__:
        return _("“%(name)s” takes too much time or memory to be read; save it as CSV, and send that", name=name)
    if kind == Empty.__name__:
        return _("“%(name)s” is empty; send a table with the names of its columns and a row for each record", name=name)
    return _("“%(name)s” cannot be read as a table: %(reason)s", name=name, reason=reason)


def _lines(found: Found, name: str) -> Iterator[Line]:
    """The rows. Raises NoTable where the file cannot be read any further."""
    width = len(found.columns)
    with _said_plainly(name):
        for at, row, whole in found.rows:
            cells = [_text(cell) for cell in row]
            cells += [""] * (width - len(cells))
            yield Line(at, dict(zip(found.columns, cells, strict=False)), None, _fault(found.columns, row, cells, whole))


def _fault(columns: tuple[str, ...], row: Any, cells: list[str], whole: bool) -> str:
    """What hinders reading a row as it was meant."""
    if not whole:
        return _("a cell runs over more than %(count)s lines: a quotation mark is not closed; close it", count=LONGEST_CELL)
    if any(cells[len(columns) :]):
        return _("has %(count)s cells where the header has %(width)s; put cells that hold the sign between columns into quotation marks", count=len(cells), width=len(columns))
    for column, cell in zip(columns, row, strict=False):
        if isinstance(cell, float) and abs(cell) >= _DIGITS:
            return _("“%(column)s” is a number of more than 15 digits, of which a workbook loses the last ones; format the column as text, and enter it again", column=shown(column))
    return ""


def _text(cell: Any) -> str:
    return without_guard(without_control(cell_text(cell)).strip())


def _objects(stream: IO[bytes]) -> Iterator[Line]:
    at = 0
    while line := stream.readline(_LONGEST_LINE):
        at += 1
        if not line.strip():
            continue
        try:
            data = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError) as error:
            yield Line(at, {}, {}, _("is not JSON: %(reason)s", reason=str(error)[:200]))
            continue
        if not isinstance(data, dict):
            yield Line(at, {}, {}, _("is not a JSON object; write {\"axis\": …, \"title\": …}"))
            continue
        yield Line(at, {}, data)
