"""SDMX-CSV 1 and 2: columns of dimensions, the figure, then columns of attributes, with or without labels."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..http import BadAnswer
from .sdmx_components import NOT_KEYS, is_key
from .series import POWER_NAMES, TIME_NAMES, UNIT_NAMES, Cube, Figure, key_text, unit_said

_ABOUT_ROWS = frozenset({"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "LAST UPDATE", "KEY", "SERIES_KEY", "OBS_KEY"})


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its place, its component's identifier and name, and where its labels are, if they have a column."""

    place: int
    name: str
    label: str
    labels: int | None = None

    def read(self, row: list[str]) -> tuple[str, str]:
        """Code and label of a cell."""
        code, _, words = row[self.place].partition(": " if self.label and self.labels is None else "\x00")
        return code.strip(), (row[self.labels] if self.labels is not None else words).strip()


def read_csv(text: str, url: str, structure: Cube | None) -> tuple[Cube, list[Figure]]:
    """The cube and the figures of an answer. Raises BadAnswer."""
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    heads = [head.strip() for head in next(rows, [])]
    cube = Cube("data", "", components=structure.components if structure else {})
    columns = _columns(heads)
    value = next((one for one in columns if one.name.upper() == "OBS_VALUE"), None)
    if value is None:
        raise BadAnswer(f"{url} is CSV without a column OBS_VALUE: is it SDMX-CSV?")
    return cube, _figures(rows, url, cube, columns, value, heads)


def _columns(heads: list[str]) -> list[_Column]:
    """The columns that are components. Labels stand behind their code's column, under a name in ordinary words."""
    found: list[_Column] = []
    for place, head in enumerate(heads):
        name, _, label = head.partition(":")
        before = heads[place - 1] if place else ""
        is_label = bool(found) and found[-1].place == place - 1 and before == before.upper() and head != head.upper()
        if is_label:
            found[-1] = _Column(place - 1, found[-1].name, head, place)
        elif name.strip("[;] ").upper() not in _ABOUT_ROWS:
            found.append(_Column(place, name.strip("[;] "), label.strip()))
    return found


def _dimensions(columns: list[_Column], value: _Column, cube: Cube) -> list[_Column]:
    """The columns of the key: as the structure says, else those before the figure, where the standard has them."""
    before = [one for one in columns if one.place < value.place and one.name.upper() not in TIME_NAMES]
    candidates = columns if cube.components or not before else before
    return [one for one in candidates if one.name.upper() not in (*NOT_KEYS, *TIME_NAMES) and is_key(one.name, cube)]


def _figures(rows: Iterator[list[str]], url: str, cube: Cube, columns: list[_Column], value: _Column, heads: list[str]) -> list[Figure]:
    dimensions = _dimensions(columns, value, cube)
    time = next((one for one in columns if one.name.upper() in TIME_NAMES), None)
    status = next((one for one in columns if one.name.upper() in ("OBS_STATUS", "OBS_FLAG")), None)
    said = [one for one in columns if one not in dimensions and one not in (time, status, value) and one.name.upper() not in NOT_KEYS]
    units = [one for one in said if one.name.upper() in (*UNIT_NAMES, *POWER_NAMES)]
    flow = next((place for place, head in enumerate(heads) if re.match(r"(DATAFLOW|STRUCTURE_ID)$", head, re.IGNORECASE)), None)
    keys: dict[tuple[str, ...], dict[str, str]] = {}
    figures = []
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        if len(row) < len(heads):
            raise BadAnswer(f"{url}: row {number:,} has {len(row)} cells where {len(heads)} are named: was the answer cut off?")
        if flow is not None and cube.flow == "data":
            cube.flow = re.sub(r"\(.*", "", row[flow].rpartition(":")[2]) or "data"
        codes = tuple(row[one.place] for one in dimensions)
        if codes not in keys:
            keys[codes] = _told(dimensions, row, cube)
            cube.attributes.setdefault(key_text(keys[codes]), _said(said, row))
        unit = unit_said(_said(units, row)) if units else ()
        figures.append(Figure(keys[codes], time.read(row)[0] if time else "", row[value.place], status.read(row)[0] if status else "", unit))
    return figures


def _told(dimensions: list[_Column], row: list[str], cube: Cube) -> dict[str, str]:
    """A row's key. Names and labels are kept in the cube, where the row has them."""
    key = {}
    for one in dimensions:
        code, words = one.read(row)
        key[one.name] = code
        if one.label:
            cube.names.setdefault(one.name, one.label)
        if words:
            cube.labels.setdefault(one.name, {})[code] = words
    return key


def _said(columns: list[_Column], row: list[str]) -> dict[str, str]:
    """What the attributes of a row say: a power of ten by its number, all else in words where it has them."""
    told = {one.name: one.read(row) for one in columns}
    return {name: code if name.upper() in POWER_NAMES else words or code for name, (code, words) in told.items() if code}
