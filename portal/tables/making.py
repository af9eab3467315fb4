"""One table of one file, read in a process of its own and written as a small database: `t` holds the cells as they stand in the
file, `n` what they mean (see harvesters.tables.columns; of words, how they are compared), both by the number of the row.

It is run by its path (see shelf.begin), so that it need not wait for the whole portal to be loaded: it may import nothing of it.
"""

import fcntl
import itertools
import json
import os
import re
import resource
import signal
import sqlite3
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from harvesters.faults import BadAnswer
from harvesters.tables import text as texts
from harvesters.tables import workbook
from harvesters.tables.columns import Column, Custom, kinds_of
from harvesters.tables.finding import (
    FOOT,
    Found,
    filled_rows,
    find_delimiter,
    find_table,
    split_foot,
)
from harvesters.tables.header import SEARCHED
from harvesters.tables.recognition import Broken, Locked, NotATable, TooLarge, recognise
from harvesters.tables.values import cell_text
from search_index.text import fold

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 500_000, 500, 100_000
SECONDS, MEMORY, WRITTEN = 180, 1_500_000_000, 3_000_000_000
BUSY = 75  # the exit code of a process for which there is no room
_AT_ONCE = 2
_COUNTED = 5_000  # different texts of a column that are counted in memory
_BATCH = 2_000
_LETTERS_LOST = 0.01

Cells = list[str]


