"""Columns of tables: what a number in a cell is stands on top of its column, and far from it in the text of a file."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from . import personal
from .findings import Finding

MOST_ROWS = 2000  # a column says what it holds long before
_MOST_COLUMNS = 300
_NUMBER = re.compile(r"[+(]?[\dA-Z][\dA-Z ./()-]{5,22}[\dA-Z]")
_LONG = re.compile(r"(?:\d\D{0,2}){6,}")
_LONGEST_HEAD = 60


class Columns:
    """What is said on top of each column, and the numbers below."""

    def __init__(self) -> None:
        self.heads: dict[int, str] = {}
        self.numbers: dict[int, dict[str, None]] = {}

    def add(self, column: int, value: str) -> None:
        value = value.strip()
        if _NUMBER.fullmatch(value) and _LONG.search(value):
            self.numbers.setdefault(column, {})[value] = None
        elif value and column not in self.numbers and len(value) <= _LONGEST_HEAD and column < _MOST_COLUMNS:
            self.heads[column] = f"{self.heads.get(column, '')} {value}"[-2 * _LONGEST_HEAD :]

    def findings(self, where: str) -> Iterator[Finding]:
        """Personal data that only the top of its column makes known."""
        lines = (f"{_last(self.heads[column])}: {value}" for column, values in sorted(self.numbers.items()) if column in self.heads for value in values)
        yield from personal.find("\n".join(lines), where)


def _last(head: str) -> str:
    return head.strip()[-30:]


def in_rows(rows: Iterable[Iterable[str]], where: str) -> Iterator[Finding]:
    """Personal data in a table, row by row."""
    columns = Columns()
    for row in islice(rows, MOST_ROWS):
        for column, value in enumerate(row):
            columns.add(column, value)
    yield from columns.findings(where)


def in_text(text: str, between: str, where: str) -> Iterator[Finding]:
    """Personal data in a CSV."""
    try:
        yield from in_rows(csv.reader(io.StringIO(text, newline=""), delimiter=between), where)
    except csv.Error:
        return
