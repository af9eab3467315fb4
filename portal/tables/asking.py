"""What a reader asks of a table: which columns, which rows, in which order, added up how. Read from the address, and written
back into addresses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from harvesters.tables.columns import Column, read_date
from harvesters.when import check_when

from ..listing import Fault

WAYS = ("is", "not", "contains", "from", "to", "empty", "odd")
MEASURES = ("count", "sum", "mean", "least", "greatest")
STEPS = ("year", "month", "day")
CHARTS = ("bars", "line", "none")
SHOWN = 12  # columns, unless others are chosen
MOST_SHOWN, MOST_SIZE, SIZE = 60, 1000, 50
_OWN = ("sheet", "sort", "columns", "page", "size", "group", "per", "sum", "by", "chart", "values")
_LONG = 160  # letters of names that an address carries
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True)
class Described:
    """A column of a table: its place, what it is called in addresses and on pages, what it is, and its least and greatest cell."""

    at: int
    key: str
    name: str
    column: Column
    least: str = ""
    greatest: str = ""

    @property
    def is_year(self) -> bool:
        return "year" in self.column.remarks


@dataclass(frozen=True)
class About:
    """What is known of a table; see making._about."""

    data: Mapping[str, Any]
    columns: tuple[Described, ...]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "About":
        own = set(Column.__dataclass_fields__)
        found = []
        for at, one in enumerate(data["columns"]):
            held = {name: _frozen(value) for name, value in one.items() if name in own}
            found.append(Described(at, one["key"], one["name"], Column(**held), one.get("least", ""), one.get("greatest", "")))
        return cls(data, tuple(found))

    @property
    def rows(self) -> int:
        return int(self.data["rows"])

    def by_key(self, key: str) -> Described | None:
        return next((one for one in self.columns if one.key == key), None)


def _frozen(value: Any) -> Any:
    return tuple(tuple(one) if isinstance(one, list) else one for one in value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Filter:
    """Which rows: by a column, in one of WAYS. Of several `values` one is enough."""

    key: str
    way: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A view of a table. `columns`: the keys of those that are shown, in their order; none means the first ones. `spelled`: many of them
    as they stand in an address, by their places: `:1-3,11`, since every link of a page repeats them."""

    sheet: int = 0
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    page: int = 1
    size: int = SIZE
    group: str = ""
    per: str = ""
    sum: str = ""
    by: str = ""
    chart: str = ""
    values: str = ""
    spelled: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, those at their usual value left out."""
        pairs = [("sheet", str(self.sheet))] if self.sheet else []
        pairs += [(f"{one.key}.{one.way}", value) for one in self.filters for value in one.values]
        for name in ("group", "per", "sum", "by", "chart", "sort", "values"):
            pairs += [(name, getattr(self, name))] if getattr(self, name) else []
        pairs += [("columns", self.spelled or ",".join(self.columns))] if self.columns else []
        pairs += [("size", str(self.size))] if self.size != SIZE else []
        return pairs + ([("page", str(self.page))] if self.page > 1 else [])

    def query(self) -> str:
        """`?sort=-amount&…`; `?` alone where nothing is asked, so that it can be a link."""
        return f"?{urlencode(self.pairs(), safe=',:')}"

    def page_address(self, page: int) -> str:
        """The query of one page of this view."""
        return replace(self, page=page).query()

    def changed(self, **changes: Any) -> "View":
        """Another view, from its first page on."""
        return replace(self, **({"page": 1} | ({"spelled": ""} if "columns" in changes else {}) | changes))

    def with_filter(self, key: str, way: str, value: str) -> "View":
        """Narrowed by one more. Another value of the same column and way widens it again."""
        there = next((one for one in self.filters if (one.key, one.way) == (key, way)), None)
        if there is None:
            return self.changed(filters=(*self.filters, Filter(key, way, (value,))))
        values = there.values if value in there.values else (*there.values, value) if way in ("is", "contains") else (value,)
        return self.changed(filters=tuple(replace(one, values=values) if one is there else one for one in self.filters))

    def without_filter(self, key: str, way: str, value: str) -> "View":
        """The view without one value of a filter."""
        kept = (
            replace(one, values=tuple(other for other in one.values if other != value)) if (one.key, one.way) == (key, way) else one
            for one in self.filters
        )
        return self.changed(filters=tuple(one for one in kept if one.values))

    def each_filter(self) -> Iterator[tuple[str, str, str]]:
        for one in self.filters:
            for value in one.values:
                yield one.key, one.way, value

    def shown(self, about: About) -> list[Described]:
        """The columns that are shown."""
        chosen = [found for key in self.columns if (found := about.by_key(key))]
        return chosen or list(about.columns[:SHOWN])


def read(args: "MultiDict[str, str]", about: About, *, size: int = SIZE) -> tuple[View, list[Fault]]:
    """A view, and what makes no sense in the address: it is left out."""
    return _Reading(args, about, size).view()


class _Reading:
    """Reads parameters one by one, and collects what is wrong."""

    def __init__(self, args: "MultiDict[str, str]", about: About, size: int) -> None:
        self.args, self.about, self.size, self.faults = args, about, size, list[Fault]()

    def view(self) -> tuple[View, list[Fault]]:
        columns = self._columns()
        group, measured = self._column("group"), self._column("sum")
        if measured and not self._found(measured).column.is_number:
            self._wrong("sum", measured, _("is a column without numbers; choose one that has some, or leave it out to count rows"))
            measured = ""
        per = self._one_of("per", STEPS)
        if per and not (group and self._found(group).column.kind == "date"):
            per = ""
        return View(
            sheet=self._whole("sheet", 0, 10_000),
            columns=columns,
            spelled=self._spelled(columns),
            filters=self._filters(),
            sort=self._sort(),
            page=self._whole("page", 1, 1_000_000),
            size=self._whole("size", self.size, MOST_SIZE),
            group=group,
            per=per,
            sum=measured,
            by=self._one_of("by", MEASURES if measured else ("count",)),
            chart=self._one_of("chart", CHARTS),
            values=self._one_of("values", ("plain",)),
        ), self.faults

    def _text(self, name: str) -> str:
        return _UNSEEN.sub(" ", self.args.get(name, "")).strip()[:500]

    def _wrong(self, name: str, value: str, advice: str) -> None:
        self.faults.append(Fault(name, value[:100], advice))

    def _found(self, key: str) -> Described:
        found = self.about.by_key(key)
        assert found is not None
        return found

    def _known(self, name: str, key: str) -> str:
        if key and self.about.by_key(key) is None:
            known = ", ".join(one.key for one in self.about.columns[:20])
            self._wrong(name, key, _("is not a column of this table; known: %(known)s", known=known))
            return ""
        return key

    def _column(self, name: str) -> str:
        return self._known(name, self._text(name))

    def _one_of(self, name: str, known: Sequence[str]) -> str:
        value = self._text(name)
        if value and value not in known:
            self._wrong(name, value, _("is not possible here; use %(known)s", known=", ".join(known)))
            return ""
        return value

    def _whole(self, name: str, usual: int, most: int) -> int:
        value = self._text(name)
        if not value:
            return usual
        if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most:
            return int(value)
        self._wrong(name, value, _("is not a whole number from 1 to %(most)s", most=most))
        return usual

    def _sort(self) -> str:
        value = self._text("sort")
        key = self._known("sort", value.removeprefix("-"))
        return value if key else ""

    def _columns(self) -> tuple[str, ...]:
        values = [_UNSEEN.sub("", value)[:5000] for value in self.args.getlist("columns")]
        keys = [key for value in values for key in (self._placed(value[1:]) if value.startswith(":") else value.split(",")) if key.strip()]
        known = [key for key in dict.fromkeys(map(str.strip, keys)) if self._known("columns", key)]
        if len(known) > MOST_SHOWN:
            self._wrong("columns", str(len(known)), _("are too many columns for one page; choose %(most)s at most", most=MOST_SHOWN))
        return tuple(known[:MOST_SHOWN])

    def _placed(self, text: str) -> list[str]:
        """The keys of columns by their places: 1-3,11."""
        keys: list[str] = []
        for part in text.split(",")[:200]:
            if not (match := re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", part.strip())):
                self._wrong("columns", part, _("is not a place; write :1-3,11"))
                continue
            first, last = int(match[1]), int(match[2] or match[1])
            keys += [one.key for one in self.about.columns[max(0, first - 1) : last]] if first else []
        return keys

    def _spelled(self, keys: Sequence[str]) -> str:
        if len(",".join(keys)) <= _LONG:
            return ""
        places = [self._found(key).at + 1 for key in keys]
        parts: list[list[int]] = []
        for place in places:
            if parts and place == parts[-1][1] + 1:
                parts[-1][1] = place
            else:
                parts.append([place, place])
        return ":" + ",".join(f"{first}-{last}" if last > first else str(first) for first, last in parts)

    def _filters(self) -> tuple[Filter, ...]:
        found = []
        for name in self.args:
            key, dot, way = name.rpartition(".")
            if not dot:
                continue
            values = tuple(dict.fromkeys(words for value in self.args.getlist(name)[:50] if (words := _UNSEEN.sub(" ", value).strip()[:500])))
            if way not in WAYS:
                self._wrong(name, ", ".join(values), _("is not a way to filter; use one of %(known)s", known=", ".join(WAYS)))
            elif values and self._known(name, key):
                kept = tuple(value for value in values if self._makes_sense(name, self._found(key), way, value))
                found += [Filter(key, way, kept)] if kept else []
        return tuple(found[:40])

    def _makes_sense(self, name: str, one: Described, way: str, value: str) -> bool:
        advice = advice_on(one, way, value)
        if advice:
            self._wrong(name, value, advice)
        return not advice


def advice_on(one: Described, way: str, value: str) -> str:
    """What to write instead of a filter's value that makes no sense; nothing where it does."""
    kind = one.column.kind
    if way in ("empty", "odd"):
        return "" if value in ("0", "1") else _("use 1 for yes, 0 for no")
    if way in ("from", "to") and not (one.column.is_number or kind == "date"):
        return _("is about a column of words, which has no from and to; use contains")
    if way in ("is", "not", "from", "to") and one.column.is_number and number_of(one, value) is None:
        return _("is not a number; write one like %(example)s", example=one.greatest or "1234.5")
    if way in ("is", "not", "from", "to") and kind == "date" and day_of(one, value) is None:
        return _("is not a date; write 2024-05-31, 2024-05 or 2024")
    return ""


def number_of(one: Described, value: str) -> Decimal | None:
    """A number as it is typed: as the column writes it, or with a decimal point."""
    found = one.column.number(value)
    if found is None and re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", value):
        return Decimal(value)
    return found


def day_of(one: Described, value: str) -> str | None:
    """A date as it is typed: a year, a month, a day as in ISO 8601 or as the column writes it."""
    try:
        if "T" not in value and " " not in value:
            return check_when(value)
    except ValueError:
        pass
    return read_date(value, one.column.order, one.column.language)


def strict(args: "MultiDict[str, str]", also: Sequence[str] = ()) -> list[Fault]:
    """Parameters that no table has: faults where programs ask."""
    return [
        Fault(name, args[name], _("is not a parameter of this address; known: %(known)s, and filters like column.contains", known=", ".join((*_OWN, *also))))
        for name in args
        if "." not in name and name not in _OWN and name not in also
    ]
