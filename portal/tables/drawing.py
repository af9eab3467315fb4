"""Charts of a table that was added up: bars of categories, a line over time. Geometry only; components/bars.html and chart.html draw."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvesters.record import Observation

from ..charts import NARROW, WIDE, Chart, Plot, Size, draw, is_drawable
from ..outcomes import Series
from .answers import Group, Sums

MOST_BARS, MOST_POINTS = 20, 1_000
_ROW = 26

Show = Callable[[Decimal], str]


@dataclass(frozen=True)
class Bar:
    """One bar: its name and figure, where it begins, how wide it is and where its figure stands; `end`: before that place."""

    name: str
    figure: str
    y: float
    x: float
    width: float
    words_x: float
    end: bool


@dataclass(frozen=True)
class Bars:
    """Bars below each other on a drawing. Names stand left of `left`; `zero` is where bars begin."""

    size: Size
    height: int
    left: float
    zero: float
    bars: tuple[Bar, ...]


def measure(sums: Sums, by: str) -> Decimal | None:
    """The figure of a group that is drawn."""
    return Decimal(sums.count) if by == "count" else getattr(sums, by)


def bars(groups: Sequence[tuple[str, Group]], by: str, show: Show) -> tuple[Bars, ...]:
    """The groups, each with its name, as bars: for wide and for narrow screens. Groups without a figure have no bar; nothing is drawn for
    less than two figures."""
    drawn = [(name, value) for name, group in groups if (value := measure(group.sums, by)) is not None][:MOST_BARS]
    if len(drawn) < 2:
        return ()
    return tuple(_bars(drawn, show, size) for size in (WIDE, NARROW))


def _bars(drawn: Sequence[tuple[str, Decimal]], show: Show, size: Size) -> Bars:
    figures = [show(value) for _name, value in drawn]
    names = [_short(name, size.width * 0.38) for name, _value in drawn]
    left = max(map(_wide, names)) + 10
    room = max(map(_wide, figures)) + 10
    low, high = min(0.0, *(float(value) for _name, value in drawn)), max(0.0, *(float(value) for _name, value in drawn))
    start, end = left + (room if low < 0 else 0), size.width - (room if high > 0 else 4)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return round(start + (value - low) / span * (end - start), 1)

    placed = []
    for row, (name, figure, (_name, value)) in enumerate(zip(names, figures, drawn, strict=True)):
        at, zero = x(float(value)), x(0)
        negative = value < 0
        placed.append(Bar(name, figure, row * _ROW + 4.0, min(at, zero), max(round(abs(at - zero), 1), 0.5), at + (-5 if negative else 5), negative))
    return Bars(size, len(drawn) * _ROW + 4, round(left, 1), x(0), tuple(placed))


def _wide(text: str) -> float:
    """How wide a text of 12 px is, about: capitals and the signs of Chinese, Japanese and Korean are wider than small letters."""
    return sum(12.5 if unicodedata.east_asian_width(letter) in "WF" else 8.4 if letter.isupper() or letter in "mw%@" else 6.5 for letter in text)


def _short(text: str, most: float) -> str:
    while text and _wide(text) > most:
        text = text[:-2].rstrip() + "…"
    return text


def line(groups: Sequence[Group], by: str, name: str, show: Show, ticks: Show, step: str) -> tuple[Chart, ...]:
    """Groups of years, months or days as a line; a stretch without rows is a gap. Nothing for less than two figures."""
    observations = tuple(
        Observation(period=group.label, value=measure(group.sums, by)) for group in groups if group.label and _is_period(group.label)
    )
    plot = Plot(series=(Series(None, observations),), names=(name,), show=show, ticks=ticks, frequency={"year": "A", "month": "M"}.get(step))
    return (draw(plot, WIDE), draw(plot, NARROW)) if is_drawable(plot) else ()


def _is_period(label: str) -> bool:
    """Whether a label is a year, a month or a day that a chart can place; a date may be less precise than its group."""
    return len(label) in (4, 7, 10) and label[:4].isdecimal() and label[:4] >= "1000"
