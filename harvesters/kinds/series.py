"""Series out of cubes: figures along dimensions become one outcome for every combination of all but time and place.

A place that has a code of ISO 3166 (or three letters of its own) stands beside the others of its series; one that has
none makes a series of its own, with its name in the title. Nothing is multiplied: a unit of millions says so.
"""

import json
import re
from calendar import month_name
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ..building import build
from ..catalogues import themes
from ..markup import read_line
from ..record import Record
from ..run import Item
from ..source import Source
from ..tables.places import place_of

MOST = 100_000
TIME_NAMES = frozenset({"TIME_PERIOD", "TIME", "PERIOD", "YEAR", "TIMEPERIOD", "TIME_PERIOD_ID"})
PLACE_NAMES = frozenset({"REF_AREA", "GEO", "LOCATION", "COUNTRY", "AREA", "REGION", "GEOGRAPHY", "REFAREA", "COU", "ITTER107", "REPORTER", "TERRITORIO"})
FREQUENCY_NAMES = frozenset({"FREQ", "FREQUENCY"})
UNIT_NAMES = ("UNIT_MEASURE", "UNIT", "UNITMEASURE", "UNITS", "CURRENCY_UNIT")
POWER_NAMES = ("UNIT_MULT", "POWERCODE", "UNITMULT", "UNIT_MULTIPLIER")
_SILENT = frozenset({*FREQUENCY_NAMES, *UNIT_NAMES})
# Codes that stand for many countries, and for others from one year to another.
_GROUPS = frozenset({"EU", "EZ", "UN", "QO"})
_POWERS = {3: "thousands", 6: "millions", 9: "billions", 12: "trillions", 2: "hundreds", 1: "tens"}
_FREQUENCIES = {"A": "A", "S": "S", "H": "S", "Q": "Q", "M": "M", "W": "W", "D": "D", "B": "D", "ANNUAL": "A", "QUARTERLY": "Q", "MONTHLY": "M", "YEARLY": "A"}
# What offices say of a figure, by their flags: what is not known to the portal stays as a note.
_STATUSES = {"A": "A", "P": "P", "E": "E", "F": "F", "B": "B", "M": "M", "R": "R", "I": "E", "O": "M", "L": "M", "H": "M", "Q": "M", "NA": "M", "C": "M", "X": "M", "Z": "M", ":": "M"}
_NOTES = {"U": "low reliability", "C": "confidential", "D": "definition differs", "S": "Eurostat's estimate", "N": "not significant", "Z": "not applicable", "V": "unvalidated", "G": "experimental"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its codes by dimension (time apart), its period, its value as stated, its flag, and what it says
    itself of its unit, where that is not said of its whole series."""

    key: Mapping[str, str]
    period: str
    value: Any
    status: str = ""
    unit: tuple[tuple[str, str], ...] = ()


@dataclass
class Cube:
    """What figures are about: the data set's number and name, dimensions with their names and the labels of their codes,
    what is said of whole series (`attributes` by the key's text), and, where a structure told them, its components in
    capitals (True for a dimension, False for an attribute) and its dimensions in their order."""

    flow: str
    title: str
    names: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    place: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    components: dict[str, bool] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def label(self, dimension: str, code: str) -> str:
        return self.labels.get(dimension, {}).get(code) or code

    def place_name(self, dimensions: Iterable[str]) -> str:
        """The dimension that names places: as told, else by its name."""
        return self.place or next((name for name in dimensions if name.upper() in PLACE_NAMES), "")


def key_text(key: Mapping[str, str]) -> str:
    """A series' key, the same in whatever order its dimensions are told."""
    return ";".join(f"{name}={key[name]}" for name in sorted(key))


@dataclass
class _Series:
    """Figures that make one record: what they share, and rows of period, place, value and flag."""

    key: dict[str, str]
    area: str
    said: dict[str, str]
    rows: list[list[Any]] = field(default_factory=list)
    unit: str = ""
    part: str = ""


def unit_said(said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What attributes say of a unit: its name, and the power of ten unless it is none."""
    told = {name.upper(): (name, text) for name, text in said.items() if text}
    return tuple(told[name] for name in (*UNIT_NAMES, *POWER_NAMES) if name in told and told[name][1] not in ("0", "Units", "units"))


def items(cube: Cube, figures: Iterable[Figure], url: str) -> Iterator[Item]:
    """An item a series, in the order in which they begin."""
    areas: dict[str, str] = {}
    found = [part for one in _gathered(cube, figures, areas) for part in _within_bounds(cube, one, areas)]
    codes: dict[str, set[str]] = defaultdict(set)
    for one in found:
        for name, code in one.key.items():
            codes[name].add(code)
    # A frequency or unit that all share says nothing in a title; one that tells two series apart does.
    shown = sorted(name for name, told in codes.items() if len(told) > 1 and name.upper() in _SILENT)
    for one in found:
        yield _item(cube, one, shown, url)


def _gathered(cube: Cube, figures: Iterable[Figure], areas: dict[str, str]) -> list[_Series]:
    """Series by what tells them apart. Figures of one key whose units differ are different series: the record of each
    says its unit. `areas` is filled with the area of every code of a place."""
    series: dict[str, dict[tuple[tuple[str, str], ...], _Series]] = {}
    empty: list[tuple[str, list[Any], _Series]] = []
    keys: dict[tuple[Any, ...], tuple[str, str, str | None, dict[str, str], dict[str, str], tuple[tuple[str, str], ...]]] = {}
    for one in figures:
        told = tuple(one.key.items())
        if told not in keys:
            keys[told] = _placed(cube, one.key, areas)
        text, area, code, key, said, unit = keys[told]
        new = _Series(key, area, said)
        row = [one.period, code, one.value, one.status]
        if read_value(one.value) is None:
            # Where there is no figure there is no unit either.
            empty.append((text, row, new))
            continue
        own = unit_said(dict(unit) | dict(one.unit)) if one.unit else unit
        series.setdefault(text, {}).setdefault(own, replace(new, said=said | dict(own), rows=[])).rows.append(row)
    placed = {(text, row[1]): one for text, by_unit in series.items() if len(by_unit) > 1 for one in by_unit.values() for row in one.rows}
    for text, row, new in empty:
        by_unit = series.setdefault(text, {(): new})
        placed.get((text, row[1]), next(iter(by_unit.values()))).rows.append(row)
    for by_unit in series.values():
        for unit, found in by_unit.items():
            found.unit = ";".join(f"{name}={value}" for name, value in unit) or "UNIT=" if len(by_unit) > 1 else ""
    return [one for by_unit in series.values() for one in by_unit.values()]


def _placed(cube: Cube, key: Mapping[str, str], areas: dict[str, str]) -> tuple[str, str, str | None, dict[str, str], dict[str, str], tuple[tuple[str, str], ...]]:
    """A figure's key without its place where that has a code: as text, the place's own words, its code, and what is
    said of the series and its unit."""
    place = cube.place_name(key)
    area = key.get(place, "")
    code = _place(area, cube.label(place, area)) if area else None
    # Two areas that would share a code are two: the second keeps its name.
    code = code if code and areas.setdefault(code, area) == area else None
    own = {name: value for name, value in key.items() if name != place or not code}
    said = cube.attributes.get(key_text(key), {})
    return key_text(own), "" if code else area, code, own, said, unit_said(said)


def _within_bounds(cube: Cube, series: _Series, areas: dict[str, str]) -> Iterator[_Series]:
    """A series as it is, or, with more figures than a record holds, one a place."""
    if len(series.rows) <= MOST or len({row[1] for row in series.rows}) == 1:
        yield series
        return
    by_place: dict[str | None, list[list[Any]]] = defaultdict(list)
    for row in series.rows:
        by_place[row[1]].append(row)
    for code, rows in by_place.items():
        yield replace(series, rows=rows, area=areas.get(code or "", "") or series.area, part=f"place={code}")


def _item(cube: Cube, series: _Series, shown: list[str], url: str) -> Item:
    told = {name: {"code": code, "label": cube.label(name, code), "name": cube.names.get(name, name)} for name, code in sorted(series.key.items())}
    place = cube.place_name(series.key) or cube.place or next((name for name in cube.labels if name.upper() in PLACE_NAMES), "")
    rows = sorted(series.rows, key=lambda row: (str(row[1]), str(row[0])))
    data = {
        "flow": cube.flow, "title": cube.title, "key": told, "area": cube.label(place, series.area) if series.area else "", "attributes": series.said,
        "observations": rows, "about": cube.about, "shown": shown, "apart": bool(series.unit),
    }  # fmt: skip
    text = ";".join(part for part in (key_text(series.key), series.unit, series.part) if part)
    identifier = f"{cube.flow}/{text}" if text else cube.flow
    return Item(data, json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass"), url, identifier[:500])


def _place(code: str, label: str) -> str | None:
    """A code of ISO 3166 for a place; None where it has none that the portal can show."""
    code = code.strip()
    for text in (code, {"UK": "GB", "EL": "GR"}.get(code, ""), label if not re.fullmatch(r"[A-Z]{3}", label) else ""):
        found = place_of(text) if text else None
        if found and found not in _GROUPS and (len(found) == 2 or "-" in found or re.fullmatch(r"[A-Z]{3}", code)):
            return found
    return None


def read_period(text: Any) -> str | None:
    """A period in the portal's spelling; None where it is none."""
    period = str(text or "").strip().upper()
    if match := re.fullmatch(r"(\d{4})(?:-?A1?|\.0)?", period):
        return match[1]
    if match := re.fullmatch(r"(\d{4})-?\s?Q([1-4])", period):
        return f"{match[1]}-Q{match[2]}"
    if match := re.fullmatch(r"(\d{4}) - ([1-4])", period):
        return f"{match[1]}-Q{match[2]}"
    if (match := re.fullmatch(r"([A-Z]{3,9})\.?[ -](\d{4})|(\d{4})[ -]([A-Z]{3,9})\.?", period)) and (month := _month(match[1] or match[4])):
        return f"{match[2] or match[3]}-{month:02}"
    if match := re.fullmatch(r"Q([1-4])[ -](\d{4})", period):
        return f"{match[2]}-Q{match[1]}"
    if match := re.fullmatch(r"(\d{4})-?[SH]([12])", period):
        return f"{match[1]}-S{match[2]}"
    if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", period):
        return _week(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-?M(\d{1,2})|(\d{4})-(\d\d)", period):
        month = int(match[2] or match[4])
        return f"{match[1] or match[3]}-{month:02}" if 1 <= month <= 12 else None
    if match := re.fullmatch(r"(\d{4})-?D(\d{3})", period):
        return _day(f"{match[1]}{match[2]}")
    if match := re.fullmatch(r"(\d{4})-?M?(\d\d)-?D?(\d\d)(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?", period):
        return _day(f"{match[1]}-{match[2]}-{match[3]}")
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T[\d:]+)?/P(\d+)([YMWD])", period):
        return _span(match[1], f"{match[2]}{match[3]}")
    return None


def _day(text: str) -> str | None:
    """A day as 2024-05-31, from that or from 2024152, its number in the year; None where there is no such day."""
    try:
        if len(text) == 7:
            first = date(int(text[:4]), 1, 1) + timedelta(int(text[4:]) - 1)
            return first.isoformat() if first.year == int(text[:4]) else None
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        return None


def _week(year: int, week: int) -> str | None:
    try:
        date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return f"{year}-W{week:02}"


def _span(start: str, length: str) -> str | None:
    """A span by its first day and its length, where that is a year, half, quarter, month, week or day of the calendar."""
    day = date.fromisoformat(found) if (found := _day(start)) else None
    if day is None:
        return None
    if length == "1D":
        return day.isoformat()
    if length in ("7D", "1W"):
        year, week, weekday = day.isocalendar()
        return f"{year}-W{week:02}" if weekday == 1 else None
    if day.day != 1:
        # Years that begin within a month, such as fiscal ones, are named by the year in which they begin.
        return str(day.year) if length in ("1Y", "12M") else None
    months = {"1M": f"{day.year}-{day.month:02}", "1Y": str(day.year), "12M": str(day.year)}
    if length == "3M" and day.month % 3 == 1:
        return f"{day.year}-Q{day.month // 3 + 1}"
    if length == "6M" and day.month % 6 == 1:
        return f"{day.year}-S{day.month // 6 + 1}"
    return months.get(length)


def _month(word: str) -> int:
    """The number of a month by its English name or the first letters of it; 0 where it is none."""
    return next((number for number, name in enumerate(month_name) if number and name.upper().startswith(word) and len(word) >= 3), 0)


def read_value(value: Any) -> Decimal | None:
    """A figure as stated; None where it says that there is none."""
    text = str(value if value is not None else "").strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def parse(item: Item, source: Source) -> Record | None:
    """One series."""
    data = item.data
    if not isinstance(data, dict) or not isinstance(data.get("observations"), list):
        raise ValueError(f"{str(data)[:60]!r} stands where a series should be")
    observations, unread = read_observations(data["observations"])
    if len(observations) > MOST:
        raise ValueError(f"it has {len(observations):,} figures of one place; a record holds {MOST:,}: ask for fewer years in url")
    if not any(unread) and not observations:
        raise ValueError("its figures have no dimension of time, and a record shows a series over time; it cannot be shown without a period")
    if not observations:
        raise ValueError(f"none of its {len(data['observations']):,} figures has a period that this portal can show, such as {str((unread or [''])[0])!r}")
    words = _words(data)
    said = data.get("attributes") or {}
    title = read_line(" – ".join([*words, *([data["area"]] if data.get("area") else []), *_apart(data)]))
    about = data.get("about") or {}
    method = [f"**{name}:** {read_line(str(text))}" for name, text in sorted((about.get("notes") or {}).items()) if text]
    method += [f"{len(unread):,} figures have a period that this portal cannot show: {', '.join(sorted(set(unread))[:5])}"] if unread else []
    placement = source.model_copy(update={"axis": None}).place_record({"title": [title], "type": ["indicator"], "group": [str(data.get("flow"))]})
    return build(
        placement.axis if placement else "outcome",
        type=(placement.type if placement else source.type) or "indicator",
        axis_rule=placement.rule if placement else "the kind: a series of figures is an outcome",
        source=source.name,
        identifier=item.identifier or f"{data.get('flow')}/{key_text({name: one['code'] for name, one in data['key'].items()})}"[:500],
        title=title[:2000] or None,
        summary=read_line(str(said.get("TITLE_COMPL") or about.get("summary") or ""))[:20_000],
        language=source.language,
        publisher=source.agency(),
        subjects=themes(*(about.get("subjects") or ())),
        modified=about.get("modified") or None,
        landing_page=str(about.get("landing_page") or source.homepage or ""),
        license=source.license,
        places=tuple(sorted({one["place"] for one in observations if one["place"]})) or ((source.place,) if source.place else ()),
        indicator=read_line(" – ".join(words))[:500],
        unit=_unit(data)[:100],
        frequency=_frequency(data, observations),
        method="\n\n".join(method),
        observations=tuple(observations),
    )


def read_observations(rows: list[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Observations from rows of period, place, value and flag, and the periods that could not be read. Raises ValueError
    where two different figures stand for the same period and place."""
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    code: str
    unread = []
    for period, place, value, status in rows:
        when = read_period(period)
        if when is None:
            unread.append(str(period))
            continue
        number = read_value(value)
        flag = str(status or "").strip().upper()
        code = str(_STATUSES.get(flag) or next((_STATUSES[letter] for letter in flag if letter in _STATUSES), "A"))
        note = "; ".join(_NOTES[letter] for letter in flag if letter in _NOTES) if flag not in ("NA",) else ""
        told = "M" if number is None else code if code != "M" else "A"
        known = found.get((when, place))
        if known and known["value"] is not None and number is not None and known["value"] != number:
            raise ValueError(
                f"two figures stand for {when}{f' of {place}' if place else ''}, {known['value']} and {number}: what tells them apart is not read as a "
                "dimension; name the structure of the data in options.structure, or narrow the query in url to one of them"
            )
        if known is None or known["value"] is None:
            found[when, place] = {"period": when, "place": place, "value": number, "status": told, "note": note}
    return list(found.values()), unread


def _words(data: dict[str, Any]) -> list[str]:
    """What a series is called: its own title, or the data set's with the labels of its dimensions."""
    said = data.get("attributes") or {}
    if title := read_line(str(said.get("TITLE") or "")):
        return [title]
    silent = _SILENT - {name.upper() for name in data.get("shown") or ()}
    hidden = {data.get("area")}
    labels = [one["label"] for name, one in data["key"].items() if name.upper() not in silent and one["label"] not in hidden]
    return [str(data.get("title") or data.get("flow") or ""), *labels]


def _apart(data: dict[str, Any]) -> list[str]:
    """The unit, for series that nothing but their units tells apart."""
    return [unit] if data.get("apart") and (unit := _unit(data)) else []


def _unit(data: dict[str, Any]) -> str:
    said = {name.upper(): str(text) for name, text in (data.get("attributes") or {}).items()}
    told = {name.upper(): one["label"] for name, one in data["key"].items()}
    unit = next((text for name in UNIT_NAMES if (text := read_line(str(told.get(name) or said.get(name) or "")))), "") or str((data.get("about") or {}).get("unit") or "")
    power = next((str(stated) for name in POWER_NAMES if (stated := told.get(name) or said.get(name))), "")
    word = _POWERS.get(int(power), f"10^{power}") if power.lstrip("-").isdigit() and int(power) else "" if power.isdigit() else power if power.lower() != "units" else ""
    return ", ".join(part for part in (unit, word) if part)


def _frequency(data: dict[str, Any], observations: list[dict[str, Any]]) -> str | None:
    told = [one["code"].upper() for name, one in data["key"].items() if name.upper() in FREQUENCY_NAMES]
    if told and told[0] in _FREQUENCIES:
        return _FREQUENCIES[told[0]]
    shapes = {re.sub(r"\d+", "9", one["period"]) for one in observations}
    return {"9": "A", "9-Q9": "Q", "9-9": "M", "9-S9": "S", "9-W9": "W", "9-9-9": "D"}.get(shapes.pop()) if len(shapes) == 1 else None
