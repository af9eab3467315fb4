"""Answers of a table: its rows as they stand in the file, filtered and sorted by what they mean; counts and exact sums. What a
reader asks never becomes SQL: columns are c0, c1 … and v0, v1 …, values are bound."""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, localcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harvesters.tables.columns import MISSING
from search_index.text import fold

from .asking import About, Described, Filter, View, day_of, number_of

QUICK, LONG = 6.0, 600.0  # seconds that a page, a download may take
_STEPS = 20_000
_CUTS = {"year": 4, "month": 7, "day": 10}
_EXACT = Context(prec=80)
_LOW = 4_294_967_295


class TooSlow(Exception):
    """An answer took too long and was stopped."""


@dataclass(frozen=True)
class Row:
    """A row: its number in the file, the text of its cells, and what they mean (None for what is empty or does not fit)."""

    at: int
    cells: tuple[str | None, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Sums:
    """Rows added up: how many there are, how many have a number in the measured column, and the exact results."""

    count: int
    numbers: int = 0
    sum: Decimal | None = None
    mean: Decimal | None = None
    least: Decimal | None = None
    greatest: Decimal | None = None


@dataclass(frozen=True)
class Group:
    """Rows that have the same cell in the grouped column (`label`; None where it is empty or does not fit), added up."""

    label: str | None
    sums: Sums


@contextmanager
def opened(place: Path, seconds: float = QUICK) -> "Iterator[Answers]":
    """A table to be asked, for so many seconds. Raises TooSlow from any question."""
    connection = sqlite3.connect(f"file:{quote(str(place.resolve()))}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
    try:
        yield Answers(connection)
    except sqlite3.OperationalError as error:
        if "interrupt" in str(error):
            raise TooSlow from None
        raise
    finally:
        connection.close()


class Answers:
    """One opened table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.about = About.from_data(json.loads(self._ask("SELECT data FROM about").fetchone()[0]))

    def _ask(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def count(self, view: View) -> int:
        """How many rows fit."""
        if not view.filters:
            return self.about.rows
        where, values = _where(self.about, view)
        return int(self._ask(f"SELECT count(*) {_from(where)} {where}", values).fetchone()[0])

    def rows(self, view: View, columns: Sequence[Described]) -> list[Row]:
        """One page of the rows that fit."""
        return list(self._rows(view, columns, f"LIMIT {int(view.size)} OFFSET {int((view.page - 1) * view.size)}"))

    def each(self, view: View, columns: Sequence[Described]) -> Iterator[Row]:
        """Every row that fits, one by one."""
        # Without any limit SQLite would feel free to forget the order.
        return self._rows(view, columns, "LIMIT -1")

    def _rows(self, view: View, columns: Sequence[Described], limit: str) -> Iterator[Row]:
        where, values = _where(self.about, view)
        wanted = ", ".join([f"t.c{one.at}" for one in columns] + [f"n.v{one.at}" for one in columns])
        # The page is chosen by the numbers of its rows, so that sorting need not carry their cells along.
        chosen = f"SELECT r {_from(where)} {where} {_order(self.about, view)} {limit}"
        sql = f"SELECT r, {wanted} FROM ({chosen}) CROSS JOIN t USING (r) CROSS JOIN n USING (r)"
        for row in self._ask(sql, values):
            yield Row(row[0], row[1 : len(columns) + 1], row[len(columns) + 1 :])

    def row(self, at: int) -> tuple[Row, list[str]] | None:
        """One row with all its columns, and what stands right of them; None where there is no such row."""
        found = next(iter(self._ask("SELECT t.*, n.* FROM t JOIN n USING (r) WHERE r = ?", (at,))), None)
        if found is None:
            return None
        width = len(self.about.columns)
        extra = next(iter(self._ask("SELECT cells FROM x WHERE r = ?", (at,))), None)
        return Row(at, found[1 : width + 1], found[width + 2 :]), json.loads(extra[0]) if extra else []

    def sums(self, view: View) -> Sums:
        """The rows that fit, added up."""
        where, values = _where(self.about, view)
        row = self._ask(f"SELECT {(measures := self._measures(view))} {_from(where, measures)} {where}", values).fetchone()
        return self._sums(view, row)

    def groups(self, view: View, limit: int, offset: int = 0) -> tuple[list[Group], int]:
        """Rows that fit, grouped and added up, the greatest first (dates and years in their order); and how many groups there are."""
        one = self._column(view.group)
        where, values = _where(self.about, view)
        label, key = self._label(one, view)
        measures = self._measures(view)
        came = _from(where, key, label, measures)
        sql = (
            f"SELECT {measures}, count(*) OVER (), {label} {came} {where} GROUP BY {key} "
            f"ORDER BY {self._rank(one, view, key)} LIMIT {int(limit)} OFFSET {int(offset)}"
        )
        rows = self._ask(sql, values).fetchall()
        if rows or not offset:
            return [Group(row[-1], self._sums(view, row)) for row in rows], int(rows[0][-2]) if rows else 0
        return [], int(self._ask(f"SELECT count(*) FROM (SELECT 1 {came} {where} GROUP BY {key})", values).fetchone()[0])

    def _column(self, key: str) -> Described:
        found = self.about.by_key(key)
        assert found is not None
        return found

    def _label(self, one: Described, view: View) -> tuple[str, str]:
        """What a group is called, and what makes it one."""
        if one.column.kind == "date":
            cut = f"substr(n.v{one.at}, 1, {_CUTS[view.per or self.step(one)]})"
            return cut, cut
        if one.column.kind in ("text", "empty"):
            return f"t.c{one.at}", f"t.c{one.at}"
        return f"min(CASE WHEN n.v{one.at} IS NOT NULL THEN t.c{one.at} END)", f"n.v{one.at}"

    def step(self, one: Described) -> str:
        """How dates are grouped where nobody says so: by years where they are several, by months, by days."""
        first, last = self._ask(f"SELECT min(v{one.at}), max(v{one.at}) FROM n").fetchone()
        if not first or first[:4] != last[:4]:
            return "year" if first and int(last[:4]) - int(first[:4]) > 2 else "month"
        return "month" if int(last[5:7] or 1) - int(first[5:7] or 1) > 2 else "day"

    def _rank(self, one: Described, view: View, key: str) -> str:
        if not (one.column.kind == "date" or one.is_year):
            by = view.by or ("sum" if view.sum else "count")
            if by == "count":
                return f"count(*) DESC, {key}"
            column = self._column(view.sum)
            how = {"sum": "total", "mean": "avg", "least": "min", "greatest": "max"}[by]
            return f"{how}(n.v{column.at}) IS NULL, {how}(n.v{column.at}) DESC, {key}"
        return f"{key} IS NULL, {key}"

    def _measures(self, view: View) -> str:
        if not view.sum:
            return "count(*)"
        one = self._column(view.sum)
        value = f"n.v{one.at}"
        if one.column.wide:
            self._connection.create_aggregate("exactly", 1, _summing(one))
            return f"count(*), count({value}), exactly(t.c{one.at})"
        # Whole numbers of 64 bits, added in two halves: their sum may be larger than that.
        return f"count(*), count({value}), sum({value} >> 32), sum({value} & {_LOW}), min({value}), max({value})"

    def _sums(self, view: View, row: Sequence[Any]) -> Sums:
        if not view.sum or not row[1]:
            return Sums(row[0])
        one = self._column(view.sum)
        if one.column.wide:
            total, least, greatest = (Decimal(part) for part in row[2].split())
            return Sums(row[0], row[1], total, _mean(total, row[1], one.column.scale), least, greatest)
        scale = one.column.scale
        total, least, greatest = (Decimal(whole).scaleb(-scale, _EXACT) for whole in ((row[2] << 32) + row[3], row[4], row[5]))
        return Sums(row[0], row[1], total, _mean(total, row[1], scale), least, greatest)


def _from(*pieces: str) -> str:
    """Where rows come from: their cells are looked up only if a piece of the question names one."""
    return "FROM n JOIN t USING (r)" if any("t.c" in piece for piece in pieces) else "FROM n"


def _mean(total: Decimal, count: int, scale: int) -> Decimal:
    """Rounded (half to even) to two digits more than the column has."""
    with localcontext(_EXACT):
        try:
            return (total / count).quantize(Decimal(1).scaleb(-(min(scale, 30) + 2)), ROUND_HALF_EVEN)
        except InvalidOperation:  # more digits than there is room for
            return total / count


def _summing(one: Described) -> type:
    """Adds up a column whose numbers have no room in 64 bits, from its texts: sum, least and greatest."""

    class Exactly:
        def __init__(self) -> None:
            self.total, self.least, self.greatest = Decimal(0), Decimal("Infinity"), Decimal("-Infinity")

        def step(self, text: str | None) -> None:
            if text is not None and (number := one.column.number(text)) is not None:
                self.total = _EXACT.add(self.total, number)
                self.least, self.greatest = min(self.least, number), max(self.greatest, number)

        def finalize(self) -> str:
            return f"{self.total:f} {self.least:f} {self.greatest:f}"

    return Exactly


def _where(about: About, view: View) -> tuple[str, list[Any]]:
    parts, values = [], list[Any]()
    for one in view.filters:
        column = about.by_key(one.key)
        assert column is not None
        pieces = [_condition(column, one, value, values) for value in one.values]
        parts.append(f"({(' AND ' if one.way == 'not' else ' OR ').join(pieces)})")
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _condition(one: Described, filter: Filter, value: str, values: list[Any]) -> str:
    """One condition; what it compares with is added to `values`."""
    text, meaning, kind = f"t.c{one.at}", f"n.v{one.at}", one.column.kind
    if filter.way == "empty":
        return f"{text} IS {'NULL' if value == '1' else 'NOT NULL'}"
    if filter.way == "odd":
        # Signs that say that there is no value are not odd; they differ from column to column, but are few.
        missing = sorted(MISSING | {word for word, _count in one.column.missing})
        values.extend(missing)
        odd = f"({text} IS NOT NULL AND {meaning} IS NULL AND lower({text}) NOT IN ({', '.join('?' * len(missing))}) AND trim({text}, '*.-–—') <> '')"
        return odd if value == "1" else f"NOT {odd}"
    if filter.way == "contains":
        values.append(fold(value) if kind == "text" else value)
        return f"instr({meaning if kind == 'text' else text}, ?) > 0"
    if kind == "text" or kind == "empty":
        values.append(value)
        return f"{text} {'IS' if filter.way == 'is' else 'IS NOT'} ?"
    sign = {"is": "=", "not": "<>", "from": ">=", "to": "<="}[filter.way]
    if kind == "date":
        return _date_condition(meaning, filter.way, day_of(one, value) or "", values)
    if kind == "boolean":
        found = one.column.reader()(value)
        values.append(found)
        return f"{meaning} {'IS' if filter.way == 'is' else 'IS NOT'} ?"
    values.append(_scaled(one, number_of(one, value) or Decimal(0), filter.way))
    return f"{meaning} IS NOT ?" if filter.way == "not" else f"{meaning} {sign} ?"


def _date_condition(meaning: str, way: str, day: str, values: list[Any]) -> str:
    """2024 means all of the year: from its beginning, to its end, any moment in it."""
    if way == "from":
        values.append(day)
        return f"{meaning} >= ?"
    values.append(f"{day}~")  # behind every moment that begins so
    if way == "to":
        return f"{meaning} <= ?"
    values.append(day)
    within = f"({meaning} <= ? AND {meaning} >= ?)"
    return within if way == "is" else f"({meaning} IS NULL OR NOT {within})"


def _scaled(one: Described, number: Decimal, way: str) -> Any:
    """A number as the column holds it. Between two that it can hold, what is compared still comes out right."""
    if one.column.wide:
        return float(number)
    exact = number.scaleb(one.column.scale, _EXACT)
    whole = exact.to_integral_value("ROUND_CEILING" if way == "from" else "ROUND_FLOOR")
    if way in ("is", "not") and whole != exact:
        return 0.5  # no cell is this number
    return int(max(min(whole, Decimal(2**63 - 1)), Decimal(-(2**63))))


def _order(about: About, view: View) -> str:
    if not view.sort:
        return "ORDER BY r"
    one = about.by_key(view.sort.removeprefix("-"))
    assert one is not None
    way = "DESC" if view.sort.startswith("-") else "ASC"
    # Of words, those that differ in case and marks only stand together.
    return f"ORDER BY n.v{one.at} IS NULL, n.v{one.at} {way}, r"
