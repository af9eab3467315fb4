"""The geometry of charts: where lines, ticks, targets and dates stand on a drawing of a given size. No colours, no
markup: components/chart.html draws it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .outcomes import Series, stretches, year_of

MOST_LINES = 6  # more places than this are a ranking, not a chart
_LETTER = 6.7  # how wide a letter of 12 px is, about
_MOST_DOTS = 45  # more figures than this on a drawing are drawn without a dot each
_MOST_POINTS = 600  # more figures than this are not read off one by one: the table has them

Show = Callable[[Decimal], str]


@dataclass(frozen=True)
class Size:
    """A drawing's width and height, and how much of it its names may take."""

    name: str
    width: int
    height: int
    names: int
    years: int


WIDE = Size("wide", 680, 320, 190, 9)
NARROW = Size("narrow", 340, 280, 104, 4)


@dataclass(frozen=True)
class Target:
    """A value to reach: drawn as a dashed line, with a mark at the year in which it is due; a range, up to `value_to`, as a band.
    `start` and `baseline`: from where the path to it begins; `base_label` tells that; `goal`: where it leads, if not to the value."""

    value: Decimal
    label: str
    due: float | None = None
    start: float | None = None
    baseline: Decimal | None = None
    base_label: str = ""
    value_to: Decimal | None = None
    goal: Decimal | None = None

    @property
    def path(self) -> tuple[tuple[float, Decimal], tuple[float, Decimal]] | None:
        """From the baseline on the first day to the value on the last, as the formula of progress has it."""
        if self.start is None or self.baseline is None or self.due is None or self.due <= self.start:
            return None
        return (self.start, self.baseline), (self.due, self.value if self.goal is None else self.goal)


@dataclass(frozen=True)
class Event:
    """A day on which something was decided: year as a number, and what it was."""

    year: float
    label: str


@dataclass(frozen=True)
class Plot:
    """What is to be drawn. `names` are what the series are called, in their order."""

    series: Sequence[Series]
    names: Sequence[str]
    show: Show
    ticks: Show
    frequency: str | None = None
    upside_down: bool = False
    targets: Sequence[Target] = ()
    events: Sequence[Event] = ()
    say: Callable[[str], str] = str  # a period in words
    span: tuple[float, float] | None = None  # the years to show, where they are not those of the figures alone


@dataclass(frozen=True)
class Mark:
    """A tick, a target or a date: where it stands and what it is called. `end`: its words stand before it. `path`: the
    path to a target; `base` where it begins, with `base_text`; `upto`: the other edge of the band that a range is."""

    at: float
    text: str
    end: bool = False
    due: float | None = None
    row: float = 0
    path: str = ""
    base: tuple[float, float] | None = None
    base_text: str = ""
    upto: float | None = None


@dataclass(frozen=True)
class Point:
    """What can be read off at one period: its words, and of each line the height and the figure in words, None where
    it has none."""

    x: float
    period: str
    heights: tuple[float | None, ...]
    figures: tuple[str | None, ...]


@dataclass(frozen=True)
class Line:
    """A series as a path of stretches, the dots on it, and where its name stands."""

    path: str
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float]
    label: str
    label_y: float
    fine: bool = False


@dataclass(frozen=True)
class Chart:
    """Everything in its place. The drawing lies between `left` and `right`, `top` and `bottom`."""

    size: Size
    left: float
    right: float
    top: float
    bottom: float
    lines: tuple[Line, ...]
    rows: tuple[Mark, ...]
    years: tuple[Mark, ...]
    targets: tuple[Mark, ...] = ()
    events: tuple[Mark, ...] = ()
    zero: float | None = None
    upside_down: bool = field(default=False)
    cut: bool = False  # the scale does not reach zero
    names: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()


def is_drawable(plot: Plot) -> bool:
    """Whether a drawing says more than the figures alone: two points or a point and a target, of few places."""
    figures = sum(len(one.known) for one in plot.series)
    return 0 < len(plot.series) <= MOST_LINES and (figures > 1 or (figures == 1 and bool(plot.targets)))


