"""Gaps: days and running numbers that are missing from what a source brought. A gap is a question to the agency, not
a proof: holidays are days without a decision, too, and a number may never have been given."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

# A weekday is one on which the agency publishes when most weeks have it, over weeks enough to tell.
_USUAL = 0.8
_WEEKS = 8
# Numbers run where nearly all of them are there.
_DENSE = 0.8
_MEMBERS = 20
_LISTED = 60

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row, from `first` to `last`, without a record although their weekdays usually bring one."""

    first: date
    last: date
    count: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """A running number: identifiers such as `example`, from `least` to `most`, of which `missing` are not here."""

    example: str
    least: int
    most: int
    count: int
    missing: tuple[tuple[int, int], ...]
    missing_count: int


def missing_days(days: Iterable[date]) -> list[Days]:
    """Days between the first and the last on which records would be expected, the latest gap first."""
    there = set(days)
    if not there:
        return []
    first, last = min(there), max(there)
    weeks = ((last - first).days + 1) / 7
    if weeks < _WEEKS:
        return []
    seen = Counter(day.weekday() for day in there)
    usual = {weekday for weekday, count in seen.items() if count >= _USUAL * weeks}
    gaps: list[list[date]] = []
    row: list[date] = []
    for day in _between(first, last):
        if day in there:
            row = []
        elif day.weekday() in usual:
            if not row:
                gaps.append(row)
            row.append(day)
    return [Days(row[0], row[-1], len(row)) for row in reversed(gaps)]


def _between(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=passed) for passed in range((last - first).days + 1))


def missing_numbers(identifiers: Iterable[tuple[str, int | None]]) -> list[Numbers]:
    """Running numbers with holes, the largest first. Takes identifiers with the year of their record."""
    series: dict[tuple[str, str, int | None], set[int]] = defaultdict(set)
    examples: dict[tuple[str, str, int | None], str] = {}
    for identifier, year in identifiers:
        if found := _number_in(identifier):
            before, number, after, dated = found
            key = (before, after, None if dated else year)
            series[key].add(number)
            examples.setdefault(key, identifier)
    runs = (_holes(examples[key], numbers) for key, numbers in series.items() if len(numbers) >= _MEMBERS)
    return sorted((run for run in runs if run), key=lambda run: -run.count)


def _number_in(identifier: str) -> tuple[str, int, str, bool] | None:
    """The running number in an identifier: its longest row of digits that is no year, the last of several."""
    rows = [row for row in _DIGITS.finditer(identifier) if len(row[0]) <= 9]
    counting = [row for row in rows if not _is_year(row[0])] or rows
    if not counting or len(rows) > 4:
        return None
    row = max(counting, key=lambda one: (len(one[0]), one.start()))
    dated = any(_is_year(other[0]) for other in rows if other is not row)
    return identifier[: row.start()], int(row[0]), identifier[row.end() :], dated


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and 1900 <= int(digits) <= 2100


def _holes(example: str, numbers: set[int]) -> Numbers | None:
    least, most = min(numbers), max(numbers)
    span = most - least + 1
    if len(numbers) == span or len(numbers) < _DENSE * span:
        return None
    holes, start = [], least
    for number in sorted(numbers):
        if number > start:
            holes.append((start, number - 1))
        start = number + 1
    return Numbers(example, least, most, len(numbers), tuple(holes[-_LISTED:]), span - len(numbers))


def to_data(days: Sequence[Days], numbers: Sequence[Numbers]) -> dict[str, Any]:
    """Both as JSON data; at most the latest of them."""
    return {
        "days": [{"first": f"{gap.first}", "last": f"{gap.last}", "count": gap.count} for gap in days[:_LISTED]],
        "days_count": sum(gap.count for gap in days),
        "numbers": [
            {
                "example": run.example, "least": run.least, "most": run.most, "count": run.count,
                "missing": [list(hole) for hole in run.missing], "missing_count": run.missing_count,
            }
            for run in numbers[:10]
        ],
    }  # fmt: skip
