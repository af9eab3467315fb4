"""Any table that agencies publish – CSV, TSV, XLSX, XLSM, XLS or ODS – by a column map in the declaration.

**Where the table is.** Nothing need be said of encoding, delimiter, header row, sheet: the header is the first row
that has every column the declaration names (case, spaces and line breaks in names do not count). Where that is not
enough: `encoding`, `delimiter`, `quote` ("" for none), `sheet` (name or number), `header_row` (as the spreadsheet
counts), `header_rows = 3` (several rows make the names, joined by " / ", merged cells filled). A column without a
name is called `column 2`; the second column of a name is `Total (2)`. `files = ["2023.csv", "2024.csv"]`: several
files, relative to `url`, read as one; `{file}` is then the file's name without its ending.

**Which rows.** `skip = { Region = ["Total"] }`, `only = { Country = "Viet Nam" }`, `ends_at = "Source:"` (notes below
the table begin with that), `fill_down = ["Region"]` (a blank cell means what stands above). Blank rows and repeated
headers are left out.

**What a cell means.** `columns` maps fields of a record to columns: one name, several (joined, or all parts of a
list), or a text with columns in braces. `values` are constants, or such texts. `map` translates words, by field or by
column; `separator` (";") parts lists; `dates = "%d/%m/%Y"` (or several; or `order = "dmy"`), `decimal = ","`,
`thousands = "."`, and `missing = ["***", "n/a"]` for figures and dates that are none (words: `map`).

    [options]
    axis = "decision"
    type = "payment"
    columns = { identifier = ["Date", "Number"], title = "{Vendor}: {Purpose}", issued = "Date", amount = "Sum" }
    values = { currency = "GBP", subjects = ["ECON"] }
    map = { status = { "Còn hiệu lực" = "in_force" } }

Fields: everything a record has: `title`, `summary`, `body`, `issued`, `valid_from`, `status`, `document_number`,
`landing_page`, `subjects`, `keywords`, `place`, `publisher`, `decided_by`, `amount` with `currency`, `counterparty` …;
`"title.vi"` for translations; `relations.based_on` for identifiers of other records; `other_identifiers.eli`; `file`,
`file.title`; `votes.in_favour`, `votes.name` and `votes.choice` for a roll call; `targets.indicator`, `targets.value`,
`targets.due` for promises. `group_by = ["Number"]` makes one record of the rows of a group: one target, vote or file
each; the rest must agree; `sum = ["amount"]` adds up. Field names with a dot in one line with others want quotes.

**Series.** `shape = "series"` makes one outcome of the rows that `per` holds together (by default: the indicator and
the place). Each row is an observation (`period`, `value`, `place`, `"observation.status"`); with `periods = "columns"`
every column called by a period is one; `periods = { Jan = "{Year}-01", Feb = "{Year}-02" }` where columns are parts of
a period. `values = { frequency = "A" }` says how often: a day is then its year, quarter or month. Places may be codes
or names of countries; `map = { place = { P01 = "VN-HN" } }` for others.

    [options]
    shape = "series"
    columns = { place = "Country Code", period = "Year", value = "Value" }
    values = { title = "GDP of {Country Name}", indicator = "GDP, current US$", unit = "US$", frequency = "A" }

Several `indicators` in one table: each its own `column`, or the rows `when` a column holds a word, with its own values:

    [[options.indicators]]
    id = "rank"
    column = "E-Government Rank"
    title = "E-government rank of {Country}"
    better = "lower"
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import ValidationError

from ..http import Answer, Http, NotModified
from ..record import Record
from ..run import Item, Remark, explain
from ..source import Source
from ..tables import Layout, Row, Table, read_table
from ..tables.apart import demand_modest
from ..tables.header import fold
from ..tables.mapping import Mapper
from ..tables.options import Options, braces, wanted_columns
from ..tables.records import build_record, read_rows
from ..tables.series import Group, SeriesMapper, fits_periods
from ..tables.values import cell_text

__all__ = ["Options", "collect", "parse"]


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every row of the table (or of each group, or series). A file cannot be asked for changes: `since` is not heeded."""
    options = Options(**source.options)
    with ExitStack() as stack:
        tables = _tables(source, options, http, stack)
        if options.shape == "series":
            yield from _series(source, options, tables)
        elif options.group_by:
            yield from _groups(source, options, tables)
        else:
            yield from _rows(source, options, tables)