def draw(plot: Plot, size: Size) -> Chart:
    """Put everything in its place on a drawing of that size. Asks for a plot that `is_drawable`."""
    known = [one for some in plot.series for one in some.known]
    values = [float(one.value) for one in known if one.value is not None] + [float(aim.value) for aim in plot.targets]
    values += [float(aim.value_to) for aim in plot.targets if aim.value_to is not None]
    values += [float(aim.baseline) for aim in plot.targets if aim.path and aim.baseline is not None]
    # A rank of nought is none: only amounts are measured from zero.
    steps = _steps(min(values), max(values), 4 if size is NARROW else 5, from_zero=not plot.upside_down)
    ticks = [plot.ticks(Decimal(f"{step:.10g}")) for step in steps]
    labels = _labels(plot, size)
    left = max(map(len, ticks)) * _LETTER + 12
    right = size.width - min(size.names, max(map(len, labels), default=0) * _LETTER + 14)
    first, last = _span(plot)
    events = _events(plot.events, first, last)
    # Each date has its words in a row of its own above the drawing.
    top, bottom = 20.0 + 14 * len(events), size.height - 30.0

    def x(year: float) -> float:
        return round(left + 6 + (year - first) / (last - first) * (right - left - 12), 1)

    def y(value: float) -> float:
        share = (value - steps[0]) / (steps[-1] - steps[0])
        return round(top + (share if plot.upside_down else 1 - share) * (bottom - top), 1)

    dotted = len(known) <= _MOST_DOTS
    lines = [_line(one, label, plot.frequency, x, y, dotted) for one, label in zip(plot.series, labels, strict=True)]
    return Chart(
        size=size,
        left=round(left, 1),
        right=round(right, 1),
        top=top,
        bottom=bottom,
        lines=tuple(_apart(lines, top, bottom)),
        rows=tuple(Mark(y(step), tick) for step, tick in zip(steps, ticks, strict=True)),
        years=tuple(Mark(x(year), words) for year, words in _years(first, last, size.years, yearly=all(len(one.period) == 4 for one in known))),
        targets=tuple(_target(aim, x, y, first, last) for aim in plot.targets),
        events=tuple(_event(one, x(one.year), row, size) for row, one in enumerate(events)),
        zero=y(0) if steps[0] < 0 < steps[-1] else None,
        cut=not plot.upside_down and not steps[0] <= 0 <= steps[-1],
        upside_down=plot.upside_down,
        names=tuple(plot.names),
        points=_points(plot, x, y) if len(known) <= _MOST_POINTS else (),
    )


def _points(plot: Plot, x: Callable[[float], float], y: Callable[[float], float]) -> tuple[Point, ...]:
    by_period = [{one.period: one.value for one in some.known if one.value is not None} for some in plot.series]
    periods = sorted(set().union(*by_period), key=lambda period: (year_of(period), period))
    return tuple(
        Point(
            x(year_of(period)),
            plot.say(period),
            tuple(y(float(some[period])) if period in some else None for some in by_period),
            tuple(plot.show(some[period]) if period in some else None for some in by_period),
        )
        for period in periods
    )


def _labels(plot: Plot, size: Size) -> list[str]:
    """What stands at the end of each line: its name where there are several, and the last figure."""
    most = int(size.names / _LETTER) - 2
    labels = []
    for series, name in zip(plot.series, plot.names, strict=True):
        latest = series.latest
        figure = plot.show(latest.value) if latest and latest.value is not None else ""
        room = most - len(figure) - 1
        shown = name if len(name) <= room else name[: max(3, room - 1)] + "…"
        labels.append(f"{shown} {figure}" if len(plot.series) > 1 else figure)
    return labels


def _span(plot: Plot) -> tuple[float, float]:
    years = [year_of(one.period) for some in plot.series for one in some.known]
    if plot.span is None:
        # A target due within the next ten years belongs to the story; one in 2100 would squeeze it to a line.
        years += [aim.due for aim in plot.targets if aim.due is not None and max(years) < aim.due <= max(years) + 10]
        years += [aim.start for aim in plot.targets if aim.path and aim.start is not None and min(years) > aim.start >= min(years) - 10]
    years += plot.span or ()
    first, last = min(years), max(years)
    return (first, last) if last > first else (first - 0.5, last + 0.5)


def _line(
    series: Series, label: str, frequency: str | None, x: Callable[[float], float], y: Callable[[float], float], dotted: bool
) -> Line:
    parts = [
        [(x(year_of(one.period)), y(float(one.value))) for one in part if one.value is not None]
        for part in stretches(series, frequency)
    ]
    path = "".join("M" + "L".join(f"{at:g} {height:g}" for at, height in part) for part in parts if len(part) > 1)
    points = [point for part in parts for point in part]
    dots = points if dotted else [part[0] for part in parts if len(part) == 1]
    return Line(path, tuple(dots), points[-1], label, points[-1][1], fine=len(points) > 200)


