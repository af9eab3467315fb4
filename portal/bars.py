"""The geometry of bars: where labels, bars and figures stand on a drawing. No colours, no markup: components/bars.html draws
it. Bars begin at zero, also where some are negative."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_LETTER = 6.7  # how wide a letter of 12 px is, about


@dataclass(frozen=True)
class Bar:
    """One bar: its words at `label_at`, itself from `x` on, its figure at `figure_x`. Heights from the top."""

    label: str
    figure: str
    label_y: float
    x: float
    y: float
    width: float
    figure_x: float
    figure_y: float
    negative: bool


@dataclass(frozen=True)
class Bars:
    """A drawing. `name`: wide or narrow. `zero`: where the bars begin."""

    name: str
    width: int
    height: float
    label_x: float
    zero: float
    thick: float
    bars: tuple[Bar, ...]


def draw_bars(rows: Sequence[tuple[str, Decimal, str]]) -> tuple[Bars, Bars]:
    """Rows of (label, value, the value in words), for wide and for narrow screens. Asks for one row at least."""
    return _draw(rows, "wide", 680), _draw(rows, "narrow", 340)


def _draw(rows: Sequence[tuple[str, Decimal, str]], name: str, width: int) -> Bars:
    wide = name == "wide"
    figures = max(len(figure) for _label, _value, figure in rows) * _LETTER + 10
    labels = min(230.0, max(len(label) for label, _value, _figure in rows) * _LETTER + 12) if wide else 0.0
    room = width - labels - (figures if wide else 0) - 4
    least = min(Decimal(0), *(value for _label, value, _figure in rows))
    most = max(Decimal(0), *(value for _label, value, _figure in rows))
    span = float(most - least) or 1.0
    zero = labels + float(-least) / span * room
    step, thick = (24.0, 14.0) if wide else (40.0, 12.0)
    letters = round((labels - 12) / _LETTER) if wide else int((width - figures) / _LETTER)
    bars = []
    for position, (label, value, figure) in enumerate(rows):
        top = 4 + position * step
        length = abs(float(value)) / span * room
        bars.append(
            Bar(
                label if len(label) <= letters else f"{label[: max(3, letters - 1)]}…",
                figure,
                round(top + (11 if wide else 10), 1),
                round(zero if value >= 0 else zero - length, 1),
                round(top if wide else top + 16, 1),
                round(max(length, 1.0 if value else 0.0), 1),
                round(labels + room + 6, 1) if wide else width,
                round(top + (11 if wide else 10), 1),
                value < 0,
            )
        )
    return Bars(name, width, 8 + len(rows) * step, 0.0, round(zero, 1), thick, tuple(bars))
