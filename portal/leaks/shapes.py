"""Tables as text: whether a machine can read them."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from . import columns
from .findings import Finding
from .spreadsheets import ACTS

_LOOKED_AT, _FEWEST = 500, 5  # rows


def inspect_table(text: str) -> Iterator[Finding]:
    """What would have to be mended in a CSV or TSV before it can be used: one reason, the first that holds."""
    lines = list(islice(io.StringIO(text), _LOOKED_AT))
    if not lines:
        return
    between = max("\t;,|", key=lambda one: sum(line.count(one) for line in lines))
    yield from columns.in_text(text, between, "")
    try:
        # Read as rows, of which one may have several lines.
        rows = [row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=between), _LOOKED_AT) if row]
    except csv.Error:
        return
    for number, row in enumerate(rows, 1):
        if acting := next((cell for cell in row if ACTS.match(cell)), None):
            yield Finding.of("formula", f"row {number}", acting)
            break
    if len(rows) < _FEWEST:
        return
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if width < 3:
        return
    head = [cell.strip() for cell in rows[0]]
    filled = [cell for cell in head if cell]
    if len(filled) <= 1:
        yield Finding.of("table_shape", "row 1", f"a title above the columns’ names: {' '.join(filled)}")
    elif len(filled) < len(head):
        yield Finding.of("table_shape", "row 1", "a column without a name")
    elif twice := next((cell for cell, count in Counter(head).items() if count > 1), ""):
        yield Finding.of("table_shape", "row 1", f"two columns of one name: {twice}")
    elif ragged := [number for number, row in enumerate(rows, 1) if len(row) != len(head)]:
        yield Finding.of("table_shape", f"row {ragged[0]}", f"{len(rows[ragged[0] - 1])} cells, and {len(head)} columns")
