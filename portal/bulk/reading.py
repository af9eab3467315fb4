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
from harvesters.tables import Layout, read_table
from harvesters.tables.values import cell_text

from ..filestore import Files
from ..filetypes import ending_of
from ..typed import without_control

TABLES = ("csv", "tsv", "xlsx", "xls", "ods", "jsonl")
MOST = 100_000
_LONGEST_LINE = 10_000_000
_WORKBOOKS = ("xlsx", "xls", "ods")
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
    """The columns of a table and its first rows. Of JSON Lines there are no columns: each line says itself what it means."""

    columns: tuple[str, ...]
    rows: list[Line]


def preview(files: Files, sha256: str, name: str, rows: int = 5) -> Preview:
    """The columns and first rows of a kept file. Raises NoTable.

    A workbook is laid out in memory as a whole, and one of a few kilobytes can be made to take all there is: it is opened in
    a process of its own, with limits on time and memory.
    """
    if ending_of(name) in _WORKBOOKS:
        return _preview_apart(files, sha256, name, rows)
    with open_table(files, sha256, name) as (columns, lines):
        return Preview(columns, list(islice(lines, rows)))


def _preview_apart(files: Files, sha256: str, name: str, rows: int) -> Preview:
    stream = files.get(sha256)
    if stream is None:
        raise NoTable(_("“%(name)s” is not here any more; send it again", name=name))
    with stream, NamedTemporaryFile(prefix="table-") as copy, _at_once:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        command = [sys.executable, "-m", "portal.bulk.apart", copy.name, name, str(rows)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE * 2, cwd=Path(__file__).parents[2], check=False)
            said = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            raise NoTable(_("“%(name)s” takes too much time or memory to be read; save it as CSV, and send that", name=name)) from None
    if "fault" in said:
        raise NoTable(_("“%(name)s” cannot be read as a table: %(reason)s", name=name, reason=said["fault"]))
    return Preview(tuple(said["columns"]), [Line(**one) for one in said["rows"]])


def table_of(stream: IO[bytes], name: str) -> tuple[tuple[str, ...], Iterator[Line]]:
    """The columns and the rows of CSV or of a workbook. Raises BadAnswer, ValueError and OSError."""
    table = read_table(stream, Layout(), name)
    return table.columns, (Line(row.at, {column: _text(cell) for column, cell in row.cells.items()}, None, row.fault) for row in table.rows)


@contextmanager
def open_table(files: Files, sha256: str, name: str) -> Iterator[tuple[tuple[str, ...], Iterator[Line]]]:
    """The columns and the rows of a kept file. Raises NoTable."""
    if ending_of(name) not in TABLES:
        raise NoTable(_("“%(name)s” is not a table; send CSV, a workbook (XLSX, ODS) or JSON Lines", name=name))
    stream = files.get(sha256)
    if stream is None:
        raise NoTable(_("“%(name)s” is not here any more; send it again", name=name))
    with stream:
        if ending_of(name) == "jsonl":
            yield (), _objects(stream)
            return
        try:
            table = table_of(stream, name)
        except (BadAnswer, ValueError, OSError) as error:
            raise NoTable(_("“%(name)s” cannot be read as a table: %(reason)s", name=name, reason=str(error))) from None
        yield table


def _text(cell: Any) -> str:
    return without_control(cell_text(cell)).strip()


def _objects(stream: IO[bytes]) -> Iterator[Line]:
    at = 0
    while line := stream.readline(_LONGEST_LINE):
        at += 1
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Line(at, {}, {}, _("is not JSON: %(reason)s", reason=str(error)[:200]))
            continue
        if not isinstance(data, dict):
            yield Line(at, {}, {}, _("is not a JSON object; write {\"axis\": …, \"title\": …}"))
            continue
        yield Line(at, {}, data)