def parse(item: Item, source: Source) -> Record | None:
    """The record of a row, a group of rows, or a series."""
    data, (options, mapper, series) = item.data, _plan(source)
    if data.get("fault"):
        raise ValueError(data["fault"])
    at = data.get("at") or [0] * len(data["rows"])
    try:
        if series:
            return series.read(data.get("indicator", ""), data.get("key", ()), data["rows"], at)
        values, each = read_rows(mapper, data["rows"], at)
        return build_record(source, options, values, each)
    except ValidationError as fault:
        raise ValueError(f"{_where(at)}{explain(fault)}") from None
    except ValueError as fault:
        said = str(fault)
        raise ValueError(said if said.startswith("row ") else f"{_where(at)}{said}") from None


def _where(at: list[int]) -> str:
    return f"row {at[0]}: " if at and at[0] else ""


_Plan = tuple[Options, Mapper, SeriesMapper | None]
_last: tuple[Source, _Plan] | None = None


def _plan(source: Source) -> _Plan:
    """The declaration's options, ready for use; made once for the rows of a source, which come one after another."""
    global _last
    if _last is None or _last[0] is not source:
        options = Options(**source.options)
        series = SeriesMapper(options, source) if options.shape == "series" else None
        _last = (source, (options, Mapper(options), series))
    return _last[1]


def _tables(source: Source, options: Options, http: Http, stack: ExitStack) -> Iterator[tuple[str, Table]]:
    """The tables with their addresses, asked for only where one of them changed."""
    urls = [urljoin(source.url, file) for file in options.files] or [source.url]
    layout = _layout(options)
    for url, answer in zip(urls, _answers(http, urls, stack), strict=True):
        demand_modest(answer.file, url)
        table = read_table(answer.file, layout, url)
        for note in table.notes:
            http.note(note)
        yield url, table


def _answers(http: Http, urls: list[str], stack: ExitStack) -> list[Answer]:
    answers: list[Answer | None] = []
    for url in urls:
        try:
            answers.append(stack.enter_context(http.get(url, conditional=True)))
        except NotModified:
            answers.append(None)
    if not any(answers):
        raise NotModified(urls[0])
    return [answer or stack.enter_context(http.get(url)) for url, answer in zip(urls, answers, strict=True)]


def _layout(options: Options) -> Layout:
    return Layout(
        wanted=wanted_columns(options),
        encoding=options.encoding,
        delimiter=options.delimiter,
        quote=options.quote,
        sheet=str(options.sheet),
        header_row=options.header_row,
        header_rows=options.header_rows,
        fits=fits_periods(options),
    )


def _kept(options: Options, url: str, table: Table) -> Iterator[Row]:
    """The rows that the declaration wants, with what it fills in."""
    spelled = {fold(column): column for column in table.columns}
    tests = [(spelled[fold(name)], {fold(word) for word in words}, True) for name, words in options.only.items()]
    tests += [(spelled[fold(name)], {fold(word) for word in words}, False) for name, words in options.skip.items()]
    ends = tuple(fold(text) for text in options.ends_at)
    down = [spelled[fold(name)] for name in options.fill_down]
    above: dict[str, Any] = {}
    stem = _stem(url) if _names_file(options) and "file" not in spelled else ""
    for row in table.rows:
        if ends and fold(next((cell for cell in row.cells.values() if cell_text(cell)), "")).startswith(ends):
            return
        for name in down:
            if cell_text(row.cells[name]):
                above[name] = row.cells[name]
            elif name in above:
                row.cells[name] = above[name]
        if all((fold(row.cells[name]) in words) is wanted for name, words, wanted in tests):
            if stem:
                row.cells["file"] = stem
            yield row


