"""An outcome's figures as its page shows them: the headline, the chart, the ranking of many places, the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from flask_babel import get_locale
from flask_babel import gettext as _

from harvesters.record import Observation, Outcome
from harvesters.vocabularies import OBSERVATION_STATUSES
from harvesters.when import first_day, last_day

from . import charts
from .catalogue import Entry
from .charts import Chart, Event, Plot, Spark
from .exact import wide
from .i18n import language, show_number
from .look import document_number
from .outcomes import (
    Aim,
    Move,
    Series,
    compact_writer,
    decimals_of,
    decimals_to_read,
    goal_words,
    is_rank,
    moves_of,
    number_writer,
    period_in,
    period_words,
    series_of,
    standing_words,
    year_of,
)
from .places import place_name
from .progress import decimal_of, goal_of
from .yearspan import EVERY, Years, years_of

_MOST_ROWS = 100  # places in a ranking
_MOST_CELLS = 2000  # figures in a table on the page; the CSV has all
_MOST_COLUMNS = 24
_LARGE = 1_000_000  # from here on figures are said in millions and billions; the table has them whole


@dataclass(frozen=True)
class Headline:
    """The last figure, and how it moved since the one before. Of several places: how many, from when to when."""

    value: str = ""
    period: str = ""
    change: str = ""
    before: str = ""


@dataclass(frozen=True)
class Row:
    """A place in a ranking: its course, its last figure, and the first one to compare."""

    place: str
    spark: Spark
    first: str
    first_period: str
    latest: str
    latest_period: str


@dataclass(frozen=True)
class Table:
    """Figures in words. A row is its heading and its cells. `left`: how many figures have no room."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    left: int = 0


@dataclass(frozen=True)
class Figures:
    """Everything there is to show. `charts`: the same one for wide and for narrow screens; `words` tells what is
    seen on it. `years`: those that were chosen; `all_years`: the first and the last one of which there is a figure."""

    headline: Headline
    words: str
    charts: tuple[Chart, ...]
    ranking: tuple[Row, ...]
    places: int
    table: Table
    aims: tuple[Aim, ...]
    count: int
    moves: tuple["Moved", ...] = ()
    revised: int = 0
    years: Years = EVERY
    all_years: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Moved:
    """What was measured before and after a decision, in words; nothing where there is no figure."""

    entry: Entry
    day: date
    before: str
    after: str
    latest: str


Revised = Mapping[tuple[str, str | None], Decimal | None]


def figures_of(
    outcome: Outcome, aims: Sequence[Aim], decided: Sequence[Entry], revised: Revised | None = None, years: Years = EVERY
) -> Figures | None:
    """An outcome's figures; None where it has none. `decided` are the decisions and policies it belongs to; `revised`:
    what was first published of figures that have another value now. Of the `years` alone are chart, words, ranking and
    table; what was last measured, and what moved, is told of all."""
    if not outcome.observations:
        return None
    every = series_of(outcome.observations)
    series = [some for one in every if (some := years.of(one)).observations]
    values = [one.value for one in outcome.observations if one.value is not None]
    exact = number_writer(get_locale(), decimals_of(values))
    large = any(abs(value) >= _LARGE for value in values)
    show = compact_writer(get_locale(), words=True) if large else number_writer(get_locale(), decimals_to_read(values))
    short = compact_writer(get_locale(), words=False)
    names = [place_name(one.place, language()) if one.place else "" for one in series]
    plot = Plot(
        series=[one for one in series if one.latest] if len(series) <= charts.MOST_LINES else series,
        names=[name for name, one in zip(names, series, strict=True) if one.latest or len(series) > charts.MOST_LINES],
        show=short if large else show,
        ticks=short if large else show_number,
        frequency=outcome.frequency,
        upside_down=is_rank(outcome),
        targets=[target for aim in aims if (target := _target(aim, show))],
        events=[event for entry in decided if (event := _event(entry))],
        say=partial(period_in, language()),
        span=years.span_of(series),
    )
    return Figures(
        headline=_headline(every, show),
        words=" ".join([_words(series, names, show) if series else _("No figure is known."), *(_aim_words(aim, show) for aim in aims if aim.target.value is not None)]).strip(),
        charts=tuple(charts.draw(plot, size) for size in (charts.WIDE, charts.NARROW)) if charts.is_drawable(plot) else (),
        ranking=_ranking(outcome, series, names, show) if len(series) > charts.MOST_LINES else (),
        places=len(series),
        table=_table(series, names, exact, revised or {}, outcome.unit),
        aims=tuple(aims),
        count=sum(len(one.observations) for one in series),
        moves=tuple(_moved(move, show) for move in moves_of(every[0], decided)) if len(every) == 1 else (),
        revised=len(revised or {}),
        years=years,
        all_years=years_of(every),
    )


