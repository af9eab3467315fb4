"""The small tables of the form, as its template asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from harvesters.vocabularies import REPORT_RHYTHMS

from ..forms.fields import ROWS, count_rows, label
from ..forms.grids import GRIDS, SPARE, Grid, options, rows_shown
from ..i18n import language
from ..places import place_names
from ..typed import read_lines

# name, what it is called, words to choose from, its width, the keyboard that phones show
Column = tuple[str, str, list[str], str, str | None]
_NUMBERS = frozenset({"value"})


@dataclass(frozen=True)
class Table:
    """A table of the form: the rows to show, None where they are too many for one."""

    grid: Grid
    rows: list[list[str]] | None

    @property
    def row(self) -> str:
        return self.grid.row

    @property
    def paste(self) -> str:
        return self.grid.paste

    def columns(self, widths: Mapping[str, str]) -> list[Column]:
        return [(one, label(f"{self.row}_{one}"), self._choice(one), widths.get(one, ""), "decimal" if one in _NUMBERS else None) for one in self.grid.columns]

    def _choice(self, column: str) -> list[str]:
        return place_names(language()) if column == "place" else options(self.grid, column)


def for_form(typed: Mapping[str, Any], wanted: Callable[[str], int]) -> dict[str, Any]:
    """What the form's template asks for its tables. `wanted`: how many rows of a group the address asks for."""
    return {
        "grid_of": lambda name: Table(GRIDS[name], rows_shown(GRIDS[name], str(typed.get(name, "")), wanted(GRIDS[name].row))),
        "target_rows": lambda: _rows(typed, "target", wanted("target")),
        "report_rows": lambda: _rows(typed, "report", wanted("report")),
        "rhythms": lambda: [REPORT_RHYTHMS.label(code, language()) for code in REPORT_RHYTHMS],
        "units": units,
    }


def count(group: str, typed: Mapping[str, Any]) -> int:
    """How many rows of a group say something."""
    grid = next((one for one in GRIDS.values() if one.row == group), None)
    return len(read_lines(str(typed.get(grid.name, "")))) if grid else count_rows(group, typed)


def _rows(typed: Mapping[str, Any], group: str, wanted: int) -> list[list[str]]:
    """The rows of a group, cell by cell in the order of its columns; codes as the words that people choose."""
    count = max(count_rows(group, typed) + SPARE, wanted)
    return [[_word(group, column, str(typed.get(f"{group}_{column}_{row}", ""))) for column in ROWS[group]] for row in range(1, count + 1)]


def _word(group: str, column: str, cell: str) -> str:
    if (group, column) == ("report", "every") and cell in REPORT_RHYTHMS:
        return REPORT_RHYTHMS.label(cell, language())
    if (group, column) == ("target", "bound"):
        return {"at_least": _("at least"), "at_most": _("at most")}.get(cell, cell)
    return cell


def units() -> list[str]:
    """Units that are often written."""
    return ["%", _("people"), _("households"), _("million VND"), _("billion VND"), "USD", "EUR", "km", "km²", "ha", "m³", "t CO2e", "kWh", _("days"), _("index"), _("rank")]
