"""Several series beside each other: places of one indicator, or several indicators, as one address names them.

Only what is in one unit shares a drawing; different units stand side by side, each with its own scale, and never on two
scales of one drawing. As an index, every series is 100 in one period and shares a drawing whatever its unit.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from harvesters.record import Observation, Outcome, read_number

from . import charts
from .catalogue import Entry
from .charts import Chart, Plot
from .exact import wide
from .figures import Table
from .i18n import language, show_number
from .outcomes import (
    Series,
    compact_writer,
    decimals_of,
    decimals_to_read,
    is_rank,
    number_writer,
    period_in,
    series_of,
    year_of,
)
from .places import place_name
from .progress import unit_key

MOST = charts.MOST_LINES
_MOST_ROWS = 400
_LARGE = 1_000_000
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Wanted:
    """What an address names: a record, and of several places one."""

    number: str
    place: str | None = None

    def __str__(self) -> str:
        return f"{self.number}:{self.place}" if self.place else self.number


def read_wanted(text: str) -> list[Wanted | str]:
    """`NUMBER:PLACE,NUMBER` as what it names, each once; a part that names nothing stays as it was typed."""
    found: dict[str, Wanted | str] = {}
    for part in text.split(","):
        typed = part.strip()[:60]
        name, _colon, place = typed.partition(":")
        number = read_number(name)
        if typed:
            one: Wanted | str = Wanted(number, place.strip().upper() or None) if number else typed
            found[str(one)] = one
    return list(found.values())


@dataclass(frozen=True)
class Chosen:
    """One series of a comparison: its record, its figures at one place, and what it is called beside the others."""

    wanted: Wanted
    entry: Entry
    outcome: Outcome
    series: Series
    name: str = ""

    @property
    def unit(self) -> str:
        return self.outcome.unit

    @property
    def indicator(self) -> str:
        return self.outcome.indicator or self.entry.title(language())


def places_of(entry: Entry) -> list[str]:
    """The places of which a record has figures, as codes, by name."""
    codes = {one["place"] for one in entry.data.get("observations", ()) if one.get("place") and one.get("value") is not None}
    return sorted(codes, key=lambda code: place_name(code, language()))


def choose(entry: Entry, wanted: Wanted) -> Chosen | None:
    """The figures of a record at a place; None where it has none there, or where it has several places and none is named."""
    outcome = entry.record
    if not isinstance(outcome, Outcome):
        return None
    series = [one for one in series_of(outcome.observations) if one.latest]
    if wanted.place is None and len(series) == 1:
        return Chosen(replace(wanted, place=series[0].place), entry, outcome, series[0])
    return next((Chosen(wanted, entry, outcome, one) for one in series if one.place == wanted.place), None)


def named(chosen: Sequence[Chosen]) -> list[Chosen]:
    """The series with the shortest names that tell them apart: by place, by indicator, else by both."""
    one_indicator = len({one.indicator for one in chosen}) == 1
    one_place = len({one.series.place for one in chosen}) == 1

    def name(one: Chosen) -> str:
        place = place_name(one.series.place, language()) if one.series.place else ""
        if one_indicator and len(chosen) > 1:
            return place or one.indicator
        return one.indicator if one_place or not place else f"{place}: {one.indicator}"

    return [replace(one, name=name(one)) for one in chosen]


@dataclass(frozen=True)
class Panel:
    """One drawing: the series that share a unit, and words for who cannot see it."""

    unit: str
    chosen: tuple[Chosen, ...]
    charts: tuple[Chart, ...]
    words: str


def panels_of(chosen: Sequence[Chosen]) -> list[Panel]:
    """A drawing for every unit, all over the same years. Series without a stated unit share one with nothing else."""
    groups: dict[str, list[Chosen]] = {}
    for one in chosen:
        groups.setdefault(unit_key(one.unit) + ("-rank" if is_rank(one.outcome) else "") or f" {one.entry.number}", []).append(one)
    years = [year_of(known.period) for one in chosen for known in one.series.known]
    span = (min(years), max(years)) if years else None
    return [_panel(some, some[0].unit, span if len(groups) > 1 else None) for some in groups.values()]


def index_panel(chosen: Sequence[Chosen], base: str) -> Panel:
    """One drawing of all series as an index; asks for what `indexed` gave."""
    return _panel(chosen, _("index, %(period)s = 100", period=period_in(language(), base)), None)


def _panel(chosen: Sequence[Chosen], unit: str, span: tuple[float, float] | None) -> Panel:
    values = [known.value for one in chosen for known in one.series.known if known.value is not None]
    large = any(abs(value) >= _LARGE for value in values)
    show = compact_writer(get_locale(), words=False) if large else number_writer(get_locale(), decimals_to_read(values))
    frequencies = {one.outcome.frequency for one in chosen}
    plot = Plot(
        [one.series for one in chosen], [one.name for one in chosen], show, show if large else show_number,
        frequency=next(iter(frequencies)) if len(frequencies) == 1 else None,
        upside_down=all(is_rank(one.outcome) for one in chosen), say=lambda period: period_in(language(), period), span=span,
    )  # fmt: skip
    drawn = tuple(charts.draw(plot, size) for size in (charts.WIDE, charts.NARROW)) if charts.is_drawable(plot) else ()
    return Panel(unit, tuple(chosen), drawn, " ".join(_course(one, show) for one in chosen))


def _course(one: Chosen, show: Callable[[Decimal], str]) -> str:
    first, last = one.series.known[0], one.series.known[-1]
    if first is last:
        return _("%(name)s: %(value)s in %(period)s.", name=one.name, value=show(last.value or Decimal(0)), period=period_in(language(), last.period))
    return _(
        "%(name)s: %(first)s in %(start)s, %(last)s in %(end)s.", name=one.name, first=show(first.value or Decimal(0)),
        start=period_in(language(), first.period), last=show(last.value or Decimal(0)), end=period_in(language(), last.period),
    )  # fmt: skip


def common_periods(chosen: Sequence[Chosen]) -> list[str]:
    """The periods in which every series has a figure, the earliest first: those that can be made 100. None where all are
    places in rankings, which have no ratio."""
    if all(is_rank(one.outcome) for one in chosen):
        return []
    shared = set.intersection(*({one.period for one in some.series.known} for some in chosen))
    return sorted(shared, key=lambda period: (year_of(period), period))


def indexed(chosen: Sequence[Chosen], base: str) -> tuple[list[Chosen], list[tuple[Chosen, str]]]:
    """The series as indices with 100 at `base`, and those that cannot be shown so, with the reason: rank (a place in a
    ranking has no ratio), missing (no figure at the base), sign (the figure at the base is not above zero)."""
    found, left = list[Chosen](), list[tuple[Chosen, str]]()
    for one in chosen:
        start = next((known.value for known in one.series.known if known.period == base), None)
        if is_rank(one.outcome) or start is None or start <= 0:
            left.append((one, "rank" if is_rank(one.outcome) else "missing" if start is None else "sign"))
            continue
        found.append(replace(one, series=Series(one.series.place, tuple(_scaled(known, start) for known in one.series.observations))))
    return found, left


def _scaled(one: Observation, start: Decimal) -> Observation:
    with wide():
        value = None if one.value is None else (one.value / start * _HUNDRED).quantize(Decimal("0.01"))
    return one.model_copy(update={"value": value})


def table_of(chosen: Sequence[Chosen]) -> Table:
    """The figures in words, a column a series, the newest first."""
    exact = [number_writer(get_locale(), decimals_of([known.value for known in one.series.known if known.value is not None])) for one in chosen]
    by_period = [{known.period: known for known in one.series.observations} for one in chosen]
    periods = sorted(set().union(*by_period), key=lambda period: (year_of(period), period), reverse=True)

    def cell(some: dict[str, Observation], period: str, show: Callable[[Decimal], str]) -> str:
        known = some.get(period)
        return "" if known is None else _("missing") if known.value is None else show(known.value)

    rows = [(period_in(language(), period), tuple(cell(some, period, show) for some, show in zip(by_period, exact, strict=True))) for period in periods[:_MOST_ROWS]]
    heads = tuple(f"{one.name} ({one.unit})" if one.unit else one.name for one in chosen)
    return Table(_("Period"), heads, tuple(rows), sum(len(some) for some in by_period) if len(periods) > _MOST_ROWS else 0)


COLUMNS = ("number", "place", "indicator", "unit", "period", "value", "status", "index", "base")


def rows(chosen: Sequence[Chosen], scaled: Sequence[Chosen], base: str) -> Iterator[dict[str, Any]]:
    """A row a figure; `index` where the comparison is an index, 100 at `base`."""
    by_name = {one.wanted: {known.period: known.value for known in one.series.known} for one in scaled}
    for one in chosen:
        for known in one.series.observations:
            index = by_name.get(one.wanted, {}).get(known.period)
            yield {
                "number": one.entry.number,
                "place": one.series.place,
                "indicator": one.indicator,
                "unit": one.unit,
                "period": known.period,
                "value": None if known.value is None else f"{known.value:f}",
                "status": known.status,
                "index": None if index is None else f"{index:f}",
                "base": base or None,
            }
