"""A table as data: a view as CSV or by pages as JSON, and what its columns are. Cells as they stand in the file, unless plain values are
asked for; none that a spreadsheet would run as a formula."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import exports
from ..exports import csv_line
from .answers import LONG, Answers, Group, Row, opened
from .asking import About, Described, View

_ROOM = 20_000_000  # letters of one page as JSON


def marked(lines: Iterator[str], bom: bool) -> Iterator[str]:
    """Lines with a byte order mark in front, so that spreadsheets read them as UTF-8."""
    if bom:
        yield exports.BOM
    yield from lines


def csv_lines(place: Path, view: View, *, whole: bool) -> Iterator[str]:
    """The rows that fit as CSV: all columns, unless some were chosen."""
    with opened(place, LONG) as table:
        columns = table.about.columns if whole else view.shown(table.about)
        yield csv_line(exports.harmless(one.name) for one in columns)
        for row in table.each(view, columns):
            yield csv_line(_cell(one, text, value, view.values == "plain") for one, text, value in zip(columns, row.cells, row.values, strict=True))


def _cell(one: Described, text: str | None, value: Any, plain: bool) -> str:
    """A cell that no spreadsheet runs as a formula. A number stays as it is, however it is written."""
    if text is None:
        return ""
    if value is not None and one.column.is_number:
        return _plain(one, text, value) if plain else text
    return _plain(one, text, value) if plain and value is not None and one.column.kind == "date" else exports.harmless(text)


def _plain(one: Described, text: str, value: Any) -> str:
    """A value as programs read it: 1234.5, 2024-05-31."""
    if one.column.is_number:
        return f"{one.column.number(text):f}" if one.column.wide else f"{Decimal(value).scaleb(-one.column.scale):f}"
    return str(value)


def group_lines(place: Path, view: View) -> Iterator[str]:
    """The groups of a view as CSV, all of them."""
    with opened(place, LONG) as table:
        one = table.about.by_key(view.group)
        assert one is not None
        measured = table.about.by_key(view.sum) if view.sum else None
        yield csv_line([exports.harmless(one.name), "rows", *([f"{word} of {exports.harmless(measured.name)}" for word in _WORDS] if measured else [])])
        groups, _total = table.groups(view, -1)
        for group in groups:
            sums = group.sums
            figures = [sums.numbers, sums.sum, sums.mean, sums.least, sums.greatest] if measured else []
            yield csv_line([exports.harmless(group.label), sums.count, *("" if figure is None else f"{figure:f}" if isinstance(figure, Decimal) else figure for figure in figures)])


_WORDS = ("numbers", "sum", "mean", "least", "greatest")


def bounded(view: View, about: About) -> View:
    """The view with pages of so many rows that one of them has room in memory, however long their cells are."""
    columns = view.shown(about) if view.columns else about.columns
    longest = sum(one.column.longest + 20 for one in columns)
    return replace(view, size=max(1, min(view.size, _ROOM // longest)))


def page_data(table: Answers, view: View, total: int, now: datetime, file: dict[str, Any], address: str) -> dict[str, Any]:
    """One page of a view in the envelope of every list, with what the table is. `file`: what is said of the file; `address`: of this data."""
    about = table.about
    chosen = view.shown(about) if view.columns else about.columns
    if view.group:
        groups = table.groups(view, view.size, (view.page - 1) * view.size)[0]
        results = [{"group": group.label, "rows": group.sums.count, **_figures(group, bool(view.sum))} for group in groups]
    else:
        results = [_json_row(row, chosen, view.values == "plain") for row in table.rows(view, chosen)]
    following = view.changed(page=view.page + 1) if view.page * view.size < total else None
    return {
        "total": total,
        "returned": len(results),
        "complete": len(results) == total,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "next": address + following.query() if following else None,
        "file": file,
        "sheet": about.data["sheet"] or None,
        "sheets": about.data["sheets"],
        "rows_in_all": about.rows,
        "before": about.data["before"],
        "after": about.data["after"],
        "columns": [column_data(one) for one in chosen],
        "results": results,
    }


def _figures(group: Group, measured: bool) -> dict[str, Any]:
    sums = group.sums
    if not measured:
        return {}
    return {"numbers": sums.numbers, **{word: None if (value := getattr(sums, word)) is None else f"{value:f}" for word in _WORDS[1:]}}


def _json_row(row: Row, columns: Sequence[Described], plain: bool) -> dict[str, Any]:
    """Cells by the keys of their columns, as text: numbers keep all their digits so."""
    cells = zip(columns, row.cells, row.values, strict=True)
    return {"row": row.at, **{one.key: _plain(one, text, value) if plain and text and value is not None and one.column.kind in ("integer", "decimal", "date") else text for one, text, value in cells}}


def dictionary_lines(rows: int, described: Iterable[Described]) -> Iterator[str]:
    """What columns are, as CSV."""
    names = ("key", "name", "type", "filled", "empty", "distinct", "least", "greatest", "not_fitting", "examples")
    yield csv_line(names)
    for one in described:
        line = column_data(one)
        line |= {"empty": rows - one.column.filled, "examples": "; ".join(line["examples"])}
        yield csv_line(exports.harmless(line[name]) for name in names)


def column_data(one: Described) -> dict[str, Any]:
    """A line of the dictionary, as data."""
    column = one.column
    return {
        "key": one.key, "name": one.name, "type": column.kind,
        "format": {
            **({"decimal": column.decimal, "thousands": column.thousands} if column.is_number else {}),
            **({"unit": column.unit} if column.unit else {}), **({"order": column.order} if column.order else {}),
        },
        "filled": column.filled, "distinct": column.distinct, "least": one.least or None, "greatest": one.greatest or None,
        "no_value": [text for text, _count in column.missing], "not_fitting": column.misfits, "not_fitting_examples": list(column.misfit_examples),
        "examples": [text for text, _count in column.examples], "remarks": list(column.remarks),
    }  # fmt: skip
