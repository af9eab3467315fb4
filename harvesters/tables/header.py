"""Finding the header: the row (or rows) that hold the wanted column names, wherever the table starts."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
SEARCHED = 300


def fold(text: Any) -> str:
    """A name as it is compared: case, runs of white space and the spelling in Unicode do not count."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", str(text))).strip().casefold()


@dataclass(frozen=True, slots=True)
class Header:
    """The columns' names, by position, and where the data begin (an index into the searched rows)."""

    columns: tuple[str, ...]
    first: int
    begins: int

    def missing(self, wanted: Sequence[str]) -> list[str]:
        """Those of `wanted` that are not among the columns."""
        there = {fold(column) for column in self.columns}
        return [name for name in wanted if fold(name) not in there]


def name_columns(rows: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Column names out of one header row, or of several joined by " / ". A column without a name is called
    `column 3`; the second one of a name gets " (2)"."""
    width = max((len(row) for row in rows), default=0)
    while width and all(len(row) < width or not str(row[width - 1]).strip() for row in rows):
        width -= 1
    names: list[str] = []
    met: dict[str, int] = {}
    for position in range(width):
        parts: list[str] = []
        for row in rows:
            part = (
                _SPACE.sub(" ", unicodedata.normalize("NFC", str(row[position]))).strip() if position < len(row) else ""
            )
            if part and part not in parts:
                parts.append(part)
        name = " / ".join(parts) or f"column {position + 1}"
        met[fold(name)] = met.get(fold(name), 0) + 1
        names.append(name if met[fold(name)] == 1 else f"{name} ({met[fold(name)]})")
    return tuple(names)


def find_header(
    rows: Sequence[Sequence[Any]],
    wanted: Sequence[str],
    height: int = 1,
    fits: Callable[[Sequence[str]], bool] = lambda columns: True,
) -> Header | None:
    """The first header among `rows` that has every wanted column and that `fits`; None where there is none."""
    folded = {fold(name) for name in wanted}
    for index in range(min(len(rows), SEARCHED) - height + 1):
        window = rows[index : index + height]
        if not any(str(cell).strip() for cell in window[0]):
            continue
        columns = name_columns(window)
        if folded <= {fold(column) for column in columns} and fits(columns):
            return Header(columns, index, index + height)
    return None


def likeliest_header(rows: Sequence[Sequence[Any]], wanted: Sequence[str], height: int = 1) -> Header:
    """The row that comes nearest to the wanted header, to say which columns there are instead."""
    best, score = Header((), 0, 0), (-1, -1)
    folded = {fold(name) for name in wanted}
    for index in range(min(len(rows), SEARCHED)):
        columns = name_columns(rows[index : index + height])
        named = [column for column in columns if not re.fullmatch(r"column \d+", column)]
        mark = (len(folded & {fold(column) for column in columns}), len(named))
        if mark > score:
            best, score = Header(columns, index, index + height), mark
    return best