def _names_file(options: Options) -> bool:
    specs = (*options.columns.values(), *options.values.values())
    return any("file" in map(fold, (spec, *braces(spec))) for held in specs for spec in held)


def _stem(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).stem


def _item(
    rows: list[dict[str, Any]], at: list[int], url: str, identifier: str = "", fault: str = "", **more: Any
) -> Item:
    """An item with the rows as they came. The rows' numbers are for messages only: a row that moved did not change."""
    said = {"fault": fault} if fault else {}
    raw = json.dumps({**more, **said, "rows": rows}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    data = {**more, "rows": rows, "at": at, "fault": fault}
    return Item(data, raw, url, identifier)


def _rows(source: Source, options: Options, tables: Iterator[tuple[str, Table]]) -> Iterator[Item]:
    mapper, wanted = Mapper(options), frozenset({"identifier"})
    for url, table in tables:
        for row in _kept(options, url, table):
            identifier = str(mapper.read(row.cells, wanted)[0].get("identifier", ""))
            yield _item([row.cells], [row.at], url, identifier, row.fault and f"row {row.at} {row.fault}")


def _groups(source: Source, options: Options, tables: Iterator[tuple[str, Table]]) -> Iterator[Item]:
    """The rows of a group, wherever in the table they stand."""
    mapper = Mapper(options)

    def key(cells: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "", tuple(cell_text(mapper.cell(cells, fold(name))) for name in options.group_by)

    for url, group in _gather(options, tables, key, lambda _, columns: columns):
        identifier = mapper.read(group.rows[0], frozenset({"identifier"}))[0].get("identifier", "")
        yield _item([dict(row) for row in group.rows], group.at, url, str(identifier), "; ".join(group.faults))


def _series(source: Source, options: Options, tables: Iterator[tuple[str, Table]]) -> Iterator[Item | Remark]:
    series = SeriesMapper(options, source)
    for url, group in _gather(options, tables, series.groups_of, series.used):
        fault = "; ".join(group.faults)
        identifier = "" if fault and not group.key else series.identifier(group.indicator, group.key, group.rows[0])
        rows = [dict(row) for row in group.rows]
        yield _item(rows, group.at, url, identifier, fault, indicator=group.indicator, key=list(group.key))
    if series.unplaced:
        names = sorted(series.unplaced)
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        yield Remark(note=f"places without a code of ISO 3166, kept by name: {', '.join(names[:10])}{more}")


def _gather(
    options: Options,
    tables: Iterator[tuple[str, Table]],
    keys: Callable[[dict[str, Any]], Iterator[tuple[str, tuple[str, ...]]]],
    used: Callable[[str, tuple[str, ...]], Any],
) -> Iterator[tuple[str, Group]]:
    """Rows by group, in the order in which the groups begin. A row of no group is a group of its own, with its fault."""
    groups: dict[Any, tuple[str, Group]] = {}
    for url, table in tables:
        columns: dict[str, list[str]] = {}
        for row in _kept(options, url, table):
            fault = f"row {row.at} {row.fault}" if row.fault else ""
            try:
                names = list(keys(row.cells))
            except ValueError as wrong:
                alone = Group("", (), [row.cells], [row.at], [fault or f"row {row.at}: {wrong}"])
                groups[(url, row.at)] = (url, alone)
                continue
            for indicator, key in names:
                if indicator not in columns:
                    columns[indicator] = [*used(indicator, table.columns), *(["file"] if "file" in row.cells else [])]
                _, group = groups.setdefault((indicator, key), (url, Group(indicator, key)))
                group.rows.append({column: row.cells[column] for column in dict.fromkeys(columns[indicator])})
                group.at.append(row.at)
                group.faults += [fault] if fault else []
    yield from groups.values()