class Impossible(Exception):
    """There can be no table: `code` says why (see portal.tables.words), `detail` what it was."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


@dataclass
class Sheet:
    """Where the rows come from, and what is known of it. `native`: whether a column has numbers that a workbook calls so."""

    rows: Iterator[tuple[int, Sequence[Any]]]
    found: Found
    before: list[str]
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    position: int = 0
    encoding: str = ""
    delimiter: str = ""
    notes: list[str] = field(default_factory=list)


def make(file: IO[bytes], target: Path, name: str, wanted: int, custom: Custom) -> None:
    """Write the table of a file to `target`. `wanted`: the number of the sheet, from 1; 0 for the first that holds a table.
    Raises Impossible."""
    try:
        sheet = _open(file, name, wanted)
        connection = sqlite3.connect(target, isolation_level=None)
        try:
            _write(connection, sheet, custom)
        finally:
            connection.close()
    except NotATable as error:
        raise Impossible("not_a_table", error.what) from None
    except TooLarge:
        raise Impossible("too_large") from None
    except Locked:
        raise Impossible("password") from None
    except (Broken, BadAnswer) as error:
        raise Impossible("damaged", str(error)[:300]) from None
    except (MemoryError, sqlite3.OperationalError):
        raise Impossible("too_much") from None


def _open(file: IO[bytes], name: str, wanted: int) -> Sheet:
    return _open_text(file, name) if recognise(file, name) == "text" else _open_workbook(file, name, wanted)


def _open_text(file: IO[bytes], name: str) -> Sheet:
    encoding, oddity = texts.find_encoding(file)
    file.seek(0)
    if not encoding.startswith(("utf-16", "utf-32")) and b"\0" in file.read(1 << 16):
        raise Impossible("not_a_table", "binary")

    def read(delimiter: str) -> list[list[str]]:
        return [row for row, _whole in itertools.islice(texts.rows(texts.lines(file, encoding), delimiter, '"', name), SEARCHED)]

    delimiter = find_delimiter(read)
    head = read(delimiter)
    if "lost" in oddity and _share_lost(head) > _LETTERS_LOST:
        raise Impossible("encoding")
    found = find_table(head)
    notes = ["letters_lost"] if "lost" in oddity else ["encoding_guessed"] if oddity else []
    rows = enumerate(_whole(texts.rows(texts.lines(file, encoding), delimiter, '"', name)), 1)
    body = itertools.islice(rows, found.begins, None)
    return Sheet(body, found, _said(head[: found.first]), encoding=encoding, delimiter=delimiter, notes=notes)


def _whole(rows: Iterable[tuple[list[str], bool]]) -> Iterator[list[str]]:
    for at, (row, whole) in enumerate(rows, 1):
        if not whole:
            raise Impossible("open_quote", str(at))
        yield row


def _share_lost(rows: Sequence[Sequence[str]]) -> float:
    words = "".join(cell for row in rows for cell in row)
    return words.count("\ufffd") / max(1, len(words))


def _said(rows: Iterable[Sequence[Any]]) -> list[str]:
    """What rows outside the table say, a line each."""
    lines = (" · ".join(dict.fromkeys(words for cell in row if (words := " ".join(_text(cell).split())))) for row in rows)
    return [line[:500] for line in lines if line][:20]


def _open_workbook(file: IO[bytes], name: str, wanted: int) -> Sheet:
    book = workbook.open_workbook(file, name)
    names = workbook.visible_sheets(book)
    if wanted > len(names):
        raise Impossible("no_such_sheet", str(len(names)))
    chosen: tuple[int, int, list[list[Any]], Iterator[list[Any]], list[tuple[int, int, int, int]]] | None = None
    for position in (wanted,) if wanted else range(1, len(names) + 1):
        first, rows, merged = workbook.stream_sheet(book, names[position - 1], name)
        head = list(itertools.islice(rows, SEARCHED))
        if chosen is None or _size(head) > _size(chosen[2]):
            chosen = (position, first, head, rows, merged)
        if min(_size(head)) > 2:
            break
    if chosen is None or not any(any(map(_text, row)) for row in chosen[2]):
        raise Impossible("not_a_table", "empty")
    position, first, head, rows, merged = chosen
    filled = [list(row) for row in head]
    workbook.fill_merged(filled, merged, len(filled))
    found = find_table(filled)
    body = workbook.filled_down(itertools.chain(head[found.begins :], rows), merged, found.begins)
    return Sheet(enumerate(body, first + found.begins), found, _said(head[: found.first]), names[position - 1], names, position)


def _size(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """How many rows have several cells, three at most, and how many cells they have."""
    wide = [sum(1 for cell in row if _text(cell)) for row in rows[:60]]
    return min(3, sum(1 for count in wide if count > 1)), max(wide, default=0)


_UNSHOWN = re.compile("\0")


def _text(cell: Any) -> str:
    if cell.__class__ is str:
        return _UNSHOWN.sub("", cell).strip() if "\0" in cell else cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return cell_text(cell)


@dataclass
class _Taken:
    """What is counted while rows go by."""

    width: int
    rows: int = 0
    repeated: int = 0
    long: int = 0
    counts: list[dict[str, int] | None] = field(default_factory=list)
    native: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts, self.native = [{} for _ in range(self.width)], [False] * self.width

    def take(self, at: int, row: Sequence[Any]) -> tuple[list[Any], str]:
        """The cells of a row as they are kept, its number in front; and what stands right of the last column."""
        kept: list[Any] = [at, *[None] * self.width]
        for position, cell in enumerate(row[: self.width]):
            if cell.__class__ is not str:
                self.native[position] |= cell.__class__ in (int, float)
            if not (words := _text(cell)):
                continue
            if len(words) > LONGEST_CELL:
                raise Impossible("long_cell", str(at))
            kept[position + 1] = words
            if (counts := self.counts[position]) is not None:
                counts[words] = counts.get(words, 0) + 1
                if len(counts) > _COUNTED:
                    self.counts[position] = None
        extra = [_text(cell) for cell in row[self.width :]]
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise Impossible("too_many_rows")
        self.long += any(extra)
        return kept, json.dumps(extra, ensure_ascii=False) if any(extra) else ""


def _write(connection: sqlite3.Connection, sheet: Sheet, custom: Custom) -> None:
    width = len(sheet.found.columns)
    if width > MOST_COLUMNS:
        raise Impossible("too_many_columns", str(width))
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -32000", "temp_store = FILE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"CREATE TABLE t (r INTEGER PRIMARY KEY, {', '.join(f'c{n} TEXT' for n in range(width))})")
    connection.execute("CREATE TABLE x (r INTEGER PRIMARY KEY, cells TEXT NOT NULL)")
    connection.execute("CREATE TABLE about (data TEXT NOT NULL)")
    taken = _Taken(width)
    foot: list[tuple[int, Sequence[Any]]] = []
    connection.execute("BEGIN")
    for batch in _batches(_body(sheet, taken, foot), _BATCH):
        pairs = [taken.take(at, row) for at, row in batch]
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * (width + 1))})", [kept for kept, _extra in pairs])
        connection.executemany("INSERT INTO x VALUES (?, ?)", [(kept[0], extra) for kept, extra in pairs if extra])
    if not taken.rows:
        raise Impossible("not_a_table", "empty")
    cells = (_cells(connection, position, counts) for position, counts in enumerate(taken.counts))
    columns = kinds_of(sheet.found.columns, cells, custom, taken.native)
    _write_values(connection, columns, taken.counts)
    about = _about(connection, sheet, taken, columns, _said(row for _at, row in foot))
    connection.execute("INSERT INTO about VALUES (?)", (json.dumps(about, ensure_ascii=False),))
    connection.execute("COMMIT")


def _body(sheet: Sheet, taken: _Taken, foot: list[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of data: without blank ones, without the header said again, without the totals and remarks at the end, which
    are put into `foot`."""
    last: deque[tuple[int, Sequence[Any]]] = deque()
    found = sheet.found
    for at, row in filled_rows(sheet.rows):
        if found.is_repeated(row):
            taken.repeated += 1
            continue
        last.append((at, row))
        if len(last) > FOOT:
            yield last.popleft()
    end = split_foot(list(last), len(found.columns))
    foot += list(last)[end:]
    yield from list(last)[:end]


def _batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _cells(connection: sqlite3.Connection, position: int, counts: dict[str, int] | None) -> list[tuple[str, int]]:
    """The different texts of a column, with how often each stands there."""
    if counts is not None:
        return list(counts.items())
    column = f"c{position}"
    return connection.execute(f"SELECT {column}, count(*) FROM t WHERE {column} IS NOT NULL GROUP BY {column}").fetchall()


