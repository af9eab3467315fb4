"""What [options] of a declaration of kind `table` may say, checked, each fault with what to write."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from ..record import Strict
from ..vocabularies import AXES, TYPES
from .header import fold
from .targets import kind_of_target, unknown_target

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]


def _flatten(value: Any) -> Any:
    """TOML reads `relations.measures = …` as a table in a table."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for name, held in value.items():
        flat |= {f"{name}.{inner}": part for inner, part in held.items()} if isinstance(held, dict) else {name: held}
    return flat


def _targets(value: dict[str, Any]) -> dict[str, Any]:
    for target in value:
        if kind_of_target(target) is None:
            raise ValueError(unknown_target(target))
    return value


def _encoding(value: str) -> str:
    if value:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is not an encoding; write utf-8, cp1252, latin-1, big5, utf-16 …") from None
    return value


def _strings(value: Any) -> Any:
    return {str(key): str(held) if not isinstance(held, list) else held for key, held in value.items()}


Columns = Annotated[dict[str, Texts], BeforeValidator(_flatten), AfterValidator(_targets)]
Values = Annotated[dict[str, Texts], BeforeValidator(_flatten), BeforeValidator(_strings), AfterValidator(_targets)]


class Indicator(Strict):
    """One of several indicators in a table: a `column` of its own, or the rows `when` a column holds a word.
    Whatever else it says is a field of its records, as in `values`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    column: str = ""
    when: dict[str, str] = {}
    values: Values = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        own = {name: value for name, value in data.items() if name in cls.model_fields}
        rest = {name: value for name, value in data.items() if name not in cls.model_fields}
        return {**own, "values": {**own.get("values", {}), **rest}}


class Options(Strict):
    """See the docstring of harvesters.kinds.table, which says with examples what each option is for."""

    shape: Literal["records", "series"] = "records"
    axis: str = ""
    type: str = ""
    columns: Columns = {}
    values: Values = {}
    map: dict[str, dict[str, str]] = {}
    separator: str = Field(default=";", min_length=1)
    dates: Texts = ()
    order: Literal["", "dmy", "mdy"] = ""
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'", "’"] = ""
    missing: Texts = ()
    only: dict[str, Texts] = {}
    skip: dict[str, Texts] = {}
    fill_down: Texts = ()
    ends_at: Texts = ()
    group_by: Texts = ()
    sum: Texts = ()
    indicators: tuple[Indicator, ...] = ()
    per: Texts | None = None
    periods: Literal["rows", "columns"] | dict[str, str] = "rows"
    files: Texts = ()
    encoding: Annotated[str, AfterValidator(_encoding)] = ""
    delimiter: str = ""
    quote: str = '"'
    sheet: str | int = ""
    header_row: int = Field(default=0, ge=0)
    header_rows: int = Field(default=1, ge=1, le=20)

    @field_validator("delimiter", "quote")
    @classmethod
    def _one_letter(cls, value: str) -> str:
        if len(value) > 1 or value in ("\n", "\r"):
            raise ValueError(f'{value!r} must be one character; write ";" or "\\t"')
        return value

    @field_validator("map", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        """`map = { status = { "Còn hiệu lực" = "in_force" } }`; TOML also nests a dotted target."""
        if not isinstance(value, dict):
            return value
        flat: dict[str, Any] = {}
        for name, held in value.items():
            nested = isinstance(held, dict) and held and all(isinstance(inner, dict) for inner in held.values())
            flat |= {f"{name}.{inner}": words for inner, words in held.items()} if nested else {name: held}
        return flat

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = [*self._axis_faults(), *self._twice(), *self._shape_faults()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _axis_faults(self) -> list[str]:
        if self.axis and self.axis not in AXES:
            return [f"axis {self.axis!r} is unknown; write decision, policy or outcome"]
        if self.axis and self.type and self.type not in TYPES[self.axis]:
            return [f"type {self.type!r} is unknown on axis {self.axis}; known: {', '.join(TYPES[self.axis])}"]
        if self.shape == "series" and self.axis not in ("", "outcome"):
            return [f'axis = {self.axis!r}: a series is an outcome; leave axis out, or write shape = "records"']
        return []

    def _twice(self) -> list[str]:
        both = sorted(self.columns.keys() & self.values.keys())
        return [f"{', '.join(both)} stands in columns and in values; write it once"] if both else []

    def _shape_faults(self) -> list[str]:
        return self._series_faults() if self.shape == "series" else self._record_faults()

    def _record_faults(self) -> list[str]:
        said = {*self.columns, *self.values}
        faults = [
            f'columns has no {target}; name the column: columns = {{ {target} = "…" }}'
            for target in ("identifier", "title")
            if target not in said
        ]
        for name in ("indicators", "per"):
            if getattr(self, name):
                faults.append(f'{name} is for series; add shape = "series"')
        if self.periods != "rows":
            faults.append('periods is for series; add shape = "series"')
        if "amount" in said and "currency" not in said:
            faults.append('amount has no currency; add values = { currency = "EUR" }, or a column')
        for target in self.sum:
            if target != "amount":
                faults.append(f"sum = {target!r}: only amount can be added up")
        if self.sum and not self.group_by:
            faults.append("sum adds up the rows of a group; name its columns in group_by")
        return faults

    def _series_faults(self) -> list[str]:
        said = {*self.columns, *self.values}
        faults = []
        if self.group_by:
            faults.append("group_by is for records; a series is put together by per")
        if "title" not in said and not (self.indicators and all("title" in one.values for one in self.indicators)):
            faults.append('no title; add values = { title = "GDP of {Country}" } with the name of a column in braces')
        if self.periods == "rows" and not {"period"} & said:
            faults.append('columns has no period; name the column, or write periods = "columns"')
        by_column = [bool(one.column) for one in self.indicators]
        if self.periods == "rows" and "value" not in said and not (by_column and all(by_column)):
            faults.append("columns has no value; name the column, or give each of indicators its column")
        names = [one.id for one in self.indicators]
        faults += [f"indicators: id {name!r} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]
        return faults


def braces(text: str) -> tuple[str, ...]:
    """The columns that a text such as "{Vendor}: {Purpose}" names."""
    return tuple(re.findall(r"\{([^{}]+)\}", text))


PSEUDO = {fold("file")}


def wanted_columns(options: Options) -> tuple[str, ...]:
    """Every column that the declaration names, each once: the table must have them all."""
    names: list[str] = []
    for specs in options.columns.values():
        for spec in specs:
            names += braces(spec) or (spec,)
    for specs in (*options.values.values(), *(held for one in options.indicators for held in one.values.values())):
        names += [name for spec in specs for name in braces(spec)]
    names += [one.column for one in options.indicators if one.column]
    names += [name for one in options.indicators for name in one.when]
    names += [*options.only, *options.skip, *options.fill_down, *options.group_by]
    said = {*options.columns, *options.values} & {"indicator", "place"}
    names += [name for name in options.per or () if name not in said]
    if isinstance(options.periods, dict):
        names += [name for column, text in options.periods.items() for name in (column, *braces(text))]
    return tuple(dict.fromkeys(name for name in names if fold(name) not in PSEUDO))
