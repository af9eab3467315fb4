"""Rows become series: which rows belong together, and the observations that they hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..record import Observation, Record
from ..source import Source
from .header import fold
from .mapping import Cells, Mapper
from .options import Indicator, Options
from .places import place_of
from .records import build_record
from .targets import OF_OBSERVATION
from .values import cell_text, is_period, read_period


@dataclass(slots=True)
class Group:
    """The rows of one series."""

    indicator: str
    key: tuple[str, ...]
    rows: list[Cells] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class SeriesMapper:
    """Puts rows into series and reads them, by a declaration's options."""

    def __init__(self, options: Options, source: Source) -> None:
        self.options = options
        self._source = source
        self._indicators: dict[str, Indicator | None] = {one.id: one for one in options.indicators}
        self._indicators = self._indicators or {"": None}
        self._mappers = {name: Mapper(options, _own_values(one)) for name, one in self._indicators.items()}
        self._plain = Mapper(options)
        self._per = options.per if options.per is not None else self._usual()
        self.unplaced: set[str] = set()

    def _usual(self) -> tuple[str, ...]:
        said = {*self.options.columns, *self.options.values}
        by_column = "indicator" in self.options.columns
        return (*(("indicator",) if by_column else ()), *(("place",) if "place" in said else ()))

    def groups_of(self, cells: Cells) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The series to which a row belongs: the indicator's id, and what `per` says. ValueError where a cell that
        decides it is blank."""
        key = tuple(self._key(name, cells) for name in self._per)
        for name, indicator in self._indicators.items():
            if indicator is None or all(
                fold(self._plain.cell(cells, fold(column))) == fold(word) for column, word in indicator.when.items()
            ):
                yield name, key

    def _key(self, name: str, cells: Cells) -> str:
        if name in ("indicator", "place") and {name} & {*self.options.columns, *self.options.values}:
            values, _ = self._plain.read(cells, frozenset({name}))
            text = str(values.get(name, ""))
            if name == "place" and text:
                text = self._place(text) or text
        else:
            text = cell_text(self._plain.cell(cells, fold(name)))
        if not text:
            raise ValueError(f"{name} is blank: to which series does the row belong?")
        return text

    def _place(self, text: str) -> str | None:
        code = place_of(text, self._source.language, self._source.place)
        if code is None:
            self.unplaced.add(text)
        return code

    def identifier(self, indicator: str, key: Sequence[str], cells: Cells) -> str:
        """What a series is called: the `identifier` of the map, else its indicator and its key."""
        values, _ = self._mappers[indicator].read(cells, frozenset({"identifier"}))
        if stated := values.get("identifier"):
            return f"{indicator}/{stated}" if len(self._indicators) > 1 else str(stated)
        return "/".join(part for part in (indicator, *key) if part) or self._source.name

    def used(self, indicator: str, columns: Sequence[str]) -> list[str]:
        """The columns that are this series' business: not those of the other indicators."""
        others = {fold(one.column) for one in self.options.indicators if one.column and one.id != indicator}
        return [column for column in columns if fold(column) not in others]

    def read(self, indicator: str, key: Sequence[str], rows: Sequence[Cells], at: Sequence[int]) -> Record | None:
        """The outcome that the rows make; None where none of them holds a figure."""
        mapper, one = self._mappers[indicator], self._indicators[indicator]
        own, faults = mapper.read(rows[0], frozenset(f.target for f in mapper.fields) - OF_OBSERVATION)
        first = f"row {at[0]}: " if at[0] else ""
        faults = [f"{first}{fault}" for fault in faults]
        observations: dict[tuple[str, str | None], tuple[Observation, int]] = {}
        for number, cells in zip(at, rows, strict=True):
            for found in self._observations(mapper, one, cells, str(own.get("frequency", "")), faults, number):
                _add(observations, found, number, faults)
        if faults:
            raise ValueError("; ".join(faults[:6]) + (f"; and {len(faults) - 6} more" if len(faults) > 6 else ""))
        series = sorted((pair[0] for pair in observations.values()), key=lambda o: (o.period, o.place or ""))
        if not any(observation.value is not None for observation in series):
            return None
        own["identifier"] = self.identifier(indicator, key, rows[0])
        return self._outcome(own, series)

    def _outcome(self, own: dict[str, Any], series: list[Observation]) -> Record:
        places = tuple(dict.fromkeys(one.place for one in series if one.place))
        options = self.options.model_copy(update={"axis": "outcome", "type": self._type(own)})
        more: dict[str, Any] = {"observations": tuple(series)} | ({"places": places} if places else {})
        return build_record(self._source, options, own, (), **more)

    def _type(self, own: Mapping[str, Any]) -> str:
        return str(own.get("type") or self.options.type or self._source.type or "indicator")

    def _observations(
        self, mapper: Mapper, one: Indicator | None, cells: Cells, frequency: str, faults: list[str], number: int
    ) -> Iterator[Observation]:
        values, found = mapper.read(cells, OF_OBSERVATION - {"value"})
        faults += [f"row {number}: {fault}" if number else fault for fault in found]
        place = self._place(values["place"]) if "place" in values else None
        for column, period in self._figures(mapper, one, cells, values):
            try:
                text = read_period(period, frequency, self._source.language, self.options.dates, self.options.order)
                value = mapper.figure(cells, column)
            except ValueError as fault:
                faults.append(f"row {number}: {column} = {fault}" if number else f"{column} = {fault}")
                continue
            missing = value is None and mapper.is_marked_missing(cells, column)
            if value is not None or missing:
                status = "M" if missing else values.get("observation.status", "A")
                yield Observation(
                    period=text, place=place, value=value, status=status, note=values.get("observation.note", "")
                )

    def _figures(
        self, mapper: Mapper, one: Indicator | None, cells: Cells, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """The columns with figures, and the period of each."""
        periods = self.options.periods
        if isinstance(periods, dict):
            for column, template in periods.items():
                yield column, mapper.fill(tuple(re.split(r"\{([^{}]+)\}", template)), cells)
        elif periods == "columns":
            yield from ((column, column) for column in cells if is_period(column))
        else:
            yield (one.column if one and one.column else self.options.columns["value"][0]), values.get("period", "")


def _own_values(one: Indicator | None) -> dict[str, tuple[str, ...]]:
    if one is None:
        return {}
    return {"indicator": one.values.get("title", (one.id,)), **one.values}


def _add(
    observations: dict[tuple[str, str | None], tuple[Observation, int]],
    found: Observation,
    number: int,
    faults: list[str],
) -> None:
    """Take an observation in; a figure beats a blank, two figures for one period are a fault."""
    key = (found.period, found.place)
    known, before = observations.get(key, (None, 0))
    if known is None or known.value is None:
        observations[key] = (found, number)
    elif found.value is not None and found.value != known.value:
        faults.append(f"row {number}: {found.period} is {found.value}, but row {before} says {known.value}")


def fits_periods(options: Options) -> Any:
    """For tables with a column per period: a header has two of them or more."""
    if options.shape == "series" and options.periods == "columns":
        return lambda columns: sum(map(is_period, columns)) >= 2
    return lambda columns: True