def _moved(move: Move, show: Callable[[Decimal], str]) -> Moved:
    def say(one: Observation | None) -> str:
        return "" if one is None or one.value is None else _("%(value)s in %(period)s", value=show(one.value), period=period_words(one.period))

    return Moved(move.entry, move.day, say(move.before), say(move.after), say(move.latest))


def _aim_words(aim: Aim, show: Callable[[Decimal], str]) -> str:
    """A target as who cannot see the chart is told of it."""
    value, standing = goal_words(aim.target, show), standing_words(aim.progress)
    if aim.target.due:
        return _("Target: %(value)s by %(due)s; %(standing)s.", value=value, due=period_words(aim.target.due[:10]), standing=standing)
    return _("Target: %(value)s; %(standing)s.", value=value, standing=standing)


def _target(aim: Aim, show: Callable[[Decimal], str]) -> charts.Target | None:
    target = aim.target
    if target.value is None or aim.progress.standing == "other_unit":
        return None
    if not target.due:
        return charts.Target(target.value, _("target: %(value)s", value=goal_words(target, show)), value_to=target.value_to)
    label = _("target: %(value)s by %(year)s", value=goal_words(target, show), year=target.due[:4])
    # A figure stands at the beginning of its period and counts on its last day: so does the path.
    length = _length(aim.progress.latest.period if aim.progress.latest else target.due[:10])
    due = position_of(last_day(target.due)) - length
    start = position_of(aim.progress.start) - length if aim.progress.start else None
    base = "" if target.baseline is None else _("from %(value)s", value=show(target.baseline))
    return charts.Target(target.value, label, due, start, target.baseline, base, target.value_to, decimal_of(goal) if (goal := goal_of(target)) is not None else None)


def position_of(day: date) -> float:
    """The end of a day as a point on the line of years: 31 December 2024 is 2025.0."""
    after = day + timedelta(days=1)
    return after.year + (after - date(after.year, 1, 1)).days / (date(after.year + 1, 1, 1) - date(after.year, 1, 1)).days


def _length(period: str) -> float:
    """How long a period is, in years."""
    part = period.partition("-")[2]
    return {"": 1.0, "Q": 1 / 4, "S": 1 / 2, "W": 1 / 53}.get(part[:1], 1 / 12 if len(period) == 7 else 1 / 365)


def _event(entry: Entry) -> Event | None:
    issued = entry.data.get("issued")
    if not issued:
        return None
    day, title = first_day(issued), entry.title(language())
    words = document_number(entry.data) or (title if len(title) <= 24 else f"{title[:23].rstrip()}…")
    return Event(year_of(day.isoformat()), words)


def _headline(series: Sequence[Series], show: Callable[[Decimal], str]) -> Headline:
    latest = series[0].latest if len(series) == 1 else None
    if latest is None or latest.value is None:
        return Headline()
    before = series[0].before
    if before is None or before.value is None:
        return Headline(show(latest.value), period_words(latest.period))
    with wide():
        change = latest.value - before.value
    moved = f"+{show(change)}" if change > 0 else f"−{show(-change)}" if change < 0 else "±0"
    return Headline(show(latest.value), period_words(latest.period), moved, period_words(before.period))


def _words(series: Sequence[Series], names: Sequence[str], show: Callable[[Decimal], str]) -> str:
    """What a chart shows, for who cannot see it."""
    if len(series) == 1:
        return _course(series[0], show)
    known = [(one.latest.value, name) for one, name in zip(series, names, strict=True) if one.latest and one.latest.value is not None]
    if not known:
        return ""
    periods = sorted({one.period for some in series for one in some.known}, key=year_of)
    (low, last), (high, first) = min(known), max(known)
    return _(
        "%(count)s places, %(from)s to %(to)s. Highest at last: %(first)s, %(high)s; lowest: %(last)s, %(low)s.",
        count=len(known), first=first, last=last, high=show(high), low=show(low),
        **{"from": period_words(periods[0]), "to": period_words(periods[-1])},
    )  # fmt: skip


def _course(series: Series, show: Callable[[Decimal], str]) -> str:
    values = [(one.value, one) for one in series.known if one.value is not None]
    if not values:
        return _("No figure is known.")
    (first, start), (last, end) = values[0], values[-1]
    if len(values) == 1:
        return _("%(value)s in %(period)s.", value=show(first), period=period_words(start.period))
    (low, lowest), (high, highest) = (pick(values, key=lambda pair: pair[0]) for pick in (min, max))
    return _(
        "From %(first)s in %(start)s to %(last)s in %(end)s; lowest %(low)s in %(lowest)s, highest %(high)s in %(highest)s.",
        first=show(first), start=period_words(start.period), last=show(last), end=period_words(end.period),
        low=show(low), lowest=period_words(lowest.period), high=show(high), highest=period_words(highest.period),
    )  # fmt: skip


