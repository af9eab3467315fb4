"""The column map at work: a row's cells become values by target. Every fault of a row is collected, not the first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .header import fold
from .options import Options, braces
from .targets import kind_of_target
from .values import cell_text, read_day, read_number

Cells = Mapping[str, Any]
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
_DANGLING = re.compile(r"^[\s:;,–—-]+|[\s:;,–—-]+$")


@lru_cache(maxsize=256)
def _spelled(columns: tuple[str, ...]) -> dict[str, str]:
    """The columns of a table by their folded names."""
    return {fold(column): column for column in reversed(columns)}


@dataclass(frozen=True, slots=True)
class _Spec:
    """Where one value comes from: a column, a text with columns in braces, or a constant."""

    column: str = ""
    template: tuple[str, ...] = ()
    constant: str = ""


@dataclass(frozen=True, slots=True)
class _Field:
    """One target: its kind of value, where it comes from, and what its words mean."""

    target: str
    kind: str
    specs: tuple[_Spec, ...]
    words: Mapping[str, str]
    label: str


class Mapper:
    """Reads rows by a declaration's options. `faults` of `read` are sentences that name the column and the cell."""

    def __init__(self, options: Options, extra: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.options = options
        self._missing = frozenset(mark.strip() for mark in options.missing)
        self._words = {
            fold(name): {fold(word): meant for word, meant in words.items()} for name, words in options.map.items()
        }
        columns = {target: specs for target, specs in options.columns.items() if target not in (extra or {})}
        values = {**options.values, **(extra or {})}
        self.fields = [self._field(target, specs, True) for target, specs in columns.items()] + [
            self._field(target, specs, False) for target, specs in values.items()
        ]

    def _field(self, target: str, specs: tuple[str, ...], of_columns: bool) -> _Field:
        made = tuple(
            _Spec(template=tuple(re.split(r"\{([^{}]+)\}", spec)))
            if braces(spec)
            else _Spec(column=fold(spec))
            if of_columns
            else _Spec(constant=spec)
            for spec in specs
        )
        label = f"{', '.join(specs)} ({target})" if of_columns and target != specs[0] else target
        return _Field(target, kind_of_target(target) or "line", made, self._words.get(fold(target), {}), label)

    def cell(self, cells: Cells, column: str) -> Any:
        """What stands in a column (by its folded name). KeyError where the table has no such column."""
        cell = cells[_spelled(tuple(cells))[column]]
        if cell.__class__ is str:
            cell = cell.strip()
        if column in self._words:
            return self._words[column].get(fold(cell), cell)
        return cell

    def figure(self, cells: Cells, column: str) -> Decimal | None:
        """The number in a column, None where it is blank or says that there is none."""
        return self._number(self.cell(cells, fold(column)))

    def is_marked_missing(self, cells: Cells, column: str) -> bool:
        """Whether a cell is not blank, but says that there is no value."""
        text = cell_text(cells[_spelled(tuple(cells))[fold(column)]])
        return bool(text) and text in self._missing

    def read(self, cells: Cells, targets: frozenset[str] | None = None) -> tuple[dict[str, Any], list[str]]:
        """The values by target (those of `targets`, where given) and the faults. Blank ones are left out."""
        values: dict[str, Any] = {}
        faults: list[str] = []
        for field in self.fields:
            if targets is not None and field.target not in targets:
                continue
            try:
                value = self._value(field, cells)
            except KeyError as fault:
                faults.append(f"there is no column {fault.args[0]!r}")
                continue
            except ValueError as fault:
                faults.append(f"{field.label} = {fault}")
                continue
            if value not in ("", None, []):
                values[field.target] = value
        return values, faults

    def _value(self, field: _Field, cells: Cells) -> Any:
        if field.kind == "list":
            parts = [part for spec in field.specs for part in self._parts(spec, cells)]
            return list(dict.fromkeys(field.words.get(fold(part), part) for part in parts))
        if field.kind == "line":
            join = "/" if field.target == "identifier" else " "
            text = join.join(part for spec in field.specs if (part := self._text(spec, cells)))
            return field.words.get(fold(text), text) if field.words else text
        cell: Any = self._cell(field.specs[0], cells) if len(field.specs) == 1 else self._joined(field, cells)
        if field.words:
            cell = field.words.get(fold(cell), cell)
        if field.kind == "number":
            return self._number(cell)
        return None if self._is_none(cell) else read_day(cell, self.options.dates, self.options.order)

    def _is_none(self, cell: Any) -> bool:
        return cell == "" or (bool(self._missing) and cell_text(cell) in self._missing)

    def _number(self, cell: Any) -> Decimal | None:
        return None if self._is_none(cell) else read_number(cell, self.options.decimal, self.options.thousands)

    def _joined(self, field: _Field, cells: Cells) -> str:
        return " ".join(self._text(spec, cells) for spec in field.specs).strip()

    def _parts(self, spec: _Spec, cells: Cells) -> list[str]:
        return [part.strip() for part in self._text(spec, cells).split(self.options.separator) if part.strip()]

    def _cell(self, spec: _Spec, cells: Cells) -> Any:
        return self.cell(cells, spec.column) if spec.column else self._text(spec, cells)

    def _text(self, spec: _Spec, cells: Cells) -> str:
        if spec.column:
            return cell_text(self.cell(cells, spec.column))
        return self.fill(spec.template, cells) if spec.template else spec.constant

    def fill(self, template: tuple[str, ...], cells: Cells) -> str:
        """A text with its columns filled in. Where one is blank, no colon, dash or bracket is left behind."""
        parts = [
            cell_text(self.cell(cells, fold(part))) if position % 2 else part for position, part in enumerate(template)
        ]
        text = "".join(parts).strip()
        return text if all(parts[1::2]) else _DANGLING.sub("", _EMPTY.sub("", text))