def _apart(lines: list[Line], top: float, bottom: float) -> list[Line]:
    """The lines with their names moved apart, so that none covers another and none leaves the drawing."""
    apart: list[Line] = []
    below = bottom + 15
    floor = top
    for position, line in enumerate(ordered := sorted(lines, key=lambda line: line.last[1])):
        least = max(line.last[1], floor)
        at = min(least, below - 15 * (len(ordered) - position))
        apart.append(replace(line, label_y=round(max(at, floor), 1)))
        floor = max(at, floor) + 15
    by_label = {id(line): moved for line, moved in zip(ordered, apart, strict=True)}
    return [by_label[id(line)] for line in lines]


def _steps(low: float, high: float, most: int, *, from_zero: bool) -> list[float]:
    """Round numbers that span the values, about `most` steps; from zero where zero is near."""
    if high - low <= max(abs(low), abs(high)) * 1e-9:  # closer together than a drawing can tell
        low, high = low - abs(low) * 0.1 - 0.5, high + abs(high) * 0.1 + 0.5
    if from_zero and 0 < low < high * 0.5:
        low = 0.0
    if from_zero and 0 > high > low * 0.5:
        high = 0.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _years(first: float, last: float, most: int, *, yearly: bool) -> list[tuple[float, str]]:
    """Ticks at whole years; within less than two years at months, unless the figures are of years."""
    if last - first < 2 and not yearly:
        months = range(math.ceil(first * 12 - 1e-6), math.floor(last * 12 + 1e-6) + 1)
        every = next(step for step in (1, 2, 3, 6, 12, 24) if len(months) / step <= most)
        return [(month / 12, f"{month // 12}-{month % 12 + 1:02}") for month in months if month % every == 0 or len(months) < 3]
    start, end = math.ceil(first - 1e-6), math.floor(last + 1e-6)
    every = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100) if (end - start) / step < most), 500)
    # Round years where there is a choice; every second one counts from the first, which has a figure.
    offset = start if every < 5 else 0
    return [(float(year), str(year)) for year in range(start, end + 1) if (year - offset) % every == 0]


def _target(aim: Target, x: Callable[[float], float], y: Callable[[float], float], first: float, last: float) -> Mark:
    due = x(aim.due) if aim.due is not None and first <= aim.due <= last else None
    mark = Mark(y(float(aim.value)), aim.label, due=due, upto=None if aim.value_to is None else y(float(aim.value_to)))
    ends = _within(aim, first, last)
    if ends is None:
        return mark
    (start, low), (end, high) = ends
    base = (x(start), y(low)) if aim.start is not None and aim.start >= first else None
    return replace(mark, path=f"M{x(start):g} {y(low):g}L{x(end):g} {y(high):g}", base=base, base_text=aim.base_label)


def _within(aim: Target, first: float, last: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The part of a path that lies between two years; None where none does."""
    if aim.path is None:
        return None
    (start, base), (due, value) = aim.path
    slope = (float(value) - float(base)) / (due - start)
    left, right = max(start, first), min(due, last)
    if left >= right:
        return None
    return (left, float(base) + slope * (left - start)), (right, float(base) + slope * (right - start))


def _events(events: Sequence[Event], first: float, last: float) -> list[Event]:
    """The days within the drawing, in their order, four at most."""
    return sorted((one for one in events if first <= one.year <= last), key=lambda one: one.year)[:4]


def _event(event: Event, at: float, row: int, size: Size) -> Mark:
    """A date with its words in their row, on the side where there is room."""
    return Mark(at, event.label, end=at > size.width * 0.5, row=14 + 14 * row)


@dataclass(frozen=True)
class Spark:
    """A line without words, for a row of a table."""

    path: str
    dots: tuple[tuple[float, float], ...]


def sparks(series: Sequence[Series], frequency: str | None, width: int = 132, height: int = 30) -> list[Spark]:
    """The series as small lines on one common scale, so that rows can be compared."""
    known = [one for some in series for one in some.known]
    if not known:
        return [Spark("", ()) for _one in series]
    years = [year_of(one.period) for one in known]
    values = [float(one.value) for one in known if one.value is not None]
    first, span = min(years), (max(years) - min(years)) or 1.0
    low, reach = min(values), (max(values) - min(values)) or 1.0

    def point(year: float, value: float) -> tuple[float, float]:
        return round(3 + (year - first) / span * (width - 6), 1), round(height - 3 - (value - low) / reach * (height - 6), 1)

    drawn = []
    for one in series:
        parts = [[point(year_of(o.period), float(o.value)) for o in part if o.value is not None] for part in stretches(one, frequency)]
        path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in part) for part in parts if len(part) > 1)
        lone = [part[0] for part in parts if len(part) == 1]
        drawn.append(Spark(path, tuple(dict.fromkeys([*lone, *(parts[-1][-1:] if parts else [])]))))
    return drawn
