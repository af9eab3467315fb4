"""Tables in files: how many rows a view has, and sums, means, least and greatest by group.

Published with every table that opens in the page (`table.json?group=…&sum=…`). The rows are taken from the table's own CSV with plain
values (`table.csv?values=plain`): numbers are added exactly; a mean is rounded, half to even, to two digits more than the column has.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from urllib.parse import quote

from .export import Data, Portal
from .register import Register

ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
EXACT = Context(prec=80)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """The records with files that may be tables: what is in them stands in the files, which `compared` reads."""
    return {number: None for number, record in register.records.items() if any(may_be_table(file) for file in record.get("files", ()))}


def may_be_table(file: Data) -> bool:
    """Whether a file is a table by its name or by its type."""
    said = f"{file.get('media_type', '')} {file['url']}".lower()
    return any(word in said for word in ("csv", "tab-separated", "spreadsheet", "excel", *ENDINGS))


def compared(portal: Portal, numbers: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """By record, table and group: what the rows come to, and what the page says of them."""
    own: dict[str, object] = {}
    theirs: dict[str, object] = {}
    for number in portal.some(numbers):
        for place, table in enumerate(portal.get(f"/records/{number}.json").get("tables", ())):
            if table["csv"]:
                for name, mine, said in groups_of(portal, table):
                    own[f"{number} table {place + 1}, {name}"], theirs[f"{number} table {place + 1}, {name}"] = mine, said
    return own, theirs


def groups_of(portal: Portal, table: Data) -> Iterator[tuple[str, object, object]]:
    """Of the first column of words and every column of numbers: each group by name, with [rows, numbers, sum, mean, least, greatest]."""
    page = portal.get(f"{table['json']}?size=1")
    columns = page["columns"]
    rows = list(csv.reader(io.StringIO(portal.text(f"{table['csv']}?values=plain"))))[1:]
    yield "rows", len(rows), page["total"]
    words = [place for place, one in enumerate(columns) if one["type"] == "text"]
    for place, one in enumerate(columns):
        if words and one["type"] in ("integer", "decimal"):
            groups: dict[str, list[str]] = {}
            for row in rows:
                groups.setdefault(plain(row[words[0]]), []).append(row[place])
            mine = {label: come_to(cells) for label, cells in groups.items()}
            asked = f"{table['json']}?group={quote(columns[words[0]]['key'])}&sum={quote(one['key'])}&size=1000"
            said: dict[str, object] = {}
            for part in portal.pages(asked):
                said |= {line["group"] or "": told(line) for line in part["results"]}
            for label in mine.keys() | said.keys():
                yield f"{one['key']} of {columns[words[0]]['key']} {label!r}", mine.get(label), said.get(label)


def plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def number_in(cell: str) -> Decimal | None:
    """A number as it stands in plain values; None for an empty cell and for what is none."""
    try:
        value = Decimal(cell)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def come_to(cells: list[str]) -> list[object]:
    """[rows, numbers, sum, mean, least, greatest] of the cells of one column; the last four are None without a number."""
    values = [value for cell in cells if (value := number_in(cell)) is not None]
    if not values:
        return [len(cells), 0, None, None, None, None]
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    digits = max(max(0, -int(value.as_tuple().exponent)) for value in values)
    mean = EXACT.divide(total, Decimal(len(values))).quantize(Decimal(1).scaleb(-(min(digits, 30) + 2)), ROUND_HALF_EVEN, EXACT)
    return [len(cells), len(values), total, mean, min(values), max(values)]


def told(line: Data) -> list[object]:
    """A group as `come_to` tells it."""
    return [line["rows"], line["numbers"], *(None if line[name] is None else Decimal(line[name]) for name in ("sum", "mean", "least", "greatest"))]