def _write_values(connection: sqlite3.Connection, columns: Sequence[Column], counts: Sequence[dict[str, int] | None]) -> None:
    """Fill `n`. What stands in few different texts is read once each."""
    width = len(columns)
    connection.execute(f"CREATE TABLE n (r INTEGER PRIMARY KEY, {', '.join(f'v{n}' for n in range(width))})")
    readers: list[Any] = []
    for column, few in zip(columns, counts, strict=True):
        read = column.reader() if column.kind not in ("text", "empty") else fold
        readers.append(read if few is None else {text: read(text) for text in few}.__getitem__)
    source = connection.cursor()
    source.execute("SELECT * FROM t ORDER BY r")
    insert = f"INSERT INTO n VALUES ({', '.join('?' * (width + 1))})"
    while rows := source.fetchmany(_BATCH):
        connection.executemany(
            insert, [[row[0], *[None if cell is None else read(cell) for read, cell in zip(readers, row[1:], strict=True)]] for row in rows]
        )


def _about(connection: sqlite3.Connection, sheet: Sheet, taken: _Taken, columns: Sequence[Column], after: list[str]) -> dict[str, Any]:
    keys = keys_of(sheet.found.columns)
    described = []
    for position, (key, name, column) in enumerate(zip(keys, sheet.found.columns, columns, strict=True)):
        ends = {}
        if column.kind not in ("empty", "text"):
            for word, way in (("least", "ASC"), ("greatest", "DESC")):
                row = connection.execute(
                    f"SELECT c{position} FROM n JOIN t USING (r) WHERE v{position} IS NOT NULL ORDER BY v{position} {way}, r LIMIT 1"
                ).fetchone()
                ends[word] = row[0][:120] if row else ""
        described.append({"key": key, "name": name, **asdict(column), **ends})
    return {
        "rows": taken.rows, "columns": described, "sheet": sheet.sheet, "sheets": sheet.sheets, "position": sheet.position,
        "encoding": sheet.encoding, "delimiter": sheet.delimiter, "header_rows": sheet.found.begins - sheet.found.first,
        "before": sheet.before, "after": after, "notes": sheet.notes, "repeated": taken.repeated, "long": taken.long,
    }  # fmt: skip


def keys_of(names: Sequence[str]) -> list[str]:
    """What the columns are called in addresses: small letters and digits, each once; column-3 where a name has none of these."""
    keys: list[str] = []
    met: Counter[str] = Counter()
    for position, name in enumerate(names, 1):
        plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40].strip("-") or f"column-{position}"
        while plain in met:
            met[plain] += 1
            plain = f"{plain[:36]}-{met[plain]}"
        met[plain] += 1
        keys.append(plain)
    return keys


def main(arguments: Sequence[str]) -> int:
    """Make the table of the file that comes in (a file, not a pipe), or write down why there can be none. Two at once; a file
    whose process was killed twice is not tried again."""
    target, name, wanted, custom = Path(arguments[0]), arguments[1], int(arguments[2]), Custom(*arguments[3:6])
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails then, and says so
    signal.alarm(2 * SECONDS)
    with _locked(target.with_suffix(".lock")) as alone, _slot(target.parent.parent) as room:
        if not alone or target.exists():
            return 0
        if not room:
            return BUSY
        _try(target, name, wanted, custom)
    return 0


def _try(target: Path, name: str, wanted: int, custom: Custom) -> None:
    begun, fresh, why = target.with_suffix(".begun"), target.with_suffix(".fresh"), target.with_suffix(".json")
    tries = len(begun.read_bytes()) if begun.exists() else 0
    fault: Impossible | None = None
    if tries >= 2:
        fault = Impossible("too_much")
    else:
        begun.write_bytes(b"." * (tries + 1))
        fresh.unlink(missing_ok=True)
        try:
            with os.fdopen(0, "rb", closefd=False) as file:
                make(file, fresh, name, wanted, custom)
            fresh.replace(target)
        except Impossible as error:
            fault = error
    if fault:
        fresh.unlink(missing_ok=True)
        half = why.with_suffix(".half")
        half.write_text(json.dumps({"code": fault.code, "detail": fault.detail}, ensure_ascii=False))
        half.replace(why)
    begun.unlink(missing_ok=True)


class _locked:
    """A lock on a file, which goes with its process; as a context it says whether it was had."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def __enter__(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._file.close()


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock on a file."""
    if not path.exists():
        return False
    with _locked(path) as free:
        return not free


def places_of(folder: Path) -> list[Path]:
    """The locks of processes that make tables: so many work at once."""
    return [folder / f"making-{number}.lock" for number in range(_AT_ONCE)]


class _slot:
    """One of the places for processes that make tables."""

    def __init__(self, folder: Path) -> None:
        self._places = [_locked(path) for path in places_of(folder)]

    def __enter__(self) -> bool:
        return any(place.__enter__() for place in self._places)  # the first that is free; the rest is not asked

    def __exit__(self, *_: object) -> None:
        for place in self._places:
            place.__exit__()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
