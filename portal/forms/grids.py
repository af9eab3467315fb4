"""Small tables in the form: figures and roll calls. A table's rows, and what is pasted beside it, become the lines that
reading.py reads; lines become rows again. A list that is too long for a table stays a text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harvesters.vocabularies import CHOICES, OBSERVATION_STATUSES, Vocabulary

from ..i18n import language
from ..typed import read_cells, read_lines, without_control, write_cells

MOST_SHOWN = 60  # rows of a table: a page stays light, and longer lists are pasted, not typed
SPARE = 3  # empty rows below those that say something


@dataclass(frozen=True)
class Grid:
    """A field that is shown as a table: its columns in their order, the input of row 2 is `<row>_<column>_2`."""

    name: str
    row: str
    columns: tuple[str, ...]
    vocabularies: Mapping[str, Vocabulary]

    @property
    def paste(self) -> str:
        """The name of the field into which rows of a spreadsheet are pasted."""
        return f"{self.row}_paste"


GRIDS: dict[str, Grid] = {
    "observations": Grid("observations", "observation", ("period", "value", "place", "status", "note"), {"status": OBSERVATION_STATUSES}),
    "roll_call": Grid("roll_call", "vote", ("name", "choice", "party", "office", "district"), {"choice": CHOICES}),
}
_HEADS = frozenset({
    "period", "value", "figure", "place", "state", "status", "note", "name", "vote", "choice", "party", "office", "district", "year", "date", "indicator", "what is measured",
    "kỳ", "giá trị", "số liệu", "nơi", "trạng thái", "ghi chú", "họ tên", "tên", "phiếu", "đảng", "chức vụ", "đơn vị", "năm", "ngày", "chỉ số",
})  # fmt: skip


def text_sent(grid: Grid, sent: Mapping[str, list[str]]) -> str | None:
    """The lines of a grid as they were sent: as a text, or as rows, and after them what was pasted; None where none of it was."""
    rows = list(_rows_sent(grid, sent))
    if grid.name not in sent and grid.paste not in sent and not rows:
        return None
    lines = read_lines(without_control(sent[grid.name][0])) if grid.name in sent else [write_cells(cells) for cells in rows if any(cells)]
    pasted = [write_cells(cells) for cells in pasted_rows(sent.get(grid.paste, [""])[0])]
    if grid.name in sent and not pasted:
        return without_control(sent[grid.name][0])
    return "\n".join(lines + pasted)


def _rows_sent(grid: Grid, sent: Mapping[str, list[str]]) -> Iterator[list[str]]:
    pattern = re.compile(rf"{grid.row}_({'|'.join(grid.columns)})_([1-9][0-9]{{0,3}})")
    rows: dict[int, dict[str, str]] = {}
    for name, values in sent.items():
        if match := pattern.fullmatch(name):
            rows.setdefault(int(match[2]), {})[match[1]] = " ".join(without_control(values[0]).split())
    for number in sorted(rows):
        yield [rows[number].get(column, "") for column in grid.columns]


def pasted_rows(text: str) -> list[list[str]]:
    """Rows as a spreadsheet puts them on the clipboard; a first row that only names the columns is left out."""
    rows = [cells for _line, cells in read_cells(without_control(text)) if any(cells)]
    is_head = rows and all(cell.casefold().strip("*: ") in _HEADS for cell in rows[0] if cell)
    return rows[1:] if is_head else rows


def rows_shown(grid: Grid, text: str, wanted: int = 0) -> list[list[str]] | None:
    """A grid's rows for the form, with empty ones to write into; None where a table could not show them all."""
    rows = [cells for _line, cells in read_cells(text)]
    if len(rows) > MOST_SHOWN or any(len(cells) > len(grid.columns) for cells in rows):
        return None
    filled = [[*cells, *[""] * (len(grid.columns) - len(cells))] for cells in rows]
    count = min(max(len(filled) + SPARE, wanted), MOST_SHOWN + SPARE)
    return [_in_words(grid, cells) for cells in filled] + [[""] * len(grid.columns) for _ in range(count - len(filled))]


def _in_words(grid: Grid, cells: list[str]) -> list[str]:
    """Codes as the words that people choose."""
    known = grid.vocabularies
    return [known[column].label(cell, language()) if cell in known.get(column, ()) else cell for column, cell in zip(grid.columns, cells, strict=True)]


def options(grid: Grid, column: str) -> list[str]:
    """The words that may stand in a column, in the reader's language; none where anything may."""
    return [grid.vocabularies[column].label(code, language()) for code in grid.vocabularies[column]] if column in grid.vocabularies else []