def _ranking(
    outcome: Outcome, series: Sequence[Series], names: Sequence[str], show: Callable[[Decimal], str]
) -> tuple[Row, ...]:
    """The places by their last figure, the better or else the higher first; those without one at the end."""

    def rank(pair: tuple[Series, str]) -> tuple[bool, Decimal, str]:
        latest = pair[0].latest
        value = latest.value if latest and latest.value is not None else Decimal(0)
        return latest is None, value if outcome.better == "lower" else -value, pair[1]

    ordered = sorted(zip(series, names, strict=True), key=rank)[:_MOST_ROWS]
    drawn = charts.sparks([one for one, _name in ordered], outcome.frequency)
    return tuple(_row(one, name, spark, show) for (one, name), spark in zip(ordered, drawn, strict=True))


def _row(series: Series, name: str, spark: Spark, show: Callable[[Decimal], str]) -> Row:
    first, latest = next(iter(series.known), None), series.latest
    return Row(
        name or _("without a place"),
        spark,
        show(first.value) if first and first.value is not None else "",
        first.period if first else "",
        show(latest.value) if latest and latest.value is not None else _("missing"),
        latest.period if latest else "",
    )


def _table(series: Sequence[Series], names: Sequence[str], show: Callable[[Decimal], str], revised: Revised, unit: str) -> Table:
    """Of one place a row a period, the newest first; of several, the shorter of places and periods across."""
    periods = sorted({one.period for some in series for one in some.observations}, key=year_of, reverse=True)
    if not periods:
        return Table(_("Period"), (), ())
    if len(series) == 1:
        return _one_place(series[0], show, revised, unit)
    by_period = [{one.period: one for one in some.observations} for some in series]
    if len(series) <= len(periods) or len(periods) > _MOST_COLUMNS:
        return _periods_down(periods, by_period, names, show, revised)
    room = max(1, _MOST_CELLS // len(periods))
    across = [
        (name or _("without a place"), tuple(_cell(some.get(period), show, revised) for period in reversed(periods)))
        for name, some in list(zip(names, by_period, strict=True))[:room]
    ]
    left = sum(len(some) for some in by_period[room:])
    return Table(_("Place"), tuple(period_words(period) for period in reversed(periods)), tuple(across), left)


def _one_place(series: Series, show: Callable[[Decimal], str], revised: Revised, unit: str) -> Table:
    remarks = any(_remark(one, show, revised) for one in series.observations)
    columns = (unit or _("Value"), _("Note")) if remarks else (unit or _("Value"),)
    reader = language()
    rows = [
        (period_in(reader, one.period), (_value(one, show), _remark(one, show, revised)) if remarks else (_value(one, show),))
        for one in reversed(series.observations[-_MOST_CELLS:])
    ]
    return Table(_("Period"), columns, tuple(rows), max(0, len(series.observations) - _MOST_CELLS))


def _periods_down(
    periods: Sequence[str], by_period: Sequence[dict[str, Observation]], names: Sequence[str], show: Callable[[Decimal], str], revised: Revised
) -> Table:
    columns = by_period[:_MOST_COLUMNS]
    shown = periods[: max(1, _MOST_CELLS // len(columns))]
    rows = [(period_words(period), tuple(_cell(some.get(period), show, revised) for some in columns)) for period in shown]
    there = sum(1 for some in columns for period in shown if period in some)
    left = sum(len(some) for some in by_period) - there
    return Table(_("Period"), tuple(name or _("without a place") for name in names[:_MOST_COLUMNS]), tuple(rows), left)


def _cell(one: Observation | None, show: Callable[[Decimal], str], revised: Revised) -> str:
    if one is None:
        return ""
    remark = _remark(one, show, revised)
    return f"{_value(one, show)} ({remark})" if remark else _value(one, show)


def _value(one: Observation, show: Callable[[Decimal], str]) -> str:
    return show(one.value) if one.value is not None else _("missing")


def _remark(one: Observation, show: Callable[[Decimal], str], revised: Revised) -> str:
    said = [] if one.status in ("A", "M") else [OBSERVATION_STATUSES.label(one.status, language())]
    if (one.period, one.place) in revised:
        first = revised[one.period, one.place]
        said.append(_("revised, first missing") if first is None else _("revised, first %(value)s", value=show(first)))
    return ". ".join([*said, one.note] if one.note else said)
